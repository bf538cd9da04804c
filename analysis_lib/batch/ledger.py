"""What has been made, remembered across any crash: one line per document (floor 8).

A document is done only when its line says so and names the hash of each file. SQLite in WAL mode, so that
``status`` and the index can read while a run writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

State = Literal["waiting", "running", "staged", "done", "incomplete", "failed", "refused"]

_METADATA = sa.MetaData()
_JOBS = sa.Table(
    "jobs",
    _METADATA,
    sa.Column("seminar", sa.String, primary_key=True),
    sa.Column("code", sa.String, primary_key=True),
    sa.Column("report", sa.String, primary_key=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("fingerprint", sa.String, nullable=False),
    sa.Column("error_id", sa.String, nullable=False, default=""),
    sa.Column("error_code", sa.String, nullable=False, default=""),
    sa.Column("message", sa.Text, nullable=False, default=""),
    sa.Column("started", sa.String, nullable=False, default=""),
    sa.Column("finished", sa.String, nullable=False, default=""),
    sa.Column("seconds", sa.Float, nullable=False, default=0.0),
    sa.Column("files", sa.Text, nullable=False, default="{}"),
)
_ROUNDS = sa.Table(
    "rounds",
    _METADATA,
    sa.Column("seminar", sa.String, primary_key=True),
    sa.Column("fingerprint", sa.String, nullable=False),
    sa.Column("audited", sa.String, nullable=False, default=""),
)


@dataclass(frozen=True)
class Entry:
    """One document's line. ``files``: name → ``{sha256, size, changed}`` (nanoseconds, when in place)."""

    seminar: str
    code: str
    report: str
    state: State
    fingerprint: str
    error_id: str = ""
    error_code: str = ""
    message: str = ""
    started: str = ""
    finished: str = ""
    seconds: float = 0.0
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.code}/{self.report}"


class Ledger:
    """The file ``data/work/ledger.sqlite``, or the PostgreSQL database that ``SKOLBANK_LEDGER_URL`` names.

    Every write is a transaction of its own.
    """

    def __init__(self, path: Path, url: str = "") -> None:
        if url:
            driver = url.replace("postgresql://", "postgresql+psycopg://", 1)
            self.engine = sa.create_engine(driver, pool_pre_ping=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
            sa.event.listen(self.engine, "connect", _prepare)
        _METADATA.create_all(self.engine)

    def entries(self, seminar: str) -> dict[str, Entry]:
        """The seminar's lines by ``code/report``."""
        query = sa.select(_JOBS).where(_JOBS.c.seminar == seminar)
        with self.engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        entries = (Entry(**{**row, "files": json.loads(row["files"])}) for row in rows)
        return {entry.key: entry for entry in entries}

    def write(self, *entries: Entry) -> None:
        """Sets the lines, all or none."""
        rows = [{**asdict(entry), "files": json.dumps(entry.files)} for entry in entries]
        with self.engine.begin() as connection:
            for row in rows:
                where = (_JOBS.c[name] == row[name] for name in ("seminar", "code", "report"))
                connection.execute(sa.delete(_JOBS).where(*where))
                connection.execute(sa.insert(_JOBS).values(**row))

    def forget(self, seminar: str, keys: Iterable[str]) -> None:
        """Drops the lines of documents that the seminar no longer has."""
        with self.engine.begin() as connection:
            for key in keys:
                code, _, report = key.partition("/")
                where = (_JOBS.c.seminar == seminar, _JOBS.c.code == code, _JOBS.c.report == report)
                connection.execute(sa.delete(_JOBS).where(*where))

    def round_fingerprint(self, seminar: str) -> str:
        """The fingerprint under which the whole seminar was last finished, or an empty text."""
        query = sa.select(_ROUNDS.c.fingerprint).where(_ROUNDS.c.seminar == seminar)
        with self.engine.connect() as connection:
            return connection.execute(query).scalar() or ""

    def finish_round(self, seminar: str, fingerprint: str) -> None:
        """Notes that the whole seminar is done under this fingerprint (empty: it is not)."""
        row = {"seminar": seminar, "fingerprint": fingerprint, "audited": ""}
        with self.engine.begin() as connection:
            connection.execute(sa.delete(_ROUNDS).where(_ROUNDS.c.seminar == seminar))
            connection.execute(sa.insert(_ROUNDS).values(**row))

    def close(self) -> None:
        """Lets go of the file."""
        self.engine.dispose()


def _prepare(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
