"""The one table in which a läsår is judged: results, surveys, ratings and tillsyn together (floor 7; B1).

Every row has the same columns, whoever it comes from: goal, outcome, comparison, judgement, source and n. A
self-rating is only held against the unit's own past, and an inspection case about a single pupil never shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, mark_notes, row, table_cell, value_cell
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.register.kinds.inspection import Deficiency, InspectionCase
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.kinds.ratings import Rating, RatingChoice
from analysis_lib.register.kinds.voices import SOURCE_WORDS, Judgement
from analysis_lib.register.views.inspections import case_rows
from analysis_lib.register.views.ratings import rated_parts
from analysis_lib.report.overview import BASIS_WORDS
from analysis_lib.report.scope import SAID, Scope
from analysis_lib.report.tables import CERTAINTY_SIGNS, table_data, target_chip
from analysis_lib.report.words.told import Told
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.instruments import Instrument
from analysis_lib.vocabulary.self_rating import load_self_ratings
from analysis_lib.vocabulary.settings import Target

Cells = dict[str, dict[str, str]]
VERDICT_CHIPS: Mapping[str, dict[str, str]] = {
    "reached": {"text": "Nått", "chip": "reached"},
    "ongoing": {"text": "På väg", "chip": "ongoing"},
    "not_reached": {"text": "Inte nått", "chip": "not_reached"},
    "no_data": {"text": "Underlag saknas", "chip": "no_data"},
}
_CASES: Mapping[str, dict[str, str]] = {
    "overdue": {"text": "Försenad", "chip": "overdue"},
    "open": {"text": "Öppen", "chip": "ongoing"},
    "closed": {"text": "Avslutad", "chip": "reached"},
}
_NOTE = {
    "term": "Bedömning",
    "text": "mot målet där ett är beslutat, annars mot läsåret före. En självskattning jämförs bara med "
    "enhetens egna tidigare. Tillsyn av enskilda elevers ärenden visas inte.",
}


@dataclass
class _Found:
    """Rows as they are gathered, with what they show."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    used: list[ReleasedCell] = field(default_factory=list)
    facts: list[tuple[Fact, ...]] = field(default_factory=list)

    def add(self, heading: str, lines: Iterable[Cells]) -> None:
        found = list(lines)
        if found:
            self.rows.append(row({"what": table_cell(heading)}, "group"))
            self.rows += [row(cells) for cells in found]


def assessment_table(
    scope: Scope,
    told: Told,
    indicators: Sequence[Indicator],
    target_of: Callable[[str], Target | None],
    instruments: Mapping[str, Instrument],
) -> Block | None:
    """The table for one unit and läsår; None when nothing at all is known of it."""
    found = _Found()
    plain = [each for each in indicators if each.family != "surveys" and not each.by_subject]
    found.add("Resultat och förutsättningar", _results(scope, plain, target_of, found))
    asked = [each for each in told.catalog.indicators.values() if each.family == "surveys"]
    found.add("Enkäter", _surveys(scope, asked, instruments, found))
    found.add("Självskattning", _ratings(told))
    found.add("Tillsyn", _inspections(told))
    found.add("Så har ni bedömt källorna", _judged(told))
    if not found.rows:
        return None
    columns = [
        column("what", "Område", "left"),
        column("target", "Mål"),
        column("result", "Utfall", "left"),
        column("comparison", "Jämförelse", "left"),
        column("verdict", "Bedömning", "left"),
        column("source", "Källa", "left"),
        column("n", "Antal"),
    ]
    for line in found.rows:
        if line["style"] != "group":
            line["cells"] = {one["key"]: _filled(line["cells"], one["key"]) for one in columns}
    caption = f"{scope.name}, läsåret {told.school_year}: granskning och värdering."
    notes = [_NOTE, *mark_notes(found.used)]
    data = table_data("granskning", caption, columns, found.rows, notes, is_wide=True)
    return Block("table", data | {"is_words": True}, merged(*found.facts))


def _filled(cells: Cells, key: str) -> dict[str, str]:
    """The cell, or a dash where there is nothing to say."""
    cell = cells.get(key, {})
    return cell if cell.get("text") else table_cell(text.EN_DASH)


def _results(
    scope: Scope,
    indicators: Sequence[Indicator],
    target_of: Callable[[str], Target | None],
    found: _Found,
) -> Iterable[Cells]:
    for indicator in indicators:
        cell = scope.newest(scope.own(indicator.id))
        if cell is None or indicator.kind == "distribution":
            continue
        keys: dict[str, Any] = {"school_year": cell.school_year, "years": None}
        beside = scope.authority(indicator.id, **keys) if scope.unit else scope.nation(indicator.id, **keys)
        other = next(beside.cells(), None)
        target = target_of(indicator.id)
        goal = "" if target is None else text.number(target.value, indicator.decimals)
        yield _numbers(indicator, cell, other, found) | {
            "what": table_cell(_dated(indicator.short, cell, scope)),
            "target": table_cell(f"{goal}{f'{text.NBSP}%' if goal and indicator.kind == 'share' else ''}"),
            "verdict": _verdict(scope, indicator, cell, target),
        }


def _numbers(
    indicator: Indicator, cell: ReleasedCell, other: ReleasedCell | None, found: _Found
) -> dict[str, dict[str, str]]:
    found.used += [each for each in (cell, other) if each is not None]
    found.facts.append(facts_of([cell, other], indicator))
    whose = "" if other is None else "riket" if other.level == "national" else "kommunen"
    beside = value_cell(other, indicator)
    known = other is not None and other.state != "missing"
    return {
        "result": value_cell(cell, indicator),
        "comparison": beside | {"text": f"{beside['text']} ({whose})"} if known else table_cell(""),
        "source": table_cell(BASIS_WORDS[cell.basis]),
        "n": table_cell("" if cell.n_state == "missing" else cell.n_text),
    }


def _verdict(scope: Scope, indicator: Indicator, cell: ReleasedCell, target: Target | None) -> dict[str, str]:
    if target is not None:
        chip, words = target_chip(target, cell, indicator)
        return {"text": words, "chip": chip}
    change = scope.change(scope.earlier(cell), cell, indicator)
    words = narrative.CERTAINTY.get(change.verdict, "")
    return table_cell(f"{CERTAINTY_SIGNS.get(change.verdict.value, '')} {text.capitalised(words)}".strip())


def _surveys(
    scope: Scope, indicators: Sequence[Indicator], instruments: Mapping[str, Instrument], found: _Found
) -> Iterable[Cells]:
    """The index of each area in the newest läsår, each group of respondents by itself."""
    for indicator in [each for each in indicators if each.id.endswith("_index")]:
        used = [instruments[name] for name in indicator.instruments if name in instruments]
        areas = {key: next(iter(names), key) for each in used for key, names in each.areas.items()}
        groups = {key: next(iter(n), key) for each in used for key, n in each.respondent_groups.items()}
        for group, asked in (groups | {"alla": "Alla svarande"}).items():
            for area, name in areas.items():
                keys: dict[str, Any] = {"subject": area, "category": group}
                cell = scope.newest(scope.own(indicator.id, **keys))
                if cell is None or cell.state not in SAID:
                    continue
                other = scope.nation(indicator.id, **keys, school_year=cell.school_year, years=None)
                told = _numbers(indicator, cell, next(other.cells(), None), found)
                yield told | {"what": table_cell(_dated(f"{name}, {asked.lower()}", cell, scope))}


def _dated(name: str, cell: ReleasedCell, scope: Scope) -> str:
    return name if cell.school_year == scope.school_year else f"{name} ({cell.school_year})"


def _ratings(told: Told) -> Iterable[Cells]:
    if told.unit is None:
        return
    ratings, choices = told.every(Rating), told.every(RatingChoice)
    for instrument in load_self_ratings(told.workspace).values():
        for part in rated_parts(instrument, ratings, choices, unit=told.code):
            until = [level for level in part.levels if level[0] <= told.school_year]
            if not until:
                continue
            last = until[-1]
            before = until[-2] if len(until) > 1 else None
            team = f", {part.team}" if part.team and told.audience != "public" else ""
            yield {
                "what": table_cell(f"{part.name}{team}"),
                "result": table_cell(f"Nivå {last[2]}"),
                "comparison": table_cell(f"Nivå {before[2]} förra gången" if before else ""),
                "verdict": table_cell(_steps(last[2] - before[2]) if before else ""),
                "source": table_cell(instrument.title),
            }


def _steps(steps: int) -> str:
    if not steps:
        return "○ Oförändrat"
    return f"{'▲' if steps > 0 else '▼'} {text.number(steps, 0, signed=True)} steg"


def _inspections(told: Told) -> Iterable[Cells]:
    cases = case_rows(
        told.every(InspectionCase), told.every(Deficiency), told.every(Measure), today=told.today
    )
    for case in cases:
        if case.is_individual or (told.unit is not None and case.case.unit != told.code):
            continue
        for one in case.deficiencies:
            yield {
                "what": table_cell(one.area),
                "target": table_cell(one.due.isoformat()),
                "result": table_cell(one.result or "Resultat saknas"),
                "verdict": dict(_CASES[one.state]),
                "source": table_cell(text.capitalised(case.form)),
            }


def _judged(told: Told) -> Iterable[Cells]:
    for one in told.mine(Judgement):
        place = "" if told.unit else f", {told.names.get(one.unit, one.unit)}"
        yield {
            "what": table_cell(f"{one.entry.area}{place}"),
            "result": table_cell(one.entry.evidence),
            "verdict": dict(VERDICT_CHIPS[one.entry.verdict]),
            "source": table_cell(text.capitalised(SOURCE_WORDS[one.entry.source])),
        }
