"""Makes a folder the example's workspace: parameters, files in the real formats, planted truths (floor 3).

The same size and seed always give the same bytes. A nation is drawn and written in parts, so memory stays
low.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.snapshots.rights import make_private
from analysis_lib.sources.example.grading import grade, results
from analysis_lib.sources.example.large_plan import draw_plan
from analysis_lib.sources.example.more_files import write_more
from analysis_lib.sources.example.national_tests import draw_tests
from analysis_lib.sources.example.params_files import write_params
from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan, small_plan
from analysis_lib.sources.example.published import PublishedFigures, write_published
from analysis_lib.sources.example.pupils import draw_pupils
from analysis_lib.sources.example.scb_files import class_names, write_grades, write_tests
from analysis_lib.sources.example.truth import Truth, write_truth
from analysis_lib.sources.example.upper_secondary import write_upper_secondary
from analysis_lib.text import count
from analysis_lib.vocabulary.workspace import Workspace

UNITS = {"small": 14, "town": 60, "city": 400, "nation": 15_000}
_LIST = Path("truth", "files.json")
_WITH_MORE = ("small", "town")  # sizes that also have surveys, attendance, staff and tests of years 3 and 9
_PART = 500  # units drawn at a time in a nation


@dataclass(frozen=True)
class ExampleSummary:
    """What was written: numbers of units, pupils met in years 6 or 9, rows in their files, and files."""

    folder: Path
    size: str
    seed: int
    units: int
    pupils: int
    rows: int
    files: int
    school_years: tuple[str, ...]

    def __str__(self) -> str:
        first, last = self.school_years[0], self.school_years[-1]
        return (
            f"Exempelkommunen är klar i {self.folder}: {count(self.units)} enheter, "
            f"{count(self.pupils)} elever och {count(self.files)} filer i data/inbox "
            f"för läsåren {first}–{last}."
        )


def write_example(
    folder: Path, *, size: str = "small", seed: int = 2026, units: int | None = None
) -> ExampleSummary:
    """Write an example workspace into ``folder`` and count what was written.

    ``size`` is small, town, city or nation; ``units`` asks for another number of units than the size's own.
    Files of an earlier example are replaced; a person's own files in the inbox are never touched.
    """
    if size not in UNITS:
        raise SkolbankError(
            "example-size-unknown",
            f"Storleken ”{size}” finns inte",
            remedy=f"{did_you_mean(size, UNITS)} Välj small, town, city eller nation.".strip(),
        )
    _refuse_real(folder)
    inbox, truths = folder / "data" / "inbox", folder / "truth"
    make_private(Workspace(folder))
    truths.mkdir(exist_ok=True)
    _clear(folder)
    kept = _written(folder)
    plans: list[Plan] = []
    truth, figures = Truth(), PublishedFigures()
    pupil_count = row_count = file_count = 0
    for part, (plan, rng) in enumerate(_plans(size, units or UNITS[size], seed)):
        counts = _write_part(
            inbox, plan, rng, (size, part, _parts(size, units or UNITS[size])), truth, figures
        )
        plans.append(plan)
        pupil_count, row_count, file_count = (
            have + new for have, new in zip((pupil_count, row_count, file_count), counts, strict=True)
        )
    whole = _joined(plans)
    write_params(folder, whole)
    file_count += write_published(inbox, whole, figures, np.random.default_rng([seed, 77]))
    if size in _WITH_MORE:
        more, planted = write_upper_secondary(inbox, whole, np.random.default_rng([seed, 78]))
        file_count += more
        truth.sources.append(pd.DataFrame(planted))
    write_truth(truths, whole, truth)
    _list_files(folder, kept)
    return ExampleSummary(
        folder=folder,
        size=size,
        seed=seed,
        units=len(whole.units),
        pupils=pupil_count,
        rows=row_count,
        files=file_count,
        school_years=tuple(map(str, SCHOOL_YEARS)),
    )


def _parts(size: str, units: int) -> int:
    return -(-units // _PART) if size == "nation" else 1


def _plans(size: str, units: int, seed: int) -> Iterator[tuple[Plan, np.random.Generator]]:
    """The plan of each part with the generator that draws its pupils."""
    for part in range(_parts(size, units)):
        source = np.random.default_rng([seed, list(UNITS).index(size), part])
        if size == "small":
            yield small_plan(), source
        elif size == "nation":
            drawn = min(_PART, units - part * _PART)
            yield draw_plan(source, drawn, first=part * _PART, is_nation=True), source
        else:
            yield draw_plan(source, units), source


def _write_part(
    inbox: Path,
    plan: Plan,
    rng: np.random.Generator,
    order: tuple[str, int, int],
    truth: Truth,
    figures: PublishedFigures,
) -> tuple[int, int, int]:
    """Pupils, rows and files of one part; truths and published figures are added to."""
    size, part, parts = order
    together = f"del{part + 1:02d}" if size == "nation" else ""
    pupils = draw_pupils(plan, rng, part=part, parts=parts, wide=size == "nation")
    rows = files = 0
    for year_group in (9, 6):
        grades, level = grade(plan, pupils, rng, year_group=year_group)
        reached = results(grades)
        files += write_grades(inbox, plan, pupils, grades, together=together)
        rows += grades.pupil.size
        truth.add(plan, pupils, grades, reached)
        figures.add(plan, pupils, grades, reached)
        if year_group == 9 and size in _WITH_MORE:
            more, planted = write_more(inbox, plan, pupils, grades, level, rng.spawn(1)[0])
            files += more
            truth.sources.append(planted)
        if year_group == 6:
            groups = class_names(grades.unit, grades.year, 6)
            tests = draw_tests(pupils, grades, level, groups, rng)
            files += write_tests(inbox, plan, pupils, tests, together=together)
            rows += tests.pupil.size
    truth.count_cases(plan, pupils)
    met = int(
        ((pupils.cohort - 3 >= 0) & (pupils.unit_6 >= 0) | (pupils.unit_9 >= 0) & (pupils.cohort < 5)).sum()
    )
    return met, rows, files


def _joined(plans: list[Plan]) -> Plan:
    """All parts as one plan."""
    return Plan(
        plans[0].settings,
        tuple(unit for plan in plans for unit in plan.units),
        tuple(school for plan in plans for school in plan.schools),
        tuple(measure for plan in plans for measure in plan.measures),
    )


def _refuse_real(folder: Path) -> None:
    """A real municipality's workspace is never filled with invented pupils."""
    settings = folder / "params" / "settings.yaml"
    if settings.is_file() and not re.search(r"^is_example:\s*true\s*$", settings.read_text("utf-8"), re.M):
        raise SkolbankError(
            "example-over-real",
            "Mappen är redan en riktig kommuns arbetsyta, så exempelkommunen skrivs inte dit",
            where="params/settings.yaml",
            remedy="Välj en ny mapp, till exempel skolbank example almvik.",
        )


def _clear(folder: Path) -> None:
    """Takes away the files of an earlier example: only those that it listed itself."""
    listed = folder / _LIST
    if listed.is_file():
        for name in json.loads(listed.read_text("utf-8")):
            path = (folder / name).resolve()
            if path.is_relative_to(folder.resolve()):
                path.unlink(missing_ok=True)
        listed.unlink()


def _written(folder: Path) -> set[str]:
    """The names of all files in the inbox and among the truths."""
    places = (folder / "data" / "inbox", folder / "truth")
    return {
        path.relative_to(folder).as_posix() for place in places for path in place.iterdir() if path.is_file()
    }


def _list_files(folder: Path, kept: set[str]) -> None:
    """Lists what was written outside ``params``, so that the next run can take it away."""
    names = sorted(_written(folder) - kept)
    (folder / _LIST).write_bytes(json.dumps(names, ensure_ascii=False, indent=0).encode("utf-8"))
