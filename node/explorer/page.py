"""A page as data: sections of facts, tables, charts and notes. Nothing here is HTML but a chart.

Rules of this file:
1. Text is text: it is escaped where it is shown, never here.
2. An amount carries its minor units; how it is shown follows from its digits.
3. `href` is a path of this explorer, made by links.py; nothing leads out of it.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from node.sdk.schema.common import Context

Tone = Literal["", "good", "warn", "bad", "quiet"]
"""A colour; the text beside it says the same."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value."""

    text: str
    href: str = ""
    full: str = ""
    """Whole value where the text is a part of it: what a pointer shows and CSV holds."""
    title: str = ""
    """What a pointer shows besides; never the only place of it."""
    minor: int | None = None
    """Of an amount: minor units."""
    unit: str = ""
    """Of an amount: the asset."""
    tone: Tone = ""
    mono: bool = False
    """Set in a fixed width: hashes, addresses."""


Value = Cell | tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Heading of a column."""

    title: str
    form: Literal["text", "number", "amount"] = "text"
    """An amount becomes two columns of a CSV: formatted, and minor units."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; the first cell of a row names it."""

    kind: ClassVar[str] = "table"
    id: str
    """Unique on the page: a-z and `-`. Names its CSV and its place in the address of the page."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    next: str | None = None
    """Cursor of the next rows; None at the end."""
    note: str = ""
    """A sentence above it: what a column means, what is left out."""
    empty: str = "None."
    """What stands there without rows."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    kind: ClassVar[str] = "facts"
    title: str
    rows: tuple[tuple[str, Value], ...]
    wide: bool = False
    """One under the other: where whole hashes stand."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of a table that stands beside it."""

    kind: ClassVar[str] = "chart"
    title: str
    svg: str
    """Whole element, made by node/explorer/charts, which escapes what it is given."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence by itself."""

    kind: ClassVar[str] = "note"
    text: str
    tone: Tone = ""
    links: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    options: tuple[str, ...] = ()
    """A choice; empty: free text."""
    type: Literal["text", "date", "number"] = "text"
    lines: int = 1
    """Above 1: a text area."""


@dataclass(frozen=True, slots=True)
class Form:
    """A question to this explorer."""

    kind: ClassVar[str] = "form"
    title: str
    action: str
    fields: tuple[Field, ...]
    button: str
    method: Literal["get", "post"] = "get"


@dataclass(frozen=True, slots=True)
class Code:
    """Text whose line breaks matter: JSON."""

    kind: ClassVar[str] = "code"
    title: str
    text: str


Section = Facts | Table | Chart | Note | Form | Code


@dataclass(frozen=True, slots=True)
class Page:
    """What a page function makes."""

    title: str
    """Heading and title of the window."""
    sections: tuple[Section, ...]
    lead: tuple[Cell, ...] = ()
    """One sentence below the heading."""
    refresh_seconds: int | None = None
    """The browser asks again after so many."""

    @property
    def tables(self) -> dict[str, Table]:
        """By id."""
        return {each.id: each for each in self.sections if isinstance(each, Table)}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What was asked for is another page: an answer of 303."""

    location: str
    """A path of this explorer."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file instead of a page."""

    name: str
    """Letters, digits, `-` and `.`."""
    content_type: str
    body: bytes


Outcome = Page | Elsewhere | Download


@dataclass(frozen=True, slots=True)
class Standing:
    """At which block a page was read, and by whom."""

    node: str
    contexts: tuple[Context, ...]
    """Of the reads of state, each once, ascending; more than one where the node keeps no past.
    Of a page without one: the newest block."""
    newest: int
    """Height of the node."""
    oldest_state: int
    """Lowest height that the page can be shown as of; `newest` if only as it is now."""
