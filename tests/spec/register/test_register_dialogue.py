"""Visits, seminars, skolanalys and the promises made there: S1–S7, M5."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from register_world import OTHER, PRESCHOOL, SCHOOL, YEAR, World, day

from analysis_lib.errors import SkolbankError
from analysis_lib.register.kinds.measures import Measure, Promise
from analysis_lib.register.kinds.seminars import (
    AnalysisSeminar,
    Answer,
    Decision,
    PeerFeedback,
    ResultTalk,
    SchoolAnalysis,
)
from analysis_lib.register.kinds.visits import BoardQuestion, Visit, VisitNote
from analysis_lib.register.views import promises, visits
from analysis_lib.register.views.seminars import seminar_packs
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.questions import load_question_sets, question_set
from analysis_lib.vocabulary.working_days import day_off

MANDATE = "2023–2026"


def analysis(held: str = "2025-10-14", name: str = "ht") -> SchoolAnalysis:
    given: Any = {
        "round": name,
        "question_set": f"skolanalys-{name}",
        "held_on": held,
        "presented_to": ["Arbetsutskottet", "Skolledarna"],
    }
    return SchoolAnalysis.model_validate(given)


def promise(**given: Any) -> Promise:
    known: dict[str, Any] = {
        "round": "ht",
        "text": "Läsgrupper i åk 4",
        "responsible": "Rektor",
        "due": day("2025-12-01"),
    }
    return Promise(**{**known, **given})


def test_S2_every_unit_is_scheduled_exactly_once_with_the_right_participants(world: World) -> None:
    kept = world.put(Visit(mandate=MANDATE, planned_on=day("2023-10-10")), school_year="2023/24")
    drafts = visits.schedule(world.units, world.current(Visit), mandate=MANDATE)
    world.register.save_all(drafts, author="test", role="Förvaltningen")
    found = world.current(Visit)
    planned = [visit.unit for visit in found]
    assert sorted(planned) == sorted(set(planned))
    assert set(planned) == set(world.units) - {"99010017"}  # closed before the period's first läsår
    assert found[0] == kept
    by_unit = {visit.unit: visit.entry for visit in found}
    assert by_unit[PRESCHOOL].participants == ("Arbetsutskottet", "Avdelningschef", "Administratör")
    assert by_unit[OTHER].participants == ("Arbetsutskottet", "Utbildningschef", "Utbildningsstrateg")
    for visit in found:
        assert world.units[visit.unit].is_open(visit.school_year)
        assert day("2023-01-01") <= visit.entry.planned_on <= day("2026-06-30")
        assert not day_off(visit.entry.planned_on)
        assert visit.entry.planned_on.month not in (6, 7, 8, 12)
    assert visits.schedule(world.units, found, mandate=MANDATE) == []


def test_S2_groups_that_were_not_heard_and_missing_fact_packs_are_flagged(world: World) -> None:
    given: Any = {
        "mandate": MANDATE,
        "planned_on": "2025-10-07",
        "held_on": "2025-10-07",
        "participants": ["Arbetsutskottet", "Utbildningschef"],
        "heard": ["leadership", "staff", "children"],
    }
    world.put(Visit.model_validate(given))
    world.put(Visit(mandate=MANDATE, planned_on=day("2025-11-04")), unit=OTHER)
    rows = visits.visit_coverage(
        world.units, world.current(Visit), [], mandate=MANDATE, today=day("2025-12-01")
    )
    by_unit = {row.unit: row for row in rows}
    assert by_unit[SCHOOL].is_done
    assert by_unit[SCHOOL].missing_groups == ("guardians",)
    assert by_unit[SCHOOL].faults == (
        "deltagare saknas: Utbildningsstrateg",
        "faktaunderlag saknas",
        "minnesanteckning saknas",
    )
    assert "besöket är försenat" in by_unit[OTHER].faults
    assert by_unit[PRESCHOOL].faults == ("inget besök planerat",)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2022-12-31", "2019–2022"),
        ("2023-01-01", MANDATE),
        ("2026-12-31", MANDATE),
        ("2027-01-01", "2027–2030"),
    ],
)
def test_S2_a_mandate_begins_on_1_january_after_the_election(on: str, expected: str) -> None:
    assert visits.mandate_of(day(on)) == expected


def note(world: World, **given: Any) -> VisitNote:
    visit = world.put(Visit(mandate=MANDATE, planned_on=day("2025-10-07"), held_on=day("2025-10-07")))
    known: dict[str, Any] = {
        "visit": visit.thing,
        "dated": day("2025-10-08"),
        "themes": ("Studiero",),
        "observations": "Eleverna har arbetsro på förmiddagen.",
        "questions": ("Hur ser nämnden på lokalerna?",),
    }
    return VisitNote(**{**known, **given})


def test_S3_the_note_is_dated_checked_for_secrecy_and_has_a_diary_number(world: World) -> None:
    draft = note(world)
    with pytest.raises(ValidationError, match="sekretessprövad"):
        VisitNote.model_validate({**draft.model_dump(), "state": "established"})
    with pytest.raises(SkolbankError, match="register-free-text"):
        world.put(draft.model_copy(update={"observations": "Eleven Kim satt ensam."}))
    saved = world.put(draft)
    done = world.revise(saved, state="established", secrecy_checked=True, diary_number="BUN 2025/123")
    assert done.entry.themes == ("Studiero",)


def test_S4_the_board_gets_a_pack_with_visits_open_questions_answers_and_follow_up(world: World) -> None:
    saved = world.put(note(world))
    meeting = day("2025-11-20")
    asked = "Hur ser nämnden på lokalerna?"
    assert visits.waiting_questions([saved], world.current(BoardQuestion)) == [(saved, asked)]
    question = world.put(BoardQuestion(visit=saved.entry.visit, meeting=meeting, question=f" {asked}"))
    other = world.put(note(world, questions=("Räcker skyddsronden?",)))
    world.put(
        BoardQuestion(
            meeting=day("2025-09-18"),
            question="Hur går det med läsningen?",
            answer="Läsgrupper är igång",
            answered_on=day("2025-10-16"),
            follow_up="Resultat i juni",
            follow_up_due=day("2026-06-11"),
        )
    )
    pack = visits.agenda_pack(
        world.current(Visit),
        world.current(VisitNote),
        world.current(BoardQuestion),
        since=day("2025-09-18"),
        meeting=meeting,
    )
    assert [visit.thing for visit in pack.visits] == [saved.entry.visit, other.entry.visit]
    assert pack.notes == (saved, other)
    assert pack.from_notes == ((other, "Räcker skyddsronden?"),)
    assert pack.open_questions == (question,)
    assert [one.entry.answer for one in pack.answered] == ["Läsgrupper är igång"]
    assert [one.entry.follow_up_due for one in pack.follow_up] == [day("2026-06-11")]
    with pytest.raises(ValidationError, match="när svaret är skrivet"):
        BoardQuestion(meeting=meeting, question="Varför?", answered_on=meeting)


def test_S5_unanswered_questions_are_listed_and_colleagues_give_feedback(world: World) -> None:
    held = world.put(analysis())
    for name, text in (("resultat", "Fler når målen"), ("orsaker", "  "), ("insatser", "Läsgrupper")):
        world.put(Answer(question_set="skolanalys-ht", question=name, text=text))
    world.put(Answer(question_set="skolanalys-ht", question="trend", text="En annan enhets svar"), unit=OTHER)
    world.put(
        PeerFeedback(analysis=held.thing, strong="Tydliga orsaker", wonder="Vad säger eleverna?"), unit=OTHER
    )
    status = promises.analysis_status(
        held,
        question_set(world.workspace, "skolanalys-ht"),
        world.current(Answer),
        world.current(PeerFeedback),
    )
    assert [question.id for question in status.unanswered] == ["trend", "orsaker", "ifragasatt", "forvantad"]
    assert status.feedback[0].entry.wonder == "Vad säger eleverna?"
    with pytest.raises(SkolbankError, match="Frågan resultaten finns inte"):
        world.put(Answer(question_set="skolanalys-ht", question="resultaten", text="?"))


def test_S6_the_sections_of_a_skolanalys_are_fixed(world: World) -> None:
    for name in ("skolanalys-ht", "skolanalys-vt"):
        sections = dict.fromkeys(q.section for q in question_set(world.workspace, name).questions)
        assert list(sections) == ["Resultat", "Vad beror det på?", "Insatser", "Förväntad effekt"]


def test_S7_the_talk_is_due_two_calendar_months_after_with_a_tolerance(world: World) -> None:
    first = world.put(analysis("2025-10-14"))
    second = world.put(analysis("2025-10-15"), unit=OTHER)
    third = world.put(analysis("2025-10-16"), unit="99010015")
    world.put(
        ResultTalk(round="ht", analysis=second.thing, held_on=day("2025-12-17"), next_steps="Fortsätt"),
        unit=OTHER,
    )
    world.put(
        ResultTalk(round="ht", analysis=third.thing, held_on=day("2026-02-02"), next_steps="Ändra"),
        unit="99010015",
    )
    found = promises.talks(world.current(SchoolAnalysis), world.current(ResultTalk), today=day("2025-12-30"))
    assert [(talk.due, talk.latest, talk.state) for talk in found] == [
        (day("2025-12-15"), day("2025-12-29"), "overdue"),  # 14 December is a Sunday
        (day("2025-12-15"), day("2025-12-29"), "held"),
        (day("2025-12-16"), day("2025-12-30"), "held_late"),
    ]
    assert [talk.analysis for talk in found if talk.state == "overdue"] == [first]


def test_S7_the_talk_starts_from_what_was_promised(world: World) -> None:
    work = world.put(
        Measure(
            what="Läsgrupper",
            origin="principal",
            responsible="Rektor",
            deadline=day("2026-05-01"),
            expected_effect="Fler läser",
            state="ongoing",
        )
    )
    held = world.put(analysis())
    first = world.put(promise(measure=work.thing))
    world.put(promise(text="Ny mentorstid", state="kept", outcome="Infört"))
    world.put(promise(round="vt", text="Annan omgång"))
    (talk,) = promises.talks([held], [], today=day("2025-12-10"))
    pack = promises.talk_pack(talk, world.current(Promise), {work.thing: work}, today=day("2025-12-10"))
    assert [one.entry.text for one in pack.promises] == ["Läsgrupper i åk 4", "Ny mentorstid"]
    assert pack.measures == (work,)
    assert pack.overdue == (first,)
    left = promises.carried_promises(world.current(Promise), unit=SCHOOL, before=day("2026-03-10"))
    assert [one.entry.text for one in left] == ["Läsgrupper i åk 4", "Annan omgång"]
    with pytest.raises(ValidationError, match="vad det blev av löftet"):
        promise(state="not_kept")


def test_M5_nine_seminars_a_year_with_questions_notes_decisions_and_measures(world: World) -> None:
    work = world.put(
        Measure(what="Läsgrupper", origin="board", responsible="Rektor", deadline=day("2026-05-01"))
    )
    held = world.put(
        AnalysisSeminar(
            group="grundskola",
            round="2",
            held_on=day("2026-02-05"),
            participants=("Skolchef", "Rektorer"),
            question_set="analysseminarium-2",
            snapshot="2026-vt-2",
            notes="Skillnaden mellan skolorna ökar.",
        ),
        unit="",
    )
    given: dict[str, Any] = {"seminar": held.thing, "decided_on": day("2026-02-05"), "decided_by": "Skolchef"}
    world.put(Decision(text="Läsgrupper på alla skolor", measures=(work.thing,), **given), unit="")
    loose = world.put(Decision(text="Se över bemanningen", **given), unit="")
    catalog = Catalog(world.workspace)
    packs = seminar_packs(
        catalog.groups,
        world.units,
        load_question_sets(world.workspace),
        world.current(AnalysisSeminar),
        world.current(Decision),
        world.current(Measure),
        school_year=YEAR,
    )
    assert len(packs) == 9
    assert sum(pack.is_held for pack in packs) == 1
    (pack,) = [one for one in packs if one.is_held]
    assert (pack.group, pack.round, pack.measures) == ("grundskola", "2", (work,))
    assert pack.decisions_without_measures == (loose,)
    assert [question.id for question in pack.questions][-1] == "beslut"
    assert all(one.questions for one in packs)
    assert packs[0].units == (PRESCHOOL, "99010032", "99010051")
