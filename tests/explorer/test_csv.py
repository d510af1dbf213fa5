"""Tables as files: the same rows, all of them, exact."""

import csv
import io

import pytest

from node.explorer import ask as asking
from node.explorer import table_csv
from tests.explorer.reader import Reader
from tests.node.rpc.caller import Serving
from tests.node.rpc.small_ledger import COIN


async def rows_of(reader: Reader, path: str) -> list[list[str]]:
    """Lines of a file."""
    answer = await reader.get(path)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    return list(csv.reader(io.StringIO(answer.body)))


async def test_an_amount_is_formatted_and_exact(reader: Reader) -> None:
    head, *rows = await rows_of(reader, "/assets?format=csv&table=assets")
    assert head[-3:] == ["Outstanding", "Outstanding (minor units)", "Outstanding (asset)"]
    (coin,) = [row for row in rows if row[0] == COIN]
    shown, minor, unit = coin[-3:]
    assert unit == COIN
    assert shown.replace(".", "").lstrip("0") == minor.lstrip("0")


async def test_a_file_holds_more_rows_than_a_page(node: Serving, reader: Reader) -> None:
    """The list is followed over its pages."""
    for _ in range(asking.ROWS + 70):
        node.node.decide()
    page = await reader.page("/blocks")
    assert "More rows" in page.text
    newest = len(node.node.blocks)
    head, *rows = await rows_of(reader, "/blocks?format=csv&table=blocks")
    assert head[0] == "Height"
    assert [int(row[0]) for row in rows] == list(range(newest, 0, -1))


async def test_a_file_that_stops_short_says_so(
    node: Serving, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.explorer.answer.ROWS_MAX", 60)
    for _ in range(150):
        node.node.decide()
    answer = await reader.get("/blocks?format=csv&table=blocks")
    last = answer.body.splitlines()[-1]
    assert last.startswith("# ")
    assert "there are more: blocks=" in last
    rest = await reader.get(f"/blocks?format=csv&table=blocks&blocks={last.partition('=')[2]}")
    found = answer.body.splitlines()[1:-1] + rest.body.splitlines()[1:]
    heights = [int(line.partition(",")[0]) for line in found if not line.startswith("#")]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == len(heights)
    assert heights[:60] == list(range(len(node.node.blocks), len(node.node.blocks) - 60, -1))


async def test_a_table_that_is_not_there_is_refused(reader: Reader) -> None:
    assert (await reader.get("/blocks?format=csv&table=nothing")).status == 400


def test_the_bounds_are_stated() -> None:
    assert table_csv.ROWS_MAX == 10_000
    assert table_csv.BYTES_MAX == 4 * 1024 * 1024
