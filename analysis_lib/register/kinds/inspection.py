"""Tillsyn: cases of every form, deficiencies with measure and result, and support (register; F14–F18)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis_lib.register.entry import Entry, FreeText, Labels, Refers, Words, entry_kind

NEW_NAMES = datetime.date(2023, 7, 1)
FORM_WORDS = {
    "regular": "regelbunden tillsyn",
    "planned": "planerad tillsyn",
    "targeted": "riktad tillsyn",
    "flying": "flygande tillsyn",
    "thematic": "tematisk tillsyn",
    "unannounced": "oanmäld tillsyn",
    "quality_audit": "kvalitetsgranskning",
}
DECISION_WORDS = {
    "none": "inget ingripande",
    "order": "föreläggande",
    "order_with_penalty": "föreläggande med vite",
    "remark": "anmärkning",
    "abstain": "avstående från ingripande",
    "recommendation": "utvecklingsområden",
}


@entry_kind("inspection_case")
class InspectionCase(Entry):
    """A case at Skolinspektionen, open until each of its deficiencies has a result (seeds F14–F16)."""

    title = "Tillsynsärende"
    guidance = "Ett ärende per enhet. Brister skrivs var för sig, och ärendet stängs när alla har resultat."

    form: Annotated[
        Literal["regular", "planned", "targeted", "flying", "thematic", "unannounced", "quality_audit"],
        Labels(FORM_WORDS),
    ] = Field(title="Form")
    scope: Annotated[
        Literal["general", "individual"], Labels({"general": "generell", "individual": "individ"})
    ] = Field(default="general", title="Omfattning")
    theme: str = Field(
        default="", title="Tema", description="Samma tema i alla enheter som besöktes samtidigt"
    )
    visited_on: datetime.date | None = Field(default=None, title="Besök")
    decided_on: datetime.date = Field(title="Beslutsdatum")
    decision: Annotated[
        Literal["none", "order", "order_with_penalty", "remark", "abstain", "recommendation"],
        Labels(DECISION_WORDS),
    ] = Field(title="Beslut")
    due: datetime.date | None = Field(default=None, title="Frist", description="När åtgärderna ska redovisas")
    diary_number: str = Field(default="", title="Diarienummer")

    @model_validator(mode="after")
    def _named_as_at_the_time(self) -> InspectionCase:
        if self.form == "regular" and self.decided_on >= NEW_NAMES:
            raise ValueError("Regelbunden tillsyn heter planerad tillsyn från 1 juli 2023.")
        if self.form == "planned" and self.decided_on < NEW_NAMES:
            raise ValueError("Planerad tillsyn hette regelbunden tillsyn före 1 juli 2023.")
        if self.form in ("flying", "thematic") and not self.theme:
            raise ValueError("Skriv temat, så att enheterna kan jämföras.")
        return self


@entry_kind("deficiency")
class Deficiency(Entry):
    """A brist, what is done about it and the evidence of the result (seed F17)."""

    title = "Brist"
    guidance = "Bristen stängs när resultatet är visat, inte när åtgärden är beskriven."

    case: Annotated[str, Refers("inspection_case")] = Field(title="Ärende", min_length=1)
    area: str = Field(title="Bristområde", min_length=2, description="T.ex. Trygghet och studiero")
    statute: str = Field(default="", title="Lagrum", description="T.ex. skollagen 5 kap. 3 §")
    deficiency: Annotated[str, FreeText(people=True)] = Field(title="Brist", min_length=3)
    due: datetime.date = Field(title="Frist")
    measure: Annotated[str, Refers("measure")] = Field(default="", title="Åtgärd i registret")
    action: Words = Field(default="", title="Åtgärd")
    result: Annotated[str, FreeText(people=True)] = Field(
        default="", title="Resultat", description="Vad som blev bättre"
    )
    evidence: Words = Field(default="", title="Belägg", description="Hur ni vet det")
    closed_on: datetime.date | None = Field(default=None, title="Avslutad")

    @model_validator(mode="after")
    def _closed_with_a_result(self) -> Deficiency:
        if self.closed_on and not (self.result.strip() and self.evidence.strip()):
            raise ValueError(
                "En brist kan inte avslutas utan resultat. Beskriv vad som blev bättre och hur ni vet det."
            )
        return self


@entry_kind("support")
class Support(Entry):
    """Help from Skolverket or another body, shown as context in charts (seed F18)."""

    title = "Stöd"
    guidance = "Stödet markeras i diagrammen under den tid det pågick."

    provider: str = Field(title="Av vem", min_length=2, description="T.ex. Skolverket")
    what: Words = Field(title="Insats", min_length=3)
    starts: datetime.date = Field(title="Från")
    ends: datetime.date | None = Field(default=None, title="Till")
    goal: Words = Field(default="", title="Mål")
    result: Words = Field(default="", title="Vad det ledde till")

    @model_validator(mode="after")
    def _in_order(self) -> Support:
        if self.ends and self.ends < self.starts:
            raise ValueError("Stödet slutar innan det börjar.")
        return self
