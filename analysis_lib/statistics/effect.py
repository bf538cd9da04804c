"""What a measure led to: change against similar units, with an interval and one of four answers (floor 3).

Difference in differences, made for schools: few units, small groups, and measures that start because a year
went badly. The year that set the measure off is left out of the baseline, since an unusually bad year is
followed by a better one anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.contrast import Contrast, contrast
from analysis_lib.statistics.effect_panel import Kind, Panel, read_panel
from analysis_lib.vocabulary.periods import SchoolYear

FEWEST_PEERS = 3
SMALLEST_GROUP = 5
Direction = Literal["higher", "lower", "neutral"]


class Answer(StrEnum):
    """The four answers, in the words a reader meets."""

    IMPROVED = "tydlig förbättring"
    UNCHANGED = "ingen säker förändring"
    WORSENED = "tydlig försämring"
    UNKNOWN = "går inte att bedöma"


@dataclass(frozen=True)
class Measure:
    """Which units did something, from which school year on, and what it was meant to move.

    ``start`` is the first school year whose results it can have touched. ``is_triggered`` says that it began
    because of a result, so that the last year before may be unusual. ``breaks`` are the first school years of
    new question sets, scales or grade systems: years before one are never compared with years after it.
    """

    units: tuple[str, ...]
    start: str
    kind: Kind = "share"
    direction: Direction = "higher"
    is_triggered: bool = True
    years_before: int = 3
    years_after: int = 2
    peers: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placebo:
    """The same method where no effect can be: a year earlier, and on each comparison unit in turn.

    ``earlier`` is None when there are too few years before; ``as_large`` counts the comparison units whose
    own "effect" is as large as the measure's, out of ``tried``.
    """

    earlier: Contrast | None
    as_large: int
    tried: int

    @property
    def passes(self) -> bool:
        """Whether the units went the same way as the others before the measure, as far as can be told."""
        return self.earlier is None or not self.earlier.excludes_zero


@dataclass(frozen=True)
class Levels:
    """Where the units and the comparison units (None: too few) stood before and after, in the outcome's unit.

    ``peers_after`` is ``peers_before`` with the weighted change, so that picture and answer agree.
    """

    before: float
    after: float
    peers_before: float | None = None
    peers_after: float | None = None


@dataclass(frozen=True)
class Effect:
    """The answer, its reason in Swedish, and the numbers behind it (None when nothing could be reckoned)."""

    answer: Answer
    reason: str
    found: Contrast | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    peers: int = 0
    placebo: Placebo | None = None
    levels: Levels | None = None


@dataclass(frozen=True)
class _Design:
    panel: Panel
    before: tuple[str, ...]
    after: tuple[str, ...]
    last: str  # the year before the start, which may have set the measure off
    peers: tuple[str, ...]


class _Unanswerable(Exception):
    """Why nothing can be said; its text is the reason."""


def effect_of(results: pd.DataFrame, measure: Measure) -> Effect:
    """What a measure led to, from results per unit and school year (columns: see ``read_panel``).

    Comparison units are ``measure.peers``, or all other units of the frame. Raises ``SkolbankError``
    (``effect-invalid``, ``school-year-unreadable``) only for what cannot be read; all that makes an honest
    answer impossible is told as ``går inte att bedöma`` with its reason. Source: rule R17, row G8.
    """
    if not measure.units or measure.years_before < 1 or measure.years_after < 1:
        raise SkolbankError(
            "effect-invalid", "Åtgärden ska ha minst en enhet och minst ett läsår före och efter"
        )
    SchoolYear.parse(measure.start)
    try:
        design = _design(read_panel(results, measure.kind), measure)
        return _answered(design, measure)
    except _Unanswerable as why:
        return Effect(Answer.UNKNOWN, str(why))


def detectable_effect(results: pd.DataFrame, measure: Measure) -> float | None:
    """The smallest true effect that would be called sure four times in five, told **before** the measure.

    Uses only years before ``measure.start``: the latest of them plays the year after. In the outcome's own
    unit (percentage points for shares). None when there are too few years or comparison units to tell.
    """
    panel = read_panel(results, measure.kind)
    years = tuple(year for year in panel.complete_years(measure.units) if year < measure.start)
    if len(years) < 2:
        return None
    before, after = years[-1 - measure.years_before : -1], years[-1:]
    peers = _peers(panel, measure)
    own = panel.changes(measure.units, before, after)
    others = panel.changes(peers, before, after)
    return contrast(*own, *others).detectable if len(others[0]) >= FEWEST_PEERS else None


def _design(panel: Panel, measure: Measure) -> _Design:
    years = panel.complete_years(measure.units)
    after = tuple(year for year in years if year >= measure.start)[: measure.years_after]
    earlier = tuple(year for year in years if year < measure.start)
    if not after:
        raise _Unanswerable("Det finns inget resultat efter åtgärden ännu.")
    if not earlier:
        raise _Unanswerable("Det finns inget resultat före åtgärden att jämföra med.")
    whole = tuple(year for year in earlier if not _broken(year, after[-1], measure.breaks))
    if not whole:
        raise _Unanswerable("Mätningen har ändrats på vägen, så före och efter går inte att jämföra.")
    baseline = whole[:-1] if measure.is_triggered and len(whole) > 1 else whole
    before = baseline[-measure.years_before :]
    if panel.smallest(measure.units, (*before, *after)) < SMALLEST_GROUP:
        raise _Unanswerable("Gruppen är för liten för att säga något.")
    return _Design(panel, before, after, whole[-1], _peers(panel, measure))


def _answered(design: _Design, measure: Measure) -> Effect:
    panel, before, after = design.panel, design.before, design.after
    own = panel.changes(measure.units, before, after)
    others = panel.changes(design.peers, before, after)
    if len(others[0]) < FEWEST_PEERS:
        reason = "Det finns för få liknande enheter med resultat samma läsår."
        level = float(panel.level(measure.units, before)[0].mean())
        levels = Levels(level, level + float(own[0].mean()))
        return Effect(Answer.UNKNOWN, reason, None, before, after, len(others[0]), None, levels)
    found = contrast(*own, *others)
    if measure.is_triggered and design.last in before and _stands_out(design, measure):
        reason = (
            "Startläsåret skilde sig från de andra enheternas och är det enda före åtgärden. En återgång "
            "till det vanliga går då inte att skilja från en effekt."
        )
        levels = _levels(design, measure, found)
        return Effect(Answer.UNKNOWN, reason, found, before, after, len(others[0]), None, levels)
    placebo = _placebo(design, measure, found)
    answer, reason = _judged(found, placebo, measure.direction)
    levels = _levels(design, measure, found)
    return Effect(answer, reason, found, before, after, len(others[0]), placebo, levels)


def _levels(design: _Design, measure: Measure, found: Contrast) -> Levels:
    """Means over the years before, and the changes that the contrast compares."""
    compared = (*design.before, *design.after)
    whole = [unit for unit in design.peers if set(compared) <= set(design.panel.complete_years([unit]))]
    own = float(design.panel.level(measure.units, design.before)[0].mean())
    others = float(design.panel.level(whole, design.before)[0].mean())
    return Levels(own, own + found.own_change, others, others + found.peer_change)


def _judged(found: Contrast, placebo: Placebo, direction: Direction) -> tuple[Answer, str]:
    if direction == "neutral":
        return Answer.UNKNOWN, "Måttet har ingen riktning: en ändring är varken bättre eller sämre."
    if not found.excludes_zero:
        return Answer.UNCHANGED, "Skillnaden mot liknande enheter ryms inom slumpen."
    if not placebo.passes:
        return Answer.UNKNOWN, "Enheten gick åt ett annat håll än de liknande redan före åtgärden."
    is_better = (found.difference > 0) == (direction == "higher")
    told = (
        "Skillnaden mot liknande enheter är större än slumpen brukar ge. Den kan bero på annat än åtgärden."
    )
    return (Answer.IMPROVED if is_better else Answer.WORSENED), told


def _placebo(design: _Design, measure: Measure, found: Contrast) -> Placebo:
    panel, before = design.panel, design.before
    earlier = None
    if len(before) > 1:
        own = panel.changes(measure.units, before[:-1], before[-1:])
        others = panel.changes(design.peers, before[:-1], before[-1:])
        earlier = contrast(*own, *others) if len(others[0]) >= FEWEST_PEERS else None
    changes, _ = panel.changes(design.peers, before, design.after)
    others_mean = (changes.sum() - changes) / (len(changes) - 1)
    as_large = int((abs(changes - others_mean) >= abs(found.difference)).sum())
    return Placebo(earlier, as_large, len(changes))


def _stands_out(design: _Design, measure: Measure) -> bool:
    """Whether the units' only year before lies outside what the others show: a return is then likely."""
    own = design.panel.level(measure.units, (design.last,))
    others = design.panel.level(design.peers, (design.last,))
    middle, spread = others[0].mean(), others[0].std(ddof=1)
    return bool(abs(own[0].mean() - middle) > spread)


def _peers(panel: Panel, measure: Measure) -> tuple[str, ...]:
    chosen: Sequence[str] = measure.peers or panel.units
    return tuple(sorted({unit for unit in chosen if unit not in measure.units}))


def _broken(early: str, late: str, breaks: Sequence[str]) -> bool:
    return any(early < each <= late for each in breaks)
