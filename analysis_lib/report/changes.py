"""What has changed between two seminars: figures with the reason, and measures that came or ended (floor 7).

Only released cells are compared, so the page says nothing that the two seminars' readers were not told.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from analysis_lib import text
from analysis_lib.disclosure.facts import cell_facts
from analysis_lib.disclosure.release import open_released
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.errors import SkolbankError
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, row, table_cell
from analysis_lib.register.log import open_register
from analysis_lib.report.document import Document, Part, Section, Shown, Text
from analysis_lib.report.freeze import at_freeze
from analysis_lib.report.prepare import Prepared, prepare
from analysis_lib.report.tables import table_data
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
_LEVELS = {"unit": 1, "authority": 0, "municipality": 2, "national": 3, "area": 4}
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


def differences_page(workspace: Workspace, found: Differences) -> Document:
    """The page "Vad har ändrats sedan förra seminariet", ready for HTML; carries the facts of its figures."""
    catalog = Catalog(at_freeze(workspace, found.after.seminar.id))
    lead = Section(parts=[_masthead(catalog, found), Text(summary(found, catalog))])
    sections = [
        Section("Ändrade siffror", "andrade-siffror", _figure_parts(found)),
        Section("Nya siffror", "nya-siffror", [Text(_counted(found.added, catalog, "Inga nya siffror."))]),
        Section("Åtgärder", "atgarder", _measure_parts(found, catalog)),
    ]
    return Document(lead, tuple(sections))


def summary(found: Differences, catalog: Catalog) -> str:
    """The page in two sentences."""
    reasons = Counter(each.reason for each in found.figures)
    why = ", ".join(f"{text.count(count)} på grund av {REASONS[name]}" for name, count in reasons.items())
    told = f"{text.count(len(found.figures))} siffror som fanns förra gången är ändrade"
    figures = f"{told}: {why}." if found.figures else "Ingen siffra som fanns förra gången är ändrad."
    new = sum(each.kind == "new" for each in found.measures)
    closed = len(found.measures) - new
    added = text.count(sum(found.added.values()))
    return f"{figures} {added} siffror är nya. {new} åtgärder har tillkommit och {closed} har avslutats."


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


def _figure_parts(found: Differences) -> list[Part]:
    if not found.figures:
        return [Text("Inget som sades förra gången är ändrat.")]
    rows, facts = [], []
    for each in found.figures:
        group = " ".join(part for part in (_SEXES.get(each.after.sex, ""), each.after.subject) if part)
        cells = {
            "place": each.place,
            "measure": f"{each.indicator.short}{f', {group}' if group else ''}",
            "year": each.after.school_year,
            "before": each.before.text,
            "after": each.after.text,
            "reason": REASONS[each.reason],
        }
        rows.append(row({name: table_cell(words) for name, words in cells.items()}))
        facts.append(cell_facts(each.before, each.indicator))
        facts.append(cell_facts(each.after, each.indicator))
    columns = [
        column("place", "Skola eller område", "left"),
        column("measure", "Mått", "left"),
        column("year", "Läsår", "left"),
        column("before", "Sades då"),
        column("after", "Sägs nu"),
        column("reason", "Varför", "left"),
    ]
    caption = f"Siffror som har ändrats mellan {found.before.seminar.title} och {found.after.seminar.title}."
    data = table_data("andringar", caption, columns, rows, [], is_wide=True)
    return [_shown(Block("table", data, tuple(fact for each in facts for fact in each)))]


_SEXES = {"F": "flickor", "P": "pojkar"}


def _measure_parts(found: Differences, catalog: Catalog) -> list[Part]:
    if found.after.audience != "internal":
        by_kind = Counter(each.kind for each in found.measures)
        return [Text(f"{by_kind['new']} åtgärder har tillkommit och {by_kind['closed']} har avslutats.")]
    lines = []
    for kind, heading in (("new", "Tillkomna"), ("closed", "Avslutade")):
        chosen = [each for each in found.measures if each.kind == kind]
        lines.append(f"### {heading}\n")
        for each in chosen:
            unit = found.after.units.get(each.unit)
            whose = unit.name if unit else "Huvudmannen"
            lines.append(
                f"- {whose}: {_plain(each.what)}{f' – {each.conclusion}' if each.conclusion else ''}"
            )
        if not chosen:
            lines.append("Inga.")
    return [Text("\n".join(lines))]


def _plain(words: str) -> str:
    """One line of text in which no mark-up is read."""
    return " ".join(words.split()).replace("<", "‹").replace("*", "∗").replace("_", "\\_").replace("[", "(")


def _counted(counts: Mapping[str, int], catalog: Catalog, none: str) -> str:
    known = [(name, counts[name]) for name in catalog.indicators if counts.get(name)]
    lines = [f"- {catalog.indicators[name].title}: {text.count(count)}" for name, count in known]
    return "\n".join(lines) or none


def _masthead(catalog: Catalog, found: Differences) -> Shown:
    after = found.after
    settings, seminar = catalog.settings, after.seminar
    data = {
        "municipality": settings.authority_name,
        "website": settings.website,
        "kicker": "Vad har ändrats sedan förra seminariet",
        "title": settings.authority_name,
        "standfirst": f"Jämförelse mellan {found.before.seminar.title} och {seminar.title}.",
        "lines": [f"Gjord {text.date(datetime.date.today())}"],
        "band_seed": settings.municipality_code,
        "audience": after.audience,
        "seminar": seminar.title,
        "edition": seminar.edition,
        "handbook": seminar.handbook,
    }
    return Shown("masthead", data)


def _shown(block: Block) -> Shown:
    return Shown(block.kind, dict(block.data), [fact.as_json("") for fact in block.facts])


def _measures(workspace: Workspace, before: Prepared, after: Prepared) -> Iterable[ChangedMeasure]:
    """New and ended measures between the moments at which the seminars were locked (or now)."""
    if before.moment is None or not (workspace.data / "register").is_dir():
        return
    register = open_register(workspace)
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
