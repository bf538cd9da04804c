"""Which of a report's many differences still stand when all are looked at together (floor 3).

A report that looks at twenty results will find one that "surely" changed although nothing did. A change is
therefore said only if its own interval leaves zero out *and* it stands among all the report's candidate
sentences (Benjamini & Hochberg 1995, JRSS B 57).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from analysis_lib.statistics.change import Change, Verdict

RATE = 0.05
Key = TypeVar("Key")


def stands(p_values: Sequence[float | None], *, rate: float = RATE) -> list[bool]:
    """Which of the differences stand when at most ``rate`` of those said may be chance, by the BH procedure.

    Unknown p-values never stand and do not count. Raises ``ValueError`` for values outside 0-1.

    >>> stands([0.01, 0.02, 0.03, 0.5])
    [True, True, True, False]
    >>> stands([0.04, 0.5, 0.6, None])
    [False, False, False, False]
    """
    known = [p for p in p_values if p is not None]
    if not all(0 <= p <= 1 for p in known):
        raise ValueError("a p-value lies between 0 and 1")
    ordered = sorted(known)
    passed = [p for place, p in enumerate(ordered, 1) if p <= rate * place / len(ordered)]
    limit = max(passed, default=-1.0)
    return [p is not None and p <= limit for p in p_values]


def standing(changes: Mapping[Key, Change], *, rate: float = RATE) -> dict[Key, Change]:
    """All candidate changes of a report, where those that do not stand together say "no sure change".

    Differences and intervals are left as they are. Changes about which nothing can be said do not count as
    candidates.
    """
    kept = dict(zip(changes, stands([each.p_value for each in changes.values()], rate=rate), strict=True))
    return {key: change if kept[key] else _unsaid(change) for key, change in changes.items()}


def _unsaid(change: Change) -> Change:
    if change.verdict in (Verdict.SURE_INCREASE, Verdict.SURE_DECREASE):
        return replace(change, verdict=Verdict.NO_SURE_CHANGE)
    return change
