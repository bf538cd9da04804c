"""One dashboard in a notebook: pickers, and the cards that they give (floor 8).

The same notebook shows itself in JupyterLab, under plain Voila and papermill, and behind the front door,
where the page's own controls take the place of the pickers. Every choice is checked again here: a widget can
be set to anything by the one who looks at it, and the extract holds nothing that is not theirs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import ipywidgets
import traitlets

from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.extract import newest_seminar, open_edition
from analysis_lib.dashboards.live_cards import cards_of
from analysis_lib.dashboards.pages import PAGES, Choice, NotAllowed, State, choices
from analysis_lib.dashboards.scope_folder import LiveScope, open_scope, own_scope
from analysis_lib.dashboards.shell import cards_html, draw, place_name, steps_down
from analysis_lib.errors import SkolbankError
from analysis_lib.present.svg import chart_key, is_deferred
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

widgets: Any = ipywidgets  # its classes are made at import, where no type checker sees them
MARK = "skolbank-live"
_LONGEST = 2000


class LiveCards(widgets.HTML):  # type: ignore[misc]
    """The cards as HTML; ``asked`` is what the reader's page asks for, ``shown`` what the cards answer."""

    asked = traitlets.Dict().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)


class LivePage:
    """A page's pickers and cards; ``show`` puts them into a notebook."""

    def __init__(self, page: str, *, seminar: str = "", state: Mapping[str, str] | None = None) -> None:
        self.scope = _scope(page, seminar)
        self.page = PAGES[self.scope.page]
        self._turn = 0
        self.cards = LiveCards()
        self.cards.add_class(MARK)
        self.state = self._read(state if state is not None else _started())
        self.pickers = {each.name: _picker(each) for each in self._choices()}
        for name, picker in self.pickers.items():
            picker.observe(lambda change, name=name: self._picked(name, change["new"]), names="value")
        self.cards.observe(self._asked, names="asked")
        self._is_setting = False
        if not is_deferred():
            self._draw(0)

    def show(self) -> Any:
        """The pickers with the cards below."""
        return widgets.VBox([*self.pickers.values(), self.cards])

    def _read(self, given: Mapping[str, str]) -> State:
        asked = {name: [str(value)] for name, value in given.items()}
        titles = {name: one.title for name, one in self.scope.instruments.items()}
        return read_state(self.page, asked, self.scope.rights, self.scope.edition, instruments=titles)

    def _choices(self) -> list[Choice]:
        titles = {name: one.title for name, one in self.scope.instruments.items()}
        return choices(self.state, self.scope.rights, self.scope.edition, instruments=titles)

    def _picked(self, name: str, value: str) -> None:
        """A picker of the notebook has been turned."""
        if not self._is_setting:
            given = {key: getattr(self.state, key) for key in self.page.choices} | {name: value}
            self._answer({key: each for key, each in given.items() if each}, 0)

    def _asked(self, change: Mapping[str, Any]) -> None:
        """The reader's page asks for a state; what cannot be read is answered in words."""
        asked = change["new"]
        number, query = asked.get("number"), asked.get("query")
        if not isinstance(number, int) or not isinstance(query, str) or len(query) > _LONGEST:
            return
        found = parse_qs(query, keep_blank_values=False, max_num_fields=20)
        if any(len(values) > 1 for values in found.values()):
            return
        self._answer({name: values[0] for name, values in found.items()}, number)
        self.cards.asked = {}  # the same page may ask for the same thing again, after a reload

    def _answer(self, given: Mapping[str, str], number: int) -> None:
        try:
            self.state = self._read(given)
        except NotAllowed:
            self._tell(number, fault="Den enheten hör inte till dig. Välj en annan.")
            return
        except SkolbankError as fault:
            self._tell(number, fault=f"{fault.what}. {fault.remedy}".strip())
            return
        self._set_pickers()
        try:
            self._draw(number)
        except Exception:  # a reader is told in words; what went wrong is for the kernel's own output
            self._tell(number, fault="Sidan kunde inte ritas om. Ladda om den: den släppta sidan stämmer.")
            raise

    def _set_pickers(self) -> None:
        self._is_setting = True
        try:
            for each in self._choices():
                picker = self.pickers.get(each.name)
                if picker is not None:
                    if each.options:
                        picker.options = _options(each)
                    picker.value = each.value
        finally:
            self._is_setting = False

    def _draw(self, number: int) -> None:
        scope = self.scope
        blocks = cards_of(self.state, scope)
        steps = steps_down(self.state, scope.rights, scope.edition)
        charts = {}
        if is_deferred():
            figures = [each for card in blocks for each in _figures(card.block.kind, card.block.data)]
            charts = {chart_key(figure["charts"]): figure["charts"] for figure in figures}
        html = cards_html(draw(blocks, self.state), steps)
        if not is_deferred():
            self.cards.value = f"{_style()}<div class='skolbank'>{html}</div>"
            return
        shown = [
            {"name": each.name, "value": each.value, "options": [list(pair) for pair in each.options]}
            for each in self._choices()
        ]
        place = place_name(self.state.unit, scope.edition)
        query = self.state.query()
        self._tell(number, html=html, query=query, place=place, choices=shown, charts=charts)

    def _tell(self, number: int, **told: Any) -> None:
        """Answers the page; the turn makes each answer a change, also of the same thing again."""
        self._turn += 1
        self.cards.shown = {"number": number, "turn": self._turn, **told}


def open_page(page: str, *, seminar: str = "") -> LivePage:
    """The page of a notebook: the scope that the front door gave, else the workspace's own, whole."""
    widgets.register_comm_target()  # in a warm process the widgets were loaded before there was a kernel
    return LivePage(page, seminar=seminar)


def _scope(page: str, seminar: str) -> LiveScope:
    given = os.environ.get("SKOLBANK_SCOPE_DIR")
    if given:
        os.environ["SKOLBANK_DEFER_CHARTS"] = "1"  # the reader's browser draws
        scope = open_scope(Path(given))
        if scope.page != page:
            raise SkolbankError("scope-other", "Sidans uppgifter hör till en annan sida")
        return scope
    workspace = Workspace.find()
    name = seminar or newest_seminar(Catalog(workspace))
    return own_scope(page, open_edition(workspace, name, "internal"))


def _started() -> dict[str, str]:
    try:
        told = json.loads(os.environ.get("SKOLBANK_STATE") or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}


def _figures(kind: str, data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if kind == "several":
        return [each for part in data["parts"] for each in _figures(part["kind"], part["data"])]
    return [data] if kind == "figure" else []


def _picker(choice: Choice) -> Any:
    style = {"description_width": "110px"}
    if choice.options:
        made = widgets.Dropdown(
            options=_options(choice), value=choice.value, description=choice.label, style=style
        )
    else:
        made = widgets.Text(
            value=choice.value, description=choice.label, continuous_update=False, style=style
        )
    made.layout.width = "520px"
    return made


def _options(choice: Choice) -> list[tuple[str, str]]:
    return [(label, value) for value, label in choice.options]


def _style() -> str:
    css = (builtin_root() / "templates" / "report" / "explore.css").read_text("utf-8")
    return f"<style>{css}</style>"
