"""The strategist's own view: a unit, an indicator and a comparison, as chart and table (floor 7, U1).

The choices are plain widgets and what they show is made by the same functions as the reports, from the same
released numbers: exploring never shows more than a report of the same seminar would.
"""

from __future__ import annotations

from typing import Any

import ipywidgets
import pandas as pd

from analysis_lib import text
from analysis_lib.errors import SkolbankError
from analysis_lib.present.blocks import Block
from analysis_lib.report import figures
from analysis_lib.report.context import open_scope
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

widgets: Any = ipywidgets  # its classes are made at import, where no type checker sees them
WHOLE = ""
_COMPARISONS = {
    "Kommunens skolor och riket": ("authority", "nation"),
    "Kommunens skolor": ("authority",),
    "Riket": ("nation",),
    "Ingen jämförelse": (),
}


def newest_seminar(catalog: Catalog) -> str:
    """The public seminar that is held last, by name where no date is set; raises when there is none."""
    public = [each for each in catalog.seminars.values() if each.audience == "public"]
    held = [(str(each.held or ""), each.id) for each in public]
    if not held:
        raise SkolbankError(
            "seminar-missing",
            "Det finns inget publikt seminarium att utforska",
            where="params/seminars",
            remedy="Lägg till ett, till exempel genom att kopiera ett som finns.",
        )
    return max(held)[1]


class Explorer:
    """Three choices and what they give; ``show`` puts them into a notebook.

    Without a seminar the workspace's newest is taken.
    """

    def __init__(self, *, seminar: str = "", workspace: str | None = None) -> None:
        place = Workspace.find(workspace)
        self.catalog = Catalog(place)
        self.whole = open_scope(place, self.catalog, seminar or newest_seminar(self.catalog))
        self.unit = widgets.Dropdown(options=self._units(), description="Enhet", style=_WIDE)
        self.indicator = widgets.Dropdown(options=self._indicators(), description="Indikator", style=_WIDE)
        self.comparison = widgets.Dropdown(options=self._comparisons(), description="Jämför med", style=_WIDE)
        self.view = widgets.HTML()
        for choice in self.choices:
            choice.layout.width = "520px"
            choice.observe(self._redraw, names="value")
        self._redraw()

    @property
    def choices(self) -> tuple[Any, Any, Any]:
        return self.unit, self.indicator, self.comparison

    def show(self) -> Any:
        """The choices with the chart and the table below."""
        return widgets.VBox([*self.choices, self.view])

    def block(self) -> Block:
        """What the present choices give: a figure with its table, or an explained gap."""
        scope = self.whole.about(self.unit.value or None)
        indicator = self.catalog.indicators[self.indicator.value]
        return figures.explored(scope, indicator, self.comparison.value)

    def frame(self) -> pd.DataFrame:
        """The released rows behind the choices, for the strategist's own work."""
        rows = self.whole.about(self.unit.value or None).own(self.indicator.value).frame
        return rows[["school_year", "state", "value", "low", "high", "n", "basis"]].reset_index(drop=True)

    def _redraw(self, _change: Any = None) -> None:
        bundle = self.block()._repr_mimebundle_()
        self.view.value = f"{_style()}<div class='skolbank'>{bundle.get('text/html', '')}</div>"

    def _units(self) -> list[tuple[str, str]]:
        known = sorted(self.whole.units.values(), key=lambda unit: text.sort_key(unit.name))
        named = [(f"{unit.name} ({unit.code})", unit.code) for unit in known if "gr" in unit.school_forms]
        return [(f"Alla kommunens skolor ({self.whole.settings.authority_name})", WHOLE), *named]

    def _indicators(self) -> list[tuple[str, str]]:
        shown = set(self.whole.table.frame["indicator"])
        plain = [each for each in self.catalog.indicators.values() if _is_plain(each) and each.id in shown]
        return [(each.title, each.id) for each in sorted(plain, key=_order)]

    def _comparisons(self) -> list[tuple[str, tuple[str, ...]]]:
        others = [(name, (code,)) for name, code in self._units()[1:]]
        return [*_COMPARISONS.items(), *others]


_WIDE = {"description_width": "110px"}


def _is_plain(indicator: Indicator) -> bool:
    return indicator.kind in ("share", "mean", "count") and not indicator.by_subject


def _order(indicator: Indicator) -> tuple[bool, str]:
    return not indicator.id.startswith("results."), text.sort_key(indicator.title)


def _style() -> str:
    css = (builtin_root() / "templates" / "report" / "explore.css").read_text("utf-8")
    return f"<style>{css}</style>"
