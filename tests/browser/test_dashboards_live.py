"""Live dashboards in a real browser: first the released page, then alive without a jump; nothing is lost."""

from __future__ import annotations

import re

import pytest
from dashboard_browser import LIVE, LogIn, check, explore, figures
from dashboard_world import MINE, World
from live_wire import only_where_live
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_first_page_becomes_live_and_shows_the_released_figures_of_every_choice(
    log_in: LogIn, world: World
) -> None:
    page = log_in("strategen")
    page.goto(f"{world.address}/lage")
    before, top = figures(page), page.locator("#kort-matt").bounding_box()
    explore(page)
    assert figures(page) == before
    now = page.locator("#kort-matt").bounding_box()
    assert top is not None
    assert now is not None
    assert abs(now["y"] - top["y"]) < 1
    expect(page.locator("#kort-utveckling svg.marks:visible")).to_have_count(1)
    page.locator("#kort-utveckling svg:visible .mark-symbol path").last.hover()
    said_of_point = str(page.locator(".chart-tip").text_content())
    assert said_of_point.startswith("Provköpings kommun, 2024/25: ")
    assert " ".join(said_of_point.partition(": ")[2].split()) in before
    page.locator("#val-unit").select_option(MINE)
    expect(page.locator(".printed")).to_contain_text("Alskolan")
    expect(page).to_have_url(re.compile(f"unit={MINE}"))
    assert figures(page) != before
    check(page, 1280)
    link, said = page.url, figures(page)
    other = log_in("strategen")
    other.goto(link)
    assert figures(other) == said
    page.go_back()
    expect(page.locator("#val-unit")).to_have_value("")
    expect(page.locator(".printed")).to_contain_text("Provköpings kommun")
    assert figures(page) == before
    page.locator("#uppgifter").get_by_role("link", name="Alskolan").click()
    expect(page.locator("#val-unit")).to_have_value(MINE)
    page.reload()
    assert figures(page) == said
    page.emulate_media(media="print")
    expect(page.locator(".filters")).to_be_hidden()
    assert page.pdf().startswith(b"%PDF")


def test_a_choice_made_while_the_page_comes_alive_is_not_lost(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    page.goto(f"{world.address}/jamfor")
    page.get_by_role("button", name="Utforska").click()
    page.locator("#val-indicator").select_option("results.eligible_vocational")
    page.locator("#val-unit").select_option(MINE)
    expect(page.locator("body[data-live]")).to_have_count(1, timeout=LIVE)
    expect(page).to_have_url(re.compile(f"unit={MINE}.*results.eligible_vocational"))
    expect(page.locator(".printed")).to_contain_text("Alskolan")


def test_what_is_written_follows_the_unit_that_is_looked_at(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    page.goto(f"{world.address}/atgarder")
    explore(page)
    page.locator("#val-unit").select_option(MINE)
    expect(page.locator("#formular")).to_contain_text("Ny åtgärd, Alskolan")
    form = page.get_by_role("region", name="Ny åtgärd, Alskolan")
    form.locator("textarea#what").fill("Högläsning efter lunch")
    form.get_by_label("Ursprung").select_option("staff")
    form.get_by_label("Ansvarig").fill("Rektor")
    form.get_by_label("Frist").fill("2027-03-01")
    form.get_by_role("button", name="Spara åtgärden").click()
    expect(page.get_by_role("status").first).to_have_text("Sparat i registret.")
    explore(page)
    expect(page.locator("#kort-oppna")).to_contain_text("Högläsning efter lunch")


def test_log_out_in_another_tab_is_told_and_the_page_stays(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    page.goto(f"{world.address}/betyg")
    explore(page)
    said = figures(page)
    tab = page.context.new_page()
    tab.goto(f"{world.address}/lage")
    tab.get_by_role("button", name="Logga ut").click()
    expect(page.locator("#besked")).to_contain_text("logga in igen")
    assert figures(page) == said
    expect(page.get_by_role("button", name="Utforska")).to_be_visible()


def test_without_script_there_is_nothing_to_press(log_in: LogIn, world: World) -> None:
    page = log_in("strategen", has_script=False)
    page.goto(f"{world.address}/lage")
    expect(page.get_by_role("button", name="Utforska")).to_be_hidden()
    expect(page.locator("#kort-utveckling svg").first).to_be_attached()


only_where_live(globals())
