"""A browser holds the explorer to its policy: no script, nothing from or to another origin."""

from playwright.sync_api import Route

from tests.explorer.browser.places import COIN
from tests.explorer.browser.visit import Visits

SMUGGLED = (
    "<script>document.title='run'</script>"
    "<img src='https://elsewhere.example/x.png' onerror=\"document.title='run'\">"
    "<style>h1 { display: none }</style>"
    "<iframe src='/money'></iframe>"
    "<form action='https://elsewhere.example/' id='away'><button>away</button></form>"
)


def test_every_page_says_the_same_with_scripts_and_without(
    visits: Visits, places: tuple[str, ...]
) -> None:
    without, with_them = visits.new(scripts=False), visits.new()
    assert len(places) > 20
    for path in places:
        joint = "&" if "?" in path else "?"
        pinned = f"{path}{joint}at=30" if not path.startswith("/api") else path
        without.go(pinned)
        with_them.go(pinned)
        assert without.words() == with_them.words(), path
        assert without.page.locator("script").count() == 0, path


def test_what_is_smuggled_into_a_page_is_not_run_and_not_fetched(visits: Visits) -> None:
    visit = visits.new()

    def smuggle(route: Route) -> None:
        answer = route.fetch()
        body = answer.text().replace("<h1>", f"{SMUGGLED}<h1>")
        assert SMUGGLED in body
        route.fulfill(response=answer, body=body)

    visit.page.route(f"**/money/{COIN}", smuggle)
    visit.go(f"/money/{COIN}")
    with visit.page.expect_console_message(lambda said: "form-action" in said.text):
        visit.page.locator("#away button").click(no_wait_after=True)
    assert visit.page.title() != "run"
    assert visit.page.locator("h1").is_visible()
    trouble = visits.forgive(visit)
    said = " ".join(trouble.console)
    for directive in ("script-src", "img-src", "style-src", "form-action"):
        assert directive in said, (directive, trouble.console)
    assert visit.page.url.startswith(visits.address), "the form led nowhere"


def test_no_other_page_may_frame_it(visits: Visits) -> None:
    visit = visits.new()
    answer = visit.go("/money")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    visit.page.route(
        "**/frame",
        lambda route: route.fulfill(
            content_type="text/html", body=f"<iframe src='{visits.address}/money'></iframe>"
        ),
    )
    visit.page.goto(f"{visits.address}/frame")
    frame = visit.page.frames[-1]
    assert "Central-bank money" not in frame.content()
    trouble = visits.forgive(visit)
    assert any("frame-ancestors" in each for each in trouble.console), trouble
