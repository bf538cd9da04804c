"""The nine pages: what each is called, which question it answers and which choices it takes (floor 8).

A state is what stands in the address (``address`` reads and checks it); the same state always gives the same
page.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from analysis_lib import text
from analysis_lib.dashboards import cohort_choices
from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.extract import INDICATORS, Edition
from analysis_lib.present.blocks import Block
from analysis_lib.report.survey_verbs import FAMILIES
from analysis_lib.vocabulary.settings import Unit

LABELS = {
    "unit": "Enhet",
    "group": "Ledningsgrupp",
    "school_year": "Läsår",
    "indicator": "Mått",
    "cohort": "Årskull",
    "klass": "Klass",
    "subject": "Ämne",
    "method": "Sätt att räkna",
    "instrument": "Instrument",
    "team": "Arbetslag",
    "survey": "Enkät",
}


@dataclass(frozen=True)
class PageKind:
    """One of the nine pages."""

    id: str
    number: str
    title: str
    question: str
    group: str
    choices: tuple[str, ...] = ()


PAGES = {
    page.id: page
    for page in (
        PageKind(
            "lage",
            "D1",
            "Läget nu",
            "Vad visar de senaste resultaten, och vad har säkert ändrats?",
            "se",
            ("unit", "group", "school_year", "indicator"),
        ),
        PageKind(
            "arskullar",
            "D2",
            "Årskullar",
            "Hur går det för de elever vi har nu, och hur långt kommer de hos oss?",
            "se",
            ("unit", "group", "cohort", "klass", "subject", "method"),
        ),
        PageKind(
            "betyg",
            "D3",
            "Betyg och prov",
            "Hur fördelar sig betygen, och får alla lika goda möjligheter?",
            "se",
            ("unit", "group", "school_year", "subject"),
        ),
        PageKind(
            "roster",
            "D4",
            "Röster",
            "Vad säger elever, vårdnadshavare och personal?",
            "se",
            ("unit", "group", "school_year", "survey"),
        ),
        PageKind(
            "atgarder",
            "D5",
            "Åtgärder och effekt",
            "Vad gör vi, vad är försenat, och vad ledde det till?",
            "se",
            ("unit", "group", "thing", "promise"),
        ),
        PageKind(
            "jamfor",
            "D6",
            "Jämför",
            "Hur ser våra resultat ut bredvid rikets och andra skolors?",
            "se",
            ("unit", "group", "school_year", "indicator"),
        ),
        PageKind(
            "arshjul",
            "D7",
            "Årshjul och dokument",
            "Vad ska göras när, vad är klart och vad saknas?",
            "göra",
            ("unit",),
        ),
        PageKind(
            "sjalvskattning",
            "D8",
            "Självskattning",
            "Var är vi, och hur har det ändrats sedan sist?",
            "göra",
            ("unit", "instrument", "team"),
        ),
        PageKind("korningar", "D9", "Körningar", "Vad är gjort, vad pågår och vad gick fel?", "göra"),
    )
}


@dataclass(frozen=True)
class Choice:
    """One filter: its name in the address, its visible label, what may be chosen and what is."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str


@dataclass(frozen=True)
class Card:
    """One card of a page: a block, its width in twelfths, and an id that its download is asked by."""

    id: str
    block: Block
    span: int = 12


@dataclass(frozen=True)
class State:
    """A page's checked state; an empty unit is the whole huvudman."""

    page: str
    unit: str = ""
    group: str = ""
    school_year: str = ""
    indicator: str = ""
    cohort: str = ""
    klass: str = ""
    subject: str = ""
    method: str = ""
    instrument: str = ""
    team: str = ""
    thing: str = ""
    promise: str = ""
    survey: str = ""

    def query(self, **changes: str) -> str:
        """The state as it stands in an address, without what is empty."""
        told = {name: getattr(self, name) for name in PAGES[self.page].choices} | changes
        return urlencode({name: value for name, value in told.items() if value})


class NotAllowed(Exception):
    """The viewer asked for what is not theirs, or for what does not exist: the answer is the same."""


def first_unit(rights: Rights, edition: Edition) -> str:
    """The first of the viewer's units by name; a viewer without any is shown nothing."""
    named = [unit for code, unit in edition.prepared.units.items() if code in rights.units]
    if not named:
        raise NotAllowed
    return min(named, key=lambda unit: text.sort_key(unit.name)).code


def choices(
    state: State, rights: Rights, edition: Edition, *, instruments: Mapping[str, str] | None = None
) -> list[Choice]:
    """The filters of a page with what this viewer may choose."""
    known = edition.catalog.indicators
    whole = [("", "Hela kommunen")] if rights.whole and state.page != "sjalvskattning" else []
    units = [(unit.code, unit.name) for unit in units_in(state.group, rights, edition)]
    groups = [(group.id, group.name) for group in edition.catalog.groups.values()]
    options: dict[str, list[tuple[str, str]]] = {
        "unit": [*whole, *units],
        "group": [("", "Alla"), *groups] if rights.whole else [],
        "school_year": [(year, year) for year in edition.school_years],
        "indicator": [(name, known[name].short) for name in INDICATORS if name in known],
        "cohort": cohort_choices.cohorts(edition) if state.cohort else [],
        "klass": _class_options(state, rights, edition),
        "subject": [("", "Alla ämnen"), *cohort_choices.subjects(state.page).items()],
        "method": cohort_choices.methods(state.subject),
        "instrument": list((instruments or {}).items()),
        "survey": [("", "Första med svar"), *surveys_of(edition)],
    }
    found = [
        Choice(name, LABELS[name], tuple(options[name]), getattr(state, name))
        for name in PAGES[state.page].choices
        if options.get(name)
    ]
    return (
        [*found, Choice("team", LABELS["team"], (), state.team)]
        if "team" in PAGES[state.page].choices
        else found
    )


def _class_options(state: State, rights: Rights, edition: Edition) -> list[tuple[str, str]]:
    """All classes, or one of the unit's; no choice at all for readers that are told of none."""
    if state.page != "arskullar" or rights.audience != "internal":
        return []
    return [("", "Alla klasser"), *cohort_choices.classes(edition, state.unit, state.cohort)]


def surveys_of(edition: Edition) -> list[tuple[str, str]]:
    """The surveys that the edition holds answers of, by family, with their names."""
    known, instruments = edition.catalog.indicators, edition.catalog.instruments
    held = set(edition.frame["indicator"].unique())
    found = []
    for family in FAMILIES:
        index = known.get(f"surveys.{family}_index")
        if index is not None and index.id in held:
            names = [instruments[name].name for name in index.instruments if name in instruments]
            found.append((family, names[-1] if names else index.short))
    return found


def units_in(group: str, rights: Rights, edition: Edition) -> list[Unit]:
    """The viewer's units, narrowed to a ledningsgrupp when one is chosen, by name."""
    forms = set(edition.catalog.groups[group].school_forms) if group else set()
    mine = [unit for code, unit in edition.prepared.units.items() if code in rights.units]
    found = [unit for unit in mine if not forms or forms & set(unit.school_forms)]
    return sorted(found, key=lambda unit: text.sort_key(unit.name))


def today() -> datetime.date:
    """The day in Sweden."""
    return datetime.datetime.now(ZoneInfo("Europe/Stockholm")).date()
