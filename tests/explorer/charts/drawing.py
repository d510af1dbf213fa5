"""Reads a drawing back: what is in it, and whether it stays inside of its frame."""

from collections.abc import Iterator
from xml.etree import ElementTree

from node.explorer.charts.svg import Svg

NAMESPACE = "{http://www.w3.org/2000/svg}"
TAGS = {"svg", "title", "desc", "g", "rect", "line", "circle", "polyline", "text"}
ATTRIBUTES = {
    "aria-labelledby",
    "class",
    "cx",
    "cy",
    "fill",
    "height",
    "id",
    "points",
    "r",
    "role",
    "stroke-dasharray",
    "text-anchor",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
}


class Drawing:
    """A parsed chart. Raises ParseError for what is not well-formed."""

    def __init__(self, svg: Svg) -> None:
        self.root = ElementTree.fromstring(svg.text)
        self.width, self.height = (int(word) for word in self.root.attrib["viewBox"].split()[2:])

    def all(self, tag: str, class_: str | None = None) -> list[ElementTree.Element]:
        """Elements in order."""
        return [
            each
            for each in self.root.iter(NAMESPACE + tag)
            if class_ is None or each.get("class") == class_
        ]

    def words(self) -> list[str]:
        """Labels in order."""
        return [each.text or "" for each in self.all("text")]

    def tips(self) -> list[str]:
        """What shapes say when a pointer rests on them, in order."""
        shapes = [*self.root.iter(NAMESPACE + "rect"), *self.root.iter(NAMESPACE + "circle")]
        return [each[0].text or "" for each in shapes if len(each)]

    def check(self) -> None:
        """Only known elements and attributes, all points inside, named for screen readers."""
        for each in self.root.iter():
            assert each.tag.removeprefix(NAMESPACE) in TAGS, each.tag
            assert set(each.attrib) <= ATTRIBUTES, each.attrib
            for x, y in points(each):
                assert 0 <= x <= self.width, (each.tag, each.attrib)
                assert 0 <= y <= self.height, (each.tag, each.attrib)
        ids = [each.attrib["id"] for each in self.root.iter() if "id" in each.attrib]
        assert self.root.attrib["aria-labelledby"].split() == ids
        assert self.root.attrib["role"] == "img"
        assert [each.tag for each in self.root][:2] == [NAMESPACE + "title", NAMESPACE + "desc"]


def points(element: ElementTree.Element) -> Iterator[tuple[int, int]]:
    """Corners of an element: whole numbers, or int() raises."""
    told = element.attrib
    match element.tag.removeprefix(NAMESPACE):
        case "rect":
            x, y = int(told["x"]), int(told["y"])
            yield x, y
            yield x + int(told["width"]), y + int(told["height"])
        case "line":
            yield int(told["x1"]), int(told["y1"])
            yield int(told["x2"]), int(told["y2"])
        case "circle":
            x, y, r = int(told["cx"]), int(told["cy"]), int(told["r"])
            yield x - r, y - r
            yield x + r, y + r
        case "polyline":
            for pair in told["points"].split():
                x, y = (int(part) for part in pair.split(","))
                yield x, y
        case "text":
            yield int(told["x"]), int(told["y"])
        case _:
            pass
