"""The inner wall: what a forked process does to itself before any cell runs in it (floor 8).

Namespaces of its own, a new root in which only its own extract and its own connection folder exist, limits,
no capability and a filter on system calls. Every step must succeed; else the kernel does not start.
"""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Mapping
from pathlib import Path

from analysis_lib.kernels import landlock
from analysis_lib.kernels.sandbox import CONNECTION, CONNECTIONS, DATA, SCOPES
from analysis_lib.kernels.syscalls import forbid_new_things

ROOM = 64 * 1024**2
LIMITS: Mapping[str, int] = {"memory": 1024**3, "cpu": 600, "file": ROOM, "handles": 512, "threads": 128}
"""Bytes above the warm process, seconds of processor time, bytes of a file, open files, threads."""

_NEW = 0x10000000 | 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_PROGRAMS, _REMOUNT, _BIND, _DEEP = 1, 2, 4, 8, 32, 4096, 16384
_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_NOT_COPIED = ("connections", "dev", "proc", "run", "scopes", "tmp")
_DEVICES = ("null", "zero", "random", "urandom")
_DUMPABLE, _CAPABILITY_DROP, _AMBIENT, _AMBIENT_CLEAR = 4, 24, 47, 4
_libc = ctypes.CDLL(None, use_errno=True)


def own_namespaces() -> None:
    """User, mount, process, network and IPC namespaces of its own, with the same user id inside."""
    user, group = os.geteuid(), os.getegid()
    _must(_libc.unshare(_NEW), "unshare")
    Path("/proc/self/setgroups").write_text("deny", "ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")


def own_root(scope: str, kernel: str) -> None:
    """A new root with the code, the scope's extract as /data and the kernel's own folder; nothing else."""
    root = Path("/tmp/root")
    _mount("tmpfs", "/tmp", "tmpfs", flags=_NO_SETUID | _NO_DEVICES, data="size=256k,mode=0755")
    root.mkdir()
    _mount("tmpfs", root, "tmpfs", flags=_NO_SETUID | _NO_DEVICES, data="size=256k,mode=0755")
    _copy_of_root(root)
    _bind(Path(SCOPES) / scope, root / DATA[1:])
    _bind(Path(CONNECTIONS) / kernel, root / CONNECTION[1:])
    for name in _DEVICES:
        _bind(Path("/dev") / name, root / "dev" / name)
    (root / "proc").mkdir()
    (root / "tmp").mkdir()
    flags = _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS
    _mount("tmpfs", root / "tmp", "tmpfs", flags=flags, data=f"size={ROOM},nr_inodes=8192,mode=0700")
    _enter(root)


def seal_connection() -> None:
    """Makes the kernel's own folder read-only, once its sockets are there."""
    flags = _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES
    _mount(None, CONNECTION, None, flags=flags)


def limit(limits: Mapping[str, int]) -> None:
    """Memory, processor time, files and threads; hard limits, which a process without rights cannot raise."""
    size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    wanted = {
        resource.RLIMIT_AS: size + limits["memory"],
        resource.RLIMIT_CPU: limits["cpu"],
        resource.RLIMIT_FSIZE: limits["file"],
        resource.RLIMIT_NOFILE: limits["handles"],
        resource.RLIMIT_NPROC: limits["threads"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (least, least))
    os.nice(5)
    # when memory ends, a kernel goes before the server does
    Path("/proc/self/oom_score_adj").write_text("500", "ascii")


def give_up_rights(*, alone: bool) -> None:
    """No capability for ever, no reading by others of this user, and the filter; the last step of all.

    Landlock is demanded of a kernel ``alone`` in its sandbox, whose folder no one can seal from outside.
    """
    if alone or landlock.version():
        places = {"/tmp": landlock.EVERYTHING, CONNECTION: landlock.MAKE_SOCKET, "/dev/null": landlock.WRITE}
        landlock.write_only_in(places)
    for number in range(64):
        if _libc.prctl(_CAPABILITY_DROP, number, 0, 0, 0) != 0:
            break
    _must(_libc.prctl(_AMBIENT, _AMBIENT_CLEAR, 0, 0, 0), "ambient")
    version_3, itself = 0x20080522, 0
    header = (ctypes.c_uint32 * 2)(version_3, itself)
    _must(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    _must(_libc.prctl(_DUMPABLE, 0, 0, 0, 0), "dumpable")
    forbid_new_things()


def _copy_of_root(root: Path) -> None:
    for place in Path("/").iterdir():
        if place.name in _NOT_COPIED:
            continue
        if place.is_symlink():
            (root / place.name).symlink_to(place.readlink())
        else:
            _bind(place, root / place.name)


def _enter(root: Path) -> None:
    old = root / "old"
    old.mkdir()
    os.chdir(root)
    _must(_libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"old"), "pivot_root")
    _must(_libc.umount2(b"/old", _DETACH), "umount")
    os.chdir("/")
    Path("/old").rmdir()
    _mount(None, "/", None, flags=_REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES)


def _bind(source: Path, target: Path) -> None:
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _mount(str(source), target, None, flags=_BIND | _DEEP)


def _mount(
    source: str | None, target: str | Path, kind: str | None, *, flags: int, data: str | None = None
) -> None:
    words = [None if word is None else word.encode() for word in (source, str(target), kind, data)]
    _must(_libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3]), f"mount {target}")


def _must(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
