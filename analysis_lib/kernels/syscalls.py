"""A filter on system calls for live kernels: no new program, process or namespace (floor 8).

It is written for the two processors that servers have; on others it refuses, and no kernel starts. What is
denied answers "not permitted", so that a library which only tries goes on.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct

_ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_UNKNOWN = 0x00050000 | errno.ENOSYS  # the C library then falls back from clone3 to clone
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _PROCESSOR, _FIRST_ARGUMENT = 0, 4, 16
_THREAD = 0x00010000
_SINCE_5 = {
    "clone3": 435,
    "fsconfig": 431,
    "fsmount": 432,
    "fsopen": 430,
    "fspick": 433,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "io_uring_setup": 425,
    "memfd_secret": 447,
    "mount_setattr": 442,
    "move_mount": 429,
    "open_tree": 428,
    "pidfd_getfd": 438,
    "pidfd_open": 434,
    "pidfd_send_signal": 424,
    "process_madvise": 440,
}
_ON_X86 = {
    "add_key": 248,
    "bpf": 321,
    "chroot": 161,
    "clone": 56,
    "execve": 59,
    "execveat": 322,
    "fork": 57,
    "kcmp": 312,
    "keyctl": 250,
    "memfd_create": 319,
    "mount": 165,
    "mq_open": 240,
    "msgget": 68,
    "name_to_handle_at": 303,
    "open_by_handle_at": 304,
    "perf_event_open": 298,
    "personality": 135,
    "pivot_root": 155,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "ptrace": 101,
    "request_key": 249,
    "semget": 64,
    "setns": 308,
    "shmget": 29,
    "socket": 41,
    "umount2": 166,
    "unshare": 272,
    "userfaultfd": 323,
    "vfork": 58,
}
_ON_ARM = {
    "add_key": 217,
    "bpf": 280,
    "chroot": 51,
    "clone": 220,
    "execve": 221,
    "execveat": 281,
    "kcmp": 272,
    "keyctl": 219,
    "memfd_create": 279,
    "mount": 40,
    "mq_open": 180,
    "msgget": 186,
    "name_to_handle_at": 264,
    "open_by_handle_at": 265,
    "perf_event_open": 241,
    "personality": 92,
    "pivot_root": 41,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "ptrace": 117,
    "request_key": 218,
    "semget": 190,
    "setns": 268,
    "shmget": 194,
    "socket": 198,
    "umount2": 39,
    "unshare": 97,
    "userfaultfd": 282,
}
_PROCESSORS = {"x86_64": (0xC000003E, _ON_X86), "aarch64": (0xC00000B7, _ON_ARM)}
_CONDITIONAL = ("clone", "clone3", "socket")


def forbid_new_things() -> None:
    """Puts the filter on this thread and all it will start, for ever; raises ``OSError`` when it cannot."""
    program = _program(platform.machine())
    count = len(program) // 8
    held = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxP", count, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    set_no_new_privileges, set_filter, filtering = 38, 22, 2
    for call in ((set_no_new_privileges, 1, 0, 0, 0), (set_filter, filtering, described, 0, 0)):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "seccomp")


def _program(machine: str) -> bytes:
    if machine not in _PROCESSORS:
        raise OSError(errno.ENOSYS, f"seccomp {machine}")
    processor, own = _PROCESSORS[machine]
    calls = {**_SINCE_5, **own}
    steps = [_step(_LOAD, _PROCESSOR), _step(_EQUAL, processor, 1, 0), _step(_RETURN, _KILL)]
    steps.append(_step(_LOAD, _NUMBER))
    if machine == "x86_64":  # the 32-bit variants of the same calls
        steps += [_step(_AT_LEAST, 0x40000000, 0, 1), _step(_RETURN, _DENY)]
    for name in sorted(set(calls) - set(_CONDITIONAL)):
        steps += [_step(_EQUAL, calls[name], 0, 1), _step(_RETURN, _DENY)]
    steps += [_step(_EQUAL, calls["clone3"], 0, 1), _step(_RETURN, _UNKNOWN)]
    steps += _only_when(calls["clone"], _ANY_BIT, _THREAD)
    steps += _only_when(calls["socket"], _EQUAL, socket.AF_UNIX)
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _only_when(number: int, test: int, value: int) -> list[bytes]:
    """Allows the call only when its first argument passes the test."""
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(test, value, 0, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _DENY),
    ]


def _step(code: int, value: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, when_true, when_false, value)
