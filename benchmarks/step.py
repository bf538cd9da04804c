"""The parts of the road that are no commands of their own, each run in a fresh process.

    python -m benchmarks.step cube WORKSPACE
    python -m benchmarks.step release WORKSPACE SEMINAR
    python -m benchmarks.step years WORKSPACE
    python -m benchmarks.step plain WORKSPACE SHARE
    python -m benchmarks.step pandas WORKSPACE FILE
    python -m benchmarks.step workbook WORKSPACE TEXT BOOK
    python -m benchmarks.step bare WORKSPACE SEMINAR REPORT UNIT...
    python -m benchmarks.step sixty FOLDER
    python -m benchmarks.step thousand FOLDER

Each prints one JSON object: what was made, and the seconds without the start of Python.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main() -> None:
    """Runs the step that the command line names."""
    name, folder, *more = sys.argv[1:]
    os.environ["SKOLBANK_WORKSPACE"] = folder
    steps: dict[str, Callable[..., dict[str, Any]]] = {
        "cube": cube,
        "release": release,
        "years": years,
        "plain": plain,
        "pandas": read_plainly,
        "workbook": as_workbook,
        "bare": bare,
        "sixty": sixty,
        "thousand": thousand,
    }
    print(json.dumps(steps[name](Path(folder), *more)))


def cube(folder: Path) -> dict[str, Any]:
    """All indicators of all units and years, from the imported snapshots."""
    from analysis_lib.indicators.cube import compute_cube
    from analysis_lib.snapshots.store import Store
    from analysis_lib.snapshots.units import load_units
    from analysis_lib.vocabulary.catalog import Catalog
    from analysis_lib.vocabulary.workspace import Workspace

    workspace = Workspace(folder)
    store, catalog = Store(workspace), Catalog(workspace)
    stored = sum(snapshot.rows for snapshot in store.current())
    units = load_units(workspace, catalog, store)
    began = time.perf_counter()
    made = compute_cube(store, catalog, units)
    return {"seconds": time.perf_counter() - began, "rows": len(made), "stored": stored}


def release(folder: Path, seminar: str) -> dict[str, Any]:
    """The released frame of a seminar; the cube is kept from the time before, when there is one."""
    from analysis_lib.report.prepare import prepare
    from analysis_lib.vocabulary.workspace import Workspace

    began = time.perf_counter()
    made = prepare(Workspace(folder), seminar)
    return {"seconds": time.perf_counter() - began, "bytes": made.released_path.stat().st_size}


def years(folder: Path) -> dict[str, Any]:
    """All indicators of all units, a school year at a time, each year written to a file of its own."""
    from analysis_lib.indicators.cube import cube_by_year
    from analysis_lib.snapshots.store import Store
    from analysis_lib.snapshots.units import load_units
    from analysis_lib.vocabulary.catalog import Catalog
    from analysis_lib.vocabulary.workspace import Workspace

    workspace = Workspace(folder)
    store, catalog = Store(workspace), Catalog(workspace)
    units = load_units(workspace, catalog, store)
    began, rows = time.perf_counter(), 0
    for year, made in cube_by_year(store, catalog, units):
        made.to_parquet(folder / f"cube-{year.replace('/', '-')}.parquet")
        rows += len(made)
    return {"seconds": time.perf_counter() - began, "rows": rows}


def plain(folder: Path, share: str) -> dict[str, Any]:
    """Merit ratings of a share of a nation by plain pandas."""
    from benchmarks.nation import plain

    return plain(folder, int(share))


def read_plainly(folder: Path, file: str) -> dict[str, Any]:
    """A file as plain pandas reads it, all cells as text."""
    import pandas as pd

    is_book = file.endswith(".xlsx")
    began = time.perf_counter()
    frame = pd.read_excel(file, dtype=str) if is_book else pd.read_csv(file, sep=";", dtype=str)
    return {"seconds": time.perf_counter() - began, "rows": len(frame)}


def as_workbook(folder: Path, text: str, book: str) -> dict[str, Any]:
    """A semicolon file as a workbook of text cells."""
    import xlsxwriter

    began = time.perf_counter()
    rows = 0
    with xlsxwriter.Workbook(book, {"constant_memory": True, "strings_to_numbers": False}) as made:
        sheet = made.add_worksheet("Betyg")
        with Path(text).open(encoding="utf-8") as lines:
            for rows, line in enumerate(lines):
                sheet.write_row(rows, 0, line.rstrip("\n").split(";"))
    return {"seconds": time.perf_counter() - began, "rows": rows}


def bare(folder: Path, seminar: str, report: str, *units: str) -> dict[str, Any]:
    """The notebooks' own code and the rendering, with nothing around them: what no engine can go below.

    The cells run in one plain namespace per notebook; no kernel, no papermill, no isolation, no ledger.
    """
    from analysis_lib.report import html, pdf
    from analysis_lib.report.parameters import notebook_path
    from analysis_lib.vocabulary.workspace import Workspace

    path = notebook_path(Workspace(folder), report)
    source = json.loads(path.read_text("utf-8"))
    began = time.perf_counter()
    size = 0
    for unit in units:
        notebook = _executed(source, {"unit": unit, "seminar": seminar, "audience": ""})
        size += len(html.write_html(notebook)) + len(pdf.write_pdf(notebook))
    return {"seconds": time.perf_counter() - began, "bytes": size}


def sixty(folder: Path) -> dict[str, Any]:
    """A workspace of 60 schools with three reports each: the skolbild under three names."""
    import yaml

    from analysis_lib.sources.example.write import write_example
    from analysis_lib.vocabulary.workspace import builtin_root

    write_example(folder, size="town", units=190)
    reports = folder / "notebooks" / "reports"
    reports.mkdir(parents=True)
    seminar = yaml.safe_load((folder / "params/seminars/2026-ht-resultat.yaml").read_text("utf-8"))
    order = next(each for each in seminar["reports"] if each["name"] == "skolbild")
    names = ("skolbild", "skolbild-b", "skolbild-c")
    for name in names[1:]:
        for ending in (".ipynb", ".yaml"):
            source = builtin_root() / "notebooks" / "reports" / f"skolbild{ending}"
            (reports / f"{name}{ending}").write_bytes(source.read_bytes())
    seminar |= {"id": "2026-ht-sextio", "reports": [order | {"name": name} for name in names]}
    path = folder / "params" / "seminars" / "2026-ht-sextio.yaml"
    path.write_text(yaml.safe_dump(seminar, allow_unicode=True), "utf-8")
    return {"seminar": "2026-ht-sextio"}


def thousand(folder: Path, count: str = "1000") -> dict[str, Any]:
    """Memory (PSS, bytes) of all processes of a pool while it makes a thousand documents, ten times told."""
    import psutil

    from analysis_lib.batch.pool import Equipment, Pool, Task
    from analysis_lib.batch.released import real_rooms
    from analysis_lib.batch.render import RenderJob
    from analysis_lib.kernels.job import NotebookJob
    from analysis_lib.report.parameters import notebook_path
    from analysis_lib.vocabulary.workspace import Workspace

    place, told = folder / "thousand", []
    run = json.loads((folder / "output" / "2026-ht-resultat" / "run.json").read_text("utf-8"))
    units = [each["unit"] for each in run["documents"] if each["report"] == "skolbild"]
    source, rooms = str(notebook_path(Workspace(folder), "skolbild")), real_rooms()
    tasks = []
    for number in range(int(count)):
        executed, target = str(place / f"{number}.ipynb"), str(place / str(number))
        given = {"unit": units[number % len(units)], "seminar": "2026-ht-resultat"}
        job = NotebookJob(str(number), source, executed, given, str(folder))
        page = RenderJob(str(number), executed, source, target, "skolbild", ("html", "pdf"), f"x/{number}")
        tasks.append(Task(str(number), job, page))
    place.mkdir()
    environment = {"SKOLBANK_WORKSPACE": str(folder)}
    log = str(folder / "workers.log")
    pool = Pool(
        Equipment("fork", rooms.renderer, log, rooms.preloaded, environment), jobs=os.cpu_count() or 1
    )
    began = time.perf_counter()
    try:
        for number, _ in enumerate(pool.run(tasks), 1):
            if number % (len(tasks) // 10) == 0:
                own = psutil.Process()
                told.append(sum(_pss(each) for each in (own, *own.children(recursive=True))))
    finally:
        pool.close()
    return {"seconds": time.perf_counter() - began, "pss": told}


def _pss(process: Any) -> int:
    import psutil

    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def _executed(source: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    import ast

    import nbformat

    notebook: dict[str, Any] = nbformat.from_dict(json.loads(json.dumps(source)))
    names: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell.cell_type != "code":
            continue
        body = ast.parse("".join(cell.source)).body
        last = body[-1] if body and isinstance(body[-1], ast.Expr) else None
        body = body[:-1] if last else body
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        if "parameters" in cell.metadata.get("tags", ()):
            names |= parameters
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
        if shown is not None:
            data = shown._repr_mimebundle_()
            output = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
            cell.outputs = [nbformat.from_dict(output)]
    return notebook


if __name__ == "__main__":
    main()
