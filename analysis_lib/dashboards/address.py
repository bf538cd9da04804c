"""What an address asks a page for, checked before anything is read (floor 8).

Against the viewer's rights, and against what the edition has; the same address always gives the same page. An
address is text that anybody may have made up: what is wrong with it is told without saying it again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analysis_lib.dashboards import cohort_choices
from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.extract import INDICATORS, Edition
from analysis_lib.dashboards.pages import LABELS, NotAllowed, PageKind, State, first_unit, surveys_of
from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.classes import unit_of

_ORDER = re.compile(r"([a-z0-9-]{1,30}\.\d{1,2}\.\d{1,2}\.(stigande|fallande)(,|$)){0,8}")


def read_state(
    page: PageKind,
    given: Mapping[str, list[str]],
    rights: Rights,
    edition: Edition,
    *,
    instruments: Mapping[str, str] | None = None,
) -> State:
    """The state that the address asks for, filled in with the viewer's usual choices.

    Raises NotAllowed for another's unit, and SkolbankError for what cannot be read.
    """
    if not rights.may_open(page.id):
        raise NotAllowed
    asked = _asked(page, given)
    unit = asked.get("unit", "")
    if unit and not rights.may_see(unit):
        raise NotAllowed
    if not unit and (not rights.whole or page.id == "sjalvskattning"):
        unit = first_unit(rights, edition)
    allowed = _allowed(page, edition, instruments or {})
    for name, values in allowed.items():
        if name in asked and asked[name] not in values:
            raise _wrong(f"{LABELS[name]} i adressen finns inte att välja")
    usual = {
        "school_year": edition.prepared.school_year,
        "indicator": next(iter(allowed["indicator"]), ""),
        "cohort": next(iter(allowed["cohort"]), ""),
        "method": cohort_choices.USUAL_METHOD,
        "instrument": next(iter(allowed["instrument"]), ""),
    }
    chosen = {name: asked.get(name, usual.get(name, "")) for name in page.choices if name != "unit"}
    if chosen.get("klass"):
        chosen["klass"] = _class_of(chosen["klass"], unit, chosen["cohort"], rights, edition)
    return State(page.id, unit=unit, **chosen)


def check_order(given: Sequence[str]) -> None:
    """How tables are sorted: the browser's own affair, but an address is never taken as it comes."""
    if len(given) > 1 or not all(_ORDER.fullmatch(each) for each in given):
        raise _wrong("Sorteringen i adressen går inte att läsa")


def _asked(page: PageKind, given: Mapping[str, list[str]]) -> dict[str, str]:
    """The choices of the address that are filled in, each one that the page has and given once."""
    if set(given) - set(page.choices):
        raise _wrong("Adressen har ett val som sidan inte har")
    if any(len(values) > 1 for values in given.values()):
        raise _wrong("Adressen har samma val två gånger")
    asked = {name: values[0] for name, values in given.items() if values[0]}
    if len(asked.get("team", "")) > 60 or not asked.get("team", "").isprintable():
        raise _wrong("Arbetslagets namn är för långt eller har tecken som inte går att skriva")
    if not all(re.fullmatch(r"[a-z0-9_-]{0,80}", asked.get(name, "")) for name in ("thing", "promise")):
        raise NotAllowed
    return asked


def _allowed(page: PageKind, edition: Edition, instruments: Mapping[str, str]) -> dict[str, list[str]]:
    """What each choice may be in this edition, the usual one first."""
    return {
        "group": list(edition.catalog.groups),
        "school_year": list(edition.school_years),
        "indicator": [name for name in INDICATORS if name in edition.catalog.indicators],
        "cohort": [value for value, _ in cohort_choices.cohorts(edition)] if page.id == "arskullar" else [],
        "subject": list(cohort_choices.subjects(page.id)),
        "method": [value for value, _ in cohort_choices.methods()],
        "instrument": list(instruments),
        "survey": [name for name, _ in surveys_of(edition)],
    }


def _class_of(code: str, unit: str, cohort: str, rights: Rights, edition: Edition) -> str:
    """The class that is asked for, or none where it belongs to another choice of the viewer's.

    A class that does not exist and one that is not the viewer's get the same answer.
    """
    if not rights.may_see(unit_of(code) or "-") or not cohort_choices.known_class(edition, code):
        raise NotAllowed
    return code if code in dict(cohort_choices.classes(edition, unit, cohort)) else ""


def _wrong(what: str) -> SkolbankError:
    """An address that cannot be read; ``what`` never holds anything of it."""
    remedy = "Välj i listorna på sidan, så blir adressen rätt."
    return SkolbankError("address-invalid", what, remedy=remedy)
