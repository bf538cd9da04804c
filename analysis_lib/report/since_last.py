"""What has changed since the seminar before: told figures, new measures and sure changes.

The seminar before is the latest one that was locked, so that what was said then still stands as it was said.
Sure changes at units are judged together: among many units a few always look changed (floor 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, row, table_cell, value_cell
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.report.changes import differences
from analysis_lib.report.changes_page import figures_table, measures_table, summary
from analysis_lib.report.freeze import frozen
from analysis_lib.report.scope import Scope
from analysis_lib.report.tables import CERTAINTY_SIGNS, table_data
from analysis_lib.report.words.shapes import paragraph
from analysis_lib.statistics.change import Change, Verdict
from analysis_lib.statistics.discoveries import standing
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import CIRCLES, Audience, Seminar
from analysis_lib.vocabulary.workspace import Workspace

MOST_FIGURES = 15
_SURE = (Verdict.SURE_INCREASE, Verdict.SURE_DECREASE)


def seminar_before(workspace: Workspace, seminar: Seminar, audience: Audience) -> str:
    """The latest locked seminar that was held before this one, for the same readers or wider; else empty."""
    live = Workspace(workspace.root)
    catalog = Catalog(live)
    held = [
        (str(one.held or ""), one.id)
        for one in catalog.seminars.values()
        if one.id != seminar.id
        and CIRCLES.index(one.audience) <= CIRCLES.index(audience)
        and (one.held is None or seminar.held is None or one.held <= seminar.held)
        and frozen(live, one.id)
    ]
    return max(held, default=("", ""))[1]


def since_blocks(workspace: Workspace, before: str, seminar: str) -> list[Block]:
    """What differs from the seminar before: the summary, the changed figures and the measures."""
    live = Workspace(workspace.root)
    found = differences(live, before, seminar)
    told = f"Förra seminariet: {found.before.seminar.title}. {summary(found)}"
    left = len(found.figures) - MOST_FIGURES
    foot = f"Ytterligare {text.count(left)} siffror är ändrade; de står på sidan som skolbank diff skriver."
    figures = figures_table(found, found.figures[:MOST_FIGURES], foot=foot if left > 0 else "")
    measures = measures_table(found, Catalog(live))
    return [paragraph(told), *(block for block in (figures, measures) if block is not None)]


def unit_changes(scope: Scope, indicators: Sequence[Indicator]) -> Block:
    """The units' changes since the läsår before that stand when all are judged together; else a sentence."""
    pairs = {key: pair for each in indicators for key, pair in _pairs(scope, each).items()}
    known = {each.id: each for each in indicators}
    changes = {
        key: narrative.change_between(before, later, known[key[1]]) for key, (before, later) in pairs.items()
    }
    kept = standing(changes)
    sure = [key for key, change in kept.items() if change.verdict in _SURE]
    judged = sum(change.p_value is not None for change in kept.values())
    if not judged:
        return paragraph("Det finns inga förändringar vid enheterna att pröva.")
    count = text.count_word(judged)
    if not sure:
        return paragraph(
            f"Ingen av {count} förändringar vid enheterna är säker när alla prövas tillsammans. Enstaka "
            "förändringar som ser säkra ut för sig kan bero på att så många jämförs."
        )
    return _table(scope, known, [(key, kept[key], *pairs[key]) for key in sure], judged)


def _pairs(scope: Scope, indicator: Indicator) -> dict[tuple[str, str], tuple[ReleasedCell, ReleasedCell]]:
    """The newest cell of each unit and the one before it, where they can be compared."""
    found = {}
    for code in scope.units:
        about = scope.about(code)
        later = about.newest(about.own(indicator.id))
        before = about.earlier(later) if later else None
        if before is not None and later is not None and about.comparable(before, later):
            found[code, indicator.id] = (before, later)
    return found


def _table(
    scope: Scope,
    known: dict[str, Indicator],
    sure: Sequence[tuple[tuple[str, str], Change, ReleasedCell, ReleasedCell]],
    judged: int,
) -> Block:
    rows: list[dict[str, Any]] = []
    facts: list[tuple[Fact, ...]] = []
    derived: list[dict[str, Any]] = []
    for (code, name), change, before, later in sure:
        indicator = known[name]
        words = text.capitalised(narrative.CERTAINTY[change.verdict])
        rows.append(
            row(
                {
                    "unit": table_cell(scope.units[code].name),
                    "measure": table_cell(indicator.short),
                    "before": value_cell(before, indicator),
                    "now": value_cell(later, indicator),
                    "change": table_cell(
                        text.number(change.difference or 0, indicator.decimals, signed=True)
                    ),
                    "verdict": table_cell(
                        f"{CERTAINTY_SIGNS[change.verdict.value]} {words} mot {before.school_year}"
                    ),
                }
            )
        )
        facts.append(facts_of([before, later], indicator))
        derived += narrative.derived_change(change, before, later, indicator)
    columns = [
        column("unit", "Enhet", "left"),
        column("measure", "Mått", "left"),
        column("before", "Tidigare"),
        column("now", "Nu"),
        column("change", "Förändring"),
        column("verdict", "Bedömning", "left"),
    ]
    note = {
        "term": "Prövade tillsammans",
        "text": f"{text.count(judged)} förändringar vid enheterna är prövade. Bara de som håller när alla "
        "vägs samman står här, så att högst var tjugonde kan vara en tillfällighet.",
    }
    data = table_data("sakra-enheter", "Säkra förändringar vid enheterna.", columns, rows, [note])
    return Block("table", data | {"derived": derived}, merged(*facts))
