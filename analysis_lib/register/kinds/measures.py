"""Improvement areas, measures and promises: what is to get better, what is done, what was said (register).

Nothing may end without a result, and the expected effect is written before the work begins.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis_lib.register.entry import Entry, Labels, Refers, Words, entry_kind

Origin = Annotated[
    Literal["staff", "principal", "board", "inspection", "survey"],
    Labels(
        {
            "staff": "medarbetare",
            "principal": "chef",
            "board": "nämnd",
            "inspection": "tillsyn",
            "survey": "enkät",
        }
    ),
]
MeasureState = Annotated[
    Literal["proposed", "decided", "ongoing", "ended"],
    Labels({"proposed": "föreslagen", "decided": "beslutad", "ongoing": "pågår", "ended": "avslutad"}),
]
Implemented = Annotated[
    Literal["", "yes", "partly", "no"],
    Labels({"": "", "yes": "ja", "partly": "delvis", "no": "nej"}),
]
Conclusion = Annotated[
    Literal["", "continue", "change", "stop"],
    Labels({"": "", "continue": "fortsätt", "change": "ändra", "stop": "avsluta"}),
]


@entry_kind("improvement_area")
class ImprovementArea(Entry):
    """A förbättringsområde of a unit (seed B3)."""

    title = "Förbättringsområde"
    guidance = "Ett område per rad: vad är problemet, hur vet ni det, och vad ska det bli i stället?"

    area: str = Field(
        title="Område", min_length=2, description="T.ex. Studiero eller Läsning; samma ord i alla enheter"
    )
    problem: Words = Field(title="Problem", min_length=3, description="Vad som inte fungerar")
    evidence: Words = Field(
        title="Underlag", min_length=3, description="Hur ni vet det: resultat, enkät, samtal"
    )
    goal: Words = Field(title="Mål", min_length=3, description="Hur det ska vara i stället")
    indicator: str = Field(default="", title="Indikator", description="Vad som mäts")
    baseline: float | None = Field(default=None, title="Baslinje", description="Värdet i dag")
    target: float | None = Field(default=None, title="Målvärde", description="Värdet när målet är nått")
    deadline: datetime.date = Field(title="Frist", description="När målet ska vara nått")
    responsible: str = Field(title="Ansvarig", min_length=2, description="Roll, aldrig namn")
    pupils: int | None = Field(
        default=None, ge=0, title="Elever eller barn", description="Hur många det berör"
    )
    proposal: Annotated[str, Refers("proposal")] = Field(default="", title="Kommer från förslag")

    @model_validator(mode="after")
    def _values_need_an_indicator(self) -> ImprovementArea:
        if not self.indicator and (self.baseline is not None or self.target is not None):
            raise ValueError("Baslinje och målvärde behöver en indikator.")
        return self


@entry_kind("measure")
class Measure(Entry):
    """An åtgärd from proposal to result (seeds B9, B10, G8, M11)."""

    title = "Åtgärd"
    guidance = "Skriv den väntade effekten innan ni börjar. En åtgärd avslutas aldrig utan resultat."

    what: Words = Field(title="Åtgärd", min_length=3, description="Vad som görs")
    area: Annotated[str, Refers("improvement_area")] = Field(default="", title="Förbättringsområde")
    goal: Annotated[str, Refers("goal")] = Field(default="", title="Mål")
    priority_area: Annotated[str, Refers("priority_area")] = Field(default="", title="Prioriterat område")
    origin: Origin = Field(title="Ursprung", description="Var förslaget kom från")
    decision: Words = Field(
        default="", title="Chefsbeslut", description="Beslut och datum, t.ex. Rektor 2026-09-14"
    )
    responsible: str = Field(title="Ansvarig", min_length=2, description="Roll, aldrig namn")
    start: datetime.date | None = Field(default=None, title="Börjar")
    deadline: datetime.date = Field(title="Frist")
    indicator: str = Field(default="", title="Indikator")
    baseline: float | None = Field(default=None, title="Baslinje")
    target: float | None = Field(default=None, title="Målvärde")
    expected_effect: Words = Field(
        default="", title="Väntad effekt", description="Skrivs innan åtgärden börjar"
    )
    research: Words = Field(default="", title="Forskningsgrund")
    proven_experience: Words = Field(default="", title="Beprövad erfarenhet")
    local_adaptation: Words = Field(default="", title="Lokal anpassning")
    state: MeasureState = Field(default="proposed", title="Läge")
    implemented: Implemented = Field(default="", title="Genomförd?")
    value_before: float | None = Field(default=None, title="Mätvärde före")
    value_after: float | None = Field(default=None, title="Mätvärde efter")
    comparison: Words = Field(default="", title="Jämförelse", description="Hur det gick för liknande enheter")
    result: Words = Field(default="", title="Resultat", description="Vad åtgärden ledde till")
    conclusion: Conclusion = Field(default="", title="Slutsats")
    continues: Annotated[str, Refers("measure")] = Field(
        default="", title="Fortsätter", description="Åtgärden som den här bygger vidare på"
    )

    @model_validator(mode="after")
    def _is_said_before_and_after(self) -> Measure:
        if self.state in ("decided", "ongoing", "ended") and not self.expected_effect.strip():
            raise ValueError("Väntad effekt ska skrivas innan åtgärden beslutas.")
        if self.state == "ended" and not (self.result.strip() and self.implemented and self.conclusion):
            raise ValueError(
                "En åtgärd kan inte avslutas utan resultat: fyll i Genomförd?, Resultat och Slutsats."
            )
        if self.start and self.start > self.deadline:
            raise ValueError("Åtgärden börjar efter sin frist.")
        return self


@entry_kind("promise")
class Promise(Entry):
    """What a leader said would be done, from skolanalys through resultatsamtal (seeds S5–S7)."""

    title = "Löfte"
    guidance = "Det som sades i skolanalysen. Löftet följs i resultatsamtalet och i nästa skolanalys."

    round: Annotated[Literal["ht", "vt"], Labels({"ht": "hösten", "vt": "våren"})] = Field(title="Omgång")
    text: Words = Field(title="Löfte", min_length=3)
    responsible: str = Field(title="Ansvarig", min_length=2, description="Roll, aldrig namn")
    due: datetime.date = Field(title="Senast")
    measure: Annotated[str, Refers("measure")] = Field(default="", title="Åtgärd")
    state: Annotated[
        Literal["open", "kept", "partly", "not_kept"],
        Labels({"open": "öppet", "kept": "infriat", "partly": "delvis infriat", "not_kept": "inte infriat"}),
    ] = Field(default="open", title="Läge")
    outcome: Words = Field(default="", title="Vad det blev", description="Skrivs när löftet följs upp")

    @model_validator(mode="after")
    def _ends_with_an_outcome(self) -> Promise:
        if self.state != "open" and not self.outcome.strip():
            raise ValueError("Skriv vad det blev av löftet innan läget ändras.")
        return self
