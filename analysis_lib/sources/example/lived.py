"""The example's register: a läsår of quality work that reports and dashboards have words from (floor 3)."""

from __future__ import annotations

from analysis_lib.sources.example.diary import Diary, write_diary
from analysis_lib.sources.example.lived_authority import live_authority, live_goals
from analysis_lib.sources.example.lived_units import live_other, live_preschool, live_school
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace

_MOST = 60  # units; larger examples show size, not words


def fill_register(workspace: Workspace) -> int:
    """Writes the lived läsår into the example's own register file; the number of entries, 0 when it has some.

    The first sixty units are filled. A register on a server is never touched.
    """
    units = [unit for unit in Catalog(workspace).units.values() if unit.closed is None][:_MOST]
    return write_diary(workspace, lived_year(units))


def lived_year(units: list[Unit]) -> Diary:
    """The diary of the läsår 2025/26 and the autumn after, for these units."""
    diary = Diary()
    goal = live_goals(diary)
    schools = [unit for unit in units if "gr" in unit.school_forms]
    preschools = [unit for unit in units if {"fsk", "pedoms"} & set(unit.school_forms)]
    others = [unit for unit in units if unit not in schools and unit not in preschools]
    for place, unit in enumerate(schools):
        live_school(diary, unit, place, board_goal=goal)
    for place, unit in enumerate(preschools):
        live_preschool(diary, unit, place)
    for place, unit in enumerate(others):
        live_other(diary, unit, place)
    if len(schools) >= 4:
        live_authority(diary, {unit.code: unit for unit in units}, schools)
    return diary
