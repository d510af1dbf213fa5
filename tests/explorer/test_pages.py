"""Pages over a node: they say what the node says, as of one height."""

import re

from tests.explorer.reader import Document, Reader
from tests.node.rpc.caller import Serving
from tests.node.rpc.small_ledger import ALICE, BOND_ID, COIN
from tokens.bech32m import encode
from tokens.jsonform import PREFIX_TEST

ACCOUNT = f"/accounts/{encode(PREFIX_TEST, ALICE)}"


def refreshes(page: Document) -> bool:
    """Whether a browser would ask for it again by itself."""
    return ("meta", {"http-equiv": "refresh", "content": "10"}) in page.elements


async def test_the_overview_says_where_the_chain_is(node: Serving, reader: Reader) -> None:
    page = await reader.page("/")
    newest = node.node.blocks[-1]
    assert f"Read at height {newest.header.height}" in page.text
    assert "0x" + newest.state_root.hex() in page.text
    assert "mohur-test" in page.text
    for name in ("alpha", "beta", "gamma", "delta"):
        assert name in page.text


async def test_only_the_overview_refreshes_itself_and_a_link_stops_it(reader: Reader) -> None:
    page = await reader.page("/")
    assert refreshes(page)
    assert "/?still=1" in page.links
    still = await reader.page("/?still=1")
    assert not refreshes(still)
    assert "/" in still.links
    assert not refreshes(await reader.page("/blocks"))


async def test_blocks_stand_newest_first(node: Serving, reader: Reader) -> None:
    page = await reader.page("/blocks")
    links = [link for link in page.links if re.fullmatch("/blocks/[0-9]+", link)]
    heights = [int(link.rpartition("/")[2]) for link in links[::2]]
    assert heights[0] == len(node.node.blocks)
    assert heights[: len(node.node.blocks)] == list(range(len(node.node.blocks), 0, -1))


async def test_a_block_is_found_by_height_and_by_hash(node: Serving, reader: Reader) -> None:
    by_height = await reader.page("/blocks/1")
    found = re.search("Block hash (0x[0-9a-f]{64})", by_height.text)
    assert found is not None
    assert (await reader.page(f"/blocks/{found[1]}")).text == by_height.text
    assert "of 4 validators signed this block" in by_height.text


async def test_every_page_names_where_it_was_read(reader: Reader) -> None:
    for path in (
        "/",
        "/blocks",
        "/blocks/1",
        "/assets",
        "/validators",
        "/api",
        "/network",
        ACCOUNT,
    ):
        page = await reader.page(path)
        for words in ("Read at height", "Block 0x", "State root 0x", "Node alpha"):
            assert words in page.text, (path, words)


async def test_an_account_with_its_statement(reader: Reader) -> None:
    page = await reader.page(ACCOUNT)
    for heading in ("Balances", "Holds, pledges and freezes", "Statement", "Transactions"):
        assert heading in page.text
    words = f"asset={COIN}&from=2000-01-01&to=2100-01-01"
    answer = await reader.get(f"{ACCOUNT}/statement?{words}")
    assert answer.status in (200, 400)
    asked = await reader.page(f"{ACCOUNT}/statement")
    assert "From business date" in asked.text


async def test_a_bond_stands_under_the_names_of_its_terms(reader: Reader) -> None:
    page = await reader.page(f"/assets/{BOND_ID}")
    for name in (
        *("ISIN", "Specified denomination", "Issue date", "Interest commencement date"),
        *("Maturity date", "Interest rate", "Day count fraction", "Business day convention"),
        *("Schedule", "Register of holders"),
    ):
        assert name in page.text, name


async def test_a_transaction_says_what_was_asked_and_what_became_of_it(
    node: Serving, reader: Reader
) -> None:
    shown = 0
    for tx_id in node.node.places:
        page = await reader.page(f"/tx/0x{tx_id.hex()}")
        shown += " go from " in page.text
        assert "Operation 1: " in page.text
        proof = await reader.get(f"/tx/0x{tx_id.hex()}/proof")
        assert proof.headers["content-type"] == "application/json"
        assert "attachment" in proof.headers["content-disposition"]
    assert shown


async def test_a_page_as_of_a_past_height_is_of_that_height(node: Serving, reader: Reader) -> None:
    node.node.decide()
    newest = len(node.node.blocks)
    page = await reader.page(f"/assets?at={newest}")
    assert f"Read at height {newest}" in page.text


async def test_the_search_leads_to_pages(reader: Reader) -> None:
    wanted = {
        "1": "/blocks/1",
        COIN: f"/assets/{COIN}",
        COIN.lower(): f"/assets/{COIN}",
        encode(PREFIX_TEST, ALICE): ACCOUNT,
        "0x" + "00" * 32: "/tx/0x" + "00" * 32,
    }
    for words, place in wanted.items():
        answer = await reader.get(f"/search?q={words}")
        assert (answer.status, answer.headers["location"]) == (303, place)
    assert (await reader.page("/search")).text


async def test_the_reference_is_the_nodes_own(reader: Reader) -> None:
    page = await reader.page("/api")
    for name in ("account_get", "chain_getBlock", "tx_getProof"):
        assert f"/api/{name}" in page.links
    method = await reader.page("/api/account_getDatedStatement")
    assert "fromDate" in method.text
