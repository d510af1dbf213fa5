"""Auction arithmetic: the published bid sheet to the last digit, exact fractions as the oracle."""

from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.tokens.finance.vectors import day, load, scaled, table
from tokens.finance.auction_math import (
    PAR_E4,
    Fill,
    bill_price_e4_half_up,
    bill_weighted_average_yield_e6_half_up,
    bill_yield_e6_half_up,
    consideration_half_up,
    weighted_average_price_e4_half_up,
)

SHEET = load("sbp_auctions.json")["bill"]
ROWS = table(SHEET)
DAYS = 84

faces = st.integers(1, 10**15)
prices = st.integers(500_000, 1_100_000)
one_fill = st.builds(lambda face, price: Fill(face=face, bid=price), faces, prices)
fills = st.lists(one_fill, min_size=1, max_size=30)
days = st.integers(1, 400)


def half_up(exact: Fraction) -> int:
    magnitude = (2 * abs(exact) + 1) // 2
    return int(magnitude if exact >= 0 else -magnitude)


def row_fill(row: dict[str, str]) -> Fill:
    return Fill(face=scaled(row["face_mn"], 8), bid=scaled(row["price_per_100"], 4))


def test_days_of_the_published_bill() -> None:
    assert isinstance(SHEET, dict)
    term = day(str(SHEET["maturity"])) - day(str(SHEET["settlement"]))
    assert term.days == DAYS == SHEET["days"]
    assert len(ROWS) == 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['face_mn']}@{row['price_per_100']}")
def test_published_yield_of_each_bid(row: dict[str, str]) -> None:
    price = scaled(row["price_per_100"], 4)
    assert bill_yield_e6_half_up(price, DAYS) == scaled(row["yield_pct"], 4)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['face_mn']}@{row['yield_pct']}")
def test_price_from_published_yield(row: dict[str, str]) -> None:
    """A yield of four places leaves the price open within a tick or so, never more."""
    price = scaled(row["price_per_100"], 4)
    again = bill_price_e4_half_up(scaled(row["yield_pct"], 4), DAYS)
    assert again == price


def test_published_running_average_of_each_row() -> None:
    for count in range(1, len(ROWS) + 1):
        sheet = [row_fill(row) for row in ROWS[:count]]
        expected = scaled(ROWS[count - 1]["running_weighted_avg_yield_pct"], 4)
        assert bill_weighted_average_yield_e6_half_up(sheet, DAYS) == expected


def test_published_realised_amounts() -> None:
    realised = [row for row in ROWS if row["realized_mn_or_null"]]
    assert len(realised) == 19
    for row in realised:
        fill = row_fill(row)
        paisa = consideration_half_up(fill.face, fill.bid)
        assert (paisa + 50_000) // 100_000 == scaled(row["realized_mn_or_null"], 3)


@given(st.integers(-100_000, 2_000_000), days)
@example(0, 84)
def test_bill_price_is_the_rounded_rational(rate_e6: int, term: int) -> None:
    exact = Fraction(100 * 365) / (365 + Fraction(rate_e6, 10**6) * term)
    assert bill_price_e4_half_up(rate_e6, term) == half_up(exact * 10**4)


@given(prices, days, st.sampled_from([360, 365]))
def test_bill_yield_is_the_rounded_rational(price_e4: int, term: int, year: int) -> None:
    price = Fraction(price_e4, 10**6)
    exact = (1 / price - 1) * year / term
    assert bill_yield_e6_half_up(price_e4, term, year) == half_up(exact * 10**6)


@given(fills, days)
def test_averages_are_made_of_unrounded_sums(sheet: list[Fill], term: int) -> None:
    face = sum(fill.face for fill in sheet)
    cost = sum((Fraction(fill.face * fill.bid, PAR_E4) for fill in sheet), Fraction(0))
    way = (face / cost - 1) * 365 / term
    assert bill_weighted_average_yield_e6_half_up(sheet, term) == half_up(way * 10**6)
    mean = Fraction(sum(fill.face * fill.bid for fill in sheet), face)
    assert weighted_average_price_e4_half_up(sheet) == half_up(mean)


@given(fills, st.sampled_from([1, 5, 25, 100]))
def test_average_price_falls_on_the_tick(sheet: list[Fill], tick: int) -> None:
    price = weighted_average_price_e4_half_up(sheet, tick)
    mean = Fraction(sum(fill.face * fill.bid for fill in sheet), sum(fill.face for fill in sheet))
    assert price % tick == 0
    assert abs(price - mean) <= Fraction(tick, 2)


@given(fills)
def test_average_lies_between_the_bids(sheet: list[Fill]) -> None:
    bids = [fill.bid for fill in sheet]
    assert min(bids) <= weighted_average_price_e4_half_up(sheet) <= max(bids)


@given(fills, days)
def test_average_of_one_price_is_its_yield(sheet: list[Fill], term: int) -> None:
    price = sheet[0].bid
    same = [Fill(face=fill.face, bid=price) for fill in sheet]
    way = bill_weighted_average_yield_e6_half_up(same, term)
    assert way == bill_yield_e6_half_up(price, term)


@given(st.integers(0, 10**18), prices)
def test_consideration_is_the_rounded_rational(face: int, price_e4: int) -> None:
    assume(face * price_e4 < 2**64 * PAR_E4 - PAR_E4)
    assert consideration_half_up(face, price_e4) == half_up(Fraction(face * price_e4, PAR_E4))


def test_margins_may_be_negative() -> None:
    sheet = [Fill(face=300, bid=-2_500), Fill(face=100, bid=1_000)]
    assert weighted_average_price_e4_half_up(sheet) == -1_625


def test_a_price_above_par_is_a_negative_yield() -> None:
    assert bill_yield_e6_half_up(1_000_500, 84) == -2_172
    assert bill_price_e4_half_up(-2_172, 84) == 1_000_500


def test_nothing_allotted_has_no_average() -> None:
    with pytest.raises(ValueError, match="not positive"):
        weighted_average_price_e4_half_up([])
    with pytest.raises(ValueError, match="not positive"):
        bill_weighted_average_yield_e6_half_up([], 84)


@pytest.mark.parametrize(("price_e4", "term"), [(0, 84), (-1, 84), (983_879, 0), (983_879, -1)])
def test_price_and_term_are_positive(price_e4: int, term: int) -> None:
    with pytest.raises(ValueError, match="not positive"):
        bill_yield_e6_half_up(price_e4, term)


def test_a_yield_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="not positive"):
        bill_price_e4_half_up(-365 * 10**6, 1)
