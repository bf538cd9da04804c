"""What stands in the address and what is half written: kept, restored, or told in words when it cannot be."""

from __future__ import annotations

import re

import pytest
from dashboard_browser import LogIn, cells, saved
from dashboard_world import MINE, PASSWORD, World
from playwright.sync_api import Page, Route, expect

from analysis_lib.dashboards.pages import PAGES

pytestmark = pytest.mark.browser
NONSENSE = "zq9<b>'%00"
WRONG_ORDERS = ("zq9", "matt.0.1.uppochner", "matt.0.1.stigande,zq9", "<b>.0.1.fallande", "a" * 900)


def log_in_again(page: Page) -> None:
    page.get_by_label("Användarnamn").fill("rektor.min")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in").click()


def promise(page: Page, words: str) -> None:
    page.locator("#lofte-text").fill(words)
    page.locator("#lofte-responsible").fill("Rektor")
    page.locator("#lofte-due").fill("2027-02-01")


@pytest.mark.parametrize("name", list(PAGES))
def test_nonsense_in_any_part_of_an_address_is_told_in_words_and_never_repeated(
    world: World, name: str
) -> None:
    page = PAGES[name]
    who = "laget" if name == "sjalvskattning" else "strategen"
    with world.log_in(who) as client:
        for choice in (*page.choices, NONSENSE):
            answer = client.get(f"/{name}", params={choice: NONSENSE + "x" * 80})
            assert answer.status_code in (400, 403), choice
            assert "zq9" not in answer.text, choice
            assert re.search(r"<h1>(Adressen går inte att läsa|Du har inte behörighet)</h1>", answer.text)
        for choice in page.choices:
            assert client.get(f"/{name}", params={choice: ["a", "b"]}).status_code in (400, 403)
        for order in WRONG_ORDERS:
            answer = client.get(f"/{name}", params={"sortering": order})
            assert answer.status_code == 400, order
            assert "zq9" not in answer.text
        assert client.get(f"/{name}", params={"told": NONSENSE}).text.count("zq9") == 0
        assert client.get(f"/{name}?unit=%ff%fe").status_code in (400, 403)


def test_a_copied_link_holds_all_that_is_shown_also_how_a_table_is_sorted(
    log_in: LogIn, world: World
) -> None:
    page = log_in("rektor.min", may_copy=True)
    page.goto(f"{world.address}/lage")
    head = page.locator("#kort-matt").get_by_role("button", name="Mått")
    head.click()
    head.click()
    expect(page.locator("#besked")).to_contain_text("fallande")
    shown = cells(page, "matt")
    page.reload()
    assert cells(page, "matt") == shown
    page.get_by_role("button", name="Kopiera länk").click()
    expect(page.locator("#besked")).to_have_text("Länken är kopierad.")
    link = str(page.evaluate("navigator.clipboard.readText()"))
    assert f"unit={MINE}" in link
    assert "school_year=" in link
    other = log_in("strategen")  # whose usual page is the whole kommun
    other.goto(link)
    expect(other.get_by_label("Enhet", exact=True)).to_have_value(MINE)
    assert cells(other, "matt") == shown
    expect(other.locator("#kort-matt [aria-sort=descending]")).to_have_count(1)
    other.locator("#kort-matt").get_by_role("button", name="Mått").click()
    assert "sortering" not in other.url
    other.goto(link.replace("matt.0", "okand.0"))
    expect(other.locator("#besked")).to_contain_text("Sorteringen i länken passar inte")


def test_what_is_half_written_in_one_form_is_there_when_another_has_been_saved(
    log_in: LogIn, world: World
) -> None:
    page = log_in("rektor.min")
    page.goto(f"{world.address}/atgarder")
    page.locator("textarea#what").fill("Halvskriven åtgärd")
    promise(page, "Ett löfte som sparas")
    page.get_by_role("button", name="Spara löftet").click()
    saved(page)
    expect(page.locator("textarea#what")).to_have_value("Halvskriven åtgärd")
    expect(page.locator("#lofte-text")).to_have_value("")
    page.locator("#lofte-text").fill("Ett till")
    page.get_by_role("button", name=re.compile("Ångra senaste.*löfte som sparas")).click()
    saved(page, "Den senaste ändringen är tillbakatagen. Båda versionerna finns kvar i historiken.")
    expect(page.locator("textarea#what")).to_have_value("Halvskriven åtgärd")
    expect(page.locator("#lofte-text")).to_have_value("Ett till")
    page.get_by_role("button", name="Spara åtgärden").click()
    expect(page.get_by_role("alert")).to_contain_text("Ursprung")
    expect(page.locator("textarea#what")).to_have_value("Halvskriven åtgärd")
    expect(page.locator("#lofte-text")).to_have_value("Ett till")


def test_an_expired_log_in_leads_back_to_what_was_written(log_in: LogIn, world: World) -> None:
    page = log_in("rektor.min")
    page.goto(f"{world.address}/sjalvskattning?instrument=skolans-rutiner&team=Lag+A")
    page.locator("textarea").first.fill("Vi följer schemat.")
    page.context.clear_cookies(name="skolbank_session")
    page.get_by_role("button", name="Spara skattningen").click()
    expect(page.locator("h1")).to_have_text("Du behöver logga in igen")
    page.get_by_role("link", name="Logga in och fortsätt").click()
    log_in_again(page)
    expect(page).to_have_url(re.compile("instrument=skolans-rutiner&team=Lag"))
    expect(page.locator("textarea").first).to_have_value("Vi följer schemat.")


def test_a_log_in_in_another_tab_leads_back_to_what_was_written(log_in: LogIn, world: World) -> None:
    page = log_in("rektor.min")
    page.goto(f"{world.address}/arshjul?unit={MINE}")
    page.locator("#kort-svar textarea").last.fill("Skrivet före inloggningen.")
    page.context.clear_cookies(name="skolbank_session")
    tab = page.context.new_page()
    tab.goto(f"{world.address}/lage")
    log_in_again(tab)
    expect(tab.locator("h1")).to_have_text("Läget nu")
    page.get_by_role("button", name="Spara svaren").click()
    expect(page.locator("h1")).to_have_text("Sidan behöver öppnas igen")
    page.get_by_role("link", name="Öppna sidan igen").click()
    expect(page.locator("#kort-svar textarea").last).to_have_value("Skrivet före inloggningen.")


def test_without_contact_nothing_is_sent_and_nothing_is_lost(log_in: LogIn, world: World) -> None:
    page = log_in("rektor.min")
    page.goto(f"{world.address}/atgarder")
    promise(page, "Skrivet utan kontakt")
    page.context.set_offline(True)
    page.get_by_role("button", name="Spara löftet").click()
    expect(page.locator("#besked")).to_contain_text("inget är sparat ännu")
    expect(page.locator("#lofte-text")).to_have_value("Skrivet utan kontakt")
    page.context.set_offline(False)
    page.get_by_role("button", name="Spara löftet").click()
    saved(page)
    expect(page.locator("#kort-loften")).to_contain_text("Skrivet utan kontakt")


def test_a_draft_never_goes_over_what_another_has_saved_meanwhile(log_in: LogIn, world: World) -> None:
    page, other = log_in("rektor.min"), log_in("strategen")
    page.goto(f"{world.address}/atgarder")
    promise(page, "Något att följa upp")
    page.get_by_role("button", name="Spara löftet").click()
    saved(page)
    for each in (page, other):
        each.goto(f"{world.address}/atgarder?unit={MINE}")
        each.get_by_role("link", name=re.compile("Följ upp eller ändra.*att följa upp")).click()
    page.locator("#lofte-outcome").fill("Mitt utkast.")
    other.locator("#lofte-outcome").fill("Den andras svar.")
    other.get_by_role("button", name="Spara löftet").click()
    saved(other)
    page.reload()
    expect(page.locator("#lofte-outcome")).to_have_value("Mitt utkast.")
    page.get_by_role("button", name="Spara löftet").click()
    expect(page.get_by_role("alert")).to_contain_text("hann spara")
    page.get_by_role("button", name="Spara löftet").click()
    saved(page)


def test_a_draft_is_its_writers_own(log_in: LogIn, world: World) -> None:
    page = log_in("rektor.min")
    page.goto(f"{world.address}/atgarder")
    page.locator("#lofte-text").fill("Bara mitt")
    page.context.clear_cookies(name="skolbank_session")
    page.goto(f"{world.address}/atgarder?unit={MINE}")
    page.get_by_label("Användarnamn").fill("strategen")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in").click()
    expect(page.locator("#lofte-text")).to_have_value("")


def test_what_goes_on_is_watched_without_taking_the_page_from_its_reader(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    answers = [' data-again="0.2"', ' data-again="0.2"', ""]

    def answer(route: Route) -> None:
        fetched = route.fetch()
        going = answers.pop(0) if answers else ""
        words = fetched.text().replace('id="uppgifter"', f'id="uppgifter"{going}')
        route.fulfill(response=fetched, body=words.replace("Vilar", f"Omgång {len(answers)}"))

    page.route(f"{world.address}/korningar", answer)
    page.goto(f"{world.address}/korningar")
    picker = page.locator("#kort-starta select")
    picker.focus()
    expect(page.locator("#besked")).to_have_text("Det som pågick är klart. Läget står i tabellen.")
    expect(page.locator("#kort-laget")).to_contain_text("Omgång 0")
    expect(picker).to_be_focused()
