"""What is made, missing and failed, read from the ledger and the import log alone: at once (floor 8)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from analysis_lib.batch.freshness import (
    SourceState,
    freshness,
    freshness_json,
    freshness_text,
    refused_whole,
)
from analysis_lib.batch.index import STATE_WORDS
from analysis_lib.batch.lock import is_running
from analysis_lib.batch.places import ledger_of, lock_of
from analysis_lib.snapshots.log import History
from analysis_lib.snapshots.missing import MissingRows
from analysis_lib.snapshots.refused_files import RefusedFile
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace


def status_of(workspace: Workspace, seminar: str = "") -> dict[str, Any]:
    """The documents of one seminar or of all, with counts per state; ``is_running`` while a run holds it.

    ``missing_rows`` are the refused rows that no corrected file has brought yet, whatever the seminar.
    """
    catalog = Catalog(workspace)
    chosen = [catalog.seminar(seminar)] if seminar else list(catalog.seminars.values())
    ledger = ledger_of(workspace)
    try:
        found = [
            {
                "seminar": one.id,
                "title": one.title,
                "is_running": is_running(lock_of(workspace, one.id)),
                "documents": [
                    {
                        "unit": entry.code,
                        "report": entry.report,
                        "status": entry.state,
                        "finished": entry.finished,
                        "error_id": entry.error_id,
                        "message": entry.message,
                    }
                    for entry in ledger.entries(one.id).values()
                ],
            }
            for one in chosen
        ]
    finally:
        ledger.close()
    for line in found:
        line["counts"] = _counts(line["documents"])
    missing = [
        asdict(rows) | {"text": _waiting(rows, catalog)}
        for rows in History(workspace.snapshots / "log.jsonl").missing()
    ]
    states = freshness(workspace)
    return {
        "format": 1,
        "seminars": found,
        "missing_rows": missing,
        "sources": freshness_json(states),
        "refused_files": [asdict(file) for file in refused_whole(workspace)],
    }


def sources_text(status: dict[str, Any]) -> str:
    """What is imported per unit and source: its age, what is expected next and what is wrong with it."""
    states = [SourceState(**{**line, "problems": tuple(line["problems"])}) for line in status["sources"]]
    files = [RefusedFile(**line) for line in status["refused_files"]]
    return "\n".join(freshness_text(states, files))


def status_text(status: dict[str, Any]) -> str:
    """The same in words: a line per seminar, per document that is not done and per file that waits."""
    lines = []
    for seminar in status["seminars"]:
        counts = seminar["counts"]
        words = ", ".join(f"{STATE_WORDS[state].lower()}: {count}" for state, count in counts.items())
        running = " (körs nu)" if seminar["is_running"] else ""
        lines.append(f"{seminar['seminar']}{running}: {words or 'inget är gjort än'}")
        for document in seminar["documents"]:
            if document["status"] != "done":
                word = STATE_WORDS[document["status"]].lower()
                reason = f": {document['message']} [{document['error_id']}]" if document["error_id"] else ""
                lines.append(f"  {document['unit']}/{document['report']} {word}{reason}")
    lines = lines or ["Arbetsytan har inga seminarier."]
    return "\n".join([*lines, *(rows["text"] for rows in status["missing_rows"])])


def _waiting(rows: MissingRows, catalog: Catalog) -> str:
    noun = "rad" if rows.count == 1 else "rader"
    whose = " utan känd skola" if rows.is_own else ""
    if rows.unit_code:
        unit = catalog.units.get(rows.unit_code)
        whose = f" för {unit.name if unit else f'skolenhet {rows.unit_code}'}"
    group = f" åk {rows.year_group}" if rows.year_group else ""
    year = f" {rows.school_year}" if rows.school_year else ""
    workbook = f" ({rows.workbook})" if rows.workbook else ""
    return f"Väntar på rättelse: {rows.count} {noun}{whose}, {rows.name}{group}{year}{workbook}"


def _counts(documents: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for document in documents:
        counts[document["status"]] = counts.get(document["status"], 0) + 1
    return counts
