"""PRIO: phases of a period, the groups' proposals, time log and observations (register; seeds B5–B9)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis_lib.register.entry import Entry, Labels, Refers, Words, entry_kind

PHASES = ("mapping", "analysis", "group_work", "proposals", "decision", "introduced", "followed_up")
PHASE_WORDS = {
    "mapping": "kartläggning",
    "analysis": "analys",
    "group_work": "grupparbete",
    "proposals": "förslag",
    "decision": "beslut",
    "introduced": "införd",
    "followed_up": "uppföljd",
}
DIMENSION_WORDS = {
    "planning": "planering",
    "results": "resultat",
    "initiative": "initiativ",
    "organisation": "organisation",
}
Dimension = Annotated[Literal["planning", "results", "initiative", "organisation"], Labels(DIMENSION_WORDS)]
Occasion = Annotated[
    Literal["start", "follow_up"],
    Labels({"start": "vid start", "follow_up": "uppföljning efter fyra terminer"}),
]


@entry_kind("prio_phase")
class PrioPhase(Entry):
    """One phase of a school's PRIO period (seed B5)."""

    title = "PRIO-fas"
    guidance = "En rad per fas. Fyll i Klar när fasen är över."

    period: int = Field(default=1, ge=1, title="Period", description="Skolans första period är 1")
    phase: Annotated[
        Literal["mapping", "analysis", "group_work", "proposals", "decision", "introduced", "followed_up"],
        Labels(PHASE_WORDS),
    ] = Field(title="Fas")
    started: datetime.date | None = Field(default=None, title="Påbörjad")
    due: datetime.date = Field(title="Ska vara klar")
    done: datetime.date | None = Field(default=None, title="Klar")
    note: Words = Field(default="", title="Anteckning")

    @model_validator(mode="after")
    def _in_order(self) -> PrioPhase:
        if self.started and self.done and self.done < self.started:
            raise ValueError("Fasen är klar före den dag då den påbörjades.")
        return self


@entry_kind("proposal")
class Proposal(Entry):
    """What a group of teachers proposes, with its votes (seed B9)."""

    title = "Förslag"
    guidance = "Gruppens förslag till förbättring. De som väljs blir förbättringsområden."

    period: int = Field(default=1, ge=1, title="PRIO-period")
    group: str = Field(title="Grupp", min_length=1, description="Gruppens namn, t.ex. Grupp 2")
    dimension: Dimension = Field(title="Dimension")
    area: str = Field(title="Område", min_length=2, description="T.ex. Mötesstruktur")
    problem: Words = Field(title="Problem", min_length=3)
    evidence: Words = Field(title="Underlag", min_length=3)
    text: Words = Field(title="Förslag", min_length=3)
    votes: int = Field(default=0, ge=0, title="Röster")
    state: Annotated[
        Literal["open", "chosen", "not_chosen"],
        Labels({"open": "väntar", "chosen": "valt", "not_chosen": "inte valt"}),
    ] = Field(default="open", title="Läge")
    decision: Words = Field(
        default="", title="Chefsbeslut", description="Varför det valdes eller inte valdes"
    )

    @model_validator(mode="after")
    def _choice_is_told(self) -> Proposal:
        if self.state != "open" and not self.decision.strip():
            raise ValueError("Skriv varför förslaget valdes eller inte valdes.")
        return self


@entry_kind("time_log")
class TimeLog(Entry):
    """How the staff's time was used, as a group's sum: no person's time (seed B8)."""

    title = "Tidslogg"
    guidance = "Summan för en grupp om minst fem. Ingen persons tid skrivs."

    period: int = Field(default=1, ge=1, title="PRIO-period")
    occasion: Occasion = Field(title="Mättillfälle")
    activity: str = Field(title="Aktivitet", min_length=2, description="T.ex. Undervisning, Planering, Möten")
    people: int = Field(ge=5, title="Antal personer", description="Minst fem")
    hours: float = Field(ge=0, title="Timmar per person och vecka")


@entry_kind("observation")
class Observation(Entry):
    """A level that an observer gave a part of an instrument in one visit (seeds B8, G10)."""

    title = "Observation"
    guidance = "Vad som sågs, i allmänna ord. Ingen lärare eller elev nämns."

    instrument: str = Field(title="Instrument", description="Fil i params/instruments")
    part: str = Field(title="Del", description="Indikatorns id i instrumentet")
    occasion: Occasion = Field(default="start", title="Mättillfälle")
    observed_on: datetime.date = Field(title="Datum")
    level: int = Field(ge=0, title="Nivå")
    seen: Words = Field(default="", title="Vad som sågs")
    proposal: Annotated[str, Refers("proposal")] = Field(default="", title="Förslag som det ledde till")
