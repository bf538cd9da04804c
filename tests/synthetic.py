"""A tiny invented municipality in a workspace of its own, for reports without any file import.

Four own schools over three school years with pupil data, one of them with few pupils and one small enough to
be hidden beside it; one independent school and the country from published figures.
"""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pandas as pd
import yaml

from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.snapshots.store import SourceInfo, Store
from analysis_lib.vocabulary.workspace import Workspace

MUNICIPALITY = "9901"
YEARS = ("2022/23", "2023/24", "2024/25")
SUBJECTS = ["BL", "EN", "HKK", "IDH", "MA", "MU", "BI", "FY", "KE", "GE", "HI", "RE", "SH", "SL", "SV", "TN"]
SCHOOLS = {
    "99010001": ("Alskolan", "Norr", 48),
    "99010002": ("Björkskolan", "Söder", 64),
    "99010003": ("Ekens skola", "Söder", 6),
    "99010004": ("Granskolan", "Norr", 14),
}
SMALL_N = 6
INDEPENDENT = "99019001"


def make_workspace(root: Path, grades: pd.DataFrame | None = None) -> Workspace:
    """The workspace with its params and snapshots; ``grades`` instead of everybody's."""
    write_params(root)
    workspace = Workspace(root)
    Pseudonyms.open(workspace, create=True)  # pupil rows are never without the key of their pseudonyms
    store = Store(workspace)
    with store.transaction(SourceInfo("test", "betyg.csv", "0" * 64)) as work:
        work.add("core_scb__pupil_grades", pupil_grades() if grades is None else grades)
    with store.transaction(SourceInfo("test", "statistik.csv", "1" * 64)) as work:
        work.add("core_skolverket__statistics", statistics())
    return workspace


def write_params(root: Path) -> None:
    """Settings, units, a target and one seminar with all reports."""
    units = [
        {
            "code": code,
            "name": name,
            "school_forms": ["gr"],
            "year_groups": "F–9",
            "area": area,
            "municipality_code": MUNICIPALITY,
            "authority_name": "Provköpings kommun",
        }
        for code, (name, area, _) in SCHOOLS.items()
    ]
    seminar = {
        "id": "2026-prov",
        "title": "Provseminariet",
        "school_year": "latest",
        "held": "2026-09-14",
        "cutoff": "2026-06-30",
        "handbook": "2.1",
        "reports": [
            {"name": "skolbild"},
            {"name": "kommunbild", "scope": "authority"},
            {"name": "verksamhetsanalys", "scope": "authority"},
        ],
    }
    target = {
        "indicator": "results.eligible_vocational",
        "value": 92,
        "goal": "Niorna blir behöriga",
        "school_year": "2022/23",
    }
    documents = {
        "settings.yaml": {
            "municipality_code": MUNICIPALITY,
            "municipality_name": "Provköping",
            "authority_name": "Provköpings kommun",
            "contact": "Utbildningsstrategen",
            "is_example": True,
        },
        "units.yaml": {"units": units},
        "targets.yaml": {"targets": [target]},
        "seminars/2026-prov.yaml": seminar,
    }
    for name, document in documents.items():
        path = root / "params" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")


def pupil_grades() -> pd.DataFrame:
    """Grades of year 9 and 6 for every school and year, one row per pupil and subject."""
    rng = random.Random(20261122)
    rows = []
    for year in YEARS:
        for code, (_, _, size) in SCHOOLS.items():
            for year_group in (9, 6):
                for number in range(size):
                    rows.extend(
                        _pupil(rng, f"{code}-{year}-{year_group}-{number}", code, year, year_group, number)
                    )
    return pd.DataFrame(rows)


def _pupil(
    rng: random.Random, name: str, code: str, year: str, year_group: int, number: int
) -> list[dict[str, object]]:
    ability = rng.gauss(0, 1)
    person = {
        "pupil": hashlib.sha256(name.encode()).hexdigest()[:32],
        "unit_code": code,
        "school_year": year,
        "year_group": year_group,
        "class_name": f"{year_group}A",
        "sex": "FP"[number % 2],
        "language": "",
        "reason": "",
        "is_protected": False,
    }
    return [
        person | {"subject": subject, "grade": _grade(ability + rng.gauss(0, 0.6))} for subject in SUBJECTS
    ]


def _grade(level: float) -> str:
    return "FEDCBA"[sum(level > limit for limit in (-1.1, -0.3, 0.2, 0.8, 1.6))]


def statistics() -> pd.DataFrame:
    """Published final grades: the country over three years and one independent school in the last."""
    rows = []
    for offset, year in enumerate(YEARS):
        values = {
            "pupil_count": (110000.0, 0),
            "all_passed_pct": (72.0 + offset, 1),
            "eligible_vocational_pct": (84.1 + offset / 2, 1),
            "merit_rating_17": (226.0 + offset, 1),
        }
        rows += [_published(year, "national", measure, *value) for measure, value in values.items()]
    school = {
        "pupil_count": (41.0, 0),
        "all_passed_pct": (80.5, 1),
        "eligible_vocational_pct": (90.2, 1),
        "merit_rating_17": (241.3, 1),
    }
    rows += [_published(YEARS[-1], "unit", measure, *value) for measure, value in school.items()]
    return pd.DataFrame(rows)


def _published(year: str, level: str, measure: str, value: float, decimals: int) -> dict[str, object]:
    is_unit = level == "unit"
    return {
        "table_id": "final_grades_9",
        "school_year": year,
        "level": level,
        "unit_code": INDEPENDENT if is_unit else "",
        "unit_name": "Fria Prövoskolan" if is_unit else "",
        "municipality_code": MUNICIPALITY if is_unit else "",
        "municipality_name": "Provköping" if is_unit else "",
        "organiser": "independent" if is_unit else "all",
        "authority_name": "Fria skolor AB" if is_unit else "",
        "authority_number": "",
        "sex": "T",
        "subject": "",
        "measure": measure,
        "value": value,
        "mark": "",
        "decimals": decimals,
        "raw": str(value),
    }
