"""What pupils, guardians and staff say in interviews and focus groups, and how sources agree (register).

Texts are scanned for names, personal numbers and addresses when they are saved; a quote needs consent.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis_lib.register.entry import Entry, FreeText, Labels, Refers, Words, entry_kind

Spoken = Annotated[str, FreeText(people=True)]
ROLE_WORDS = {
    "pupil": "elev",
    "child": "barn",
    "guardian": "vårdnadshavare",
    "staff": "personal",
    "leadership": "skolledning",
}
Voice = Annotated[Literal["pupil", "child", "guardian", "staff", "leadership"], Labels(ROLE_WORDS)]
Stance = Annotated[
    Literal["", "reached", "ongoing", "not_reached"],
    Labels({"": "", "reached": "nått", "ongoing": "på väg", "not_reached": "inte nått"}),
]
SOURCE_WORDS = {
    "results": "betyg och nationella prov",
    "survey": "enkät",
    "interview": "intervju",
    "focus_group": "fokusgrupp",
    "self_rating": "självskattning",
    "inspection": "tillsyn",
}


@entry_kind("interview")
class Interview(Entry):
    """One interview or focus group (seeds F3, F4, B7)."""

    title = "Intervju"
    guidance = "Skriv aldrig namn. Rollen räcker."

    form: Annotated[
        Literal["interview", "focus_group"], Labels({"interview": "intervju", "focus_group": "fokusgrupp"})
    ] = Field(title="Form")
    role: Voice = Field(title="Roll")
    people: int = Field(default=1, ge=1, title="Antal personer")
    held_on: datetime.date = Field(title="Datum")
    purpose: Words = Field(default="", title="Syfte")
    codebook: str = Field(title="Kodbok", description="Fil i params/codebooks")
    visit: Annotated[str, Refers("visit")] = Field(default="", title="Hör till djupdykning")

    @model_validator(mode="after")
    def _a_group_is_several(self) -> Interview:
        if self.form == "focus_group" and self.people < 2:
            raise ValueError("En fokusgrupp har minst två personer.")
        return self


@entry_kind("theme_note")
class ThemeNote(Entry):
    """What was said about one theme, and a quote if the speaker agreed (seeds F3, F4, B7)."""

    title = "Tema"
    guidance = "En rad per tema. Citat visas bara med samtycke."

    interview: Annotated[str, Refers("interview")] = Field(title="Intervju", min_length=1)
    code: str = Field(title="Kod", min_length=1, description="Kod i kodboken, t.ex. studiero")
    note: Spoken = Field(title="Vad som sades", min_length=3)
    stance: Stance = Field(default="", title="Läge enligt dem som talade")
    quote: Spoken = Field(default="", title="Citat")
    consent: bool = Field(default=False, title="Samtycke till citatet")

    @model_validator(mode="after")
    def _a_quote_needs_consent(self) -> ThemeNote:
        if self.quote.strip() and not self.consent:
            raise ValueError("Ett citat sparas bara med samtycke. Kryssa i samtycket eller ta bort citatet.")
        return self


@entry_kind("judgement")
class Judgement(Entry):
    """What one source says about one area (seed F2)."""

    title = "Bedömning"
    guidance = "En rad per område och källa. Saknas underlag, skriv det."

    area: str = Field(title="Område", min_length=2, description="Samma ord som i förbättringsområdena")
    source: Annotated[
        Literal["results", "survey", "interview", "focus_group", "self_rating", "inspection"],
        Labels(SOURCE_WORDS),
    ] = Field(title="Källa")
    voice: Annotated[
        Literal["", "pupil", "child", "guardian", "staff", "leadership"], Labels({"": "", **ROLE_WORDS})
    ] = Field(default="", title="Roll")
    verdict: Annotated[
        Literal["reached", "ongoing", "not_reached", "no_data"],
        Labels(
            {
                "reached": "nått",
                "ongoing": "på väg",
                "not_reached": "inte nått",
                "no_data": "underlag saknas",
            }
        ),
    ] = Field(title="Bedömning")
    evidence: Words = Field(default="", title="Underlag")

    @model_validator(mode="after")
    def _a_verdict_has_evidence(self) -> Judgement:
        if self.verdict != "no_data" and not self.evidence.strip():
            raise ValueError("Skriv vilket underlag bedömningen bygger på.")
        return self
