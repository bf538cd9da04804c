"""One measure over the years: our line with its interval, kommun and riket in grey (grammar 1, floor 6).

A line never runs across a year that is hidden or missing: the eye would read a value there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.figure import Comparison, Parts, Setting
from analysis_lib.present.charts.trend_content import Trend, shown_at
from analysis_lib.present.charts.trend_drawing import draw
from analysis_lib.present.evidence import facts_of
from analysis_lib.vocabulary.indicators import Indicator


def draw_trend(
    cells: Iterable[ReleasedCell],
    *,
    setting: Setting,
    indicator: Indicator,
    years: Sequence[str],
    comparisons: Sequence[Comparison] = (),
    target: float | None = None,
) -> Block:
    """A trend figure of one unit or huvudman, or a gap block when no year can be shown.

    ``cells`` are our own, one per school year of ``years``; values in the indicator's unit.
    """
    own = {cell.school_year: cell for cell in cells}
    trend = Trend(setting, indicator, tuple(years), own, tuple(comparisons), target)
    if not trend.shown and not any(figure.lozenge(cell) for cell in own.values()):
        return _gap(trend)
    return figure.figure_block(setting, _parts(trend), lambda width: draw(trend, width))


def _gap(trend: Trend) -> Block:
    hidden = [cell for cell in trend.own.values() if cell.state == "suppressed"]
    facts = facts_of(trend.own.values(), trend.indicator)
    what = f"{trend.indicator.short} kan inte visas för {trend.setting.subject}"
    if hidden:
        return figure.hidden_gap(what, trend.setting.subject, facts)
    return figure.gap_block(what, "Det finns inga uppgifter för de här läsåren.", "", facts)


def _parts(trend: Trend) -> Parts:
    indicator, last = trend.indicator, trend.last
    assert last is not None
    finding = _finding(trend)
    found = narrative.change_between(trend.earlier, last, indicator, standing=trend.setting.standing)
    derived: list[dict[str, Any]] = []
    foot = []
    if trend.earlier is not None and found.difference is not None:
        told = narrative.difference_words(found, indicator)
        foot.append(f"Förändring från {trend.earlier.school_year}: {told}.")
        derived += narrative.derived_change(found, trend.earlier, last, indicator)
    if last.has_n and last.n is not None:
        foot.append(f"{text.count(last.n)} elever {last.school_year}.")
    compared = [
        cell for other in trend.comparisons for cell in other.cells if cell.school_year in trend.years
    ]
    columns, rows = _table(trend)
    return Parts(
        finding=finding.text,
        title=f"{narrative.measured(indicator)}. {trend.setting.subject}, "
        f"{text.uncapitalised(figure.span_of_years(trend.years))}.",
        alt=_alt(trend, finding.text),
        foot=" ".join(foot),
        columns=columns,
        rows=rows,
        facts=facts_of([*trend.own.values(), *compared], indicator),
        notes=_notes(trend),
        derived=derived,
    )


def _finding(trend: Trend) -> narrative.Sentence:
    last = trend.last
    assert last is not None
    if trend.earlier is not None and trend.earlier.is_shown and last.is_shown:
        standing = trend.setting.standing
        sentence = narrative.change_sentence(trend.earlier, last, trend.indicator, standing=standing)
        if len(sentence.cells) > 1:
            return sentence
    other = next((o for o in reversed(trend.comparisons) if shown_at(o, last.school_year)), None)
    cell = shown_at(other, last.school_year) if other else None
    name = narrative.within_sentence(other.name) if other else ""
    return narrative.level_sentence(last, trend.indicator, cell, name)


def _alt(trend: Trend, finding: str) -> str:
    last = trend.last
    assert last is not None
    told = f"{narrative.in_prose(last, trend.indicator)} {last.school_year}"
    for other in trend.comparisons:
        cell = shown_at(other, last.school_year)
        if cell is not None:
            told += f", {narrative.within_sentence(other.name)} {cell.text}"
    parts = [f"Linjediagram. {trend.indicator.short}, {trend.setting.subject}. {told}"]
    if text.EN_DASH in finding and "förändring" in finding:
        parts.append(text.capitalised(finding.split(f"{text.EN_DASH} ", 1)[1]))
    hidden = [year for year in trend.years if year not in trend.own or not trend.own[year].is_shown]
    if hidden:
        parts.append(f"Utan exakt värde: {text.listing(hidden)}")
    return ". ".join(parts) + "."


def _table(trend: Trend) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    columns = [
        figure.column("period", "Läsår", "left"),
        figure.column("value", trend.setting.subject),
        figure.column("interval", f"95{text.NBSP}% intervall"),
        figure.column("n", "Antal"),
        *(figure.column(f"c{i}", other.name) for i, other in enumerate(trend.comparisons)),
    ]
    missing = figure.table_cell(".", reason="uppgift saknas")
    rows = []
    for year in trend.years:
        cell = trend.own.get(year)
        cells = {
            "period": figure.table_cell(year),
            "value": figure.value_cell(cell, trend.indicator) if cell else missing,
            "interval": figure.table_cell(cell.interval_text if cell and cell.is_shown else ""),
            "n": figure.table_cell(cell.n_text if cell else ""),
        }
        for i, other in enumerate(trend.comparisons):
            found = next((c for c in other.cells if c.school_year == year), None)
            cells[f"c{i}"] = figure.value_cell(found, trend.indicator)
        rows.append(figure.row(cells))
    return columns, rows


def _notes(trend: Trend) -> list[Mapping[str, str]]:
    notes: list[Mapping[str, str]] = [
        {"term": trend.indicator.short, "text": figure.brief(trend.indicator.definition)}
    ]
    if any(cell.low is not None for cell in trend.shown):
        notes.append(
            {
                "term": "Det skuggade fältet",
                "text": "visar osäkerheten, 95\u00a0%. I en liten grupp flyttar en elev siffran mycket.",
            }
        )
    notes += [
        {
            "term": mark.words,
            "text": f"pågick läsåren {mark.first}{text.EN_DASH}{mark.last}. Det är sammanhang, inte en orsak."
            if mark.first != mark.last
            else f"pågick läsåret {mark.first}. Det är sammanhang, inte en orsak.",
        }
        for mark in trend.setting.marks
        if any(mark.first <= year <= mark.last for year in trend.years)
    ]
    return notes + figure.mark_notes(trend.own.values())
