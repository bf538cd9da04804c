"""What became of a cohort that began: diploma in three, four and five years, or none yet (floor 6).

Each step begins where the one before ended, so the bars together are all who began.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.rows import Lane, draw_axis, row_sheet
from analysis_lib.present.evidence import cell_name, derived_value, facts_of
from analysis_lib.vocabulary.indicators import Indicator

STEPS = {
    "diploma_3": "Examen inom tre år",
    "diploma_4": "Examen under fjärde året",
    "diploma_5": "Examen under femte året",
    "none": "Ingen examen inom fem år",
}
_FILLS = {
    "diploma_3": theme.LAKE,
    "diploma_4": theme.SEQUENTIAL[4],
    "diploma_5": theme.SEQUENTIAL[3],
    "none": theme.HATCH_NEGATIVE,
}
_BEGAN = "Började"


def draw_cohort_flow(
    cells: Mapping[str, ReleasedCell],
    *,
    setting: Setting,
    indicator: Indicator,
    began: str,
    earlier: Mapping[str, Mapping[str, ReleasedCell]] | None = None,
) -> Block:
    """The steps of the cohort that began the läsår ``began``; ``earlier`` cohorts stand in the table.

    ``cells`` by step (``STEPS``). A gap block when they are hidden.
    """
    cohorts = {**(earlier or {}), began: cells}
    facts = facts_of([cell for each in cohorts.values() for cell in each.values()], indicator)
    if not all(name in cells and cells[name].is_shown for name in STEPS):
        what = f"Vägen till examen kan inte visas för dem som började läsåret {began}"
        return figure.hidden_gap(what, setting.subject, facts)
    finding = _finding(cells, began)
    parts = Parts(
        finding=finding,
        title=f"{indicator.title}, procent av dem som började. {setting.subject}, började läsåret {began}.",
        alt=f"Trappdiagram. Vägen till examen, {setting.subject}. {finding}.",
        foot=f"{cells['none'].n_text} elever började.",
        columns=_columns(),
        rows=[_row(year, each) for year, each in sorted(cohorts.items(), reverse=True)],
        facts=facts,
        notes=[{"term": indicator.short, "text": figure.brief(indicator.definition, 400)}],
        derived=_derived(cells),
    )
    return figure.figure_block(setting, parts, lambda width: _draw(cells, setting, width))


def _share(cells: Mapping[str, ReleasedCell], name: str) -> float:
    return float(cells[name].value or 0.0)


def _finding(cells: Mapping[str, ReleasedCell], began: str) -> str:
    three = text.number(_share(cells, "diploma_3"))
    five = text.number(100 - _share(cells, "none"))
    return (
        f"Av dem som började läsåret {began} hade {three}{text.NBSP}procent examen inom tre år och "
        f"{five}{text.NBSP}procent inom fem"
    )


def _derived(cells: Mapping[str, ReleasedCell]) -> list[dict[str, Any]]:
    return [derived_value("within_5", 100 - _share(cells, "none"), 1, [cell_name(cells["none"])])]


def _columns() -> list[dict[str, str]]:
    steps = [figure.column(name, label) for name, label in STEPS.items()]
    return [figure.column("group", "Började läsåret", "left"), *steps, figure.column("n", "Antal")]


def _row(began: str, cells: Mapping[str, ReleasedCell]) -> dict[str, Any]:
    told = {"group": figure.table_cell(began)}
    for name in STEPS:
        cell = cells.get(name)
        words = "" if cell is None else f"{cell.text}{text.NBSP}%" if cell.is_shown else cell.text
        reason = narrative.why_hidden(cell) if cell is not None and not cell.is_shown else ""
        told[name] = figure.table_cell(words, reason=reason)
    told["n"] = figure.table_cell(next((cell.n_text for cell in cells.values()), ""))
    return figure.row(told)


def _draw(cells: Mapping[str, ReleasedCell], setting: Setting, width: theme.Width) -> dict[str, Any]:
    lanes = [Lane(_BEGAN, f"{cells['none'].n_text} elever", is_quiet=True)]
    lanes += [Lane(label, f"{text.number(_share(cells, name))}{text.NBSP}%") for name, label in STEPS.items()]
    sheet = row_sheet(width, lanes, (0, 100), head=14)
    draw_axis(sheet, [0, 20, 40, 60, 80, 100], unit="%")
    canvas, tall, at = sheet.canvas, 20.0, 0.0
    canvas.box(0, sheet.middles[0] - tall / 2, canvas.plot_width, tall, theme.RANGE_BAR)
    for place, name in enumerate(STEPS, start=1):
        share, middle = _share(cells, name), sheet.middles[place]
        left, right = canvas.px(at), canvas.px(min(at + share, 100))
        canvas.rule(
            left, sheet.middles[place - 1] + tall / 2, left, middle - tall / 2, theme.NATION, 1, "2 3"
        )
        canvas.box(left, middle - tall / 2, max(right - left, 2), tall, _FILLS[name])
        at += share
    return canvas.spec(f"{setting.id}-{width}", "")
