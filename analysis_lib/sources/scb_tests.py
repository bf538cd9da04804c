"""National tests of year 6: test grades with the state of each pupil and subject (floor 3).

A blank subject means that all parts were taken digitally and reported to Skolverket's portal; ``99``
that a part is missing, ``88`` that the result is lost. Source: SCB's file description, vt 2026.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis_lib.snapshots.schemas import GRADES, NATIONAL_TESTS
from analysis_lib.sources.grade_codes import describe_wrong
from analysis_lib.sources.pupil_rows import Rows
from analysis_lib.sources.pupils import check_classes, clean_classes

SUBJECTS = ("MA", "SV", "EN")
_STATUS = {"99": "absent", "88": "lost", "": "digital"} | dict.fromkeys(GRADES, "graded")
_CURRICULUM = {"1": "SV", "2": "SVA", "99": "", "": ""}
_UNKNOWN_GROUP = {"99", ""}


def check_tests(rows: Rows) -> None:
    """Refuses rows whose test grade or curriculum is none of SCB's codes."""
    for subject in SUBJECTS:
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
        check_classes(rows, f"{subject}_GRUPP")
    rows.refuse(
        ~rows.cells["SV_KURSPLAN"].isin(list(_CURRICULUM)).to_numpy(),
        "curriculum-unknown",
        column="SV_KURSPLAN",
        reason="kursplanen ska vara 1 (svenska), 2 (svenska som andraspråk), 99 eller tom.",
    )


def rows_of_tests(rows: Rows, people: pd.DataFrame) -> pd.DataFrame:
    """The accepted pupils as ``core_scb__national_tests``: a row per pupil and subject."""
    kept = np.flatnonzero(rows.accepted)
    person = people.iloc[kept]
    cells = rows.cells.iloc[kept]
    parts = []
    for subject in SUBJECTS:
        texts = cells[f"{subject}_PROVB"].str.upper()
        groups = clean_classes(cells[f"{subject}_GRUPP"]).where(~person["is_protected"], "")
        parts.append(
            person.assign(
                class_name=groups.where(~groups.isin(_UNKNOWN_GROUP), ""),
                subject=subject,
                curriculum=cells["SV_KURSPLAN"].map(_CURRICULUM) if subject == "SV" else "",
                grade=texts.where(texts.isin(GRADES), ""),
                status=texts.map(_STATUS),
            )
        )
    return pd.concat(parts, ignore_index=True)[NATIONAL_TESTS.names]
