"""Upright columns, one or more beside each other for each label; histograms of counts."""

from dataclasses import dataclass

from node.explorer.charts.scale import Unit, checked, compact, exact, length, marks, step
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

GROUPS_MAX = 60
BINS_MAX = 15
"""Of a histogram."""
VALUES_MAX = 10_000
"""Of a histogram."""
TOP = 28
LEFT = 60
"""Room for the marks of the axis."""
ROOM_ACROSS = WIDTH - LEFT - 4
ROOM = 180
"""Height of the highest column that the axis has room for."""
GAP = 2
FOOT = 38
LABELS_MAX = 10
"""Written under the axis; more columns than that have every second label, or fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The columns over one label."""

    label: str
    figures: tuple[int, ...]
    """One for each series, 0 or more."""


def columns(
    caption: Caption, series: tuple[str, ...], groups: tuple[Group, ...], unit: Unit, below: str
) -> Svg:
    """The chart; `below`: what the labels count. ValueError: too many groups or series, below 0."""
    if not groups:
        return nothing(caption)
    if not 0 < len(series) <= SERIES_MAX or len(groups) > GROUPS_MAX:
        raise ValueError(f"at most {GROUPS_MAX} groups of 1 to {SERIES_MAX} series")
    figures = [figure for group in groups for figure in group.figures]
    checked(figures, GROUPS_MAX * SERIES_MAX)
    axis = marks(max(figures))
    shapes = [] if len(series) == 1 else [legend(series)]
    shapes.append(upright(axis, unit))
    each = -(-len(groups) // LABELS_MAX)
    for at, group in enumerate(groups):
        left = LEFT + ROOM_ACROSS * at // len(groups)
        wide = LEFT + ROOM_ACROSS * (at + 1) // len(groups) - left
        shapes.append(_group(series, group, left, wide, axis[-1], unit))
        if at % each == 0:
            x = left + wide // 2
            words = short(group.label, 10)
            shapes.append(text(words, x, TOP + ROOM + 15, class_="label", text_anchor="middle"))
    shapes.append(text(below, LEFT, TOP + ROOM + 32, class_="unit"))
    return frame(caption, TOP + ROOM + FOOT, *shapes)


def upright(axis: tuple[int, ...], unit: Unit) -> str:
    """The axis at the left: a line across and a figure for each mark; the unit above."""
    shapes = []
    for mark in axis:
        y = TOP + ROOM - length(mark, axis[-1], ROOM)
        shapes.append(element("line", x1=LEFT, y1=y, x2=WIDTH - 4, y2=y, class_="grid"))
        words = compact(mark, unit)
        shapes.append(text(words, LEFT - 6, y + 4, class_="label", text_anchor="end"))
    shapes.append(text(unit.name, WIDTH - 4, 12, class_="unit", text_anchor="end"))
    return element("g", *shapes)


def _group(
    series: tuple[str, ...], group: Group, left: int, wide: int, whole: int, unit: Unit
) -> str:
    shapes = []
    for at, (_, figure) in enumerate(zip(series, group.figures, strict=True)):
        room = wide - GAP
        x = left + GAP // 2 + room * at // len(series)
        high = length(figure, whole, ROOM)
        shapes.append(
            element(
                "rect",
                part_tip(series, at, group.label, exact(figure, unit)),
                x=x,
                y=TOP + ROOM - high,
                width=left + GAP // 2 + room * (at + 1) // len(series) - x,
                height=high,
                class_=f"s{at + 1}",
            )
        )
    return element("g", *shapes)


def bins(values: tuple[int, ...]) -> tuple[tuple[int, int, int], ...]:
    """(from, below, how many) of equal widths over all values; at most BINS_MAX, none left out.

    ValueError: over VALUES_MAX values, one below zero.
    """
    checked(list(values), VALUES_MAX)
    if not values:
        return ()
    least, most = min(values), max(values)
    wide = step(most - least + 1, BINS_MAX)
    first = least // wide
    counts = [0] * (most // wide - first + 1)
    for value in values:
        counts[value // wide - first] += 1
    return tuple(
        [(wide * (first + at), wide * (first + at + 1), count) for at, count in enumerate(counts)]
    )


def histogram(caption: Caption, values: tuple[int, ...], unit: Unit, counted: Unit) -> Svg:
    """How many values lie in each bin: `unit` of the values, `counted` what there are many of."""
    groups = tuple(
        [Group(label=compact(low, unit), figures=(count,)) for low, _, count in bins(values)]
    )
    return columns(caption, (counted.name,), groups, counted, unit.name)
