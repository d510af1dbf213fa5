"""Somebody who looks at pages: asks by HTTP, and reads the HTML as a browser does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

import aiohttp
import structlog

from node.explorer.config import ExplorerConfig
from node.explorer.server import explorer

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "option"})
"""Elements without an end."""


@dataclass(slots=True)
class Document:
    """An HTML page, taken apart."""

    text: str = ""
    """What is written on it, with single blanks."""
    links: list[str] = field(default_factory=list)
    """href, src and action of all elements."""
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Names and attributes, in order."""
    faults: list[str] = field(default_factory=list)
    """Elements that do not close as they opened."""


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Document()
        self._open: list[str] = []
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found.elements.append((tag, given))
        self.found.links += [given[each] for each in ("href", "src", "action") if each in given]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.found.faults.append(tag)

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def close(self) -> None:
        super().close()
        self.found.faults += self._open
        self.found.text = " ".join("".join(self._words).split())


def parsed(html: str) -> Document:
    """The parts of a page."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.found


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the explorer."""

    status: int
    headers: dict[str, str]
    """Names in small letters."""
    body: str

    @property
    def document(self) -> Document:
        """As HTML."""
        return parsed(self.body)


class Reader:
    """Asks one explorer."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session = session
        self.origin = origin
        """Of the explorer."""

    async def get(self, path: str, **headers: str) -> Answer:
        """An answer; redirections are not followed."""
        return await self.ask("GET", path, headers)

    async def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        form: dict[str, str] | None = None,
    ) -> Answer:
        """Any request."""
        async with self._session.request(
            method, path, headers=headers, data=form, allow_redirects=False
        ) as response:
            names = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, names, await response.text())

    async def page(self, path: str) -> Document:
        """A page that is there, well formed."""
        answer = await self.get(path)
        assert answer.status == 200, (path, answer.body)
        found = answer.document
        assert found.faults == [], path
        return found


@asynccontextmanager
async def reading(
    node_port: int, view: str | None = None, witnesses: tuple[str, ...] = ()
) -> AsyncIterator[Reader]:
    """An explorer on a free port over a node, and somebody who asks it."""
    url = f"http://127.0.0.1:{node_port}"
    config = ExplorerConfig(rpc=url, view=view, port=0, witnesses=witnesses)
    log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])
    async with (
        explorer(config, log=log) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        yield Reader(session, f"http://127.0.0.1:{running.port}")
