"""How the answers to a question fall, and how many answered at all (floor 4).

Steps that fewer than five have chosen are put together with their neighbour on the same side before anything
is judged: a merged step tells what most readers ask for and nothing about single people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.indicators.survey_sums import GROUP, NO_ANSWER, PUBLISHED_MEAN, QUESTION

FEWEST = 5  # one to four answers are never told by themselves (docs/METHOD.md, "Röjandekontroll")
JOIN = "+"
DONT_KNOW = "vet_ej"
Numbers = npt.NDArray[np.float64]
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
    known = _counted(rows)
    if known.empty:
        return pd.DataFrame(columns=[*keys, "step", "numerator", "n"])
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
    return pd.DataFrame(_told(ordered, keys, unknown))


def _told(ordered: pd.DataFrame, keys: Sequence[str], unknown: Mapping[Any, int]) -> Iterator[dict[str, Any]]:
    """The merged steps of each group in ``keys``; ``unknown`` is how many there chose "vet ej"."""
    groups: dict[tuple[str, ...], list[Step]] = {}
    coarse: dict[tuple[str, ...], bool] = {}
    columns = [ordered[name].tolist() for name in (*keys, "answer_step", "positive", "amount", "is_alone")]
    for row in zip(*columns, strict=True):
        at, (code, positive, amount, is_alone) = row[: len(keys)], row[len(keys) :]
        groups.setdefault(at, []).append(Step((str(code),), bool(positive), int(amount)))
        coarse.setdefault(at, bool(is_alone))
    for at in sorted(groups):
        made = merged_steps(groups[at], int(unknown.get(at, 0)), is_coarse=coarse[at])
        key, n = dict(zip(keys, at, strict=True)), sum(step.count for step in made)
        yield from (key | {"step": step.name, "numerator": step.count, "n": n} for step in made)


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose question and group is known in whole numbers (``amount``), a question at a time."""
    question = rows.groupby(QUESTION, sort=True).ngroup().to_numpy()
    order = np.argsort(question, kind="stable")
    order = order[question[order] >= 0]
    rows, question = rows.iloc[order], question[order]
    marked = (rows["mark"].fillna("") != "").to_numpy(bool)
    counts, shares, sizes = (
        rows[name].to_numpy(float, na_value=np.nan) for name in ("count", "share_pct", "answers_n")
    )
    positive = rows["is_positive"].fillna(False).to_numpy(bool)
    amount = np.full(len(rows), np.nan)
    starts = np.flatnonzero(np.diff(question, prepend=-1))
    for here in map(slice, starts, [*starts[1:], len(rows)]):
        if not marked[here].any():
            amount[here] = _whole_counts(counts[here], shares[here], positive[here], sizes[here])
    is_known = ~np.isnan(amount)
    known: pd.DataFrame = rows[is_known].assign(amount=amount[is_known].astype(int))
    return known.reset_index(drop=True)


def _whole_counts(
    counts: Numbers, shares: Numbers, positive: npt.NDArray[np.bool_], sizes: Numbers
) -> Numbers:
    """The answers of one question and group as whole numbers that sum to how many answered, or unknown."""
    if not np.isnan(counts).any():
        return counts
    amount = np.full(len(counts), np.nan)
    if np.isnan(sizes).all() or np.isnan(shares).any() or abs(shares.sum() - 100) > _WHOLE:
        return amount
    n = int(np.nanmax(sizes))
    good = round(float(shares[positive].sum()) * n / 100)
    amount[positive] = _shared(shares[positive], good)
    amount[~positive] = _shared(shares[~positive], n - good)
    return amount


def _shared(shares: Numbers, whole: int) -> npt.NDArray[np.int64]:
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
