"""How fast blocks follow each other, by the clocks of their proposers."""

from itertools import pairwise

from node.explorer.charts.columns import bins, histogram
from node.explorer.charts.scale import Unit
from node.explorer.charts.svg import Caption
from node.explorer.page import Column, Facts, Section, Table
from node.explorer.pages.figures import drawn
from node.explorer.show import number, text

PERCENTILES = (50, 95, 100)
NAMES = ("Half within", "95 of 100 within", "All within")


def rank(values: tuple[int, ...], percent: int) -> int:
    """The least value that so many per cent are not above (nearest rank); values are not empty."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def pace(times_ms: tuple[int, ...]) -> list[Section]:
    """Of the times of consecutive blocks, ascending; nothing of fewer than two."""
    gaps = tuple([max(0, later - earlier) for earlier, later in pairwise(times_ms)])
    if not gaps:
        return []
    facts = Facts(
        f"Time between the last {len(times_ms)} blocks",
        tuple(
            [
                (name, text(f"{rank(gaps, percent):,} ms"))
                for name, percent in zip(NAMES, PERCENTILES, strict=True)
            ]
        ),
    )
    table = Table(
        id="pace",
        title="Blocks by the time since the one before",
        columns=(
            Column("From ms", "number"),
            Column("Below ms", "number"),
            Column("Blocks", "number"),
        ),
        rows=tuple(
            [(number(low), number(below), number(count)) for low, below, count in bins(gaps)]
        ),
        note="A network with nothing to do waits before it makes a block: long times are idle.",
    )
    title = "How many blocks came how long after the one before"
    caption = Caption(name="pace-chart", title=title, description="Bins of equal width, in ms.")
    chart = histogram(caption, gaps, Unit(name="ms"), Unit(name="blocks"))
    return [facts, table, drawn(title, chart)]
