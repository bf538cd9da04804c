"""The nine dashboards as ordinary notebooks: thin, without outputs, and runnable by plain papermill."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pytest
from dashboard_world import make_world
from ipywidgets import Widget
from playwright.sync_api import Browser, sync_playwright

from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.live import LivePage
from analysis_lib.dashboards.pages import PAGES
from analysis_lib.dashboards.shell import cards_html, draw, steps_down
from analysis_lib.vocabulary.workspace import Workspace

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks" / "dashboards"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_world(tmp_path_factory.mktemp("notebooks"))


@pytest.fixture
def opened(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function from a page's id to the page as its notebook opens it."""
    monkeypatch.setenv("SKOLBANK_WORKSPACE", str(workspace.root))
    monkeypatch.delenv("SKOLBANK_SCOPE_DIR", raising=False)
    monkeypatch.delenv("SKOLBANK_DEFER_CHARTS", raising=False)
    return LivePage


def test_there_is_one_for_each_page() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_dashboard_notebook_is_thin(page: str) -> None:
    notebook = json.loads((FOLDER / f"{page}.ipynb").read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert sum(len(cell["source"]) for cell in code) <= 6
    assert code[0]["metadata"]["tags"] == ["parameters"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    words = "".join(notebook["cells"][0]["source"])
    assert words.startswith(f"# {PAGES[page].title}\n")
    assert f'open_page("{page}", seminar=seminar)' in "".join(code[-1]["source"])


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_pickers_with_labels_and_its_cards(opened: Any, page: str) -> None:
    made = opened(page)
    assert set(made.pickers) <= set(PAGES[page].choices)
    assert all(picker.description for picker in made.pickers.values())
    assert 'id="kort-' in made.cards.value
    assert isinstance(made.show(), ipywidgets.VBox)
    Widget.close_all()


def test_a_turned_picker_gives_the_released_cards_of_that_state(opened: Any, workspace: Workspace) -> None:
    made = opened("lage")
    unit = made.pickers["unit"].options[1][1]
    made.pickers["unit"].value = unit
    made.pickers["indicator"].value = "results.eligible_vocational"
    desk = Desk(workspace)
    rights = desk.rights(desk.people.people()["strategen"])
    edition = desk.edition("internal")
    asked = {"unit": [unit], "indicator": ["results.eligible_vocational"]}
    state = read_state(PAGES["lage"], asked, rights, edition)
    released = cards_html(draw(desk.show(state, rights).cards, state), steps_down(state, rights, edition))
    assert released in made.cards.value
    Widget.close_all()


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"number": "1", "query": ""},
        {"number": 1, "query": 5},
        {"number": 1, "query": "unit=1" * 1000},
        {"number": 1, "query": "unit=99010001&unit=99010002"},
    ],
)
def test_what_is_no_question_is_not_answered(opened: Any, asked: dict[str, Any]) -> None:
    made = opened("lage")
    made.cards.asked = asked
    assert made.cards.shown == {}
    Widget.close_all()


@pytest.mark.parametrize("query", ["unit=00000000", "school_year=1900/01", "okand=1", "unit=<script>"])
def test_a_state_that_is_not_there_is_answered_in_words(opened: Any, query: str) -> None:
    made = opened("lage")
    before = made.cards.value
    made.cards.asked = {"number": 1, "query": query}
    assert made.cards.shown["number"] == 1
    assert made.cards.shown["fault"].endswith(".")
    assert "html" not in made.cards.shown
    assert made.cards.value == before
    Widget.close_all()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_plain_papermill_runs_it(workspace: Workspace, tmp_path: Path, page: str) -> None:
    out = tmp_path / "out.ipynb"
    _run("papermill", str(FOLDER / f"{page}.ipynb"), str(out), workspace=workspace, folder=tmp_path)
    assert "kort-" in out.read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_nbconvert_runs_it(workspace: Workspace, tmp_path: Path, page: str) -> None:
    words = ("--to", "html", "--execute", "--output-dir", str(tmp_path))
    _run("nbconvert", *words, str(FOLDER / f"{page}.ipynb"), workspace=workspace, folder=tmp_path)
    assert "kort-" in (tmp_path / f"{page}.html").read_text("utf-8")


def _surroundings(workspace: Workspace) -> dict[str, str]:
    own = {"SKOLBANK_WORKSPACE": str(workspace.root), "JUPYTER_PATH": str(ROOT / "templates")}
    return {**os.environ, "PYTHONPATH": str(ROOT), **own}


def _run(module: str, *words: str, workspace: Workspace, folder: Path) -> None:
    command = [sys.executable, "-m", module, *words]
    around = _surroundings(workspace)
    done = subprocess.run(command, env=around, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def voila(workspace: Workspace) -> Iterator[str]:
    """Plain Voila over the folder, as docs/DASHBOARDS.md starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--no-browser", f"--port={port}", "--VoilaConfiguration.template=skolbank-live"]
    with subprocess.Popen(
        [sys.executable, "-m", "voila", str(FOLDER), *words],
        env=_surroundings(workspace),
        stderr=subprocess.DEVNULL,
    ) as server:
        deadline = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            assert time.monotonic() < deadline, "plain Voila did not start"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/voila/render"
        server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Voila sends what widgets show after the page, so only a browser sees it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "Chromium is missing; .ci/run installs it"
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_plain_voila_shows_it(voila: str, browser: Browser, page: str) -> None:
    shown = browser.new_page()
    shown.goto(f"{voila}/{page}.ipynb", timeout=120_000)
    shown.wait_for_selector("[id^=kort-]", timeout=120_000)
    assert "Traceback" not in shown.inner_text("body")
    shown.close()
