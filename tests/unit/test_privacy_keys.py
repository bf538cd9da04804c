"""Key versions, rotation, destruction, and snapshots that are encrypted at rest."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import pandas as pd
import pytest
from pupil_files import Pupil, check_digit, lines, make_workspace, personal_number, write

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots import encryption, log, rotation
from analysis_lib.snapshots.keys import KeyStore
from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.snapshots.rights import check_rights
from analysis_lib.snapshots.store import SourceInfo, Store
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.workspace import Workspace

GRADES = "core_scb__pupil_grades"
PLAIN = [Pupil(index) for index in (0, 40, 400)]
TEMPORARY = [
    Pupil(1, cells={"PersonNr": "20090512TF10"}),
    Pupil(2, cells={"PersonNr": "20090512TF10"}, grade="D"),
]


@pytest.fixture(autouse=True)
def _few_ages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pupils of the tests are 16; going through all ages takes half a minute."""
    monkeypatch.setattr(rotation, "AGES", (16, 16))
    monkeypatch.setattr(rotation, "ADULTS", (16, 16))


def grades(workspace: Workspace, pupils: list[Pupil]) -> Path:
    return write(workspace, "betyg.txt", lines([pupil.grades_row() for pupil in pupils]))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path)
    report = import_paths([grades(made, [*PLAIN, *TEMPORARY])], workspace=made)
    assert report.exit_status == 0, report.as_json()
    return made


def rows(workspace: Workspace) -> pd.DataFrame:
    return Store(workspace).query(f"SELECT * FROM {GRADES}")


def followed(workspace: Workspace) -> set[str]:
    return set(rows(workspace).query("not is_protected")["pupil"])


def test_rotation_moves_every_pupil_to_the_new_key_in_one_line(workspace: Workspace) -> None:
    before, log = rows(workspace), Store(workspace).log_path
    lines = len(log.read_bytes().splitlines())
    done = rotation.rotate(workspace)
    assert (done.before, done.after, done.pupils, done.rows) == (1, 2, 3, len(before))
    assert len(log.read_bytes().splitlines()) == lines + 1
    maker = Pseudonyms.open(workspace)
    assert maker.version == 2
    assert followed(workspace) == {maker.pseudonym(pupil.number) for pupil in PLAIN}
    after = rows(workspace)
    kept = [name for name in before if name != "pupil"]
    assert sorted(map(tuple, after[kept].astype(str).to_numpy())) == sorted(
        map(tuple, before[kept].astype(str).to_numpy())
    )
    protected = before.query("is_protected")["pupil"]
    assert set(after.query("is_protected")["pupil"]) == set(protected)


def test_the_same_file_is_unchanged_after_a_rotation(workspace: Workspace) -> None:
    rotation.rotate(workspace)
    report = import_paths([workspace.inbox / "betyg.txt"], workspace=workspace)
    assert [message.code for message in report.files[0].messages][-1] == "unchanged"


def test_coordination_numbers_are_led_back_too(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    number = personal_number(3)
    body = number[2:6] + str(int(number[6:8]) + 60) + number[8:11]
    coordination = number[:2] + body + check_digit(body)
    pupil = Pupil(3, cells={"PersonNr": coordination})
    import_paths([grades(workspace, [pupil])], workspace=workspace)
    rotation.rotate(workspace)
    assert followed(workspace) == {Pseudonyms.open(workspace).pseudonym(coordination)}


def test_a_destroyed_key_is_gone_and_the_one_in_use_is_kept(workspace: Workspace) -> None:
    keys = KeyStore(workspace)
    with pytest.raises(SkolbankError, match="key-in-use"):
        keys.destroy(1)
    secret = keys.key(1).hex().encode()
    rotation.rotate(workspace)
    assert keys.versions() == [1, 2]
    keys.destroy(1)
    assert keys.versions() == [2]
    for path in workspace.root.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes()
    with pytest.raises(SkolbankError, match="key-version-unknown"):
        keys.destroy(1)


def test_a_rotation_that_does_not_fit_changes_nothing(workspace: Workspace) -> None:
    key = KeyStore(workspace).path(1)
    key.write_text("0" * 64 + "\n", "ascii")
    before = rows(workspace)
    with pytest.raises(SkolbankError, match="key-does-not-fit"):
        rotation.rotate(workspace)
    pd.testing.assert_frame_equal(rows(workspace), before)
    assert Store(workspace).key_version == 1


def test_a_lost_key_is_not_replaced_while_there_are_pupils(workspace: Workspace) -> None:
    KeyStore(workspace).path(1).unlink()
    report = import_paths([workspace.root / "missing"], workspace=workspace, dry_run=True)
    assert report.exit_status
    with pytest.raises(SkolbankError, match="key-lost"):
        Pseudonyms.open(workspace)


def test_pupils_with_the_same_temporary_number_are_never_one(workspace: Workspace) -> None:
    protected = rows(workspace).query("is_protected")
    assert protected["pupil"].nunique() == 2
    stored = (workspace.keys / "protected.jsonl").read_text("ascii")
    assert "TF" not in stored
    assert {json.loads(line)["id"] for line in stored.splitlines()} == set(protected["pupil"])


def test_ids_noted_after_a_crash_are_found_again(workspace: Workspace) -> None:
    keys = KeyStore(workspace)
    with (workspace.keys / "protected.jsonl").open("a", encoding="ascii") as stream:
        stream.write('{"place": "cut')
    first = keys.protected_ids(["a place", "another"])
    assert keys.protected_ids(["another", "a place"]) == first
    assert keys.known_protected(["a place", "another"]) == first


def test_an_import_during_a_rotation_is_refused(workspace: Workspace) -> None:
    store = Store(workspace)
    work = store.begin(SourceInfo("prov", "prov.csv", "0" * 64))
    frame = rows(workspace).assign(grade="A")
    work.add(GRADES, frame)
    rotation.rotate(workspace)
    with pytest.raises(SkolbankError, match="keys-rotated"):
        work.commit()


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    made = encryption.new_key()
    monkeypatch.setenv(encryption.VARIABLE, made)
    return made


def pupil_files(workspace: Workspace) -> list[Path]:
    return sorted((workspace.snapshots / GRADES).rglob("*.parquet"))


def test_a_workspace_is_encrypted_and_read_as_before(workspace: Workspace, key: str) -> None:
    before = rows(workspace)
    assert rotation.encrypt_all(workspace) == (1, 0)
    assert rotation.encrypt_all(workspace) == (0, 1)
    pd.testing.assert_frame_equal(rows(workspace), before)
    pseudonym = before["pupil"].iat[0].encode()
    for path in pupil_files(workspace):
        assert encryption.is_encrypted(path)
        assert pseudonym not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    rotation.rotate(workspace)
    assert all(encryption.is_encrypted(path) for path in pupil_files(workspace))
    assert len(followed(workspace)) == len(PLAIN)


def test_new_files_are_written_encrypted(tmp_path: Path, key: str) -> None:
    workspace = make_workspace(tmp_path)
    import_paths([grades(workspace, PLAIN)], workspace=workspace)
    assert all(encryption.is_encrypted(path) for path in pupil_files(workspace))
    assert len(followed(workspace)) == len(PLAIN)
    again = import_paths([workspace.inbox / "betyg.txt"], workspace=workspace)
    assert [message.code for message in again.files[0].messages][-1] == "unchanged"


def test_without_the_right_key_the_error_says_what_to_do(
    workspace: Workspace, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation.encrypt_all(workspace)
    monkeypatch.setenv(encryption.VARIABLE, encryption.new_key())
    with pytest.raises(SkolbankError, match="snapshot-key-wrong"):
        rows(workspace)
    monkeypatch.delenv(encryption.VARIABLE)
    with pytest.raises(SkolbankError, match=r"SKOLBANK_SNAPSHOT_KEY.*\[snapshot-key-missing\]"):
        rows(workspace)
    monkeypatch.setenv(encryption.VARIABLE, "kort")
    with pytest.raises(SkolbankError, match="snapshot-key-damaged"):
        rows(workspace)


def test_a_new_snapshot_key_takes_over_from_the_old(
    workspace: Workspace, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation.encrypt_all(workspace)
    monkeypatch.setenv(encryption.EARLIER_VARIABLE, key)
    monkeypatch.setenv(encryption.VARIABLE, encryption.new_key())
    assert rotation.encrypt_all(workspace) == (1, 0)
    monkeypatch.delenv(encryption.EARLIER_VARIABLE)
    assert len(followed(workspace)) == len(PLAIN)


def test_a_changed_byte_in_an_encrypted_file_is_noticed(workspace: Workspace, key: str) -> None:
    rotation.encrypt_all(workspace)
    (path,) = pupil_files(workspace)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(SkolbankError, match="snapshot-key-wrong"):
        Store(workspace).read(Store(workspace).current(GRADES)[0])


def test_removed_snapshots_are_gone_at_every_moment(workspace: Workspace) -> None:
    store = Store(workspace)
    (snapshot,) = store.current(GRADES)
    moment = datetime.datetime.now(datetime.UTC)
    log.write_line(
        store.log_path, {"at": log.stamp(moment), "source": {}, "snapshots": [], "removed": [snapshot.hash]}
    )
    store.path(snapshot).unlink()
    assert store.current(GRADES) == []
    assert store.query(f"SELECT * FROM {GRADES}", as_of=moment - datetime.timedelta(seconds=1)).empty
    import_paths([workspace.inbox / "betyg.txt"], workspace=workspace)
    assert len(followed(workspace)) == len(PLAIN)


@pytest.mark.parametrize(
    ("name", "told", "stopped"),
    [
        ("snapshots", 0o755, 0o777),
        ("register", 0o740, 0o720),
        ("work", 0o755, 0o702),
        ("statements", 0o755, 0o722),
        ("inbox", 0o774, 0o772),
        (".", None, 0o777),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_every_folder_with_people_or_unreleased_numbers_is_looked_at(
    workspace: Workspace, name: str, told: int | None, stopped: int
) -> None:
    place = workspace.data / name
    place.mkdir(exist_ok=True)
    for folder in (workspace.inbox, place):
        folder.chmod(0o700)
    assert check_rights(workspace) == []
    if told is not None:
        place.chmod(told)
        (warning,) = check_rights(workspace)
        assert f"chmod 700 data/{name}" in str(warning)
    place.chmod(stopped)
    with pytest.raises(SkolbankError, match="data-writable-by-others"):
        check_rights(workspace)


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_the_folders_rights_are_checked(workspace: Workspace) -> None:
    workspace.inbox.chmod(0o700)
    assert check_rights(workspace) == []
    workspace.snapshots.chmod(0o755)
    (warning,) = check_rights(workspace)
    assert "data/snapshots" in str(warning)
    workspace.snapshots.chmod(0o777)
    with pytest.raises(SkolbankError, match="data-writable-by-others"):
        check_rights(workspace)
    workspace.snapshots.chmod(0o700)
    (workspace.keys / "protected.jsonl").chmod(0o644)
    with pytest.raises(SkolbankError, match="key-readable-by-others"):
        check_rights(workspace)


def test_adults_are_led_back_after_the_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "ADULTS", (40, 41))
    key = (1, b"k" * 32)
    numbers = [personal_number(3), personal_number(3, birth_year=1984)]
    wanted = {rotation._pseudonym(key, "grades", number) for number in numbers}
    found = rotation._found(wanted, {2025}, "grades", key)
    assert sorted(found.values()) == sorted(numbers)


def test_numbers_known_from_another_purpose_are_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "_candidates", lambda births: iter(()))
    key = (1, b"k" * 32)
    numbers = [personal_number(3), personal_number(4)]
    wanted = {rotation._pseudonym(key, "attendance", number) for number in numbers}
    found = rotation._found(wanted, {2025}, "attendance", key, known=numbers)
    assert sorted(found.values()) == sorted(numbers)
