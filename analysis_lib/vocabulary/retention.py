"""``params/retention.yaml``: how long each kind of thing is kept, and by whose decision (floor 1).

A rule without a decision is listed and never carried out.
"""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from analysis_lib.vocabulary.settings import Strict

Kind = Literal[
    "source_files",
    "refused_rows",
    "pupil_rows",
    "replaced_rows",
    "key_versions",
    "work_files",
    "failed_notebooks",
    "access_log",
    "register_entries",
]
After = Literal["last_change", "school_year", "replaced"]


class Rule(Strict):
    """One kind of things: how long it is kept, and the decision that lets it be deleted."""

    kind: Kind
    entries: str = Field(default="", description="För register_entries: slaget av poster i registret")
    after: After = Field(
        default="last_change",
        description="För register_entries, vad tiden räknas från: last_change (senaste ändringen), "
        "school_year (läsårets slut) eller replaced (bara ersatta versioner, sedan de ersattes)",
    )
    years: int = Field(default=0, ge=0, le=100, description="År som det sparas")
    days: int = Field(default=0, ge=0, le=36500, description="Dagar som det sparas, i stället för år")
    since: str = Field(default="", description="Vad tiden räknas från, i ord")
    decision: str = Field(default="", description="Beslutets diarienummer; tomt: gallras aldrig")

    def limit(self, today: datetime.date) -> datetime.date:
        """What is older than this day is due.

        >>> Rule(kind="access_log", years=2).limit(datetime.date(2026, 11, 22))
        datetime.date(2024, 11, 22)
        """
        try:
            earlier = today.replace(year=today.year - self.years)
        except ValueError:  # the 29th of February
            earlier = today.replace(year=today.year - self.years, day=28)
        return earlier - datetime.timedelta(days=self.days)

    @property
    def kept(self) -> str:
        """How long, in words."""
        words = [f"{self.years} år"] if self.years else []
        words += [f"{self.days} dagar"] if self.days else []
        return " och ".join(words) or "ingen tid"
