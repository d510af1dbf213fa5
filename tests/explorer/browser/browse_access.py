"""Who has no mouse, or no eyes, reads the same: keyboard, headings, labels, names of drawings."""

from tests.explorer.browser.places import COIN
from tests.explorer.browser.visit import Visit, Visits

FAULTS = """() => {
  const out = [];
  const all = selector => [...document.querySelectorAll(selector)];
  const named = each => (each.getAttribute('aria-label') || each.textContent).trim();
  if (all('h1').length !== 1) out.push('h1: ' + all('h1').length);
  if (document.documentElement.lang !== 'en') out.push('no language');
  if (!document.title.trim()) out.push('no title');
  if (all('main').length !== 1) out.push('main');
  let level = 1;
  for (const each of all('h1, h2, h3, h4')) {
    const own = Number(each.tagName[1]);
    if (own > level + 1) out.push('heading skips a level: ' + each.textContent);
    level = own;
  }
  for (const each of all('input:not([type=hidden]), select, textarea'))
    if (!each.labels.length && !each.getAttribute('aria-label')) out.push('no label: ' + each.name);
  for (const each of all('table')) {
    if (!each.querySelector('thead th[scope=col]')) out.push('table without headings');
    for (const row of each.querySelectorAll('tbody tr'))
      if (!row.querySelector('th[scope=row]')) { out.push('row without a name'); break; }
  }
  for (const each of all('svg')) {
    const ids = (each.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean);
    const hidden = each.getAttribute('aria-hidden') === 'true';
    if (!hidden && !each.getAttribute('aria-label') && !ids.length) out.push('drawing, no name');
    for (const id of ids) if (!document.getElementById(id)) out.push('no such id: ' + id);
  }
  for (const each of all('a, button')) if (!named(each)) out.push('link without words');
  for (const each of all('img')) if (!each.hasAttribute('alt')) out.push('picture, no words');
  const ids = all('[id]').map(each => each.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) out.push('twice: ' + id);
  return out;
}"""
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect(), style = getComputedStyle(at);
  return {
    name: (at.textContent || at.name || at.tagName).trim().slice(0, 40),
    outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    shown: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0,
  };
}"""
STOPS = 40


def test_every_page_has_what_a_screen_reader_needs(visits: Visits, places: tuple[str, ...]) -> None:
    visit = visits.new()
    for path in places:
        visit.go(path)
        assert visit.page.evaluate(FAULTS) == [], path


def test_every_stop_of_the_keyboard_is_seen(visits: Visits) -> None:
    visit = visits.new()
    visit.go(f"/money/{COIN}")
    names: list[str] = []
    for _ in range(STOPS):
        visit.page.keyboard.press("Tab")
        found = visit.page.evaluate(FOCUS)
        assert found is not None, names
        assert found["shown"], found
        assert found["outline"] >= 2, found
        names.append(found["name"])
    assert names[0] == "To the content"
    assert "CSV" in names


def test_a_key_leads_past_the_navigation(visits: Visits) -> None:
    visit = visits.new()
    visit.go("/blocks")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    assert focused(visit) == "main"
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def focused(visit: Visit) -> str:
    """Id of the element that has the keyboard."""
    found: str = visit.page.evaluate("document.activeElement.id")
    return found


def test_a_page_is_reached_by_keys_alone(visits: Visits) -> None:
    visit = visits.new()
    visit.go("/")
    link = visit.page.locator("nav").get_by_role("link", name="Blocks")
    link.focus()
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    assert visit.heading == "Blocks"
