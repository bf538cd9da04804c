"""Which cells the figures of grades and tests are drawn from: NP–betyg, SALSA, likvärdighet, cohorts (floor
7).

As in ``figures``: a function picks released cells and hands them to ``present``; None when the report's own
place has nothing to show.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.errors import SkolbankError
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.agreement import AgreementBar, draw_agreement
from analysis_lib.present.charts.crosstab import draw_crosstab
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.flow import draw_cohort_flow
from analysis_lib.present.charts.ranges import LEAST_UNITS
from analysis_lib.present.charts.residuals import Measured, ResidualRow, Usual, draw_residuals
from analysis_lib.present.charts.spread import SpreadYear, draw_spread
from analysis_lib.report.figures import SUBJECT_NAMES, dated, sourced, unit_name
from analysis_lib.report.scope import Scope
from analysis_lib.statistics.equity import deviation_between
from analysis_lib.statistics.intervals import Z95
from analysis_lib.statistics.salsa import load_rules, wording
from analysis_lib.vocabulary.grades import DIRECTIONS
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.periods import SchoolYear

_COHORT_YEARS = 5
_SALSA_SHARE, _SAME_SHARE = "salsa.all_passed_actual", "results.all_passed_9"
_CATEGORIES = {"category": list(DIRECTIONS)}


def agreement(
    scope: Scope, indicator: Indicator, setting: Setting, *, subject: str = "", year: str = ""
) -> Block | None:
    """The newest läsår's grades beside test grades, a bar per subject, or what is asked for."""
    bars: list[AgreementBar] = []
    asked = year or _newest_year(scope, indicator, list(DIRECTIONS))
    for code, name in SUBJECT_NAMES.items():
        if subject and code != subject:
            continue
        keys = {"subject": code, "school_year": asked, **_CATEGORIES}
        cells = _by_category(scope.own(indicator.id, years=None, **keys).cells())
        if cells:
            nation = _by_category(scope.nation(indicator.id, years=None, **keys).cells())
            bars.append(AgreementBar(name, cells, nation or None))
    if not bars:
        return None
    known = sourced(setting, [bar.one for bar in bars], indicator)
    return draw_agreement(bars, setting=dated(known, asked, scope), indicator=indicator, year=asked)


def crosstab(
    scope: Scope, indicator: Indicator, setting: Setting, *, subject: str, year: str = ""
) -> Block | None:
    """The huvudman's counts of test grade and grade in one subject."""
    asked = year or _newest_year(scope, indicator, None)
    found = scope.of(indicator.id).select(level="authority", subject=subject, school_year=asked, sex="T")
    cells = _by_category(found.cells())
    if not cells:
        return None
    known = sourced(replace(setting, subject=scope.own_schools), cells.values(), indicator)
    return draw_crosstab(
        cells,
        setting=dated(known, asked, scope),
        indicator=indicator,
        subject=SUBJECT_NAMES.get(subject, subject),
        year=asked,
    )


def crosstab_subjects(scope: Scope, indicator: Indicator, year: str = "") -> list[str]:
    """The subjects whose crosstab has anything to show in the läsår, in the report's order."""
    asked = year or _newest_year(scope, indicator, None)
    rows = scope.of(indicator.id).select(level="authority", school_year=asked, state="shown")
    there = {each[0] for each in rows.distinct("subject")}
    return [code for code in SUBJECT_NAMES if code in there]


def salsa(scope: Scope, measured: Measured, setting: Setting, *, year: str = "") -> Block | None:
    """A unit's SALSA residuals over the läsår, or the units' of the newest läsår for the huvudman."""
    actual, expected, residual = (each.id for each in measured.indicators)
    if scope.unit:
        years = [cell.school_year for cell in scope.own(residual).cells() if cell.state != "missing"]
        rows = [
            ResidualRow(
                each,
                residual=_one(scope, residual, scope.unit.code, each),
                actual=scope.one(actual, level="unit", code=scope.unit.code, school_year=each),
                expected=scope.one(expected, level="unit", code=scope.unit.code, school_year=each),
            )
            for each in sorted(years)
        ]
    else:
        newest = year or _newest_published(scope, residual)
        rows = [
            ResidualRow(
                unit_name(scope.units[cell.code]),
                residual=cell,
                actual=scope.one(actual, level="unit", code=cell.code, school_year=newest),
                expected=scope.one(expected, level="unit", code=cell.code, school_year=newest),
                group=scope.units[cell.code].area,
            )
            for cell in _in_order(scope, scope.unit_cells(residual, school_year=newest))
        ]
    rows = [row for row in rows if not _is_told_elsewhere_as_hidden(scope, row.actual)]
    if not rows:
        return None
    newest = max(row.residual.school_year for row in rows)
    return draw_residuals(
        rows,
        setting=dated(replace(setting, source=measured.indicators[2].source, until=""), newest, scope),
        measured=measured,
        usual=_usual(measured),
        wording=wording(newest),
        over_years=scope.unit is not None,
    )


def spread(scope: Scope, indicator: Indicator, setting: Setting) -> Block | None:
    """How far apart the huvudman's units lie, läsår by läsår; None with under five shown every läsår."""
    years = spread_years(scope, indicator)
    if not years:
        return None
    cells = [cell for year in years for cell in year.units]
    about = replace(sourced(setting, cells, indicator), subject=scope.own_schools)
    drawn = {year.school_year for year in years}
    with_data = {each[0] for each in scope.of(indicator.id).select(level="unit").distinct("school_year")}
    silent = [year for year in scope.years if year in with_data and year not in drawn]
    noted = dated(about, years[-1].school_year, scope)
    return draw_spread(years, setting=noted, indicator=indicator, silent=silent)


def spread_years(scope: Scope, indicator: Indicator) -> list[SpreadYear]:
    """The läsår in which at least five of the huvudman's own units have a value that is shown."""
    found = []
    totals = {cell.school_year: cell for cell in scope.authority(indicator.id).cells()}
    for year in scope.years:
        cells = scope.unit_cells(indicator.id, school_year=year)
        own = [cell for cell in cells if scope.units[cell.code].is_own]
        known = [(cell, noise) for cell in own if (noise := _noise(cell, indicator)) is not None]
        if len(known) < LEAST_UNITS:
            continue
        hidden = sum(cell.state != "missing" for cell in own) - len(known)
        between = deviation_between(
            [float(cell.value or 0) for cell, _ in known], [noise for _, noise in known]
        )
        found.append(SpreadYear(year, [cell for cell, _ in known], hidden, between, totals.get(year)))
    return found


def cohort_flow(scope: Scope, indicator: Indicator, setting: Setting) -> Block | None:
    """What became of the newest cohort that has had five years; earlier cohorts in the table."""
    by_year: dict[str, dict[str, ReleasedCell]] = {}
    steps = scope.of(indicator.id).distinct("category")
    keys = {"category": [each[0] for each in steps], "years": None}
    for cell in scope.own(indicator.id, **keys).cells():
        by_year.setdefault(_began(cell.school_year), {})[cell.category] = cell
    if not by_year:
        return None
    newest = max(by_year)
    earlier = {year: cells for year, cells in by_year.items() if year != newest}
    known = sourced(setting, by_year[newest].values(), indicator)
    return draw_cohort_flow(
        by_year[newest], setting=known, indicator=indicator, began=newest, earlier=earlier
    )


def _began(last: str) -> str:
    return str(SchoolYear.parse(last).plus(1 - _COHORT_YEARS))


def _noise(cell: ReleasedCell, indicator: Indicator) -> float | None:
    """The sampling variance of a shown value, from its n or its interval; None when it can't be known."""
    if not cell.is_shown or cell.value is None:
        return None
    if indicator.kind == "share":
        if cell.n is None or cell.n_state != "shown":
            return None
        share = (cell.value / 100 * cell.n + 1) / (cell.n + 2)
        return 1e4 * share * (1 - share) / cell.n
    if cell.low is None or cell.high is None:
        return None
    return ((cell.high - cell.low) / 2 / Z95) ** 2


def _usual(measured: Measured) -> Usual | None:
    """The spread of the newest model that Skolverket has described, for merit ratings."""
    try:
        models = [each for each in load_rules().models if each.residual_error is not None]
    except SkolbankError:
        return None
    if not models or measured.unit != "poäng":
        return None
    newest = max(models, key=lambda each: each.school_year)
    return Usual(float(newest.residual_error or 0.0), newest.school_year)


def _is_told_elsewhere_as_hidden(scope: Scope, actual: ReleasedCell | None) -> bool:
    """Whether a share of SALSA would tell what the school's own share is hidden for."""
    if actual is None or actual.indicator != _SALSA_SHARE:
        return False
    keys = {"level": "unit", "code": actual.code, "school_year": actual.school_year}
    own = scope.one(_SAME_SHARE, **keys)
    return own is not None and own.state in ("suppressed", "nearly_all", "nearly_none")


def _one(scope: Scope, indicator: str, code: str, year: str) -> ReleasedCell:
    found = scope.one(indicator, level="unit", code=code, school_year=year)
    assert found is not None
    return found


def _in_order(scope: Scope, cells: list[ReleasedCell]) -> list[ReleasedCell]:
    """The cells by area and name: never by value."""

    def place(cell: ReleasedCell) -> tuple[object, object]:
        unit = scope.units[cell.code]
        return text.sort_key(unit.area or "\uffff"), text.sort_key(unit.name)

    return sorted((cell for cell in cells if cell.state != "missing"), key=place)


def _newest_published(scope: Scope, indicator: str) -> str:
    rows = scope.of(indicator).select(level="unit", state=["shown", "suppressed"])
    years = {each[0] for each in rows.distinct("school_year")} & set(scope.years)
    return max(years, default=scope.school_year)


def _newest_year(scope: Scope, indicator: Indicator, categories: list[str] | None) -> str:
    rows = scope.of(indicator.id).select(school_year=list(scope.years))
    if categories is not None:
        rows = rows.select(category=categories)
    years = {each[0] for each in rows.distinct("school_year")}
    return max(years, default=scope.school_year)


def _by_category(cells: Iterable[ReleasedCell]) -> dict[str, ReleasedCell]:
    return {cell.category: cell for cell in cells}
