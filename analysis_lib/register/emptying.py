"""Finds entries that are older than their rule allows, and empties them by a decision (register floor).

All versions of a thing go together, or only those that a later version replaced. A line of the kind
``disposal`` names what goes before it goes, in the same transaction, so that the log tells it for ever.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from analysis_lib.errors import SkolbankError
from analysis_lib.register.backup import SUFFIX, read_backup
from analysis_lib.register.chain import remains
from analysis_lib.register.disposals import Disposal
from analysis_lib.register.log import Draft, Register
from analysis_lib.register.tables import ENTRIES, WRITE, make_guards
from analysis_lib.vocabulary.retention import After

_AT_ONCE = 500
_ROLE = "gallring"


@dataclass(frozen=True)
class Keeping:
    """Which entries are too old: of a kind, counted from ``after``, when that was before ``limit``."""

    kind: str
    after: After
    limit: datetime.date


def due_lines(register: Register, keeping: Keeping) -> dict[str, tuple[str, ...]]:
    """The ids of the lines that are too old, by thing."""
    with register.engine.connect() as connection:
        return _due(connection, keeping)


def empty_lines(
    register: Register, keeping: Keeping, *, seen: Collection[str], decision: str, rule: str, author: str
) -> dict[str, tuple[str, ...]]:
    """Empties those of the lines ``seen`` that are still too old, all or none; their ids by thing."""
    with register.engine.execution_options(**WRITE).begin() as connection:
        due = {
            thing: tuple(one for one in lines if one in seen)
            for thing, lines in _due(connection, keeping).items()
        }
        ids = [one for lines in due.values() for one in lines]
        if ids:
            make_guards(connection)
        for start in range(0, len(ids), _AT_ONCE):
            part = ENTRIES.c.id.in_(ids[start : start + _AT_ONCE])
            rows = connection.execute(sa.select(ENTRIES).where(part).order_by(ENTRIES.c.position)).mappings()
            named = tuple(f"{row['id']} {remains(cast(Mapping[str, Any], row))}" for row in rows)
            entry = Disposal(decision=decision, rule=rule, lines=named)
            register.write_in(connection, [Draft(entry)], author=author, role=_ROLE)
            connection.execute(sa.update(ENTRIES).where(part).values(payload=""))
    return {thing: lines for thing, lines in due.items() if lines}


def overwrite_free_pages(register: Register) -> None:
    """Writes a PostgreSQL table anew without what was emptied; a SQLite file is rewritten with the others."""
    if register.engine.dialect.name == "postgresql":
        with register.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM FULL {ENTRIES.name}")


def copies_of(folder: Path, ids: Collection[str]) -> Iterator[Path]:
    """The copies set aside by a restore that still hold one of the lines, or that can not be read."""
    yield from sorted(folder.glob("skadat-*"))
    for path in sorted(folder.glob(f"ersatt-*{SUFFIX}")):
        try:
            if any(line["id"] in ids and line["payload"] for line in read_backup(path)):
                yield path
        except SkolbankError:
            yield path


def _due(connection: sa.Connection, keeping: Keeping) -> dict[str, tuple[str, ...]]:
    is_left = (ENTRIES.c.payload != "").label("is_left")
    columns = (ENTRIES.c.id, ENTRIES.c.thing, ENTRIES.c.at, ENTRIES.c.school_year, is_left)
    query = sa.select(*columns).where(ENTRIES.c.kind == keeping.kind)
    rows = connection.execute(query.order_by(ENTRIES.c.thing, ENTRIES.c.version)).mappings().all()
    found = {}
    for thing, group in groupby(rows, key=lambda row: str(row["thing"])):
        lines = _due_of(cast(Sequence[Mapping[str, Any]], list(group)), keeping)
        if lines:
            found[thing] = lines
    return found


def _due_of(versions: Sequence[Mapping[str, Any]], keeping: Keeping) -> tuple[str, ...]:
    limit = keeping.limit.isoformat()
    if keeping.after == "replaced":
        return tuple(
            old["id"] for old, new in pairwise(versions) if old["is_left"] and str(new["at"])[:10] < limit
        )
    year = str(versions[-1]["school_year"])
    is_year = keeping.after == "school_year" and year
    since = f"{int(year[:4]) + 1}-06-30" if is_year else str(versions[-1]["at"])[:10]
    return tuple(line["id"] for line in versions if line["is_left"]) if since < limit else ()
