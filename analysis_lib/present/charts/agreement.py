"""National tests against grades as stacked 100 % bars, zero at the middle of *lika* (grammar 10a, floor 6).

Neutral words only: a deviation alone can't show that grades are rightly or wrongly set, and nothing here says
so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.rows import Lane, draw_hidden, legend, row_sheet
from analysis_lib.present.evidence import cell_name, derived_value, facts_of
from analysis_lib.present.typeset import text_width
from analysis_lib.statistics.paired import paired_difference
from analysis_lib.statistics.tests_and_grades import WORDING
from analysis_lib.vocabulary.grades import DIRECTIONS
from analysis_lib.vocabulary.indicators import Indicator

WORDS = {"lower": "Lägre betyg än provbetyg", "equal": "Lika", "higher": "Högre betyg än provbetyg"}
FILLS = {"lower": theme.DIVERGING[3], "equal": theme.RANGE_BAR, "higher": theme.LAKE}
_SURE = "säker skillnad"
_UNSURE = "ingen säker skillnad"


@dataclass(frozen=True)
class AgreementBar:
    """One bar: a subject, its three cells, and riket's where it is published."""

    label: str
    cells: Mapping[str, ReleasedCell]
    nation: Mapping[str, ReleasedCell] | None = None

    @property
    def is_shown(self) -> bool:
        return all(name in self.cells and self.cells[name].is_shown for name in DIRECTIONS)

    @property
    def one(self) -> ReleasedCell:
        return next(iter(self.cells.values()))

    def share(self, name: str) -> float:
        return float(self.cells[name].value or 0.0)

    @property
    def net(self) -> float:
        """Higher minus lower, as they are shown, in percentage points."""
        return self.share("higher") - self.share("lower")

    @cached_property
    def bounds(self) -> tuple[float, float] | None:
        """The paired 95 % interval of the net, where the counts are shown."""
        counts = [self.cells[name].numerator for name in ("higher", "lower")]
        n = self.one.n if self.one.n_state == "shown" else None
        if n is None or None in counts:
            return None
        _, low, high = paired_difference(float(counts[0] or 0), float(counts[1] or 0), float(n))
        return 100 * float(low), 100 * float(high)

    @property
    def verdict(self) -> str:
        """Whether more got a higher grade than a lower one, in fixed words; empty without an interval."""
        if self.bounds is None:
            return ""
        return _UNSURE if self.bounds[0] <= 0 <= self.bounds[1] else _SURE


def draw_agreement(
    bars: Sequence[AgreementBar], *, setting: Setting, indicator: Indicator, year: str
) -> Block:
    """Stacked bars lower | same | higher per subject with the net at the right; a gap when all are hidden."""
    facts = facts_of([cell for bar in bars for cell in _cells(bar)], indicator)
    shown = [bar for bar in bars if bar.is_shown]
    if not shown:
        what = f"Betyg jämfört med provbetyg kan inte visas för {setting.subject}"
        return figure.hidden_gap(what, setting.subject, facts)
    columns, table = _table(bars, year)
    parts = Parts(
        finding=_finding(shown),
        title=f"{indicator.title}, procent av eleverna. {setting.subject}, läsåret {year}.",
        alt=_alt(bars, shown, setting),
        foot=_foot(shown),
        columns=columns,
        rows=table,
        facts=facts,
        notes=_notes(bars, indicator),
        derived=[each for bar in shown for each in _derived(bar)],
    )
    return figure.figure_block(setting, parts, lambda width: _draw(bars, setting, width))


def net_text(bar: AgreementBar) -> str:
    """The net with its sign, or the sign of what is hidden."""
    return text.number(bar.net, 1, signed=True) if bar.is_shown else bar.one.text


def _cells(bar: AgreementBar) -> list[ReleasedCell]:
    return [*bar.cells.values(), *(bar.nation or {}).values()]


def _finding(shown: Sequence[AgreementBar]) -> str:
    bar = max(shown, key=lambda each: abs(each.net))
    share, word = ("higher", "högre") if bar.net >= 0 else ("lower", "lägre")
    other, opposite = ("lower", "lägre") if bar.net >= 0 else ("higher", "högre")
    told = (
        f"I {text.uncapitalised(bar.label)} fick {_prose(bar, share)} ett {word} betyg än provbetyg och "
        f"{_prose(bar, other)} ett {opposite}"
    )
    nation = (bar.nation or {}).get(share)
    if nation is not None and nation.is_shown:
        told += f"; riket {text.number(nation.value or 0.0)}{text.NBSP}procent {word}"
    return told


def _prose(bar: AgreementBar, name: str) -> str:
    return f"{text.number(bar.share(name))}{text.NBSP}procent"


def _alt(bars: Sequence[AgreementBar], shown: Sequence[AgreementBar], setting: Setting) -> str:
    told = [f"Stapeldiagram. Betyg jämfört med provbetyg, {setting.subject}", _finding(shown)]
    unsure = [text.uncapitalised(bar.label) for bar in shown if bar.verdict == _UNSURE]
    hidden = [text.uncapitalised(bar.label) for bar in bars if not bar.is_shown]
    if unsure:
        told.append(f"Ingen säker skillnad mellan högre och lägre: {text.listing(unsure)}")
    if hidden:
        told.append(f"Visas inte: {text.listing(hidden)}")
    return ". ".join(told) + "."


def _foot(shown: Sequence[AgreementBar]) -> str:
    sizes = sorted(bar.one.n for bar in shown if bar.one.n_state == "shown" and bar.one.n is not None)
    told = "Talen i staplarna är avrundade till hela procent och kan därför ge en annan summa än 100."
    if not sizes:
        return told
    few, many = text.count(sizes[0]), text.count(sizes[-1])
    return f"{told} {few if few == many else f'{few}{text.EN_DASH}{many}'} elever."


def _notes(bars: Sequence[AgreementBar], indicator: Indicator) -> list[Any]:
    notes: list[Any] = [
        {"term": "Vad avvikelsen säger", "text": WORDING},
        {
            "term": "Netto",
            "text": "är andelen med högre betyg minus andelen med lägre, i procentenheter. Det kallas säkert "
            "bara när skillnadens 95\u00a0% intervall inte rymmer noll.",
        },
    ]
    if not any(bar.nation for bar in bars):
        told = (
            f"har ingen publicerad uppgift om {text.uncapitalised(indicator.short)} bland det som är inläst."
        )
        notes.append({"term": "Riket", "text": told})
    return notes + list(figure.mark_notes(bar.one for bar in bars if not bar.is_shown))


def _derived(bar: AgreementBar) -> list[dict[str, Any]]:
    of = [cell_name(bar.cells[name]) for name in ("higher", "lower")]
    told = [derived_value("net", bar.net, 1, of, signed=True)]
    if bar.bounds is not None:
        low, high = bar.bounds
        told += [derived_value("net_low", low, 1, of), derived_value("net_high", high, 1, of)]
    return told


def _table(bars: Sequence[AgreementBar], year: str) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    has_nation = any(bar.nation for bar in bars)
    columns = [
        figure.column("group", "Ämne", "left"),
        figure.column("period", "Läsår", "left"),
        *(figure.column(name, WORDS[name].split(" ")[0]) for name in DIRECTIONS),
        figure.column("net", "Netto"),
        figure.column("interval", f"95{text.NBSP}% intervall"),
        figure.column("n", "Antal"),
        figure.column("verdict", "Bedömning", "left"),
        *([figure.column("nation", "Riket, högre")] if has_nation else []),
    ]
    rows = []
    for bar in bars:
        reason = "" if bar.is_shown else narrative.why_hidden(bar.one)
        cells = {name: figure.table_cell(_percent(bar, name), reason=reason) for name in DIRECTIONS}
        cells |= {
            "group": figure.table_cell(bar.label),
            "period": figure.table_cell(year),
            "net": figure.table_cell(net_text(bar), reason=reason),
            "interval": figure.table_cell(text.interval(*bar.bounds) if bar.is_shown and bar.bounds else ""),
            "n": figure.table_cell(bar.one.n_text),
            "verdict": figure.table_cell(bar.verdict if bar.is_shown else ""),
        }
        if has_nation:
            nation = (bar.nation or {}).get("higher")
            cells["nation"] = figure.table_cell(nation.text if nation else "")
        rows.append(figure.row(cells))
    return columns, rows


def _percent(bar: AgreementBar, name: str) -> str:
    cell = bar.cells.get(name)
    if cell is None:
        return ""
    return f"{cell.text}{text.NBSP}%" if cell.is_shown else cell.text


def _draw(bars: Sequence[AgreementBar], setting: Setting, width: theme.Width) -> dict[str, Any]:
    shown = [bar for bar in bars if bar.is_shown]
    left = max(bar.share("lower") + bar.share("equal") / 2 for bar in shown)
    right = max(bar.share("higher") + bar.share("equal") / 2 for bar in shown)
    lanes = [Lane(bar.label, net_text(bar), is_quiet=bar.verdict != _SURE) for bar in bars]
    head = 94.0 if width == "narrow" else 62.0
    sheet = row_sheet(width, lanes, (-left - 1, right + 1), head=head, value_head="netto", foot=8)
    canvas = sheet.canvas
    entries = [(FILLS[name], WORDS[name]) for name in DIRECTIONS]
    legend(canvas, entries, -52 if width != "narrow" else -84)
    middle = canvas.px(0)
    for bar, at in zip(bars, sheet.middles, strict=True):
        if bar.is_shown:
            _bar(canvas, bar, at)
        else:
            draw_hidden(canvas, at, bar.one)
    canvas.rule(middle, -4, middle, canvas.plot_height + 2, theme.INK_2, 1, "2 3")
    return canvas.spec(f"{setting.id}-{width}", "")


def _bar(canvas: Canvas, bar: AgreementBar, middle: float) -> None:
    at, size, tall = -bar.share("lower") - bar.share("equal") / 2, canvas.type.axis, 22.0
    for name in DIRECTIONS:
        share = bar.share(name)
        left, wide = canvas.px(at), canvas.px(at + share) - canvas.px(at)
        at += share
        if wide <= 0:
            continue
        canvas.box(left, middle - tall / 2, wide, tall, FILLS[name], stroke=theme.WHITE, strokeWidth=1.2)
        words = text.number(share, 0)
        if wide >= text_width(words, size) + 6:
            # The dashed line of zero runs through the middle piece, so its number stands on a ground.
            ground = FILLS[name] if name == "equal" else ""
            colour = theme.ink_on(FILLS[name])
            x = left + wide / 2
            canvas.text(x, middle, words, colour=colour, size=size, align="center", ground=ground)
