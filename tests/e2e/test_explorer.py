"""The explorer over four real nodes: every link of every page, and what it says of a broken one."""

import aiohttp

from node.devnet.cast import BANK_1_ACCOUNT, COIN
from node.devnet.explorer import explorer_beside
from node.devnet.story.stage import Stage
from tests.e2e.support import expect_whole, pay
from tests.explorer.crawler import crawl, kind_of
from tests.explorer.reader import Reader


async def test_the_pages_of_a_network_are_all_there(stage: Stage) -> None:
    receipts = await pay(stage, 3)
    async with explorer_beside(stage.network) as url, aiohttp.ClientSession(url) as session:
        reader = Reader(session, url)
        pages = await crawl(reader, each_kind=8)
        kinds = {kind_of(path) for path in pages}
        assert {"/blocks/*", "/tx/*", "/accounts/*", "/participants/*", f"/assets/{COIN}"} <= kinds
        overview = await reader.page("/")
        assert "equal state roots on 4 of 4 nodes" in overview.text
        integrity = await reader.page("/integrity")
        assert "NOT EQUAL" not in integrity.text
        assert "equal" in integrity.text
        for tx_id in receipts:
            page = await reader.page(f"/tx/0x{tx_id.hex()}")
            assert f"go from {BANK_1_ACCOUNT.name} to alice" in page.text
            proof = await reader.get(f"/tx/0x{tx_id.hex()}/proof")
            assert '"receiptPath"' in proof.body
    await expect_whole(stage)


async def test_a_stopped_node_is_told_and_comes_back(stage: Stage) -> None:
    network = stage.network
    asked = network.names[0]
    async with explorer_beside(network) as url, aiohttp.ClientSession(url) as session:
        reader = Reader(session, url)
        assert (await reader.get("/")).status == 200
        network.children[asked].pause()
        silent = await reader.get("/")
        network.children[asked].resume()
        assert silent.status == 504
        assert "took too long" in silent.document.text
        network.kill(asked)
        assert (await reader.get("/")).status == 502
        network.start(asked)
        await network.wait_ready(stage.probe, seconds=60)
        assert (await reader.get("/")).status == 200
    await expect_whole(stage)


async def test_it_stops_with_its_parent_and_leaves_a_log(stage: Stage) -> None:
    async with explorer_beside(stage.network) as url, aiohttp.ClientSession(url) as session:
        assert (await Reader(session, url).get("/network")).status == 200
    assert url in stage.network.layout.explorer_log.read_text()
