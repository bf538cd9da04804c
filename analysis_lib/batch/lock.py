"""One run at a time per seminar: the lock names its holder, and nobody holds it after death (floor 8)."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from analysis_lib.errors import EXIT_LOCKED, SkolbankError


def boot_id() -> str:
    """What tells this start of the machine from every other."""
    source = Path("/proc/sys/kernel/random/boot_id")
    return source.read_text().strip() if source.is_file() else str(round(psutil.boot_time()))


def _started(pid: int) -> float:
    return round(float(psutil.Process(pid).create_time()), 1)


def _is_alive(holder: dict[str, object]) -> bool:
    if holder.get("boot") != boot_id():
        return False
    try:
        return _started(int(str(holder["pid"]))) == holder.get("started")
    except (psutil.Error, KeyError, ValueError):
        return False


@contextmanager
def held(path: Path, seminar: str) -> Iterator[None]:
    """Holds the lock file ``path``; raises with exit status 4 while another living process holds it.

    A lock of a dead process, or from before the machine was restarted, is taken over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _guard(path.with_suffix(".guard")):
        holder = _read(path)
        if holder and _is_alive(holder):
            raise SkolbankError(
                "seminar-locked",
                f"Seminariet {seminar} körs redan (process {holder['pid']})",
                where=path.name,
                remedy="Vänta tills den körningen är klar, eller avbryt den.",
                exit_status=EXIT_LOCKED,
            )
        mine = {"pid": os.getpid(), "boot": boot_id(), "started": _started(os.getpid())}
        path.write_text(json.dumps(mine), "utf-8")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def is_running(path: Path) -> bool:
    """Whether a living process holds the lock."""
    holder = _read(path)
    return bool(holder) and _is_alive(holder)


def _read(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@contextmanager
def _guard(path: Path) -> Iterator[None]:
    """Only one process at a time looks at a lock and takes it; the system lets go when it dies."""
    with path.open("a+b") as handle:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
