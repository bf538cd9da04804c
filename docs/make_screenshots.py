"""Pictures of the dashboards and the main reports, from a workspace with a made round, for README and docs.

``python docs/make_screenshots.py [WORKSPACE]`` serves the workspace, opens its pages in Chromium and writes
files to ``docs/images``. Two people are put on the access list for that time, and taken off again.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from analysis_lib.dashboards.access import AccessList, make_person
from analysis_lib.dashboards.pages import PAGES
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
SIZE, PAPER = {"width": 1280, "height": 860}, {"width": 1200, "height": 1400}
REPORTS = ("skolbild", "verksamhetsrapport")
SLIDES = "verksamhetsanalys-presentation.pdf"
LEADER, PRINCIPAL = "bild.strateg", "bild.rektor"
_PATIENCE = 90_000


def main(folder: str = "") -> int:
    """Writes every picture that the workspace has something for; tells which."""
    workspace = Workspace.find(folder or None)
    IMAGES.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        with people(workspace) as password, served(workspace) as address:
            for path in [*dashboards(browser, address, password), *reports(browser, workspace)]:
                print(path.relative_to(ROOT))
        browser.close()
    for path in slides(workspace):
        print(path.relative_to(ROOT))
    return 0


@contextmanager
def people(workspace: Workspace) -> Iterator[str]:
    """A leader and a principal on the access list, with a password that nobody is told."""
    catalog, access = Catalog(workspace), AccessList(workspace)
    school = next(code for code, unit in catalog.units.items() if "gr" in unit.school_forms)
    password = secrets.token_urlsafe(18)
    for name, role, units in ((LEADER, "strateg", ()), (PRINCIPAL, "rektor", (school,))):
        person = make_person(name, role, unit=units, units=catalog.units, groups=catalog.groups)
        access.add(person, password)
    try:
        yield password
    finally:
        for name in (LEADER, PRINCIPAL):
            access.remove(name)


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """The address of the dashboards, for as long as the pictures take."""
    command = [sys.executable, "-m", "analysis_lib", "serve", "--port", "0"]
    surroundings = {**os.environ, "SKOLBANK_WORKSPACE": str(workspace.root), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        found = re.search(r"(http://\S+?)/ ", process.stdout.readline())
        assert found, "the server did not start"
        yield found[1]
    finally:
        process.terminate()
        process.wait(20)


def dashboards(browser: Browser, address: str, password: str) -> Iterator[Path]:
    """D1–D9 as the leader sees them, D8 as a principal does, and D1 alive."""
    leader, principal = (log_in(browser, address, name, password) for name in (LEADER, PRINCIPAL))
    for page in PAGES.values():
        viewer = principal if page.id == "sjalvskattning" else leader
        viewer.goto(f"{address}/{page.id}")
        yield picture(viewer, f"{page.number.lower()}-{page.id}")
    leader.goto(f"{address}/lage")
    leader.get_by_role("button", name="Utforska").click()
    leader.locator("body[data-live]").wait_for()
    leader.locator("#val-unit").select_option(index=1)
    leader.locator("body[data-live='2']").wait_for()
    leader.locator("#kort-utveckling svg:visible .mark-symbol path").last.hover()
    yield picture(leader, "d1-lage-levande")


def log_in(browser: Browser, address: str, name: str, password: str) -> Page:
    """A page of one who is logged in."""
    page = browser.new_context(viewport=SIZE, locale="sv-SE").new_page()
    page.set_default_timeout(_PATIENCE)
    page.goto(f"{address}/logga-in")
    page.get_by_label("Användarnamn").fill(name)
    page.get_by_label("Lösenord").fill(password)
    page.get_by_role("button", name="Logga in").click()
    page.locator("h1").wait_for()
    return page


def reports(browser: Browser, workspace: Workspace) -> Iterator[Path]:
    """The first screen of the main reports, of the unit that has most to tell."""
    page = browser.new_context(viewport=PAPER, locale="sv-SE").new_page()
    for name in REPORTS:
        made = sorted(workspace.output.glob(f"*/*/{name}.html"), key=lambda path: path.stat().st_size)
        if made:
            page.goto(made[-1].resolve().as_uri())
            yield picture(page, name)


def slides(workspace: Workspace) -> Iterator[Path]:
    """The second slide of the presentation, where the findings stand; needs pdftoppm (poppler)."""
    made = sorted(workspace.output.glob(f"*/*/{SLIDES}"), key=lambda path: path.stat().st_mtime)
    if made and shutil.which("pdftoppm"):
        target = IMAGES / Path(SLIDES).stem
        command = ["pdftoppm", "-png", "-singlefile", "-f", "2", "-scale-to-x", "1280", "-scale-to-y", "-1"]
        subprocess.run([*command, str(made[-1]), str(target)], check=True)
        yield target.with_suffix(".png")


def picture(page: Page, name: str) -> Path:
    """One screen of the page, when its fonts are there."""
    page.evaluate("document.fonts.ready.then(() => true)")
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    return path


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
