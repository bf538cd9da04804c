"""One command in a process of its own: its time, its work and its peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GIB = 1024**3
# A process starts with the peak memory of the one that forked it, so a small one stands between.
_LAUNCHER = """
import resource, subprocess, sys, time
began = time.perf_counter()
status = subprocess.call(sys.argv[2:])
seconds = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
with open(sys.argv[1], "w") as told:
    told.write(f"{seconds} {used.ru_utime + used.ru_stime} {peak}")
sys.exit(status)
"""


@dataclass(frozen=True)
class Measured:
    """Wall-clock and processor seconds, and the peak resident memory (bytes) of the largest process.

    Processor seconds and memory take in the processes that the command started and waited for.
    """

    seconds: float
    cpu_seconds: float
    peak: int
    output: str


class CommandFailed(Exception):
    """A measured command did not end as it should: a figure of it would mean nothing."""


def run(
    command: Sequence[str | os.PathLike[str]],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> Measured:
    """Runs the command and measures it; raises ``CommandFailed`` when its exit status is not 0."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    with tempfile.NamedTemporaryFile("r") as usage:
        launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, usage.name]
        done = subprocess.run(
            [*launcher, *command], env=settings, cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            words = " ".join(Path(str(word)).name for word in command[:6])
            raise CommandFailed(f"{words}: status {done.returncode}\n{done.stderr[-2000:]}")
        seconds, cpu_seconds, peak = (float(figure) for figure in usage.read().split())
        return Measured(seconds, cpu_seconds, int(peak), done.stdout)


def median_of(times: int, command: Sequence[str | os.PathLike[str]]) -> Measured:
    """The run with the median time of several."""
    runs = sorted((run(command) for _ in range(times)), key=lambda each: each.seconds)
    middle = statistics.median_low([each.seconds for each in runs])
    return next(each for each in runs if each.seconds == middle)


def skolbank(*arguments: str | os.PathLike[str]) -> list[str | os.PathLike[str]]:
    """The command ``skolbank`` of this clone."""
    return [sys.executable, "-m", "analysis_lib", *arguments]


def step(name: str, *arguments: str | os.PathLike[str]) -> list[str | os.PathLike[str]]:
    """One of the steps of ``benchmarks.step``, in a process of its own."""
    return [sys.executable, "-m", "benchmarks.step", name, *arguments]


def tree_size(folder: Path) -> tuple[int, int]:
    """The files in a folder and their bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)
