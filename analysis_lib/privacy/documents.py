"""Drafts of the impact assessment and the record of processing, filled in from what is known (floor 9).

What only the municipality can decide stays a marked question; nothing is claimed in its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis_lib.privacy.retention_rules import load_rules, title_of
from analysis_lib.report.manifest import own_version
from analysis_lib.snapshots.schemas import TABLES
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.whole_files import write_whole
from analysis_lib.vocabulary.workspace import Workspace

_TABLES = {
    "core_scb__pupil_grades": "Slutbetyg och terminsbetyg per elev och ämne",
    "core_scb__national_tests": "Resultat på nationella prov per elev och ämne",
    "core_scb__national_tests_3": "Resultat på nationella prov i årskurs 3 per elev och ämne",
    "core_attendance__periods": "Närvaro och frånvaro per elev och period",
    "core_ss12000__attendance": "Närvaro och frånvaro per elev och månad, ur skolans system",
    "core_ss12000__enrolments": "Inskrivningar per elev, ur skolans system",
    "core_local__course_results": "Kursresultat per elev i gymnasieskola, komvux och sfi",
}
_COLUMNS = {
    "pupil": "pseudonym (personnumret sparas inte)",
    "unit_code": "skolenhet",
    "school_year": "läsår",
    "year_group": "årskurs",
    "class_name": "klass",
    "sex": "kön",
    "subject": "ämne",
    "language": "språk i språkämne",
    "grade": "betyg",
    "reason": "orsak till att betyg saknas",
    "curriculum": "kursplan",
    "status": "provets status",
    "parts_passed": "godkända delprov",
    "parts_taken": "gjorda delprov",
    "parts_total": "antal delprov",
    "term": "termin",
    "school_form": "skolform",
    "programme": "program",
    "course": "kurs",
    "points": "kurspoäng",
    "outcome": "om kursen är avslutad",
    "month": "månad",
    "start_date": "inskriven från",
    "end_date": "inskriven till",
    "period_start": "periodens början",
    "period_end": "periodens slut",
    "pupils_n": "antal elever i raden",
    "lessons": "antal lektioner",
    "is_protected": "markering för skyddade uppgifter",
}


def write_documents(workspace: Workspace, folder: Path) -> list[Path]:
    """Writes both drafts as Markdown; a file that is there already is never overwritten. Gives all paths."""
    written = []
    for place in workspace.layered("templates", "privacy")[-1:]:
        known = _known(workspace)
        layers = [str(path) for path in workspace.layered("templates", "privacy")]
        environment = Environment(
            loader=FileSystemLoader(layers), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        for template in sorted(place.glob("*.md.j2")):
            target = folder / template.name.removesuffix(".j2")
            if not target.exists():
                write_whole(target, environment.get_template(template.name).render(known).encode())
            written.append(target)
    return written


def _words(column: str) -> str:
    """A column in words; the many measures of attendance are told together."""
    if column.endswith(("_minutes", "_pct")):
        return "minuter och andel närvaro och frånvaro"
    return _COLUMNS.get(column, column.replace("_", " "))


def _known(workspace: Workspace) -> dict[str, Any]:
    """What the product can answer: kinds of data, reports and their readers, how long things are kept."""
    catalog = Catalog(workspace)
    tables = [
        {
            "title": _TABLES.get(schema.name, schema.name),
            "columns": list(dict.fromkeys(_words(column.name) for column in schema.columns)),
        }
        for schema in TABLES.values()
        if schema.holds_pupils
    ]
    rules = [
        {
            "title": title_of(rule),
            "kept": rule.kept,
            "since": rule.since,
            "decision": rule.preserved or rule.decision,
        }
        for rule in load_rules(workspace)
    ]
    return {
        "settings": catalog.settings,
        "seminars": list(catalog.seminars.values()),
        "tables": tables,
        "rules": rules,
        "version": own_version(),
        "units": len(catalog.units),
    }
