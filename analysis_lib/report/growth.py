"""Förädlingsvärde of the units, reckoned from released figures and from nothing else (floor 7; rule R7).

The interval of an estimate needs the number of pupils and the spread among them. Where the number is hidden,
the least that the reader can know is used in its place, so an interval never tells more than what stands
beside it already (ADR 68). What cannot be shown keeps its row and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, sqrt

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.report.growth_methods import Method
from analysis_lib.report.scope import Scope
from analysis_lib.statistics.intervals import Z95, share_difference
from analysis_lib.statistics.value_added.rules import load_value_added_rules
from analysis_lib.vocabulary.indicators import Indicator

FEW = 4  # what the sign ~100 hides at most
FOLLOWED = "progress.followed_9"
LEAST = {"internal": 5}
_LEAST_PUBLIC = 10


@dataclass(frozen=True)
class Growth:
    """One place's estimate in the method's unit, or why it has none.

    ``cells`` are the released cells that it says something of; ``figures`` those it is reckoned from.
    """

    code: str
    cells: tuple[ReleasedCell, ...]
    figures: tuple[ReleasedCell, ...] = ()
    value: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: ReleasedCell | None = None
    is_uncertain: bool = False

    @property
    def is_shown(self) -> bool:
        return self.value is not None

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves zero out, among enough of the pupils."""
        if self.low is None or self.high is None or self.is_uncertain:
            return False
        return self.low > 0 or self.high < 0

    @property
    def hidden(self) -> ReleasedCell:
        """The cell that keeps the estimate from being told."""
        return next((cell for cell in self.cells if not cell.is_shown), self.cells[0])


@dataclass(frozen=True)
class Growths:
    """The estimates of one årskull by one way: units in order of area and name, and the huvudman."""

    method: Method
    school_year: str
    subject: str
    units: tuple[Growth, ...]
    whole: Growth | None

    @property
    def shown(self) -> tuple[Growth, ...]:
        return tuple(each for each in self.units if each.is_shown)

    def of(self, code: str) -> Growth | None:
        """The estimate of one unit."""
        return next((each for each in self.units if each.code == code), None)


def growths(
    scope: Scope, how: Method, known: Mapping[str, Indicator], *, school_year: str = "", subject: str = ""
) -> Growths | None:
    """Every unit's estimate in a school year, and the huvudman's; None where no unit has a row."""
    year = school_year or scope.school_year
    found = _Figures(scope, how, known, year, subject)
    codes = [code for code in scope.units if found.at(how.main, "unit", code)]
    ordered = sorted(codes, key=lambda code: _place(scope, code))
    if not ordered:
        return None
    whole = found.growth("authority", scope.settings.municipality_code)
    units = tuple(each for code in ordered if (each := found.growth("unit", code)) is not None)
    return Growths(how, year, subject, units, whole)


def class_growths(
    scope: Scope, how: Method, known: Mapping[str, Indicator], *, codes: Sequence[str], school_year: str
) -> Growths | None:
    """The estimates of a unit's classes, in the order given, with the unit as the whole; None without any."""
    if scope.unit is None:
        return None
    found = _Figures(scope, how, known, school_year, "")
    told = tuple(each for code in codes if (each := found.growth("class", code)) is not None)
    return Growths(how, school_year, "", told, found.growth("unit", scope.unit.code)) if told else None


def _place(scope: Scope, code: str) -> tuple[object, object]:
    unit = scope.units[code]
    return text.sort_key(unit.area), text.sort_key(unit.name)


@dataclass(frozen=True)
class _Figures:
    """The released figures of one way, school year and subject."""

    scope: Scope
    how: Method
    known: Mapping[str, Indicator]
    year: str
    subject: str

    def at(self, indicator: str, level: str, code: str) -> ReleasedCell | None:
        keys = {"level": level, "code": code, "school_year": self.year, "sex": "T", "category": ""}
        subject = self.subject if indicator in self.known and self.known[indicator].by_subject else ""
        found = self.scope.of(indicator).select(subject=subject, basis="own", **keys).cells()
        return next(iter(found), None)

    def growth(self, level: str, code: str) -> Growth | None:
        main = self.at(self.how.main, level, code)
        if main is None:
            return None
        coverage = self.at(FOLLOWED, level, code)
        reckon = _RECKON[self.how.id]
        return reckon(self, level, code, replace(_blank(code, main), coverage=coverage))

    def whole(self, indicator: str) -> ReleasedCell | None:
        """The huvudman's figure, such as a spread."""
        return self.at(indicator, "authority", self.scope.settings.municipality_code)

    def least(self, cell: ReleasedCell, coverage: ReleasedCell | None) -> float:
        """The number of pupils, or the least that a reader knows it to be."""
        if cell.n is not None and cell.n_state == "shown":
            return float(cell.n)
        lowest = float(LEAST.get(self.scope.table.audience, _LEAST_PUBLIC))
        if coverage is None or coverage.n is None or coverage.n_state != "shown" or self.subject:
            return lowest
        if coverage.is_shown and coverage.value is not None:  # told in whole per cent
            return max(lowest, float(floor((coverage.value - 0.5) / 100 * coverage.n)))
        return max(lowest, float(coverage.n - FEW)) if coverage.state == "nearly_all" else lowest


def _blank(code: str, main: ReleasedCell) -> Growth:
    return Growth(code, (main,))


def _is_uncertain(coverage: ReleasedCell | None) -> bool:
    """Whether too few of the pupils are followed, or nobody may say how many they are."""
    if coverage is None or coverage.state == "nearly_all":
        return coverage is None
    least = 100 * load_value_added_rules().least_coverage
    return not coverage.is_shown or coverage.value is None or coverage.value < least


def _difference(figures: _Figures, level: str, code: str, blank: Growth) -> Growth:
    """The share that reaches the requirements now minus earlier, as if now and then were different pupils.

    That is an interval too wide, never too narrow: the followed pupils' two results go together.
    """
    now, then = blank.cells[0], figures.at(figures.how.reads[1], level, code)
    if then is None:
        return blank
    both = replace(blank, cells=(now, then), figures=(now, then))
    if not (now.is_shown and then.is_shown) or now.value is None or then.value is None:
        return both
    n = figures.least(now, blank.coverage)
    k = [
        cell.numerator if cell.numerator is not None else cell.value * n / 100
        for cell in (now, then)
        if cell.value is not None
    ]
    found = share_difference(k[0], n, k[1], n)
    return replace(
        both,
        value=now.value - then.value,
        low=100 * found.low,
        high=100 * found.high,
        is_uncertain=_is_uncertain(blank.coverage),
    )


def _mean(figures: _Figures, level: str, code: str, blank: Growth) -> Growth:
    """The mean difference with the bounds that the spread among all followed pupils gives."""
    main, spread = blank.cells[0], figures.whole(figures.how.reads[1])
    value = _centred(figures, main)
    if value is None:
        return blank
    told = tuple(each for each in (main, spread, blank.coverage) if each is not None)
    shown = replace(blank, figures=told, value=value, is_uncertain=_is_uncertain(blank.coverage))
    if spread is None or spread.value is None or level == "authority":
        return shown
    half = Z95 * sqrt(spread.value / figures.least(main, blank.coverage))
    return replace(shown, low=value - half, high=value + half)


def _shrunken(figures: _Figures, level: str, code: str, blank: Growth) -> Growth:
    """The mean difference drawn to the mean: k = s_u2 / (s_u2 + s_e2 / n).

    The bounds take the greatest spread between units that the data allow, since few units tell little of it
    (ADR 26), and always hold the estimate itself.
    """
    main = blank.cells[0]
    value = _centred(figures, main)
    parts = [figures.whole(name) for name in figures.how.reads[1:]]
    if value is None or any(part is None or part.value is None for part in parts):
        return blank
    told = tuple(each for each in (main, *parts, blank.coverage) if each is not None)
    within, between, most = (part.value or 0.0 for part in parts if part is not None)
    if level == "authority":
        return replace(blank, figures=told, value=value)
    n = figures.least(main, blank.coverage)
    noise = within / n
    drawn = between / (between + noise) * value if between > 0 else 0.0
    pull = most / (most + noise) if most > 0 else 0.0
    half = Z95 * sqrt(pull * noise)
    return replace(
        blank,
        figures=told,
        value=drawn,
        low=min(drawn, pull * value - half),
        high=max(drawn, pull * value + half),
        is_uncertain=_is_uncertain(blank.coverage),
    )


def _centred(figures: _Figures, cell: ReleasedCell) -> float | None:
    if not cell.is_shown or cell.value is None:
        return None
    return cell.value - figures.known[cell.indicator].centre


_RECKON: dict[str, Callable[[_Figures, str, str, Growth], Growth]] = {
    "progression": _difference,
    "peer_expected": _mean,
    "multilevel": _shrunken,
    "relative_position": _mean,
}
