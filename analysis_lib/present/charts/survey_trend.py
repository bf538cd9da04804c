"""A survey's index over the waves, a small panel per area (grammars 1 and 2, floor 6).

A line joins waves of one question set only. A survey every second year has no value between two waves, and
none is drawn: the line goes from wave to wave. An index has no interval, so nothing here is called sure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.scales import round_domain
from analysis_lib.present.evidence import facts_of
from analysis_lib.present.typeset import text_width
from analysis_lib.vocabulary.indicators import Indicator

PANEL = 118.0
GAP = 62.0
LOW_PANEL = 76.0
_MANY = 6
_SLIDE_PANELS, _LEAST_PANEL = 9, 44.0


@dataclass(frozen=True)
class Panel:
    """One area: our cells by läsår and those we are compared with, by name (kommun first, then riket)."""

    name: str
    own: Mapping[str, ReleasedCell]
    others: Mapping[str, Mapping[str, ReleasedCell]] = field(default_factory=dict)

    @property
    def shown(self) -> dict[str, ReleasedCell]:
        return {year: cell for year, cell in self.own.items() if cell.is_shown}


def draw_survey_trend(
    panels: Sequence[Panel], *, setting: Setting, indicator: Indicator, years: Sequence[str], people: str
) -> Block | None:
    """The index of each area over the waves in ``years``; None when no area has two waves to show.

    ``setting.breaks`` holds the läsår with which new questions begin; ``people`` who answered.
    """
    kept = [panel for panel in panels if panel.shown]
    if not any(len(panel.shown) > 1 for panel in kept):
        return None
    cells = [cell for panel in kept for cell in panel.own.values()]
    others = [cell for panel in kept for each in panel.others.values() for cell in each.values()]
    columns, rows = panel_table(
        kept, years, first=("area", "Område"), heads=years, count="Antal svar", told=_cell
    )
    top = text.number(indicator.maximum or 10, 0)
    finding = _finding(kept, years, setting)
    parts = Parts(
        finding=finding,
        title=f"{indicator.title}, 0{text.EN_DASH}{top}. {text.capitalised(people)}, {setting.subject}, "
        f"{text.uncapitalised(figure.span_of_years(years))}.",
        alt=f"Linjediagram, en ruta per område. {indicator.short}, {setting.subject}. {finding}. "
        + _break_words(setting, years),
        foot="Index har ingen felmarginal här: små skillnader kan bero på slumpen.",
        columns=columns,
        rows=rows,
        facts=facts_of([*cells, *others], indicator),
        notes=[*_notes(setting, years), *figure.mark_notes(cells, "svarande")],
    )
    return figure.figure_block(
        setting, parts, lambda width: draw_panels(kept, setting, indicator, years, width)
    )


def _segments(cells: Mapping[str, ReleasedCell], years: Sequence[str], setting: Setting) -> list[list[str]]:
    """The waves with a value, cut where new questions begin."""
    runs: list[list[str]] = [[]]
    for year in years:
        if year in setting.breaks:
            runs.append([])
        if year in cells and cells[year].is_shown:
            runs[-1].append(year)
        elif year in cells:
            runs.append([])
    return [run for run in runs if run]


def _last_step(panel: Panel, years: Sequence[str], setting: Setting) -> tuple[float, float] | None:
    """The last two values of an unbroken line that reaches the newest wave."""
    runs = _segments(panel.own, years, setting)
    if not runs or len(runs[-1]) < 2 or runs[-1][-1] != max(panel.own):
        return None
    before, after = (panel.own[year].value for year in runs[-1][-2:])
    return None if before is None or after is None else (before, after)


def _finding(panels: Sequence[Panel], years: Sequence[str], setting: Setting) -> str:
    steps = [step for panel in panels if (step := _last_step(panel, years, setting))]
    if not steps:
        return "Frågorna är nya, så det finns inget tidigare index att jämföra med"
    up = sum(after > before for before, after in steps)
    of = "det enda området" if len(steps) == 1 else f"{text.count_word(len(steps))} områden"
    if up == len(steps) > 1:
        return f"Index är högre än förra gången i alla {of}"
    many = {0: "inget", 1: "ett"}.get(up) or text.count_word(up)
    if len(steps) == 1:
        return f"Index är {'högre' if up else 'inte högre'} än förra gången i {of} som går att jämföra"
    return f"Index är högre än förra gången i {many} av {of}"


def _break_words(setting: Setting, years: Sequence[str]) -> str:
    found = [f"{text.capitalised(words)} från {year}" for year, words in setting.breaks.items()
             if year in years[1:]]  # fmt: skip
    return f"{text.listing(found)}." if found else ""


def _notes(setting: Setting, years: Sequence[str]) -> list[Mapping[str, str]]:
    broken = {year: words for year, words in setting.breaks.items() if year in years[1:]}
    return [
        {
            "term": "Varför är linjen bruten?",
            "text": f"{text.capitalised(words)} från och med läsåret {year}. Siffror på olika sidor om ett "
            "brott går inte att jämföra.",
        }
        for year, words in broken.items()
    ]


def panel_table(
    panels: Sequence[Panel],
    years: Sequence[str],
    *,
    first: tuple[str, str],
    heads: Sequence[str],
    count: str,
    told: Callable[[ReleasedCell | None], dict[str, str]],
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """A row per panel: our own years, the newest n, and the comparisons of that year.

    ``first`` is key and head of the first column, ``heads`` those of the years, ``count`` that of n; ``told``
    writes one of our own values.
    """
    names = list(dict.fromkeys(name for panel in panels for name in panel.others))
    columns = [
        figure.column(*first, "left"),
        *(figure.column(f"y{at}", head) for at, head in enumerate(heads)),
        figure.column("n", f"{count} {years[-1]}"),
        *(figure.column(f"c{at}", f"{name} {years[-1]}") for at, name in enumerate(names)),
    ]
    rows = []
    for panel in panels:
        newest = panel.own.get(years[-1])
        cells = {first[0]: figure.table_cell(panel.name)}
        cells |= {f"y{at}": told(panel.own.get(year)) for at, year in enumerate(years)}
        cells["n"] = figure.table_cell(newest.n_text if newest else "")
        for at, name in enumerate(names):
            other = panel.others.get(name, {}).get(years[-1])
            cells[f"c{at}"] = figure.table_cell(other.text if other else "")
        rows.append(figure.row(cells))
    return columns, rows


def _cell(cell: ReleasedCell | None) -> dict[str, str]:
    reason = narrative.why_hidden(cell) if cell is not None and not cell.is_shown else ""
    return figure.table_cell(cell.text if cell else text.EN_DASH, reason=reason)


@dataclass
class _Place:
    """Where one panel lies on the canvas, in pixels, and its scales."""

    left: float
    top: float
    wide: float
    domain: tuple[float, float]
    years: Sequence[str]
    tall: float = PANEL

    def x(self, year: str) -> float:
        starts = [int(each[:4]) for each in self.years]
        span = max(starts[-1] - starts[0], 1)
        return self.left + 10 + (int(year[:4]) - starts[0]) / span * (self.wide - 20)

    def y(self, value: float) -> float:
        low, high = self.domain
        return self.top + (high - value) / (high - low) * self.tall


def draw_panels(
    panels: Sequence[Panel], setting: Setting, indicator: Indicator, years: Sequence[str], width: theme.Width
) -> dict[str, Any]:
    """The panels on one scale, two or three abreast; many are lower so that all are seen at once."""
    is_many = len(panels) > _MANY
    across = 1 if width == "narrow" else 3 if is_many or len(panels) == 3 else 2
    if width == "slide" and len(panels) > _SLIDE_PANELS:
        across = 4
    tall = LOW_PANEL if is_many else PANEL
    total = theme.WIDTHS[width]
    down = -(-len(panels) // across)
    if width == "slide":
        tall = max(_LEAST_PANEL, min(tall, (theme.SLIDE_HEIGHT - 34) / down - GAP))
    kind = theme.CHART_TYPE[width]
    shown = [cell for panel in panels for cell in panel.shown.values()]
    values = [end for c in shown for end in (c.value, c.low, c.high) if end is not None]
    beside = [cell for panel in panels for each in panel.others.values() for cell in each.values()]
    values += [cell.value for cell in beside if cell.is_shown and cell.value is not None]
    top = 100.0 if indicator.kind == "share" else indicator.maximum
    domain, ticks = round_domain(values, floor=0, ceiling=top)
    axis = max(text_width(text.number(t, 0 if t == int(t) else 1), kind.axis) for t in ticks) + 10
    between = 30.0
    wide = (total - axis - between * (across - 1)) / across
    height = 34 + down * (tall + GAP)
    canvas = Canvas(
        width, height=height, left=axis, right=0, top=34, bottom=0,
        x_domain=(0, total - axis), y_domain=(height - 34, 0),
    )  # fmt: skip
    _key(canvas, panels, setting)
    for at, panel in enumerate(panels):
        row, column = divmod(at, across)
        place = _Place(column * (wide + between), 34 + row * (tall + GAP), wide, domain, years, tall)
        _panel(canvas, panel, place, (setting, ticks, column == 0))
    return canvas.spec(f"{setting.id}-{width}", "")


def _key(canvas: Canvas, panels: Sequence[Panel], setting: Setting) -> None:
    """The names of the lines, once, above all panels."""
    names = list(dict.fromkeys(name for panel in panels for name in panel.others))
    x, size = -canvas.left, canvas.type.axis
    for name in (setting.subject, *names):
        colour, dash = _style(name, setting)
        canvas.rule(x, -20, x + 18, -20, colour, 3.2 if not dash and name == setting.subject else 2, dash)
        weight = 600 if name == setting.subject else 400
        canvas.text(
            x + 24, -20, name, size=size, weight=weight, colour=theme.INK_2 if weight == 400 else colour
        )
        x += 24 + text_width(name, size, 600) + 20


def _style(name: str, setting: Setting) -> tuple[str, str]:
    if name == setting.subject:
        return theme.LAKE, ""
    return (theme.NATION, "2 3") if name == "Riket" else (theme.MUNICIPALITY, "")


def _panel(canvas: Canvas, panel: Panel, place: _Place, of: tuple[Setting, Sequence[float], bool]) -> None:
    setting, ticks, is_first = of
    size = canvas.type.axis
    canvas.text(place.left, place.top - 16, panel.name, weight=600)
    newest = panel.own[max(panel.own)]
    canvas.text(
        place.left + place.wide, place.top - 16, newest.text, weight=600, colour=theme.LAKE, align="right"
    )
    for tick in ticks:
        y = place.y(tick)
        canvas.rule(place.left, y, place.left + place.wide, y, theme.GRID)
        if is_first:
            words = text.number(tick, 0 if tick == int(tick) else 1)
            canvas.text(-8, y, words, size=size, colour=theme.INK_3, align="right")
    for year in (place.years[0], place.years[-1]):
        align: Any = "left" if year == place.years[0] else "right"
        x = place.left if align == "left" else place.left + place.wide
        canvas.text(x, place.top + place.tall + 15, year, size=size, colour=theme.INK_2, align=align)
    _broken(canvas, place, setting, is_first=is_first)
    if not panel.shown:
        canvas.box(place.left, place.top, place.wide, place.tall, theme.HATCH_SUPPRESSED)
        return
    for name, cells in panel.others.items():
        colour, dash = _style(name, setting)
        _line(canvas, place, cells, setting, (colour, 2, dash))
    _line(canvas, place, panel.own, setting, (theme.LAKE, 3.2, ""))
    for year, cell in panel.shown.items():
        if cell.low is not None and cell.high is not None:
            canvas.rule(place.x(year), place.y(cell.low), place.x(year), place.y(cell.high), theme.LAKE, 1.2)
    dots = [(place.x(year), place.y(float(cell.value or 0))) for year, cell in panel.shown.items()]
    canvas.dots(dots, 8, fill=theme.LAKE, stroke=theme.WHITE, strokeWidth=1.4)
    hidden = [year for year, cell in panel.own.items() if not cell.is_shown]
    for year in hidden:
        canvas.text(place.x(year), place.top + place.tall - 8, panel.own[year].text,
                    weight=600, align="center", colour=theme.INK_2, ground=theme.WHITE)  # fmt: skip


def _broken(canvas: Canvas, place: _Place, setting: Setting, *, is_first: bool) -> None:
    for year, words in setting.breaks.items():
        at = place.years.index(year) if year in place.years else 0
        if not at:
            continue
        x = (place.x(place.years[at - 1]) + place.x(year)) / 2
        canvas.rule(x, place.top, x, place.top + place.tall, theme.INK_3, 1, "4 4")
        if is_first:
            size = canvas.type.note
            canvas.text(
                x + 4, place.top + place.tall - 10, words, size=size, colour=theme.INK_2, ground=theme.WHITE
            )


def _line(
    canvas: Canvas,
    place: _Place,
    cells: Mapping[str, ReleasedCell],
    setting: Setting,
    style: tuple[str, float, str],
) -> None:
    colour, thick, dash = style
    for run in _segments(cells, place.years, setting):
        points = [(place.x(year), place.y(float(cells[year].value or 0))) for year in run]
        for (x, y), (x2, y2) in pairwise(points):
            canvas.rule(x, y, x2, y2, colour, thick, dash)
        if len(points) == 1 and colour != theme.LAKE:
            canvas.dots(points, 5, shape="square", fill=colour, stroke=theme.WHITE, strokeWidth=1)


def waves(cells: Iterable[ReleasedCell]) -> tuple[str, ...]:
    """The läsår in which the survey was made, in order."""
    return tuple(sorted({cell.school_year for cell in cells if cell.state != "missing"}))
