"""Marks of an axis, and figures in few signs."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.explorer.charts.scale import TICKS_MAX, Unit, compact, exact, length, marks

FIGURES = st.integers(0, 2**70)
PKR = Unit(name="PKR", decimals=2)


@given(FIGURES)
def test_an_axis_has_few_even_marks_from_zero_to_above_the_figure(most: int) -> None:
    axis = marks(most)
    assert 2 <= len(axis) <= TICKS_MAX
    assert axis[0] == 0
    assert axis[-1] >= max(1, most)
    assert len(axis) < 3 or axis[-2] < max(1, most), "the last mark is needed"
    gap = axis[1]
    assert str(gap).rstrip("0") in ("1", "2", "5")
    assert all(later - earlier == gap for earlier, later in pairwise(axis))


@given(FIGURES, st.integers(1, 1_000))
def test_a_length_is_the_exact_share_rounded_down(figure: int, room: int) -> None:
    whole = marks(figure)[-1]
    drawn = length(figure, whole, room)
    assert 0 <= drawn <= room
    assert drawn * whole <= figure * room < (drawn + 1) * whole


@given(st.integers(0, 5), st.integers(0, 25), st.sampled_from([1, 2, 5, 10, 20, 50]))
def test_marks_of_an_axis_are_written_exactly(digits: int, power: int, factor: int) -> None:
    figure = factor * 10**power
    assert value_of(compact(figure, Unit(name="", decimals=digits)), digits) == figure


@given(FIGURES, st.integers(0, 8))
def test_few_signs_are_never_above_the_figure_and_close_to_it(figure: int, digits: int) -> None:
    shown = value_of(compact(figure, Unit(name="", decimals=digits)), digits)
    assert shown <= figure
    assert figure - shown <= figure // 100


def value_of(text: str, digits: int) -> int:
    """Reads a short figure back, by other means than it was written."""
    powers = {"k": 3, "m": 6, "bn": 9, "tn": 12}
    word = text.lstrip("0123456789.")
    whole, _, part = text.removesuffix(word).partition(".")
    power = powers.get(word, 0) + digits
    if len(part) > power:
        raise AssertionError(f"{text} is no whole number of minor units")
    read: int = int(whole) * 10**power + int((part or "0").ljust(power, "0")[:power] or "0")
    return read


@pytest.mark.parametrize(
    ("figure", "short", "whole"),
    [
        (0, "0", "0.00 PKR"),
        (5, "0.05", "0.05 PKR"),
        (150, "1.5", "1.50 PKR"),
        (999_900, "9999", "9,999.00 PKR"),
        (1_234_567, "12.3k", "12,345.67 PKR"),
        (99_999_999, "999k", "999,999.99 PKR"),
        (100_000_000, "1m", "1,000,000.00 PKR"),
        (123_456_789_012, "1.23bn", "1,234,567,890.12 PKR"),
        (500_000_000_000_000, "5tn", "5,000,000,000,000.00 PKR"),
    ],
)
def test_figures_are_written_as_a_person_writes_them(figure: int, short: str, whole: str) -> None:
    assert (compact(figure, PKR), exact(figure, PKR)) == (short, whole)
