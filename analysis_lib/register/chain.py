"""Checksums of the log: each line's own, and a chain over all lines before it (register floor).

A line that was damaged no longer fits its own digest and is told when it is read; a line that was taken
away or put in breaks the chain, which back-up, restore and ``verify`` walk from end to end. The chain runs
over digests, so that the content of a line can be emptied by a decision (gallring) and the chain still holds.
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
DISPOSAL = "disposal"  # the kind of the lines that name what has been emptied (gallrat)


def digest(line: Mapping[str, Any]) -> str:
    """The checksum of one line's content."""
    values = [bool(line[name]) if name == "withdrawn" else line[name] for name in FIELDS]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def link(previous: str, own: str) -> str:
    """The chain after a line, from the chain before it and the line's own digest."""
    return hashlib.sha256(f"{previous}{own}".encode()).hexdigest()


def remains(line: Mapping[str, Any]) -> str:
    """The checksum of what is left of a line when its content has been emptied."""
    return digest({**line, "payload": ""})


def emptied_by(disposal: Mapping[str, Any]) -> dict[str, str]:
    """The lines that a stored line of the kind ``disposal`` names, each with the checksum of its remains."""
    named = json.loads(disposal["payload"])["lines"]
    return dict(one.split(" ", 1) for one in named)


def first_break(lines: Iterable[Mapping[str, Any]]) -> int | None:
    """The position of the first line that doesn't fit its digest or the chain, or None; order of the log.

    An emptied line fits when a later line of the kind ``disposal`` names it and what is left of it.
    """
    known = list(lines)
    emptied: dict[str, tuple[int, str]] = {}
    for line in known:
        if line["kind"] == DISPOSAL and line["digest"] == digest(line):
            emptied |= {one: (line["position"], left) for one, left in emptied_by(line).items()}
    previous = START
    for expected, line in enumerate(known, start=1):
        position, left = emptied.get(line["id"], (0, ""))
        is_emptied = line["payload"] == "" and position > expected and left == digest(line)
        fits = line["position"] == expected and (is_emptied or line["digest"] == digest(line))
        previous = link(previous, line["digest"])
        if not fits or line["chain"] != previous:
            return expected
    return None
