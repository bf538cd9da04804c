"""Who answered a survey and who did not: the bar above the answers, and a figure of its own (floor 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.rows import Lane, draw_hidden, row_sheet
from analysis_lib.present.evidence import cell_name, derived_value, facts_of, merged
from analysis_lib.present.typeset import text_width, wrap
from analysis_lib.statistics.surveys import Response
from analysis_lib.vocabulary.indicators import Indicator


@dataclass(frozen=True)
class Answered:
    """The response of one group: its cell (a share of those asked), and what the people are called."""

    cell: ReleasedCell
    indicator: Indicator
    people: str
    is_estimate: bool = False

    @property
    def is_known(self) -> bool:
        """Whether both numbers may be told."""
        return self.cell.is_shown and self.asked > 0

    @property
    def asked(self) -> int:
        return int(self.cell.n or 0)

    @property
    def answers(self) -> int:
        return int(self.cell.numerator or 0) if self.cell.numerator is not None else 0

    @property
    def silent(self) -> int:
        return max(self.asked - self.answers, 0)

    @property
    def facts(self) -> tuple[Fact, ...]:
        return facts_of([self.cell], self.indicator)

    @property
    def derived(self) -> list[dict[str, Any]]:
        """How many answered and how many did not, reckoned from the share and how many were asked."""
        if not self.is_known:
            return []
        name = [cell_name(self.cell)]
        return [
            derived_value("svarande", self.answers, 0, name),
            derived_value("svarade inte", self.silent, 0, name),
        ]


def answered_words(answered: Answered) -> str:
    """``84 av 96 elever svarade (87,5 %), 12 svarade inte.``"""
    if not answered.is_known:
        return ""
    rate = narrative.with_unit(answered.cell, answered.indicator)
    few = text.count(answered.silent) if answered.silent else "alla svarade"
    rest = f"{few} svarade inte" if answered.silent else few
    # A mass noun cannot be counted: "19 av 27 pedagogisk personal" is no Swedish.
    who = "tillfrågade" if "personal" in answered.people else answered.people
    return f"{text.count(answered.answers)} av {text.count(answered.asked)} {who} svarade ({rate}), {rest}."


def draw_answered(canvas: Canvas, answered: Answered, top: float) -> None:
    """The bar of those who answered, the rest hatched, with the numbers in words below it."""
    wide = canvas.total_width
    part = wide * answered.answers / answered.asked if answered.asked else 0
    canvas.box(-canvas.left, top, part, 10, theme.INK_2)
    canvas.box(-canvas.left + part, top, wide - part, 10, theme.HATCH_SUPPRESSED)
    size = canvas.type.axis
    for number, line in enumerate(wrap(answered_words(answered).rstrip("."), size, wide)):
        canvas.text(-canvas.left, top + 26 + 17 * number, line, size=size)


@dataclass(frozen=True)
class ResponseRow:
    """One group's response in one läsår, for the figure of them all."""

    survey: str
    group: str
    year: str
    answered: Answered


def draw_responses(rows: Sequence[ResponseRow], *, setting: Setting) -> Block:
    """How many answered in each survey and group, or a gap block when nothing may be told."""
    facts = merged(*(row.answered.facts for row in rows))
    shown = [row for row in rows if row.answered.is_known]
    if not shown:
        what = f"Svarsfrekvensen kan inte visas för {setting.subject}: för få svarade"
        return figure.hidden_gap(what, setting.subject, facts)
    lowest = min(shown, key=lambda row: row.answered.cell.value or 0)
    band = Response(lowest.answered.asked, lowest.answered.answers).band()
    of = "" if len(shown) == len(rows) else " av dem som visas"
    finding = f"Lägst{of} är svarsfrekvensen bland {lowest.group}: {_percent(lowest)}"
    if len(shown) == 1:
        finding = f"Svarsfrekvensen bland {lowest.group} är {_percent(lowest)}"
    parts = Parts(
        finding=finding,
        title=f"Svarsfrekvens, procent av de tillfrågade. {setting.subject}.",
        alt=f"Stapeldiagram. Svarsfrekvens, {setting.subject}. {finding}. {text.capitalised(band)}.",
        foot="",
        columns=[
            figure.column("survey", "Enkät", "left"),
            figure.column("group", "Svarande", "left"),
            figure.column("period", "Läsår", "left"),
            figure.column("rate", "Svarsfrekvens"),
            figure.column("answers", "Svarade"),
            figure.column("asked", "Tillfrågade"),
        ],
        rows=[_table_row(row) for row in rows],
        facts=facts,
        notes=_notes(rows, lowest, band),
        derived=[each for row in rows for each in row.answered.derived],
    )
    return figure.figure_block(setting, parts, lambda width: _draw(rows, setting, width))


def _percent(row: ResponseRow) -> str:
    return narrative.in_prose(row.answered.cell, row.answered.indicator)


def _table_row(row: ResponseRow) -> dict[str, Any]:
    known = row.answered.is_known
    cells = {
        "survey": figure.table_cell(row.survey),
        "group": figure.table_cell(text.capitalised(row.group)),
        "period": figure.table_cell(row.year),
        "rate": figure.value_cell(row.answered.cell, row.answered.indicator),
        "answers": figure.table_cell(text.count(row.answered.answers) if known else ".."),
        "asked": figure.table_cell(row.answered.cell.n_text),
    }
    return figure.row(cells)


def _notes(rows: Sequence[ResponseRow], lowest: ResponseRow, band: str) -> list[Any]:
    notes: list[Any] = [{"term": text.capitalised(lowest.group), "text": f"{text.capitalised(band)}."}]
    if any(row.answered.is_estimate for row in rows):
        words = "Enkäten går till barnets hem, så svarsfrekvensen är en uppskattning."
        notes.append({"term": "Uppskattning", "text": words})
    return notes + list(figure.mark_notes((row.answered.cell for row in rows), "svarande"))


def _draw(rows: Sequence[ResponseRow], setting: Setting, width: theme.Width) -> dict[str, Any]:
    lanes = [Lane(f"{text.capitalised(row.group)}, {row.year}", _lane_value(row), row.survey) for row in rows]
    sheet = row_sheet(width, lanes, (0, 100), head=18, foot=10)
    canvas = sheet.canvas
    for row, middle in zip(rows, sheet.middles, strict=True):
        if not row.answered.is_known:
            draw_hidden(canvas, middle, row.answered.cell)
            continue
        part = canvas.px(float(row.answered.cell.value or 0))
        canvas.box(0, middle - 10, part, 20, theme.INK_2)
        canvas.box(part, middle - 10, canvas.plot_width - part, 20, theme.HATCH_SUPPRESSED)
        words = f"{text.count(row.answered.answers)} av {text.count(row.answered.asked)}"
        if text_width(words, canvas.type.note) + 16 < part:
            canvas.text(8, middle, words, size=canvas.type.note, colour=theme.WHITE)
    return canvas.spec(f"{setting.id}-{width}", "")


def _lane_value(row: ResponseRow) -> str:
    return narrative.with_unit(row.answered.cell, row.answered.indicator)
