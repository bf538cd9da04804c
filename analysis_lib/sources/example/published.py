"""Published statistics of the example and its invented neighbours, in Skolverket's file forms (floor 3).

Own units' figures come from the same pupils as the SCB files and follow Skolverket's own suppression rules;
the neighbours and two independent schools exist only here. Nothing in these files is real statistics.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analysis_lib.sources.example.grading import Grades, Results
from analysis_lib.sources.example.outside import OUTSIDE, draw_outside, draw_outside_6
from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan
from analysis_lib.sources.example.published_background import write_pupils, write_staff
from analysis_lib.sources.example.published_form import (
    KOMMUN_KEYS,
    UNIT_KEYS,
    Form,
    number,
    share,
    write_form,
)
from analysis_lib.sources.example.published_salsa import salsa_form
from analysis_lib.sources.example.pupils import Pupils

_YEARS = len(SCHOOL_YEARS)
_FOOT_GRADES = (
    "Uppgifterna är påhittade och hör till exempelkommunen i Skolbänken.",
    "Observera att uppgifter från och med läsåret 2023/24 dubbelprickas om de baseras på färre än 10 elever",
    "på skolenhetsnivå respektive färre än 5 elever på riks-, läns, kommun- eller huvudmannanivå.",
    "Då visas två prickar (..) i stället för utfall.",
    "Om antalet som ej fått godkänt betyg (A-E) är färre än 5 elever, så visas andelen med A-E som ~100.",
    "Om data saknas visas en prick (.) istället för utfall.",
)
_PUBLISHED = range(1, 4)  # 2022/23-2024/25: what is out when the seminar is held
_LEVELS = (("Samtliga", ""), ("Kommunal", "Kommunal"), ("Enskild", "Enskild"))


@dataclass
class PublishedFigures:
    """Counts per own unit and school year, gathered while the parts are drawn."""

    nines: list[pd.DataFrame] = field(default_factory=list)
    sixes: list[pd.DataFrame] = field(default_factory=list)
    enrolled: list[pd.DataFrame] = field(default_factory=list)

    def add(self, plan: Plan, pupils: Pupils, grades: Grades, reached: Results) -> None:
        """Adds the counts of one year group."""
        girl = pupils.girl[grades.pupil]
        frame = pd.DataFrame(
            {"unit": grades.unit, "year": grades.year, "n": 1, "subjects": reached.subjects, "girls": girl}
        )
        frame["passed"] = reached.all_passed
        if grades.year_group == 9:
            frame["merit_n"], frame["merit"] = reached.merit_17 >= 0, np.maximum(reached.merit_17, 0)
            kinds = ("vocational", "arts", "humanities", "science")
            for kind in kinds:
                frame[kind] = getattr(reached, kind)
                frame[f"{kind}_girls"] = frame[kind] & girl
        else:
            frame["one"], frame["several"] = reached.missed == 1, reached.missed > 1
        totals = frame.groupby(["unit", "year"], as_index=False).sum()
        units = [school.unit for school in plan.schools]
        totals["code"] = [units[row].code for row in totals["unit"]]
        totals["name"] = [units[row].name for row in totals["unit"]]
        totals = totals.assign(
            kommun=plan.settings.municipality_name,
            kommunkod=plan.settings.municipality_code,
            typ="Kommunal",
            huvudman=plan.settings.authority_name,
            orgnr=f"21200{plan.settings.municipality_code}0",
        )
        if grades.year_group == 9:
            self.nines.append(totals)
            self.enrolled.append(_enrolled(plan, pupils))
        else:
            self.sixes.append(totals)


def _enrolled(plan: Plan, pupils: Pupils) -> pd.DataFrame:
    """Pupils per unit, school year and year groups 6-9 with their girls, from the drawn pupils."""
    rows = []
    for year in range(_YEARS):
        for group in (6, 7, 8, 9):
            unit = pupils.unit_6 if group == 6 else pupils.unit_9
            here = (unit >= 0) & (pupils.cohort == year + 9 - group)
            counts = np.bincount(unit[here], minlength=len(plan.schools))
            girls = np.bincount(unit[here & pupils.girl], minlength=len(plan.schools))
            rows.append(pd.DataFrame({"year": year, "group": group, "n": counts, "girls": girls}))
    frame = pd.concat(rows)
    schools = plan.schools * (_YEARS * 4)
    frame["code"] = [school.unit.code for school in schools]
    return frame.reset_index(drop=True)


def write_published(folder: Path, plan: Plan, figures: PublishedFigures, rng: np.random.Generator) -> int:
    """All published tables into the inbox; the number of files."""
    nines = pd.concat([*figures.nines, draw_outside(plan, rng)], ignore_index=True)
    sixes = pd.concat([*figures.sixes, draw_outside_6(plan, rng)], ignore_index=True)
    forms = [_final_grades_unit(nines, year) for year in _PUBLISHED]
    forms += [_final_grades_kommun(nines, year) for year in _PUBLISHED]
    forms += [_grades_6(sixes, year) for year in (2, 3)]
    forms += [_eligibility(nines, 3)]
    forms += write_pupils(plan, pd.concat(figures.enrolled, ignore_index=True), rng)
    forms += write_staff(plan, rng)
    forms += [salsa_form(plan, nines, year, rng) for year in _PUBLISHED]
    for form in forms:
        write_form(folder, form)
    return len(forms)


def _final_grades_unit(nines: pd.DataFrame, year: int) -> Form:
    """One row per school; below ten pupils everything is hidden, also the count."""
    rows = []
    chosen = nines[nines["year"] == year].sort_values(["kommunkod", "name"])
    for row in chosen.to_dict("records"):
        key = [row[name] for name in ("name", "code", "kommun", "kommunkod", "typ", "huvudman", "orgnr")]
        n = row["n"]
        if n < 10:
            rows.append([*key, "..", "..", "..", ".."])
        elif row["subjects"] == 0:  # Waldorf and international schools give no such grades
            rows.append([*key, str(n), ".", ".", "."])
        else:
            shares = [share(row[name], n, 10) for name in ("passed", "vocational")]
            rows.append([*key, str(n), *shares, _merit(row["merit"], row["merit_n"], 10)])
    return Form(
        "Grundskola - Slutbetyg årskurs 9, samtliga elever",
        year,
        "Skolnivå",
        [*UNIT_KEYS, "Antal elever", *_final_names(year)],
        rows,
        notes=_FOOT_GRADES,
        end_year_in_name=True,
        is_resaved=year == 3,
    )


def _final_names(year: int) -> list[str]:
    if year == 1:
        return [
            "Andel som uppnått kunskapskraven i alla ämnen",
            "Andel (%) behörig yrkesprog.",
            "Genomsnittligt meritvärde (17)",
        ]
    return [
        "Andel (%) elever som uppfyllt betygskriterierna i alla ämnen",
        "Andel (%) elever behöriga till yrkesprog.",
        "Genomsnittligt meritvärde (17 ämnen)",
    ]


def _final_grades_kommun(nines: pd.DataFrame, year: int) -> Form:
    least = 5 if year >= 2 else 10
    rows = []
    for key, sums in _kommun_sums(nines[(nines["year"] == year) & (nines["subjects"] > 0)]):
        if sums["n"] < least:
            rows.append([*key, "..", "..", "..", ".."])
            continue
        shares = [share(sums[name], sums["n"], least) for name in ("passed", "vocational")]
        rows.append([*key, str(sums["n"]), *shares, _merit(sums["merit"], sums["merit_n"], least)])
    return Form(
        "Grundskola - Slutbetyg årskurs 9, samtliga elever",
        year,
        "Kommun",
        [*KOMMUN_KEYS, "Antal elever", *_final_names(year)],
        rows,
        notes=_FOOT_GRADES,
        end_year_in_name=True,
    )


def _grades_6(sixes: pd.DataFrame, year: int) -> Form:
    rows = []
    for key, sums in _kommun_sums(sixes[sixes["year"] == year]):
        n = sums["n"]
        cells = [share(sums["passed"], n, 5), *_complementary(sums["one"], sums["several"], n)]
        mean = number((sums["subjects"] * 20 + n) // (2 * n))
        rows.append([*key, str(n), mean, *cells] if n >= 5 else [*key, *[".."] * 5])
    names = [
        "Antal elever",
        "Antal ämnesbetyg (genomsnitt)",
        "Andel (%) elever som fått godkänt betyg i alla ämnen",
        "Andel (%) elever som ej fått godkänt betyg i ett ämne",
        "Andel (%) elever som ej fått godkänt betyg i fler, alternativt alla ämnen",
    ]
    title = "Grundskola - Betyg årskurs 6, andel som fått godkänt betyg (A-E), samtliga elever"
    form = Form(
        title, year, "Kommun", [*KOMMUN_KEYS, *names], rows, notes=_FOOT_GRADES, end_year_in_name=True
    )
    form.is_workbook = year == 3
    return form


def _complementary(one: int, several: int, n: int) -> list[str]:
    """The two shares of pupils without all passes: hidden together when either rests on few."""
    if one + several == 0:
        return [".", "."]
    if 0 < one < 5 or 0 < several < 5:
        return ["..", ".."]
    return [number(_tenths(one, n)) if one else ".", number(_tenths(several, n)) if several else "."]


def _eligibility(nines: pd.DataFrame, year: int) -> Form:
    """By sex: where one sex is near 100 the other is hidden."""
    kinds = ("vocational", "arts", "humanities", "science")
    rows = []
    for key, sums in _kommun_sums(nines[(nines["year"] == year) & (nines["subjects"] > 0)]):
        girls, boys = sums["girls"], sums["n"] - sums["girls"]
        pairs = []
        for kind in kinds:
            g, b = sums[f"{kind}_girls"], sums[kind] - sums[f"{kind}_girls"]
            if min(girls, boys) < 5:
                pairs.append(("..", ".."))
                continue
            cells = share(g, girls, 5), share(b, boys, 5)
            if "~100" in cells and cells[0] != cells[1]:
                cells = ("~100", "..") if cells[0] == "~100" else ("..", "~100")
            pairs.append(cells)
        counts = (str(girls), str(boys)) if min(girls, boys) >= 5 else ("..", "..")
        for place, name in enumerate(("Flickor", "Pojkar")):
            rows.append([*key, name, counts[place], *(pair[place] for pair in pairs)])
    names = [
        "Kön",
        "Antal elever",
        "Andel (%) elever behöriga till yrkesprog.",
        "Andel elever (%) behöriga till estetiskt program",
        "Andel elever (%) behöriga till Ekonomi-, humanistiska och samhällsvetenskaps- program",
        "Andel elever (%) behöriga till Naturvetenskapligt och tekniskt program",
    ]
    return Form(
        "Grundskola - Behörighet till gymnasieskolan, fr.o.m. 2011",
        year,
        "Kommun",
        [*KOMMUN_KEYS, *names],
        rows,
        notes=_FOOT_GRADES,
        end_year_in_name=True,
    )


def _kommun_sums(frame: pd.DataFrame) -> list[tuple[list[str], dict[str, int]]]:
    """Row keys and sums per kommun for all, municipal and independent organisers."""
    found = []
    for (kommun, code), group in frame.groupby(["kommun", "kommunkod"]):
        for label, typ in _LEVELS:
            part = group if not typ else group[group["typ"] == typ]
            if len(part):
                sums = part.drop(columns=["unit", "year"], errors="ignore").select_dtypes("number").sum()
                key = [str(kommun), str(code), OUTSIDE.county, OUTSIDE.county_code, label]
                found.append((key, {str(name): int(value) for name, value in sums.items()}))
    return found


def _tenths(part: int, whole: int) -> int:
    """A share in tenths of a per cent, rounded half up."""
    return (part * 2000 + whole) // (2 * whole)


def _merit(half_points: int, n: int, least: int) -> str:
    """A mean merit rating with one decimal, rounded half up, or its mark."""
    if n == 0:
        return "."
    return ".." if n < least else number((half_points * 10 + n) // (2 * n))
