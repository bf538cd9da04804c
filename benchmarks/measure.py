"""One command in a process of its own: its time, its work and its peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GIB = 1024**3


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
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors, env=settings, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            words = " ".join(Path(str(word)).name for word in command[:6])
            raise CommandFailed(f"{words}: status {process.returncode}\n{errors.read()[-2000:]}")
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return Measured(seconds, usage.ru_utime + usage.ru_stime, peak, output.read())


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
