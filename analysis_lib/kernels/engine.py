"""The one door to papermill: its engines, and one call that executes one notebook (floor 8).

papermill injects the parameters and records times and states; only the place where cells run differs: in this
process (a forked child of the warm template), or in an ordinary Jupyter kernel, over IPC where there is IPC.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import nbformat
from nbformat.v4.rwbase import split_lines, strip_transient
from papermill import execute as papermill_execute
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from analysis_lib.kernels.shell import LANGUAGE_INFO, NotebookShell, make_shell, run_cell

ENGINE = "skolbank-in-process"  # never the name of the entry point: it would take its place
EngineName = Literal["fork", "kernel"]


class InProcessEngine(Engine):
    """Runs the cells in this process; for one notebook per process."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        shell = make_shell()
        timeout = float(options.get("execution_timeout") or 0)
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            is_good = _execute(shell, cell, timeout)
            if not is_good:
                nb_man.cell_exception(cell, cell_index=index)
            nb_man.cell_complete(cell, cell_index=index)
            if not is_good:
                break
        nb_man.nb.metadata["language_info"] = nbformat.from_dict(LANGUAGE_INFO)
        return nb_man.nb


papermill_engines.register(ENGINE, InProcessEngine)


class NotebookFailed(Exception):
    """A cell raised; the executed notebook with its error lies in the output file."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


def execute(
    notebook: Path,
    output: Path,
    *,
    parameters: Mapping[str, Any],
    engine: EngineName,
    cell_timeout: float = 0,
    start_timeout: int = 60,
) -> None:
    """Executes ``notebook`` with ``parameters`` and writes it to ``output``; raises ``NotebookFailed``."""
    options: dict[str, Any] = {"execution_timeout": cell_timeout or None}
    if engine == "fork":
        setattr(papermill_execute, "write_ipynb", _write)  # noqa: B010
    if engine == "kernel":
        options |= {"record_timing": False, "shutdown_kernel": "immediate"}
    logging.getLogger("papermill").setLevel(logging.ERROR)
    with TemporaryDirectory(prefix="skolbank-") as sockets, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if engine == "kernel":
            options |= _transport(sockets)
        try:
            papermill_execute.execute_notebook(
                _literal(notebook),
                _literal(output),
                parameters=dict(parameters),
                engine_name=ENGINE if engine == "fork" else None,
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=False,
                start_timeout=start_timeout,
                **options,
            )
        except PapermillExecutionError as error:
            raise NotebookFailed(str(error.ename), str(error.evalue)) from None


def warm_up() -> None:
    """Builds what the first notebook would else wait for: the validator of the notebook format."""
    nbformat.validate(nbformat.v4.new_notebook())


def _execute(shell: NotebookShell, cell: Any, timeout: float) -> bool:
    if cell.cell_type != "code" or not cell.source.strip():
        return True
    outputs, count, is_good = run_cell(shell, cell.source, timeout=timeout)
    cell.execution_count = count
    cell.outputs = outputs
    return is_good or "raises-exception" in cell.metadata.get("tags", [])


def _transport(folder: str) -> dict[str, Any]:
    """Kernels over IPC, in a folder of their own: no port that another kernel can take first.

    Windows has TCP only.
    """
    if os.name == "nt":
        return {}
    from jupyter_client.manager import AsyncKernelManager

    class IpcKernelManager(AsyncKernelManager):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**{**kwargs, "transport": "ipc", "ip": f"{folder}/k"})

    return {"kernel_manager_class": IpcKernelManager}


def _write(notebook: Any, path: str) -> None:
    """Papermill's writing of the executed notebook, without indents: those took as long as the report."""
    lines = split_lines(strip_transient(notebook))
    Path(path).write_text(json.dumps(lines, ensure_ascii=False), "utf-8")


def _literal(path: Path) -> str:
    """A path in which papermill finds no placeholders."""
    return str(path).replace("{", "{{").replace("}", "}}")
