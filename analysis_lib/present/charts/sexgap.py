"""Girls and boys side by side: a dumbbell for each measure (grammar 8, floor 6).

A thick line means a sure difference, a grey one means none; if either value is hidden the row is hatched,
because the other value with the whole would give it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.rows import (
    HeadWord,
    Lane,
    draw_axis,
    draw_head_words,
    draw_hidden,
    draw_lozenge,
    row_sheet,
)
from analysis_lib.present.charts.scales import round_domain
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.statistics.change import Change, Verdict
from analysis_lib.vocabulary.indicators import Indicator

SURE = (Verdict.SURE_INCREASE, Verdict.SURE_DECREASE)


@dataclass(frozen=True)
class GapRow:
    """One measure for girls and boys of the same group and school year."""

    label: str
    girls: ReleasedCell
    boys: ReleasedCell
    indicator: Indicator

    @property
    def is_shown(self) -> bool:
        return self.girls.is_shown and self.boys.is_shown

    @property
    def difference(self) -> Change:
        """Girls minus boys."""
        return narrative.change_between(self.boys, self.girls, self.indicator)


def draw_sex_gap(rows: Sequence[GapRow], *, setting: Setting, title: str, year: str) -> Block:
    """A dumbbell per measure (all in the same unit), or a gap block when none can be compared."""
    facts = merged(*(facts_of([row.girls, row.boys], row.indicator) for row in rows))
    if not any(row.is_shown for row in rows):
        what = f"Flickor och pojkar kan inte jämföras för {setting.subject}"
        return figure.hidden_gap(what, setting.subject, facts)
    columns, table = _table(rows, year)
    finding = _finding(rows)
    parts = Parts(
        finding=finding,
        title=f"{title}. Flickor och pojkar, {setting.subject}, läsåret {year}.",
        alt=_alt(rows, setting, finding),
        foot="Tjock linje: säker skillnad. Grå linje: ingen säker skillnad.",
        columns=columns,
        rows=table,
        facts=facts,
        notes=list(figure.mark_notes(cell for row in rows for cell in (row.girls, row.boys))),
        derived=[
            part
            for row in rows
            if row.is_shown
            for part in narrative.derived_change(row.difference, row.boys, row.girls, row.indicator)
        ],
    )
    return figure.figure_block(setting, parts, lambda width: _draw(rows, setting, width))


def _finding(rows: Sequence[GapRow]) -> str:
    compared = [row for row in rows if row.is_shown]
    sure = [row for row in compared if row.difference.verdict in SURE]
    if not sure:
        judged = [row for row in compared if row.difference.low is not None]
        if not judged:
            return _told(max(compared, key=lambda row: abs(row.difference.difference or 0)))
        if len(compared) == 1:
            return f"{compared[0].label}: ingen säker skillnad mellan flickor och pojkar"
        return "Ingen säker skillnad mellan flickor och pojkar"
    largest = max(sure, key=lambda row: abs(row.difference.difference or 0))
    return _told(largest)


def _told(row: GapRow) -> str:
    size = abs(row.difference.difference or 0)
    unit = "procentenheter" if row.indicator.kind == "share" else narrative.unit_words(row.indicator)
    higher = "flickorna" if (row.difference.difference or 0) > 0 else "pojkarna"
    certainty = "säkert " if row.difference.verdict in SURE else ""
    amount = f"{text.number(size, row.indicator.decimals)} {unit}"
    return f"{row.label}: {higher} ligger {certainty}högre, {amount}"


def _alt(rows: Sequence[GapRow], setting: Setting, finding: str) -> str:
    told = [f"Prickdiagram med flickor och pojkar. {setting.subject}", finding]
    shown = [row for row in rows if row.is_shown]
    row = max(shown, key=lambda one: abs(one.difference.difference or 0))
    told.append(f"{row.label}: flickor {row.girls.text}, pojkar {row.boys.text}")
    hidden = [one.label for one in rows if not one.is_shown]
    if hidden:
        told.append(f"Visas inte exakt: {text.listing(hidden)}")
    return ". ".join(told) + "."


def _difference_text(row: GapRow) -> str:
    if not row.is_shown or row.difference.difference is None:
        return ".."
    return text.number(row.difference.difference, row.indicator.decimals, signed=True)


def _table(rows: Sequence[GapRow], year: str) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    columns = [
        figure.column("group", "Mått", "left"),
        figure.column("period", "Läsår", "left"),
        figure.column("girls", "Flickor"),
        figure.column("girls_n", "Antal flickor"),
        figure.column("boys", "Pojkar"),
        figure.column("boys_n", "Antal pojkar"),
        figure.column("difference", "Flickor minus pojkar"),
        figure.column("interval", f"95{text.NBSP}% intervall"),
    ]
    table = []
    for row in rows:
        found = row.difference
        bounds = "" if found.low is None or found.high is None else text.interval(found.low, found.high)
        cells = {
            "group": figure.table_cell(row.label),
            "period": figure.table_cell(year),
            "girls": figure.value_cell(row.girls, row.indicator),
            "girls_n": figure.table_cell(row.girls.n_text),
            "boys": figure.value_cell(row.boys, row.indicator),
            "boys_n": figure.table_cell(row.boys.n_text),
            "difference": figure.table_cell(_difference_text(row)),
            "interval": figure.table_cell(bounds if row.is_shown else ""),
        }
        table.append(figure.row(cells))
    return columns, table


def _draw(rows: Sequence[GapRow], setting: Setting, width: theme.Width) -> dict[str, Any]:
    values: list[float] = []
    for row in rows:
        for cell in (row.girls, row.boys):
            values += [cell.value] if cell.is_shown and cell.value is not None else []
            values += list(figure.lozenge(cell) or ())
    is_share = all(row.indicator.kind == "share" for row in rows)
    domain, ticks = round_domain(values, floor=0, ceiling=100 if is_share else None)
    lanes = [
        Lane(row.label, _difference_text(row), is_quiet=row.difference.verdict not in SURE) for row in rows
    ]
    sheet = row_sheet(width, lanes, domain, head=62, value_head="skillnad")
    canvas = sheet.canvas
    draw_axis(sheet, ticks, unit="%" if is_share else "")
    for row, middle in zip(rows, sheet.middles, strict=True):
        if not row.is_shown:
            _draw_partly(canvas, row, middle)
            continue
        is_sure = row.difference.verdict in SURE
        girls, boys = row.girls.value or 0, row.boys.value or 0
        ends = [(middle, min(girls, boys), max(girls, boys))]
        canvas.whiskers(ends, theme.LAKE if is_sure else theme.NATION, 5 if is_sure else 2.4)
        told = [_tip(row, name, cell) for name, cell in (("pojkar", row.boys), ("flickor", row.girls))]
        canvas.dots([(boys, middle)], 11, tips=told[:1], fill=theme.WHITE, stroke=theme.LAKE, strokeWidth=2.4)
        canvas.dots([(girls, middle)], 11, tips=told[1:], fill=theme.LAKE, stroke=theme.LAKE, strokeWidth=2)
    first = next(index for index, row in enumerate(rows) if row.is_shown)
    if first == 0 or all(not row.is_shown for row in rows[:first]):
        heads = [
            HeadWord("Flickor ●", float(rows[first].girls.value or 0), theme.LAKE, 600),
            HeadWord("Pojkar ○", float(rows[first].boys.value or 0), theme.LAKE, 600),
        ]
        draw_head_words(sheet, heads, 0 if first == 0 else first)
    return canvas.spec(f"{setting.id}-{width}", "")


def _tip(row: GapRow, name: str, cell: ReleasedCell) -> str:
    return f"{row.label}, {name}: {narrative.with_unit(cell, row.indicator)}"


def _draw_partly(canvas: Any, row: GapRow, middle: float) -> None:
    places = [figure.lozenge(cell) for cell in (row.girls, row.boys)]
    hidden = next((c for c in (row.girls, row.boys) if c.state in ("suppressed", "missing")), None)
    if hidden is not None:
        draw_hidden(canvas, middle, hidden)
        return
    for place in places:
        if place is not None:
            draw_lozenge(canvas, middle, *place)
    for cell, fill in ((row.girls, theme.LAKE), (row.boys, theme.WHITE)):
        if cell.is_shown and cell.value is not None:
            canvas.dots([(cell.value, middle)], 11, fill=fill, stroke=theme.LAKE, strokeWidth=2.4)
