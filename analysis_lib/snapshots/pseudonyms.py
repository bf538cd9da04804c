"""The only place where a personal number becomes something that may be stored (floor 2).

A pseudonym is HMAC-SHA-256 with a secret key that lies outside ``data/``, cut to 128 bits: without
the key the few million possible numbers of pupils cannot be tried. See docs/PRIVACY.md.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

import pandas as pd

from analysis_lib.snapshots.identities import read_identities
from analysis_lib.snapshots.keys import KEY_BYTES, KeyStore
from analysis_lib.snapshots.log import History
from analysis_lib.snapshots.schemas import TABLES
from analysis_lib.vocabulary.workspace import Workspace

__all__ = ["Pseudonyms", "read_identities"]

KEY_FILE = "pseudonym-v1.key"


@dataclass(frozen=True)
class Pseudonyms:
    """Makes the pseudonyms of one purpose; results of two purposes can not be joined."""

    key: bytes = field(repr=False)
    purpose: str = "grades"
    version: int = 1
    store: KeyStore | None = field(default=None, repr=False)  # where random ids are kept
    is_dry: bool = False

    @classmethod
    def open(cls, workspace: Workspace, purpose: str = "grades", *, create: bool = True) -> Pseudonyms:
        """With the workspace's key, which is made at first use with rights for its owner only.

        Without ``create`` and without a key a passing key is used: for dry runs, which store nothing. Raises
        SkolbankError when rows are stored but their key is gone.
        """
        store = KeyStore(workspace)
        history = History(workspace.snapshots / "log.jsonl")
        version = history.key_version
        if not store.path(version).exists() and not create:
            return cls(secrets.token_bytes(KEY_BYTES), purpose, version)
        has_rows = any(TABLES[snapshot.table].holds_pupils for snapshot in history.current())
        key = store.key(version) if has_rows else store.make(version)
        return cls(key, purpose, version, store, not create)

    def pseudonym(self, number: str) -> str:
        """The pseudonym of one 12-digit number: 32 hexadecimal signs."""
        message = f"v{self.version}|{self.purpose}|{number}"
        return hmac.digest(self.key, message.encode(), "sha256").hex()[:32]

    def pseudonyms(self, numbers: pd.Series) -> pd.Series:
        """The pseudonyms of a column of 12-digit numbers."""
        made = {number: self.pseudonym(number) for number in numbers.unique()}
        return numbers.map(made)

    def of_protected(self, places: pd.Series) -> pd.Series:
        """Random ids of pupils who must not be followed: they hang on a place in a file, not on a person."""
        named = places.map(lambda place: f"{self.purpose}|{place}")
        if self.store is None:
            return named.map({place: secrets.token_hex(16) for place in named.unique()})
        return named.map(self.store.protected_ids(named, create=not self.is_dry))
