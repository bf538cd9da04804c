"""Test grades × grades as a table of counts with the diagonal outlined (grammar 10b, floor 6).

A pair of one to four pupils is ``..`` together with the pairs that it could be reckoned from; no sums stand
beside, since they'd tell it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.evidence import cell_name, derived_value, facts_of
from analysis_lib.statistics.tests_and_grades import WORDING
from analysis_lib.vocabulary.grades import LETTERS, pair_of, parts_of
from analysis_lib.vocabulary.indicators import Indicator

_ROW = 34.0
_LEFT = {"wide": 132.0, "narrow": 74.0}


def draw_crosstab(
    cells: Mapping[str, ReleasedCell],
    *,
    setting: Setting,
    indicator: Indicator,
    subject: str,
    year: str,
) -> Block:
    """The counts of one subject, ``cells`` by pair (``F>E``: test F, grade E); a gap when all are hidden."""
    facts = facts_of(cells.values(), indicator)
    shown = {pair: count for pair, cell in cells.items() if (count := _count(cell))}
    if not shown:
        what = f"Provbetyg och betyg i {text.uncapitalised(subject)} kan inte visas för {setting.subject}"
        return figure.hidden_gap(what, setting.subject, facts)
    some = next(iter(cells.values()))
    finding = _finding(shown, subject)
    hidden = sum(not cell.is_shown for cell in cells.values())
    told = f"Korstabell. Provbetyg och betyg i {text.uncapitalised(subject)}, {setting.subject}. {finding}."
    if hidden:
        told += f" {text.capitalised(text.count_word(hidden))} par visas inte."
    parts = Parts(
        finding=finding,
        title=f"{indicator.title}, antal elever. {subject}. {setting.subject}, läsåret {year}.",
        alt=told,
        foot=f"{some.n_text} elever med både provbetyg och betyg. Ramen: samma betyg som provbetyg.",
        columns=_columns(),
        rows=_rows(cells),
        facts=facts,
        notes=_notes(cells),
        derived=_derived(cells),
    )
    return figure.figure_block(setting, parts, lambda width: _draw(cells, setting, width))


def _count(cell: ReleasedCell | None) -> int | None:
    return cell.numerator if cell is not None and cell.is_shown else None


def _finding(shown: Mapping[str, int], subject: str) -> str:
    """The pair away from the diagonal that most pupils have, of those that are shown."""
    away = {pair: count for pair, count in shown.items() if len(set(parts_of(pair))) == 2}
    if not away:
        return f"Bara par med samma provbetyg och betyg kan visas i {text.uncapitalised(subject)}"
    pair, count = max(away.items(), key=lambda each: each[1])
    test, grade = parts_of(pair)
    told = f"När betyg och provbetyg skiljer sig i {text.uncapitalised(subject)} är det vanligast med"
    return f"{told} provbetyget {test} och betyget {grade}: {text.count(count)} elever"


def _columns() -> list[dict[str, str]]:
    first = figure.column("test", "Provbetyg", "left")
    return [first, *(figure.column(grade, f"Betyg {grade}") for grade in LETTERS)]


def _rows(cells: Mapping[str, ReleasedCell]) -> list[dict[str, Any]]:
    rows = []
    for test in LETTERS:
        told = {"test": figure.table_cell(test)}
        for grade in LETTERS:
            cell = cells.get(pair_of(test, grade))
            count = _count(cell)
            reason = narrative.why_hidden(cell) if cell is not None and count is None else ""
            words = text.count(count) if count is not None else cell.text if cell is not None else ""
            told[grade] = figure.table_cell(words, reason=reason)
        rows.append(figure.row(told))
    return rows


def _notes(cells: Mapping[str, ReleasedCell]) -> list[Any]:
    reading = (
        "Raden är provbetyget och kolumnen betyget. Till höger om ramen i en rad är betyget lägre än provet, "
        "till vänster högre."
    )
    notes: list[Any] = [
        {"term": "Så läser du", "text": reading},
        {"term": "Vad avvikelsen säger", "text": WORDING},
    ]
    return notes + list(figure.mark_notes(cell for cell in cells.values() if not cell.is_shown))


def _derived(cells: Mapping[str, ReleasedCell]) -> list[dict[str, Any]]:
    return [
        derived_value("count", count, 0, [cell_name(cell)])
        for cell in cells.values()
        if (count := _count(cell)) is not None
    ]


def _draw(cells: Mapping[str, ReleasedCell], setting: Setting, width: theme.Width) -> dict[str, Any]:
    left, side = _LEFT[width], len(LETTERS)
    canvas = Canvas(width, 56 + side * _ROW + 4, left, 0, 56, 4, (0, 1), (1, 0))
    step = canvas.plot_width / side
    canvas.text(canvas.plot_width / 2, -44, "Betyg", weight=600, size=canvas.type.axis, align="center")
    canvas.text(-left, -18, "Provbetyg", weight=600, size=canvas.type.axis)
    most = max((count for cell in cells.values() if (count := _count(cell)) is not None), default=1)
    for at, letter in enumerate(LETTERS):
        canvas.text((at + 0.5) * step, -18, letter, size=canvas.type.label, align="center")
        canvas.text(-left + 4, (at + 0.5) * _ROW, letter, size=canvas.type.label)
    for down, test in enumerate(LETTERS):
        for across, grade in enumerate(LETTERS):
            place = (across * step + 1, down * _ROW + 1, step - 2, _ROW - 2)
            _draw_cell(canvas, cells.get(pair_of(test, grade)), place, most)
    for at in range(side):
        frame: dict[str, Any] = {"stroke": theme.INK, "strokeWidth": 2, "fillOpacity": 0}
        canvas.box(at * step + 1, at * _ROW + 1, step - 2, _ROW - 2, theme.WHITE, **frame)
    return canvas.spec(f"{setting.id}-{width}", "")


def _draw_cell(
    canvas: Canvas, cell: ReleasedCell | None, place: tuple[float, float, float, float], most: int
) -> None:
    x, y, wide, tall = place
    count = _count(cell)
    if count is None:
        canvas.box(*place, theme.HATCH_SUPPRESSED)
        canvas.text(x + wide / 2, y + tall / 2, "..", weight=600, align="center", ground=theme.WHITE)
        return
    shade = theme.WHITE if not count else theme.SEQUENTIAL[min(5, round(5 * count / max(most, 1)))]
    canvas.box(*place, shade, stroke=theme.GRID, strokeWidth=1)
    style: dict[str, Any] = {"colour": theme.ink_on(shade), "weight": 600 if count else 400}
    canvas.text(x + wide / 2, y + tall / 2, text.count(count), align="center", **style)
