"""Follows every link of every page, as a search engine would, up to a bound."""

import re
from collections import deque
from urllib.parse import urlsplit

from tests.explorer.reader import Document, Reader

PAGES_MAX = 1_500
FILES = ("/style.css", "/icon.svg")
_LONG = re.compile("0x[0-9a-f]{40,}|t?mhr1[a-z0-9]{20,}|(?<=/api/)[A-Za-z_.]+|[0-9]+")


def local(link: str) -> str:
    """Path and words of a link. Fails on one that leads out."""
    parts = urlsplit(link)
    assert parts.scheme == parts.netloc == "", link
    assert link.startswith(("/", "#", "?")), link
    return parts._replace(fragment="").geturl()


def kind_of(path: str) -> str:
    """Pages of one kind have one name here, whatever block or account they are of."""
    return _LONG.sub("*", path)


async def crawl(
    reader: Reader, each_kind: int = 12, dangling: tuple[str, ...] = ()
) -> dict[str, Document]:
    """Every page that can be reached, by path; of one kind so many. Fails on one that is not there.

    A refusal (403) is an answer: not everybody sees everything. `dangling`: beginnings of paths of
    what a made-up ledger names and has not.
    """
    found: dict[str, Document] = {}
    seen: dict[str, int] = {}
    waiting, known = deque(["/"]), {"/"}
    while waiting:
        path = waiting.popleft()
        answer = await reader.get(path)
        if answer.status == 404 and path.startswith(dangling or ("none",)):
            continue
        assert answer.status in (200, 303, 403), (path, answer.status, answer.body[:300])
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        page = answer.document
        assert page.faults == [], (path, page.faults)
        found[path] = page
        assert len(found) <= PAGES_MAX
        for link in map(local, page.links):
            count = seen.get(kind_of(link), 0)
            if link and link not in known and count < each_kind:
                seen[kind_of(link)] = count + 1
                known.add(link)
                waiting.append(link)
    return found
