"""Many writers at once and writers that are killed: no lost entry, nothing half-written, on both engines."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from command import surroundings
from postgres_server import postgres_server
from register_kinds import Aim
from register_writer import SHARED

from analysis_lib.register import Register, open_register
from analysis_lib.vocabulary.workspace import Workspace

_WRITER = Path(__file__).with_name("register_writer.py")


def _start(workspace: Workspace, name: str, seconds: float) -> subprocess.Popen[str]:
    folders = [str(_WRITER.parent), str(_WRITER.parents[1]), surroundings()["PYTHONPATH"]]
    environment = {**surroundings(), "PYTHONPATH": os.pathsep.join(folders)}
    command = [sys.executable, str(_WRITER), str(workspace.root), name, str(seconds)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def _write_together(register: Register, workspace: Workspace, *, crowds: list[str], seconds: float) -> int:
    """Lets each crowd write from a process; every entry that a writer was told is saved must stand."""
    register.save(Aim(name="Gemensamt"), author="u", role="strateg", thing=SHARED)
    started = [_start(workspace, crowd, seconds) for crowd in crowds]
    writers = {name for crowd in crowds for name in crowd.split(",")}
    told: list[list[str]] = []
    for process in started:
        out, err = process.communicate(timeout=seconds + 240)
        assert process.returncode == 0, err
        told += [line.split() for line in out.splitlines()]
    kinds = Counter(word for word, _ in told)
    saved = {record_id for word, record_id in told if word in ("saved", "shared")}
    records = list(register.records())
    assert {record.id for record in records[1:]} == saved
    assert len(records) == 1 + kinds["saved"] + kinds["shared"] == register.verify()
    assert [record.version for record in register.history(SHARED)] == list(range(1, kinds["shared"] + 2))
    assert {record.author for record in records} == {"u", *writers}
    told_as = f"{len(writers)} writers, {seconds} s, {len(saved)} entries, {dict(kinds)}"
    print(f"\n{register.engine.dialect.name}: {told_as}")
    return len(saved)


def test_eight_writers_lose_nothing(register: Register, workspace: Workspace) -> None:
    assert _write_together(register, workspace, crowds=["a1,a2,a3,a4", "b1,b2,b3,b4"], seconds=3) > 50


@pytest.mark.slow
def test_forty_writers_lose_nothing_in_thirty_seconds(register: Register, workspace: Workspace) -> None:
    crowds = [f"w{number}" for number in range(40)]
    assert _write_together(register, workspace, crowds=crowds, seconds=30) > 400


def test_forty_threads_of_one_process_lose_nothing(register: Register) -> None:
    """As the dashboards do: many sessions that share one opened register."""

    def write(number: int) -> list[str]:
        saves = (
            register.save(Aim(name=f"{number} {n}"), author=f"t{number}", role="lärare") for n in range(5)
        )
        return [saved.id for saved in saves]

    with ThreadPoolExecutor(40) as threads:
        saved = [one for many in threads.map(write, range(40)) for one in many]
    assert [record.id for record in register.records()] == sorted(saved)
    assert register.verify() == 200


def _kill_writers(register: Register, workspace: Workspace, *, times: int) -> None:
    chance = random.Random(7)
    register.save(Aim(name="Gemensamt"), author="u", role="strateg", thing=SHARED)
    promised: set[str] = set()
    for number in range(times):
        process = _start(workspace, f"k{number}", 60)
        assert process.stdout
        assert process.stdout.readline().startswith("ready")
        time.sleep(chance.uniform(0.0, 0.25))
        process.kill()
        out, _ = process.communicate(timeout=60)
        promised |= {line.split()[1] for line in out.splitlines() if line.startswith(("saved", "shared"))}
        whole = {record.id for record in register.records()}
        assert promised <= whole
    assert register.verify() == len(whole) >= len(promised)
    assert len(whole) <= 1 + len(promised) + times  # at most the one that was under way at each kill
    assert register.save(Aim(name="Efteråt"), author="u", role="strateg").version == 1
    kept = f"{len(promised)} entries told as saved, {len(whole)} in the log, {len(promised - whole)} lost"
    print(f"\n{register.engine.dialect.name}: {times} kills, {kept}")


def test_a_kill_during_a_save_leaves_nothing_half_written(register: Register, workspace: Workspace) -> None:
    _kill_writers(register, workspace, times=3)


@pytest.mark.slow
def test_forty_kills_leave_nothing_half_written(register: Register, workspace: Workspace) -> None:
    _kill_writers(register, workspace, times=40)


def test_a_server_that_is_killed_keeps_every_entry_that_was_saved(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_server(durable=True) as server:
        monkeypatch.setenv("SKOLBANK_REGISTER_URL", server.url)
        register = open_register(workspace)
        register.save(Aim(name="Gemensamt"), author="u", role="strateg", thing=SHARED)
        process = _start(workspace, "crash", 60)
        assert process.stdout
        assert process.stdout.readline().startswith("ready")
        time.sleep(0.5)
        server.crash()
        out, err = process.communicate(timeout=60)
        promised = {line.split()[1] for line in out.splitlines() if line.startswith(("saved", "shared"))}
        assert "register-unreachable" in err
        server.start()
        assert promised <= {record.id for record in register.records()}
        assert register.verify() > len(promised) > 0
        register.close()
