"""Which years of a series may be compared: segments between breaks (floor 3).

A changed question set, scale, year group or grade system, a unit that was split, a long gap: after each a new
segment begins. A line may be drawn and a change said inside a segment only (rules R8 and R14).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.periods import SchoolYear


class BreakKind(StrEnum):
    """Why a new segment begins; the words a reader meets are in ``BREAK_WORDS``."""

    QUESTION_SET = "question_set"
    SCALE = "scale"
    YEAR_GROUP = "year_group"
    GRADE_SYSTEM = "grade_system"
    GAP = "gap"
    SECRECY = "secrecy"
    MERGED = "merged"
    SPLIT = "split"
    PARTIAL = "partial"


BREAK_WORDS: dict[BreakKind, str] = {
    BreakKind.QUESTION_SET: "nya frågor",
    BreakKind.SCALE: "ny svarsskala",
    BreakKind.YEAR_GROUP: "annan årskurs",
    BreakKind.GRADE_SYSTEM: "nytt betygssystem",
    BreakKind.GAP: "uppehåll",
    BreakKind.SECRECY: "uppgifter under sekretess",
    BreakKind.MERGED: "sammanslagen enhet",
    BreakKind.SPLIT: "delad enhet",
    BreakKind.PARTIAL: "bara vissa skolor",
}
_COMPARED: dict[BreakKind, str] = {
    BreakKind.QUESTION_SET: "question_set",
    BreakKind.SCALE: "scale",
    BreakKind.YEAR_GROUP: "year_group",
    BreakKind.GRADE_SYSTEM: "grade_system",
}


@dataclass(frozen=True)
class Point:
    """One period of a series: how it was measured, and whether there is a value to show.

    ``is_secret`` marks a year without values because of secrecy (school figures 2019/20, rule R11).
    """

    school_year: str
    has_value: bool = True
    question_set: str = ""
    scale: str = ""
    year_group: str = ""
    grade_system: str = ""
    is_secret: bool = False

    @property
    def start(self) -> int:
        return SchoolYear.parse(self.school_year).start


@dataclass(frozen=True)
class Break:
    """A new segment begins with this school year, and why."""

    school_year: str
    kinds: tuple[BreakKind, ...]

    @property
    def words(self) -> str:
        """Why, in the words a reader meets: ``nya frågor, annan årskurs``."""
        return ", ".join(BREAK_WORDS[kind] for kind in self.kinds)


@dataclass(frozen=True)
class Series:
    """A series cut into segments of school years with a value, with the breaks between them.

    ``open_gaps`` are pairs of years inside a segment that no line may join, since a year between is missing.
    """

    segments: tuple[tuple[str, ...], ...]
    breaks: tuple[Break, ...]
    open_gaps: tuple[tuple[str, str], ...] = field(default=())

    def comparable(self, earlier: str, later: str) -> bool:
        """Whether a change between the two years may be said: both lie in one segment."""
        return any(earlier in segment and later in segment for segment in self.segments)

    def before(self, later: str) -> str | None:
        """The latest earlier year that may be compared with ``later``."""
        segment = next((each for each in self.segments if later in each), ())
        return max((year for year in segment if year < later), default=None)


def cut(
    points: Iterable[Point],
    *,
    usual_step: int = 1,
    longest_step: int = 2,
    changed: Mapping[str, BreakKind] | None = None,
) -> Series:
    """The series in segments.

    A step of up to ``longest_step`` years keeps the segment (Skolenkäten: 2 is normal, 3 a break); one longer
    than ``usual_step`` leaves the line open. Secrecy explains a gap but the lost years do not count as steps
    of the measurement; a change across them is not said. ``changed`` adds breaks by the school year they
    begin with, e.g. a split unit. A property that is not stated ('') says nothing. Raises ``SkolbankError``
    for an unreadable or repeated school year (``series-invalid``).

    >>> cut([Point("2021/22", question_set="a"), Point("2023/24", question_set="b")]).segments
    (('2021/22',), ('2023/24',))
    """
    ordered = sorted(points, key=lambda point: point.start)
    years = [point.start for point in ordered]
    if len(set(years)) < len(years):
        raise SkolbankError("series-invalid", "Ett läsår står två gånger i serien")
    secret = [point.start for point in ordered if point.is_secret]
    given = {SchoolYear.parse(year).start: kind for year, kind in (changed or {}).items()}
    segments: list[list[str]] = []
    breaks: list[Break] = []
    gaps: list[tuple[str, str]] = []
    last: Point | None = None
    for point in (each for each in ordered if each.has_value and not each.is_secret):
        kinds = _kinds(last, point, secret, given, longest_step) if last else ()
        if last is None or kinds:
            segments.append([])
        if last is not None and kinds:
            breaks.append(Break(point.school_year, kinds))
        elif last is not None and point.start - last.start > usual_step:
            gaps.append((last.school_year, point.school_year))
        segments[-1].append(point.school_year)
        last = point
    return Series(tuple(tuple(each) for each in segments), tuple(breaks), tuple(gaps))


def _kinds(
    last: Point, point: Point, secret: Sequence[int], given: Mapping[int, BreakKind], longest_step: int
) -> tuple[BreakKind, ...]:
    kinds = [
        kind
        for kind, name in _COMPARED.items()
        if getattr(last, name) and getattr(point, name) and getattr(last, name) != getattr(point, name)
    ]
    kinds += [kind for year, kind in sorted(given.items()) if last.start < year <= point.start]
    if any(last.start < year < point.start for year in secret):
        kinds.append(BreakKind.SECRECY)
    elif point.start - last.start > longest_step:
        kinds.append(BreakKind.GAP)
    return tuple(dict.fromkeys(kinds))
