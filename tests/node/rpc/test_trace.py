"""Where units came from: for every holder the lots add up, and lead back to an issue."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.rpc import trace as module
from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call, Tier
from node.rpc.trace import Books, books_of, trace
from node.sdk.schema.trace import Trace, TraceParams
from tests.golden_chain import play
from tests.node.rpc.ledger_node import LedgerNode, call_of
from tests.tokens.ops.build import ISIN
from tests.tokens.support import MONEY, addr
from tokens.events import Burned, Issued, LedgerEvent, Moved
from tokens.posting import supply_of
from tokens.records.holdings import POSITION
from tokens.results import Receipt

ASSET = "XYZ"
PEOPLE = [addr(name) for name in ("a", "b", "c", "d")]


@pytest.fixture(scope="module")
def node() -> LedgerNode:
    return LedgerNode(play(500))


@pytest.fixture
def call(node: LedgerNode) -> Call:
    return call_of(node)


def receipt(height: int, *events: LedgerEvent) -> Receipt:
    tx_id = height.to_bytes(32, "big")
    return Receipt(tx_id=tx_id, height=height, index=0, code=0, operation=-1, events=events)


def moved(source: int, target: int, amount: int) -> Moved:
    return Moved(asset=ASSET, source=PEOPLE[source], target=PEOPLE[target], amount=amount)


def issued(target: int, amount: int) -> Issued:
    return Issued(asset=ASSET, target=PEOPLE[target], amount=amount)


def leads_back(found: Trace) -> None:
    """Each lot begins at an issue and goes from hand to hand to the holder."""
    for lot in found.lots:
        at = lot.issued_to
        assert 0 < lot.amount <= lot.issue_amount
        for step in lot.steps:
            assert step.source == at
            assert step.height >= lot.issued_at
            at = step.target
        assert at == found.account


@pytest.mark.parametrize(("asset", "least"), [(ISIN, 1), ("PKRS", 3), (MONEY, 4)])
async def test_every_holder_of_a_ledger_that_has_lived(call: Call, asset: str, least: int) -> None:
    """A bond that was redeemed, a stablecoin, and central-bank money, some of it from genesis."""
    holders = call.state.scan(POSITION, POSITION.indexes[0], (asset,), limit=100)
    assert len(holders) >= least
    total = 0
    for holder in holders:
        found = await trace(call, TraceParams(asset=asset, account=holder.account, limit=500))
        assert found.balance == holder.balance == sum(lot.amount for lot in found.lots)
        assert found.lots_total == len(found.lots)
        leads_back(found)
        total += found.balance
    assert total == supply_of(call.state, asset)


def test_who_came_first_leaves_first() -> None:
    books = Books(ASSET)
    events: list[LedgerEvent] = [issued(0, 10), issued(1, 10), moved(1, 0, 5)]
    events += [moved(0, 2, 12), moved(2, 3, 11)]
    for at, event in enumerate(events, 1):
        books.play(receipt(at, event))
    lots = [(lot.amount, lot.origin.height) for lot in books.lots[PEOPLE[3]]]
    assert lots == [(10, 1), (1, 2)]
    assert [(lot.amount, lot.origin.height) for lot in books.lots[PEOPLE[2]]] == [(1, 2)]
    assert [(lot.amount, lot.origin.height) for lot in books.lots[PEOPLE[0]]] == [(3, 2)]


def test_a_batch_whose_legs_stand_in_another_order_is_taken_as_a_whole() -> None:
    """The broker gives before it has: net, the units go from the first to the last."""
    books = Books(ASSET)
    books.play(receipt(1, issued(0, 10)))
    books.play(receipt(2, moved(1, 2, 10), moved(0, 1, 10)))
    (lot,) = books.lots[PEOPLE[2]]
    assert lot.path is not None
    assert (lot.path.step.source, lot.path.step.target) == (PEOPLE[0], PEOPLE[2])
    assert not books.lots.get(PEOPLE[1])


def test_a_ring_of_legs_that_nets_to_nothing_moves_nothing() -> None:
    books = Books(ASSET)
    books.play(receipt(1, issued(3, 1)))
    books.play(receipt(2, moved(0, 1, 7), moved(1, 2, 7), moved(2, 0, 7)))
    assert books.held(PEOPLE[3]) == 1
    assert sum(books.held(each) for each in PEOPLE) == 1


def test_of_a_long_way_the_newest_part_is_told() -> None:
    books = Books(ASSET)
    books.play(receipt(1, issued(0, 1)))
    for at in range(100):
        books.play(receipt(at + 2, moved(at % 2, 1 - at % 2, 1)))
    (lot,) = books.lots[PEOPLE[0]]
    view = module._view(lot)
    assert (len(view.steps), view.steps_left_out) == (64, 36)
    assert view.steps[-1].height == 101


movements = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 50), st.integers(0, 4)),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(movements=movements)
def test_lots_add_up_after_any_history(movements: list[tuple[int, int, int, int]]) -> None:
    """Issues, burns and transfers of what is there, against plain balances."""
    books, balances = Books(ASSET), [0, 0, 0, 0]
    for at, (source, target, amount, kind) in enumerate(movements, 1):
        if kind == 0 or balances[source] == 0:
            books.play(receipt(at, issued(target, amount)))
            balances[target] += amount
            continue
        part = min(amount, balances[source])
        balances[source] -= part
        if kind == 1:
            books.play(receipt(at, Burned(asset=ASSET, source=PEOPLE[source], amount=part)))
        else:
            books.play(receipt(at, moved(source, target, part)))
            balances[target] += part
        assert [books.held(each) for each in PEOPLE] == balances
    assert books.count == sum(len(lots) for lots in books.lots.values())


async def test_pages_cover_the_whole_once(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    holders = call.state.scan(POSITION, POSITION.indexes[0], ("PKRS",), limit=100)
    found = [
        await trace(call, TraceParams(asset="PKRS", account=holder.account, limit=500))
        for holder in holders
    ]
    longest = max(found, key=lambda each: each.lots_total)
    assert longest.lots_total > 2
    pages = []
    for at in range(longest.lots_total):
        params = TraceParams(asset="PKRS", account=longest.account, first=at, limit=1)
        pages.append((await trace(call, params)).lots)
    assert tuple(lot for page in pages for lot in page) == longest.lots


@pytest.mark.parametrize("name", ["HOLDERS_MAX", "RECEIPTS_MAX", "LOTS_MAX"])
async def test_a_history_that_is_too_long_is_refused(
    call: Call, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await books_of(call, "PKRS")).count > 1
    monkeypatch.setattr(module, name, 1)
    with pytest.raises(RpcError) as seen:
        await books_of(call, "PKRS")
    assert seen.value.code is RpcCode.LIMIT_EXCEEDED


async def test_only_its_operator_sees_it_where_money_is_real(node: LedgerNode) -> None:
    real = LedgerNode(node._ledger, msgspec.structs.replace(node.genesis, is_dev=False))
    params = TraceParams(asset=ISIN, account=addr("bank-a-cash"))
    with pytest.raises(RpcError) as seen:
        await trace(call_of(real), params)
    assert seen.value.code is RpcCode.UNAUTHORISED
    assert (await trace(call_of(real, frozenset({Tier.ADMIN})), params)).asset == ISIN


async def test_what_is_kept_no_more_is_not_guessed(node: LedgerNode) -> None:
    class Pruned(LedgerNode):
        def oldest_block(self) -> int:
            return 5

    with pytest.raises(RpcError) as seen:
        await trace(call_of(Pruned(node._ledger)), TraceParams(asset=ISIN, account=addr("x")))
    assert seen.value.code is RpcCode.PRUNED
