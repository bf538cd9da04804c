"""Landlock: a process's own promise to write in one place only, kept by the Linux kernel (floor 8).

A second lock on a forked kernel, and the first on one whose connection folder cannot be sealed from outside.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Mapping
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_TELL_VERSION, _BENEATH = 1, 1
WRITE, MAKE_SOCKET, _REFER, _TRUNCATE = 1 << 1, 1 << 9, 1 << 13, 1 << 14
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
EVERYTHING = 0xFFFF
_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Which Landlock this machine has; 0 when it has none."""
    return max(0, int(_libc.syscall(_CREATE, None, 0, _TELL_VERSION)))


def write_only_in(places: Mapping[str, int]) -> None:
    """From now on this thread and those it starts write in ``places`` only, with the rights named there.

    Raises ``OSError`` when the machine has no Landlock.
    """
    handled = WRITE | _REMOVE_AND_MAKE
    handled |= (_REFER if version() >= 2 else 0) | (_TRUNCATE if version() >= 3 else 0)
    rules = _must(_libc.syscall(_CREATE, struct.pack("Q", handled), 8, 0))
    try:
        for place, rights in places.items():
            _allow(rules, place, rights & handled)
        no_new_privileges = 38
        _must(_libc.prctl(no_new_privileges, 1, 0, 0, 0))
        _must(_libc.syscall(_RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)


def _allow(rules: int, place: str, rights: int) -> None:
    if not Path(place).is_dir():
        rights &= WRITE | _TRUNCATE
    handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        _must(_libc.syscall(_ADD_RULE, rules, _BENEATH, struct.pack("=Qi", rights, handle), 0))
    finally:
        os.close(handle)


def _must(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return result
