"""The warm engine gives the same notebook as an ordinary kernel."""

from __future__ import annotations

import json
import queue
from pathlib import Path
from typing import Any

import pytest
from batch_workspace import write_notebook

from analysis_lib.kernels.job import NotebookJob
from analysis_lib.kernels.process import Reply, Worker

_CELLS = [
    "import sys\nprint('ut', unit)\nprint('fel', file=sys.stderr)\nprint('ut igen')",
    "from IPython.display import HTML, Markdown, Image, display, clear_output, update_display\n"
    "display(HTML('<b>å</b>'), metadata={'a': 1})\nprint('mellan')\ndisplay(Markdown('*x*'))",
    "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
    "3;",
    "",
    "print('borta')\nclear_output()\nprint('kvar')",
    "handle = display(HTML('ett'), display_id='d1')",
    "update_display(HTML('två'), display_id='d1')",
    "import asyncio\nawait asyncio.sleep(0)\n'väntat'",
    "%precision 2\n3.14159",
    "display(Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + b'\\0' * 16, format='png'))",
    "class B:\n    def _repr_mimebundle_(self, **_):\n"
    "        return {'text/plain': 'b', 'application/vnd.skolbank.block+json': {'n': [1, None]}}\nB()",
    "get_ipython().user_ns['unit'], __name__, In[1][:6]",
]


def run_with(module: str, tmp_path: Path, cells: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer and the executed notebook of one job, run by the worker in ``module``."""
    source = write_notebook(tmp_path / "n {x}.ipynb", cells)
    target = tmp_path / f"{module.rpartition('.')[2]}.ipynb"
    replies: queue.Queue[Reply] = queue.Queue()
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
    worker = Worker.start("w", module, replies=replies, log=tmp_path / "log", environment=one_thread)
    try:
        assert replies.get(timeout=60).message["event"] == "ready", (tmp_path / "log").read_text()
        job = NotebookJob("1", str(source), str(target), {"unit": "åäö"}, str(tmp_path), cell_timeout=20)
        worker.send(job.as_json())
        answer = dict(replies.get(timeout=60).message)
    finally:
        worker.kill()
    return answer, json.loads(target.read_text("utf-8"))


def comparable(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without what differs between any two runs: times, paths, fresh ids, colours."""
    for cell in notebook["cells"]:
        cell["metadata"].pop("papermill", None)
        if "injected-parameters" in cell["metadata"].get("tags", []) or "papermill" in str(cell["metadata"]):
            cell.pop("id")
        for output in cell.get("outputs", []):
            output.pop("traceback", None)
    notebook["metadata"].pop("papermill")
    return notebook


@pytest.mark.parametrize("ending", [[], ["1 / 0", "print('aldrig')"]], ids=["good", "failing"])
def test_both_engines_give_the_same_notebook(tmp_path: Path, ending: list[str]) -> None:
    warm_answer, warm = run_with("analysis_lib.kernels.template", tmp_path, _CELLS + ending)
    cold_answer, cold = run_with("analysis_lib.kernels.ordinary", tmp_path, _CELLS + ending)
    assert warm_answer == cold_answer
    assert warm_answer["event"] == ("failed" if ending else "executed")
    assert comparable(warm) == comparable(cold)
    assert any(cell.get("outputs") for cell in warm["cells"])


def test_a_notebook_leaves_nothing_behind_for_the_next(tmp_path: Path) -> None:
    cells = ["import os, sys\nprint(os.environ.get('LEFT'), 'left' in sys.modules, 'x' in globals())"]
    cells.append("os.environ['LEFT'] = 'a'\nsys.modules['left'] = sys\nx = 1")
    first = run_with("analysis_lib.kernels.template", tmp_path, cells)[1]
    assert first["cells"][3]["outputs"][0]["text"] == ["None False False\n"]
