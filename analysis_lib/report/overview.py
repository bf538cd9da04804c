"""All results of a place in one table, and its pupils and teachers over the years (floor 7).

The overview is what a rektor and a board check first: goal, result, comparison, change with its interval, how
many pupils, and where the number comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, mark_notes, row, table_cell, value_cell
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.report.figures import whose
from analysis_lib.report.scope import Scope
from analysis_lib.report.tables import CERTAINTY_SIGNS, table_data
from analysis_lib.statistics.change import Change, Verdict
from analysis_lib.vocabulary.indicators import Indicator

BASIS_WORDS = {"own": "Skolorna", "published": "Skolverket", "computed": "Beräknat"}
_CHANGE_NOTE = {
    "term": "Förändring",
    "text": "för andelar i procentenheter, med 95\u00a0% intervall inom parentes. Saknas året före jämförs "
    "med det senaste läsår som har ett värde.",
}
_TOGETHER_NOTE = {
    "term": "Intervall utan noll",
    "text": "räcker inte alltid för att kalla en förändring säker. Den ska också hålla när alla mått prövas "
    "tillsammans, annars är det lätt att säga för mycket.",
}
_CAPTION: Mapping[str, set[str]] = {
    "mål": {"target"},
    "utfall": {"result"},
    "jämförelse": {"authority", "nation"},
    "förändring": {"change"},
}
_MISSING = table_cell(".", reason="uppgift saknas")
_NOTHING = table_cell(text.EN_DASH, reason="finns inte")
_COMPUTED_NOTE = {
    "term": "Beräknat",
    "text": "är sammanräknat ur Skolverkets värden för skolorna (riket: för kommunerna), viktat med antalet "
    "elever, där ingen egen siffra är publicerad.",
}


def indicator_table(
    scope: Scope,
    indicators: Sequence[Indicator],
    school_year: str,
    target_of: Callable[[str], float | None],
) -> Block | None:
    """Every indicator with goal, result, comparison, change, n and source; None when none has data."""
    rows: list[dict[str, Any]] = []
    used: list[ReleasedCell] = []
    facts: list[tuple[Fact, ...]] = []
    derived: list[dict[str, Any]] = []
    own_name, is_outvoted = "", False
    for indicator in indicators:
        cell = scope.newest(scope.own(indicator.id))
        if cell is None:
            continue
        keys = {"school_year": cell.school_year, "years": None}
        nation = next(scope.nation(indicator.id, **keys).cells(), None)
        is_part = scope.unit is not None and not scope.is_alone(indicator.id)
        authority = next(scope.authority(indicator.id, **keys).cells(), None) if is_part else None
        before = scope.earlier(cell)
        found = scope.change(before, cell, indicator)
        if before is not None and found.difference is not None:
            derived.extend(narrative.derived_change(found, before, cell, indicator))
            facts.append(facts_of([before], indicator))
        is_outvoted |= found.verdict is Verdict.NO_SURE_CHANGE and found.excludes_zero
        target = target_of(indicator.id)
        name = (
            indicator.short if cell.school_year == school_year else f"{indicator.short} ({cell.school_year})"
        )
        rows.append(
            row(
                {
                    "measure": table_cell(name),
                    "target": table_cell("" if target is None else _goal(target, indicator)),
                    "result": value_cell(cell, indicator),
                    "n": table_cell("" if cell.n_state == "missing" else cell.n_text),
                    "authority": value_cell(authority, indicator),
                    "nation": value_cell(nation, indicator),
                    "change": table_cell(_change_words(before, cell, indicator, found)),
                    "source": table_cell(BASIS_WORDS[cell.basis]),
                }
            )
        )
        own_name = whose([authority], scope) if authority is not None else own_name
        used.extend(each for each in (cell, authority, nation) if each is not None)
        facts.append(facts_of([cell, authority, nation], indicator))
    if not rows:
        return None
    columns = [
        column("measure", "Mått", "left"),
        column("target", "Mål"),
        column("result", "Utfall"),
        column("n", "Antal elever"),
        column("authority", own_name),
        column("nation", "Riket"),
        column("change", "Förändring mot året före", "left"),
        column("source", "Källa", "left"),
    ]
    told_of_change = [_CHANGE_NOTE] * bool(derived) + [_TOGETHER_NOTE] * is_outvoted
    data = _without_empty(table_data("matt", "", columns, rows, _notes(used, *told_of_change), is_wide=True))
    kept = {each["key"] for each in data["columns"]}
    told = text.listing([words for words, keys in _CAPTION.items() if keys & kept])
    caption = f"{_subject(scope, used)}, läsåret {school_year}: {told}."
    return Block("table", data | {"caption": caption, "derived": derived}, merged(*facts))


def history_table(scope: Scope, indicators: Sequence[Indicator], years: Sequence[str]) -> Block | None:
    """Counts and shares over the years, the country beside each share; None for fewer than two years."""
    found = {each.id: {cell.school_year: cell for cell in scope.own(each.id).cells()} for each in indicators}
    nation = {
        each.id: {cell.school_year: cell for cell in scope.nation(each.id).cells()} for each in indicators
    }
    known = [year for year in years if any(_has(found[each.id].get(year)) for each in indicators)]
    if len(known) < 2:
        return None
    columns = [column("year", "Läsår", "left")]
    for each in indicators:
        columns.append(column(each.id, each.short))
        if each.kind != "count":
            columns.append(column(f"{each.id}/riket", f"{each.short}, riket"))
    rows = []
    used: list[ReleasedCell] = []
    facts: list[tuple[Fact, ...]] = []
    for year in known:
        cells = {"year": table_cell(year)}
        for each in indicators:
            mine = found[each.id].get(year)
            other = nation[each.id].get(year) if each.kind != "count" else None
            cells[each.id] = value_cell(mine, each) if mine else _MISSING
            cells[f"{each.id}/riket"] = value_cell(other, each) if other else _MISSING
            used.extend(cell for cell in (mine, other) if cell is not None)
            facts.append(facts_of([mine, other], each))
        rows.append(row(cells))
    caption = f"{_subject(scope, used)}: elever och lärare, de läsår som det finns uppgifter för."
    return Block(
        "table", _without_empty(table_data("ar", caption, columns, rows, _notes(used))), merged(*facts)
    )


def _change_words(
    before: ReleasedCell | None, cell: ReleasedCell, indicator: Indicator, found: Change
) -> str:
    words = narrative.CERTAINTY.get(found.verdict)
    if before is None or found.difference is None:
        return words or ""
    is_next = narrative.against(before, cell) == "året före"
    since = "" if is_next else f" mot {before.school_year}"
    told = text.number(found.difference, indicator.decimals, signed=True)
    if found.low is not None and found.high is not None:
        told += f" ({text.interval(found.low, found.high, indicator.decimals)})"
    if not words:
        return f"{told}{since}"
    sign = CERTAINTY_SIGNS.get(found.verdict.value, "")
    return f"{told} {sign} {words}{since}".replace("  ", " ")


def _goal(target: float, indicator: Indicator) -> str:
    unit = f"{text.NBSP}%" if indicator.kind == "share" else ""
    return text.number(target, indicator.decimals) + unit


def _subject(scope: Scope, used: Sequence[ReleasedCell]) -> str:
    if scope.unit:
        return scope.name
    mine = [cell for cell in used if cell.level in ("authority", "municipality")]
    is_all = any(cell.organiser == "all" for cell in mine)
    return f"Alla skolor i {scope.settings.municipality_name}" if is_all else scope.own_schools


def _notes(used: Sequence[ReleasedCell], *extra: Mapping[str, str]) -> list[Mapping[str, str]]:
    notes = [*extra, *mark_notes(used)]
    if any(cell.level == "national" for cell in used):
        notes.append({"term": "Riket", "text": "är alla skolor i landet, både kommunala och fristående."})
    if any(cell.basis == "computed" for cell in used):
        notes.append(_COMPUTED_NOTE)
    return notes


def _has(cell: ReleasedCell | None) -> bool:
    return cell is not None and cell.state != "missing"


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    """The table without columns that say nothing on any row, and a dash in each other empty cell."""
    used = {
        key for line in data["rows"] for key, cell in line["cells"].items() if cell["text"] not in ("", ".")
    }
    rows = [
        line | {"cells": {k: c if c["text"] else _NOTHING for k, c in line["cells"].items() if k in used}}
        for line in data["rows"]
    ]
    return data | {"rows": rows, "columns": [each for each in data["columns"] if each["key"] in used]}
