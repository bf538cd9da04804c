"""Which cells each figure of a report is drawn from (floor 7).

A function here picks released cells and hands them to ``present``; it gives None when the report's own place
has nothing to show, so that the next indicator, or an explained gap, takes the figure's place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.distribution import GRADES, GradeBar, draw_grade_distribution
from analysis_lib.present.charts.figure import Comparison, Setting, gap_block
from analysis_lib.present.charts.funnel import draw_funnel
from analysis_lib.present.charts.ranges import RangeRow, draw_ranges
from analysis_lib.present.charts.sexgap import GapRow, draw_sex_gap
from analysis_lib.present.charts.trend import draw_trend
from analysis_lib.present.charts.units import UnitRow, draw_units
from analysis_lib.present.evidence import facts_of
from analysis_lib.report.scope import Scope
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import Unit

LEAST_YEARS = 2
PUBLISHED = "Skolverkets statistik"
COMPUTED = "; där Skolverket inte anger kommunens värde är det beräknat ur skolornas"
LEAST_UNITS = 2
# The subjects that a report looks at, in the order of the timetable's largest subjects first.
SUBJECT_NAMES = {
    "SV": "Svenska",
    "SVA": "Svenska som andraspråk",
    "EN": "Engelska",
    "MA": "Matematik",
    "BI": "Biologi",
    "FY": "Fysik",
    "KE": "Kemi",
    "NO": "NO-ämnen",
    "TN": "Teknik",
    "GE": "Geografi",
    "HI": "Historia",
    "RE": "Religionskunskap",
    "SH": "Samhällskunskap",
    "SO": "SO-ämnen",
}
ORGANISERS = {
    "independent": "fristående",
    "state": "statlig",
    "region": "regional",
    "international": "internationell",
}
Draw = Callable[..., Block | None]
_COMPUTED_NATION = {
    "term": "Riket",
    "text": "är alla skolor i landet, beräknat ur Skolverkets siffror för kommuner eller skolor och viktat "
    "med antal elever.",
}


def trend(scope: Scope, indicator: Indicator, setting: Setting, target: float | None) -> Block | None:
    """One measure over the years, with kommun, riket and target where they exist; None for a single year."""
    cells = list(scope.own(indicator.id).cells())
    if sum(cell.state != "missing" for cell in cells) < LEAST_YEARS:
        return None
    compared = comparisons(scope, indicator)
    known = with_notes(sourced(setting, cells, indicator), compared)
    return draw_trend(
        cells,
        setting=with_breaks(known, scope, cells),
        indicator=indicator,
        years=_years(scope, cells),
        comparisons=compared,
        target=target,
    )


def comparisons(scope: Scope, indicator: Indicator) -> list[Comparison]:
    """Kommun and riket for the figures of a unit; riket for those of a huvudman."""
    is_part = scope.unit is not None and not scope.is_alone(indicator.id)
    others = ("authority", "nation") if is_part else ("nation",)
    return [each for other in others if (each := _comparison(scope, indicator, other)) is not None]


def sourced(setting: Setting, cells: Iterable[ReleasedCell], indicator: Indicator) -> Setting:
    """The setting with the source that the shown cells really come from."""
    bases = {cell.basis for cell in cells if cell.state != "missing"}
    if not bases or "own" in bases:
        return replace(setting, source=indicator.source)
    return replace(setting, source=PUBLISHED + (COMPUTED if "computed" in bases else ""))


def dated(setting: Setting, year: str, scope: Scope) -> Setting:
    """The setting with a note when the newest figures are older than the report's school year."""
    if year == scope.school_year:
        return setting
    note = {"term": f"Läsåret {year}", "text": "är det senaste som det finns uppgifter för i det här måttet."}
    return replace(setting, notes=(note, *setting.notes))


def with_notes(setting: Setting, compared: list[Comparison]) -> Setting:
    """The setting with a note when riket was computed from the file."""
    computed = any(
        cell.basis == "computed" for each in compared if each.style == "nation" for cell in each.cells
    )
    return replace(setting, notes=(*setting.notes, _COMPUTED_NATION)) if computed else setting


def with_breaks(setting: Setting, scope: Scope, cells: Sequence[ReleasedCell]) -> Setting:
    """The setting with the breaks of a series and a note on each."""
    found = {each.school_year: each.words for each in scope.segments(cells[-1]).breaks}
    notes = tuple(
        {"term": f"Brott {year}", "text": f"{words}: värden före och efter går inte att jämföra."}
        for year, words in found.items()
        if year in {cell.school_year for cell in cells}
    )
    return replace(setting, breaks=found, notes=(*setting.notes, *notes))


def measures(scope: Scope, indicators: Sequence[Indicator], setting: Setting) -> Block | None:
    """Several shares of the newest school year beside each other, where one year is all there is."""
    rows = []
    for indicator in indicators:
        cell = scope.newest(scope.own(indicator.id))
        if indicator.kind == "share" and not indicator.by_subject and cell is not None:
            rows.append(_range_row(scope, indicator, cell, indicator.short))
    if not rows:
        return None
    year = max(row.cell.school_year for row in rows)
    rows = [row for row in rows if row.cell.school_year == year]
    known = sourced(setting, [row.cell for row in rows], rows[0].indicator)
    noted = with_notes(known, [Comparison("Riket", [row.nation for row in rows if row.nation], "nation")])
    return draw_ranges(rows, setting=noted, title="Andel elever, procent", year=year)


def ranges(scope: Scope, indicator: Indicator, setting: Setting) -> Block | None:
    """The subjects of the newest school year beside the municipality's schools and the country."""
    rows = []
    for code, name in SUBJECT_NAMES.items():
        cell = scope.newest(scope.own(indicator.id, subject=code))
        if cell is not None:
            rows.append(_range_row(scope, indicator, cell, name))
    year = max((row.cell.school_year for row in rows), default="")
    rows = [row for row in rows if row.cell.school_year == year]
    if not rows:
        return None
    known = dated(sourced(setting, [row.cell for row in rows], indicator), year, scope)
    noted = with_notes(known, [Comparison("Riket", [row.nation for row in rows if row.nation], "nation")])
    return draw_ranges(rows, setting=noted, title=f"{indicator.title}, procent", year=year)


def units(scope: Scope, indicator: Indicator, setting: Setting) -> Block | None:
    """Every unit by area and name with its interval, beside the whole: no ranking."""
    cells = [cell for cell in scope.unit_cells(indicator.id) if cell.state != "missing"]
    if not cells:
        return None
    if len(cells) < LEAST_UNITS:
        name = unit_name(scope.units[cells[0].code])
        return gap_block(
            "Det finns bara en enhet att visa",
            f"{name} är den enda i kommunen med uppgift om {text.uncapitalised(indicator.short)}.",
            "Enhetens uppgift står i tabellen över enheterna.",
            facts_of(cells, indicator),
        )
    total = _total(scope, indicator)
    return draw_units(
        [_unit_row(scope, cell) for cell in cells],
        setting=sourced(setting, [*cells, *([total] if total else [])], indicator),
        indicator=indicator,
        year=scope.school_year,
        total=total,
        total_name=scope.own_schools,
    )


def funnel(scope: Scope, indicator: Indicator, setting: Setting) -> Block | None:
    """Every unit's share against its number of pupils; with too few shown, the units by area and name."""
    cells = [cell for cell in scope.unit_cells(indicator.id) if cell.state != "missing"]
    mine = [cell for cell in cells if scope.units[cell.code].is_own]
    total = _total(scope, indicator)
    block = total and draw_funnel(
        [_unit_row(scope, cell) for cell in mine],
        setting=sourced(setting, [*mine, total], indicator),
        indicator=indicator,
        year=scope.school_year,
        total=total,
        total_name=scope.own_schools,
    )
    return block or units(scope, indicator, setting)


def _total(scope: Scope, indicator: Indicator) -> ReleasedCell | None:
    cells = scope.authority(indicator.id).cells()
    return next((cell for cell in cells if cell.school_year == scope.school_year), None)


def _unit_row(scope: Scope, cell: ReleasedCell) -> UnitRow:
    unit = scope.units[cell.code]
    is_own = scope.unit is not None and unit.code == scope.unit.code
    return UnitRow(unit_name(unit), cell, unit.area, is_own)


def unit_name(unit: Unit) -> str:
    """A unit's name, marked when it is not the municipality's own."""
    organiser = ORGANISERS.get(unit.organiser)
    return f"{unit.name} ({organiser})" if organiser else unit.name


def _range_row(scope: Scope, indicator: Indicator, cell: ReleasedCell, label: str) -> RangeRow:
    keys = {"subject": cell.subject, "school_year": cell.school_year}
    nation = next(iter(scope.nation(indicator.id, **keys).cells()), None)
    return RangeRow(label, cell, indicator, units=scope.unit_cells(indicator.id, **keys), nation=nation)


def explored(scope: Scope, indicator: Indicator, others: tuple[str, ...]) -> Block:
    """The trend that a strategist asks for, with the chosen comparisons, or an explained gap.

    ``others`` are ``authority``, ``nation`` or codes of units.
    """
    setting = Setting(
        id=f"{indicator.id}/{scope.unit.code if scope.unit else scope.settings.municipality_code}",
        subject=scope.name,
        source="",
    )
    compared = [each for other in others if (each := _comparison(scope, indicator, other)) is not None]
    cells = list(scope.own(indicator.id).cells())
    return draw_trend(
        cells,
        setting=with_notes(sourced(setting, cells, indicator), compared),
        indicator=indicator,
        years=_years(scope, cells),
        comparisons=compared,
    )


def whose(cells: Iterable[ReleasedCell], scope: Scope) -> str:
    """Which units of the kommun a series is about: the huvudman's own, or all schools."""
    return "Alla skolor i kommunen" if any(c.organiser == "all" for c in cells) else scope.like_units


def _comparison(scope: Scope, indicator: Indicator, other: str) -> Comparison | None:
    if other == "nation":
        found = Comparison("Riket", tuple(scope.nation(indicator.id).cells()), "nation")
    elif other == "authority":
        cells = tuple(scope.authority(indicator.id).cells())
        found = Comparison(whose(cells, scope), cells)
    else:
        place = scope.about(other)
        found = Comparison(place.name, tuple(place.own(indicator.id).cells()))
    return found if any(cell.state != "missing" for cell in found.cells) else None


def _years(scope: Scope, cells: Sequence[ReleasedCell]) -> tuple[str, ...]:
    first = min((cell.school_year for cell in cells), default=scope.years[-1])
    return tuple(year for year in scope.years if year >= first) or scope.years[-1:]


def distribution(scope: Scope, indicator: Indicator, setting: Setting) -> Block | None:
    """The grades of the newest school year, one bar per subject."""
    bars = []
    year = _newest_year(scope, indicator)
    for code, name in SUBJECT_NAMES.items():
        cells = list(scope.own(indicator.id, subject=code, category=list(GRADES), school_year=year).cells())
        if cells:
            bars.append(GradeBar(name, cells))
    if not bars:
        return None
    known = sourced(setting, [cell for bar in bars for cell in bar.cells], indicator)
    return draw_grade_distribution(bars, setting=known, indicator=indicator, year=year)


def distribution_over_years(
    scope: Scope, indicator: Indicator, setting: Setting, subject: str
) -> Block | None:
    """The grades of one subject, one bar per läsår, the newest first."""
    cells = list(scope.own(indicator.id, subject=subject, category=list(GRADES)).cells())
    years = sorted({cell.school_year for cell in cells if cell.state != "missing"}, reverse=True)
    if not years:
        return None
    bars = [GradeBar(year, [cell for cell in cells if cell.school_year == year]) for year in years]
    span = years[0] if len(years) == 1 else f"{years[-1]}{text.EN_DASH}{years[0]}"
    named = replace(
        sourced(setting, cells, indicator), subject=f"{SUBJECT_NAMES[subject]}, {setting.subject}"
    )
    return draw_grade_distribution(bars, setting=named, indicator=indicator, year=span, bars_are="Läsår")


def sex_gap(scope: Scope, indicators: Sequence[Indicator], setting: Setting) -> Block | None:
    """Girls and boys beside each other in the measures of one kind that have data."""
    rows = []
    for indicator in indicators:
        girls = scope.newest(scope.own(indicator.id, sex="F"))
        boys = scope.newest(scope.own(indicator.id, sex="P"))
        if indicator.kind == "share" and girls and boys and girls.school_year == boys.school_year:
            rows.append(GapRow(indicator.short, girls, boys, indicator))
    year = max((row.girls.school_year for row in rows), default="")
    rows = [row for row in rows if row.girls.school_year == year]
    if not rows:
        return None
    known = dated(sourced(setting, [row.girls for row in rows], rows[0].indicator), year, scope)
    return draw_sex_gap(rows, setting=known, title="Andel elever, procent", year=year)


def _newest_year(scope: Scope, indicator: Indicator) -> str:
    found = scope.own(indicator.id, subject=list(SUBJECT_NAMES), category=list(GRADES)).frame
    return (
        str(found.loc[found["state"] != "missing", "school_year"].max()) if len(found) else scope.school_year
    )
