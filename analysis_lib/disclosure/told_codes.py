"""Statements under the codes that units have today (floor 5).

A unit that only changed code is one unit to every reader, so what was said of it under its earlier code is
known of the later one: nothing is counted twice, and nothing that was told is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis_lib.statistics.lineage import Succession
from analysis_lib.vocabulary.periods import SchoolYear

Fact = Mapping[str, Any]


def under_todays_codes(facts: Iterable[Fact], renames: Sequence[Succession]) -> list[Fact]:
    """The statements with the earlier years of renamed units under their later codes, in the same order.

    >>> told = {"pop": "ak6-2023", "cell": {"unit": "10000001"}, "what": "n", "shown": 23}
    >>> change = Succession("10000001", "10000002", "2024/25")
    >>> under_todays_codes([told, told | {"pop": "ak6-2025"}], [change])[0]["cell"]
    {'unit': '10000002'}
    """
    if not renames:
        return list(facts)
    return [_renamed(fact, renames) for fact in facts]


def _renamed(fact: Fact, renames: Sequence[Succession]) -> Fact:
    code = before = fact["cell"].get("unit", "")
    for change in renames:
        if code == change.earlier and 0 < _ends(fact) <= SchoolYear.parse(change.school_year).start:
            code = change.later
    return fact if code == before else {**fact, "cell": {**fact["cell"], "unit": code}}


def _ends(fact: Fact) -> int:
    """The calendar year in which the statement's school year ended; 0 when its population names none."""
    population = str(fact["pop"]).partition("/")[0].removesuffix("-skolverket")
    year = population.rpartition("-")[2]
    return int(year) if year.isdigit() else 0
