"""From figures to units of a drawing, and from figures to short words: integers only."""

from dataclasses import dataclass

from node.explorer.text import grouped, scaled

STEPS = (1, 2, 5)
TICKS_MAX = 6
"""Marks on an axis, the zero among them."""
WORDS = ((10**12, "tn"), (10**9, "bn"), (10**6, "m"), (10**3, "k"))
DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What one figure counts."""

    name: str
    """As it is written after a figure: PKR, %, ms, blocks."""
    decimals: int = 0
    """A figure is so many decimal places smaller than the unit: 2 for paisa of a rupee, and for
    1/10,000 of a whole shown as per cent."""


def length(figure: int, whole: int, room: int) -> int:
    """Units of `room` for `figure` of `whole`, rounded down; 0 <= figure <= whole."""
    return figure * room // whole


def step(most: int, ticks: int = TICKS_MAX) -> int:
    """The least of 1, 2, 5 times a power of ten whose multiples from 0 to `most` are few enough."""
    size = 1
    while True:
        for factor in STEPS:
            if -(-most // (factor * size)) < ticks:
                return factor * size
        size *= 10


def marks(most: int) -> tuple[int, ...]:
    """Where an axis from zero to at least `most` is marked; the last mark is its end, above 0."""
    size = step(max(1, most))
    return tuple(range(0, size * -(-max(1, most) // size) + 1, size))


def compact(figure: int, unit: Unit) -> str:
    """The figure in few signs without its unit: `1.23bn`; rounded down to three digits.

    Whole figures below 10,000 and those that three digits write are exact.
    """
    one = 10**unit.decimals
    if figure < 10_000 * one:
        return scaled(figure if figure % one == 0 else _floor(figure), unit.decimals)
    size, word = next((size, word) for size, word in WORDS if figure >= size * one)
    return scaled(_floor(figure), len(str(size)) - 1 + unit.decimals) + word


def _floor(figure: int) -> int:
    """The first three digits, zeros after them."""
    size: int = 10 ** max(0, len(str(figure)) - DIGITS)
    return figure // size * size


def exact(figure: int, unit: Unit) -> str:
    """The whole figure with its unit: `1,234.50 PKR`."""
    return f"{grouped(figure, unit.decimals)} {unit.name}".rstrip()


def checked(figures: list[int], most: int) -> None:
    """ValueError: more figures than a chart draws, or one below zero."""
    if len(figures) > most:
        raise ValueError(f"a chart of this kind draws at most {most} figures")
    if any(figure < 0 for figure in figures):
        raise ValueError("a chart draws no figure below zero")
