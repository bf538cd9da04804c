"""A cohort is known by the year it is expected to leave, so that new year numbers do not break it (floor 3).

The dated rules in ``params/rules/cohorts.yaml`` say how long the school is and what measures a year group.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.rules import Dated, rules_of
from analysis_lib.vocabulary.settings import Strict
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

WHERE = "params/rules/cohorts.yaml"


class SchoolLength(Dated):
    """How many year groups the school has."""

    last_year_group: int


class YearGroupMeasures(Dated):
    """What measures whether a pupil reaches the requirements, by year group."""

    year_groups: dict[int, str]


class CohortRules(Strict):
    """``params/rules/cohorts.yaml``."""

    school: tuple[SchoolLength, ...]
    measures: tuple[YearGroupMeasures, ...]
    titles: dict[str, str]

    def leaving_year(self, school_year: str, year_group: int) -> int:
        """The calendar year in which a pupil in a year group is expected to leave.

        Raises ``rule-missing`` for a school year without a rule and ``year-group-unknown`` for a year group
        that the school does not have then.
        """
        length = next((each for each in self.school if each.holds(school_year)), None)
        if length is None:
            raise SkolbankError("rule-missing", f"Ingen regel gäller läsåret {school_year}", where=WHERE)
        if not 0 <= year_group <= length.last_year_group:
            raise SkolbankError(
                "year-group-unknown",
                f"Årskurs {year_group} finns inte läsåret {school_year}",
                where=WHERE,
                remedy=f"Grundskolan har då årskurserna till och med {length.last_year_group}.",
            )
        return SchoolYear.parse(school_year).end + length.last_year_group - year_group

    def measure(self, school_year: str, year_group: int) -> str:
        """The id of what measures a year group that school year, or an empty text."""
        found = next((each for each in self.measures if each.holds(school_year)), None)
        return found.year_groups.get(year_group, "") if found else ""


@lru_cache(maxsize=1)
def load_cohort_rules() -> CohortRules:
    """The built-in rules."""
    return read_cohort_rules(Catalog(Workspace(builtin_root())).rules("cohorts"))


def read_cohort_rules(document: Mapping[str, Any]) -> CohortRules:
    """Rules from a document; a fault has the code ``rule-invalid``."""
    return rules_of(CohortRules, document, where=WHERE)


def leaving_year(school_year: str, year_group: int, *, rules: CohortRules | None = None) -> int:
    """The expected leaving year of a year group: the key of its cohort (årskull).

    >>> leaving_year("2027/28", 6), leaving_year("2028/29", 8)
    (2031, 2031)
    """
    return (rules or load_cohort_rules()).leaving_year(school_year, year_group)


def cohort_column(rows: pd.DataFrame, *, rules: CohortRules | None = None) -> pd.Series:
    """The cohort of every row of a frame with ``school_year`` and ``year_group``."""
    known = rules or load_cohort_rules()
    pairs = rows[["school_year", "year_group"]].drop_duplicates()
    found = {
        (year, int(group)): known.leaving_year(str(year), int(group))
        for year, group in pairs.itertuples(index=False, name=None)
    }
    keys = zip(rows["school_year"], rows["year_group"].astype(int), strict=True)
    return pd.Series([found[key] for key in keys], index=rows.index, dtype="int64")
