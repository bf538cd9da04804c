"""National tests of year 3: how many parts of each test a pupil reached the requirement level on (floor 3).

``1`` reached, ``0`` not reached, ``99`` did not take part, ``88`` lost, ``77`` substitute test, blank when
reported digitally. Points are not kept: their limits change from year to year. Source: SCB's file
description, vt 2026.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis_lib.snapshots.schemas import NATIONAL_TESTS_3
from analysis_lib.sources.pupil_rows import Rows
from analysis_lib.sources.scb_tests import check_curriculum, check_group, curriculum_of, groups_of

SUBJECTS = ("MA", "SV")
_ALLOWED = ("0", "1", "77", "88", "99", "")


def _parts(cells: pd.DataFrame, subject: str) -> list[str]:
    names = map(str, cells.columns)
    return [name for name in names if name.startswith(f"{subject}_") and name.endswith("_PR")]


def check_requirements(rows: Rows) -> None:
    """Refuses rows whose result on a part, or curriculum, is none of SCB's codes."""
    for subject in SUBJECTS:
        for column in _parts(rows.cells, subject):
            rows.refuse(
                ~rows.cells[column].isin(_ALLOWED).to_numpy(),
                "part-result-unknown",
                column=column,
                reason="delprovets resultat ska vara 0, 1, 77, 88, 99 eller tomt.",
            )
        check_group(rows, subject)
    check_curriculum(rows)


def rows_of_requirements(rows: Rows, people: pd.DataFrame) -> pd.DataFrame:
    """The accepted pupils as ``core_scb__national_tests_3``: a row per pupil and subject.

    ``parts_total`` counts the parts that most pupils of the file have a result on, and any other that this
    pupil has one on, so that a part that was left blank is never counted as reached.
    """
    kept = np.flatnonzero(rows.accepted)
    person, cells = people.iloc[kept], rows.cells.iloc[kept]
    frames = []
    for subject in SUBJECTS:
        names = _parts(cells, subject)
        if not names:
            continue
        results = cells[names].to_numpy()
        told = results != ""
        has_any = told.any(axis=1)
        usual = told[has_any].mean(axis=0) >= 0.5 if has_any.any() else np.zeros(len(names), dtype=bool)
        total = (told | (usual & has_any[:, None])).sum(axis=1)
        passed = (results == "1").sum(axis=1)
        taken = passed + (results == "0").sum(axis=1)
        frames.append(
            person.assign(
                class_name=groups_of(cells, person, subject),
                subject=subject,
                curriculum=curriculum_of(cells, subject),
                parts_passed=passed,
                parts_taken=taken,
                parts_total=total,
                status=_status(results, taken, total),
            )
        )
    return pd.concat(frames, ignore_index=True)[NATIONAL_TESTS_3.names]


def _status(results: np.ndarray, taken: np.ndarray, total: np.ndarray) -> np.ndarray:
    lost = (results == "88").any(axis=1)
    conditions = [total == 0, taken == total, lost, taken > 0]
    return np.asarray(
        np.select(conditions, ["digital", "complete", "lost", "partial"], "absent"), dtype=object
    )
