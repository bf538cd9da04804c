"""What tests of the example municipality share: reading its files with nothing but the standard library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PUPIL = "System Datum Version PersonNr Skolenhetskod Klass Fornamn Efternamn "
_PUPIL += "Bl En Hkk Idh Ma M1s M1 M2s M2 MLs ML"
COLUMNS_9 = _names(f"{_PUPIL} Mu Bi Fy Ke Ge Hi Re Sh Sl Sv Sva Tn Tk Ovr")
COLUMNS_6 = _names(f"{_PUPIL} Mu No Bi Fy Ke So Ge Hi Re Sh Sl Sv Sva Tn Tk Ovr")
SUBJECTS_9 = tuple(name for name in COLUMNS_9[8:] if not name.endswith("s"))
SUBJECTS_6 = tuple(name for name in COLUMNS_6[8:] if not name.endswith("s"))


def hashes(folder: Path) -> dict[str, str]:
    """The checksum of every file below a folder, by its name."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def lines(folder: Path, pattern: str) -> Iterator[list[str]]:
    """The cells of every line of the SCB files whose names match."""
    for path in sorted((folder / "data" / "inbox").glob(pattern)):
        for line in path.read_text("utf-8").splitlines():
            yield line.split(";")


def pupils(folder: Path, year_group: int, end: str = "*") -> list[dict[str, str]]:
    """Rows of the grade files with names on their columns."""
    names = COLUMNS_9 if year_group == 9 else COLUMNS_6
    found = lines(folder, f"betyg_ak{year_group}_vt{end}_*.txt")
    return [dict(zip(names, cells, strict=True)) for cells in found]


def luhn(number: str) -> bool:
    """Whether the last of ten digits is right."""
    total = 0
    for place, digit in enumerate(number):
        value = int(digit) * (2 - place % 2)
        total += value // 10 + value % 10
    return total % 10 == 0
