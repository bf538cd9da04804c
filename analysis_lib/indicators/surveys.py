"""Survey results as indicators: the index per area and the share positive per question (floor 4).

Each public function here is a formula that an indicator's YAML can name. ``subject`` is the area or the
question, ``category`` the group of respondents; the population names questionnaire, era and group, so that
two groups of people are never taken for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from analysis_lib.indicators.columns import Origin, Surroundings, Tables, cube_rows, empty_cube
from analysis_lib.indicators.provenance import SnapshotIndex, joined
from analysis_lib.indicators.published import NATIONAL_CODE, SUFFIX
from analysis_lib.indicators.rules import quoted
from analysis_lib.indicators.survey_answers import answer_counts, answer_shares, responses
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
ASKED = "tillfragade"
STEP = ":"
_read: WeakKeyDictionary[Tables, dict[tuple[tuple[str, ...], int], pd.DataFrame]] = WeakKeyDictionary()
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


def answer_steps(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """How the answers to each question fall: ``category`` is the group and the steps that are told together.

    Steps of fewer than five answers are merged with their neighbour on the same side. Own rows are those of
    units or those of the huvudman, as the indicator is released: never both, so that neither can be taken
    from the other. Kommun and riket stand step by step as published. Source: rule R8, grammar 9.
    """
    answers = _answers(store, indicator)
    if answers.empty:
        return empty_cube()
    shares = answer_shares(answers[answers["level"] != "unit"]).rename(columns={"question": "subject"})
    frames = [_rows(shares, answers, (store, indicator, around))] if len(shares) else []
    units = answers[answers["level"] == "unit"]
    is_whole = bool(indicator.breakdowns.get("authority", ""))
    group = [name for name in GROUP if not (is_whole and name in ("unit_code", "term"))]
    if is_whole:
        ours = [code for code, unit in around.units.items() if unit.is_own]
        units = units[units["unit_code"].isin(ours)]
    counts = answer_counts(units, [*group, "area", "question"]).rename(columns={"question": "subject"})
    if len(counts):
        frames.append(_rows(counts, answers, (store, indicator, around), is_whole=is_whole))
    return pd.concat(frames, ignore_index=True) if frames else empty_cube()


def response_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The share of those who were asked that answered; ``n`` is how many were asked.

    Source: rule R8. Guardians are asked per child, so theirs is an estimate.
    """
    answers = _answers(store, indicator)
    if answers.empty:
        return empty_cube()
    found = responses(answers).assign(subject="", asked=ASKED)
    return _rows(found, answers, (store, indicator, around))


def _answers(store: Tables, indicator: Indicator) -> pd.DataFrame:
    """The answers of all respondents of the indicator's questionnaires, each place's latest in a läsår.

    A questionnaire's indicators come one after the other, so its rows are read once for all of them.
    """
    files = hash(tuple(snapshot.hash for snapshot in store.current(ANSWERS_TABLE)))
    key = tuple(indicator.instruments), files
    kept = _read.setdefault(store, {})
    if key not in kept:
        kept.clear()
        kept[key] = _latest(store, key[0])
    return kept[key]


def _latest(store: Tables, instruments: Sequence[str]) -> pd.DataFrame:
    answers = store.query(
        f"SELECT * FROM {ANSWERS_TABLE} "
        f"WHERE instrument IN ({quoted(instruments)}) AND sex = 'T' ORDER BY ALL"
    )
    is_spring = answers["term"].str.startswith("V")
    latest = is_spring == is_spring.groupby([answers[name] for name in _PLACE]).transform("max")
    return answers[latest].reset_index(drop=True)


def _rows(
    values: pd.DataFrame,
    answers: pd.DataFrame,
    known: tuple[Tables, Indicator, Surroundings],
    *,
    is_whole: bool = False,
) -> pd.DataFrame:
    """Cube rows: own ones for units and the huvudman, those of whole kommuner and riket as published.

    ``is_whole``: the values are those of all units together. A column ``step`` becomes part of the category,
    a column ``asked`` of the population.
    """
    store, indicator, around = known
    values = values.rename(columns={"respondent_group": "category"}).assign(sex="T")
    ends = {year: SchoolYear.parse(year).end for year in values["school_year"].unique()}
    groups = values["instrument"] + "-" + values["era"] + "-" + values["category"]
    if "asked" in values:
        groups = groups + "-" + values["asked"]
    values["population"] = groups + "-" + values["school_year"].map(ends).astype(str)
    values["sources"] = _sources_of_all(values, answers, store) if is_whole else _sources(values, store)
    values["n"] = values["n"].astype("Float64").round().astype("Int64")
    own = values[(values["level"] == "unit") & (values["n"] > 0)]
    if len(own):
        own = _judged(own, answers, around.instruments, is_whole=is_whole)
    parts = [_with_steps(part) for part in (values[values["level"] != "unit"], own)]
    frames = [_published(parts[0], indicator)]
    if len(own) and is_whole:
        whole = parts[1].assign(level="authority", code=around.municipality_code)
        frames.append(cube_rows(indicator, whole, Origin("own")))
    elif len(own):
        frames.append(_own(parts[1], indicator, around))
    return pd.concat(frames, ignore_index=True)


def _with_steps(values: pd.DataFrame) -> pd.DataFrame:
    """The group of respondents and the steps as one category: ``elever-ak8:viss_del+inte_alls``."""
    if "step" not in values:
        return values
    return values.assign(category=values["category"] + STEP + values["step"])


def _own(units: pd.DataFrame, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    sums = ["n", "total"] if indicator.kind == "mean" else ["n", "numerator"]
    if indicator.kind == "mean":
        units = units.assign(total=units["value"].astype(float) * units["n"].astype(float))
    units = units[[*_CELL, "unit_code", "sex", "sources", "mark", "coverage", *sums]]
    rows = with_authority(units, around, keys=[*_CELL, "sex"], sums=sums)
    if indicator.kind == "mean":  # several questions of the same people: their spread is not known
        rows["value"] = rows["total"].astype(float) / rows["n"].astype(float)
    elif indicator.is_response:  # everybody is counted: there is no chance to allow for
        rows["value"] = 100 * rows["numerator"].astype(float) / rows["n"].astype(float)
    elif "authority" not in {level for level, sexes in indicator.breakdowns.items() if sexes}:
        rows = rows[rows["level"] == "unit"]
    rows["mark"] = rows["mark"].fillna("")
    return cube_rows(indicator, rows, Origin("own"))


def _published(wholes: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    if wholes.empty:
        return empty_cube()
    rows = wholes.assign(organiser="all", population=wholes["population"] + SUFFIX)
    rows["code"] = rows["municipality_code"].where(rows["level"] == "municipality", NATIONAL_CODE)
    return cube_rows(indicator, rows.drop(columns="numerator", errors="ignore"), Origin("published"))


def _judged(
    own: pd.DataFrame,
    answers: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    *,
    is_whole: bool = False,
) -> pd.DataFrame:
    """Marked where the questionnaire's own rule says that too few have answered; ``coverage`` is the share
    of the invited that did."""
    keys = ["instrument", "era", "school_year", "unit_code", "respondent_group"]
    rules = {name: each.threshold for name, each in instruments.items()}
    fewest = own["instrument"].map({name: rule.answers for name, rule in rules.items()}).fillna(0)
    lowest = own["instrument"].map({name: rule.response_rate for name, rule in rules.items()}).fillna(0)
    if "asked" in own:  # how many answered may be told however few they are of those who were asked
        is_few = (own["numerator"] < fewest).to_numpy(bool, na_value=True)
        return own.assign(mark=np.where(is_few, "suppressed", ""), coverage=np.nan)
    is_few = (own["n"] < fewest).to_numpy(bool)
    if is_whole:
        return own.assign(mark=np.where(is_few, "suppressed", ""), coverage=np.nan)
    rates = answers[answers["level"] == "unit"].groupby(keys)["response_rate_pct"].max()
    at = pd.MultiIndex.from_frame(own.rename(columns={"category": "respondent_group"})[keys])
    rate = rates.reindex(at).astype(float).to_numpy()
    is_few |= rate < lowest.to_numpy(float)
    return own.assign(mark=np.where(is_few, "suppressed", ""), coverage=rate / 100)


def _sources(values: pd.DataFrame, store: Tables) -> pd.Series:
    """The file behind each row: of a unit by its code, of a kommun or riket by level and kommun."""
    index = SnapshotIndex(store, ANSWERS_TABLE)
    slot = ["instrument", "school_year", "term", "category"]
    of_whole = values["level"] + "|" + values["municipality_code"].fillna("")
    owner = values["unit_code"].where(values["level"] == "unit", of_whole)
    return index.hashes(values.assign(owner=owner), slot, ["owner"])


def _sources_of_all(values: pd.DataFrame, answers: pd.DataFrame, store: Tables) -> pd.Series:
    """The files behind a whole huvudman's rows: those of all its units."""
    group = ["instrument", "school_year", "category"]
    rows = answers[answers["level"] == "unit"].rename(columns={"respondent_group": "category"})
    rows = rows[[*group, "term", "level", "municipality_code", "unit_code"]].drop_duplicates()
    found = rows.assign(sources=_sources(rows, store)).groupby(group)["sources"].agg(joined)
    at = pd.MultiIndex.from_frame(values[group])
    return pd.Series(found.reindex(at).fillna("").to_numpy(), index=values.index)
