"""A round survives dead workers, hung and failing notebooks, kills, stale locks and full disks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from batch_workspace import SEMINAR, UNITS, make_rooms, make_workspace
from postgres_server import postgres_server

from analysis_lib.batch import lock
from analysis_lib.batch.places import LEDGER_URL, ledger_of, lock_of
from analysis_lib.batch.plan import Order
from analysis_lib.batch.round import Manner
from analysis_lib.batch.run import run_seminar
from analysis_lib.errors import EXIT_LOCKED, SkolbankError
from analysis_lib.vocabulary.workspace import Workspace

MANNER = Manner(jobs=2, is_plain=True, notebook_timeout=20)
_FAILS = "assert unit != '12345687', 'hemlig text'\nprint(unit)"


def states(workspace: Workspace) -> dict[str, str]:
    ledger = ledger_of(workspace)
    try:
        return {entry.code: entry.state for entry in ledger.entries(SEMINAR).values()}
    finally:
        ledger.close()


def test_a_failing_notebook_never_stops_the_others_and_is_kept(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w", cells=[_FAILS])
    result = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert result.exit_status == 1
    assert states(workspace) == {"12345678": "done", "12345687": "failed", "87654321": "done"}
    folder = workspace.output / SEMINAR
    kept = json.loads((folder / "failed" / "12345687-liten.ipynb").read_text("utf-8"))
    assert any(o["output_type"] == "error" for cell in kept["cells"] for o in cell.get("outputs", ()))
    assert not (folder / "12345687").exists()
    run = json.loads((folder / "run.json").read_text("utf-8"))
    assert [line["unit"] for line in run["failures"]] == ["12345687"]
    index = (folder / "index.html").read_text("utf-8")
    assert run["failures"][0]["error"]["id"] in index
    assert "Traceback" not in index
    assert "hemlig text" not in index


def test_a_mended_notebook_is_made_and_its_failed_copy_goes(tmp_path: Path) -> None:
    workspace = make_workspace(
        tmp_path / "w", cells=["import os\nassert os.environ.get('MEND') or unit[0] == '1'"]
    )
    assert run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms()).exit_status == 1
    os.environ["MEND"] = "1"
    try:
        result = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    finally:
        del os.environ["MEND"]
    assert (result.exit_status, result.made, result.kept) == (0, 1, 2)
    assert not list((workspace.output / SEMINAR / "failed").iterdir())


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "process-died"),
        ("import os\nos._exit(3)", "process-died"),
        ("import time\ntime.sleep(60)", "notebook-failed"),
        (
            "import signal, time\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: time.sleep(1)",
            "timeout",
        ),
        (
            "import signal, time\nfor n in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):\n"
            "    signal.signal(n, signal.SIG_IGN)\nwhile True: time.sleep(1)",
            "timeout",
        ),
        ("everything = bytearray(7 << 30)", "notebook-failed"),
        ("import os, time\nif os.fork() == 0:\n    time.sleep(987)\nraise ValueError", "notebook-failed"),
    ],
)
def test_a_dying_hanging_or_forking_notebook_is_ended_and_told(tmp_path: Path, cell: str, code: str) -> None:
    workspace = make_workspace(tmp_path / "w", cells=[f"if unit == '87654321':\n    exec({cell!r})"])
    manner = Manner(jobs=2, is_plain=True, cell_timeout=1, notebook_timeout=3)
    result = run_seminar(workspace, Order(SEMINAR), manner=manner, rooms=make_rooms())
    assert result.exit_status == 1
    assert states(workspace) == {"12345678": "done", "12345687": "done", "87654321": "failed"}
    run = json.loads((workspace.output / SEMINAR / "run.json").read_text("utf-8"))
    assert run["failures"][0]["error"]["code"] == code
    assert (workspace.output / SEMINAR / "failed" / "87654321-liten.ipynb").is_file()
    assert not _left_over(tmp_path)


def test_a_notebook_that_prints_for_ever_is_cut_short_and_made(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w", cells=["for _ in range(200):\n    print('x' * 100_000)"])
    assert run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms()).exit_status == 0
    path = workspace.output / SEMINAR / "12345678" / "liten.ipynb"
    assert path.stat().st_size < 3_000_000
    assert "avkortad" in path.read_text("utf-8")


def test_a_run_that_is_out_of_time_tells_what_was_not_made_and_makes_it_the_next_time(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w", cells=["import time\ntime.sleep(1.5 if unit > '2' else 0)"])
    manner = Manner(jobs=1, is_plain=True, run_timeout=0.1)
    began = time.monotonic()
    result = run_seminar(workspace, Order(SEMINAR), manner=manner, rooms=make_rooms())
    assert time.monotonic() - began < 10
    assert result.exit_status == 1
    assert all("tidsgräns" in reason for reason in result.failed.values())
    assert not _left_over(tmp_path)
    again = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert (again.exit_status, set(states(workspace).values())) == (0, {"done"})


def test_the_ledger_can_be_a_shared_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace(tmp_path / "w")
    with postgres_server() as server:
        monkeypatch.setenv(LEDGER_URL, server.url)
        first = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
        again = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
        assert (first.exit_status, first.made, again.made, again.kept) == (0, 3, 0, 3)
        assert set(states(workspace).values()) == {"done"}
    assert not (workspace.work / "ledger.sqlite").exists()


def test_one_output_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    result = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms(renderer="render_half"))
    assert result.exit_status == 1
    assert set(states(workspace).values()) == {"incomplete"}
    assert (workspace.output / SEMINAR / "12345678" / "liten.html").is_file()
    again = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert (again.exit_status, again.made) == (0, 3)


def test_a_full_disk_fails_the_document_and_leaves_the_good_edition(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    page = workspace.output / SEMINAR / "12345678" / "liten.html"
    before = page.read_bytes()
    rooms = make_rooms(renderer="render_full", slices={"12345678": "new"})
    result = run_seminar(
        workspace, Order(SEMINAR), manner=Manner(jobs=2, is_plain=True, force=True), rooms=rooms
    )
    assert result.exit_status == 1
    assert "write-failed" in (workspace.output / SEMINAR / "run.json").read_text("utf-8")
    assert page.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    workspace.output.write_text("a file stands where the folder should be", "utf-8")
    with pytest.raises(SkolbankError, match="write-failed"):
        run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())


def test_the_same_seminar_cannot_run_twice_at_once(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    with lock.held(lock_of(workspace, SEMINAR), SEMINAR), pytest.raises(SkolbankError) as caught:
        run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert caught.value.exit_status == EXIT_LOCKED


@pytest.mark.parametrize("stale", ["dead", "other boot", "other process", "cut", "empty"])
def test_a_stale_lock_is_taken_over(tmp_path: Path, stale: str) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    started = round(psutil.Process().create_time(), 1)
    held = {
        "dead": json.dumps({"pid": gone.pid, "boot": lock.boot_id(), "started": started}),
        "other boot": json.dumps({"pid": os.getpid(), "boot": "earlier", "started": started}),
        "other process": json.dumps({"pid": os.getpid(), "boot": lock.boot_id(), "started": started - 99}),
        "cut": '{"pid": 1',
        "empty": "",
    }[stale]
    path = tmp_path / "a.lock"
    path.write_text(held, "utf-8")
    with lock.held(path, SEMINAR):
        assert lock.is_running(path)
    assert not path.exists()


_RUNNER = """
import sys
from pathlib import Path
from batch_workspace import make_rooms
from analysis_lib.batch.plan import Order
from analysis_lib.batch.round import Manner
from analysis_lib.batch.run import run_seminar
from analysis_lib.vocabulary.workspace import Workspace
if __name__ == "__main__":
    result = run_seminar(Workspace(Path(sys.argv[1])), Order("2026-ht"),
                         manner=Manner(jobs=2, is_plain=True), rooms=make_rooms())
    sys.exit(result.exit_status)
"""


def _start(workspace: Workspace) -> subprocess.Popen[bytes]:
    tests = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])}
    command = [sys.executable, "-c", _RUNNER, str(workspace.root)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def _left_over(root: Path) -> list[str]:
    """Processes that still have the workspace in their environment, after a moment to die."""
    deadline = time.monotonic() + 3
    while True:
        found = []
        for process in psutil.process_iter():
            try:
                is_ours = process.environ().get("SKOLBANK_WORKSPACE", "").startswith(str(root))
                if is_ours and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(f"{process.pid} {process.cmdline()}")
            except psutil.Error:
                continue
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def _wait(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def _whole(workspace: Workspace) -> bool:
    """Every page under a final name ends as a page does, and nothing half made lies beside it."""
    pages = list(workspace.output.rglob("liten.html"))
    parts = [path for path in workspace.output.rglob(".*.part")]
    return not parts and all(page.read_text("utf-8").endswith("</p>") for page in pages)


_SLOW = ["import time\ntime.sleep(0.4)", "print(unit)"]


@pytest.mark.parametrize("moment", [0.0, 0.35, 0.7])
def test_a_killed_runner_loses_nothing_and_leaves_no_process(tmp_path: Path, moment: float) -> None:
    workspace = make_workspace(tmp_path / "w", cells=_SLOW)
    runner = _start(workspace)
    _wait(lambda: (workspace.work / "batch" / SEMINAR).is_dir())
    time.sleep(moment)
    runner.kill()
    runner.wait()
    assert not _left_over(tmp_path)
    assert _whole(workspace)
    before = states(workspace)
    result = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert result.exit_status == 0
    assert set(states(workspace).values()) == {"done"}
    assert result.made + result.kept == len(UNITS)
    assert len(before) <= len(UNITS)


@pytest.mark.parametrize("victim", ["template", "render"])
def test_a_killed_worker_is_replaced_and_its_work_done_again(tmp_path: Path, victim: str) -> None:
    workspace = make_workspace(tmp_path / "w", cells=_SLOW)
    runner = _start(workspace)

    def workers() -> list[psutil.Process]:
        return [
            p
            for p in psutil.Process(runner.pid).children()
            if f"kernels.{victim}" in " ".join(p.cmdline()) or f"batch.{victim}" in " ".join(p.cmdline())
        ]

    _wait(lambda: bool(workers()) and (workspace.work / "batch" / SEMINAR).is_dir())
    time.sleep(0.2)
    workers()[0].kill()
    assert runner.wait(timeout=60) == 0
    assert set(states(workspace).values()) == {"done"}
    assert not _left_over(tmp_path)


def test_sigterm_ends_a_round_with_everything_it_started(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w", cells=["import time\ntime.sleep(30)"])
    runner = _start(workspace)
    _wait(lambda: (workspace.work / "batch" / "workers.log").is_file())
    _wait(lambda: (workspace.output / SEMINAR / "run.json").is_file())
    time.sleep(0.3)
    runner.send_signal(signal.SIGTERM)
    assert runner.wait(timeout=10) != 0
    assert not _left_over(tmp_path)
    assert not lock.is_running(lock_of(workspace, SEMINAR))
    run = json.loads((workspace.output / SEMINAR / "run.json").read_text("utf-8"))
    assert run["status"] == "interrupted"
