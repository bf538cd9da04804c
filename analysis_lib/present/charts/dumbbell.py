"""Before and after a measure, beside similar units: two lanes for each measure (grammar 8, floor 6).

Hollow is before and filled is after; a thick line says that the difference from the similar units is sure.
The words that it may have other causes stand under every such figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact
from analysis_lib.present import theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting, column, figure_block, row, table_cell
from analysis_lib.present.charts.rows import HeadWord, Lane, draw_axis, draw_head_words, row_sheet
from analysis_lib.present.charts.scales import round_domain
from analysis_lib.present.evidence import derived_value

OTHER_CAUSES = "Skillnaden kan bero på annat än åtgärden."


@dataclass(frozen=True)
class BeforeAfter:
    """One measure: the unit's level before and after, the similar units' levels, and what may be said.

    ``years`` are the läsår before and after in words; ``of`` names the released cells behind the numbers.
    """

    label: str
    whose: str
    measured: str
    before: float
    after: float
    others_before: float
    others_after: float
    difference: tuple[float, float, float]  # against the similar units, with its interval
    answer: str
    is_sure: bool
    others: int
    years: tuple[str, str]
    of: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """What stands above the two lanes."""
        return f"{self.label} ({self.measured})"


def draw_before_after(
    rows: Sequence[BeforeAfter],
    setting: Setting,
    *,
    unit: str,
    decimals: int = 1,
    facts: tuple[Fact, ...] = (),
) -> Block:
    """The measures in one figure; all are in the same unit (``%`` or a word such as ``poäng``)."""
    finding = told(rows)
    parts = Parts(
        finding=finding,
        title=f"Före och efter läsårets åtgärder, {setting.subject}. "
        f"{'Andel elever, procent' if unit == '%' else text.capitalised(unit)}.",
        alt=_alt(rows, setting, finding, decimals, unit),
        foot=f"Ofylld punkt: före. Fylld: efter. Tjock linje: säker skillnad. {OTHER_CAUSES}",
        columns=_columns(),
        rows=[_row(each, decimals) for each in rows],
        facts=facts,
        notes=[_reading_note(rows)],
        derived=[part for each in rows for part in _derived(each, decimals)],
    )
    return figure_block(setting, parts, lambda width: _draw(rows, setting, width, unit, decimals))


def told(rows: Sequence[BeforeAfter]) -> str:
    """The finding: the one measure's answer, or how many were followed by a sure difference."""
    if len(rows) == 1:
        return f"{rows[0].label}: {rows[0].answer} mot liknande enheter"
    sure = sum(each.is_sure for each in rows)
    if not sure:
        return f"Ingen av {text.count_word(len(rows))} åtgärder följdes av en säker skillnad"
    first = text.capitalised("en" if sure == 1 else text.count_word(sure))
    return f"{first} av {text.count_word(len(rows))} åtgärder följdes av en säker skillnad"


def _alt(rows: Sequence[BeforeAfter], setting: Setting, finding: str, decimals: int, unit: str) -> str:
    chosen = max(rows, key=lambda each: (each.is_sure, abs(each.difference[0])))
    levels = [text.number(value, decimals) for value in (chosen.before, chosen.after)]
    others = [text.number(value, decimals) for value in (chosen.others_before, chosen.others_after)]
    words = "procent" if unit == "%" else unit
    return (
        f"Prickdiagram före och efter. {setting.subject}. {finding}. "
        f"{chosen.label}: från {levels[0]} till {levels[1]} {words}, liknande enheter från {others[0]} till "
        f"{others[1]}. {OTHER_CAUSES}"
    )


def _columns() -> list[dict[str, str]]:
    return [
        column("group", "Åtgärd", "left"),
        column("measured", "Mått", "left"),
        column("whose", "Enhet", "left"),
        column("period", "Läsår före och efter", "left"),
        column("before", "Före"),
        column("after", "Efter"),
        column("others_before", "Liknande före"),
        column("others_after", "Liknande efter"),
        column("n", "Liknande, antal"),
        column("difference", "Skillnad"),
        column("interval", f"95{text.NBSP}% intervall"),
        column("answer", "Bedömning", "left"),
    ]


def _row(each: BeforeAfter, decimals: int) -> dict[str, Any]:
    value, low, high = each.difference
    cells = {
        "group": each.label,
        "measured": each.measured,
        "whose": each.whose,
        "period": f"{each.years[0]}; {each.years[1]}",
        "before": text.number(each.before, decimals),
        "after": text.number(each.after, decimals),
        "others_before": text.number(each.others_before, decimals),
        "others_after": text.number(each.others_after, decimals),
        "n": str(each.others),
        "difference": text.number(value, decimals, signed=True),
        "interval": text.interval(low, high, decimals),
        "answer": text.capitalised(each.answer),
    }
    return row({name: table_cell(words) for name, words in cells.items()})


def _reading_note(rows: Sequence[BeforeAfter]) -> dict[str, str]:
    several = "Är åtgärderna flera gäller varje rad sitt eget mått. " if len(rows) > 1 else ""
    return {
        "term": "Så läser du",
        "text": "Enhetens förändring jämförs med hur det gick för liknande enheter samma läsår. Läsåret just "
        "före åtgärden räknas inte när det finns fler, för ett ovanligt år följs ofta av ett vanligt. "
        f"{several}"
        f"{OTHER_CAUSES}",
    }


def _derived(each: BeforeAfter, decimals: int) -> list[dict[str, Any]]:
    value, low, high = each.difference
    plain = {
        "before": each.before,
        "after": each.after,
        "others_before": each.others_before,
        "others_after": each.others_after,
    }
    signed = {
        "change": each.after - each.before,
        "others_change": each.others_after - each.others_before,
        "difference": value,
        "low": low,
        "high": high,
    }
    found = [derived_value(name, number, decimals, each.of) for name, number in plain.items()]
    found += [derived_value(name, number, decimals, each.of, signed=True) for name, number in signed.items()]
    return found


def _draw(
    rows: Sequence[BeforeAfter], setting: Setting, width: theme.Width, unit: str, decimals: int
) -> dict[str, Any]:
    values = [v for each in rows for v in (each.before, each.after, each.others_before, each.others_after)]
    domain, ticks = round_domain(values, floor=0, ceiling=100 if unit == "%" else None)
    lanes = []
    for each in rows:
        change, others = each.after - each.before, each.others_after - each.others_before
        words = text.number(change, decimals, signed=True)
        lanes.append(Lane(each.whose, words, each.group, is_quiet=not each.is_sure))
        lanes.append(
            Lane("Liknande enheter", text.number(others, decimals, signed=True), each.group, is_quiet=True)
        )
    sheet = row_sheet(width, lanes, domain, head=62, value_head="förändring")
    canvas = sheet.canvas
    draw_axis(sheet, ticks, unit=unit if unit == "%" else "")
    for index, each in enumerate(rows):
        middles = sheet.middles[2 * index], sheet.middles[2 * index + 1]
        _draw_pair(canvas, each, *middles)
    heads = [
        HeadWord("före ○", rows[0].before, theme.LAKE, 600),
        HeadWord("efter ●", rows[0].after, theme.LAKE, 600),
    ]
    draw_head_words(sheet, heads, 0)
    return canvas.spec(f"{setting.id}-{width}", "")


def _draw_pair(canvas: Canvas, each: BeforeAfter, own: float, other: float) -> None:
    """The unit's lane and, below it, that of the similar units in grey."""
    low, high = sorted((each.before, each.after))
    colour, wide = (theme.LAKE, 5.0) if each.is_sure else (theme.NATION, 2.4)
    canvas.whiskers([(own, low, high)], colour, wide)
    low, high = sorted((each.others_before, each.others_after))
    canvas.whiskers([(other, low, high)], theme.NATION, 2)
    ours: dict[str, Any] = {"stroke": theme.LAKE, "strokeWidth": 2.4}
    canvas.dots([(each.before, own)], 11, fill=theme.WHITE, **ours)
    canvas.dots([(each.after, own)], 11, fill=theme.LAKE, **ours)
    grey: dict[str, Any] = {"shape": "diamond", "stroke": theme.MUNICIPALITY, "strokeWidth": 2}
    canvas.dots([(each.others_before, other)], 11, fill=theme.WHITE, **grey)
    canvas.dots([(each.others_after, other)], 11, fill=theme.MUNICIPALITY, **grey)
