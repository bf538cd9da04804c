"""What a trend is made of: the own series, comparisons, target, and what a line may join (floor 6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.charts.figure import Comparison, Setting
from analysis_lib.vocabulary.indicators import Indicator

Run = list[tuple[int, ReleasedCell]]


@dataclass(frozen=True)
class Trend:
    """All that both drawings of a trend need."""

    setting: Setting
    indicator: Indicator
    years: tuple[str, ...]
    own: dict[str, ReleasedCell]
    comparisons: tuple[Comparison, ...]
    target: float | None

    @property
    def shown(self) -> list[ReleasedCell]:
        return [self.own[year] for year in self.years if year in self.own and self.own[year].is_shown]

    @property
    def last(self) -> ReleasedCell | None:
        known = [self.own[year] for year in self.years if year in self.own]
        return known[-1] if known else None

    @property
    def earlier(self) -> ReleasedCell | None:
        """The latest year before the last one that has a value to compare with."""
        before = [cell for cell in self.shown if cell is not self.last]
        return before[-1] if before else None

    @property
    def is_share(self) -> bool:
        return self.indicator.kind == "share"


def shown_at(comparison: Comparison, year: str) -> ReleasedCell | None:
    """The comparison's value of a school year, when it is shown."""
    found = next((cell for cell in comparison.cells if cell.school_year == year), None)
    return found if found is not None and found.is_shown else None


def runs(trend: Trend, cells: Iterable[ReleasedCell]) -> list[Run]:
    """What a line may join: years in a row with a value and no break between them."""
    found: list[Run] = [[]]
    for year, point in zip(trend.years, _series(cells, trend.years), strict=True):
        if point is None or year in trend.setting.breaks:
            found.append([])
        if point is not None:
            found[-1].append(point)
    return [run for run in found if run]


def _series(cells: Iterable[ReleasedCell], years: Sequence[str]) -> list[tuple[int, ReleasedCell] | None]:
    """The cell of each year with its place, None where nothing is shown."""
    by_year = {cell.school_year: cell for cell in cells if cell.is_shown and cell.value is not None}
    return [(index, by_year[year]) if year in by_year else None for index, year in enumerate(years)]
