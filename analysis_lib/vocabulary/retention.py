"""``params/retention.yaml``: how long each kind of thing is kept, and by whose decision (floor 1).

A rule without a decision is listed and never carried out.
"""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

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
    "statements",
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
    preserved: str = Field(
        default="", description="Varför det bevaras; då gallras det aldrig, vad som än beslutas"
    )

    @model_validator(mode="after")
    def _preserved_or_decided(self) -> Rule:
        if self.preserved and self.decision:
            raise PydanticCustomError("in_swedish", "det som bevaras kan inte ha ett beslut om gallring")
        if self.kind == "statements" and not self.preserved:
            raise PydanticCustomError(
                "in_swedish",
                "utgivna uppgifter bevaras alltid: skriv varför i preserved i stället för decision",
            )
        return self

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
        if self.preserved:
            return "bevaras"
        words = [f"{self.years} år"] if self.years else []
        words += [f"{self.days} {'dag' if self.days == 1 else 'dagar'}"] if self.days else []
        return " och ".join(words) or "ingen tid"
