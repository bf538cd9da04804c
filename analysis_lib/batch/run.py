"""Runs a seminar's round: plan, execute, render, attack, publish, index; resumes by itself (floor 8).

Documents are staged in a work folder. They get their final names only when the attacker has found nothing in
the facts of the whole round, and are done only when the ledger says so.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from analysis_lib.batch import publish
from analysis_lib.batch.ledger import Entry, Ledger
from analysis_lib.batch.lock import held
from analysis_lib.batch.making import make_documents, open_pool
from analysis_lib.batch.places import ledger_of, lock_of
from analysis_lib.batch.plan import Document, Order, make_plan, round_fingerprint
from analysis_lib.batch.pool import Workers
from analysis_lib.batch.released import real_rooms
from analysis_lib.batch.rooms import Rooms
from analysis_lib.batch.round import Manner, Result, Round
from analysis_lib.batch.telling import Telling
from analysis_lib.errors import (
    EXIT_DISCLOSURE,
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_PARTIAL,
    SeveralErrors,
    SkolbankError,
    cannot_write,
)
from analysis_lib.report.params_faults import params_faults
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace


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
    pool = open_pool(workspace, manner, rooms, warn)
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
        make_documents(current, left, pool)
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
