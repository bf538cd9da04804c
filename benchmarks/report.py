"""The measured tables as docs/PERFORMANCE.md: figures, ratios, versions, and what limits."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence, Set
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import GIB
from benchmarks.sections import Table

_PACKAGES = ("duckdb", "nbconvert", "pandas", "papermill", "pyarrow", "typst")
_HEAD = """\
# Performance

Made by `python -m benchmarks` (`make bench`); do not edit by hand. Times vary by a third between runs on a
shared machine: trust the ratios inside a table, which come from the same run.

"""
_EARLIER = "*The tables below are from an earlier run.*"
_LIMITS = """\
## What limits

- **Import.** Each file is read, checked, compared with what is stored and committed on its own: four writes
  that wait for the disk, and some hundred operations on frames whose cost does not depend on the rows. So
  small files are bound by their number and large files by their rows.
- **Indicators.** One pass in DuckDB for the pupils' tables, bounded at 1.5 GB; the rest of the peak is the
  cube itself, which is one frame.
- **Release.** Disclosure control bounds every hidden number in closed form, in one process; its
  time grows with the units of a kommun, not with the pupils. It is made once for all documents of a
  seminar.
- **A round.** Warm forks make the start of a notebook free; what is left is the report's own code, the page
  and the PDF. The template and the render workers start while the numbers are prepared.
- **The loop.** Each of its three commands starts an interpreter, imports everything and starts a kernel or
  a browser, for every document.
"""


def write_report(path: Path, tables: Sequence[Table], *, load: float) -> None:
    """Writes the tables with the machine's cores, memory and load at the start, and the versions.

    Tables of an earlier run that were not measured now stand after them, under a line that says so.
    """
    parts = [_HEAD + _machine(load), *(_section(table) for table in tables)]
    kept = _kept(path, {table.title for table in tables})
    if kept:
        parts.append(f"{_EARLIER}\n")
    path.write_text("\n".join([*parts, *kept, _LIMITS]), "utf-8")


def _kept(path: Path, measured: Set[str]) -> list[str]:
    """The sections of the file whose tables were not measured again."""
    if not path.is_file():
        return []
    told = path.read_text("utf-8").replace(f"{_EARLIER}\n\n", "")
    sections = [f"## {part}".rstrip() + "\n" for part in told.split("\n## ")[1:]]
    titles = [section[3:].partition("\n")[0] for section in sections]
    skipped = {*measured, _LIMITS.splitlines()[0][3:]}
    return [section for title, section in zip(titles, sections, strict=True) if title not in skipped]


def _machine(load: float) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB if hasattr(os, "sysconf") else 0
    known = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    size = f"{os.cpu_count()} cores, {memory:.0f} GB memory, " if memory else f"{os.cpu_count()} cores, "
    return (
        f"{size}{platform.system()}, Python {platform.python_version()}; {known}. Load before: {load:.1f}.\n"
    )


def _section(table: Table) -> str:
    note = f"\n{table.note}\n" if table.note else ""
    return f"## {table.title}\n\n{lines_of(table)}{note}"


def lines_of(table: Table) -> str:
    """The table's header and lines as Markdown."""
    rows = [_line(table.header), _line(["---"] * len(table.header)), *map(_line, table.lines)]
    return "\n".join(rows) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
