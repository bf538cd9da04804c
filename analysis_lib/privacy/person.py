"""What is stored about one person, for a registerutdrag (floor 9).

The number is read from a stream, never from the command line, where others could see it; it is used to find
the pseudonyms and is not written anywhere. Source: the data protection regulation, article 15.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.privacy.person_entries import SAID, Wanted, entries_about
from analysis_lib.snapshots.identities import FAULTS, TEMPORARY, read_identity
from analysis_lib.snapshots.keys import KeyStore
from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.snapshots.schemas import TABLES
from analysis_lib.snapshots.store import Store
from analysis_lib.vocabulary.workspace import Workspace

_MOST_SHARING = 20  # pupils who share a temporary number at one unit
_SYSTEM = "core_ss12000__"
_SHARED = "Numret är tillfälligt och kan delas av flera elever. Pröva varje rad innan något lämnas ut."

_WITHOUT_ID = (
    "Rader om elever med skyddade personuppgifter som hämtats ur skolans eget system sparas utan nummer. "
    "De hittas bara med elevens id i det systemet, på raden efter numret. Deras betyg därifrån kan inte "
    "ledas till någon."
)


def read_number(stream: TextIO) -> str:
    """The personal number on the first line of the stream, as 12 digits (or a TF number).

    Raises SkolbankError when it can not be read; the message does not hold it.
    """
    if stream.isatty():
        print("Personnummer (tolv siffror): ", end="", file=sys.stderr, flush=True)
    words = stream.readline().strip()
    year = datetime.datetime.now(datetime.UTC).year
    for end in range(year + 1, year - 40, -8):  # former pupils may ask too
        found = read_identity(words, end)
        if not found.fault:
            return found.number
    raise SkolbankError(
        "person-unreadable",
        FAULTS[read_identity(words, year).fault].capitalize(),
        where="standard in",
        remedy="Skriv tolv siffror på en egen rad: skolbank extract utdrag.json < nummer.txt",
    )


def read_system_id(stream: TextIO) -> str:
    """The pupil's id in the school's own system, on the line after the number; empty when there is none."""
    if stream.isatty():
        words = "Elevens id i skolans system, bara vid skyddade personuppgifter (annars tomt): "
        print(words, end="", file=sys.stderr, flush=True)
    return stream.readline().strip()


def stored_about(workspace: Workspace, number: str, *, system_id: str = "") -> list[dict[str, Any]]:
    """All stored rows about the person: table, source, when, and the rows as they are.

    Rows of protected pupils from the school's own system are stored without a number; ``system_id``, the
    person's id there, finds them.
    """
    store, keys = Store(workspace), KeyStore(workspace)
    versions = keys.versions()
    found = []
    current = {snapshot.hash for snapshot in store.current()}
    for snapshot, source, _ in store.everything():
        schema = TABLES[snapshot.table]
        if not schema.holds_pupils or not store.path(snapshot).is_file():
            continue
        frame: pd.DataFrame = store.read(snapshot).to_pandas()
        wanted = set(_pseudonyms(keys, versions, schema.purpose, number))
        form = f"{schema.purpose}|{source.get('format', '')}"
        hidden = frame[frame["is_protected"]]
        wanted |= set(_protected(keys, hidden, form, number))
        if system_id and snapshot.table.startswith(_SYSTEM):
            wanted |= set(_protected_in_system(keys, hidden, schema.purpose, system_id))
        rows = frame[frame["pupil"].isin(wanted)]
        if len(rows):
            told = json.loads(rows.drop(columns="pupil").to_json(orient="records"))
            found.append(
                {
                    "table": snapshot.table,
                    "imported": snapshot.imported_at,
                    "source": {name: source.get(name, "") for name in ("format", "file", "sha256")},
                    "is_current": snapshot.hash in current,
                    "rows": told,
                }
            )
    return found


def write_extract(
    workspace: Workspace,
    number: str,
    file: Path,
    *,
    system_id: str = "",
    designation: str = "",
    author: str = "",
) -> int:
    """Writes the extract to a new file that only its owner may read; how many rows and entries it holds.

    ``designation`` is that of a lead teacher (F07) and ``author`` a user's name, when the person is employed.
    """
    found = stored_about(workspace, number, system_id=system_id)
    entries = entries_about(workspace, Wanted(number, designation, author))
    told = {
        "registerutdrag": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "pseudonymiserat": "Personnummer och namn sparas inte. Raderna hittades med nyckeln för pseudonymer.",
        "obs": _SHARED if read_identity(number, int(number[:4]) + 10).kind == TEMPORARY else "",
        "skolans_system": "" if system_id else _WITHOUT_ID,
        "uppgifter": found,
        "registret": {"så söktes": SAID, "poster": entries},
    }
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise SkolbankError(
            "extract-unwritable",
            "Utdraget går inte att skriva",
            where=file.name,
            remedy="Välj en ny fil i en mapp som finns. En fil som redan finns skrivs aldrig över.",
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return sum(len(part["rows"]) for part in found) + len(entries)


def _pseudonyms(keys: KeyStore, versions: list[int], purpose: str, number: str) -> Iterator[str]:
    """The person's pseudonym by each key that still exists."""
    for version in versions:
        yield Pseudonyms(keys.key(version), purpose, version).pseudonym(number)


def _protected_in_system(keys: KeyStore, rows: pd.DataFrame, purpose: str, system_id: str) -> list[str]:
    """The random ids of rows that stand for this id in the school's system, at each unit and time."""
    spots = rows["month"] if "month" in rows else pd.Series("enrolments", index=rows.index)
    found = set(zip(spots, rows["school_year"], rows["unit_code"], strict=True))
    spelled = {system_id, system_id.lower()}
    places = [
        f"{purpose}|ss12000|{spot}|{year}|{unit}|{one}" for spot, year, unit in found for one in spelled
    ]
    return list(keys.known_protected(places).values())


def _protected(keys: KeyStore, rows: pd.DataFrame, form: str, number: str) -> list[str]:
    """The random ids of rows with this number: of all who share it, when it is a temporary one."""
    sharing = range(_MOST_SHARING if read_identity(number, int(number[:4]) + 10).kind == TEMPORARY else 1)
    groups = rows["year_group"] if "year_group" in rows else pd.Series(0, index=rows.index)
    found = set(zip(rows["school_year"], groups, rows["unit_code"], strict=True))
    places = [
        f"{form}|{year}|{group}|{unit}|{number}|{order}" for year, group, unit in found for order in sharing
    ]
    return list(keys.known_protected(places).values())
