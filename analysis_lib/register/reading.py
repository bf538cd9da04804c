"""The register as it stood after a certain line: what is current, and how it came to be (register floor)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast, overload

import sqlalchemy as sa
from pydantic import ValidationError

from analysis_lib.errors import SkolbankError
from analysis_lib.register.chain import DISPOSAL, digest
from analysis_lib.register.disposals import Emptied, Told, disposed, emptied, told_of
from analysis_lib.register.entry import Entry, Record, read_entry
from analysis_lib.register.faults import damaged, unknown_thing
from analysis_lib.register.moments import Moment, end_of, read_stamp, stamp
from analysis_lib.register.tables import ENTRIES

EntryT = TypeVar("EntryT", bound=Entry)


class Reading:
    """The register as it stood after a certain line; the newest reading moves with the log."""

    def __init__(self, engine: sa.Engine, position: int | None = None) -> None:
        self.engine = engine
        self.position = position

    @overload
    def current(
        self,
        kind: type[EntryT],
        *,
        unit: str | None = None,
        school_year: str | None = None,
        at: Moment | None = None,
        withdrawn: bool = False,
    ) -> list[Record[EntryT]]: ...
    @overload
    def current(
        self,
        kind: str | None = None,
        *,
        unit: str | None = None,
        school_year: str | None = None,
        at: Moment | None = None,
        withdrawn: bool = False,
    ) -> list[Record[Entry]]: ...
    def current(
        self,
        kind: type[Entry] | str | None = None,
        *,
        unit: str | None = None,
        school_year: str | None = None,
        at: Moment | None = None,
        withdrawn: bool = False,
    ) -> list[Any]:
        """The newest version of each thing, in the order of writing; ``disposed`` has what is gallrat."""
        name = kind if isinstance(kind, str) or kind is None else kind.kind
        rows = self._lines(
            _newest(self._until(at)),
            ENTRIES.c.kind == name if name else ENTRIES.c.kind != DISPOSAL,
            *([ENTRIES.c.unit == unit] if unit is not None else []),
            *([ENTRIES.c.school_year == school_year] if school_year is not None else []),
            *([] if withdrawn else [ENTRIES.c.withdrawn.is_(False)]),
        )
        return [record for record in rows if not isinstance(record.entry, Emptied)]

    def disposed(self, kind: str | None = None) -> list[Record[Entry]]:
        """Things whose newest version then is gallrad by now: ``entry`` tells the decision and the day."""
        rows = self._lines(
            _newest(self.position), ENTRIES.c.payload == "", *([ENTRIES.c.kind == kind] if kind else [])
        )
        return list(rows)

    def history(self, thing: str) -> list[Record[Entry]]:
        """All versions of a thing, oldest first, gallrade too; an unknown thing has none."""
        return self._lines(ENTRIES.c.thing == thing, *self._upto())

    def histories(self, kind: type[Entry]) -> dict[str, list[Record[Entry]]]:
        """The same for every thing of a kind at once, by thing."""
        found: dict[str, list[Record[Entry]]] = {}
        for record in self._lines(ENTRIES.c.kind == kind.kind, *self._upto()):
            found.setdefault(record.thing, []).append(record)
        return found

    def get(self, thing: str) -> Record[Entry]:
        """The newest version of a thing, withdrawn or not; an unknown or gallrad one is a SkolbankError."""
        rows = self._lines(ENTRIES.c.thing == thing, _newest(self.position))
        if not rows:
            raise unknown_thing(thing)
        if isinstance(rows[0].entry, Emptied):
            raise disposed(thing, rows[0].entry)
        return rows[0]

    def records(self) -> Iterator[Record[Entry]]:
        """Every line of the log, in the order of writing."""
        return iter(self._lines(*self._upto()))

    def _until(self, at: Moment | None) -> int | None:
        if at is None:
            return self.position
        found = self._position_at(at)
        return found if self.position is None else min(found, self.position)

    def _position_at(self, at: Moment) -> int:
        query = sa.select(sa.func.max(ENTRIES.c.position)).where(ENTRIES.c.at <= stamp(end_of(at)))
        with self.engine.connect() as connection:
            return connection.execute(query).scalar() or 0

    def _upto(self) -> list[sa.ColumnElement[bool]]:
        return [] if self.position is None else [ENTRIES.c.position <= self.position]

    def _lines(self, *where: sa.ColumnElement[bool]) -> list[Record[Entry]]:
        query = sa.select(ENTRIES).where(*where).order_by(ENTRIES.c.position)
        with self.engine.connect() as connection:
            rows = cast(Sequence[Mapping[str, Any]], connection.execute(query).mappings().all())
            told = told_of(connection, rows)
        return [to_record(row, told) for row in rows]


def to_record(line: Mapping[str, Any], told: Mapping[str, Told] | None = None) -> Record[Entry]:
    """The record of a stored line; a line that doesn't fit its checksum is a SkolbankError.

    ``told`` is what the log tells of emptied lines.
    """
    is_emptied = line["payload"] == ""
    if not is_emptied and line["digest"] != digest(line):
        raise damaged(f"rad {line['position']}")
    shared = ("id", "thing", "kind", "version", "author", "role", "unit", "school_year", "supersedes")
    return Record(
        **{name: line[name] for name in shared},
        at=read_stamp(line["at"]),
        withdrawn=bool(line["withdrawn"]),
        entry=emptied(line, told or {}) if is_emptied else _entry(line),
    )


def _entry(line: Mapping[str, Any]) -> Entry:
    try:
        return read_entry(line["kind"], line["model"], json.loads(line["payload"]))
    except ValidationError as fault:
        fields = ", ".join(".".join(map(str, error["loc"])) for error in fault.errors())
        raise SkolbankError(
            "register-unreadable",
            f"En post av slaget {line['kind']} passar inte den här versionen av Skolbänken",
            where=f"rad {line['position']}, {fields}",
            remedy="Anmäl felet: slaget behöver kunna läsa sina äldre poster. Inget är förlorat.",
        ) from None


def _newest(position: int | None) -> sa.ColumnElement[bool]:
    later = ENTRIES.alias("later")
    superseded = sa.exists().where(later.c.supersedes == ENTRIES.c.id)
    if position is None:
        return ~superseded
    return sa.and_(ENTRIES.c.position <= position, ~superseded.where(later.c.position <= position))
