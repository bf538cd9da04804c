"""The only place where a personal number becomes something that may be stored (floor 2).

A pseudonym is HMAC-SHA-256 with a secret key that lies outside ``data/``, cut to 128 bits: without
the key the few million possible numbers of pupils cannot be tried. See docs/FORMAT.md.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.identities import read_identities
from analysis_lib.vocabulary.workspace import Workspace

__all__ = ["Pseudonyms", "read_identities"]

KEY_FILE = "pseudonym-v1.key"
_VERSION = "v1"
_BYTES = 32


@dataclass(frozen=True)
class Pseudonyms:
    """Makes the pseudonyms of one purpose; results of two purposes can not be joined."""

    key: bytes = field(repr=False)
    purpose: str = "grades"

    @classmethod
    def open(cls, workspace: Workspace, purpose: str = "grades", *, create: bool = True) -> Pseudonyms:
        """With the workspace's key, which is made at first use with rights for its owner only.

        Without ``create`` and without a key a passing key is used: for dry runs, which store nothing.
        """
        place = workspace.keys / KEY_FILE
        if not place.exists() and not create:
            return cls(secrets.token_bytes(_BYTES), purpose)
        return cls(_read_key(place) if place.exists() else _make_key(place), purpose)

    def pseudonym(self, number: str) -> str:
        """The pseudonym of one 12-digit number: 32 hexadecimal signs."""
        return self._digest(f"{_VERSION}|{self.purpose}|{number}")

    def pseudonyms(self, numbers: pd.Series) -> pd.Series:
        """The pseudonyms of a column of 12-digit numbers."""
        made = {number: self.pseudonym(number) for number in numbers.unique()}
        return numbers.map(made)

    def of_protected(self, places: pd.Series) -> pd.Series:
        """Ids of pupils who must not be followed: they hang on a place in a file, not on a person."""
        return places.map(lambda place: self._digest(f"{_VERSION}|protected|{self.purpose}|{place}"))

    def _digest(self, message: str) -> str:
        return hmac.digest(self.key, message.encode(), "sha256").hex()[:32]


def _make_key(place: Path) -> bytes:
    """A new key, written whole to a folder and a file that only their owner may open."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _refuse_open_rights(place.parent)
    key = secrets.token_bytes(_BYTES)
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
        return _read_key(place)
    finally:
        temporary.unlink()
    return key


def _read_key(place: Path) -> bytes:
    _refuse_open_rights(place)
    try:
        key = bytes.fromhex(place.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise SkolbankError(
            "key-damaged",
            "Nyckeln för pseudonymer är skadad",
            where=place.name,
            remedy="Lägg tillbaka nyckeln från säkerhetskopian. Skapa ingen ny: då kan eleverna inte följas.",
        )
    return key


def _refuse_open_rights(place: Path) -> None:
    if os.name == "posix" and stat.S_IMODE(place.stat().st_mode) & 0o077:
        raise SkolbankError(
            "key-readable-by-others",
            "Nyckeln för pseudonymer kan läsas av andra än sin ägare",
            where=place.name,
            remedy=f"Sätt rättigheterna med: chmod {'700' if place.is_dir() else '600'} {place.name}",
        )
