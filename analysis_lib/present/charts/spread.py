"""How far apart the units lie, läsår by läsår: lowest to highest with every shown unit as a dot (floor 6).

Only over at least five shown units. The words say whether the units differ more than chance usually gives,
which the distance between the ends can't: in small units it is long by chance alone.
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
from analysis_lib.present.charts.ranges import LEAST_UNITS
from analysis_lib.present.charts.rows import HeadWord, Lane, draw_axis, draw_head_words, row_sheet
from analysis_lib.present.charts.scales import round_domain
from analysis_lib.present.evidence import cell_name, derived_value, facts_of
from analysis_lib.statistics.intervals import Interval
from analysis_lib.vocabulary.indicators import Indicator


@dataclass(frozen=True)
class SpreadYear:
    """One läsår: the shown units, how many are hidden, the huvudman, and the units' true deviation."""

    school_year: str
    units: Sequence[ReleasedCell]
    hidden: int
    deviation: Interval
    total: ReleasedCell | None = None

    @property
    def values(self) -> list[float]:
        return sorted(cell.value for cell in self.units if cell.value is not None)

    @property
    def gap(self) -> float:
        return self.values[-1] - self.values[0]

    @property
    def is_more_than_chance(self) -> bool:
        return self.deviation.low > 0


def draw_spread(
    years: Sequence[SpreadYear], *, setting: Setting, indicator: Indicator, silent: Sequence[str] = ()
) -> Block:
    """Lowest to highest of the shown units per läsår, the oldest first; ``silent`` läsår have too few shown.

    Raises ``ValueError`` with fewer than five shown units in a läsår.
    """
    if any(len(year.values) < LEAST_UNITS for year in years) or not years:
        raise ValueError("a spread is shown over at least five units")
    unit = "procentenheter" if indicator.kind == "share" else "poäng"
    columns, table = _table(years, unit)
    cells = [cell for year in years for cell in (*year.units, year.total) if cell is not None]
    newest = years[-1]
    finding = spread_finding(years, indicator)
    parts = Parts(
        finding=finding,
        title=f"{indicator.title}: lägsta till högsta skola. {setting.subject}, "
        f"{text.count_word(len(years))} läsår.",
        alt=f"Prickdiagram. Skillnad mellan skolor, {text.uncapitalised(indicator.short)}. {finding}. "
        f"{text.capitalised(text.count_word(len(newest.values)))} skolor visas läsåret {newest.school_year}.",
        foot="Varje prick är en skola vars värde visas, rutan är hela kommunens skolor.",
        columns=columns,
        rows=table,
        facts=facts_of(cells, indicator),
        notes=_notes(years, unit, silent),
        derived=[each for year in years for each in _derived(year)],
    )
    return figure.figure_block(setting, parts, lambda width: _draw(years, setting, indicator, width))


def spread_finding(years: Sequence[SpreadYear], indicator: Indicator) -> str:
    """``Mellan skolorna skiljer 24,1 procentenheter – mer än slumpen brukar ge``."""
    unit = "procentenheter" if indicator.kind == "share" else "poäng"
    newest = years[-1]
    words = "mer än slumpen brukar ge" if newest.is_more_than_chance else "inte mer än slumpen brukar ge"
    return (
        f"Mellan skolorna skiljer {text.number(newest.gap)}{text.NBSP}{unit} läsåret {newest.school_year}"
        f"{narrative.DASH}{words}"
    )


def _notes(years: Sequence[SpreadYear], unit: str, silent: Sequence[str]) -> list[Any]:
    notes: list[Any] = [
        {
            "term": "Skillnad utöver slumpen",
            "text": f"är hur mycket skolorna typiskt skiljer sig från varandra, i {unit} "
            "(standardavvikelse), när slumpen i små skolor är borträknad. Rymmer intervallet noll kan hela "
            "skillnaden vara slump.",
        }
    ]
    if silent:
        told = (
            f"har ingen rad: färre än fem skolor har ett värde som kan visas läsåret {text.listing(silent)}."
        )
        notes.append({"term": "Läsår som saknas", "text": told})
    left = [year for year in years if year.hidden]
    if left:
        told = text.listing([f"{text.count_word(year.hidden)} läsåret {year.school_year}" for year in left])
        notes.append({"term": "Skolor som inte är med", "text": f"därför att värdet inte kan visas: {told}."})
    return notes


def _derived(year: SpreadYear) -> list[dict[str, Any]]:
    of = [cell_name(cell) for cell in year.units]
    told = year.deviation
    named = (("gap", year.gap), ("deviation", told.value), ("low", told.low), ("high", told.high))
    counted = [derived_value("units", len(year.values), 0, of), derived_value("hidden", year.hidden, 0, of)]
    return [derived_value(what, value, 1, of) for what, value in named] + counted


def _table(years: Sequence[SpreadYear], unit: str) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    columns = [
        figure.column("group", "Läsår", "left"),
        figure.column("units", "Skolor som visas"),
        figure.column("low", "Lägst"),
        figure.column("high", "Högst"),
        figure.column("gap", f"Skillnad, {unit}"),
        figure.column("deviation", "Skillnad utöver slumpen"),
        figure.column("interval", f"95{text.NBSP}% intervall"),
        figure.column("verdict", "Bedömning", "left"),
    ]
    rows = []
    for year in years:
        told = year.deviation
        words = "mer än slumpen" if year.is_more_than_chance else "inte mer än slumpen"
        cells = {
            "group": year.school_year,
            "units": str(len(year.values)),
            "low": text.number(year.values[0]),
            "high": text.number(year.values[-1]),
            "gap": text.number(year.gap),
            "deviation": text.number(told.value),
            "interval": text.interval(told.low, told.high),
            "verdict": words,
        }
        rows.append(figure.row({name: figure.table_cell(words) for name, words in cells.items()}))
    return columns, rows


def _draw(
    years: Sequence[SpreadYear], setting: Setting, indicator: Indicator, width: theme.Width
) -> dict[str, Any]:
    values = [value for year in years for value in year.values]
    is_share = indicator.kind == "share"
    domain, ticks = round_domain(values, floor=0, ceiling=100 if is_share else indicator.maximum)
    lanes = [
        Lane(year.school_year, text.number(year.gap), is_quiet=not year.is_more_than_chance) for year in years
    ]
    sheet = row_sheet(width, lanes, domain, head=62 if width == "narrow" else 46, value_head="skillnad")
    draw_axis(sheet, ticks, unit="%" if is_share else "")
    canvas = sheet.canvas
    for year, middle in zip(years, sheet.middles, strict=True):
        left, right = canvas.px(year.values[0]), canvas.px(year.values[-1])
        canvas.box(left - 6, middle - 6, right - left + 12, 12, theme.RANGE_BAR, cornerRadius=6)
        dots = [(value, middle) for value in year.values]
        canvas.dots(dots, 7, fill=theme.WHITE, stroke=theme.MUNICIPALITY, strokeWidth=1.6)
        if year.total is not None and year.total.is_shown and year.total.value is not None:
            at = [(year.total.value, middle)]
            canvas.dots(at, 11, shape="diamond", fill=theme.LAKE, stroke=theme.WHITE, strokeWidth=1.2)
    first = years[0]
    heads = [HeadWord("Lägsta skolan", first.values[0]), HeadWord("Högsta skolan", first.values[-1])]
    heads = [] if canvas.is_narrow else heads
    if first.total is not None and first.total.is_shown and first.total.value is not None:
        heads.insert(len(heads) // 2, HeadWord("Hela kommunen", first.total.value, theme.LAKE, 600))
    if heads:
        draw_head_words(sheet, heads, 0)
    return canvas.spec(f"{setting.id}-{width}", "")
