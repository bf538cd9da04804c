"""The command: fast help with an example, clear errors, the exit statuses that others rely on."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from batch_workspace import SEMINAR, make_workspace

from analysis_lib.cli import main
from analysis_lib.cli.app import _COMMANDS
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

ROOT = Path(__file__).parents[2]
_HEAVY = ("pandas", "numpy", "altair", "papermill", "sqlalchemy", "nbconvert", "duckdb", "pydantic", "yaml")


def run(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *(["-c", code] if code else ["-m", "analysis_lib", *arguments])]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom analysis_lib.cli import main\nmain(['--help'])\n"
        f"print([n for n in {_HEAVY!r} if n in sys.modules])"
    )
    assert run(code=code).stdout.rstrip().endswith("[]")


@pytest.mark.parametrize("command", sorted(_COMMANDS))
def test_help_of_every_command_ends_with_one_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command.split(), "--help"]) == 0
    text = capsys.readouterr().out
    assert text.rstrip().splitlines()[-1].startswith(f"Example: skolbank {command}")
    assert "--workspace" in text


def test_the_import_report_goes_to_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path / "w")
    file = tmp_path / "empty.csv"
    file.write_bytes(b"")
    status = main(["import", str(file), "--json", "-", "--workspace", str(workspace.root)])
    (told,) = json.loads(capsys.readouterr().out)
    assert status == 2
    assert told["stored"] is False


def test_an_unknown_option_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "x", "--frce"]) == 2
    captured = capsys.readouterr()
    assert "--force" in captured.err
    assert not captured.out


@pytest.mark.parametrize(
    "arguments", [["rn"], ["run"], ["run", "a", "--jobs", "x"], ["run", "a", "--jobs", "-1"]]
)
def test_wrong_use_is_told_on_the_error_stream(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert "--help" in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["slösa", "x"], "Kommandot slösa finns inte i den här versionen."),
        (["rnu", "x"], "Menade du run?"),
        (["run", "x", "--jbs", "2"], "Menade du --jobs?"),
        (["run"], "SEMINAR saknas."),
        (["import", "x", "--as"], "Värdet för --as saknas."),
        (["run", "x", "--jobs", "-1"], "det ska vara >= 0."),
        (["example", "x", "--size", "big"], "Välj ett av: small, town, city, nation."),
        (["run", "x", "y"], "”y” hör inte till kommandot."),
        (["--workspace"], "--workspace"),
    ],
)
def test_wrong_use_is_told_in_swedish_with_the_nearest_right_name(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.err.rstrip().splitlines()[-1].startswith("Se: skolbank")


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "--workspace", "{}"],
        ["--workspace", "{}", "status"],
        ["--workspace={}", "--debug", "status"],
    ],
)
def test_shared_options_may_stand_before_the_command(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_workspace(tmp_path)
    assert main([argument.format(tmp_path) for argument in arguments]) == 0
    assert SEMINAR in capsys.readouterr().out


def test_a_folder_that_is_no_workspace_is_told_without_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--workspace", str(tmp_path)]) == 2
    assert re.search(r"\[workspace-missing\]\s*$", capsys.readouterr().err)


def test_init_makes_a_workspace_with_a_seminar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "falköping"
    assert main(["init", str(folder), "--municipality", "1499"]) == 0
    catalog = Catalog(Workspace(folder))
    assert catalog.settings.authority_name == "Falköpings kommun"
    assert {s.school_year for s in catalog.seminars.values()} == {"latest"}
    assert {s.id: s.audience for s in catalog.seminars.values()} == {
        "kvalitetsaret": "internal",
        "resultat": "public",
    }
    assert {s.handbook for s in catalog.seminars.values()} == {"2.1"}
    assert catalog.groups
    assert main(["check", "--workspace", str(folder)]) == 0
    assert main(["status", "--workspace", str(folder)]) == 0


def test_init_leaves_a_used_folder_untouched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mitt.txt").write_text("x", "utf-8")
    assert main(["init", str(tmp_path), "--municipality", "1499"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mitt.txt"]
    assert main(["init", str(tmp_path / "ny"), "--municipality", "Falköping"]) == 2
    assert "Menade du 1499" in capsys.readouterr().err
    assert not (tmp_path / "ny").exists()


def test_check_tells_all_faults_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = make_workspace(tmp_path / "w")
    (workspace.params / "settings.yaml").write_text("municipality_cod: 1\n", "utf-8")
    (workspace.params / "seminars" / "bb.yaml").write_text(
        "id: bb\ntitle: B\nschool_year: 2024/25\ngroups: [x]\n"
        "reports: [{name: litn}, {name: liten, parameters: {mdoe: a}}]\n",
        "utf-8",
    )
    (workspace.root / "notebooks" / "reports" / "trasig.ipynb").write_text("{", "utf-8")
    assert main(["check", "--workspace", str(workspace.root)]) == 2
    told = capsys.readouterr().err
    for code in (
        "params-unknown-name",
        "notebook-unreadable",
        "group-unknown",
        "report-unknown",
        "parameter-unknown",
    ):
        assert f"[{code}]" in told


def test_status_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = make_workspace(tmp_path / "w")
    target = tmp_path / "status.json"
    assert main(["status", SEMINAR, "--json", str(target), "--workspace", str(workspace.root)]) == 0
    assert json.loads(target.read_text("utf-8"))["seminars"][0]["seminar"] == SEMINAR
    assert main(["status", "2026-h", "--workspace", str(workspace.root)]) == 2
    assert "Menade du 2026-ht" in capsys.readouterr().err


def test_an_internal_fault_shows_no_traceback_unless_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def burst(*_: object) -> None:
        raise ZeroDivisionError("hemlig text")

    monkeypatch.setattr(Workspace, "find", burst)
    assert main(["status"]) == 1
    told = capsys.readouterr().err
    assert "[internal-error]" in told
    assert "hemlig" not in told
    with pytest.raises(ZeroDivisionError):
        main(["status", "--debug"])


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EACCES, "Du får inte läsa eller skriva där (webb/aktuell). Be om rättigheten"),
        (errno.ENOSPC, "Disken är full (webb/aktuell). Frigör utrymme"),
    ],
)
def test_a_closed_folder_and_a_full_disk_are_told_by_every_command(
    number: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def burst(*_: object) -> None:
        raise OSError(number, "Permission denied", "/srv/webb/aktuell")

    monkeypatch.setattr(Workspace, "find", burst)
    assert main(["status"]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert said.endswith("[write-failed]\n")


def test_run_and_check_tell_every_fault_of_every_file_and_start_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path)
    params = workspace.params
    (params / "units.yaml").write_text('units:\n  - {code: "10000001", nme: Ekskolan}\n', "utf-8")
    (params / "targets.yaml").write_text("targets: [\n", "utf-8")
    (params / "seminars" / "b.yaml").write_text("id: b\n: [\n", "utf-8")
    (params / "seminars" / f"{SEMINAR}.yaml").write_text(
        f"id: {SEMINAR}\ntitle: Prov\nschool_year: latest\nyears: fem\naudiense: public\n"
        "reports:\n  - name: skolblid\n  - name: skolbild\n    parameters: {unti: x}\n",
        "utf-8",
    )
    for command in (["run", SEMINAR], ["check"]):
        assert main([*command, "--workspace", str(tmp_path)]) == 2
        told = capsys.readouterr().err
        for said in (
            "params/units.yaml, rad 2",
            "params/targets.yaml, rad",
            "params/seminars/b.yaml, rad",
            f"params/seminars/{SEMINAR}.yaml, rad 4",
            f"params/seminars/{SEMINAR}.yaml, rad 5). Menade du audience?",
            f"params/seminars/{SEMINAR}.yaml, rad 7). Menade du skolbild?",
            f"params/seminars/{SEMINAR}.yaml, rad 9: unti). Menade du unit?",
        ):
            assert said in told, told
    assert not workspace.output.exists() or not any(workspace.output.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [["import", "{}", "--json"], ["status", "--json"], ["audit", "--facts"], ["audit", "--lattice"]],
)
def test_a_file_that_cannot_be_written_is_told_before_anything_is_done(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path / "w")
    before = sorted(tmp_path.rglob("*"))
    filled = [argument.format(tmp_path) for argument in arguments]
    for place in (tmp_path / "missing" / "out.json", tmp_path):
        assert main([*filled, str(place), "--workspace", str(workspace.root)]) == 2
        assert "[file-unwritable]" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before
