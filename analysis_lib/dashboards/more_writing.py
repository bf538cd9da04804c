"""What the further forms save: promises, answers and chosen figures, through the narrow door (floor 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis_lib.dashboards.access import ROLE_WORDS, Rights
from analysis_lib.dashboards.choosable import choosable
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.forms import Faults, as_answers, read_entry
from analysis_lib.dashboards.more_entries import (
    CHOSEN,
    PROMISE_FOLLOW,
    PROMISE_NEW,
    answer_set,
    own_answers,
)
from analysis_lib.dashboards.own_entries import school_year_now
from analysis_lib.dashboards.pages import NotAllowed, State
from analysis_lib.dashboards.writing import save_entry
from analysis_lib.register import Draft, Register
from analysis_lib.register.kinds.chosen import ChosenFigure
from analysis_lib.register.kinds.measures import Promise
from analysis_lib.register.kinds.seminars import Answer


def save_promise(register: Register, rights: Rights, given: Mapping[str, str], state: State) -> str:
    """A new promise, or the follow-up of one; raises as ``save_entry`` does."""
    if not rights.may_write("promise", state.unit):
        raise NotAllowed
    thing, fixed = state.promise, dict[str, Any]()
    names: tuple[str, ...] = PROMISE_FOLLOW if thing else PROMISE_NEW
    if thing:
        history = register.history(thing)
        if not history or history[-1].kind != "promise" or history[-1].unit != state.unit:
            raise NotAllowed
        fixed = {name: value for name, value in as_answers(history[-1].entry).items() if name not in names}
    entry = read_entry(Promise, names, given, **fixed)
    save_entry(register, rights, entry, unit=state.unit, thing=thing, expected=given.get("expected", ""))
    return "sparat"


def save_answers(
    register: Register, rights: Rights, given: Mapping[str, str], state: State, edition: Edition
) -> str:
    """The answers that are new or changed, all or none; an answer that is emptied stays in the history."""
    if not rights.may_write("answer", state.unit):
        raise NotAllowed
    questions = answer_set(edition)
    known = own_answers(register, questions, state.unit)
    drafts = []
    for one in questions.questions:
        words, record = given.get(f"svar.{one.id}", "").strip(), known.get(one.id)
        if words == (record.entry.text if record else ""):
            continue
        entry = Answer(question_set=questions.id, question=one.id, text=words)
        expected = given.get(f"sedd.{one.id}") or None
        drafts.append(
            Draft(entry, thing=record.thing, expected=expected)
            if record
            else Draft(entry, state.unit, school_year_now())
        )
    if not drafts:
        return "oandrat"
    register.save_all(drafts, author=rights.person.name, role=ROLE_WORDS[rights.person.role])
    return "sparat"


def save_choice(
    register: Register, rights: Rights, given: Mapping[str, str], state: State, edition: Edition
) -> str:
    """A figure of the page for the next internal report; raises Faults for one that the page doesn't have."""
    if not rights.may_open(state.page) or not rights.may_write("chosen_figure", state.unit):
        raise NotAllowed
    figures = choosable(state, edition)
    if given.get("figure", "") not in figures:
        raise Faults({"figure": "välj en av figurerna på sidan."}, {"figure": "Figur"})
    _, drawing, indicators = figures[given["figure"]]
    address = f"/{state.page}?{state.query()}"
    seen = {"subject": state.subject, "method": state.method, "cohort": state.cohort}
    entry = read_entry(
        ChosenFigure, CHOSEN, given, drawing=drawing, indicators=indicators, address=address, **seen
    )
    save_entry(register, rights, entry, unit=state.unit)
    return "vald"
