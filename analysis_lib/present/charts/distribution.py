"""Grades as stacked 100 % bars, one per subject or year (floor 6).

Shares of hidden grades are never drawn one by one: together they are one hatched piece at the end of the bar.
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
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.rows import Lane, draw_hidden, legend, row_sheet
from analysis_lib.present.evidence import facts_of
from analysis_lib.present.typeset import text_width
from analysis_lib.vocabulary.indicators import Indicator

GRADES = ("A", "B", "C", "D", "E", "F", "-")
GRADE_WORDS = {"-": "Streck (–)"}
FILLS = {
    "A": theme.SEQUENTIAL[6],
    "B": theme.SEQUENTIAL[5],
    "C": theme.SEQUENTIAL[4],
    "D": theme.SEQUENTIAL[2],
    "E": theme.SEQUENTIAL[1],
    "F": theme.HATCH_NEGATIVE,
    "-": theme.TONE,
}
LEAST_WIDTH = 24


@dataclass(frozen=True)
class GradeBar:
    """One bar: its name (a subject or a school year) and its cells, one per grade in ``category``."""

    label: str
    cells: Sequence[ReleasedCell]

    def of(self, grade: str) -> ReleasedCell | None:
        return next((cell for cell in self.cells if cell.category == grade), None)

    @property
    def shown(self) -> list[tuple[str, float]]:
        found = [(grade, self.of(grade)) for grade in GRADES]
        return [
            (grade, cell.value) for grade, cell in found if cell and cell.is_shown and cell.value is not None
        ]

    @property
    def n_text(self) -> str:
        return next((cell.n_text for cell in self.cells if cell.n_state == "shown"), "..")

    @property
    def has_hidden(self) -> bool:
        return any(cell.state not in ("shown", "missing") for cell in self.cells)


def draw_grade_distribution(
    bars: Sequence[GradeBar], *, setting: Setting, indicator: Indicator, year: str, bars_are: str = "Ämne"
) -> Block:
    """Stacked bars of the grades A-F, or a gap block when every bar is hidden.

    ``year`` is a school year, or a span of them when the bars are years (``bars_are="Läsår"``).
    """
    facts = facts_of([cell for bar in bars for cell in bar.cells], indicator)
    if not any(bar.shown for bar in bars):
        what = f"Betygens fördelning kan inte visas för {setting.subject}"
        return figure.hidden_gap(what, setting.subject, facts)
    columns, table = _table(bars, year, bars_are)
    parts = Parts(
        finding=_finding(bars),
        title=f"{indicator.title}, procent av eleverna. {setting.subject}, läsåret {year}.",
        alt=_alt(bars, setting),
        foot="Talen i staplarna är avrundade till hela procent och kan därför ge en annan summa än 100.",
        columns=columns,
        rows=table,
        facts=facts,
        notes=_notes(bars, indicator),
    )
    return figure.figure_block(setting, parts, lambda width: _draw(bars, setting, width))


def _finding(bars: Sequence[GradeBar]) -> str:
    known = [(bar, dict(bar.shown)) for bar in bars]
    with_f = [(bar, shares["F"]) for bar, shares in known if "F" in shares]
    if with_f:
        bar, share = max(with_f, key=lambda pair: pair[1])
        if share > 0:
            of = "" if len(with_f) == len(bars) else " av det som visas"
            return f"Högst andel F{of} i {_name(bar)}: {text.number(share)}{text.NBSP}procent"
    bar, shares = next((bar, shares) for bar, shares in known if shares)
    grade, share = max(shares.items(), key=lambda pair: pair[1])
    return f"Vanligaste betyget i {_name(bar)} är {grade}: {text.number(share)}{text.NBSP}procent"


def _name(bar: GradeBar) -> str:
    return text.uncapitalised(bar.label)


def _alt(bars: Sequence[GradeBar], setting: Setting) -> str:
    told = [f"Stapeldiagram. Betygens fördelning, {setting.subject}", _finding(bars)]
    hidden = [_name(bar) for bar in bars if not bar.shown]
    if hidden:
        told.append(f"Visas inte: {text.listing(hidden)}")
    return ". ".join(told) + "."


def _notes(bars: Sequence[GradeBar], indicator: Indicator) -> list[Any]:
    notes: list[Any] = [{"term": indicator.short, "text": figure.brief(indicator.definition)}]
    if any(bar.has_hidden and bar.shown for bar in bars):
        told = "Betyg som få elever har fått visas inte var för sig: de är tillsammans det streckade fältet."
        notes.append({"term": "Streckat fält i stapeln", "text": told})
    return notes + list(figure.mark_notes(cell for bar in bars for cell in bar.cells if not cell.is_shown))


def _table(
    bars: Sequence[GradeBar], year: str, bars_are: str
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    grades = [grade for grade in GRADES if any(bar.of(grade) for bar in bars)]
    columns = [
        figure.column("group", bars_are, "left"),
        *([] if bars_are == "Läsår" else [figure.column("period", "Läsår", "left")]),
        *(figure.column(f"g{i}", GRADE_WORDS.get(grade, grade)) for i, grade in enumerate(grades)),
        figure.column("n", "Antal"),
    ]
    rows = []
    for bar in bars:
        cells = {"group": figure.table_cell(bar.label), "period": figure.table_cell(year)}
        if bars_are == "Läsår":
            del cells["period"]
        for i, grade in enumerate(grades):
            cell = bar.of(grade)
            hidden = cell is not None and not cell.is_shown
            words = cell.text if cell is not None else ""
            reason = narrative.why_hidden(cell) if hidden and cell is not None else ""
            cells[f"g{i}"] = figure.table_cell(words, reason=reason)
        cells["n"] = figure.table_cell(bar.n_text)
        rows.append(figure.row(cells))
    return columns, rows


def _draw(bars: Sequence[GradeBar], setting: Setting, width: theme.Width) -> dict[str, Any]:
    lanes = [Lane(bar.label, bar.n_text, is_quiet=True) for bar in bars]
    sheet = row_sheet(
        width, lanes, (0, 100), head=64 if width == "narrow" else 56, value_head="elever", foot=8
    )
    canvas = sheet.canvas
    grades = [grade for grade in GRADES if any(bar.of(grade) for bar in bars)]
    entries = [(FILLS[grade], GRADE_WORDS.get(grade, grade)) for grade in grades]
    legend(canvas, entries, -54 if width == "narrow" else -46)
    for bar, middle in zip(bars, sheet.middles, strict=True):
        if not bar.shown:
            draw_hidden(canvas, middle, bar.cells[0] if bar.cells else None)
        else:
            _bar(canvas, bar, middle)
    return canvas.spec(f"{setting.id}-{width}", "")


def _bar(canvas: Canvas, bar: GradeBar, middle: float) -> None:
    at, size, tall = 0.0, canvas.type.axis, 22.0
    for grade, share in bar.shown:
        left, wide = canvas.px(at), canvas.px(share)
        at += share
        if wide <= 0:
            continue
        outline = {"stroke": theme.WHITE, "strokeWidth": 1.2}
        if grade == "-":
            outline = {"stroke": theme.INK_2, "strokeWidth": 0.8}
        words = text.number(share, 0)
        tip = f"{bar.label}, {grade}: {words}{text.NBSP}%"
        canvas.box(left, middle - tall / 2, wide, tall, FILLS[grade], tip=tip, **outline)
        if wide >= max(LEAST_WIDTH, text_width(words, size) + 6) - 6:
            ground = theme.DIVERGING[1] if grade == "F" else ""
            colour = theme.INK if grade in "F-" else theme.ink_on(FILLS[grade])
            canvas.text(
                left + wide / 2, middle, words, colour=colour, size=size, align="center", ground=ground
            )
    if bar.has_hidden and at < 99.5:
        left = canvas.px(at)
        canvas.box(left, middle - tall / 2, canvas.plot_width - left, tall, theme.HATCH_SUPPRESSED)
        if canvas.plot_width - left > 30:
            x = (left + canvas.plot_width) / 2
            canvas.text(x, middle, "..", size=size, weight=600, align="center", ground=theme.WHITE)
