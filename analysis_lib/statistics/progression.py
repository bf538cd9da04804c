"""Progression: how many of the same pupils reach the requirements now and earlier (floor 3).

Counted per cohort, subject and class in whole numbers; a unit is the sum of its classes, the huvudman the sum
of its units, so the numbers are the same from the classroom to the board.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.cohorts import CohortRules, cohort_column, load_cohort_rules
from analysis_lib.statistics.intervals import wilson
from analysis_lib.statistics.paired import paired_difference

RESULT_COLUMNS = ("pupil", "unit_code", "class_name", "school_year", "year_group", "subject", "is_reached")
STEP = ("cohort", "subject", "earlier_year_group", "later_year_group")
# later: all pupils there now; earlier: all there then. Stayers, movers and new pupils are the later ones by
# how they came; left ones have an earlier result only.
COUNTS = (
    *("later_n", "later_k", "earlier_n", "earlier_k"),
    *("stayer_n", "stayer_earlier_k", "stayer_later_k", "stayer_up", "stayer_down"),
    *("mover_n", "mover_earlier_k", "mover_later_k"),
    *("new_n", "new_k", "left_n", "left_k"),
)
LEAST_COVERAGE = 0.75


def class_counts(results: pd.DataFrame, *, rules: CohortRules | None = None) -> pd.DataFrame:
    """Whole numbers per cohort, subject, step and class: the ground that every level is summed from.

    ``results`` holds a row per pupil, subject and measurement (``RESULT_COLUMNS``; ``is_reached`` true or
    false). A step goes from one measured year group of a cohort to its next. A pupil is a stayer when the
    unit is the same both times, or when the unit had nobody of the cohort in the earlier year group and so
    received it whole; else a mover. A pupil with two rows for the same measurement cannot be linked and
    counts as new. Result: ``STEP``, ``unit_code``, ``class_name`` and ``COUNTS``.
    """
    _refuse_missing(results)
    rows = results[list(RESULT_COLUMNS)].assign(cohort=cohort_column(results, rules=rules))
    rows["k"] = rows["is_reached"].astype("int64")
    frames = [
        _step(rows[(rows["cohort"] == cohort) & rows["year_group"].isin(pair)], pair)
        for cohort, groups in rows.groupby("cohort")["year_group"]
        for pair in _pairs(sorted({int(group) for group in groups.unique()}))
    ]
    keys = [*STEP, "unit_code", "class_name"]
    if not frames:
        return pd.DataFrame(columns=[*keys, *COUNTS])
    return pd.concat(frames, ignore_index=True).groupby(keys, as_index=False)[list(COUNTS)].sum()


def roll_up(counts: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """The counts summed to a level: ``by`` names its columns (``unit_code``; none for the huvudman)."""
    return counts.groupby([*STEP, *by], as_index=False)[list(COUNTS)].sum()


def shares(counts: pd.DataFrame, *, rules: CohortRules | None = None) -> pd.DataFrame:
    """Shares, change and coverage of counts at any level, in per cent and percentage points.

    Adds ``later_pct`` and ``earlier_pct`` (all pupils, Wilson's bounds), ``stayer_later_pct`` and
    ``stayer_earlier_pct``, their ``change`` with ``change_low`` and ``change_high`` (paired), ``coverage``
    (stayers of all later, 0-1), ``is_uncertain`` (coverage below 0.75), ``earlier_measure``,
    ``later_measure`` and ``is_measure_changed``.
    """
    found = counts.copy()
    for name in ("later", "earlier"):
        found[f"{name}_pct"] = _share(found[f"{name}_k"], found[f"{name}_n"])
        low, high = wilson(found[f"{name}_k"], found[f"{name}_n"])
        found[f"{name}_low"], found[f"{name}_high"] = 100 * low, 100 * high
        found[f"stayer_{name}_pct"] = _share(found[f"stayer_{name}_k"], found["stayer_n"])
    change, low, high = paired_difference(found["stayer_up"], found["stayer_down"], found["stayer_n"])
    found["change"], found["change_low"], found["change_high"] = 100 * change, 100 * low, 100 * high
    found["coverage"] = _share(found["stayer_n"], found["later_n"]) / 100
    found["is_uncertain"] = ~(found["coverage"] >= LEAST_COVERAGE)
    _add_measures(found, rules or load_cohort_rules())
    return found


def _step(rows: pd.DataFrame, pair: tuple[int, int]) -> pd.DataFrame:
    earlier, later = (rows[rows["year_group"] == group] for group in pair)
    link = ["cohort", "subject", "pupil"]
    then = earlier[~earlier.duplicated(link, keep=False)]
    then = then[[*link, "unit_code", "k"]].rename(columns={"unit_code": "then_unit", "k": "then_k"})
    once = ~later.duplicated(link, keep=False)
    joined = later.assign(once=once).merge(then, on=link, how="left", validate="many_to_one")
    joined["then_unit"] = joined["then_unit"].where(joined["once"])
    is_linked = joined["then_unit"].notna()
    had_then = set(zip(earlier["subject"], earlier["unit_code"], strict=True))
    received = [pair not in had_then for pair in zip(joined["subject"], joined["unit_code"], strict=True)]
    stayer = is_linked & ((joined["then_unit"] == joined["unit_code"]) | np.array(received, dtype=bool))
    mover = is_linked & ~stayer
    now_k, then_k = joined["k"], joined["then_k"].fillna(0).astype("int64")
    here = joined[["cohort", "subject", "unit_code", "class_name"]].assign(
        later_n=1,
        later_k=now_k,
        stayer_n=stayer.astype("int64"),
        stayer_earlier_k=then_k * stayer,
        stayer_later_k=now_k * stayer,
        stayer_up=now_k * (1 - then_k) * stayer,
        stayer_down=(1 - now_k) * then_k * stayer,
        mover_n=mover.astype("int64"),
        mover_earlier_k=then_k * mover,
        mover_later_k=now_k * mover,
        new_n=(~is_linked).astype("int64"),
        new_k=now_k * ~is_linked,
    )
    linked = joined.loc[is_linked, link].assign(found=True)
    back = earlier.merge(linked, on=link, how="left")
    left = back["found"].isna().astype("int64")
    there = back[["cohort", "subject", "unit_code", "class_name"]].assign(
        earlier_n=1, earlier_k=back["k"], left_n=left, left_k=left * back["k"]
    )
    both = pd.concat([here, there], ignore_index=True)
    both[list(COUNTS)] = both[list(COUNTS)].fillna(0).astype("int64")
    return both.assign(earlier_year_group=pair[0], later_year_group=pair[1])


def _pairs(groups: list[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(groups))


def _share(k: pd.Series, n: pd.Series) -> pd.Series:
    return 100 * k.astype(float) / n.astype(float).where(n > 0)


def _add_measures(found: pd.DataFrame, rules: CohortRules) -> None:
    for name in ("earlier", "later"):
        groups = zip(found["cohort"], found[f"{name}_year_group"], strict=True)
        found[f"{name}_measure"] = pd.Series(
            [_measure_of(int(cohort), int(group), rules) for cohort, group in groups],
            index=found.index,
            dtype="str",
        )
    found["is_measure_changed"] = found["earlier_measure"] != found["later_measure"]


def _measure_of(cohort: int, year_group: int, rules: CohortRules) -> str:
    """What measured a cohort in a year group: the school year is the one where that leads to its leaving."""
    for length in rules.school:
        start = cohort - length.last_year_group + year_group - 1
        school_year = f"{start}/{(start + 1) % 100:02d}"
        if length.holds(school_year):
            return rules.measure(school_year, year_group)
    return ""


def _refuse_missing(results: pd.DataFrame) -> None:
    absent = [name for name in RESULT_COLUMNS if name not in results]
    if absent:
        raise SkolbankError(
            "column-missing", f"Kolumnen {absent[0]} finns inte", where="progressionens rader"
        )
    if results[list(RESULT_COLUMNS)].isna().any().any():
        raise SkolbankError(
            "progression-empty-cells",
            "Rader med tomma celler kan inte räknas",
            where="progressionens rader",
            remedy="Ta bort elever utan resultat i ämnet innan andelarna räknas.",
        )
