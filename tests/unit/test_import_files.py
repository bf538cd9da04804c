"""The importer: files and folders in, one object per file out, and the statuses of the contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from pupil_files import OTHER_UNIT, UNIT, Pupil, lines, make_workspace, simple_rows, write

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.store import Store
from analysis_lib.snapshots.units import load_units
from analysis_lib.sources import importer
from analysis_lib.sources.importer import import_paths, render_summary
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

PUBLISHED = Path(__file__).parent.parent / "data" / "skolverket"
KEYS = {
    *("file", "format", "level", "school_year", "rows", "columns", "sha256", "stored", "marks", "messages"),
    *("rows_read", "rows_accepted", "rows_rejected", "rows_ignored"),
}
GOOD = lines([Pupil(i).grades_row() for i in range(3)])
SOME_BAD = lines([Pupil(i, cells={"Ma": "VG"} if i == 2 else {}).grades_row() for i in range(3)])


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def test_the_objects_have_the_form_of_the_contract(workspace: Workspace) -> None:
    write(workspace, "a.txt", SOME_BAD)
    write(workspace, "b.txt", "skräp")
    for found in import_paths([workspace.inbox], workspace=workspace).as_json():
        assert set(found) == KEYS
        assert {"missing", "suppressed", "nearly_all"} <= set(found["marks"])
        for message in found["messages"]:
            assert set(message) == {"level", "code", "row", "column", "message"}
            assert message["level"] in {"info", "warning", "error"}


def test_of_several_files_the_highest_status_counts_and_good_ones_are_stored(workspace: Workspace) -> None:
    write(workspace, "a.txt", GOOD)
    write(
        workspace,
        "b.txt",
        lines([Pupil(i, unit=OTHER_UNIT).grades_row() for i in range(5, 8)] + [["x"] * 33]),
    )
    assert import_paths([workspace.inbox], workspace=workspace).exit_status == 1
    write(workspace, "c.txt", b"%PDF-1.4")
    report = import_paths([workspace.inbox], workspace=workspace)
    assert report.exit_status == 2
    assert [one.stored for one in report.files] == [True, True, False]
    rows = Store(workspace).query("SELECT count(DISTINCT pupil) AS n FROM core_scb__pupil_grades")
    assert rows["n"].item() == 6


def test_the_sum_of_rows_is_always_printed(workspace: Workspace) -> None:
    write(workspace, "a.txt", SOME_BAD)
    printed = render_summary(import_paths([workspace.inbox], workspace=workspace))
    assert printed.splitlines()[-1] == "Rader: 3 lästa = 2 godkända + 1 nekade + 0 utan ny uppgift."
    assert "[grade-unknown]" in printed
    assert "Rader: 0 lästa" in render_summary(import_paths([], workspace=workspace))


def test_a_folder_is_read_in_sorted_order_without_hidden_and_passing_files(workspace: Workspace) -> None:
    for name in ("b.txt", "a.txt", ".hidden.txt", "~$a.xlsx", "c.txt.part", "readme.pdf", "under/d.txt"):
        write(workspace, name, GOOD)
    report = import_paths([workspace.inbox], workspace=workspace)
    assert [one.file.split("/", 2)[2] for one in report.files if one.format] == [
        "a.txt",
        "b.txt",
        "under/d.txt",
    ]
    skipped = [one for one in report.files if not one.format]
    assert len(skipped) == 4
    assert {message.code for one in skipped for message in one.messages} == {"file-skipped"}
    assert report.exit_status == 0


def test_a_missing_file_and_an_empty_folder_are_told(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    report = import_paths([tmp_path / "empty", tmp_path / "none.csv"], workspace=workspace)
    assert [one.messages[0].code for one in report.files] == ["folder-empty", "file-missing"]
    assert report.exit_status == 2


def test_the_same_file_twice_changes_nothing(workspace: Workspace) -> None:
    place = write(workspace, "a.txt", GOOD)
    import_paths([place], workspace=workspace)
    store = Store(workspace)
    before = store.fingerprint(), store.log_path.read_bytes()
    (again,) = import_paths([place], workspace=workspace).files
    assert again.stored
    assert [message.code for message in again.messages] == ["unchanged"]
    assert (Store(workspace).fingerprint(), store.log_path.read_bytes()) == before


def test_a_new_file_of_a_term_replaces_and_tells_the_difference(workspace: Workspace) -> None:
    import_paths(
        [write(workspace, "a.txt", lines([Pupil(i).grades_row() for i in range(10)]))], workspace=workspace
    )
    newer = [Pupil(i, grade="A" if i == 2 else "C").grades_row() for i in range(1, 12)]
    (report,) = import_paths([write(workspace, "b.txt", lines(newer))], workspace=workspace).files
    (told,) = (message for message in report.messages if message.code == "replaced")
    assert "om 10 elever: 2 tillkom, 1 togs bort och 1 ändrades" in told.message
    rows = Store(workspace).query("SELECT count(DISTINCT pupil) AS n FROM core_scb__pupil_grades")
    assert rows["n"].item() == 11


def test_a_much_shorter_file_is_a_warning(workspace: Workspace) -> None:
    import_paths(
        [write(workspace, "a.txt", lines([Pupil(i).grades_row() for i in range(10)]))], workspace=workspace
    )
    (report,) = import_paths([write(workspace, "b.txt", GOOD)], workspace=workspace).files
    assert ("warning", "replaced-fewer") in {(m.level, m.code) for m in report.messages}


def test_a_dry_run_tells_the_same_and_stores_nothing(workspace: Workspace) -> None:
    place = write(workspace, "a.txt", SOME_BAD)
    report = import_paths([place], workspace=workspace, dry_run=True)
    assert report.exit_status == 1
    assert report.files[0].rows_accepted == 2
    assert not report.files[0].stored
    left = {path.name for path in workspace.root.rglob("*") if path.is_file()}
    assert left == {"a.txt", "settings.yaml"}


def test_strict_refuses_a_file_with_a_refused_row_whole(workspace: Workspace) -> None:
    place = write(workspace, "a.txt", SOME_BAD)
    report = import_paths([place], workspace=workspace, strict=True)
    assert report.exit_status == 2
    assert not report.files[0].stored
    assert "strict-refused" in {message.code for message in report.files[0].messages}
    assert Store(workspace).current() == []


def test_an_unexpected_fault_in_one_file_is_told_without_its_content(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(workspace, "a.txt", GOOD)
    write(workspace, "b.txt", lines([Pupil(i, unit=OTHER_UNIT).grades_row() for i in range(5, 8)]))
    real = importer.read_raw

    def failing(path: Path) -> object:
        if path.name == "a.txt":
            raise ValueError("Provsson 200901019801")
        return real(path)

    monkeypatch.setattr(importer, "read_raw", failing)
    report = import_paths([workspace.inbox], workspace=workspace)
    assert [one.stored for one in report.files] == [False, True]
    told = render_summary(report)
    assert "Provsson" not in told
    assert "2009" not in told
    assert "import-failed" in told


def test_an_interrupt_leaves_the_old_data(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    import_paths([write(workspace, "a.txt", GOOD)], workspace=workspace)
    before = Store(workspace).fingerprint()
    place = write(workspace, "a.txt", SOME_BAD)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis_lib.snapshots.log.append", interrupted)
    with pytest.raises(KeyboardInterrupt):
        import_paths([place], workspace=workspace)
    monkeypatch.undo()
    assert Store(workspace).fingerprint() == before
    import_paths([place], workspace=workspace)
    assert Store(workspace).fingerprint() != before


def test_faults_in_params_are_told_before_anything_starts(workspace: Workspace) -> None:
    (workspace.params / "units.yaml").write_text("units:\n  - {code: 12}\n", "utf-8")
    with pytest.raises(SkolbankError):
        import_paths([write(workspace, "a.txt", GOOD)], workspace=workspace)


def test_an_unknown_unit_gets_the_nearest_known(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, units=(UNIT, "48529699"))
    rows = [Pupil(0).grades_row(), Pupil(1, unit="48529966").grades_row()]
    (report,) = import_paths([write(workspace, "a.txt", lines(rows))], workspace=workspace).files
    (told,) = (message for message in report.messages if message.code == "unit-unknown")
    assert "Menade du 48529699 Skola 9?" in told.message
    assert (told.row, told.column) == (2, "Skolenhetskod")


def test_published_statistics_come_in_and_bring_the_units(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    (workspace.params / "settings.yaml").write_text(
        'municipality_code: "2081"\nmunicipality_name: Borlänge\nauthority_name: Borlänge kommun\n', "utf-8"
    )
    report = import_paths([PUBLISHED / "final_grades_9_unit_2024-25.csv"], workspace=workspace)
    assert report.exit_status == 0
    assert report.files[0].format == "skolverket.final_grades_9"
    units = load_units(workspace, Catalog(workspace), Store(workspace))
    assert {unit.organiser for unit in units.values()} == {"municipal", "independent"}
    assert all(unit.municipality_code == "2081" and unit.name for unit in units.values())
    (pupil_file,) = import_paths([write(workspace, "a.txt", GOOD)], workspace=workspace).files
    assert pupil_file.stored
    assert "unit-unlisted" in {message.code for message in pupil_file.messages}


def test_units_listed_by_hand_come_before_published_ones(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, units=(UNIT,))
    assert load_units(workspace, Catalog(workspace))[UNIT].name == "Skola 1"


def test_all_published_extracts_keep_every_row(workspace: Workspace) -> None:
    report = import_paths([PUBLISHED], workspace=workspace)
    assert report.exit_status == 0
    for one in report.files:
        assert one.rows_read == one.rows_accepted + one.rows_rejected + one.rows_ignored
        assert one.stored or one.format is None


def test_the_simple_table_as_workbook_and_text_is_the_same(workspace: Workspace) -> None:
    import_paths([write(workspace, "a.csv", lines(simple_rows()))], workspace=workspace)
    (again,) = import_paths(
        [write(workspace, "b.tsv", lines(simple_rows(), separator="\t"))], workspace=workspace
    ).files
    assert "unchanged" in {message.code for message in again.messages}


def test_each_file_is_told_before_it_is_read_and_has_one_line_with_level_and_marks(
    workspace: Workspace,
) -> None:
    extract = Path(__file__).parents[1] / "data" / "skolverket" / "final_grades_9_unit_2024-25.csv"
    write(workspace, "a.csv", extract.read_bytes())
    heard: list[str] = []
    report = import_paths([workspace.inbox], workspace=workspace, dry_run=True, tell=heard.append)
    assert heard == ["data/inbox/a.csv"]
    line = render_summary(report).splitlines()[0]
    assert "som skolverket.final_grades_9, läsåret 2024/25, per enhet" in line
    marks = report.files[0].marks
    assert f"{marks['suppressed']} dolda (..)" in line
    assert f"{marks['nearly_all']} nästan alla (~100)" in line
