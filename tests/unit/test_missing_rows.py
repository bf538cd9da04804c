"""Refused rows are waited for, per unit where the row tells it, until a corrected file brings them."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from pupil_files import OTHER_UNIT, UNIT, Pupil, lines, make_workspace, simple_rows, write

from analysis_lib.batch.status import status_of, status_text
from analysis_lib.snapshots.missing import MissingRows
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.workspace import Workspace

PUBLISHED = Path(__file__).parent.parent / "data" / "skolverket" / "final_grades_9_unit_2024-25.csv"
Rows = list[list[str]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, units=(UNIT, OTHER_UNIT))


def pupils(*bad: int, unit: str = UNIT, start: int = 0, count: int = 5) -> Rows:
    """Rows of one unit, those of the given indices with a grade that does not exist."""
    return [
        Pupil(start + i, unit=unit, cells={"Ma": "VG"} if i in bad else {}).grades_row() for i in range(count)
    ]


def take(workspace: Workspace, rows: Rows, name: str = "betyg.txt") -> list[MissingRows]:
    import_paths([write(workspace, name, lines(rows))], workspace=workspace)
    return Store(workspace).missing_rows()


def counts(missing: list[MissingRows]) -> dict[str, int]:
    return {rows.unit_code: rows.count for rows in missing}


def test_status_tells_what_is_waited_for_until_the_corrected_file_comes(workspace: Workspace) -> None:
    (missing,) = take(workspace, pupils(1, 3))
    assert (missing.unit_code, missing.count, missing.school_year, missing.year_group) == (
        UNIT,
        2,
        "2024/25",
        9,
    )
    assert (workspace.root / missing.workbook).is_file()
    assert missing.file == "betyg.txt"
    status = status_of(workspace)
    told = f"Väntar på rättelse: 2 rader för Skola 1, betyg åk 9 2024/25 ({missing.workbook})"
    assert told in status_text(status).splitlines()
    assert json.loads(json.dumps(status))["missing_rows"][0]["count"] == 2
    assert take(workspace, pupils()) == []
    assert "Väntar" not in status_text(status_of(workspace))
    assert status_of(workspace)["missing_rows"] == []


def test_rows_are_counted_per_unit_and_each_unit_is_corrected_alone(workspace: Workspace) -> None:
    whole = pupils(1) + pupils(0, 2, unit=OTHER_UNIT, start=20)
    assert counts(take(workspace, whole)) == {UNIT: 1, OTHER_UNIT: 2}
    assert counts(take(workspace, pupils(unit=OTHER_UNIT, start=20), "annan.txt")) == {UNIT: 1}


def test_a_unit_whose_every_row_was_refused_is_waited_for_until_it_comes(workspace: Workspace) -> None:
    take(workspace, pupils() + pupils(0, 1, unit=OTHER_UNIT, start=20, count=2))
    assert counts(Store(workspace).missing_rows()) == {OTHER_UNIT: 2}
    assert take(workspace, pupils(unit=OTHER_UNIT, start=20, count=2), "annan.txt") == []


@pytest.mark.parametrize("cell", ["skolan", "20090101", "48529699"])
def test_a_code_that_is_no_known_unit_is_never_kept(workspace: Workspace, cell: str) -> None:
    rows = pupils() + pupils(unit=cell, start=20, count=1)
    assert counts(take(workspace, rows)) == {"": 1}
    assert "1 rad utan känd skola, betyg åk 9 2024/25" in status_text(status_of(workspace))
    kept = [
        p for p in workspace.snapshots.rglob("*.json*") if cell in p.read_text("utf-8").split('"messages"')[0]
    ]
    assert not kept
    assert take(workspace, pupils(), "rättad.txt") == []


def test_a_bad_row_that_is_taken_away_is_no_longer_waited_for(workspace: Workspace) -> None:
    """The stored rows are the same, but what is waited for is not."""
    take(workspace, pupils(4))
    before = Store(workspace).fingerprint()
    assert take(workspace, pupils(count=4)) == []
    assert Store(workspace).fingerprint() == before


def test_the_same_faulty_file_twice_is_waited_for_once(workspace: Workspace) -> None:
    first = take(workspace, pupils(1))
    log = Store(workspace).log_path.read_bytes()
    assert take(workspace, pupils(1)) == first
    assert Store(workspace).log_path.read_bytes() == log


def test_an_older_moment_tells_what_was_waited_for_then_and_the_twin_keeps_it(workspace: Workspace) -> None:
    take(workspace, pupils(1))
    store = Store(workspace)
    (snapshot,) = store.current()
    twin = store.metadata(snapshot)
    told = {"count": 1, "unit_code": UNIT, "school_year": "2024/25", "year_group": 9}
    assert twin["refused"] == [told]
    assert twin["source"]["workbook"].startswith("data/refused/")
    moment = datetime.datetime.now(datetime.UTC)
    take(workspace, pupils())
    assert [each.refused for each in store.current(as_of=moment)] == [snapshot.refused]


def test_strict_and_a_dry_run_wait_for_nothing(workspace: Workspace) -> None:
    place = write(workspace, "betyg.txt", lines(pupils(1)))
    import_paths([place], workspace=workspace, dry_run=True)
    import_paths([place], workspace=workspace, strict=True)
    assert Store(workspace).missing_rows() == []


def test_the_simple_table_tells_unit_year_and_year_group(workspace: Workspace) -> None:
    rows = simple_rows()
    rows[2][6] = "VG"
    (missing,) = take(workspace, rows, "enkel.csv")
    assert (missing.unit_code, missing.school_year, missing.year_group) == (UNIT, "2024/25", 9)
    assert take(workspace, simple_rows(), "enkel.csv") == []


def test_published_statistics_are_counted_per_file(workspace: Workspace) -> None:
    content = PUBLISHED.read_text("utf-8-sig")
    assert content.count(";46191968;") == 1
    faulty = content.replace(";46191968;", ";4619;")
    import_paths([write(workspace, "statistik.csv", faulty)], workspace=workspace)
    (missing,) = Store(workspace).missing_rows()
    assert (missing.unit_code, missing.count, missing.is_own) == ("", 1, False)
    assert "1 rad, Skolverkets statistik 2024/25" in status_text(status_of(workspace))
    import_paths([write(workspace, "statistik.csv", content)], workspace=workspace)
    assert Store(workspace).missing_rows() == []
