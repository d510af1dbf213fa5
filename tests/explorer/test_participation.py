"""The drawing of the last blocks: well formed, one cell a block and validator, names escaped."""

from xml.etree import ElementTree

from node.explorer.participation import BLOCKS_MAX, Signed, grid
from node.explorer.render import STYLE

NAMES = ("alpha", "beta", 'b"<script>')
SVG = "{http://www.w3.org/2000/svg}"


def blocks(count: int) -> tuple[Signed, ...]:
    """Alpha proposes and signs all, beta signs even heights."""
    both, one = frozenset({"alpha", "beta"}), frozenset({"alpha"})
    return tuple(
        [
            Signed(each, "alpha", each % 3, one if each % 2 else both, time_ms=each * 1_000)
            for each in range(1, count + 1)
        ]
    )


def classes(svg: str) -> list[str]:
    """Of all cells."""
    root = ElementTree.fromstring(svg)
    return [cell.attrib["class"] for cell in root.iter() if cell.tag.endswith("rect")]


def test_a_cell_for_each_block_and_validator() -> None:
    found = classes(grid(NAMES, blocks(10)))
    assert len(found) == 10 * len(NAMES)
    assert found.count("proposed") == 3
    assert found.count("proposed late") == 7
    assert found.count("signed") == 5
    assert found.count("absent") == 15


def test_no_more_blocks_than_stated_and_none_at_all() -> None:
    many = grid(NAMES, blocks(250))
    assert len(classes(many)) == BLOCKS_MAX * len(NAMES)
    assert ">151<" in many
    assert ">250<" in many
    assert classes(grid(NAMES, ())) == []


def test_names_are_escaped_and_counted_in_words() -> None:
    svg = grid(NAMES, blocks(4))
    assert "<script>" not in svg
    title = ElementTree.fromstring(svg)[0].text
    assert title is not None
    assert "alpha 4, beta 2" in title


def test_the_style_is_small_and_asks_for_nothing_from_elsewhere() -> None:
    assert len(STYLE) < 12 * 1024
    for word in (b"url(", b"@import", b"http", b"expression"):
        assert word not in STYLE
    for word in (b"prefers-color-scheme: dark", b"@media print", b":focus-visible"):
        assert word in STYLE
