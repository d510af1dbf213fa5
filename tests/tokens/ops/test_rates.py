"""Reference rates, and the coupon rates that are fixed on them (5.3)."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tokens.ops.build import ISIN, bond, go_to
from tests.tokens.ops.kinds import BENCHMARK, FALLBACK, FLOATING, terms_of
from tests.tokens.ops.script_rates import FIVE_DAYS, marks
from tests.tokens.ops.world import World, address
from tokens.context import Actors
from tokens.coupon_rates import accrued_at, rate_of_coupon
from tokens.events import CouponFixed, FixingMissed, ReferenceRateSet
from tokens.fixings import reset_date_of
from tokens.lookup import require
from tokens.ops.business_day import SetCalendar
from tokens.ops.instruments import (
    ApproveInstrument,
    CancelInstrument,
    CreateInstrument,
    terms_digest,
)
from tokens.ops.rates import FixCoupon, RateEntry, SetReferenceRates
from tokens.records.day import CALENDAR
from tokens.records.instruments import INSTRUMENT, FloatTerms, Instrument
from tokens.records.proposals import APPROVAL_POLICY
from tokens.records.rates import COUPON_FIXING, CouponFixing
from tokens.reference_rates import publish_rate
from tokens.results import Code
from tokens.types import AssetKind, Role

DATE = dt.date
RESET = DATE(2026, 1, 15)
"""Of coupon 2: it begins on Saturday 17 January, which counts as Monday 19; two days earlier."""
FIX = FixCoupon(asset=ISIN, coupon=2)


def floater(world: World, **changes: object) -> Instrument:
    made = terms_of(AssetKind.FLOAT, **changes)
    world.act("treasury", CreateInstrument(terms=made))
    digest = terms_digest(made)
    world.act("treasury+central", ApproveInstrument(asset=made.isin, terms_digest=digest))
    return stored(world)


def stored(world: World) -> Instrument:
    return require(world.state, INSTRUMENT, ISIN)


def auction(world: World, day: dt.date, rate_e6: int | None, source: str = "MTB-1") -> None:
    """What an auction does when it is allotted, or rejected."""
    context = world.context(Actors(address("treasury"), ()))
    publish_rate(context, BENCHMARK, day, rate_e6, source)
    world.events += context.events
    world.end_block()


def fixing(world: World, number: int) -> CouponFixing:
    return require(world.state, COUPON_FIXING, ISIN, number)


def test_the_reset_date_counts_back_from_the_first_business_day_of_the_period() -> None:
    world = World()
    instrument = floater(world)
    calendar = require(world.state, CALENDAR, "PK").current
    assert reset_date_of(instrument.terms, calendar, 2) == RESET
    assert reset_date_of(instrument.terms, calendar, 3) == DATE(2026, 7, 15)


def test_the_agenda_fixes_on_the_latest_auction_before_the_reset_date() -> None:
    world = World()
    instrument = floater(world)
    assert rate_of_coupon(world.state, instrument, 1) == 115_000
    auction(world, DATE(2025, 12, 10), 100_000, "MTB-OLD")
    auction(world, DATE(2026, 1, 7), 108_998, "MTB-NEW")
    auction(world, RESET, 50_000, "MTB-SAME-DAY")
    assert rate_of_coupon(world.state, instrument, 2) is None
    go_to(world, DATE(2026, 1, 14))
    assert rate_of_coupon(world.state, instrument, 2) is None
    go_to(world, RESET)
    assert rate_of_coupon(world.state, instrument, 2) == 113_998
    found = fixing(world, 2)
    assert (found.source, found.reference, found.reference_rate_e6) == (
        "MTB-NEW",
        BENCHMARK,
        108_998,
    )
    assert (found.reset_date, found.fixed_on) == (RESET, RESET)
    told = world.last(CouponFixed)
    assert isinstance(told, CouponFixed)
    assert (told.number, told.rate_e6, told.source) == (2, 113_998, "MTB-NEW")


def test_every_coupon_is_fixed_in_its_turn_and_then_no_more() -> None:
    world = World()
    instrument = floater(world)
    for number in range(2, 7):
        calendar = require(world.state, CALENDAR, "PK").current
        reset = reset_date_of(instrument.terms, calendar, number)
        auction(world, reset - dt.timedelta(days=7), 100_000 + number, f"MTB-{number}")
        go_to(world, reset)
        assert rate_of_coupon(world.state, instrument, number) == 105_000 + number
        assert fixing(world, number).source == f"MTB-{number}"
    go_to(world, DATE(2028, 7, 14))
    assert world.finish_agenda() == 0
    assert world.state.get(COUPON_FIXING, ISIN, 7) is None


def test_coupons_passed_over_are_fixed_in_one_block() -> None:
    world = World()
    instrument = floater(world)
    auction(world, DATE(2025, 7, 2), 100_000)
    go_to(world, DATE(2027, 7, 16))
    rates = [rate_of_coupon(world.state, instrument, number) for number in range(1, 7)]
    assert rates == [115_000, 105_000, 105_000, 105_000, 105_000, None]


def test_a_rate_is_never_below_zero() -> None:
    margin = FloatTerms(
        benchmark=BENCHMARK, margin_e6=-50_000, reset_offset_bd=2, fallback=FALLBACK
    )
    world = World()
    instrument = floater(world, floating=margin)
    auction(world, DATE(2026, 1, 7), 49_999)
    go_to(world, RESET)
    assert rate_of_coupon(world.state, instrument, 2) == 0


def test_a_rejected_auction_goes_to_the_average_of_five_working_days() -> None:
    world = World()
    instrument = floater(world)
    auction(world, DATE(2025, 12, 24), 100_000)
    auction(world, DATE(2026, 1, 7), None, "MTB-REJECTED")
    go_to(world, DATE(2026, 1, 14))
    world.act("marker", marks(*FIVE_DAYS))
    go_to(world, RESET)
    # 11.00 % and 1 bp more each day: the average is 11.02 %
    assert rate_of_coupon(world.state, instrument, 2) == 110_200 + FLOATING.margin_e6
    found = fixing(world, 2)
    assert (found.reference, found.reference_rate_e6) == (FALLBACK, 110_200)
    assert (found.reference_date, found.source) == (DATE(2026, 1, 14), "PKRV sheet")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=5, max_size=5))
def test_the_average_is_rounded_half_up_once(rates: list[int]) -> None:
    world = World()
    instrument = floater(world)
    go_to(world, DATE(2026, 1, 14))
    entries = tuple(
        RateEntry(name=FALLBACK, date=day, rate_e6=rate)
        for day, rate in zip(FIVE_DAYS, rates, strict=True)
    )
    world.act("marker", SetReferenceRates(rates=entries, source="PKRV"))
    go_to(world, RESET)
    magnitude = (2 * abs(sum(rates)) + 5) // 10
    average = magnitude if sum(rates) >= 0 else -magnitude
    assert fixing(world, 2).reference_rate_e6 == average
    assert rate_of_coupon(world.state, instrument, 2) == max(0, average + FLOATING.margin_e6)


def test_four_working_days_are_no_average_and_a_holiday_moves_them() -> None:
    world = World()
    floater(world)
    world.act("central+regulator", holidays(DATE(2026, 1, 9)))
    go_to(world, DATE(2026, 1, 14))
    world.act("marker", marks(*FIVE_DAYS))
    go_to(world, RESET)
    assert world.state.get(COUPON_FIXING, ISIN, 2) is None
    world.act("marker", marks(DATE(2026, 1, 7), rate_e6=120_000))
    world.act("treasury", FIX)
    # 120,000 of the 7th, then 110,000 and 110,200 to 110,400 of the 8th and from the 12th on
    assert (
        fixing(world, 2).reference_rate_e6 == (120_000 + 110_000 + 110_200 + 110_300 + 110_400) // 5
    )


def test_a_missing_rate_is_told_and_found_later() -> None:
    world = World()
    instrument = floater(world)
    go_to(world, RESET)
    told = [event for event in world.events if isinstance(event, FixingMissed)]
    assert [(event.number, event.reset_date) for event in told] == [(2, RESET)]
    assert world.finish_agenda() == 0
    go_to(world, DATE(2026, 1, 16))
    assert len([event for event in world.events if isinstance(event, FixingMissed)]) == 2
    world.act("marker", marks(*FIVE_DAYS))
    go_to(world, DATE(2026, 1, 19))
    assert rate_of_coupon(world.state, instrument, 2) == 110_200 + FLOATING.margin_e6
    assert fixing(world, 2).fixed_on == DATE(2026, 1, 19)
    assert fixing(world, 2).reset_date == RESET


def test_nothing_accrues_while_a_rate_is_missing() -> None:
    world = World()
    instrument = floater(world)
    go_to(world, DATE(2026, 1, 20))
    day = DATE(2026, 1, 26)
    assert accrued_at(world.state, instrument, 10**7, day) is None
    world.act("marker", marks(*FIVE_DAYS))
    world.act("central", FIX)
    # 9 of 181 days of half a year at 11.52 %: 28,640.88 paisa
    assert accrued_at(world.state, instrument, 10**7, day) == 28_641


def holidays(*days: dt.date) -> SetCalendar:
    return SetCalendar(
        id="PK", weekend_mask=0b1100000, holidays=days, effective_on=DATE(2025, 7, 2)
    )


def test_a_holiday_given_up_moves_the_reset_date_back() -> None:
    """With 16 January a holiday it was the 14th: the agenda wakes up then, and waits a day more."""
    world = World()
    world.act("central+regulator", holidays(DATE(2026, 1, 16)))
    go_to(world, DATE(2025, 7, 2))
    instrument = floater(world)
    auction(world, DATE(2025, 7, 2), 100_000)
    gone = msgspec.structs.replace(holidays(), effective_on=DATE(2025, 7, 3))
    world.act("central+regulator", gone)
    go_to(world, DATE(2026, 1, 14))
    assert rate_of_coupon(world.state, instrument, 2) is None
    assert world.finish_agenda() == 0
    go_to(world, DATE(2026, 1, 15))
    assert fixing(world, 2).reset_date == DATE(2026, 1, 15)


def test_a_late_holiday_moves_the_reset_date_forward() -> None:
    world = World()
    floater(world)
    auction(world, DATE(2025, 7, 2), 100_000)
    world.act("central+regulator", holidays(DATE(2026, 1, 15), DATE(2026, 1, 16)))
    go_to(world, DATE(2026, 1, 14))
    assert world.state.get(COUPON_FIXING, ISIN, 2) is None
    go_to(world, DATE(2026, 1, 19))
    assert fixing(world, 2).reset_date == DATE(2026, 1, 13)


def test_a_cancelled_floater_is_not_fixed() -> None:
    world = World()
    floater(world)
    auction(world, DATE(2025, 7, 2), 100_000)
    world.act("treasury", CancelInstrument(asset=ISIN))
    go_to(world, RESET)
    assert world.state.get(COUPON_FIXING, ISIN, 2) is None
    assert world.finish_agenda() == 0


def test_fixing_by_hand_is_refused() -> None:
    world = World()
    world.refuse(Code.UNKNOWN_ASSET, "treasury", FIX)
    made = terms_of(AssetKind.FLOAT)
    world.act("treasury", CreateInstrument(terms=made))
    world.refuse(Code.WRONG_STATUS, "treasury", FIX)
    digest = terms_digest(made)
    world.act("treasury+central", ApproveInstrument(asset=ISIN, terms_digest=digest))
    world.refuse(Code.NOT_AUTHORISED, "bank_a", FIX)
    for number in (0, 1, 7):
        world.refuse(Code.BAD_FIELD, "treasury", FixCoupon(asset=ISIN, coupon=number))
    world.refuse(Code.TOO_EARLY, "treasury", FIX)
    go_to(world, RESET)
    world.refuse(Code.FIXING_MISSING, "treasury", FIX)
    world.act("marker", marks(*FIVE_DAYS))
    world.act("treasury", FIX)
    world.refuse(Code.ALREADY_EXISTS, "treasury", FIX)


def test_a_fixed_rate_bond_has_nothing_to_fix() -> None:
    world = World()
    bond(world)
    world.refuse(Code.BAD_FIELD, "treasury", FIX)


@pytest.mark.parametrize(
    ("code", "who", "rates"),
    [
        (Code.BAD_FIELD, "marker", marks(DATE(2025, 7, 1), DATE(2025, 7, 1))),
        (Code.BAD_FIELD, "marker", marks(DATE(2025, 7, 1), DATE(2025, 6, 30))),
        (Code.BAD_DATE, "marker", marks(DATE(2025, 7, 2))),
        (Code.BAD_DATE, "marker", marks(DATE(1899, 12, 31))),
    ],
)
def test_marks_are_refused(code: Code, who: str, rates: SetReferenceRates) -> None:
    World().refuse(code, who, rates)


def test_only_a_mark_source_publishes_marks_whatever_the_policy_says() -> None:
    world = World()
    sheet = marks(DATE(2025, 7, 1))
    world.refuse(Code.NEEDS_APPROVAL, "central", sheet)
    policy = require(world.state, APPROVAL_POLICY, "marks")
    central = msgspec.structs.replace(policy, required=((Role.CENTRAL_BANK,),))
    world.state.put(APPROVAL_POLICY, central)
    world.refuse(Code.ROLE_REQUIRED, "central", sheet)


def test_a_published_rate_stays_and_a_name_of_auctions_is_theirs() -> None:
    world = World()
    sheet = marks(DATE(2025, 7, 1))
    world.act("marker", sheet)
    told = world.last(ReferenceRateSet)
    assert isinstance(told, ReferenceRateSet)
    assert (told.name, told.rate_e6, told.source) == (FALLBACK, 110_000, "PKRV sheet")
    world.refuse(Code.ALREADY_EXISTS, "marker", sheet)
    auction(world, DATE(2025, 7, 1), 100_000)
    entry = RateEntry(name=BENCHMARK, date=DATE(2025, 6, 30), rate_e6=1)
    theirs = SetReferenceRates(rates=(entry,), source="x")
    world.refuse(Code.RATE_OF_AUCTION, "marker", theirs)
