"""One warm template per process, for those who run papermill without our batch (floor 8).

The template starts with the first notebook and ends with the process. Where it cannot fork (Windows), or
has threads that a fork would lose, papermill's ordinary engine takes over and a warning says so.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis_lib.kernels.job import NotebookJob
from analysis_lib.kernels.process import Reply, Worker

PRELOADED = (
    "pandas",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "analysis_lib.present.html",
    "analysis_lib.report.context",
)
LIVE = (
    *PRELOADED,
    "ipykernel.kernelapp",
    "ipykernel.datapub",
    "ipykernel.debugger",
    "ipykernel.subshell_manager",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.core.magics",
    "IPython.extensions.storemagic",
    "jedi",
    "pandas.core.arrays.arrow.extension_types",
    "tornado.platform.asyncio",
    "zmq.utils.garbage",
    "ipywidgets",
    "analysis_lib.dashboards.live",
)
"""What live kernels share; the last is loaded by name, for it stands on a higher floor."""
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "PYTHONHASHSEED": "0",
}
_NO_LIMIT = 7 * 24 * 3600.0
_START = 120.0


class _Template:
    """The process's template, started when it is first needed."""

    worker: Worker | None = None
    replies: queue.Queue[Reply]
    folder: tempfile.TemporaryDirectory[str]

    @classmethod
    def ready(cls) -> bool:
        """Whether a template waits for notebooks; starts one when there is none."""
        if not hasattr(os, "pidfd_open"):
            return False
        if cls.worker is None or cls.worker.process.poll() is not None:
            cls.folder, cls.replies = tempfile.TemporaryDirectory(prefix="skolbank-"), queue.Queue()
            log = Path(cls.folder.name) / "template.log"
            module = "analysis_lib.kernels.template"
            cls.worker = Worker.start(
                "template", module, arguments=PRELOADED, replies=cls.replies, log=log, environment=ONE_THREAD
            )
            atexit.register(cls.worker.stop)
            if cls.replies.get(timeout=_START).message["event"] != "ready":
                cls.worker.stop()
                return False
        return True


def execute_notebook(notebook: Any, kernel_name: str, options: Mapping[str, Any]) -> Any:
    """Executes a parameterised notebook and gives it back with outputs, as papermill's engines do.

    Raises ``RuntimeError`` when the process that ran it died or ran over ``execution_timeout`` for good.
    """
    if not _Template.ready():
        from papermill.engines import NBClientEngine

        warnings.warn("skolbank: no warm process here, an ordinary kernel is used", stacklevel=2)
        return NBClientEngine.execute_notebook(notebook, kernel_name, **options)
    import nbformat
    from papermill.execute import remove_error_markers

    timeout = float(options.get("execution_timeout") or 0)
    with tempfile.TemporaryDirectory(dir=_Template.folder.name) as place:
        source, target = Path(place) / "in.ipynb", Path(place) / "out.ipynb"
        source.write_text(json.dumps(notebook, ensure_ascii=False), "utf-8")
        _perform(source, target, timeout)
        executed = remove_error_markers(nbformat.read(target, as_version=4))
    told = dict(notebook.metadata.get("papermill", {}))
    ran = executed.metadata.get("papermill", {})
    executed.metadata["papermill"] = {**ran, **{name: told[name] for name in told if name not in _RAN}}
    return executed


_RAN = ("start_time", "end_time", "duration", "exception")


def _perform(source: Path, target: Path, timeout: float) -> None:
    job = NotebookJob(
        source.parent.name,
        str(source),
        str(target),
        {},
        str(Path.cwd()),
        environment=dict(os.environ),
        cell_timeout=timeout,
        notebook_timeout=_NO_LIMIT,
    )
    assert _Template.worker is not None
    _Template.worker.send(job.as_json())
    while True:
        message = _Template.replies.get().message
        if message["event"] == "died" or message.get("id") == job.id:
            break
    if not target.is_file():
        raise RuntimeError(f"the notebook's process ended: {message.get('message') or message['event']}")
