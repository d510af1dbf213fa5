"""A visit: one page of a browser, and everything that it complained about or asked for."""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

SECONDS = 15
"""For a page to be there, and for anything that is awaited on it."""
WIDE = (1280, 900)
NARROW = (360, 740)


@dataclass(slots=True)
class Trouble:
    """What went wrong in a visit."""

    console: list[str] = field(default_factory=list)
    """Everything that the browser or a page wrote there, violations of the policy among it."""
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    """Requests to any other origin."""
    failed: list[str] = field(default_factory=list)


class Visit:
    """One page. `page` is Playwright's."""

    def __init__(self, address: str, context: BrowserContext) -> None:
        self.address = address
        self.page: Page = context.new_page()
        self.page.set_default_timeout(SECONDS * 1000)
        self.trouble = Trouble()
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.trouble.errors.append(str(error)))
        self.page.on("request", self._on_request)
        self.page.on("requestfailed", self._on_failed)

    def go(self, path: str, status: int = 200) -> Response:
        """Open a page of the explorer by its address; fails if it answers otherwise."""
        response = self.page.goto(self.address + path)
        assert response is not None
        assert response.status == status, (path, response.status)
        return response

    @property
    def path(self) -> str:
        """Where it is, with the words after the `?`."""
        parts = urlsplit(str(self.page.url))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def heading(self) -> str:
        """The one heading of the page."""
        text: str = self.page.locator("h1").inner_text()
        return text

    def follow(self, name: str | re.Pattern[str], within: str = "main") -> None:
        """Click the first link with these words, and wait until its page is there."""
        link = self.page.locator(within).get_by_role("link", name=name).first
        with self.page.expect_navigation():
            link.click()

    def follow_to(self, path: re.Pattern[str]) -> str:
        """Click the first link of the page whose address matches; the address."""
        places = self.page.locator("main a[href]").evaluate_all(
            "links => links.map(each => each.getAttribute('href'))"
        )
        found: str = next(each for each in places if path.fullmatch(each))
        with self.page.expect_navigation():
            self.page.locator(f'main a[href="{found}"]').first.click()
        return found

    def words(self) -> str:
        """What is written on the page, numbers apart: they move on with the chain."""
        text: str = self.page.locator("body").inner_text()
        return re.sub(r"0x[0-9a-f…]+|[0-9][0-9,.:-]*", "#", " ".join(text.split()))

    def expect_clean(self) -> None:
        """Nothing went wrong since the beginning."""
        assert self.trouble == Trouble(), self.trouble

    def _on_console(self, message: ConsoleMessage) -> None:
        self.trouble.console.append(f"{message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(self.address + "/"):
            self.trouble.elsewhere.append(request.url)

    def _on_failed(self, request: Request) -> None:
        # A download takes the place of a page: the navigation is given up, the file is there.
        if request.failure != "net::ERR_ABORTED":
            self.trouble.failed.append(f"{request.url}: {request.failure}")


class Visits:
    """Makes visits to one explorer, and watches all of them."""

    def __init__(self, address: str, browser: Browser) -> None:
        self.address = address
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._visits: list[Visit] = []

    def new(
        self,
        *,
        size: tuple[int, int] = WIDE,
        dark: bool = False,
        scripts: bool = True,
    ) -> Visit:
        """A fresh context: no cookie, no cache, no history."""
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        self._contexts.append(context)
        visit = Visit(self.address, context)
        self._visits.append(visit)
        return visit

    def expect_clean(self) -> None:
        """Nothing went wrong in any of them."""
        for visit in self._visits:
            visit.expect_clean()

    def forgive(self, visit: Visit) -> Trouble:
        """Take a visit out of the watch: what went wrong in it was meant to."""
        self._visits.remove(visit)
        return visit.trouble

    def close(self) -> None:
        """All contexts."""
        for context in self._contexts:
            context.close()
