"""Worker processes that take and answer one JSON line at a time, and die with who started them (floor 8).

Both sides live here. Pipes and one reading thread per worker are all it takes, on every platform.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

_PARENT = "SKOLBANK_PARENT"


@dataclass(frozen=True)
class Reply:
    """What a worker said; ``event`` is ``died`` when it said nothing more."""

    worker: str
    message: Mapping[str, Any]


@dataclass
class Worker:
    """A running worker process, and the queue to which its replies go."""

    name: str
    process: subprocess.Popen[bytes]
    replies: queue.Queue[Reply]
    log: Path
    _reader: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, name=f"read-{self.name}", daemon=True)
        self._reader.start()

    @classmethod
    def start(
        cls,
        name: str,
        module: str,
        *,
        arguments: Sequence[str] = (),
        replies: queue.Queue[Reply],
        log: Path,
        environment: Mapping[str, str],
        around: Sequence[str] = (),
        python: str = sys.executable,
    ) -> Worker:
        """Starts ``python -m module`` in a session of its own; what it prints goes to ``log``.

        ``around`` is a command that starts it in a sandbox; then it gets nothing of our environment, and
        ``python`` is where the interpreter lies in there.
        """
        settings = {**environment} if around else {**os.environ, **environment, _PARENT: str(os.getpid())}
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink:
            process = subprocess.Popen(
                [*around, python, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                env=settings,
                start_new_session=os.name != "nt",
            )
        return cls(name, process, replies, log)

    def send(self, message: Mapping[str, Any]) -> None:
        """Gives the worker a line; a worker that is gone has told so in the queue."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()

    def stop(self) -> None:
        """Ends the worker and everything in its session, and waits until it is gone."""
        with contextlib.suppress(OSError, ValueError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        try:
            self.process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends the worker at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.name == "nt":
                self.process.kill()
            else:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.replies.put(Reply(self.name, json.loads(line)))
        self.replies.put(Reply(self.name, {"event": "died", "pid": self.process.pid}))


def serve(answer: Callable[[dict[str, Any]], Mapping[str, Any]], *, greeting: Mapping[str, Any]) -> None:
    """The worker's side: answers each line until the pipe ends. Prints go to the log, not to the pipe."""
    pipe = private_pipe()
    say(pipe, greeting)
    for request in requests():
        say(pipe, answer(request))


def private_pipe() -> BinaryIO:
    """The pipe to the one who started us; from now on ordinary prints go to the error stream."""
    die_with_parent()
    pipe = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return pipe


def say(pipe: BinaryIO, message: Mapping[str, Any]) -> None:
    """One line to the one who started us."""
    try:
        pipe.write(json.dumps(message).encode() + b"\n")
    except BrokenPipeError:
        os._exit(1)


def requests() -> Iterator[dict[str, Any]]:
    """The lines we are given, until the pipe ends."""
    for line in sys.stdin.buffer:
        yield json.loads(line)


def die_with_parent() -> None:
    """Asks the kernel to end this process when its parent ends (Linux; elsewhere the pipe's end does)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)
    expected = os.environ.get(_PARENT)
    if expected and os.getppid() != int(expected):
        os._exit(1)
