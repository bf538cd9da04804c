"""Outlook: what share of each coming årskull will reach it, as a dot with its band (floor 6).

A forecast is drawn lighter than a result, and how earlier forecasts of the same kind did stands beside it.
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
from analysis_lib.present.charts.rows import Lane, draw_axis, row_sheet
from analysis_lib.present.charts.scales import round_domain
from analysis_lib.present.evidence import cell_name, derived_value, facts_of, merged
from analysis_lib.present.heat import year_of
from analysis_lib.vocabulary.indicators import Indicator

LIGHT = "#A6C8D2"


@dataclass(frozen=True)
class Outlook:
    """One årskull's forecast in per cent, and the released results that it is reckoned from."""

    leaves: int
    now: str
    value: float
    low: float
    high: float
    of: tuple[ReleasedCell, ...]
    is_chosen: bool = False


def outlook(
    coming: Sequence[Outlook],
    *,
    setting: Setting,
    title: str,
    what: str,
    accuracy: str,
    indicators: Sequence[Indicator],
) -> Block:
    """A dot and a band for each coming årskull, in the order in which they leave.

    ``what`` is said of the pupils (``behöriga till gymnasiet``), ``accuracy`` how earlier forecasts did.
    """
    ordered = sorted(coming, key=lambda each: each.leaves)
    known = {each.id: each for each in indicators}
    cells = [cell for each in ordered for cell in each.of]
    first = next((each for each in ordered if each.is_chosen), ordered[0])
    finding = f"Ungefär {_percent(first.value)} procent av dem som slutar {first.leaves} väntas bli {what}"
    band = f"{_percent(first.low)}{text.EN_DASH}{_percent(first.high)}"
    parts = Parts(
        finding=finding,
        title=title,
        alt=f"Prognos med band. {finding}. Bandet är {band} procent. {accuracy}",
        foot=f"Band: 95{text.NBSP}procents osäkerhet. En prognos är inget mål och inget löfte.",
        columns=[
            figure.column("group", "Slutar", "left"),
            figure.column("now", "Nu", "left"),
            figure.column("value", "Prognos"),
            figure.column("interval", f"95{text.NBSP}% band"),
        ],
        rows=[_table_row(each) for each in ordered],
        facts=merged(*(facts_of([cell], known[cell.indicator]) for cell in cells)),
        notes=[{"term": "Så har prognoserna stämt", "text": accuracy}] if accuracy else [],
        derived=[told for each in ordered for told in _derived(each)],
    )
    return figure.figure_block(setting, parts, lambda width: _draw(ordered, setting, width))


def _percent(value: float) -> str:
    return text.number(value, 0)


def _derived(each: Outlook) -> list[dict[str, Any]]:
    names = [cell_name(cell) for cell in each.of]
    told = (("value", each.value), ("low", each.low), ("high", each.high))
    return [*(derived_value(what, value, 0, names) for what, value in told), year_of(each.leaves, *each.of)]


def _table_row(each: Outlook) -> dict[str, Any]:
    cells = {
        "group": figure.table_cell(str(each.leaves)),
        "now": figure.table_cell(each.now),
        "value": figure.table_cell(f"{_percent(each.value)}{text.NBSP}%"),
        "interval": figure.table_cell(f"{_percent(each.low)}{text.EN_DASH}{_percent(each.high)}"),
    }
    return figure.row(cells, "own" if each.is_chosen else "")


def _draw(ordered: Sequence[Outlook], setting: Setting, width: theme.Width) -> dict[str, Any]:
    ends = [end for each in ordered for end in (each.low, each.high)]
    domain, ticks = round_domain(ends, floor=0, ceiling=100)
    lanes = [
        Lane(f"Slutar {each.leaves}", f"{_percent(each.value)}{text.NBSP}%", is_own=each.is_chosen)
        for each in ordered
    ]
    sheet = row_sheet(width, lanes, domain, head=8)
    draw_axis(sheet, ticks, unit="%")
    canvas = sheet.canvas
    for each, middle in zip(ordered, sheet.middles, strict=True):
        left, right = canvas.px(each.low), canvas.px(each.high)
        canvas.box(left, middle - 7, right - left, 14, LIGHT, cornerRadius=7)
        canvas.dots([(each.value, middle)], 12, fill=theme.LAKE, stroke=theme.WHITE, strokeWidth=2)
    return canvas.spec(f"{setting.id}-{width}", "")
