"""Runs a seminar's round: plan, execute, render, attack, publish, index; resumes by itself (floor 8).

Documents are staged in a work folder. They get their final names only when the attacker has found nothing in
the facts of the whole round, and are done only when the ledger says so.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis_lib.batch import publish
from analysis_lib.batch.files import cannot_write
from analysis_lib.batch.ledger import Entry, Ledger
from analysis_lib.batch.lock import held
from analysis_lib.batch.plan import Document, Order, Plan, make_plan, round_fingerprint
from analysis_lib.batch.pool import Equipment, Outcome, Pool, Task, Workers
from analysis_lib.batch.progress import Progress
from analysis_lib.batch.render import RenderJob
from analysis_lib.batch.rooms import Rooms, real_rooms
from analysis_lib.batch.telling import Telling, now
from analysis_lib.errors import (
    EXIT_DISCLOSURE,
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_PARTIAL,
    SeveralErrors,
    SkolbankError,
)
from analysis_lib.kernels.job import NotebookJob
from analysis_lib.report.forms import file_name, files_of
from analysis_lib.report.params_faults import params_faults
from analysis_lib.report.provenance import provenance_folder
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

CELL_TIMEOUT, NOTEBOOK_TIMEOUT = 120.0, 300.0
LEDGER_URL = "SKOLBANK_LEDGER_URL"


@dataclass(frozen=True)
class Manner:
    """How a round is run, apart from what it makes. ``jobs`` 0: one per core.

    ``scheduler``: a Dask cluster's address, or ``local``; ``events``: a file for one JSON line per event;
    ``run_timeout``: seconds for the whole run (0: none), what is not made by then is told as such.
    """

    jobs: int = 0
    engine: str = "fork"
    force: bool = False
    cell_timeout: float = CELL_TIMEOUT
    notebook_timeout: float = NOTEBOOK_TIMEOUT
    is_plain: bool | None = None
    scheduler: str = ""
    events: Path | None = None
    run_timeout: float = 0.0


@dataclass(frozen=True)
class Result:
    """How a round went. ``made`` in this run, ``kept`` from before, ``failed`` by key with the reason."""

    exit_status: int
    index: Path
    made: int
    kept: int
    failed: Mapping[str, str]
    findings: tuple[str, ...] = ()


@dataclass
class Round:
    """One run of one seminar while it is going on."""

    workspace: Workspace
    catalog: Catalog
    rooms: Rooms
    manner: Manner
    ledger: Ledger
    plan: Plan
    telling: Telling

    @property
    def folder(self) -> Path:
        return self.workspace.output / self.plan.seminar.id

    @property
    def stage(self) -> Path:
        return self.workspace.work / "batch" / self.plan.seminar.id

    @property
    def facts(self) -> Path:
        return facts_folder(self.workspace) / self.plan.seminar.id

    @property
    def provenance(self) -> Path:
        return provenance_folder(self.workspace) / self.plan.seminar.id


def facts_folder(workspace: Workspace) -> Path:
    """Where the facts of published documents lie, ``<seminar>/<code>/<report>.facts.jsonl``."""
    return workspace.work / "facts"


def ledger_of(workspace: Workspace) -> Ledger:
    """The workspace's ledger; a database shared by several machines when the environment names one."""
    return Ledger(workspace.work / "ledger.sqlite", os.environ.get(LEDGER_URL, ""))


def lock_of(workspace: Workspace, seminar: str) -> Path:
    """The lock file of a seminar."""
    return workspace.work / "locks" / f"{seminar}.lock"


def run_seminar(
    workspace: Workspace,
    order: Order,
    *,
    manner: Manner | None = None,
    rooms: Rooms | None = None,
    warn: Callable[[str], None] = lambda text: None,
) -> Result:
    """Makes what the order asks for and is not made already; see the module for what is promised."""
    manner, rooms = manner or Manner(), rooms or real_rooms()
    from analysis_lib.report.freeze import at_freeze  # pandas with it: `status` reads the ledger without

    faults = params_faults(workspace, Catalog(workspace), seminar=order.seminar)
    if faults:
        raise SeveralErrors(faults)
    workspace = at_freeze(workspace, order.seminar)
    catalog = Catalog(workspace)
    catalog.seminar(order.seminar)
    try:
        with held(lock_of(workspace, order.seminar), order.seminar), _ending_on_signals():
            ledger = ledger_of(workspace)
            try:
                fingerprint = round_fingerprint(workspace, order.seminar)
                unchanged = None if manner.force else _unchanged(workspace, ledger, order, fingerprint)
                return unchanged or _run(
                    workspace, catalog, order, manner, rooms, ledger, fingerprint, warn=warn
                )
            finally:
                ledger.close()
    except OSError as error:
        raise cannot_write(error, workspace.shown(Path(error.filename or workspace.root))) from error


def _unchanged(workspace: Workspace, ledger: Ledger, order: Order, fingerprint: str) -> Result | None:
    """The result when the whole round was done with the same inputs and every file still stands."""
    if ledger.round_fingerprint(order.seminar) != fingerprint:
        return None
    entries = ledger.entries(order.seminar)
    codes, reports = {e.code for e in entries.values()}, {e.report for e in entries.values()}
    folder = workspace.output / order.seminar
    index = folder / "index.html"
    if not set(order.units) <= codes or not set(order.reports) <= reports or not index.is_file():
        return None
    if not all(e.state == "done" and publish.is_intact(folder, e) for e in entries.values()):
        return None
    wanted = [
        e
        for e in entries.values()
        if (not order.units or e.code in order.units) and (not order.reports or e.report in order.reports)
    ]
    return Result(EXIT_DONE, index, 0, len(wanted), {}) if wanted else None


def _run(
    workspace: Workspace,
    catalog: Catalog,
    order: Order,
    manner: Manner,
    rooms: Rooms,
    ledger: Ledger,
    fingerprint: str,
    *,
    warn: Callable[[str], None],
) -> Result:
    pool = _pool(workspace, manner, rooms, warn)
    try:
        pool.warm_up()
        plan = make_plan(workspace, catalog, order, rooms.prepare(workspace, order.seminar))
        folder = workspace.output / plan.seminar.id
        telling = Telling(folder, catalog.settings, plan, engine=manner.engine, events=manner.events)
        current = Round(workspace, catalog, rooms, manner, ledger, plan, telling)
        return _go_through(current, order, fingerprint, pool)
    finally:
        pool.close()


def _go_through(current: Round, order: Order, fingerprint: str, pool: Workers) -> Result:
    ledger, manner, plan = current.ledger, current.manner, current.plan
    before = ledger.entries(order.seminar)
    ledger.finish_round(order.seminar, "")
    ledger.forget(order.seminar, set(before) - {document.key for document in plan.everything})
    left, kept = [], 0
    for document in plan.documents:
        if manner.force or not _is_made(current, document, before.get(document.key)):
            left.append(document)
        elif before[document.key].state == "done":
            kept += 1
    current.telling.start(len(left), kept, ledger.entries(order.seminar))
    try:
        _make(current, left, pool)
        findings = _publish(current)
    except KeyboardInterrupt:
        entries = ledger.entries(order.seminar)
        current.telling.end("interrupted", entries, exit_status=EXIT_INTERRUPTED)
        raise
    result = _result(current, kept, findings)
    if order.is_whole and result.exit_status == EXIT_DONE:
        ledger.finish_round(order.seminar, fingerprint)
    status = "done" if result.exit_status == EXIT_DONE else "failed"
    entries = ledger.entries(order.seminar)
    current.telling.end(status, entries, exit_status=result.exit_status, findings=findings)
    return result


def _is_made(current: Round, document: Document, entry: Entry | None) -> bool:
    if entry is None or entry.fingerprint != document.fingerprint:
        return False
    if entry.state == "done":
        return publish.is_intact(current.folder, entry)
    if entry.state in ("staged", "refused"):
        return publish.is_staged(current.stage, current.folder, entry)
    return False


def _make(current: Round, documents: Sequence[Document], pool: Workers) -> None:
    """Executes and renders the documents; each is staged or failed when this returns."""
    if not documents:
        return
    by_key = {document.key: document for document in documents}
    with Progress(len(documents), plain=current.manner.is_plain) as progress:
        for outcome in pool.run([_task(current, document) for document in documents]):
            is_good = _settle(current, by_key[outcome.id], outcome)
            progress.step(failed=not is_good, current=pool.names())
    pool.close()


def _pool(workspace: Workspace, manner: Manner, rooms: Rooms, warn: Callable[[str], None]) -> Workers:
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


def _publish(current: Round) -> tuple[str, ...]:
    """Gives staged documents their final names when the attacker finds nothing; else refuses them all."""
    entries = current.ledger.entries(current.plan.seminar.id)
    staged = [entry for entry in entries.values() if entry.state in ("staged", "refused")]
    if not staged:
        return ()
    facts = publish.facts_of(current.stage, current.facts, entries.values())
    verdict = current.rooms.release(current.workspace, current.plan.seminar.id, facts)
    if verdict.findings or not verdict.certificate:
        refused = (
            replace(entry, state="refused", error_code="release-refused", message="") for entry in staged
        )
        current.ledger.write(*refused)
        return verdict.findings or ("Uppgifterna har inte klarat röjandekontrollen.",)
    for entry in staged:
        publish.publish(
            current.stage,
            current.folder,
            current.facts,
            current.provenance,
            entry=entry,
            ledger=current.ledger,
        )
    return ()


def _result(current: Round, kept: int, findings: tuple[str, ...]) -> Result:
    entries = current.ledger.entries(current.plan.seminar.id)
    wanted = [entries[document.key] for document in current.plan.documents if document.key in entries]
    failed = {
        entry.key: f"{entry.message} [{entry.error_id}]"
        for entry in wanted
        if entry.state in ("failed", "incomplete")
    }
    status = EXIT_DISCLOSURE if findings else EXIT_PARTIAL if failed else EXIT_DONE
    done = sum(entry.state == "done" for entry in wanted)
    return Result(status, current.folder / "index.html", done - kept, kept, failed, findings)


def _stamp(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).isoformat(timespec="seconds")


@contextlib.contextmanager
def _ending_on_signals() -> Iterator[None]:
    """SIGTERM ends a round as Ctrl-C does: workers ended, summary written, status 130.

    SIGINT is set too, since a shell that starts a job in the background has it ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    earlier = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def interrupted(workspace: Workspace, seminar: str) -> SkolbankError:
    """What is told after Ctrl-C: what is done stays done."""
    ledger = ledger_of(workspace)
    try:
        entries = ledger.entries(seminar).values()
        done = sum(entry.state == "done" for entry in entries)
        staged = sum(entry.state == "staged" for entry in entries)
    finally:
        ledger.close()
    return SkolbankError(
        "interrupted",
        f"Körningen avbröts: {done} dokument är klara och {staged} väntar på röjandekontroll",
        where=seminar,
        remedy="Kör samma kommando igen, det som är gjort görs inte om.",
        exit_status=EXIT_INTERRUPTED,
    )
