"""What last läsår's measures led to: the register's measures against released results (floor 7; seed G8).

Only numbers that the reader may see are used, a unit's own answer stands in the internal edition only, and
the words are always the same four. What can't be judged says why.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.errors import SkolbankError
from analysis_lib.indicators.peers import similar_places
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, row, table_cell
from analysis_lib.register import Record
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.views.measures import Followed, followed
from analysis_lib.report.scope import BASES, Scope
from analysis_lib.report.tables import table_data
from analysis_lib.statistics.effect import Answer, Effect, effect_of
from analysis_lib.statistics.effect import Measure as Tried
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.peers import Peers
from analysis_lib.vocabulary.periods import SchoolYear

LAST_MONTH_TO_COUNT = 1  # begun by the end of January: the same läsår's results can have been touched
_NO_MEASURE = "Åtgärden har ingen indikator."
_OWN_MEASURE = "Måttet följs av enheten själv och finns inte i statistiken."
_CONCLUSIONS = {"": "inte skriven", "continue": "fortsätt", "change": "ändra", "stop": "avsluta"}
_HIDDEN = "Enhetens resultat visas inte ett av läsåren, för att skydda en liten grupp."


@dataclass(frozen=True)
class MeasureEffect:
    """One measure of last läsår: what it led to, or why that can't be said."""

    followed: Followed
    indicator: Indicator | None
    effect: Effect

    @property
    def measure(self) -> Record[Measure]:
        return self.followed.measure


def first_year(start: datetime.date) -> str:
    """The first läsår whose results a measure that began then can have touched.

    >>> first_year(datetime.date(2024, 9, 1)), first_year(datetime.date(2025, 3, 1))
    ('2024/25', '2025/26')
    """
    year = SchoolYear(start.year if start.month >= 7 else start.year - 1)
    is_late = LAST_MONTH_TO_COUNT < start.month < 7
    return str(year.plus(1) if is_late else year)


def measure_effects(
    scope: Scope,
    measures: Iterable[Record[Measure]],
    indicators: Mapping[str, Indicator],
    *,
    peers: Peers | None = None,
) -> list[MeasureEffect]:
    """What each measure of last läsår led to, in the order of units and measures.

    Outside the internal edition there is none: a unit's effect is for those who work with it. ``peers`` has
    the weights that choose similar units; where they can't be used, all other units are compared with.
    """
    if scope.table.audience != "internal":
        return []
    mine = [each for each in measures if scope.unit is None or each.unit == scope.unit.code]
    # The seminar is held the läsår after the one it is about, and looks back on that one.
    held = str(SchoolYear.parse(scope.school_year).plus(1))
    due = sorted(followed(mine, school_year=held), key=lambda each: (each.measure.unit, each.measure.id))
    return [_of_measure(scope, each, indicators, peers) for each in due]


def _of_measure(
    scope: Scope, each: Followed, indicators: Mapping[str, Indicator], peers: Peers | None
) -> MeasureEffect:
    measure = each.measure.entry
    indicator = indicators.get(measure.indicator)
    reason = _why_not(scope, each.measure, indicator)
    if reason or indicator is None or measure.start is None:
        return MeasureEffect(each, indicator, Effect(Answer.UNKNOWN, reason))
    cells = _unit_cells(scope, indicator)
    tried = Tried(
        units=(each.measure.unit,),
        start=first_year(measure.start),
        direction=indicator.direction,
        peers=_similar(scope, each.measure.unit, peers),
        breaks=_breaks(scope, indicator, each.measure.unit),
    )
    found = effect_of(_results(cells), tried)
    is_hidden = any(cell.code == each.measure.unit and cell.state == "suppressed" for cell in cells)
    if found.answer is Answer.UNKNOWN and found.found is None and is_hidden:
        found = Effect(Answer.UNKNOWN, _HIDDEN)
    return MeasureEffect(each, indicator, found)


def _why_not(scope: Scope, record: Record[Measure], indicator: Indicator | None) -> str:
    measure = record.entry
    if indicator is None:
        return _NO_MEASURE if not measure.indicator else _OWN_MEASURE
    if measure.start is None:
        return "Åtgärden har inget startdatum."
    if record.unit not in scope.units:
        return "Åtgärden gäller inte en enhet."
    if measure.implemented == "no":
        return "Åtgärden genomfördes inte."
    if indicator.kind != "share" or indicator.by_subject:
        return "Måttet går inte att räkna på ur de visade siffrorna."
    return ""


def _unit_cells(scope: Scope, indicator: Indicator) -> list[ReleasedCell]:
    """All units' cells of the indicator, one per läsår, our own figures before published ones."""
    found: dict[tuple[str, str], ReleasedCell] = {}
    rows = scope.of(indicator.id).select(level="unit", sex="T", subject="", category="")
    for basis in BASES:
        for cell in rows.select(basis=basis).cells():
            found.setdefault((cell.code, cell.school_year), cell)
    return list(found.values())


def _results(cells: Sequence[ReleasedCell]) -> pd.DataFrame:
    """Shown numbers only: what is hidden, or has no n beside it, is no result."""
    open_ = [
        cell for cell in cells if cell.is_shown and cell.n_state == "shown" and cell.numerator is not None
    ]
    return pd.DataFrame(
        {
            "unit_code": [cell.code for cell in open_],
            "school_year": [cell.school_year for cell in open_],
            "n": [cell.n for cell in open_],
            "numerator": [cell.numerator for cell in open_],
        }
    )


def _similar(scope: Scope, unit: str, peers: Peers | None) -> tuple[str, ...]:
    if peers is None:
        return ()
    try:
        near = similar_places(
            scope.table.frame,
            unit,
            level="unit",
            school_year=scope.school_year,
            weights=peers.units,
            count=peers.count,
        )
    except SkolbankError:  # the weights' measures are not there for units: all others are compared with
        return ()
    return near.codes


def _breaks(scope: Scope, indicator: Indicator, unit: str) -> tuple[str, ...]:
    about = scope.about(unit)
    cell = about.newest(about.own(indicator.id, years=None))
    return tuple(each.school_year for each in about.segments(cell).breaks) if cell else ()


def effects_table(scope: Scope, effects: Sequence[MeasureEffect]) -> Block:
    """Last läsår's measures and what they led to, unit by unit; no row is left out or blank.

    Words only: the numbers behind stand in the figures of the report, each with its own protection.
    """
    columns = [
        column("unit", "Enhet", "left"),
        column("measure", "Åtgärd", "left"),
        column("indicator", "Mått", "left"),
        column("answer", "Mot liknande enheter", "left"),
        column("reason", "Varför", "left"),
        column("conclusion", "Enhetens slutsats", "left"),
    ]
    body = [
        row(
            {
                "unit": table_cell(_place(scope, each.measure.unit)),
                "measure": table_cell(each.measure.entry.what),
                "indicator": table_cell(_what_is_measured(each)),
                "answer": table_cell(text.capitalised(each.effect.answer.value)),
                "reason": table_cell(each.effect.reason),
                "conclusion": table_cell(_CONCLUSIONS[each.measure.entry.conclusion]),
            }
        )
        for each in effects
    ]
    notes = [
        {
            "term": "Så läser du",
            "text": "Enhetens förändring jämförs med liknande enheters samma läsår. En säker skillnad kan "
            "ändå bero på annat än åtgärden.",
        }
    ]
    title = "Förra årets åtgärder och vad de lett till."
    return Block("table", table_data("atgardseffekter", title, columns, body, notes), ())


def _what_is_measured(each: MeasureEffect) -> str:
    return each.indicator.short if each.indicator else each.measure.entry.indicator or "saknas"


def _place(scope: Scope, unit: str) -> str:
    return scope.units[unit].name if unit in scope.units else scope.settings.authority_name
