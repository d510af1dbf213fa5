"""Supervisory sums against figures worked out by hand, and against a ledger that has lived."""

import datetime as dt
from collections.abc import Callable
from typing import cast

import msgspec
import pytest

from node.rpc import supervision
from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call
from node.sdk.schema.supervision import BLOCKS_MAX, VelocityParams
from tests.golden_chain import play
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.ledger_node import LedgerNode, call_of
from tests.node.rpc.small_ledger import ALICE, BOB, BOND_ID, COIN, MONEY, bond, position, small_node
from tokens.posting import supply_of
from tokens.records.day import BUSINESS_DAY
from tokens.records.holdings import POSITION, SUPPLY, Supply
from tokens.records.instruments import ASSET, PAYMENT, Payment, PaymentKind, PaymentStatus
from tokens.records.parties import ACCOUNT
from tokens.state import Overlay

MATURES = bond().terms.maturity_date


def call_after(change: Callable[[Overlay], None]) -> Call:
    """A call over the small ledger with a change."""
    node = small_node()
    overlay = node.state()
    change(overlay)
    node.write(overlay)
    return of_node(node)


def of_node(node: FakeNode) -> Call:
    """A call of the fake node."""
    return call_of(cast("LedgerNode", node))


def at_date(state: Overlay, date: dt.date) -> None:
    """The business date is another one."""
    day = state.get(BUSINESS_DAY)
    assert day is not None
    state.put(BUSINESS_DAY, msgspec.structs.replace(day, date=date))


def three_holders(state: Overlay) -> None:
    """600, 300 and 100 of 1,000; the 300 are a foreigner's."""
    for name, amount in ((ALICE, 600), (BOB, 300)):
        state.put(POSITION, position(COIN, name, amount))
    bob = state.get(ACCOUNT, BOB)
    assert bob is not None
    third = msgspec.structs.replace(bob, id=b"\x09" * 16, owner=b"\x09" * 32)
    state.put(ACCOUNT, third)
    state.put(ACCOUNT, msgspec.structs.replace(bob, residency="NRVA"))
    state.put(POSITION, position(COIN, third.id, 100))
    state.put(SUPPLY, Supply(asset=COIN, amount=1_000))


async def test_classes_concentration_and_foreign_holdings_by_hand() -> None:
    report = await supervision.holders(call_after(three_holders), COIN)
    rows = [(row.residency, row.accounts, row.persons, row.amount) for row in report.classes]
    assert rows == [("NRVA", 1, 1, 300), ("RESIDENT", 2, 2, 700)]
    assert [share.share_bps for share in report.largest] == [6_000, 3_000, 1_000]
    assert report.herfindahl_bps == 3_600 + 900 + 100
    assert (report.foreign, report.foreign_bps) == (300, 3_000)


async def test_two_accounts_of_one_person_are_one_holder() -> None:
    def change(state: Overlay) -> None:
        three_holders(state)
        alice, third = state.get(ACCOUNT, ALICE), state.get(ACCOUNT, b"\x09" * 16)
        assert alice is not None
        assert third is not None
        state.put(ACCOUNT, msgspec.structs.replace(third, owner=alice.owner))

    report = await supervision.holders(call_after(change), COIN)
    assert report.persons == 2
    assert [share.amount for share in report.largest] == [700, 300]
    assert report.herfindahl_bps == 4_900 + 900


@pytest.mark.parametrize(
    ("days", "years"),
    [(0, 0), (364, 0), (365, 1), (3 * 365 - 1, 1), (3 * 365, 3), (5 * 365, 5), (10 * 365, 10)],
)
async def test_a_tenor_is_what_is_left(days: int, years: int) -> None:
    call = call_after(lambda state: at_date(state, MATURES - dt.timedelta(days=days)))
    (row,) = await supervision.tenors(call)
    assert (row.years_from, row.instruments, row.amount) == (years, 1, 500_000)


async def test_a_ladder_is_the_schedule_by_month() -> None:
    rows = await supervision.ladder(of_node(small_node()))
    assert [(row.month, row.principal, row.coupons) for row in rows] == [
        ("2026-01", 0, 25_000),
        ("2026-07", 0, 25_000),
        ("2027-01", 0, 25_000),
        ("2027-07", 500_000, 25_000),
    ]
    assert {row.settlement_asset for row in rows} == {MONEY}


async def test_what_was_paid_of_a_payment_is_due_no_more_and_the_tax_is_a_part_of_it() -> None:
    def change(state: Overlay) -> None:
        state.put(PAYMENT, half_paid)

    half_paid = Payment(
        asset=BOND_ID,
        number=1,
        kind=PaymentKind.COUPON,
        status=PaymentStatus.PAYING,
        record_date=dt.date(2026, 1, 15),
        payment_date=dt.date(2026, 1, 19),
        fraction=(1, 2),
        rate_e6=100_000,
        factor_e6=10**6,
        price_e4=0,
        record_no=1,
        recorded=500_000,
        required=25_000,
        paid=10_000,
        withheld=3_000,
        was_missed=False,
        paid_on=None,
    )
    first, *_ = await supervision.ladder(call_after(change))
    assert (first.month, first.principal, first.coupons) == ("2026-01", 0, 15_000)
    half_paid = msgspec.structs.replace(half_paid, paid=25_000, withheld=4_000)
    first, *_ = await supervision.ladder(call_after(change))
    assert first.month == "2026-07"


async def test_what_was_not_settled_on_its_date_is_late() -> None:
    on_time = await supervision.fails(of_node(small_node()))
    assert (on_time.late_total, on_time.open_total) == (0, 1)
    date = on_time.business_date + dt.timedelta(days=3)
    late = await supervision.fails(call_after(lambda state: at_date(state, date)))
    assert (late.late_total, late.open_total) == (1, 1)
    assert [(row.batch_id, row.days_late, row.status) for row in late.late] == [
        ("TRADE-1", 3, "MATCHED")
    ]


async def test_velocity_counts_movements_and_not_issues() -> None:
    found = await supervision.velocity(
        of_node(small_node()), VelocityParams(asset=COIN, from_height=1)
    )
    assert (found.movements, found.turnover, found.velocity_e6) == (1, "1", 1)
    of_nothing = await supervision.velocity(
        of_node(small_node()), VelocityParams(asset=BOND_ID, from_height=2)
    )
    assert (of_nothing.movements, of_nothing.velocity_e6) == (0, 0)


async def test_too_many_blocks_are_refused_and_not_cut() -> None:
    node = small_node()
    while len(node.blocks) < BLOCKS_MAX + 1:
        node.decide()
    call = of_node(node)
    with pytest.raises(RpcError) as caught:
        await supervision.velocity(call, VelocityParams(asset=COIN, from_height=1))
    assert caught.value.code is RpcCode.LIMIT_EXCEEDED
    found = await supervision.velocity(call, VelocityParams(asset=COIN, from_height=2))
    assert found.movements == 1


async def test_the_classes_of_every_asset_add_up_to_its_supply() -> None:
    call = call_of(LedgerNode(play(300)))
    assets = call.state.scan(ASSET, ASSET.indexes[0], limit=1_000)
    held = 0
    for asset in assets:
        report = await supervision.holders(call, asset.id)
        assert sum([row.amount for row in report.classes]) == supply_of(call.state, asset.id)
        held += report.persons
    assert held > 0
