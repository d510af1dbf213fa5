"""Concentration: the largest holders one by one, all others as one bar."""

from node.explorer.charts.bars import Bar, bars
from node.explorer.charts.scale import Unit
from node.explorer.charts.svg import Caption, Svg

LARGEST_MAX = 10
REST = "all others"


def shares(caption: Caption, largest: tuple[tuple[str, int], ...], whole: int, unit: Unit) -> Svg:
    """The chart. ValueError: over LARGEST_MAX holders, or more in their hands than there is."""
    rest = whole - sum(amount for _, amount in largest)
    if len(largest) > LARGEST_MAX or rest < 0:
        raise ValueError(f"at most {LARGEST_MAX} holders, of what there is")
    rows = [Bar(label=label, parts=(amount,)) for label, amount in largest]
    if rest:
        rows.append(Bar(label=REST, parts=(rest,)))
    return bars(caption, ("held",), tuple(rows), unit)
