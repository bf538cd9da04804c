"""The whole register in one checked file, out of any engine and into any engine (register floor).

The file is packed JSON lines: a head, every line of the log, and a foot with the checksum of all that stands
before it. A restore goes in whole or not at all, and what it replaces is kept aside as such a file.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
import secrets
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from analysis_lib.errors import SkolbankError
from analysis_lib.register.chain import FIELDS, first_break
from analysis_lib.register.faults import damaged
from analysis_lib.register.log import Register, all_lines
from analysis_lib.register.tables import ENTRIES, WRITE, drop_tables, make_in
from analysis_lib.vocabulary.whole_files import private_file

SUFFIX = ".skolbank-register"
_FORMAT = 1
_COLUMNS = (*FIELDS, "digest", "chain")
_ROOM = 4 << 30  # no register of a municipality comes near this, unpacked
_AT_ONCE = 500


def write_backup(register: Register, path: Path) -> int:
    """Writes the register as it stands to a new file, whole or not at all; the number of lines.

    Raises SkolbankError when the register is damaged: an older back-up is never covered by a damaged one.
    """
    register.verify()
    with register.engine.connect() as connection:
        lines = all_lines(connection)
    if first_break(lines) is not None:
        raise damaged("raderna")
    _write(path, lines)
    return len(read_backup(path))


def read_backup(path: Path) -> list[dict[str, Any]]:
    """The lines of a back-up, after its checksum and the chain of its lines have been checked."""
    try:
        with gzip.open(path, "rb") as stream:
            data = stream.read(_ROOM)
    except FileNotFoundError:
        raise SkolbankError("file-missing", "Filen finns inte", where=path.name) from None
    except (OSError, EOFError, zlib.error):
        raise _unusable(path) from None
    body, _, foot = data.rstrip(b"\n").rpartition(b"\n")
    try:
        head, *lines = [json.loads(line) for line in body.split(b"\n")]
        told = json.loads(foot)["sha256"]
        known = head["skolbank_register"] <= _FORMAT
    except (ValueError, KeyError, TypeError):
        raise _unusable(path) from None
    if not known:
        raise SkolbankError("register-newer", "Säkerhetskopian är från en nyare version", where=path.name)
    if told != hashlib.sha256(body + b"\n").hexdigest() or head["lines"] != len(lines):
        raise _unusable(path)
    rows = [dict(zip(_COLUMNS, line, strict=True)) for line in lines]
    if first_break(rows) is not None:
        raise _unusable(path)
    return rows


def restore(register: Register, path: Path, *, replace: bool = False, aside: Path) -> tuple[int, Path | None]:
    """Puts a back-up into an empty register, or with ``replace`` in the place of the one that is there.

    What is replaced is first written to a new file in the folder ``aside``. Gives the number of lines and
    the file aside, if any.
    """
    rows = read_backup(path)
    kept = None
    with register.engine.execution_options(**WRITE).begin() as connection:
        old = all_lines(connection)
        if old and not replace:
            raise SkolbankError(
                "register-not-empty",
                f"Registret har redan {len(old)} rader och skrivs inte över",
                where=path.name,
                remedy="Lägg till --replace för att ersätta det; det gamla läggs då åt sidan.",
            )
        if old:
            kept = aside / f"ersatt-{datetime.datetime.now():%Y%m%dT%H%M%S}-{secrets.token_hex(2)}{SUFFIX}"
            _write(kept, old)
        drop_tables(connection)
        make_in(connection)
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(sa.insert(ENTRIES), rows[start : start + _AT_ONCE])
    register.verify()
    return len(rows), kept


def set_aside(path: Path) -> Path:
    """Moves a SQLite file that can not be opened, and its companions, out of the way; its new place."""
    place = path.with_name(f"skadat-{datetime.datetime.now():%Y%m%dT%H%M%S}-{path.name}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(place.with_name(place.name + ending))
    return place


def _write(path: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        private_file(path) as part,
        part.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
    ):
        checksum = hashlib.sha256()
        for line in _texts(lines):
            checksum.update(line)
            packed.write(line)
        packed.write(json.dumps({"sha256": checksum.hexdigest()}).encode() + b"\n")


def _texts(lines: Sequence[Mapping[str, Any]]) -> Iterable[bytes]:
    head = {"skolbank_register": _FORMAT, "lines": len(lines)}
    yield json.dumps(head).encode() + b"\n"
    for line in lines:
        values = [bool(line[name]) if name == "withdrawn" else line[name] for name in _COLUMNS]
        yield json.dumps(values, ensure_ascii=False).encode() + b"\n"


def _unusable(path: Path) -> SkolbankError:
    what = "Säkerhetskopian är skadad eller en annan sorts fil"
    remedy = "Använd en annan säkerhetskopia; inget har ändrats."
    return SkolbankError("register-backup-damaged", what, where=path.name, remedy=remedy)
