"""A real Chromium for the tests of this folder, and the pages of one whole round to open in it.

Without Chromium a test is skipped on a developer's machine and fails where CI is set.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from command import LARGEST, MUNICIPALITY, SEMINAR, SMALLEST, whole_round
from dashboard_browser import LogIn
from dashboard_world import MINE, PASSWORD, THEIRS, World, make_world, served
from playwright.sync_api import Browser, Page, expect, sync_playwright

from analysis_lib.register import load_kinds, open_register
from analysis_lib.register.kinds.measures import Measure

PAGES = {
    "skolbild": f"{LARGEST}/skolbild.html",
    "skolbild, few pupils": f"{SMALLEST}/skolbild.html",
    "kommunbild": f"{MUNICIPALITY}/kommunbild.html",
    "verksamhetsanalys": f"{MUNICIPALITY}/verksamhetsanalys.html",
    "index": "index.html",
}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass
class Opened:
    """A page in the browser, what it asked the world for and what it complained of."""

    page: Page
    path: Path
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing; .ci/run installs it")
        pytest.skip("Chromium is missing")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=program, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="session")
def example_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole_round(tmp_path_factory.getbasetemp())


@pytest.fixture
def open_page(browser: Browser, example_round: Path) -> Iterator[Callable[..., Opened]]:
    """A function from a page's name and width to the opened page."""
    contexts = []

    def give(name: str, *, width: int = 1280, height: int = 800) -> Opened:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="sv-SE")
        contexts.append(context)
        opened = Opened(context.new_page(), example_round / "output" / SEMINAR / PAGES[name])
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.goto(opened.path.as_uri())
        return opened

    yield give
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One served workspace for all tests of the dashboards, with a measure of last läsår in two units."""
    workspace = make_world(tmp_path_factory.mktemp("dashboards"))
    load_kinds()
    register = open_register(workspace)
    for unit, indicator in ((MINE, "Godkänt i alla ämnen"), (THEIRS, "results.merit_rating_17")):
        told = {"what": f"Läsgrupper vid {unit}", "origin": "staff", "responsible": "Rektor"}
        told |= {"indicator": indicator, "start": "2024-09-02", "deadline": "2025-06-01"}
        entry = Measure.model_validate(told)
        register.save(entry, author="test", role="Rektor", unit=unit, school_year="2024/25")
    register.close()
    with served(workspace) as running:
        yield running


@pytest.fixture
def log_in(browser: Browser, world: World) -> Iterator[LogIn]:
    """A function from a name to a page of one who is logged in; it asks no other host and never complains."""
    contexts, outside, complaints = [], list[str](), list[str]()
    own = (world.address, world.address.replace("http", "ws", 1), "data:")

    def give(name: str, *, width: int = 1280, has_script: bool = True, may_copy: bool = False) -> Page:
        size = {"width": width, "height": 800}
        context = browser.new_context(viewport=size, locale="sv-SE", java_script_enabled=has_script)
        if may_copy:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda each: outside.append(each.url) if not each.url.startswith(own) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda each: complaints.append(each.text) if "Security" in each.text else None)
        page.goto(f"{world.address}/logga-in")
        page.get_by_label("Användarnamn").fill(name)
        page.get_by_label("Lösenord").fill(PASSWORD)
        page.get_by_role("button", name="Logga in").click()
        expect(page.locator("h1")).to_be_visible()
        return page

    yield give
    for context in contexts:
        context.close()
    assert outside == []
    assert complaints == []
