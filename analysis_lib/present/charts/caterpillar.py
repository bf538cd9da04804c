"""Caterpillar: every unit's estimate with its interval, never sorted by value (grammar 4, floor 6).

Zero is the line that matters: a filled dot's interval leaves it out. Units stand by area and name, and those
that cannot be shown keep their row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.rows import Lane, RowSheet, draw_hidden, row_sheet
from analysis_lib.present.charts.scales import round_domain
from analysis_lib.present.evidence import cell_name, derived_value, merged

UNCERTAIN = f"≈{text.NBSP}"


@dataclass(frozen=True)
class Estimate:
    """One unit's estimate, reckoned from released cells (``of``), or the cell that hides it.

    ``low`` and ``high`` are absent for a whole that the others are compared with.
    """

    name: str
    of: tuple[ReleasedCell, ...]
    facts: tuple[Fact, ...]
    decimals: int
    area: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    is_own: bool = False
    is_sure: bool = False
    is_uncertain: bool = False
    followed: str = ""

    @property
    def is_shown(self) -> bool:
        return self.value is not None

    @property
    def words(self) -> str:
        """The value with its sign, ``≈`` before one that too few pupils carry, or the mark in its place."""
        if self.value is None:
            return self.hidden.text
        told = signed(self.value, self.decimals)
        return f"{UNCERTAIN}{told}" if self.is_uncertain else told

    @property
    def interval(self) -> str:
        if self.low is None or self.high is None:
            return ""
        return f"{signed(self.low, self.decimals)} till {signed(self.high, self.decimals)}"

    @property
    def hidden(self) -> ReleasedCell:
        return next((cell for cell in self.of if not cell.is_shown), self.of[0])

    @property
    def derived(self) -> list[dict[str, Any]]:
        """Its numbers with the released values they come from."""
        names = [cell_name(cell) for cell in self.of]
        told = (("value", self.value), ("low", self.low), ("high", self.high))
        found = [(what, value) for what, value in told if value is not None]
        return [derived_value(what, value, self.decimals, names, signed=True) for what, value in found]


@dataclass(frozen=True)
class Wording:
    """The words of one way of reckoning: what is counted, and what lies on each side of zero."""

    title: str
    unit: str
    heads: tuple[str, str]
    above: str
    below: str
    notes: Sequence[Mapping[str, str]] = field(default=())
    foot: str = ""
    derived: Sequence[dict[str, Any]] = field(default=())
    singular: str = "skola"
    plural: str = "skolor"


def signed(value: float, decimals: int) -> str:
    """``+14,6``, ``−2,3`` or ``0``."""
    return text.number(value, decimals, signed=True)


def caterpillar(
    estimates: Sequence[Estimate], *, setting: Setting, wording: Wording, whole: Estimate | None = None
) -> Block:
    """A dot with its interval for every unit, by area and name, and the huvudman as a diamond.

    Filled: the interval leaves zero out. Dashed, with ≈: too few of the pupils are followed for anything to
    be called sure. Gives a gap block when no unit can be shown.
    """
    ordered = sorted(estimates, key=lambda one: (text.sort_key(one.area), text.sort_key(one.name)))
    both = [*ordered, *([whole] if whole else [])]
    facts = merged(*(one.facts for one in both))
    if not any(one.is_shown for one in ordered):
        what = f"Värdet kan inte visas för någon {wording.singular} i den här årskullen"
        return figure.gap_block(
            what, figure.HIDDEN_WHY, "Välj ett annat sätt att räkna, eller en annan årskull.", facts
        )
    columns, rows = _table(ordered, whole, wording)
    parts = Parts(
        finding=growth_finding(ordered, wording),
        title=wording.title,
        alt=_alt(ordered, whole, wording),
        foot=_foot(ordered, wording, whole),
        columns=columns,
        rows=rows,
        facts=facts,
        notes=[*wording.notes, *figure.mark_notes(one.hidden for one in ordered if not one.is_shown)],
        derived=[told for one in both for told in one.derived] + list(wording.derived),
    )
    return figure.figure_block(setting, parts, lambda width: _draw(ordered, setting, wording, whole, width))


def growth_finding(estimates: Sequence[Estimate], wording: Wording) -> str:
    """``Två av sju skolor ligger säkert över väntat, en säkert under``: counted, never ranked."""
    shown = [one for one in estimates if one.is_shown]
    up = sum(one.is_sure and (one.value or 0) > 0 for one in shown)
    down = sum(one.is_sure and (one.value or 0) < 0 for one in shown)
    many = text.count_word(len(shown))
    schools = wording.singular if len(shown) == 1 else wording.plural
    kind = f"{schools} som visas" if len(shown) < len(estimates) else schools
    if not up and not down:
        return (
            f"Ingen av {many} {kind} skiljer sig säkert från noll"
            if len(shown) > 1
            else f"{shown[0].name} skiljer sig inte säkert från noll"
        )
    told = []
    if up:
        told.append(f"{text.count_word(up)} av {many} {kind} {wording.above}")
    if down:
        lead = text.count_word(down) if up else f"{text.count_word(down)} av {many} {kind}"
        told.append(f"{lead} {wording.below}")
    return text.capitalised(text.listing(told))


def _alt(ordered: Sequence[Estimate], whole: Estimate | None, wording: Wording) -> str:
    told = [f"Prickdiagram med intervall. {growth_finding(ordered, wording)}"]
    own = next((one for one in ordered if one.is_own), None)
    if own is not None and own.is_shown:
        bounds = f", intervall {own.interval}" if own.interval else ""
        told.append(f"{own.name} {own.words} {wording.unit}{bounds}")
    elif own is not None:
        told.append(f"{own.name} visas inte")
    sure = [one.name for one in ordered if one.is_sure and not one.is_own]
    if sure:
        told.append(f"Säker skillnad: {text.listing(sure)}")
    if whole is not None and whole.is_shown:
        told.append(f"{whole.name} {whole.words}")
    hidden = sum(not one.is_shown for one in ordered)
    if hidden:
        schools = wording.singular if hidden == 1 else wording.plural
        told.append(text.capitalised(f"{text.count_word(hidden)} {schools} visas inte"))
    return ". ".join(told) + "."


def _foot(ordered: Sequence[Estimate], wording: Wording, whole: Estimate | None) -> str:
    cell = whole.of[0] if whole is not None else None
    told = [f"{text.count(cell.n)} följda elever."] if cell is not None and cell.has_n and cell.n else []
    told.append("Fylld prick: intervallet når inte noll.")
    if any(one.is_uncertain for one in ordered):
        told.append(
            "≈ och streckad linje: färre än tre av fyra elever kan följas, eller så visas inte hur många."
        )
    return " ".join([*told, wording.foot]).strip()


def _table(
    ordered: Sequence[Estimate], whole: Estimate | None, wording: Wording
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    columns = [
        figure.column("group", text.capitalised(wording.singular), "left"),
        figure.column("value", "Värde"),
        figure.column("interval", f"95{text.NBSP}% intervall"),
        figure.column("verdict", "Säkert?", "left"),
        figure.column("followed", "Följda elever"),
    ]
    rows = []
    for one in [*ordered, *([whole] if whole else [])]:
        style = "sum" if one is whole else "own" if one.is_own else ""
        hidden = "" if one.is_shown else narrative.why_hidden(one.hidden)
        cells = {
            "group": figure.table_cell(one.name),
            "value": figure.table_cell(one.words, reason=hidden),
            "interval": figure.table_cell(one.interval),
            "verdict": figure.table_cell(_verdict(one)),
            "followed": figure.table_cell(one.followed),
        }
        rows.append(figure.row(cells, style))
    return columns, rows


def _verdict(one: Estimate) -> str:
    if not one.is_shown or (one.low is None and not one.is_sure):
        return ""
    if one.is_uncertain:
        return "för få följda elever"
    if not one.is_sure:
        return "inte säkert"
    return "säkert över noll" if (one.value or 0) > 0 else "säkert under noll"


def _draw(
    ordered: Sequence[Estimate],
    setting: Setting,
    wording: Wording,
    whole: Estimate | None,
    width: theme.Width,
) -> dict[str, Any]:
    both = [*ordered, *([whole] if whole else [])]
    ends = [end for one in both for end in (one.value, one.low, one.high) if end is not None]
    domain, ticks = round_domain([0.0, *ends])
    lanes = [Lane(one.name, one.words, one.area, one.is_own, is_quiet=not one.is_own) for one in ordered]
    if whole is not None:
        lanes.append(Lane(whole.name, whole.words, is_total=True))
    sheet = row_sheet(width, lanes, domain, head=40)
    _zero(sheet, ticks, wording)
    has_own = any(one.is_own for one in ordered)
    for one, middle in zip(ordered, sheet.middles, strict=False):
        _mark(sheet.canvas, one, middle, theme.LAKE if one.is_own or not has_own else theme.MUNICIPALITY)
    if whole is not None:
        _whole(sheet.canvas, whole, sheet.middles[-1])
    return sheet.canvas.spec(f"{setting.id}-{width}", "")


def _zero(sheet: RowSheet, ticks: Sequence[float], wording: Wording) -> None:
    """The grid, its signed numbers, the line at zero and what lies on each side of it."""
    canvas = sheet.canvas
    bottom, size = canvas.plot_height, canvas.type.axis
    first = ticks.index(0) % 2 if 0 in ticks else 0
    shown = ticks[first::2] if canvas.is_narrow and len(ticks) > 5 else ticks
    for tick in shown:
        x = canvas.px(tick)
        is_zero = tick == 0
        canvas.rule(
            x, -6 if is_zero else 0, x, bottom, theme.INK_2 if is_zero else theme.GRID, 1.4 if is_zero else 1
        )
        words = "0" if is_zero else signed(tick, 0 if tick == int(tick) else 1)
        canvas.text(
            x,
            bottom + 17,
            words,
            colour=theme.INK_3,
            size=size,
            align="center",
            weight=600 if is_zero else 400,
        )
    zero = canvas.px(0)
    canvas.text(zero - 10, -20, f"{wording.heads[0]} ←", colour=theme.INK_2, size=size, align="right")
    canvas.text(zero + 10, -20, f"→ {wording.heads[1]}", colour=theme.INK_2, size=size)


def _mark(canvas: Canvas, one: Estimate, middle: float, colour: str) -> None:
    if not one.is_shown or one.value is None:
        draw_hidden(canvas, middle, one.hidden)
        return
    if one.low is not None and one.high is not None:
        if one.is_uncertain:
            canvas.rule(canvas.px(one.low), middle, canvas.px(one.high), middle, colour, 1.8, "4 3")
        else:
            canvas.whiskers([(middle, one.low, one.high)], colour, 1.8)
    fill = colour if one.is_sure else theme.WHITE
    canvas.dots([(one.value, middle)], 10, fill=fill, stroke=colour, strokeWidth=2)


def _whole(canvas: Canvas, whole: Estimate, middle: float) -> None:
    if not whole.is_shown or whole.value is None:
        draw_hidden(canvas, middle, whole.hidden)
        return
    if whole.low is not None and whole.high is not None:
        canvas.whiskers([(middle, whole.low, whole.high)], theme.INK, 2.4)
    canvas.dots([(whole.value, middle)], 11, shape="diamond", fill=theme.INK, stroke=theme.INK)
