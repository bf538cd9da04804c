"""Writes docs/RADER.md: every row of the seed texts, where it lives and which tests carry its id.

The tests are found by their names (``test_B11_…``), so that the table can't say more than they show.
Run: ``python docs/make_rows.py``; a test holds the committed table current.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "RADER.md"
_TEST = re.compile(r"^def (test_\w+)", re.M)
_ID = re.compile(r"(?<=_)([BMFSGU]\d{1,2})(?=_)")
_SEEDS = {
    "B": "Borlänge",
    "M": "Kommunen med tre analysseminarier",
    "F": "Falköping",
    "S": "Staffanstorp",
    "G": "Fagersta",
    "U": "Arbetssättet",
}
_HEAD = """# Rader

Varje rad i de fem texter som Skolbänken byggs efter: var den finns och vilka tester som visar att den
fungerar. `pytest -k B11` kör radens tester. Tabellen skrivs av `python docs/make_rows.py` ur testernas
namn och `docs/rows.yaml`.
"""


def rows() -> dict[str, dict[str, Any]]:
    """The rows by id, in the order of the file."""
    return dict(yaml.safe_load((ROOT / "docs" / "rows.yaml").read_text("utf-8")))


def tests_by_row() -> dict[str, list[str]]:
    """The test files that carry each row id in the name of a test, and how many such tests there are."""
    found: dict[str, dict[str, int]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in _TEST.findall(path.read_text("utf-8")):
            for row in _ID.findall(name):
                files = found.setdefault(row, {})
                place = path.relative_to(ROOT).as_posix()
                files[place] = files.get(place, 0) + 1
    return {row: [_link(place) for place in files] for row, files in found.items()}


def table() -> str:
    """The whole document."""
    tests = tests_by_row()
    lines = [_HEAD]
    seed = ""
    for row, told in rows().items():
        if row[0] != seed:
            seed = row[0]
            lines += [
                f"\n## {_SEEDS[seed]}\n",
                "| rad | vad | läge | var | tester |",
                "|---|---|---|---|---|",
            ]
        where = "<br>".join(_link(place) for place in told.get("where", []))
        shown = "<br>".join(tests.get(row, []))
        lines.append(f"| {row} | {told['name']} | {_state(told, bool(shown))} | {where} | {shown} |")
    return "\n".join(lines) + "\n"


def _state(told: dict[str, Any], is_tested: bool) -> str:
    if "where" not in told:
        return "inte byggd än" if not is_tested else "prövad, plats saknas i rows.yaml"
    left = f". Återstår: {told['left']}" if told.get("left") else ""
    return f"{'byggd' if is_tested else 'byggd, utan eget test'}{left}"


def _link(place: str) -> str:
    return f"[{Path(place).name}](../{place})"


if __name__ == "__main__":
    TARGET.write_text(table(), "utf-8")
