"""From a request to an answer: the page, one of its tables as CSV, or a sentence why not.

Rules of this file:
1. At most so many pages are made at once, each within its seconds; waiting counts.
2. A defect is a page with status 500 and a line in the log; a reader never sees a traceback.
3. A CSV follows a list over its pages up to a bound; where it stops short, its last line says so.
"""

import asyncio
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from structlog.typing import FilteringBoundLogger

from node.explorer.ask import Ask
from node.explorer.config import ExplorerConfig
from node.explorer.failure import BadInput, Failure, failure_of
from node.explorer.masthead import masthead_of
from node.explorer.page import Download, Elsewhere, Page
from node.explorer.render import Renderer
from node.explorer.route import Query, Route
from node.explorer.table_csv import BYTES_MAX, ROWS_MAX, header_line, row_line
from node.explorer.upstream import Upstream
from node.sdk.schema.common import PAGE_MAX

WORDS_MAX = 16
"""Words of an address."""


class Answers:
    """Makes answers for the pages of one explorer."""

    def __init__(
        self, upstream: Upstream, config: ExplorerConfig, log: FilteringBoundLogger
    ) -> None:
        self._upstream = upstream
        self._config = config
        self._log = log
        self._renderer = Renderer()
        self._turns = asyncio.Semaphore(config.pages_max)

    def handler(self, route: Route) -> Handler:
        """GET of a page."""

        async def handle(request: web.Request) -> web.StreamResponse:
            words = dict(request.query)
            return await self._answer(request, route, words)

        return handle

    def form_handler(self, route: Route) -> Handler:
        """POST of its form."""

        async def handle(request: web.Request) -> web.StreamResponse:
            if not _is_from_here(request):
                failure = Failure(403, "Refused", "A form of another page is not read.")
                return self.failed(request, failure)
            given = await request.post()
            words = {name: text for name, text in given.items() if isinstance(text, str)}
            return await self._answer(request, route, words)

        return handle

    async def _answer(
        self, request: web.Request, route: Route, words: dict[str, str]
    ) -> web.StreamResponse:
        try:
            if len(words) > WORDS_MAX:
                raise BadInput("this address says more than a page reads")
            query = Query(path=request.path, parts=dict(request.match_info), words=words)
            async with asyncio.timeout(self._config.page_seconds), self._turns:
                if query.word("format") == "csv":
                    return await self._csv(route, query)
                return await self._page(request, route, query)
        except web.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - the last handler: a reader sees a sentence
            failure = failure_of(error)
            if failure is None:
                self._log.exception("page failed", route=route.path, error=type(error).__name__)
                failure = Failure(500, "A defect", "This page has a defect; the log says which.")
            return self.failed(request, failure)

    async def _page(self, request: web.Request, route: Route, query: Query) -> web.Response:
        ask = await self._upstream.ask(query.number("at"))
        page = await route.make(ask, query)
        if isinstance(page, Elsewhere):
            return web.Response(status=303, headers={"Location": page.location})
        if isinstance(page, Download):
            return _download(page.body, page.content_type, page.name)
        top = masthead_of(self._upstream, request.path, dict(query.words))
        return _html(200, self._renderer.page(page, ask.standing(), top))

    async def _csv(self, route: Route, query: Query) -> web.Response:
        name = query.word("table")
        lines: list[str] = []
        rows, size = 0, 0
        words, ask = dict(query.words), None
        while True:
            ask = await self._upstream.ask(query.number("at") if ask is None else ask.at, PAGE_MAX)
            page = await route.make(ask, Query(path=query.path, parts=query.parts, words=words))
            table = page.tables.get(name) if isinstance(page, Page) else None
            if not isinstance(page, Page) or table is None:
                raise BadInput("this page has no table of that name")
            if not lines:
                lines.append(header_line(table.columns))
            for row in table.rows:
                lines.append(row_line(table.columns, row))
                size += len(lines[-1])
            rows += len(table.rows)
            if table.next is None:
                break
            if rows >= ROWS_MAX or size >= BYTES_MAX:
                lines.append(f"# {rows} rows; there are more: {name}={table.next}\r\n")
                break
            words[name] = table.next
        file_name = f"{_file_name(page, ask)}-{name}.csv"
        return _download("".join(lines).encode(), "text/csv; charset=utf-8", file_name)

    def failed(self, request: web.Request, failure: Failure) -> web.Response:
        """A page that says why there is none."""
        top = masthead_of(self._upstream, request.path, dict(request.query))
        return _html(failure.status, self._renderer.failure(failure, top))


def _html(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8")


def _download(body: bytes, content_type: str, name: str) -> web.Response:
    return web.Response(
        body=body,
        headers={
            "Content-Type": content_type,
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def _file_name(page: Page, ask: Ask) -> str:
    """Letters and digits of the title, and the height."""
    kept = "".join([each if each.isascii() and each.isalnum() else "-" for each in page.title])
    standing = ask.standing()
    at = standing.contexts[-1].height if standing.contexts else standing.newest
    return f"{kept.strip('-')[:40]}-{at}".lower()


def _is_from_here(request: web.Request) -> bool:
    """Whether a browser says that the form stands on a page of this explorer."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("Host", "")
