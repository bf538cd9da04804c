"""National tests of years 6 and 9: test grades with the state of each pupil and subject (floor 3).

A blank subject means that all parts were taken digitally and reported to Skolverket's portal; ``99``
that a part is missing, ``88`` that the result is lost. Source: SCB's file descriptions, vt 2026.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis_lib.snapshots.schemas import GRADES, NATIONAL_TESTS
from analysis_lib.sources.grade_codes import describe_wrong
from analysis_lib.sources.pupil_rows import Rows
from analysis_lib.sources.pupils import check_classes, clean_classes

_SUBJECTS = ("MA", "SV", "EN", "NO", "SO")
_CHOSEN = {"NO": ("BI", "FY", "KE"), "SO": ("GE", "HI", "RE", "SH")}
_STATUS = {"99": "absent", "88": "lost", "": "digital"} | dict.fromkeys(GRADES, "graded")
_CURRICULUM = {"1": "SV", "2": "SVA", "99": "", "": ""}
UNKNOWN_GROUP = {"99", ""}


def _tested(rows: Rows) -> list[str]:
    return [subject for subject in _SUBJECTS if f"{subject}_PROVB" in rows.cells]


def check_tests(rows: Rows) -> None:
    """Refuses rows whose test grade, curriculum or drawn subject is none of SCB's codes."""
    for subject in _tested(rows):
        column = f"{subject}_PROVB"
        texts = rows.cells[column].str.upper()
        wrong = ~texts.isin(list(_STATUS)).to_numpy()
        original = rows.cells[column]
        rows.refuse(
            wrong,
            "grade-unknown",
            column=column,
            reason=lambda i, original=original: (  # type: ignore[misc]
                f"{describe_wrong(original.iat[i])}. Tillåtet är A–F, 88, 99 och tomt."
            ),
        )
        rows.tell_rows(
            ~wrong & (texts != original).to_numpy(),
            "grade-lower-case",
            column=column,
            text="Provbetyg med små bokstäver lästes som stora",
        )
        check_group(rows, subject)
    check_curriculum(rows)
    for subject, chosen in _CHOSEN.items():
        column = f"{subject}_PROV"
        if column in rows.cells:
            rows.refuse(
                ~rows.cells[column].str.upper().isin(["", *chosen]).to_numpy(),
                "test-subject-unknown",
                column=column,
                reason=f"ämnet ska vara {', '.join(chosen)} eller tomt.",
            )


def check_group(rows: Rows, subject: str) -> None:
    """Refuses teaching groups that are personal numbers or long texts."""
    if f"{subject}_GRUPP" in rows.cells:
        check_classes(rows, f"{subject}_GRUPP")


def check_curriculum(rows: Rows) -> None:
    """Refuses rows whose curriculum is none of SCB's codes."""
    if "SV_KURSPLAN" not in rows.cells:
        return
    rows.refuse(
        ~rows.cells["SV_KURSPLAN"].isin(list(_CURRICULUM)).to_numpy(),
        "curriculum-unknown",
        column="SV_KURSPLAN",
        reason="kursplanen ska vara 1 (svenska), 2 (svenska som andraspråk), 99 eller tom.",
    )


def groups_of(cells: pd.DataFrame, person: pd.DataFrame, subject: str) -> pd.Series | str:
    """The teaching group of each pupil in a subject; none for protected pupils and for code 99."""
    if f"{subject}_GRUPP" not in cells:
        return ""
    groups = clean_classes(cells[f"{subject}_GRUPP"]).where(~person["is_protected"], "")
    return groups.where(~groups.isin(UNKNOWN_GROUP), "")


def curriculum_of(cells: pd.DataFrame, subject: str) -> pd.Series | str:
    """``SV`` or ``SVA`` for the test in Swedish, else nothing."""
    if subject != "SV" or "SV_KURSPLAN" not in cells:
        return ""
    return cells["SV_KURSPLAN"].map(_CURRICULUM)


def rows_of_tests(rows: Rows, people: pd.DataFrame) -> pd.DataFrame:
    """The accepted pupils as ``core_scb__national_tests``: a row per pupil and subject."""
    kept = np.flatnonzero(rows.accepted)
    person = people.iloc[kept]
    cells = rows.cells.iloc[kept]
    parts = []
    for subject in _tested(rows):
        texts = cells[f"{subject}_PROVB"].str.upper()
        drawn = cells[f"{subject}_PROV"].str.upper() if f"{subject}_PROV" in cells else None
        parts.append(
            person.assign(
                class_name=groups_of(cells, person, subject),
                subject=subject if drawn is None else drawn.where(drawn != "", subject),
                curriculum=curriculum_of(cells, subject),
                grade=texts.where(texts.isin(GRADES), ""),
                status=texts.map(_STATUS),
            )
        )
    return pd.concat(parts, ignore_index=True)[NATIONAL_TESTS.names]
