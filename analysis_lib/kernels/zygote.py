"""The warm process inside the sandbox: imports once, then forks one walled-in kernel per request (floor 8).

It is told what to start and what to signal, a JSON line at a time, and never sees a cell, a key or a state.
With ``alone`` the sandbox is one kernel's own, and that kernel imports for itself what it needs.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NoReturn

from analysis_lib.kernels import confine
from analysis_lib.kernels.process import private_pipe, say
from analysis_lib.kernels.template import import_all, thread_count

_SUBREAPER, _DUMPABLE = 36, 4
_libc = ctypes.CDLL(None)


@dataclass
class _Starting:
    """A request whose kernel is not yet bound: the process that builds its walls, and what it says."""

    id: str
    builder: int
    told: bytes = b""


@dataclass
class Zygote:
    """Waits for requests and for kernels at once; ends when the pipe does, or when it has long been idle."""

    pipe: BinaryIO
    idle: float
    alone: bool
    starting: dict[int, _Starting] = field(default_factory=dict)
    running: dict[int, tuple[str, int]] = field(default_factory=dict)  # pidfd: (id, pid)
    rest: bytes = b""
    quiet_since: float = field(default_factory=time.monotonic)

    def serve(self) -> None:
        while True:
            ready, _, _ = select.select([0, *self.starting, *self.running], [], [], self.idle)
            for handle in ready:
                if handle in self.starting:
                    self._hear(handle)
                elif handle in self.running:
                    self._reap(handle)
            if 0 in ready and not self._take():
                return
            if self.starting or self.running or ready:
                self.quiet_since = time.monotonic()
            elif time.monotonic() - self.quiet_since >= self.idle:
                return

    def _take(self) -> bool:
        chunk = os.read(0, 1 << 16)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in lines:
            request = json.loads(line)
            if request["event"] == "start":
                self._fork(request)
            else:
                self._signal(request["id"], request["signal"])
        return bool(chunk)

    def _fork(self, request: Mapping[str, Any]) -> None:
        hearing, telling = os.pipe()
        builder = os.fork()
        if builder == 0:
            _build(request, telling, alone=self.alone)
        os.close(telling)
        self.starting[hearing] = _Starting(request["id"], builder)

    def _hear(self, handle: int) -> None:
        """The builder's lines: the kernel's process number, then ``bound``; anything else is a fault."""
        start = self.starting[handle]
        chunk = os.read(handle, 4096)
        start.told += chunk
        if chunk:
            return
        del self.starting[handle]
        os.close(handle)
        os.waitpid(start.builder, 0)
        lines = start.told.decode("utf-8", "replace").splitlines()
        pid = int(lines[0]) if lines and lines[0].isdigit() else 0
        if pid and lines[-1] == "bound":
            self.running[os.pidfd_open(pid)] = (start.id, pid)
            say(self.pipe, {"event": "started", "id": start.id})
            return
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            lines += [f"status {os.waitstatus_to_exitcode(status)}"] if len(lines) == 1 else []
        say(self.pipe, {"event": "failed", "id": start.id, "message": lines[-1] if lines else ""})

    def _reap(self, handle: int) -> None:
        name, pid = self.running.pop(handle)
        os.close(handle)
        _, status = os.waitpid(pid, 0)
        say(self.pipe, {"event": "ended", "id": name, "status": os.waitstatus_to_exitcode(status)})

    def _signal(self, name: str, number: int) -> None:
        for handle, (each, _) in self.running.items():
            if each == name:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handle, number)
        for start in self.starting.values():
            if start.id == name and number == signal.SIGKILL:
                for line in start.told.decode().splitlines()[:1]:
                    os.kill(int(line), signal.SIGKILL)


def main() -> None:
    """Serves until the pipe ends; ``sys.argv[1]`` is the order as JSON: modules, idle seconds, alone."""
    order = json.loads(sys.argv[1])
    pipe = private_pipe()
    if order["alone"]:  # then the kernel shares our process namespace, and must not look into us
        _libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    _libc.prctl(_SUBREAPER, 1, 0, 0, 0)
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]  # nobody debugs a live page's kernel
    import_all(order["modules"])
    gc.collect()
    gc.freeze()
    say(pipe, {"event": "ready", "threads": thread_count(), "fault": "" if order["alone"] else _trial()})
    Zygote(pipe, float(order["idle"]), bool(order["alone"])).serve()


def _trial() -> str:
    """Why a forked process cannot build its walls here; empty when it can."""
    hearing, telling = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            confine.own_namespaces()
            confine.own_root("", "")
            os._exit(0)
        except BaseException as fault:
            os.write(telling, str(fault).encode()[:1000])
            os._exit(1)
    os.close(telling)
    with os.fdopen(hearing, "rb") as told:
        said = told.read().decode("utf-8", "replace")
    _, status = os.waitpid(pid, 0)
    return said or ("" if status == 0 else f"status {status}")


def _build(request: Mapping[str, Any], telling: int, *, alone: bool) -> NoReturn:
    """The builder's whole life: walls, the kernel inside them, and the seal on its folder."""
    try:
        os.setsid()
        _keep_only(telling)
        os.set_inheritable(telling, False)
        if not alone:
            confine.own_namespaces()
        confine.limit({**confine.LIMITS, **request["limits"]})
        if not alone:
            confine.own_root(request["scope"], request["id"])
        bound, binding = os.pipe()
        kernel = os.fork()
        if kernel == 0:
            os.close(telling)
            os.close(bound)
            _run(binding, alone=alone)
        os.close(binding)
        os.write(telling, f"{kernel}\n".encode())
        with os.fdopen(bound, "rb") as heard:
            said = heard.read()
        if said == b"bound\n" and not alone:
            confine.seal_connection()
        os.write(telling, said)
        os._exit(0)
    except BaseException as fault:
        os.write(telling, f"{type(fault).__name__}: {fault}\n".encode()[:1000])
        os._exit(1)


def _run(binding: int, *, alone: bool) -> NoReturn:
    """The kernel's whole life; what it cannot start with is told, what cells do is its own."""
    try:
        confine.give_up_rights(alone=alone)
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        from analysis_lib.kernels.live import serve_kernel

        serve_kernel(lambda: _tell_bound(binding))
        os._exit(0)
    except BaseException as fault:
        with contextlib.suppress(OSError):
            os.write(binding, f"{type(fault).__name__}: {fault}\n".encode()[:1000])
        os._exit(70)


def _tell_bound(binding: int) -> None:
    os.write(binding, b"bound\n")
    os.close(binding)


def _keep_only(handle: int) -> None:
    """Closes everything inherited: the pipe to the server, other kernels, other requests."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.closerange(3, handle)
    os.closerange(handle + 1, 4096)


if __name__ == "__main__":
    main()
