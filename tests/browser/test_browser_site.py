"""The public site in a real browser: accessible at each width, searched without a server, asks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from command import LARGEST, SEMINAR, skolbank
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
LAWS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
KINDS = [
    "index.html",
    "dokument/index.html",
    f"enhet/{LARGEST}/index.html",
    "omrade/centrum/index.html",
    "sok/index.html",
    "tillganglighet/index.html",
]


@pytest.fixture(scope="module")
def site(example_round: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site") / "under" / "en" / "mapp"
    target.parent.mkdir(parents=True)
    told = skolbank("publish", SEMINAR, "--to", str(target), workspace=example_round)
    assert told.status == 0, told.err
    return target / "aktuell"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="sv-SE")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_is_cut(page: Page, site: Path, kind: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / kind).as_uri())
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LAWS}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert all(url.startswith(("file:", "data:")) for url in asked)


def test_a_school_is_found_by_its_name(page: Page, site: Path) -> None:
    page.goto((site / "sok" / "index.html").as_uri())
    page.get_by_label("Sök skola, område eller dokument").fill("kvarnsk")
    expect(page.locator("#antal")).to_contain_text("träff")
    page.locator("#traffar a", has_text="Kvarnskolan").first.click()
    expect(page.locator("h1")).to_have_text("Kvarnskolan")
