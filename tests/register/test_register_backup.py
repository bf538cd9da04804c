"""Back-up and restore: one checked file, out of either engine and into either, with no loss on the way."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from register_kinds import Aim, Step

from analysis_lib.errors import SkolbankError
from analysis_lib.register import Register, open_register
from analysis_lib.register.backup import read_backup, restore, write_backup
from analysis_lib.register.rescue import restore_whole
from analysis_lib.vocabulary.workspace import Workspace

WRITER = {"author": "u1", "role": "rektor"}


def _fill(register: Register) -> None:
    goal = register.save(Aim(name="Läsning ”nu” 😀\nrad två"), **WRITER, unit="99010014")
    register.revise(goal, Aim(name="Läsning"), **WRITER)
    step = register.save(Step(what="Gör", goal=goal.thing), **WRITER, school_year="2026/27")
    register.withdraw(step, **WRITER)


def test_a_backup_is_the_whole_register(register: Register, workspace: Workspace, tmp_path: Path) -> None:
    _fill(register)
    before = list(register.records())
    assert write_backup(register, tmp_path / "a.skolbank-register") == 4
    register.save(Aim(name="Efteråt"), **WRITER)
    with pytest.raises(SkolbankError) as told:
        restore_whole(workspace, tmp_path / "a.skolbank-register")
    assert told.value.code == "register-not-empty"
    assert len(list(register.records())) == 5
    done = restore_whole(workspace, tmp_path / "a.skolbank-register", replace=True)
    assert done.lines == 4
    assert list(register.records()) == before
    (kept,) = done.kept
    restore_whole(workspace, workspace.root / kept, replace=True)
    assert [one.entry for one in register.current(Aim)][-1] == Aim(name="Efteråt")
    assert register.save(Aim(name="Vidare"), **WRITER).version == 1
    assert register.verify() == 6
    with pytest.raises(SkolbankError, match="append-only"), register.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM register_entries"))


def test_a_register_moves_from_sqlite_to_postgresql_and_back(
    sqlite: Register,
    workspace: Workspace,
    tmp_path: Path,
    new_schema: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _fill(sqlite)
    write_backup(sqlite, tmp_path / "a.skolbank-register")
    monkeypatch.setenv("SKOLBANK_REGISTER_URL", new_schema())
    restore_whole(workspace, tmp_path / "a.skolbank-register")
    server = open_register(workspace)
    assert list(server.records()) == list(sqlite.records())
    goal = server.current(Aim)[0]
    server.revise(goal, Aim(name="På servern"), **WRITER)
    write_backup(server, tmp_path / "b.skolbank-register")
    server.close()
    monkeypatch.delenv("SKOLBANK_REGISTER_URL")
    restore_whole(workspace, tmp_path / "b.skolbank-register", replace=True)
    assert sqlite.current(Aim)[0].entry == Aim(name="På servern")
    assert sqlite.verify() == 5


def test_every_kind_of_damage_to_a_backup_is_noticed(sqlite: Register, tmp_path: Path) -> None:
    _fill(sqlite)
    good = tmp_path / "a.skolbank-register"
    write_backup(sqlite, good)
    data = good.read_bytes()
    lines = gzip.decompress(data).split(b"\n")
    damaged = {
        "cut": data[:-40],
        "one byte": data[:60] + bytes([data[60] ^ 1]) + data[61:],
        "empty": b"",
        "another file": b"PK\x03\x04",
        "a line less": gzip.compress(b"\n".join([*lines[:2], *lines[3:]])),
        "no foot": gzip.compress(b"\n".join(lines[:-2])),
        "a word": gzip.compress(b"\n".join(lines).replace("Läsning".encode(), "Räkning".encode(), 1)),
        "other json": gzip.compress(b"[1]\n{}\n"),
    }
    for name, wrong in damaged.items():
        bad = tmp_path / "bad.skolbank-register"
        bad.write_bytes(wrong)
        with pytest.raises(SkolbankError) as told:
            restore(sqlite, bad, replace=True, aside=tmp_path)
        assert told.value.code == "register-backup-damaged", name
    assert sqlite.verify() == 4
    newer = json.loads(lines[0]) | {"skolbank_register": 99}
    (tmp_path / "newer").write_bytes(gzip.compress(b"\n".join([json.dumps(newer).encode(), *lines[1:]])))
    with pytest.raises(SkolbankError, match="register-newer"):
        read_backup(tmp_path / "newer")
    with pytest.raises(SkolbankError, match="file-missing"):
        read_backup(tmp_path / "missing")


def test_a_restore_that_fails_half_way_leaves_the_old_register(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(register)
    write_backup(register, tmp_path / "a.skolbank-register")
    before = list(register.records())

    def fail(*_: object) -> None:
        raise OSError("pulled out")

    monkeypatch.setattr("analysis_lib.register.backup.make_in", fail)
    with pytest.raises(OSError, match="pulled out"):
        restore(register, tmp_path / "a.skolbank-register", replace=True, aside=tmp_path)
    assert list(register.records()) == before


def test_a_damaged_register_is_no_backup_and_can_be_replaced(
    sqlite: Register, workspace: Workspace, tmp_path: Path
) -> None:
    _fill(sqlite)
    good = tmp_path / "a.skolbank-register"
    write_backup(sqlite, good)
    whole = good.read_bytes()
    sqlite.close()
    place = workspace.data / "register" / "register.sqlite"
    place.write_bytes(b"not a database" * 1000)
    with pytest.raises(SkolbankError) as told:
        write_backup(open_register(workspace), good)
    assert told.value.code == "register-damaged"
    assert good.read_bytes() == whole
    with pytest.raises(SkolbankError, match="register-damaged"):
        restore_whole(workspace, good)
    done = restore_whole(workspace, good, replace=True)
    assert done.lines == 4
    assert (workspace.root / done.kept[0]).read_bytes().startswith(b"not a database")
    assert open_register(workspace).verify() == 4


def test_a_backup_is_never_half_written(
    sqlite: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(sqlite)
    good = tmp_path / "a.skolbank-register"
    write_backup(sqlite, good)
    whole = good.read_bytes()

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_backup(sqlite, good)
    assert good.read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
