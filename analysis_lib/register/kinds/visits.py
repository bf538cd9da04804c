"""Kvalitetsdjupdykning: visits, minnesanteckning and the kvalitetsnämnd's questions (register; S2–S4)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis_lib.register.entry import Entry, FreeText, Labels, Refers, Words, entry_kind

GROUP_WORDS = {
    "leadership": "skolledning",
    "staff": "personal",
    "children": "elever eller barn",
    "guardians": "vårdnadshavare",
}
GROUPS = tuple(GROUP_WORDS)


@entry_kind("visit")
class Visit(Entry):
    """A djupdykning of one unit, planned and held (seed S2)."""

    title = "Djupdykning"
    guidance = "Varje enhet får ett besök per mandatperiod. Fyra grupper ska höras."

    mandate: str = Field(title="Mandatperiod", description="T.ex. 2023–2026")
    planned_on: datetime.date = Field(title="Planerad")
    held_on: datetime.date | None = Field(default=None, title="Genomförd")
    participants: tuple[str, ...] = Field(
        default=(), title="Deltagare", description="Roller, t.ex. Arbetsutskottet"
    )
    heard: tuple[
        Annotated[Literal["leadership", "staff", "children", "guardians"], Labels(GROUP_WORDS)], ...
    ] = Field(default=(), title="Hörda grupper")
    fact_pack: str = Field(default="", title="Faktaunderlag", description="Dokument som lästes före besöket")


@entry_kind("visit_note")
class VisitNote(Entry):
    """The minnesanteckning of a visit (seed S3)."""

    title = "Minnesanteckning"
    guidance = (
        "Skriv så att ingen person pekas ut. Sekretessen prövas innan anteckningen blir allmän handling."
    )

    visit: Annotated[str, Refers("visit")] = Field(title="Djupdykning", min_length=1)
    dated: datetime.date = Field(title="Datum")
    themes: tuple[Annotated[str, FreeText(people=True)], ...] = Field(min_length=1, title="Teman")
    observations: Annotated[str, FreeText(people=True)] = Field(title="Iakttagelser")
    decisions: Words = Field(default="", title="Beslut")
    questions: tuple[Words, ...] = Field(default=(), title="Frågor till kvalitetsnämnden")
    secrecy_checked: bool = Field(default=False, title="Sekretessprövad")
    diary_number: str = Field(default="", title="Diarienummer")
    state: Annotated[
        Literal["draft", "established"], Labels({"draft": "utkast", "established": "upprättad"})
    ] = Field(default="draft", title="Läge")

    @model_validator(mode="after")
    def _established_after_the_check(self) -> VisitNote:
        if self.state == "established" and not (self.secrecy_checked and self.diary_number):
            raise ValueError("En upprättad handling ska vara sekretessprövad och ha diarienummer.")
        return self


@entry_kind("board_question")
class BoardQuestion(Entry):
    """A question of the kvalitetsnämnd's frågestund, its answer and what is to be followed up (seed S4)."""

    title = "Fråga till kvalitetsnämnden"
    guidance = "Frågan, svaret och vad som ska följas upp."

    visit: Annotated[str, Refers("visit")] = Field(default="", title="Djupdykning")
    meeting: datetime.date = Field(title="Sammanträde")
    question: Words = Field(title="Fråga", min_length=3)
    answer: Words = Field(default="", title="Svar")
    answered_on: datetime.date | None = Field(default=None, title="Besvarad")
    follow_up: Words = Field(default="", title="Följs upp")
    follow_up_due: datetime.date | None = Field(default=None, title="Följs upp senast")
    followed_up: datetime.date | None = Field(default=None, title="Uppföljd")

    @model_validator(mode="after")
    def _answered_with_words(self) -> BoardQuestion:
        if self.answered_on and not self.answer.strip():
            raise ValueError("En fråga är besvarad först när svaret är skrivet.")
        return self
