"""Which public rules a report's released results trigger (floor 7).

Only shown cells are asked, so a rule can say nothing about a group that is hidden, and small groups are
silent even where they are shown. A change must stand among all the report's candidate changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.evidence import cell_name, derived_value
from analysis_lib.present.triggered import Triggered
from analysis_lib.report.scope import Scope
from analysis_lib.statistics.change import Verdict
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.sentences import SentenceRule


@dataclass(frozen=True)
class _Asked:
    """One rule asked about one indicator's newest shown cell."""

    scope: Scope
    rule: SentenceRule
    indicator: Indicator
    cell: ReleasedCell
    target: float | None

    @property
    def sign(self) -> int:
        return 1 if self.rule.way == "up" else -1

    def reaches(self, difference: float) -> bool:
        """Whether a difference goes the rule's way and is at least as large as its threshold."""
        return self.sign * difference > 0 and round(abs(difference), 9) >= self.rule.threshold

    def found(self, cells: Iterable[ReleasedCell], apart: float | None, **fields: str) -> Triggered:
        """The sentence with its fields filled in, its cells and its derived difference."""
        kept = tuple(cells)
        derived: tuple[dict[str, Any], ...] = ()
        told = {"short": self.indicator.short, "year": self.cell.school_year}
        told["value"] = narrative.in_prose(self.cell, self.indicator)
        if apart is not None:
            of = [cell_name(cell) for cell in kept]
            derived = (derived_value("difference", apart, self.indicator.decimals, of, signed=True),)
            told["difference"] = _difference(apart, self.indicator)
        sentence = self.rule.text.format(**(told | fields))
        return Triggered(self.rule, self.indicator, text.capitalised(sentence), kept, derived)


def triggered(
    scope: Scope,
    rules: Iterable[SentenceRule],
    indicators: Mapping[str, Indicator],
    target_of: Callable[[str], float | None],
) -> list[Triggered]:
    """All sentences that the scope's newest results trigger, in the order of the list of rules."""
    told: list[Triggered] = []
    for rule in rules:
        for name in rule.indicators:
            if name not in indicators:
                continue
            cell = scope.newest(scope.own(name))
            if cell is None or not _speaks(cell, rule):
                continue
            found = _CONDITIONS[rule.when](_Asked(scope, rule, indicators[name], cell, target_of(name)))
            if found is not None:
                told.append(found)
    return told


def _speaks(cell: ReleasedCell | None, rule: SentenceRule) -> bool:
    return cell is not None and cell.is_shown and cell.has_n and (cell.n or 0) >= rule.smallest


def _sure_change(asked: _Asked) -> Triggered | None:
    before = asked.scope.earlier(asked.cell)
    if before is None or not _speaks(before, asked.rule):
        return None
    return _changed(asked, before)


def _changed(asked: _Asked, before: ReleasedCell, **fields: str) -> Triggered | None:
    found = asked.scope.change(before, asked.cell, asked.indicator)
    wanted = Verdict.SURE_INCREASE if asked.sign > 0 else Verdict.SURE_DECREASE
    if found.verdict is not wanted or found.difference is None or not asked.reaches(found.difference):
        return None
    reference = narrative.in_prose(before, asked.indicator)
    cells = (asked.cell, before)
    return asked.found(cells, found.difference, since=before.school_year, reference=reference, **fields)


def _in_a_row(asked: _Asked) -> Triggered | None:
    cells = sorted(asked.scope.own(asked.indicator.id, years=None).cells(), key=lambda cell: cell.school_year)
    steps = [cell for cell in cells if cell.school_year <= asked.cell.school_year][-asked.rule.years - 1 :]
    last = SchoolYear.parse(asked.cell.school_year)
    years = [str(last.plus(-back)) for back in reversed(range(asked.rule.years + 1))]
    if [cell.school_year for cell in steps] != years or not all(_speaks(cell, asked.rule) for cell in steps):
        return None
    values = [cell.value or 0.0 for cell in steps]
    if not all(asked.sign * (late - early) > 0 for early, late in pairwise(values)):
        return None
    return _changed(asked, steps[0], years=text.count_word(asked.rule.years))


def _target(asked: _Asked) -> Triggered | None:
    if asked.target is None or asked.cell.value is None:
        return None
    difference = asked.cell.value - asked.target
    is_reached = asked.rule.way == "up" and difference >= 0
    if not is_reached and not (asked.rule.way == "down" and asked.reaches(difference)):
        return None
    reference = _with_unit(asked.target, asked.indicator)
    return asked.found((asked.cell,), difference, reference=reference)


def _against_nation(asked: _Asked) -> Triggered | None:
    return _against(asked, asked.scope.nation(asked.indicator.id, years=None).cells())


def _against_authority(asked: _Asked) -> Triggered | None:
    if asked.scope.unit is None:
        return None
    return _against(asked, asked.scope.authority(asked.indicator.id, years=None).cells())


def _against(asked: _Asked, others: Iterable[ReleasedCell]) -> Triggered | None:
    cell = asked.cell
    other = next((each for each in others if each.school_year == cell.school_year and each.is_shown), None)
    if other is None or other.value is None or cell.value is None or cell.low is None or cell.high is None:
        return None
    is_sure = cell.low > other.value if asked.sign > 0 else cell.high < other.value
    if not is_sure or not asked.reaches(cell.value - other.value):
        return None
    reference = narrative.in_prose(other, asked.indicator)
    return asked.found((cell, other), cell.value - other.value, reference=reference)


def _level(asked: _Asked) -> Triggered | None:
    low, high, limit = asked.cell.low, asked.cell.high, asked.rule.threshold
    if low is None or high is None or not (low > limit if asked.sign > 0 else high < limit):
        return None
    return asked.found((asked.cell,), None, reference=_with_unit(limit, asked.indicator))


def _sex_gap(asked: _Asked) -> Triggered | None:
    year = asked.cell.school_year
    own = [asked.scope.own(asked.indicator.id, years=None, sex=sex).cells() for sex in ("F", "P")]
    girls, boys = (next((cell for cell in cells if cell.school_year == year), None) for cells in own)
    if girls is None or boys is None or not (_speaks(girls, asked.rule) and _speaks(boys, asked.rule)):
        return None
    found = narrative.change_between(boys, girls, asked.indicator)
    wanted = Verdict.SURE_INCREASE if asked.sign > 0 else Verdict.SURE_DECREASE
    if found.verdict is not wanted or found.difference is None or not asked.reaches(found.difference):
        return None
    told = {
        "girls": narrative.in_prose(girls, asked.indicator),
        "boys": narrative.in_prose(boys, asked.indicator),
    }
    size = _difference(abs(found.difference), asked.indicator).removeprefix("+")
    return asked.found((girls, boys), found.difference, difference=size, **told)


_CONDITIONS: dict[str, Callable[[_Asked], Triggered | None]] = {
    "sure_change": _sure_change,
    "target": _target,
    "nation": _against_nation,
    "authority": _against_authority,
    "level": _level,
    "sex_gap": _sex_gap,
    "in_a_row": _in_a_row,
}


def _difference(value: float, indicator: Indicator) -> str:
    unit = "procentenheter" if indicator.kind == "share" else narrative.unit_words(indicator)
    return f"{text.number(value, indicator.decimals, signed=True)}{text.NBSP}{unit}"


def _with_unit(value: float, indicator: Indicator) -> str:
    unit = "procent" if indicator.kind == "share" else narrative.unit_words(indicator)
    return f"{text.number(value, indicator.decimals)}{text.NBSP}{unit}"
