"""What has changed between two seminars: figures with the reason, and measures that came or ended (floor 7).

Only released cells are compared, so the page says nothing that the two seminars' readers were not told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from analysis_lib import text
from analysis_lib.disclosure.release import open_released
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.errors import SkolbankError
from analysis_lib.register.rhythm import open_existing
from analysis_lib.report.freeze import at_freeze
from analysis_lib.report.prepare import Prepared, prepare
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import CIRCLES
from analysis_lib.vocabulary.workspace import Workspace

Reason = Literal["definition", "data", "protection"]
REASONS: dict[Reason, str] = {
    "definition": "ny definition",
    "data": "rättade eller nya uppgifter",
    "protection": "ändrat skydd för små grupper",
}
_KEY = ("indicator", "school_year", "level", "code", "organiser", "sex", "subject", "category", "basis")
_LEVELS = {"unit": 1, "authority": 0, "municipality": 2, "national": 3, "area": 4, "class": 5}
_ENDED = ("ended",)
_CONCLUSIONS = {"continue": "fortsätter", "change": "ändras", "stop": "avslutas"}


@dataclass(frozen=True)
class ChangedFigure:
    """One figure that both seminars told, and told differently."""

    indicator: Indicator
    place: str
    before: ReleasedCell
    after: ReleasedCell
    reason: Reason


@dataclass(frozen=True)
class ChangedMeasure:
    """A measure that came, or ended, between the two seminars. ``what`` is for internal readers only."""

    kind: Literal["new", "closed"]
    unit: str
    what: str
    conclusion: str


@dataclass(frozen=True)
class Differences:
    """Everything that differs; ``added`` counts figures that only the later seminar tells, by indicator."""

    before: Prepared
    after: Prepared
    figures: tuple[ChangedFigure, ...]
    added: Mapping[str, int]
    gone: Mapping[str, int]
    measures: tuple[ChangedMeasure, ...]


def differences(workspace: Workspace, before: str, after: str) -> Differences:
    """What differs between two seminars, each as it is locked, or as it stands now.

    Raises ``SkolbankError`` when the later seminar has a wider circle of readers than the earlier: the page
    would tell them what was not released to them.
    """
    places = [at_freeze(workspace, name) for name in (before, after)]
    first, second = (prepare(place, name) for place, name in zip(places, (before, after), strict=True))
    if CIRCLES.index(second.audience) < CIRCLES.index(first.audience):
        raise SkolbankError(
            "diff-wider-readers",
            f"{after} har en vidare läsekrets än {before}",
            where="params/seminars",
            remedy="Jämför två seminarier för samma läsare, eller det publika först.",
        )
    catalogs = [Catalog(place) for place in places]
    old, new = _cells(first), _cells(second)
    versions = [{each.id: each.version for each in catalog.indicators.values()} for catalog in catalogs]
    figures = [
        ChangedFigure(
            catalogs[1].indicators[key[0]],
            _place(second, catalogs[1], new[key]),
            old[key],
            new[key],
            _reason(old[key], new[key], versions[0].get(key[0]) != versions[1].get(key[0])),
        )
        for key in old.keys() & new.keys()
        if _said(old[key]) != _said(new[key]) and key[0] in catalogs[1].indicators
    ]
    figures.sort(key=lambda each: _order(each, catalogs[1].indicators))
    return Differences(
        first,
        second,
        tuple(figures),
        Counter(key[0] for key in new.keys() - old.keys()),
        Counter(key[0] for key in old.keys() - new.keys()),
        tuple(_measures(workspace, first, second)),
    )


def _cells(prepared: Prepared) -> dict[tuple[Any, ...], ReleasedCell]:
    table = open_released(pd.read_parquet(prepared.released_path), prepared.audience)
    return {tuple(getattr(cell, name) for name in _KEY): cell for cell in table.cells()}


def _said(cell: ReleasedCell) -> tuple[str, str]:
    return cell.text, cell.n_text


def _reason(before: ReleasedCell, after: ReleasedCell, is_redefined: bool) -> Reason:
    if is_redefined:
        return "definition"
    return "data" if before.sources != after.sources else "protection"


def _order(each: ChangedFigure, indicators: Mapping[str, Indicator]) -> tuple[Any, ...]:
    cell = each.after
    place = (_LEVELS[cell.level], text.sort_key(each.place), cell.code)
    return (*place, list(indicators).index(cell.indicator), cell.subject, cell.sex, cell.school_year)


def _place(prepared: Prepared, catalog: Catalog, cell: ReleasedCell) -> str:
    if cell.level == "unit":
        return prepared.units[cell.code].name if cell.code in prepared.units else cell.code
    return {
        "authority": f"{text.genitive(catalog.settings.municipality_name)} egna skolor",
        "municipality": "Alla skolor i kommunen",
        "national": "Riket",
    }.get(cell.level, cell.code)


def _measures(workspace: Workspace, before: Prepared, after: Prepared) -> Iterable[ChangedMeasure]:
    """New and ended measures between the moments at which the seminars were locked (or now)."""
    register = open_existing(workspace)
    if before.moment is None or register is None:
        return
    then = {each.thing: each for each in register.current("measure", at=before.moment)}
    now = {each.thing: each for each in register.current("measure", at=after.moment)}
    for thing, record in now.items():
        entry: Any = record.entry
        if thing not in then:
            yield ChangedMeasure("new", record.unit, entry.what, "")
        was: Any = then[thing].entry if thing in then else None
        if entry.state in _ENDED and (was is None or was.state not in _ENDED):
            conclusion = _CONCLUSIONS.get(entry.conclusion, "")
            yield ChangedMeasure("closed", record.unit, entry.what, conclusion)
