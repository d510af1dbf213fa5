"""How pages look: legible in light and dark, whole on a narrow screen and on paper."""

import pytest

from tests.explorer.browser.places import COIN
from tests.explorer.browser.visit import NARROW, Visit, Visits

CONTRAST_MIN = 4.5
"""WCAG 2.2, 1.4.3: of ordinary text."""
CONTRASTS = """() => {
  const parts = color => color.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const paper = element => {
    for (let at = element; at; at = at.parentElement) {
      const found = parts(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const out = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const ink = element.closest('svg') ? style.fill : style.color;
    const [a, b] = [light(parts(ink)), light(paper(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    out.push([Math.round(ratio * 100) / 100, walker.currentNode.data.trim().slice(0, 40)]);
  }
  return out;
}"""
"""Each text of the page with the contrast of its colour to the paper behind it."""


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_is_legible(visits: Visits, places: tuple[str, ...], dark: bool) -> None:
    visit = visits.new(dark=dark)
    for path in places:
        visit.go(path)
        found = visit.page.evaluate(CONTRASTS)
        assert len(found) > 10, path
        pale = [(ratio, text) for ratio, text in found if ratio < CONTRAST_MIN]
        assert pale == [], (path, pale[:5])


def test_dark_is_dark_and_light_is_light(visits: Visits) -> None:
    papers = []
    for dark in (False, True):
        visit = visits.new(dark=dark)
        visit.go("/money")
        paper = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        papers.append(sum(int(each) for each in paper[4:-1].split(",")))
    assert papers[0] > 3 * 200
    assert papers[1] < 3 * 60


def test_a_narrow_screen_needs_no_sideways_scrolling(
    visits: Visits, places: tuple[str, ...]
) -> None:
    visit = visits.new(size=NARROW)
    for path in places:
        visit.go(path)
        assert width(visit) <= NARROW[0], path


def width(visit: Visit) -> int:
    """Of all that the page would show if one scrolled sideways."""
    found: int = visit.page.evaluate("document.scrollingElement.scrollWidth")
    return found


def test_a_chart_is_read_on_a_narrow_screen_by_moving_it_alone(visits: Visits) -> None:
    visit = visits.new(size=NARROW)
    visit.go(f"/money/{COIN}")
    figure = visit.page.locator("figure").first
    drawn = figure.locator("svg").bounding_box()
    assert drawn is not None
    assert drawn["width"] > NARROW[0], "it keeps the size at which its labels can be read"
    assert figure.evaluate("figure => figure.scrollWidth > figure.clientWidth")


@pytest.mark.parametrize("path", [f"/money/{COIN}", "/supervision", "/coupons"])
def test_labels_of_a_chart_stay_inside_of_it(visits: Visits, path: str) -> None:
    visit = visits.new()
    visit.go(path)
    outside = visit.page.evaluate(
        """() => [...document.querySelectorAll('svg.chart text')].filter(each => {
          const [own, all] = [each, each.closest('svg')].map(e => e.getBoundingClientRect());
          return own.left < all.left - 1 || own.right > all.right + 1
            || own.top < all.top - 1 || own.bottom > all.bottom + 1;
        }).map(each => each.textContent)"""
    )
    assert visit.page.locator("svg.chart text").count() > 5
    assert outside == []


def test_paper_has_the_figures_and_no_navigation(visits: Visits) -> None:
    visit = visits.new()
    visit.go(f"/money/{COIN}")
    visit.page.emulate_media(media="print")
    assert not visit.page.locator("nav").is_visible()
    assert not visit.page.locator("form.search").is_visible()
    assert visit.page.locator("#composition tbody tr").first.is_visible()
    assert visit.page.locator("dl.standing").is_visible(), "at which block it was read"
