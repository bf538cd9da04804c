"""From the work folder to final names: whole files, so that any crash can be resumed from (floor 8)."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis_lib.batch.files import move_whole, sha256_of
from analysis_lib.batch.ledger import Entry, Ledger, State
from analysis_lib.batch.plan import Document
from analysis_lib.batch.pool import Outcome
from analysis_lib.report.document import scrubbed
from analysis_lib.report.manifest import MANIFEST
from analysis_lib.vocabulary.whole_files import sync_folder, write_whole
from analysis_lib.vocabulary.workspace import builtin_root

_FACTS = ".facts.jsonl"
_ENTRY = ".entry.json"
_TOLD = {
    "cell": ("notebook-failed", "En cell i notebooken gav ett fel"),
    "dead": ("process-died", "Processen som körde notebooken dog, kanske för att minnet tog slut"),
    "late": ("timeout", "Notebooken tog för lång tid och avbröts"),
    "stopped": ("run-timeout", "Körningens tidsgräns nåddes innan dokumentet var gjort"),
    "render": ("render-failed", "Dokumentet gick inte att göra av den körda notebooken"),
    "write": ("write-failed", "Filen gick inte att skriva; är disken full?"),
}


def told(fault: str, error: str) -> tuple[str, str]:
    """Code and Swedish words for a fault; the error's kind helps whoever looks into it."""
    code, words = _TOLD[fault]
    return code, f"{words} ({error})" if error else words


def is_intact(folder: Path, entry: Entry) -> bool:
    """Whether the entry's published files stand as they were written."""
    outputs = {name: facts for name, facts in entry.files.items() if not name.endswith(_FACTS)}
    return bool(outputs) and all(
        _is_same(folder / entry.code / name, facts) for name, facts in outputs.items()
    )


def is_staged(stage: Path, folder: Path, entry: Entry) -> bool:
    """Whether each file waits in the work folder, or has got its final name already."""
    return bool(entry.files) and all(
        _is_same(stage / entry.code / name, facts) or _is_same(folder / entry.code / name, facts)
        for name, facts in entry.files.items()
        if not name.endswith(_FACTS)
    )


def _is_same(path: Path, facts: Mapping[str, Any]) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    if status.st_size != facts["size"]:
        return False
    return status.st_mtime_ns == facts.get("changed") or sha256_of(path) == facts["sha256"]


def keep_entry(stage: Path, document: Document, entry: Mapping[str, Any]) -> None:
    """Keeps the manifest lines of a staged document until it is published."""
    write_whole(stage / document.code / f".{document.report}{_ENTRY}", json.dumps(entry))


def facts_of(stage: Path, facts: Path, entries: Iterable[Entry]) -> list[Path]:
    """The files with the facts of all documents of the round: staged ones, else published ones."""
    found = []
    for entry in entries:
        name = f"{entry.report}{_FACTS}"
        staged, published = stage / entry.code / name, facts / entry.code / name
        if entry.state in ("staged", "refused") and staged.is_file():
            found.append(staged)
        elif published.is_file():
            found.append(published)
    return found


def publish(
    stage: Path,
    folder: Path,
    facts: Path,
    provenance: Path,
    *,
    entry: Entry,
    ledger: Ledger,
    seal: Callable[[Iterable[Path]], None],
) -> None:
    """Moves a staged document to its final names, then tells the ledger that it is done.

    ``seal`` is given what tells of the document: the manifest and what its figures rest on.
    """
    source, target = stage / entry.code, folder / entry.code
    files: dict[str, dict[str, Any]] = {}
    for name, known in entry.files.items():
        place = facts / entry.code / name if name.endswith(_FACTS) else target / name
        if (source / name).is_file():
            move_whole(source / name, place)
        files[name] = {**known, "changed": place.stat().st_mtime_ns}
    _write_manifest(source, target, provenance, entry)
    seal([target / MANIFEST, provenance / entry.code / f"{entry.report}.jsonl"])
    sync_folder(target)
    state: State = "incomplete" if entry.error_code == "output-failed" else "done"
    code = entry.error_code if state == "incomplete" else ""
    message = entry.message if state == "incomplete" else ""
    identity = entry.error_id if state == "incomplete" else ""
    done = replace(entry, state=state, files=files, error_code=code, message=message, error_id=identity)
    ledger.write(done)
    with contextlib.suppress(OSError):
        failed_path(folder, entry.code, entry.report).unlink()


def _write_manifest(source: Path, target: Path, provenance: Path, entry: Entry) -> None:
    from analysis_lib.report.manifest import write_manifest
    from analysis_lib.report.provenance import append_edition

    kept = source / f".{entry.report}{_ENTRY}"
    if kept.is_file():
        lines = json.loads(kept.read_text("utf-8"))
        edition = lines.pop("edition", {})
        if edition.get("figures"):
            outputs = {name: facts["sha256"] for name, facts in entry.files.items()}
            place = provenance / entry.code / f"{entry.report}.jsonl"
            append_edition(place, {**edition, "outputs": outputs}, published=entry.finished)
        write_manifest(target, {entry.report: {**lines, "fingerprint": entry.fingerprint}})
        kept.unlink()


def failed_path(folder: Path, code: str, report: str) -> Path:
    """Where the notebook of a failed document is kept."""
    return folder / "failed" / f"{code}-{report}.ipynb"


def keep_failed(folder: Path, document: Document, executed: Path, outcome: Outcome, message: str) -> None:
    """Keeps the executed notebook with its error; where the process died, the notebook with a note on top."""
    path = failed_path(folder, document.code, document.report)
    if outcome.fault in ("cell", "render") and executed.is_file():
        notebook = scrubbed(json.loads(executed.read_text("utf-8")))
    else:
        notebook = json.loads(document.notebook.read_text("utf-8"))
        note = {
            "cell_type": "markdown",
            "id": "failure",
            "metadata": {"tags": ["papermill-error-cell-tag"]},
            "source": f"**{message}.**\n\n`{outcome.message[:500]}`",
        }
        notebook["cells"].insert(0, note)
    text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
    write_whole(path, _without_places(text, folder.parents[1]))


def _without_places(text: str, workspace: Path) -> str:
    """The text without where this machine keeps things; a failed notebook may be sent to someone else."""
    places = {str(place) for place in (workspace, builtin_root(), sys.prefix, sys.base_prefix, Path.home())}
    for place in sorted(places - {"/"}, key=len, reverse=True):
        text = text.replace(json.dumps(place, ensure_ascii=False)[1:-1], "…")
    return text
