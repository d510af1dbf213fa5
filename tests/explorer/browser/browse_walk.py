"""A person walks through the explorer: by its links, its search box, its forms and files."""

import csv
import re
from pathlib import Path

import pytest

from tests.explorer.browser.places import BOND, COIN
from tests.explorer.browser.visit import Visit, Visits

TX = re.compile(r"/tx/0x[0-9a-f]{64}")
ACCOUNT = re.compile(r"/accounts/[^/?]+")
ASSET = re.compile(r"/assets/[^/?]+")


def test_from_the_overview_to_an_instrument_and_back(visits: Visits) -> None:
    visit = visits.new()
    visit.go("/")
    assert visit.heading == "Overview"
    visit.follow("Settlement", within="nav")
    batch = visit.follow_to(re.compile(r"/settlement/[^/?]+/[^/?]+"))
    account = visit.follow_to(ACCOUNT)
    block_of = visit.follow_to(TX)
    block = visit.follow_to(re.compile(r"/blocks/\d+"))
    assert visit.follow_to(TX) == block_of, "the block has the transaction"
    asset = visit.follow_to(ASSET)
    assert visit.heading
    for expected in (block_of, block, block_of, account, batch, "/settlement", "/"):
        visit.page.go_back()
        assert visit.path == expected
    visit.page.go_forward()
    assert visit.path == "/settlement"
    assert asset.startswith("/assets/")


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("7", r"/blocks/7"),
        (BOND, rf"/assets/{BOND}"),
        (COIN.lower(), rf"/assets/{COIN}"),
        ("@alice", r"/accounts/tmhr1[a-z0-9]+"),
        ("@bank-1", r"/participants/tmhr1[a-z0-9]+"),
    ],
)
def test_the_search_box_leads_to_what_was_asked(visits: Visits, asked: str, place: str) -> None:
    visit = visits.new()
    visit.go("/")
    search(visit, asked)
    assert re.fullmatch(place, visit.path), visit.path


def test_a_transaction_is_found_by_its_id(visits: Visits) -> None:
    visit = visits.new()
    visit.go("/blocks/9")
    place = visit.follow_to(TX)
    visit.go("/money")
    search(visit, place.removeprefix("/tx/"))
    assert visit.path == place


def test_what_is_not_there_is_said_and_never_run(visits: Visits) -> None:
    visit = visits.new()
    visit.go("/")
    search(visit, '<img src=x onerror="document.title=1"> PK00')
    assert visit.page.locator("main img").count() == 0
    assert visit.page.title() != "1"
    assert visit.page.locator(".note.bad").inner_text()
    trouble = visits.forgive(visit)
    assert not trouble.elsewhere
    assert not trouble.errors
    assert all("404" in each or "400" in each for each in trouble.console), trouble


def search(visit: Visit, words: str) -> None:
    """Type into the box at the top and press Enter."""
    box = visit.page.get_by_role("searchbox").or_(visit.page.locator("input[name=q]")).first
    box.fill(words)
    with visit.page.expect_navigation():
        box.press("Enter")


def test_a_table_is_taken_away_as_csv(visits: Visits, tmp_path: Path) -> None:
    visit = visits.new()
    visit.go(f"/money/{COIN}")
    section = visit.page.locator("#history")
    shown = section.locator("tbody tr").count()
    with visit.page.expect_download() as waiting:
        section.get_by_role("link", name="CSV").click()
    name = waiting.value.suggested_filename
    assert re.fullmatch(r"[a-z0-9.-]+-history\.csv", name), name
    waiting.value.save_as(tmp_path / name)
    with (tmp_path / name).open(newline="") as file:
        heading, *rows = list(csv.reader(file))
    assert heading[:2] == ["Height", "Supply"]
    assert abs(len(rows) - shown) <= 1
    assert all(len(row) == len(heading) for row in rows)


def test_a_page_shows_an_older_height(visits: Visits) -> None:
    visit = visits.new()
    visit.go(f"/money/{COIN}")
    visit.page.get_by_label("This page as of height").fill("20")
    with visit.page.expect_navigation():
        visit.page.locator("form.past").get_by_role("button").click()
    assert "at=20" in visit.path
    assert visit.page.locator("#history tbody tr").count() <= 20
    assert visit.page.locator("footer a[href='/blocks/20']").count() == 1
    with visit.page.expect_navigation():
        visit.page.locator("footer").get_by_role("link", name="Now").click()
    assert "at=" not in visit.path


def test_a_method_of_the_node_is_tried(visits: Visits) -> None:
    visit = visits.new()
    visit.go("/api/node_version")
    with visit.page.expect_navigation():
        visit.page.locator("main form").get_by_role("button").click()
    assert "addressPrefix" in visit.page.locator("main").inner_text()


def test_the_overview_asks_again_by_itself_until_it_is_told_not_to(visits: Visits) -> None:
    visit = visits.new()
    visit.go("/")
    with visit.page.expect_navigation():
        pass
    assert visit.heading == "Overview"
    visit.follow("Stop that", within="footer")
    assert "still" in visit.path
    assert visit.page.locator("meta[http-equiv=refresh]").count() == 0
