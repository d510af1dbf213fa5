"""Who signed which of the last blocks, as a drawing: a column a block, a row a validator.

It stands beside the table of counts, and says nothing that the table and the page of each block do
not say in words.
"""

from html import escape
from typing import NamedTuple

from node.explorer.text import plain

BLOCKS_MAX = 100
CELL = 8
GAP = 1
LABEL = 150
TOP = 18


class Signed(NamedTuple):
    """One block."""

    height: int
    proposer: str
    view: int
    """Above 0: primaries before this one made none."""
    signers: frozenset[str]
    time_ms: int
    """Of the block, by its proposer's clock."""


def grid(validators: tuple[str, ...], blocks: tuple[Signed, ...]) -> str:
    """An SVG element; blocks ascending, at most 100."""
    shown = blocks[-BLOCKS_MAX:]
    step = CELL + GAP
    width, tall = LABEL + BLOCKS_MAX * step, TOP + len(validators) * (step + 4)
    parts = [
        f'<svg class="grid" viewBox="0 0 {width} {tall}" role="img" aria-labelledby="grid-title">',
        f'<title id="grid-title">{escape(_title(validators, shown))}</title>',
    ]
    if shown:
        parts.append(f'<text x="{LABEL}" y="12">{shown[0].height}</text>')
        end = LABEL + len(shown) * step
        parts.append(f'<text x="{end}" y="12" text-anchor="end">{shown[-1].height}</text>')
    for row, name in enumerate(validators):
        y = TOP + row * (step + 4)
        parts.append(f'<text x="0" y="{y + CELL}">{escape(plain(name))}</text>')
        for column, block in enumerate(shown):
            x = LABEL + column * step
            kind = _kind(name, block)
            parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{CELL}" height="{CELL}"/>')
    parts.append("</svg>")
    return "".join(parts)


def _kind(name: str, block: Signed) -> str:
    if name == block.proposer:
        return "proposed late" if block.view else "proposed"
    return "signed" if name in block.signers else "absent"


def _title(validators: tuple[str, ...], shown: tuple[Signed, ...]) -> str:
    if not shown:
        return "No block yet."
    counts = [f"{each} {sum(each in block.signers for block in shown)}" for each in validators]
    first, last = shown[0].height, shown[-1].height
    return (
        f"Certificates of blocks {first} to {last} that carry a signature of: {', '.join(counts)}."
    )
