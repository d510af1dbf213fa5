"""Pages over a node: they say what the node says."""

from tests.explorer.reader import Reader


async def test_the_overview_says_where_the_chain_is(reader: Reader) -> None:
    page = await reader.page("/")
    assert "Overview" in page.text
    assert "mohur-test" in page.text


async def test_blocks_stand_newest_first(reader: Reader) -> None:
    page = await reader.page("/blocks")
    assert "Decided blocks" in page.text
