"""Fifty kills at random moments, of the runner, the template, a notebook's process or a render worker.

Counted: half-written files, lost documents, processes left behind, finished documents made again (all 0).
"""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from batch_workspace import SEMINAR, UNITS, make_rooms, make_workspace
from test_batch_faults import _left_over, _start, _wait, _whole

from analysis_lib.batch.places import ledger_of
from analysis_lib.batch.plan import Order
from analysis_lib.batch.round import Manner
from analysis_lib.batch.run import run_seminar
from analysis_lib.vocabulary.workspace import Workspace

_CELLS = [
    "import os, time\ntime.sleep(0.25)",
    "place = os.environ['SKOLBANK_WORKSPACE'] + '/ran.log'\nopen(place, 'a').write(unit + '\\n')\nunit",
]
MANNER = Manner(jobs=2, is_plain=True)


def ran(workspace: Workspace) -> Counter[str]:
    """How many times each unit's notebook has run to its end."""
    log = workspace.root / "ran.log"
    return Counter(log.read_text("utf-8").split() if log.is_file() else [])


def finished(workspace: Workspace) -> set[str]:
    """The units whose document is staged or done according to the ledger."""
    ledger = ledger_of(workspace)
    try:
        entries = ledger.entries(SEMINAR).values()
    finally:
        ledger.close()
    return {entry.code for entry in entries if entry.state in ("staged", "done")}


def victims(runner: int) -> dict[str, list[psutil.Process]]:
    """The processes of a round by what they do."""
    found: dict[str, list[psutil.Process]] = {"runner": [psutil.Process(runner)]}
    for child in psutil.Process(runner).children():
        kind = "render" if "batch.render" in " ".join(child.cmdline()) else "template"
        found.setdefault(kind, []).append(child)
        if kind == "template":
            found.setdefault("notebook", []).extend(child.children())
    return {kind: processes for kind, processes in found.items() if processes}


@pytest.mark.slow
def test_fifty_kills_lose_nothing(tmp_path: Path) -> None:
    chance, counts = random.Random(20261122), Counter[str]()
    for number in range(50):
        workspace = make_workspace(tmp_path / f"w{number}", cells=_CELLS)
        runner = _start(workspace)
        _wait(lambda place=workspace: (place.work / "batch" / SEMINAR).is_dir())
        time.sleep(chance.uniform(0, 0.9))
        if runner.poll() is None:
            try:
                there = victims(runner.pid)
                kind = chance.choice(sorted(there))
                chance.choice(there[kind]).kill()
                counts[f"killed {kind}"] += 1
            except psutil.Error:
                counts["too late"] += 1
            if kind == "runner":
                runner.wait()
            else:
                runner.wait(timeout=60)
        counts["orphans"] += len(_left_over(workspace.root))
        counts["half written"] += not _whole(workspace)
        before, made = finished(workspace), ran(workspace)
        result = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
        after = ran(workspace)
        counts["lost"] += result.exit_status != 0 or finished(workspace) != set(UNITS)
        counts["redone"] += sum(after[unit] > made[unit] for unit in before)
    print(dict(counts))
    assert {name: counts[name] for name in ("orphans", "half written", "lost", "redone")} == {
        "orphans": 0,
        "half written": 0,
        "lost": 0,
        "redone": 0,
    }
    assert sum(count for name, count in counts.items() if name.startswith("killed")) >= 40
