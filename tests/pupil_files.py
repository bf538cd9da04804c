"""Builds small pupil files in SCB's forms for tests: invented persons with correct check digits."""

from __future__ import annotations

import datetime
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis_lib.sources.scb_layouts import GRADES_6, GRADES_9, NATIONAL_TESTS_6
from analysis_lib.vocabulary.workspace import Workspace

UNIT = "10000001"
OTHER_UNIT = "10000002"
FIRST_NAMES = ("Alva", "Bertil", "Cecilia", "David")
LAST_NAME = "Provsson"


def check_digit(nine: str) -> str:
    """The Luhn digit that completes nine digits."""
    total = 0
    for index, sign in enumerate(nine):
        value = int(sign) * (2 - index % 2)
        total += value // 10 + value % 10
    return str(-total % 10)


def personal_number(index: int, *, birth_year: int = 2009, girl: bool = True) -> str:
    """An invented 12-digit number with a correct check digit, different for each index."""
    day = datetime.date(birth_year, 1, 1) + datetime.timedelta(days=index % 365)
    serial = 980 + index // 365 * 2
    serial += (serial % 2 == 0) != girl
    body = f"{day:%y%m%d}{serial:03d}"
    return f"{day:%Y}"[:2] + body + check_digit(body)


@dataclass
class Pupil:
    """One row of a file, with cells that a test may set by column name."""

    index: int = 0
    unit: str = UNIT
    year_group: int = 9
    school_year_end: int = 2025
    girl: bool = True
    grade: str = "C"
    cells: dict[str, str] = field(default_factory=dict)

    @property
    def number(self) -> str:
        age = {9: 16, 6: 13}[self.year_group]
        return personal_number(self.index, birth_year=self.school_year_end - age, girl=self.girl)

    def grades_row(self) -> list[str]:
        fields = GRADES_9 if self.year_group == 9 else GRADES_6
        usual = self._person() | {
            "Klass": f"{self.year_group}A",
            "Fornamn": FIRST_NAMES[self.index % len(FIRST_NAMES)],
            "Efternamn": LAST_NAME,
            "M1 språk": "",
            "M1": "2",
            "M2 språk": "SPA",
            "ML språk": "",
            "ML": "2",
            "Sva": "2",
            "Tn": "2",
            "Ovr": "2",
            "No": "2",
            "So": "2",
        }
        return [self.cells.get(name, usual.get(name, self.grade)) for name in fields]

    def tests_row(self) -> list[str]:
        usual = self._person() | {"SV_KURSPLAN": "1"}
        for name in NATIONAL_TESTS_6[5:]:
            if name.endswith("_GRUPP"):
                usual.setdefault(name, f"{self.year_group}A")
            elif name.endswith("_PROVB"):
                usual.setdefault(name, self.grade)
            else:
                usual.setdefault(name, "1")
        return [self.cells.get(name, usual[name]) for name in NATIONAL_TESTS_6]

    def _person(self) -> dict[str, str]:
        return {
            "System": "Elevsystem",
            "Datum": f"{self.school_year_end}-06-12",
            "Version": "1.0",
            "PersonNr": self.number,
            "Skolenhetskod": self.unit,
        }


def lines(rows: list[list[str]], *, separator: str = ";", end: str = "\r\n") -> str:
    """The rows as a text file."""
    return "".join(separator.join(row) + end for row in rows)


SIMPLE_HEADER = ["Personnummer", "Namn", "Skolenhetskod", "Klass", "Kön", "Ämne", "Betyg", "Termin"]


def simple_rows(count: int = 3, subjects: tuple[str, ...] = ("Ma", "Sv", "En")) -> list[list[str]]:
    """The simple table: header and one row per pupil and subject."""
    rows = [SIMPLE_HEADER]
    for index in range(count):
        pupil = Pupil(index)
        rows += [
            [pupil.number, f"{FIRST_NAMES[index % 4]} {LAST_NAME}", UNIT, "9A", "F", subject, "C", "VT25"]
            for subject in subjects
        ]
    return rows


def make_workspace(folder: Path, *, units: tuple[str, ...] = ()) -> Workspace:
    """An empty workspace; with units it also has a register of them."""
    (folder / "params").mkdir(parents=True)
    (folder / "params" / "settings.yaml").write_text(
        'municipality_code: "9901"\nmunicipality_name: Almvik\nauthority_name: Almviks kommun\n', "utf-8"
    )
    if units:
        listed = "".join(f'  - {{code: "{code}", name: Skola {code[-1]}}}\n' for code in units)
        (folder / "params" / "units.yaml").write_text(f"units:\n{listed}", "utf-8")
    return Workspace(folder.resolve())


def write(workspace: Workspace, name: str, content: str | bytes) -> Path:
    """A file in the workspace's inbox."""
    place = workspace.inbox / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


def everything_written(workspace: Workspace) -> str:
    """All that an import left behind except the inbox and the key, as text; workbooks unpacked."""
    found: list[str] = []
    for place in sorted(workspace.root.rglob("*")):
        inside = place.relative_to(workspace.root).parts[:2]
        if not place.is_file() or inside == ("data", "inbox") or inside[0] in {".keys", "params"}:
            continue
        data = place.read_bytes()
        found += [str(place), data.decode("latin-1"), data.decode("utf-8", "replace")]
        if place.suffix == ".xlsx":
            with zipfile.ZipFile(place) as book:
                found += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
        if place.suffix == ".parquet":
            found.append(pd.read_parquet(place).to_csv())
    return "\n".join(found)
