"""Which schools the huvudman's own figures are made of, where some have not sent theirs yet (floor 7).

Pupils' results are read school by school, so the figure for all schools together may for a while be that of
one. A school is waited for when published statistics have it in the same school year, or when its own results
were there the year before; a school that has closed is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis_lib import text
from analysis_lib.report.scope import Scope
from analysis_lib.vocabulary.indicators import Indicator


@dataclass(frozen=True)
class Partial:
    """Results of which some schools' are not there: what has come, and what that means for the reader."""

    what: str
    means: str

    def __str__(self) -> str:
        return f"{self.what}. {self.means}"


def not_come(scope: Scope, indicators: Iterable[Indicator]) -> list[Partial]:
    """The results, by kind and year groups, that only some of the huvudman's units have sent.

    Empty for a unit's own report: it is about nobody else's pupils.
    """
    if scope.unit:
        return []
    come: dict[tuple[str, int], set[str]] = {}
    awaited: dict[tuple[str, int], set[str]] = {}
    for each in indicators:
        if each.year_group and each.id.startswith("results."):
            kind = ("nationella prov" if each.population.startswith("np") else "betyg", each.year_group)
            here, gone = scope.senders(each.id)
            come.setdefault(kind, set()).update(here)
            awaited.setdefault(kind, set()).update(gone)
    alike: dict[tuple[str, int, frozenset[str]], list[int]] = {}
    for name, group in sorted(come):
        count, left = len(come[name, group]), frozenset(awaited[name, group] - come[name, group])
        if count and left:
            alike.setdefault((name, count, left), []).append(group)
    return [_told(scope, *kind, groups) for kind, groups in alike.items()]


def _told(scope: Scope, results: str, come: int, left: frozenset[str], groups: list[int]) -> Partial:
    names = sorted((scope.units[code].name for code in left), key=text.sort_key)
    return Partial(
        f"Elevernas {results} i årskurs{text.NBSP}{text.listing(list(map(str, groups)))} för läsåret "
        f"{scope.school_year} är inlästa från {text.count_word(come)} av {text.count_word(come + len(left))} "
        f"skolor",
        f"Det som sägs om skolorna tillsammans gäller {'bara den' if come == 1 else 'bara dem'}, och jämförs "
        f"inte med tidigare läsår. Saknas: {text.listing(names)}.",
    )
