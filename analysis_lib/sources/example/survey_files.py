"""Skolenkäten of the example in the form it is published: a workbook per group and wave (floor 3).

Pupils are asked every second year. In 2020 the questions and the year group were others, so that a trend has
a break to stop at. Riket and kommun stand in the same workbook; kommun counts another huvudman's school too.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xlsxwriter

from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan, School
from analysis_lib.sources.example.survey_draws import drawn_answers, true_index
from analysis_lib.sources.example.survey_tables import write_tables
from analysis_lib.sources.example.survey_words import GUARDIANS, PUPILS, PUPILS_BEFORE, TEACHERS, Asked

Truths = list[dict[str, object]]
_END = SCHOOL_YEARS[-1].end
_LEAST = 5
_KEYS = ("År", "Lägeskommun", "Skolenhet", "Skolenhetskod", "Antal i gruppen", "Antal svar", "Svarsfrekvens")
_NATION = 60_000


@dataclass(frozen=True)
class _Wave:
    """One workbook: whom it asks and when; ``part`` is how many are asked per pupil of year 9."""

    group: str
    year: int
    questions: Sequence[Asked]
    instrument: str = "skolenkaten-2022"
    answers: float = 0.86
    part: float = 1.0
    drift: float = 0.0


_WAVES = (
    _Wave("elever åk 9", 2020, PUPILS_BEFORE, "skolenkaten-2018"),
    _Wave("elever åk 8", 2022, PUPILS, drift=-0.1),
    _Wave("elever åk 8", 2024, PUPILS),
    _Wave("elever åk 8", _END, PUPILS, drift=0.1),
    _Wave("vårdnadshavare grundskola", _END, GUARDIANS, answers=0.52, part=1.9),
    _Wave("pedagogisk personal", _END, TEACHERS, answers=0.78, part=0.55),
)


def write_surveys(inbox: Path, plan: Plan, rng: np.random.Generator) -> tuple[int, Truths]:
    """Skolenkäten and the huvudman's own surveys; how many files they are, and their true indices."""
    truths: Truths = []
    for wave in _WAVES:
        truths += _workbook(inbox, plan, wave, rng)
    files, more = write_tables(inbox, plan, rng)
    return len(_WAVES) + files, truths + more


def _workbook(inbox: Path, plan: Plan, wave: _Wave, rng: np.random.Generator) -> Truths:
    name = f"Skolenkäten {wave.group} VT {wave.year}"
    truths: Truths = []
    with xlsxwriter.Workbook(inbox / f"{name}.xlsx") as book:
        book.set_properties({"created": datetime.datetime(wave.year, 9, 1)})
        sheet = book.add_worksheet(f"{wave.group.capitalize()} VT {wave.year}"[:31])
        _head(sheet, wave.questions)
        asked_of_all, counts_of_all = 0, [np.zeros(len(q.steps) + 1, int) for q in wave.questions]
        row = 3
        for school in (each for each in plan.schools if _takes_part(each, wave)):
            asked = round(school.size_9 * wave.part) or 1
            n = max(int(rng.binomial(asked, wave.answers)), 1)
            drawn = _drawn(wave, n, 0.8 * school.effect_9 + wave.drift, rng)
            _row(sheet, row, (plan.settings.municipality_name, school.unit.name, school.unit.code), asked)
            _answers(sheet, row, (wave, asked), drawn)
            asked_of_all += asked
            counts_of_all = [whole + each for whole, each in zip(counts_of_all, drawn, strict=True)]
            truths += _truths(wave, school.unit.code, n, drawn)
            row += 1
        other = _drawn(wave, 60, wave.drift, rng)  # the school of another huvudman
        kommun = [whole + each for whole, each in zip(counts_of_all, other, strict=True)]
        nation = _drawn(wave, _NATION, wave.drift - 0.05, rng)
        for name, asked, counts in (
            (plan.settings.municipality_name, asked_of_all + 70, kommun),
            ("Riket", round(_NATION / wave.answers), nation),
        ):
            _row(sheet, row, (name, "", ""), asked)
            _answers(sheet, row, (wave, asked), counts)
            row += 1
        for at in range(3, row):
            sheet.write(at, 0, f"VT {wave.year}")
    return truths


def _takes_part(school: School, wave: _Wave) -> bool:
    year = f"{wave.year - 1}/{wave.year % 100:02d}"
    return bool(school.size_9) and school.unit.is_open(year)


def _drawn(wave: _Wave, n: int, lean: float, rng: np.random.Generator) -> list[np.ndarray]:
    return [drawn_answers(rng, n, len(each.steps), each.lean + lean) for each in wave.questions]


def _head(sheet: xlsxwriter.worksheet.Worksheet, questions: Sequence[Asked]) -> None:
    sheet.write_row(2, 0, _KEYS)
    column = len(_KEYS)
    for asked in questions:
        labels = [*asked.steps, "Vet ej" if asked in PUPILS_BEFORE else "Vet inte", "Medelvärde"]
        sheet.merge_range(0, column, 0, column + len(labels) - 1, asked.area)
        sheet.merge_range(1, column, 1, column + len(labels) - 1, asked.words)
        sheet.write_row(2, column, labels)
        column += len(labels)


def _row(sheet: xlsxwriter.worksheet.Worksheet, row: int, place: tuple[str, str, str], asked: int) -> None:
    sheet.write_row(row, 1, [*place, asked])


def _answers(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, of: tuple[_Wave, int], drawn: Sequence[np.ndarray]
) -> None:
    wave, asked = of
    n = int(drawn[0].sum())
    sheet.write_row(row, 5, [n, f"{100 * n / asked:.0f}%"])
    column = len(_KEYS)
    for question, counts in zip(wave.questions, drawn, strict=True):
        shown = np.append(counts[:-1][::-1], counts[-1]) if question.is_reversed else counts
        cells: list[object] = ["-"] * (len(counts) + 1)
        if n >= _LEAST:
            index = round(true_index(counts, 10), 1)
            cells = [*(round(100 * count / n) for count in shown.tolist()), index]
        sheet.write_row(row, column, cells)
        column += len(cells)


def _truths(wave: _Wave, code: str, n: int, drawn: Sequence[np.ndarray]) -> Truths:
    year = f"{wave.year - 1}/{wave.year % 100:02d}"
    return [
        {
            "what": f"{wave.instrument}.{question.id}",
            "unit_code": code,
            "school_year": year,
            "n": n,
            "value": round(true_index(counts, 10), 3),
        }
        for question, counts in zip(wave.questions, drawn, strict=True)
        if counts[:-1].sum()
    ]
