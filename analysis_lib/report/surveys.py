"""What those who are here think: one figure per questionnaire, area by area (floor 7).

Only the newest läsår is shown, with every group of respondents by itself: two groups' answers are never
put together, and no line is drawn across a change of questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.ranges import RangeRow, draw_ranges
from analysis_lib.report.figures import dated
from analysis_lib.report.scope import SAID, Scope
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.instruments import Instrument

Names = dict[str, str]


def survey_figure(
    scope: Scope, indicator: Indicator, instruments: Mapping[str, Instrument], setting: Setting
) -> Block | None:
    """The index of each area in the newest läsår beside the other units and riket; None without answers."""
    groups, areas = _names(indicator, instruments)
    rows = [
        _row(scope, indicator, cell, (areas[cell.subject], name))
        for group, name in groups.items()
        for area in areas
        if (cell := scope.newest(scope.own(indicator.id, subject=area, category=group))) is not None
        and cell.state in SAID
    ]
    year = max((row.cell.school_year for row in rows), default="")
    rows = [row for row in rows if row.cell.school_year == year]
    if not rows:
        return None
    asked = list(dict.fromkeys(row.group for row in rows))
    if len(asked) == 1:
        rows = [replace(row, group="") for row in rows]
    known = dated(replace(setting, source=indicator.source), year, scope)
    most = text.number(indicator.maximum or 0, 0)
    index = {
        "term": "Index",
        "text": f"väger samman svaren i varje område: 0 är lägst och {most} högst.",
    }
    return draw_ranges(
        rows,
        setting=replace(known, notes=(index, *known.notes)),
        title=f"{indicator.title}, 0{text.EN_DASH}{most}. {text.listing(asked)}",
        year=year,
        people="svarande",
        units_name="Enheterna i kommunen",
    )


def _names(indicator: Indicator, instruments: Mapping[str, Instrument]) -> tuple[Names, Names]:
    """What groups and areas are called, in the order of the newest questionnaire that has them."""
    groups: Names = {}
    areas: Names = {}
    for name in reversed(indicator.instruments):
        if name in instruments:
            each = instruments[name]
            groups |= {
                k: _first(each.respondent_groups, k) for k in each.respondent_groups if k not in groups
            }
            areas |= {key: _first(each.areas, key) for key in each.areas if key not in areas}
    return groups | {"alla": "Alla svarande"}, areas


def _first(names: Mapping[str, tuple[str, ...]], key: str) -> str:
    return next(iter(names[key]), key)


def _row(scope: Scope, indicator: Indicator, cell: ReleasedCell, names: tuple[str, str]) -> RangeRow:
    keys = {"subject": cell.subject, "category": cell.category, "school_year": cell.school_year}
    nation = next(iter(scope.nation(indicator.id, **keys).cells()), None)
    area, group = names
    units = scope.unit_cells(indicator.id, **keys)
    return RangeRow(area, cell, indicator, group=group, units=units, nation=nation)
