"""Instruments as the ledger keeps them against QuantLib: dates, accrued interest, price and yield.

Each generated instrument goes through `create_instrument`; what is compared is read from the state
that it left. Ex-coupon days are left to tests of our own: QuantLib keeps the principal there.
"""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

import QuantLib as ql  # noqa: N813  its own documentation calls it so
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from node.rpc.quotes import price_of, yield_of
from tests.tokens.finance.test_bond_yield_quantlib import COUNTERS, FREQUENCY
from tests.tokens.finance.test_schedule import TENOR, to_ql
from tests.tokens.ops.build import FACE, ISIN
from tests.tokens.ops.kinds import BENCHMARK, terms_of
from tests.tokens.ops.world import World
from tokens.coupon_rates import accrued_at
from tokens.finance.calendar import BusinessDayConvention
from tokens.finance.daycount import DayCount
from tokens.finance.schedule import month_date
from tokens.finance.yield_basis import Compounding, LastPeriod
from tokens.lookup import require
from tokens.ops.instruments import CreateInstrument
from tokens.records.day import BUSINESS_DAY, CALENDAR, BusinessDay
from tokens.records.instruments import INSTRUMENT, Amortisation, Instrument, InstrumentTerms
from tokens.records.rates import COUPON_FIXING, CouponFixing
from tokens.results import Code
from tokens.terms import dates_of, is_ex_coupon, maturity_of, periods_of
from tokens.types import AssetKind

DATE = dt.date
DAY = dt.timedelta(days=1)
PK = ql.BespokeCalendar("weekends only")
for weekday in (ql.Saturday, ql.Sunday):
    PK.addWeekend(weekday)
CONVENTIONS = {
    BusinessDayConvention.NONE: ql.Unadjusted,
    BusinessDayConvention.FOLLOWING: ql.Following,
    BusinessDayConvention.MODFOLLOWING: ql.ModifiedFollowing,
    BusinessDayConvention.PRECEDING: ql.Preceding,
}
COUPON_KINDS = (
    AssetKind.FIXED,
    AssetKind.SUKUK_FRR,
    AssetKind.FLOAT,
    AssetKind.SUKUK_VRR,
    AssetKind.AMORT,
)
ICMA = DayCount.ACT_ACT_ICMA


def empty_world() -> World:
    world = World()
    world.state.put(BUSINESS_DAY, BusinessDay(date=DATE(1900, 1, 2), open=True, calendar="PK"))
    world.write()
    return world


WORLD = empty_world()
"""Each case writes into its overlay and takes everything back."""


class Read(NamedTuple):
    """What the ledger says of one instrument on one date."""

    accrued: int
    """Of 10^6 denominations."""
    dates: list[dt.date]
    """Unadjusted ends of coupon periods."""
    payments: list[dt.date]
    price: str
    yield_percent: str
    """From that price."""


def read(terms: InstrumentTerms, settlement: dt.date, annual: Decimal) -> Read:
    """Create the instrument and ask for it. What is refused or ex coupon is no case."""
    savepoint = WORLD.state.savepoint()
    try:
        assume(WORLD.attempt("treasury", CreateInstrument(terms=terms)) is Code.OK)
        if terms.floating is not None:
            fix_all(terms)
        return _read(require(WORLD.state, INSTRUMENT, ISIN), settlement, annual)
    finally:
        WORLD.state.rollback(savepoint)


def fix_all(terms: InstrumentTerms) -> None:
    """Each later coupon of a floater at the rate of the first: QuantLib's bond has one rate."""
    for number in range(2, len(periods_of(terms)) + 1):
        fixing = CouponFixing(
            asset=ISIN,
            number=number,
            rate_e6=terms.coupon_rate_e6,
            reference=BENCHMARK,
            reference_rate_e6=terms.coupon_rate_e6,
            reference_date=terms.dated_date,
            source="MTB-1",
            reset_date=terms.dated_date,
            fixed_on=terms.dated_date,
        )
        WORLD.state.put(COUPON_FIXING, fixing)


def _read(instrument: Instrument, settlement: dt.date, annual: Decimal) -> Read:
    state = WORLD.state
    calendar = require(state, CALENDAR, "PK").current
    assume(not is_ex_coupon(instrument.terms, calendar, settlement))
    accrued = accrued_at(state, instrument, 10**6 * FACE, settlement)
    ends = [period.end for period in periods_of(instrument.terms)]
    paid = [dates_of(instrument.terms, calendar, end).payment_date for end in ends]
    assert accrued is not None
    quote = price_of(state, instrument, settlement, annual)
    back = yield_of(state, instrument, settlement, Decimal(quote.clean))
    return Read(
        accrued=accrued,
        dates=ends,
        payments=[*paid, maturity_of(instrument.terms, calendar)],
        price=quote.clean,
        yield_percent=back.yield_percent,
    )


@st.composite
def coupon_instruments(draw: st.DrawFn) -> InstrumentTerms:
    """Regular bonds and short first periods, of the kinds that pay coupons."""
    kind = draw(st.sampled_from(COUPON_KINDS))
    freq = draw(st.sampled_from([1, 2, 4, 12]))
    roll = draw(st.integers(1, 31))
    maturity = month_date(draw(st.integers(1995, 2060)), draw(st.integers(1, 12)), roll)
    assume(roll == 31 or maturity.day == roll)
    count = draw(st.integers(1, 40))
    ends = [
        month_date(maturity.year, maturity.month - back * TENOR[freq], roll)
        for back in range(count, -1, -1)
    ]
    accrual = draw(st.sampled_from(sorted(set(COUNTERS) | {ICMA})))
    quoted = draw(st.sampled_from(sorted(set(COUNTERS) | {ICMA})))
    stub = draw(st.booleans()) and ICMA not in (accrual, quoted)
    dated = ends[0]
    if stub:
        dated += draw(st.integers(1, (ends[1] - ends[0]).days - 1)) * DAY
    repaid: tuple[Amortisation, ...] = ()
    if kind is AssetKind.AMORT:
        inner = ends[1:-1]
        assume(inner)
        days = draw(st.lists(st.sampled_from(inner), min_size=1, max_size=6, unique=True))
        most = 999_999 // len(days)
        repaid = tuple(
            Amortisation(date=day, fraction_e6=draw(st.integers(1, most))) for day in sorted(days)
        )
    return terms_of(
        kind,
        freq=freq,
        roll_day=roll,
        dated_date=dated,
        issue_date=dated,
        maturity_date=maturity,
        first_coupon=ends[1] if stub else None,
        coupon_rate_e6=draw(st.integers(0, 250_000)),
        accrual_daycount=accrual,
        yield_daycount=quoted,
        yield_compounding=draw(st.sampled_from(sorted(FREQUENCY))),
        last_period=LastPeriod.COMPOUND,
        bdc=draw(st.sampled_from(sorted(CONVENTIONS))),
        record_offset_bd=draw(st.integers(1, 3)),
        amortisations=repaid,
    )


def schedule_in_quantlib(terms: InstrumentTerms) -> "ql.Schedule":
    return ql.Schedule(
        to_ql(terms.dated_date),
        to_ql(terms.maturity_date),
        ql.Period(TENOR[terms.freq], ql.Months),
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Backward,
        terms.roll_day == 31,
        to_ql(terms.first_coupon) if terms.first_coupon else ql.Date(),
        ql.Date(),
    )


def bond_in_quantlib(
    terms: InstrumentTerms, schedule: "ql.Schedule", counter: "ql.DayCounter"
) -> "ql.Bond":
    rate = [terms.coupon_rate_e6 / 1e6]
    if not terms.amortisations:
        return ql.FixedRateBond(0, 100.0, schedule, rate, counter)
    repaid = {part.date: part.fraction_e6 for part in terms.amortisations}
    notionals, left = [], 10**6
    for end in [to_date(day) for day in schedule][:-1]:
        left -= repaid.get(end, 0)
        notionals.append(left / 1e4)
    return ql.AmortizingFixedRateBond(0, notionals, schedule, rate, counter)


def to_date(day: "ql.Date") -> dt.date:
    return DATE(day.year(), day.month(), day.dayOfMonth())


def counter_of(convention: DayCount, schedule: "ql.Schedule") -> "ql.DayCounter":
    return COUNTERS.get(convention) or ql.ActualActual(ql.ActualActual.ISMA, schedule)


@settings(max_examples=2_000, deadline=None)
@given(coupon_instruments(), st.integers(0, 10**6), st.integers(-50, 4_000))
def test_coupon_instruments_as_quantlib(terms: InstrumentTerms, place: int, yield_bps: int) -> None:
    life = (terms.maturity_date - terms.dated_date).days
    settlement = terms.dated_date + (place % life) * DAY
    annual = Decimal(yield_bps).scaleb(-4)
    found = read(terms, settlement, annual)
    schedule = schedule_in_quantlib(terms)
    ends = list(schedule)[1:]
    convention = CONVENTIONS[terms.bdc]
    assert found.dates == [to_date(day) for day in ends]
    paid = [to_date(PK.adjust(day, convention)) for day in ends]
    assert found.payments == [*paid, paid[-1]]

    on = to_ql(settlement)
    accruing = bond_in_quantlib(terms, schedule, counter_of(terms.accrual_daycount, schedule))
    notional = accruing.notional(on)
    theirs = accruing.accruedAmount(on) * notional / 100
    assert abs(found.accrued / (10**6 * FACE) * 100 - theirs) < 1e-10

    counter = counter_of(terms.yield_daycount, schedule)
    quoted = bond_in_quantlib(terms, schedule, counter)
    arguments = (counter, ql.Compounded, FREQUENCY[terms.yield_compounding])
    price = ql.BondFunctions.cleanPrice(quoted, yield_bps / 1e4, *arguments, on)
    assert abs(float(found.price) - price) < 1e-10 * max(100.0, abs(price))
    # As for zeros below: 12 decimals of a small price do not carry 10 of the yield.
    if price > 1:
        assert abs(Decimal(found.yield_percent) / 100 - annual) < Decimal("1e-10")


ZERO_KINDS = (AssetKind.ZERO, AssetKind.SUKUK_DISC)


@settings(max_examples=1_000, deadline=None)
@given(
    st.sampled_from(ZERO_KINDS),
    st.dates(DATE(1990, 1, 1), DATE(2040, 1, 1)),
    st.integers(2, 11_000),
    st.integers(0, 10**6),
    st.sampled_from(sorted(COUNTERS)),
    st.sampled_from(sorted(FREQUENCY)),
    st.sampled_from(sorted(CONVENTIONS)),
    st.integers(-50, 4_000),
)
def test_zeros_as_quantlib(
    kind: AssetKind,
    dated: dt.date,
    life: int,
    place: int,
    quoted: DayCount,
    compounding: Compounding,
    bdc: BusinessDayConvention,
    yield_bps: int,
) -> None:
    terms = terms_of(
        kind,
        dated_date=dated,
        issue_date=dated,
        maturity_date=dated + life * DAY,
        yield_daycount=quoted,
        yield_compounding=compounding,
        last_period=LastPeriod.COMPOUND,
        bdc=bdc,
    )
    settlement = dated + (place % life) * DAY
    annual = Decimal(yield_bps).scaleb(-4)
    found = read(terms, settlement, annual)
    matures = to_ql(terms.maturity_date)
    assert found.dates == []
    assert found.payments == [to_date(PK.adjust(matures, CONVENTIONS[bdc]))]
    assert found.accrued == 0
    bond = ql.ZeroCouponBond(0, ql.NullCalendar(), 100.0, matures, ql.Unadjusted)
    arguments = (COUNTERS[quoted], ql.Compounded, FREQUENCY[compounding])
    price = ql.BondFunctions.cleanPrice(bond, yield_bps / 1e4, *arguments, to_ql(settlement))
    assert abs(float(found.price) - price) < 1e-10 * max(100.0, abs(price))
    # 12 decimals of a small price do not carry 10 of the yield: then the price is what is compared
    if price > 1:
        assert abs(Decimal(found.yield_percent) / 100 - annual) < Decimal("1e-10")


@settings(max_examples=1_000, deadline=None)
@given(
    st.dates(DATE(1990, 1, 1), DATE(2040, 1, 1)),
    st.integers(2, 366),
    st.integers(0, 10**6),
    st.booleans(),
    st.integers(0, 400_000),
)
def test_bills_as_quantlib(
    dated: dt.date, life: int, place: int, by_360: bool, rate_e6: int
) -> None:
    """Simple interest; ours to the tick of an auction: 4 decimals of price and of percent."""
    convention = DayCount.ACT_360 if by_360 else DayCount.ACT_365F
    terms = terms_of(
        AssetKind.BILL,
        dated_date=dated,
        issue_date=dated,
        maturity_date=dated + life * DAY,
        yield_daycount=convention,
    )
    settlement = dated + (place % life) * DAY
    found = read(terms, settlement, Decimal(rate_e6).scaleb(-6))
    bond = ql.ZeroCouponBond(0, ql.NullCalendar(), 100.0, to_ql(terms.maturity_date), ql.Unadjusted)
    counter, on = COUNTERS[convention], to_ql(settlement)
    price = ql.BondFunctions.cleanPrice(bond, rate_e6 / 1e6, counter, ql.Simple, ql.Annual, on)
    assert abs(float(found.price) - price) <= 0.5e-4 + 1e-10
    quoted = ql.BondPrice(float(found.price), ql.BondPrice.Clean)
    theirs = ql.BondFunctions.bondYield(
        bond, quoted, counter, ql.Simple, ql.Annual, on, 1e-14, 1_000
    )
    assert abs(float(found.yield_percent) / 100 - theirs) <= 0.5e-6 + 1e-10
