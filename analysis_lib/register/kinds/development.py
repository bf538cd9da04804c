"""Priority areas, lead teachers and projects (register; seeds M8–M10)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis_lib.register.entry import Entry, Labels, Refers, Words, entry_kind


@entry_kind("priority_area")
class PriorityArea(Entry):
    """An area that the huvudman has put first for a period (seed M8)."""

    title = "Prioriterat område"
    guidance = "Ett område per rad, med vem som äger det och vad som visar att det går åt rätt håll."

    name: str = Field(title="Område", min_length=2, description="T.ex. Digitalisering")
    why: Words = Field(title="Varför", min_length=3)
    owner: str = Field(title="Ägare", min_length=2, description="Roll, aldrig namn")
    indicators: tuple[str, ...] = Field(default=(), title="Indikatorer")
    starts: datetime.date = Field(title="Från")
    ends: datetime.date = Field(title="Till")
    evidence: Words = Field(
        default="", title="Belägg", description="Vad som hänt hittills; tomt: underlag saknas"
    )

    @model_validator(mode="after")
    def _in_order(self) -> PriorityArea:
        if self.ends < self.starts:
            raise ValueError("Perioden slutar innan den börjar.")
        return self


@entry_kind("lead_teacher")
class LeadTeacher(Entry):
    """The assignment of a förstelärare, by pseudonym (seed M9)."""

    title = "Förstelärare"
    guidance = "Skriv uppdraget, aldrig namnet. Beteckningen (t.ex. F07) följer uppdraget."

    pseudonym: str = Field(
        title="Beteckning", pattern=r"^F\d{2,3}$", description="F och två eller tre siffror"
    )
    area: Annotated[str, Refers("priority_area")] = Field(default="", title="Prioriterat område")
    assignment: Words = Field(title="Uppdrag", min_length=3)
    goal: Words = Field(title="Mål", min_length=3)
    indicator: str = Field(default="", title="Indikator")
    starts: datetime.date = Field(title="Från")
    ends: datetime.date = Field(title="Till")
    result: Words = Field(default="", title="Resultat", description="Vad uppdraget ledde till")

    @model_validator(mode="after")
    def _in_order(self) -> LeadTeacher:
        if self.ends < self.starts:
            raise ValueError("Uppdraget slutar innan det börjar.")
        return self


@entry_kind("project")
class Project(Entry):
    """An ongoing utvecklingsarbete, also a new, merged or renamed unit (seed M10)."""

    title = "Utvecklingsarbete"
    guidance = "Ett arbete per rad. Avsluta det inte förrän ni skrivit vad det ledde till."

    name: str = Field(title="Namn", min_length=2)
    partner: str = Field(default="", title="Tillsammans med", description="T.ex. Skolverket")
    goal: Words = Field(title="Mål", min_length=3)
    indicator: str = Field(default="", title="Indikator")
    area: Annotated[str, Refers("priority_area")] = Field(default="", title="Prioriterat område")
    starts: datetime.date = Field(title="Från")
    ends: datetime.date | None = Field(default=None, title="Till")
    state: Annotated[
        Literal["planned", "ongoing", "ended"],
        Labels({"planned": "planerat", "ongoing": "pågår", "ended": "avslutat"}),
    ] = Field(default="ongoing", title="Läge")
    result: Words = Field(default="", title="Resultat")
    new_unit: str = Field(default="", title="Ny enhet", description="Enhetskod, om arbetet är en ny enhet")
    replaces: tuple[str, ...] = Field(
        default=(), title="Ersätter", description="Enhetskoder som går upp i den"
    )

    @model_validator(mode="after")
    def _ends_with_a_result(self) -> Project:
        if self.state == "ended" and not self.result.strip():
            raise ValueError("Skriv vad arbetet ledde till innan det avslutas.")
        if self.replaces and not self.new_unit:
            raise ValueError("Ange den nya enhetens kod.")
        return self
