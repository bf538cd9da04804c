"""The append-only log of entries: the only way to write and read what people put down (register floor).

Nothing is ever changed: a correction is a new version that names what it supersedes, and so is a withdrawal.
Each write sees the whole log before it, so that two who save the same thing get a clear conflict.
"""

from __future__ import annotations

import datetime
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast, overload
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from analysis_lib.errors import SkolbankError
from analysis_lib.register.chain import START, digest, first_break, link
from analysis_lib.register.entry import Entry, Record, read_entry
from analysis_lib.register.free_text import Scanner, refuse_people, scan_numbers
from analysis_lib.register.tables import ENTRIES, WRITE, make_tables, postgres_engine, sqlite_engine
from analysis_lib.vocabulary.workspace import Workspace

EntryT = TypeVar("EntryT", bound=Entry)
Clock = Callable[[], datetime.datetime]
Moment = datetime.datetime | datetime.date
_TICK = datetime.timedelta(microseconds=1)
_SWEDEN = ZoneInfo("Europe/Stockholm")


class RegisterConflict(SkolbankError):
    """Someone else saved the same thing in between; nothing of what was to be saved has been."""

    def __init__(self, seen: str | None, latest: Record[Entry]) -> None:
        self.seen = seen
        self.latest = latest
        local = latest.at.astimezone(_SWEDEN)
        super().__init__(
            "register-conflict",
            f"Någon annan ({latest.role or 'okänd roll'}) hann spara samma post "
            f"{local:%Y-%m-%d} kl. {local:%H.%M}",
            where=f"{type(latest.entry).title or latest.kind} {latest.thing}",
            remedy="Läs den nya versionen och gör ändringen igen; inget har skrivits över.",
        )


@dataclass(frozen=True)
class Draft:
    """What is to be saved: a new thing, or a new version of ``thing`` made by one who saw ``expected``.

    ``unit`` and ``school_year`` of a new version are those of the version before when they are None.
    """

    entry: Entry
    unit: str | None = None
    school_year: str | None = None
    thing: str | None = None
    expected: str | None = None
    withdrawn: bool = False


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
        """The newest version of each thing, in the order of writing."""
        name = kind if isinstance(kind, str) or kind is None else kind.kind
        rows = self._lines(
            _newest(self._until(at)),
            *([ENTRIES.c.kind == name] if name else []),
            *([ENTRIES.c.unit == unit] if unit is not None else []),
            *([ENTRIES.c.school_year == school_year] if school_year is not None else []),
            *([] if withdrawn else [ENTRIES.c.withdrawn.is_(False)]),
        )
        return [to_record(row) for row in rows]

    def history(self, thing: str) -> list[Record[Entry]]:
        """All versions of a thing, oldest first; an unknown thing has none."""
        return [to_record(row) for row in self._lines(ENTRIES.c.thing == thing, *self._upto())]

    def get(self, thing: str) -> Record[Entry]:
        """The newest version of a thing, withdrawn or not; an unknown thing is a SkolbankError."""
        rows = self._lines(ENTRIES.c.thing == thing, _newest(self.position))
        if not rows:
            raise unknown_thing(thing)
        return to_record(rows[0])

    def records(self) -> Iterator[Record[Entry]]:
        """Every line of the log, in the order of writing."""
        return (to_record(row) for row in self._lines(*self._upto()))

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

    def _lines(self, *where: sa.ColumnElement[bool]) -> Sequence[Mapping[str, Any]]:
        query = sa.select(ENTRIES).where(*where).order_by(ENTRIES.c.position)
        with self.engine.connect() as connection:
            return cast(Sequence[Mapping[str, Any]], connection.execute(query).mappings().all())


class Register(Reading):
    """The log of one workspace."""

    def __init__(
        self, engine: sa.Engine, *, clock: Clock | None = None, scanner: Scanner | None = None
    ) -> None:
        super().__init__(engine)
        self.clock = clock
        self.scanner: Scanner = scanner or scan_numbers
        make_tables(engine)

    def save(
        self,
        entry: Entry,
        *,
        author: str,
        role: str,
        unit: str | None = None,
        school_year: str | None = None,
        thing: str | None = None,
        expected: str | None = None,
    ) -> Record[Entry]:
        """Saves one entry: a new thing, or with ``thing`` and ``expected`` a new version of a known one."""
        draft = Draft(entry, unit, school_year, thing, expected)
        return self.save_all([draft], author=author, role=role)[0]

    def revise(self, seen: Record[Entry], entry: Entry, *, author: str, role: str) -> Record[Entry]:
        """Saves a new version of the thing that the writer saw; conflict when it isn't the newest."""
        return self.save(entry, author=author, role=role, thing=seen.thing, expected=seen.id)

    def withdraw(self, seen: Record[Entry], *, author: str, role: str) -> Record[Entry]:
        """Takes a thing out of what is current; it stays in its history."""
        draft = Draft(seen.entry, thing=seen.thing, expected=seen.id, withdrawn=True)
        return self.save_all([draft], author=author, role=role)[0]

    def save_all(self, drafts: Iterable[Draft], *, author: str, role: str) -> list[Record[Entry]]:
        """Saves all or none, in one transaction and in the order given."""
        waiting = list(drafts)
        for draft in waiting:
            refuse_people(draft.entry, self.scanner)
        with self.engine.execution_options(**WRITE).begin() as connection:
            last = self._last(connection)
            saved = []
            for draft in waiting:
                last = self._line(connection, draft, last, author=author, role=role)
                connection.execute(sa.insert(ENTRIES).values(**last))
                saved.append(to_record(last))
        return saved

    def as_of(self, moment: Moment) -> Reading:
        """The register as it stood then; a date means the end of that day in Sweden."""
        return Reading(self.engine, self._position_at(moment))

    def verify(self) -> int:
        """The number of lines, when each is whole and in its place; else SkolbankError."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(ENTRIES).order_by(ENTRIES.c.position)).mappings()
            counted = _Counted(rows)
            broken = first_break(counted)
        if broken is not None:
            raise damaged(f"rad {broken}")
        return counted.count

    def close(self) -> None:
        """Lets go of the file or the server."""
        self.engine.dispose()

    def _last(self, connection: sa.Connection) -> Mapping[str, Any]:
        query = sa.select(ENTRIES).order_by(ENTRIES.c.position.desc()).limit(1)
        row = connection.execute(query).mappings().first()
        return {"position": 0, "at": "", "chain": START} if row is None else cast(Mapping[str, Any], row)

    def _line(
        self, connection: sa.Connection, draft: Draft, last: Mapping[str, Any], *, author: str, role: str
    ) -> dict[str, Any]:
        known = _newest_of(connection, draft.thing)
        _refuse_conflict(draft, known)
        at = self._now(connection, last["at"])
        before = known or {"id": None, "version": 0, "unit": "", "school_year": ""}
        line: dict[str, Any] = {
            "position": last["position"] + 1,
            "id": f"{int(at.timestamp() * 1_000_000):014x}{secrets.token_hex(5)}",
            "thing": draft.thing or f"{draft.entry.kind}-{secrets.token_hex(6)}",
            "kind": draft.entry.kind,
            "version": before["version"] + 1,
            "model": draft.entry.model,
            "author": author,
            "role": role,
            "unit": before["unit"] if draft.unit is None else draft.unit,
            "school_year": before["school_year"] if draft.school_year is None else draft.school_year,
            "at": stamp(at),
            "supersedes": before["id"],
            "withdrawn": draft.withdrawn,
            "payload": json.dumps(draft.entry.model_dump(mode="json"), ensure_ascii=False, sort_keys=True),
        }
        line["digest"] = digest(line)
        line["chain"] = link(last["chain"], line["digest"])
        return line

    def _now(self, connection: sa.Connection, last: str) -> datetime.datetime:
        """A moment after every line before, also when a clock has been set back."""
        now = self.clock() if self.clock else datetime.datetime.now(datetime.UTC)
        if self.clock is None and connection.dialect.name == "postgresql":
            now = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        now = now.astimezone(datetime.UTC)
        return max(now, read_stamp(last) + _TICK) if last else now


def open_register(
    workspace: Workspace, *, clock: Clock | None = None, scanner: Scanner | None = None
) -> Register:
    """The workspace's register: ``data/register/register.sqlite``, or the server of SKOLBANK_REGISTER_URL."""
    url = os.environ.get("SKOLBANK_REGISTER_URL", "")
    if url:
        engine = postgres_engine(sa.make_url(url))
    else:
        engine = sqlite_engine(workspace.data / "register" / "register.sqlite")
    return Register(engine, clock=clock, scanner=scanner)


def to_record(line: Mapping[str, Any]) -> Record[Entry]:
    """The record of a stored line; a line that doesn't fit its checksum is a SkolbankError."""
    if line["digest"] != digest(line):
        raise damaged(f"rad {line['position']}")
    shared = ("id", "thing", "kind", "version", "author", "role", "unit", "school_year", "supersedes")
    return Record(
        **{name: line[name] for name in shared},
        at=read_stamp(line["at"]),
        withdrawn=bool(line["withdrawn"]),
        entry=read_entry(line["kind"], line["model"], json.loads(line["payload"])),
    )


def stamp(at: datetime.datetime) -> str:
    """A moment as it is stored: UTC with microseconds, so that texts sort as moments do."""
    return f"{at.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def read_stamp(text: str) -> datetime.datetime:
    """The moment that a stored text names."""
    return datetime.datetime.fromisoformat(text)


def end_of(moment: Moment) -> datetime.datetime:
    """The moment itself, or the last moment of a day in Sweden."""
    if isinstance(moment, datetime.datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=_SWEDEN)
    return datetime.datetime.combine(moment, datetime.time.max, tzinfo=_SWEDEN)


def unknown_thing(thing: str) -> SkolbankError:
    """The error for an identity that the register doesn't hold."""
    remedy = "Hämta listan på nytt; posten kan höra till ett annat register."
    return SkolbankError("register-unknown", f"Posten {thing[:80]} finns inte i registret", remedy=remedy)


def damaged(where: str) -> SkolbankError:
    """The error for a log that is not what was once written."""
    remedy = "Läs tillbaka den senaste säkerhetskopian: skolbank register restore FIL --replace."
    return SkolbankError("register-damaged", "Registret är skadat", where=where, remedy=remedy)


def _newest(position: int | None) -> sa.ColumnElement[bool]:
    later = ENTRIES.alias("later")
    superseded = sa.exists().where(later.c.supersedes == ENTRIES.c.id)
    if position is None:
        return ~superseded
    return sa.and_(ENTRIES.c.position <= position, ~superseded.where(later.c.position <= position))


def _newest_of(connection: sa.Connection, thing: str | None) -> Mapping[str, Any] | None:
    if thing is None:
        return None
    query = sa.select(ENTRIES).where(ENTRIES.c.thing == thing).order_by(ENTRIES.c.version.desc()).limit(1)
    return cast("Mapping[str, Any] | None", connection.execute(query).mappings().first())


def _refuse_conflict(draft: Draft, known: Mapping[str, Any] | None) -> None:
    if known is None:
        if draft.expected is not None:
            raise unknown_thing(draft.thing or "")
    elif known["id"] != draft.expected:
        raise RegisterConflict(draft.expected, to_record(known))
    elif known["kind"] != draft.entry.kind:
        remedy = "Spara som en ny post i stället."
        raise SkolbankError(
            "register-kind", "En post kan inte byta slag", where=draft.thing or "", remedy=remedy
        )


class _Counted:
    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Any]:
        for row in self.rows:
            self.count += 1
            yield row
