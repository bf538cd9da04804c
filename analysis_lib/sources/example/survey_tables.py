"""The huvudman's own surveys as tables: a row per unit and question, or a row per person (floor 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan
from analysis_lib.sources.example.survey_draws import drawn_answers, true_index
from analysis_lib.sources.example.survey_words import (
    CITIZENS,
    EMPLOYEES,
    LEISURE_GUARDIANS,
    LEISURE_PUPILS,
    PRESCHOOL,
    PRIO,
    Asked,
)

Truths = list[dict[str, object]]
_END = SCHOOL_YEARS[-1].end
_HEAD = "Skolenhetskod;Enhet;Antal tillfrågade;Antal svar;Svarsfrekvens (%);Fråga"


def write_tables(inbox: Path, plan: Plan, rng: np.random.Generator) -> tuple[int, Truths]:
    """Guardians of preschools, fritidshem, employees, citizens and PRIO; files and true indices."""
    preschools = [(unit.code, unit.name, 60) for unit in plan.units if "fsk" in unit.school_forms]
    homes = [(u.code, u.name, 66) for u in plan.units if u.school_forms == ("fth",)]
    schools = {each.unit.code: each.size_6 + each.size_9 for each in plan.schools}
    places = [
        (unit.code, unit.name, max(schools.get(unit.code, 60) // 3, 14))
        for unit in plan.units
        if unit.is_open(str(SCHOOL_YEARS[-1]))
    ]
    files, truths = 0, []
    for place, year in enumerate((_END - 2, _END - 1, _END)):
        drift = 0.1 * (place - 1)
        told = ("Förskoleenkät, vårdnadshavare", "vardnadshavare-forskola", f"VT {year}", 0.68)
        found = _shares(preschools, PRESCHOOL, told, drift, rng)
        truths += _written(inbox / f"Förskoleenkät vårdnadshavare {year}.csv", found)
        for group, asked in (("elever", LEISURE_PUPILS), ("vårdnadshavare", LEISURE_GUARDIANS)):
            told = (f"Fritidshemsenkät, {group}", "fritidshem", f"VT {year}", 0.74)
            truths += _written(
                inbox / f"Fritidshemsenkät {group} {year}.csv", _shares(homes, asked, told, drift, rng)
            )
        files += 3
    for year in (_END - 3, _END - 1):
        told = ("Medarbetarenkät, medarbetare", "medarbetarenkat", f"HT {year}", 0.81)
        found = _shares(places, EMPLOYEES, told, 0.05 * (year - _END), rng)
        truths += _written(inbox / f"Medarbetarenkät {year}.csv", found)
        files += 1
    files += _citizens(inbox, plan, rng)
    for year in (_END - 2, _END):
        truths += _prio(inbox, plan, year, rng)
        files += 1
    return files, truths


def _shares(
    places: Iterable[tuple[str, str, int]],
    questions: Sequence[Asked],
    told: tuple[str, str, str, float],
    drift: float,
    rng: np.random.Generator,
) -> tuple[str, Truths]:
    """The text of a file with a row per unit and question, and the true indices in it."""
    title, instrument, term, part = told
    steps = questions[0].steps
    lines = [title, f"Termin: {term}", "", ";".join([_HEAD, *steps, "Vet ej"])]
    truths: Truths = []
    for code, name, size in places:
        asked = int(rng.integers(round(size * 0.8), round(size * 1.3)))
        n = max(int(rng.binomial(asked, part)), 1)
        own = 0.15 * float(rng.standard_normal())
        for question in questions:
            counts = drawn_answers(rng, n, len(steps), question.lean + drift + own)
            shares = [_comma(100 * count / n) for count in counts.tolist()]
            lines.append(
                ";".join([code, name, str(asked), str(n), _comma(100 * n / asked),
                          question.words, *shares])
            )  # fmt: skip
            if counts[:-1].sum():
                key = {"what": f"{instrument}.{question.id}", "unit_code": code}
                year = _school_year(term)
                truths.append(
                    {**key, "school_year": year, "n": n, "value": round(true_index(counts, 100), 3)}
                )
    return "\n".join(lines) + "\n", truths


def _written(path: Path, found: tuple[str, Truths]) -> Truths:
    path.write_bytes(found[0].encode("utf-8-sig"))
    return found[1]


def _comma(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")


def _school_year(term: str) -> str:
    year = int(term[-4:])
    start = year - 1 if term.startswith("VT") else year
    return f"{start}/{(start + 1) % 100:02d}"


def _citizens(inbox: Path, plan: Plan, rng: np.random.Generator) -> int:
    """SCB's survey: whole kommun and riket, asked in the autumn."""
    years = (_END - 4, _END - 3, _END - 2, _END - 1)
    for year in years:
        head = (
            "Kommunkod;Kommun;Antal svarande;Fråga;Mycket bra;Ganska bra;Ganska dåligt;Mycket dåligt;Vet inte"
        )
        lines = ["SCB Medborgarundersökningen", f"Termin: HT {year}", head]
        code, name = plan.settings.municipality_code, plan.settings.municipality_name
        for question in CITIZENS:
            for place, n, lean in ((f"{code};{name}", 412, 0.05 * (year - _END)), (";Riket", 41_000, 0.0)):
                counts = drawn_answers(rng, n, len(question.steps), question.lean + lean)
                shares = [_comma(100 * count / n) for count in counts.tolist()]
                lines.append(";".join([place, str(n), question.words, *shares]))
        text = "\n".join(lines) + "\n"
        (inbox / f"Medborgarundersökningen {year}.csv").write_bytes(text.encode("utf-8-sig"))
    return len(years)


def _prio(inbox: Path, plan: Plan, year: int, rng: np.random.Generator) -> Truths:
    """One row per member of staff; P4 is put negatively."""
    truths: Truths = []
    lines = ["PRIO", ";".join(["Skolenhetskod", "Termin", "Roll", "Antal tillfrågade", *PRIO])]
    school_year = _school_year(f"VT {year}")
    for school in plan.schools:
        if not school.unit.is_open(school_year):
            continue
        asked = max(school.size_6 + school.size_9, 20) // 4 + 8
        n = max(int(rng.binomial(asked, 0.8)), 1)
        lean = 3.5 + school.effect_9 + 0.1 * (year - _END)
        answers = np.clip(np.rint(lean + rng.standard_normal((n, len(PRIO)))), 1, 5).astype(int)
        answers[:, PRIO.index("P4")] = 6 - answers[:, PRIO.index("P4")]
        lines += [
            ";".join([school.unit.code, f"VT{year % 100}", "Lärare", str(asked), *map(str, row)])
            for row in answers.tolist()
        ]
        key = {"what": "prio.r1", "unit_code": school.unit.code, "school_year": school_year, "n": n}
        truths.append({**key, "value": round(float((answers[:, PRIO.index("R1")] - 1).mean() * 25), 3)})
    path = inbox / f"PRIO personalenkät VT{year % 100}.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("utf-8-sig"))
    return truths
