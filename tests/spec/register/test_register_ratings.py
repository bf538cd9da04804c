"""PRIO, BRUK and routines: B5, B7, B9, B11, G4, G5, G6, R9, R10."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from register_world import CARE, NEXT, OTHER, PRESCHOOL, SCHOOL, YEAR, World, day

from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.register.kinds.goals import TeachingPlan
from analysis_lib.register.kinds.measures import ImprovementArea
from analysis_lib.register.kinds.prio import Observation, PrioPhase, Proposal, TimeLog
from analysis_lib.register.kinds.ratings import Rating, RatingChoice, Routine
from analysis_lib.register.kinds.voices import Interview, ThemeNote
from analysis_lib.register.views import prio, ratings
from analysis_lib.register.views.voices import theme_counts
from analysis_lib.vocabulary.questions import load_codebooks
from analysis_lib.vocabulary.self_rating import load_self_ratings, self_rating


def rating(part: str, level: int, **given: Any) -> Rating:
    known: dict[str, Any] = {
        "instrument": "bruk-forskola",
        "part": part,
        "level": level,
        "round": "ht",
        "rated_on": day("2025-10-20"),
    }
    return Rating(**{**known, **given})


def proposal(**given: Any) -> Proposal:
    known: dict[str, Any] = {
        "group": "Grupp 1",
        "dimension": "organisation",
        "area": "Mötesstruktur",
        "problem": "Mötena handlar om annat än undervisning",
        "evidence": "Tidsloggen",
        "text": "Hälften av mötestiden går till gemensam planering",
    }
    return Proposal(**{**known, **given})


def test_B5_coverage_over_all_schools_and_overdue_phases(world: World) -> None:
    world.put(
        PrioPhase(phase="mapping", started=day("2025-09-01"), due=day("2025-10-31"), done=day("2025-10-30"))
    )
    world.put(PrioPhase(phase="analysis", started=day("2025-11-03"), due=day("2025-12-19")))
    for phase in ("mapping", "introduced"):
        world.put(PrioPhase(phase=phase, due=day("2024-06-01"), done=day("2024-05-01")), unit=OTHER)
    rows = {
        row.unit: row
        for row in prio.prio_coverage(world.current(PrioPhase), world.units, today=day("2026-01-15"))
    }
    assert (rows[SCHOOL].progress, rows[SCHOOL].phase, rows[SCHOOL].overdue) == (
        "under_way",
        "analysis",
        ("analysis",),
    )
    assert rows[OTHER].progress == "done"
    assert rows["99010015"].progress == "not_started"
    assert PRESCHOOL not in rows


def test_R10_the_follow_up_comes_four_terms_after_the_start(world: World) -> None:
    world.put(
        PrioPhase(phase="mapping", started=day("2024-01-15"), due=day("2024-03-01"), done=day("2024-03-01"))
    )
    phases = world.current(PrioPhase)
    (before,) = [
        r for r in prio.prio_coverage(phases, world.units, today=day("2026-01-15")) if r.unit == SCHOOL
    ]
    (after,) = [
        r for r in prio.prio_coverage(phases, world.units, today=day("2026-01-16")) if r.unit == SCHOOL
    ]
    assert before.follow_up_due == day("2026-01-15")
    assert (before.follow_up_overdue, after.follow_up_overdue) == (False, True)
    for occasion, hours in (("start", 4.0), ("follow_up", 6.0)):
        world.put(TimeLog(occasion=occasion, activity="Planering", people=20, hours=hours))
        world.put(TimeLog(occasion=occasion, activity="Planering", people=5, hours=hours + 5))
    (change,) = prio.time_changes(world.current(TimeLog))
    assert (change.start, change.follow_up) == (5.0, 7.0)
    with pytest.raises(ValidationError):
        TimeLog(occasion="start", activity="Möten", people=1, hours=3)


def test_B7_interview_notes_are_counted_by_dimension_and_role_with_quotes_by_consent(world: World) -> None:
    book = load_codebooks(world.workspace)["prio"]
    for people, quote in ((1, "Vi ses för sällan"), (4, "")):
        form = "interview" if people == 1 else "focus_group"
        talk = world.put(
            Interview(form=form, role="staff", people=people, held_on=day("2025-10-01"), codebook="prio")
        )
        for _ in range(2):
            world.put(
                ThemeNote(
                    interview=talk.thing,
                    code="organisation.moten",
                    note="Mötena är för långa",
                    quote=quote,
                    consent=bool(quote),
                )
            )
    (row,) = theme_counts(book, world.current(Interview), world.current(ThemeNote))
    assert (row.dimension, row.role, row.interviews, row.of, row.people) == ("organisation", "staff", 2, 2, 5)
    assert row.quotes == ("Vi ses för sällan", "Vi ses för sällan")


def test_B8_every_source_stands_beside_the_others_per_sub_area(world: World) -> None:
    instrument = self_rating(world.workspace, "prio-nivaer")
    shared: dict[str, Any] = {"instrument": "prio-nivaer", "part": "organisation.moten"}
    world.put(rating("organisation.moten", 4, instrument="prio-nivaer", rater="leadership"))
    world.put(rating("organisation.moten", 2, instrument="prio-nivaer", team="Arbetslag 7"))
    world.put(Observation(**shared, observed_on=day("2025-10-02"), level=3))
    rows = prio.part_evidence(
        instrument,
        ratings=world.current(Rating),
        observations=world.current(Observation),
        survey={"organisation.moten": 5.4},
    )
    found = {row.part: row for row in rows}
    moten = found["organisation.moten"]
    assert (moten.leadership, moten.team, moten.observed, moten.survey) == (4, (2,), (3,), 5.4)
    assert moten.disagrees
    assert found["planering.tid"].survey is None
    assert len(rows) == len(instrument.parts)


def test_B9_chosen_proposals_become_improvement_areas_by_themselves(world: World) -> None:
    with pytest.raises(ValidationError, match="varför förslaget"):
        proposal(state="chosen")
    chosen = world.put(
        proposal(votes=12, state="chosen", decision="Rektor 2025-12-01: bärande för kollegiet")
    )
    world.put(proposal(group="Grupp 2", votes=14, state="not_chosen", decision="Kräver ny lokal"))
    ranked = prio.ranked_proposals(world.current(Proposal), unit=SCHOOL)
    assert [one.entry.votes for one in ranked] == [14, 12]
    assert prio.without_area(world.current(Proposal), []) == [chosen]
    area = world.put(
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
    assert prio.without_area(world.current(Proposal), [area]) == []


def test_B11_chosen_parts_are_rated_and_change_is_told_within_the_unit(world: World) -> None:
    world.put(
        RatingChoice(instrument="bruk-forskola", team="Blå", parts=("kunskaper.sprak",), priority="Språk"),
        unit=PRESCHOOL,
    )
    world.put(rating("kunskaper.sprak", 2, team="Blå"), unit=PRESCHOOL)
    world.put(rating("kunskaper.sprak", 3, team="Blå", round="vt"), unit=PRESCHOOL)
    world.put(rating("kunskaper.sprak", 3, team="Blå"), unit=PRESCHOOL, school_year=NEXT)
    instrument = self_rating(world.workspace, "bruk-forskola")
    (row,) = ratings.rated_parts(
        instrument, world.current(Rating), world.current(RatingChoice), unit=PRESCHOOL
    )
    assert row.levels == (("2025/26", "ht", 2), ("2025/26", "vt", 3), ("2026/27", "ht", 3))
    assert row.change == 0
    assert row.priority == "Språk"


def test_B11_units_with_fewer_than_two_ratings_are_flagged(world: World) -> None:
    instrument = self_rating(world.workspace, "bruk-forskola")
    choice = RatingChoice(
        instrument="bruk-forskola", team="Blå", parts=("kunskaper.sprak", "normer.trygghet"), priority="Språk"
    )
    world.put(choice, unit=PRESCHOOL)
    for part in choice.parts:
        for name in ("ht", "vt"):
            world.put(rating(part, 2, team="Blå", round=name), unit=PRESCHOOL)
    found = ratings.missing_rounds(
        instrument, world.current(Rating), world.current(RatingChoice), world.units, school_year=YEAR
    )
    assert [(row.unit, row.rounds) for row in found] == [("99010032", ())]
    care = self_rating(world.workspace, "bruk-pedagogisk-omsorg")
    world.put(rating("normer.trygghet", 3, instrument=care.id), unit=CARE)
    (row,) = ratings.missing_rounds(care, world.current(Rating), [], world.units, school_year=YEAR)
    assert (row.unit, row.rounds, row.asked) == (CARE, ("ht",), 2)


def test_B11_and_R9_no_view_ranks_units_and_no_instrument_allows_it(world: World) -> None:
    for instrument in load_self_ratings(world.workspace).values():
        assert instrument.comparable_between_units is False
        with pytest.raises(ValidationError):
            type(instrument).model_validate({**instrument.model_dump(), "comparable_between_units": True})
    for code, level in ((PRESCHOOL, 1), ("99010032", 4)):
        world.put(rating("normer.trygghet", level), unit=code)
    instrument = self_rating(world.workspace, "bruk-forskola")
    flagged = ratings.missing_rounds(instrument, world.current(Rating), [], world.units, school_year=YEAR)
    assert [row.unit for row in flagged] == [PRESCHOOL, "99010032"]  # the register's order, not the levels'


def test_B11_a_level_outside_the_scale_and_an_unknown_part_are_refused(world: World) -> None:
    with pytest.raises(SeveralErrors) as caught:
        world.put(rating("kunskaper.spark", 9), unit=PRESCHOOL)
    assert [error.code for error in caught.value.errors] == ["params-unknown", "rating-level"]
    assert "Menade du kunskaper.sprak?" in str(caught.value)
    with pytest.raises(SkolbankError, match="Instrumentet bruk finns inte"):
        world.put(rating("kunskaper.sprak", 2, instrument="bruk"))


@pytest.mark.parametrize(
    ("row", "instrument", "part", "level"),
    [
        ("G4", "skolans-rutiner", "trygghet.raster", "school"),
        ("G5", "lararnas-rutiner", "lektion.start", "teacher"),
    ],
)
def test_G4_and_G5_use_of_routines_is_rated_and_followed(
    world: World, row: str, instrument: str, part: str, level: Any
) -> None:
    world.put(Routine(name="Rutinen", level=level, when="Varje dag", instrument=instrument, part=part))
    for name, value, year in (("ht", 1, YEAR), ("vt", 2, YEAR), ("ht", 3, NEXT)):
        world.put(rating(part, value, instrument=instrument, round=name), school_year=year)
    world.put(rating(part, 0, instrument=instrument), unit=OTHER)
    (use,) = ratings.routine_use(world.current(Routine), world.current(Rating), unit=SCHOOL)
    assert [value for *_, value in use.levels] == [1, 2, 3]
    assert use.routine.entry.when == "Varje dag"


def test_G6_the_plan_for_better_teaching_is_kept_per_unit(world: World) -> None:
    with pytest.raises(ValidationError):
        TeachingPlan(focus="Lektionsstarter", observed="", on=day("2025-10-01"))  # type: ignore[call-arg]
    step = TeachingPlan(
        focus="Tydliga lektionsstarter",
        observed="Sju av tio lektioner började utan mål",
        activity="Kollegial observation i par",
        on=day("2025-11-12"),
        evidence="Åtta av tio lektioner började med mål",
    )
    world.put(step)
    world.put(step, unit=OTHER)
    mine = world.register.current(TeachingPlan, unit=SCHOOL, school_year=YEAR)
    assert [record.entry for record in mine] == [step]
