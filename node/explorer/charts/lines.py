"""Lines over heights: supply against the value of its reserve."""

from dataclasses import dataclass
from itertools import pairwise

from node.explorer.charts.columns import LEFT, ROOM, ROOM_ACROSS, TOP, upright
from node.explorer.charts.scale import Unit, checked, exact, length, marks
from node.explorer.charts.svg import (
    SERIES_MAX,
    Caption,
    Svg,
    element,
    frame,
    legend,
    nothing,
    text,
    tip,
)

POINTS_MAX = 120
FOOT = 38
RADIUS = 3
EDGE = 8
"""Between the axis and the first point, and after the last one."""
DASHES = ("", "6 4", "2 3")
"""Lines are told apart by their strokes too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What was read at one height."""

    height: int
    figures: tuple[int, ...]
    """One for each series, 0 or more."""


def lines(caption: Caption, series: tuple[str, ...], points: tuple[Point, ...], unit: Unit) -> Svg:
    """The chart: points as read, straight lines between.

    ValueError: too many points or series, a figure below zero, heights that do not ascend.
    """
    if not points:
        return nothing(caption)
    if not 0 < len(series) <= SERIES_MAX or len(points) > POINTS_MAX:
        raise ValueError(f"at most {POINTS_MAX} points of 1 to {SERIES_MAX} series")
    figures = [figure for point in points for figure in point.figures]
    checked(figures, POINTS_MAX * SERIES_MAX)
    heights = [point.height for point in points]
    if any(later <= earlier for earlier, later in pairwise(heights)):
        raise ValueError("heights ascend")
    axis = marks(max(figures))
    across = [_across(height, heights[0], heights[-1]) for height in heights]
    shapes = [] if len(series) == 1 else [legend(series)]
    shapes.append(upright(axis, unit))
    for at, name in enumerate(series):
        ups = [TOP + ROOM - length(point.figures[at], axis[-1], ROOM) for point in points]
        shapes.append(_line(at, name, points, list(zip(across, ups, strict=True)), unit))
    foot = TOP + ROOM + 15
    shapes.append(text(str(heights[0]), across[0], foot, class_="label", text_anchor="start"))
    if len(heights) > 1:
        shapes.append(text(str(heights[-1]), across[-1], foot, class_="label", text_anchor="end"))
    shapes.append(text("height", LEFT, TOP + ROOM + 32, class_="unit"))
    return frame(caption, TOP + ROOM + FOOT, *shapes)


def _across(height: int, first: int, last: int) -> int:
    return LEFT + EDGE + length(height - first, max(1, last - first), ROOM_ACROSS - 2 * EDGE)


def _line(
    at: int, name: str, points: tuple[Point, ...], places: list[tuple[int, int]], unit: Unit
) -> str:
    path = " ".join([f"{x},{y}" for x, y in places])
    dashes = {"stroke_dasharray": DASHES[at]} if DASHES[at] else {}
    shapes = [element("polyline", points=path, fill="none", class_=f"l{at + 1}", **dashes)]
    for point, (x, y) in zip(points, places, strict=True):
        said = f"{name} at height {point.height}: {exact(point.figures[at], unit)}"
        shapes.append(element("circle", tip(said), cx=x, cy=y, r=RADIUS, class_=f"s{at + 1}"))
    return element("g", *shapes)
