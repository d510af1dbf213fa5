"""Every chart: well-formed, inside of its frame, lengths in proportion, labels harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.explorer.charts import bars as bar_module
from node.explorer.charts.bars import Bar, bars
from node.explorer.charts.columns import (
    BINS_MAX,
    GROUPS_MAX,
    ROOM,
    VALUES_MAX,
    Group,
    bins,
    columns,
    histogram,
)
from node.explorer.charts.lines import POINTS_MAX, Point, lines
from node.explorer.charts.scale import Unit, exact, marks
from node.explorer.charts.shares import LARGEST_MAX, REST, shares
from node.explorer.charts.svg import LABEL_CHARS_MAX, Caption, Svg
from node.explorer.text import plain
from tests.explorer.charts.drawing import Drawing

CAPTION = Caption(name="wall", title="Maturities", description="What falls due.")
PKR = Unit(name="PKR", decimals=2)
FIGURES = st.integers(0, 2**64)
HOSTILE = st.text(max_size=60) | st.sampled_from(
    ["<script>alert(1)</script>", '"/><rect onload="x', "]]>&amp;", "\x00\x1b", "‮evil‬", "\ud800"]
)
SERIES = st.integers(1, 3).map(lambda count: ("one", "two", "three")[:count])


def rows_of(count: int, most: int) -> st.SearchStrategy[list[tuple[str, tuple[int, ...]]]]:
    figures = st.tuples(*[FIGURES] * count)
    return st.lists(st.tuples(HOSTILE, figures), min_size=1, max_size=most)


DRAWN = SERIES.flatmap(lambda series: st.tuples(st.just(series), rows_of(len(series), 12)))


@given(DRAWN)
def test_bars_are_in_proportion_and_say_their_figures(
    drawn: tuple[tuple[str, ...], list[tuple[str, tuple[int, ...]]]],
) -> None:
    series, rows = drawn
    drawing = Drawing(
        bars(CAPTION, series, tuple([Bar(label=label, parts=parts) for label, parts in rows]), PKR)
    )
    drawing.check()
    whole = marks(max(sum(parts) for _, parts in rows))[-1]
    groups = [each for each in drawing.all("g") if each.findall("{*}text")]
    groups = [each for each in groups if each[0].get("text-anchor") == "end"]
    assert len(groups) == len(rows)
    for group, (_, parts) in zip(groups, rows, strict=True):
        widths = [int(each.attrib["width"]) for each in group.findall("{*}rect")]
        assert sum(widths) == sum(parts) * bar_module.ROOM // whole
        for wide, part in zip(widths, parts, strict=True):
            assert abs(wide * whole - part * bar_module.ROOM) < whole, "less than one unit off"
    said = [tip.rpartition(": ")[2] for tip in drawing.tips()]
    assert said == [exact(part, PKR) for _, parts in rows for part in parts]


@given(DRAWN)
def test_columns_are_in_proportion_and_stand_on_the_axis(
    drawn: tuple[tuple[str, ...], list[tuple[str, tuple[int, ...]]]],
) -> None:
    series, rows = drawn
    groups = tuple([Group(label=label, figures=figures) for label, figures in rows])
    drawing = Drawing(columns(CAPTION, series, groups, PKR, "month"))
    drawing.check()
    whole = marks(max(figure for _, figures in rows for figure in figures))[-1]
    shapes = [each for each in drawing.all("rect") if len(each)]
    figures = [figure for _, each in rows for figure in each]
    assert [int(each.attrib["height"]) for each in shapes] == [
        figure * ROOM // whole for figure in figures
    ]
    feet = {int(each.attrib["y"]) + int(each.attrib["height"]) for each in shapes}
    assert len(feet) == 1
    lefts = [int(each.attrib["x"]) for each in shapes]
    rights = [int(each.attrib["x"]) + int(each.attrib["width"]) for each in shapes]
    assert all(right <= left for right, left in zip(rights, lefts[1:], strict=False)), "overlap"


@given(SERIES, st.data())
def test_points_of_a_line_stand_where_the_figures_say(
    series: tuple[str, ...], data: st.DataObject
) -> None:
    heights = data.draw(st.lists(st.integers(0, 2**40), min_size=1, max_size=15, unique=True))
    points = tuple(
        [
            Point(height=height, figures=data.draw(st.tuples(*[FIGURES] * len(series))))
            for height in sorted(heights)
        ]
    )
    drawing = Drawing(lines(CAPTION, series, points, PKR))
    drawing.check()
    whole = marks(max(figure for point in points for figure in point.figures))[-1]
    foot = max(int(each.attrib["y1"]) for each in drawing.all("line"))
    for at in range(len(series)):
        circles = drawing.all("circle", f"s{at + 1}")
        ups = [foot - int(each.attrib["cy"]) for each in circles]
        assert ups == [point.figures[at] * ROOM // whole for point in points]
        across = [int(each.attrib["cx"]) for each in circles]
        assert across == sorted(across)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=200))
def test_a_histogram_counts_each_value_once(values: list[int]) -> None:
    found = bins(tuple(values))
    assert 1 <= len(found) <= BINS_MAX
    assert sum(count for _, _, count in found) == len(values)
    for low, below, count in found:
        assert count == len([value for value in values if low <= value < below])
    unit = Unit(name="ms")
    drawing = Drawing(histogram(CAPTION, tuple(values), unit, Unit(name="blocks")))
    drawing.check()
    said = [int(tip.rpartition(": ")[2].split()[0].replace(",", "")) for tip in drawing.tips()]
    assert said == [count for _, _, count in found]


@given(st.lists(st.tuples(HOSTILE, FIGURES), max_size=LARGEST_MAX), FIGURES)
def test_shares_and_all_others_add_up(largest: list[tuple[str, int]], others: int) -> None:
    whole = sum(amount for _, amount in largest) + others
    drawing = Drawing(shares(CAPTION, tuple(largest), whole, PKR))
    drawing.check()
    said = [tip.rpartition(": ")[2] for tip in drawing.tips()]
    expected = [exact(amount, PKR) for _, amount in largest] + [exact(others, PKR)] * (others > 0)
    assert said == expected
    assert (REST in drawing.words()) >= (others > 0)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_becomes_markup_or_hides(title: str, label: str, unit: str) -> None:
    caption = Caption(name="x", title=title, description=label)
    drawing = Drawing(
        bars(caption, ("held",), (Bar(label=label, parts=(7,)),), Unit(name=unit, decimals=0))
    )
    drawing.check()
    assert drawing.all("title")[0].text == (plain(title) or None)
    shown = drawing.all("text")[-3].text or ""
    assert len(shown) <= LABEL_CHARS_MAX
    assert plain(shown) == shown
    assert len(shown) == LABEL_CHARS_MAX or shown == plain(label)


EMPTY = (
    bars(CAPTION, ("one",), (), PKR),
    columns(CAPTION, ("one",), (), PKR, "month"),
    lines(CAPTION, ("one",), (), PKR),
    histogram(CAPTION, (), PKR, PKR),
    shares(CAPTION, (), 0, PKR),
)


@pytest.mark.parametrize("chart", EMPTY)
def test_nothing_to_draw_is_said(chart: Svg) -> None:
    drawing = Drawing(chart)
    drawing.check()
    assert drawing.words() == ["Nothing to draw."]


def test_zeros_are_drawn_as_nothing_and_written() -> None:
    drawing = Drawing(bars(CAPTION, ("a", "b"), (Bar(label="2030", parts=(0, 0)),), PKR))
    drawing.check()
    assert [each.attrib["width"] for each in drawing.all("rect") if len(each)] == ["0", "0"]
    assert drawing.tips() == ["2030, a: 0.00 PKR", "2030, b: 0.00 PKR"]


def test_the_most_that_a_chart_draws_fits_and_one_more_is_refused() -> None:
    many = tuple([Bar(label=str(at), parts=(at, 1, 2)) for at in range(bar_module.BARS_MAX)])
    series = ("a", "b", "c")
    Drawing(bars(CAPTION, series, many, PKR)).check()
    with pytest.raises(ValueError, match="at most 60 bars"):
        bars(CAPTION, series, (*many, many[0]), PKR)
    groups = tuple([Group(label=str(at), figures=(at, 1, 2)) for at in range(GROUPS_MAX)])
    Drawing(columns(CAPTION, series, groups, PKR, "x")).check()
    with pytest.raises(ValueError, match="at most 60 groups"):
        columns(CAPTION, series, (*groups, groups[0]), PKR, "x")
    points = tuple([Point(height=at, figures=(at,)) for at in range(POINTS_MAX + 1)])
    Drawing(lines(CAPTION, ("a",), points[1:], PKR)).check()
    with pytest.raises(ValueError, match="at most 120 points"):
        lines(CAPTION, ("a",), points, PKR)
    with pytest.raises(ValueError, match="at most 10000 figures"):
        bins((1,) * (VALUES_MAX + 1))
    with pytest.raises(ValueError, match="at most 10 holders"):
        shares(CAPTION, (("a", 1),) * (LARGEST_MAX + 1), 99, PKR)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        bars(CAPTION, ("a",), (Bar(label="a", parts=(-1,)),), PKR)
    with pytest.raises(ValueError, match="of what there is"):
        shares(CAPTION, (("a", 2),), 1, PKR)
    with pytest.raises(ValueError, match="heights ascend"):
        lines(CAPTION, ("a",), (Point(height=2, figures=(1,)), Point(height=2, figures=(1,))), PKR)
    with pytest.raises(ValueError, match="is named by"):
        bars(Caption(name='x"y', title="", description=""), ("a",), (), PKR)


def test_a_part_of_a_bar_says_its_series() -> None:
    chart = bars(CAPTION, ("principal", "coupons"), (Bar(label="2030-01", parts=(5, 7)),), PKR)
    assert Drawing(chart).tips() == ["2030-01, principal: 0.05 PKR", "2030-01, coupons: 0.07 PKR"]
