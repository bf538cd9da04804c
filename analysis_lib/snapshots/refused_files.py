"""Files of which every row was refused: nothing of them is stored, yet somebody waits for them (floor 2).

One line of JSON per file: when, its name, format and number of rows. A file is waited for until a file of the
same format has been stored after it.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from analysis_lib.snapshots.log import stamp
from analysis_lib.snapshots.store import Store
from analysis_lib.vocabulary.whole_files import append_private

_NAME = "files.jsonl"


@dataclass(frozen=True)
class RefusedFile:
    """A file without one row that could be stored."""

    at: str
    file: str
    format: str
    rows: int
    workbook: str = ""


def note_refused(folder: Path, file: str, format_id: str, rows: int, workbook: str) -> None:
    """Adds a file to the list in ``folder`` (``data/refused``)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = RefusedFile(stamp(datetime.datetime.now(datetime.UTC)), file, format_id, rows, workbook)
    data = (json.dumps(asdict(line), ensure_ascii=False) + "\n").encode()
    append_private(folder / _NAME, data)


def refused_files(store: Store) -> list[RefusedFile]:
    """The files still waited for, the last refusal of each name and format."""
    place = store.workspace.data / "refused" / _NAME
    if not place.is_file():
        return []
    stored: dict[str, str] = {}
    for snapshot, source, _ in store.everything():
        known = str(source.get("format", ""))
        stored[known] = max(stored.get(known, ""), snapshot.imported_at)
    found: dict[tuple[str, str], RefusedFile] = {}
    for line in place.read_text("utf-8").splitlines():
        try:
            each = RefusedFile(**json.loads(line))
        except (ValueError, TypeError):
            continue  # cut by a crash
        found[each.file, each.format] = each
    return [each for each in found.values() if stored.get(each.format, "") < each.at]
