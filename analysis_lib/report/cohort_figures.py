"""The figures of årskullar and förädlingsvärde: which released cells each is drawn from (floor 7; seed G2).

The same functions serve reports and the dashboard, for a unit and for the huvudman, so a figure is the same
wherever it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.caterpillar import Estimate, Wording, caterpillar
from analysis_lib.present.charts.figure import Setting, column, mark_notes, row, table_cell, value_cell
from analysis_lib.present.charts.quadrant import QuadrantPoint, quadrant
from analysis_lib.present.charts.slopes import Step, slopes
from analysis_lib.present.charts.slopes_drawing import Slope, Stop
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.present.heat import year_of
from analysis_lib.report.cohort_table import SUBJECTS
from analysis_lib.report.figures import unit_name
from analysis_lib.report.growth import FOLLOWED, Growth, Growths, growths
from analysis_lib.report.growth_methods import Method, method
from analysis_lib.report.scope import Scope
from analysis_lib.report.tables import table_data
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.periods import SchoolYear

SOURCE = f"skolornas betyg i åk{text.NBSP}6 och åk{text.NBSP}9"
STOPS = (("progress.core_passed_6", 6), ("progress.core_passed_9", 9))
Known = Mapping[str, Indicator]


def leaving(school_year: str) -> int:
    """The year in which those who were in year 9 that läsår left."""
    return SchoolYear.parse(school_year).end


def growth_caterpillar(
    scope: Scope, known: Known, setting: Setting, how: Method, *, school_year: str = "", subject: str = ""
) -> Block | None:
    """Every unit's förädlingsvärde with its interval, by area and name; None where none is reckoned."""
    found = growths(scope, how, known, school_year=school_year, subject=subject)
    if found is None:
        return None
    units = [estimate(scope, known, found, each) for each in found.units]
    whole = _whole(scope, known, found)
    return caterpillar(units, setting=replace(setting, source=SOURCE), wording=wording_of(found), whole=whole)


def growth_quadrant(
    scope: Scope, known: Known, setting: Setting, how: Method, *, school_year: str = "", subject: str = ""
) -> Block | None:
    """Level against growth; None with fewer than two units to show."""
    found = growths(scope, how, known, school_year=school_year, subject=subject)
    if found is None or how.level not in known or found.whole is None:
        return None
    points = []
    for each in found.units:
        level = _level(scope, how, found, "unit", each.code)
        if level is not None:
            points.append(QuadrantPoint(level, estimate(scope, known, found, each)))
    level, whole = _level(scope, how, found, "authority", found.whole.code), _whole(scope, known, found)
    if level is None or whole is None:
        return None
    return quadrant(
        points,
        setting=replace(setting, source=SOURCE),
        indicator=known[how.level],
        wording=wording_of(found),
        whole=QuadrantPoint(level, whole),
    )


def _level(scope: Scope, how: Method, found: Growths, level: str, code: str) -> ReleasedCell | None:
    keys = {"level": level, "code": code, "school_year": found.school_year, "sex": "T", "category": ""}
    subject = found.subject if how.level.endswith("subject_passed_9") else ""
    return next(iter(scope.of(how.level).select(subject=subject, basis="own", **keys).cells()), None)


def _whole(scope: Scope, known: Known, found: Growths) -> Estimate | None:
    return estimate(scope, known, found, found.whole) if found.whole is not None else None


def estimate(scope: Scope, known: Known, found: Growths, each: Growth) -> Estimate:
    """One place's förädlingsvärde as a figure draws it, with the facts that it states."""
    unit = scope.units.get(each.code)
    said = each.figures or each.cells
    followed = each.coverage
    cells = tuple(dict.fromkeys((*each.cells, *said, *([followed] if followed else []))))
    return Estimate(
        name=unit_name(unit) if unit else "Kommunen",
        area=unit.area if unit else "",
        of=cells if each.is_shown else each.cells,
        facts=merged(*(facts_of([cell], known[cell.indicator]) for cell in cells)),
        decimals=min(found.method.decimals, each.cells[0].decimals),  # a class stands in whole points
        value=each.value,
        low=each.low,
        high=each.high,
        is_own=unit is not None and scope.unit is not None and unit.code == scope.unit.code,
        is_sure=each.is_sure,
        is_uncertain=each.is_uncertain,
        followed=_followed(followed, known),
    )


def _followed(cell: ReleasedCell | None, known: Known) -> str:
    if cell is None:
        return ""
    return value_cell(cell, known[cell.indicator])["text"]


def wording_of(found: Growths, *, order: str = "Ordnat efter område och namn.") -> Wording:
    """The words of one way of reckoning about one årskull."""
    how, leaves = found.method, leaving(found.school_year)
    subject = f" i {SUBJECTS[found.subject]}" if found.subject else ""
    measured = {
        "progression": "Förändring från åk 6 till åk 9 för samma elever",
        "peer_expected": f"{'Betygspoäng' if subject else 'Meritvärde'}{subject} i åk 9 mot väntat",
        "multilevel": "Meritvärde i åk 9 mot väntat i flernivåmodellen",
        "relative_position": "Förflyttning bland kommunens elever från åk 6 till åk 9",
    }[how.id]
    title = f"{measured}, {how.unit}. Årskullen som slutade {leaves}. {order}"
    foot = "Värdena är dragna mot noll: mest där eleverna är få." if how.id == "multilevel" else ""
    notes = [{"term": how.title, "text": how.sentence}]
    years = [year_of(leaves, *found.units[0].cells)]
    return Wording(title, how.unit, how.heads, how.above, how.below, notes, foot, years)


def cohort_slopes(scope: Scope, known: Known, setting: Setting, *, school_year: str = "") -> Block | None:
    """The årskull's followed pupils from år 6 to år 9, with the kommun and the årskull before."""
    year = school_year or scope.school_year
    stops = [Stop(group, "betyg") for _, group in STOPS]
    own = _slope(scope, known, year, f"Slutade {leaving(year)}", "own")
    if own is None:
        return None
    lines = [own]
    if scope.unit is not None:
        lines += [
            each for each in [_slope(scope.about(None), known, year, "Kommunen", "municipality")] if each
        ]
    before = str(SchoolYear.parse(year).plus(-1))
    earlier = _slope(scope, known, before, f"Slutade {leaving(before)}", "earlier")
    lines += [earlier] if earlier and earlier.shown else []
    how = method("progression")
    assert how is not None
    found = growths(scope, how, known, school_year=year)
    code = scope.unit.code if scope.unit else ""
    mine = None if found is None else found.of(code) if code else found.whole
    step = None
    if mine is not None and mine.value is not None and mine.low is not None and mine.high is not None:
        step = Step(mine.value, mine.low, mine.high, mine.is_sure, mine.figures)
    followed = mine.coverage if mine else None
    told = (
        f"{_followed(followed, known)} av eleverna kan följas."
        if followed is not None and followed.is_shown
        else ""
    )
    block = slopes(
        lines,
        stops,
        setting=replace(setting, source=SOURCE),
        title="Andel som når kraven i svenska, matematik och engelska, procent. "
        f"{scope.name}, samma elever i åk 6 och åk 9.",
        step=step,
        followed=told,
        derived=[year_of(leaving(each), *(one[0] for one in own.cells if one)) for each in (year, before)],
    )
    if followed is None or block.kind == "gap":
        return block
    return replace(block, facts=merged(block.facts, facts_of([followed], known[FOLLOWED])))


def _slope(scope: Scope, known: Known, year: str, name: str, style: Any) -> Slope | None:
    cells: list[tuple[ReleasedCell, Indicator] | None] = []
    for indicator, _ in STOPS:
        found = scope.own(indicator, school_year=year, years=None).cells() if indicator in known else ()
        cell = next((each for each in found if each.basis == "own"), None)
        cells.append((cell, known[indicator]) if cell is not None else None)
    return Slope(name, style, cells) if any(cells) else None


def followed_table(scope: Scope, known: Known, *, school_year: str = "") -> Block | None:
    """How many of each unit's pupils can be followed, and where that is too few; None without any."""
    year, indicator = school_year or scope.school_year, known[FOLLOWED]
    codes = [scope.unit.code] if scope.unit else [unit.code for unit in _by_name(scope)]
    rows, cells = [], []
    for code in [*codes, ""]:
        found = (scope.about(code) if code else scope.about(None)).own(FOLLOWED, school_year=year, years=None)
        cell = next(iter(found.cells()), None)
        if cell is None or cell.state == "missing":
            continue
        name = unit_name(scope.units[code]) if code else "Kommunen"
        cells.append(cell)
        rows.append(
            row(
                {
                    "unit": table_cell(name),
                    "n": table_cell(cell.n_text),
                    "followed": value_cell(cell, indicator),
                    "verdict": table_cell(_enough(cell)),
                },
                "" if code else "sum",
            )
        )
    if not rows:
        return None
    columns = [
        column("unit", "Skola", "left"),
        column("n", "Elever i åk\u00a09"),
        column("followed", "Kan följas"),
        column("verdict", "Räcker det?", "left"),
    ]
    notes = [
        {
            "term": "Gränsen är 75 procent",
            "text": "Följs färre än så är värdet osäkert och sägs aldrig vara säkert. De som inte följs har "
            "bytt skola, kommit senare eller har skyddade uppgifter; de räknas i skolans resultat men inte i "
            "kurvan.",
        },
        *mark_notes(cells),
    ]
    caption = f"Elever i årskurs 9 läsåret {year} som kan följas från årskurs 6."
    data = table_data("tackning-arskull", caption, columns, rows, notes, foot=f"Källa: {SOURCE}.")
    return Block("table", data, facts_of(cells, indicator))


def _by_name(scope: Scope) -> list[Any]:
    return sorted(scope.units.values(), key=lambda unit: (text.sort_key(unit.area), text.sort_key(unit.name)))


def _enough(cell: ReleasedCell) -> str:
    if cell.state == "nearly_all":
        return "ja"
    if not cell.is_shown or cell.value is None:
        return "visas inte"
    return "ja" if cell.value >= 75 else "nej, osäkert"
