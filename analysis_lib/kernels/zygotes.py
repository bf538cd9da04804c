"""The server's side of the warm processes: one per folder of extracts, started when needed (floor 8).

A zygote ends by itself when it has had no kernel for a while, and with the server in any case. Where a forked
process cannot wall itself in, each kernel gets a sandbox, and a start, of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import queue
import shutil
import signal
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from analysis_lib.errors import SkolbankError
from analysis_lib.kernels.process import Reply, Worker
from analysis_lib.kernels.sandbox import interpreter, lone_command, sandbox_available, shared_command
from analysis_lib.kernels.warm import LIVE

IDLE = 600.0
_MODULE = "analysis_lib.kernels.zygote"


@dataclass(frozen=True)
class LiveKernel:
    """A kernel that was asked for: ``started`` when its sockets are there, ``ended`` with its exit status."""

    id: str
    scope: Path
    folder: Path
    started: Future[None] = field(default_factory=Future)
    ended: Future[int] = field(default_factory=Future)


class Zygote:
    """One warm process in its sandbox, and the kernels that it has forked.

    ``ready`` tells why its forks cannot wall themselves in; an empty text when they can.
    """

    def __init__(self, command: Sequence[str], log: Path, *, alone: bool, idle: float = 0.0) -> None:
        order = {"modules": [] if alone else list(LIVE), "idle": idle or IDLE, "alone": alone}
        self.alone = alone
        self.kernels: dict[str, LiveKernel] = {}
        self.ready: Future[str] = Future()
        self._log = log
        self._command, self._order = tuple(command), json.dumps(order)
        begun: Future[Worker] = Future()
        threading.Thread(target=self._live, args=(begun,), name="zygote", daemon=True).start()
        self.worker = begun.result()

    @property
    def is_alive(self) -> bool:
        """Whether it still answers."""
        return self.worker.process.poll() is None

    @property
    def pid(self) -> int:
        """The sandbox's process number, as this machine sees it."""
        return self.worker.process.pid

    def start(self, kernel: LiveKernel, limits: Mapping[str, int]) -> None:
        """Asks for a kernel; how it goes is told by its futures."""
        self.kernels[kernel.id] = kernel
        message = {"event": "start", "id": kernel.id, "scope": kernel.scope.name, "limits": dict(limits)}
        self.worker.send(message)
        if not self.is_alive:
            self._all_ended()

    def signal(self, kernel: LiveKernel, number: int) -> None:
        """Sends a signal to the kernel; one that has ended gets none."""
        if not kernel.ended.done():
            self.worker.send({"event": "signal", "id": kernel.id, "signal": int(number)})

    def stop(self) -> None:
        """Ends the sandbox and everything in it."""
        self.worker.stop()

    def _live(self, begun: Future[Worker]) -> None:
        """Starts the process and hears it to its end: a sandbox ends with the thread that started it."""
        replies: queue.Queue[Reply] = queue.Queue()
        try:
            begun.set_result(
                Worker.start(
                    "zygote",
                    _MODULE,
                    arguments=[self._order],
                    replies=replies,
                    log=self._log,
                    environment={},
                    around=self._command,
                    python=interpreter(),
                )
            )
        except OSError as fault:
            begun.set_exception(_not_started(type(fault).__name__))
            return
        while True:
            message = replies.get().message
            self._take(message)
            if message["event"] == "died":
                return

    def _take(self, message: Mapping[str, Any]) -> None:
        event, kernel = message["event"], self.kernels.get(str(message.get("id")))
        if event == "ready":
            fault = message["fault"] or ("" if message["threads"] == 1 else f"{message['threads']} threads")
            self.ready.set_result(fault)
        elif event == "died":
            self._all_ended()
        elif kernel is not None and event == "started":
            kernel.started.set_result(None)
        elif kernel is not None:
            self._ended(kernel, int(message.get("status", 70)), str(message.get("message", "")))

    def _all_ended(self) -> None:
        if not self.ready.done():
            self.ready.set_exception(_not_started(_last_line(self._log)))
        for kernel in list(self.kernels.values()):
            self._ended(kernel, -signal.SIGKILL, "")

    def _ended(self, kernel: LiveKernel, status: int, message: str) -> None:
        self.kernels.pop(kernel.id, None)
        if not kernel.started.done():
            kernel.started.set_exception(_not_started(message))
        if not kernel.ended.done():
            kernel.ended.set_result(status)


class Zygotes:
    """All warm processes of this server, by the folder whose extracts they may open."""

    def __init__(self) -> None:
        self._place: Path | None = None
        self._shared: dict[tuple[int, int], Zygote] = {}
        self.can_fork = True
        self.idle = 0.0  # seconds without a kernel after which a zygote ends; 0 for the usual

    def folder(self, scope: Path) -> tuple[str, Path]:
        """A new kernel's id and its own folder, which only this user may open."""
        name = uuid4().hex[:12]
        folder = self._connections(scope) / name
        folder.mkdir(mode=0o700, parents=True)
        return name, folder

    def warm(self, scope: Path) -> Zygote:
        """The zygote that may open the scope, started when there is none; raises when there is no sandbox."""
        sandbox_available()
        key = _key(scope)
        zygote = self._shared.get(key)
        if zygote is None or not zygote.is_alive:
            connections = self._connections(scope)
            command = shared_command(scope.parent, connections)
            zygote = self._shared[key] = Zygote(
                command, connections.with_suffix(".log"), alone=False, idle=self.idle
            )
        return zygote

    def give_up_forking(self) -> None:
        """Forks cannot wall themselves in on this machine: from now on each kernel starts alone."""
        self.can_fork = False
        for zygote in self._shared.values():
            zygote.stop()
        self._shared.clear()

    def lone(self, kernel: LiveKernel) -> Zygote:
        """A sandbox for this kernel only, which imports for itself; where a fork cannot wall itself in."""
        sandbox_available()
        log = kernel.folder.with_suffix(".log")
        return Zygote(lone_command(kernel.scope, kernel.folder), log, alone=True)

    def stop(self) -> None:
        """Ends every zygote and removes the folders of their kernels."""
        for zygote in self._shared.values():
            zygote.stop()
        self._shared.clear()
        if self._place is not None:
            shutil.rmtree(self._place, ignore_errors=True)
            self._place = None

    def _connections(self, scope: Path) -> Path:
        if self._place is None:
            self._place = Path(tempfile.mkdtemp(prefix="skolbank-live-"))
            atexit.register(self.stop)
        device, inode = _key(scope)
        folder = self._place / f"{device:x}-{inode:x}"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder


ZYGOTES = Zygotes()


def warm(scope: Path, *, idle: float = 0.0) -> None:
    """Starts the zygote for a scope's extract ahead of its first viewer; nothing without a sandbox.

    ``idle``: seconds without a kernel after which zygotes end from now on; 0 for the usual ten minutes.
    """
    ZYGOTES.idle = idle
    with contextlib.suppress(SkolbankError):
        if ZYGOTES.can_fork:
            ZYGOTES.warm(scope)


def _last_line(log: Path) -> str:
    """What the process said last; nothing when the server has already taken its files away."""
    with contextlib.suppress(OSError):
        return (log.read_text("utf-8", "replace").strip().splitlines() or [""])[-1]
    return ""


def _key(scope: Path) -> tuple[int, int]:
    told = scope.parent.stat()
    return told.st_dev, told.st_ino


def _not_started(detail: str) -> SkolbankError:
    return SkolbankError(
        "live-kernel-failed",
        "Den levande sidan kunde inte starta",
        where=detail[:200],
        remedy="Sidan visas som den är släppt. Pröva igen om en stund.",
    )
