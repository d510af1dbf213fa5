"""The order of transactions inside a block buys nothing: real blocks in every permutation (5.9)."""

import itertools
import random

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings

from tests.tokens.adversary_market import Market
from tests.tokens.adversary_values import FACE, HOLDERS, ISINS
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import MONEY, addr, header_digest
from tokens.block import Block, BlockResult
from tokens.events import BookCleared, OrderFilled
from tokens.finance.book_math import Wish, allotments, clearing_of
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.orders import PlaceOrder, order_id
from tokens.posting import balance_of
from tokens.records.market import ORDER, Side
from tokens.records.settlement import ISSUANCE
from tokens.transaction import DecodedTransaction, decode_transaction

BOND = ISINS[0]
PAR = 1_000_000
ACCOUNTS = ("bank-a-cash", "bank-b-cash", "client-a1", "client-b1", "client-a2")
SELLERS = ("bank-a-cash", "client-a1", "client-b1")


@pytest.fixture(scope="module")
def market() -> AdversaryWorld:
    """Bonds and money with everybody, on the second day of interest."""
    import datetime as dt

    world = AdversaryWorld()
    made = Market(world)
    made.open()
    world.end_block()
    for account in ("client-a1", "client-a2"):
        made.move_units("bank-a", MONEY, "bank-a-cash", account, 10**12)
    day = world.ledger.business_date
    world.alone("central-bank", CloseDay(date=day))
    world.alone("central-bank", OpenDay(date=day + dt.timedelta(days=1)))
    assert addr("bank-a-cash") != ISSUANCE
    return world


Wanted = tuple[str, Side, int, int]
"""(account, side, price, lots)."""


def transactions(world: AdversaryWorld, wanted: list[Wanted]) -> list[DecodedTransaction]:
    """One order in each; references start anew, so the ids are those of the orders alone."""
    import datetime as dt

    made = []
    for number, (account, side, price, lots) in enumerate(wanted):
        operation = PlaceOrder(
            account=addr(account),
            asset=BOND,
            side=side,
            price_e4=price,
            face=lots * FACE,
            expires_on=world.ledger.business_date + dt.timedelta(days=5),
        )
        reference = b"same-block" + number.to_bytes(6, "big")
        data = world.ledger.transaction(HOLDERS[account], operation, client_ref=reference)
        tx = decode_transaction(data)
        assert isinstance(tx, DecodedTransaction)
        made.append(tx)
    return made


def preview(world: AdversaryWorld, txs: tuple[DecodedTransaction, ...]) -> BlockResult:
    """The next block, thrown away."""
    height = world.ledger.height + 1
    everyone = tuple(member.id for member in world.ledger.genesis.validators)
    return world.ledger.core.preview(
        Block(height=height, transactions=txs, parent=header_digest(height - 1), signers=everyone)
    )


def fills(result: BlockResult) -> list[msgspec.Struct]:
    """What happened in the books, in order."""
    kinds = (OrderFilled, BookCleared)
    return [e for r in result.receipts for e in r.events if isinstance(e, kinds)]


WANTED: list[Wanted] = [
    ("bank-a-cash", Side.SELL, PAR, 3),
    ("client-a1", Side.SELL, PAR - 20, 4),
    ("client-b1", Side.SELL, PAR, 3),
    ("bank-b-cash", Side.BUY, PAR + 10, 5),
    ("client-a2", Side.BUY, PAR, 3),
]


def test_a_same_block_order_cannot_be_front_run(market: AdversaryWorld) -> None:
    """Whoever orders the block: the same fills at the same price, and the same state of books."""
    txs = transactions(market, WANTED)
    seen = [preview(market, order) for order in itertools.permutations(txs)]
    first = fills(seen[0])
    cleared = [event for event in first if isinstance(event, BookCleared)]
    assert [event.volume for event in cleared] == [8 * FACE]
    for result in seen:
        assert fills(result) == first
        assert [r.code for r in result.receipts] == [0] * len(result.receipts)
    orders = {
        tuple(
            (key, record)
            for kind, key, _, record, _ in result.changes.records
            if kind.name in ("order", "position", "trade", "book")
        )
        for result in seen
    }
    assert len(seen) == 120
    assert len(orders) == 1


def test_one_who_sees_an_order_cannot_step_before_it(market: AdversaryWorld) -> None:
    """The classic: buy before the big buyer, sell to it. Between its two prices nothing is won."""
    victim: Wanted = ("bank-b-cash", Side.BUY, PAR + 50, 5)
    others: list[Wanted] = [("client-b1", Side.SELL, PAR, 5)]
    honest = preview(market, tuple(transactions(market, [victim, *others])))
    attack: list[Wanted] = [
        ("bank-a-cash", Side.BUY, PAR, 5),
        ("bank-a-cash", Side.SELL, PAR + 50, 5),
    ]
    txs = transactions(market, [victim, *others, *attack])
    prices = set()
    for order in itertools.permutations(txs):
        result = preview(market, order)
        mine = [
            e
            for e in fills(result)
            if isinstance(e, OrderFilled) and e.account == addr("bank-a-cash")
        ]
        assert mine == []
        prices |= {e.price_e4 for e in fills(result) if isinstance(e, BookCleared)}
    assert prices == {e.price_e4 for e in fills(honest) if isinstance(e, BookCleared)}


books = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        st.sampled_from(list(Side)),
        st.integers(-3, 3).map(lambda step: PAR + 10 * step),
        st.integers(1, 4),
    ).filter(lambda entry: entry[1] is Side.BUY or entry[0] in SELLERS),
    min_size=2,
    max_size=7,
).filter(lambda wanted: not _own(wanted))


def _own(wanted: list[Wanted]) -> bool:
    """Whether somebody stands on both sides: another test's subject."""
    sides = {(entry[0], entry[1]) for entry in wanted}
    return any((name, Side.BUY) in sides and (name, Side.SELL) in sides for name in ACCOUNTS)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(wanted=books, seed=st.integers(0, 2**32))
def test_fills_are_those_of_the_oracle(
    market: AdversaryWorld, wanted: list[Wanted], seed: int
) -> None:
    """One price, as much as there is, nobody beyond its limit, pro rata, everything conserved."""
    txs = transactions(market, wanted)
    shuffled = list(txs)
    random.Random(seed).shuffle(shuffled)
    result = preview(market, tuple(txs))
    assert fills(preview(market, tuple(shuffled))) == fills(result)
    height = market.ledger.height + 1
    sides: dict[Side, list[Wish]] = {Side.BUY: [], Side.SELL: []}
    for tx, (_, side, price, lots) in zip(txs, wanted, strict=True):
        sides[side].append(Wish(price, lots * FACE, height, order_id(tx.tx_id, 0)))
    expected = clearing_of(sides[Side.BUY], sides[Side.SELL], 0)
    got = {side: dict.fromkeys((wish.id for wish in sides[side]), 0) for side in Side}
    for event in fills(result):
        if isinstance(event, OrderFilled):
            got[event.side][event.order] += event.face
            assert expected is not None
            assert event.price_e4 == expected.price_e4
    if expected is None:
        assert fills(result) == []
        return
    for side, sign in ((Side.BUY, -1), (Side.SELL, 1)):
        able = [w for w in sides[side] if sign * (expected.price_e4 - w.price_e4) >= 0]
        able.sort(key=lambda wish: (sign * wish.price_e4, wish.id))
        shares = allotments(able, expected.volume, FACE)
        assert {w.id: share for w, share in zip(able, shares, strict=True) if share} == {
            order: face for order, face in got[side].items() if face
        }
        assert sum(shares) == expected.volume


def test_a_preview_changes_nothing(market: AdversaryWorld) -> None:
    """The tests above stand on it."""
    before = balance_of(market.ledger.state, BOND, addr("client-b1"))
    preview(market, tuple(transactions(market, WANTED)))
    assert balance_of(market.ledger.state, BOND, addr("client-b1")) == before
    for tx in transactions(market, WANTED):
        assert market.ledger.state.get(ORDER, order_id(tx.tx_id, 0)) is None
