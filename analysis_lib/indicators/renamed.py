"""Units that only changed code: their results go on under the new one (floor 4).

A change of code is a rename when one unit went whole into one new unit that had no results before. The
earlier years are then the new code's own, so a series, a chart and disclosure control see one unit. Units
that were merged, split or moved to another area or authority keep their codes, and their series a break.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from analysis_lib.statistics.lineage import Succession
from analysis_lib.vocabulary.settings import Unit


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


def first_years(frames: Iterable[pd.DataFrame]) -> dict[str, str]:
    """The first school year in which each unit has a row in the cube's frames."""
    began: dict[str, str] = {}
    for frame in frames:
        of_units = frame[frame["level"] == "unit"]
        for code, year in of_units.groupby("code", observed=True)["school_year"].min().items():
            began[str(code)] = min(began.get(str(code), year), year)
    return began


def renamed(frame: pd.DataFrame, changes: Iterable[Succession]) -> pd.DataFrame:
    """A frame of the cube with the earlier years of renamed units under their new codes."""
    codes = frame["code"]
    for change in changes:
        mine = (codes == change.earlier) & (frame["level"] == "unit")
        if mine.any():
            codes = codes.mask(mine & (frame["school_year"] < change.school_year), change.later)
    return frame if codes is frame["code"] else frame.assign(code=codes)


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
