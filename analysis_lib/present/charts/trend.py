"""One measure over the years: our line with its interval, kommun and riket in grey (grammar 1, floor 6).

A line never runs across a year that is hidden or missing: the eye would read a value there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Comparison, Parts, Setting
from analysis_lib.present.charts.scales import (
    Box,
    Segment,
    clearest,
    crosses,
    overlaps,
    round_domain,
    spread_apart,
)
from analysis_lib.present.evidence import facts_of
from analysis_lib.present.typeset import text_width, wrap
from analysis_lib.vocabulary.indicators import Indicator


@dataclass(frozen=True)
class _Trend:
    """All that both drawings of a trend need."""

    setting: Setting
    indicator: Indicator
    years: tuple[str, ...]
    own: dict[str, ReleasedCell]
    comparisons: tuple[Comparison, ...]
    target: float | None

    @property
    def shown(self) -> list[ReleasedCell]:
        return [self.own[year] for year in self.years if year in self.own and self.own[year].is_shown]

    @property
    def last(self) -> ReleasedCell | None:
        known = [self.own[year] for year in self.years if year in self.own]
        return known[-1] if known else None

    @property
    def earlier(self) -> ReleasedCell | None:
        """The year before the last one, when it may be compared."""
        if self.last is None or self.years.index(self.last.school_year) == 0:
            return None
        return self.own.get(self.years[self.years.index(self.last.school_year) - 1])

    @property
    def is_share(self) -> bool:
        return self.indicator.kind == "share"


def draw_trend(
    cells: Iterable[ReleasedCell],
    *,
    setting: Setting,
    indicator: Indicator,
    years: Sequence[str],
    comparisons: Sequence[Comparison] = (),
    target: float | None = None,
) -> Block:
    """A trend figure of one unit or huvudman, or a gap block when no year can be shown.

    ``cells`` are our own, one per school year of ``years``; values in the indicator's unit.
    """
    own = {cell.school_year: cell for cell in cells}
    trend = _Trend(setting, indicator, tuple(years), own, tuple(comparisons), target)
    if not trend.shown and not any(figure.lozenge(cell) for cell in own.values()):
        return _gap(trend)
    return figure.figure_block(setting, _parts(trend), lambda width: _draw(trend, width))


def _gap(trend: _Trend) -> Block:
    hidden = [cell for cell in trend.own.values() if cell.state == "suppressed"]
    facts = facts_of(trend.own.values(), trend.indicator)
    what = f"{trend.indicator.short} kan inte visas för {trend.setting.subject}"
    if hidden:
        why = f"Alla år visas som .. eftersom grupperna är små: {narrative.why_hidden(hidden[0])}."
        return figure.gap_block(what, why, "Se i stället siffran för hela kommunen.", facts)
    return figure.gap_block(what, "Inga uppgifter har lästs in för de här läsåren.", "", facts)


def _parts(trend: _Trend) -> Parts:
    indicator, last = trend.indicator, trend.last
    assert last is not None
    finding = _finding(trend)
    found = narrative.change_between(trend.earlier, last, indicator)
    derived = []
    foot = []
    if trend.earlier is not None and found.difference is not None:
        told = narrative.difference_words(found, indicator)
        foot.append(f"Förändring från {trend.earlier.school_year}: {told}.")
        derived += narrative.derived_change(found, trend.earlier, last, indicator)
    if last.n_state == "shown" and last.n is not None:
        foot.append(f"{text.count(last.n)} elever {last.school_year}.")
    compared = [
        cell for other in trend.comparisons for cell in other.cells if cell.school_year in trend.years
    ]
    columns, rows = _table(trend)
    return Parts(
        finding=finding.text,
        title=f"{indicator.title}, {narrative.unit_words(indicator)}. {trend.setting.subject}, "
        f"{_lower(figure.span_of_years(trend.years))}.",
        alt=_alt(trend, finding.text),
        foot=" ".join(foot),
        columns=columns,
        rows=rows,
        facts=facts_of([*trend.own.values(), *compared], indicator),
        notes=_notes(trend),
        derived=derived,
    )


def _finding(trend: _Trend) -> narrative.Sentence:
    last = trend.last
    assert last is not None
    if trend.earlier is not None and trend.earlier.is_shown and last.is_shown:
        sentence = narrative.change_sentence(trend.earlier, last, trend.indicator)
        if len(sentence.cells) > 1:
            return sentence
    other = next((o for o in reversed(trend.comparisons) if _at(o, last.school_year)), None)
    cell = _at(other, last.school_year) if other else None
    return narrative.level_sentence(last, trend.indicator, cell, _name_in_prose(other))


def _name_in_prose(other: Comparison | None) -> str:
    return other.name[:1].lower() + other.name[1:] if other and other.style != "own" else ""


def _at(comparison: Comparison, year: str) -> ReleasedCell | None:
    found = next((cell for cell in comparison.cells if cell.school_year == year), None)
    return found if found is not None and found.is_shown else None


def _alt(trend: _Trend, finding: str) -> str:
    last = trend.last
    assert last is not None
    told = f"{narrative.in_prose(last, trend.indicator)} {last.school_year}"
    for other in trend.comparisons:
        cell = _at(other, last.school_year)
        if cell is not None:
            told += f", {_name_in_prose(other)} {cell.text}"
    parts = [f"Linjediagram. {trend.indicator.short}, {trend.setting.subject}. {told}"]
    if text.EN_DASH in finding and "förändring" in finding:
        parts.append(text.capitalised(finding.split(f"{text.EN_DASH} ", 1)[1]))
    hidden = [year for year in trend.years if year not in trend.own or not trend.own[year].is_shown]
    if hidden:
        parts.append(f"Utan exakt värde: {text.listing(hidden)}")
    return ". ".join(parts) + "."


def _table(trend: _Trend) -> tuple[list[dict[str, str]], list[dict[str, object]]]:
    columns = [
        figure.column("group", "Grupp", "left"),
        figure.column("period", "Läsår", "left"),
        figure.column("value", "Värde"),
        figure.column("interval", "95 % intervall".replace(" %", f"{text.NBSP}%")),
        figure.column("n", "Antal"),
        *(figure.column(f"c{i}", other.name) for i, other in enumerate(trend.comparisons)),
    ]
    rows = []
    for year in trend.years:
        cell = trend.own.get(year)
        cells = {
            "group": figure.table_cell(trend.setting.subject),
            "period": figure.table_cell(year),
            "value": figure.value_cell(cell, trend.indicator)
            if cell
            else figure.table_cell(".", reason="uppgift saknas"),
            "interval": figure.table_cell(cell.interval_text if cell and cell.is_shown else ""),
            "n": figure.table_cell(cell.n_text if cell else ""),
        }
        for i, other in enumerate(trend.comparisons):
            found = next((c for c in other.cells if c.school_year == year), None)
            cells[f"c{i}"] = figure.value_cell(found, trend.indicator)
        rows.append(figure.row(cells))
    return columns, rows


def _notes(trend: _Trend) -> list[dict[str, str]]:
    notes: list[dict[str, str]] = [
        {"term": trend.indicator.short, "text": figure.brief(trend.indicator.definition)}
    ]
    if any(cell.low is not None for cell in trend.shown):
        notes.append(
            {
                "term": "Det skuggade fältet",
                "text": "visar osäkerheten, 95 procent. I en liten grupp flyttar en elev siffran mycket.",
            }
        )
    notes += [dict(note) for note in figure.mark_notes(trend.own.values())]
    return notes


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _draw(trend: _Trend, width: theme.Width) -> dict[str, object]:
    labels = _end_labels(trend, width)
    canvas = _canvas(trend, width, labels)
    _lanes(trend, canvas)
    domain_ticks = _ticks(trend)
    for tick in domain_ticks[1]:
        y = canvas.py(tick)
        is_base = tick == domain_ticks[1][0]
        canvas.rule(0, y, canvas.plot_width, y, theme.HATCH_LINE if is_base else theme.GRID)
        shown = text.number(tick, 0 if tick == int(tick) else 1)
        canvas.text(-10, y, shown, colour=theme.INK_3, size=canvas.type.axis, align="right")
    canvas.text(
        -canvas.left, -24, narrative.unit_words(trend.indicator), colour=theme.INK_3, size=canvas.type.axis
    )
    _year_axis(trend, canvas)
    segments = _lines(trend, canvas)
    taken: list[Box] = []
    _target(trend, canvas, segments, taken)
    _first_value(trend, canvas, segments, taken)
    _band_label(trend, canvas, segments, taken)
    _place_end_labels(canvas, labels)
    return canvas.spec(f"{trend.setting.id}-{width}", "")


def _ticks(trend: _Trend) -> tuple[tuple[float, float], list[float]]:
    values: list[float] = []
    for cell in trend.own.values():
        if cell.is_shown:
            values += [v for v in (cell.value, cell.low, cell.high) if v is not None]
        values += list(figure.lozenge(cell) or ())
    for other in trend.comparisons:
        values += [
            c.value
            for c in other.cells
            if c.is_shown and c.value is not None and c.school_year in trend.years
        ]
    if trend.target is not None:
        values.append(trend.target)
    ceiling = 100.0 if trend.is_share else trend.indicator.maximum
    return round_domain(values, floor=0, ceiling=ceiling)


@dataclass(frozen=True)
class _EndLabel:
    at: float
    lines: tuple[tuple[str, int], ...]
    colour: str
    width: float
    is_last_year: bool = True


def _end_labels(trend: _Trend, width: theme.Width) -> list[_EndLabel]:
    kind = theme.CHART_TYPE[width]
    entries: list[tuple[float, str, str, str, int]] = []
    last = trend.last
    anchor = next((c.value for c in reversed(trend.shown) if c.value is not None), None)
    loz = figure.lozenge(last) if last else None
    if loz:
        anchor = sum(loz) / 2
    if last is not None and anchor is not None:
        entries.append(
            (anchor, trend.setting.subject, narrative.with_unit(last, trend.indicator), theme.LAKE, 600)
        )
    for other in trend.comparisons:
        cell = next((_at(other, year) for year in reversed(trend.years) if _at(other, year)), None)
        if cell is not None and cell.value is not None:
            words = narrative.with_unit(cell, trend.indicator)
            colour = theme.INK_2 if other.style == "municipality" else theme.INK_3
            entries.append((cell.value, other.name, words, colour, 400))
    limit = 176.0 if width == "wide" else 92.0
    labels = []
    for at, name, value, colour, weight in entries:
        together = f"{name}{text.NBSP}{text.NBSP}{value}"
        if text_width(together, kind.label, 600) <= limit:
            lines: tuple[tuple[str, int], ...] = ((together, weight),)
        else:
            lines = tuple((line, weight) for line in [*wrap(name, kind.label, limit, weight), value])
        wide = max(text_width(line, kind.label, w) for line, w in lines)
        labels.append(_EndLabel(at, lines, colour, wide))
    return labels


def _canvas(trend: _Trend, width: theme.Width, labels: Sequence[_EndLabel]) -> Canvas:
    domain, ticks = _ticks(trend)
    kind = theme.CHART_TYPE[width]
    axis = max(text_width(text.number(t, 0 if t == int(t) else 1), kind.axis) for t in ticks)
    right = max((label.width for label in labels), default=0) + (18 if width == "wide" else 14)
    last = len(trend.years) - 1
    inset = 0.4 if width == "wide" else 0.3
    return Canvas(
        width,
        height=(330 if width == "wide" else 300) + (24 if _hidden_words(trend) else 0),
        left=axis + 14,
        right=right + 2,
        top=44,
        bottom=36 + (24 if _hidden_words(trend) else 0),
        x_domain=(-inset, last + (0.08 if last else inset)),
        y_domain=domain,
    )


def _hidden_words(trend: _Trend) -> list[str]:
    found: dict[str, str] = {}
    for year in trend.years:
        cell = trend.own.get(year)
        if cell is None or cell.state == "missing":
            found["."] = "uppgift saknas"
        elif cell.state == "suppressed":
            found[".."] = f"visas inte: {narrative.why_hidden(cell)}"
    return [f"{sign} {words}" for sign, words in found.items()]


def _lanes(trend: _Trend, canvas: Canvas) -> None:
    for index, year in enumerate(trend.years):
        cell = trend.own.get(year)
        if cell is not None and cell.state == "suppressed":
            left = max(canvas.px(index - 0.32), 0)
            right = min(canvas.px(index + 0.32), canvas.plot_width)
            canvas.box(left, 0, right - left, canvas.plot_height, theme.HATCH_SUPPRESSED)
        if cell is None or cell.state in ("suppressed", "missing"):
            sign = ".." if cell is not None and cell.state == "suppressed" else "."
            x = min(max(canvas.px(index), 8), canvas.plot_width - 8)
            canvas.text(
                x,
                canvas.plot_height - 14,
                sign,
                weight=600,
                align="center",
                ground=theme.WHITE,
                colour=theme.INK_2,
            )
    words = _hidden_words(trend)
    if words:
        y = canvas.plot_height + 50
        canvas.text(-canvas.left, y, ",  ".join(words), colour=theme.INK_2, size=canvas.type.note)


def _year_axis(trend: _Trend, canvas: Canvas) -> None:
    size = canvas.type.axis
    widest = max(text_width(year, size, 600) for year in trend.years) + 12
    room = canvas.plot_width / max(canvas.x_domain[1] - canvas.x_domain[0], 1e-9)
    every = max(1, int(-(-widest // room)))
    last = len(trend.years) - 1
    for index, year in enumerate(trend.years):
        if (last - index) % every:
            continue
        is_last = index == last
        x = canvas.px(index)
        canvas.rule(x, canvas.plot_height, x, canvas.plot_height + 5, theme.HATCH_LINE)
        canvas.text(
            x,
            canvas.plot_height + 20,
            year,
            colour=theme.INK if is_last else theme.INK_2,
            size=size,
            weight=600 if is_last else 400,
            align="center",
        )


def _runs(points: Sequence[tuple[int, ReleasedCell] | None]) -> list[list[tuple[int, ReleasedCell]]]:
    runs: list[list[tuple[int, ReleasedCell]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _series(cells: Iterable[ReleasedCell], years: Sequence[str]) -> list[tuple[int, ReleasedCell] | None]:
    by_year = {cell.school_year: cell for cell in cells if cell.is_shown and cell.value is not None}
    return [(index, by_year[year]) if year in by_year else None for index, year in enumerate(years)]


def _lines(trend: _Trend, canvas: Canvas) -> list[Segment]:
    segments: list[Segment] = []
    own = _runs(_series(trend.own.values(), trend.years))
    for run in own:
        bounds = [(i, c.low, c.high) for i, c in run if c.low is not None and c.high is not None]
        if len(bounds) > 1:
            canvas.band(bounds, theme.LAKE, 0.13)
        else:
            canvas.whiskers(bounds, theme.LAKE, 1.6, upright=True)
    for other in trend.comparisons:
        for run in _runs(_series(other.cells, trend.years)):
            points = [(float(i), float(c.value or 0)) for i, c in run]
            if len(points) > 1:
                canvas.line(points, other.colour, 2, other.dash)
            else:
                canvas.dots(points, 6, shape="square", fill=other.colour, stroke=theme.WHITE, strokeWidth=1)
            segments += _segments(canvas, points)
    for run in own:
        points = [(float(i), float(c.value or 0)) for i, c in run]
        if len(points) > 1:
            canvas.line(points, theme.LAKE, 3.2)
        canvas.dots(points, 9, fill=theme.LAKE, stroke=theme.WHITE, strokeWidth=1.6)
        segments += _segments(canvas, points)
    for index, year in enumerate(trend.years):
        place = figure.lozenge(trend.own[year]) if year in trend.own else None
        if place:
            x, top, bottom = canvas.px(index), canvas.py(place[1]), canvas.py(place[0])
            canvas.box(
                x - 7,
                top,
                14,
                max(bottom - top, 10),
                theme.WHITE,
                stroke=theme.LAKE,
                strokeWidth=2.2,
                cornerRadius=7,
            )
            if index < len(trend.years) - 1:
                sign = trend.own[year].text
                canvas.text(
                    x,
                    bottom + 16,
                    sign,
                    colour=theme.LAKE,
                    weight=600,
                    align="center",
                    size=canvas.type.value,
                )
    return segments


def _segments(canvas: Canvas, points: Sequence[tuple[float, float]]) -> list[Segment]:
    pixels = [(canvas.px(x), canvas.py(y)) for x, y in points]
    if len(pixels) == 1:
        ((x, y),) = pixels
        return [(x - 4, y, x + 4, y)]
    return [(*one, *two) for one, two in pairwise(pixels)]


def _target(trend: _Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
    if trend.target is None:
        return
    y = canvas.py(trend.target)
    canvas.rule(0, y, canvas.plot_width, y, theme.ROWAN, 2, "2 3")
    unit = f"{text.NBSP}%" if trend.is_share else ""
    value = text.number(trend.target, 0 if trend.target == int(trend.target) else 1)
    words = f"Mål {value}{unit}"
    size = canvas.type.note
    wide = text_width(words, size, 600)
    starts = [x for x in (24, canvas.plot_width * 0.35, canvas.plot_width - wide - 24) if x >= 0]
    boxes: list[Box] = [(x, y - 22, x + wide, y - 4) for x in starts if y > 22]
    boxes += [(x, y + 4, x + wide, y + 22) for x in starts]
    box = boxes[clearest(boxes, segments, taken)]
    taken.append(box)
    canvas.text(box[0], (box[1] + box[3]) / 2, words, colour=theme.ROWAN_TEXT, weight=600, size=size)
    segments.append((0, y, canvas.plot_width, y))


def _first_value(trend: _Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
    first = trend.shown[0] if trend.shown else None
    if first is None or first.value is None or first is trend.last:
        return
    x, y = canvas.px(trend.years.index(first.school_year)), canvas.py(first.value)
    size = canvas.type.value
    wide = text_width(first.text, size, 600)
    left = max(x - wide / 2, 2)
    boxes: list[Box] = [
        (left, y + 9, left + wide, y + 9 + size),
        (left, y - 9 - size, left + wide, y - 9),
        (left, y + 22, left + wide, y + 22 + size),
        (left, y - 22 - size, left + wide, y - 22),
    ]
    boxes = [box for box in boxes if box[1] > -6 and box[3] < canvas.plot_height] or boxes[:1]
    box = boxes[clearest(boxes, segments, taken)]
    taken.append(box)
    canvas.text(left, (box[1] + box[3]) / 2, first.text, colour=theme.LAKE, weight=600, size=size)


def _band_label(trend: _Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
    runs = _runs(_series(trend.own.values(), trend.years))
    bounded = [cell for run in runs if len(run) > 2 for _, cell in run[1:-1] if cell.low is not None]
    words = f"95{text.NBSP}% osäkerhet"
    size = canvas.type.note
    wide = text_width(words, size)
    for cell in sorted(bounded, key=lambda c: abs(trend.years.index(c.school_year) - len(trend.years) / 2)):
        middle, bottom = canvas.px(trend.years.index(cell.school_year)), canvas.py(float(cell.low or 0))
        box = (middle - wide / 2, bottom - 30, middle + wide / 2, bottom - 12)
        if not any(_hits(box, segments, taken)) and box[0] > 0:
            canvas.text(middle, bottom - 21, words, colour=theme.LAKE, size=size, align="center")
            taken.append(box)
            return


def _hits(box: Box, segments: Sequence[Segment], taken: Sequence[Box]) -> list[bool]:
    return [*(crosses(box, s) for s in segments), *(overlaps(box, other) for other in taken)]


def _place_end_labels(canvas: Canvas, labels: Sequence[_EndLabel]) -> None:
    line = canvas.type.label * 1.25
    heights = [len(label.lines) * line + 2 for label in labels]
    wanted = [canvas.py(label.at) + (len(label.lines) - 1) * line / 2 for label in labels]
    placed = spread_apart(wanted, heights, -8, canvas.plot_height + 4)
    x = canvas.plot_width + 14
    for label, middle, height in zip(labels, placed, heights, strict=True):
        top = middle - (height - 2) / 2 + line / 2
        at = canvas.py(label.at)
        if abs(top - at) > 7:
            canvas.rule(canvas.plot_width + 5, at, x - 3, top, theme.HATCH_LINE)
        for number, (words, weight) in enumerate(label.lines):
            canvas.text(x, top + number * line, words, colour=label.colour, weight=weight)
