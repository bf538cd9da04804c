"""The same round on a Dask cluster of real processes: the same, and nothing lost when a worker dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from batch_workspace import SEMINAR, UNITS, make_rooms, make_workspace

from analysis_lib.batch.places import ledger_of
from analysis_lib.batch.plan import Order
from analysis_lib.batch.round import Manner
from analysis_lib.batch.run import run_seminar
from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.workspace import Workspace

ROOT = Path(__file__).parents[2]
_SLOW = ["import time\ntime.sleep(1.5)", "unit"]


@dataclass
class Cluster:
    """A scheduler and its worker processes on loopback."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    told = tmp_path / "scheduler.json"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3",
    }

    def start(role: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{role}", *words, "--no-dashboard"]
        log = (tmp_path / f"{role}.log").open("ab")
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=tmp_path)

    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told))
    deadline = time.monotonic() + 60
    while not told.is_file() and time.monotonic() < deadline:
        time.sleep(0.1)
    address = json.loads(told.read_text("utf-8"))["address"]
    workers = [
        start("worker", address, "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1") for _ in "123"
    ]
    try:
        yield Cluster(address, workers)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def said(workspace: Workspace) -> dict[str, list[object]]:
    """The outputs of each unit's notebook."""
    found = {}
    for path in (workspace.output / SEMINAR).glob("*/liten.ipynb"):
        found[path.parent.name] = [cell.get("outputs") for cell in json.loads(path.read_text("utf-8"))]
    return found


def test_a_cluster_makes_the_same_documents_though_a_worker_is_killed(
    tmp_path: Path, cluster: Cluster
) -> None:
    here = make_workspace(tmp_path / "här", cells=_SLOW)
    assert run_seminar(here, Order(SEMINAR), manner=Manner(is_plain=True), rooms=make_rooms()).made == 3
    there = make_workspace(tmp_path / "klustret", cells=_SLOW)
    events = tmp_path / "events.jsonl"
    kill = threading.Timer(4.0, lambda: cluster.workers[0].send_signal(signal.SIGKILL))
    kill.start()
    manner = Manner(scheduler=cluster.address, is_plain=True, events=events)
    result = run_seminar(there, Order(SEMINAR), manner=manner, rooms=make_rooms())
    kill.cancel()
    cluster.workers[0].send_signal(signal.SIGKILL)
    assert (result.exit_status, result.made, dict(result.failed)) == (0, 3, {})
    assert said(there) == said(here)
    assert set(said(there)) == set(UNITS)
    told = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    assert [line["event"] for line in told] == ["started", *["document"] * 3, "finished"]
    assert {line["unit"] for line in told if line["event"] == "document"} == set(UNITS)


def test_workers_that_do_not_see_the_workspace_are_told(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis_lib.batch import cluster as room

    workspace = make_workspace(tmp_path / "w")
    manner = Manner(scheduler=cluster.address, is_plain=True)
    monkeypatch.setattr(room, "all_code_hash", lambda: "another")
    with pytest.raises(SkolbankError) as refused:
        run_seminar(workspace, Order(SEMINAR), manner=manner, rooms=make_rooms())
    assert refused.value.code == "cluster-other-version"
    assert not ledger_of(workspace).entries(SEMINAR)


def test_an_address_where_nobody_answers_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis_lib.batch import cluster as room

    monkeypatch.setattr(room, "_CONNECT", 1)
    workspace = make_workspace(tmp_path / "w")
    manner = Manner(scheduler="tcp://127.0.0.1:1", is_plain=True)
    with pytest.raises(SkolbankError) as refused:
        run_seminar(workspace, Order(SEMINAR), manner=manner, rooms=make_rooms())
    assert refused.value.code == "cluster-not-found"
    assert not (workspace.output / SEMINAR / "index.html").exists()
