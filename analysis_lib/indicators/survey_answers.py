"""How the answers to a question fall, and how many answered at all (floor 4).

Steps that fewer than five have chosen are put together with their neighbour on the same side before anything
is judged: a merged step tells what most readers ask for and nothing about single people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.indicators.survey_sums import GROUP, NO_ANSWER, PUBLISHED_MEAN, QUESTION

FEWEST = 5  # one to four answers are never told by themselves (docs/METHOD.md, "Röjandekontroll")
JOIN = "+"
DONT_KNOW = "vet_ej"
_WHOLE = 3.0  # per cent that rounded shares may lack or have too much


@dataclass(frozen=True)
class Step:
    """Answers that are told together: their codes in order, whether they are positive, and how many."""

    codes: tuple[str, ...]
    is_positive: bool
    count: int

    @property
    def name(self) -> str:
        return JOIN.join(self.codes)

    def with_next(self, other: Step) -> Step:
        return Step((*self.codes, *other.codes), self.is_positive, self.count + other.count)


def merged_steps(
    steps: Sequence[Step], dont_know: int, *, fewest: int = FEWEST, is_coarse: bool = False
) -> list[Step]:
    """Neighbouring steps put together until each holds ``fewest``; the most positive step stands first.

    Positive and other steps are never put together. "Vet ej" goes with the last step when few chose it.
    ``is_coarse`` leaves only positive and other: where the question's own index is told, finer steps inside
    a merged one could be reckoned from it.

    >>> few = [Step(("a",), True, 20), Step(("b",), True, 9), Step(("c",), False, 6), Step(("d",), False, 2)]
    >>> [(step.name, step.count) for step in merged_steps(few, 1)]
    [('a', 20), ('b', 9), ('c+d+vet_ej', 9)]
    """
    sides = [[step for step in steps if step.is_positive is side] for side in (True, False)]
    unknown = Step((DONT_KNOW,), False, dont_know)
    if dont_know < fewest and sides[1]:
        sides[1][-1] = sides[1][-1].with_next(unknown)
    found = [step for side in sides for step in _joined(side, fewest, is_coarse=is_coarse)]
    return found if dont_know < fewest and sides[1] else [*found, unknown]


def _joined(side: list[Step], fewest: int, *, is_coarse: bool) -> list[Step]:
    kept = list(side)
    while len(kept) > 1 and (is_coarse or min(step.count for step in kept) < fewest):
        at = min(range(len(kept)), key=lambda i: kept[i].count)
        beside = [i for i in (at - 1, at + 1) if 0 <= i < len(kept)]
        first = min(at, min(beside, key=lambda i: kept[i].count))
        kept[first : first + 2] = [kept[first].with_next(kept[first + 1])]
    return kept


def answer_shares(answers: pd.DataFrame) -> pd.DataFrame:
    """Each step of each question and group as published: ``step, value, n`` beside the keys."""
    rows = answers[~answers["answer_step"].isin([PUBLISHED_MEAN, NO_ANSWER]) & (answers["question"] != "")]
    rows = rows[rows["share_pct"].notna() & ~rows["question"].str.startswith("text:")]
    step = rows["answer_step"].where(rows["weight"].notna(), DONT_KNOW)
    rows = rows.assign(step=step, value=rows["share_pct"], n=rows["answers_n"])
    return rows.groupby([*QUESTION, "step"], as_index=False).agg({"value": "sum", "n": "max"})


def answer_counts(answers: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """How many chose each merged step: ``keys, step, numerator, n``, one row per step.

    ``keys`` say who is told together; among them are ``question`` and ``area``. Shares are reckoned back to
    whole numbers that sum to how many answered. A question whose shares don't make a whole has no rows.
    """
    rows = answers[~answers["answer_step"].isin([PUBLISHED_MEAN, NO_ANSWER])]
    rows = rows[(rows["question"] != "") & ~rows["question"].str.startswith("text:")]
    counted = [_whole_counts(group) for _, group in rows.groupby(QUESTION, sort=True)]
    if not any(len(each) for each in counted):
        return pd.DataFrame(columns=[*keys, "step", "numerator", "n"])
    known = pd.concat([each for each in counted if len(each)], ignore_index=True)
    place = [name for name in keys if name not in ("area", "question")]
    alone = known.groupby([*place, "area"])["question"].transform("nunique") == 1
    known = known.assign(is_alone=alone & (known["area"] != ""))
    weighed = known["weight"].notna()
    unknown = known[~weighed].groupby(list(keys))["amount"].sum().to_dict()
    sums = (
        known[weighed]
        .groupby([*keys, "answer_step"], as_index=False)
        .agg(
            weight=("weight", "first"),
            positive=("is_positive", "first"),
            amount=("amount", "sum"),
            is_alone=("is_alone", "first"),
        )
    )
    ordered = sums.sort_values("weight", ascending=False, kind="stable")
    found = [
        _told(dict(zip(keys, at, strict=True)), group, int(unknown.get(at, 0)))
        for at, group in ordered.groupby(list(keys))
    ]
    return pd.DataFrame([row for rows in found for row in rows])


def _told(key: dict[str, Any], group: pd.DataFrame, unknown: int) -> list[dict[str, Any]]:
    codes, positive, amounts = (group[name].tolist() for name in ("answer_step", "positive", "amount"))
    steps = [
        Step((str(code),), bool(good), int(amount))
        for code, good, amount in zip(codes, positive, amounts, strict=True)
    ]
    made = merged_steps(steps, unknown, is_coarse=bool(group["is_alone"].iloc[0]))
    n = sum(step.count for step in made)
    return [key | {"step": step.name, "numerator": step.count, "n": n} for step in made]


def _whole_counts(group: pd.DataFrame) -> pd.DataFrame:
    """The answers of one question and group as whole numbers that sum to how many answered."""
    if group["mark"].fillna("").ne("").any():
        return group.iloc[:0]
    if group["count"].notna().all():
        return group.assign(amount=group["count"].astype(int))
    shares, n = group["share_pct"].to_numpy(float), group["answers_n"].max()
    if pd.isna(n) or np.isnan(shares).any() or abs(shares.sum() - 100) > _WHOLE:
        return group.iloc[:0]
    positive = group["is_positive"].to_numpy(bool)
    good = round(float(shares[positive].sum()) * int(n) / 100)
    amount = np.zeros(len(group), int)
    amount[positive] = _shared(shares[positive], good)
    amount[~positive] = _shared(shares[~positive], int(n) - good)
    return group.assign(amount=amount)


def _shared(shares: npt.NDArray[np.float64], whole: int) -> npt.NDArray[np.int64]:
    """``whole`` divided as the shares say, the largest remainders rounded up."""
    total = shares.sum()
    if not len(shares) or total <= 0:
        return np.zeros(len(shares), np.int64)
    exact = shares * whole / total
    low: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    order = np.argsort(low - exact, kind="stable")
    low[order[: whole - int(low.sum())]] += 1
    return low


def responses(answers: pd.DataFrame) -> pd.DataFrame:
    """How many were asked and how many answered in each group: ``n, numerator, value`` (per cent).

    Where the asked are not told they are reckoned from the response rate. A group about which neither is
    told has no row. More answers than asked, as guardians' may be, count as all.
    """
    found = answers.groupby(GROUP, as_index=False).agg(
        numerator=("answers_n", "max"), n=("invited_n", "max"), rate=("response_rate_pct", "max")
    )
    answered, rate = found["numerator"].astype("Float64"), found["rate"].astype("Float64")
    asked = (
        found["n"].astype("Float64").fillna((answered * 100 / rate.mask((rate <= 0).fillna(False))).round())
    )
    asked = asked.mask((asked < answered).fillna(False), answered)
    whole = (answered * 100 / asked.mask((asked <= 0).fillna(False))).astype("Float64")
    found = found.assign(numerator=answered, n=asked, value=whole.fillna(rate))
    return found.dropna(subset=["value"]).drop(columns="rate").reset_index(drop=True)
