"""Horizontal bars, each of one or more parts end to end: maturity wall, terms, concentration."""

from dataclasses import dataclass

from node.explorer.charts.scale import Unit, checked, compact, exact, length, marks
from node.explorer.charts.svg import (
    SERIES_MAX,
    WIDTH,
    Caption,
    Svg,
    element,
    frame,
    legend,
    nothing,
    part_tip,
    short,
    text,
)

BARS_MAX = 60
"""Five years by month."""
TOP = 24
"""Room for the legend."""
LEFT = 170
"""Room for labels."""
ROOM = 380
"""Length of the longest axis; the rest of the width holds the figures."""
ROW = 22
THICK = 14
FOOT = 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar."""

    label: str
    parts: tuple[int, ...]
    """A figure for each series, 0 or more; they stand end to end."""


def bars(caption: Caption, series: tuple[str, ...], rows: tuple[Bar, ...], unit: Unit) -> Svg:
    """The chart. ValueError: over BARS_MAX bars or SERIES_MAX series, a figure below zero.

    A part begins where the sum before it ends, both rounded down: the end of a bar is at most one
    unit short of its sum, however many parts it has.
    """
    if not rows:
        return nothing(caption)
    if not 0 < len(series) <= SERIES_MAX or len(rows) > BARS_MAX:
        raise ValueError(f"at most {BARS_MAX} bars of 1 to {SERIES_MAX} series")
    checked([part for row in rows for part in row.parts], BARS_MAX * SERIES_MAX)
    axis = marks(max(sum(row.parts) for row in rows))
    top, shapes = (4, []) if len(series) == 1 else (TOP, [legend(series)])
    bottom = top + ROW * len(rows)
    for mark in axis:
        x = LEFT + length(mark, axis[-1], ROOM)
        shapes.append(element("line", x1=x, y1=top, x2=x, y2=bottom, class_="grid"))
        words = compact(mark, unit)
        shapes.append(text(words, x, bottom + 14, class_="label", text_anchor="middle"))
    for at, row in enumerate(rows):
        shapes.append(_bar(series, row, top + ROW * at, axis[-1], unit))
    shapes.append(text(unit.name, LEFT, bottom + 29, class_="unit"))
    return frame(caption, bottom + FOOT, *shapes)


def _bar(series: tuple[str, ...], row: Bar, y: int, whole: int, unit: Unit) -> str:
    middle = y + ROW // 2 + 4
    shapes = [text(short(row.label), LEFT - 8, middle, class_="label", text_anchor="end")]
    total = 0
    for at, (_, part) in enumerate(zip(series, row.parts, strict=True)):
        x = length(total, whole, ROOM)
        total += part
        wide = length(total, whole, ROOM) - x
        shapes.append(
            element(
                "rect",
                part_tip(series, at, row.label, exact(part, unit)),
                x=LEFT + x,
                y=y + (ROW - THICK) // 2,
                width=wide,
                height=THICK,
                class_=f"s{at + 1}",
            )
        )
    end = min(LEFT + length(total, whole, ROOM) + 6, WIDTH - 2)
    shapes.append(text(compact(total, unit), end, middle, class_="value"))
    return element("g", *shapes)
