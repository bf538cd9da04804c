"""One measure over the years in a small panel per subject, all on the same scale (grammar 2, floor 6).

Every value has its interval as an upright line. A subject that cannot be shown keeps its place, hatched, so
that the picture never looks whole when it is not.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.survey_trend import Panel, draw_panels, panel_table
from analysis_lib.present.evidence import facts_of
from analysis_lib.vocabulary.indicators import Indicator

LEAST_PANELS = 2


def draw_multiples(
    panels: Sequence[Panel], *, setting: Setting, indicator: Indicator, years: Sequence[str]
) -> Block | None:
    """A panel per subject over ``years``; None when fewer than two have two years to show."""
    if sum(len(panel.shown) > 1 for panel in panels) < LEAST_PANELS:
        return None
    cells = [cell for panel in panels for cell in panel.own.values()]
    others = [cell for panel in panels for each in panel.others.values() for cell in each.values()]
    heads = [f"{year}, 95{text.NBSP}% intervall" for year in years]
    columns, rows = panel_table(
        panels, years, first=("group", "Ämne"), heads=heads, count="Antal", told=_cell
    )
    finding = _finding(panels, years[-1])
    hidden = [panel.name for panel in panels if not panel.shown]
    unseen = f" Visas inte: {text.listing([text.uncapitalised(name) for name in hidden])}." if hidden else ""
    parts = Parts(
        finding=finding,
        title=f"{indicator.title}, procent. {setting.subject}, "
        f"{text.uncapitalised(figure.span_of_years(years))}.",
        alt=f"Linjediagram, en ruta per ämne. {indicator.short}, {setting.subject}. {finding}.{unseen}",
        foot="Upprätta streck är 95 procents osäkerhet. Alla rutor har samma skala.",
        columns=columns,
        rows=rows,
        facts=facts_of([*cells, *others], indicator),
        notes=figure.mark_notes(cells),
    )
    return figure.figure_block(
        setting, parts, lambda width: draw_panels(panels, setting, indicator, years, width)
    )


def _finding(panels: Sequence[Panel], year: str) -> str:
    """The subject where fewest reached the requirements, and whether it was so the year before too."""
    newest = [(cell, panel) for panel in panels if (cell := panel.shown.get(year)) is not None]
    if not newest:
        return f"Inget ämne kan visas läsåret {year}"
    cell, panel = min(newest, key=lambda each: each[0].value or 0)
    if _some_hidden(panels, year):  # what is hidden may be lower
        return f"Lägst av det som visas: {text.uncapitalised(panel.name)}, {cell.text}{text.NBSP}procent"
    told = f"Lägst andel i {text.uncapitalised(panel.name)}: {cell.text}{text.NBSP}procent"
    earlier = max((each for each in panel.shown if each < year), default="")
    before = [other.shown[earlier].value or 0 for other in panels if earlier in other.shown]
    is_whole = len(before) > 1 and not _some_hidden(panels, earlier)
    is_same = is_whole and min(before) == panel.shown[earlier].value
    return f"{told} – lägst också {earlier}" if is_same else told


def _some_hidden(panels: Sequence[Panel], year: str) -> bool:
    return any(panel.own[year].state == "suppressed" for panel in panels if year in panel.own)


def _cell(cell: ReleasedCell | None) -> dict[str, str]:
    if cell is None:
        return figure.table_cell(text.EN_DASH)
    if not cell.is_shown:
        return figure.table_cell(cell.text, reason=narrative.why_hidden(cell))
    return figure.table_cell(f"{cell.text} ({cell.interval_text})" if cell.interval_text else cell.text)
