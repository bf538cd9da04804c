"""Live kernels with cells of our choosing in them: what a viewer could do who got past every other wall.

Where this machine allows no sandbox no kernel may start at all; then every attempt checks that refusal.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from analysis_lib.errors import SkolbankError
from analysis_lib.kernels.provisioner import KERNEL, live_kernelspec
from analysis_lib.kernels.sandbox import sandbox_available
from analysis_lib.kernels.zygotes import ZYGOTES

CANARY = "kanariefågel-7f3a"
MINE, THEIRS = "99010014", "99010022"


def is_possible() -> bool:
    """Whether this machine allows the sandbox."""
    try:
        sandbox_available()
    except SkolbankError:
        return False
    return True


@dataclass
class Viewer:
    """One live kernel and a client that may send it anything."""

    manager: KernelManager
    client: BlockingKernelClient

    def run(self, code: str, timeout: float = 60) -> str:
        """What the code printed, its error's traceback after it."""
        said: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            said.append(content.get("text") or "\n".join(content.get("traceback", ())))

        self.client.execute_interactive(code, timeout=timeout, output_hook=hear)
        return "".join(said)

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@dataclass
class LiveWorld:
    """Scopes with extracts, a workspace beside them, a server with secrets and sockets, and its viewers."""

    root: Path
    specs: Path
    tcp: socket.socket
    unix: socket.socket
    viewers: list[Viewer] = field(default_factory=list)

    @property
    def scopes(self) -> Path:
        return self.root / "data" / "work" / "scopes"

    def open(self, scope: str, *, state: str = "{}", **config: int) -> Viewer:
        """A new viewer's kernel in the scope; ``config`` sets the provisioner's limits."""
        manager = KernelManager(
            kernel_name=KERNEL, kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(self.specs)])
        )
        assert manager.kernel_spec is not None
        manager.kernel_spec.metadata["kernel_provisioner"]["config"] = config
        environment = {**os.environ, "SKOLBANK_SCOPE_DIR": str(self.scopes / scope), "SKOLBANK_STATE": state}
        manager.start_kernel(env=environment)
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        viewer = Viewer(manager, client)
        self.viewers.append(viewer)
        return viewer

    def close(self) -> None:
        for viewer in self.viewers:
            viewer.close()
        ZYGOTES.stop()
        self.tcp.close()
        self.unix.close()


@contextmanager
def live_world(root: Path) -> Iterator[LiveWorld]:
    """A world below ``root`` with a canary in everything that a kernel must not read."""
    for scope in (MINE, THEIRS):
        folder = root / "data" / "work" / "scopes" / scope
        folder.mkdir(parents=True)
        (folder / "released.txt").write_text(f"{CANARY}-extract-{scope}", "utf-8")
    (root / "data" / "work" / "scopes" / MINE / "way-out").symlink_to(root / "data")
    for place in ("data/snapshots/grades.txt", "params/access/users.yaml", "data/access/log.jsonl"):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(f"{CANARY}-{place}", "utf-8")
    tcp = socket.create_server(("127.0.0.1", 0))
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(f"\0{root}")
    unix.listen()
    specs = live_kernelspec(root / "jupyter").parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKOLBANK_CANARY", f"{CANARY}-environment")
        world = LiveWorld(root, specs, tcp, unix)
        try:
            yield world
        finally:
            world.close()


def state_of(text: str) -> str:
    """A page's state with the text in it."""
    return json.dumps({"unit": text})
