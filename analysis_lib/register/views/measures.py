"""The measure ledger: open and carried, overdue, what each led to, where it came from, what it rests on.

Register floor; seeds B3, B10, G8, M11. A läsår's measure that isn't ended is carried to the next by itself:
it stays one thing, and every later plan finds it here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Entry, Record
from analysis_lib.register.kinds.measures import ImprovementArea, Measure
from analysis_lib.vocabulary.periods import SchoolYear

_RESEARCH = (
    ("research", "forskningsgrund"),
    ("proven_experience", "beprövad erfarenhet"),
    ("local_adaptation", "lokal anpassning"),
)


@dataclass(frozen=True)
class Followed:
    """What became of one of last läsår's measures; ``blanks`` names what has not been filled in."""

    measure: Record[Measure]
    change: float | None
    blanks: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not self.blanks


@dataclass(frozen=True)
class OriginShare:
    """How many of a unit's measures came from one origin, of all of them."""

    unit: str
    origin: str
    count: int
    of: int
    decided: int

    @property
    def share_pct(self) -> float:
        """The share in per cent; the two numbers stand beside it wherever it is shown."""
        return 100 * self.count / self.of


@dataclass(frozen=True)
class ResearchWarning:
    """A measure whose ground is not told in full; ``missing`` in Swedish words."""

    measure: Record[Measure]
    missing: tuple[str, ...]


def open_measures(measures: Iterable[Record[Measure]], *, school_year: str) -> list[Record[Measure]]:
    """Measures of this läsår or an earlier one that have not been ended, oldest first."""
    return [m for m in measures if m.school_year <= school_year and m.entry.state != "ended"]


def carried(measures: Iterable[Record[Measure]], *, school_year: str) -> list[Record[Measure]]:
    """Those that follow with from an earlier läsår."""
    return [m for m in open_measures(measures, school_year=school_year) if m.school_year < school_year]


def carried_areas(
    areas: Iterable[Record[ImprovementArea]],
    measures: Sequence[Record[Measure]],
    *,
    school_year: str,
) -> list[Record[ImprovementArea]]:
    """Earlier läsårs' areas that still have work to do: an open measure, or none ever ended."""
    still_open = {m.entry.area for m in open_measures(measures, school_year=school_year)}
    ended = {m.entry.area for m in measures if m.entry.state == "ended"}
    return [
        area
        for area in areas
        if area.school_year < school_year and (area.thing in still_open or area.thing not in ended)
    ]


def overdue(measures: Iterable[Record[Measure]], *, today: datetime.date) -> list[Record[Measure]]:
    """Measures past their deadline and not ended, the longest overdue first."""
    late = [m for m in measures if m.entry.state != "ended" and m.entry.deadline < today]
    return sorted(late, key=lambda m: (m.entry.deadline, m.unit, m.thing))


def followed(
    measures: Iterable[Record[Measure]],
    *,
    school_year: str,
    is_counted: Callable[[str], bool] = lambda _: False,
) -> list[Followed]:
    """Every measure of the läsår before with what it led to (seed G8), and older ones that never ended.

    None is left out and none may be blank: see ``is_incomplete``. Where the statistics count the indicator
    (``is_counted``) nobody has to write its values.
    """
    last = str(SchoolYear.parse(school_year).plus(-1))
    due = [
        m for m in measures if m.school_year == last or (m.school_year < last and m.entry.state != "ended")
    ]
    return [Followed(m, _change(m.entry), _blanks(m.entry, is_counted(m.entry.indicator))) for m in due]


def is_incomplete(rows: Iterable[Followed]) -> bool:
    """Whether a report with these measures has the status ofullständig."""
    return any(not row.is_complete for row in rows)


def origin_shares(measures: Sequence[Record[Measure]], *, school_year: str) -> list[OriginShare]:
    """Per unit and origin: how many measures, of how many, and how many have a chefsbeslut (seed B10)."""
    mine = [m for m in measures if m.school_year == school_year]
    shares = []
    for unit in sorted({m.unit for m in mine}):
        of_unit = [m for m in mine if m.unit == unit]
        for origin in ("staff", "principal", "board", "inspection", "survey"):
            found = [m for m in of_unit if m.entry.origin == origin]
            if found:
                decided = sum(bool(m.entry.decision.strip()) for m in found)
                shares.append(OriginShare(unit, origin, len(found), len(of_unit), decided))
    return shares


def research_warnings(measures: Iterable[Record[Measure]]) -> list[ResearchWarning]:
    """Measures without research ground, proven experience or local adaptation (seed M11)."""
    warnings = []
    for measure in measures:
        missing = [word for name, word in _RESEARCH if not getattr(measure.entry, name).strip()]
        if missing:
            warnings.append(ResearchWarning(measure, tuple(missing)))
    return warnings


def expected_before(history: Sequence[Record[Entry]]) -> bool:
    """Whether the expected effect was written before the work began, and not changed after (from the log).

    ``history`` is all versions of one measure, oldest first. What the work began with is what stood in the
    last version before it was set to ongoing; without such a version the effect was never told beforehand.
    """
    versions = [record.entry for record in history if isinstance(record.entry, Measure)]
    begun = next((at for at, one in enumerate(versions) if one.state in ("ongoing", "ended")), None)
    if begun is None:
        return bool(versions and versions[-1].expected_effect.strip())
    before = versions[begun - 1].expected_effect.strip() if begun else ""
    return bool(before) and all(one.expected_effect.strip() == before for one in versions[begun:])


def _change(measure: Measure) -> float | None:
    if measure.value_before is None or measure.value_after is None:
        return None
    return measure.value_after - measure.value_before


def _blanks(measure: Measure, is_counted: bool) -> tuple[str, ...]:
    asked = (
        (measure.implemented, "genomförd?"),
        (measure.result.strip(), "effekt"),
        (measure.conclusion, "slutsats"),
    )
    blanks = [word for value, word in asked if not value]
    if measure.indicator and not is_counted and _change(measure) is None:
        blanks.append("mätvärde före och efter")
    if measure.indicator and not is_counted and not measure.comparison.strip():
        blanks.append("jämförelse")
    return tuple(blanks)
