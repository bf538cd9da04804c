"""What is timed: the data road, the round and the command, each section a table of the report."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import GIB, Measured, median_of, run, skolbank, step, tree_size

SEMINAR, REPORT = "2026-ht-resultat", "skolbild"
Say = Callable[[str], None]
Line = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table of the report: what it says above and below the lines."""

    title: str
    header: Line
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True)
class Place:
    """An example municipality on disk, and the time it took to make it."""

    size: str
    folder: Path
    made: Measured

    @property
    def inbox(self) -> Path:
        return self.folder / "data" / "inbox"


def make_place(folder: Path, size: str) -> Place:
    """Makes the example municipality of a size."""
    return Place(size, folder, run(skolbank("example", folder, "--size", size)))


def generation(places: Sequence[Place], title: str = "The example (`skolbank example`)") -> Table:
    """The making of the example municipalities."""
    lines = []
    for place in places:
        files, size = tree_size(place.inbox)
        lines.append((place.size, f"{files}", f"{size / 2**20:.1f} MB", *_figures(place.made)))
    header = ("size", "files", "in all", "time", "processor", "peak memory")
    return Table(title, header, tuple(lines))


def data_road(places: Sequence[Place], say: Say, title: str = "From files to released numbers") -> Table:
    """Import, indicators and release of each size; a nation has no release of its own to make."""
    lines: list[Line] = []
    for place in places:
        say(f"{place.size}: import")
        told = place.folder / "import.json"
        imported = run(skolbank("import", place.inbox, "--workspace", place.folder, "--json", told))
        rows = sum(each["rows_read"] for each in json.loads(told.read_text("utf-8")))
        lines.append((place.size, "import", _count(rows, "rows read"), *_figures(imported)))
        if place.size != "nation":
            say(f"{place.size}: import again")
            again = run(skolbank("import", place.inbox, "--workspace", place.folder))
            lines.append((place.size, "the same import again", "nothing stored", *_figures(again)))
        say(f"{place.size}: indicators")
        cube = run(step("cube", place.folder))
        made = json.loads(cube.output)
        work = f"{_count(made['stored'], 'rows stored')} to {_count(made['rows'], 'values')}"
        lines.append((place.size, "indicators (the cube)", work, *_figures(cube)))
        if place.size != "nation":
            say(f"{place.size}: release")
            released = run(step("release", place.folder, SEMINAR))
            lines.append((place.size, "prepare (cube and release)", "", *_figures(released)))
    header = ("size", "step", "work", "time", "processor", "peak memory")
    note = "Each step in a fresh process, its start and imports included."
    return Table(title, header, tuple(lines), note)


def round_of(place: Place, say: Say, *, units: int = 3) -> Table:
    """One round by our engines, by bare code, and by the loop that one would otherwise write."""
    say(f"{place.size}: the whole round, numbers and all")
    shutil.rmtree(place.folder / "data" / "work", ignore_errors=True)
    first = run(skolbank("run", SEMINAR, "--workspace", place.folder))
    say(f"{place.size}: the whole round")
    whole = run(skolbank("run", SEMINAR, "--workspace", place.folder, "--force"))
    documents = _documents(place)
    say(f"{place.size}: unchanged round")
    unchanged = run(skolbank("run", SEMINAR, "--workspace", place.folder))
    few = [code for code, report in documents if report == REPORT][:units]
    chosen = [word for code in few for word in ("--unit", code)]
    base = ["run", SEMINAR, "--workspace", str(place.folder), "--force", "--report", REPORT, *chosen]
    say(f"{place.size}: {len(few)} documents by each engine")
    fork, kernel = (run(skolbank(*base, "--engine", name)) for name in ("fork", "kernel"))
    say(f"{place.size}: {len(few)} documents by papermill and nbconvert")
    loop = _loop(place, few)
    each_of_loop = loop.seconds / len(few)
    count = len(documents)
    lines = (
        _per_document("whole round, numbers prepared in it", count, first, each_of_loop),
        _per_document("whole round, numbers prepared before", count, whole, each_of_loop),
        ("the round again, nothing changed", f"{count}", *_figures(unchanged), "", ""),
        _per_document("a few, warm forks (`--engine fork`)", len(few), fork, each_of_loop),
        _per_document("a few, ordinary kernels (`--engine kernel`)", len(few), kernel, each_of_loop),
        _per_document("a few, `papermill`, `jupyter nbconvert`, print", len(few), loop, each_of_loop),
    )
    header = ("way", "documents", "time", "processor", "peak memory", "per document", "against the loop")
    cores = os.cpu_count() or 1
    note = (
        f"Each document is a notebook, a page and a PDF; {cores} at a time in every way. Peak memory is that "
        "of the largest process. The loop runs each command for each document, PDF by a browser. With "
        "few documents the start of the warm processes weighs most."
    )
    if loop.output:
        note += f" {loop.output}"
    return Table(f"A round of the {place.size} size", header, lines, note)


def against_bare(place: Place, say: Say) -> Table:
    """One process of ours beside the same work with nothing around it."""
    codes = [code for code, report in _documents(place) if report == REPORT]
    say(f"{place.size}: bare code")
    bare = run(step("bare", place.folder, SEMINAR, REPORT, *codes))
    say(f"{place.size}: one at a time")
    base = ["run", SEMINAR, "--workspace", str(place.folder), "--force", "--jobs", "1", "--report", REPORT]
    ours = run(skolbank(*base))
    lines: list[Line] = []
    for name, measured in (("bare code in one process", bare), ("`skolbank run --jobs 1`", ours)):
        ratio = f"{measured.seconds / bare.seconds:.2f}"
        lines.append((name, f"{len(codes)}", *_figures(measured), ratio))
    header = ("way", "documents", "time", "processor", "peak memory", "ratio")
    note = (
        "Bare: the cells in a plain namespace, then page and PDF; no isolation, papermill, ledger or "
        "attacker. With one job our round still draws a page beside the next notebook, so it can be faster."
    )
    return Table("Against the bare computation", header, tuple(lines), note)


def sixty_schools(folder: Path, say: Say) -> Table:
    """The round that a town must have in a minute and a half: 60 schools, three reports each."""
    say("sixty schools: example and import")
    seminar = json.loads(run(step("sixty", folder)).output)["seminar"]
    run(skolbank("import", folder / "data" / "inbox", "--workspace", folder))
    lines: list[Line] = []
    ways = (("everything new", ()), ("made again, numbers ready", ("--force",)), ("nothing changed", ()))
    for name, more in ways:
        say(f"sixty schools: {name}")
        measured = run(skolbank("run", seminar, "--workspace", folder, *more))
        told = json.loads((folder / "output" / seminar / "run.json").read_text("utf-8"))
        lines.append((name, f"{len(told['documents'])}", *_figures(measured)))
    header = ("way", "documents", "time", "processor", "peak memory")
    return Table("60 schools, three reports each (notebook, page, PDF)", header, tuple(lines))


def thousand_notebooks(place: Place, say: Say) -> Table:
    """Memory while one pool makes a thousand documents."""
    say(f"{place.size}: a thousand notebooks")
    told = json.loads(run(step("thousand", place.folder)).output)
    lines = [(f"{(number + 1) * 100}", _memory(pss)) for number, pss in enumerate(told["pss"])]
    note = f"PSS of the runner and all its workers, {told['seconds']:.0f} s in all."
    return Table("Memory over a thousand notebooks", ("documents made", "memory"), tuple(lines), note)


def commands(place: Place, *, times: int = 5) -> Table:
    """The start of the command itself, medians."""
    lines: list[Line] = []
    for words in (("--help",), ("status", "--workspace", str(place.folder))):
        lines.append((f"`skolbank {words[0]}`", *_figures(median_of(times, skolbank(*words)))))
    lines.append(("`python -c pass`", *_figures(median_of(times, [sys.executable, "-c", "pass"]))))
    return Table("The command", ("command", "time", "processor", "peak memory"), tuple(lines))


def _documents(place: Place) -> list[tuple[str, str]]:
    told = json.loads((place.folder / "output" / SEMINAR / "run.json").read_text("utf-8"))
    return [(each["unit"], each["report"]) for each in told["documents"]]


def _per_document(name: str, documents: int, measured: Measured, loop: float) -> Line:
    each = measured.seconds / documents
    return (name, f"{documents}", *_figures(measured), f"{each:.2f} s", f"{loop / each:.1f} times as fast")


def _loop(place: Place, units: Sequence[str]) -> Measured:
    """Papermill's own command, nbconvert's and a browser's print for each unit, as many at once as cores."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    folder = place.folder / "loop"
    folder.mkdir(exist_ok=True)
    environment = {"SKOLBANK_WORKSPACE": str(place.folder)}
    began = time.perf_counter()

    def make(unit: str) -> list[Measured]:
        return [run(each, environment=environment) for each in _loop_commands(place, unit, folder, browser)]

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        done = [each for unit in threads.map(make, units) for each in unit]
    seconds = time.perf_counter() - began
    said = "" if browser else "No browser was found, so the loop made no PDF and is too fast here."
    return Measured(seconds, sum(d.cpu_seconds for d in done), max(d.peak for d in done), said)


def _loop_commands(
    place: Place, unit: str, folder: Path, browser: str | None
) -> Iterator[list[str | os.PathLike[str]]]:
    from benchmarks.measure import ROOT

    notebook = ROOT / "notebooks" / "reports" / f"{REPORT}.ipynb"
    made, page = folder / f"{unit}.ipynb", folder / f"{unit}.html"
    named = ["-r", "unit", unit, "-r", "seminar", SEMINAR]
    yield [sys.executable, "-m", "papermill", notebook, made, "--no-progress-bar", "-k", "python3", *named]
    yield [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "--no-input", made]
    if browser:
        yield [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            f"--user-data-dir={folder / unit}",
            f"--print-to-pdf={folder / unit}.pdf",
            page.as_uri(),
        ]


def _figures(measured: Measured) -> Line:
    return (_seconds(measured.seconds), _seconds(measured.cpu_seconds), _memory(measured.peak))


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def _memory(peak: int) -> str:
    return f"{peak / GIB:.2f} GB" if peak >= GIB else f"{peak / 2**20:.0f} MB"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}"
