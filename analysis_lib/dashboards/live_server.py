"""The front door's own Voila, begun at the first live request and ended with the door (floor 8)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from tornado.netutil import Resolver
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

import analysis_lib
from analysis_lib.dashboards.live_order import ORDER, order_word
from analysis_lib.errors import SkolbankError
from analysis_lib.kernels.provisioner import KERNEL, live_kernelspec
from analysis_lib.kernels.sandbox import sandbox_available
from analysis_lib.vocabulary.workspace import builtin_root

_OPENED = 60.0
_ENDED = 10.0


class OnSocket(Resolver):
    """Every address is the one socket."""

    def initialize(self, path: str) -> None:
        self.path = path

    async def resolve(self, host: str, port: int, family: int = 0) -> list[tuple[int, Any]]:
        return [(socket.AF_UNIX, self.path)]


class LiveServer:
    """One private Voila and the folder that it and its kernels have in common."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="skolbank-"))
        self.scopes = self.folder / "scopes"
        self.scopes.mkdir(mode=0o700)
        self._word = secrets.token_urlsafe(32)
        self._process: subprocess.Popen[str] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._client: SimpleAsyncHTTPClient | None = None
        self._is_stopped = False

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def ready(self) -> None:
        """Returns when Voila answers; raises SkolbankError when it cannot be started, or has no sandbox."""
        if self.is_running and self._starting is None:
            return
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
        try:
            await asyncio.shield(self._starting)
        finally:
            if self._starting is not None and self._starting.done():
                self._starting = None

    async def open(self, page: str, scope: Path, state: Mapping[str, str]) -> str:
        """Opens the page's notebook in a kernel of its own; the kernel's id when it is ready."""
        await self.ready()
        request = self._request(f"/voila/render/{page}.ipynb", "GET", _OPENED)
        request.headers[ORDER] = order_word(scope, page, state)
        try:
            answer = await self._ask(request)
        except (HTTPClientError, OSError) as fault:
            raise _not_opened() from fault
        lines = [json.loads(line) for line in answer.body.decode().splitlines() if line.startswith("{")]
        kernel = next((str(line["kernel"]) for line in lines if "kernel" in line), "")
        if not kernel or not any(line.get("is_ready") for line in lines):
            if kernel:
                await self.end(kernel)
            raise _not_opened()
        return kernel

    async def connect(self, kernel: str) -> WebSocketClientConnection:
        """The kernel's websocket."""
        request = self._request(f"/api/kernels/{kernel}/channels", "GET", _OPENED)
        return await websocket_connect(
            HTTPRequest(
                request.url.replace("http", "ws", 1), headers=request.headers, request_timeout=_OPENED
            ),
            resolver=OnSocket(path=str(self.folder / "voila")),
            max_message_size=8 * 1024 * 1024,
            ping_interval=20,
        )

    async def end(self, kernel: str) -> None:
        """Ends a kernel; one that is gone already is well."""
        if not self.is_running:
            return
        try:
            await self._ask(self._request(f"/api/kernels/{kernel}", "DELETE", _ENDED))
        except (HTTPClientError, OSError):
            return

    def stop(self) -> None:
        """Ends Voila with all its kernels, and takes their folder away; also one that is still starting."""
        self._is_stopped = True
        if self._process is not None and self._process.poll() is None:
            assert self._process.stdin
            self._process.stdin.close()
            try:
                self._process.wait(_ENDED if self._starting is None else 0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _start(self) -> None:
        live_kernelspec(self.folder)
        told = {
            "notebooks": str(builtin_root() / "notebooks" / "dashboards"),
            "kernel": KERNEL,
            "scopes": str(self.scopes),
            "word": self._word,
        }
        path = self.folder / "voila"
        path.unlink(missing_ok=True)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, sandbox_available)
        await loop.run_in_executor(None, self._launch, json.dumps(told), path)

    def _launch(self, told: str, path: Path) -> None:
        root = str(Path(analysis_lib.__file__).parents[1])
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        surroundings = kept | {
            "PYTHONPATH": root,
            "JUPYTER_PATH": os.pathsep.join([str(self.folder), str(builtin_root() / "templates")]),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_DATA_DIR": str(self.folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTER_NO_CONFIG": "1",
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "analysis_lib.dashboards.private_voila", str(path)],
            env=surroundings,
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "voila.log").open("wb"),
            text=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(told + "\n")
            self._process.stdin.flush()
        # stdin is left open: when the front door is gone it closes, and Voila ends itself
        if self._is_stopped:
            self._process.kill()
        if self._process.stdout.readline().strip() != "ready":
            raise SkolbankError(
                "live-start",
                "Det gick inte att starta de levande sidorna",
                remedy="Sidorna visas som vanligt under tiden. Se serverns logg.",
            )

    def _request(self, path: str, method: str, seconds: float) -> HTTPRequest:
        return HTTPRequest(
            f"http://skolbank{path}",
            method=method,
            headers={"Authorization": f"token {self._word}"},
            connect_timeout=5,
            request_timeout=seconds,
        )

    async def _ask(self, request: HTTPRequest) -> HTTPResponse:
        if self._client is None:
            self._client = SimpleAsyncHTTPClient(
                force_instance=True, resolver=OnSocket(path=str(self.folder / "voila")), max_clients=40
            )
        return await self._client.fetch(request)


def _not_opened() -> SkolbankError:
    return SkolbankError(
        "live-open",
        "Sidan gick inte att göra levande just nu",
        remedy="Siffrorna på sidan stämmer ändå. Försök igen om en stund.",
    )
