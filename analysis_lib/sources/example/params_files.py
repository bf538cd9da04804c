"""Writes the parameter files of the example municipality, in the form a person would keep them (floor 3).

Units are written line by line rather than dumped, so that fifteen thousand of them take a second.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from analysis_lib.sources.example.plan import Plan
from analysis_lib.vocabulary.settings import Settings, Unit

_GROUPS = """# Ledningsgrupper: vilka skolformer var och en leder.
groups:
  - id: forskola
    name: Förskola
    school_forms: [fsk, pedoms]
  - id: grundskola
    name: Grundskola
    school_forms: [fkl, gr, fth]
  - id: kompetenscenter
    name: Kompetenscenter
    school_forms: [gy, vux]
"""

_SEMINARS = {
    "2026-ht-resultat": """# yaml-language-server: $schema=../schema/seminar.json
id: 2026-ht-resultat
title: Kunskapsresultat läsåret 2025/26
school_year: 2025/26
years: 5
audience: public
cutoff: 2026-06-30
held: 2026-09-24
edition: "1.0"
handbook: "1.0"
groups: [grundskola]
reports:
  - name: skolbild
    scope: unit
    school_forms: [gr]
  - name: kommunbild
    scope: authority
  - name: verksamhetsanalys
    scope: authority
""",
    "2026-ht-intern": """# yaml-language-server: $schema=../schema/seminar.json
id: 2026-ht-intern
title: Kunskapsresultat läsåret 2025/26, ledningsgruppens underlag
school_year: 2025/26
years: 5
audience: internal
cutoff: 2026-06-30
held: 2026-08-27
edition: "1.0"
handbook: "1.0"
groups: [grundskola]
reports:
  - name: skolbild
    scope: unit
    school_forms: [gr]
  - name: verksamhetsanalys
    scope: authority
""",
    "2026-ht-analys": """# yaml-language-server: $schema=../schema/seminar.json
id: 2026-ht-analys
title: Kvalitetsåret 2025/26, alla rapporter
school_year: 2025/26
years: 5
audience: internal
cutoff: 2026-06-30
held: 2026-11-26
edition: "1.0"
handbook: "2.1"
reports:
  - {name: verksamhetsrapport, scope: unit, school_forms: [gr]}
  - {name: verksamhetsplan, scope: unit, school_forms: [gr]}
  - {name: huvudmannens-verksamhetsplan, scope: authority}
  - {name: skolanalys, scope: unit, school_forms: [gr]}
  - {name: resultatsamtal, scope: unit, school_forms: [gr]}
  - {name: analysseminarium, scope: authority}
  - {name: prio, scope: unit, school_forms: [gr]}
  - {name: bruk, scope: unit, school_forms: [fsk, pedoms]}
  - {name: tillsyn, scope: authority}
  - {name: djupdykning, scope: unit, school_forms: [gr, fsk]}
  - {name: kvalitetsnamnd, scope: authority}
  - {name: utvecklingsarbete, scope: authority}
  - {name: betyg-och-prov, scope: authority}
  - {name: arskullsanalys, scope: unit, school_forms: [gr]}
  - {name: enkatrapport, scope: unit, school_forms: [gr, fsk, fth]}
  - {name: enkatrapport-huvudman, scope: authority}
  - {name: forskolebild, scope: unit, school_forms: [fsk]}
  - {name: fritidshemsbild, scope: unit, school_forms: [fth]}
  - {name: kommunbild-forskola, scope: authority}
  - {name: kommunbild-fritidshem, scope: authority}
  - {name: kompetenscenter, scope: unit, school_forms: [gy, vux]}
  - {name: dokument, scope: authority}
  - {name: personalsida, scope: unit, school_forms: [gr]}
  - {name: nulagesanalys, scope: unit, school_forms: [gr]}
""",
}

# indicator, what it is worth to the huvudman, the goal in words
_TARGETS = (
    ("results.all_passed_9", 75.0, "Alla elever lämnar grundskolan med godkända betyg"),
    ("results.merit_rating_17", 230.0, "Niornas meritvärde ska öka"),
    ("results.eligible_vocational", 90.0, "Niorna blir behöriga till gymnasiet"),
    ("results.all_passed_6", 78.0, "Sexorna når kriterierna i alla ämnen"),
)
_UNIT_TARGETS = (
    (0, "results.eligible_vocational", 85.0, "Fler av skolans nior blir behöriga till gymnasiet"),
    (0, "results.merit_rating_17", 220.0, "Skolans meritvärde ska öka"),
    (1, "results.all_passed_9", 70.0, "Fler av skolans nior blir godkända i alla ämnen"),
)


def write_params(folder: Path, plan: Plan) -> None:
    """``settings``, ``units``, ``groups``, ``targets`` and ``seminars`` under ``folder/params``."""
    params = folder / "params"
    (params / "seminars").mkdir(parents=True, exist_ok=True)
    files = {
        "settings.yaml": _settings(plan.settings),
        "units.yaml": _units(plan.units),
        "groups.yaml": _GROUPS,
        "targets.yaml": _targets(plan),
        **{f"seminars/{name}.yaml": text for name, text in _SEMINARS.items()},
    }
    for name, text in files.items():
        (params / name).write_bytes(text.encode("utf-8"))


def _settings(settings: Settings) -> str:
    head = "# yaml-language-server: $schema=schema/settings.json\n"
    return head + (
        f'municipality_code: "{settings.municipality_code}"\n'
        f"municipality_name: {settings.municipality_name}\n"
        f"authority_name: {settings.authority_name}\n"
        f"website: {settings.website}\n"
        f"contact: {settings.contact}\n"
        "is_example: true\n"
    )


def _units(units: tuple[Unit, ...]) -> str:
    return "# Exempelkommunens enheter. Filen skrivs av skolbank example.\nunits:\n" + "".join(
        map(_unit, units)
    )


def _unit(unit: Unit) -> str:
    lines = [
        f'  - code: "{unit.code}"',
        f"    name: {_text(unit.name)}",
        f"    school_forms: [{', '.join(unit.school_forms)}]",
    ]
    lines += [f"    year_groups: {unit.year_groups}"] if unit.year_groups else []
    lines += [f"    authority_name: {_text(unit.authority_name)}"]
    lines += [f'    municipality_code: "{unit.municipality_code}"', f"    area: {_text(unit.area)}"]
    lines += [f"    opened: {unit.opened}"] if unit.opened else []
    lines += [f"    closed: {unit.closed}"] if unit.closed else []
    lines += [f'    successor: "{unit.successor}"'] if unit.successor else []
    return "\n".join(lines) + "\n"


def _text(name: str) -> str:
    """A name as plain YAML; quoted only when YAML would read it otherwise."""
    return (
        name if name.replace(" ", "").isalpha() else yaml.safe_dump(name, allow_unicode=True).split("\n")[0]
    )


def _targets(plan: Plan) -> str:
    lines = ["# Målvärden: unit utelämnas när målet gäller hela huvudmannen.", "targets:"]
    uppers = [school for school in plan.schools if school.size_9]
    orders = [("", *target) for target in _TARGETS]
    for place, indicator, value, goal in _UNIT_TARGETS:
        orders.append((uppers[place].unit.code, indicator, value, goal))
    for code, indicator, value, goal in orders:
        lines += [f"  - indicator: {indicator}", f"    value: {value}"]
        lines += [f'    unit: "{code}"'] if code else []
        lines += [f"    goal: {goal}", "    school_year: 2024/25", "    decided: Nämnden 2024-06-13"]
    return "\n".join(lines) + "\n"
