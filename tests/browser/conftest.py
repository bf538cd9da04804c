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
from playwright.sync_api import Browser, Page, sync_playwright

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
