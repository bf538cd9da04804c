"""Files that appear whole or not at all (floor 8)."""

from __future__ import annotations

import errno
import hashlib
import shutil
from pathlib import Path

from analysis_lib.vocabulary.whole_files import write_whole

_BLOCK = 1 << 20


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal text."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def move_whole(source: Path, target: Path) -> None:
    """Moves a finished file to its final name, across file systems too."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        write_whole(target, source.read_bytes())
        source.unlink()


def emptied(folder: Path) -> Path:
    """The folder, existing and empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def tree_hash(*folders: Path, endings: tuple[str, ...] = ()) -> str:
    """One hash of all files in the folders (with the given endings): names and content."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if "__pycache__" in path.parts or not path.is_file() or path.name.startswith("."):
                continue
            if endings and not path.name.endswith(endings):
                continue
            digest.update(f"{path.relative_to(folder)}\0{sha256_of(path)}\n".encode())
        digest.update(b"\1")
    return digest.hexdigest()
