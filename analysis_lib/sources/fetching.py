"""Fetched tables into the store, one transaction each, told in the same form as imported files (floor 3).

A table comes whole or not at all, what is fetched again without change stores nothing, and one table's fault
stops the others only when the service itself is out of reach.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from analysis_lib.errors import EXIT_USAGE, SkolbankError
from analysis_lib.snapshots.store import Change, Snapshot, SourceInfo, Store
from analysis_lib.sources.http.cache import ResponseCache
from analysis_lib.sources.http.settings import ApiSource
from analysis_lib.sources.import_report import FileReport, ImportReport
from analysis_lib.sources.shapes import Message, TableResult
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

# Faults that the next table of the same service would only meet again, after the same long wait.
_HOPELESS = frozenset({"api-unreachable", "api-access-refused", "api-busy", "api-failing", "api-moved"})


@dataclass(frozen=True)
class FetchOrder:
    """What was asked for on the command line."""

    municipality: str = ""
    units: tuple[str, ...] = ()
    since: datetime.date | None = None
    until: datetime.date | None = None
    is_refreshing: bool = False
    is_dry_run: bool = False
    tell: Callable[[str], None] = field(default=lambda file: None, compare=False)  # progress, table by table


@dataclass(frozen=True)
class FetchContext:
    """What every source needs beside its own params."""

    workspace: Workspace
    order: FetchOrder
    catalog: Catalog
    store: Store

    @property
    def municipality(self) -> str:
        """The municipality to fetch: the one asked for, else the workspace's own."""
        return self.order.municipality or self.catalog.settings.municipality_code

    def cache(self, source: ApiSource) -> ResponseCache | None:
        """Where a source's answers are kept; nowhere when they need a token, since they hold people."""
        if source.token_variable:
            return None
        folder = self.workspace.work / "cache" / source.id
        return ResponseCache(folder, source.cache_hours, self.order.is_refreshing)


@dataclass(frozen=True)
class Step:
    """One table to fetch: the path that will be told, and the work itself."""

    file: str
    fetch: Callable[[], TableResult]
    done: Callable[[], None] = field(default=lambda: None)  # after the table is stored


def failed_step(file: str, error: SkolbankError) -> Step:
    """A step for what went wrong before there were any tables to fetch."""

    def fail() -> TableResult:
        raise error

    return Step(file, fail)


def fetch_steps(steps: Iterable[Step], source: ApiSource, context: FetchContext) -> ImportReport:
    """Fetches and stores each table; faults are told per table and give the exit status of ``import``."""
    files: list[FileReport] = []
    for step in steps:
        context.order.tell(step.file)
        report = _one(step, source, context)
        files.append(report)
        if any(message.code in _HOPELESS for message in report.messages if message.level == "error"):
            break
    return ImportReport(files, dry_run=context.order.is_dry_run)


def _one(step: Step, source: ApiSource, context: FetchContext) -> FileReport:
    try:
        result = step.fetch()
        if not result.conserves_rows:
            raise RuntimeError("rows are lost")
        report = FileReport.of(step.file, result, sha256=_digest(result))
        _store(report, result, source, context)
        if not context.order.is_dry_run:
            step.done()
    except SkolbankError as error:
        message = Message("error", error.code, str(error))
        return FileReport(step.file, error.exit_status or EXIT_USAGE, messages=[message])
    return report


def _digest(result: TableResult) -> str:
    """The content's own hash: the same figures give the same, whatever order they came in."""
    digest = hashlib.sha256()
    for table, frame in sorted(result.frames.items()):
        lines = frame.to_csv(index=False).splitlines()
        digest.update("\n".join([table, *lines[:1], *sorted(lines[1:])]).encode())
    return digest.hexdigest()


def _store(report: FileReport, result: TableResult, source: ApiSource, context: FetchContext) -> None:
    info = SourceInfo(
        format=result.format,
        file=report.file,
        sha256=report.sha256 or "",
        marks=result.marks,
        legal_basis=source.legal_basis,
        licence=source.licence,
        messages=tuple(message.as_json() for message in report.messages),
        metadata={"source": source.owner, "address": source.base_url, **result.metadata},
    )
    transaction = context.store.begin(info)
    for table, frame in result.frames.items():
        if len(frame):
            transaction.add(table, frame)
    if not transaction.changes:
        report.messages.append(Message("info", "nothing-found", "Tjänsten hade inga uppgifter att spara."))
        return
    if transaction.is_unchanged:
        report.messages.append(Message("info", "unchanged", "Inget är ändrat sedan förra hämtningen."))
    else:
        report.messages.extend(_changes(transaction.changes))
    if not context.order.is_dry_run:
        transaction.commit()
        report.stored = True


def _changes(changes: list[tuple[Snapshot, Change]]) -> list[Message]:
    """What the fetch changes in tables that held figures already."""
    replaced = [change for _, change in changes if not (change.is_new or change.is_empty)]
    if not replaced:
        return []
    added, removed, changed = (
        sum(getattr(change, name) for change in replaced) for name in ("added", "removed", "changed")
    )
    text = f"Sedan förra hämtningen: {added} tillkom, {changed} ändrades och {removed} togs bort."
    return [Message("info", "replaced", text)]
