"""Files that are whole or not there, private from the first byte, and logs whose lines stand alone."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis_lib.vocabulary.whole_files import append_private, private_file, write_private, write_whole


def mode(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(place.name for place in folder.iterdir())


@pytest.mark.parametrize(("write", "rights"), [(write_private, 0o600), (write_whole, 0o644)])
def test_the_rights_are_the_same_whatever_lay_there_and_whatever_the_account_gives(
    tmp_path: Path, write: Callable[[Path, str], None], rights: int
) -> None:
    place = tmp_path / "fil.json"
    place.write_text("gammal", "utf-8")
    place.chmod(0o666)
    before = os.umask(0)
    try:
        write(place, "å")
    finally:
        os.umask(before)
    assert (place.read_bytes(), mode(place), names(tmp_path)) == ("å".encode(), rights, ["fil.json"])


def test_a_private_file_is_private_while_it_is_written(tmp_path: Path) -> None:
    with private_file(tmp_path / "bok.xlsx") as part:
        part.write_bytes(b"half")
        assert (mode(part), part.parent, part.suffix) == (0o600, tmp_path, ".part")
        assert not (tmp_path / "bok.xlsx").exists()
    assert (tmp_path / "bok.xlsx").read_bytes() == b"half"


@pytest.mark.parametrize("write", [write_private, write_whole])
@pytest.mark.parametrize("fault", [OSError(28, "full"), KeyboardInterrupt()])
def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[Path, str], None],
    fault: BaseException,
) -> None:
    write(tmp_path / "fil", "gammal")

    def full(_: int) -> None:
        raise fault

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(type(fault)):
        write(tmp_path / "fil", "ny")
    assert ((tmp_path / "fil").read_text("utf-8"), names(tmp_path)) == ("gammal", ["fil"])


def test_file_and_name_are_on_disk_before_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[bool, list[str]]] = []

    def told(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        synced.append((is_folder, [name for name in names(tmp_path) if not name.startswith(".")]))

    monkeypatch.setattr(os, "fsync", told)
    write_private(tmp_path / "fil", "ny")
    assert synced == [(False, []), (True, ["fil"])]


def test_two_writers_at_once_leave_one_of_their_files_whole(tmp_path: Path) -> None:
    contents = [bytes([65 + each]) * 200_000 for each in range(4)]
    threads = [threading.Thread(target=write_private, args=(tmp_path / "fil", each)) for each in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "fil").read_bytes() in contents
    assert names(tmp_path) == ["fil"]


def test_a_line_cut_by_a_crash_spoils_no_later_line(tmp_path: Path) -> None:
    place = tmp_path / "log.jsonl"
    append_private(place, b"one\n")
    with place.open("ab") as stream:
        stream.write(b"tw")
    append_private(place, b"three\n")
    append_private(place, b"four\n")
    assert (place.read_bytes(), mode(place)) == (b"one\ntw\nthree\nfour\n", 0o600)
