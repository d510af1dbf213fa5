"""Reads of bonds, reserves and batches."""

import datetime as dt

from tests.tokens.ops.build import FACE, ISIN, bond, dvp, fund, go_to, issue, terms, transfer
from tests.tokens.ops.test_cash import DEFINE, GRANT_OF_A, mint
from tests.tokens.ops.world import CBM, PKRS, World, address
from tokens.ops.batch_steps import CancelBatch
from tokens.ops.coupons import CouponFund
from tokens.queries_instruments import (
    accrued_view,
    consideration_view,
    instrument_view,
    register_view,
    schedule_view,
)
from tokens.queries_money import batch_view, batches_view, reserve_view
from tokens.records.instruments import PaymentKind, PaymentStatus
from tokens.records.proposals import GRANT
from tokens.terms import Consideration


def world_with_bond() -> World:
    world = World()
    for account in ("a/main", "b/main", "treasury/main"):
        fund(world, account, 200 * FACE)
    bond(world)
    issue(world, ISIN, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    return world


def test_bond_and_schedule() -> None:
    world = world_with_bond()
    assert instrument_view(world.state, "NONE") is None
    assert schedule_view(world.state, "NONE") is None
    view = instrument_view(world.state, ISIN)
    assert view is not None
    assert view.supply == 100 * FACE
    go_to(world, dt.date(2026, 1, 16))
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    go_to(world, dt.date(2026, 1, 19))
    entries = schedule_view(world.state, ISIN)
    assert entries is not None
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5, 6, 7]
    assert entries[0].status is PaymentStatus.PAID
    assert entries[1].status is PaymentStatus.SCHEDULED
    assert entries[1].payment_date == dt.date(2026, 7, 17)
    assert entries[1].record_date == dt.date(2026, 7, 15)
    assert entries[1].per_denomination == FACE * 115_000 // 10**6 // 2
    assert entries[-1].kind is PaymentKind.REDEMPTION
    assert entries[-1].per_denomination == FACE


def test_accrued_counts_up_and_is_negative_after_the_record() -> None:
    """184 days from 17 Jul 2025 to 17 Jan 2026; 11.5 percent of PKR 100,000 is 5,750 a period."""
    state = world_with_bond().state
    days = {0: dt.date(2025, 7, 17), 91: dt.date(2025, 10, 16), 182: dt.date(2026, 1, 15)}
    for count, day in days.items():
        exact = (2 * 575_000 * count + 184) // (2 * 184)
        assert accrued_view(state, ISIN, FACE, day) == exact
    assert accrued_view(state, ISIN, FACE, dt.date(2026, 1, 16)) == -(575_000 // 184)
    assert accrued_view(state, ISIN, FACE, dt.date(2026, 1, 17)) == 0
    assert accrued_view(state, ISIN, FACE, dt.date(2025, 7, 16)) is None
    assert accrued_view(state, ISIN, FACE, terms().maturity_date) is None
    assert accrued_view(state, "NONE", FACE, days[0]) is None


def test_consideration_books_principal_and_accrued_apart() -> None:
    state = world_with_bond().state
    day = dt.date(2025, 10, 16)
    found = consideration_view(state, ISIN, FACE, 985_004, day)
    assert found == Consideration(9_850_040, 284_375)
    assert found.total == 10_134_415
    assert consideration_view(state, "NONE", FACE, 1, day) is None


def test_register_pages_and_leaves_out_who_holds_nothing() -> None:
    world = world_with_bond()
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 100 * FACE))
    for number in range(3):
        world.account(f"h{number}", None, "bank_b")
        world.act("bank_b", transfer(ISIN, "b/main", f"h{number}", FACE))
    whole = register_view(world.state, ISIN, None, 10)
    assert sum(entry.balance for entry in whole) == 100 * FACE
    assert address("a/main") not in [entry.account for entry in whole]
    assert [entry.account for entry in whole] == sorted(entry.account for entry in whole)
    first = register_view(world.state, ISIN, None, 2)
    assert first + register_view(world.state, ISIN, first[-1].account, 10) == whole


def test_reserve() -> None:
    world = World()
    fund(world, "a/main", 100)
    assert reserve_view(world.state, PKRS) is None
    world.act("issuer+central", DEFINE)
    world.state.put(GRANT, GRANT_OF_A)
    world.act("bank_a", mint(60))
    view = reserve_view(world.state, PKRS)
    assert view is not None
    assert (view.supply, view.value, view.queued, view.queue) == (60, 60, 0, ())
    assert reserve_view(world.state, CBM) is None


def test_batches_in_order() -> None:
    world = world_with_bond()
    seller = ("bank_a", "a/main", "a/main")
    for name in ("B", "A", "C"):
        operation, _ = dvp(world, name, seller, ("bank_b", "b/main"), ISIN, FACE, FACE)
        world.act("bank_a", operation)
    world.act("bank_a", CancelBatch(initiator=address("bank_a"), batch_id="A"))
    whole = batches_view(world.state, None, 10, only_open=False)
    assert [batch.batch_id for batch in whole][1:] == ["B", "A", "C"]
    still = batches_view(world.state, None, 10, only_open=True)
    assert [batch.batch_id for batch in still] == ["B", "C"]
    rest = batches_view(world.state, whole[1].number, 1, only_open=False)
    assert rest == (whole[2],)
    assert batch_view(world.state, address("bank_a"), "C") == whole[3]
    assert batch_view(world.state, address("bank_a"), "D") is None
