"""Times the cube for a town, a city or the nation: seconds and peak memory of ``compute_cube``.

    python benchmarks/bench_indicators.py town
    python benchmarks/bench_indicators.py nation

Grades of made-up pupils in years 6 and 9 over five school years are stored as snapshots in a temporary
folder; the cube is computed in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis_lib.indicators.cube import compute_cube
from analysis_lib.snapshots.store import SourceInfo, Store
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

SCHOOL_YEARS = tuple(f"{year}/{year + 1 - 2000}" for year in range(2020, 2025))
SUBJECTS = "BL EN HKK IDH MA M2 ML MU BI FY KE GE HI RE SH SL SV TK".split()  # noqa: SIM905
GRADES, WEIGHTS = list("ABCDEF"), [0.10, 0.16, 0.24, 0.20, 0.22, 0.08]
TABLE = "core_scb__pupil_grades"


@dataclass(frozen=True)
class Size:
    """Units with each year group, pupils in one of them, and municipalities they lie in."""

    units: dict[int, int]
    pupils: dict[int, int]
    municipalities: int


SIZES = {
    "town": Size({6: 40, 9: 20}, {6: 30, 9: 60}, 1),
    "city": Size({6: 250, 9: 120}, {6: 32, 9: 68}, 1),
    "nation": Size({6: 3700, 9: 1700}, {6: 32, 9: 70}, 290),
}


def make_units(size: Size) -> dict[str, Unit]:
    """The size's units, each in a municipality and one of its four areas."""
    units = {}
    for group, count in size.units.items():
        for number in range(count):
            code = f"{group}{number:07d}"
            place = f"{1000 + number % size.municipalities}"
            area = f"Område {number // size.municipalities % 4 + 1}"
            units[code] = Unit(code=code, name=f"Skola {code}", municipality_code=place, area=area)
    return units


def make_grades(size: Size, group: int, school_year: str) -> pd.DataFrame:
    """Grades of all pupils in one year group and school year, one row per pupil and subject."""
    random = np.random.default_rng(int(school_year[:4]) * 10 + group)
    pupils = size.units[group] * size.pupils[group]
    subjects = len(SUBJECTS)
    names = np.array([f"{group}{school_year[2:4]}{number:029d}" for number in range(pupils)])
    units = np.array([f"{group}{number:07d}" for number in range(size.units[group])])
    return pd.DataFrame(
        {
            "pupil": np.repeat(names, subjects),
            "unit_code": np.repeat(np.repeat(units, size.pupils[group]), subjects),
            "school_year": school_year,
            "year_group": np.int32(group),
            "class_name": f"{group}A",
            "sex": np.repeat(random.choice(["F", "P"], pupils), subjects),
            "subject": np.tile(SUBJECTS, pupils),
            "language": "",
            "grade": random.choice(GRADES, pupils * subjects, p=WEIGHTS),
            "reason": "",
            "is_protected": np.repeat(random.random(pupils) < 0.002, subjects),
        }
    )


def chunks(size: Size) -> Iterator[pd.DataFrame]:
    """The grades in pieces of one year group and school year."""
    for school_year in SCHOOL_YEARS:
        for group in size.units:
            yield make_grades(size, group, school_year)


def store_all(store: Store, size: Size) -> int:
    """Stores the size's grades as snapshots and tells how many rows there are."""
    rows = 0
    for number, chunk in enumerate(chunks(size)):
        source = SourceInfo(format="benchmark", file=f"{number}.txt", sha256=f"{number:064d}")
        with store.transaction(source) as work:
            work.add(TABLE, chunk)
        rows += len(chunk)
    return rows


def compute(folder: Path, size: Size) -> None:
    """Computes the cube and prints its rows, seconds and the process's peak memory."""
    store, catalog = Store(Workspace(folder)), Catalog(Workspace(builtin_root()))
    units = make_units(size)
    before = time.perf_counter()
    cube = compute_cube(store, catalog, units)
    seconds = time.perf_counter() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"cube: {len(cube):,} rows in {seconds:.1f} s, peak memory {peak:.2f} GB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--compute", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    size = SIZES[chosen.size]
    if chosen.compute:
        compute(chosen.compute, size)
        return
    with tempfile.TemporaryDirectory() as folder:
        before = time.perf_counter()
        rows = store_all(Store(Workspace(Path(folder))), size)
        print(
            f"{chosen.size}: {rows:,} grade rows stored in {time.perf_counter() - before:.1f} s", flush=True
        )
        subprocess.run([sys.executable, __file__, chosen.size, "--compute", folder], check=True)


if __name__ == "__main__":
    main()
