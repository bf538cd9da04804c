"""Each page D1–D9 in a real browser: choose, step down, copy the link, take home, print, be refused."""

from __future__ import annotations

import io
import re

import pytest
from dashboard_browser import LogIn, cells, figures, tab_to
from dashboard_world import MINE, THEIRS, World
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from analysis_lib.report.context import Report, open_report

pytestmark = pytest.mark.browser
SEMINAR = "2026-prov"
# A picker of each page and a choice in it; a page of words is chosen by its unit.
CHOOSE = {
    "lage": ("Mått", "results.eligible_vocational"),
    "arskullar": ("Årskull", "2024"),
    "betyg": ("Ämne", "MA"),
    "roster": ("Läsår", "2023/24"),
    "atgarder": ("Ledningsgrupp", ""),
    "jamfor": ("Mått", "results.merit_rating_17"),
    "arshjul": ("Enhet", ""),
}
LEADERS = tuple(CHOOSE)


def on_paper(page: Page) -> None:
    """On paper: what is shown and where it comes from, and nothing to press."""
    page.emulate_media(media="print")
    for control in (".rail", ".filters", ".buttons", ".card-foot", ".card-form", ".card-onward"):
        for one in page.locator(control).all():
            expect(one).to_be_hidden()
    assert (
        page.locator("main").get_by_role("button").filter(visible=True).count()
        <= page.locator(".sorter").count()
    )
    for figure in page.locator(".figure").all():
        expect(figure.locator("svg").filter(visible=True)).to_have_count(1)
        expect(figure.locator(".figure-foot p").first).to_contain_text("Källa")
        expect(figure.locator(".figure-foot p").first).to_be_visible()
    expect(page.locator(".printed")).to_be_visible()
    assert len(page.pdf()) > 10_000
    page.emulate_media(media="screen")


def copied(page: Page) -> str:
    """The address that Kopiera länk puts on the clipboard."""
    page.get_by_role("button", name="Kopiera länk").click()
    expect(page.locator("#besked")).to_have_text("Länken är kopierad.")
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("name", LEADERS)
def test_a_leader_chooses_steps_down_copies_the_link_and_prints(
    log_in: LogIn, world: World, name: str
) -> None:
    page = log_in("strategen", may_copy=True)
    page.goto(f"{world.address}/{name}")
    label, choice = CHOOSE[name]
    page.get_by_label(label, exact=True).select_option(choice)
    page.get_by_role("button", name="Visa", exact=True).click()
    if name != "arshjul":  # the wheel has no ledningsgrupp
        page.locator(".card-onward").get_by_role("link", name="Ledningsgruppen för grundskola").click()
        expect(page.get_by_label("Ledningsgrupp", exact=True)).to_have_value("grundskola")
    page.locator(".card-onward").get_by_role("link", name="Alskolan").click()
    expect(page.get_by_label("Enhet", exact=True)).to_have_value(MINE)
    if label not in ("Enhet", "Ledningsgrupp"):
        expect(page.get_by_label(label, exact=True)).to_have_value(choice)
    if name == "arskullar":
        page.locator(".card-onward").get_by_role("link", name="Slutade 2025").click()
        expect(page.get_by_label("Årskull", exact=True)).to_have_value("2025")
        expect(page.get_by_label("Enhet", exact=True)).to_have_value(MINE)
    expect(page.locator(".printed")).to_contain_text("Alskolan")
    link, shown = copied(page), figures(page)
    assert f"unit={MINE}" in link
    on_paper(page)
    other = log_in("strategen")
    other.goto(link)
    assert figures(other) == shown
    neighbour = log_in("rektor.grannen")
    neighbour.goto(link)
    refused = neighbour.locator("main").inner_text()
    assert "Du har inte behörighet" in refused
    neighbour.goto(link.replace(MINE, "99999999"))
    assert neighbour.locator("main").inner_text() == refused


def test_D8_is_chosen_copied_and_printed_by_those_who_rate_themselves(log_in: LogIn, world: World) -> None:
    page = log_in("laget", may_copy=True)
    page.goto(f"{world.address}/sjalvskattning")
    page.get_by_label("Instrument").select_option("skolans-rutiner")
    page.get_by_label("Arbetslag").fill("Spår B")
    page.get_by_role("button", name="Visa", exact=True).click()
    group = page.get_by_role("group", name=re.compile("Vuxna ute på varje rast"))
    group.get_by_label("Används av de flesta").check()
    page.get_by_role("button", name="Spara skattningen").click()
    expect(page.locator("#besked")).to_have_text("Sparat i registret.")
    assert "told" not in page.url
    page.reload()
    expect(page.locator("#besked")).to_be_empty()
    expect(page.locator("#kort-trend")).to_contain_text("Spår B")
    link, shown = copied(page), figures(page)
    other = log_in("rektor.min")
    other.goto(link)
    assert figures(other) == shown
    neighbour = log_in("rektor.grannen")
    neighbour.goto(link)
    expect(neighbour.locator("h1")).to_have_text("Du har inte behörighet")
    page.emulate_media(media="print")
    expect(page.locator(".card-form")).to_be_hidden()
    expect(page.locator("#kort-trend")).to_be_visible()


def test_D9_is_for_the_strateg_only_and_prints(log_in: LogIn, world: World) -> None:
    page = log_in("strategen", may_copy=True)
    page.goto(f"{world.address}/korningar")
    link = copied(page)
    on_paper(page)
    other = log_in("rektor.min")
    expect(other.locator("nav")).not_to_contain_text("Körningar")
    other.goto(link)
    expect(other.locator("h1")).to_have_text("Du har inte behörighet")


def told(report: Report, name: str) -> list[list[str]]:
    """The rows of the report's own figure that stands on a page."""
    block = {
        "lage": lambda: report.trend("results.all_passed_9"),
        "arskullar": lambda: report.cohorts(),
        "betyg": lambda: report.distribution("results.grade_distribution_9", "results.grade_distribution_6"),
        "jamfor": lambda: report.indicators(),
    }[name]()
    table = block.data if block.kind == "table" else block.data["table"]
    keys = [column["key"] for column in table["columns"]]
    return [
        [" ".join(str(row["cells"].get(key, {}).get("text", "")).split()) for key in keys]
        for row in table["rows"]
    ]


def test_the_pages_show_the_figures_of_the_report(log_in: LogIn, world: World) -> None:
    where = str(world.workspace.root)
    report = open_report(report="analysseminarium", seminar=SEMINAR, audience="internal", workspace=where)
    page = log_in("strategen")
    for name, card in (
        ("lage", "utveckling"),
        ("arskullar", "arskullar"),
        ("betyg", "fordelning"),
        ("jamfor", "matt"),
    ):
        page.goto(f"{world.address}/{name}")
        shown, said = cells(page, card), told(report, name)
        assert len(shown) > 1, name
        if name == "jamfor":
            assert len([row for row in shown if row in said]) >= 3
        else:
            assert shown == said, name


def test_any_column_is_sorted_by_keyboard_and_mouse_and_set_back(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    page.goto(f"{world.address}/jamfor")
    table = page.locator("#kort-tabell table")
    before = cells(page, "tabell")
    head = table.get_by_role("columnheader", name="Elever i årskurs 9")
    tab_to(page, head.get_by_role("button"))
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#besked")).to_have_text("Tabellen är sorterad efter Elever i årskurs 9, stigande.")
    up = cells(page, "tabell")
    assert up[-1] == before[-1], "the sum stays below"
    assert up != before
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("Enter")
    expect(table.locator("[aria-sort]")).to_have_count(0)
    assert cells(page, "tabell") == before
    table.get_by_role("button", name="Enhet").click()
    expect(table.locator("[aria-sort]")).to_have_count(1)


_OWN_TABLE = """values => {
  const card = document.querySelector(".card");
  const heads = ["Namn", "Värde", "Dag"].map(name => `<th>${name}</th>`).join("");
  const head = `<thead><tr>${heads}</tr></thead>`;
  card.insertAdjacentHTML("beforeend", `<table id=prov>${head}<tbody></tbody></table>`);
  const body = card.querySelector("#prov tbody");
  values.forEach((value, at) => {
    const row = body.insertRow(), day = (at + 1) + " " + ["maj", "april", "juni"][at % 3] + " 2026";
    for (const words of [String(at), value, day]) { row.insertCell().textContent = words; }
  });
  window.skolbank.sortable(card.parentElement);
}"""


def test_numbers_sort_as_numbers_and_marks_stay_last(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    page.goto(f"{world.address}/lage")
    values = ["9,5 %", "..", "1 204", "−3,8", "~100", "", "+12,0"]
    page.evaluate(_OWN_TABLE, values)
    table = page.locator("#prov")
    table.get_by_role("button", name="Värde").first.click()
    column = table.locator("tbody td:nth-child(2)")
    assert column.all_inner_texts() == ["−3,8", "9,5 %", "+12,0", "~100", "1 204", "..", ""]
    table.get_by_role("button", name="Värde").first.click()
    assert column.all_inner_texts() == ["1 204", "~100", "+12,0", "9,5 %", "−3,8", "..", ""]
    table.get_by_role("button", name="Dag").first.click()
    days = table.locator("tbody td:nth-child(3)").all_inner_texts()
    assert days[:3] == ["2 april 2026", "5 april 2026", "1 maj 2026"]


def test_tables_are_taken_home_as_they_are_shown(log_in: LogIn, world: World) -> None:
    page = log_in("strategen", has_script=False)
    for name, card in (("lage", "matt"), ("atgarder", "effekt"), ("arshjul", "steg"), ("korningar", "laget")):
        page.goto(f"{world.address}/{name}")
        links = page.locator(f"#kort-{card} .card-foot").get_by_role("link")
        book, file = (str(each.get_attribute("href")) for each in links.all())
        answer = page.request.get(world.address + book)
        sheet = load_workbook(io.BytesIO(answer.body())).worksheets[1]
        written = {
            " ".join(str(each.value).split()) for row in sheet.iter_rows() for each in row if each.value
        }
        shown = [row[0] for row in cells(page, card) if row[0]]
        assert shown
        assert set(shown) <= written, name
        words = " ".join(
            page.request.get(world.address + file).text().replace("\N{NO-BREAK SPACE}", " ").split()
        )
        assert all(first in words for first in shown), name
    page.goto(f"{world.address}/lage")
    page.get_by_text("Ladda ner", exact=True).click()
    whole = page.get_by_role("link", name="Alla tabeller på sidan (Excel)")
    answer = page.request.get(world.address + str(whole.get_attribute("href")))
    assert len(load_workbook(io.BytesIO(answer.body())).worksheets) >= 4
    refused = log_in("rektor.min").request.get(f"{world.address}/lage/tabeller.xlsx?unit={THEIRS}")
    assert refused.status == 403


def test_a_page_of_results_is_used_without_a_mouse(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    page.goto(f"{world.address}/betyg")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hoppa till innehållet")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#ladda-ner summary"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Skriv ut")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Skriv ut")).to_be_hidden()
    expect(page.locator("#ladda-ner summary")).to_be_focused()
    tab_to(page, page.get_by_label("Ämne", exact=True))
    page.keyboard.type("Mat")
    tab_to(page, page.get_by_role("button", name="Visa", exact=True))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("subject=MA"))


FIRST_CHOICE = """() => {
  const all = [...document.querySelectorAll('input[type=radio]')];
  const group = all.filter(one => one.name === all[0].name);
  return [Math.max(0, group.findIndex(one => one.checked)), group.length];
}"""


def test_a_promise_and_a_rating_are_written_without_a_mouse(log_in: LogIn, world: World) -> None:
    page = log_in("rektor.min")
    page.goto(f"{world.address}/atgarder")
    for field, words in (("#lofte-text", "Läxhjälp på torsdagar"), ("#lofte-responsible", "Rektor")):
        tab_to(page, page.locator(field))
        page.keyboard.type(words)
    page.locator("#lofte-due").fill("2027-02-01")
    tab_to(page, page.get_by_role("button", name="Spara löftet"))
    page.keyboard.press("Enter")
    expect(page.locator("#besked")).to_have_text("Sparat i registret.")
    expect(page.locator("#kort-loften")).to_contain_text("Läxhjälp på torsdagar")
    page.goto(f"{world.address}/sjalvskattning?instrument=skolans-rutiner")
    radios = page.locator("input[type=radio]")
    at, of = page.evaluate(FIRST_CHOICE)  # Tab comes to the step that is chosen already, else to the first
    tab_to(page, radios.nth(at))
    page.keyboard.press("Space")
    expect(radios.nth(at)).to_be_checked()
    page.keyboard.press("ArrowRight")
    tab_to(page, page.get_by_role("button", name="Spara skattningen"))
    page.keyboard.press("Enter")
    expect(page.locator("#besked")).to_have_text("Sparat i registret.")
    page.reload()
    expect(radios.nth((at + 1) % of)).to_be_checked()


def test_an_expired_session_is_told_and_what_was_written_is_kept(log_in: LogIn, world: World) -> None:
    page = log_in("rektor.min")
    page.goto(f"{world.address}/arshjul?unit={MINE}")
    words = "Läsningen går framåt i alla klasser."
    page.locator("#kort-svar textarea").last.fill(words)
    page.context.clear_cookies(name="skolbank_session")
    page.get_by_role("button", name="Spara svaren").click()
    expect(page.locator("h1")).to_have_text("Du behöver logga in igen")
    expect(page.locator("main")).to_contain_text("finns kvar som utkast")
    page.goto(f"{world.address}/arshjul?unit={MINE}")
    page.get_by_label("Användarnamn").fill("rektor.min")
    page.get_by_label("Lösenord").fill("fyra ord efter varandra")
    page.get_by_role("button", name="Logga in").click()
    expect(page.locator("#kort-svar textarea").last).to_have_value(words)
    expect(page.locator("#kort-svar .draft")).to_contain_text("utkast är tillbaka")


def test_a_lost_connection_is_told_and_that_it_is_back(log_in: LogIn, world: World) -> None:
    page = log_in("rektor.min")
    page.goto(f"{world.address}/atgarder")
    page.context.set_offline(True)
    expect(page.locator("#besked")).to_contain_text("Ingen kontakt med Skolbänken")
    page.context.set_offline(False)
    expect(page.locator("#besked")).to_have_text("Kontakten är tillbaka.")
