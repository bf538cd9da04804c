"""Long files (docs/INLASNING.md): read in portions they give the very rows, messages' kinds and counts that
a whole reading gives, nothing half is stored, and nothing is left behind on disk."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from pupil_files import OTHER_UNIT, SIMPLE_HEADER, UNIT, Pupil, lines, make_workspace, simple_rows, write

from analysis_lib.snapshots import gathered
from analysis_lib.snapshots import store as store_module
from analysis_lib.snapshots.encryption import VARIABLE, new_key
from analysis_lib.snapshots.store import Store
from analysis_lib.sources import long_files, reading, text_stream
from analysis_lib.sources.import_report import FileReport
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.workspace import Workspace

GRADES = "SELECT * FROM core_scb__pupil_grades ORDER BY ALL"
KINDS = {"read-in-portions"}


@pytest.fixture
def in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONG_FROM", 500)
    monkeypatch.setattr(long_files, "PORTION", 900)
    monkeypatch.setattr(gathered, "RUN_ROWS", 10)
    monkeypatch.setattr(gathered, "ROW_GROUP", 30)
    monkeypatch.setattr(store_module, "ROW_GROUP", 30)
    monkeypatch.setattr(text_stream.open_text, "__kwdefaults__", {"piece": 700})


def scb() -> str:
    rows = [
        Pupil(i, unit=UNIT if i % 3 else OTHER_UNIT, grade="ABCDEF"[i % 6]).grades_row() for i in range(40)
    ]
    rows += [
        rows[3],
        [*rows[7][:6], "Åsa", *rows[7][7:]],
        rows[0][:20],
        [*rows[9][:4], "10009999", *rows[9][5:]],
    ]
    rows.append(Pupil(2, unit=OTHER_UNIT).grades_row())
    rows.append(Pupil(60, cells={"PersonNr": "20090101TF20"}).grades_row())
    rows.append(Pupil(61, cells={"PersonNr": "20090101TF20", "Ma": "A"}).grades_row())
    rows.append(Pupil(62, cells={"Ma": "VG"}).grades_row())
    return lines(rows)


def simple() -> str:
    rows = simple_rows(30)
    rows += [rows[4], [*rows[5][:6], "A", rows[5][7]], ["Summa", *[""] * 7], SIMPLE_HEADER]
    rows += [[*rows[8][:2], OTHER_UNIT, *rows[8][3:]], [*rows[9][:5], "Drakflygning", *rows[9][6:]]]
    other = Pupil(50).number
    for number in (f"{other[:8]}-{other[8:]}", f"{other[2:8]}-{other[8:]}"):  # one pupil, written in two ways
        rows.append([number, "", UNIT, "9B", "", "Bi", "A", "VT25"])
    rows += [
        [Pupil(51).number, "", UNIT, "9B", "", "Bi", grade, term]
        for grade, term in (("A", "VT25"), ("B", "HT24"))
    ]
    return lines(rows)


def imported(root: Path, content: str | bytes, encoding: str = "utf-8") -> tuple[Workspace, FileReport]:
    workspace = make_workspace(root, units=(UNIT, OTHER_UNIT))
    data = content.encode(encoding) if isinstance(content, str) else content
    (report,) = import_paths([write(workspace, "a.csv", data)], workspace=workspace).files
    return workspace, report


def counts(report: FileReport) -> tuple[object, ...]:
    return (
        report.format,
        report.school_year,
        report.exit_status,
        report.stored,
        *(report.rows_read, report.rows_accepted, report.rows_rejected, report.rows_ignored),
        sorted({message.code for message in report.messages} - KINDS),
    )


def same_key(of: Workspace, root: Path) -> Workspace:
    """Another workspace with the same key of pseudonyms, so that the rows can be compared."""
    workspace = make_workspace(root, units=(UNIT, OTHER_UNIT))
    _copy_keys(of, workspace)
    return workspace


def _copy_keys(of: Workspace, to: Workspace) -> None:
    for place in (each for each in of.root.rglob("*") if ".keys" in each.parts and each.is_file()):
        target = to.root / place.relative_to(of.root)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(place.read_bytes())
        target.chmod(0o600)


@pytest.mark.parametrize("content", [scb(), simple()], ids=["scb", "simple"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_in_portions_is_the_same_as_whole(
    content: str,
    encoding: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store_module, "ROW_GROUP", 30)
    whole, whole_report = imported(tmp_path / "whole", content, encoding)
    parts = same_key(whole, tmp_path / "parts")
    request.getfixturevalue("in_portions")
    (report,) = import_paths([write(parts, "a.csv", content.encode(encoding))], workspace=parts).files
    assert "read-in-portions" in {message.code for message in report.messages}
    assert counts(report) == counts(whole_report)
    assert {(m.code, m.row) for m in report.messages if m.level == "error"} == {
        (m.code, m.row) for m in whole_report.messages if m.level == "error"
    }
    assert Store(parts).query(GRADES).equals(Store(whole).query(GRADES))
    assert [s.hash for s in Store(parts).current()] == [s.hash for s in Store(whole).current()]
    assert Store(parts).missing_rows() == Store(whole).missing_rows()
    assert not list(parts.root.rglob(".gathered*"))


@pytest.mark.usefixtures("in_portions")
def test_a_long_file_twice_changes_nothing_and_a_corrected_one_tells_the_difference(tmp_path: Path) -> None:
    workspace, report = imported(tmp_path / "w", scb())
    assert report.stored
    before = Store(workspace).fingerprint()
    (again,) = import_paths([workspace.inbox / "a.csv"], workspace=workspace).files
    assert "unchanged" in {message.code for message in again.messages}
    assert Store(workspace).fingerprint() == before


@pytest.mark.usefixtures("in_portions")
def test_a_corrected_long_file_tells_the_difference_and_the_older_stays_reachable(tmp_path: Path) -> None:
    pupils = [Pupil(i).grades_row() for i in range(30)]
    workspace, _ = imported(tmp_path / "w", lines(pupils))
    older = datetime.datetime.now(datetime.UTC)
    newer = [*pupils[2:], Pupil(40).grades_row()]
    newer[5] = Pupil(7, grade="F").grades_row()
    (told,) = import_paths([write(workspace, "b.csv", lines(newer))], workspace=workspace).files
    (replaced,) = (m.message for m in told.messages if m.code == "replaced")
    assert "om 30 elever: 1 tillkom, 2 togs bort och 1 ändrades" in replaced
    counted = "SELECT count(DISTINCT pupil) AS n FROM core_scb__pupil_grades"
    store = Store(workspace)
    assert [store.query(counted, moment)["n"].item() for moment in (None, older)] == [29, 30]


@pytest.mark.usefixtures("in_portions")
def test_nothing_of_a_long_file_is_stored_when_it_is_cut_inside_a_letter_or_a_quote(tmp_path: Path) -> None:
    for name, content in (
        ("letter", scb().encode() + "Å".encode()[:1]),
        ("quote", (scb() + 'x;"' + scb()).encode()),
        ("lost", (scb() + "\ufffd" + scb()).encode()),
    ):
        workspace, report = imported(tmp_path / name, content)
        assert (report.exit_status, report.stored) == (2, False), name
        assert Store(workspace).current() == []
        assert not list(workspace.root.rglob(".gathered*"))


@pytest.mark.usefixtures("in_portions")
def test_R21_an_encrypted_store_has_no_row_of_a_long_file_in_the_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, new_key())
    workspace, report = imported(tmp_path / "w", scb())
    assert report.stored
    (stored,) = workspace.snapshots.rglob("*.parquet")
    assert stored.read_bytes().startswith(b"PARE")
    assert len(Store(workspace).query(GRADES)) > 100


@pytest.mark.usefixtures("in_portions")
def test_a_dry_run_of_a_long_file_stores_nothing(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    place = write(workspace, "a.csv", simple())
    (report,) = import_paths([place], workspace=workspace, dry_run=True).files
    assert report.rows_accepted
    assert not workspace.snapshots.exists()


SPEC = Path(__file__).parents[1] / "spec" / "sources"
SCB_CODES = ("scb_national_tests_3_31", "scb_national_tests_6_23", "scb_national_tests_9_32")
FAMILIES = [
    *sorted(place.parent.name for place in SPEC.glob("*/input.csv")),
    "attendance_blocks_classes",
    "attendance_blocks_pupils",
    *SCB_CODES,
]


def text_of(family: str) -> str:
    """The specification's file as text; a workbook as it is saved as CSV."""
    (place,) = [p for p in sorted((SPEC / family).glob("input.*")) if p.suffix in {".csv", ".txt", ".xlsx"}][
        :1
    ]
    if place.suffix != ".xlsx":
        return place.read_text("utf-8-sig")
    (sheet,) = reading.read_raw(place).sheets[:1]
    rows = [
        [cell.replace(".", ",") if (row, i) in sheet.numeric else cell for i, cell in enumerate(cells)]
        for row, cells in sheet.rows
    ]
    return lines(rows)


def everything(workspace: Workspace) -> dict[str, list[str]]:
    store = Store(workspace)
    return {
        snapshot.table: sorted(
            store.query(f"SELECT * FROM {snapshot.table}").to_csv(header=False, index=False).splitlines()
        )
        for snapshot in store.current()
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_every_text_family_in_portions_is_the_same_as_whole(
    family: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = text_of(family)
    whole = make_workspace(tmp_path / "whole")
    (whole_report,) = import_paths([write(whole, "a.csv", content)], workspace=whole).files
    parts = make_workspace(tmp_path / "parts")
    _copy_keys(whole, parts)
    request.getfixturevalue("in_portions")
    monkeypatch.setattr(reading, "LONG_FROM", 100)
    monkeypatch.setattr(long_files, "PORTION", max(len(content) // 5, 60))
    (report,) = import_paths([write(parts, "a.csv", content)], workspace=parts).files
    assert "read-in-portions" in {message.code for message in report.messages}
    assert whole_report.stored
    assert counts(report) == counts(whole_report)
    assert report.marks == whole_report.marks
    assert report.level == whole_report.level
    assert sorted(m.message for m in report.messages if m.code not in KINDS) == sorted(
        m.message for m in whole_report.messages
    )
    assert everything(parts) == everything(whole)
