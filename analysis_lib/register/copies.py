"""A part of the register that can be read where the register itself is not (register floor).

A live page's kernel never sees the log: it gets the entries that its viewer may read, without who wrote them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from analysis_lib.register.chain import digest
from analysis_lib.register.entry import Entry, Record
from analysis_lib.register.moments import stamp
from analysis_lib.register.reading import Reading
from analysis_lib.register.tables import ENTRIES, METADATA


def copied(reading: Reading, keep: Callable[[Record[Entry]], bool]) -> list[dict[str, Any]]:
    """The current entries that ``keep`` accepts, as lines for JSON; authors are left out."""
    return [_line(at, record) for at, record in enumerate(filter(keep, reading.current()), start=1)]


def open_copy(lines: Iterable[dict[str, Any]]) -> Reading:
    """Copied lines, to be read as the register is; in memory only."""
    engine = sa.create_engine(
        "sqlite://", poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False}
    )
    METADATA.create_all(engine)
    known = list(lines)
    if known:
        with engine.begin() as connection:
            connection.execute(sa.insert(ENTRIES), known)
    return Reading(engine)


def _line(position: int, record: Record[Entry]) -> dict[str, Any]:
    payload = json.dumps(record.entry.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
    line: dict[str, Any] = {
        "position": position,
        "id": record.id,
        "thing": record.thing,
        "kind": record.kind,
        "version": record.version,
        "model": type(record.entry).model,
        "author": "",
        "role": record.role,
        "unit": record.unit,
        "school_year": record.school_year,
        "at": stamp(record.at),
        "supersedes": None,
        "withdrawn": False,
        "payload": payload,
    }
    return line | {"digest": digest(line), "chain": ""}
