"""Published numbers of pupils and staff around the example municipality (floor 3).

Year groups 6-9 of own units are the drawn pupils; younger year groups, background and staff follow the plan.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis_lib.sources.example.identity import Integers
from analysis_lib.sources.example.outside import OUTSIDE
from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan, School
from analysis_lib.sources.example.published_form import KOMMUN_KEYS, UNIT_KEYS, Form, number, thousands

_SHARES = [
    "Andel (%) flickor, årskurs 1-9",
    "Andel (%) elever med utländsk bakgrund, åk 1-9",
    "Andel (%) elever med föräldrar med eftergymnasial utb., åk 1-9",
]
_GROUPS = [f"Elever, årskurs {group}" for group in range(1, 10)]
_TOTAL = "Elever, årskurs 1-9"
# kommun, code, typ, pupils a year group, share with foreign background, share with higher-educated parents
_NEIGHBOURS = (
    ("", "", "Enskild", 42, 0.12, 0.71),
    ("Brånäs", "9902", "Kommunal", 168, 0.16, 0.55),
    ("Brånäs", "9902", "Enskild", 20, 0.03, 0.74),
    ("Sjöryd", "9903", "Kommunal", 121, 0.22, 0.48),
)
_FOOT = (
    "Uppgifterna är påhittade och hör till exempelkommunen i Skolbänken.",
    "Uppgifterna avser oktober det valda året.",
    "Uppgifter sekretesskyddas (dubbelprickas) om de baseras på färre än 5 elever på skolenhetsnivå, "
    "kommun- eller huvudmannanivå.",
    "Om data saknas visas en prick (.) i stället för utfall.",
)


def write_pupils(plan: Plan, enrolled: pd.DataFrame, rng: np.random.Generator) -> list[Form]:
    """Pupils per year group: kommun tables of three school years and the unit table of the last one."""
    last = len(SCHOOL_YEARS) - 1
    tables = {year: _own(plan, enrolled, year, rng) for year in range(last - 2, last + 1)}
    title = "Grundskola - Antal elever per årskurs"
    forms = []
    for year, own in tables.items():
        rows = _kommun_rows(plan, own, rng)
        forms.append(Form(title, year, "Kommun", [*KOMMUN_KEYS, *_SHARES, *_GROUPS, _TOTAL], rows, _FOOT))
    rows = [
        _unit_row(plan, school, counts) for school, counts in zip(plan.schools, tables[last], strict=True)
    ]
    header = [*UNIT_KEYS, _TOTAL, *_SHARES, *_GROUPS, "Socioekonomisk områdestyp"]
    units = Form(title, last, "Skolnivå", header, [row for row in rows if row], _FOOT)
    return [*forms, units]


def _own(plan: Plan, enrolled: pd.DataFrame, year: int, rng: np.random.Generator) -> Integers:
    """Pupils per school: nine year groups, girls, foreign background, parents with higher education."""
    table = np.zeros((len(plan.schools), 12), dtype=np.int64)
    here = enrolled[enrolled["year"] == year].set_index("code")
    for row, school in enumerate(plan.schools):
        if not school.unit.is_open(str(SCHOOL_YEARS[year])):
            continue
        young = school.size_6 * (1 + (0 if school.is_fixed else 0.06) * rng.standard_normal(5))
        drawn = here.loc[[school.unit.code]].sort_values("group")
        known, girls = drawn["n"].to_numpy(), int(drawn["girls"].sum())
        table[row, :5] = np.rint(np.maximum(young, 0))
        table[row, 5:9] = known
        table[row, 9] = girls + rng.binomial(table[row, :5].sum(), school.girl_share)
        total = table[row, :9].sum()
        table[row, 10] = rng.binomial(total, min(0.95, school.second_language * 1.6 + 0.03))
        table[row, 11] = rng.binomial(total, float(np.clip(0.57 + 0.3 * school.intake, 0.15, 0.9)))
    return table


def _cells(counts: Integers) -> tuple[list[str], list[str], str]:
    """Shares with marks, year groups and total of one row of counts."""
    total = int(counts[:9].sum())
    shares = []
    for part in counts[9:].tolist():
        few = min(part, total - part) < 5
        shares.append(".." if few else number((part * 2000 + total) // (2 * total)))
    return shares, [thousands(count) if count else "." for count in counts[:9].tolist()], thousands(total)


def _unit_row(plan: Plan, school: School, counts: Integers) -> list[str]:
    if not counts[:9].sum():
        return []
    shares, groups, total = _cells(counts)
    settings = plan.settings
    key = [
        school.unit.name,
        school.unit.code,
        settings.municipality_name,
        settings.municipality_code,
        "Kommunal",
    ]
    kind = 3 + (school.intake > 0.1) - (school.intake < -0.1)
    area = {2: "2. Område med socioekonomiska utmaningar", 3: "3. Socioekonomiskt blandat område"}
    text = area.get(kind, "4. Område med goda socioekonomiska förutsättningar")
    orgnr = f"21200{settings.municipality_code}0"
    return [*key, settings.authority_name, orgnr, total, *shares, *groups, text]


def _kommun_rows(plan: Plan, own: Integers, rng: np.random.Generator) -> list[list[str]]:
    settings = plan.settings
    found = {(settings.municipality_name, settings.municipality_code, "Kommunal"): own.sum(axis=0)}
    for name, code, typ, size, foreign, educated in _NEIGHBOURS:
        groups = rng.poisson(size, 9)
        shares = rng.binomial(groups.sum(), (0.485, foreign, educated))
        place = (name or settings.municipality_name, code or settings.municipality_code, typ)
        found[place] = np.r_[groups, shares]
    rows = []
    for name, code in dict.fromkeys((name, code) for name, code, _ in found):
        parts = {typ: found[name, code, typ] for typ in ("Kommunal", "Enskild") if (name, code, typ) in found}
        whole = np.sum(list(parts.values()), axis=0)
        for typ, counts in {"Samtliga": whole, **parts}.items():
            cells, each, total = _cells(counts)
            rows.append([name, code, OUTSIDE.county, OUTSIDE.county_code, typ, *cells, *each, total])
    return rows


def write_staff(plan: Plan, rng: np.random.Generator) -> list[Form]:
    """Teachers on 15 October, three school years; fewer than three posts are hidden from 2024/25."""
    pupils = sum(school.size_6 * 6 + school.size_9 * 3 for school in plan.schools)
    places = [(plan.settings.municipality_name, plan.settings.municipality_code, "Kommunal", pupils / 12.1)]
    places += [(plan.settings.municipality_name, plan.settings.municipality_code, "Enskild", 30.5)]
    places += [("Brånäs", "9902", "Kommunal", 121.0), ("Brånäs", "9902", "Enskild", 2.4)]
    places += [("Sjöryd", "9903", "Kommunal", 92.0)]
    return [_staff_form(places, year, rng) for year in range(2, len(SCHOOL_YEARS))]


def _staff_form(places: list[tuple[str, str, str, float]], year: int, rng: np.random.Generator) -> Form:
    rows = []
    for name, code in dict.fromkeys((name, code) for name, code, *_ in places):
        parts = {typ: _staff(size, rng) for place, _, typ, size in places if place == name}
        whole = np.sum(list(parts.values()), axis=0)
        hides = any(part[0] < 30 for part in parts.values()) and SCHOOL_YEARS[year].start >= 2024
        shown = {"Samtliga": whole, **parts}
        for typ, counts in shown.items():
            cells = [".."] * 8 if hides and typ != "Samtliga" else _staff_cells(counts)
            rows.append([name, code, OUTSIDE.county, OUTSIDE.county_code, typ, *cells])
    full = [
        "Totalt antal",
        "Antal med lärarlegitimation och behörighet",
        "Andel med lärarlegitimation och behörighet",
    ]
    some = [full[0], *(f"{text} i minst ett ämne" for text in full[1:])]
    return Form(
        "Grundskola - Personalstatistik med lärarlegitimation och behörighet",
        year,
        "Kommun",
        [*KOMMUN_KEYS, *full, "Förstelärare", *some, "Förstelärare"],
        rows,
        _FOOT[:1],
        extra_head=(
            f"Valt uttag: {SCHOOL_YEARS[year].end}-02-20",
            "",
            "Från och med läsåret 2024/25 redovisas ingen statistik som baseras på färre än 3 st "
            "heltidstjänster för lärare.",
        ),
        groups=[""] * 5 + ["#Heltidstjänster"] * 4 + ["#Tjänstgörande lärare"] * 4,
    )


def _staff(posts: float, rng: np.random.Generator) -> Integers:
    """Posts in tenths (total, certified, lead) and teachers (total, certified, lead)."""
    total = round(posts * (1 + 0.03 * float(rng.standard_normal())) * 10)
    certified, lead = rng.binomial(total, (0.73, 0.11))
    teachers = round(total / 10 * 1.13)
    return np.array(
        [total, certified, lead, teachers, rng.binomial(teachers, 0.8), rng.binomial(teachers, 0.12)]
    )


def _staff_cells(counts: Integers) -> list[str]:
    total, certified, lead, teachers, able, leading = (int(count) for count in counts)
    posts = [
        number(total),
        number(certified),
        number((certified * 2000 + total) // (2 * total)),
        number(lead),
    ]
    share = number((able * 2000 + teachers) // (2 * teachers))
    return [*posts, thousands(teachers), thousands(able), share, thousands(leading)]
