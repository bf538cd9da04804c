"""The outer wall around live kernels: bubblewrap, or nothing is started at all (floor 8).

Inside there is the interpreter, our code and audited extracts, all read-only; no network, no environment of
the server's, no other process. Where the wall cannot be built live pages are refused, with what to install.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from analysis_lib.errors import SkolbankError
from analysis_lib.kernels.warm import ONE_THREAD
from analysis_lib.vocabulary.workspace import builtin_root

CODE = "/code"
PYTHON = "/python"
SCOPES = "/scopes"
CONNECTIONS = "/connections"
DATA = "/data"
CONNECTION = "/run/kernel"
_SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin")
_SETTINGS = ("/etc/ld.so.cache", "/etc/localtime")
USER = "1000"  # inside; the root of a namespace could not hand its number on to the next
_TRIAL = 20.0

ENVIRONMENT = {
    **ONE_THREAD,
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/tmp",
    "IPYTHONDIR": "/tmp/.ipython",
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYTHONPATH": CODE,
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "ARROW_IO_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "SKOLBANK_SCOPE_DIR": DATA,
}


def sandbox_available() -> None:
    """Returns when a sandbox can be built on this machine; raises ``SkolbankError`` with what to install."""
    program = _program()
    if not program:
        raise SkolbankError(
            "sandbox-missing",
            "Levande sidor körs i en sandlåda, och programmet bubblewrap finns inte på datorn",
            remedy="Installera det med: apt install bubblewrap. "
            "Utan det visas sidorna som vanligt, inte levande.",
        )
    refusal = _refusal(program)
    if refusal:
        raise SkolbankError(
            "sandbox-refused",
            "Datorn tillåter inte den sandlåda som levande sidor körs i",
            where=refusal,
            remedy="Installera bubblewrap från distributionen (apt install bubblewrap) och tillåt "
            "användarnamnrymder (sysctl kernel.unprivileged_userns_clone=1, på Ubuntu "
            "kernel.apparmor_restrict_unprivileged_userns=0), eller kör servern utanför containern. "
            "Utan sandlåda visas sidorna som vanligt, inte levande.",
        )


def _program() -> str:
    return (shutil.which("bwrap") if sys.platform == "linux" else None) or ""


def shared_command(scopes: Path, connections: Path) -> list[str]:
    """Starts a sandbox for several kernels: every extract of ``scopes``, every folder of ``connections``."""
    places = ["--ro-bind", str(scopes), SCOPES, "--bind", str(connections), CONNECTIONS]
    return [*_walls(_program()), *places, *_last()]


def lone_command(scope: Path, connection: Path) -> list[str]:
    """Starts a sandbox for one kernel: its scope's extract and its own connection folder."""
    places = ["--ro-bind", str(scope), DATA, "--bind", str(connection), CONNECTION]
    return [*_walls(_program()), *places, "--size", str(64 * 1024**2), "--tmpfs", "/tmp", *_last()]


def interpreter() -> str:
    """Our interpreter as the sandbox has it: a virtual environment has a place of its own there, since its
    folder may lie where the kernel's private ``/tmp`` is."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(Path(PYTHON) / Path(sys.executable).relative_to(sys.prefix))


@cache
def _refusal(program: str) -> str:
    """Why ``program`` cannot build our sandbox here, in its own words; empty when it can."""
    try:
        done = subprocess.run(
            [*_walls(program), "--tmpfs", "/tmp", *_last(), "/usr/bin/true"],
            env={},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TRIAL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        return type(fault).__name__
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["bwrap"])[-1]


def _walls(program: str) -> list[str]:
    alone = ("user", "ipc", "pid", "net", "uts")
    command = [program, *(f"--unshare-{each}" for each in alone), "--unshare-cgroup-try"]
    command += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "skolbank"]
    command += ["--uid", USER, "--gid", USER]
    command += ["--clearenv", *(word for item in ENVIRONMENT.items() for word in ("--setenv", *item))]
    for place in _SYSTEM:
        command += _like_outside(place)
    for place in (sys.base_prefix, *_SETTINGS):
        if Path(place).exists() and not Path(place).is_relative_to("/usr"):
            command += ["--ro-bind", place, place]
    if sys.prefix != sys.base_prefix:
        command += ["--ro-bind", sys.prefix, PYTHON]
    command += [
        "--ro-bind",
        str(Path(__file__).parents[1]),
        f"{CODE}/analysis_lib",
        "--dir",
        f"{CODE}/params",
    ]
    # of params the built-in rules only: they are public, and a workspace's own lie in its extract
    for part in ("templates", "params/rules"):
        command += ["--ro-bind", str(builtin_root() / part), f"{CODE}/{part}"]
    return [*command, "--proc", "/proc", "--dev", "/dev", "--chdir", "/"]


def _last() -> list[str]:
    return ["--dir", "/tmp", "--remount-ro", "/dev", "--remount-ro", "/", "--"]


def _like_outside(place: str) -> list[str]:
    if Path(place).is_symlink():
        return ["--symlink", str(Path(place).readlink()), place]
    return ["--ro-bind", place, place] if Path(place).is_dir() else []
