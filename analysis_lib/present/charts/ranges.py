"""Several measures in one school year, beside the kommun's units and riket (grammar 3, floor 6)."""

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
    RowSheet,
    draw_axis,
    draw_head_words,
    draw_hidden,
    draw_lozenge,
    row_sheet,
)
from analysis_lib.present.charts.scales import round_domain
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.vocabulary.indicators import Indicator

LEAST_UNITS = 5


@dataclass(frozen=True)
class RangeRow:
    """One measure: our cell, the kommun's units (for the bar) and riket (for the tick)."""

    label: str
    cell: ReleasedCell
    indicator: Indicator
    group: str = ""
    units: Sequence[ReleasedCell] = ()
    nation: ReleasedCell | None = None
    is_question: bool = False  # the label is what was asked, word for word

    @property
    def spread(self) -> tuple[float, float] | None:
        """The lowest and highest shown value of the kommun's units, when at least five are shown."""
        values = [cell.value for cell in self.units if cell.is_shown and cell.value is not None]
        return (min(values), max(values)) if len(values) >= LEAST_UNITS else None


def draw_ranges(
    rows: Sequence[RangeRow],
    *,
    setting: Setting,
    title: str,
    year: str,
    units_name: str = "Skolorna i kommunen",
    people: str = "elever",
) -> Block:
    """A range dot plot of measures in the same unit, or a gap block when none can be shown.

    ``title`` says what is measured (``Andel elever med godkänt betyg, procent``), without the school year;
    ``people`` who are counted.
    """
    drawable = [row for row in rows if row.cell.is_shown or figure.lozenge(row.cell)]
    if not drawable:
        facts = merged(*(facts_of([row.cell], row.indicator) for row in rows))
        what = f"{setting.subject} har inga resultat som kan visas för läsåret {year}"
        return figure.hidden_gap(what, setting.subject, facts)
    parts = _parts(rows, setting, title, year, units_name, people)
    return figure.figure_block(setting, parts, lambda width: _draw(rows, setting, width, units_name))


def _parts(
    rows: Sequence[RangeRow], setting: Setting, title: str, year: str, units_name: str, people: str
) -> Parts:
    shown = [row for row in rows if row.cell.is_shown and row.cell.value is not None]
    sizes = sorted({row.cell.n for row in rows if row.cell.n_state == "shown" and row.cell.n is not None})
    foot = (
        ["Strecket genom pricken är 95\u00a0procents osäkerhet."]
        if any(r.cell.low is not None for r in shown)
        else []
    )
    if sizes:
        few, many = text.count(sizes[0]), text.count(sizes[-1])
        foot.append(f"{few} {people}." if few == many else f"{few}{text.EN_DASH}{many} {people}.")
    columns, table = _table(rows, setting, year, units_name)
    return Parts(
        finding=_finding(rows, shown),
        title=f"{title}. {setting.subject}, läsåret {year}.",
        alt=_alt(rows, shown, setting),
        foot=" ".join(foot),
        columns=columns,
        rows=table,
        facts=merged(*(facts_of([row.cell, row.nation, *_ends(row)], row.indicator) for row in rows)),
        notes=_notes(rows, units_name, people),
    )


def _ends(row: RangeRow) -> list[ReleasedCell]:
    """The units whose values are the ends of the bar."""
    if row.spread is None:
        return []
    found = []
    for end in row.spread:
        found.append(next(cell for cell in row.units if cell.is_shown and cell.value == end))
    return found


def _name(row: RangeRow) -> str:
    if row.is_question:
        return f"”{row.label}”"
    label = text.uncapitalised(row.label)
    among = "i" if row.group.startswith("Åk") else "bland"
    return f"{label} {among} {text.uncapitalised(row.group)}" if row.group else label


def _all_nearly(nearly: Sequence[RangeRow]) -> str:
    if not any(row.is_question for row in nearly):
        return text.capitalised(f"{text.listing([_name(row) for row in nearly[:3]])}: nästan alla nådde dit")
    if len(nearly) == 1:
        return f"Nästan alla svarade positivt: {_name(nearly[0])}"
    return f"Nästan alla svarade positivt på {text.count_word(len(nearly))} frågor"


def _finding(rows: Sequence[RangeRow], shown: Sequence[RangeRow]) -> str:
    exact = sorted(shown, key=lambda row: row.cell.value or 0)
    nearly = [row for row in rows if row.cell.state == "nearly_all"]
    if not exact:
        return _all_nearly(nearly)
    lowest = exact[0]
    kind = "andel" if lowest.indicator.kind == "share" else "värde"
    place = (
        f"{kind} i {_name(lowest)}:"
        if len({row.indicator.id for row in rows}) == 1
        else f"är {_name(lowest)},"
    )
    value = narrative.in_prose(lowest.cell, lowest.indicator)
    told = f"Lägst {place} {value}"
    if lowest.is_question:
        told = f"Lägst andel: {_name(lowest)}, {value}"
    if len(exact) == 1 and not nearly:
        return text.capitalised(f"{_name(lowest)}: {value}")
    if any(row.cell.state == "suppressed" for row in rows):  # what is hidden may be lower
        return f"Lägst av det som visas: {_name(lowest)}, {value}"
    if lowest.is_question:
        return told
    if lowest.cell.value is not None and any(row.cell.value == lowest.cell.value for row in exact[1:]):
        same = [_name(row) for row in exact if row.cell.value == lowest.cell.value]
        return f"Lägst i {text.listing(same)}: {value}"
    return told


def _alt(rows: Sequence[RangeRow], shown: Sequence[RangeRow], setting: Setting) -> str:
    exact = sorted(shown, key=lambda row: row.cell.value or 0)
    told = [f"Prickdiagram. {setting.subject}"]
    if exact:
        of = " av det som visas" if any(row.cell.state == "suppressed" for row in rows) else ""
        told.append(f"Lägst{of}: {_name(exact[0])}, {narrative.in_prose(exact[0].cell, exact[0].indicator)}")
    if len(exact) > 1:
        told.append(f"Högst: {_name(exact[-1])}, {narrative.in_prose(exact[-1].cell, exact[-1].indicator)}")
    nearly = [_name(row) for row in rows if row.cell.state == "nearly_all"]
    hidden = [_name(row) for row in rows if row.cell.state == "suppressed"]
    if nearly:
        told.append(f"Nära 100: {text.listing(nearly)}")
    if hidden:
        told.append(f"Visas inte: {text.listing(hidden)}")
    return ". ".join(told) + "."


def _table(
    rows: Sequence[RangeRow], setting: Setting, year: str, units_name: str
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    columns = [
        figure.column("group", "Mått", "left"),
        figure.column("period", "Läsår", "left"),
        figure.column("value", setting.subject),
        figure.column("interval", f"95{text.NBSP}% intervall"),
        figure.column("n", "Antal"),
        figure.column("low", f"{units_name}, lägst"),
        figure.column("high", f"{units_name}, högst"),
        figure.column("nation", "Riket"),
    ]
    table = []
    for row in rows:
        ends = _ends(row)
        cells = {
            "group": figure.table_cell(text.capitalised(_name(row))),
            "period": figure.table_cell(year),
            "value": figure.value_cell(row.cell, row.indicator),
            "interval": figure.table_cell(row.cell.interval_text if row.cell.is_shown else ""),
            "n": figure.table_cell(row.cell.n_text),
            "low": figure.value_cell(ends[0] if ends else None, row.indicator),
            "high": figure.value_cell(ends[1] if ends else None, row.indicator),
            "nation": figure.value_cell(row.nation, row.indicator),
        }
        table.append(figure.row(cells))
    used = {key for line in table for key, cell in line["cells"].items() if cell["text"]}
    kept = [column for column in columns if column["key"] in used]
    for line in table:
        line["cells"] = {key: cell for key, cell in line["cells"].items() if key in used}
    return kept, table


def _notes(rows: Sequence[RangeRow], units_name: str, people: str) -> list[Any]:
    notes: list[Any] = []
    if any(row.spread for row in rows):
        notes.append(
            {
                "term": units_name,
                "text": "Det ljusa fältet går från den lägsta till den högsta enheten vars värde visas.",
            }
        )
    return notes + list(figure.mark_notes((row.cell for row in rows), people))


def _draw(rows: Sequence[RangeRow], setting: Setting, width: theme.Width, units_name: str) -> dict[str, Any]:
    values: list[float] = []
    for row in rows:
        values += [v for v in (row.cell.value, row.cell.low, row.cell.high) if v is not None]
        values += [*(row.spread or ()), *(figure.lozenge(row.cell) or ())]
        if row.nation is not None and row.nation.is_shown and row.nation.value is not None:
            values.append(row.nation.value)
    is_share = all(row.indicator.kind == "share" for row in rows)
    highest = max((row.indicator.maximum or 0 for row in rows), default=0) or None
    domain, ticks = round_domain(values, floor=0, ceiling=100 if is_share else highest)
    lanes = [
        Lane(
            row.label,
            narrative.with_unit(row.cell, row.indicator),
            row.group,
            is_quiet=row.cell.state == "suppressed",
        )
        for row in rows
    ]
    sheet = row_sheet(width, lanes, domain, head=62 if width == "narrow" else 46)
    draw_axis(sheet, ticks, unit="%" if is_share else "")
    canvas = sheet.canvas
    for row, middle in zip(rows, sheet.middles, strict=True):
        if row.spread is not None and row.cell.state not in ("suppressed", "missing"):
            left, right = canvas.px(row.spread[0]), canvas.px(row.spread[1])
            canvas.box(left - 6, middle - 6, right - left + 12, 12, theme.RANGE_BAR, cornerRadius=6)
    for row, middle in zip(rows, sheet.middles, strict=True):
        place = figure.lozenge(row.cell)
        if row.cell.state in ("suppressed", "missing"):
            draw_hidden(canvas, middle, row.cell)
            continue
        if row.nation is not None and row.nation.is_shown and row.nation.value is not None:
            x = canvas.px(row.nation.value)
            canvas.rule(x, middle - 10, x, middle + 10, theme.INK_2, 2)
        if place is not None:
            draw_lozenge(canvas, middle, *place)
        elif row.cell.value is not None:
            if row.cell.low is not None and row.cell.high is not None:
                canvas.whiskers([(middle, row.cell.low, row.cell.high)], theme.LAKE, 2)
            tips = [f"{row.label}: {narrative.with_unit(row.cell, row.indicator)}"]
            style = {"fill": theme.LAKE, "stroke": theme.WHITE, "strokeWidth": 1.6}
            canvas.dots([(row.cell.value, middle)], 11, tips=tips, **style)
    _heads(rows, setting, sheet, units_name)
    return canvas.spec(f"{setting.id}-{width}", "")


def _heads(rows: Sequence[RangeRow], setting: Setting, sheet: RowSheet, units_name: str) -> None:
    for index, row in enumerate(rows):
        place = figure.lozenge(row.cell)
        at = sum(place) / 2 if place else row.cell.value
        if at is None:
            continue
        if index:
            draw_head_words(sheet, [HeadWord(f"● {setting.subject}", at, theme.LAKE, 600)], index)
            return
        heads = [HeadWord(setting.subject, at, theme.LAKE, 600)]
        if row.nation is not None and row.nation.is_shown and row.nation.value is not None:
            heads.append(HeadWord("Riket", row.nation.value))
        if row.spread is not None:
            heads.append(HeadWord(units_name, row.spread[1]))
        draw_head_words(sheet, heads, index)
        return
