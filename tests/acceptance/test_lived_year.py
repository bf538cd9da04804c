"""A year of the example municipality, lived through: from one plan to the next, with everything in between.

People write through the forms and the Python API, on the days of the årshjul; after each step the register is
asked what a rektor, a strateg or the nämnd would ask. In June next year's plan inherits what is still open.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from postgres_server import postgres_server
from pydantic import ValidationError
from register_world import NEXT, OTHER, PRESCHOOL, SCHOOL, YEAR, World, day

from analysis_lib.register import Entry, Record, load_kinds, open_register
from analysis_lib.register.backup import write_backup
from analysis_lib.register.kinds.documents import SignOff
from analysis_lib.register.kinds.goals import Goal, Plan
from analysis_lib.register.kinds.measures import ImprovementArea, Measure, Promise
from analysis_lib.register.kinds.prio import PrioPhase, Proposal
from analysis_lib.register.kinds.ratings import Rating, RatingChoice
from analysis_lib.register.kinds.seminars import (
    AnalysisSeminar,
    Answer,
    Decision,
    ResultTalk,
    SchoolAnalysis,
)
from analysis_lib.register.kinds.voices import Interview, ThemeNote
from analysis_lib.register.rescue import restore_whole
from analysis_lib.register.rhythm import wheel_year
from analysis_lib.register.views import goals, measures, prio, promises, ratings
from analysis_lib.register.views.seminars import seminar_packs
from analysis_lib.register.workbook import write_workbook
from analysis_lib.register.workbook_import import plan_import
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.questions import load_question_sets, question_set
from analysis_lib.vocabulary.self_rating import self_rating

BRUK = "bruk-forskola"
PARTS = ("kunskaper.sprak", "normer.trygghet")
TEAMS = ("Blåklockan", "Smultronet")


@pytest.fixture
def year(tmp_path: Path) -> Iterator[World]:
    lived = World(tmp_path / "almvik")
    yield lived
    lived.register.close()


def test_a_year_from_one_plan_to_the_next(year: World, tmp_path: Path) -> None:
    goal = _august_goals(year)
    work = _september_the_plan_comes_in_a_workbook(year, tmp_path, goal)
    _october_bruk_and_skolanalys(year, work)
    _autumn_prio_becomes_improvement_areas(year)
    _november_seminar_1(year)
    _december_resultatsamtal(year)
    then = _february_seminar_2(year)
    _april_bruk_again(year)
    _may_seminar_3_and_measures_followed(year, work)
    _june_report_and_next_years_plan(year, work)
    _the_seminar_in_february_can_be_read_again(year, then)
    _nothing_is_lost_on_the_way_to_another_engine(year, tmp_path)


def _state(year: World, today: str, calendar: str, moment: str) -> tuple[str, int]:
    """What the årshjul says of a moment on a day, and how many have handed in."""
    for one in wheel_year(year.workspace, school_year=YEAR, today=today).agenda:
        if (one.occasion.calendar, one.occasion.moment.id) == (calendar, moment):
            return one.state, one.handed.done if one.handed else 0
    raise AssertionError(moment)


def _august_goals(year: World) -> Record[Goal]:
    council = year.put(Goal(level="council", text="Alla elever lyckas"), unit="", on="2025-08-20")
    board = year.put(Goal(level="board", text="Alla läser med flyt", parent=council.thing), unit="")
    own = year.put(Goal(level="unit", text="Studiero på varje lektion", parent=board.thing))
    tree = goals.goal_tree(year.current(Goal), year.current(Measure))
    assert goals.goals_without_measures(tree) == [council, board, own]
    return own


def _september_the_plan_comes_in_a_workbook(year: World, folder: Path, goal: Record[Goal]) -> str:
    """Rektor fills in the forms; the strateg reads them in, and again without any change."""
    book = folder / "plan.xlsx"
    units = {code: unit.name for code, unit in year.units.items()}
    kinds = ["improvement_area", "measure", "plan"]
    write_workbook(year.register, book, kinds=kinds, units=units)
    _fill(
        book,
        "Förbättringsområde",
        Enhet=SCHOOL,
        Läsår=YEAR,
        Område="Studiero",
        Problem="Eleverna säger att de störs.\nMest på eftermiddagen – ”det är rörigt”.",
        Underlag="Skolenkäten: index 5,8",
        Mål="Alla har arbetsro",
        Frist="2026-06-12",
        Ansvarig="Rektor",
    )
    _fill(
        book,
        "Åtgärd",
        Enhet=SCHOOL,
        Läsår=YEAR,
        Åtgärd="Gemensamma lektionsstarter",
        Mål=f"Studiero på varje lektion [{goal.thing}]",
        Ursprung="medarbetare",
        Ansvarig="Förstelärare",
        Frist="2026-05-29",
        Väntad_effekt="Studiero upp ett steg i elevenkäten",
    )
    _fill(
        book,
        "Verksamhetsplan",
        Enhet=SCHOOL,
        Läsår=YEAR,
        Inriktning="Läsåret handlar om studiero.",
        Prioriterade_områden="Studiero\nLäsning",
    )
    year.now = year.now.replace(month=9, day=24)
    plan = plan_import(year.register, book, units=units)
    saved = plan.save(year.register, author="test", role="Strateg")
    assert [record.kind for record in saved] == kinds
    write_workbook(
        year.register,
        book,
        kinds=sorted(kind for kind, model in load_kinds().items() if model.by_hand),
        units=units,
    )
    again = plan_import(year.register, book, units=units)
    assert (again.changes, again.untouched) == ((), 6)

    assert _state(year, "2025-10-20", "grundskola", "verksamhetsplan") == ("late", 1)
    tree = goals.goal_tree(year.current(Goal), year.current(Measure))
    assert goals.goals_without_measures(tree) == []
    work = saved[1]
    decided = {"state": "ongoing", "decision": "Rektor 2025-09-26"}
    assert isinstance(work.entry, Measure)
    year.revise(work, on="2025-09-26", **decided)
    assert measures.expected_before(year.register.history(work.thing))
    return work.thing


def _fill(path: Path, kind: str, **cells: str) -> None:
    book = openpyxl.load_workbook(path)
    header = [cell.value for cell in book[kind][2]]
    for title, value in cells.items():
        book[kind].cell(4, header.index(title.replace("_", " ")) + 1).value = value
    book.save(path)


def _rate(year: World, round_name: str, on: str, level: int) -> None:
    for team in TEAMS:
        for part in PARTS:
            given: Any = {
                "instrument": BRUK,
                "part": part,
                "round": round_name,
                "team": team,
                "level": level,
                "rated_on": on,
                "evidence": "Samtal i arbetslaget",
            }
            year.put(Rating.model_validate(given), unit=PRESCHOOL, on=on)


def _missing_rounds(year: World) -> set[str]:
    found = ratings.missing_rounds(
        self_rating(year.workspace, BRUK),
        year.current(Rating),
        year.current(RatingChoice),
        {PRESCHOOL: year.units[PRESCHOOL]},
        school_year=YEAR,
    )
    return {one.team for one in found}


def _october_bruk_and_skolanalys(year: World, work: str) -> None:
    for team in TEAMS:
        choice = RatingChoice(instrument=BRUK, team=team, parts=PARTS, priority="Språk och trygghet")
        year.put(choice, unit=PRESCHOOL, on="2025-10-01")
    _rate(year, "ht", "2025-10-07", 2)
    assert _missing_rounds(year) == set(TEAMS)  # one round of the two that the läsår asks for
    assert _state(year, "2025-10-08", "forskola", "bruk-ht") == ("due", 1)

    given: Any = {"round": "ht", "question_set": "skolanalys-ht", "held_on": "2025-10-14"}
    held = year.put(SchoolAnalysis.model_validate(given), on="2025-10-14")
    for question in question_set(year.workspace, "skolanalys-ht").questions[:-1]:
        year.put(Answer(question_set="skolanalys-ht", question=question.id, text="Vi ser att fler läser."))
    status = promises.analysis_status(
        held, question_set(year.workspace, "skolanalys-ht"), year.current(Answer), []
    )
    assert len(status.unanswered) == 1
    year.put(
        Promise(
            round="ht",
            text="Lektionsstarter i alla klasser",
            responsible="Rektor",
            due=day("2025-12-01"),
            measure=work,
        )
    )


def _autumn_prio_becomes_improvement_areas(year: World) -> None:
    started = PrioPhase(phase="mapping", started=day("2025-09-01"), due=day("2025-10-31"))
    mapping = year.put(started, on="2025-09-01")
    talk = year.put(
        Interview(form="interview", role="staff", held_on=day("2025-10-20"), codebook="prio"), on="2025-10-20"
    )
    said = ThemeNote(interview=talk.thing, code="organisation.moten", note="Mötena hinner inte elevfrågor")
    year.put(said)
    year.revise(mapping, on="2025-10-30", done=day("2025-10-30"))
    coverage = prio.prio_coverage(year.current(PrioPhase), year.units, today=day("2025-11-03"))
    assert {row.unit: row.progress for row in coverage}[SCHOOL] == "under_way"
    assert {row.unit: row.progress for row in coverage}[OTHER] == "not_started"
    shared: dict[str, Any] = {
        "dimension": "organisation",
        "problem": "Mötena är för långa",
        "evidence": "Tidslogg och intervjuer",
        "text": "Möten med fast dagordning",
    }
    year.put(Proposal(group="Grupp 1", area="Mötesstruktur", votes=12, **shared | _chosen()), on="2025-11-20")
    year.put(Proposal(group="Grupp 2", area="Lokaler", votes=4, **shared | _chosen(is_chosen=False)))
    (chosen,) = prio.without_area(year.current(Proposal), year.current(ImprovementArea))
    area = year.put(
        ImprovementArea(
            area=chosen.entry.area,
            problem=chosen.entry.problem,
            evidence=chosen.entry.evidence,
            goal=chosen.entry.text,
            deadline=day("2026-12-18"),
            responsible="Rektor",
            proposal=chosen.thing,
        )
    )
    year.put(
        Measure(
            what="Fast dagordning på alla möten",
            area=area.thing,
            origin="staff",
            responsible="Biträdande rektor",
            deadline=day("2026-12-18"),
            expected_effect="En timme mer planering i veckan",
            state="decided",
            decision="Rektor 2025-12-02",
        ),
        on="2025-12-02",
    )


def _chosen(*, is_chosen: bool = True) -> dict[str, Any]:
    if is_chosen:
        return {"state": "chosen", "decision": "Rektor 2025-12-01: störst stöd i kollegiet"}
    return {"state": "not_chosen", "decision": "Kräver ny lokal"}


def _hold(year: World, number: str, on: str, *led_to: str) -> None:
    given: Any = {
        "group": "grundskola",
        "round": number,
        "held_on": on,
        "participants": ["Skolchef", "Rektorer"],
        "question_set": f"analysseminarium-{number}",
        "notes": "Skillnaden mellan skolorna minskar.",
    }
    held = year.put(AnalysisSeminar.model_validate(given), unit="", on=on)
    decided = Decision(
        seminar=held.thing,
        text="Vi fortsätter och följer upp",
        decided_on=day(on),
        decided_by="Skolchef",
        measures=led_to,
    )
    year.put(decided, unit="")


def _held_rounds(year: World) -> list[str]:
    catalog = Catalog(year.workspace)
    packs = seminar_packs(
        catalog.groups,
        year.units,
        load_question_sets(year.workspace),
        year.current(AnalysisSeminar),
        year.current(Decision),
        year.current(Measure),
        school_year=YEAR,
    )
    assert len(packs) == 9
    return [pack.round for pack in packs if pack.is_held and pack.group == "grundskola"]


def _november_seminar_1(year: World) -> None:
    assert _state(year, "2025-11-05", "grundskola", "seminarium-1")[0] == "due"
    _hold(year, "1", "2025-11-06")
    assert _state(year, "2025-11-07", "grundskola", "seminarium-1") == ("done", 1)


def _december_resultatsamtal(year: World) -> None:
    """Due two months after the skolanalys: 14 December 2025 is a Sunday, so Monday the 15th."""

    def talks(today: str) -> list[promises.Talk]:
        found = promises.talks(year.current(SchoolAnalysis), year.current(ResultTalk), today=day(today))
        return found

    (talk,) = talks("2025-12-12")
    assert (talk.due, talk.state) == (day("2025-12-15"), "waiting")
    assert [one.state for one in talks("2026-01-15")] == ["overdue"]
    assert _state(year, "2025-12-12", "grundskola", "resultatsamtal-ht")[0] == "due"
    by_thing = {record.thing: record for record in year.current(Measure)}
    pack = promises.talk_pack(talk, year.current(Promise), by_thing, today=day("2025-12-16"))
    assert [one.entry.what for one in pack.measures] == ["Gemensamma lektionsstarter"]
    (late,) = pack.overdue
    year.put(
        ResultTalk(
            round="ht",
            analysis=talk.analysis.thing,
            held_on=day("2025-12-16"),
            participants=("Utbildningschef", "Rektor"),
            next_steps="Lektionsstarter också i åk 7",
        ),
        on="2025-12-16",
    )
    with pytest.raises(ValidationError, match="vad det blev av löftet"):
        year.revise(late, state="kept")
    year.revise(late, state="partly", outcome="Infört i åk 8 och 9")
    assert [one.state for one in talks("2026-01-15")] == ["held"]


def _february_seminar_2(year: World) -> list[Record[Entry]]:
    """What the seminar was held on, as the register then stood."""
    _hold(year, "2", "2026-02-05")
    return year.register.current()


def _april_bruk_again(year: World) -> None:
    _rate(year, "vt", "2026-04-14", 3)
    assert _missing_rounds(year) == set()
    rows = ratings.rated_parts(
        self_rating(year.workspace, BRUK),
        year.current(Rating),
        year.current(RatingChoice),
        unit=PRESCHOOL,
    )
    assert {(row.team, row.part): row.change for row in rows} == {
        (team, part): 1 for team in TEAMS for part in PARTS
    }
    assert {row.priority for row in rows} == {"Språk och trygghet"}


def _may_seminar_3_and_measures_followed(year: World, work: str) -> None:
    _hold(year, "3", "2026-05-07", work)
    assert _held_rounds(year) == ["1", "2", "3"]
    seen: Any = year.register.get(work)
    with pytest.raises(ValidationError, match="kan inte avslutas utan resultat"):
        year.revise(seen, state="ended")
    year.revise(
        seen,
        on="2026-05-29",
        state="ended",
        implemented="yes",
        result="Studieron gick upp från 5,8 till 6,6 i elevenkäten.",
        conclusion="continue",
    )


def _june_report_and_next_years_plan(year: World, work: str) -> None:
    for step, on in (("team", "2026-06-10"), ("principal", "2026-06-17"), ("administration", "2026-06-18")):
        year.put(SignOff.model_validate({"step": step, "on": on}), on=on)
    assert _state(year, "2026-06-17", "grundskola", "verksamhetsrapport") == ("due", 1)

    rows = measures.followed(year.current(Measure), school_year=NEXT)
    assert {(row.measure.entry.what, row.is_complete) for row in rows} == {
        ("Gemensamma lektionsstarter", True),
        ("Fast dagordning på alla möten", False),
    }
    assert measures.is_incomplete(rows)  # a report with a blank measure is ofullständig

    year.now = year.now.replace(month=8, day=20)
    (still_open,) = measures.carried(year.current(Measure), school_year=NEXT)
    assert still_open.thing != work
    left = measures.carried_areas(year.current(ImprovementArea), year.current(Measure), school_year=NEXT)
    assert "Mötesstruktur" in {area.entry.area for area in left}
    plan = Plan(text="Möten och studiero", decided_by="Rektor", inherits=(still_open.thing,))
    saved = year.put(plan, school_year=NEXT)
    assert [record.school_year for record in year.current(Plan)] == [YEAR, NEXT]
    assert year.register.current(Plan, school_year=NEXT) == [saved]


def _the_seminar_in_february_can_be_read_again(year: World, then: list[Record[Entry]]) -> None:
    again = year.register.as_of(day("2026-02-05"))
    assert again.current() == then
    assert [record.entry.state for record in again.current(Measure)] == ["ongoing", "decided"]
    assert "vt" not in {record.entry.round for record in again.current(Rating)}
    log = list(year.register.records())
    replayed = {record.thing: record for record in log if record.at <= then[-1].at}
    assert sorted(replayed.values(), key=lambda record: record.id) == then


def _nothing_is_lost_on_the_way_to_another_engine(year: World, folder: Path) -> None:
    before = list(year.register.records())
    copy = folder / "year.skolbank-register"
    assert write_backup(year.register, copy) == len(before)
    with postgres_server() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKOLBANK_REGISTER_URL", server.url)
        assert restore_whole(year.workspace, copy).lines == len(before)
        moved = open_register(year.workspace)
        assert list(moved.records()) == before
        assert moved.as_of(day("2026-02-05")).current() == year.register.as_of(day("2026-02-05")).current()
        moved.close()
