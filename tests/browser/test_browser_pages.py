"""Every kind of page in a real browser: accessible, self-contained and whole at each width."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from command import LARGEST
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

KINDS = ["skolbild", "skolbild, few pupils", "kommunbild", "verksamhetsanalys", "index"]
REPORTS = KINDS[:-1]
WITH_CHARTS = ["skolbild", "kommunbild", "verksamhetsanalys"]
WIDTHS = [320, 390, 1280]
LAWS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OUTSIDE = """() => [...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return box.width > 1 && !e.closest('.masthead-band') && style.position !== 'absolute'
    && (box.right > innerWidth + 1 || box.left < -1);
}).map(e => e.outerHTML.slice(0, 90))"""
CUT = """() => [...document.querySelectorAll('h1,h2,h3,p,li,dt,dd,th,td,summary,a,.chip')].filter(e => {
  const style = getComputedStyle(e);
  return e.offsetParent && !e.closest('.visually-hidden') && e.clientWidth > 1 && style.overflow !== 'visible'
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => e.outerHTML.slice(0, 90))"""
# The summary of a long table, on a phone only, says its caption again.
TEXTS = """() => [...document.querySelectorAll('h1,h2,h3,p,li,dt,dd,td,details:not(.long-table)>summary')]
  .filter(e => e.offsetParent)
  .map(e => e.textContent.trim()).filter(Boolean).sort()"""
UNNAMED = """() => [...document.querySelectorAll('svg, img')].filter(e => !e.closest('[aria-hidden=true]')
  && !((e.getAttribute('aria-label') || e.getAttribute('alt') || '').trim())
  && !(e.getAttribute('aria-labelledby') || '').split(' ')
    .some(id => document.getElementById(id)?.textContent.trim()))
  .map(e => e.outerHTML.slice(0, 90))"""


def open_all_details(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", KINDS)
def test_axe_finds_nothing(open_page: Callable, name: str, width: int) -> None:
    """R20: WCAG 2.1 and 2.2 AA and the best practices, with every table open."""
    page = open_page(name, width=width).page
    open_all_details(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LAWS}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", KINDS)
def test_a_page_asks_for_nothing_but_itself_and_complains_of_nothing(open_page: Callable, name: str) -> None:
    opened = open_page(name)
    opened.page.wait_for_load_state("networkidle")
    assert {url for url in opened.requests if not url.startswith("data:")} == {opened.path.as_uri()}
    assert opened.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", KINDS)
def test_nothing_reaches_outside_the_window(open_page: Callable, name: str, width: int) -> None:
    page = open_page(name, width=width).page
    for _ in ("closed", "open"):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(OUTSIDE) == []
        open_all_details(page)


@pytest.mark.parametrize("name", KINDS)
def test_twice_as_large_text_is_still_all_there(open_page: Callable, name: str) -> None:
    """WCAG 1.4.4 and 1.4.10: 200 per cent in a window of 1280 by 800 is a page of 640 by 400."""
    page = open_page(name).page
    open_all_details(page)
    said = page.evaluate(TEXTS)
    page.set_viewport_size({"width": 640, "height": 400})
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    assert page.evaluate(CUT) == []
    assert page.evaluate(TEXTS) == said
    assert len(said) > 20


@pytest.mark.parametrize("name", KINDS)
def test_pictures_have_names_and_headings_come_in_order(open_page: Callable, name: str) -> None:
    page = open_page(name).page
    assert page.evaluate(UNNAMED) == []
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert page.evaluate("document.documentElement.lang") == "sv"
    assert page.title()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", WITH_CHARTS)
def test_each_figure_shows_exactly_one_of_its_two_drawings(
    open_page: Callable, name: str, width: int
) -> None:
    page = open_page(name, width=width).page
    figures = page.locator("figure")
    assert figures.count() >= 2
    for figure in figures.all():
        shown = [each for each in figure.locator(".chart svg").all() if each.is_visible()]
        assert len(shown) == 1
        assert shown[0].get_attribute("aria-label") or shown[0].get_attribute("aria-labelledby")
        inside = shown[0].bounding_box()
        assert inside is not None
        assert inside["width"] > 250
        assert inside["height"] > 60


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_tables_open_by_keyboard_and_focus_is_seen(open_page: Callable, name: str) -> None:
    page = open_page(name).page
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Visa som tabell":
            break
    focused = page.locator(":focus")
    expect(focused).to_have_text("Visa som tabell")
    assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert focused.evaluate("e => parseFloat(getComputedStyle(e).outlineWidth)") >= 2
    table = page.locator("figure details table").first
    expect(table).to_be_hidden()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    page.keyboard.press("Space")
    expect(table).to_be_hidden()


@pytest.mark.parametrize("name", KINDS)
def test_the_first_tab_leads_past_the_head(open_page: Callable, name: str) -> None:
    page = open_page(name, width=390).page
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Hoppa till innehållet")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("name", REPORTS)
def test_on_paper_all_tables_are_open_and_nothing_is_cut(open_page: Callable, name: str) -> None:
    page = open_page(name, width=660).page  # 174 mm, an A4 page between its margins
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 660
    assert page.evaluate(OUTSIDE) == []
    expect(page.locator(".skip-link")).to_be_hidden()
    for table in page.locator("figure table").all():
        expect(table).to_be_visible()
    for figure in page.locator("figure").all():
        assert [each.is_visible() for each in figure.locator(".chart").all()].count(True) == 1
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert 2 <= pages <= 16


def test_the_index_finds_units_by_typing(open_page: Callable) -> None:
    page = open_page("index").page
    field, told = page.get_by_role("searchbox"), page.locator("#antal")
    rows = page.locator(".row:visible")
    everything = rows.count()
    assert everything >= 10
    assert told.get_attribute("aria-live") == "polite"
    for typed, found in (("ängs", "Ängsskolan"), ("LÖNN", "Lönnens waldorfskola"), (LARGEST, "skola")):
        field.fill("")
        field.press_sequentially(typed)
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(re.compile(found))
        expect(told).to_have_text(f"1 av {everything} dokument")
    field.fill("ådalen skolbild")
    expect(rows).to_have_count(2)
    field.fill("finns inte")
    expect(rows).to_have_count(0)
    expect(told).to_have_text(f"0 av {everything} dokument")
    expect(page.get_by_text("Inget dokument passar sökningen")).to_be_visible()
    field.fill("")
    expect(rows).to_have_count(everything)


def test_every_link_of_the_index_leads_to_a_file(open_page: Callable) -> None:
    opened = open_page("index")
    links = opened.page.locator(".row a")
    assert links.count() >= 20
    for href in links.evaluate_all("all => all.map(a => a.getAttribute('href'))"):
        assert (opened.path.parent / href).is_file(), href
    opened.page.get_by_role("link", name="Webbsida Kommunbild").first.click()
    expect(opened.page.locator("h1")).to_have_text(re.compile("Almvik"))


@pytest.mark.parametrize("name", REPORTS)
def test_links_within_a_page_lead_to_its_sections(open_page: Callable, name: str) -> None:
    page = open_page(name).page
    hrefs = page.locator("a[href^='#']").evaluate_all("all => all.map(a => a.getAttribute('href').slice(1))")
    assert len(hrefs) >= 4
    for target in hrefs:
        assert page.evaluate("id => !!document.getElementById(decodeURIComponent(id))", target), target


def test_a_long_table_is_folded_on_a_phone_only(open_page: Callable) -> None:
    seen = "() => [...document.querySelectorAll('.long-table table')].map(e => e.checkVisibility())"
    page = open_page("kommunbild").page
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate(seen)
    assert all(page.evaluate(seen))
    page.set_viewport_size({"width": 390, "height": 800})
    assert not any(page.evaluate(seen))
    page.locator(".long-table > summary").first.click()
    assert page.evaluate(seen)[0]
    page.emulate_media(media="print")
    assert all(page.evaluate(seen))
