"""What a person sees while a round runs: a bar with time left, or plain lines (floor 8)."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any


class Progress:
    """Shows done, failed and left on the error stream; a line now and then when that is no terminal."""

    def __init__(self, total: int, *, plain: bool | None = None) -> None:
        self.total, self.done, self.failed = total, 0, 0
        self.began = self.told = time.monotonic()
        self.is_plain = not sys.stderr.isatty() if plain is None else plain
        self.bar: Any = None
        self.task: Any = None

    def __enter__(self) -> Progress:
        if not self.is_plain and self.total:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (BarColumn(), TextColumn("{task.fields[state]}"))
            self.bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self.bar.start()
            self.task = self.bar.add_task("", total=self.total, state=self._state([]))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        if self.bar:
            self.bar.stop()

    def step(self, *, failed: bool, current: list[str]) -> None:
        """One more document is made or has failed; ``current`` are those being worked on."""
        self.done += 1
        self.failed += failed
        if self.bar:
            self.bar.update(self.task, completed=self.done, state=self._state(current))
        elif self.is_plain and (self.done == self.total or time.monotonic() - self.told > 5):
            self.told = time.monotonic()
            print(self._state([]), file=sys.stderr, flush=True)

    def _state(self, current: list[str]) -> str:
        parts = [f"{self.done} av {self.total} dokument"]
        if self.failed:
            parts.append(f"{self.failed} misslyckades")
        left = self.total - self.done
        if left and self.done:
            parts.append(f"{_duration((time.monotonic() - self.began) / self.done * left)} kvar")
        if current:
            parts.append(", ".join(name.partition("/")[0] for name in current[:3]))
        return " · ".join(parts)


def _duration(seconds: float) -> str:
    """A rough time in words.

    >>> _duration(12), _duration(200)
    ('12 s', '3 min')
    """
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
