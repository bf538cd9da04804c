"""The front door: one small server on the own machine, or behind the municipality's proxy (floor 8).

Every request goes through log-in, rights and the access log. A proxy's header is believed on the unix socket
only, where nobody but the proxy can come in; everywhere else it means nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets, bind_unix_socket
from tornado.web import Application

from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.entry_views import Undo, Write
from analysis_lib.dashboards.handlers import Desktop, Missing
from analysis_lib.dashboards.live_desk import LiveDesk
from analysis_lib.dashboards.live_messages import LONGEST_UP
from analysis_lib.dashboards.live_views import LiveSocket, StartLive
from analysis_lib.dashboards.table_views import Table, Tables
from analysis_lib.dashboards.views import Fixed, Login, Logout, Start
from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.workspace import Workspace

_PATIENCE = 2.0  # seconds from being told to stop until whatever is in hand is left as it is
_LOCAL = ("127.0.0.1", "localhost", "::1")
_LIMITS = {
    "max_body_size": 256 * 1024,
    "max_header_size": 16 * 1024,
    "idle_connection_timeout": 30,
    "body_timeout": 15,
}


def make_app(desktop: Desktop) -> Application:
    """The addresses of the dashboards over one desk."""
    shared = {"desktop": desktop}
    page, card = r"([a-z]{3,20})", r"([a-z][a-z0-9-]{1,30})"
    return Application(
        [
            (r"/", Start, shared),
            (r"/logga-in", Login, shared),
            (r"/logga-ut", Logout, shared),
            (r"/fast/([a-z0-9.-]{5,60})", Fixed, shared),
            (rf"/{page}/tabell/{card}\.(csv|xlsx)", Table, shared),
            (rf"/{page}/tabeller\.xlsx", Tables, shared),
            (rf"/{page}/angra", Undo, shared),
            (rf"/{page}/levande", StartLive, shared),
            (r"/levande/([A-Za-z0-9_-]{24})", LiveSocket, shared),
            (rf"/{page}", Write, shared),
        ],
        default_handler_class=Missing,
        default_handler_args=shared,
        cookie_secret=secrets.token_urlsafe(48),
        xsrf_cookies=True,
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Lax", "secure": desktop.is_secure},
        log_function=lambda handler: None,
        compress_response=True,
        websocket_max_message_size=LONGEST_UP,
        websocket_ping_interval=20,
    )


class Served:
    """A running server; ``addresses`` are where it listens."""

    def __init__(self, servers: Iterable[HTTPServer], addresses: list[str], desktop: Desktop) -> None:
        self.servers = list(servers)
        self.addresses = addresses
        self.desktop = desktop
        self.desk = desktop.desk

    def stop(self) -> None:
        for server in self.servers:
            server.stop()
        if self.desktop.live:
            self.desktop.live.stop()
        self.desk.close()


def start(
    workspace: Workspace,
    *,
    port: int = 8866,
    host: str = "127.0.0.1",
    socket: Path | None = None,
    trust_header: str = "",
    names: Iterable[str] = (),
    seminar: str = "",
) -> Served:
    """Starts to serve in the running loop: on the own machine, or on a unix socket for a proxy.

    ``names`` are further host names that a proxy passes on. Raises SkolbankError before anything listens.
    """
    refuse_unsafe(host, socket, trust_header)
    desk = Desk(workspace, seminar=seminar)
    desk.people.people()
    desk.edition("internal")
    if socket is not None:
        desktop = Desktop(desk, frozenset(name.lower() for name in names), trust=trust_header, is_secure=True)
        desktop.live = LiveDesk(desk, desktop.sessions, is_trusting=bool(trust_header))
        server = HTTPServer(make_app(desktop), **_LIMITS)
        with _binding(f"Socketen {socket.name}", "--socket"):
            server.add_socket(bind_unix_socket(str(socket), mode=0o660))
        return Served([server], [f"unix:{socket}"], desktop)
    with _binding(f"Port {port}", "--port"):
        sockets = bind_sockets(port, host)
    bound = sockets[0].getsockname()[1]
    hosts = {f"{name}:{bound}" for name in (*_LOCAL[:2], host)} | {name.lower() for name in names}
    desktop = Desktop(desk, frozenset(hosts))
    desktop.live = LiveDesk(desk, desktop.sessions)
    server = HTTPServer(make_app(desktop), **_LIMITS)
    server.add_sockets(sockets)
    return Served([server], [f"http://{host}:{bound}/"], desktop)


@contextlib.contextmanager
def _binding(place: str, option: str) -> Iterator[None]:
    """Tells in words why nothing can be served at a place."""
    try:
        yield
    except (OSError, ValueError) as fault:
        is_taken = isinstance(fault, OSError) and fault.errno == errno.EADDRINUSE
        raise SkolbankError(
            "place-taken" if is_taken else "place-refused",
            f"{place} används redan av ett annat program" if is_taken else f"{place} går inte att öppna",
            where=option,
            remedy=f"Ange en annan med {option}, eller stäng den server som redan är i gång.",
        ) from None


def refuse_unsafe(host: str, socket: Path | None, trust_header: str) -> None:
    """Passwords in clear text over a network, or a header that anybody can send, are never served."""
    if trust_header and socket is None:
        raise SkolbankError(
            "header-unsafe",
            "En inloggningsproxys rubrik godtas bara över en unix-socket",
            where="--trust-header",
            remedy="Ange --socket SÖKVÄG och låt proxyn ansluta dit.",
        )
    if socket is None and host not in _LOCAL:
        raise SkolbankError(
            "host-unsafe",
            "Skolbänken lyssnar bara på den egna datorn, eftersom lösenord annars går okrypterade",
            where="--host",
            remedy="Sätt en webbserver med TLS framför (docs/DASHBOARDS.md), eller ange --socket.",
        )


def serve(workspace: Workspace, *, tell: Callable[[str], None], **how: object) -> None:
    """Serves until interrupted; ``tell`` gets the addresses."""

    async def until_stopped() -> None:
        print("Skolbänken startar: siffrorna tas fram och granskas …", file=sys.stderr, flush=True)
        served = start(workspace, **how)  # type: ignore[arg-type]
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        for address in served.addresses:
            tell(address)
        if served.desktop.live and served.desktop.live.closed:
            print(served.desktop.live.closed, file=sys.stderr)
        warming = asyncio.gather(*_warming(served, stop), return_exceptions=True)
        await stop.wait()
        _leave_soon()
        served.stop()
        await warming

    asyncio.run(until_stopped())


def _leave_soon() -> None:
    """Ends the process after a moment: a page being drawn cannot be broken off, and nobody waits for it."""
    timer = threading.Timer(_PATIENCE, os._exit, (0,))
    timer.daemon = True  # a server that has nothing in hand ends by itself before that
    timer.start()


def _warming(served: Served, stop: asyncio.Event) -> Iterator[Awaitable[object]]:
    """What is made ready while the first readers log in: the usual pages, and what live pages start from."""
    yield asyncio.get_running_loop().run_in_executor(None, served.desk.warm, stop.is_set)
    if served.desktop.live:
        yield served.desktop.live.warm()
