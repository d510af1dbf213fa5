"""Price and yield of the ledger's instruments: views (5.2, 5.3)."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.rpc.quotes import NoQuote, basis_of, price_of, yield_of
from tests.tokens.finance.vectors import load, table
from tests.tokens.ops.build import FACE, ISIN, go_to
from tests.tokens.ops.kinds import KIND_CHANGES, terms_of
from tests.tokens.ops.world import START, World
from tokens.coupon_rates import accrued_at
from tokens.finance.bond_yield import YieldOutOfRange
from tokens.finance.daycount import DayCount
from tokens.finance.yield_basis import LastPeriod
from tokens.lookup import require
from tokens.ops.instruments import CreateInstrument
from tokens.records.day import BUSINESS_DAY, CALENDAR, BusinessDay
from tokens.records.instruments import INSTRUMENT, Instrument
from tokens.state import Overlay
from tokens.terms import bought_factor_of, consideration_of, is_ex_coupon
from tokens.types import AssetKind

DATE = dt.date


def made(kind: AssetKind, **changes: object) -> tuple[Overlay, Instrument]:
    """An instrument through its creation, at a business date before all of them."""
    world = World()
    world.state.put(BUSINESS_DAY, BusinessDay(date=DATE(2000, 1, 3), open=True, calendar="PK"))
    world.act("treasury", CreateInstrument(terms=terms_of(kind, **changes)))
    return world.state, require(world.state, INSTRUMENT, ISIN)


def test_the_published_sheet_of_a_bill_comes_out_of_the_ledger() -> None:
    """Auction of 2020-09-09: each of 20 yields from its price."""
    rows = table(load("sbp_auctions.json")["bill"])
    settlement, maturity = DATE(2020, 9, 10), DATE(2020, 12, 3)
    state, bill = made(
        AssetKind.BILL, dated_date=settlement, issue_date=settlement, maturity_date=maturity
    )
    assert len(rows) == 20
    for row in rows:
        quote = yield_of(state, bill, settlement, Decimal(row["price_per_100"]))
        assert quote.yield_percent == row["yield_pct"]
        back = price_of(state, bill, settlement, Decimal(row["yield_pct"]) / 100)
        assert back.clean == row["price_per_100"]


def test_pfl_of_18_june_2023_accrues_56_of_183_and_its_yield_counts_128_of_183() -> None:
    """5.3: it is a Sunday. Interest accrues to the 18th, the yield counts back from the 19th."""
    state, floater = made(
        AssetKind.FLOAT,
        dated_date=DATE(2020, 6, 18),
        issue_date=DATE(2020, 6, 18),
        maturity_date=DATE(2023, 6, 18),
        roll_day=18,
        coupon_rate_e6=100_000,
        adjust_yield=True,
    )
    settlement = DATE(2020, 8, 13)
    exact = Fraction(FACE * 100_000 * 56, 10**6 * 2 * 183)
    assert accrued_at(state, floater, FACE, settlement) == round(exact)
    wait = basis_of(state, floater, settlement).flows[0].wait
    assert Fraction(*wait) == Fraction(128, 2 * 183)


def test_a_bond_at_its_coupon_is_at_par_on_a_coupon_date() -> None:
    for kind in (AssetKind.FIXED, AssetKind.AMORT):
        state, bond = made(kind, last_period=LastPeriod.COMPOUND)
        for on in (bond.terms.dated_date, DATE(2026, 7, 17), DATE(2027, 7, 17)):
            assert price_of(state, bond, on, Decimal("0.115")).clean == "100.000000000000"


@settings(max_examples=60, deadline=None)
@given(st.integers(-50, 3_000))
def test_ex_coupon_a_buyer_pays_for_what_he_gets(yield_bps: int) -> None:
    """A day before the coupon of 2026-07-17, which repays 20 percent: the seller keeps both.

    Dirty price x 80 percent = all flows after that date, discounted.
    """
    state, bond = made(AssetKind.AMORT, last_period=LastPeriod.COMPOUND)
    calendar = require(state, CALENDAR, "PK").current
    on = DATE(2026, 7, 16)
    assert is_ex_coupon(bond.terms, calendar, on)
    assert bought_factor_of(bond.terms, calendar, on) == 800_000
    annual = Decimal(yield_bps).scaleb(-4)
    quote = price_of(state, bond, on, annual)
    dirty = Decimal(quote.clean) + Decimal(quote.accrued)
    later = price_of(state, bond, DATE(2026, 7, 17), annual)
    wait = Decimal(1) / Decimal(181)
    assert later.accrued == "0.000000000000"
    assert abs(dirty - Decimal(later.clean) * (1 + annual / 2) ** -wait) < Decimal("1e-9")


def test_accrued_and_principal_of_an_ex_coupon_trade_are_on_what_is_bought() -> None:
    state, bond = made(AssetKind.AMORT)
    calendar = require(state, CALENDAR, "PK").current
    on = DATE(2026, 7, 16)
    paid = consideration_of(bond.terms, calendar, 10 * FACE, 1_000_000, on)
    assert paid is not None
    assert paid.principal == 8 * FACE
    assert paid.accrued == -round(Fraction(8 * FACE * 115_000 * 1, 10**6 * 2 * 181))
    before = consideration_of(bond.terms, calendar, 10 * FACE, 1_000_000, DATE(2026, 7, 14))
    assert before is not None
    assert before.principal == 10 * FACE


def test_a_zero_of_2025_compounds_annually() -> None:
    state, zero = made(AssetKind.ZERO)
    assert zero.terms.yield_daycount is DayCount.ACT_ACT_ICMA
    quote = price_of(state, zero, zero.terms.dated_date, Decimal("0.1"))
    assert quote.clean == "75.131480090158"  # 100 / 1.1^3
    assert quote.accrued == "0.000000000000"


@pytest.mark.parametrize("kind", sorted(KIND_CHANGES))
def test_there_is_no_quote_outside_of_the_life(kind: AssetKind) -> None:
    state, one = made(kind)
    day_before = one.terms.dated_date - dt.timedelta(days=1)
    for on in (one.terms.maturity_date, DATE(2100, 1, 1), day_before):
        with pytest.raises(NoQuote):
            price_of(state, one, on, Decimal("0.1"))
        with pytest.raises(NoQuote):
            yield_of(state, one, on, Decimal(100))


@pytest.mark.parametrize("kind", sorted(KIND_CHANGES))
def test_a_price_and_its_yield_find_each_other(kind: AssetKind) -> None:
    state, one = made(kind)
    on = DATE(2025, 9, 1)
    quote = price_of(state, one, on, Decimal("0.1031"))
    back = yield_of(state, one, on, Decimal(quote.clean))
    tick = Decimal("0.0005") if kind is AssetKind.BILL else Decimal("1e-10")
    assert abs(Decimal(back.yield_percent) - Decimal("10.31")) < tick


def test_what_gives_no_price_or_no_yield_is_said() -> None:
    for kind in (AssetKind.BILL, AssetKind.FIXED):
        state, one = made(kind)
        with pytest.raises(YieldOutOfRange):
            price_of(state, one, DATE(2025, 9, 1), Decimal(-100))
        with pytest.raises(YieldOutOfRange):
            yield_of(state, one, DATE(2025, 9, 1), Decimal(-5))


def test_a_floater_without_a_rate_has_no_quote() -> None:
    world = World()
    world.act("treasury", CreateInstrument(terms=terms_of(AssetKind.FLOAT)))
    floater = require(world.state, INSTRUMENT, ISIN)
    price_of(world.state, floater, DATE(2025, 9, 1), Decimal("0.1"))
    go_to(world, START + dt.timedelta(days=1))
    with pytest.raises(NoQuote, match="no rate yet"):
        price_of(world.state, floater, DATE(2026, 2, 2), Decimal("0.1"))
