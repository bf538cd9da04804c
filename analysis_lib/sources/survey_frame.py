"""The cells of a survey file as rows of ``core_survey__answers_by_unit`` (floor 3).

Weights follow the era and the scale of each question; shares are per cent whatever the file wrote them as.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from analysis_lib.snapshots.schemas import SURVEY
from analysis_lib.sources.survey_layout import MEAN
from analysis_lib.sources.survey_whole import Cell, Unit
from analysis_lib.vocabulary.instruments import Instrument
from analysis_lib.vocabulary.marks import Mark


def as_frame(cells: Sequence[Cell], unit: Unit, instrument: Instrument) -> pd.DataFrame:
    """A row per group, question and step; all cells of a question must be given together."""
    eras = {era.id: era for era in instrument.eras}
    questions = {question.id: question for question in instrument.questions}
    factor = 100 if unit == "part" else 1
    totals = _totals(cells)
    records = []
    for cell in cells:
        who, question = cell.who, questions.get(cell.question)
        scale = instrument.scale_of(question, eras[who.era])
        is_reversed = bool(question and question.reversed)
        is_mean = cell.step == MEAN.code
        weight = scale.weight(cell.step, is_reversed=is_reversed) if question else None
        is_count = unit == "count" and not is_mean
        total = totals.get((who, cell.question, cell.area)) if is_count else None
        records.append(
            {
                "instrument": instrument.id,
                "era": who.era,
                "level": who.level,
                "unit_code": who.unit_code,
                "unit_name": who.unit_name,
                "municipality_code": who.municipality_code,
                "school_year": str(who.term.school_year),
                "term": "HT" if who.term.is_autumn else "VT",
                "respondent_group": who.respondent_group,
                "sex": who.sex,
                "question": cell.question,
                "area": cell.area,
                "answer_step": cell.step,
                "weight": weight,
                "is_positive": bool(question) and scale.is_positive(cell.step, is_reversed=is_reversed),
                "count": round(cell.number) if is_count and cell.number is not None else None,
                "share_pct": _share(cell, is_mean=is_mean, is_count=is_count, factor=factor, total=total),
                "mean": cell.number if is_mean else None,
                "answers_n": cell.answers_n if cell.answers_n is not None else total,
                "invited_n": cell.invited_n,
                "response_rate_pct": cell.response_rate,
                "mark": cell.mark,
            }
        )
    frame = pd.DataFrame(records, columns=SURVEY.names)
    order = ["unit_code", "municipality_code", "school_year", "sex", "area", "question"]
    frame = frame.sort_values(order, kind="stable", ignore_index=True)
    whole = ["count", "answers_n", "invited_n"]
    frame = frame.astype({name: "Int64" for name in whole})
    return frame.astype(dict.fromkeys(["weight", "share_pct", "mean", "response_rate_pct"], "float64"))


def _totals(cells: Sequence[Cell]) -> dict[tuple[object, str, str], int | None]:
    """The number of answers to each question, where all its steps are told."""
    found: dict[tuple[object, str, str], int | None] = {}
    for cell in cells:
        key = (cell.who, cell.question, cell.area)
        if cell.step == MEAN.code:
            continue
        before = found.get(key, 0)
        found[key] = None if before is None or cell.number is None else before + round(cell.number)
    return found


def _share(cell: Cell, *, is_mean: bool, is_count: bool, factor: int, total: int | None) -> float | None:
    if is_mean or cell.number is None:
        return None
    if is_count:
        return 100 * cell.number / total if total else None
    return round(cell.number * factor, 6)


def marks_of(cells: Sequence[Cell]) -> dict[str, int]:
    """How many cells hold each mark."""
    counts = Counter(cell.mark for cell in cells)
    always = {Mark.MISSING.value: 0, Mark.SUPPRESSED.value: 0, Mark.NEARLY_ALL.value: 0}
    return always | {mark: count for mark, count in counts.items() if mark}
