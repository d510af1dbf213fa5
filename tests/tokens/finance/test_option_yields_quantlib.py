"""Yields to calls and puts of generated instruments against QuantLib bonds that end there."""

import datetime as dt
from decimal import Decimal

import msgspec
import QuantLib as ql  # noqa: N813  its own documentation calls it so
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from node.rpc.option_yields import CALL, Yields, yields_beside
from node.rpc.quotes import yield_of
from tests.tokens.finance.test_bond_yield_quantlib import COUNTERS, FREQUENCY
from tests.tokens.finance.test_instruments_quantlib import (
    DAY,
    WORLD,
    counter_of,
    coupon_instruments,
    fix_all,
    schedule_in_quantlib,
)
from tests.tokens.finance.test_schedule import to_ql
from tests.tokens.ops.build import ISIN
from tests.tokens.ops.kinds import terms_of
from tokens.finance.yield_basis import LastPeriod
from tokens.lookup import require
from tokens.ops.instruments import CreateInstrument
from tokens.records.day import CALENDAR
from tokens.records.instruments import INSTRUMENT, InstrumentTerms, OptionDate
from tokens.results import Code
from tokens.terms import is_ex_coupon, periods_of
from tokens.types import AssetKind


def read(terms: InstrumentTerms, settlement: dt.date, clean: Decimal) -> Yields:
    """What the ledger says; what is refused, ex coupon or without a yield is no case."""
    savepoint = WORLD.state.savepoint()
    try:
        assume(WORLD.attempt("treasury", CreateInstrument(terms=terms)) is Code.OK)
        if terms.floating is not None:
            fix_all(terms)
        instrument = require(WORLD.state, INSTRUMENT, ISIN)
        calendar = require(WORLD.state, CALENDAR, "PK").current
        assume(not is_ex_coupon(terms, calendar, settlement))
        try:
            quote = yield_of(WORLD.state, instrument, settlement, clean)
        except ArithmeticError:
            assume(False)
        return yields_beside(WORLD.state, instrument, settlement, quote)
    finally:
        WORLD.state.rollback(savepoint)


def ending(terms: InstrumentTerms, day: dt.date, price: float) -> "ql.Bond":
    """QuantLib's bond that matures on the option's date at its price."""
    cut = msgspec.structs.replace(terms, maturity_date=day)
    schedule = schedule_in_quantlib(cut)
    rate, counter = [terms.coupon_rate_e6 / 1e6], counter_of(terms.yield_daycount, schedule)
    if not terms.amortisations:
        return ql.FixedRateBond(0, 100.0, schedule, rate, counter, ql.Unadjusted, price)
    repaid = {part.date: part.fraction_e6 for part in terms.amortisations}
    ends = [period.end for period in periods_of(terms) if period.end < day]
    notionals, left = [100.0], 10**6
    for end in ends:
        left -= repaid.get(end, 0)
        notionals.append(left / 1e4)
    return ql.AmortizingFixedRateBond(0, notionals, schedule, rate, counter)


def price_in_quantlib(
    bond: "ql.Bond", terms: InstrumentTerms, annual: Decimal, on: dt.date
) -> float:
    """Its root finder fails where a yield is far from its guess: so the price at our yield."""
    counter = COUNTERS.get(terms.yield_daycount)
    counter = counter or counter_of(terms.yield_daycount, schedule_in_quantlib(terms))
    frequency = FREQUENCY[terms.yield_compounding]
    found: float = ql.BondFunctions.cleanPrice(
        bond, float(annual), counter, ql.Compounded, frequency, to_ql(on)
    )
    return found


@settings(max_examples=2_000, deadline=None)
@given(
    coupon_instruments(),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(900_000, 1_100_000),
    st.integers(70_0000, 130_0000),
)
def test_yields_to_calls_as_quantlib(
    terms: InstrumentTerms, place: int, option: int, price_e4: int, clean_e4: int
) -> None:
    """Amortising paper is called at par: QuantLib has no other price for it."""
    ends = [period.end for period in periods_of(terms)][:-1]
    assume(ends)
    day = ends[option % len(ends)]
    assume(terms.roll_day == 31 or day.day == terms.roll_day)  # QuantLib rolls back from it
    price_e4 = 10**6 if terms.amortisations else price_e4
    cfi = terms.cfi[:4] + ("B" if terms.amortisations else "G") + terms.cfi[5:]
    called = msgspec.structs.replace(
        terms, cfi=cfi, calls=(OptionDate(date=day, price_e4=price_e4, notice_bd=0),)
    )
    settlement = terms.dated_date + (place % (day - terms.dated_date).days) * DAY
    found = read(called, settlement, Decimal(clean_e4).scaleb(-4))
    assume(found.options)
    ((kind, on, _, annual),) = found.options
    assert (kind, on) == (CALL, day)
    assume(annual is not None and abs(annual) < 2)
    assert annual is not None
    bond = ending(terms, day, price_e4 / 1e4)
    theirs = price_in_quantlib(bond, terms, annual, settlement)
    assert abs(theirs - clean_e4 / 1e4) < 1e-9
    assert found.worst_percent is not None
    assert Decimal(found.worst_percent) / 100 <= annual + Decimal("1e-13")
    current = Decimal(terms.coupon_rate_e6) / clean_e4 * 100
    if terms.coupon_rate_e6:
        assert found.current_percent is not None
        assert abs(Decimal(found.current_percent) - current) < Decimal("1e-11")
    else:
        assert found.current_percent is None


@settings(max_examples=1_000, deadline=None)
@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2040, 1, 1)),
    st.integers(40, 11_000),
    st.integers(1, 10**6),
    st.integers(0, 10**6),
    st.sampled_from(sorted(COUNTERS)),
    st.sampled_from(sorted(FREQUENCY)),
    st.integers(40_0000, 105_0000),
    st.integers(30_0000, 100_0000),
)
def test_yields_of_callable_zeros_as_quantlib(
    dated: dt.date,
    life: int,
    option: int,
    place: int,
    quoted: int,
    compounding: int,
    price_e4: int,
    clean_e4: int,
) -> None:
    day = dated + (1 + option % (life - 1)) * DAY
    terms = terms_of(
        AssetKind.ZERO,
        cfi="DBZTGR",
        dated_date=dated,
        issue_date=dated,
        maturity_date=dated + life * DAY,
        yield_daycount=quoted,
        yield_compounding=compounding,
        last_period=LastPeriod.COMPOUND,
        calls=(OptionDate(date=day, price_e4=price_e4, notice_bd=0),),
    )
    settlement = dated + (place % (day - dated).days) * DAY
    found = read(terms, settlement, Decimal(clean_e4).scaleb(-4))
    assume(found.options)
    annual = found.options[0].annual
    assume(annual is not None and abs(annual) < 2)
    assert annual is not None
    bond = ql.ZeroCouponBond(0, ql.NullCalendar(), 100.0, to_ql(day), ql.Unadjusted, price_e4 / 1e4)
    theirs = price_in_quantlib(bond, terms, annual, settlement)
    assert abs(theirs - clean_e4 / 1e4) < 1e-9
