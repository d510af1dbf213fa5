"""Every link of every page leads to a page of this explorer."""

from tests.explorer.crawler import crawl, kind_of
from tests.explorer.reader import Document, Reader, reading
from tests.node.rpc.caller import serving
from tests.node.rpc.closed import closed_node

DANGLING = ("/accounts/", "/blocks/3", "/tx/0x0707", "/participants/", "/assets/", "/auctions/")
"""The small ledger names what it has no record of; tests/e2e has a whole one."""


async def test_every_link_of_every_page_is_there(reader: Reader) -> None:
    pages = await crawl(reader, dangling=DANGLING)
    kinds = {kind_of(path) for path in pages}
    for kind in (
        *("/", "/blocks", "/blocks/*", "/tx/*", "/assets", "/auctions", "/settlement", "/network"),
        *(
            "/accounts/*",
            "/participants/*",
            "/governance",
            "/governance/proposals/*",
            "/validators",
        ),
        *("/integrity", "/api", "/api/*"),
    ):
        assert kind in kinds, (kind, sorted(kinds))
    for path, page in pages.items():
        expect_accessible(path, page)


def expect_accessible(path: str, page: Document) -> None:
    """One heading of the page, a language, scopes of headings, labels of inputs, no scripts."""
    names = [name for name, _ in page.elements]
    assert names.count("h1") == 1, path
    assert ("html", {"lang": "en"}) in page.elements, path
    assert "script" not in names, path
    for name, attributes in page.elements:
        assert not any(each.startswith("on") for each in attributes), (path, name, attributes)
        assert "style" not in attributes, (path, name, attributes)
        if name == "th":
            assert attributes.get("scope") in ("col", "row"), path
    levels = [int(name[1]) for name in names if name in ("h1", "h2", "h3")]
    assert levels[0] == 1, path
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids)), (path, ids)


async def test_the_public_pages_of_a_closed_network_have_no_dead_link() -> None:
    node = closed_node()
    async with serving(node=node) as running, reading(running.port) as reader:
        pages = await crawl(reader, dangling=DANGLING)
    assert "/assets" in pages
