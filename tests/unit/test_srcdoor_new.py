"""Unknown tables: what is told of them, the skeletons that ``skolbank new`` writes, and renamed headings."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from pupil_files import FIRST_NAMES, LAST_NAME, UNIT, Pupil, lines, make_workspace, write

from analysis_lib.check import check_workspace
from analysis_lib.cli.app import main
from analysis_lib.snapshots.store import Store
from analysis_lib.snapshots.units import load_units
from analysis_lib.sources.import_report import FileReport
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

SWIMMING = (
    "Simkunnighet i kommunens skolor;;;;\n"
    "Skolenhetskod;Läsår;Inriktning;Antal elever;Simkunniga i %\n"
    f"{UNIT};2024/25;Årskurs 4;41;90,5\n"
    f"{UNIT};2024/25;Årskurs 6;38;..\n"
)
SPEC = Path(__file__).parents[1] / "spec" / "sources"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def imported(workspace: Workspace, name: str, content: str | bytes) -> FileReport:
    (report,) = import_paths([write(workspace, name, content)], workspace=workspace).files
    return report


def refusal(workspace: Workspace, content: str) -> str:
    report = imported(workspace, "okand.csv", content)
    assert (report.exit_status, report.stored) == (2, False)
    return report.messages[-1].message


def test_an_unknown_table_is_told_with_headings_size_and_the_nearest_formats(workspace: Workspace) -> None:
    told = refusal(workspace, SWIMMING)
    assert "Den har 4 rader och upp till 5 kolumner" in told
    assert "”Skolenhetskod”" in told
    assert "”Simkunniga i %”" in told
    assert "Närmast är simple." in told
    assert "saknar" in told
    assert "skolbank new source" in told


def test_the_nearest_format_is_the_one_that_knows_most_headings(workspace: Workspace) -> None:
    told = refusal(workspace, "Personnummer;Namn;Skolenhetskod;Klass;Termin\n1;2;3;4;5\n7;8;9;10;11\n")
    nearest = told.split("Närmast är ")[1]
    assert nearest.startswith("simple.grades")
    assert "”Betyg”" in nearest


def test_R21_what_is_told_of_an_unknown_table_never_holds_a_name_or_a_number(workspace: Workspace) -> None:
    people = [[*(FIRST_NAMES[i % 4], LAST_NAME), Pupil(i).number, "Storgatan 1", str(i)] for i in range(9)]
    told = refusal(workspace, lines(people))
    assert not any(name in told for name in (*FIRST_NAMES, LAST_NAME, "Storgatan", Pupil(0).number))


def test_new_source_makes_an_unknown_table_a_format_at_once(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    place = write(workspace, "sim.csv", SWIMMING)
    assert main(["new", "source", "simskola", str(place), "--workspace", str(workspace.root)]) == 0
    assert "params/sources/simskola.yaml" in capsys.readouterr().out
    described = yaml.safe_load((workspace.root / "params/sources/simskola.yaml").read_text("utf-8"))
    assert described["tables"]["simskola"]["category"] == ["Inriktning"]
    assert set(described["tables"]["simskola"]["measures"]) == {"antal_elever", "simkunniga_i"}
    report = imported(workspace, "sim.csv", SWIMMING)
    assert (report.format, report.rows_accepted, report.exit_status) == ("simple.simskola", 2, 0)
    rows = Store(workspace).query("SELECT * FROM core_local__figures ORDER BY ALL")
    assert rows["value"].dropna().tolist() == [41.0, 90.5, 38.0]
    assert rows["mark"].tolist().count("suppressed") == 1
    sample = workspace.root / "tests/spec/sources/simple_simskola/input.csv"
    assert UNIT not in sample.read_text("utf-8")
    assert import_paths([sample], workspace=workspace, dry_run=True).files[0].format == "simple.simskola"
    assert check_workspace(workspace) == []


def test_new_source_refuses_persons_other_names_and_what_exists(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    people = write(
        workspace, "p.csv", f"Personnummer;Skolenhetskod;Läsår;Antal\n{Pupil(1).number};{UNIT};2024/25;3\n"
    )
    sim = write(workspace, "s.csv", SWIMMING)
    for name, file, code in (
        ("barn", people, "source-of-persons"),
        ("Sim skola", sim, "name-invalid"),
        ("staff", sim, "source-exists"),
    ):
        assert main(["new", "source", name, str(file), "--workspace", str(workspace.root)]) == 2
        assert f"[{code}]" in capsys.readouterr().err
    assert not (workspace.root / "params" / "sources").exists()


def test_new_indicator_and_new_report_pass_the_check(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    root = ["--workspace", str(workspace.root)]
    before = [str(fault) for fault in check_workspace(workspace)]
    assert main(["new", "indicator", "results.passed_english_9", *root]) == 0
    assert main(["new", "report", "trygghet", *root]) == 0
    assert [str(fault) for fault in check_workspace(Workspace(workspace.root))] == before
    notebook = (workspace.root / "notebooks" / "reports" / "trygghet.ipynb").read_text("utf-8")
    assert 'report.trend(\\"results.all_passed_9\\")' in notebook
    assert f'unit: str = \\"{min(load_units(workspace, Catalog(workspace)), default="")}' in notebook
    assert main(["new", "report", "trygghet", *root]) == 2
    assert main(["new", "indicator", "Results", *root]) == 2
    assert main(["new", "report", "skolbild", *root]) == 2
    assert "[exists-already]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("params", "spec", "old", "new"),
    [
        ("sources/skolverket.yaml", "skolverket_salsa", "Andel (%) nyinvandrade", "Nyanlända i procent"),
        ("instruments/medarbetarenkat.yaml", "survey_medarbetare_answers", None, None),
        ("sources/simple.yaml", "simple_staff", "Heltidstjänster", "Tjänster omräknade till heltid"),
    ],
)
def test_a_renamed_heading_is_a_one_cell_edit(
    workspace: Workspace, params: str, spec: str, old: str | None, new: str | None
) -> None:
    """The file with a new heading is refused or loses the column; one more wording reads it as before."""
    text = (SPEC / spec / "input.csv").read_text("utf-8-sig")
    if old is None or new is None:
        old = next(w for w in _wordings(builtin_root() / "params" / params) if w in text)
        new = "En helt ny lydelse av frågan"
    assert old in text
    before = imported(workspace, "a.csv", text)
    rows = stored(workspace)
    renamed = text.replace(old, new, 1)
    lost = imported(workspace, "b.csv", renamed)
    assert counted(lost) != counted(before)
    own = workspace.root / "params" / params
    own.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(builtin_root() / "params" / params, own)
    described = own.read_text("utf-8")
    assert old in described
    own.write_text(described.replace(old, f'{old}, "{new}"', 1), "utf-8")
    again = imported(Workspace(workspace.root), "b.csv", renamed)
    assert counted(again) == counted(before)
    assert stored(workspace) == rows


def stored(workspace: Workspace) -> list[str]:
    store = Store(workspace)
    return [
        store.query(f"SELECT * FROM {table} ORDER BY ALL").to_csv()
        for table in sorted({s.table for s in store.current()})
    ]


def counted(report: FileReport) -> tuple[object, ...]:
    return (
        report.format,
        report.rows_accepted,
        sorted({m.code for m in report.messages} - {"unchanged", "replaced", "refused-written"}),
    )


def _wordings(place: Path) -> list[str]:
    return [each["wordings"][0] for each in yaml.safe_load(place.read_text("utf-8"))["questions"]]
