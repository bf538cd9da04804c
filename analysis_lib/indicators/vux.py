"""Komvux results from the course table: how studies went that ended in the läsår (floor 4).

Each public function here is a formula that an indicator's YAML can name. Interruptions are counted, so that
courses that many leave can't look better for it.
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.indicators.columns import Surroundings, Tables
from analysis_lib.indicators.course_means import ENDED, course_means
from analysis_lib.vocabulary.indicators import Indicator


def courses_passed_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean of the students' share of ended courses, interrupted ones included, with an approved grade."""
    of_pupil = "100.0 * avg(CASE WHEN is_passed THEN 1 ELSE 0 END)"
    return course_means(store, (indicator, around), of_pupil, among=ENDED, school_form="komvux")


def interrupted_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean of the students' share of ended courses that they interrupted."""
    of_pupil = "100.0 * avg(CASE WHEN outcome = 'interrupted' THEN 1 ELSE 0 END)"
    return course_means(store, (indicator, around), of_pupil, among=ENDED, school_form="komvux")
