"""Grade columns of a pupil file: checked all at once, then turned into one row per subject (floor 3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from analysis_lib.snapshots.schemas import PUPIL_GRADES
from analysis_lib.sources.grade_codes import NOT_CHOSEN, describe_wrong, read_grade
from analysis_lib.sources.pupil_rows import Rows

UNTAUGHT = "Z"
_LANGUAGE = re.compile(r"[A-ZÅÄÖ]{2,3}")
_ALLOWED = "Tillåtet är A–F och SCB:s koder 2, 3, 9, Y och Z."
_PERSON = ["pupil", "unit_code", "school_year", "year_group", "class_name", "sex", "is_protected"]


@dataclass(frozen=True)
class Grades:
    """The grade cells of all rows (rows x subjects) as positions in a list of distinct meanings."""

    subjects: list[str]
    texts: list[str]
    places: np.ndarray

    @classmethod
    def read(cls, cells: pd.DataFrame, subjects: Sequence[str]) -> Grades:
        """The grade columns of a frame of texts."""
        flat = cells[list(subjects)].to_numpy(dtype=object)
        texts = list(dict.fromkeys(flat.ravel()))
        position = {text: index for index, text in enumerate(texts)}
        places = np.fromiter((position[text] for text in flat.ravel()), np.int32, flat.size)
        return cls(list(subjects), texts, places.reshape(flat.shape))

    @cached_property
    def state(self) -> np.ndarray:
        return self._look_up("state")

    @cached_property
    def grade(self) -> np.ndarray:
        return self._look_up("grade")

    @cached_property
    def reason(self) -> np.ndarray:
        return self._look_up("reason")

    def text(self, row: int, column: int) -> str:
        """What one cell says."""
        return self.texts[int(self.places[row, column])]

    def _look_up(self, name: str) -> np.ndarray:
        meanings = np.array([getattr(read_grade(text), name) for text in self.texts], dtype=object)
        return np.asarray(meanings[self.places])


def check_grades(rows: Rows, grades: Grades, optional: frozenset[str], *, allow_untaught: bool) -> None:
    """Refuses the rows with an impossible grade cell and tells what was read with goodwill."""
    blank = grades.state == "blank"
    none_at_all = blank.all(axis=1)
    rows.tell_rows(
        none_at_all,
        "grades-none",
        column=None,
        text="Elever utan något betyg alls räknas med i antalet elever",
    )
    compulsory = np.array([subject not in optional for subject in grades.subjects])
    _refuse(rows, grades, grades.state == "wrong", "grade-unknown", None)
    _refuse(
        rows,
        grades,
        blank & compulsory & ~none_at_all[:, None],
        "grade-missing",
        "cellen är tom. Skriv betyget, 9 för streck eller 3 för anpassad studiegång.",
    )
    _refuse(
        rows,
        grades,
        (grades.reason == NOT_CHOSEN) & compulsory,
        "grade-code-misplaced",
        "koden 2 får bara stå i ett ämne som inte är obligatoriskt.",
    )
    if not allow_untaught:
        wrong_year = "koden Z gäller bara årskurs 6."
        _refuse(rows, grades, grades.reason == UNTAUGHT, "grade-code-misplaced", wrong_year)
    for state, code, text in (
        ("lower", "grade-lower-case", "Betyg med små bokstäver lästes som stora"),
        ("dash", "grade-dash", "Streck lästes som SCB:s kod 9, underlag saknas"),
    ):
        rows.tell_rows((grades.state == state).any(axis=1), code, column=None, text=text)
    _check_swedish(rows, grades)


def _refuse(rows: Rows, grades: Grades, cells: np.ndarray, code: str, reason: str | None) -> None:
    for column in np.flatnonzero(cells.any(axis=0)).tolist():
        said = reason or _Unknown(grades, column)
        rows.refuse(cells[:, column], code, column=grades.subjects[column], reason=said)


@dataclass(frozen=True)
class _Unknown:
    """Says what is wrong with a cell of one column, by row."""

    grades: Grades
    column: int

    def __call__(self, row: int) -> str:
        return f"{describe_wrong(self.grades.text(row, self.column))}. {_ALLOWED}"


def _check_swedish(rows: Rows, grades: Grades) -> None:
    """Warns when neither svenska nor svenska som andraspråk is graded, or both are."""
    if not {"Sv", "Sva"} <= set(grades.subjects):
        return
    both = [grades.subjects.index("Sv"), grades.subjects.index("Sva")]
    rows.tell_rows(
        (grades.reason[:, both] == NOT_CHOSEN).all(axis=1),
        "swedish-none",
        column="Sv",
        text="Koden 2 står både i svenska och i svenska som andraspråk; bara det ena kan stämma",
    )
    rows.tell_rows(
        (grades.grade[:, both] != "").all(axis=1),
        "swedish-both",
        column="Sv",
        text="Betyg finns både i svenska och i svenska som andraspråk",
    )


def grade_rows(rows: Rows, people: pd.DataFrame, grades: Grades) -> pd.DataFrame:
    """The accepted pupils' grades as ``core_scb__pupil_grades``: a row per subject that says something."""
    accepted = rows.accepted
    says = ((grades.grade != "") | (grades.reason != "")) & accepted[:, None]
    row, column = np.nonzero(says)
    silent = np.flatnonzero(accepted & ~says.any(axis=1))
    subjects = np.array([subject.upper() for subject in grades.subjects], dtype=object)
    empty = np.full(len(silent), "", dtype=object)
    who = np.concatenate([row, silent])
    columns: dict[str, Any] = {name: people[name].to_numpy()[who] for name in _PERSON}
    columns["subject"] = np.concatenate([subjects[column], empty])
    columns["language"] = np.concatenate([_languages(rows, grades)[row, column], empty])
    columns["grade"] = np.concatenate([grades.grade[row, column], empty])
    columns["reason"] = np.concatenate([grades.reason[row, column], empty])
    return pd.DataFrame(columns)[PUPIL_GRADES.names]


def _languages(rows: Rows, grades: Grades) -> np.ndarray:
    """The language codes beside M1, M2 and ML; what is no code of two or three letters is left out."""
    found = np.full(grades.places.shape, "", dtype=object)
    for column, subject in enumerate(grades.subjects):
        if f"{subject} språk" in rows.cells:
            codes = [text.upper() for text in rows.cells[f"{subject} språk"]]
            found[:, column] = [code if _LANGUAGE.fullmatch(code) else "" for code in codes]
    return found
