"""One section registry behind the rektor's report and the huvudman's plan, and the thin-analysis detector."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from register_world import SCHOOL, YEAR, World, world

from analysis_lib.errors import SkolbankError
from analysis_lib.register.kinds.seminars import Answer
from analysis_lib.register.state import register_state
from analysis_lib.report.section_registry import (
    CONTENT,
    answers,
    chapters_of,
    missing_parts,
    state_block,
    structural_difference,
    structure,
)
from analysis_lib.report.words.picture import Node, edges
from analysis_lib.report.words.told import read_register
from analysis_lib.vocabulary.questions import Handbook, load_handbooks, prompts
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

THIRD = "99010013"


def book(name: str) -> Handbook:
    return load_handbooks(Workspace(builtin_root()))[name]


def test_G11_the_two_plans_have_the_same_structure_and_a_difference_is_named() -> None:
    rektor, huvudman = book("rektorsrapport-2.1"), book("huvudman-2.1")
    assert structural_difference(rektor, huvudman) == []
    shared = [one for one in structure(huvudman) if one[0] in {id for id, _, _ in structure(rektor)}]
    assert shared == structure(rektor)
    assert [id for id, _, _ in structure(huvudman)][len(shared) :] == ["behov", "prioriterade", "mal"]
    other = rektor.model_copy(update={"sections": rektor.sections[1:]})
    assert structural_difference(rektor, other) == ["forutsattningar"]
    renamed = rektor.sections[1].model_copy(update={"sub_headings": ("Vad ser vi?",)})
    changed = rektor.model_copy(update={"sections": (rektor.sections[0], renamed, *rektor.sections[2:])})
    assert structural_difference(rektor, changed) == ["resultat"]


def test_G11_the_same_registry_fills_every_section_of_every_version() -> None:
    for one in load_handbooks(Workspace(builtin_root())).values():
        assert [section.id for section in one.sections if section.id not in CONTENT] == []


@pytest.mark.parametrize("version", ["1.0", "2.0", "2.1"])
def test_G7_an_old_report_is_read_in_its_own_version(tell: Any, version: str) -> None:
    old = book(f"rektorsrapport-{version}")
    told = tell(SCHOOL, handbook_version=version)
    asked = [
        item["question"]
        for one in old.sections
        for block in answers(told, one)
        for item in block.data["items"]
    ]
    assert asked == [prompt.words for one in old.sections for prompt in prompts(one)]
    assert [one.id for one in chapters_of(old, ("resultat", "forutsattningar"))] == [
        "forutsattningar",
        "resultat",
    ]


def test_G9_a_thin_analysis_is_listed_kindly_until_it_is_whole(tell: Any) -> None:
    rektor = book("rektorsrapport-2.1")
    assert missing_parts(tell(SCHOOL), rektor) == []
    assert state_block(tell(SCHOOL), rektor).data["text"] == "Rapporten är fullständig."
    found = missing_parts(tell(THIRD), rektor)
    assert {one.section for one in found} == {"Trygghet och studiero", "Förra årets åtgärder"}
    assert all(one.what.startswith(("Skriv", "Läsning", "Studiero")) for one in found)
    assert "ofullständig" in state_block(tell(THIRD), rektor).data["text"]


def test_F1_follow_up_analysis_and_measures_come_in_that_order() -> None:
    ids = [section.id for section in book("rektorsrapport-2.1").sections]
    assert ids.index("resultat") < ids.index("forra-aret") < ids.index("forbattring")
    headings = [prompt.words for prompt in prompts(book("rektorsrapport-2.1").sections[1])]
    assert headings.index("Vad ser vi?") < headings.index("Orsaker?") < headings.index("Åtgärd")


def test_G9_the_rektors_own_words_go_before_what_the_skolanalys_said(tell: Any) -> None:
    result = book("rektorsrapport-2.1").sections[1]
    items = {
        item["question"]: item for block in answers(tell(SCHOOL), result) for item in block.data["items"]
    }
    assert items["Slutsats"]["note"] == ""
    assert items["Orsaker?"]["note"] == "Ur läsårets skolanalys"


def test_an_answer_must_stand_under_a_heading_that_the_handbook_has(lived: World) -> None:
    wrong = Answer(question_set="rektorsrapport-2.1", question="resultat.orsak", text="Planering.")
    with pytest.raises(SkolbankError, match=r"Menade du resultat\.orsaker"):
        lived.put(wrong)


def test_F11_the_picture_joins_what_reads_the_same_sources() -> None:
    found = [
        Node("skolbild", "Skolbild", "unit", ("betyg och prov",)),
        Node("bruk", "BRUK", "unit", ("registret",)),
        Node("kommunbild", "Kommunbild", "authority", ("betyg och prov", "registret")),
    ]
    assert [(one.below, one.above, one.through) for one in edges(found)] == [
        ("skolbild", "kommunbild", ("betyg och prov",)),
        ("bruk", "kommunbild", ("registret",)),
    ]


def test_a_changed_entry_changes_the_state_and_a_locked_moment_does_not(tmp_path: Any) -> None:
    for made in world(tmp_path / "almvik"):
        before = register_state(made.workspace)
        made.put(Answer(question_set="skolanalys-ht", question="orsaker", text="Planering."), on="2026-01-10")
        first = register_state(made.workspace)
        moment = datetime.datetime(2026, 1, 11, tzinfo=datetime.UTC)
        made.put(Answer(question_set="skolanalys-ht", question="trend", text="Tillfälligt."), on="2026-02-10")
        assert len({before, first, register_state(made.workspace)}) == 3
        assert register_state(made.workspace, moment=moment) == first
        reading = read_register(made.workspace, moment)
        assert reading is not None
        assert [a.entry.question for a in reading.current(Answer, school_year=YEAR)] == ["orsaker"]
