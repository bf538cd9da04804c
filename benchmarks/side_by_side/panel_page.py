"""The page "Läget nu" in Panel, made of the same blocks: ``panel serve panel_page.py``."""

from __future__ import annotations

import panel

from benchmarks.side_by_side.shared import new_page

panel.extension()
page = new_page()
unit = panel.widgets.Select(name="Enhet", options=dict(page.pickers["unit"].options))
cards = panel.pane.HTML(page.cards.value, sizing_mode="stretch_width")


def redraw(event: object) -> None:
    """The cards of the unit that was chosen."""
    page.pickers["unit"].value = unit.value
    cards.object = page.cards.value


unit.param.watch(redraw, "value")
panel.Column("# Läget nu", unit, cards).servable(title="Läget nu")
