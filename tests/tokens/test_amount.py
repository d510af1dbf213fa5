"""Rounding against exact fractions, and the edges of u64."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokens.amount import (
    AMOUNT_MAX,
    AmountOverflow,
    mul_div_floor,
    mul_div_half_up,
)

amounts = st.integers(0, AMOUNT_MAX)
signed = st.integers(-AMOUNT_MAX, AMOUNT_MAX)
positive = st.integers(1, 10**24)


def half_up_by_search(exact: Fraction) -> int:
    """Return the nearest integer by asking each neighbour; of two as near, the larger magnitude."""
    below = exact.numerator // exact.denominator
    candidates = (below - 1, below, below + 1, below + 2)
    return min(candidates, key=lambda n: (abs(exact - n), -abs(n)))


@given(amounts, amounts, positive)
@example(AMOUNT_MAX, AMOUNT_MAX, AMOUNT_MAX)
def test_floor_is_the_largest_integer_not_above(
    value: int, numerator: int, denominator: int
) -> None:
    exact = Fraction(value * numerator, denominator)
    if exact >= AMOUNT_MAX + 1:
        with pytest.raises(AmountOverflow):
            mul_div_floor(value, numerator, denominator)
        return
    result = mul_div_floor(value, numerator, denominator)
    assert result <= exact < result + 1


@given(signed, st.integers(-(10**6), 10**6), positive)
@example(11, 1, 2)
@example(-11, 1, 2)
@example(1, -1, 2)
def test_half_up_is_the_nearest_integer(value: int, numerator: int, denominator: int) -> None:
    expected = half_up_by_search(Fraction(value * numerator, denominator))
    if abs(expected) > AMOUNT_MAX:
        with pytest.raises(AmountOverflow):
            mul_div_half_up(value, numerator, denominator)
        return
    assert mul_div_half_up(value, numerator, denominator) == expected


def test_half_up_for_every_small_argument() -> None:
    for value in range(-40, 41):
        for denominator in range(1, 17):
            expected = half_up_by_search(Fraction(value, denominator))
            assert mul_div_half_up(value, 1, denominator) == expected
            assert mul_div_half_up(1, value, denominator) == expected


def test_half_up_is_odd_so_that_both_sides_of_a_trade_agree() -> None:
    for value in range(1_000):
        assert mul_div_half_up(-value, 7, 13) == -mul_div_half_up(value, 7, 13)


@pytest.mark.parametrize("denominator", [0, -1])
def test_a_denominator_that_is_not_positive_is_refused(denominator: int) -> None:
    with pytest.raises(ValueError, match="not positive"):
        mul_div_floor(1, 1, denominator)
    with pytest.raises(ValueError, match="not positive"):
        mul_div_half_up(1, 1, denominator)


def test_floor_of_a_negative_is_not_an_amount() -> None:
    with pytest.raises(AmountOverflow):
        mul_div_floor(-1, 1, 2)
