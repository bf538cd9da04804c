"""Zip files that are the same byte for byte when their content is (floor 7): no clock, no machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

_DATE = (1980, 1, 1, 0, 0, 0)


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The files, in the order given, as one zip file without times."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


def without_times(container: bytes) -> bytes:
    """An Office file, which is a zip file, with the times of its parts taken out."""
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        return zipped((name, archive.read(name)) for name in archive.namelist())
