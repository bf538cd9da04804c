"""Registerutdrag and the drafts for data protection."""

from __future__ import annotations

import datetime
import io
import json
from pathlib import Path

import pytest
from pupil_files import Pupil, lines, make_workspace, write

from analysis_lib.errors import SkolbankError
from analysis_lib.privacy.documents import write_documents
from analysis_lib.privacy.person import read_number, write_extract
from analysis_lib.privacy.person_entries import Wanted
from analysis_lib.privacy.person_entries import entries_about as stored_entries
from analysis_lib.register import open_register
from analysis_lib.register.kinds.development import LeadTeacher
from analysis_lib.register.kinds.seminars import Decision
from analysis_lib.snapshots import rotation
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.workspace import Workspace

PUPILS = [Pupil(0), Pupil(1, cells={"Efternamn": "Skyddad"}), Pupil(2)]
TEMPORARY = "20090512TF10"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path)
    shared = [Pupil(3, cells={"PersonNr": TEMPORARY}), Pupil(4, cells={"PersonNr": TEMPORARY}, grade="D")]
    rows = [pupil.grades_row() for pupil in (*PUPILS, *shared)]
    import_paths([write(made, "betyg.txt", lines(rows))], workspace=made)
    return made


def extract(workspace: Workspace, number: str, name: str = "utdrag.json", **also: str) -> dict:
    file = workspace.root / name
    write_extract(workspace, number, file, **also)
    assert file.stat().st_mode & 0o077 == 0
    assert number not in file.read_text("utf-8")
    return json.loads(file.read_text("utf-8"))


def grades(told: dict) -> set[str]:
    return {row["subject"] for part in told["uppgifter"] for row in part["rows"]}


@pytest.mark.parametrize("written", ["{n}", "{a}-{b}", "{s}-{b}", " {a} {b}\n"])
def test_everything_about_one_person_is_found(workspace: Workspace, written: str) -> None:
    number = PUPILS[0].number
    stream = io.StringIO(written.format(n=number, a=number[:8], s=number[2:8], b=number[8:]))
    told = extract(workspace, read_number(stream))
    assert {"BL", "EN", "MA"} <= grades(told)
    assert told["uppgifter"][0]["source"]["file"] == "betyg.txt"
    assert "pupil" not in told["uppgifter"][0]["rows"][0]


def test_replaced_rows_and_old_key_versions_are_in_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "AGES", (16, 16))
    monkeypatch.setattr(rotation, "ADULTS", (16, 16))
    rotation.rotate(workspace)
    told = extract(workspace, PUPILS[2].number)
    assert [part["is_current"] for part in told["uppgifter"]] == [False, True]


def test_a_protected_person_gets_an_extract_too(workspace: Workspace) -> None:
    told = extract(workspace, PUPILS[1].number)
    assert {"BL", "EN", "MA"} <= grades(told)
    assert {row["class_name"] for part in told["uppgifter"] for row in part["rows"]} == {""}


def test_a_shared_temporary_number_comes_with_a_warning(workspace: Workspace) -> None:
    told = extract(workspace, read_number(io.StringIO(TEMPORARY)))
    assert "delas av flera" in told["obs"]
    assert {row["grade"] for part in told["uppgifter"] for row in part["rows"]} >= {"C", "D"}
    assert extract(workspace, PUPILS[0].number, "annan.json")["obs"] == ""


WRITER = {"author": "Rut", "role": "rektor", "unit": "10000001", "school_year": "2026/27"}
ASSIGNMENT = {
    "assignment": "Läsning i alla ämnen",
    "goal": "Fler läser",
    "starts": datetime.date(2026, 8, 1),
    "ends": datetime.date(2027, 6, 30),
}


def test_what_the_register_holds_is_in_it(workspace: Workspace) -> None:
    """A lead teacher by the designation, who saved by the user name; every version is looked at."""
    register = open_register(workspace)
    saved = register.save(LeadTeacher(pseudonym="F07", **ASSIGNMENT), **WRITER)
    register.revise(saved, LeadTeacher(pseudonym="F08", **ASSIGNMENT), author="annan", role="strateg")
    register.save(LeadTeacher(pseudonym="F071", **ASSIGNMENT), author="annan", role="strateg")
    register.close()
    number = PUPILS[0].number
    assert extract(workspace, number)["registret"]["poster"] == []
    assert "vägrar personnummer" in extract(workspace, number, "b.json")["registret"]["så söktes"]
    told = extract(workspace, number, "c.json", designation="F07", author="rut")["registret"]["poster"]
    assert [(one["hittad"], one["version"]) for one in told] == [(["beteckningen", "sparad av"], 1)]
    assert told[0]["innehåll"]["assignment"] == "Läsning i alla ämnen"


@pytest.mark.parametrize("written", ["{a}{b}", "{a}-{b}", "{s}-{b}", "{s}{b}", "{s} {b}", "{s}+{b}"])
def test_a_number_that_slipped_into_the_register_is_found(workspace: Workspace, written: str) -> None:
    number = PUPILS[0].number
    said = written.format(a=number[:8], s=number[2:8], b=number[8:])
    register = open_register(workspace, scanner=lambda text, *, people: [])
    day = datetime.date(2026, 9, 1)
    register.save(Decision(text=f"Mötet gällde {said}.", decided_on=day, decided_by="rektor"), **WRITER)
    register.close()
    entries = stored_entries(workspace, Wanted(number))
    assert [one["hittad"] for one in entries] == [["numret"]]
    assert stored_entries(workspace, Wanted(PUPILS[1].number)) == []


def test_a_stranger_has_no_rows(workspace: Workspace) -> None:
    assert extract(workspace, Pupil(77).number)["uppgifter"] == []


@pytest.mark.parametrize("words", ["", "Anna", "200905121230", "20091399-1234"])
def test_what_is_no_number_is_refused_without_being_repeated(words: str) -> None:
    with pytest.raises(SkolbankError, match="person-unreadable") as told:
        read_number(io.StringIO(words))
    assert not words or words not in str(told.value)


def test_a_file_that_is_there_is_never_overwritten(workspace: Workspace) -> None:
    file = workspace.root / "finns.json"
    file.write_text("mitt", "utf-8")
    with pytest.raises(SkolbankError, match="extract-unwritable"):
        write_extract(workspace, PUPILS[0].number, file)
    assert file.read_text("utf-8") == "mitt"


def test_the_drafts_are_filled_in_and_never_overwritten(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "dataskydd"
    paths = write_documents(workspace, folder)
    assert [path.name for path in paths] == ["behandlingsregister.md", "konsekvensbedomning.md"]
    for path in paths:
        text = path.read_text("utf-8")
        assert "Almviks kommun" in text
        assert "Elevrader" in text
        assert "betyg" in text
        assert "[Att besluta]" in text
        assert "{{" not in text
        assert "{%" not in text
    paths[0].write_text("vårt", "utf-8")
    write_documents(workspace, folder)
    assert paths[0].read_text("utf-8") == "vårt"
