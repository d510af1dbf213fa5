"""Names and memos from the chain are hostile text: whatever they are, a page shows them as text."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from node.explorer.failure import Failure
from node.explorer.page import (
    Cell,
    Code,
    Column,
    Facts,
    Field,
    Form,
    Note,
    Page,
    Section,
    Standing,
    Table,
)
from node.explorer.pages import ROUTES
from node.explorer.render import Masthead, Renderer
from node.explorer.show import path
from node.explorer.table_csv import header_line, row_line, safe
from node.explorer.text import plain
from tests.explorer.crawler import local
from tests.explorer.reader import Document, parsed

RENDERER = Renderer()
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "</title><style>*{}</style>",
    "&lt;b&gt;&amp;",
    "\u202eevil\u202c",
    "\x00\x1b[31m\r\n",
    '=HYPERLINK("http://evil.example")',
    "]]>-->",
)
texts = st.text(max_size=40) | st.sampled_from(HOSTILE)


def masthead(text: str = "") -> Masthead:
    """Around a page, with the same text wherever text can come from outside."""
    return Masthead(
        chain_id=text, is_dev=True, reader=text, routes=ROUTES, path="/", words={"q": text}
    )


def page_of(text: str) -> Page:
    """Every kind of section with the text in every place that takes text."""
    cell = Cell(text, path("accounts", text), full=text, unit=text, minor=5)
    named = Cell(text, path("tx", text), full=text, mono=True, tone="bad")
    sections: tuple[Section, ...] = (
        Facts(text, ((text, cell), (text, (named, Cell(text))))),
        Table("rows", text, (Column(text), Column(text)), ((cell, named),), next=text, note=text),
        Table("none", text, (Column(text),), (), empty=text),
        Note(text, "warn", (named,)),
        Code(text, text),
        Form(
            text,
            path("a", text),
            (
                Field("a", text, text, text),
                Field("b", text, text, lines=3),
                Field("c", text, text, options=(text, "other")),
            ),
            text,
        ),
    )
    return Page(title=text, lead=(cell, named), sections=sections)


def standing(text: str) -> Standing:
    """Without a context."""
    return Standing(node=text, contexts=(), newest=1, oldest_state=1)


def elements(page: Document) -> list[str]:
    """Names of elements in order."""
    return [name for name, _ in page.elements]


QUIET = parsed(RENDERER.page(page_of("x"), standing("x"), masthead("x")))


@given(texts)
@example("".join(HOSTILE))
def test_hostile_text_makes_no_element_and_no_attribute(text: str) -> None:
    """The page has the same elements whatever it says: nothing in it became markup."""
    shown = text.strip() and text
    page = parsed(RENDERER.page(page_of(shown or "x"), standing(shown or "x"), masthead("x")))
    assert page.faults == []
    assert elements(page) == elements(QUIET)
    for (name, attributes), (_, quiet) in zip(page.elements, QUIET.elements, strict=True):
        assert attributes.keys() == quiet.keys(), name
        for key in ("href", "src", "action"):
            if key in attributes:
                local(attributes[key])


@given(texts)
def test_what_is_written_is_what_is_there(text: str) -> None:
    page = parsed(RENDERER.page(page_of(text or "x"), standing("x"), masthead(text)))
    expected = " ".join(plain(text).split())
    assert expected in page.text


@given(texts)
def test_a_failure_repeats_nothing_as_markup(text: str) -> None:
    failure = Failure(404, "Not there", "No.")
    page = parsed(RENDERER.failure(failure, masthead(text)))
    quiet = parsed(RENDERER.failure(failure, masthead("x" if text else "")))
    assert elements(page) == elements(quiet)


@given(texts)
def test_a_field_of_a_csv_is_no_formula(text: str) -> None:
    columns = (Column("Name"), Column("Amount", "amount"))
    line = row_line(columns, (Cell(text), Cell(text, minor=7, unit=text)))
    ((name, amount, minor, unit),) = list(csv.reader(io.StringIO(header_line(columns) + line)))[1:]
    for field in (name, amount, unit):
        assert not field.startswith(("=", "+", "@", "\t", "\r"))
        assert not field.startswith("-") or field.replace(",", "").replace(".", "")[1:].isdigit()
    assert minor == "7"
    assert name.removeprefix("'") == plain(text).removeprefix("'")


def test_numbers_of_a_csv_stay_numbers() -> None:
    assert safe("-5") == "-5"
    assert safe("-1,234.50") == "-1,234.50"
    assert safe("-5+1") == "'-5+1"
    assert safe("=1") == "'=1"
