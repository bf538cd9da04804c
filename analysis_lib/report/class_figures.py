"""A unit's classes beside the unit: what they reached, and their förädlingsvärde (floor 7; M13).

Only the internal edition holds classes. They stand by name and never by value, each beside the unit's own
figure, which is the classes' figures weighed together: one number from the classroom to the board (G1, G3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.caterpillar import caterpillar
from analysis_lib.present.charts.figure import Setting, column, mark_notes, row, table_cell, value_cell
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.report.cohort_figures import SOURCE, estimate, wording_of
from analysis_lib.report.growth import FOLLOWED, class_growths
from analysis_lib.report.growth_methods import Method
from analysis_lib.report.scope import Scope
from analysis_lib.report.tables import table_data
from analysis_lib.vocabulary.classes import class_code, class_order, shown_name, unit_of
from analysis_lib.vocabulary.indicators import Indicator

Known = Mapping[str, Indicator]
LEVEL = "class"
_UNKNOWN, _SAME = "kan inte sägas", "ingen säker skillnad"
_MEASURED = "med godkänt i alla ämnen"
LEADING = {9: "results.all_passed_9", 6: "results.all_passed_6"}
_MORE = {9: ("results.eligible_vocational", "results.merit_rating_17", FOLLOWED), 6: ()}
_HEADS = {
    "results.eligible_vocational": "Behöriga till yrkesprogram",
    "results.merit_rating_17": "Meritvärde",
    FOLLOWED: "Kan följas",
}
IDENTITY = (
    "Vägs klassernas tal ihop med antalet elever blir det skolans, och skolornas blir kommunens: samma tal "
    "från klassrum till nämnd. Klassernas medelvärden står i hela poäng."
)


def class_codes(scope: Scope, year: str, group: int) -> list[str]:
    """The codes of the unit's classes that are told of in a school year, by name."""
    if scope.unit is None:
        return []
    told = scope.of(LEADING[group]).select(level=LEVEL, school_year=year)
    mine = {str(code) for (code,) in told.distinct("code") if unit_of(str(code)) == scope.unit.code}
    return sorted(mine, key=class_order)


def class_table(
    scope: Scope, known: Known, *, school_year: str, group: int, chosen: str = ""
) -> Block | None:
    """Every class with n, value, interval and what it comes to beside the unit; None without classes.

    ``chosen`` is the name of one class to show alone.
    """
    unit = scope.unit
    codes = class_codes(scope, school_year, group)
    if unit is None or not codes:
        return None
    shown = [code for code in codes if not chosen or code == class_code(unit.code, chosen)]
    names = [name for name in (LEADING[group], *_MORE[group]) if name in known]
    found = {(name, code): _cell(scope, name, LEVEL, code, school_year) for name in names for code in shown}
    if all(cell is None or cell.state == "suppressed" for cell in found.values()):
        return None
    whole = {name: _cell(scope, name, "unit", unit.code, school_year) for name in names}
    rows = [
        _row(shown_name(code), {name: found[name, code] for name in names}, whole[names[0]], known, "")
        for code in shown
    ]
    rows.append(_row(unit.name, whole, None, known, "sum"))
    cells = [(name, cell) for (name, _), cell in found.items()] + list(whole.items())
    notes: list[Mapping[str, str]] = [
        {"term": "Ingen rangordning", "text": _CAUTION},
        *mark_notes(cell for _, cell in cells if cell is not None),
    ]
    return Block(
        "table",
        table_data(
            f"klasser-ak{group}",
            f"Klasserna i årskurs {group} läsåret {school_year}, i bokstavsordning.",
            _columns(names),
            rows,
            notes,
            foot=f"{IDENTITY} Källa: skolans betyg.",
            is_wide=True,
        ),
        merged(*(facts_of([cell], known[name]) for name, cell in cells)),
    )


def class_sentence(scope: Scope, *, school_year: str, group: int = 9) -> Block | None:
    """What the classes come to beside the unit, counted and named but never ranked; None without classes."""
    codes = class_codes(scope, school_year, group)
    if scope.unit is None or not codes:
        return None
    name, whole = LEADING[group], _cell(scope, LEADING[group], "unit", scope.unit.code, school_year)
    cells = {code: _cell(scope, name, LEVEL, code, school_year) for code in codes}
    told = {code: verdict(cell, whole) for code, cell in cells.items()} if whole is not None else {}
    shown = [code for code, words in told.items() if words != _UNKNOWN]
    if len(codes) == 1:
        words = "Skolan har en klass i årskullen, så klassens tal är skolans."
    elif not shown:
        return None
    else:
        words = " ".join([*_apart(told), _alike(shown, told)]).strip()
    return Block("paragraph", {"text": words})


def _apart(told: Mapping[str, str]) -> list[str]:
    found = []
    for words in ("säkert högre", "säkert lägre"):
        names = [shown_name(code) for code, each in told.items() if each == words]
        if names:
            found.append(f"{text.listing(names)} ligger {words} än skolan i andelen {_MEASURED}.")
    return found


def _alike(shown: Sequence[str], told: Mapping[str, str]) -> str:
    alike = [code for code in shown if told[code] == _SAME]
    if not alike:
        return ""
    many = text.count_word(len(alike))
    if len(alike) < len(shown):
        return f"För {many} av klasserna som visas syns ingen säker skillnad mot skolan."
    return f"Ingen av de {many} klasser som visas skiljer sig säkert från skolan i andelen {_MEASURED}."


_CAUTION = (
    "Klasserna står i bokstavsordning. Säkert högre eller lägre betyder att klassens intervall inte rymmer "
    "skolans värde. Elever fördelas inte slumpvis på klasser, och i en liten grupp väger varje elev tungt: "
    "talen säger ingenting om en enskild lärares arbete."
)


def _columns(names: Sequence[str]) -> list[dict[str, str]]:
    return [
        column("class", "Klass", "left"),
        column("n", "Elever"),
        column(names[0], "Godkänt i alla ämnen"),
        column("interval", f"95{text.NBSP}% intervall"),
        column("verdict", "Mot skolan", "left"),
        *(column(name, _HEADS[name]) for name in names[1:]),
    ]


def _row(
    name: str,
    cells: Mapping[str, ReleasedCell | None],
    whole: ReleasedCell | None,
    known: Known,
    style: str,
) -> dict[str, object]:
    leading = next(iter(cells.values()))
    told = {
        "class": table_cell(name),
        "n": table_cell(leading.n_text if leading else ".."),
        "interval": table_cell(leading.interval_text if leading and leading.is_shown else ""),
        "verdict": table_cell(verdict(leading, whole) if whole is not None else ""),
    }
    return row(told | {each: _value(cell, known[each]) for each, cell in cells.items()}, style)


def _value(cell: ReleasedCell | None, indicator: Indicator) -> dict[str, str]:
    """The value; a class without a row of its own looks as any that is hidden."""
    return value_cell(cell, indicator) if cell is not None else table_cell("..")


def verdict(cell: ReleasedCell | None, whole: ReleasedCell) -> str:
    """What a class comes to beside its unit, in words; nothing is said where either is hidden."""
    if cell is None or not cell.is_shown or not whole.is_shown:
        return _UNKNOWN
    if cell.low is None or cell.high is None or whole.value is None:
        return _UNKNOWN
    if cell.low > whole.value:
        return "säkert högre"
    return "säkert lägre" if cell.high < whole.value else _SAME


def class_growth(
    scope: Scope, known: Known, setting: Setting, how: Method, *, school_year: str, chosen: str = ""
) -> Block | None:
    """Förädlingsvärde of the unit's classes with intervals, by name, and the unit; None without any."""
    unit = scope.unit
    if unit is None or "class" not in known[how.main].breakdowns:
        return None
    codes = class_codes(scope, school_year, 9)
    found = class_growths(scope, how, known, codes=codes, school_year=school_year)
    if found is None:
        return None
    wanted = class_code(unit.code, chosen) if chosen else ""
    shown = [each for each in found.units if not wanted or each.code == wanted]
    if not shown:
        return None
    named = [replace(estimate(scope, known, found, each), name=shown_name(each.code)) for each in shown]
    whole = replace(estimate(scope, known, found, found.whole), name=unit.name) if found.whole else None
    words = wording_of(found, order="Ordnat efter klassens namn.")
    words = replace(words, singular="klass", plural="klasser")
    return caterpillar(named, setting=replace(setting, source=SOURCE), wording=words, whole=whole)


def _cell(scope: Scope, name: str, level: str, code: str, year: str) -> ReleasedCell | None:
    keys = {"level": level, "code": code, "school_year": year, "sex": "T", "subject": "", "category": ""}
    return next(iter(scope.of(name).select(basis="own", **keys).cells()), None)
