"""Standalone Voila for the front door alone: on a unix socket of its own, behind a word of its own (floor 8).

It is run as a process, ``python -m analysis_lib.dashboards.private_voila SOCKET``, with the word and the
notebooks that may be opened on stdin. Only three addresses are there: a page, its kernel's websocket, and the
end of a kernel. A kernel gets nothing of the server's environment.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_unix_socket
from tornado.web import HTTPError
from traitlets.config import Config
from voila.app import Voila  # type: ignore[import-untyped]
from voila.tornado.handler import TornadoVoilaHandler  # type: ignore[import-untyped]
from voila.tornado.kernel_websocket_handler import (  # type: ignore[import-untyped]
    VoilaKernelWebsocketHandler,
)

from analysis_lib.dashboards.live_order import ORDER, read_order
from analysis_lib.kernels.provisioner import register
from analysis_lib.kernels.zygotes import warm

_ORDER_VARIABLE = "HTTP_" + ORDER.upper().replace("-", "_")
_A_WEEK = 7 * 24 * 3600.0
_KERNEL = r"(?P<kernel_id>[0-9a-f-]{36})"


class LiveKernels(AsyncMappingKernelManager):
    """Kernels that know their scope's folder and their first state, and nothing else."""

    async def start_kernel(  # type: ignore[override]
        self, *, env: Mapping[str, str] | None = None, **given: Any
    ) -> str:
        order = read_order((env or {}).get(_ORDER_VARIABLE, ""))
        own = {"SKOLBANK_SCOPE_DIR": order["scope"], "SKOLBANK_STATE": json.dumps(order["state"])}
        started: str = await super().start_kernel(env=own, **given)
        return started


class PrivateVoila(Voila):  # type: ignore[misc]
    """Voila with the front door's three addresses only, on a unix socket."""

    socket = ""

    def init_handlers(self) -> list[Any]:
        shared = {
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        return [
            (rf"/api/kernels/{_KERNEL}", EndKernel),
            (rf"/api/kernels/{_KERNEL}/channels", VoilaKernelWebsocketHandler),
            (r"/voila/render/([a-z]{3,20}\.ipynb)", TornadoVoilaHandler, shared),
        ]

    def listen(self) -> None:
        server = HTTPServer(self.app, max_body_size=64 * 1024, max_header_size=16 * 1024)
        server.add_socket(bind_unix_socket(self.socket, mode=0o600))
        print("ready", flush=True)
        self.ioloop = IOLoop.current()
        self.ioloop.add_handler(sys.stdin.fileno(), lambda *_: self.ioloop.stop(), IOLoop.READ)
        try:
            self.ioloop.start()
        finally:
            self.stop()


class EndKernel(KernelHandler):
    """Ends a kernel; nothing about kernels is told here."""

    def get(self, kernel_id: str) -> None:
        raise HTTPError(404)


def rights_hook(handler: Any, *, notebook: Any, cwd: str) -> None:
    """Before any kernel: the page that is opened must be the one that the front door ordered."""
    order = read_order(handler.request.headers.get(ORDER, ""))
    if handler.path_args != [f"{order['page']}.ipynb"] or set(handler.request.query_arguments):
        raise HTTPError(403)


def settings(*, notebooks: Path, kernel: str, word: str) -> Config:
    """Everything that is closed: files, templates, tracebacks, headers, other kernels."""
    made = Config()
    made.Voila.root_dir = str(notebooks)
    made.Voila.open_browser = False
    made.Voila.token = word
    made.Voila.auto_token = False
    made.VoilaConfiguration.template = "skolbank-door"
    made.VoilaConfiguration.allow_template_override = "NO"
    made.VoilaConfiguration.allow_theme_override = "NO"
    made.VoilaConfiguration.file_allowlist = ["(?!)"]
    made.VoilaConfiguration.show_tracebacks = False
    made.VoilaConfiguration.http_header_envs = [ORDER]
    made.VoilaConfiguration.prelaunch_hook = rights_hook
    made.VoilaConfiguration.multi_kernel_manager_class = LiveKernels
    made.VoilaConfiguration.http_keep_alive_timeout = 3600
    made.VoilaConfiguration.language_kernel_mapping = {"python": kernel}
    made.VoilaExecutor.timeout = 60
    made.KernelSpecManager.ensure_native_kernel = False
    made.KernelSpecManager.allowed_kernelspecs = {kernel}
    made.KernelManager.transport = "ipc"
    made.KernelManager.autorestart = True  # so that its death is seen; none is started again
    made.KernelRestarter.restart_limit = 0
    made.KernelRestarter.time_to_dead = 1.0
    made.MappingKernelManager.cull_idle_timeout = 1800
    made.MappingKernelManager.cull_interval = 60
    made.MappingKernelManager.cull_connected = True
    made.MappingKernelManager.buffer_offline_messages = False
    return made


def main() -> None:
    """Reads the orders on stdin and serves until the front door is gone."""
    told = json.loads(sys.stdin.readline())
    PrivateVoila.socket = sys.argv[1]
    register()
    warm(Path(told["scopes"]) / "any", idle=_A_WEEK)  # the first reader of the morning does not wait for it
    app = PrivateVoila.instance(
        config=settings(
            notebooks=Path(told["notebooks"]),
            kernel=told["kernel"],
            word=told["word"],
        )
    )
    app.initialize([])
    app.start()


if __name__ == "__main__":
    main()
