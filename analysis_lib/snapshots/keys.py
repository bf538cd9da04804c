"""The key store: versions of the pseudonym key, and random ids of those who must not be followed (floor 2).

It lies outside ``data/`` with rights for its owner only. A key version is a file of its own, so that an old
one can be destroyed; which version counts is told by the snapshots' log. Source: docs/PRIVACY.md.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.log import History, locked
from analysis_lib.vocabulary.whole_files import append_private
from analysis_lib.vocabulary.workspace import Workspace

KEY_BYTES = 32
_PLACES_KEY, _PLACES = "protected.key", "protected.jsonl"
_NAME = re.compile(r"pseudonym-v(\d+)\.key")


class KeyStore:
    """The keys of one workspace; every file is refused when others may read it."""

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.keys
        self._log = workspace.snapshots / "log.jsonl"

    @property
    def current_version(self) -> int:
        """The version that the stored rows were made with, 1 before any rotation."""
        return History(self._log).key_version

    def versions(self) -> list[int]:
        """The versions whose key still exists, oldest first."""
        found = (_NAME.fullmatch(path.name) for path in self.folder.glob("pseudonym-v*.key"))
        return sorted(int(match[1]) for match in found if match)

    def path(self, version: int) -> Path:
        """Where the key of a version lies."""
        return self.folder / f"pseudonym-v{version}.key"

    def key(self, version: int) -> bytes:
        """The key of a version; raises SkolbankError when it is gone, damaged or open to others."""
        if not self.path(version).exists():
            raise _lost(self.path(version))
        return read_key(self.path(version))

    def make(self, version: int) -> bytes:
        """The key of a version, made when it is not there; two at once get the same."""
        place = self.path(version)
        return read_key(place) if place.exists() else make_key(place)

    def destroy(self, version: int) -> None:
        """Overwrites and removes a key for good: what it made can no longer be led back to a person.

        Raises SkolbankError for the version in use and for one that does not exist.
        """
        if version == self.current_version:
            raise SkolbankError(
                "key-in-use",
                f"Nyckelversion {version} används och kan inte förstöras",
                remedy="Byt nyckel med skolbank keys rotate först.",
            )
        place = self.path(version)
        if not place.is_file():
            known = ", ".join(map(str, self.versions())) or "inga"
            raise SkolbankError(
                "key-version-unknown", f"Nyckelversion {version} finns inte", remedy=f"Det finns: {known}."
            )
        with place.open("r+b") as stream:
            stream.write(secrets.token_bytes(place.stat().st_size))
            stream.flush()
            os.fsync(stream.fileno())
        place.unlink()

    def protected_ids(self, places: Iterable[str], *, create: bool = True) -> dict[str, str]:
        """A random id per place in a file; the same place has the same id at the next import.

        A place is never stored, only its keyed hash. Without ``create`` nothing is written.
        """
        wanted = list(dict.fromkeys(places))
        if not wanted:
            return {}
        if not create:
            known = self._known_ids() if (self.folder / _PLACES_KEY).exists() else {}
            key = read_key(self.folder / _PLACES_KEY) if known else secrets.token_bytes(KEY_BYTES)
            return {place: known.get(_digest(key, place)) or secrets.token_hex(16) for place in wanted}
        make_folder(self.folder)
        with locked(self.folder / ".lock"):
            secret = self.folder / _PLACES_KEY
            key = read_key(secret) if secret.exists() else make_key(secret)
            known = self._known_ids()
            digests = {place: _digest(key, place) for place in wanted}
            new = {digest: secrets.token_hex(16) for digest in digests.values() if digest not in known}
            self._append(new)
        found = known | new
        return {place: found[digest] for place, digest in digests.items()}

    def known_protected(self, places: Iterable[str]) -> dict[str, str]:
        """The ids of those of the places that have one; nothing is made."""
        if not (self.folder / _PLACES_KEY).exists():
            return {}
        key, known = read_key(self.folder / _PLACES_KEY), self._known_ids()
        found = {place: known.get(_digest(key, place), "") for place in places}
        return {place: one for place, one in found.items() if one}

    def _known_ids(self) -> dict[str, str]:
        place = self.folder / _PLACES
        if not place.is_file():
            return {}
        refuse_open_rights(place)
        lines = [line for line in place.read_text("ascii").splitlines() if line.endswith("}")]
        return {entry["place"]: entry["id"] for entry in map(json.loads, lines)}

    def _append(self, new: dict[str, str]) -> None:
        lines = "".join(json.dumps({"place": digest, "id": one}) + "\n" for digest, one in new.items())
        append_private(self.folder / _PLACES, lines.encode())


def make_folder(folder: Path) -> None:
    """The folder of the keys, for its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    refuse_open_rights(folder)


def make_key(place: Path) -> bytes:
    """A new key, written whole to a folder and a file that only their owner may open."""
    make_folder(place.parent)
    key = secrets.token_bytes(KEY_BYTES)
    temporary = place.with_name(f".{place.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, key.hex().encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(temporary, place)  # two runs at once must not both believe that their key won
    except FileExistsError:
        return read_key(place)
    finally:
        temporary.unlink()
    return key


def read_key(place: Path) -> bytes:
    """A key as it was written; raises SkolbankError when it is damaged or open to others."""
    refuse_open_rights(place)
    try:
        key = bytes.fromhex(place.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SkolbankError(
            "key-damaged",
            "Nyckeln för pseudonymer är skadad",
            where=place.name,
            remedy="Lägg tillbaka nyckeln från säkerhetskopian. Skapa ingen ny: då kan eleverna inte följas.",
        )
    return key


def refuse_open_rights(place: Path) -> None:
    """Raises SkolbankError when others on the machine may open a key or its folder."""
    if os.name == "posix" and stat.S_IMODE(place.stat().st_mode) & 0o077:
        raise SkolbankError(
            "key-readable-by-others",
            "Nyckeln för pseudonymer kan läsas av andra än sin ägare",
            where=place.name,
            remedy=f"Sätt rättigheterna med: chmod {'700' if place.is_dir() else '600'} {place.name}",
        )


def _digest(key: bytes, place: str) -> str:
    return hmac.digest(key, place.encode(), "sha256").hex()


def _lost(place: Path) -> SkolbankError:
    return SkolbankError(
        "key-lost",
        "Nyckeln för pseudonymer saknas, men det finns inlästa elevuppgifter",
        where=place.name,
        remedy="Lägg tillbaka nyckeln från säkerhetskopian. Med en ny nyckel kan eleverna inte följas.",
    )
