"""No sandbox, no live kernel: refusals say what to install, and nothing is left of a server that is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from live_world import MINE, LiveWorld, is_possible, live_world

from analysis_lib.errors import SkolbankError
from analysis_lib.kernels import sandbox
from analysis_lib.kernels.zygotes import ZYGOTES, Zygotes, warm

ROOT = Path(__file__).parents[2]


@pytest.fixture
def world(tmp_path: Path) -> LiveWorld:
    with live_world(tmp_path) as running:
        yield running


def _program(folder: Path, script: str) -> Path:
    program = folder / "bin" / "bwrap"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return program.parent


def test_without_bubblewrap_no_kernel_starts_and_the_message_says_what_to_install(
    world: LiveWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    before = psutil.Process().children(recursive=True)
    with pytest.raises(SkolbankError, match=r"apt install bubblewrap.*\[sandbox-missing\]") as told:
        sandbox.sandbox_available()
    assert "Utan det visas sidorna som vanligt" in told.value.remedy
    with pytest.raises(SkolbankError, match=r"\[sandbox-missing\]"):
        world.open(MINE)
    with pytest.raises(SkolbankError, match=r"\[sandbox-missing\]"):
        ZYGOTES.warm(world.scopes / MINE)
    warm(world.scopes / MINE)
    assert psutil.Process().children(recursive=True) == before


def test_where_namespaces_are_forbidden_no_kernel_starts_either(
    world: LiveWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "bwrap: No permissions to create new namespace"
    monkeypatch.setenv("PATH", str(_program(tmp_path, f"echo '{said}' >&2; exit 1")))
    with pytest.raises(SkolbankError, match=r"\[sandbox-refused\]") as told:
        world.open(MINE)
    assert told.value.where == said
    assert "apt install bubblewrap" in told.value.remedy


def test_a_program_that_hangs_is_no_sandbox(
    world: LiveWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_TRIAL", 0.2)
    monkeypatch.setenv("PATH", f"{_program(tmp_path, 'exec sleep 5')}:/usr/bin:/bin")
    with pytest.raises(SkolbankError, match=r"\[sandbox-refused\]"):
        world.open(MINE)


def test_a_sandbox_that_fails_later_gives_a_message_and_no_kernel(
    world: LiveWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial_only = 'case "$*" in *zygote*) echo "bwrap: broken" >&2; exit 1;; esac'
    monkeypatch.setenv("PATH", str(_program(tmp_path, trial_only)))
    with pytest.raises(SkolbankError, match=r"broken.*\[live-kernel-failed\]"):
        world.open(MINE)


@pytest.mark.parametrize("scope", ["../nowhere", "/", "/nowhere/at/all"])
def test_a_kernel_without_a_scope_is_refused(world: LiveWorld, scope: str) -> None:
    with pytest.raises(SkolbankError, match=r"\[live-scope-missing\]"):
        world.open(scope)


@pytest.mark.parametrize("state", ["", "[]", "{", '"text"', '{"x": "' + "a" * 70_000 + '"}'])
def test_a_state_that_is_no_small_object_is_refused(world: LiveWorld, state: str) -> None:
    with pytest.raises(SkolbankError, match=r"\[live-state-invalid\]"):
        world.open(MINE, state=state)


_SERVER = """
import sys, time
from pathlib import Path
sys.path.insert(0, "tests")
from live_world import MINE, is_possible, live_world
with live_world(Path(sys.argv[1])) as world:
    if is_possible():
        sleeping = "threading.Thread(target=time.sleep, args=(600,)).start()"
        world.open(MINE).run(f"import threading, time; {sleeping}")
    print("open", flush=True)
    time.sleep(600)
"""


def test_nothing_outlives_a_server_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(_SERVER, "utf-8")
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "open\n"
        started = psutil.Process(server.pid).children(recursive=True)
        assert bool(started) == is_possible()
        server.send_signal(signal.SIGKILL)
        server.wait()
    _, alive = psutil.wait_procs(started, timeout=20)
    assert not alive


def test_an_idle_zygote_ends_and_the_next_viewer_gets_a_new_one(
    world: LiveWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis_lib.kernels.zygotes.IDLE", 1.0)
    if not is_possible():
        with pytest.raises(SkolbankError, match=r"\[sandbox-(missing|refused)\]"):
            world.open(MINE)
        return
    first = world.open(MINE)
    zygote = ZYGOTES.warm(world.scopes / MINE)
    assert first.run("import time; time.sleep(2.5); print('kvar')") == "kvar\n"
    first.close()
    deadline = time.monotonic() + 30
    while zygote.is_alive:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert world.open(MINE).run("print('ny')") == "ny\n"


def test_one_warm_process_serves_all_scopes_of_a_folder(world: LiveWorld) -> None:
    if not is_possible():
        assert not Zygotes()._shared
        return
    zygotes = {id(ZYGOTES.warm(world.scopes / scope.name)) for scope in world.scopes.iterdir()}
    assert len(zygotes) == 1
