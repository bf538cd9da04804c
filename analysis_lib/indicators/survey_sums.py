"""The long table of survey answers made into indices and shares per question and area (floor 4).

Columns in: those of ``core_survey__answers_by_unit`` (one row per group, question and answer step). A group
with a hidden step has no result, and what nobody chose may be absent. The index and the share positive are
made by two functions that share nothing but the groups (rule R8).
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.errors import SkolbankError

GROUP = [
    "instrument",
    "era",
    "level",
    "unit_code",
    "municipality_code",
    "school_year",
    "term",
    "respondent_group",
    "sex",
]
QUESTION = [*GROUP, "area", "question"]
PUBLISHED_MEAN = "mean"
NO_ANSWER = "inget_svar"
_NEEDED = {
    *QUESTION,
    "answer_step",
    "weight",
    "is_positive",
    "count",
    "share_pct",
    "mean",
    "answers_n",
    "mark",
}


def question_index(answers: pd.DataFrame) -> pd.DataFrame:
    """The index of each question and group: ``value``, ``n`` and, from counts, ``n_valid, total, total_sq``.

    Steps without a weight ("vet ej") are left out. Where the survey's owner has published the mean itself it
    stands as it is. ``n`` is how many answered. Questions that nobody took a stand on have no row.
    """
    rows = _whole(answers)
    published = rows[rows["answer_step"] == PUBLISHED_MEAN].dropna(subset=["mean"])
    weighed = rows[rows["weight"].notna() & (rows["answer_step"] != PUBLISHED_MEAN)].copy()
    amount = weighed["count"].astype("Float64").fillna(weighed["share_pct"].astype("Float64"))
    weighed = weighed.assign(amount=amount).dropna(subset=["amount"])
    weighed["weighed"] = weighed["amount"] * weighed["weight"]
    weighed["squared"] = weighed["weighed"] * weighed["weight"]
    weighed["counted"] = weighed["count"].astype("Float64")
    sums = weighed.groupby(QUESTION, as_index=False, dropna=False).agg(
        amount=("amount", "sum"), total=("weighed", "sum"), total_sq=("squared", "sum"),
        n_valid=("counted", lambda counted: counted.sum(skipna=False)), n=("answers_n", "max"),
    )  # fmt: skip
    sums = sums[sums["amount"] > 0]
    sums["value"] = sums["total"] / sums["amount"]
    from_shares = sums["n_valid"].isna()
    sums[["total", "total_sq"]] = sums[["total", "total_sq"]].mask(from_shares)
    given = published.set_index(QUESTION)["mean"].astype("Float64")
    told = sums.set_index(QUESTION)["value"]
    sums["value"] = given.reindex(told.index).fillna(told).to_numpy()
    return sums[[*QUESTION, "value", "n", "n_valid", "total", "total_sq"]].reset_index(drop=True)


def question_positive(answers: pd.DataFrame) -> pd.DataFrame:
    """The share (0-100) with a positive step of **all who answered**, "vet ej" included.

    Columns besides the keys: ``value, numerator, n``; ``numerator`` is known
    from counts only. Those who left the question blank did not answer it.
    """
    rows = _whole(answers)
    rows = rows[~rows["answer_step"].isin([PUBLISHED_MEAN, NO_ANSWER])]
    amount = rows["count"].astype("Float64").fillna(rows["share_pct"].astype("Float64"))
    rows = rows.assign(amount=amount).dropna(subset=["amount"])
    rows["good"] = rows["amount"].where(rows["is_positive"], 0.0)
    rows["counted"] = rows["count"].astype("Float64")
    sums = rows.groupby(QUESTION, as_index=False, dropna=False).agg(
        amount=("amount", "sum"), good=("good", "sum"), n=("answers_n", "max"),
        counted=("counted", lambda counted: counted.sum(skipna=False)),
    )  # fmt: skip
    sums = sums[sums["amount"] > 0]
    sums["value"] = 100 * sums["good"] / sums["amount"]
    is_counted = sums["counted"].notna()
    sums["numerator"] = sums["good"].where(is_counted).round().astype("Int64")
    sums["n"] = sums["counted"].where(is_counted, sums["n"].astype("Float64")).round().astype("Int64")
    return sums[[*QUESTION, "value", "numerator", "n"]].reset_index(drop=True)


def area_values(questions: pd.DataFrame) -> pd.DataFrame:
    """Each area's value: the plain mean of its questions', with the fewest answers among them as ``n``.

    Works for indices and for shares positive, never for both in one frame. Questions without an area are left
    out.
    """
    named = questions[questions["area"] != ""]
    return named.groupby([*GROUP, "area"], as_index=False).agg(
        value=("value", "mean"), n=("n", "min"), questions=("question", "nunique")
    )


def _whole(answers: pd.DataFrame) -> pd.DataFrame:
    """The rows of groups and questions without any hidden step."""
    missing = _NEEDED - set(answers.columns)
    if missing:
        raise SkolbankError("survey-invalid", f"Kolumnen {sorted(missing)[0]} saknas bland enkätsvaren")
    has_mark = answers["mark"].fillna("") != ""
    hidden = has_mark.groupby([answers[name] for name in QUESTION], dropna=False).transform("any")
    return answers[~hidden]
