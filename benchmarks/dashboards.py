"""The dashboards in Chromium, side by side with plain Voila, Panel and Streamlit showing the same page."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import async_playwright
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measure import ROOT, run, skolbank
from benchmarks.sections import Place, Say, Table

PAGE, CHARTS, VIEWERS = "lage", 4, 6
PASSWORD = "fyra ord efter varandra"
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_PATIENCE = 120_000
_DRAWN = ".card svg[role=img], .card img[src^='data:image/svg']"
_APPS = ROOT / "benchmarks" / "side_by_side"


@dataclass(frozen=True)
class Seen:
    """Seconds as a viewer sees them, and megabytes (PSS); ``live`` is None where a page always is."""

    first_paint: float
    figures: float
    live: float | None
    change: float
    memory: float
    base: float


@dataclass(frozen=True)
class Way:
    """One way to show the page: how a viewer opens it, makes it live and chooses a unit."""

    name: str
    process: psutil.Process
    address: str
    log_in: Callable[[Page, str, int], None]
    make_live: Callable[[Page], None] | None
    choose: Callable[[Page, int], None]


def dashboards(place: Place, peers: Path, say: Say) -> Iterator[Table]:
    """One page in four ways, and twenty viewers at once; ``peers`` is the folder of the others' packages."""
    python = _peers(peers, say)
    _people(place)
    lines = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=_QUIET)
        for name, start in _STARTS.items():
            say(f"dashboards: {name}")
            with start(place, python) as way:
                lines.append((name, *_figures(_seen(browser, way, say))))
        browser.close()
    header = ("way", "first paint", "all figures", "live", "change of unit", "each further viewer", "at rest")
    yield Table("One dashboard page, four ways", header, tuple(lines), _NOTE.format(_versions(python)))
    say("dashboards: twenty viewers")
    with _ours(place, python) as way:
        yield _twenty(way)


_NOTE = (
    "The page *Läget nu* of the small example, four charts and their tables, in headless Chromium on the "
    "same machine; medians. Live: from the click on *Utforska* until the own kernel has drawn the page. "
    "Memory is PSS of the server's processes: what each of viewers 3 to 6 adds while all stay open, and "
    "before the first. Plain Voila has no log-in and no sandbox, an ordinary kernel per viewer; Panel and "
    "Streamlit show all viewers the same data from one process. {}."
)


def _seen(browser: Browser, way: Way, say: Say) -> Seen:
    base = _pss(way.process)
    rounds, sizes, contexts = [], [], []
    for number in range(VIEWERS):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="sv-SE")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        way.log_in(page, way.address, number)
        rounds.append(_one(page, way, number))
        sizes.append(_pss(way.process))
        say(f"  viewer {number + 1}: {rounds[-1]}, {sizes[-1]:.0f} MB")
    for context in contexts:
        context.close()
    paint, figures, live, change = zip(*rounds[1:], strict=True)
    is_live = way.make_live is not None
    return Seen(
        statistics.median(paint),
        statistics.median(figures),
        statistics.median(live) if is_live else None,
        statistics.median(change),
        (sizes[-1] - sizes[1]) / (VIEWERS - 2),
        base,
    )


def _one(page: Page, way: Way, number: int) -> tuple[float, float, float, float]:
    """A viewer's seconds: first paint, all figures, live, and the median of three changes of unit."""
    began = time.perf_counter()
    page.goto(way.address)
    _charts(page)
    figures = time.perf_counter() - began
    paint = _first_paint(page)
    live = 0.0
    if way.make_live is not None:
        live = _timed(lambda: way.make_live(page))  # type: ignore[misc]
    time.sleep(1.0)
    changes = []
    for choice in (1, 2, 3):
        before = _told(page)
        began = time.perf_counter()
        way.choose(page, choice)
        while _told(page) == before:
            assert time.perf_counter() - began < _PATIENCE / 1000
        changes.append(time.perf_counter() - began)
        time.sleep(0.5)
    return paint, figures, live, statistics.median(changes)


def _first_paint(page: Page) -> float:
    """Seconds until the browser had painted something; a page can hold its figures before that."""
    while (
        found := page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    ) is None:
        time.sleep(0.02)
    return float(found) / 1000


def _charts(page: Page) -> None:
    page.locator(_DRAWN).nth(CHARTS - 1).wait_for(state="attached")


def _told(page: Page) -> str:
    return "".join(page.locator(".card").all_text_contents())


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _twenty(way: Way) -> Table:
    """Twenty viewers who open the page within ten seconds, each in a browser of their own."""
    seconds = sorted(asyncio.run(_open_together(way)))
    command = [" ".join(each.cmdline()) for each in way.process.children(recursive=True)]
    kernels = sum("kernels.zygote" in each for each in command)
    lines = (
        ("median", f"{statistics.median(seconds):.2f} s"),
        ("slowest", f"{seconds[-1]:.2f} s"),
        ("processes of kernels", f"{kernels}"),
    )
    note = (
        "From the address to all figures in the page, one viewer each half second; Chromium shares the cores."
    )
    return Table("Twenty viewers within ten seconds", ("viewer", "time"), lines, note)


async def _open_together(way: Way) -> list[float]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=shutil.which("chromium"), args=_QUIET)
        pages = []
        for number in range(20):
            page = await (await browser.new_context(locale="sv-SE")).new_page()
            page.set_default_timeout(_PATIENCE)
            await page.goto(way.address)
            await page.fill("[name=name]", f"lasare{number % VIEWERS}")
            await page.fill("[name=password]", PASSWORD)
            await page.click("button[type=submit]")
            await page.goto("about:blank")
            pages.append(page)

        async def view(number: int, page: Any) -> float:
            await asyncio.sleep(number * 0.5)
            began = time.perf_counter()
            await page.goto(way.address, wait_until="commit")
            await page.locator(_DRAWN).nth(CHARTS - 1).wait_for(state="attached")
            return time.perf_counter() - began

        times = await asyncio.gather(*(view(number, page) for number, page in enumerate(pages)))
        await browser.close()
        return list(times)


@contextmanager
def _ours(place: Place, python: Path) -> Iterator[Way]:
    words = ["-m", "analysis_lib", "serve", "--port", "0", "--workspace", str(place.folder)]
    with _started([sys.executable, *words], place, is_told=True) as (process, told):
        address = re.search(r"http://\S+?(?=/ )", told)
        assert address, told
        yield Way("skolbank", process, f"{address[0]}/{PAGE}", _log_in, _make_live, _by_select("[name=unit]"))


@contextmanager
def _voila(place: Place, python: Path) -> Iterator[Way]:
    notebook = ROOT / "notebooks" / "dashboards" / f"{PAGE}.ipynb"
    words = ["--no-browser", "--VoilaConfiguration.template=skolbank-live", "--port={}"]
    with _on_port([sys.executable, "-m", "voila", str(notebook), *words], place) as (process, address):
        yield Way("voila", process, address, _nothing, None, _by_select("select"))


@contextmanager
def _panel(place: Place, python: Path) -> Iterator[Way]:
    words = ["-m", "panel", "serve", str(_APPS / "panel_page.py"), "--port", "{}"]
    with _on_port([str(python), *words], place) as (process, address):
        yield Way("panel", process, f"{address}/panel_page", _nothing, None, _by_select("select"))


@contextmanager
def _streamlit(place: Place, python: Path) -> Iterator[Way]:
    words = ["-m", "streamlit", "run", str(_APPS / "streamlit_page.py"), "--server.headless=true"]
    words += ["--browser.gatherUsageStats=false", "--server.port={}"]
    with _on_port([str(python), *words], place) as (process, address):
        yield Way("streamlit", process, address, _nothing, None, _by_keys)


_STARTS = {
    "`skolbank serve`": _ours,
    "plain Voila": _voila,
    "Panel": _panel,
    "Streamlit": _streamlit,
}


def _log_in(page: Page, address: str, number: int) -> None:
    page.goto(address)
    page.fill("[name=name]", f"lasare{number}")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")


def _make_live(page: Page) -> None:
    page.click("#utforska")
    page.locator("body[data-live]").wait_for()


def _by_select(selector: str) -> Callable[[Page, int], None]:
    def choose(page: Page, number: int) -> None:
        page.locator(selector).first.select_option(index=number)

    return choose


def _by_keys(page: Page, number: int) -> None:
    box = page.get_by_role("combobox").first
    box.click()
    page.get_by_role("option").nth(number).click()


def _nothing(page: Page, address: str, number: int) -> None:
    """There is no log-in."""


@contextmanager
def _on_port(command: Sequence[str], place: Place) -> Iterator[tuple[psutil.Process, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _started([word.replace("{}", str(port)) for word in command], place) as (process, _):
        deadline = time.monotonic() + _PATIENCE / 1000
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        time.sleep(2)
        yield process, f"http://127.0.0.1:{port}"


@contextmanager
def _started(
    command: Sequence[str], place: Place, *, is_told: bool = False
) -> Iterator[tuple[psutil.Process, str]]:
    surroundings = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "JUPYTER_PATH": str(ROOT / "templates"),
        "SKOLBANK_WORKSPACE": str(place.folder),
    }
    with subprocess.Popen(
        command, env=surroundings, stdout=subprocess.PIPE if is_told else subprocess.DEVNULL, text=True
    ) as started:
        try:
            told = started.stdout.readline() if started.stdout else ""
            yield psutil.Process(started.pid), told
        finally:
            started.terminate()


def _people(place: Place) -> None:
    run(skolbank("import", place.inbox, "--workspace", place.folder))
    for number in range(VIEWERS):
        words = skolbank("access", "add", f"lasare{number}", "--role", "strateg", "--workspace", place.folder)
        subprocess.run(
            words, input=f"{PASSWORD}\n", text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )


def _peers(folder: Path, say: Say) -> Path:
    """A Python that has Panel and Streamlit beside the project's own packages, which never need them."""
    python = folder / "bin" / "python"
    if not python.exists():
        say("dashboards: installing Panel and Streamlit apart from the project")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        own = next(path for path in sys.path if path.endswith("site-packages"))
        held = next(folder.glob("lib/python*/site-packages"))
        (held / "project.pth").write_text(f"import sys; sys.path.append({own!r})\n", "utf-8")
        install = [str(python), "-m", "pip", "install", "--quiet", "panel", "streamlit"]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
    return python


def _versions(python: Path) -> str:
    code = """
from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in ("voila", "panel", "streamlit")), sep=", ")
"""
    return subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def _pss(process: psutil.Process) -> float:
    """Megabytes of the process and all that it started, shared pages counted once."""
    total = 0
    for each in (process, *process.children(recursive=True)):
        try:
            total += each.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 2**20


def _figures(seen: Seen) -> tuple[str, ...]:
    live = "–" if seen.live is None else f"{seen.live:.2f} s"
    times = (f"{seen.first_paint:.2f} s", f"{seen.figures:.2f} s", live, f"{seen.change:.2f} s")
    return (*times, f"{seen.memory:.0f} MB", f"{seen.base:.0f} MB")
