"""Goals from kommunfullmäktige to the unit, plans per läsår, and the plan for better teaching (register)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis_lib.register.entry import Entry, Labels, Refers, Words, entry_kind

GoalLevel = Annotated[
    Literal["council", "board", "unit"],
    Labels({"council": "kommunfullmäktige", "board": "nämnden", "unit": "enheten"}),
]
PlanLevel = Annotated[Literal["unit", "authority"], Labels({"unit": "enheten", "authority": "huvudmannen"})]


@entry_kind("goal")
class Goal(Entry):
    """A goal and the goal above it (seed S8, M14)."""

    title = "Mål"
    guidance = "Ett mål per rad. Ange vilket mål det bygger på, så syns vägen från fullmäktige till enheten."

    level: GoalLevel = Field(title="Nivå", description="Vem som har beslutat målet")
    text: Words = Field(title="Mål", min_length=3, description="Målet med enhetens eller nämndens egna ord")
    parent: Annotated[str, Refers("goal")] = Field(
        default="", title="Bygger på", description="Målet ovanför i kedjan"
    )
    national_goal: str = Field(default="", title="Nationellt mål", description="Id i params/national_goals")
    indicators: tuple[str, ...] = Field(
        default=(), title="Indikatorer", description="Id på de indikatorer som visar om målet nås"
    )
    mandate: str = Field(default="", title="Mandatperiod", description="T.ex. 2023–2026")
    decided_on: datetime.date | None = Field(default=None, title="Beslutat")

    @model_validator(mode="after")
    def _stands_in_the_tree(self) -> Goal:
        if self.level == "council" and self.parent:
            raise ValueError("Fullmäktiges mål står överst och bygger inte på ett annat mål.")
        return self


@entry_kind("plan")
class Plan(Entry):
    """The verksamhetsplan of a unit or of the huvudman for a läsår (seed M4, B4)."""

    title = "Verksamhetsplan"
    guidance = "En plan per enhet och läsår. Öppna åtgärder från förra läsåret följer med."

    level: PlanLevel = Field(default="unit", title="Nivå")
    text: Words = Field(title="Inriktning", description="Vad läsåret ska handla om")
    priorities: tuple[str, ...] = Field(
        default=(), title="Prioriterade områden", description="Ett område per rad, t.ex. Studiero"
    )
    areas: Annotated[tuple[str, ...], Refers("improvement_area")] = Field(
        default=(), title="Förbättringsområden"
    )
    inherits: Annotated[tuple[str, ...], Refers("measure")] = Field(
        default=(), title="Åtgärder som följer med", description="Öppna åtgärder från tidigare läsår"
    )
    goals: Annotated[tuple[str, ...], Refers("goal")] = Field(default=(), title="Mål som planen bygger på")
    decided_on: datetime.date | None = Field(default=None, title="Fastställd")
    decided_by: str = Field(default="", title="Fastställd av", description="Roll, t.ex. Rektor")


@entry_kind("teaching_plan")
class TeachingPlan(Entry):
    """One step of the concrete plan for better teaching (seed G6)."""

    title = "Plan för bättre undervisning"
    guidance = "Vad har ni sett i undervisningen, och vad gör ni åt det? En aktivitet per rad."

    focus: Words = Field(title="Fokus", min_length=3, description="T.ex. Tydliga lektionsstarter")
    observed: Words = Field(title="Undervisningskvalitet", description="Vad observationer och enkäter visar")
    activity: Words = Field(title="Aktivitet", description="Vad som görs")
    on: datetime.date = Field(title="Datum", description="När aktiviteten görs")
    evidence: Words = Field(default="", title="Belägg", description="Hur det märks att den gav något")
    measure: Annotated[str, Refers("measure")] = Field(default="", title="Hör till åtgärd")


@entry_kind("analysis_step")
class AnalysisStep(Entry):
    """What was written under one of the ten steps of the nulägesanalys (seed S1, rule R12)."""

    title = "Nulägesanalys"
    guidance = "Skriv under varje steg. Ett steg som är tomt syns som obesvarat."

    step: Annotated[
        Literal[
            "collect",
            "focus",
            "deviation",
            "statistics",
            "causes",
            "other_sources",
            "pattern",
            "conclusion",
            "measures",
            "document",
        ],
        Labels(
            {
                "collect": "samla ihop",
                "focus": "fokusera",
                "deviation": "beskriv avvikelsen",
                "statistics": "granska statistiken",
                "causes": "föreslå orsaker",
                "other_sources": "addera annan information",
                "pattern": "sök mönster",
                "conclusion": "dra slutsatser",
                "measures": "föreslå åtgärder",
                "document": "dokumentera",
            }
        ),
    ] = Field(title="Steg")
    text: Words = Field(title="Text", description="Vad ni kom fram till")
