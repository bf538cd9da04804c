"""Self-ratings by arbetslag with any instrument of ``params/instruments``, and routines (register).

Made to compare a unit with itself over time; no view ranks or compares units (rule R9).
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field

from analysis_lib.register.entry import Entry, Labels, Refers, Words, entry_kind

Round = Annotated[Literal["ht", "vt"], Labels({"ht": "hösten", "vt": "våren"})]


@entry_kind("rating_choice")
class RatingChoice(Entry):
    """The parts of an instrument that a unit or arbetslag has chosen, and why (seed B11)."""

    title = "Valda delar"
    guidance = "Välj de delar som hör till ert prioriterade område."

    instrument: str = Field(title="Instrument", description="Fil i params/instruments, t.ex. bruk-forskola")
    team: str = Field(default="", title="Arbetslag", description="Tomt: hela enheten")
    parts: tuple[str, ...] = Field(min_length=1, title="Delar", description="Indikatorernas id")
    priority: str = Field(title="Prioriterat område", min_length=2)
    area: Annotated[str, Refers("improvement_area")] = Field(default="", title="Förbättringsområde")


@entry_kind("rating")
class Rating(Entry):
    """One arbetslag's level on one part of an instrument in one round (seeds B11, G4, G5)."""

    title = "Självskattning"
    guidance = "En rad per del. Skatta tillsammans i arbetslaget och skriv vad ni bygger på."

    instrument: str = Field(title="Instrument", description="Fil i params/instruments")
    version: str = Field(default="1", title="Version", description="Instrumentets version")
    part: str = Field(title="Del", description="Indikatorns id i instrumentet")
    round: Round = Field(title="Omgång")
    team: str = Field(default="", title="Arbetslag", description="Tomt: hela enheten")
    rater: Annotated[
        Literal["team", "leadership"], Labels({"team": "arbetslaget", "leadership": "ledningen"})
    ] = Field(default="team", title="Skattat av")
    level: int = Field(ge=0, title="Nivå", description="Steg på instrumentets skala")
    rated_on: datetime.date = Field(title="Datum")
    evidence: Words = Field(default="", title="Belägg", description="Vad skattningen bygger på")
    comment: Words = Field(default="", title="Kommentar")


@entry_kind("routine")
class Routine(Entry):
    """A routine of the school or of the teachers (seeds G4, G5)."""

    title = "Rutin"
    guidance = "En rutin per rad. Användningen skattas med instrumentet för rutiner."

    name: str = Field(title="Rutin", min_length=3)
    level: Annotated[Literal["school", "teacher"], Labels({"school": "skolan", "teacher": "lärarna"})] = (
        Field(title="Nivå")
    )
    when: str = Field(title="När", description="T.ex. Varje lektionsstart eller Varje måndag")
    evidence: Words = Field(default="", title="Belägg", description="Hur det märks att rutinen används")
    instrument: str = Field(title="Instrument", description="Fil i params/instruments")
    part: str = Field(title="Del", description="Indikatorns id i instrumentet")
