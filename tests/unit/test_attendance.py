"""Attendance reports: blocks, units by name, hours, per cent, personal numbers (formats.md 7.2)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pupil_files import everything_written, make_workspace, personal_number, write
from source_specs import ROOT

from analysis_lib.snapshots.store import Store
from analysis_lib.sources.importer import FileReport, import_paths
from analysis_lib.vocabulary.workspace import Workspace

TABLE = "core_attendance__periods"
UNIT = "99010016"
HEADER = "Namn;Personnr;Undv. tid;Lekt.;N min;GF min;F min;N %;GF %;F %"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, units=(UNIT, "99010011"))


def take(workspace: Workspace, name: str, content: str | bytes) -> FileReport:
    return import_paths([write(workspace, name, content)], workspace=workspace).files[0]


def stored(workspace: Workspace) -> pd.DataFrame:
    return Store(workspace).query(f"SELECT * FROM {TABLE}")


def test_names_and_numbers_stop_at_the_door(workspace: Workspace) -> None:
    report = take(workspace, "n.xls", (ROOT / "attendance_blocks_pupils" / "input.xls").read_bytes())
    assert (report.format, report.stored, report.rows_read) == ("attendance.report", True, 7)
    written = everything_written(workspace)
    assert "Elev Nr" not in written
    assert personal_number(0, birth_year=2017) not in written
    assert stored(workspace)["pupil"].nunique() == 5


def test_the_unit_is_known_by_its_name_above_the_table(workspace: Workspace) -> None:
    number = personal_number(1, birth_year=2012)
    text = f"Närvaro Skola 1\nLäsår 2024/25\nKlass: 5A\n{HEADER}\nA;{number};100;2;90;10;0;90 %;10 %;0 %\n"
    take(workspace, "n.csv", text)
    assert stored(workspace)["unit_code"].tolist() == ["99010011"]


def test_a_report_without_unit_or_year_is_refused(workspace: Workspace) -> None:
    number = personal_number(1, birth_year=2012)
    body = f"Klass: 5A\n{HEADER}\nA;{number};100;2;90;10;0;90 %;10 %;0 %\n"
    assert take(workspace, "a.csv", "Närvaro\nLäsår 2024/25\n" + body).exit_status == 2
    assert take(workspace, "b.csv", "Närvaro Skola 1\n" + body).exit_status == 2
    assert not len(stored(workspace))


def test_unregistered_time_stands_beside_the_rate(workspace: Workspace) -> None:
    number = personal_number(1, birth_year=2012)
    text = f"Skola 1\nLäsår 2024/25\nKlass: 5A\n{HEADER}\nA;{number};1000;20;783;87;0;;;\n"
    take(workspace, "n.csv", text)
    row = stored(workspace).iloc[0]
    assert row["attendance_pct"] == pytest.approx(90.0)
    assert row["unregistered_minutes"] == 130
    assert row["unregistered_pct"] == pytest.approx(13.0)


def test_teaching_time_in_hours_is_told_and_turned_into_minutes(workspace: Workspace) -> None:
    number = personal_number(1, birth_year=2012)
    text = f"Skola 1\nLäsår 2024/25\nKlass: 5A\n{HEADER}\nA;{number};100;20;5400;500;100;90;8,3;1,7\n"
    report = take(workspace, "n.csv", text)
    assert "hours-assumed" in {message.code for message in report.messages}
    assert stored(workspace)["offered_minutes"].tolist() == [6000]


def test_more_than_a_hundred_per_cent_refuses_the_row(workspace: Workspace) -> None:
    one, other = personal_number(1, birth_year=2012), personal_number(2, birth_year=2012)
    rows = f"A;{one};100;2;90;10;0;190 %;10 %;0 %\nB;{other};100;2;90;10;0;90 %;10 %;0 %\n"
    report = take(workspace, "n.csv", f"Skola 1\nLäsår 2024/25\nKlass: 5A\n{HEADER}\n{rows}")
    assert (report.rows_accepted, report.rows_rejected) == (1, 1)


def test_another_period_of_the_year_does_not_replace_the_first(workspace: Workspace) -> None:
    number = personal_number(1, birth_year=2012)
    body = f"Klass: 5A\n{HEADER}\nA;{number};100;2;90;10;0;90 %;10 %;0 %\n"
    take(workspace, "ht.csv", "Skola 1\n2024-08-15 – 2024-12-20\n" + body)
    take(workspace, "vt.csv", "Skola 1\n2025-01-08 – 2025-06-12\n" + body)
    take(workspace, "vt2.csv", "Skola 1\n2025-01-08 – 2025-06-12\n" + body.replace("90;10", "80;20"))
    assert stored(workspace).sort_values("period_start")["attended_minutes"].tolist() == [90, 80]


def test_a_class_that_stands_twice_is_read_once_and_contradictions_are_refused(workspace: Workspace) -> None:
    text = (ROOT / "attendance_simple" / "input.csv").read_text("utf-8-sig").rstrip("\n")
    first = next(line for line in text.splitlines() if ";1A;" in line)
    again = take(workspace, "a.csv", f"{text}\n{first}\n".encode())
    assert (again.rows_rejected, again.rows_ignored) == (0, 1)
    counted = Store(workspace).query(f"SELECT max(pupils_n) AS n FROM {TABLE} WHERE class_name = '1A'")
    assert counted["n"].item() == 22
    other = take(workspace, "b.csv", f"{text}\n{first.replace('93,4', '92,4')}\n".encode())
    assert other.rows_rejected == 2
    assert "class-doubled" in {message.code for message in other.messages}
