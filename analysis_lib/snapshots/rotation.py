"""A new version of the pseudonym key, and all current rows with pseudonyms made by it (floor 2).

Numbers are not stored, so the old key is used once more: the possible numbers of pupils are gone through, and
those that give a stored pseudonym get a new one. One line in the log makes the change, for all rows at once.
When the old key is destroyed nobody can do this again. Source: docs/PRIVACY.md, docs/adr/0016.
"""

from __future__ import annotations

import calendar
import datetime
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots import log
from analysis_lib.snapshots.encryption import (
    EARLIER_VARIABLE,
    VARIABLE,
    SnapshotKey,
    is_encrypted,
    read_rows,
)
from analysis_lib.snapshots.identities import ADULTS, AGES
from analysis_lib.snapshots.keys import KeyStore
from analysis_lib.snapshots.log import Snapshot
from analysis_lib.snapshots.schemas import TABLES
from analysis_lib.snapshots.store import Store, as_parquet
from analysis_lib.vocabulary.workspace import Workspace

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


@dataclass(frozen=True)
class Rotation:
    """What a change of key did: the versions, and how many followed pupils and rows it moved."""

    before: int
    after: int
    pupils: int
    rows: int


@dataclass(frozen=True)
class _Part:
    """The current rows of one snapshot with the source in its log line."""

    snapshot: Snapshot
    source: dict[str, Any]
    rows: pd.DataFrame

    @property
    def purpose(self) -> str:
        return TABLES[self.snapshot.table].purpose

    @property
    def followed(self) -> pd.DataFrame:
        """The rows of pupils who are followed: protected ones have random ids, which stay."""
        named = self.rows[self.rows["pupil"] != ""]  # a row about a whole class names no one
        return named[~named["is_protected"]]


def rotate(workspace: Workspace) -> Rotation:
    """Makes a new key version and moves all current pupil rows to it; the old key is kept until destroyed.

    Raises SkolbankError, with nothing changed, when a pupil's pseudonym was not made by the current key.
    """
    store, keys = Store(workspace), KeyStore(workspace)
    store.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.locked(store.folder / ".lock"):
        before = store.key_version
        old, new = keys.key(before), keys.make(before + 1)
        parts = list(_parts(store))
        made = _mapping(parts, (before, old), (before + 1, new))
        moved = [_moved(store, part, made) for part in parts]
        now = log.stamp(datetime.datetime.now(datetime.UTC))
        source = {"format": "rotation", "file": "", "sha256": ""}
        log.write_line(store.log_path, {"at": now, "key": before + 1, "source": source, "snapshots": moved})
    return Rotation(before, before + 1, len(made), sum(len(part.rows) for part in parts))


def _parts(store: Store) -> Iterator[_Part]:
    sources = {snapshot.hash: source for snapshot, source, _ in store.everything()}
    for snapshot in store.current():
        schema = TABLES[snapshot.table]
        if schema.holds_pupils:
            frame: pd.DataFrame = store.read(snapshot).to_pandas()
            rows = frame[~schema.key(frame).isin(snapshot.replaced)]
            yield _Part(snapshot, sources[snapshot.hash], rows)


def _mapping(
    parts: list[_Part], old: tuple[int, bytes], new: tuple[int, bytes]
) -> dict[tuple[str, str], str]:
    """New pseudonyms by purpose and old pseudonym, for all pupils who are followed."""
    wanted: dict[str, set[str]] = {}
    years: dict[str, set[int]] = {}
    for part in parts:
        followed = part.followed
        wanted.setdefault(part.purpose, set()).update(followed["pupil"].unique())
        ends = {int(year[:4]) + 1 for year in followed["school_year"].unique()}
        years.setdefault(part.purpose, set()).update(ends)
    made: dict[tuple[str, str], str] = {}
    numbers: set[str] = set()
    for purpose, left in wanted.items():
        found = _found(left, years[purpose], purpose, old, known=sorted(numbers))
        numbers.update(found.values())
        if len(found) < len(left):
            raise _not_made_by_key(len(left) - len(found))
        for pseudonym, number in found.items():
            made[(purpose, pseudonym)] = _pseudonym(new, purpose, number)
    return made


def _found(
    wanted: set[str], ends: set[int], purpose: str, key: tuple[int, bytes], *, known: Iterable[str] = ()
) -> dict[str, str]:
    """The number behind each wanted pseudonym: first those ``known`` from other purposes, then all there are.

    Ordinary numbers are tried before coordination numbers.
    """
    found: dict[str, str] = {}
    if not wanted:
        return found
    left = {bytes.fromhex(pseudonym): pseudonym for pseudonym in wanted}
    inner, outer = _half_made(key[1], f"v{key[0]}|{purpose}|".encode())
    for numbers in itertools.chain([[number.encode() for number in known]], _candidates(_births(ends))):
        for number in numbers:
            first, last = inner.copy(), outer.copy()
            first.update(number)
            last.update(first.digest())
            hit = last.digest()[:16]
            if hit in left:
                found[left.pop(hit)] = number.decode()
        if not left:
            break
    return found


def _half_made(secret: bytes, start: bytes) -> tuple[Any, Any]:
    """The two halves of HMAC-SHA-256 (RFC 2104) before the number: hashed once, not for each of millions."""
    block = secret.ljust(hashlib.sha256().block_size, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in block) for pad in (0x36, 0x5C))
    return hashlib.sha256(inner + start), hashlib.sha256(outer)


def _births(ends: set[int]) -> list[list[int]]:
    """The years in which pupils may be born: those of children, and those of adults in komvux."""
    children = list(range(min(ends) - AGES[1], max(ends) - AGES[0] + 1))
    adults = range(max(ends) - ADULTS[0], min(ends) - ADULTS[1] - 1, -1)
    return [children, [year for year in adults if year not in children]]


def _candidates(groups: list[list[int]]) -> Iterator[list[bytes]]:
    """All numbers of people born in these years, a month at a time: personal, then coordination numbers."""
    for years in groups:
        for extra in (0, 60):
            for year, month in itertools.product(years, range(1, 13)):
                days = range(1, calendar.monthrange(year, month)[1] + 1)
                yield [number for day in days for number in _numbers_of_day(year, month, day + extra)]


def _numbers_of_day(year: int, month: int, day: int) -> list[bytes]:
    date = f"{year:04d}{month:02d}{day:02d}"
    total = sum(_DOUBLED[int(d)] if place % 2 == 0 else int(d) for place, d in enumerate(date[2:]))
    numbers = []
    for serial in range(1000):
        a, b, c = serial // 100, serial // 10 % 10, serial % 10
        check = -(total + _DOUBLED[a] + b + _DOUBLED[c]) % 10
        numbers.append(f"{date}{serial:03d}{check}".encode())
    return numbers


def _pseudonym(key: tuple[int, bytes], purpose: str, number: str) -> str:
    message = f"v{key[0]}|{purpose}|{number}".encode()
    return hmac.digest(key[1], message, "sha256").hex()[:32]


def _moved(store: Store, part: _Part, made: dict[tuple[str, str], str]) -> dict[str, Any]:
    """Writes the rows with their new pseudonyms and gives the snapshot's entry for the log."""
    schema = TABLES[part.snapshot.table]
    mapping = {old: new for (purpose, old), new in made.items() if purpose == part.purpose}
    renamed = part.rows.assign(pupil=part.rows["pupil"].map(mapping).fillna(part.rows["pupil"]))
    order = [*dict.fromkeys((*schema.identity, *schema.names))]
    content = renamed.sort_values(order, ignore_index=True, kind="stable")
    data = as_parquet(content, schema)
    after = replace(
        part.snapshot,
        hash=hashlib.sha256(data).hexdigest(),
        keys=tuple(sorted(schema.key(content).unique())),
        rows=len(content),
    )
    twin = store.metadata(part.snapshot) | after.as_json()
    store.put(after, data, json.dumps(twin, ensure_ascii=False, indent=1).encode())
    return {**after.as_json(), "at": part.snapshot.imported_at, "source": part.source}


def _not_made_by_key(count: int) -> SkolbankError:
    return SkolbankError(
        "key-does-not-fit",
        f"{count} elevers pseudonymer är inte gjorda med den nuvarande nyckeln",
        where="data/snapshots",
        remedy="Lägg tillbaka rätt nyckel, eller läs in elevfilerna på nytt. Inget har ändrats.",
    )


def encrypt_all(workspace: Workspace) -> tuple[int, int]:
    """Encrypts every stored file with pupil rows; how many were encrypted now and how many were already.

    Files of another key are read with ``SKOLBANK_SNAPSHOT_KEY_OLD`` and encrypted anew. Raises SkolbankError
    when no key is set or a file can not be read; files that are done stay done.
    """
    store = Store(workspace)
    if not store.key:
        raise SkolbankError(
            "snapshot-key-missing",
            "Det finns ingen nyckel att kryptera med",
            where=VARIABLE,
            remedy="Gör en med skolbank keys new, förvara den säkert och sätt miljövariabeln.",
        )
    earlier = SnapshotKey.from_environment(EARLIER_VARIABLE)
    done = kept = 0
    with log.locked(store.folder / ".lock"):
        for snapshot, _, _ in store.everything():
            path = store.path(snapshot)
            if not TABLES[snapshot.table].holds_pupils or not path.is_file():
                continue
            if is_encrypted(path) and not earlier:
                store.read(snapshot)  # the key must be the right one before anyone relies on it
                kept += 1
                continue
            table = read_rows(path, snapshot.hash, earlier)
            twin = path.with_suffix(".json").read_bytes()
            store.put(snapshot, as_parquet(table.to_pandas(), TABLES[snapshot.table]), twin)
            done += 1
    return done, kept
