"""Statements under the codes that units have today (floor 5).

A unit that only changed code is one unit to every reader, so what was said of it under its earlier code is
known of the later one: nothing is counted twice, and nothing that was told is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis_lib.statistics.lineage import Succession
from analysis_lib.vocabulary.classes import class_code, is_class, name_of, unit_of
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
    before = str(fact["cell"].get("unit", ""))
    code = unit_of(before)
    for change in renames:
        if code == change.earlier and 0 < _ends(fact) <= SchoolYear.parse(change.school_year).start:
            code = change.later
    if code == unit_of(before):
        return fact
    place = class_code(code, name_of(before)) if is_class(before) else code
    return {**fact, "cell": {**fact["cell"], "unit": place}}


def _ends(fact: Fact) -> int:
    """The calendar year in which the statement's school year ended; 0 when its population names none."""
    population = str(fact["pop"]).partition("/")[0].removesuffix("-skolverket")
    year = population.rpartition("-")[2]
    return int(year) if year.isdigit() else 0
