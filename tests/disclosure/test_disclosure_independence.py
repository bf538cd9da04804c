"""The attacker is an outsider: it shares no code with what hides, and agrees with another attacker."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pytauargus._tauargus import audit_jj

from analysis_lib.disclosure import audit as audit_module
from analysis_lib.disclosure.audit import audit

ROOM = Path(audit_module.__file__).parent
ATTACKER = [ROOM / "audit.py", *sorted(ROOM.glob("attack_*.py"))]
OWN = {"audit", *(path.stem for path in ATTACKER)}
ON_DISK = "analysis_lib.vocabulary.whole_files"  # how a file is written, whoever writes it
EDGE = 0.01


def imported(path: Path) -> set[str]:
    """Every module of the project that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path.name
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.startswith("analysis_lib")}


@pytest.mark.parametrize("path", ATTACKER, ids=lambda path: path.name)
def test_the_attacker_shares_no_code_with_the_suppressor(path: Path) -> None:
    allowed = {ON_DISK, *(f"analysis_lib.disclosure.{name}" for name in OWN)}
    for name in imported(path):
        assert name == "analysis_lib.disclosure" or any(
            name == one or name.startswith(f"{one}.") for one in allowed
        ), name


def test_the_suppressor_does_not_ask_the_attacker() -> None:
    """It must not be tuned to the very attacker that judges it."""
    hiding = [path.stem for path in sorted(ROOM.glob("suppress*.py"))]
    assert len(hiding) > 3
    for name in (*hiding, "room", "cells", "cells_reading", "distributions", "known", "release", "policy"):
        assert not {one for one in imported(ROOM / f"{name}.py") if one.rpartition(".")[2] in OWN}, name


# -- another attacker ----------------------------------------------------------------------------------------


def table(random: np.random.Generator) -> pd.DataFrame:
    """Head counts of units by sex, none of them empty."""
    units = int(random.integers(3, 9))
    counts = np.maximum(1, np.rint(random.lognormal(2.4, 0.8, (units, 2)))).astype(int)
    rows = [
        (f"u{unit}", sex, int(counts[unit, at])) for unit in range(units) for at, sex in enumerate(("F", "P"))
    ]
    return pd.DataFrame(rows, columns=["unit", "sex", "n"])


def with_sums(frame: pd.DataFrame) -> dict[tuple[str, str], int]:
    cells = {(str(u), str(s)): int(n) for u, s, n in frame.itertuples(index=False)}
    for unit in frame["unit"].unique():
        cells[unit, "T"] = int(frame.loc[frame["unit"] == unit, "n"].sum())
    for sex in ("F", "P"):
        cells["KOMMUN", sex] = int(frame.loc[frame["sex"] == sex, "n"].sum())
    return cells | {("KOMMUN", "T"): int(frame["n"].sum())}


def by_us(cells: dict[tuple[str, str], int], hidden: set[tuple[str, str]], units: list[str]) -> set[object]:
    """The hidden cells that our attacker finds exactly, whatever their size."""
    facts = [
        {
            "pop": "ak9-2025",
            "cell": {"unit": unit, "sex": sex},
            "what": "n",
            "kind": "count",
            "shown": ".." if (unit, sex) in hidden else n,
        }
        for (unit, sex), n in cells.items()
    ]
    tree = {"unit": {"KOMMUN": units}, "sex": {"T": ["F", "P"]}}
    report = audit(facts, tree, threshold=10**6)
    return {(one.unit, one.sex) for one in report.findings if one.kind == "exact"}


def by_pytauargus(
    cells: dict[tuple[str, str], int], hidden: set[tuple[str, str]], units: list[str], path: Path
) -> set[tuple[str, str]]:
    """The hidden cells that the other program's audit bounds to one number (JJ is its table format)."""
    names = list(cells)
    at = {name: number for number, name in enumerate(names)}
    lines = ["0", str(len(names))]
    for name in names:
        lines.append(f"{at[name]} {cells[name]} 1 {'u' if name in hidden else 's'} 0 100000 1 1 0")
    sums = [[(unit, "T"), (unit, "F"), (unit, "P")] for unit in ("KOMMUN", *units)]
    sums += [[("KOMMUN", sex), *((unit, sex) for unit in units)] for sex in ("T", "F", "P")]
    lines.append(str(len(sums)))
    for whole, *parts in sums:
        terms = " ".join(f"{at[part]} (1)" for part in parts)
        lines.append(f"0 {len(parts) + 1} : {at[whole]} (-1) {terms}")
    path.write_text("\n".join(lines) + "\n", "ascii")
    return {names[row["cell"]] for row in audit_jj(str(path)) if row["max"] - row["min"] < EDGE}


def compare(count: int, folder: Path) -> int:
    """Compares both on random tables with random holes; returns how many tables had a recoverable cell."""
    random = np.random.default_rng(11)
    telling = 0
    for number in range(count):
        frame = table(random)
        cells = with_sums(frame)
        units = [str(unit) for unit in frame["unit"].unique()]
        share = random.uniform(0.15, 0.6)
        hidden = {cell for cell in cells if random.random() < share}
        if not hidden:
            continue
        ours, theirs = by_us(cells, hidden, units), by_pytauargus(cells, hidden, units, folder / "table.jj")
        assert ours == theirs, (number, sorted(map(str, ours)), sorted(map(str, theirs)))
        telling += bool(ours)
    return telling


def test_pytauargus_calls_the_same_cells_recoverable_in_200_tables(tmp_path: Path) -> None:
    assert compare(200, tmp_path) >= 60
