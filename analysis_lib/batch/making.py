"""Executes and renders the documents of a round, each staged or failed when it is done (floor 8)."""

from __future__ import annotations

import datetime
import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from analysis_lib.batch import publish
from analysis_lib.batch.ledger import Entry
from analysis_lib.batch.plan import Document
from analysis_lib.batch.pool import Equipment, Outcome, Pool, Task, Workers
from analysis_lib.batch.progress import Progress
from analysis_lib.batch.render import RenderJob
from analysis_lib.batch.rooms import Rooms
from analysis_lib.batch.round import Manner, Round
from analysis_lib.batch.telling import now
from analysis_lib.errors import SkolbankError
from analysis_lib.kernels.job import NotebookJob
from analysis_lib.report.forms import file_name, files_of
from analysis_lib.vocabulary.workspace import Workspace


def open_pool(workspace: Workspace, manner: Manner, rooms: Rooms, warn: Callable[[str], None]) -> Workers:
    """The workers of a round, on this machine or on a cluster; not warm yet."""
    equipment = Equipment(
        engine=_engine(manner.engine),
        renderer=rooms.renderer,
        log=str(workspace.work / "batch" / "workers.log"),
        preloaded=rooms.preloaded,
        environment={
            "SKOLBANK_WORKSPACE": str(workspace.root),
            "SKOLBANK_CHART_CACHE": str(workspace.work / "charts"),
            **rooms.environment,
        },
    )
    deadline = time.monotonic() + manner.run_timeout if manner.run_timeout else 0.0
    if manner.scheduler:
        from analysis_lib.batch.cluster import ClusterPool

        return ClusterPool(manner.scheduler, equipment, workspace, jobs=manner.jobs, deadline=deadline)
    return Pool(equipment, jobs=manner.jobs or os.cpu_count() or 1, deadline=deadline, warn=warn)


def _engine(asked: str) -> str:
    return "fork" if asked == "fork" and hasattr(os, "pidfd_open") else "kernel"


def make_documents(current: Round, documents: Sequence[Document], pool: Workers) -> None:
    """Executes and renders the documents; each is staged or failed when this returns."""
    if not documents:
        return
    by_key = {document.key: document for document in documents}
    with Progress(len(documents), plain=current.manner.is_plain) as progress:
        for outcome in pool.run([_task(current, document) for document in documents]):
            is_good = _settle(current, by_key[outcome.id], outcome)
            progress.step(failed=not is_good, current=pool.names())
    pool.close()


def _task(current: Round, document: Document) -> Task:
    folder = current.stage / document.code
    executed = folder / f".{document.report}.executed.ipynb"
    folder.mkdir(parents=True, exist_ok=True)
    for path in [executed, *files_of(folder, document.report)]:
        path.unlink(missing_ok=True)
    first = (
        file_name(document.report, document.outputs[0]) if document.outputs else f"{document.report}.ipynb"
    )
    return Task(
        document.key,
        NotebookJob(
            document.key,
            str(document.notebook),
            str(executed),
            document.parameters,
            str(current.workspace.root),
            cell_timeout=current.manner.cell_timeout,
            notebook_timeout=current.manner.notebook_timeout,
        ),
        RenderJob(
            document.key,
            str(executed),
            str(document.notebook),
            str(folder),
            document.report,
            document.outputs,
            f"{current.plan.seminar.id}/{document.code}/{first}",
        ),
        needs_kernel=document.engine == "kernel",
    )


def _settle(current: Round, document: Document, outcome: Outcome) -> bool:
    """Writes the outcome into the ledger, and keeps the notebook of a failed document."""
    entry = Entry(
        current.plan.seminar.id,
        document.code,
        document.report,
        "staged",
        document.fingerprint,
        started=_stamp(outcome.started),
        finished=now(),
        seconds=outcome.seconds,
        files=outcome.files,
    )
    executed = current.stage / document.code / f".{document.report}.executed.ipynb"
    if outcome.fault:
        code, message = publish.told(outcome.fault, outcome.error)
        if outcome.fault == "render" and outcome.error == SkolbankError.__name__:
            message = outcome.message  # ours are written to be read, and hold no personal data
        identity = error_id(document.key, document.fingerprint)
        entry = replace(entry, state="failed", error_id=identity, error_code=code, message=message)
        publish.keep_failed(current.folder, document, executed, outcome, message)
    elif outcome.faults:
        words = ", ".join(str(fault["output"]).upper() for fault in outcome.faults)
        entry = replace(
            entry,
            error_id=error_id(document.key, document.fingerprint),
            error_code="output-failed",
            message=f"{words} gick inte att göra, resten av dokumentet är klart",
        )
    if outcome.entry:
        publish.keep_entry(current.stage, document, outcome.entry)
    executed.unlink(missing_ok=True)
    current.ledger.write(entry)
    current.telling.step(entry, lambda: current.ledger.entries(entry.seminar))
    return not outcome.fault and not outcome.faults


def error_id(key: str, fingerprint: str) -> str:
    """A short id that a reader can give to whoever looks into the error."""
    return "F-" + hashlib.sha256(f"{key}\0{fingerprint}".encode()).hexdigest()[:6].upper()


def _stamp(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).isoformat(timespec="seconds")
