"""SVG as text: elements, escaped and printable labels, and the frame that every chart has."""

import re
from dataclasses import dataclass
from html import escape

from node.explorer.text import plain

WIDTH = 640
"""Units of every viewBox; a page shows about one to the pixel."""
NAME_RE = re.compile(r"[a-z][a-z0-9-]{0,40}\Z")
LABEL_CHARS_MAX = 24
CUT_MARK = "…"
SERIES_MAX = 3
"""Of a chart: as many as the stylesheet tells apart without colour."""
LEGEND = 540
"""Room for the legend; the unit of an upright axis stands right of it."""


@dataclass(frozen=True, slots=True)
class Svg:
    """A finished drawing: well-formed, every label in it escaped."""

    text: str

    def __html__(self) -> str:
        """Templates put it in as it is."""
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What a drawing is called: for screen readers, and for who prints it."""

    name: str
    """Unique in its page; begins the ids inside. Small letters, digits and dashes."""
    title: str
    """What is drawn, in a few words."""
    description: str
    """What it says, in a sentence, with units."""


def short(label: str, most: int = LABEL_CHARS_MAX) -> str:
    """Nothing invisible in it, and at most `most` characters."""
    shown = plain(label)
    return shown if len(shown) <= most else shown[: most - 1] + CUT_MARK


def element(tag: str, *inside: str, **attributes: str | int) -> str:
    """One element: `class_` is class, `_` in names `-`; values are escaped, `inside` is markup."""
    told = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(plain(str(value)))}"'
        for name, value in attributes.items()
    )
    content = "".join(inside)
    return f"<{tag}{told}>{content}</{tag}>" if content else f"<{tag}{told}/>"


def text(words: str, x: int, y: int, **attributes: str | int) -> str:
    """A label, escaped."""
    return element("text", escape(plain(words)), x=x, y=y, **attributes)


def tip(words: str) -> str:
    """What a pointer that rests on a shape is told; escaped."""
    return element("title", escape(plain(words)))


def part_tip(series: tuple[str, ...], at: int, label: str, said: str) -> str:
    """The tip of a part: its series is named where there are several."""
    return tip(f"{label}: {said}" if len(series) == 1 else f"{label}, {series[at]}: {said}")


def frame(caption: Caption, height: int, *shapes: str) -> Svg:
    """The drawing around its shapes. ValueError: a name that is no id."""
    if NAME_RE.match(caption.name) is None:
        raise ValueError("a chart is named by small letters, digits and dashes")
    title, description = f"{caption.name}-title", f"{caption.name}-desc"
    return Svg(
        element(
            "svg",
            element("title", escape(plain(caption.title)), id=title),
            element("desc", escape(plain(caption.description)), id=description),
            *shapes,
            xmlns="http://www.w3.org/2000/svg",
            class_="chart",
            role="img",
            viewBox=f"0 0 {WIDTH} {height}",
            aria_labelledby=f"{title} {description}",
        )
    )


def nothing(caption: Caption) -> Svg:
    """The drawing of no data: a sentence, so that nobody takes it for a broken page."""
    return frame(caption, 40, text("Nothing to draw.", 0, 24, class_="label"))


def legend(names: tuple[str, ...]) -> str:
    """The series and how each is drawn, in one line at the top: at most three."""
    room = LEGEND // max(1, len(names))
    marks = []
    for at, name in enumerate(names):
        x = at * room
        marks.append(element("rect", x=x, y=3, width=14, height=10, class_=f"s{at + 1}"))
        marks.append(text(short(name), x + 20, 12, class_="label"))
    return element("g", *marks)
