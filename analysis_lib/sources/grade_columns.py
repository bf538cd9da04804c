"""Grade columns of a pupil file: checked column by column, then turned into one row per subject (floor 3)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis_lib.snapshots.schemas import PUPIL_GRADES
from analysis_lib.sources.grade_codes import NOT_CHOSEN, GradeCell, describe_wrong, read_grade
from analysis_lib.sources.pupil_rows import Rows

UNTAUGHT = "Z"


def check_grades(
    rows: Rows, subjects: list[str], optional: frozenset[str], *, allow_untaught: bool
) -> dict[str, pd.DataFrame]:
    """Grade and reason of every pupil in each subject; rows with an impossible cell are refused."""
    blank_everywhere = (rows.cells[subjects] == "").all(axis=1).to_numpy()
    rows.tell_rows(
        blank_everywhere,
        "grades-none",
        column=None,
        text="Elever utan något betyg alls räknas med i antalet elever",
    )
    found: dict[str, pd.DataFrame] = {}
    lower = np.zeros(len(rows), dtype=bool)
    dash = np.zeros(len(rows), dtype=bool)
    for subject in subjects:
        texts = rows.cells[subject]
        meanings = {text: read_grade(text) for text in texts.unique()}
        states = texts.map({text: cell.state for text, cell in meanings.items()}).to_numpy()
        codes = _codes(texts, meanings)
        lower |= states == "lower"
        dash |= states == "dash"
        rows.refuse(
            states == "wrong",
            "grade-unknown",
            column=subject,
            reason=lambda i, texts=texts: (  # type: ignore[misc]
                f"{describe_wrong(texts.iat[i])}. Tillåtet är A–F och SCB:s koder 2, 3, 9, Y och Z."
            ),
        )
        if subject not in optional:
            rows.refuse(
                (states == "blank") & ~blank_everywhere,
                "grade-missing",
                column=subject,
                reason="cellen är tom. Skriv betyget, 9 för streck eller 3 för anpassad studiegång.",
            )
            rows.refuse(
                (codes["reason"] == NOT_CHOSEN).to_numpy(),
                "grade-code-misplaced",
                column=subject,
                reason="koden 2 får bara stå i ett ämne som inte är obligatoriskt.",
            )
        if not allow_untaught:
            rows.refuse(
                (codes["reason"] == UNTAUGHT).to_numpy(),
                "grade-code-misplaced",
                column=subject,
                reason="koden Z gäller bara årskurs 6.",
            )
        found[subject] = codes
    rows.tell_rows(lower, "grade-lower-case", column=None, text="Betyg med små bokstäver lästes som stora")
    rows.tell_rows(dash, "grade-dash", column=None, text="Streck lästes som SCB:s kod 9, underlag saknas")
    return found


def _codes(texts: pd.Series, meanings: dict[str, GradeCell]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "grade": texts.map({text: cell.grade for text, cell in meanings.items()}).astype("object"),
            "reason": texts.map({text: cell.reason for text, cell in meanings.items()}).astype("object"),
        },
        index=texts.index,
    )


def check_consistency(rows: Rows, codes: dict[str, pd.DataFrame]) -> None:
    """Warns when neither svenska nor svenska som andraspråk is graded, or both are."""
    if not {"Sv", "Sva"} <= set(codes):
        return
    ungraded = {name: (codes[name]["reason"] == NOT_CHOSEN).to_numpy() for name in ("Sv", "Sva")}
    graded = {name: (codes[name]["grade"] != "").to_numpy() for name in ("Sv", "Sva")}
    rows.tell_rows(
        ungraded["Sv"] & ungraded["Sva"],
        "swedish-none",
        column="Sv",
        text="Koden 2 står både i svenska och i svenska som andraspråk; bara det ena kan stämma",
    )
    rows.tell_rows(
        graded["Sv"] & graded["Sva"],
        "swedish-both",
        column="Sv",
        text="Betyg finns både i svenska och i svenska som andraspråk",
    )


def grade_rows(rows: Rows, people: pd.DataFrame, codes: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The accepted pupils' grades as ``core_scb__pupil_grades``: a row per subject that says something."""
    kept = np.flatnonzero(rows.accepted)
    person = people.iloc[kept][
        ["pupil", "unit_code", "school_year", "year_group", "class_name", "sex", "is_protected"]
    ]
    parts: list[pd.DataFrame] = []
    any_subject = np.zeros(len(kept), dtype=bool)
    for subject, found in codes.items():
        values = found.iloc[kept]
        says = ((values["grade"] != "") | (values["reason"] != "")).to_numpy()
        any_subject |= says
        language = _languages(rows, subject).iloc[kept]
        parts.append(
            person[says].assign(
                subject=subject.upper(),
                language=language[says],
                grade=values["grade"][says],
                reason=values["reason"][says],
            )
        )
    parts.append(person[~any_subject].assign(subject="", language="", grade="", reason=""))
    return pd.concat(parts, ignore_index=True)[PUPIL_GRADES.names]


def _languages(rows: Rows, subject: str) -> pd.Series:
    """The language codes beside M1, M2 and ML; what is no code of two or three letters is left out."""
    if f"{subject} språk" not in rows.cells:
        return pd.Series("", index=rows.cells.index, dtype="object")
    codes = rows.cells[f"{subject} språk"].str.upper()
    return codes.where(codes.str.fullmatch(r"[A-ZÅÄÖ]{2,3}"), "").astype("object")
