"""What one notebook execution is asked for and answers, the same for both engines (floor 8)."""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_LONGEST = 4000


@dataclass(frozen=True)
class NotebookJob:
    """One notebook to execute: where it lies, where it goes, with which parameters and limits (seconds)."""

    id: str
    notebook: str
    output: str
    parameters: Mapping[str, Any]
    folder: str
    environment: Mapping[str, str] = field(default_factory=dict)
    cell_timeout: float = 120
    notebook_timeout: float = 300

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def perform(job: NotebookJob, engine: Any) -> dict[str, Any]:
    """Executes the job in this process; the answer holds ``event`` ``executed`` or ``failed``."""
    from analysis_lib.kernels.engine import NotebookFailed, execute

    os.environ.update(job.environment)
    os.chdir(job.folder)
    try:
        execute(
            Path(job.notebook),
            Path(job.output),
            parameters=job.parameters,
            engine=engine,
            cell_timeout=job.cell_timeout,
        )
    except NotebookFailed as error:
        return {"event": "failed", "id": job.id, "error": error.name, "message": str(error)[:_LONGEST]}
    except Exception as error:
        detail = "".join(traceback.format_exception(error))
        return {
            "event": "failed",
            "id": job.id,
            "error": type(error).__name__,
            "message": str(error)[:_LONGEST],
            "detail": detail[-_LONGEST:],
        }
    return {"event": "executed", "id": job.id}
