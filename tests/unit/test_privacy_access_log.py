"""The access log: one line per act, never content, and no change goes unseen."""

from __future__ import annotations

import datetime
import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pupil_files import personal_number

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.access_log import AccessLog
from analysis_lib.vocabulary.workspace import Workspace


@pytest.fixture
def log(tmp_path: Path) -> AccessLog:
    made = AccessLog(Workspace(tmp_path))
    for number in range(5):
        made.record("strategen", "import", f"9901000{number} 2024/25")
    return made


def file_of(log: AccessLog) -> Path:
    return next(iter(sorted(log.folder.glob("*.jsonl"))))


def test_a_line_says_who_when_what_and_scope(log: AccessLog) -> None:
    line = list(log.lines())[-1]
    assert line["actor"] == "strategen"
    assert (line["action"], line["scope"]) == ("import", "99010004 2024/25")
    assert datetime.datetime.fromisoformat(line["at"]).tzinfo is not None
    assert log.verify() == []
    assert file_of(log).stat().st_mode & 0o077 == 0


@given(st.integers(0, 900), st.sampled_from(["{n}", "{n:.8}-{t}", "{s}-{t}", "elev {s}{t}", "{s}+{t}"]))
def test_no_line_holds_a_personal_number(serial: int, form: str) -> None:
    number = personal_number(serial)
    words = form.format(n=number, s=number[2:8], t=number[8:])
    log = AccessLog(Workspace(Path("/nowhere")))
    with pytest.raises(SkolbankError) as told:
        log.record("strategen", "extract", words)
    assert told.value.code == "access-line-refused"
    assert number[2:8] not in str(told.value)


def changed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"99010002", b"99010009"))


def shortened(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))


def without_a_line(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))


def without_its_start(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[2:]))


def swapped(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))


def last_changed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"99010004", b"99010009"))


def gone(path: Path) -> None:
    path.unlink()


def garbled(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


@pytest.mark.parametrize(
    "act", [changed, shortened, without_a_line, without_its_start, swapped, last_changed, gone, garbled]
)
def test_every_change_is_noticed(log: AccessLog, act: Callable[[Path], None]) -> None:
    act(file_of(log))
    faults = log.verify()
    assert faults
    assert "[access-log-changed]" in str(faults[0].as_error())


def test_a_change_stays_in_sight_when_the_log_goes_on(log: AccessLog) -> None:
    shortened(file_of(log))
    log.record("strategen", "run", "2026-ht")
    assert log.verify()


def test_old_months_can_be_removed_and_the_rest_still_holds(tmp_path: Path) -> None:
    log = AccessLog(Workspace(tmp_path))
    for month in range(1, 7):
        log.record("a", "run", "2026-ht", at=datetime.datetime(2024, month, 3, tzinfo=datetime.UTC))
    assert log.remove(log.months_before(datetime.date(2024, 4, 15))) == 3
    assert [path.stem for path in sorted(log.folder.glob("*.jsonl"))] == ["2024-04", "2024-05", "2024-06"]
    assert log.verify() == []
    log.record("a", "run", "2026-ht", at=datetime.datetime(2024, 7, 1, tzinfo=datetime.UTC))
    assert log.verify() == []
    (log.folder / "2024-04.jsonl").unlink()
    assert log.verify()


def _write(folder: Path) -> None:
    log = AccessLog(Workspace(folder))
    for _ in range(20):
        log.record("dashboard", "view", "99010001")


def test_several_writers_keep_one_chain(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(_write, [tmp_path] * 4)
    log = AccessLog(Workspace(tmp_path))
    assert len(list(log.lines())) == 80
    assert log.verify() == []
    assert all(json.dumps(line) for line in log.lines())
