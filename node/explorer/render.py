"""Pages as HTML: the one place that knows Jinja2.

Rules of this file:
1. Everything that a template prints is escaped, and before that made plain (text.py), by the
   environment itself: no template can forget it. Markup that is ours is of type Markup.
2. A name that a template misspells is an error, not an empty place.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup

from node.explorer.failure import Failure
from node.explorer.page import Chart, Page, Standing
from node.explorer.route import Route
from node.explorer.text import lines, plain

FOLDER = Path(__file__).parent
STYLE = (FOLDER / "static" / "style.css").read_bytes()
ICON = (FOLDER / "static" / "icon.svg").read_bytes()


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above and below every page."""

    chain_id: str
    """Empty until the node has answered once."""
    is_dev: bool
    reader: str
    """Whose view it is; empty: everybody's."""
    routes: tuple[Route, ...]
    path: str
    words: dict[str, str]
    """Of the address of this page."""


class Renderer:
    """Templates, compiled once."""

    def __init__(self) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters["lines"] = lambda text: Markup("{}").format(lines(text))
        self._environment.filters["drawing"] = _drawing
        self._environment.globals["address"] = _address

    def page(self, page: Page, standing: Standing, masthead: Masthead) -> str:
        """A whole document."""
        template = self._environment.get_template("page.html")
        return template.render(page=page, standing=standing, top=masthead)

    def failure(self, failure: Failure, masthead: Masthead) -> str:
        """A whole document that says why there is no page."""
        template = self._environment.get_template("failure.html")
        return template.render(failure=failure, top=masthead)


def _finalize(value: object) -> object:
    """Of each expression of a template."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _drawing(chart: Chart) -> Markup:
    return Markup(chart.svg)  # noqa: S704 - made by node/explorer/charts, which escapes


def _address(path: str, words: dict[str, str], **more: str | None) -> str:
    """An address of this explorer: the words of a page, changed; None takes one away."""
    found = {**words, **more}
    query = urlencode([(name, text) for name, text in found.items() if text])
    return path + (f"?{query}" if query else "")
