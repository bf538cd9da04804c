"""Units that were renamed, merged or split, so that a series goes on only where it honestly can (floor 3).

A renamed unit keeps its series. A merged one is compared with the sum of those it came from, and any hidden
part hides the sum. What a split unit was cannot be told apart, so its successors begin new series.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.series import BreakKind


@dataclass(frozen=True)
class Succession:
    """One row of the successor table: ``later`` took over from ``earlier`` from a school year on."""

    earlier: str
    later: str
    school_year: str


@dataclass(frozen=True)
class Origin:
    """Where a unit came from, if it took over from others, and what that means for its series."""

    unit_code: str
    predecessors: tuple[str, ...] = ()
    school_year: str = ""
    kind: BreakKind | None = None  # None: renamed, the series goes on

    @property
    def breaks(self) -> Mapping[str, BreakKind]:
        """The break to give to ``series.cut``; none for a unit that was only renamed."""
        return {self.school_year: self.kind} if self.kind and self.school_year else {}


def origin_of(unit_code: str, successions: Iterable[Succession]) -> Origin:
    """What a unit was before, one step back.

    One predecessor with one successor: renamed. Several predecessors that all went into it whole: merged. A
    predecessor that went into several units: split. Raises ``SkolbankError`` (``succession-invalid``) when a
    unit succeeds itself or takes over in different school years.
    """
    table = list(successions)
    own = [each for each in table if each.later == unit_code]
    if any(each.earlier == each.later for each in table):
        raise SkolbankError("succession-invalid", f"Enhet {unit_code} har sig själv som föregångare")
    if not own:
        return Origin(unit_code)
    if len({each.school_year for each in own}) > 1:
        raise SkolbankError(
            "succession-invalid",
            f"Enhet {unit_code} tar över från andra enheter under olika läsår",
            remedy="Ange ett läsår för sammanslagningen.",
        )
    predecessors = tuple(sorted({each.earlier for each in own}))
    is_split = any(each.earlier in predecessors and each.later != unit_code for each in table)
    kind = BreakKind.SPLIT if is_split else BreakKind.MERGED if len(predecessors) > 1 else None
    return Origin(unit_code, predecessors, own[0].school_year, kind)


def joined_results(
    results: pd.DataFrame, origin: Origin, sums: Sequence[str] = ("n", "numerator")
) -> pd.DataFrame:
    """The unit's own rows and, before it took over, the sum of its predecessors', under the unit's code.

    ``results`` has ``unit_code, school_year`` and the columns to add up. A year in which a predecessor is
    missing or hidden (null) has no row: a sum of parts would be taken for the whole. For a split unit
    nothing is added.
    """
    own = results[results["unit_code"] == origin.unit_code]
    if not origin.predecessors or origin.kind is BreakKind.SPLIT:
        return own.reset_index(drop=True)
    parts = results[
        results["unit_code"].isin(origin.predecessors) & (results["school_year"] < origin.school_year)
    ].dropna(subset=list(sums))
    whole = parts.groupby("school_year")["unit_code"].nunique() == len(origin.predecessors)
    parts = parts[parts["school_year"].map(whole).astype(bool)]
    total = parts.groupby("school_year", as_index=False)[list(sums)].sum()
    total.insert(0, "unit_code", origin.unit_code)
    return pd.concat([total, own], ignore_index=True).sort_values("school_year", ignore_index=True)
