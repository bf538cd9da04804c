"""Snapshots with pupil rows encrypted at rest, with a key that only the environment knows (floor 2).

Parquet's own encryption (AES-256-GCM) with a data key per file, made from the key in
``SKOLBANK_SNAPSHOT_KEY`` and the hash of the content. Without the variable files are written in the clear,
and clear files can always be read. Source: Apache Parquet Modular Encryption; docs/PRIVACY.md.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from analysis_lib.errors import SkolbankError

VARIABLE, EARLIER_VARIABLE = "SKOLBANK_SNAPSHOT_KEY", "SKOLBANK_SNAPSHOT_KEY_OLD"
_ENCRYPTED = b"PARE"  # the first bytes of an encrypted Parquet file
_BYTES = 32


@dataclass(frozen=True)
class SnapshotKey:
    """The key of the environment, or none."""

    secret: bytes = field(default=b"", repr=False)

    @classmethod
    def from_environment(cls, variable: str = VARIABLE) -> SnapshotKey:
        """The key in the variable: 64 hexadecimal signs, or 32 bytes as base64; empty when it is not set."""
        words = os.environ.get(variable, "").strip()
        if not words:
            return cls()
        try:
            secret = (
                bytes.fromhex(words) if len(words) == 2 * _BYTES else base64.b64decode(words, validate=True)
            )
        except (ValueError, binascii.Error):
            secret = b""
        if len(secret) != _BYTES:
            raise SkolbankError(
                "snapshot-key-damaged",
                "Nyckeln för krypterade uppgifter har fel form",
                where=variable,
                remedy="Den ska vara 64 hexadecimala tecken. Gör en ny med skolbank keys new.",
            )
        return cls(secret)

    def __bool__(self) -> bool:
        return bool(self.secret)

    def of_file(self, content_hash: str) -> bytes:
        """The data key of the file with this content."""
        return hmac.digest(self.secret, f"skolbank-snapshot|{content_hash}".encode(), "sha256")


def new_key() -> str:
    """A fresh key in the form in which it is put into the environment."""
    return secrets.token_hex(_BYTES)


def is_encrypted(path: Path) -> bool:
    """Whether a stored file needs a key."""
    with path.open("rb") as stream:
        return stream.read(len(_ENCRYPTED)) == _ENCRYPTED


def encrypted(plain: bytes, content_hash: str, key: SnapshotKey, *, row_group: int) -> bytes:
    """The Parquet bytes again, encrypted."""
    table = pq.read_table(pa.BufferReader(plain))
    sink = pa.BufferOutputStream()
    properties = pe.create_encryption_properties(footer_key=key.of_file(content_hash))
    pq.write_table(
        table, sink, compression="zstd", row_group_size=row_group, encryption_properties=properties
    )
    return bytes(sink.getvalue())


def read_rows(
    path: Path, content_hash: str, key: SnapshotKey, *, columns: list[str] | None = None
) -> pa.Table:
    """The rows of a stored file, encrypted or not; raises SkolbankError when the key is not the right one."""
    if not is_encrypted(path):
        return pq.read_table(path, columns=columns)
    try:
        properties = pe.create_decryption_properties(footer_key=_needed(key, path).of_file(content_hash))
        return pq.read_table(path, columns=columns, decryption_properties=properties)
    except OSError:
        raise _wrong_key(path) from None


def dataset(path: Path, content_hash: str, key: SnapshotKey) -> Any:
    """An encrypted file as a data set that SQL can read piece by piece; errors as in ``read_rows``."""
    properties = pe.create_decryption_properties(footer_key=_needed(key, path).of_file(content_hash))
    options = ds.ParquetFragmentScanOptions(decryption_properties=properties)
    try:
        return ds.dataset(path, format=ds.ParquetFileFormat(default_fragment_scan_options=options))
    except (OSError, pa.ArrowInvalid):
        raise _wrong_key(path) from None


def _needed(key: SnapshotKey, path: Path) -> SnapshotKey:
    if not key:
        raise SkolbankError(
            "snapshot-key-missing",
            "Elevuppgifterna är krypterade och nyckeln saknas",
            where="data/snapshots",
            remedy=f"Sätt miljövariabeln {VARIABLE} till nyckeln och kör igen.",
        )
    return key


def _wrong_key(path: Path) -> SkolbankError:
    return SkolbankError(
        "snapshot-key-wrong",
        "Elevuppgifterna går inte att läsa med den här nyckeln",
        where=path.name,
        remedy=f"Kontrollera {VARIABLE}. Stämmer nyckeln är filen skadad: lägg tillbaka säkerhetskopian.",
    )
