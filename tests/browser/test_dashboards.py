"""The dashboards in a real browser: log in, choose, step down, write, come back; accessible at each width."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dashboard_browser import LogIn, check
from dashboard_world import CANARY, MINE, World
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

LEADER_PAGES = ["lage", "arskullar", "betyg", "roster", "atgarder", "jamfor", "arshjul", "korningar"]


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_of_a_leader_is_accessible(log_in: LogIn, world: World, width: int) -> None:
    page = log_in("strategen", width=width)
    for name in LEADER_PAGES:
        page.goto(f"{world.address}/{name}")
        expect(page.locator("nav [aria-current=page]")).to_have_count(1)
        check(page, width)


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_forms_are_accessible_at_each_width(log_in: LogIn, world: World, width: int) -> None:
    """640 pixels is a window of 1280 at 200 per cent."""
    page = log_in("rektor.min", width=width)
    for name in ("sjalvskattning", "atgarder", "arshjul"):
        page.goto(f"{world.address}/{name}")
        check(page, width)


def test_a_leader_chooses_steps_down_and_comes_back_by_the_link(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    expect(page.locator("h1")).to_have_text("Läget nu")
    page.get_by_label("Mått").select_option("results.eligible_vocational")
    page.get_by_role("button", name="Visa").click()
    expect(page).to_have_url(re.compile("indicator=results.eligible_vocational"))
    page.get_by_role("link", name="Alskolan").click()
    expect(page).to_have_url(re.compile(f"unit={MINE}"))
    expect(page.get_by_label("Enhet")).to_have_value(MINE)
    expect(page.get_by_label("Mått")).to_have_value("results.eligible_vocational")
    link, said = page.url, page.locator("main").inner_text()
    other = log_in("strategen")
    other.goto(link)
    assert other.locator("main").inner_text() == said


def test_a_rating_is_there_after_reloading_and_kept_as_a_draft_before(log_in: LogIn, world: World) -> None:
    page = log_in("rektor.min")
    page.goto(f"{world.address}/sjalvskattning?instrument=skolans-rutiner")
    group = page.get_by_role("group", name=re.compile("Vuxna ute på varje rast"))
    group.get_by_label("Används av de flesta").check()
    page.get_by_label("Belägg: Vuxna ute på varje rast").fill("Rastschemat följs.")
    page.reload()
    expect(group.get_by_label("Används av de flesta")).to_be_checked()
    expect(page.locator(".draft")).to_contain_text("utkast")
    page.get_by_role("button", name="Spara skattningen").click()
    expect(page.get_by_text("Sparat i registret.")).to_be_visible()
    page.goto(f"{world.address}/sjalvskattning?instrument=skolans-rutiner")
    expect(page.get_by_label("Belägg: Vuxna ute på varje rast")).to_have_value("Rastschemat följs.")
    expect(page.locator("#kort-trend")).to_contain_text("Används av de flesta")


def test_a_measure_is_written_followed_up_in_conflict_and_undone_without_script(
    log_in: LogIn, world: World
) -> None:
    page, other = log_in("rektor.min", has_script=False), log_in("strategen", has_script=False)
    page.goto(f"{world.address}/atgarder")
    page.get_by_role("button", name="Spara åtgärden").click()
    expect(page.get_by_role("alert")).to_contain_text("fyll i den här uppgiften")
    page.locator("textarea#what").fill("Läsning varje morgon")
    page.get_by_label("Ursprung").select_option("staff")
    page.locator("#responsible").fill("Rektor")
    page.get_by_label("Frist").fill("2027-03-01")
    page.get_by_role("button", name="Spara åtgärden").click()
    expect(page.get_by_role("status").first).to_have_text("Sparat i registret.")
    for each in (page, other):
        each.goto(f"{world.address}/atgarder?unit={MINE}")
        each.get_by_role("link", name=re.compile("Följ upp eller ändra.*Läsning varje morgon")).click()
    other.get_by_label("Väntad effekt").fill("Fler läser med flyt.")
    other.get_by_role("button", name="Spara åtgärden").click()
    expect(other.get_by_role("status").first).to_have_text("Sparat i registret.")
    page.get_by_label("Väntad effekt").fill("Något annat.")
    page.get_by_role("button", name="Spara åtgärden").click()
    expect(page.get_by_role("alert")).to_contain_text("Någon annan (Utbildningsstrateg) hann spara")
    expect(page.get_by_label("Väntad effekt")).to_have_value("Något annat.")
    other.get_by_role("button", name=re.compile("Ångra senaste.*Läsning varje morgon")).click()
    expect(other.get_by_role("status").first).to_contain_text("tillbakatagen")
    expect(other.locator("#kort-oppna")).not_to_contain_text("Fler läser med flyt.")


def test_a_rektor_meets_a_friendly_page_at_the_neighbours_door(log_in: LogIn, world: World) -> None:
    page = log_in("rektor.min")
    page.goto(f"{world.address}/lage?unit=99010002")
    expect(page.locator("h1")).to_have_text("Du har inte behörighet")
    assert CANARY not in page.content()
    check(page, 1280)


def test_on_paper_the_rail_and_the_choices_are_gone(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.locator(".printed")).to_contain_text("Provköpings kommun")
    assert page.pdf().startswith(b"%PDF")


def test_a_table_is_sorted_by_name_by_keyboard_and_says_so(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    page.goto(f"{world.address}/lage")
    table = page.locator("#kort-matt table")
    table.get_by_role("button", name="Mått").focus()
    page.keyboard.press("Enter")
    names = table.locator("tbody th").all_inner_texts()
    assert [name.casefold() for name in names] == sorted(name.casefold() for name in names)
    expect(page.locator("#besked")).to_contain_text("stigande")


@pytest.mark.slow
def test_plain_voila_shows_the_notebook_and_asks_nothing_of_other_hosts(
    browser: Browser, world: World
) -> None:
    root = Path(__file__).parents[2]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--no-browser", f"--port={port}", "--VoilaConfiguration.template=skolbank-live"]
    surroundings = {
        **os.environ,
        "PYTHONPATH": str(root),
        "JUPYTER_PATH": str(root / "templates"),
        "SKOLBANK_WORKSPACE": str(world.workspace.root),
    }
    notebook = root / "notebooks" / "dashboards" / "lage.ipynb"
    command = [sys.executable, "-m", "voila", str(notebook), *words, "--VoilaExporter.language_code=sv"]
    voila = subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    page = browser.new_page()
    outside: list[str] = []
    own = (f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}", "data:", "blob:")
    page.on("request", lambda each: outside.append(each.url) if not each.url.startswith(own) else None)
    try:
        for _ in range(150):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        page.goto(f"http://127.0.0.1:{port}/", timeout=60_000)
        expect(page.locator("select")).to_have_count(4, timeout=60_000)
        assert page.evaluate("document.documentElement.lang") == "sv"
        assert outside == []
    finally:
        page.close()
        voila.terminate()
        voila.wait(15)


_LINES = """all => all.flatMap(cell => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), lines = [];
  while (texts.nextNode()) {
    const words = document.createRange();
    words.selectNodeContents(texts.currentNode);
    if (texts.currentNode.data.trim()) { lines.push(words.getClientRects().length); }
  }
  return lines;
})"""


def test_no_number_of_the_heat_table_breaks_on_a_phone(log_in: LogIn, world: World) -> None:
    page = log_in("strategen", width=320)
    page.goto(f"{world.address}/arskullar")
    told = page.locator("#kort-arskullar td.heat")
    assert told.count() >= 3
    assert set(told.evaluate_all(_LINES)) == {1}
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
