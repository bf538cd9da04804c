"""The answers to questions as diverging bars, with those who did not answer in a bar above (grammar 9).

Positive answers stand to the right of zero and all others to the left, the strongest outermost. "Vet ej"
stands beside the bars, never in them, and steps that few have chosen were put together before release.
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
from analysis_lib.present.charts.answered import Answered, answered_words, draw_answered
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.likert_table import likert_table
from analysis_lib.present.charts.rows import Lane, draw_hidden, legend, row_sheet
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.present.typeset import text_width
from analysis_lib.vocabulary.indicators import Indicator

TALL = 24.0
LEAST_WIDTH = 15.0


@dataclass(frozen=True)
class Part:
    """One piece of a bar: its answers in words and its cell; ``strength`` counts from zero outwards.

    ``side`` is 1 for positive answers, -1 for others and 0 for "vet ej"; ``is_middle`` marks the step that is
    neither.
    """

    words: str
    cell: ReleasedCell
    side: int
    is_outermost: bool = False
    is_middle: bool = False
    is_merged: bool = False

    @property
    def share(self) -> float:
        return float(self.cell.value or 0) if self.cell.is_shown else 0.0

    @property
    def fill(self) -> str:
        if self.side > 0:
            return theme.LAKE if self.is_outermost else theme.DIVERGING[3]
        if self.is_middle:
            return theme.DIVERGING[2]
        return theme.HATCH_MOST_NEGATIVE if self.is_outermost else theme.HATCH_NEGATIVE


@dataclass(frozen=True)
class LikertRow:
    """One question: its wording and area, its pieces from the most positive to the most negative.

    ``positive`` is the share positive; ``others`` the same in the kommun and in riket, by name.
    """

    words: str
    area: str
    parts: Sequence[Part]
    positive: ReleasedCell | None = None
    others: tuple[tuple[str, ReleasedCell], ...] = ()

    @property
    def is_shown(self) -> bool:
        return bool(self.parts) and all(part.cell.is_shown for part in self.parts)

    def on(self, side: int) -> list[Part]:
        """The pieces of one side, from zero outwards."""
        found = [part for part in self.parts if part.side == side]
        return found[::-1] if side > 0 else found

    def reach(self, side: int) -> float:
        return sum(part.share for part in self.on(side))

    @property
    def unknown(self) -> str:
        """The share that does not know, or that so few did that they stand in the last piece."""
        found = self.on(0)
        if found:
            return narrative.with_unit(found[0].cell, _SHARE) if found[0].cell.is_shown else ".."
        return "få" if self.is_shown else ""


_SHARE = Indicator(
    id="surveys.answers", title="-", short="-", finding="-", kind="share", population="-", formula="-",
    definition="-", source="-",
)  # fmt: skip


def draw_likert(
    rows: Sequence[LikertRow],
    *,
    setting: Setting,
    indicators: tuple[Indicator, Indicator],
    people: str,
    when: str,
    answered: Answered | None = None,
) -> Block:
    """Diverging bars of the questions in the order given, or a gap block when none may be shown.

    ``indicators``: of the answers and of the share positive; ``people`` who answered, ``when`` the läsår.
    """
    answers, positive = indicators
    facts = merged(
        facts_of([part.cell for row in rows for part in row.parts], answers),
        facts_of([row.positive for row in rows], positive),
        facts_of([cell for row in rows for _, cell in row.others], positive),
        answered.facts if answered else (),
    )
    if not any(row.is_shown or _is_tail(row) for row in rows):
        what = f"Svaren från {people} visas inte för {setting.subject}"
        told = answered_words(answered) if answered else ""
        why = f"{told} En liten grupp svarande skyddas.".strip()
        return figure.gap_block(what, why, "", facts)
    columns, table = likert_table(rows, positive)
    parts = Parts(
        finding=_finding(rows),
        title=f"Så svarade {people}, procent av alla svar. {setting.subject}, läsåret {when}.",
        alt=_alt(rows, setting, people),
        foot="Talen i staplarna är avrundade till hela procent.",
        columns=columns,
        rows=table,
        facts=facts,
        notes=_notes(rows, answered),
        derived=answered.derived if answered else [],
        weights=(2.4, 3.4, *[0.8] * (len(columns) - 2)),
    )
    return figure.figure_block(setting, parts, lambda width: _draw(rows, setting, width, answered))


def _is_tail(row: LikertRow) -> bool:
    return row.positive is not None and row.positive.state in ("nearly_all", "nearly_none")


def _known(rows: Sequence[LikertRow]) -> list[tuple[float, LikertRow]]:
    """The questions with a share positive that is told, the lowest first."""
    found = [(row.positive.value, row) for row in rows if row.positive is not None and row.positive.is_shown]
    return sorted(((float(v), row) for v, row in found if v is not None), key=lambda each: each[0])


def _finding(rows: Sequence[LikertRow]) -> str:
    known = _known(rows)
    nearly = [row for row in rows if row.positive is not None and row.positive.state == "nearly_all"]
    if not known:
        return "Nästan alla svarade positivt" if nearly else "Så fördelar sig svaren"
    (low, lowest), (high, highest) = known[0], known[-1]
    if nearly:
        one = f"en fråga om {_area(nearly[0])}"
        many = one if len(nearly) == 1 else f"{text.count_word(len(nearly))} frågor"
        fewest = f"färst positiva svar får en fråga om {_area(lowest)}, {_percent(low)}"
        return f"Nästan alla svarade positivt på {many}; {fewest}"
    if lowest is highest:
        return f"{_percent(high)} svarade positivt på frågan om {_area(highest)}"
    if lowest.area == highest.area:
        return f"Från {_percent(low)} till {_percent(high)} svarade positivt på frågorna om {_area(highest)}"
    return (
        f"Flest positiva svar får en fråga om {_area(highest)}, {_percent(high)}, "
        f"färst en om {_area(lowest)}, {_percent(low)}"
    )


def _percent(share: float) -> str:
    return f"{text.number(share, 0)}{text.NBSP}procent"


def _area(row: LikertRow) -> str:
    return text.uncapitalised(row.area or "verksamheten")


def _alt(rows: Sequence[LikertRow], setting: Setting, people: str) -> str:
    told = [f"Stapeldiagram kring noll. Så svarade {people}, {setting.subject}", _finding(rows)]
    hidden = sum(not row.is_shown for row in rows)
    if hidden:
        told.append(f"{text.capitalised(text.count_word(hidden))} av {text.count_word(len(rows))} frågor "
                    "visas inte svar för svar")  # fmt: skip
    return ". ".join(told) + "."


def _notes(rows: Sequence[LikertRow], answered: Answered | None) -> list[Any]:
    notes: list[Any] = []
    if answered is not None and answered.is_known:
        words = "De som inte svarade kan tycka något annat, därför visar vi hur många de är."
        if answered.is_estimate:
            words += " Svarsfrekvensen är en uppskattning: enkäten går till barnets hem."
        notes.append({"term": "Vilka svarade?", "text": words})
    notes.append({"term": "Positiva", "text": "är alla svar till höger om strecket, av alla som svarade."})
    merged_steps = any(part.is_merged for row in rows for part in row.parts if row.is_shown)
    if merged_steps or any(row.unknown == "få" for row in rows):
        words = "Svar som färre än fem har valt är ihopslagna med svaret bredvid, få vet ej med det sista."
        notes.append({"term": "Få svar", "text": words})
    hidden = [row.positive for row in rows if row.positive is not None and not row.is_shown]
    return notes + list(figure.mark_notes((cell for cell in hidden if not cell.is_shown), "svarande"))


def _draw(
    rows: Sequence[LikertRow], setting: Setting, width: theme.Width, answered: Answered | None
) -> dict[str, Any]:
    lanes = [
        Lane(row.words, narrative.with_unit(row.positive, _SHARE) if row.positive else "", is_quiet=False)
        for row in rows
    ]
    is_narrow = width == "narrow"
    left, right = (max(max(row.reach(side) for row in rows), 5.0) for side in (-1, 1))
    size = theme.CHART_TYPE[width].axis
    column = 0.0 if is_narrow else text_width("Vet ej", size) + 22
    entries = _entries(rows)
    above = 74.0 if answered is not None and answered.is_known else 12.0
    lines = _legend_lines(entries, width)
    head = above + 22 * lines + 34
    sheet = row_sheet(width, lanes, (-left, right), head=head, value_head="Positiva", foot=12, beside=column)
    canvas = sheet.canvas
    if answered is not None and answered.is_known:
        draw_answered(canvas, answered, -head + 12)
    legend(canvas, entries, -head + above + 10)
    zero = canvas.px(0)
    axis = canvas.plot_width + column - 6
    if column:
        canvas.text(axis, -16, "Vet ej", size=size, colour=theme.INK_2, align="right")
    for row, middle in zip(rows, sheet.middles, strict=True):
        if row.is_shown:
            _bar(canvas, row, middle)
        elif _is_tail(row) and row.positive is not None:
            words = "Nästan alla svarade positivt" if row.positive.state == "nearly_all" else "Nästan inga"
            canvas.text(
                zero + 8, middle, words, size=canvas.type.note, colour=theme.INK_2, ground=theme.WHITE
            )
        else:
            draw_hidden(canvas, middle, row.positive)
        if column and row.unknown:
            canvas.text(axis, middle, row.unknown, size=size, colour=theme.INK_2, align="right")
    ends = [(m - 15, m + 15) for m in sheet.middles]  # a line through all would cross the questions
    for top, end in ends if sheet.is_stacked else [(ends[0][0], ends[-1][1])]:
        canvas.rule(zero, top, zero, end, theme.INK, 1.6)
    return canvas.spec(f"{setting.id}-{width}", "")


def _bar(canvas: Canvas, row: LikertRow, middle: float) -> None:
    for side in (-1, 1):
        at = 0.0
        for part in row.on(side):
            start, stop = canvas.px(side * at), canvas.px(side * (at + part.share))
            at += part.share
            _piece(canvas, part, (min(start, stop), abs(stop - start)), middle)


def _piece(canvas: Canvas, part: Part, span: tuple[float, float], middle: float) -> None:
    left, wide = span
    if wide <= 0:
        return
    canvas.box(left, middle - TALL / 2, wide, TALL, part.fill, stroke=theme.WHITE, strokeWidth=1.2)
    if part.is_middle:  # too pale to be seen without a line around it
        inner = {"stroke": theme.INK_2, "strokeWidth": 0.8}
        canvas.box(left + 1, middle - TALL / 2 + 0.8, max(wide - 2, 1), TALL - 1.6, part.fill, **inner)
    words, size = text.number(part.share, 0), canvas.type.axis
    if wide < max(LEAST_WIDTH, text_width(words, size) + 4):
        return
    strong = part.fill == theme.HATCH_MOST_NEGATIVE
    ground = theme.DIVERGING[0] if strong else theme.DIVERGING[1] if part.fill == theme.HATCH_NEGATIVE else ""
    ground = ground if wide >= text_width(words, size) + 12 else ""
    colour = (
        theme.WHITE if strong else theme.INK if part.fill.startswith("#fe01") else theme.ink_on(part.fill)
    )
    canvas.text(left + wide / 2, middle, words, size=size, align="center", colour=colour, ground=ground)


def _entries(rows: Sequence[LikertRow]) -> list[tuple[str, str]]:
    """The key: the answers themselves where all questions have the same, else what their places mean."""
    shown = [part for row in rows if row.is_shown for part in row.parts if part.side]
    by_fill: dict[str, set[str]] = {}
    for part in shown:
        by_fill.setdefault(part.fill, set()).add(part.words)
    general = {
        theme.HATCH_MOST_NEGATIVE: "Mest negativa svaret",
        theme.HATCH_NEGATIVE: "Negativa",
        theme.DIVERGING[2]: "Mitten",
        theme.DIVERGING[3]: "Positiva",
        theme.LAKE: "Mest positiva svaret",
    }
    is_one = all(len(words) == 1 for words in by_fill.values())
    return [
        (fill, next(iter(by_fill[fill])) if is_one else words)
        for fill, words in general.items()
        if fill in by_fill
    ]


def _legend_lines(entries: Sequence[tuple[str, str]], width: theme.Width) -> int:
    size, lines, x = theme.CHART_TYPE[width].axis, 1, 0.0
    for _, words in entries:
        wide = 18 + text_width(words, size) + 16
        if x + wide > theme.WIDTHS[width] and x:
            lines, x = lines + 1, 0.0
        x += wide
    return lines
