"""SS 12000 against a real server of the standard's shape: nobody's name or number is kept, all is counted."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_server import Reply, serving
from api_workspace import connect, make_workspace
from pupil_files import Pupil, lines, write
from ss12000_server import (
    FAMILY,
    GIVEN,
    PROTECTED,
    PUPILS,
    SUBJECTS,
    TOKEN,
    UNITS,
    SchoolSystem,
    grade,
    key,
)

from analysis_lib.errors import SkolbankError
from analysis_lib.privacy.person import stored_about
from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.api_sources import fetch_source
from analysis_lib.sources.fetching import FetchOrder
from analysis_lib.sources.import_report import FileReport, ImportReport, render_summary
from analysis_lib.sources.importer import import_paths
from analysis_lib.sources.ss12000.memory import GradeMemory
from analysis_lib.vocabulary.workspace import Workspace

VARIABLE = "SKOLBANK_SS12000_TOKEN"
GRADES = len(SUBJECTS) * PUPILS
SINCE, UNTIL = datetime.date(2025, 1, 15), datetime.date(2025, 2, 3)
NEW = {"meta": {"created": "2025-06-12T08:00:00Z", "modified": "2025-06-12T08:00:00Z"}}


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[SchoolSystem]:
    monkeypatch.setenv(VARIABLE, TOKEN)
    played = SchoolSystem()
    with serving(played):
        yield played


@pytest.fixture
def workspace(tmp_path: Path, system: SchoolSystem) -> Workspace:
    listed = "".join(f'  - {{code: "{code}", name: Skola {code[-1]}}}\n' for code in UNITS)
    made = make_workspace(tmp_path / "w", municipality="9901", units=f"units:\n{listed}")
    connect(made, "ss12000", system.url, page_size=10)
    return made


def fetch(workspace: Workspace, **order: Any) -> ImportReport:
    usual = {"since": SINCE, "until": UNTIL}
    return fetch_source("ss12000", FetchOrder(**(usual | order)), workspace=workspace)


def of_format(report: ImportReport, name: str) -> FileReport:
    return next(file for file in report.files if file.format == f"ss12000.{name}")


def rows(workspace: Workspace, table: str, **how: Any) -> Any:
    return Store(workspace).query(f"SELECT * FROM {table} ORDER BY ALL", **how)


def codes(file: FileReport) -> set[str]:
    return {message.code for message in file.messages}


def test_grades_come_in_page_by_page_as_the_files_have_them(
    workspace: Workspace, system: SchoolSystem
) -> None:
    report = fetch(workspace)
    told = of_format(report, "grades")
    assert (told.rows_read, told.rows_accepted, told.rows_rejected) == (GRADES, GRADES, 0)
    assert (told.school_year, told.stored, report.exit_status) == ("2024/25", True, 0)
    frame = rows(workspace, "core_scb__pupil_grades")
    assert len(frame) == GRADES
    assert set(frame["subject"]) == {"MA", "SV", "EN", "M2"}
    assert set(frame.loc[frame["subject"] == "M2", "language"]) == {"SPA"}
    assert set(frame["unit_code"]) == set(UNITS)
    assert set(frame.loc[~frame["is_protected"], "class_name"]) == {"9A", "9B"}
    assert set(frame["year_group"]) == {9}
    assert system.paths().count("/grades") == -(-GRADES // 10)


def test_a_pupil_has_the_same_pseudonym_as_in_an_imported_file(workspace: Workspace) -> None:
    fetch(workspace)
    before = set(rows(workspace, "core_scb__pupil_grades")["pupil"])
    file = write(workspace, "a.txt", lines([Pupil(0, unit=UNITS[0], girl=True).grades_row()]))
    import_paths([file], workspace=workspace)
    frame = rows(workspace, "core_scb__pupil_grades")
    (again,) = set(frame.loc[frame["unit_code"] == UNITS[0], "pupil"])
    assert again in before


def test_R21_no_name_number_or_token_is_kept_anywhere(workspace: Workspace, system: SchoolSystem) -> None:
    report = fetch(workspace)
    told = json.dumps(report.as_json(), ensure_ascii=False) + render_summary(report)
    numbers = [person["civicNo"]["value"] for person in system.data["persons"] if "civicNo" in person]
    canaries = [GIVEN, FAMILY, TOKEN, *numbers, *(number[2:] for number in numbers)]
    kept = [path.read_bytes() for path in workspace.root.rglob("*") if path.is_file()]
    kept += [rows(workspace, table).to_csv().encode() for table in
             ("core_scb__pupil_grades", "core_ss12000__attendance", "core_ss12000__enrolments")]  # fmt: skip
    assert len(kept) > 10
    for canary in canaries:
        assert canary not in told
        assert not [1 for content in kept if canary.encode() in content]


def test_R21_a_protected_pupil_counts_in_the_whole_unit_only(workspace: Workspace) -> None:
    fetch(workspace)
    for table in ("core_scb__pupil_grades", "core_ss12000__attendance", "core_ss12000__enrolments"):
        frame = rows(workspace, table)
        hidden = frame[frame["is_protected"]]
        assert len(hidden) > 0
        assert set(hidden["class_name"]) == {""}
        assert set(hidden["unit_code"]) == {UNITS[PROTECTED % 2]}
        assert not set(hidden["pupil"]) & set(frame.loc[~frame["is_protected"], "pupil"])


def test_R21_a_protected_pupil_gets_an_extract_by_the_id_in_the_system(
    workspace: Workspace, system: SchoolSystem
) -> None:
    """Their number is not stored; the id leads to the rows through the secret key of places."""
    fetch(workspace)
    number = system.data["persons"][PROTECTED]["civicNo"]["value"]
    assert stored_about(workspace, number) == []
    for spelled in (key("person", PROTECTED), key("person", PROTECTED).upper()):
        found = stored_about(workspace, number, system_id=spelled)
        assert {part["table"] for part in found} == {"core_ss12000__attendance", "core_ss12000__enrolments"}
        assert all(row["is_protected"] for part in found for row in part["rows"])
        assert sorted(len(part["rows"]) for part in found) == [1, 1, 1]  # enrolments, and two months
    assert stored_about(workspace, number, system_id=key("person", 4)) == []


def test_R21_a_protection_that_came_later_is_honoured(workspace: Workspace, system: SchoolSystem) -> None:
    fetch(workspace)
    before = rows(workspace, "core_scb__pupil_grades")
    system.data["persons"][6]["securityMarking"] = "Skyddad folkbokföring"
    fetch(workspace)
    after = rows(workspace, "core_scb__pupil_grades")
    assert len(after) == len(before)
    assert after["is_protected"].sum() == before["is_protected"].sum() + len(SUBJECTS)
    assert len(set(before["pupil"]) - set(after["pupil"])) >= 1


def test_only_what_has_changed_is_asked_for(workspace: Workspace, system: SchoolSystem) -> None:
    fetch(workspace)
    at = Store(workspace).current()[-1].imported_at
    system.data["grades"][0] = grade(0, 0, gradeValue="F") | NEW
    asked = len(system.asked)
    told = of_format(fetch(workspace), "grades")
    questions = [each for each in system.asked[asked:] if each.path == "/grades"]
    assert questions[0].first("meta.modified.after") == "2025-06-10T09:59:59Z"
    frame = rows(workspace, "core_scb__pupil_grades")
    assert len(frame) == GRADES
    assert (frame["grade"] == "F").sum() == 1
    assert "replaced" in codes(told)
    earlier = rows(workspace, "core_scb__pupil_grades", as_of=datetime.datetime.fromisoformat(at))
    assert (earlier["grade"] == "F").sum() == 0
    asked = len(system.asked)
    fetch(workspace)
    questions = [each for each in system.asked[asked:] if each.path == "/grades"]
    assert {each.first("meta.modified.after") for each in questions} == {"2025-06-12T07:59:59Z"}


def test_a_removed_grade_goes_away(workspace: Workspace, system: SchoolSystem) -> None:
    fetch(workspace)
    gone = system.data["grades"].pop(5)
    system.deleted = {"grades": [gone["id"]]}
    fetch(workspace)
    assert len(rows(workspace, "core_scb__pupil_grades")) == GRADES - 1
    (question,) = [each for each in system.asked if each.path == "/deletedEntities"]
    assert question.query["entities"] == ["Grade"]


def test_a_system_that_cannot_tell_what_is_removed_gives_a_warning(
    workspace: Workspace, system: SchoolSystem
) -> None:
    fetch(workspace)
    system.hides_deleted = True
    del system.data["grades"][5]
    report = fetch(workspace)
    assert "deleted-unknown" in codes(of_format(report, "grades"))
    assert len(rows(workspace, "core_scb__pupil_grades")) == GRADES
    fetch(workspace, is_refreshing=True)
    assert len(rows(workspace, "core_scb__pupil_grades")) == GRADES - 1


def test_nothing_changed_stores_nothing(workspace: Workspace) -> None:
    fetch(workspace)
    log = (workspace.snapshots / "log.jsonl").read_bytes()
    report = fetch(workspace)
    assert (workspace.snapshots / "log.jsonl").read_bytes() == log
    assert "unchanged" in codes(of_format(report, "grades"))


def test_the_memory_is_for_its_owner_and_of_one_system_only(
    workspace: Workspace, system: SchoolSystem
) -> None:
    fetch(workspace)
    place = workspace.work / "ss12000" / "grades.json"
    assert place.stat().st_mode & 0o077 == 0
    people = {person["id"] for person in system.data["persons"]}
    text = place.read_text("utf-8")
    assert not [person for person in people if person in text]
    other = SchoolSystem()
    with serving(other):
        connect(workspace, "ss12000", other.url)
        fetch(workspace)
    assert [each.first("meta.modified.after") for each in other.asked if each.path == "/grades"] == [""]
    place.write_text("{", "utf-8")
    assert fetch(workspace, since=UNTIL).exit_status == 2  # the other system is gone by now


def test_a_correction_replaces_and_a_test_or_course_is_left_out(
    workspace: Workspace, system: SchoolSystem
) -> None:
    system.data["grades"] += [
        grade(0, 0, id=key("grade", 9001), gradeValue="F", correctionType="Rättelse") | NEW,
        grade(1, 0, id=key("grade", 9002), gradeValue="F", trial=True),
        grade(2, 0, id=key("grade", 9003), gradeValue="F", syllabus={"id": key("syllabus", 99)}),
    ]
    told = of_format(fetch(workspace), "grades")
    assert (told.rows_read, told.rows_accepted, told.rows_ignored) == (GRADES + 3, GRADES, 3)
    assert {"grades-trial", "grades-other-form", "grades-corrected"} <= codes(told)
    assert (rows(workspace, "core_scb__pupil_grades")["grade"] == "F").sum() == 1


def test_dashes_adapted_plans_and_faults_keep_their_meaning(
    workspace: Workspace, system: SchoolSystem
) -> None:
    system.data["grades"][0]["gradeValue"] = "-"
    system.data["grades"][1] |= {"gradeValue": "", "adaptedStudyPlan": "Färre ämnen"}
    system.data["grades"][2]["gradeValue"] = "MVG"
    report = fetch(workspace)
    told = of_format(report, "grades")
    frame = rows(workspace, "core_scb__pupil_grades")
    assert sorted(frame.loc[frame["grade"] == "", "reason"]) == ["3", "9"]
    assert (told.rows_rejected, report.exit_status) == (1, 1)
    fault = next(message for message in told.messages if message.code == "grade-unknown")
    assert system.data["grades"][2]["id"] in fault.message


def test_a_grade_without_organisation_belongs_to_the_pupils_unit(
    workspace: Workspace, system: SchoolSystem
) -> None:
    del system.data["grades"][0]["organisation"]
    system.data["grades"][1] |= {"organisation": None, "schoolUnit": {"id": key("organisation", 2)}}
    system.data["grades"][2]["organisation"] = {"id": key("organisation", 9)}  # a team below the unit
    fetch(workspace)
    frame = rows(workspace, "core_scb__pupil_grades")
    assert frame["unit_code"].value_counts().to_dict()[UNITS[0]] == GRADES // 2 - 1


def test_attendance_is_asked_for_month_by_month_and_added_up(
    workspace: Workspace, system: SchoolSystem
) -> None:
    report = fetch(workspace)
    questions = [each for each in system.asked if each.path == "/aggregatedAttendance"]
    assert {(q.first("startDate"), q.first("endDate")) for q in questions} == {
        ("2025-01-01", "2025-01-31"),
        ("2025-02-01", "2025-02-28"),
    }
    told = of_format(report, "attendance")
    assert (told.rows_read, told.rows_accepted, told.school_year) == (2 * PUPILS, 2 * PUPILS, "2024/25")
    frame = rows(workspace, "core_ss12000__attendance")
    assert len(frame) == 2 * PUPILS
    assert set(frame["month"]) == {"2025-01", "2025-02"}
    assert set(frame["attended_minutes"]) == {1800}
    assert set(frame["offered_minutes"]) == {6000}
    assert frame["valid_absence_minutes"].max() == 2 * 60 * (PUPILS - 1)
    assert frame["other_minutes"].isna().all()  # never told: unknown, not 0
    assert told.file == "/aggregatedAttendance?startDate=2025-01-01&endDate=2025-01-31"


@pytest.mark.parametrize("is_told", [True, False])
def test_attendance_lesson_by_lesson_is_added_up_when_the_system_has_no_sums(
    is_told: bool, workspace: Workspace, system: SchoolSystem
) -> None:
    if is_told:
        connect(workspace, "ss12000", system.url, page_size=10, attendance="attendances")
    else:
        system.faults["aggregatedAttendance"] = Reply({"code": "NOT_FOUND"}, 404)
    told = of_format(fetch(workspace), "attendance")
    assert "attendance-by-lesson" in codes(told)
    frame = rows(workspace, "core_ss12000__attendance")
    assert len(frame) == 2 * PUPILS
    january = frame[frame["month"] == "2025-01"]
    assert set(january["offered_minutes"]) == {120}  # two lessons of an hour, one of them reported
    assert set(january["reported_minutes"]) == {60}
    assert sorted(january["attended_minutes"].unique()) == [0, 50]
    assert sorted(january["invalid_absence_minutes"].unique()) == [0, 60]
    assert set(frame.loc[frame["month"] == "2025-02", "offered_minutes"]) == {60}  # one was cancelled
    assert frame["other_minutes"].isna().all()
    assert system.paths().count("/attendances") == -(-6 * PUPILS // 10)


def test_lessons_that_cannot_be_read_are_counted(workspace: Workspace, system: SchoolSystem) -> None:
    connect(workspace, "ss12000", system.url, page_size=10, attendance="attendances")
    system.data["attendances"][0]["attendanceMinutes"] = -5
    system.data["calendarEvents"][1] |= {"teachingLengthStudent": 45}
    report = fetch(workspace)
    told = of_format(report, "attendance")
    assert (told.rows_rejected, told.rows_accepted) == (1, PUPILS)
    frame = rows(workspace, "core_ss12000__attendance")
    assert set(frame.loc[frame["month"] == "2025-01", "offered_minutes"]) == {45, 105}


def test_attendance_cannot_be_joined_with_grades(workspace: Workspace) -> None:
    fetch(workspace)
    attended = set(rows(workspace, "core_ss12000__attendance")["pupil"])
    graded = set(rows(workspace, "core_scb__pupil_grades")["pupil"])
    assert len(attended) == PUPILS + 1  # the protected pupil is another one each month
    assert not attended & graded


def test_attendance_that_cannot_be_read_is_counted(workspace: Workspace, system: SchoolSystem) -> None:
    base = {"activity": {"id": key("activity", 0)}, "startDate": "2025-01-01", "endDate": "2025-01-31"}
    someone = {"student": {"id": key("person", 0)}}
    system.data["aggregatedAttendance"] = [
        base | someone | {"attendanceSum": 100, "reportedSum": 120},
        base | someone | {"attendanceSum": "100"},
        base | someone | {"attendanceSum": -1},
        base | {"student": {"id": key("person", 999)}, "attendanceSum": 100},
    ]
    report = fetch(workspace)
    told = of_format(report, "attendance")
    assert (told.rows_read, told.rows_accepted, told.rows_rejected) == (4, 1, 3)
    assert {"person-unknown", "minutes-unreadable"} <= codes(told)
    assert report.exit_status == 1


def test_staff_are_counted_and_never_named(workspace: Workspace) -> None:
    fetch(workspace)
    frame = rows(workspace, "core_ss12000__staff")
    assert frame[["unit_code", "role", "people_count", "fte"]].values.tolist() == [
        [UNITS[0], "Lärare", 2, 1.6],
        [UNITS[1], "Lärare", 1, 0.8],
    ]


def test_enrolments_are_those_of_today(workspace: Workspace, system: SchoolSystem) -> None:
    system.data["persons"][0]["enrolments"][0]["endDate"] = "2020-06-10"
    system.data["persons"][1]["enrolments"][0]["cancelled"] = True
    told = of_format(fetch(workspace), "enrolments")
    assert told.rows_accepted == PUPILS - 2
    assert set(rows(workspace, "core_ss12000__enrolments")["school_form"]) == {"gr"}


@pytest.mark.parametrize(
    ("token", "code"), [("", "token-missing"), ("a\nb", "token-unreadable"), ("nyckel-å", "token-unreadable")]
)
def test_a_token_that_cannot_be_used_is_told_before_anything_is_asked(
    workspace: Workspace, system: SchoolSystem, monkeypatch: pytest.MonkeyPatch, token: str, code: str
) -> None:
    monkeypatch.setenv(VARIABLE, token)
    with pytest.raises(SkolbankError) as caught:
        fetch(workspace)
    assert caught.value.code == code
    assert system.asked == []


def test_a_wrong_token_is_refused_once_and_never_shown(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "fel-nyckel")
    report = fetch(workspace)
    (told,) = report.files
    assert (codes(told), report.exit_status) == ({"api-access-refused"}, 2)
    assert "fel-nyckel" not in render_summary(report)
    assert VARIABLE in render_summary(report)


def test_without_an_address_the_source_is_not_connected(tmp_path: Path, system: SchoolSystem) -> None:
    with pytest.raises(SkolbankError) as caught:
        fetch(make_workspace(tmp_path / "other"))
    assert caught.value.code == "source-not-connected"


def test_a_failing_collection_stops_its_table_only(workspace: Workspace, system: SchoolSystem) -> None:
    system.faults["grades"] = Reply(raw=b"<html>fel</html>")
    report = fetch(workspace)
    assert report.exit_status == 2
    assert rows(workspace, "core_scb__pupil_grades").empty
    assert len(rows(workspace, "core_ss12000__attendance"))
    assert not (workspace.work / "ss12000").exists()


def test_a_dry_run_leaves_nothing_behind(workspace: Workspace) -> None:
    before = sorted(path for path in workspace.root.rglob("*") if path.is_file())
    assert fetch(workspace, is_dry_run=True).exit_status == 0
    assert sorted(path for path in workspace.root.rglob("*") if path.is_file()) == before


def test_a_pupil_without_a_number_is_counted_and_not_followed(
    workspace: Workspace, system: SchoolSystem
) -> None:
    del system.data["persons"][4]["civicNo"]
    system.data["persons"][5]["civicNo"] = {"value": "20090106TF10"}
    report = fetch(workspace)
    assert report.exit_status == 0
    grades = rows(workspace, "core_scb__pupil_grades")
    assert len(grades) == GRADES
    assert grades["is_protected"].sum() == 3 * len(SUBJECTS)
    assert rows(workspace, "core_ss12000__enrolments")["is_protected"].sum() == 3


def test_a_memory_from_before_the_key_was_changed_is_not_used(
    workspace: Workspace, system: SchoolSystem
) -> None:
    place = workspace.root / "grades.json"
    grades = system.data["grades"]
    before = GradeMemory(place, "https://a", Pseudonyms(b"1" * 32, "ss12000"))
    assert len(before.with_changes(grades, [grades[0]["id"]])) == GRADES - 1
    before.keep()
    assert GradeMemory.open(place, "https://a", before.ids).modified_after == "2025-06-10T09:59:59Z"
    for address, ids in (("https://b", before.ids), ("https://a", Pseudonyms(b"2" * 32, "ss12000"))):
        assert GradeMemory.open(place, address, ids).grades is None
