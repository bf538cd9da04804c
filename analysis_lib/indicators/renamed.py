"""Units that only changed code: their results go on under the new one (floor 4).

A change of code is a rename when one unit went whole into one new unit that had no results before. The
earlier years are then the new code's own, so a series, a chart and disclosure control see one unit. Units
that were merged, split or moved to another area or authority keep their codes, and their series a break.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from analysis_lib.indicators.columns import Tables
from analysis_lib.statistics.lineage import Succession
from analysis_lib.vocabulary.classes import name_of, unit_of
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.successors import Succession as CodeChange

_WITH_UNITS = """
SELECT table_name FROM information_schema.columns
WHERE column_name IN ('unit_code', 'school_year')
GROUP BY table_name HAVING count(*) = 2
"""


def renames(table: Iterable[Succession], units: Mapping[str, Unit]) -> list[Succession]:
    """The changes of the successor table that may be renames, the oldest first; the results decide."""
    rows = list(table)
    earlier, later = Counter(row.earlier for row in rows), Counter(row.later for row in rows)
    alone = [row for row in rows if earlier[row.earlier] == later[row.later] == 1]
    return sorted((row for row in alone if _is_in_place(row, units)), key=lambda row: row.school_year)


def is_told_new(change: Succession, units: Mapping[str, Unit]) -> bool:
    """Whether the list of units says that the later code began with the change."""
    unit = units.get(change.later)
    return unit is not None and unit.opened is not None and unit.opened >= change.school_year


def known_renames(
    store: Tables, by_hand: Iterable[CodeChange], units: Mapping[str, Unit]
) -> list[Succession]:
    """The renames that the results bear out, the oldest first: the later code has no stored row before.

    The cube, earlier releases and the attacker all read their codes by this one list.
    """
    likely = renames(code_changes(by_hand, units), units)
    began = _first_years(store, {change.later for change in likely}) if likely else {}
    return [change for change in likely if began.get(change.later, change.school_year) >= change.school_year]


def _first_years(store: Tables, codes: Iterable[str]) -> dict[str, str]:
    """The first school year of which anything is stored about each unit."""
    wanted = ", ".join(f"'{code}'" for code in sorted(codes))
    held = store.query(_WITH_UNITS)["table_name"]
    parts = [
        f'SELECT unit_code, school_year FROM "{table}" WHERE unit_code IN ({wanted})'
        for table in sorted(held)
    ]
    rows = " UNION ALL ".join(parts)
    told = store.query(f"SELECT unit_code, min(school_year) AS year FROM ({rows}) GROUP BY unit_code")
    return {str(code): str(year) for code, year in told.itertuples(index=False)}


def renamed(frame: pd.DataFrame, changes: Iterable[Succession]) -> pd.DataFrame:
    """A frame of the cube with the earlier years of renamed units under their new codes."""
    codes, changes = frame["code"], list(changes)
    for change in changes:
        mine = (codes == change.earlier) & (frame["level"] == "unit")
        if mine.any():
            codes = codes.mask(mine & (frame["school_year"] < change.school_year), change.later)
    if (in_classes := frame["level"] == "class").any():
        codes = codes.mask(in_classes, _of_classes(codes[in_classes], frame["school_year"], changes))
    return frame if codes is frame["code"] else frame.assign(code=codes)


def _of_classes(codes: pd.Series, years: pd.Series, changes: Sequence[Succession]) -> pd.Series:
    """The codes of classes, which begin with their unit's."""
    units, names = codes.map(unit_of), codes.map(name_of)
    for change in changes:
        units = units.mask(
            (units == change.earlier) & (years[codes.index] < change.school_year), change.later
        )
    return units + "/" + names


def _is_in_place(change: Succession, units: Mapping[str, Unit]) -> bool:
    """Whether both codes belong to the same area and authority, as far as the list of units tells."""
    one, other = units.get(change.earlier), units.get(change.later)
    if other is None:
        return False
    return one is None or (one.area, one.organiser, one.authority_name) == (
        other.area,
        other.organiser,
        other.authority_name,
    )


def code_changes(by_hand: Iterable[CodeChange], units: Mapping[str, Unit]) -> list[Succession]:
    """The table kept by hand and what the units themselves say of their successors, each change once."""
    table = [Succession(each.old, each.new, each.since) for each in by_hand]
    written = {(each.earlier, each.later) for each in table}
    return table + [each for each in successions(units.values()) if (each.earlier, each.later) not in written]


def successions(units: Iterable[Unit]) -> list[Succession]:
    """The successor table that the units themselves hold: from the school year after the last one."""
    return [
        Succession(unit.code, unit.successor, str(SchoolYear.parse(unit.closed).plus(1)))
        for unit in units
        if unit.successor and unit.closed
    ]
