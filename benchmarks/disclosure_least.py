"""How little could be hidden at all: the least for each unit by itself, whatever the others show.

A lower bound for every suppressor with the same rules and public sizes: what a unit's own whole, girls and
boys tell of each other can only be told more closely by what other units show.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import pandas as pd

from analysis_lib.disclosure.policy import Policy

Group = tuple[int, int]  # pupils, and how many of them reached it
EXACT, SIGN, HIDDEN = "exact", "sign", "hidden"


def least_unshown(cube: pd.DataFrame, policy: Policy, *, sign: float = 0.0) -> float:
    """The least share of all statements, in per cent, that is hidden; a sign is ``sign`` of a hidden one.

    With 0 the least that is hidden at all, with 1 the least that is no number.
    ``cube`` has ``indicator, school_year, level, code, sex, n, numerator``; counts of pupils are public.
    """
    results = cube[(cube["indicator"] != "results.pupil_count") & (cube["level"] == "unit")]
    key = ["indicator", "school_year", "code"]
    sizes = results.pivot(index=key, columns="sex", values="n").fillna(0).astype(int)
    counts = results.pivot(index=key, columns="sex", values="numerator").fillna(0).astype(int)
    hidden = 0.0
    for n, k in zip(sizes[["T", "F", "P"]].to_numpy(), counts[["T", "F", "P"]].to_numpy(), strict=True):
        groups = tuple((int(size), int(count)) for size, count in zip(n, k, strict=True))
        hidden += _least(groups, policy, sign)
    return 100 * hidden / len(cube)


@cache
def _least(groups: tuple[Group, ...], policy: Policy, sign: float) -> float:
    """The least loss among all ways to show one unit; girls and boys are hidden together: a rule."""
    loss = {HIDDEN: 1.0, SIGN: sign}
    ways = product(*(_ways(group, policy) for group in groups))
    together = (way for way in ways if {way[1], way[2]} != {HIDDEN, EXACT})
    return min(sum(loss.get(each, 0.0) for each in way) for way in together if _is_safe(groups, way, policy))


def _ways(group: Group, policy: Policy) -> tuple[str, ...]:
    n, k = group
    if n == 0:
        return ("",)
    if n < policy.threshold:
        return (HIDDEN,)
    few = min(k, n - k) < policy.tail
    return (SIGN, HIDDEN) if few else (EXACT, HIDDEN)


def _is_safe(groups: tuple[Group, ...], way: tuple[str, ...], policy: Policy) -> bool:
    """Whether girls and boys that are not exact keep the width that the rules demand."""
    spans = [_span(group, told, policy) for group, told in zip(groups, way, strict=True)]
    (low, high), *parts = spans
    for one, other, group, told in zip(parts, parts[::-1], groups[1:], way[1:], strict=True):
        least, most = max(one[0], low - other[1]), min(one[1], high - other[0])
        if most - least < _demand(group, told, policy):
            return False
    return True


def _span(group: Group, told: str, policy: Policy) -> tuple[int, int]:
    """What a reader sees of how many reached it."""
    n, k = group
    if told == EXACT or n == 0:
        return k, k
    if told == SIGN:
        most = policy.tail - 1
        return (0, min(most, n)) if k < policy.tail else (max(0, n - most), n)
    return 0, n


def _demand(group: Group, told: str, policy: Policy) -> int:
    """How wide it must stay: a sign and a small group; a larger group's result may be worked out."""
    if told == SIGN:
        return min(group[0], policy.tail - 1)
    return policy.width(group[0]) if told == HIDDEN and group[0] < policy.threshold else 0
