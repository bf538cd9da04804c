"""What a round tells while it runs and when it ends: events, run.json, the index page, two lists (floor 8).

Each is for somebody: events for a program that follows along, the page for readers (it shows a running round
live), ``klara.txt`` and ``misslyckade.txt`` for whoever sends mail after a scheduled run.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis_lib.batch.index import Row, as_text, rows_json, write_index
from analysis_lib.batch.ledger import Entry
from analysis_lib.batch.plan import Plan
from analysis_lib.vocabulary.settings import Settings
from analysis_lib.vocabulary.whole_files import write_whole

LIVE_EVERY = 2.0
DONE_LIST, FAILED_LIST = "klara.txt", "misslyckade.txt"


class Telling:
    """Tells one round; ``events`` (a file, or None) gets one JSON object a line as things happen."""

    def __init__(
        self, folder: Path, settings: Settings, plan: Plan, *, engine: str, events: Path | None = None
    ) -> None:
        self.folder, self.settings, self.plan, self.engine = folder, settings, plan, engine
        self.events = events
        self.began, self._clock, self._shown = now(), time.monotonic(), 0.0
        self._total = self._steps = self._bad = 0

    def start(self, documents: int, kept: int, entries: Mapping[str, Entry]) -> None:
        """The round begins with so many documents to make; ``kept`` stand from before."""
        self._total = documents
        self.emit("started", documents=documents, kept=kept)
        self.show("running", entries)

    def step(self, entry: Entry, entries: Callable[[], Mapping[str, Entry]]) -> None:
        """One more document is staged or has failed."""
        self._steps += 1
        self._bad += entry.state == "failed"
        left = self._total - self._steps
        spent = time.monotonic() - self._clock
        self.emit(
            "document",
            unit=entry.code,
            report=entry.report,
            status=entry.state,
            seconds=entry.seconds,
            error=entry.error_id,
            done=self._steps - self._bad,
            failed=self._bad,
            left=left,
            seconds_left=round(spent / self._steps * left, 1),
        )
        if time.monotonic() - self._shown > LIVE_EVERY:
            self.show("running", entries())

    def end(
        self,
        status: str,
        entries: Mapping[str, Entry],
        *,
        exit_status: int,
        findings: Sequence[str] = (),
    ) -> None:
        """The round is over; the two lists are written."""
        self.show(status, entries, findings)
        done = [f"{e.code}/{e.report}" for e in entries.values() if e.state == "done"]
        bad = [
            "\t".join((f"{e.code}/{e.report}", e.error_id, e.message))
            for e in entries.values()
            if e.state in ("failed", "incomplete", "refused")
        ]
        for name, lines in ((DONE_LIST, done), (FAILED_LIST, bad)):
            write_whole(self.folder / name, "".join(f"{line}\n" for line in sorted(lines)))
        self.emit(
            "finished",
            status=status,
            exit_status=exit_status,
            done=len(done),
            failed=len(bad),
            findings=len(findings),
        )

    def show(self, status: str, entries: Mapping[str, Entry], findings: Sequence[str] = ()) -> None:
        """Writes ``run.json`` and the index page as things stand."""
        self._shown = time.monotonic()
        rows = index_rows(self.plan, entries)
        report: dict[str, Any] = {
            "format": 1,
            "seminar": self.plan.seminar.id,
            "status": status,
            "started": self.began,
            "finished": "" if status == "running" else now(),
            "engine": self.engine,
            "findings": len(findings),
            "documents": rows_json(rows),
        }
        report["failures"] = [
            line for line in report["documents"] if line["status"] in ("failed", "incomplete")
        ]
        write_whole(self.folder / "run.json", as_text(report))
        write_index(self.folder, self.settings, self.plan.seminar, rows, status)

    def emit(self, event: str, **facts: Any) -> None:
        """One event as a line of its own, on disk at once."""
        if self.events is None:
            return
        line = {"event": event, "time": now(), "seminar": self.plan.seminar.id, **facts}
        with self.events.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")


def index_rows(plan: Plan, entries: Mapping[str, Entry]) -> list[Row]:
    """All documents of the seminar with what the ledger knows of them."""
    return [
        Row(
            d.code,
            d.report,
            d.title,
            d.name,
            d.area,
            d.scope,
            _current_entry(entries.get(d.key), d.fingerprint),
        )
        for d in plan.everything
    ]


def _current_entry(entry: Entry | None, fingerprint: str) -> Entry | None:
    """An earlier edition of a document stays in place, and is shown, until the new one is made."""
    return entry if entry and (entry.fingerprint == fingerprint or entry.state == "done") else None


def now() -> str:
    """The moment, in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
