"""A worker that executes notebooks one after another in ordinary Jupyter kernels (floor 8).

The fallback of the warm template: Windows, a notebook that asks for it, or ``--engine kernel``.
"""

from __future__ import annotations

from analysis_lib.kernels.job import NotebookJob, perform
from analysis_lib.kernels.process import serve


def main() -> None:
    """Serves until the pipe ends."""
    from analysis_lib.kernels import engine

    assert engine.ENGINE
    serve(lambda request: perform(NotebookJob(**request), "kernel"), greeting={"event": "ready"})


if __name__ == "__main__":
    main()
