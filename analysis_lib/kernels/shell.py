"""Runs the cells of one notebook in this process and records what a kernel would have sent (floor 8).

The shell is IPython's own, so magics, display hooks, tracebacks and ``await`` behave as in a kernel. What it
does not have: comms (widgets show, but save no state), ``input()`` and output from threads after the cell.
"""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import FrameType
from typing import Any

import nbformat
from ipykernel.jsonutil import encode_images, json_clean
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

STREAM_LIMIT = 2_000_000
LANGUAGE_INFO: dict[str, Any] = {
    "name": "python",
    "version": sys.version.split()[0],
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}


class CellTimeoutError(Exception):
    """A cell ran longer than it may."""


class Recorder:
    """The outputs of the running cell, in the form and order in which a notebook file holds them."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self._printed = {"stdout": "", "stderr": ""}
        self._displayed: dict[str, list[dict[str, Any]]] = {}
        self._is_clearing = False

    def start(self) -> list[dict[str, Any]]:
        """A new, empty list that receives the outputs from now on."""
        self.outputs = []
        self._printed = dict.fromkeys(self._printed, "")
        self._is_clearing = False
        return self.outputs

    def add(self, output: dict[str, Any], display_id: str | None = None) -> None:
        """One more output; with a ``display_id`` it can be updated later."""
        self.flush()
        self._clear_when_due()
        node: dict[str, Any] = nbformat.from_dict(output)
        self.outputs.append(node)
        if display_id:
            self._displayed.setdefault(display_id, []).append(node)

    def update(self, display_id: str | None, data: Any, metadata: Any) -> None:
        """Replaces what was displayed under the id, in this cell or an earlier one."""
        self.flush()
        for output in self._displayed.get(display_id or "", ()):
            output.update(nbformat.from_dict({"data": data, "metadata": metadata}))

    def print(self, name: str, text: str) -> None:
        """Printed text; it is kept back until something else is shown, as a kernel does."""
        self._printed[name] += text
        if len(self._printed[name]) > STREAM_LIMIT:
            self.flush(name)

    def flush(self, *names: str) -> None:
        """Shows what was printed, standard output before errors."""
        for name in names or tuple(self._printed):
            if self._printed[name]:
                text, self._printed[name] = self._printed[name], ""
                self._stream(name, text)

    def _stream(self, name: str, text: str) -> None:
        self._clear_when_due()
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") != "stream" or last.get("name") != name:
            last = nbformat.from_dict({"output_type": "stream", "name": name, "text": ""})
            self.outputs.append(last)
        room = STREAM_LIMIT - len(last["text"])
        if len(text) <= room:
            last["text"] += text
        elif not last["text"].endswith("]\n") or room > 0:
            last["text"] = last["text"][:STREAM_LIMIT].ljust(STREAM_LIMIT) + "\n[utskriften är avkortad]\n"

    def clear(self, *, wait: bool) -> None:
        """Empties the cell's output, at once or at the next output."""
        self.flush()
        if wait:
            self._is_clearing = True
        else:
            self.outputs.clear()

    def _clear_when_due(self) -> None:
        if self._is_clearing:
            self.outputs.clear()
            self._is_clearing = False


class _Stream(io.TextIOBase):
    """A text stream that writes into the recorder."""

    encoding = "utf-8"

    def __init__(self, recorder: Recorder, name: str) -> None:
        self._recorder, self._name = recorder, name

    def write(self, text: str) -> int:
        if text:
            self._recorder.print(self._name, text)
        return len(text)

    def flush(self) -> None:
        self._recorder.flush(self._name)

    def writable(self) -> bool:
        return True


class _Publisher(DisplayPublisher):
    recorder: Recorder

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: Any = False,
        **_: Any,
    ) -> None:
        bundle, extra = json_clean(encode_images(data)), json_clean(metadata or {})
        display_id = (transient or {}).get("display_id")
        if update:
            self.recorder.update(display_id, bundle, extra)
        else:
            self.recorder.add({"output_type": "display_data", "data": bundle, "metadata": extra}, display_id)

    def clear_output(self, wait: bool = False) -> None:
        self.recorder.clear(wait=wait)


class _Hook(DisplayHook):
    recorder: Recorder
    _result: dict[str, Any]

    def start_displayhook(self) -> None:
        self._result = {"output_type": "execute_result"}

    def write_output_prompt(self) -> None:
        self._result["execution_count"] = self.prompt_count

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self._result["data"] = json_clean(encode_images(format_dict))
        self._result["metadata"] = json_clean(md_dict or {})

    def finish_displayhook(self) -> None:
        if self._result.get("data"):
            self.recorder.add(self._result)


class NotebookShell(InteractiveShell):
    """An IPython shell whose every word goes to a recorder."""

    def __init__(self, **kwargs: Any) -> None:
        self.recorder = Recorder()
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        for speaker in (self.display_pub, self.displayhook):
            speaker.recorder = self.recorder  # type: ignore[union-attr]

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.recorder.add(
            {
                "output_type": "error",
                "ename": str(etype.__name__),
                "evalue": str(evalue),
                "traceback": list(stb),
            }
        )

    def enable_gui(self, gui: Any = None) -> None:
        """Notebooks have no windows."""


def make_shell() -> NotebookShell:
    """The process's only shell, made before the first cell (and before a fork: it starts no thread)."""
    HistoryManager.enabled = False  # type: ignore[assignment]
    shell: NotebookShell = NotebookShell.instance(
        display_pub_class=_Publisher, displayhook_class=_Hook, colors="nocolor"
    )
    return shell


def run_cell(
    shell: NotebookShell, source: str, *, timeout: float = 0
) -> tuple[list[dict[str, Any]], int, bool]:
    """Runs one cell: its outputs, its execution count, and whether it succeeded.

    ``timeout`` in seconds (0: none); a cell that runs longer ends with a ``CellTimeoutError`` output.
    """
    outputs = shell.recorder.start()
    count = shell.execution_count
    stdout, stderr = _Stream(shell.recorder, "stdout"), _Stream(shell.recorder, "stderr")
    with redirect_stdout(stdout), redirect_stderr(stderr), _limited(timeout):
        result = shell.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
    shell.recorder.flush()
    return outputs, count, bool(result.success)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    if not seconds or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise CellTimeoutError(f"A cell timed out while it was being executed, after {seconds:g} seconds.")

    earlier = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)
