"""When too few have answered a survey for its rows to be told at all, before any number is judged (floor 5).

The questionnaire's own rule has marked its rows already; here the readers' rule is added. A response rate
tells how many answered, so it goes where that number goes.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis_lib.disclosure.policy import Policy
from analysis_lib.vocabulary.indicators import Indicator

HIDDEN = "suppressed"


def few_answered(part: pd.DataFrame, policy: Policy, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    """The rows of a survey, marked where too few, or too small a share of those asked, have answered."""
    if "coverage" not in part:
        return part
    is_few = (part["coverage"].astype(float) < policy.survey_response_rate).to_numpy(bool)
    responses = part["indicator"].isin([name for name, each in indicators.items() if each.is_response])
    if responses.any():
        answered = part["numerator"].astype(float)
        is_few = is_few | (responses & (answered < policy.survey_threshold)).to_numpy(bool)
    told = part.assign(mark=part["mark"].astype(str).mask(is_few, HIDDEN))
    return _with_whole(told, policy) if responses.any() else told


def _with_whole(told: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The huvudman's response rate goes where it would give back how many answered in a hidden unit.

    Several hidden units may stand beside it when each could still be anything below the threshold.
    """
    is_unit = told["level"] == "unit"
    for _, system in told.groupby(["indicator", "category"], sort=False):
        hidden = system[is_unit.loc[system.index] & (system["mark"] == HIDDEN)]
        most, others = policy.survey_threshold - 1, len(hidden) - 1
        together = float(hidden["numerator"].astype(float).sum())
        is_wide = most <= together <= most * others - policy.interval_width
        if len(hidden) and not is_wide:
            told.loc[system.index[~is_unit.loc[system.index]], "mark"] = HIDDEN
    return told
