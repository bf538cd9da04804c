"""A läsår of quality work at each unit of the example, and the beginning of the next (floor 3).

Not everything goes well: one plan is late, one round of BRUK is missing, one measure never got a result.
Reports must tell those too.
"""

from __future__ import annotations

import datetime
from typing import Any

from analysis_lib.register.kinds.documents import SignOff
from analysis_lib.register.kinds.goals import AnalysisStep, Goal, Plan, TeachingPlan
from analysis_lib.register.kinds.measures import ImprovementArea, Measure, Promise
from analysis_lib.register.kinds.ratings import Rating, RatingChoice, Routine
from analysis_lib.register.kinds.seminars import Answer, PeerFeedback, ResultTalk, SchoolAnalysis
from analysis_lib.register.kinds.voices import Interview, Judgement, ThemeNote
from analysis_lib.sources.example.diary import Diary
from analysis_lib.sources.example.lived_words import (
    ADVICE,
    ANSWERS,
    JUDGEMENTS,
    PRESCHOOL_NEEDS,
    REPORT_TEXTS,
    SCHOOL_NEEDS,
    STRONG,
    VOICES,
    WONDER,
    NeedWords,
)
from analysis_lib.vocabulary.settings import Unit

YEAR, NEXT = "2025/26", "2026/27"
_ROUTINES = (
    ("skolans-rutiner", "trygghet.raster", "school", "Vuxna ute på varje rast", "Varje rast"),
    ("skolans-rutiner", "uppfoljning.resultat", "school", "Resultaten gås igenom", "Efter varje prov"),
    ("lararnas-rutiner", "lektion.start", "teacher", "Lektionen börjar med syfte och mål", "Varje lektion"),
)
_ORIGINS = ("staff", "principal", "survey", "board")


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def live_school(diary: Diary, unit: Unit, place: int, *, board_goal: str) -> None:
    """The läsår of one school; ``place`` is its number among the schools, from 0."""
    goal = Goal(
        level="unit",
        text="Fler elever når kriterierna i alla ämnen",
        parent=board_goal,
        national_goal="kunskaper",
        indicators=("results.all_passed_9", "results.all_passed_6") if place % 3 else (),
    )
    diary.note("2025-08-28", f"goal-{unit.code}", goal, unit=unit.code)
    for step, text in (
        ("collect", "Resultat, enkäter och förra årets åtgärder."),
        ("deviation", "Fler än väntat når inte målen i matematik."),
        ("causes", "Undervisningen planeras olika i ämneslagen."),
        ("conclusion", "Gemensam planering behövs."),
    ):
        entry: Any = AnalysisStep.model_validate({"step": step, "text": text})
        diary.note("2025-09-08", f"step-{unit.code}-{step}", entry, unit=unit.code)
    needs = [SCHOOL_NEEDS[(place + turn) % len(SCHOOL_NEEDS)] for turn in range(2)]
    _live_needs(diary, unit, needs, place, plan_on="2025-10-20" if place == 4 else "2025-09-29")
    _live_analysis(diary, unit, place, "ht", "2025-10-14", "2025-12-15" if place != 3 else "")
    _live_analysis(diary, unit, place, "vt", "2026-03-10", "2026-05-11" if place != 5 else "2026-06-08")
    _live_routines(diary, unit, place)
    if place < 3:
        _live_voices(diary, unit)
    _live_report(diary, unit, place)
    _sign_off(diary, unit, place)
    _begin_next(diary, unit, needs, place)
    if place != 6:  # one skolanalys is late the next autumn
        _live_analysis(diary, unit, place, "ht", "2026-10-13", "")


def live_preschool(diary: Diary, unit: Unit, place: int) -> None:
    """The läsår of a preschool or of pedagogisk omsorg; the second one misses its spring round of BRUK."""
    instrument = "bruk-pedagogisk-omsorg" if "pedoms" in unit.school_forms else "bruk-forskola"
    teams = ("",) if "pedoms" in unit.school_forms else ("Blå", "Grön")
    parts = ("kunskaper.sprak", "normer.inflytande")
    for team in teams:
        choice = RatingChoice(instrument=instrument, team=team, parts=parts, priority="Språk")
        diary.note(
            "2025-09-04", f"choice-{unit.code}-{team or 'alla'}", choice, unit=unit.code, role="Arbetslag"
        )
        for number, (name, on, year) in enumerate(
            (("ht", "2025-10-21", YEAR), ("vt", "2026-04-21", YEAR), ("ht", "2026-10-20", NEXT))
        ):
            if place == 1 and name == "vt":
                continue
            for at, part in enumerate(parts):
                rating: Any = {
                    "instrument": instrument,
                    "part": part,
                    "round": name,
                    "team": team,
                    "level": min(4, 2 + (number if at == 0 else number // 2)),
                    "rated_on": on,
                    "evidence": "Arbetslagets dokumentation",
                }
                thing = f"rating-{unit.code}-{team or 'alla'}-{part}-{year[:4]}{name}"
                diary.note(on, thing, Rating.model_validate(rating), unit=unit.code, role="Arbetslag")
    needs = [PRESCHOOL_NEEDS[place % 2]]
    _live_needs(diary, unit, needs, place, plan_on="2025-09-24")
    _sign_off(diary, unit, place)
    _begin_next(diary, unit, needs, place)


def live_other(diary: Diary, unit: Unit, place: int) -> None:
    """The läsår of a fritidshem or of the Kompetenscenter: a plan, a need and its measure."""
    need = SCHOOL_NEEDS[(place + 3) % len(SCHOOL_NEEDS)]
    _live_needs(diary, unit, [need], place, plan_on="2025-10-02")
    _sign_off(diary, unit, place)
    _begin_next(diary, unit, [need], place)


def _live_needs(diary: Diary, unit: Unit, needs: list[NeedWords], place: int, *, plan_on: str) -> None:
    areas = []
    for number, need in enumerate(needs):
        pupils = 40 + 35 * ((place + number) % 5)
        area = f"area-{unit.code}-{number}"
        areas.append(diary.note("2025-09-11", area, _area(need, pupils, "2026-06-12"), unit=unit.code))
        thing = f"measure-{unit.code}-{number}"
        has_goal = need.counted and "gr" in unit.school_forms
        goal = f"goal-{unit.code}" if has_goal else ""
        measure = _measure(need, area, _ORIGINS[(place + number) % 4], goal=goal)
        diary.note("2025-09-22", thing, measure, unit=unit.code)
        diary.revise("2025-10-06", thing, state="ongoing", start=_day("2025-10-06"))
        if (place, number) != (2, 1):  # one measure never gets a result: the report tells so
            stops = need.after - need.baseline > 0.7 * (need.target - need.baseline)
            diary.revise(
                "2026-06-03",
                thing,
                state="ended",
                implemented="yes" if number == 0 else "partly",
                value_before=None if need.counted else need.baseline,
                value_after=None if need.counted else need.after,
                comparison="" if need.counted else "Liknande enheter: oförändrat",
                result=need.result,
                conclusion="stop" if stops else "continue",
            )
    plan = Plan(
        text=f"Läsåret handlar om {needs[0].area.lower()}.",
        priorities=tuple(need.area for need in needs),
        areas=tuple(areas),
        decided_on=_day(plan_on),
        decided_by="Rektor",
    )
    diary.note(plan_on, f"plan-{unit.code}-2025", plan, unit=unit.code)


def _area(need: NeedWords, pupils: int, deadline: str) -> ImprovementArea:
    return ImprovementArea(
        area=need.area,
        problem=need.problem,
        evidence=need.evidence,
        goal=need.goal,
        indicator=need.indicator,
        baseline=need.baseline,
        target=need.target,
        deadline=_day(deadline),
        responsible="Rektor",
        pupils=pupils,
    )


def _measure(need: NeedWords, area: str, origin: str, *, goal: str = "") -> Measure:
    given: Any = {
        "what": need.measure,
        "area": area,
        "goal": goal,
        "origin": origin,
        "decision": "Rektor 2025-09-22",
        "responsible": "Förstelärare",
        "deadline": "2026-05-29",
        "indicator": need.counted or need.indicator,
        "baseline": None if need.counted else need.baseline,
        "target": None if need.counted else need.target,
        "expected_effect": need.expected,
        "research": need.research,
        "proven_experience": need.experience,
        "local_adaptation": need.adaptation,
        "state": "decided",
    }
    return Measure.model_validate(given)


def _live_analysis(diary: Diary, unit: Unit, place: int, name: str, on: str, talk_on: str) -> None:
    key = f"{unit.code}-{on[:4]}{name}"
    thing = f"analysis-{key}"
    given: Any = {
        "round": name,
        "question_set": f"skolanalys-{name}",
        "held_on": on,
        "presented_to": ["Skolledarna", "Arbetsutskottet"],
    }
    diary.note(on, thing, SchoolAnalysis.model_validate(given), unit=unit.code)
    for question, text in ANSWERS.items():
        if (place, question) != (1, "ifragasatt"):  # one question is left unanswered
            answer = Answer(question_set=f"skolanalys-{name}", question=question, text=text)
            diary.note(on, f"answer-{key}-{question}", answer, unit=unit.code)
    feedback = PeerFeedback(analysis=thing, strong=STRONG, wonder=WONDER, advice=ADVICE if place % 2 else "")
    diary.note(on, f"feedback-{key}", feedback, unit=unit.code, role="Kollega")
    promise = f"promise-{key}"
    due = _day(f"{on[:4]}-12-11" if name == "ht" else "2026-05-08")
    words: Any = {
        "round": name,
        "text": "Alla i läsgrupperna har gjort ett nytt läsprov",
        "responsible": "Rektor",
        "due": due,
        "measure": f"measure-{unit.code}-0",
    }
    diary.note(on, promise, Promise.model_validate(words), unit=unit.code)
    if talk_on:
        talk: Any = {
            "round": name,
            "analysis": thing,
            "held_on": talk_on,
            "participants": ["Utbildningschef", "Utbildningsstrateg", "Rektor"],
            "new_results": "Läsproven är gjorda.",
            "next_steps": "Fortsätt med läsgrupperna och följ upp frånvaron.",
        }
        role = "Utbildningsstrateg"
        diary.note(talk_on, f"talk-{key}", ResultTalk.model_validate(talk), unit=unit.code, role=role)
        kept = place % 3 != 2
        diary.revise(
            talk_on,
            promise,
            state="kept" if kept else "partly",
            outcome="Läsproven är gjorda och genomgångna."
            if kept
            else "Läsproven är gjorda i hälften av grupperna.",
        )


def _live_report(diary: Diary, unit: Unit, place: int) -> None:
    """What the rektor writes in the report in June; every third one leaves some headings empty."""
    for number, (question, text) in enumerate(REPORT_TEXTS.items()):
        if place % 3 != 2 or number % 4 != 3:
            answer = Answer(question_set="rektorsrapport-2.1", question=question, text=text)
            diary.note("2026-06-10", f"report-{unit.code}-{question}", answer, unit=unit.code)


def _live_routines(diary: Diary, unit: Unit, place: int) -> None:
    for number, (instrument, part, level, name, when) in enumerate(_ROUTINES):
        routine: Any = {
            "name": name,
            "level": level,
            "when": when,
            "evidence": "Syns i lektionsbesök" if number else "",
            "instrument": instrument,
            "part": part,
        }
        diary.note(
            "2025-08-20", f"routine-{unit.code}-{number}", Routine.model_validate(routine), unit=unit.code
        )
        for turn, (term, on) in enumerate((("ht", "2025-11-18"), ("vt", "2026-04-14"))):
            rating: Any = {
                "instrument": instrument,
                "part": part,
                "round": term,
                "level": min(3, 1 + (place + number) % 2 + turn),
                "rated_on": on,
            }
            thing = f"rating-{unit.code}-{part}-{term}"
            diary.note(on, thing, Rating.model_validate(rating), unit=unit.code, role="Arbetslag")
    step = TeachingPlan(
        focus="Tydliga lektionsstarter",
        observed="Sju av tio besökta lektioner började utan mål.",
        activity="Kollegiala besök i par, två per termin",
        on=_day("2025-11-05"),
        evidence="I april började åtta av tio lektioner med mål.",
        measure=f"measure-{unit.code}-0",
    )
    diary.note("2025-10-08", f"teaching-{unit.code}", step, unit=unit.code)


def _live_voices(diary: Diary, unit: Unit) -> None:
    for role in ("pupil", "guardian", "staff"):
        talk: Any = {
            "form": "focus_group" if role == "pupil" else "interview",
            "role": role,
            "people": 6 if role == "pupil" else 1,
            "held_on": "2025-10-09",
            "purpose": "Underlag till skolanalysen",
            "codebook": "undervisning",
        }
        thing = diary.note(
            "2025-10-09", f"interview-{unit.code}-{role}", Interview.model_validate(talk), unit=unit.code
        )
        for number, (speaker, code, note, stance, quote) in enumerate(VOICES):
            if speaker == role:
                said: Any = {
                    "interview": thing,
                    "code": code,
                    "note": note,
                    "stance": stance,
                    "quote": quote,
                    "consent": bool(quote),
                }
                diary.note(
                    "2025-10-09",
                    f"theme-{unit.code}-{number}",
                    ThemeNote.model_validate(said),
                    unit=unit.code,
                )
    for number, (area, source, voice, verdict, evidence) in enumerate(JUDGEMENTS):
        judged: Any = {
            "area": area,
            "source": source,
            "voice": voice,
            "verdict": verdict,
            "evidence": evidence,
        }
        diary.note(
            "2026-05-18", f"judgement-{unit.code}-{number}", Judgement.model_validate(judged), unit=unit.code
        )


def _sign_off(diary: Diary, unit: Unit, place: int) -> None:
    steps = [
        ("team", "2026-05-27", "Arbetslag"),
        ("principal", "2026-06-15", "Rektor"),
        ("administration", "2026-06-24", "Förvaltningen"),
        ("board", "2026-09-17", "Nämndsekreterare"),
    ]
    for step, on, role in steps[: 4 if place % 4 else 3]:
        given: Any = {"step": step, "on": on}
        thing = f"sign-off-{unit.code}-{step}"
        diary.note(on, thing, SignOff.model_validate(given), unit=unit.code, role=role, year=YEAR)


def _begin_next(diary: Diary, unit: Unit, needs: list[NeedWords], place: int) -> None:
    """The autumn after: what is open follows with, and there is one new need."""
    need = needs[-1]
    area = f"area-{unit.code}-next"
    diary.note("2026-09-10", area, _area(need, 60 + 10 * (place % 4), "2027-06-11"), unit=unit.code)
    thing = f"measure-{unit.code}-next"
    carried = f"measure-{unit.code}-{len(needs) - 1}"
    entry = _measure(need, area, _ORIGINS[place % 4]).model_copy(
        update={"decision": "Rektor 2026-09-21", "deadline": _day("2027-05-28"), "continues": carried}
    )
    diary.note("2026-09-21", thing, entry, unit=unit.code)
    if place != 5:  # one plan is still missing in November
        plan = Plan(
            text=f"Vi fortsätter med {need.area.lower()}.",
            priorities=(need.area,),
            areas=(area,),
            inherits=(carried,) if (place, len(needs)) == (2, 2) else (),
            decided_on=_day("2026-09-28"),
            decided_by="Rektor",
        )
        diary.note("2026-09-28", f"plan-{unit.code}-2026", plan, unit=unit.code)
