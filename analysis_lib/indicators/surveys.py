"""Survey results as indicators: the index per area and the share positive per question (floor 4).

Each public function here is a formula that an indicator's YAML can name. ``subject`` is the area or the
question, ``category`` the group of respondents; the population names questionnaire, era and group, so that
two groups of people are never taken for one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis_lib.indicators.columns import Origin, Surroundings, Tables, cube_rows, empty_cube
from analysis_lib.indicators.provenance import SnapshotIndex
from analysis_lib.indicators.published import NATIONAL_CODE, SUFFIX
from analysis_lib.indicators.rules import quoted
from analysis_lib.indicators.survey_sums import (
    GROUP,
    PUBLISHED_MEAN,
    area_values,
    question_index,
    question_positive,
)
from analysis_lib.indicators.totals import with_authority
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.instruments import Instrument
from analysis_lib.vocabulary.periods import SchoolYear

ANSWERS_TABLE = "core_survey__answers_by_unit"
_CELL = ["school_year", "population", "subject", "category"]
_PLACE = ["instrument", "school_year", "level", "unit_code", "municipality_code", "respondent_group"]


def area_index(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The index of each area: the plain mean of its questions' indices; an area index the owner has
    published stands as it is.

    A place that lacks one of the area's questions has no value. Source: rule R8, Skolinspektionen.
    """
    answers = _answers(store, indicator)
    if answers.empty:
        return empty_cube()
    told = answers[(answers["question"] == "") & (answers["answer_step"] == PUBLISHED_MEAN)]
    told = told[(told["area"] != "") & (told["mark"].fillna("") == "")].dropna(subset=["mean"])
    published = told[[*GROUP, "area"]].assign(value=told["mean"], n=told["answers_n"])
    computed = area_values(question_index(answers[answers["question"] != ""]))
    asked = computed.groupby(["instrument", "era", "school_year", "respondent_group", "area"])["questions"]
    computed = computed[computed["questions"] == asked.transform("max")]
    areas = pd.concat([published, computed.drop(columns="questions")], ignore_index=True)
    areas = areas.drop_duplicates([*GROUP, "area"]).rename(columns={"area": "subject"})
    return _rows(areas, answers, (store, indicator, around))


def question_positive_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The share of those who answered a question that chose a positive step, "vet ej" among the answers.

    Where only shares are known, the number of positive answers is reckoned back from the share and how many
    answered. Source: rule R8.
    """
    answers = _answers(store, indicator)
    if answers.empty:
        return empty_cube()
    questions = question_positive(answers[~answers["question"].str.startswith("text:")])
    questions = questions[questions["question"] != ""].rename(columns={"question": "subject"})
    from_shares = questions["value"].astype(float) * questions["n"].astype(float) / 100
    rounded = pd.Series(np.rint(from_shares), index=questions.index).astype("Int64")
    questions["numerator"] = questions["numerator"].fillna(rounded)
    return _rows(questions.drop(columns="area"), answers, (store, indicator, around))


def _answers(store: Tables, indicator: Indicator) -> pd.DataFrame:
    """The answers of all respondents of the indicator's questionnaires, each place's latest in a läsår."""
    chosen = quoted(list(indicator.instruments))
    answers = store.query(
        f"SELECT * FROM {ANSWERS_TABLE} WHERE instrument IN ({chosen}) AND sex = 'T' ORDER BY ALL"
    )
    is_spring = answers["term"].str.startswith("V")
    latest = is_spring == is_spring.groupby([answers[name] for name in _PLACE]).transform("max")
    return answers[latest].reset_index(drop=True)


def _rows(
    values: pd.DataFrame, answers: pd.DataFrame, known: tuple[Tables, Indicator, Surroundings]
) -> pd.DataFrame:
    """Cube rows: own ones for units and the huvudman, those of whole kommuner and riket as published."""
    store, indicator, around = known
    values = values.rename(columns={"respondent_group": "category"}).assign(sex="T")
    ends = {year: SchoolYear.parse(year).end for year in values["school_year"].unique()}
    groups = values["instrument"] + "-" + values["era"] + "-" + values["category"]
    values["population"] = groups + "-" + values["school_year"].map(ends).astype(str)
    values["sources"] = _sources(values, store)
    values["n"] = values["n"].astype("Float64").round().astype("Int64")
    frames = [_published(values[values["level"] != "unit"], indicator)]
    own = values[(values["level"] == "unit") & (values["n"] > 0)]
    if len(own):
        frames.append(_own(_judged(own, answers, around.instruments), indicator, around))
    return pd.concat(frames, ignore_index=True)


def _own(units: pd.DataFrame, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    sums = ["n", "numerator"] if indicator.kind == "share" else ["n", "total"]
    if indicator.kind == "mean":
        units = units.assign(total=units["value"].astype(float) * units["n"].astype(float))
    units = units[[*_CELL, "unit_code", "sex", "sources", "mark", "coverage", *sums]]
    rows = with_authority(units, around, keys=[*_CELL, "sex"], sums=sums)
    if indicator.kind == "mean":  # several questions of the same people: their spread is not known
        rows["value"] = rows["total"].astype(float) / rows["n"].astype(float)
    rows["mark"] = rows["mark"].fillna("")
    return cube_rows(indicator, rows, Origin("own"))


def _published(wholes: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    rows = wholes.assign(organiser="all", population=wholes["population"] + SUFFIX)
    rows["code"] = rows["municipality_code"].where(rows["level"] == "municipality", NATIONAL_CODE)
    return cube_rows(indicator, rows.drop(columns="numerator", errors="ignore"), Origin("published"))


def _judged(own: pd.DataFrame, answers: pd.DataFrame, instruments: Mapping[str, Instrument]) -> pd.DataFrame:
    """Marked where the questionnaire's own rule says that too few have answered; ``coverage`` is the share
    of the invited that did."""
    keys = ["instrument", "era", "school_year", "unit_code", "respondent_group"]
    rates = answers[answers["level"] == "unit"].groupby(keys)["response_rate_pct"].max()
    at = pd.MultiIndex.from_frame(own.rename(columns={"category": "respondent_group"})[keys])
    rate = rates.reindex(at).astype(float).to_numpy()
    rules = {name: each.threshold for name, each in instruments.items()}
    fewest = own["instrument"].map({name: rule.answers for name, rule in rules.items()}).fillna(0)
    lowest = own["instrument"].map({name: rule.response_rate for name, rule in rules.items()}).fillna(0)
    is_few = (own["n"] < fewest).to_numpy(bool) | (rate < lowest.to_numpy(float))
    return own.assign(mark=np.where(is_few, "suppressed", ""), coverage=rate / 100)


def _sources(values: pd.DataFrame, store: Tables) -> pd.Series:
    index = SnapshotIndex(store, ANSWERS_TABLE)
    slot = ["instrument", "school_year", "term", "category"]
    return index.hashes(values, slot, ["unit_code"])
