"""The forms of D5, D7 and D8 as cards, filled in with what is known (floor 8)."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.forms import Faults, Field, Form, as_answers, fields_of, with_faults
from analysis_lib.dashboards.own_entries import school_year_now, seen
from analysis_lib.dashboards.pages import NotAllowed, State, today
from analysis_lib.dashboards.shell import Drawn, environment, place_name
from analysis_lib.dashboards.writing import own_ratings
from analysis_lib.register import Record, Register
from analysis_lib.register.kinds.documents import STEP_WORDS, SignOff
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.vocabulary.self_rating import SelfRating

MEASURE_NEW = (
    "what",
    "origin",
    "responsible",
    "start",
    "deadline",
    "expected_effect",
    "research",
    "proven_experience",
    "local_adaptation",
    "state",
    "decision",
)
MEASURE_FOLLOW = (
    *MEASURE_NEW,
    "indicator",
    "implemented",
    "value_before",
    "value_after",
    "comparison",
    "result",
    "conclusion",
)
SIGN_OFF = ("step", "on", "returned")
STEPS_OF = {
    "arbetslag": ("team",),
    "rektor": ("team", "principal"),
    "ledningsgrupp": ("administration",),
    "skolchef": ("administration", "board"),
    "strateg": ("administration", "board"),
}


def season_now() -> str:
    """The round that is rated today: autumn from July on, else spring."""
    return "ht" if today().month >= 7 else "vt"


def entry_cards(
    state: State,
    rights: Rights,
    edition: Edition,
    register: Register,
    instruments: Mapping[str, SelfRating],
    *,
    xsrf: Markup,
    given: Mapping[str, str] | None = None,
    faults: Faults | None = None,
) -> list[Drawn]:
    """What a viewer may write on this page; ``given`` is what was sent when it could not be saved."""
    if state.page == "atgarder" and rights.may_write("measure", state.unit):
        return _measure(state, rights, edition, register, xsrf, given, faults)
    if state.page == "arshjul" and state.unit and rights.may_write("sign_off", state.unit):
        return [_sign_off(state, rights, edition, xsrf, given, faults)]
    if state.page == "sjalvskattning" and state.instrument in instruments:
        return [_rating(state, register, instruments[state.instrument], xsrf, given, faults)]
    return []


def measure_names(thing: str) -> tuple[str, ...]:
    """The questions about a measure: fewer for a new one."""
    return MEASURE_FOLLOW if thing else MEASURE_NEW


def _measure(
    state: State,
    rights: Rights,
    edition: Edition,
    register: Register,
    xsrf: Markup,
    given: Mapping[str, str] | None,
    faults: Faults | None,
) -> list[Drawn]:
    known = seen(register, Measure, state, rights, edition)
    chosen = next((m for m in known if m.thing == state.thing), None)
    if state.thing and chosen is None:
        raise NotAllowed
    names = measure_names(state.thing)
    values = given if given is not None else as_answers(chosen.entry) if chosen else {}
    fields = fields_of(Measure, names, values)
    hidden = [("unit", state.unit), ("thing", state.thing), ("expected", chosen.id if chosen else "")]
    form = Form(
        action="/atgarder",
        title=f"Följ upp: {chosen.entry.what}" if chosen else f"Ny åtgärd, {place_name(state.unit, edition)}",
        fields=with_faults(fields, faults) if faults else fields,
        hidden=tuple(hidden),
        guidance=Measure.guidance,
        submit="Spara åtgärden",
        draft=f"atgarder-{state.unit}-{state.thing}",
        xsrf=xsrf,
    )
    return [*_own_things(known, state, xsrf), form.card("skriv")]


def _own_things(known: list[Record[Measure]], state: State, xsrf: Markup) -> list[Drawn]:
    mine = [m for m in known if m.unit == state.unit]
    things = [
        {
            "title": m.entry.what,
            "meta": f"Version {m.version}, sparad {m.at:%Y-%m-%d} av {m.role.lower()}. "
            f"Frist {m.entry.deadline}.",
            "edit": f"/atgarder?{state.query(thing=m.thing)}#kort-skriv",
            "undo": "/atgarder/angra",
            "kind": "measure",
            "thing": m.thing,
            "expected": m.id,
            "unit": m.unit,
        }
        for m in mine
    ]
    if not things:
        return []
    html = environment().get_template("things.html.j2").render(things=things, xsrf=xsrf)
    return [Drawn("egna", "things", 12, Markup(html), "Följ upp, ändra eller ångra")]


def _sign_off(
    state: State,
    rights: Rights,
    edition: Edition,
    xsrf: Markup,
    given: Mapping[str, str] | None,
    faults: Faults | None,
) -> Drawn:
    steps = STEPS_OF.get(rights.person.role, ())
    options = tuple((step, STEP_WORDS[step].capitalize()) for step in steps)
    told = given if given is not None else {"step": steps[0], "on": today().isoformat()}
    step, on, returned = fields_of(SignOff, SIGN_OFF, told)
    fields: tuple[Field, ...] = (
        Field("step", step.label, "select", step.value, "", options, True),
        on,
        returned,
    )
    return Form(
        action="/arshjul",
        title=f"Ett steg är klart, {place_name(state.unit, edition)}",
        fields=with_faults(fields, faults) if faults else fields,
        hidden=(("unit", state.unit),),
        guidance=SignOff.guidance,
        submit="Spara steget",
        draft=f"arshjul-{state.unit}",
        xsrf=xsrf,
    ).card("skriv")


def _rating(
    state: State,
    register: Register,
    instrument: SelfRating,
    xsrf: Markup,
    given: Mapping[str, str] | None,
    faults: Faults | None,
) -> Drawn:
    season = season_now()
    known = own_ratings(register, instrument, unit=state.unit, team=state.team, season=season)
    options = tuple((str(step.value), step.label) for step in instrument.scale)
    fields, hidden = [], [("unit", state.unit), ("instrument", state.instrument), ("team", state.team)]
    for area in instrument.areas:
        for part in area.parts:
            record = known.get(part.id)
            level = str(record.entry.level) if record else ""
            evidence = record.entry.evidence if record else ""
            hint = " ".join(f"{text}." for text in part.criteria)
            at, why = f"level.{part.id}", f"evidence.{part.id}"
            told = given or {}
            fields.append(Field(at, f"{area.name}: {part.name}", "radio", told.get(at, level), hint, options))
            fields.append(Field(why, f"Belägg: {part.name}", "textarea", told.get(why, evidence)))
            hidden.append((f"seen.{part.id}", record.id if record else ""))
    words = "hösten" if season == "ht" else "våren"
    return Form(
        action="/sjalvskattning",
        title=f"{instrument.title}, {words} läsåret {school_year_now()}",
        fields=with_faults(fields, faults) if faults else tuple(fields),
        hidden=tuple(hidden),
        guidance="Skatta tillsammans och skriv vad ni bygger på. Skriv aldrig namn på elever eller vuxna.",
        submit="Spara skattningen",
        draft=f"skattning-{state.unit}-{state.instrument}-{state.team}",
        xsrf=xsrf,
    ).card("skriv")
