"""Code execution granted: two viewers of one scope, one of another, and everything that they must not reach.

Each attack runs in a forked kernel and in one with a sandbox of its own. A machine that allows no sandbox
must refuse to start any kernel: that refusal is then what each test checks.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from live_world import CANARY, MINE, THEIRS, LiveWorld, Viewer, is_possible, live_world, state_of

from analysis_lib.errors import SkolbankError
from analysis_lib.kernels.zygotes import ZYGOTES

PRELUDE = f"""
import ctypes, errno, os, socket, stat, sys
libc = ctypes.CDLL(None, use_errno=True)
CANARY, ARM = {CANARY!r}, os.uname().machine != "x86_64"
def broken(what):
    print("BROKEN", what)
def refused(name, *arguments):
    result = libc.syscall(*arguments)
    if result != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        broken(name)
"""


@dataclass
class Attack:
    """The attacker's kernel, the neighbour's in the same scope, and the one of another scope."""

    world: LiveWorld
    mine: Viewer | None
    neighbour: Viewer | None

    def must_fail(self, code: str) -> None:
        """The code prints BROKEN where it got through; here it must print nothing but ``done``."""
        if self.mine is None:
            with pytest.raises(SkolbankError, match=r"\[sandbox-(missing|refused)\]"):
                self.world.open(MINE)
        else:
            assert self.mine.run(f"{PRELUDE}\n{code}\nprint('done')") == "done\n"

    def must_print(self, code: str, expected: str) -> None:
        if self.mine is None:
            self.must_fail(code)
        else:
            assert self.mine.run(code).strip() == expected


@pytest.fixture(scope="module", params=["forked", "alone"])
def attack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    ZYGOTES.can_fork = request.param == "forked"
    try:
        with live_world(tmp_path_factory.mktemp("live")) as world:
            if is_possible():
                mine = world.open(MINE)
                neighbour = world.open(MINE, state=state_of(f"{CANARY}-state"))
                world.open(THEIRS)
                assert ZYGOTES.can_fork is (request.param == "forked"), "forks cannot wall themselves in here"
                yield Attack(world, mine, neighbour)
            else:
                yield Attack(world, None, None)
    finally:
        ZYGOTES.can_fork = True


def test_the_own_extract_is_readable_and_all_of_pandas_is_there(attack: Attack) -> None:
    attack.must_print(
        "import os, pandas\n"
        "text = open('/data/released.txt').read()\n"
        "print(text, os.environ['SKOLBANK_SCOPE_DIR'], pandas.DataFrame([1]).size)",
        f"{CANARY}-extract-{MINE} /data 1",
    )


def test_no_canary_is_anywhere_in_the_file_system(attack: Attack) -> None:
    attack.must_fail(
        f"""
seen = 0
for folder, _, names in os.walk("/", onerror=None):
    if folder.startswith(("/usr", sys.prefix, sys.base_prefix, "/sys")):
        continue
    for name in names:
        path = os.path.join(folder, name)
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):
                continue
            with open(path, "rb") as file:
                text = file.read(1 << 20).decode("utf-8", "replace")
        except OSError:
            continue
        seen += 1
        if CANARY in text.replace("{CANARY}-extract-{MINE}", ""):
            broken(path)
assert seen > 100
"""
    )


def test_paths_of_the_server_lead_nowhere(attack: Attack) -> None:
    root, other = attack.world.root, attack.world.scopes / THEIRS / "released.txt"
    attack.must_fail(
        f"""
for path in ({str(root)!r}, {str(other)!r}, {str(root / "params")!r}, "/data/way-out", "/data/../scopes",
             "/scopes", "/connections", "/old", "/etc/passwd", "/etc/shadow", {str(Path.home() / ".ssh")!r},
             "/sys", "/var", "/tmp/root"):
    if os.path.exists(path):
        broken(path)
"""
    )


def test_the_servers_environment_is_not_here(attack: Attack) -> None:
    attack.must_fail(
        """
if any(CANARY in f"{name}{value}" for name, value in os.environ.items()):
    broken("environment")
for name in os.listdir("/proc"):
    try:
        with open(f"/proc/{name}/environ", "rb") as file:
            if CANARY.encode() in file.read():
                broken(name)
    except OSError:
        pass
libc.getenv.restype = ctypes.c_char_p
if libc.getenv(b"SKOLBANK_CANARY"):
    broken("getenv")
"""
    )


def test_no_foreign_process_can_be_seen_signalled_or_read(attack: Attack) -> None:
    outside = [os.getpid(), os.getppid(), *psutil.pids()[:50]]
    attack.must_fail(
        f"""
own = {{int(name) for name in os.listdir("/proc") if name.isdigit()}}
for number in {{*{outside!r}, *range(50, 3000)}} - own - {{os.getpid()}}:
    is_own_thread = libc.syscall(131 if ARM else 234, os.getpid(), number, 0) == 0
    if not is_own_thread and libc.kill(number, 0) == 0:
        broken(number)
for number in own - {{os.getpid()}}:
    for kind in ("mem", "environ", "maps", "fd"):
        try:
            path = f"/proc/{{number}}/{{kind}}"
            os.readlink(f"{{path}}/0") if kind == "fd" else open(path, "rb").read(1)
            if number > 1 or kind == "mem":
                broken(path)
        except OSError:
            pass
refused("process_vm_readv", 270 if ARM else 310, os.getpid(), 0, 0, 0, 0, 0)
refused("ptrace", 117 if ARM else 101, 16, 1, 0, 0)
refused("pidfd_open", 434, 1, 0)
"""
    )


def test_no_other_kernels_connection_or_state_is_here(attack: Attack) -> None:
    attack.must_fail(
        """
held = [os.path.join(folder, name) for folder, _, names in os.walk("/run") for name in names]
if {os.path.dirname(path) for path in held} != {"/run/kernel"}:
    broken(held)
if len([path for path in held if path.endswith("connection.json")]) != 1 or len(held) != 7:
    broken(held)
"""
    )


def test_shared_memory_of_two_kernels_is_not_shared(attack: Attack) -> None:
    if attack.neighbour is not None:
        attack.neighbour.run(
            f"{PRELUDE}\nopen('/tmp/left', 'w').write(CANARY)\n"
            "held = socket.socket(socket.AF_UNIX); held.bind('\\0left'); held.listen()"
        )
    attack.must_fail(
        """
for path in ("/tmp/left", "/dev/shm/left"):
    if os.path.exists(path):
        broken(path)
with socket.socket(socket.AF_UNIX) as reaching:
    try:
        reaching.connect("\\0left")
        broken("abstract socket")
    except OSError:
        pass
for name, on_x86, on_arm in (("shmget", 29, 194), ("msgget", 68, 186), ("memfd_create", 319, 279)):
    refused(name, on_arm if ARM else on_x86, b"x", 0, 0)
"""
    )


def test_there_is_no_network_not_even_to_the_server(attack: Attack) -> None:
    port, name = attack.world.tcp.getsockname()[1], f"\0{attack.world.root}"
    attack.must_fail(
        f"""
vsock, crypto = (40, 1), (38, 5)
for family, kind in ((socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET6, socket.SOCK_DGRAM), vsock,
                     crypto, (socket.AF_NETLINK, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW)):
    try:
        socket.socket(family, kind)
        broken(family)
    except OSError:
        pass
try:
    socket.create_connection(("127.0.0.1", {port}), timeout=1)
    broken("tcp")
except OSError:
    pass
for address in ({name!r}, "/run/dbus/system_bus_socket", "/var/run/docker.sock"):
    with socket.socket(socket.AF_UNIX) as reaching:
        try:
            reaching.connect(address)
            broken(address)
        except OSError:
            pass
"""
    )


def test_nothing_can_be_written_but_a_small_tmp(attack: Attack) -> None:
    attack.must_fail(
        """
for folder, folders, _ in os.walk("/"):
    if folder.startswith(("/tmp", "/proc")):
        folders.clear()
        continue
    path = os.path.join(folder, "written")
    try:
        open(path, "w").close()
        os.remove(path)
        broken(path)
    except OSError:
        pass
    if folder.count("/") > 3:
        folders.clear()
import analysis_lib
for path in (analysis_lib.__file__, sys.executable, "/data/released.txt", "/run/kernel/connection.json"):
    acts = [lambda: open(path, "a"), lambda: os.remove(path), lambda: os.truncate(path, 0)]
    if not path.startswith("/run"):  # that one is its own, in its own folder
        acts.append(lambda: os.chmod(path, 0o777))
    for act in acts:
        try:
            act()
            broken(path)
        except OSError:
            pass
written = 0
try:
    for number in range(100):
        with open(f"/tmp/{number}", "wb") as file:
            written += file.write(bytes(1 << 20))
    broken("tmp has no end")
except OSError:
    pass
if not 10 < written >> 20 <= 64:
    broken(written)
for number in range(100):
    if os.path.exists(f"/tmp/{number}"):
        os.remove(f"/tmp/{number}")
"""
    )


def test_no_program_process_or_namespace_can_be_started(attack: Attack) -> None:
    attack.must_fail(
        """
import subprocess
for act in (os.fork, lambda: subprocess.run(["/usr/bin/true"]), lambda: os.execv("/usr/bin/true", ["true"]),
            lambda: os.posix_spawn("/usr/bin/true", ["true"], {}), lambda: os.system("true") and 1 / 0):
    try:
        act()
        broken(act)
    except (OSError, ZeroDivisionError):
        pass
for name, on_x86, on_arm in (
    ("unshare", 272, 97), ("setns", 308, 268), ("mount", 165, 40), ("umount2", 166, 39), ("chroot", 161, 51),
    ("pivot_root", 155, 41), ("bpf", 321, 280), ("keyctl", 250, 219), ("add_key", 248, 217),
    ("userfaultfd", 323, 282), ("perf_event_open", 298, 241), ("io_uring_setup", 425, 425),
    ("open_tree", 428, 428), ("fsopen", 430, 430), ("clone3", 435, 435),
):
    refused(name, on_arm if ARM else on_x86, 0x10000000, 0, 0, 0, 0)
"""
    )


def test_no_right_is_left_and_none_can_be_won_back(attack: Attack) -> None:
    attack.must_fail(
        """
import resource
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
libc.capget(header, data)
if any(data):
    broken(list(data))
if (libc.prctl(3), libc.prctl(39, 0, 0, 0, 0), libc.prctl(21)) != (0, 1, 2):
    broken("dumpable, no new privileges, filter")
for act in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.nice(-10)):
    try:
        act()
        broken(act)
    except OSError:
        pass
for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
    soft, hard = resource.getrlimit(kind)
    if hard == resource.RLIM_INFINITY:
        broken(kind)
    try:
        resource.setrlimit(kind, (hard, hard + 1))
        broken(kind)
    except (OSError, ValueError):
        pass
"""
    )


def test_no_handle_to_the_server_was_inherited(attack: Attack) -> None:
    attack.must_fail(
        """
for handle in range(512):
    try:
        mode = os.fstat(handle).st_mode
    except OSError:
        continue
    if stat.S_ISFIFO(mode) or stat.S_ISDIR(mode) or stat.S_ISREG(mode):
        broken(handle)
    if stat.S_ISCHR(mode) and os.fstat(handle).st_rdev != os.stat("/dev/null").st_rdev:
        broken(handle)
"""
    )


def test_memory_has_an_end_and_the_neighbour_goes_on(attack: Attack) -> None:
    attack.must_fail(
        """
import mmap
held = []
for act in (lambda: held.append(bytearray(4 << 30)), lambda: held.append(mmap.mmap(-1, 4 << 30)),
            lambda: held.append(mmap.mmap(-1, 4 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))):
    try:
        act()
        broken("memory")
    except (MemoryError, OSError, ValueError):
        pass
"""
    )
    if attack.neighbour is not None:
        assert attack.neighbour.run("print(6 * 7)") == "42\n"


def test_threads_have_an_end(attack: Attack) -> None:
    attack.must_fail(
        """
import threading, time
gate, started = threading.Event(), []
try:
    for _ in range(3000):
        thread = threading.Thread(target=gate.wait, daemon=True)
        thread.start()
        started.append(thread)
    broken("threads have no end")
except (RuntimeError, MemoryError):
    pass
finally:
    gate.set()
for thread in started:
    thread.join()
"""
    )


def test_a_greedy_kernel_ends_alone(attack: Attack) -> None:
    if attack.mine is None:
        attack.must_fail("")
        return
    greedy = attack.world.open(MINE, cpu_limit=2)
    greedy.client.execute("while True: pass")
    deadline = time.monotonic() + 90
    while greedy.manager.is_alive():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for viewer in (attack.mine, attack.neighbour):
        assert viewer is not None
        assert viewer.run("print('kvar')") == "kvar\n"


def test_a_closed_kernel_is_gone_with_its_folder(attack: Attack) -> None:
    if attack.mine is None:
        attack.must_fail("")
        return
    before = _kernel_folders()
    gone = attack.world.open(MINE)
    gone.run("import threading, time; threading.Thread(target=time.sleep, args=(600,)).start()")
    assert len(_kernel_folders()) == len(before) + 1
    gone.close()
    assert _kernel_folders() == before
    assert not gone.manager.is_alive()


def test_an_endless_cell_is_interrupted(attack: Attack) -> None:
    if attack.mine is None:
        attack.must_fail("")
        return
    request = attack.mine.client.execute("print('runs', flush=True)\nwhile True: pass")
    while attack.mine.client.get_iopub_msg(timeout=60)["content"].get("text") != "runs\n":
        pass
    attack.mine.manager.interrupt_kernel()
    reply = attack.mine.client.get_shell_msg(timeout=60)
    assert (reply["parent_header"]["msg_id"], reply["content"]["status"]) == (request, "error")
    assert reply["content"]["ename"] == "KeyboardInterrupt"


def _kernel_folders() -> set[Path]:
    assert ZYGOTES._place is not None
    return {path for path in ZYGOTES._place.glob("*/*") if path.is_dir()}
