"""SALSA residuals as dots round zero: a unit's years, or the huvudman's units by area and name (floor 6).

Never ranked, never a verdict: half of all schools lie below zero, and the band shows how far apart schools
with the same intake usually are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.rows import (
    HeadWord,
    Lane,
    draw_axis,
    draw_head_words,
    draw_hidden,
    row_sheet,
)
from analysis_lib.present.charts.scales import round_domain
from analysis_lib.present.evidence import cell_name, derived_value, facts_of, merged
from analysis_lib.vocabulary.indicators import Indicator


@dataclass(frozen=True)
class Usual:
    """How far from zero two of three schools lie in a published model, and which läsår it is of."""

    error: float
    school_year: str


@dataclass(frozen=True)
class ResidualRow:
    """One dot: a läsår or a unit, with the actual and expected result that Skolverket published."""

    label: str
    residual: ReleasedCell
    actual: ReleasedCell | None = None
    expected: ReleasedCell | None = None
    group: str = ""
    is_own: bool = False

    @property
    def value(self) -> float | None:
        return self.residual.value if self.residual.is_shown else None


@dataclass(frozen=True)
class Measured:
    """What the residuals are of: the three indicators, the result's name and its unit."""

    indicators: tuple[Indicator, Indicator, Indicator]
    name: str
    unit: str


def draw_residuals(
    rows: Sequence[ResidualRow],
    *,
    setting: Setting,
    measured: Measured,
    usual: Usual | None = None,
    wording: str = "",
    over_years: bool = True,
) -> Block:
    """Dots of actual minus expected; ``over_years``: the rows are läsår of one unit, else units of one läsår.

    A gap block when no residual can be shown. ``wording`` stands beside every such figure (R6).
    """
    facts = merged(*(_facts(row, measured) for row in rows))
    if not any(row.value is not None for row in rows):
        return figure.hidden_gap(f"SALSA kan inte visas för {setting.subject}", setting.subject, facts)
    finding = _finding(rows, measured, usual, over_years=over_years)
    years = sorted({row.residual.school_year for row in rows})
    period = years[0] if len(years) == 1 else f"{years[0]}{text.EN_DASH}{years[-1]}"
    columns, table = _table(rows, measured, over_years=over_years)
    parts = Parts(
        finding=finding,
        title=f"{text.capitalised(measured.name)}: faktiskt minus modellberäknat, {measured.unit}. "
        f"{setting.subject}, {'läsåren' if len(years) > 1 else 'läsåret'} {period}.",
        alt=f"Prickdiagram kring noll. Avvikelse i SALSA, {setting.subject}. {finding}.",
        foot=_foot(usual),
        columns=columns,
        rows=table,
        facts=facts,
        notes=_notes(rows, usual, wording),
        derived=_derived(rows, usual),
    )
    return figure.figure_block(setting, parts, lambda width: _draw(rows, setting, measured, usual, width))


def _facts(row: ResidualRow, measured: Measured) -> tuple[Any, ...]:
    actual, expected, residual = measured.indicators
    return merged(
        facts_of([row.actual], actual), facts_of([row.expected], expected), facts_of([row.residual], residual)
    )


def _derived(rows: Sequence[ResidualRow], usual: Usual | None) -> list[dict[str, Any]]:
    """The residuals without their sign, as the finding says them, and the model's own spread."""
    told = [
        derived_value("size", abs(row.value), 0, [cell_name(row.residual)])
        for row in rows
        if row.value is not None
    ]
    of = f"params/rules/salsa.yaml, {usual.school_year}" if usual else ""
    return [*told, derived_value("usual", usual.error, 0, [of])] if usual else told


def _is_usual(value: float, usual: Usual) -> bool:
    return abs(value) <= usual.error


def _signed(value: float) -> str:
    return text.number(value, 0, signed=bool(value))


def _finding(
    rows: Sequence[ResidualRow], measured: Measured, usual: Usual | None, *, over_years: bool
) -> str:
    if not over_years:
        values = [row.value for row in rows if row.value is not None]
        above = sum(value > 0 for value in values)
        many = text.count_word(len(values))
        told = f"{text.capitalised(text.count_word(above))} av {many} skolor ligger över det modellberäknade"
        return f"{told}, {text.count_word(len(values) - above)} under eller på det"
    row = max((row for row in rows if row.value is not None), key=lambda each: each.residual.school_year)
    value = float(row.value or 0.0)
    told = f"{text.capitalised(measured.name)} {_beside(value, measured)} läsåret {row.residual.school_year}"
    if usual is None:
        return told
    words = "inom det som är vanligt" if _is_usual(value, usual) else "mer än vad som är vanligt"
    return f"{told}{text.NBSP}{text.EN_DASH} {words} för en skola"


def _beside(value: float, measured: Measured) -> str:
    if not value:
        return "ligger på det modellberäknade"
    side = "över" if value > 0 else "under"
    return f"ligger {text.number(abs(value), 0)}{text.NBSP}{measured.unit} {side} det modellberäknade"


def _foot(usual: Usual | None) -> str:
    if usual is None:
        return ""
    return (
        f"Det ljusa fältet: två av tre skolor låg inom {text.number(usual.error, 0)} från noll i "
        f"Skolverkets modell för {usual.school_year}."
    )


def _notes(rows: Sequence[ResidualRow], usual: Usual | None, wording: str) -> list[Any]:
    notes: list[Any] = [{"term": "Vad avvikelsen säger", "text": wording}] if wording else []
    if usual is not None:
        told = (
            "visar hur mycket skolor med samma elevsammansättning brukar skilja sig. Spridningen är från "
            "det senaste läsår som Skolverket har beskrivit modellen för, så den är en ungefärlig ledning."
        )
        notes.append({"term": "Det ljusa fältet", "text": told})
    return notes + list(figure.mark_notes(row.residual for row in rows if not row.residual.is_shown))


def _table(
    rows: Sequence[ResidualRow], measured: Measured, *, over_years: bool
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    actual, expected, residual = measured.indicators
    columns = [
        figure.column("group", "Läsår" if over_years else "Enhet", "left"),
        *([] if over_years else [figure.column("period", "Läsår", "left")]),
        figure.column("actual", "Faktiskt"),
        figure.column("expected", "Modellberäknat"),
        figure.column("residual", f"Avvikelse, {measured.unit}"),
    ]
    table = []
    for row in rows:
        shown = figure.value_cell(row.residual, residual)
        if row.value is not None:
            shown = figure.table_cell(_signed(row.value))
        cells = {
            "group": figure.table_cell(row.label),
            "period": figure.table_cell(row.residual.school_year),
            "actual": figure.value_cell(row.actual, actual),
            "expected": figure.value_cell(row.expected, expected),
            "residual": shown,
        }
        kept = {each["key"] for each in columns}
        table.append(figure.row({k: v for k, v in cells.items() if k in kept}, "own" if row.is_own else ""))
    return columns, table


def _draw(
    rows: Sequence[ResidualRow],
    setting: Setting,
    measured: Measured,
    usual: Usual | None,
    width: theme.Width,
) -> dict[str, Any]:
    values = [row.value for row in rows if row.value is not None]
    reach = max(abs(value) for value in (*values, usual.error if usual else 0.0, 5.0))
    domain, ticks = round_domain([-reach, reach])
    lanes = [
        Lane(
            row.label,
            _signed(row.value) if row.value is not None else row.residual.text,
            row.group,
            row.is_own,
            is_quiet=row.value is None,
        )
        for row in rows
    ]
    sheet = row_sheet(width, lanes, domain, head=62 if width == "narrow" else 46)
    canvas = sheet.canvas
    if usual is not None:
        left, right = canvas.px(-usual.error), canvas.px(usual.error)
        canvas.box(left, 0, right - left, canvas.plot_height, theme.TONE)
    draw_axis(sheet, ticks, unit=measured.unit if measured.unit == "poäng" else "")
    canvas.rule(canvas.px(0), -4, canvas.px(0), canvas.plot_height, theme.INK_2, 1.4)
    for row, middle in zip(rows, sheet.middles, strict=True):
        if row.value is None:
            draw_hidden(canvas, middle, row.residual)
            continue
        canvas.rule(canvas.px(0), middle, canvas.px(row.value), middle, theme.LAKE, 2)
        is_plain = usual is not None and _is_usual(row.value, usual)
        fill = theme.WHITE if is_plain else theme.LAKE
        canvas.dots([(row.value, middle)], 11, fill=fill, stroke=theme.LAKE, strokeWidth=2.4)
    words = [HeadWord("under modellberäknat", domain[0] / 2), HeadWord("över modellberäknat", domain[1] / 2)]
    draw_head_words(sheet, words, 1)
    return canvas.spec(f"{setting.id}-{width}", "")
