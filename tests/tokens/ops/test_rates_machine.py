"""Rates come, fail to come and come late, holidays move dates: fixings keep their rules."""

import datetime as dt

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.tokens.ops.build import FACE, ISIN, go_to
from tests.tokens.ops.kinds import FALLBACK, FLOATING, terms_of
from tests.tokens.ops.test_rates import auction, holidays
from tests.tokens.ops.world import World
from tokens.finance.calendar import is_business_day
from tokens.lookup import require, require_asset
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.rates import FixCoupon, RateEntry, SetReferenceRates
from tokens.ops.taps import Tap
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.instruments import INSTRUMENT
from tokens.records.rates import COUPON_FIXING, COUPON_FIXINGS, REFERENCE_RATE, CouponFixing
from tokens.results import Code
from tokens.types import AssetKind

DAY = dt.timedelta(days=1)
RATES = st.integers(-20_000, 200_000)


class Rates(RuleBasedStateMachine):
    """A quarterly floater of five years. Every block checks the invariants of fixings."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        made = terms_of(AssetKind.FLOAT, freq=4, maturity_date=dt.date(2030, 7, 17))
        self.world.act("treasury", CreateInstrument(terms=made))
        digest = terms_digest(made)
        self.world.act("treasury+central", ApproveInstrument(asset=ISIN, terms_digest=digest))
        self.known: dict[int, CouponFixing] = {}
        self.limit = made.max_supply

    def today(self) -> dt.date:
        return require(self.world.state, BUSINESS_DAY).date

    @rule(days=st.sampled_from([1, 1, 2, 5, 30, 80]))
    def later(self, days: int) -> None:
        day = self.today() + days * DAY
        record = require(self.world.state, CALENDAR, "PK")
        while not all(
            is_business_day(calendar, day)
            for calendar in (record.current, record.pending)
            if calendar is not None
        ):
            day += DAY
        go_to(self.world, day)
        self.judge()

    @rule(rate=st.one_of(st.none(), RATES))
    def auction_today(self, rate: int | None) -> None:
        auction(self.world, self.today(), rate, f"MTB-{self.world.height}")

    @rule(first=st.integers(0, 30), rates=st.lists(RATES, min_size=1, max_size=30))
    def marks(self, first: int, rates: list[int]) -> None:
        """Days up to today that have none yet."""
        days = [self.today() - back * DAY for back in range(first, first + len(rates))]
        entries = [
            RateEntry(name=FALLBACK, date=day, rate_e6=rate)
            for day, rate in zip(reversed(days), rates, strict=True)
            if self.world.state.get(REFERENCE_RATE, FALLBACK, day.toordinal()) is None
        ]
        if entries:
            self.world.act("marker", SetReferenceRates(rates=tuple(entries), source="PKRV"))

    @rule(days=st.sets(st.integers(1, 120), max_size=12))
    def other_holidays(self, days: set[int]) -> None:
        new = holidays(*(self.today() + day * DAY for day in sorted(days)))
        new = type(new)(
            id=new.id,
            weekend_mask=new.weekend_mask,
            holidays=new.holidays,
            effective_on=self.today() + DAY,
        )
        self.world.act("central+regulator", new)

    @rule(number=st.integers(0, 22))
    def by_hand(self, number: int) -> None:
        code = self.world.attempt("treasury", FixCoupon(asset=ISIN, coupon=number))
        self.world.end_block()
        assert (code is Code.OK) is (len(self.fixings()) > len(self.known))
        self.judge()

    @rule(more=st.integers(-2, 3))
    def tap(self, more: int) -> None:
        limit = self.limit + more * FACE
        code = self.world.attempt("treasury+central", Tap(asset=ISIN, max_supply=limit))
        assert code is (Code.OK if more > 0 else Code.BAD_FIELD)
        self.limit = max(self.limit, limit)
        self.world.end_block()
        terms = require(self.world.state, INSTRUMENT, ISIN).terms
        assert require_asset(self.world.state, ISIN).max_supply == self.limit == terms.max_supply

    def fixings(self) -> dict[int, CouponFixing]:
        found = self.world.state.scan(COUPON_FIXING, COUPON_FIXINGS, (ISIN,), limit=100)
        return {fixing.number: fixing for fixing in found}

    def judge(self) -> None:
        """What was fixed stays; what is new is what the rates say when they are read one by one."""
        found = self.fixings()
        assert {number: found.get(number) for number in self.known} == self.known
        for number in found.keys() - self.known.keys():
            assert self.expected(found[number]) == found[number].rate_e6
        self.known = found

    def expected(self, fixing: CouponFixing) -> int:
        """Straight from the definition, day by day."""
        state = self.world.state
        day = fixing.reset_date - DAY
        while day >= dt.date(2025, 6, 1):
            rate = state.get(REFERENCE_RATE, FLOATING.benchmark, day.toordinal())
            if rate is not None and rate.rate_e6 is not None:
                return max(0, rate.rate_e6 + FLOATING.margin_e6)
            if rate is not None:
                break
            day -= DAY
        calendar = require(state, CALENDAR, "PK").current
        day = fixing.reset_date - DAY
        marks: list[int] = []
        while len(marks) < 5:
            if is_business_day(calendar, day):
                rate = state.get(REFERENCE_RATE, FALLBACK, day.toordinal())
                assert rate is not None
                assert rate.rate_e6 is not None
                marks.append(rate.rate_e6)
            day -= DAY
        total = sum(marks)
        average = (2 * abs(total) + 5) // 10 * (1 if total >= 0 else -1)
        return max(0, average + FLOATING.margin_e6)


TestRates = Rates.TestCase
TestRates.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
