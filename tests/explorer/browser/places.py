"""Pages of the played story that every test looks at: one of each kind."""

import re

from tests.explorer.browser.visit import Visit

COIN, MONEY, BOND = "DPKR", "PKR", "PK0000000015"
NAVIGATION = "nav[aria-label=Pages] a"
DETAILS = (
    f"/money/{COIN}",
    f"/assets/{BOND}",
    f"/supervision/{COIN}",
    "/ramps",
    "/api/node_status",
)
"""Pages that a name leads to."""
KINDS = (
    re.compile(r"/blocks/\d+"),
    re.compile(r"/tx/0x[0-9a-f]{64}"),
    re.compile(r"/accounts/[^/?]+"),
    re.compile(r"/participants/[^/?]+"),
    re.compile(r"/auctions/[^/?]+"),
    re.compile(r"/settlement/[^/?]+/[^/?]+"),
)
"""Pages that others lead to. The story leaves no proposal open."""


def links(visit: Visit, selector: str) -> list[str]:
    """Addresses of links, in order."""
    found: list[str] = visit.page.locator(selector).evaluate_all(
        "links => links.map(each => each.getAttribute('href'))"
    )
    return found


def every_kind(visit: Visit) -> tuple[str, ...]:
    """All pages of the navigation, and the first of each kind that they lead to.

    Fails if the story has none of a kind: a test would look at less than it says.
    """
    visit.go("/")
    places = dict.fromkeys(links(visit, NAVIGATION))
    waiting, found = [*places, *DETAILS], {}
    for path in waiting:
        visit.go(path)
        for link in links(visit, "main a[href]"):
            for kind in KINDS:
                if kind not in found and kind.fullmatch(link):
                    found[kind] = link
                    waiting.append(link)
    assert set(found) == set(KINDS), [kind.pattern for kind in KINDS if kind not in found]
    return tuple(dict.fromkeys([*places, *DETAILS, *found.values()]))
