"""Checksums of the log: each line's own, and a chain over all lines before it (register floor).

A line that was damaged no longer fits its own digest and is told when it is read; a line that was taken
away or put in breaks the chain, which back-up, restore and ``verify`` walk from end to end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

FIELDS = (
    *("position", "id", "thing", "kind", "version", "model", "author", "role"),
    *("unit", "school_year", "at", "supersedes", "withdrawn", "payload"),
)
START = "0" * 64


def digest(line: Mapping[str, Any]) -> str:
    """The checksum of one line's content."""
    values = [bool(line[name]) if name == "withdrawn" else line[name] for name in FIELDS]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def link(previous: str, own: str) -> str:
    """The chain after a line, from the chain before it and the line's own digest."""
    return hashlib.sha256(f"{previous}{own}".encode()).hexdigest()


def first_break(lines: Iterable[Mapping[str, Any]]) -> int | None:
    """The position of the first line that doesn't fit its digest or the chain, or None; order of the log."""
    previous = START
    for expected, line in enumerate(lines, start=1):
        fits = line["position"] == expected and line["digest"] == digest(line)
        previous = link(previous, line["digest"])
        if not fits or line["chain"] != previous:
            return expected
    return None
