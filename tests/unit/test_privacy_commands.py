"""The commands about personal data as a person types them: what they say, log and leave."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml
from pupil_files import Pupil, lines, make_workspace, write

from analysis_lib.cli import main
from analysis_lib.privacy.documents import write_documents
from analysis_lib.snapshots import encryption, rotation
from analysis_lib.snapshots.access_log import AccessLog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

PUPILS = [Pupil(index) for index in range(3)]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(rotation, "AGES", (16, 16))
    monkeypatch.setattr(rotation, "ADULTS", (16, 16))
    monkeypatch.setenv("SKOLBANK_USER", "strategen")
    made = make_workspace(tmp_path)
    write(made, "betyg.txt", lines([pupil.grades_row() for pupil in PUPILS]))
    monkeypatch.setenv("SKOLBANK_WORKSPACE", str(tmp_path))
    assert main(["import", str(made.inbox)]) == 0
    return made


def logged(workspace: Workspace) -> list[tuple[str, str]]:
    return [(line["actor"], line["action"]) for line in AccessLog(workspace).lines()]


def test_keys_are_told_rotated_and_destroyed(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "rotate"]) == 0
    assert "3 elever" in capsys.readouterr().out
    assert main(["keys", "status"]) == 0
    out = capsys.readouterr().out
    assert "Nyckelversion 1: ersatt" in out
    assert "Nyckelversion 2: används" in out
    assert main(["keys", "destroy"]) == 2
    assert "[key-version-missing]" in capsys.readouterr().err
    assert main(["keys", "destroy", "--version", "2"]) == 2
    assert main(["keys", "destroy", "--version", "1"]) == 0
    assert main(["keys", "status"]) == 0
    assert "Nyckelversion 1" not in capsys.readouterr().out.split("är förstörd")[-1]
    assert ("strategen", "keys-rotate") in logged(workspace)
    assert AccessLog(workspace).verify() == []


def test_a_new_key_encrypts_what_is_stored(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["keys", "encrypt"]) == 2
    assert "[snapshot-key-missing]" in capsys.readouterr().err
    assert main(["keys", "new"]) == 0
    monkeypatch.setenv(encryption.VARIABLE, capsys.readouterr().out.strip())
    assert main(["keys", "encrypt"]) == 0
    assert "1 filer krypterades" in capsys.readouterr().out
    monkeypatch.delenv(encryption.VARIABLE)
    assert main(["import", str(workspace.inbox)]) == 2
    told = capsys.readouterr()
    assert "[snapshot-key-missing]" in told.out + told.err
    assert "Traceback" not in told.err


def test_gallring_is_listed_then_done(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    rules = yaml.safe_load((builtin_root() / "params" / "retention.yaml").read_text("utf-8"))
    for rule in rules["rules"]:
        rule |= {} if rule.get("preserved") else {"decision": "UN 2026/1", "years": 0, "days": 0}
    (workspace.params / "retention.yaml").write_text(yaml.safe_dump(rules, allow_unicode=True), "utf-8")
    assert main(["retain", "--json", str(workspace.root / "lista.json")]) == 0
    out = capsys.readouterr().out
    assert "UN 2026/1" in out
    assert "Inget har tagits bort" in out
    assert any(each["rows"] for each in json.loads((workspace.root / "lista.json").read_text("utf-8")))
    assert list(workspace.snapshots.rglob("*.parquet"))
    assert main(["retain", "--apply"]) == 0
    assert "Protokoll: data/protocols/" in capsys.readouterr().out
    assert not list(workspace.snapshots.rglob("core_scb__*/**/*.parquet"))
    assert logged(workspace)[-1] == ("strategen", "retain")


def test_an_extract_reads_the_number_from_stdin_only(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workspace.root / "utdrag.json"
    monkeypatch.setattr("sys.stdin", io.StringIO(PUPILS[0].number + "\n"))
    assert main(["extract", str(file)]) == 0
    told = capsys.readouterr()
    assert PUPILS[0].number not in told.out + told.err + file.read_text("utf-8")
    assert file.stat().st_mode & 0o077 == 0
    assert logged(workspace)[-1] == ("strategen", "extract")
    assert PUPILS[0].number not in str(list(AccessLog(workspace).lines()))


def test_drafts_are_written_with_words_for_every_column(workspace: Workspace, tmp_path: Path) -> None:
    assert main(["privacy", str(tmp_path / "dataskydd")]) == 0
    text = "".join(path.read_text("utf-8") for path in write_documents(workspace, tmp_path / "dataskydd"))
    assert "Närvaro och frånvaro per elev och period" in text
    assert "core_" not in text
    assert "unit_code" not in text


def test_open_keys_stop_every_command_that_touches_pupils(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace.keys / "pseudonym-v1.key").chmod(0o644)
    for words in (["import", str(workspace.inbox)], ["keys", "rotate"], ["run", "finns-inte"]):
        assert main(words) == 2
        assert "[key-readable-by-others]" in capsys.readouterr().err


def test_an_unwritable_log_stops_the_command(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(AccessLog, "record", full)
    assert main(["import", str(workspace.inbox)]) == 1
    assert "[access-log-unwritable]" in capsys.readouterr().err


def test_check_says_what_a_missing_or_another_key_keeps_from_it(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(encryption.VARIABLE, encryption.new_key())
    assert main(["keys", "encrypt"]) == 0
    monkeypatch.setattr("analysis_lib.privacy.outputs._FEW", 0)
    monkeypatch.delenv(encryption.VARIABLE)
    capsys.readouterr()
    main(["check"])
    assert "Krypterade filer som inte prövades:" in capsys.readouterr().err
    monkeypatch.setenv(encryption.VARIABLE, encryption.new_key())
    main(["check"])
    told = capsys.readouterr().err
    assert told.count("[snapshot-key-wrong]") == 1
    assert "med flera" in told
