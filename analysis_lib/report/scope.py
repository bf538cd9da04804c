"""Whom a report is about and whom it is compared with: slices of the released frame (floor 7).

A unit is compared with its huvudman and with the whole country; a huvudman with the country. Where the
huvudman has no pupil data of its own, the published figures for the municipality stand in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell, ReleasedTable
from analysis_lib.indicators.series_rules import SeriesRules
from analysis_lib.present.evidence import cell_name
from analysis_lib.present.narrative import Standing, change_between
from analysis_lib.statistics.change import Change, Verdict
from analysis_lib.statistics.discoveries import standing
from analysis_lib.statistics.series import BreakKind, Point, Series, cut
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import UNIT_NAMES, Settings, Unit

NATION = "RIKET"
BASES = ("own", "published", "computed")
SAID = ("shown", "suppressed", "nearly_all", "nearly_none")


@dataclass(frozen=True)
class Place:
    """One row of places that a figure can be about."""

    level: Literal["class", "unit", "area", "authority", "municipality", "national"]
    code: str
    organisers: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Scope:
    """The report's own place, its comparisons and the years it looks at."""

    table: ReleasedTable
    settings: Settings
    units: Mapping[str, Unit]
    unit: Unit | None
    school_year: str
    years: tuple[str, ...]
    rules: SeriesRules = field(default_factory=SeriesRules)
    school_form: str = ""  # the huvudman's report is about this form only
    candidates: tuple[Indicator, ...] = ()  # whose changes the report may speak of
    _kept: dict[str, ReleasedTable] = field(default_factory=dict, repr=False, compare=False)
    _senders: dict[str, tuple[frozenset[str], frozenset[str]]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _judged: dict[tuple[str, str], Change] = field(default_factory=dict, repr=False, compare=False)

    def about(self, code: str | None) -> Scope:
        """The same scope about one unit, or about the huvudman."""
        return replace(self, unit=self.units[code] if code else None, _judged={})

    def of(self, indicator: str) -> ReleasedTable:
        """All rows of one indicator; kept, since a report asks for them many times."""
        if indicator not in self._kept:
            self._kept[indicator] = self.table.select(indicator=indicator)
        return self._kept[indicator]

    @property
    def own_places(self) -> tuple[Place, ...]:
        """Where the report's own figures may stand, the best first."""
        if self.unit:
            return (Place("unit", self.unit.code, (), self.unit.name),)
        return self.authority_places

    @property
    def authority_places(self) -> tuple[Place, ...]:
        """The huvudman's own units together, else the published figure for municipal schools."""
        code, name = self.settings.municipality_code, self.authority_short
        return (
            Place("authority", code, (), name),
            Place("municipality", code, ("municipal",), name),
            Place("municipality", code, ("all",), f"Alla skolor i {self.settings.municipality_name}"),
        )

    @property
    def nation_places(self) -> tuple[Place, ...]:
        return (Place("national", NATION, ("all", ""), "Riket"),)

    @property
    def authority_short(self) -> str:
        return self.like_units if self.unit else self.own_schools

    @property
    def like_units(self) -> str:
        """What the kommun's own units of the report's kind are called together."""
        name = self.kind_of_units
        return "Kommunens egna skolor" if name == "skolor" else f"Kommunens {name}"

    @property
    def kind_of_units(self) -> str:
        """What the units of the report's kind are called: förskolor or fritidshem when only about them."""
        forms = set(self.unit.school_forms) if self.unit else {self.school_form}
        return next((UNIT_NAMES[form] for form in ("fsk", "fth") if forms == {form}), "skolor")

    @property
    def own_schools(self) -> str:
        """The huvudman's own schools by name: ``Borlänges kommunala skolor``."""
        return f"{text.genitive(self.settings.municipality_name)} kommunala {self.kind_of_units}"

    @property
    def name(self) -> str:
        """The name of whom the report is about."""
        return self.unit.name if self.unit else self.settings.authority_name

    def series(self, places: Iterable[Place], indicator: str, **keys: object) -> ReleasedTable:
        """The rows of the first place that holds any with a value or a sign, over the report's years.

        Rows of one origin only: our own figures and published ones are never mixed in a series.
        ``years=None`` takes every school year there is; other keys narrow the rows further.
        """
        years = keys.pop("years", self.years)
        found = self.of(indicator).select(**({"sex": "T", "category": "", "subject": ""} | keys))
        if years is not None:
            found = found.select(school_year=list(self.years))
        live = found.select(state=SAID)
        there = live.distinct("level", "code", "organiser", "basis")
        for place in places:
            organisers = {each[2] for each in there if each[:2] == (place.level, place.code)}
            wanted = organisers.intersection(place.organisers) if place.organisers else organisers
            for basis in BASES:
                if any((place.level, place.code, each, basis) in there for each in wanted):
                    chosen = {"level": place.level, "code": place.code, "basis": basis}
                    return found.select(organiser=list(wanted), **chosen)
        return found.select(code="-")

    def own(self, indicator: str, **keys: object) -> ReleasedTable:
        return self.series(self.own_places, indicator, **keys)

    def authority(self, indicator: str, **keys: object) -> ReleasedTable:
        return self.series(self.authority_places, indicator, **keys)

    def nation(self, indicator: str, **keys: object) -> ReleasedTable:
        return self.series(self.nation_places, indicator, **keys)

    def earlier(self, later: ReleasedCell, **keys: object) -> ReleasedCell | None:
        """The report's own cell of the latest earlier school year with a value, else the latest of all."""
        found = self.own(later.indicator, years=None, **keys).cells()
        before = [cell for cell in found if cell.school_year < later.school_year]
        shown = [cell for cell in before if cell.is_shown]
        return max(shown or before, key=lambda cell: cell.school_year, default=None)

    @property
    def standing(self) -> Standing:
        """The newest change of every candidate, where only those that stand together are called sure."""
        if not self._judged and self.candidates:
            self._judged.update(standing(self._candidate_changes()))
        return self._judged

    def change(
        self, earlier: ReleasedCell | None, later: ReleasedCell | None, indicator: Indicator
    ) -> Change:
        """What may be said about two of the report's own cells, among all that it may speak of.

        Nothing is said across a break of the series.
        """
        if earlier is not None and later is not None and not self.comparable(earlier, later):
            return Change(Verdict.UNKNOWN)
        return change_between(earlier, later, indicator, standing=self.standing)

    def comparable(self, earlier: ReleasedCell, later: ReleasedCell) -> bool:
        """Whether no break lies between two of the report's own cells."""
        return self.segments(later).comparable(earlier.school_year, later.school_year)

    def senders(self, indicator: str) -> tuple[frozenset[str], frozenset[str]]:
        """The own units with results of their own in the report's school year, and those that are waited for.

        A unit is waited for when published statistics have it that year, or its own results were there the
        year before; one that has closed, or has other year groups now, is not.
        """
        if indicator not in self._senders:
            year, before = self.school_year, str(SchoolYear.parse(self.school_year).plus(-1))
            own = {code: unit for code, unit in self.units.items() if unit.is_own and unit.is_open(year)}
            rows = self.of(indicator).select(level="unit", sex="T", category="", state=SAID)
            told = rows.distinct("school_year", "basis", "code", "population")
            there = {
                (when, basis, code)
                for when, basis, code, population in told
                if code in own and own[code].may_have(population)
            }
            here = frozenset(code for when, basis, code in there if (when, basis) == (year, "own"))
            known = ((year, "published"), (before, "own"))
            gone = frozenset(code for when, basis, code in there if (when, basis) in known) - here
            self._senders[indicator] = here, gone
        return self._senders[indicator]

    def segments(self, cell: ReleasedCell) -> Series:
        """The own series that a cell belongs to, cut at every break."""
        keys = {"sex": cell.sex, "subject": cell.subject, "category": cell.category}
        cells = self.own(cell.indicator, years=None, **keys).cells()
        secret = self.rules.secrecy.school_years if self.unit else ()
        points = [
            Point(each.school_year, each.is_shown, is_secret=not each.is_shown and each.school_year in secret)
            for each in cells
        ]
        changed = self.rules.changed(cell.indicator)
        if self.unit:
            changed |= self.rules.unit_breaks(self.unit.code, self.units)
        elif cell.basis == "own" and self.senders(cell.indicator)[1]:
            changed |= {self.school_year: BreakKind.PARTIAL}
        return cut(points, longest_step=self.rules.longest_step, changed=changed)

    def _candidate_changes(self) -> dict[tuple[str, str], Change]:
        found = {}
        for indicator in self.candidates:
            later = self.newest(self.own(indicator.id))
            before = self.earlier(later) if later else None
            if before is not None and later is not None:
                is_one = self.comparable(before, later)
                told = change_between(before, later, indicator) if is_one else Change(Verdict.UNKNOWN)
                found[cell_name(before), cell_name(later)] = told
        return found

    def unit_cells(self, indicator: str, **keys: object) -> list[ReleasedCell]:
        """The cells of all the workspace's units for the report's school year."""
        chosen = {"sex": "T", "category": "", "subject": "", "school_year": self.school_year} | keys
        rows = self.of(indicator).select(level="unit", **chosen).select(code=list(self.units))
        found: dict[str, ReleasedCell] = {}
        for basis in BASES:
            for cell in rows.select(basis=basis).cells():
                found.setdefault(cell.code, cell)
        return list(found.values())

    def is_alone(self, indicator: str) -> bool:
        """Whether the report's unit is all that the huvudman has in the measure, so that the two are one."""
        if self.unit is None:
            return False
        whole = {cell.school_year: (cell.value, cell.n) for cell in self.authority(indicator).cells()}
        shown = [cell for cell in self.own(indicator).cells() if cell.is_shown]
        return bool(shown) and all(whole.get(cell.school_year) == (cell.value, cell.n) for cell in shown)

    def newest(self, table: ReleasedTable) -> ReleasedCell | None:
        """The cell of the latest school year in a series that is not merely missing."""
        cells = [cell for cell in table.cells() if cell.state != "missing"]
        return max(cells, key=lambda cell: cell.school_year, default=None)

    def one(self, indicator: str, **keys: object) -> ReleasedCell | None:
        """One cell of both sexes and no category, unless other keys say so."""
        chosen = {"sex": "T", "category": "", "subject": ""} | keys
        found = self.of(indicator).select(**chosen)
        return next((cell for basis in BASES if (cell := found.one(basis=basis))), None)
