"""The register's one table in SQLite and PostgreSQL, and the guards that let nobody change a line (register).

Both engines refuse UPDATE and DELETE by triggers of their own, all but the emptying of a line that the newest
decision of gallring names. A write holds the log's only write lock from
its first read to its commit, so that the order of the log is one order for everybody.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from analysis_lib.register.faults import tell_fault

METADATA = sa.MetaData()
ENTRIES = sa.Table(
    "register_entries",
    METADATA,
    sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("id", sa.String(40), nullable=False, unique=True),
    sa.Column("thing", sa.String(80), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("model", sa.Integer, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("unit", sa.String(8), nullable=False),
    sa.Column("school_year", sa.String(7), nullable=False),
    sa.Column("at", sa.String(27), nullable=False),
    sa.Column("supersedes", sa.String(40), nullable=True, unique=True),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("chain", sa.String(64), nullable=False),
    sa.UniqueConstraint("thing", "version", name="register_thing_version"),
    sa.Index("register_kind", "kind", "position"),
    sa.Index("register_at", "at"),
)
WRITE = {"register_write": True}
_LOCK = 0x5B0B  # the number that all writers to a PostgreSQL register agree on

# The one change there is: a content is emptied when the newest line of the kind disposal names that line.
_NAMED = (
    "EXISTS (SELECT 1 FROM register_entries named WHERE named.position > OLD.position AND named.position = "
    "(SELECT max(d.position) FROM register_entries d WHERE d.kind = 'disposal') AND {found})"
)
_EMPTIED = "NEW.payload = '' AND OLD.kind <> 'disposal' AND " + " AND ".join(
    f"NEW.{column.name} IS NOT DISTINCT FROM OLD.{column.name}"
    for column in ENTRIES.columns
    if column.name != "payload"
)
_SQLITE_ALLOWED = (f"{_EMPTIED} AND {_NAMED.format(found='instr(named.payload, OLD.id) > 0')}").replace(
    "IS NOT DISTINCT FROM", "IS"
)
_SQLITE_GUARDS = [
    statement
    for verb, when in (("update", f"WHEN NOT ({_SQLITE_ALLOWED})"), ("delete", ""))
    for statement in (
        f"DROP TRIGGER IF EXISTS register_no_{verb}",
        f"CREATE TRIGGER register_no_{verb} BEFORE {verb} ON register_entries {when} "
        "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END",
    )
]
_POSTGRES_GUARDS = [
    "CREATE OR REPLACE FUNCTION register_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF TG_OP = 'UPDATE' THEN IF {_EMPTIED} AND "
    f"{_NAMED.format(found='position(OLD.id in named.payload) > 0')} THEN RETURN NEW; END IF; END IF; "
    "RAISE EXCEPTION 'the register is append-only'; END $$",
    "CREATE OR REPLACE TRIGGER register_no_change BEFORE UPDATE OR DELETE ON register_entries "
    "FOR EACH ROW EXECUTE FUNCTION register_append_only()",
    "CREATE OR REPLACE TRIGGER register_no_truncate BEFORE TRUNCATE ON register_entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION register_append_only()",
]


def sqlite_engine(path: Path) -> sa.Engine:
    """An engine on a SQLite file in WAL mode, with full synchronisation to disk at each commit."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 60}, pool_size=4, max_overflow=-1)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    sa.event.listen(engine, "handle_error", tell_fault)
    return engine


def postgres_engine(url: sa.URL) -> sa.Engine:
    """An engine on a PostgreSQL server, through psycopg."""
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",  # the statement after the lock must see what was just written
        pool_timeout=60,
        pool_pre_ping=True,
    )
    sa.event.listen(engine, "begin", _begin_postgres)
    sa.event.listen(engine, "handle_error", tell_fault)
    return engine


def make_tables(engine: sa.Engine) -> None:
    """Makes the table and its guards where they are missing; safe when several start at once."""
    with engine.connect() as connection:
        there = sa.inspect(connection).has_table(ENTRIES.name)
    if not there:
        with engine.execution_options(**WRITE).begin() as connection:
            make_in(connection)


def make_in(connection: sa.Connection) -> None:
    """Makes the table and its guards in the transaction that is under way."""
    if not sa.inspect(connection).has_table(ENTRIES.name):
        METADATA.create_all(connection)
        make_guards(connection)


def make_guards(connection: sa.Connection) -> None:
    """Makes the guards, also in the place of those that an older version made."""
    guards = _SQLITE_GUARDS if connection.dialect.name == "sqlite" else _POSTGRES_GUARDS
    for guard in guards:
        connection.exec_driver_sql(guard)


def drop_tables(connection: sa.Connection) -> None:
    """Takes the table away in the transaction that is under way: for a restore only."""
    METADATA.drop_all(connection)


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # the transactions are ours, see _begin_sqlite
    cursor = connection.cursor()
    for attempt in range(50):
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:  # another process is turning it on just now
            if attempt == 49:
                raise
            time.sleep(0.05)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    is_write = connection.get_execution_options().get("register_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def _begin_postgres(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("register_write"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
