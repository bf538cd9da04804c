"""A läsår of the example municipality, lived through: what is planned is rated, followed, and carried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from register_world import NEXT, YEAR, World, day, world

from analysis_lib.cli import main
from analysis_lib.register import Register
from analysis_lib.register.kinds.documents import Document, SignOff
from analysis_lib.register.kinds.goals import Goal, Plan
from analysis_lib.register.kinds.inspection import Deficiency, InspectionCase
from analysis_lib.register.kinds.measures import ImprovementArea, Measure, Promise
from analysis_lib.register.kinds.prio import PrioPhase, Proposal
from analysis_lib.register.kinds.ratings import Rating, RatingChoice
from analysis_lib.register.kinds.seminars import AnalysisSeminar, Decision, ResultTalk, SchoolAnalysis
from analysis_lib.register.kinds.visits import Visit, VisitNote
from analysis_lib.register.kinds.voices import Judgement
from analysis_lib.register.rhythm import wheel_year
from analysis_lib.register.views import goals, measures, needs, prio, promises, ratings, visits
from analysis_lib.register.views.documents import publication_matrix
from analysis_lib.register.views.inspections import case_rows
from analysis_lib.register.views.seminars import seminar_packs
from analysis_lib.register.views.sign_offs import chains
from analysis_lib.register.views.voices import triangulation
from analysis_lib.report.effects import found_indicator
from analysis_lib.sources.example.lived import fill_register
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.questions import load_question_sets
from analysis_lib.vocabulary.self_rating import self_rating

STRAND, LILLSJO, KVARN, SECOND_PRESCHOOL = "99010011", "99010013", "99010014", "99010032"


@pytest.fixture(scope="module", name="lived")
def _lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The example's register, filled once."""
    for made in world(tmp_path_factory.mktemp("lived") / "almvik"):
        assert fill_register(made.workspace) > 500
        yield made


def test_M4_the_year_begins_with_a_plan_per_unit_that_the_log_dates(lived: World) -> None:
    plans = [p for p in lived.current(Plan) if p.school_year == YEAR and p.entry.level == "unit"]
    assert len(plans) == 13
    assert all(str(plan.at.date()) == str(plan.entry.decided_on) for plan in plans)
    before = lived.register.as_of(day("2025-09-23")).current(Plan)
    assert len(before) < len(plans)


def test_B11_the_year_has_bruk_in_autumn_and_spring_and_one_missing_round_is_flagged(lived: World) -> None:
    instrument = self_rating(lived.workspace, "bruk-forskola")
    rows = ratings.missing_rounds(
        instrument, lived.current(Rating), lived.current(RatingChoice), lived.units, school_year=YEAR
    )
    assert {(row.unit, row.rounds) for row in rows} == {(SECOND_PRESCHOOL, ("ht",))}
    parts = ratings.rated_parts(
        instrument, lived.current(Rating), lived.current(RatingChoice), unit="99010031"
    )
    assert {part.team for part in parts} == {"Blå", "Grön"}
    (language, *_) = [part for part in parts if part.part == "kunskaper.sprak"]
    assert language.levels == (("2025/26", "ht", 2), ("2025/26", "vt", 3), ("2026/27", "ht", 4))


def test_B5_the_year_has_prio_at_every_stage_and_proposals_become_needs(lived: World) -> None:
    rows = prio.prio_coverage(lived.current(PrioPhase), lived.units, today=day("2026-11-22"))
    progress = [row.progress for row in rows]
    assert (progress.count("done"), progress.count("under_way"), progress.count("not_started")) == (1, 3, 4)
    assert any(row.overdue for row in rows)
    waiting = prio.without_area(lived.current(Proposal), lived.current(ImprovementArea))
    assert [one.unit for one in waiting] == [STRAND]


def test_S7_the_years_talks_come_two_months_after_and_one_was_missed_one_late(lived: World) -> None:
    found = promises.talks(lived.current(SchoolAnalysis), lived.current(ResultTalk), today=day("2026-07-01"))
    of_year = [talk for talk in found if talk.analysis.school_year == YEAR]
    states = [talk.state for talk in of_year]
    assert len(of_year) == 16
    assert (states.count("overdue"), states.count("held_late"), states.count("held")) == (1, 1, 14)
    autumn = next(t for t in found if t.analysis.unit == STRAND and t.analysis.entry.round == "ht")
    assert autumn.due == day("2025-12-15")
    by_thing = {measure.thing: measure for measure in lived.current(Measure)}
    pack = promises.talk_pack(autumn, lived.current(Promise), by_thing, today=day("2025-12-15"))
    assert [promise.entry.state for promise in pack.promises] == ["kept"]
    assert [measure.unit for measure in pack.measures] == [STRAND]


def test_M5_the_year_has_nine_seminars(lived: World) -> None:
    catalog = Catalog(lived.workspace)
    packs = seminar_packs(
        catalog.groups,
        lived.units,
        load_question_sets(lived.workspace),
        lived.current(AnalysisSeminar),
        lived.current(Decision),
        lived.current(Measure),
        school_year=YEAR,
    )
    assert [pack.is_held for pack in packs] == [True] * 9
    assert sum(len(pack.measures) for pack in packs) == 1


def test_G8_the_years_measures_are_followed_and_the_blank_one_makes_its_report_incomplete(
    lived: World,
) -> None:
    known = lived.current(Measure)
    indicators = Catalog(lived.workspace).indicators
    rows = measures.followed(
        known, school_year=NEXT, is_counted=lambda words: found_indicator(words, indicators)[0] is not None
    )
    blank = [row for row in rows if not row.is_complete]
    assert [row.measure.unit for row in blank] == [LILLSJO]
    assert not measures.is_incomplete(row for row in rows if row.measure.unit == STRAND)
    history = lived.register.history(f"measure-{STRAND}-0")
    assert [record.entry.model_dump()["state"] for record in history] == ["decided", "ongoing", "ended"]
    assert measures.expected_before(history)


def test_M4_next_years_plan_inherits_what_is_open(lived: World) -> None:
    left = measures.carried(lived.current(Measure), school_year=NEXT)
    inherited = tuple(one.thing for one in left if one.unit == LILLSJO)
    assert inherited == (f"measure-{LILLSJO}-1",)
    (decided,) = [p for p in lived.current(Plan) if (p.unit, p.school_year) == (LILLSJO, NEXT)]
    assert decided.entry.inherits == inherited
    assert STRAND not in {one.unit for one in left}


def test_B4_the_huvudmans_plan_leaves_out_needs_and_says_which(lived: World) -> None:
    (plan,) = [p for p in lived.current(Plan) if p.entry.level == "authority"]
    found = needs.plan_needs(
        lived.current(ImprovementArea), lived.units, plan.entry.priorities, school_year=YEAR
    )
    assert {need.area for need in found.chosen} == {"Studiero", "Läsning", "Språk"}
    assert {need.area for need in found.left_out} == {"Matematik", "Trygghet", "Inflytande"}
    assert found.silent_units == ()


def test_S2_the_years_visits_reached_every_unit_once(lived: World) -> None:
    rows = visits.visit_coverage(
        lived.units,
        lived.current(Visit),
        lived.current(VisitNote),
        mandate="2023–2026",
        today=day("2026-11-22"),
    )
    assert len(rows) == 13
    assert all(row.is_done for row in rows)
    assert [row.unit for row in rows if row.missing_groups] == [LILLSJO]
    assert not any("fler än ett besök" in row.faults for row in rows)


def test_S8_F12_F14_F2_and_M7_the_year_tells_what_is_missing(lived: World) -> None:
    tree = goals.goal_tree(lived.current(Goal), lived.current(Measure))
    assert "goal-board-2" in {goal.thing for goal in goals.goals_without_measures(tree)}
    found = chains(lived.current(SignOff), lived.units, school_year=YEAR)
    waiting = {chain.waits_for for chain in found}
    assert waiting == {"", "board"}
    cases = case_rows(lived.current(InspectionCase), lived.current(Deficiency), today=day("2026-11-22"))
    assert [row.state for row in cases] == ["overdue", "closed", "closed"]
    rows = triangulation(j for j in lived.current(Judgement) if j.unit == STRAND)
    assert [row.area for row in rows if row.disagrees] == ["Studiero"]
    cells = publication_matrix(lived.current(Document), ["2023/24", "2024/25", "2025/26"])
    missing = [(cell.school_year, cell.series) for cell in cells if cell.state == "missing"]
    assert missing == [("2024/25", "VA1")] * 2


def test_M3_the_wheel_knows_who_has_handed_in_what(lived: World) -> None:
    year = wheel_year(lived.workspace, today="2026-11-22")
    late = [(one.occasion.calendar, one.occasion.moment.id) for one in year.agenda if one.state == "late"]
    assert late == [
        ("grundskola", "verksamhetsplan"),
        ("grundskola", "skolanalys-ht"),
        ("kompetenscenter", "seminarium-1"),
    ]
    handed = {(row.calendar, row.moment): row.handed for row in year.handed}
    assert handed["grundskola", "verksamhetsplan"].missing == ("Norrby skola",)


def test_M3_status_shows_who_has_handed_in_what(lived: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--workspace", str(lived.workspace.root)]) == 0
    told = capsys.readouterr().out
    assert "Inlämnat läsåret" in told


def test_the_examples_register_is_filled_once_and_whole(lived: World, tmp_path: Path) -> None:
    count = lived.register.verify()
    assert fill_register(lived.workspace) == 0
    assert lived.register.verify() == count
    for again in world(tmp_path / "again"):
        fill_register(again.workspace)
        assert _content(again.register) == _content(lived.register)


def _content(register: Register) -> list[tuple[object, ...]]:
    return [(r.thing, r.version, r.unit, r.school_year, r.at, r.entry) for r in register.records()]
