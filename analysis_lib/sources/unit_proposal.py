"""A unit list to read and copy from, made of the register beside what is written by hand (floor 3).

Each difference is a comment on its own line, so that a person decides; areas and other words that only the
huvudman knows are kept from ``params/units.yaml``.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.successors import Succession, load_successions
from analysis_lib.vocabulary.whole_files import write_whole
from analysis_lib.vocabulary.workspace import Workspace

FILE = "units.proposed.yaml"
_HEAD = """\
# Förslag till params/units.yaml ur Skolenhetsregistret, {day}.
# Jämför med din egen lista och kopiera det som ska gälla; den här filen läses aldrig av Skolbänken.
# Registret saknar förskolor. Efterföljare (ny kod) skrivs i params/successors.yaml.
units:
"""


def write_proposal(registered: pd.DataFrame, workspace: Workspace, catalog: Catalog) -> Path:
    """Writes ``params/units.proposed.yaml`` and gives its place."""
    listed = catalog.units
    successions = {row.old: row for row in load_successions(workspace)}
    lines = [_HEAD.format(day=datetime.datetime.now(datetime.UTC).date())]
    for row in registered.sort_values(["status", "name"]).to_dict("records"):
        lines += _entry({str(name): str(value) for name, value in row.items()}, listed, successions)
    known = set(registered["unit_code"])
    lines += [
        f"  # Finns i din lista men inte i registret för kommunen: {code} {_plain(unit.name)}\n"
        for code, unit in listed.items()
        if code not in known
    ]
    place = workspace.params / FILE
    write_whole(place, "".join(lines))
    return place


def _entry(row: dict[str, str], listed: dict[str, Unit], successions: dict[str, Succession]) -> Iterator[str]:
    code = row["unit_code"]
    mine = listed.get(code)
    succession = successions.get(code)
    values: dict[str, str] = {"code": code, "name": row["name"]}
    forms = row["school_forms"]
    values |= {"year_groups": row["year_groups"], "authority_name": row["authority_name"]}
    values |= {"municipality_code": row["municipality_code"], "area": mine.area if mine else ""}
    if row["organiser"] not in ("all", "municipal"):
        values["organiser"] = row["organiser"]
    if row["opened"]:
        values["opened"] = _school_year(row["opened"])
    if row["closed"]:
        values["closed"] = _school_year(row["closed"])
    if succession:
        values["successor"] = succession.new
    yield f"  # {_difference(row, mine)}\n"
    for position, (name, value) in enumerate((n, v) for n, v in values.items() if v):
        yield f"  {'- ' if position == 0 else '  '}{name}: {json.dumps(value, ensure_ascii=False)}\n"
    yield f"    school_forms: [{forms.replace(',', ', ')}]\n"


def _difference(row: dict[str, str], mine: Unit | None) -> str:
    if mine is None:
        states = {"active": "Ny", "resting": "Ny, vilande", "closed": "Upphörd", "planned": "Planerad"}
        return f"{states[row['status']]}: finns inte i din lista"
    found = []
    if mine.name != row["name"]:
        found.append(f"namnet är {_plain(mine.name)} i din lista")
    if row["status"] == "closed" and not mine.closed:
        found.append("upphörd enligt registret")
    if set(mine.school_forms) != set(row["school_forms"].split(",")) - {""}:
        found.append(f"skolformerna är {', '.join(mine.school_forms) or 'tomma'} i din lista")
    return "; ".join(found) if found else "Stämmer med din lista"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _school_year(day: str) -> str:
    return str(SchoolYear.of_date(datetime.date.fromisoformat(day)))
