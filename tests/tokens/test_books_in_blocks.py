"""Books as a part of the transition: receipts, reasons for a block, replay (5.9, spec 4)."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.adversary_market import Market
from tests.tokens.adversary_values import FACE, HOLDERS, ISINS
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import addr
from tokens import clearing
from tokens.events import BookCleared, OrderFilled
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.orders import PlaceOrder
from tokens.records.market import BOOK, Side
from tokens.results import Receipt

PAR = 1_000_000


@pytest.fixture
def world() -> AdversaryWorld:
    made = AdversaryWorld()
    Market(made).open()
    made.end_block()
    day = made.ledger.business_date
    made.alone("central-bank", CloseDay(date=day))
    made.alone("central-bank", OpenDay(date=day + dt.timedelta(days=1)))
    return made


def order(world: AdversaryWorld, account: str, side: Side, lots: int, bond: str) -> bytes:
    """Signed bytes of an order at par."""
    made: msgspec.Struct = PlaceOrder(
        account=addr(account),
        asset=bond,
        side=side,
        price_e4=PAR,
        face=lots * FACE,
        expires_on=world.ledger.business_date + dt.timedelta(days=5),
    )
    return world.ledger.transaction(HOLDERS[account], made)


def crossing(world: AdversaryWorld, count: int, bond: str) -> list[bytes]:
    """Orders of so many fills, of two banks."""
    pairs = (("bank-a-cash", Side.SELL), ("bank-b-cash", Side.BUY))
    return [order(world, name, side, 1, bond) for _ in range(count) for name, side in pairs]


def cleared(receipts: tuple[Receipt, ...]) -> list[Receipt]:
    return [r for r in receipts if any(isinstance(e, BookCleared) for e in r.events)]


def test_a_book_makes_one_system_receipt_after_the_transactions(world: AdversaryWorld) -> None:
    txs = [*crossing(world, 2, ISINS[0]), *crossing(world, 1, ISINS[1])]
    result = world.ledger.block(*txs)
    assert [r.index for r in result.receipts] == list(range(len(result.receipts)))
    own = result.receipts[: len(txs)]
    assert all(r.code == 0 for r in own)
    assert not any(isinstance(e, OrderFilled) for r in own for e in r.events)
    assert cleared(result.receipts) == list(result.receipts[len(txs) : len(txs) + 2])
    assert len({r.tx_id for r in result.receipts}) == len(result.receipts)


def test_a_cut_book_is_a_reason_to_make_a_block(
    world: AdversaryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Like a due agenda (R1), until nothing waits; an uncrossed book is none."""
    monkeypatch.setattr(clearing, "FILLS_MAX", 2)
    assert not world.ledger.core.agenda_is_due()
    world.ledger.block(*crossing(world, 5, ISINS[0]))
    fills = []
    while world.ledger.core.agenda_is_due():
        result = world.ledger.block()
        fills.append(len(cleared(result.receipts)))
    assert fills == [1, 1]
    book = world.ledger.state.get(BOOK, ISINS[0])
    assert book is not None
    assert (book.trades, book.orders) == (5, 0)
    world.ledger.block(order(world, "bank-a-cash", Side.SELL, 1, ISINS[0]))
    assert not world.ledger.core.agenda_is_due()


def test_two_ledgers_clear_alike(world: AdversaryWorld) -> None:
    """The same blocks on a second ledger: the same roots."""
    other = AdversaryWorld()
    Market(other).open()
    other.end_block()
    day = other.ledger.business_date
    other.alone("central-bank", CloseDay(date=day))
    other.alone("central-bank", OpenDay(date=day + dt.timedelta(days=1)))
    txs = crossing(world, 4, ISINS[0])
    assert world.ledger.block(*txs).root == other.ledger.block(*txs).root
