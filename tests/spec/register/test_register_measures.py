"""Needs, plans, goals and measures: B3, B4, B10, G8, M4, M11, M14, S8."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from register_world import NEXT, OTHER, PRESCHOOL, SCHOOL, YEAR, World, day

from analysis_lib.register.kinds.goals import Goal, Plan
from analysis_lib.register.kinds.measures import ImprovementArea, Measure
from analysis_lib.register.views import goals as goal_views
from analysis_lib.register.views import measures as measure_views
from analysis_lib.register.views.needs import need_table, needs, plan_needs
from analysis_lib.vocabulary.questions import load_national_goals


def area(name: str = "Studiero", **given: Any) -> ImprovementArea:
    known: dict[str, Any] = {
        "area": name,
        "problem": "Eleverna störs på lektionerna",
        "evidence": "Skolenkäten: index 5,8",
        "goal": "Alla har arbetsro",
        "deadline": day("2026-06-30"),
        "responsible": "Rektor",
    }
    return ImprovementArea(**{**known, **given})


def measure(**given: Any) -> Measure:
    known: dict[str, Any] = {
        "what": "Gemensamma lektionsstarter",
        "origin": "staff",
        "responsible": "Förstelärare",
        "deadline": day("2026-05-29"),
        "expected_effect": "Studiero upp ett steg",
    }
    return Measure(**{**known, **given})


def test_B3_an_improvement_area_is_validated_and_followed_to_the_next_school_year(world: World) -> None:
    with pytest.raises(ValidationError, match="deadline"):
        ImprovementArea.model_validate(area().model_dump(exclude={"deadline"}))
    with pytest.raises(ValidationError, match="behöver en indikator"):
        area(baseline=5.8)
    saved = world.put(area(indicator="survey.calm", baseline=5.8, target=7.0))
    assert saved.entry.target == 7.0
    ongoing = world.put(measure(area=saved.thing, state="ongoing"))
    areas, measures = world.current(ImprovementArea), world.current(Measure)
    assert measure_views.carried_areas(areas, measures, school_year=NEXT) == [saved]
    world.revise(ongoing, state="ended", implemented="yes", result="Index 7,1", conclusion="stop")
    assert measure_views.carried_areas(areas, world.current(Measure), school_year=NEXT) == []


def test_B4_the_plan_groups_and_weighs_needs_and_lists_those_left_out(world: World) -> None:
    world.put(area(pupils=180), unit=SCHOOL)
    world.put(area("studiero ", pupils=240), unit=OTHER)
    world.put(area("Läsning", pupils=None), unit=OTHER)
    world.put(area("Språk", pupils=40), unit=PRESCHOOL)
    world.put(area("Studiero", pupils=999), unit=OTHER, school_year="2024/25")
    found = needs(world.current(ImprovementArea), world.units, school_year=YEAR)
    assert [(n.area, n.school_form, n.count, n.pupils) for n in found] == [
        ("Studiero", "gr", 2, 420),
        ("Språk", "fsk", 1, 40),
        ("Läsning", "gr", 1, 0),
    ]
    assert found[0].units == ("Bergaskolan", "Strandskolan")
    assert found[2].without_pupils == 1
    plan = plan_needs(world.current(ImprovementArea), world.units, ["Studiero"], school_year=YEAR)
    assert [need.area for need in plan.chosen] == ["Studiero"]
    assert [need.area for need in plan.left_out] == ["Språk", "Läsning"]
    assert "Heda skola" in plan.silent_units
    assert "Strandskolan" not in plan.silent_units
    assert "Tallbackens skola" not in plan.silent_units  # closed since 2022/23


def test_B4_in_the_need_table_no_need_and_no_report_differ(world: World) -> None:
    world.put(area(pupils=180), unit=SCHOOL)
    cells = need_table(
        world.current(ImprovementArea), world.units, school_year=YEAR, reported=[SCHOOL, OTHER]
    )
    by_unit = {cell.unit: cell.count for cell in cells}
    assert (by_unit[SCHOOL], by_unit[OTHER], by_unit["99010015"]) == (1, 0, None)


def test_B10_each_measure_has_an_origin_and_shares_are_told_per_unit(world: World) -> None:
    with pytest.raises(ValidationError):
        measure(origin="consultant")
    for origin, decision in (
        ("staff", "Rektor 2025-09-14"),
        ("staff", ""),
        ("inspection", "Rektor 2025-10-01"),
    ):
        world.put(measure(origin=origin, decision=decision))
    world.put(measure(origin="board"), unit=OTHER)
    shares = measure_views.origin_shares(world.current(Measure), school_year=YEAR)
    told = [(s.unit, s.origin, s.count, s.of, s.decided, round(s.share_pct)) for s in shares]
    assert told == [
        (SCHOOL, "staff", 2, 3, 1, 67),
        (SCHOOL, "inspection", 1, 3, 1, 33),
        (OTHER, "board", 1, 1, 0, 100),
    ]


def test_G8_nothing_ends_without_a_result_and_blanks_make_the_report_incomplete(world: World) -> None:
    with pytest.raises(ValidationError, match="kan inte avslutas utan resultat"):
        measure(state="ended", implemented="yes", conclusion="continue")
    first = world.put(
        measure(
            state="ended",
            implemented="yes",
            result="Färre störs",
            conclusion="continue",
            indicator="survey.calm",
            value_before=5.8,
            value_after=7.1,
            comparison="Liknande skolor: +0,2",
        )
    )
    world.put(measure(what="Läsgrupper", state="ongoing", indicator="results.all_passed_6"))
    world.put(measure(what="Från förr", state="ongoing"), school_year="2023/24")
    rows = measure_views.followed(world.current(Measure), school_year=NEXT)
    assert [row.measure.entry.what for row in rows] == [
        "Gemensamma lektionsstarter",
        "Läsgrupper",
        "Från förr",
    ]
    assert rows[0].is_complete
    assert rows[0].change == pytest.approx(1.3)
    assert rows[1].blanks == ("genomförd?", "effekt", "slutsats", "mätvärde före och efter", "jämförelse")
    assert measure_views.is_incomplete(rows)
    assert not measure_views.is_incomplete(rows[:1])
    assert world.register.history(first.thing)[-1] == first


def test_G8_overdue_measures_are_listed_the_longest_first(world: World) -> None:
    late = world.put(measure(deadline=day("2026-03-01")))
    later = world.put(measure(deadline=day("2026-04-01")))
    world.put(
        measure(
            deadline=day("2026-02-01"), state="ended", implemented="no", result="Ingen", conclusion="stop"
        )
    )
    assert measure_views.overdue(world.current(Measure), today=day("2026-04-02")) == [late, later]


def test_G8_the_expected_effect_is_written_before(world: World) -> None:
    with pytest.raises(ValidationError, match="innan åtgärden beslutas"):
        measure(state="decided", expected_effect="")
    told = world.put(measure(state="decided"), on="2025-09-01")
    begun = world.revise(told, on="2025-10-01", state="ongoing")
    assert measure_views.expected_before(world.register.history(told.thing))
    world.revise(begun, on="2026-05-01", expected_effect="Ungefär det som blev")
    assert not measure_views.expected_before(world.register.history(told.thing))
    afterwards = world.put(measure(state="ongoing"))
    assert not measure_views.expected_before(world.register.history(afterwards.thing))


def test_M4_next_years_plan_inherits_open_measures_by_itself(world: World) -> None:
    need = world.put(area())
    still = world.put(measure(area=need.thing, state="ongoing"))
    world.put(measure(state="ended", implemented="yes", result="Klart", conclusion="stop", area=need.thing))
    world.put(measure(state="ongoing"), unit=OTHER)
    measures = [one for one in world.current(Measure) if one.unit == SCHOOL]
    assert measure_views.carried(measures, school_year=NEXT) == [still]
    areas = world.current(ImprovementArea)
    assert measure_views.carried_areas(areas, measures, school_year=NEXT) == [need]
    world.revise(still, state="ended", implemented="yes", result="Klart", conclusion="stop")
    measures = [one for one in world.current(Measure) if one.unit == SCHOOL]
    assert measure_views.carried_areas(areas, measures, school_year=NEXT) == []
    world.put(Plan(text="Läsåret handlar om studiero", inherits=(still.thing,)), school_year=NEXT)


def test_M11_a_measure_without_ground_is_warned_for(world: World) -> None:
    world.put(measure(research="Skolverket 2023", proven_experience="Strandskolan", local_adaptation="Åk 7"))
    bare = world.put(measure(research="Skolverket 2023"))
    (warning,) = measure_views.research_warnings(world.current(Measure))
    assert warning.measure == bare
    assert warning.missing == ("beprövad erfarenhet", "lokal anpassning")


def test_M14_goals_without_indicators_are_shown_and_indicators_are_mapped(world: World) -> None:
    national = load_national_goals(world.workspace)
    own = world.put(Goal(level="unit", text="Fler når målen", national_goal="kunskaper"))
    rows = {row.goal.id: row for row in goal_views.national_coverage(national, world.current(Goal))}
    assert rows["kunskaper"].goals == (own,)
    assert "results.all_passed_9" in rows["kunskaper"].indicators
    assert [name for name, row in rows.items() if not row.indicators][:2] == ["trygghet", "inflytande"]


def test_S8_the_goal_tree_shows_goals_without_measures(world: World) -> None:
    with pytest.raises(ValidationError, match="står överst"):
        Goal(level="council", text="Lära för livet", parent="goal-x")
    council = world.put(Goal(level="council", text="Alla ska lyckas", mandate="2023–2026"), unit="")
    board = world.put(Goal(level="board", text="Fler behöriga", parent=council.thing), unit="")
    lonely = world.put(Goal(level="board", text="Tryggare skolor", parent=council.thing), unit="")
    unit = world.put(Goal(level="unit", text="Fler klarar matematik", parent=board.thing))
    work = world.put(measure(goal=unit.thing))
    tree = goal_views.goal_tree(world.current(Goal), world.current(Measure))
    assert [node.goal for node in goal_views.walk(tree)] == [council, board, unit, lonely]
    assert tree[0].all_measures == (work,)
    assert goal_views.goals_without_measures(tree) == [lonely]
