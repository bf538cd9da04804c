"""Voices and triangulation: F2, F3, F4."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from register_world import World, day

from analysis_lib.errors import SkolbankError
from analysis_lib.register.free_text import WorkspaceScanner
from analysis_lib.register.kinds.voices import Interview, Judgement, ThemeNote
from analysis_lib.register.views.voices import theme_counts, triangulation, unknown_codes
from analysis_lib.vocabulary.questions import load_codebooks


def judgement(source: str, verdict: str, **given: Any) -> Judgement:
    known: dict[str, Any] = {"area": "Studiero", "source": source, "verdict": verdict, "evidence": "Underlag"}
    return Judgement(**{**known, **given})


def test_F2_the_triangulation_matrix_flags_sources_that_disagree(world: World) -> None:
    for entry in (
        judgement("survey", "not_reached", voice="pupil"),
        judgement("self_rating", "reached", voice="staff"),
        judgement("interview", "ongoing", voice="guardian"),
        judgement("results", "reached", area="Läsning"),
        judgement("survey", "ongoing", area="Läsning"),
        judgement("focus_group", "no_data", area="Läsning", evidence=""),
    ):
        world.put(entry)
    calm, reading = sorted(triangulation(world.current(Judgement)), key=lambda row: row.area == "Läsning")
    assert calm.disagrees
    assert calm.spread == ("survey", "self_rating")
    assert calm.verdicts["inspection"] == "no_data"
    assert not reading.disagrees
    assert reading.verdicts["focus_group"] == "no_data"
    with pytest.raises(ValidationError, match="vilket underlag"):
        judgement("survey", "reached", evidence=" ")


def test_F2_two_voices_of_one_source_may_disagree_too(world: World) -> None:
    world.put(judgement("survey", "not_reached", voice="pupil"))
    world.put(judgement("survey", "reached", voice="staff"))
    (row,) = triangulation(world.current(Judgement))
    assert row.disagrees
    assert row.verdicts["survey"] == "not_reached"


def interview(world: World, role: str, *, form: str = "interview", people: int = 1) -> str:
    entry: Any = Interview.model_validate(
        {
            "form": form,
            "role": role,
            "people": people,
            "held_on": "2025-10-07",
            "codebook": "undervisning",
        }
    )
    return world.put(entry).thing


def test_F3_interviews_are_checked_for_what_points_out_a_person(world: World) -> None:
    thing = interview(world, "guardian")
    for words in (
        "Han heter Kalle och går i sexan",
        "Läraren Qvist lyssnar",
        "Ring 070-123 45 67",
        "Familjen bor på Storgatan 5",
        "Barnet 120314-2397 trivs",
        "Mejla mig på nagon@exempel.se",
    ):
        with pytest.raises(SkolbankError, match="register-free-text") as caught:
            world.put(ThemeNote(interview=thing, code="stod", note=words))
        assert not any(
            word in str(caught.value) for word in ("Kalle", "Qvist", "Storgatan", "120314", "exempel.se")
        )
    fine = "På Strandskolan får eleverna stöd i svenska och matematik redan i augusti."
    world.put(ThemeNote(interview=thing, code="stod", note=fine))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Skolan i Almvik har studiero. Eleverna säger att det är lugnt.", []),
        ("Det stod i Skolverkets rapport om Samverkan bästa skola.", []),
        ("Anders Lindström sa det", ["name"]),
        ("Sofias grupp fick mer tid", ["name"]),
        ("Mamma Zainab undrar", ["name"]),
        ("Hon bor på Röda vägen 50", ["address"]),
    ],
)
def test_F3_the_scan_finds_names_and_addresses_and_leaves_the_rest(
    world: World, words: str, expected: list[str]
) -> None:
    scan = WorkspaceScanner(world.workspace)
    assert sorted({found.kind for found in scan(words, people=True)}) == expected
    assert scan(words, people=False) == []


def test_F4_themes_are_counted_by_role_and_quotes_need_consent(world: World) -> None:
    with pytest.raises(ValidationError, match="samtycke"):
        ThemeNote(interview="x", code="studiero", note="Stökigt", quote="Det är stökigt")
    with pytest.raises(ValidationError, match="minst två"):
        Interview.model_validate(
            {"form": "focus_group", "role": "pupil", "held_on": "2025-10-07", "codebook": "undervisning"}
        )
    pupils = interview(world, "pupil", form="focus_group", people=6)
    other = interview(world, "pupil", form="focus_group", people=5)
    guardian = interview(world, "guardian")
    for thing, code, quote in (
        (pupils, "studiero", "Det är lugnare på förmiddagen"),
        (pupils, "studiero", ""),
        (other, "trygghet", ""),
        (guardian, "studiero", ""),
        (guardian, "skolmaten", ""),
    ):
        world.put(ThemeNote(interview=thing, code=code, note="Sades", quote=quote, consent=bool(quote)))
    book = load_codebooks(world.workspace)["undervisning"]
    rows = theme_counts(book, world.current(Interview), world.current(ThemeNote))
    told = [(row.code, row.role, row.interviews, row.of, row.people, len(row.quotes)) for row in rows]
    assert told == [
        ("studiero", "pupil", 1, 2, 6, 1),
        ("studiero", "guardian", 1, 1, 1, 0),
        ("trygghet", "pupil", 1, 2, 5, 0),
    ]
    books = load_codebooks(world.workspace)
    assert unknown_codes(books, world.current(Interview), world.current(ThemeNote)) == ["skolmaten"]


def test_F4_held_on_is_a_day(world: World) -> None:
    thing = interview(world, "staff")
    assert world.register.get(thing).entry.model_dump()["held_on"] == day("2025-10-07")
