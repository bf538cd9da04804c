"""Live dashboards in a real browser: first the released page, then alive without a jump; nothing is lost."""

from __future__ import annotations

import contextlib
import re
import time

import psutil
import pytest
from dashboard_browser import LIVE, LogIn, check, explore, figures
from dashboard_world import MINE, World
from live_wire import only_where_live
from playwright.sync_api import WebSocketRoute, expect

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


@pytest.mark.slow
def test_a_closed_tab_ends_its_kernel_and_no_other(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    page.goto(f"{world.address}/lage")
    explore(page)
    tab = page.context.new_page()
    tab.set_default_timeout(LIVE)
    tab.goto(f"{world.address}/jamfor")
    explore(tab)
    server = psutil.Process(world.process.pid)
    there = _kernels(server)
    tab.close()
    deadline = time.monotonic() + LIVE / 1000
    while _kernels(server) == there:
        assert time.monotonic() < deadline, "the kernel outlived its tab"
        page.wait_for_timeout(500)
    assert _kernels(server) == there - 1
    page.locator("#val-unit").select_option(MINE)
    expect(page.locator(".printed")).to_contain_text("Alskolan")


def _kernels(server: psutil.Process) -> int:
    return len(_inside(server))


def _inside(server: psutil.Process) -> set[psutil.Process]:
    """The processes inside the sandbox: the warm one, and one for each live page."""
    inside = set()
    for each in server.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "analysis_lib.kernels.zygote" in each.cmdline():
                inside.add(each)
    return inside


@pytest.mark.parametrize(
    ("name", "card"), [("arskullar", "arskullar"), ("betyg", "amnen"), ("jamfor", "matt")]
)
def test_the_other_live_pages_are_accessible_and_show_the_released_figures(
    log_in: LogIn, world: World, name: str, card: str
) -> None:
    page = log_in("strategen", width=320)
    page.goto(f"{world.address}/{name}?unit={MINE}")
    before = figures(page)
    explore(page)
    assert figures(page) == before
    expect(page.locator(f"#kort-{card}")).to_be_visible()
    expect(page.locator("#besked")).to_contain_text("Sidan är levande")
    check(page, 320)
    page.set_viewport_size({"width": 1280, "height": 800})
    check(page, 1280)
    head = page.locator(".sorter").filter(visible=True).first
    head.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#besked")).to_contain_text("stigande")
    link = page.locator("[data-follows]")
    page.locator("#val-unit").select_option("")
    expect(page.locator("#besked")).to_contain_text("Visar Provköpings kommun")
    expect(link).not_to_have_attribute("href", re.compile(MINE))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (4410, "Utforskaren stannade. Siffrorna på sidan stämmer."),
        (4408, "Du har inte valt något på en stund"),
        (4403, "Dina rättigheter har ändrats"),
        (4500, "Servern startas om"),
    ],
)
def test_why_a_live_page_stopped_is_told_and_what_to_do(
    log_in: LogIn, world: World, code: int, words: str
) -> None:
    page = log_in("strategen")
    doors: list[WebSocketRoute] = []

    def stand_between(door: WebSocketRoute) -> None:
        door.connect_to_server()
        doors.append(door)

    page.route_web_socket(re.compile("/levande/"), stand_between)
    page.goto(f"{world.address}/lage")
    explore(page)
    said = figures(page)
    doors[-1].close(code=code)
    expect(page.locator("#besked")).to_contain_text(words)
    expect(page.get_by_role("button", name="Utforska")).to_be_visible()
    assert figures(page) == said


def test_a_killed_kernel_is_told_and_the_page_goes_on_from_where_it_was(log_in: LogIn, world: World) -> None:
    page = log_in("strategen")
    page.goto(f"{world.address}/lage")
    server = psutil.Process(world.process.pid)
    before = _inside(server)
    explore(page)
    said = figures(page)
    kernels = {each for each in _inside(server) - before if each.parent() in _inside(server)}
    assert kernels
    for each in kernels:
        each.kill()
    words = "Utforskaren stannade. Siffrorna på sidan stämmer."
    expect(page.locator("#besked")).to_contain_text(words, timeout=LIVE)
    assert figures(page) == said
    explore(page)
    page.locator("#val-unit").select_option(MINE)
    expect(page.locator(".printed")).to_contain_text("Alskolan")


def test_without_script_there_is_nothing_to_press(log_in: LogIn, world: World) -> None:
    page = log_in("strategen", has_script=False)
    page.goto(f"{world.address}/lage")
    expect(page.get_by_role("button", name="Utforska")).to_be_hidden()
    expect(page.locator("#kort-utveckling svg").first).to_be_attached()


only_where_live(globals())
