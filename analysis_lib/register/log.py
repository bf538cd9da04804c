"""The append-only log of entries: the only way to write and read what people put down (register floor).

Nothing is ever changed: a correction is a new version that names what it supersedes, and so is a withdrawal.
Each write sees the whole log before it, so that two who save the same thing get a clear conflict.
"""

from __future__ import annotations

import datetime
import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from analysis_lib.errors import SkolbankError
from analysis_lib.register.chain import DISPOSAL, START, digest, first_break, link
from analysis_lib.register.disposals import disposed
from analysis_lib.register.entry import Entry, Record
from analysis_lib.register.faults import RegisterConflict, damaged, missing_reference, unknown_thing
from analysis_lib.register.free_text import Scanner, WorkspaceScanner, refuse_people, scan_numbers
from analysis_lib.register.marks import references
from analysis_lib.register.moments import Moment, read_stamp, stamp
from analysis_lib.register.reading import Reading, to_record
from analysis_lib.register.tables import ENTRIES, WRITE, make_tables, postgres_engine, sqlite_engine
from analysis_lib.vocabulary.workspace import Workspace

Clock = Callable[[], datetime.datetime]
Check = Callable[[Entry], None]  # raises SkolbankError for an entry that cannot be saved
_TICK = datetime.timedelta(microseconds=1)


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


class Register(Reading):
    """The log of one workspace."""

    def __init__(
        self,
        engine: sa.Engine,
        *,
        clock: Clock | None = None,
        scanner: Scanner | None = None,
        check: Check | None = None,
    ) -> None:
        super().__init__(engine)
        self.check = check
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
            if not draft.withdrawn or not draft.entry.by_hand:
                self.refuse(draft.entry)
        with self.engine.execution_options(**WRITE).begin() as connection:
            _refuse_dangling(connection, waiting)
            return self.write_in(connection, waiting, author=author, role=role)

    def write_in(
        self, connection: sa.Connection, drafts: Iterable[Draft], *, author: str, role: str
    ) -> list[Record[Entry]]:
        """Writes lines in a transaction that holds the write lock; what they say has been checked before."""
        last = self._last(connection)
        saved = []
        for draft in drafts:
            last = self._line(connection, draft, last, author=author, role=role)
            connection.execute(sa.insert(ENTRIES).values(**last))
            saved.append(to_record(last))
        return saved

    def refuse(self, entry: Entry) -> None:
        """Raises SkolbankError when the entry may not be saved: it points out a person, or breaks params."""
        if not entry.by_hand:
            raise SkolbankError(
                "register-kind",
                f"Poster av slaget {type(entry).title} skrivs bara av Skolbänken",
                remedy="Gallra med skolbank retain --apply." if entry.kind == DISPOSAL else "",
            )
        refuse_people(entry, self.scanner)
        if self.check:
            self.check(entry)

    def as_of(self, moment: Moment) -> Reading:
        """The register as it stood then; a date means the end of that day in Sweden."""
        return Reading(self.engine, self._position_at(moment))

    def verify(self) -> int:
        """The number of lines, when each is whole and in its place; else SkolbankError."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                told = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
                if told != "ok":
                    raise damaged("databasfilen")
            lines = all_lines(connection)
            broken = first_break(lines)
        if broken is not None:
            raise damaged(f"rad {broken}")
        return len(lines)

    def close(self) -> None:
        """Lets go of the file or the server."""
        self.engine.dispose()

    def _last(self, connection: sa.Connection) -> Mapping[str, Any]:
        """The end of the log and the server's clock, in one question, as all others are waiting."""
        now = sa.func.clock_timestamp() if connection.dialect.name == "postgresql" else sa.null()
        columns = (ENTRIES.c.position, ENTRIES.c.at, ENTRIES.c.chain, now.label("now"))
        query = sa.select(*columns).order_by(ENTRIES.c.position.desc()).limit(1)
        row = connection.execute(query).mappings().first()
        return {"position": 0, "at": "", "chain": START} if row is None else cast(Mapping[str, Any], row)

    def _line(
        self, connection: sa.Connection, draft: Draft, last: Mapping[str, Any], *, author: str, role: str
    ) -> dict[str, Any]:
        known = _newest_of(connection, draft.thing)
        _refuse_conflict(draft, known)
        at = self._now(last)
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

    def _now(self, last: Mapping[str, Any]) -> datetime.datetime:
        """A moment after every line before, also when a clock has been set back."""
        now = self.clock() if self.clock else last.get("now") or datetime.datetime.now(datetime.UTC)
        now = now.astimezone(datetime.UTC)
        return max(now, read_stamp(last["at"]) + _TICK) if last["at"] else now


def open_register(
    workspace: Workspace, *, clock: Clock | None = None, scanner: Scanner | None = None
) -> Register:
    """The workspace's register: ``data/register/register.sqlite``, or the server of SKOLBANK_REGISTER_URL.

    What entries say of ``params/`` (instruments, questions, codebooks, goals) is checked when they are saved.
    """
    from analysis_lib.register.params_check import ParamsCheck

    engine = postgres_engine(_server_url()) if is_on_server() else sqlite_engine(register_file(workspace))
    scan = scanner or WorkspaceScanner(workspace)
    return Register(engine, clock=clock, scanner=scan, check=ParamsCheck(workspace))


def register_file(workspace: Workspace) -> Path:
    """Where the register lies when it is a file."""
    return workspace.data / "register" / "register.sqlite"


def is_on_server() -> bool:
    """Whether the register is a PostgreSQL database."""
    return bool(os.environ.get("SKOLBANK_REGISTER_URL"))


def _server_url() -> sa.URL:
    try:
        url = sa.make_url(os.environ["SKOLBANK_REGISTER_URL"])
        is_postgres = url.get_backend_name() in ("postgresql", "postgres")
    except (sa.exc.ArgumentError, ValueError):
        is_postgres = False
    if not is_postgres:
        raise SkolbankError(
            "register-url",
            "Adressen till registrets databas kan inte användas",
            where="SKOLBANK_REGISTER_URL",
            remedy="Skriv den som postgresql://användare@server/databas.",
        )
    return url


def _newest_of(connection: sa.Connection, thing: str | None) -> Mapping[str, Any] | None:
    if thing is None:
        return None
    query = sa.select(ENTRIES).where(ENTRIES.c.thing == thing).order_by(ENTRIES.c.version.desc()).limit(1)
    return cast("Mapping[str, Any] | None", connection.execute(query).mappings().first())


def _refuse_conflict(draft: Draft, known: Mapping[str, Any] | None) -> None:
    if known is None:
        if draft.expected is not None:
            raise unknown_thing(draft.thing or "")
    elif known["payload"] == "":
        raise disposed(known["thing"])
    elif known["id"] != draft.expected:
        raise RegisterConflict(draft.expected, to_record(known))
    elif known["kind"] != draft.entry.kind:
        remedy = "Spara som en ny post i stället."
        raise SkolbankError(
            "register-kind", "En post kan inte byta slag", where=draft.thing or "", remedy=remedy
        )


def all_lines(connection: sa.Connection) -> Sequence[Mapping[str, Any]]:
    """Every stored line, in the order of the log."""
    query = sa.select(ENTRIES).order_by(ENTRIES.c.position)
    return cast(Sequence[Mapping[str, Any]], connection.execute(query).mappings().all())


def _refuse_dangling(connection: sa.Connection, drafts: Iterable[Draft]) -> None:
    """Every reference must point at a thing of the right kind, in the log or among the drafts."""
    known = {draft.thing: draft.entry.kind for draft in drafts if draft.thing}
    found = [(draft.entry, *reference) for draft in drafts for reference in references(draft.entry)]
    wanted = {thing for _, _, thing, _ in found}
    query = sa.select(ENTRIES.c.thing, ENTRIES.c.kind).where(
        ENTRIES.c.thing.in_(wanted), ENTRIES.c.version == 1
    )
    known |= {row.thing: row.kind for row in connection.execute(query)} if wanted else {}
    for entry, title, thing, kinds in found:
        if known.get(thing) not in kinds:
            raise missing_reference(type(entry).title or entry.kind, title, thing)
