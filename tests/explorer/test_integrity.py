"""Other nodes are compared, and one that has another root is named."""

import msgspec
import pytest

from node.explorer.pages.integrity import sum_row
from node.sdk.schema.supervision import ClassRow, HoldersReport
from tests.explorer.directories import asset_of, show_of
from tests.explorer.reader import reading
from tests.node.rpc.caller import serving
from tests.node.rpc.closed import closed_node, token_of
from tests.node.rpc.small_ledger import COIN, small_node
from tokens.types import AssetKind


async def test_equal_nodes_are_a_green_light() -> None:
    async with serving() as one, serving() as other:
        witnesses = (f"http://127.0.0.1:{other.port}",)
        async with reading(one.port, witnesses=witnesses) as reader:
            page = await reader.page("/")
    assert "equal state roots on 2 of 2 nodes" in page.text


async def test_a_node_with_another_root_is_named() -> None:
    lying = small_node()
    newest = lying.blocks[-1]
    lying.blocks[-1] = msgspec.structs.replace(newest, state_root=bytes(32))
    async with serving() as one, serving(node=lying) as other:
        witnesses = (f"http://127.0.0.1:{other.port}",)
        async with reading(one.port, witnesses=witnesses) as reader:
            overview, page = await reader.page("/"), await reader.page("/integrity")
    for each in (overview, page):
        assert "DIFFERENT state roots at height" in each.text


async def test_a_node_behind_is_compared_at_its_own_height() -> None:
    ahead = small_node()
    ahead.decide()
    async with serving(node=ahead) as one, serving() as other:
        witnesses = (f"http://127.0.0.1:{other.port}",)
        async with reading(one.port, witnesses=witnesses) as reader:
            page = await reader.page("/")
    assert f"equal state roots on 2 of 2 nodes at height {len(ahead.blocks) - 1}" in page.text


async def test_a_node_that_does_not_answer_counts_for_nothing() -> None:
    async with (
        serving() as one,
        reading(one.port, witnesses=("http://127.0.0.1:1",)) as reader,
    ):
        page = await reader.page("/integrity")
    assert "equal state roots on 1 of 2 nodes" in page.text
    assert "does not answer" in page.text


async def test_sums_are_for_supervisors() -> None:
    node = closed_node()
    async with serving(node=node) as running:
        async with reading(running.port) as public:
            hidden = await public.page("/integrity")
        async with reading(running.port, token_of(node, "regulator")) as supervisor:
            shown = await supervisor.page("/integrity")
    assert "shown to supervisors" in hidden.text
    assert "Supply and sum of balances" in shown.text
    assert COIN in shown.text


@pytest.mark.parametrize(("missing", "said"), [(0, "equal"), (1, "NOT EQUAL"), (-1, "NOT EQUAL")])
def test_a_supply_that_is_not_its_sum_is_told(missing: int, said: str) -> None:
    coin = asset_of("DPKR", AssetKind.CASH)
    parts = [
        ClassRow(residency="RESIDENT", tax_class="filer", accounts=1, persons=1, amount=amount)
        for amount in (60, 40 - missing)
    ]
    found = HoldersReport(
        asset="DPKR",
        supply=100,
        persons=2,
        classes=tuple(parts),
        largest=(),
        herfindahl_bps=0,
        foreign=0,
        foreign_bps=0,
    )
    assert sum_row(show_of(coin), coin, found)[3].text == said
