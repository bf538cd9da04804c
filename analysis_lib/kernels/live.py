"""One live kernel inside its walls: an ordinary IPython kernel that is reached over IPC (floor 8).

What it may know of its page lies in its own folder; its working folder and home are a private, small /tmp.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from analysis_lib.kernels.sandbox import CONNECTION

CONNECTION_FILE = "connection.json"
STATE_FILE = "state.json"
STATE = "SKOLBANK_STATE"
SCOPE = "SKOLBANK_SCOPE_DIR"


def serve_kernel(tell_bound: Callable[[], None]) -> None:
    """Serves cells until it is ended; ``tell_bound`` is called once its sockets are there."""
    from ipykernel import ipkernel, kernelapp
    from ipykernel.iostream import IOPubThread
    from IPython.core.history import HistoryManager

    folder = Path(CONNECTION)
    os.chdir("/tmp")
    os.environ[STATE] = (folder / STATE_FILE).read_text("utf-8")
    HistoryManager.enabled = False  # type: ignore[assignment]
    # the pipe for the output of subprocesses is a TCP socket; here there are neither
    setattr(kernelapp, "IOPubThread", lambda socket, pipe, session: IOPubThread(socket, session=session))  # noqa: B010
    setattr(ipkernel, "sys", _NoModules())  # noqa: B010
    app = kernelapp.IPKernelApp.instance(
        connection_file=str(folder / CONNECTION_FILE), parent_handle=0, capture_fd_output=False, log_level=50
    )
    app.initialize([])
    tell_bound()
    app.start()


class _NoModules:
    """``sys`` for the kernel's start, which notes the file of every module for a debugger that is not there.

    To look at them all would copy eight megabytes of what is shared with the warm process.
    """

    modules: Mapping[str, object] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(sys, name)


def kernel_files(information: dict[str, object], state: str) -> dict[str, str]:
    """What lies in a kernel's folder: how to reach it, as seen from inside, and its page's state."""
    inside = {**information, "ip": f"{CONNECTION}/k"}
    return {CONNECTION_FILE: json.dumps(inside), STATE_FILE: state}
