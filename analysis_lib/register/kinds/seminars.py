"""Analysis seminars, skolanalyser, peer feedback and resultatsamtal (register; seeds M5, M6, S5–S7)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field

from analysis_lib.register.entry import Entry, Labels, Refers, Words, entry_kind
from analysis_lib.register.kinds.ratings import Round


@entry_kind("analysis_seminar")
class AnalysisSeminar(Entry):
    """One of the three analysseminarier of a ledningsgrupp in a läsår (seed M5)."""

    title = "Analysseminarium"
    guidance = "Skriv vad gruppen kom fram till. Beslut skrivs var för sig och leder till åtgärder."

    group: str = Field(title="Ledningsgrupp", description="Id i params/groups, t.ex. grundskola")
    round: Annotated[Literal["1", "2", "3"], Labels({"1": "1", "2": "2", "3": "3"})] = Field(
        title="Seminarium"
    )
    held_on: datetime.date = Field(title="Datum")
    participants: tuple[str, ...] = Field(default=(), title="Deltagare", description="Roller")
    question_set: str = Field(title="Frågor", description="Fil i params/questions")
    snapshot: str = Field(default="", title="Fryst underlag", description="Seminariets id i params/seminars")
    notes: Words = Field(default="", title="Anteckningar")


@entry_kind("decision")
class Decision(Entry):
    """What was decided at a seminar or meeting, and the measures it led to (seeds M5, M6)."""

    title = "Beslut"
    guidance = "Ett beslut per rad, med de åtgärder som det ledde till."

    seminar: Annotated[str, Refers("analysis_seminar", "visit")] = Field(default="", title="Togs på")
    text: Words = Field(title="Beslut", min_length=3)
    decided_on: datetime.date = Field(title="Datum")
    decided_by: str = Field(title="Beslutat av", min_length=2, description="Roll eller instans")
    measures: Annotated[tuple[str, ...], Refers("measure")] = Field(default=(), title="Åtgärder")


@entry_kind("school_analysis")
class SchoolAnalysis(Entry):
    """A skolanalys that a leader has presented (seed S5)."""

    title = "Skolanalys"
    guidance = "Skolanalysen redovisas två gånger per läsår. Svaren på frågorna skrivs var för sig."

    round: Round = Field(title="Omgång")
    question_set: str = Field(title="Frågor", description="Fil i params/questions")
    held_on: datetime.date = Field(title="Redovisad")
    presented_to: tuple[str, ...] = Field(default=(), title="Redovisad för", description="Roller")


@entry_kind("answer")
class Answer(Entry):
    """The answer to one question of a set (seeds S5, S6)."""

    title = "Svar"
    guidance = "Svara på frågan med egna ord: vad ser ni, vad beror det på, vad gör ni?"

    question_set: str = Field(title="Frågor", description="Fil i params/questions eller params/handbook")
    question: str = Field(title="Fråga", description="Frågans id")
    text: Words = Field(title="Svar")


@entry_kind("peer_feedback")
class PeerFeedback(Entry):
    """What a colleague says about a skolanalys (seed S5)."""

    title = "Kollegial återkoppling"
    guidance = "Vad är starkt, vad undrar du, vad skulle du pröva?"

    analysis: Annotated[str, Refers("school_analysis")] = Field(title="Skolanalys", min_length=1)
    strong: Words = Field(title="Det starka", min_length=3)
    wonder: Words = Field(default="", title="Det jag undrar")
    advice: Words = Field(default="", title="Det jag skulle pröva")


@entry_kind("result_talk")
class ResultTalk(Entry):
    """The resultatsamtal about two months after a skolanalys (seed S7)."""

    title = "Resultatsamtal"
    guidance = "Gå igenom löftena från skolanalysen, nya resultat och nästa steg."

    round: Round = Field(title="Omgång")
    analysis: Annotated[str, Refers("school_analysis")] = Field(title="Skolanalys", min_length=1)
    held_on: datetime.date = Field(title="Datum")
    participants: tuple[str, ...] = Field(default=(), title="Deltagare", description="Roller")
    new_results: Words = Field(default="", title="Nya resultat sedan dess")
    next_steps: Words = Field(title="Nästa steg", min_length=3)
