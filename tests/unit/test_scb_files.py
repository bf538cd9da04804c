"""SCB's collection files: column sets told by content, codes kept apart, pupils neither lost nor merged."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pupil_files import OTHER_UNIT, UNIT, Pupil, lines, make_workspace, write

from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.importer import FileReport, import_paths
from analysis_lib.sources.scb_layouts import GRADES_6, GRADES_9, NATIONAL_TESTS_6
from analysis_lib.vocabulary.workspace import Workspace

GRADES = "core_scb__pupil_grades"
TESTS = "core_scb__national_tests"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def take(workspace: Workspace, rows: list[list[str]], name: str = "betyg.txt") -> FileReport:
    (report,) = import_paths([write(workspace, name, lines(rows))], workspace=workspace).files
    return report


def stored(workspace: Workspace, table: str = GRADES) -> pd.DataFrame:
    return Store(workspace).query(f"SELECT * FROM {table}")


def codes(report: FileReport) -> set[str]:
    return {message.code for message in report.messages}


def test_the_column_sets_have_the_published_widths() -> None:
    assert (len(GRADES_9), len(GRADES_6), len(NATIONAL_TESTS_6)) == (33, 35, 29)


def test_grades_of_year_9(workspace: Workspace) -> None:
    report = take(workspace, [Pupil(i, girl=i < 2).grades_row() for i in range(3)])
    assert (report.format, report.level, report.school_year) == ("scb.grades_9", "pupil", "2024/25")
    assert (report.rows_read, report.rows_accepted, report.columns, report.stored) == (3, 3, 33, True)
    frame = stored(workspace)
    assert frame["pupil"].nunique() == 3
    assert set(frame["year_group"]) == {9}
    assert set(frame["subject"]) == {f.upper() for f in GRADES_9[8:] if not f.endswith("språk")}
    assert frame.drop_duplicates("pupil")["sex"].value_counts().to_dict() == {"F": 2, "P": 1}
    language = frame[frame["subject"] == "M2"]
    assert set(language["language"]) == {"SPA"}
    unchosen = frame[frame["subject"] == "SVA"]
    assert set(unchosen["reason"]) == {"2"}
    assert set(unchosen["grade"]) == {""}


def test_grades_of_year_6_with_blocks(workspace: Workspace) -> None:
    block = {"No": "B", "Bi": "2", "Fy": "2", "Ke": "2", "Tk": "Z"}
    report = take(
        workspace, [Pupil(0, year_group=6, cells=block).grades_row(), Pupil(1, year_group=6).grades_row()]
    )
    assert (report.format, report.columns, report.rows_accepted) == ("scb.grades_6", 35, 2)
    frame = stored(workspace).set_index(["subject", "grade", "reason"]).index
    assert ("NO", "B", "") in frame
    assert ("TK", "", "Z") in frame
    assert ("FY", "", "2") in frame


def without(row: list[str], fields: tuple[str, ...], *gone: str) -> list[str]:
    return [cell for cell, name in zip(row, fields, strict=True) if name not in gone]


@pytest.mark.parametrize(
    ("gone", "columns"), [(("Ovr",), 34), (("ML språk",), 34), (("ML språk", "ML"), 33), ((), 35)]
)
def test_older_column_sets_of_year_6(workspace: Workspace, gone: tuple[str, ...], columns: int) -> None:
    rows = [without(Pupil(i, year_group=6).grades_row(), GRADES_6, *gone) for i in range(4)]
    report = take(workspace, rows)
    assert (report.format, report.columns, report.rows_accepted) == ("scb.grades_6", columns, 4)
    frame = stored(workspace)
    assert set(frame.loc[frame["subject"] == "MU", "grade"]) == {"C"}


def test_an_older_column_set_of_year_9(workspace: Workspace) -> None:
    report = take(workspace, [without(Pupil(i).grades_row(), GRADES_9, "Ovr") for i in range(4)])
    assert (report.format, report.columns, report.rows_accepted) == ("scb.grades_9", 32, 4)


def test_a_header_decides_by_name_in_any_order(workspace: Workspace) -> None:
    names = {"M1": "M1 (betyg)", "M2": "M2 (betyg)", "M2 språk": "M2 (språk)"}
    header = [names.get(name, name.upper()) for name in GRADES_9]
    pupil = Pupil(0, cells={"Ma": "A"})
    rows = [header[::-1], pupil.grades_row()[::-1]]
    report = take(workspace, rows)
    assert (report.format, report.rows_read, report.rows_accepted) == ("scb.grades_9", 1, 1)
    frame = stored(workspace).set_index("subject")
    assert frame.loc["MA", "grade"] == "A"
    assert frame.loc["M2", "language"] == "SPA"


def test_national_tests_of_year_6(workspace: Workspace) -> None:
    cells: list[dict[str, str]] = [
        {"SV_KURSPLAN": "2", "SV_PROVB": "99"},
        {"EN_PROVB": "", "MA_PROVB": "88"},
    ]
    report = take(workspace, [Pupil(i, year_group=6, cells=c).tests_row() for i, c in enumerate(cells)])
    assert (report.format, report.columns, report.rows_accepted) == ("scb.national_tests_6", 29, 2)
    frame = stored(workspace, TESTS)
    seen = {(r.subject, r.curriculum, r.grade, r.status) for r in frame.itertuples()}
    assert seen == {
        ("MA", "", "C", "graded"),
        ("MA", "", "", "lost"),
        ("SV", "SVA", "", "absent"),
        ("SV", "SV", "C", "graded"),
        ("EN", "", "C", "graded"),
        ("EN", "", "", "digital"),
    }


def test_national_tests_without_points(workspace: Workspace) -> None:
    gone = tuple(name for name in NATIONAL_TESTS_6 if name.endswith("_PRP"))
    rows = [without(Pupil(i, year_group=6).tests_row(), NATIONAL_TESTS_6, *gone) for i in range(3)]
    report = take(workspace, rows)
    assert (report.format, report.columns, report.rows_accepted) == ("scb.national_tests_6", 23, 3)


def test_r5_grades_and_tests_of_a_pupil_can_be_joined(workspace: Workspace) -> None:
    pupil = Pupil(5, year_group=6)
    take(workspace, [pupil.grades_row()])
    take(workspace, [pupil.tests_row()], "np.txt")
    assert set(stored(workspace)["pupil"]) == set(stored(workspace, TESTS)["pupil"])


def test_pseudonyms_follow_a_pupil_over_the_years(workspace: Workspace) -> None:
    take(workspace, [Pupil(3, year_group=6, school_year_end=2022).grades_row()], "ak6.txt")
    take(workspace, [Pupil(3, year_group=9, school_year_end=2025).grades_row()], "ak9.txt")
    frame = stored(workspace)
    assert frame["pupil"].nunique() == 1
    assert set(frame["school_year"]) == {"2021/22", "2024/25"}
    assert set(frame["pupil"]) == {Pseudonyms.open(workspace).pseudonym(Pupil(3).number)}


@pytest.mark.parametrize(
    ("day", "school_year", "assumed"),
    [("2025-06-12", "2024/25", False), ("20250612", "2024/25", False), ("2025-09-02", "2024/25", True)],
)
def test_school_year_of_the_extraction(
    workspace: Workspace, day: str, school_year: str, assumed: bool
) -> None:
    report = take(workspace, [Pupil(i, cells={"Datum": day}).grades_row() for i in range(3)])
    assert report.school_year == school_year
    assert ("school-year-assumed" in codes(report)) == assumed


def test_r21_two_pupils_with_one_tf_number_are_two_pupils(workspace: Workspace) -> None:
    number = "20090512TF20"
    report = take(workspace, [Pupil(i, cells={"PersonNr": number}).grades_row() for i in range(2)])
    assert (report.rows_accepted, report.rows_ignored) == (2, 0)
    frame = stored(workspace)
    assert frame["pupil"].nunique() == 2
    assert frame["is_protected"].all()
    assert set(frame["class_name"]) == {""}
    assert "pupils-protected" in codes(report)


def test_r21_the_same_file_gives_tf_pupils_the_same_ids(workspace: Workspace) -> None:
    rows = [Pupil(0, cells={"PersonNr": "20090512TF10"}).grades_row(), Pupil(1).grades_row()]
    take(workspace, rows)
    assert "unchanged" in codes(take(workspace, rows))
    changed = [rows[0], Pupil(1, grade="B").grades_row()]
    assert any(
        "0 tillkom, 0 togs bort och 1 ändrades" in m.message for m in take(workspace, changed).messages
    )


@pytest.mark.parametrize("name", ["Skyddade personuppgifter", "SEKRETESS", "Skyddad identitet"])
def test_r21_a_protected_name_protects_the_pupil(workspace: Workspace, name: str) -> None:
    pupil = Pupil(0, cells={"Efternamn": name})
    take(workspace, [pupil.grades_row(), Pupil(1).grades_row()])
    frame = stored(workspace)
    assert frame.groupby("pupil")["is_protected"].first().sum() == 1
    assert Pseudonyms.open(workspace).pseudonym(pupil.number) not in set(frame["pupil"])


def test_a_pupil_without_any_grade_stays_in_the_denominator(workspace: Workspace) -> None:
    blank = {name: "" for name in GRADES_9[8:]}
    report = take(
        workspace, [Pupil(0, cells=blank).grades_row(), *(Pupil(i).grades_row() for i in (1, 2, 3))]
    )
    assert report.rows_accepted == 4
    assert "grades-none" in codes(report)
    assert stored(workspace)["pupil"].nunique() == 4
    assert (stored(workspace)["subject"] == "").sum() == 1


def test_reason_codes_are_kept_apart_from_f(workspace: Workspace) -> None:
    take(workspace, [Pupil(0, cells={"Ma": "9", "Ke": "3", "Fy": "F"}).grades_row(), Pupil(1).grades_row()])
    frame = stored(workspace)
    found = {(r.subject, r.grade, r.reason) for r in frame.itertuples()}
    assert {("MA", "", "9"), ("KE", "", "3"), ("FY", "F", "")} <= found


def test_a_pupil_at_two_units_in_one_file_is_refused_at_both(workspace: Workspace) -> None:
    report = take(
        workspace, [Pupil(0).grades_row(), Pupil(0, unit=OTHER_UNIT).grades_row(), Pupil(1).grades_row()]
    )
    assert (report.rows_accepted, report.rows_rejected) == (1, 2)
    assert "pupil-in-two-units" in codes(report)


def test_a_pupil_stored_at_another_unit_is_refused_until_that_file_is_corrected(workspace: Workspace) -> None:
    take(workspace, [Pupil(0).grades_row(), Pupil(1).grades_row()], "first.txt")
    moved = [Pupil(0, unit=OTHER_UNIT).grades_row(), Pupil(2, unit=OTHER_UNIT).grades_row()]
    report = take(workspace, moved, "second.txt")
    assert (report.rows_accepted, report.rows_rejected) == (1, 1)
    assert any(UNIT in m.message for m in report.messages if m.code == "pupil-in-two-units")
    take(workspace, [Pupil(1).grades_row()], "first.txt")
    assert take(workspace, moved, "second.txt").rows_accepted == 2
    assert stored(workspace)["pupil"].nunique() == 3


def test_another_school_year_is_another_matter(workspace: Workspace) -> None:
    take(workspace, [Pupil(0).grades_row()], "first.txt")
    report = take(
        workspace, [Pupil(0, unit=OTHER_UNIT, cells={"Datum": "2024-06-12"}).grades_row()], "2024.txt"
    )
    assert report.rows_accepted == 1


def test_swedish_codes_that_contradict_are_told(workspace: Workspace) -> None:
    report = take(
        workspace, [Pupil(0, cells={"Sv": "2"}).grades_row(), Pupil(1, cells={"Sva": "C"}).grades_row()]
    )
    assert report.rows_accepted == 2
    assert {"swedish-none", "swedish-both"} <= codes(report)


def test_a_file_of_many_units_is_one_snapshot(workspace: Workspace) -> None:
    rows = [Pupil(i, unit=f"1000{i % 40:04d}").grades_row() for i in range(1200)]
    report = take(workspace, rows)
    assert report.rows_accepted == 1200
    frame = stored(workspace)
    assert frame["pupil"].nunique() == 1200
    assert frame["unit_code"].nunique() == 40
    assert len(Store(workspace).current()) == 1
