"""The cube of a whole nation from its grades alone: 75 million marks, beside plain pandas on a share of them.

The Parquet files are written directly, not by way of inbox files: what is timed is the reckoning.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import GIB, run, skolbank, step
from benchmarks.sections import Say, Table

SUBJECTS = [
    *("BL", "EN", "HKK", "IDH", "MA", "M2", "MU", "BI", "FY"),
    *("KE", "GE", "HI", "RE", "SH", "SL", "SV", "TK"),
]
YEARS = ("2021/22", "2022/23", "2023/24", "2024/25")
PUPILS, UNITS, SHARE = 1_100_000, 15_000, 25
_TABLE = "core_scb__pupil_grades"
_GRADES = ["F", "E", "D", "C", "B", "A"]
_PART = 60_000


def nation_cube(folder: Path, say: Say, *, pupils: int = PUPILS, units: int = UNITS) -> Table:
    """All indicators of every unit and year, and the heart of it by pandas for one unit in twenty-five."""
    place = folder / "nation-cube"
    say(f"nation: {pupils * len(SUBJECTS) * len(YEARS):,} marks")
    marks = write_nation(place, pupils=pupils, units=units)
    say("nation: the cube")
    cube = run(step("years", place))
    made = json.loads(cube.output)
    say("nation: plain pandas on a share")
    plain = run(step("plain", place, str(SHARE)))
    told = json.loads(plain.output)
    lines = (
        _line(
            "our cube, every indicator, written by year",
            marks,
            made["seconds"],
            cube.peak,
            made["seconds"] / marks,
        ),
        _line(
            f"pandas, merit rating alone, 1 unit in {SHARE}",
            told["marks"],
            told["seconds"],
            plain.peak,
            told["seconds"] / told["marks"],
        ),
    )
    header = ("way", "marks", "time", "peak memory", "for 75 million marks")
    note = f"The cube has {made['rows']:,} values. The last column is the time per mark times 75 million."
    return Table("A nation's cube", header, lines, note)


def write_nation(folder: Path, *, pupils: int, units: int) -> int:
    """A workspace with one snapshot of grades in year 9 per school year; the number of marks."""
    from analysis_lib.snapshots import log
    from analysis_lib.snapshots.store import Snapshot, Store
    from analysis_lib.vocabulary.workspace import Workspace

    run(skolbank("example", folder))
    codes = [f"{10_000_000 + number}" for number in range(units)]
    listed = "".join(
        f'  - {{code: "{code}", name: "Skola {code}", municipality_code: "9901", school_forms: [gr]}}\n'
        for code in codes
    )
    (folder / "params" / "units.yaml").write_text(f"units:\n{listed}", "utf-8")
    store = Store(Workspace(folder))
    total = 0
    for number, year in enumerate(YEARS):
        slot = f"9/{year.replace('/', '-')}/{units}-units"
        snapshot = Snapshot(_TABLE, slot, f"{number:064x}", tuple(codes), pupils * len(SUBJECTS), "")
        path = store.path(snapshot)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_year(path, year, codes, pupils, number)
        log.append(store.log_path, "2026-07-01T00:00:00+00:00", [snapshot], {})
        total += snapshot.rows
    return total


def _write_year(path: Path, year: str, codes: list[str], pupils: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    unit = np.sort(rng.integers(0, len(codes), pupils))
    ability = rng.normal(size=pupils) + rng.normal(0, 0.3, len(codes))[unit]
    writer = None
    for start in range(0, pupils, _PART):
        here = np.arange(start, min(start + _PART, pupils))
        table = _rows(here, unit[here], ability[here], codes, year, seed, rng)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer:
        writer.close()


def _rows(
    here: np.ndarray,
    unit: np.ndarray,
    ability: np.ndarray,
    codes: list[str],
    year: str,
    seed: int,
    rng: np.random.Generator,
) -> pa.Table:
    width = len(SUBJECTS)
    noise = 0.6 * rng.standard_normal((here.size, width))
    grade = np.searchsorted([-1.9, -0.6, 0.0, 0.6, 1.2], (ability[:, None] + noise).ravel())
    pupil = [f"{seed:02x}{number:030x}" for number in here]
    each = np.repeat(np.arange(here.size), width)
    girl = (here % 2).astype(np.int32)
    columns = {
        "pupil": _coded(each, pupil),
        "unit_code": _coded(np.repeat(unit - unit[0], width), codes[unit[0] : unit[-1] + 1]),
        "school_year": _coded(each * 0, [year]),
        "year_group": pa.array(np.full(each.size, 9, dtype=np.int32)),
        "class_name": _coded(each * 0, ["9A"]),
        "sex": _coded(np.repeat(girl, width), ["P", "F"]),
        "subject": _coded(np.tile(np.arange(width), here.size), SUBJECTS),
        "language": _coded(each * 0, [""]),
        "grade": _coded(grade, _GRADES),
        "reason": _coded(each * 0, [""]),
        "is_protected": pa.array(np.zeros(each.size, dtype=bool)),
    }
    return pa.table(columns)


def _coded(codes: np.ndarray, values: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(values)).cast(
        pa.string()
    )


def plain(folder: Path, share: int) -> dict[str, float]:
    """Merit ratings and their mean per unit and year by pandas, for the first units of the nation."""
    files = sorted((folder / "data" / "snapshots" / _TABLE).rglob("*.parquet"))
    last = f"{10_000_000 + UNITS // share:08d}"
    began = time.perf_counter()
    columns = ["pupil", "unit_code", "school_year", "subject", "grade"]
    parts = [pd.read_parquet(file, columns=columns, filters=[("unit_code", "<", last)]) for file in files]
    rows = pd.concat(parts, ignore_index=True)
    rows["half"] = rows["grade"].map({"A": 40, "B": 35, "C": 30, "D": 25, "E": 20, "F": 0})
    keys = ["school_year", "unit_code", "pupil"]
    others = rows[rows["subject"] != "M2"].sort_values("half", ascending=False)
    best = others.groupby(keys, sort=False).head(16).groupby(keys)["half"].sum()
    language = rows[rows["subject"] == "M2"].set_index(keys)["half"]
    merit = (best + language.reindex(best.index).fillna(0)) / 2
    means = merit[merit > 0].groupby(["school_year", "unit_code"]).agg(["mean", "size"])
    return {"seconds": time.perf_counter() - began, "marks": len(rows), "rows": len(means)}


def _line(way: str, marks: int, seconds: float, peak: int, each: float) -> tuple[str, ...]:
    return (way, f"{marks:,}", f"{seconds:.1f} s", f"{peak / GIB:.2f} GB", f"{75e6 * each:.0f} s")
