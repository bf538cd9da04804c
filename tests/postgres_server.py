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
from dataclasses import dataclass
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


@dataclass
class Server:
    """A server in a folder of its own; ``url`` names its database ``postgres``."""

    folder: Path
    owner: pwd.struct_passwd | None
    durable: bool
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://skolbank@/postgres?host={quote(str(self.folder))}"

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        settings = ["listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=120"]
        settings += [] if self.durable else ["fsync=off"]
        options = [word for setting in settings for word in ("-c", setting)]
        command = [str(binaries() / "postgres"), "-D", str(self.folder / "data"), *options]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **_as(self.owner))
        self._wait(self.process)

    def crash(self) -> None:
        """Ends the server at once, as a crash of it would: nothing is written any more."""
        assert self.process
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=60)

    def stop(self) -> None:
        """Ends the server; what it holds is thrown away, so nothing is waited for."""
        self.crash()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        command = [str(binaries() / "pg_isready"), "-q", "-h", str(self.folder)]
        for _ in range(300):
            assert process.poll() is None, (self.folder / "server.log").read_text()
            if subprocess.run(command, check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise AssertionError((self.folder / "server.log").read_text())


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[Server]:
    """A new server that runs until the end; ``durable`` writes to disk as in earnest."""
    server = Server(Path(tempfile.mkdtemp(prefix="skolbank-pg-")), _owner(), durable)
    if server.owner:
        os.chown(server.folder, server.owner.pw_uid, server.owner.pw_gid)
    initdb = [binaries() / "initdb", "-D", server.folder / "data", "-U", "skolbank", "-A", "trust"]
    _run([*initdb, "-E", "UTF8", "--no-sync", "--locale=C"], server.owner)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


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
