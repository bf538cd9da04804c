"""The example's attendance reports and simple tables of staff and preschool groups (floor 3)."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import xlsxwriter

from analysis_lib.sources.example.grading import Grades
from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan
from analysis_lib.sources.example.pupils import Pupils
from analysis_lib.sources.example.scb_files import class_names

_YEAR = SCHOOL_YEARS[-1]
_MEASURED = (
    "Undv.\u00a0tid",
    "Lekt.",
    "N\u00a0min",
    "GF\u00a0min",
    "F\u00a0min",
    "N\u00a0%",
    "GF\u00a0%",
    "F\u00a0%",
)
_HEADER = ("Namn", "Personnr", *_MEASURED)
_OFFERED = 58_000


def write_attendance(
    inbox: Path, plan: Plan, pupils: Pupils, grades: Grades, rng: np.random.Generator
) -> tuple[int, list[dict[str, object]]]:
    """One report a school for the last year's year 9, in blocks per class; the true sums are told."""
    classes = class_names(grades.unit, grades.year, 9)
    truths: list[dict[str, object]] = []
    for unit, school in enumerate(plan.schools):
        rows = np.flatnonzero((grades.unit == unit) & (grades.year == len(SCHOOL_YEARS) - 1))
        if not rows.size:
            continue
        attended = valid = invalid = 0
        with xlsxwriter.Workbook(
            inbox / f"Närvaro {school.unit.code} {_YEAR.start}-{_YEAR.end}.xlsx"
        ) as book:
            book.set_properties({"created": datetime.datetime(_YEAR.end, 6, 20)})
            sheet = book.add_worksheet("Rapport")
            sheet.write(0, 0, f"Närvarorapport {school.unit.name} ({school.unit.code})")
            sheet.write(1, 0, f"Period: {_YEAR.start}-08-18 - {_YEAR.end}-06-11")
            line = 3
            for name in sorted(set(classes[rows].tolist())):
                sheet.write(line, 0, f"Klass: {name}")
                sheet.write_row(line + 1, 0, _HEADER)
                line += 2
                for row in rows[classes[rows] == name].tolist():
                    who = int(grades.pupil[row])
                    minutes = _minutes(rng, school.effect_9, struggles=bool(pupils.struggles[who]))
                    attended, valid, invalid = (
                        have + new for have, new in zip((attended, valid, invalid), minutes, strict=True)
                    )
                    person = f"{pupils.last_name[who]} {pupils.first_name[who]}", str(pupils.number[who])
                    told = sum(minutes)
                    shares = [f"{100 * part / told:.0f}\u00a0%" for part in minutes]
                    sheet.write_row(line, 0, [*person, _OFFERED, 1020, *minutes, *shares])
                    line += 1
                line += 1
        key = {
            "what": "attendance",
            "unit_code": school.unit.code,
            "school_year": str(_YEAR),
            "n": int(rows.size),
        }
        value = 100 * attended / (attended + valid + invalid)
        truths.append({**key, "value": round(value, 4), "numerator": attended})
    return len(truths), truths


def _minutes(rng: np.random.Generator, effect: float, *, struggles: bool) -> tuple[int, int, int]:
    """Attended, validly and invalidly absent minutes of a pupil; a little time is never registered."""
    registered = int(_OFFERED * (1 - rng.uniform(0, 0.06)))
    absence = min(rng.gamma(2.0, 0.035 if not struggles else 0.09) * (1 - 0.5 * effect), 0.9)
    invalid = int(registered * absence * rng.uniform(0, 0.4))
    valid = int(registered * absence) - invalid
    return registered - valid - invalid, valid, invalid


def write_unit_tables(
    inbox: Path, plan: Plan, rng: np.random.Generator
) -> tuple[int, list[dict[str, object]]]:
    """Staff per school, and children and groups per preschool, as the documented simple tables."""
    truths: list[dict[str, object]] = []
    staff = ["Skolenhetskod;Läsår;Personalkategori;Antal anställda;Heltidstjänster;"
             "Heltidstjänster med legitimation och behörighet;Förstelärare"]  # fmt: skip
    for school in plan.schools:
        if not school.unit.is_open(str(_YEAR)):
            continue
        fte = round((school.size_6 + school.size_9) / 6 + 6 + float(rng.uniform(0, 2)), 1)
        share = min(max(0.72 + 0.4 * school.effect_9 + 0.05 * float(rng.standard_normal()), 0.3), 1)
        certified = round(fte * share, 1)
        cells = [
            school.unit.code,
            str(_YEAR),
            "Lärare",
            str(round(fte * 1.12)),
            fte,
            certified,
            round(fte / 9),
        ]
        staff.append(";".join(str(cell).replace(".", ",") for cell in cells))
        key = {"what": "staff.certified", "unit_code": school.unit.code, "school_year": str(_YEAR)}
        truths.append({**key, "n": fte, "numerator": certified, "value": round(100 * certified / fte, 4)})
    files, told = _children(inbox, plan, rng)
    text = "\r\n".join(staff) + "\r\n"
    (inbox / f"Personal {_YEAR.start}.csv").write_bytes(text.encode("utf-8-sig"))
    return files + 1, truths + told


_GROUPS = {
    "fsk": (("Lärkan", "1–3", 11), ("Svanen", "4–5", 15), ("Ugglan", "1–3", 12), ("Sparven", "4–5", 16)),
    "fth": (("Äpplet", "6–7", 30), ("Päronet", "8–9", 34)),
}
_PER_POST = {"fsk": 5.3, "fth": 17.5}


def _children(inbox: Path, plan: Plan, rng: np.random.Generator) -> tuple[int, list[dict[str, object]]]:
    """Children, posts and groups of preschools and fritidshem, three years."""
    truths: list[dict[str, object]] = []
    places = [(unit, unit.school_forms[0]) for unit in plan.units if unit.school_forms[0] in _GROUPS]
    places = [(unit, form) for unit, form in places if unit.school_forms == (form,)]
    counts = {unit.code: int(rng.integers(2, len(_GROUPS[form]) + 1)) for unit, form in places}
    for year in SCHOOL_YEARS[-3:]:
        posts = ["Skolenhetskod;Mätdatum;Antal barn;Heltidstjänster;"
                 "Heltidstjänster med förskollärarlegitimation;Heltidstjänster med legitimation"]  # fmt: skip
        groups = ["Skolenhetskod;Mätdatum;Avdelning;Åldersgrupp;Antal barn;Heltidstjänster"]
        day = f"{year.start}-10-15"
        for unit, form in places:
            children, per_post = 0, _PER_POST[form]
            for name, ages, least in _GROUPS[form][: counts[unit.code]]:
                size = least + int(rng.integers(0, 5)) + (_YEAR.start - year.start)
                children += size
                posts_here = _comma(round(size / per_post, 1))
                groups.append(f"{unit.code};{day};{name};{ages};{size};{posts_here}")
            fte = round(children / per_post, 1)
            certified = round(fte * (0.38 + 0.04 * (year.start - _YEAR.start + 2)), 1)
            cells = [_comma(certified), ""] if form == "fsk" else ["", _comma(certified)]
            posts.append(";".join([unit.code, day, str(children), _comma(fte), *cells]))
            key = {"what": "children_per_post", "unit_code": unit.code, "school_year": str(year)}
            truths.append({**key, "n": fte, "numerator": children, "value": round(children / fte, 4)})
        for name, lines in {"Barn per heltidstjänst": posts, "Barngrupper": groups}.items():
            text = "\r\n".join(lines) + "\r\n"
            (inbox / f"{name} {year.start}.csv").write_bytes(text.encode("utf-8-sig"))
    return 6, truths


def _comma(number: float) -> str:
    return str(number).replace(".", ",")
