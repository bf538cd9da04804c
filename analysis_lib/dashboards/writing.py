"""The narrow door through which a viewer writes: identity and scope are checked here again (floor 8).

Nothing is ever written over: a change names the version that was seen, and undoing is one more version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis_lib.dashboards.access import ROLE_WORDS, Rights
from analysis_lib.dashboards.own_entries import school_year_now
from analysis_lib.dashboards.pages import NotAllowed, today
from analysis_lib.errors import SkolbankError
from analysis_lib.register import Draft, Entry, Record, Register
from analysis_lib.register.kinds.ratings import Rating
from analysis_lib.vocabulary.self_rating import SelfRating


def save_entry(
    register: Register, rights: Rights, entry: Entry, *, unit: str, thing: str = "", expected: str = ""
) -> Record[Entry]:
    """Saves a new thing, or a new version of one that the viewer may write about.

    Raises NotAllowed for another's unit or thing, RegisterConflict when somebody else came before.
    """
    _may(rights, entry.kind, unit)
    kept: dict[str, Any] = {"unit": unit, "school_year": school_year_now()}
    if thing:
        _own(register, rights, thing, entry.kind, unit)
        kept = {"thing": thing, "expected": expected or None}
    return register.save(entry, author=rights.person.name, role=_role(rights), **kept)


def undo(
    register: Register, rights: Rights, kind: str, *, unit: str, thing: str, expected: str
) -> Record[Entry]:
    """Takes the latest version back: the one before it is saved again, or the thing is withdrawn."""
    _may(rights, kind, unit)
    seen = _own(register, rights, thing, kind, unit)
    before = register.history(thing)[:-1]
    earlier = next((each for each in reversed(before) if not each.withdrawn), None)
    draft = (
        Draft(earlier.entry, thing=thing, expected=expected)
        if earlier
        else Draft(seen.entry, thing=thing, expected=expected, withdrawn=True)
    )
    return register.save_all([draft], author=rights.person.name, role=_role(rights))[0]


def save_ratings(
    register: Register,
    rights: Rights,
    instrument: SelfRating,
    given: Mapping[str, str],
    *,
    unit: str,
    team: str,
    season: str,
) -> int:
    """Saves the levels that are new or changed, all or none; gives their number.

    ``given`` holds ``level.<part>``, ``evidence.<part>`` and ``seen.<part>``, the version that was seen.
    """
    _may(rights, "rating", unit)
    current = own_ratings(register, instrument, unit=unit, team=team, season=season)
    drafts = []
    for part in instrument.parts:
        level, evidence = given.get(f"level.{part}", ""), given.get(f"evidence.{part}", "").strip()
        known = current.get(part)
        if not level or (known and (str(known.entry.level), known.entry.evidence) == (level, evidence)):
            continue
        if level not in {str(step.value) for step in instrument.scale}:
            raise SkolbankError(
                "level-unknown", f"Nivån för {instrument.parts[part].name} finns inte på skalan"
            )
        entry = Rating(
            instrument=instrument.id,
            version=instrument.version,
            part=part,
            round="ht" if season == "ht" else "vt",
            team=team,
            rater="leadership" if instrument.rated_by == "leadership" else "team",
            level=int(level),
            rated_on=today(),
            evidence=evidence,
        )
        seen = given.get(f"seen.{part}") or None
        draft = (
            Draft(entry, thing=known.thing, expected=seen) if known else Draft(entry, unit, school_year_now())
        )
        drafts.append(draft)
    register.save_all(drafts, author=rights.person.name, role=_role(rights))
    return len(drafts)


def own_ratings(
    register: Register, instrument: SelfRating, *, unit: str, team: str, season: str
) -> dict[str, Record[Rating]]:
    """This läsår's and round's levels of one arbetslag, by part."""
    found = register.current(Rating, unit=unit, school_year=school_year_now())
    mine = [
        r for r in found if (r.entry.instrument, r.entry.team, r.entry.round) == (instrument.id, team, season)
    ]
    return {record.entry.part: record for record in mine}


def _may(rights: Rights, kind: str, unit: str) -> None:
    if not rights.may_write(kind, unit):
        raise NotAllowed


def _own(register: Register, rights: Rights, thing: str, kind: str, unit: str) -> Record[Entry]:
    """The newest version of a thing that is of this kind and about this unit; else it is not theirs."""
    history = register.history(thing)
    if not history or history[-1].kind != kind or history[-1].unit != unit or not rights.may_see(unit):
        raise NotAllowed
    return history[-1]


def _role(rights: Rights) -> str:
    return ROLE_WORDS[rights.person.role]
