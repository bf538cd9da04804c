"""A real PostgreSQL server for the tests, started and ended by them, on a socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

_MISSING = (
    "There is no PostgreSQL server to test with. The register must be tested against a real one: "
    "install it with apt-get install postgresql (see .ci/run)."
)


def binaries() -> Path:
    """The folder with initdb and postgres: the newest that Debian has installed, else that of the path."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if found:
        return max(found, key=lambda path: float(re.findall(r"[\d.]+", path.parent.name)[-1]))
    if on_path:
        return Path(on_path).resolve().parent
    raise AssertionError(_MISSING)


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """The URL of an empty database ``postgres``; ``durable`` writes to disk as in earnest."""
    folder = Path(tempfile.mkdtemp(prefix="skolbank-pg-"))
    owner = _owner()
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"
    initdb = [binaries() / "initdb", "-D", data, "-U", "skolbank", "-A", "trust", "-E", "UTF8"]
    _run([*initdb, "--no-sync", "--locale=C"], owner)
    settings = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=120"]
    settings += [] if durable else ["fsync=off"]
    options = [word for setting in settings for word in ("-c", setting)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [binaries() / "postgres", "-D", data, *options], stdout=log, stderr=log, **_as(owner)
        )
    try:
        _wait(folder, server)
        yield f"postgresql://skolbank@/postgres?host={quote(str(folder))}"
    finally:
        server.send_signal(signal.SIGINT)  # the fast shutdown, which waits for nobody
        server.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def _as(owner: pwd.struct_passwd | None) -> dict[str, object]:
    changed = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    return {"cwd": "/", **changed}


def _run(command: list[object], owner: pwd.struct_passwd | None) -> None:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, **_as(owner)
    )
    assert done.returncode == 0, done.stderr


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    command = [str(binaries() / "pg_isready"), "-q", "-h", str(folder)]
    for _ in range(300):
        assert server.poll() is None, (folder / "server.log").read_text()
        if subprocess.run(command, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError((folder / "server.log").read_text())
