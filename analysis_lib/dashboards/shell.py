"""The shell around every page: rail, band, head, filters and cards as HTML (floor 8).

The style sheet and the script are one bundle each, with their hash in the address, so that a browser fetches
them once for all pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis_lib import text
from analysis_lib.dashboards.access import ROLE_WORDS, Rights
from analysis_lib.dashboards.cohort_choices import classes, cohorts
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.no_results import has_results
from analysis_lib.dashboards.pages import PAGES, Card, Choice, State, units_in
from analysis_lib.present.html import block_html
from analysis_lib.report.html import style_sheet
from analysis_lib.vocabulary.workspace import builtin_root

_EDITIONS = {
    "internal": "Intern – får inte publiceras",
    "board": "Nämndens utgåva",
    "public": "Publik utgåva",
}
_TITLES = {"facts": "I korthet", "cards": "Det reglerna säger"}


@dataclass(frozen=True)
class Drawn:
    """One card ready for the page; ``download`` and ``workbook``: where its table is, empty without one."""

    id: str
    kind: str
    span: int
    html: Markup
    title: str = ""
    name: str = ""
    download: str = ""
    workbook: str = ""

    @property
    def files(self) -> list[tuple[str, str]]:
        """The addresses of the card's table with the words of their links."""
        return [(at, kind) for at, kind in ((self.workbook, "Excel"), (self.download, "CSV")) if at]


@dataclass(frozen=True)
class Frame:
    """What stands around the cards: choices, messages, links to units, and how often to look again."""

    choices: Sequence[Choice] = ()
    steps: Sequence[Mapping[str, str]] = ()
    errors: Sequence[Mapping[str, str]] = ()
    told: str = ""
    xsrf: str = ""
    refresh: int = 0
    static_links: Sequence[Mapping[str, Any]] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    forms: Sequence[Drawn] = ()
    has_forms_first: bool = False
    live: Mapping[str, Any] | None = None


@lru_cache(maxsize=1)
def bundle() -> dict[str, tuple[str, bytes, str]]:
    """The served files by address: kind and content; the hash in each address changes with the content."""
    folder = builtin_root() / "templates" / "dashboards"
    css = (style_sheet() + "\n" + (folder / "dashboards.css").read_text("utf-8")).encode()
    js = (folder / "dashboards.js").read_bytes()
    found = {}
    for name, kind, content in (("css", "text/css", css), ("js", "text/javascript", js)):
        address = f"/fast/skolbank-{hashlib.sha256(content).hexdigest()[:12]}.{name}"
        found[name] = (address, content, kind)
    return found


def draw(cards: Iterable[Card], state: State) -> list[Drawn]:
    """The cards with their charts drawn; every one with a table can be downloaded."""
    drawn = []
    for card in cards:
        block = card.block
        html = Markup(block_html(block.kind, block.data))  # its templates escape every text
        has_table = block.kind == "table" or bool(block.data.get("table"))
        asked = f"?{state.query()}" if state.query() else ""
        files = [
            f"/{state.page}/tabell/{card.id}.{kind}{asked}" if has_table else "" for kind in ("csv", "xlsx")
        ]
        title = str(block.data.get("heading") or _TITLES.get(block.kind, ""))
        drawn.append(Drawn(card.id, block.kind, card.span, html, title, block.summary, *files))
    return drawn


def cards_html(cards: Sequence[Drawn], steps: Sequence[Mapping[str, str]]) -> str:
    """The cards and the links onward alone, as they stand inside the page."""
    macros = environment().get_template("_cards.html.j2").module
    return str(macros.draw(cards)) + str(macros.onward(steps))  # type: ignore[attr-defined]


def page_html(
    state: State, cards: Sequence[Drawn], rights: Rights | None, edition: Edition, frame: Frame
) -> str:
    """One whole page; without rights it is the static copy, which has no menu of one's own and no forms."""
    page = PAGES[state.page]
    served = {name: address for name, (address, _, _) in bundle().items()}
    settings = edition.catalog.settings
    return (
        environment()
        .get_template("shell.html.j2")
        .render(
            page={"title": page.title, "question": page.question, "href": f"/{page.id}"},
            place=place_name(state.unit, edition),
            query=state.query(),
            bundle=served if rights else {"css": frame.extra["css"], "js": ""},
            menu=_menu(state, rights, frame),
            who=_who(rights, edition) if rights else None,
            band={"edition": _EDITIONS[edition.prepared.audience], "until": _until(edition)},
            choices=frame.choices,
            kept=[],
            steps=frame.steps,
            static_links=frame.static_links,
            cards=cards,
            tables=_tables(state, [*cards, *frame.forms]),
            forms=frame.forms,
            forms_first=frame.has_forms_first,
            live=frame.live if rights else None,
            errors=frame.errors,
            told=frame.told,
            refresh=frame.refresh,
            xsrf=Markup(frame.xsrf),
            foot=f"{settings.authority_name}. Källa, datum och antal står vid varje figur."
            + (" Exempelkommun: skola och alla siffror är påhittade." if settings.is_example else ""),
        )
    )


def steps_down(state: State, rights: Rights, edition: Edition) -> list[dict[str, str]]:
    """Links from the whole to ledningsgrupper and units, from a unit to its årskullar and its classes.

    The other choices are kept.
    """
    if state.unit and state.page == "arskullar" and has_results(state, edition):
        classes = _to_classes(state, rights, edition)
        return classes + [
            {
                "text": label,
                "href": f"/{state.page}?{state.query(cohort=value)}",
                "title": "Gå vidare till en årskull",
            }
            for value, label in cohorts(edition)
            if value != state.cohort
        ]
    if state.unit or "unit" not in PAGES[state.page].choices:
        return []
    shown = None if state.page in ("atgarder", "arshjul") else _with_results(edition)
    units = [u for u in units_in(state.group, rights, edition) if shown is None or u.code in shown]
    links = [{"text": unit.name, "href": f"/{state.page}?{state.query(unit=unit.code)}"} for unit in units]
    return [*_to_groups(state, rights, edition), *links]


def _to_groups(state: State, rights: Rights, edition: Edition) -> list[dict[str, str]]:
    """Links to the ledningsgrupper that have units here, for one who looks at the whole."""
    if state.group or not rights.whole or "group" not in PAGES[state.page].choices:
        return []
    return [
        {
            "text": f"Ledningsgruppen för {text.uncapitalised(group.name)}",
            "href": f"/{state.page}?{state.query(group=group.id)}",
            "title": "Gå vidare till en ledningsgrupp eller en enhet",
        }
        for group in edition.catalog.groups.values()
        if units_in(group.id, rights, edition)
    ]


def _to_classes(state: State, rights: Rights, edition: Edition) -> list[dict[str, str]]:
    """Links to the årskull's classes, one step below the unit, for those who are told of them."""
    told = classes(edition, state.unit, state.cohort) if rights.audience == "internal" else []
    return [
        {
            "text": f"Klass {name}",
            "href": f"/{state.page}?{state.query(klass=code)}",
            "title": "Gå vidare till en klass eller en annan årskull",
        }
        for code, name in told
        if code != state.klass
    ]


def place_name(unit: str, edition: Edition) -> str:
    """The name of what a page is about."""
    return edition.prepared.units[unit].name if unit else edition.catalog.settings.authority_name


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the shell; every text is escaped."""
    return Environment(
        loader=FileSystemLoader(builtin_root() / "templates" / "dashboards"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _tables(state: State, cards: Iterable[Drawn]) -> str:
    """Where every table of the page is, as one workbook; empty when there is none."""
    asked = f"?{state.query()}" if state.query() else ""
    return f"/{state.page}/tabeller.xlsx{asked}" if any(card.workbook for card in cards) else ""


def _with_results(edition: Edition) -> frozenset[str]:
    frame = edition.frame
    return frozenset(frame.loc[frame["level"].eq("unit") & frame["state"].ne("missing"), "code"])


def _menu(state: State, rights: Rights | None, frame: Frame) -> list[list[dict[str, Any]]]:
    shown = [page for page in PAGES.values() if rights is None or rights.may_open(page.id)]
    if rights is None:
        shown = [page for page in shown if page.id in frame.extra]
    groups = []
    for name in ("se", "göra"):
        items = [
            {
                "title": page.title,
                "href": frame.extra[page.id] if rights is None else f"/{page.id}{_same_unit(page.id, state)}",
                "is_here": page.id == state.page,
            }
            for page in shown
            if page.group == name
        ]
        groups += [items] if items else []
    return groups


def _same_unit(page: str, state: State) -> str:
    return f"?unit={state.unit}" if state.unit and "unit" in PAGES[page].choices else ""


def _who(rights: Rights, edition: Edition) -> dict[str, str]:
    person = rights.person
    names = [edition.prepared.units[code].name for code in person.units if code in edition.prepared.units]
    groups = edition.catalog.groups
    names += [groups[name].name for name in person.groups if name in groups]
    place = text.listing(names[:3]) if names else edition.catalog.settings.authority_name
    key = hashlib.sha256(person.name.encode()).hexdigest()[:12]  # whose drafts a browser keeps
    return {"role": ROLE_WORDS[person.role], "place": place, "key": key}


def _until(edition: Edition) -> str:
    cutoff, imported = edition.prepared.seminar.cutoff, edition.prepared.imported
    told = [f"Uppgifter till och med {text.date(cutoff)}"] if cutoff else []
    told += [f"inläst {text.date(imported)}"] if imported else []
    return " · ".join(told)
