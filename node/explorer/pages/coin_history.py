"""Supply of a stablecoin against the value of its reserve, over the heights that the node keeps."""

from node.explorer.ask import Ask
from node.explorer.charts.lines import Point, lines
from node.explorer.charts.svg import Caption
from node.explorer.failure import BadInput
from node.explorer.page import Cell, Column, Field, Form, Note, Section, Table
from node.explorer.pages.figures import drawn, unit_of
from node.explorer.route import Query
from node.explorer.show import height, percent
from node.sdk.schema.asset import Reserves

SAMPLES = 24
"""Heights that are asked for: in one batch."""


def sampled(first: int, last: int) -> tuple[int, ...]:
    """At most SAMPLES heights from first to last, both among them, as even as integers are."""
    gaps = max(1, min(SAMPLES - 1, last - first))
    return tuple(sorted({first + (last - first) * at // gaps for at in range(gaps + 1)}))


async def history(ask: Ask, query: Query, now: Reserves) -> list[Section]:
    """Chart, its table and the form that chooses the heights."""
    coin = now.cash.asset
    if ask.at is None:
        return [Note("This node keeps no past states: how coverage went cannot be asked here.")]
    oldest = max(1, ask.status.oldest_state)
    asked = query.number("from")
    if asked is not None and not oldest <= asked <= ask.at:
        raise BadInput(f"from is a height between {oldest} and {ask.at}")
    heights = sampled(oldest if asked is None else asked, max(ask.at, oldest))
    found = await ask.over(heights, "cash_getReserves", {"asset": coin}, of=Reserves)
    points = tuple([each for each in zip(heights, found, strict=True) if each[1] is not None])
    kept = [(at, each) for at, each in points if each is not None]
    chart = lines(
        Caption(
            name="history",
            title=f"Supply of {coin} and value of its reserve",
            description=f"At {len(kept)} heights from {heights[0]} to {heights[-1]}, in {coin}.",
        ),
        ("supply", "value of the reserve"),
        tuple([Point(height=at, figures=(each.supply, each.value)) for at, each in kept]),
        unit_of(ask, coin),
    )
    form = Form(
        title="",
        action=query.path,
        fields=(
            Field("from", f"From height ({oldest} or later)", str(heights[0]), type="number"),
            Field("at", "To height", str(ask.at), type="number"),
        ),
        button="Show",
    )
    return [_table(ask, kept), drawn("Supply against the reserve", chart), form]


def _table(ask: Ask, kept: list[tuple[int, Reserves]]) -> Table:
    rows = tuple(
        [
            (
                height(at),
                ask.show.amount(each.supply, each.cash.asset),
                ask.show.amount(each.value, each.cash.backing),
                percent(each.coverage_bps),
                Cell("BREACH", tone="bad") if each.breach else Cell("covered", tone="good"),
            )
            for at, each in reversed(kept)
        ]
    )
    return Table(
        id="history",
        title="Coverage by height",
        columns=(
            Column("Height", "number"),
            Column("Supply", "amount"),
            Column("Value of the reserve", "amount"),
            Column("Coverage", "number"),
            Column("State"),
        ),
        rows=rows,
        note=f"The states after up to {SAMPLES} blocks, as even as whole heights are.",
    )
