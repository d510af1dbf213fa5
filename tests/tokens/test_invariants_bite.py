"""Each invariant of money, payments, markets, collateral, ramps, reserves and lots can fail.

A record of a full state is changed in one thing, and the invariant that promises it says so.
"""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

import msgspec
import pytest

from tests.tokens.adversary_values import FACE, ISINS, PKRS
from tests.tokens.full_world import full_store, old_store
from tests.tokens.support import MONEY, addr, digest
from tokens.invariants import INVARIANTS, Snapshot, broken_invariants
from tokens.records.cash import CASH_ASSET, QUEUED_REDEMPTION
from tokens.records.commodities import COMMODITY, DELIVERY, LOT, DeliveryStatus, LotStatus
from tokens.records.control import UNCLAIMED
from tokens.records.governance import VALIDATOR_SETS
from tokens.records.holdings import LIEN, POSITION, SUPPLY
from tokens.records.instruments import (
    ASSET,
    PAYMENT,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.kind import RecordKind
from tokens.records.market import BOOK, ORDER, TRADE, OrderStatus, Side
from tokens.records.marks import ASSET_MARKS
from tokens.records.options import CALL_SHARE, DEFAULT, PUT_BOOK, CallShare, Default
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.ramps import RAMP, RAMP_COUNTER, RAMP_REFERENCE, RampStatus
from tokens.records.repos import REPO, REPO_USE, RepoStatus
from tokens.records.settlement import BATCH, BatchStatus
from tokens.records.system import AGENDA_ITEM, CHAIN
from tokens.records.tax import TAX_CERTIFICATE, TAX_YEAR
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState
from tokens.types import AccountStatus, AssetFlag, AssetStatus, LienKind, Role

Damage = Callable[[Overlay, Snapshot], None]
Which = Callable[[msgspec.Struct], bool]
R = TypeVar("R", bound=msgspec.Struct)
replace = msgspec.structs.replace


def some(record: msgspec.Struct) -> bool:
    return True


def having(**values: object) -> Which:
    """A record with these values."""
    return lambda record: all(getattr(record, name) == value for name, value in values.items())


def change(kind: RecordKind[R], which: Which, **changes: object) -> Damage:
    """The first such record, other in some fields; a function makes a value of the old one."""

    def damage(state: Overlay, found: Snapshot) -> None:
        record = next(entry for entry in found.all(kind) if which(entry))
        values = {
            name: value(getattr(record, name)) if callable(value) else value
            for name, value in changes.items()
        }
        state.put(kind, replace(record, **values))

    return damage


def drop(kind: RecordKind[R], which: Which = some) -> Damage:
    """The first such record is gone."""

    def damage(state: Overlay, found: Snapshot) -> None:
        record = next(entry for entry in found.all(kind) if which(entry))
        state.delete(kind, *kind.key_of(record))

    return damage


def add(kind: RecordKind[R], record: R) -> Damage:
    """One that nobody made."""
    return lambda state, _: state.put(kind, record)


def drop_lien_of(kind: RecordKind[R], which: Which = some) -> Damage:
    """The hold of the first such record that has one."""

    def damage(state: Overlay, found: Snapshot) -> None:
        liens = (getattr(entry, "lien", None) for entry in found.all(kind) if which(entry))
        state.delete(LIEN, next(lien for lien in liens if lien is not None))

    return damage


def plus(amount: int) -> Callable[[int], int]:
    return lambda value: value + amount


def gone(entry: msgspec.Struct) -> bool:
    if not isinstance(entry, Payment) or entry.status is not PaymentStatus.PAID:
        return False
    return entry.paid > entry.withheld + 1_000


def one_operator(state: Overlay, found: Snapshot) -> None:
    """On a network that is no development network."""
    sets, chain = found.all(VALIDATOR_SETS)[0], found.all(CHAIN)[0]
    crowd = tuple(replace(member, operator=addr("treasury")) for member in sets.next)
    state.put(CHAIN, replace(chain, is_dev=False))
    state.put(VALIDATOR_SETS, replace(sets, next=crowd))


def crossed(state: Overlay, found: Snapshot) -> None:
    """A buyer above a seller, and a book that does not know it."""
    ask = next(e for e in found.all(ORDER) if e.side is Side.SELL and e.lien)
    bid = next(e for e in found.all(ORDER) if e.side is Side.BUY and e.lien)
    state.put(ORDER, replace(bid, price_e4=ask.price_e4 + 500))


def without_agenda(*damages: Damage) -> Damage:
    """Nothing is left to do, and things stand as they must not."""

    def damage(state: Overlay, found: Snapshot) -> None:
        for item in found.all(AGENDA_ITEM):
            state.delete(AGENDA_ITEM, *AGENDA_ITEM.key_of(item))
        for other in damages:
            other(state, found)

    return damage


def followed(entry: msgspec.Struct) -> bool:
    return getattr(entry, "held", None) is not None


def late(mark: msgspec.Struct) -> msgspec.Struct:
    return replace(mark, effective=FAR)


def first_line(**changes: object) -> Callable[[tuple[msgspec.Struct, ...]], object]:
    """The first line of a basket, changed."""
    return lambda lines: (replace(lines[0], **changes), *lines[1:])


BOND, COIN, OWN = having(id=ISINS[1]), having(id=PKRS), having(id=addr("bank-a-cash"))
SET_ASIDE = having(status=BatchStatus.ALLOCATED)
RESERVE = having(asset=MONEY, account=addr("issuer-reserve"))
REDEMPTION = having(asset=ISINS[0], kind=PaymentKind.REDEMPTION)
SOLD = having(asset=ISINS[1], status=OrderStatus.OPEN, side=Side.SELL)
BOUGHT = having(asset=ISINS[1], status=OrderStatus.OPEN, side=Side.BUY)
COUPON = having(kind=PaymentKind.COUPON, status=PaymentStatus.PAID)
REQUESTED = having(status=DeliveryStatus.REQUESTED)
HELD = having(status=RampStatus.HELD)
LENT = having(status=RepoStatus.OPEN)
PLEDGED = having(owner=addr("bank-b"), kind=LienKind.PLEDGE)
FAR = dt.date(2030, 1, 1)
NO_CAUSE = Default(asset=ISINS[1], cause=ISINS[1], payment=1, since=FAR)
NO_CALL = CallShare(asset=ISINS[3], payment=1, account=bytes(16), face=1, remainder=0)

DAMAGES: list[tuple[str, Damage]] = [
    ("validate_roles", change(PARTICIPANT, having(name="central-bank"), roles=(2, Role.FIU))),
    (
        "validate_closed",
        change(ACCOUNT, OWN, status=AccountStatus.CLOSED),
    ),
    ("validate_operators", one_operator),
    (
        "validate_matured",
        without_agenda(change(ASSET, BOND, status=AssetStatus.MATURED)),
    ),
    (
        "validate_matured",
        without_agenda(change(ASSET, COIN, status=AssetStatus.MATURED)),
    ),
    ("validate_statuses", change(ASSET, BOND, status=AssetStatus.APPROVED)),
    ("validate_payments", change(PAYMENT, COUPON, paid=plus(10**12))),
    ("validate_payments", change(PAYMENT, COUPON, status=PaymentStatus.FUNDED)),
    ("validate_payments", change(PAYMENT, COUPON, record_no=99)),
    ("validate_payments", change(ASSET, BOND, unpaid_record=1)),
    ("validate_unclaimed", change(UNCLAIMED, some, amount=plus(1))),
    (
        "validate_batches",
        change(BATCH, SET_ASIDE, status=BatchStatus.SETTLED),
    ),
    (
        "validate_batches",
        change(BATCH, SET_ASIDE, liens=(digest("nothing"),)),
    ),
    ("validate_certificates", change(TAX_CERTIFICATE, some, withheld=plus(1))),
    ("validate_certificates", change(TAX_YEAR, some, base=plus(1))),
    ("validate_certificates", drop(TAX_CERTIFICATE)),
    ("validate_payment_sums", change(PAYMENT, COUPON, required=plus(1))),
    ("validate_payment_sums", change(PAYMENT, gone, paid=plus(-1_000))),
    ("validate_redeemed", change(ASSET, BOND, status=AssetStatus.REDEEMED)),
    ("validate_defaults", change(ASSET, BOND, flags=AssetFlag.DEFAULT.value)),
    (
        "validate_defaults",
        add(DEFAULT, NO_CAUSE),
    ),
    ("validate_options", change(PUT_BOOK, some, face=plus(FACE))),
    (
        "validate_options",
        add(CALL_SHARE, NO_CALL),
    ),
    ("validate_orders", drop_lien_of(ORDER, SOLD)),
    ("validate_orders", change(ORDER, SOLD, face=FACE + 1)),
    ("validate_orders", change(ORDER, SOLD, face=2 * FACE)),
    ("validate_orders", change(ORDER, BOUGHT, price_e4=1_200_000)),
    ("validate_orders", change(ORDER, BOUGHT, lien=None)),
    ("validate_orders", change(ORDER, SOLD, status=OrderStatus.CANCELLED)),
    ("validate_orders", change(ORDER, SOLD, expires_on=FAR)),
    ("validate_books", change(BOOK, having(asset=ISINS[1]), orders=plus(1))),
    ("validate_books", change(BOOK, having(asset=ISINS[1]), trades=plus(1))),
    ("validate_books", change(TRADE, some, principal=0, accrued=0)),
    ("validate_books", drop(BOOK, having(asset=ISINS[1]))),
    ("validate_books", crossed),
    (
        "validate_marks",
        change(ASSET_MARKS, followed, held=late),
    ),
    ("validate_pledges", change(LIEN, PLEDGED, owner=bytes(16))),
    (
        "validate_pledges",
        change(REPO, LENT, lines=first_line(amount=1)),
    ),
    (
        "validate_pledges",
        change(REPO, LENT, lines=first_line(lien=digest("x"))),
    ),
    ("validate_repos", change(REPO, LENT, status=RepoStatus.CLOSED)),
    ("validate_repos", change(REPO, LENT, seller_cash=None)),
    ("validate_repos", change(REPO, LENT, call=5)),
    ("validate_repos", change(REPO, LENT, defaulter=addr("bank-a"))),
    (
        "validate_repos",
        change(REPO, LENT, lines=first_line(lien=None)),
    ),
    ("validate_repo_use", change(REPO_USE, some, count=plus(1))),
    ("validate_cover", change(REPO, LENT, terms=lambda terms: replace(terms, cash=10**12))),
    ("validate_lots", change(COMMODITY, some, attested=plus(1))),
    ("validate_lots", change(COMMODITY, some, lot_next=plus(1))),
    ("validate_lots", change(LOT, having(status=LotStatus.LIVE), gross=1)),
    ("validate_lots", change(LOT, having(status=LotStatus.LIVE), status=LotStatus.EMPTY)),
    ("validate_lots", change(ASSET, having(id="XAU"), flags=AssetFlag.BREACH.value)),
    ("validate_deliveries", drop_lien_of(DELIVERY, REQUESTED)),
    ("validate_deliveries", change(DELIVERY, REQUESTED, amount=plus(10))),
    ("validate_deliveries", change(DELIVERY, REQUESTED, remainder=99)),
    ("validate_deliveries", change(DELIVERY, having(status=DeliveryStatus.DELIVERED), parts=())),
    ("validate_ramps", drop_lien_of(RAMP, HELD)),
    ("validate_ramps", change(RAMP, HELD, status=RampStatus.DONE)),
    ("validate_ramps", change(RAMP, HELD, fee=99)),
    ("validate_ramps", change(RAMP, having(status=RampStatus.CREDITED), went_out=plus(10**6))),
    ("validate_ramps", change(RAMP_COUNTER, some, count=plus(1))),
    ("validate_ramp_references", drop(RAMP_REFERENCE)),
    ("validate_ramp_references", change(RAMP_REFERENCE, some, bank=bytes(16))),
    ("validate_reserves", change(CASH_ASSET, some, queued=plus(1))),
    ("validate_reserves", change(ASSET, COIN, flags=AssetFlag.BREACH.value)),
    ("validate_reserves", change(CASH_ASSET, some, reserve_account=addr("tax-cash"))),
    ("validate_queues", drop_lien_of(QUEUED_REDEMPTION)),
    ("validate_queues", change(POSITION, RESERVE, frozen=0)),
]

OLD = [
    ("validate_payment_sums", change(PAYMENT, REDEMPTION, paid=plus(-FACE))),
    ("validate_redeemed", drop(PAYMENT, REDEMPTION)),
    ("validate_redeemed", change(SUPPLY, having(asset=ISINS[0]), amount=1)),
    ("validate_redeemed", change(PAYMENT, REDEMPTION, status=PaymentStatus.PAYING)),
]


def names_after(rows: list[tuple[bytes, bytes]], damage: Damage) -> set[str]:
    """What is broken in a copy that was damaged."""
    store = MemoryStore()
    store.write(rows)
    overlay = Overlay(StoreState(store))
    damage(overlay, Snapshot(store))
    store.write(overlay.changes().writes())
    return {broken.invariant for broken in broken_invariants(store)}


@pytest.fixture(scope="module")
def full() -> list[tuple[bytes, bytes]]:
    return list(full_store().iterate(b"", b"\xff"))


@pytest.fixture(scope="module")
def old() -> list[tuple[bytes, bytes]]:
    return list(old_store().iterate(b"", b"\xff"))


@pytest.mark.parametrize("place", range(len(DAMAGES)))
def test_a_damaged_record_is_seen(full: list[tuple[bytes, bytes]], place: int) -> None:
    name, damage = DAMAGES[place]
    assert name in names_after(full, damage)


@pytest.mark.parametrize("place", range(len(OLD)))
def test_a_damaged_record_of_redeemed_paper_is_seen(
    old: list[tuple[bytes, bytes]], place: int
) -> None:
    name, damage = OLD[place]
    assert name in names_after(old, damage)


def test_what_is_damaged_was_whole(
    full: list[tuple[bytes, bytes]], old: list[tuple[bytes, bytes]]
) -> None:
    for rows in (full, old):
        assert names_after(rows, lambda state, found: None) == set()


def test_every_invariant_is_damaged_somewhere() -> None:
    """Here, or in a module of its family that has a test like the last one of each."""
    elsewhere = {
        "tokens.invariants",
        "tokens.invariants_protocol",
        "tokens.invariants_auctions",
        "tokens.invariants_rates",
        "tokens.invariants_rules",
        "tokens.invariants_travel",
    }
    damaged = {name for name, _ in (*DAMAGES, *OLD)} | {"validate_freezes", "validate_enforcements"}
    here = {e.__name__ for e in INVARIANTS if e.__module__ not in elsewhere}
    assert here <= damaged
