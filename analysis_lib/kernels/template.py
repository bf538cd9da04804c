"""The warm template: imports everything once, then forks one clean child per notebook (floor 8).

It runs a single thread (checked), because a fork copies only the thread that asks for it. Children cannot
see each other; each is ended at its deadline, with everything it started.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

from analysis_lib.kernels.job import NotebookJob, perform
from analysis_lib.kernels.process import die_with_parent, private_pipe, say

MEMORY_LIMIT = 6 * 1024**3


def main() -> None:
    """Serves until the pipe ends; ``sys.argv[1:]`` names the modules to import first."""
    pipe = private_pipe()
    warm_up(sys.argv[1:])
    count = thread_count()
    if count != 1:
        say(pipe, {"event": "unfit", "threads": count})
        return
    say(pipe, {"event": "ready", "pid": os.getpid()})
    Template(pipe).serve()


def warm_up(modules: list[str]) -> None:
    """Imports what notebooks use and freezes it, so that children share the memory."""
    from analysis_lib.kernels import engine, shell

    import_all(modules)
    engine.warm_up()
    shell.make_shell()
    gc.collect()
    gc.freeze()


def import_all(modules: list[str]) -> None:
    """Imports the modules that exist; one with a function ``warm_up`` prepares more than its import."""
    for name in modules:
        with contextlib.suppress(ModuleNotFoundError):
            getattr(importlib.import_module(name), "warm_up", lambda: None)()


def thread_count() -> int:
    """The threads of this process, those of C libraries too (Linux)."""
    return len(list(Path("/proc/self/task").iterdir()))


class Template:
    """Waits for jobs and for children at once; every wait ends at the next deadline."""

    def __init__(self, pipe: BinaryIO) -> None:
        self.pipe = pipe
        self.children: dict[int, tuple[int, NotebookJob, float, int]] = {}
        self.rest = b""

    def serve(self) -> None:
        while True:
            ready, _, _ = select.select([0, *self.children], [], [], self._next_wait())
            for handle in ready:
                if handle in self.children:
                    self._reap(handle)
            if 0 in ready and not self._take():
                break
            self._end_late_ones()
        for pid, *_ in self.children.values():
            _kill_group(pid)

    def _next_wait(self) -> float | None:
        if not self.children:
            return None
        return max(0.0, min(deadline for _, _, deadline, _ in self.children.values()) - time.monotonic())

    def _take(self) -> bool:
        chunk = os.read(0, 1 << 16)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in lines:
            self._fork(NotebookJob(**json.loads(line)))
        return bool(chunk)

    def _fork(self, job: NotebookJob) -> None:
        reading, writing = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _child(job, writing, parent)
        os.close(writing)
        handle = os.pidfd_open(pid)
        self.children[handle] = (pid, job, time.monotonic() + job.notebook_timeout, reading)

    def _reap(self, handle: int) -> None:
        pid, job, _, reading = self.children.pop(handle)
        os.close(handle)
        _kill_group(pid)
        _, status = os.waitpid(pid, 0)
        os.set_blocking(reading, False)
        answer = b""
        with contextlib.suppress(BlockingIOError):
            while part := os.read(reading, 1 << 16):
                answer += part
        os.close(reading)
        if answer.endswith(b"\n"):
            say(self.pipe, json.loads(answer))
        else:
            say(self.pipe, {"event": "dead", "id": job.id, "signal": os.waitstatus_to_exitcode(status)})

    def _end_late_ones(self) -> None:
        now = time.monotonic()
        for handle, (pid, job, deadline, reading) in list(self.children.items()):
            if now >= deadline:
                del self.children[handle]
                _kill_group(pid)
                os.waitpid(pid, 0)
                os.close(handle)
                os.close(reading)
                say(self.pipe, {"event": "late", "id": job.id})


def _child(job: NotebookJob, writing: int, parent: int) -> None:
    """The child's whole life: a session of its own, one notebook, one answer."""
    try:
        os.setsid()
        os.environ["SKOLBANK_PARENT"] = str(parent)
        die_with_parent()
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        _limit_memory()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        answer: dict[str, Any] = perform(job, "fork")
        os.write(writing, json.dumps(answer).encode() + b"\n")
        os._exit(0)
    except BaseException:
        os._exit(70)


def _limit_memory() -> None:
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, hard))


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
