"""The command that serves the dashboards, or writes them as files (floor 9)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from analysis_lib.cli.options import NO_OPTIONS, Shared
from analysis_lib.cli.privacy import enter

Many = Parameter(negative="")


def serve(
    *,
    port: Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65535))] = 8866,
    host: str = "127.0.0.1",
    socket: Path | None = None,
    trust_header: str = "",
    name: Annotated[tuple[str, ...], Many] = (),
    seminar: str = "",
    export: Path | None = None,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Serve the dashboards to those who may see them, each what is theirs.

    Parameters
    ----------
    port
        The port on this machine; 0 takes any that is free.
    host
        The address to listen on; only this machine's own.
    socket
        Listen on this unix socket instead, for a proxy in front.
    trust_header
        The header in which a proxy on the socket names who is logged in.
    name
        A host name that readers use; may be repeated.
    seminar
        The seminar that is shown; else the one held last.
    export
        Write the usual pages to this folder as files for the board, and serve nothing.
    """
    from analysis_lib.dashboards.server import serve as run

    workspace = shared.find()
    what = "start" if export is None else f"kopia {seminar[:40]}".strip()
    enter(workspace, "serve" if export is None else "dashboard-export", what)
    if export is not None:
        from analysis_lib.dashboards.static_copy import write_copy

        count = write_copy(workspace, export, seminar=seminar)
        print(f"{count} sidor skrevs till {export.name}.")
        return 0
    how = {"port": port, "host": host, "socket": socket, "trust_header": trust_header}
    run(workspace, tell=_tell, names=name, seminar=seminar, **how)
    return 0


def _tell(address: str) -> None:
    print(f"Skolbänken finns på {address}  (avsluta med Ctrl+C)", flush=True)
