"""Files that are whole under their names or not there at all, whatever happens meanwhile (floor 1).

Every floor writes through here what a crash, a full disk or a second writer must not leave half made. What
is private is so from its first byte on, and its name is safe on disk before anything is told of it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


def write_private(place: Path, content: bytes | str) -> None:
    """Writes a file that only its owner may read; it and its name are on disk when this returns."""
    with private_file(place) as part:
        part.write_bytes(_bytes(content))


@contextlib.contextmanager
def private_file(place: Path) -> Iterator[Path]:
    """The same for what writes its file itself: gives the path to write to, inside the same folder."""
    with _whole(place, 0o600) as part:
        yield part
    sync_folder(place.parent)


def write_whole(place: Path, content: bytes | str) -> None:
    """Writes a file that all may read, and its folder if need be.

    The folder's new name is not awaited: who must know that it is there calls ``sync_folder``.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with _whole(place, 0o644) as part:
        part.write_bytes(_bytes(content))


def append_private(place: Path, lines: bytes) -> None:
    """Adds whole lines to a file that only its owner may read, and sees them on disk.

    A line that a crash cut short is ended first, so that it spoils none of the new ones.
    """
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as stream:
        stream.write(b"\n" + lines if _ends_cut(place) else lines)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder safe on disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _whole(place: Path, mode: int) -> Iterator[Path]:
    part = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
        with part.open("r+b") as stream:
            os.fsync(stream.fileno())
        part.chmod(mode)
        part.replace(place)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _ends_cut(place: Path) -> bool:
    with place.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return False
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) != b"\n"


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content
