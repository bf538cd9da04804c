"""Who did what with personal data, and when: an append-only log that shows if it was touched (floor 2).

Each line carries the hash of the line before it, and the last hash is kept with the keys, outside ``data/``:
a changed, removed or cut line is noticed. A line tells the scope, never the content.
Source: docs/PRIVACY.md; the log is kept for two years.
"""

from __future__ import annotations

import datetime
import getpass
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.identities import PERSONAL_NUMBER
from analysis_lib.snapshots.log import locked
from analysis_lib.vocabulary.whole_files import append_private, write_private
from analysis_lib.vocabulary.workspace import Workspace

FOLDER = "access"
_HEAD, _ANCHOR = "access-head.json", "access-start.json"
_TAIL = 4096  # longer than any line
_START = "0" * 64
_LONGEST = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class AccessFault:
    """Where the log is not as it was written: the file, the line (0: the whole file) and what is wrong."""

    file: str
    line: int
    what: str

    def as_error(self) -> SkolbankError:
        """The fault as a person reads it."""
        where = f"data/access/{self.file}" + (f", rad {self.line}" if self.line else "")
        return SkolbankError(
            "access-log-changed",
            self.what,
            where=where,
            remedy="Jämför med säkerhetskopian och utred vem som har ändrat loggen.",
            exit_status=1,
        )


class AccessLog:
    """The access log of one workspace: ``record`` adds a line, ``verify`` finds what was touched."""

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.data / FOLDER
        self._keys = workspace.keys

    def record(
        self, actor: str, action: str, scope: str, *, at: datetime.datetime | None = None
    ) -> dict[str, Any]:
        """Writes one line and gives it back; raises SkolbankError when a text holds a personal number."""
        moment = (at or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC)
        told = {"actor": actor, "action": action, "scope": scope}
        for name, words in told.items():
            _refuse_content(name, words)
        with locked(_private(self.folder) / ".lock"):
            count, previous = self._last()
            line: dict[str, Any] = {"at": moment.isoformat(timespec="seconds"), **told, "previous": previous}
            data = json.dumps(line, ensure_ascii=False).encode()
            append_private(self.folder / f"{moment:%Y-%m}.jsonl", data + b"\n")
            self._note(_HEAD, count + 1, _hash(data))
        return line

    def lines(self) -> Iterator[dict[str, Any]]:
        """All readable lines, oldest first."""
        for path in self._files():
            for data in path.read_bytes().splitlines():
                line = _parsed(data)
                if line is not None:
                    yield line

    def verify(self) -> list[AccessFault]:
        """Where the log has been changed, cut or removed; an empty list when it is whole."""
        count, previous = self._anchor()
        head_count, head_hash = self._noted(_HEAD)
        seen_head = head_hash == previous
        faults: list[AccessFault] = []
        for path in self._files():
            for number, data in enumerate(path.read_bytes().splitlines(), start=1):
                line = _parsed(data)
                if line is None:
                    faults.append(AccessFault(path.name, number, "Raden går inte att läsa"))
                elif line.get("previous") != previous:
                    faults.append(
                        AccessFault(path.name, number, "Raden före har ändrats, flyttats eller tagits bort")
                    )
                count, previous = count + 1, _hash(data)
                seen_head = seen_head or (count == head_count and previous == head_hash)
        if not seen_head:
            last = self._files()[-1:]
            name = last[0].name if last else ""
            faults.append(AccessFault(name, 0, "Slutet av loggen saknas eller har ändrats"))
        return faults

    def months_before(self, limit: datetime.date) -> list[Path]:
        """The monthly files whose every line is older than the limit."""
        return [path for path in self._files() if path.stem < f"{limit:%Y-%m}"]

    def remove(self, files: list[Path]) -> int:
        """Deletes the oldest monthly files; the log then starts where they ended. Gives the lines removed."""
        removed = 0
        with locked(_private(self.folder) / ".lock"):
            for path in files:
                if path != self._files()[0]:
                    raise ValueError("only the oldest part of the log may be removed")
                lines = path.read_bytes().splitlines()
                count, previous = self._anchor()
                self._note(_ANCHOR, count + len(lines), _hash(lines[-1]) if lines else previous)
                path.unlink()
                removed += len(lines)
        return removed

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl"))

    def _last(self) -> tuple[int, str]:
        """How many lines there are and the hash that the next one carries.

        A crash can leave the noted head one line behind. In any other case the head is what counts, so that
        a cut log can not be gone on with unseen.
        """
        count, head = self._noted(_HEAD)
        files = self._files()
        last = _last_line(files[-1]) if files else b""
        is_behind = bool(last) and (_parsed(last) or {}).get("previous") == head
        return (count + 1, _hash(last)) if is_behind else (count, head)

    def _anchor(self) -> tuple[int, str]:
        return self._noted(_ANCHOR)

    def _noted(self, name: str) -> tuple[int, str]:
        """The count of lines and the hash of the last one that are kept with the keys."""
        try:
            found = json.loads((self._keys / name).read_bytes())
            return int(found["lines"]), str(found["hash"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, _START

    def _note(self, name: str, count: int, last: str) -> None:
        content = json.dumps({"lines": count, "hash": last}).encode()
        write_private(_private(self._keys) / name, content)


def current_actor() -> str:
    """Who runs the command: ``SKOLBANK_USER``, else the account of the machine."""
    chosen = os.environ.get("SKOLBANK_USER", "")
    if chosen:
        return chosen
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return f"uid-{os.getuid()}" if hasattr(os, "getuid") else "okänd"


def _refuse_content(name: str, words: str) -> None:
    if PERSONAL_NUMBER.search(words) or len(words) > _LONGEST or _CONTROL.search(words) or not words.strip():
        raise SkolbankError(
            "access-line-refused",
            "Raden i åtkomstloggen skrevs inte: den får bara säga vem, vad och omfattning",
            where=name,
            remedy="Ange enhet eller seminarium, aldrig personnummer eller innehåll.",
        )


def _last_line(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        lines = stream.read().splitlines()
    return lines[-1] if lines else b""


def _private(folder: Path) -> Path:
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _parsed(data: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(data)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
