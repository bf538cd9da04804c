"""More that can be written from a page: promises, answers, steps taken back, chosen figures.

They stand below the page's own form (``entry_pages``), each in a card, and go through the same narrow door
(floor 8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.choosable import choosable
from analysis_lib.dashboards.entry_pages import season_now
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.forms import Faults, Field, Form, as_answers, fields_of, with_faults
from analysis_lib.dashboards.own_entries import school_year_now, seen
from analysis_lib.dashboards.pages import PAGES, NotAllowed, State
from analysis_lib.dashboards.shell import Drawn, environment, place_name
from analysis_lib.register import Entry, Record, Register
from analysis_lib.register.kinds.chosen import ChosenFigure
from analysis_lib.register.kinds.documents import STEP_WORDS, SignOff
from analysis_lib.register.kinds.measures import Promise
from analysis_lib.register.kinds.seminars import Answer
from analysis_lib.vocabulary.questions import QuestionSet, load_question_sets

PROMISE_NEW = ("round", "text", "responsible", "due")
PROMISE_FOLLOW = (*PROMISE_NEW, "state", "outcome")
CHOSEN = ("report", "comment")
# Which kinds can be taken back on which page.
UNDO: Mapping[str, tuple[str, ...]] = {
    "atgarder": ("measure", "promise", "chosen_figure"),
    "arshjul": ("sign_off", "answer"),
    **dict.fromkeys(("lage", "arskullar", "betyg", "roster", "jamfor"), ("chosen_figure",)),
}


@dataclass(frozen=True)
class Asked:
    """One request about a page: who asks, what was sent when it could not be saved, and what is wrong."""

    state: State
    rights: Rights
    edition: Edition
    register: Register
    xsrf: Markup
    given: Mapping[str, str] | None = None
    faults: Faults | None = None

    def sent(self, form: str) -> tuple[Mapping[str, str] | None, Faults | None]:
        """What was sent with this form, if it was this one."""
        if self.given is None or self.given.get("form", "") != form:
            return None, None
        return self.given, self.faults

    def may(self, kind: str) -> bool:
        return self.rights.may_write(kind, self.state.unit)


def more_cards(asked: Asked) -> list[Drawn]:
    """The cards below the page's own form."""
    page = asked.state.page
    cards: list[Drawn] = []
    if page == "atgarder" and asked.may("promise"):
        cards += _promises(asked)
    if page == "arshjul" and asked.state.unit:
        cards += [*_steps_taken(asked), *_answers(asked)]
    if choosable(asked.state, asked.edition) and asked.may("chosen_figure"):
        cards += _choose(asked)
    return cards


def answer_set(edition: Edition) -> QuestionSet:
    """The questions of this season's skolanalys."""
    return load_question_sets(edition.workspace)[f"skolanalys-{season_now()}"]


def own_answers(register: Register, questions: QuestionSet, unit: str) -> dict[str, Record[Answer]]:
    """This läsår's answers of one unit to a set, by question."""
    found = register.current(Answer, unit=unit, school_year=school_year_now())
    return {one.entry.question: one for one in found if one.entry.question_set == questions.id}


def _promises(asked: Asked) -> list[Drawn]:
    known = seen(asked.register, Promise, asked.state, asked.rights, asked.edition)
    mine = [one for one in known if one.unit == asked.state.unit]
    chosen = next((one for one in mine if one.thing == asked.state.promise), None)
    if asked.state.promise and chosen is None:
        raise NotAllowed
    given, faults = asked.sent("lofte")
    names = PROMISE_FOLLOW if chosen else PROMISE_NEW
    values = given if given is not None else as_answers(chosen.entry) if chosen else {"round": season_now()}
    fields = fields_of(Promise, names, values)
    place = place_name(asked.state.unit, asked.edition)
    form = Form(
        action="/atgarder",
        title=f"Följ upp löftet: {chosen.entry.text}" if chosen else f"Nytt löfte, {place}",
        fields=_own_ids("lofte", with_faults(fields, faults) if faults else fields),
        hidden=(
            ("form", "lofte"),
            ("unit", asked.state.unit),
            ("promise", asked.state.promise),
            ("expected", chosen.id if chosen else ""),
        ),
        guidance=Promise.guidance,
        submit="Spara löftet",
        draft=f"lofte-{asked.state.unit}-{asked.state.promise}",
        xsrf=asked.xsrf,
    )
    things = [
        _thing(
            one,
            one.entry.text,
            f"Senast {one.entry.due}.",
            page="atgarder",
            edit=f"/atgarder?{asked.state.query(promise=one.thing, thing='')}#kort-lofte",
        )
        for one in mine
    ]
    return [*_things("loftesversioner", "Löften: följ upp eller ångra", things, asked), form.card("lofte")]


def _steps_taken(asked: Asked) -> list[Drawn]:
    """The steps of this läsår with a way to take the latest back."""
    if not asked.may("sign_off"):
        return []
    known = asked.register.current(SignOff, unit=asked.state.unit, school_year=school_year_now())
    things = [
        _thing(one, STEP_WORDS[one.entry.step].capitalize(), f"Klart {one.entry.on}.", page="arshjul")
        for one in known
    ]
    return _things("steg-versioner", "Steg som är klara: ångra", things, asked)


def _answers(asked: Asked) -> list[Drawn]:
    if not asked.may("answer"):
        return []
    questions = answer_set(asked.edition)
    known = own_answers(asked.register, questions, asked.state.unit)
    given, faults = asked.sent("svar")
    fields, hidden = [], [("form", "svar"), ("unit", asked.state.unit)]
    for one in questions.questions:
        record = known.get(one.id)
        at = f"svar.{one.id}"
        value = (given or {}).get(at, record.entry.text if record else "")
        fields.append(Field(at, one.text, "textarea", value, one.section))
        hidden.append((f"sedd.{one.id}", record.id if record else ""))
    form = Form(
        action="/arshjul",
        title=f"{questions.title}, {place_name(asked.state.unit, asked.edition)}",
        fields=with_faults(fields, faults) if faults else tuple(fields),
        hidden=tuple(hidden),
        guidance=f"{Answer.guidance} Skriv aldrig namn på elever eller vuxna.",
        submit="Spara svaren",
        draft=f"svar-{asked.state.unit}-{questions.id}",
        xsrf=asked.xsrf,
    )
    texts = {one.id: one.text for one in questions.questions}
    things = [
        _thing(one, texts.get(question, question), "", page="arshjul") for question, one in known.items()
    ]
    return [form.card("svar"), *_things("svar-versioner", "Svar: ångra den senaste ändringen", things, asked)]


def _choose(asked: Asked) -> list[Drawn]:
    """The form ``Lägg i rapport`` and what has been chosen on this page."""
    state = asked.state
    options = tuple((key, name) for key, (name, _, _) in choosable(state, asked.edition).items())
    given, faults = asked.sent("valj")
    fields = (
        Field("figure", "Figur", "select", (given or {}).get("figure", ""), "", options, True),
        *fields_of(ChosenFigure, CHOSEN, given or {}),
    )
    kept = {name: getattr(state, name) for name in PAGES[state.page].choices}
    form = Form(
        action=f"/{state.page}",
        title="Lägg i rapport",
        fields=_own_ids("valj", with_faults(fields, faults) if faults else fields),
        hidden=(("form", "valj"), *((name, value) for name, value in kept.items() if value)),
        guidance="Figuren ritas i nästa interna rapport, ur rapportens egna siffror, bredvid din kommentar.",
        submit="Lägg i rapport",
        draft=f"valj-{state.page}-{state.unit}",
        xsrf=asked.xsrf,
    )
    known = asked.register.current(ChosenFigure, unit=state.unit, school_year=school_year_now())
    mine = [one for one in known if one.entry.address.startswith(f"/{state.page}?")]
    things = [_thing(one, one.entry.comment, f"Till {one.entry.report}.", page=state.page) for one in mine]
    return [form.card("valj"), *_things("valda", "Valda figurer: ångra", things, asked)]


def _own_ids(form: str, fields: Iterable[Field]) -> tuple[Field, ...]:
    """Fields whose ids are not those of the page's other forms."""
    return tuple(replace(field, id=f"{form}-{field.name}") for field in fields)


def _thing(record: Record[Any], title: str, meta: str, *, page: str, edit: str = "") -> dict[str, str]:
    entry: Entry = record.entry
    saved = f"Version {record.version}, sparad {record.at:%Y-%m-%d} av {record.role.lower()}."
    return {
        "title": title,
        "meta": f"{saved} {meta}".strip(),
        "edit": edit,
        "undo": f"/{page}/angra",
        "kind": entry.kind,
        "thing": record.thing,
        "expected": record.id,
        "unit": record.unit,
    }


def _things(id: str, title: str, things: list[dict[str, str]], asked: Asked) -> list[Drawn]:
    if not things:
        return []
    html = environment().get_template("things.html.j2").render(things=things, xsrf=asked.xsrf)
    return [Drawn(id, "things", 12, Markup(html), title)]
