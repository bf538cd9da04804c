"""The description of a huvudman's own table, made from a file of it (floor 3).

What ``skolbank new source`` writes is at once a format: the columns are guessed from their headings and
contents, and a person corrects the guess in one cell of the description. No pupil's table can be described
so; those have formats of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.identities import PERSONAL_NUMBER
from analysis_lib.sources.nearest import header_of
from analysis_lib.sources.reading import read_raw
from analysis_lib.sources.recognition import known_formats
from analysis_lib.sources.shapes import Row, Sheet
from analysis_lib.sources.simple_tables import SimpleSource, formats
from analysis_lib.sources.skolverket_tables import header_key
from analysis_lib.vocabulary.workspace import Workspace

NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_FIGURE = re.compile(r"[\s\d.,%\-\u2212]*\d[\s\d.,%]*")
_MARK = re.compile(r"\.{1,3}|-|")
_FORMS = {
    "unit_code": re.compile(r"\d{8}"),
    "school_year": re.compile(r"\d{4}/\d{2,4}"),
    "term": re.compile(r"(?i)[vh]t\s*\d{2,4}"),
    "measured": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "year": re.compile(r"(19|20)\d{2}"),
}
_TIMES = ("school_year", "term", "measured", "year")
_KEYS = {
    "unit_code": ["Skolenhetskod"],
    "school_year": ["Läsår"],
    "term": ["Termin"],
    "measured": ["Mätdatum"],
    "year": ["År"],
}
_EXAMPLES = {"unit_code": "99010014", "school_year": "2024/25", "term": "VT25", "measured": "2025-05-15"}


@dataclass(frozen=True)
class NewSource:
    """The files of a new description: its text, an invented sample, and what is still to be said."""

    name: str
    description: str
    sample: str
    to_do: tuple[str, ...]


def describe_source(name: str, file: Path, workspace: Workspace) -> NewSource:
    """The description of the table in ``file``.

    Raises SkolbankError when the name is no name, when the file has no row of headings or is about persons.
    """
    if not NAME.fullmatch(name):
        raise SkolbankError(
            "name-invalid",
            "Namnet på en källa är små bokstäver a–z, siffror och understreck",
            where=name[:40],
            remedy="Till exempel simskola eller lokal_halsa.",
        )
    sheet = max(read_raw(file).sheets, key=lambda each: len(each.rows))
    known = known_formats(workspace)
    header = header_of(sheet, known)
    if header is None:
        raise SkolbankError(
            "header-missing",
            "Filen har ingen rad med rubriker över siffror",
            where=file.name,
            remedy="Skriv en rubrik över varje kolumn, t.ex. Skolenhetskod;Läsår;Antal.",
        )
    data = [cells for number, cells in sheet.rows if number > header[0] and any(c.strip() for c in cells)]
    _refuse_persons(sheet, header, file)
    return _described(name, header, data, file)


def check_described(name: str, text: str, workspace: Workspace) -> None:
    """Raises SkolbankError when another table has the name already."""
    if any(each.id == f"simple.{name}" for each in formats(workspace)):
        raise SkolbankError(
            "source-exists",
            f"Det finns redan en tabell som heter {name}",
            where="params/sources",
            remedy="Välj ett annat namn, eller ändra i den som finns.",
        )
    SimpleSource.model_validate(yaml.safe_load(text))


def _refuse_persons(sheet: Sheet, header: Row, file: Path) -> None:
    about_persons = any(header_key(cell).startswith(("person", "pnr", "elev", "namn")) for cell in header[1])
    if about_persons or any(PERSONAL_NUMBER.search(cell) for _, cells in sheet.rows for cell in cells):
        raise SkolbankError(
            "source-of-persons",
            "Tabellen är om enskilda personer, och en egen tabell får bara ha uppgifter per enhet",
            where=file.name,
            remedy="Räkna ihop per skolenhet först, eller använd någon av elevtabellerna i docs/FORMAT.md.",
        )


def _described(name: str, header: Row, data: Sequence[list[str]], file: Path) -> NewSource:
    columns = {i: " ".join(cell.split()) for i, cell in enumerate(header[1]) if cell.strip()}
    values = {i: [row[i].strip() for row in data if i < len(row)] for i in columns}
    roles = _roles(columns, values)
    keys = {role: [columns[i]] for i, role in roles.items()}
    left = {i: text for i, text in columns.items() if i not in roles}
    measures = {i: text for i, text in left.items() if _is_figures(values[i])}
    labels = [text for i, text in left.items() if i not in measures and len(set(values[i])) > 1]
    to_do = []
    if "unit_code" not in keys:
        to_do.append(
            "Ingen kolumn med skolenhetskod (åtta siffror) hittades: skriv dess rubrik under unit_code."
        )
    if not set(keys) & set(_TIMES):
        to_do.append(
            "Ingen kolumn för tiden hittades: skriv dess rubrik under school_year, term, measured eller year."
        )
    if not measures:
        to_do.append("Ingen kolumn med siffror hittades: skriv dess rubrik under measures.")
    table: dict[str, object] = {"name": f"Egen tabell: {name}"}
    table |= {"category": [labels[0]]} if labels else {}
    table |= {"detail": [labels[1]]} if len(labels) > 1 else {}
    names = _measure_names(list(measures.values()) or ["Antal"])
    table["measures"] = {
        one: {"names": [text], **({"needed": True} if place == 0 else {})}
        for place, (one, text) in enumerate(names.items())
    }
    content = {"keys": _KEYS | keys, "tables": {name: table}}
    head = (
        f"# Tabellen {name}, beskriven efter filen {PERSONAL_NUMBER.sub('', file.name)[:60]}.\n"
        "# En ny rubrik läggs till sist i listan för sin kolumn.\n"
        "# category och detail är kolumner som delar upp siffrorna. Allt beskrivs i docs/INLASNING.md.\n"
        + "".join(f"# ATT FYLLA I: {each}\n" for each in to_do)
        + "kind: own_table\n"
    )
    text = head + yaml.safe_dump(
        content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110
    )
    return NewSource(name, text, _sample(keys, labels[:2], list(names.values())), tuple(to_do))


def _roles(columns: dict[int, str], values: dict[int, list[str]]) -> dict[int, str]:
    """Which column is the unit and which the time: by the form of every cell."""
    roles: dict[int, str] = {}
    for role, form in _FORMS.items():
        for index in columns:
            cells = [cell for cell in values[index] if cell]
            alike = sum(bool(form.fullmatch(cell)) for cell in cells) >= 0.9 * len(cells)
            if cells and alike and index not in roles and role not in roles.values():
                roles[index] = role
    return roles


def _is_figures(cells: Sequence[str]) -> bool:
    figures = sum(bool(_FIGURE.fullmatch(cell)) for cell in cells)
    return figures > 0 and all(_FIGURE.fullmatch(cell) or _MARK.fullmatch(cell) for cell in cells)


def _measure_names(headings: list[str]) -> dict[str, str]:
    letters = str.maketrans("åäöéü", "aaoeu")
    names: dict[str, str] = {}
    for heading in headings:
        base = re.sub(r"[^a-z0-9]+", "_", heading.casefold().translate(letters)).strip("_")[:40] or "matt"
        base = base if base[0].isalpha() else f"m_{base}"
        name, number = base, 2
        while name in names:
            name, number = f"{base}_{number}", number + 1
        names[name] = heading
    return names


def _sample(keys: dict[str, list[str]], labels: list[str], measures: list[str]) -> str:
    """Two invented rows under the table's own headings: a sample that may be kept in the open."""
    roles = {texts[0]: role for role, texts in keys.items()}
    head = [*roles, *labels, *measures]
    rows = [head]
    for number in (1, 2):
        cells = [_EXAMPLES.get(role, "2025") for role in roles.values()]
        rows.append([*cells, *(f"Grupp {number}" for _ in labels), *(str(10 * number) for _ in measures)])
    rows = rows if labels else rows[:2]
    return "".join(";".join(row) + "\n" for row in rows)
