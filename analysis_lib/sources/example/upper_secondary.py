"""The example's gymnasium and komvux: courses, leavers and cohorts, as the documented simple tables (floor
3).

Drawn with a generator of their own for every unit with gymnasieskola; what is planted goes to
``truth/truth_sources.csv``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from analysis_lib.sources.example.grading import LETTERS
from analysis_lib.sources.example.identity import personal_numbers
from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan
from analysis_lib.vocabulary.periods import SchoolYear

Lines = list[str]
Truths = list[dict[str, object]]
_CUTS = np.array([-1.35, -0.45, 0.2, 0.9, 1.5])
# Programme: began, share with a diploma within three years, and the further share of the two years after.
_PROGRAMMES = {
    "BA": (24, 0.66, 0.10, 0.05),
    "EK": (36, 0.74, 0.09, 0.05),
    "NA": (31, 0.78, 0.08, 0.05),
    "VO": (26, 0.61, 0.11, 0.06),
}
_GYMNASIUM = ("SVESVE01", "ENGENG05", "MATMAT01a", "HISHIS01a1", "NAKNAK01a1", "IDRIDR01")
_KOMVUX = ("SVASVA01", "ENGENG05", "MATMAT01a", "SAMSAM01b")
_LAST = SCHOOL_YEARS[-1]
_YEARS = 2


def write_upper_secondary(inbox: Path, plan: Plan, rng: np.random.Generator) -> tuple[int, Truths]:
    """The files of all units with gymnasieskola, how many they are, and what they hold."""
    codes = [unit.code for unit in plan.units if "gy" in unit.school_forms]
    if not codes:
        return 0, []
    cohorts, leavers, truths = _programmes(codes, rng)
    files = {"Nybörjare och examen per program": cohorts, "Programresultat": leavers}
    for back in range(_YEARS):
        year = _LAST.plus(-back)
        lines, told = _courses(codes, year, rng)
        files[f"Kursresultat {year.start}"] = lines
        truths += told
    for name, lines in files.items():
        (inbox / f"{name}.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode("utf-8-sig"))
    return len(files), truths


def _programmes(codes: list[str], rng: np.random.Generator) -> tuple[Lines, Lines, Truths]:
    """Cohorts that began 2-7 läsår ago, and the leavers of the last three läsår."""
    cohorts = ["Skolenhetskod;Började läsåret;Program;Började;Examen inom tre år;Examen inom fyra år;"
               "Examen inom fem år"]  # fmt: skip
    leavers = ["Skolenhetskod;Läsår;Program;Antal avgångselever;Antal med examen;Genomsnittlig betygspoäng"]
    truths: Truths = []
    for code in codes:
        for back in range(2, 8):
            year, total = _LAST.plus(-back), np.zeros(4, dtype=np.int64)
            for programme, (size, *shares) in _PROGRAMMES.items():
                began = size + int(rng.integers(-3, 4))
                steps = [round(began * (share + 0.03 * rng.standard_normal())) for share in shares]
                reached = np.minimum(np.cumsum(np.maximum(steps, 0)), began)
                known = [
                    str(each) if back >= 2 + after else "" for after, each in enumerate(reached.tolist())
                ]
                cohorts.append(";".join([code, str(year), programme, str(began), *known]))
                total += [began, *reached.tolist()]
            key = {"what": "programme_cohorts", "unit_code": code, "school_year": str(year)}
            truths.append({**key, "n": int(total[0]), "numerator": int(total[1])})
        for back in range(3):
            for programme, (size, share, *_) in _PROGRAMMES.items():
                left = size - int(rng.integers(1, 5))
                done = min(left, round(left * (share + 0.18)))
                points = f"{11.4 + 4.5 * share + 0.3 * rng.standard_normal():.1f}".replace(".", ",")
                cells = [code, str(_LAST.plus(-back)), programme, str(left), str(done), points]
                leavers.append(";".join(cells))
    return cohorts, leavers, truths


def _courses(codes: list[str], year: SchoolYear, rng: np.random.Generator) -> tuple[Lines, Truths]:
    """Course results of one läsår: both terms, gymnasieskola and komvux."""
    lines = ["Personnummer;Skolenhetskod;Termin;Skolform;Program;Kurs;Poäng;Betyg;Utfall"]
    truths: Truths = []
    for code, numbers in _people(codes, year, rng):
        results = []
        for place, number in enumerate(numbers):
            is_adult = place >= 118
            ability = float(rng.standard_normal()) * 0.9 - (0.25 if is_adult else 0.0)
            chosen = _KOMVUX[: 2 + place % 3] if is_adult else _GYMNASIUM
            form = ("Komvux", "") if is_adult else ("Gymnasieskola", sorted(_PROGRAMMES)[place % 4])
            for course in chosen:
                grade, outcome = _outcome(ability, rng, 0.16 if is_adult else 0.02)
                term = f"HT{year.start % 100}" if rng.random() < 0.4 else f"VT{year.end % 100}"
                lines.append(";".join([number, code, term, *form, course, "100", grade, outcome]))
                results.append((is_adult, outcome == "Avbrott"))
        frame = pd.DataFrame(results, columns=["adult", "left"])
        key = {"what": "course_results.komvux", "unit_code": code, "school_year": str(year)}
        adults = frame[frame["adult"]]
        truths.append({**key, "n": len(adults), "numerator": int(adults["left"].sum())})
    return lines, truths


def _people(codes: list[str], year: SchoolYear, rng: np.random.Generator) -> Iterator[tuple[str, list[str]]]:
    """The personal numbers of each unit, 118 in gymnasieskola and 92 adults: nobody is at two units."""
    drawn = []
    for _ in codes:
        born = np.concatenate([year.start - 17 + rng.integers(0, 3, 118), rng.integers(1972, 2004, 92)])
        drawn.append((born, rng.random(born.size) < 0.5))
    born, is_girl = (np.concatenate(each) for each in zip(*drawn, strict=True))
    numbers = np.array_split(personal_numbers(born, is_girl, part=3, parts=4), len(codes))
    yield from ((code, mine.tolist()) for code, mine in zip(codes, numbers, strict=True))


def _outcome(ability: float, rng: np.random.Generator, left: float) -> tuple[str, str]:
    """A grade and how the course ended."""
    if rng.random() < left:
        return "", "Avbrott"
    grade = str(LETTERS[np.searchsorted(_CUTS, ability + 0.5 * rng.standard_normal())])
    return grade, "Ej godkänd" if grade == "F" else "Slutförd"
