"""School years and terms as plain values (floor 1).

A school year is written ``2024/25``. Everything that is followed over time is keyed by it; a cohort
is keyed by the year it is expected to leave, so that it survives a change in the number of years.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from analysis_lib.errors import SkolbankError

_FULL = re.compile(r"^\s*(\d{4})\s*[/\u2013-]\s*(\d{2}|\d{4})\s*$")
_TERM = re.compile(r"^\s*(VT|HT)\s*(\d{4}|\d{2})\s*$", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class SchoolYear:
    """A läsår, known by the calendar year in which it starts.

    >>> str(SchoolYear.parse("2024/25")), SchoolYear.parse("2024/25").end
    ('2024/25', 2025)
    """

    start: int

    @classmethod
    def parse(cls, text: str) -> SchoolYear:
        """The school year that ``2024/25``, ``2024-2025`` or ``2024–25`` names."""
        match = _FULL.match(text)
        if match:
            start, end = int(match[1]), int(match[2])
            if end % 100 == (start + 1) % 100 and (end < 100 or end == start + 1):
                return cls(start)
        raise SkolbankError(
            "school-year-unreadable",
            f"”{text[:20]}” är inte ett läsår",
            remedy="Skriv läsåret som 2024/25.",
        )

    @classmethod
    def of_date(cls, day: datetime.date) -> SchoolYear:
        """The school year a day belongs to; a year turns on 1 August."""
        return cls(day.year if day.month >= 8 else day.year - 1)

    @property
    def end(self) -> int:
        return self.start + 1

    def plus(self, years: int) -> SchoolYear:
        """The school year so many years later (negative: earlier)."""
        return SchoolYear(self.start + years)

    def __str__(self) -> str:
        return f"{self.start}/{self.end % 100:02d}"


@dataclass(frozen=True, order=True)
class Term:
    """A term, ``VT25`` or ``HT24``; spring of a year comes before its autumn."""

    year: int
    is_autumn: bool

    @classmethod
    def parse(cls, text: str, *, reference_year: int = 2026) -> Term:
        """The term that ``VT25``, ``vt 2025`` or ``HT99`` names.

        A year of two digits is taken in the hundred years that end ten years after
        ``reference_year``.

        >>> str(Term.parse("vt 2025")), str(Term.parse("HT99"))
        ('VT25', 'HT99')
        """
        match = _TERM.match(text)
        if not match:
            raise SkolbankError(
                "term-unreadable",
                f"”{text[:20]}” är inte en termin",
                remedy="Skriv terminen som VT25 eller HT24.",
            )
        year = int(match[2])
        if year < 100:
            century = (reference_year + 10) // 100 * 100
            year += century if century + year <= reference_year + 10 else century - 100
        return cls(year, match[1].upper() == "HT")

    @property
    def school_year(self) -> SchoolYear:
        """The school year that holds the term."""
        return SchoolYear(self.year if self.is_autumn else self.year - 1)

    def __str__(self) -> str:
        return f"{'HT' if self.is_autumn else 'VT'}{self.year % 100:02d}"
