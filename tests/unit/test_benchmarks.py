"""The benchmarks measure what they say, and stop at a command that fails; no test looks at a time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.measure import CommandFailed, run
from benchmarks.report import write_report
from benchmarks.sections import Table

_TAKES_MEMORY = "x = bytearray(200 * 2**20); x[::4096] = b'1' * len(x[::4096]); print('done')"


def test_peak_memory_is_that_of_the_measured_process() -> None:
    small, large = run([sys.executable, "-c", "pass"]), run([sys.executable, "-c", _TAKES_MEMORY])
    assert large.output == "done\n"
    assert large.peak - small.peak > 150 * 2**20


def test_peak_memory_takes_in_what_the_command_starts() -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_TAKES_MEMORY!r}], check=True)"
    assert run([sys.executable, "-c", code]).peak > 200 * 2**20


def test_a_failed_command_is_no_measurement() -> None:
    with pytest.raises(CommandFailed, match="status 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_report_holds_every_line_and_names_no_place(tmp_path: Path) -> None:
    path = tmp_path / "PERFORMANCE.md"
    write_report(path, [Table("Import", ("size", "time"), (("town", "1.00 s"),), "One note.")], load=0.5)
    text = path.read_text("utf-8")
    assert "## Import\n\n| size | time |\n| --- | --- |\n| town | 1.00 s |\n\nOne note.\n" in text
    assert "What limits" in text
    assert str(Path.home()) not in text
