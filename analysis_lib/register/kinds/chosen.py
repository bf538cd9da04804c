"""Figures that somebody chose on a dashboard to talk about at the next seminar (register; issue D1–D6).

Only the reference is kept: which drawing of which measure about whom. The number is read from the release of
the report that shows it, so that a chosen figure can never say what its readers may not see.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from analysis_lib.register.entry import Entry, Labels, Words, entry_kind

Drawing = Annotated[
    Literal[
        "trend",
        "units",
        "ranges",
        "distribution",
        "sex_gap",
        "funnel",
        "indicators",
        "surveys",
        "measures",
        "agreement",
        "crosstab",
        "salsa",
        "spread",
        "equity",
        "cohorts",
        "slopes",
        "growth",
        "growth_quadrant",
        "followed",
        "outlook",
    ],
    Labels(
        {
            "trend": "utveckling över tid",
            "units": "enheterna bredvid varandra",
            "ranges": "ämne för ämne",
            "distribution": "betygens fördelning",
            "sex_gap": "flickor och pojkar",
            "funnel": "enheterna mot slumpens gränser",
            "indicators": "alla mått i en tabell",
            "surveys": "enkätsvaren, område för område",
            "measures": "åtgärderna och vad de ledde till",
            "agreement": "betyg mot nationella prov",
            "crosstab": "provbetyg och betyg, ruta för ruta",
            "salsa": "SALSA",
            "spread": "skillnader mellan enheter över tid",
            "equity": "likvärdighet, mått för mått",
            "cohorts": "årskull för årskull",
            "slopes": "samma elever från åk 6 till åk 9",
            "growth": "förädlingsvärde, enhet för enhet",
            "growth_quadrant": "resultatnivå och förädlingsvärde",
            "followed": "hur många som kan följas",
            "outlook": "prognos för behörighet",
        }
    ),
]
InReport = Annotated[
    Literal["analysseminarium", "verksamhetsanalys"],
    Labels({"analysseminarium": "analysseminarium", "verksamhetsanalys": "verksamhetsanalys"}),
]


@entry_kind("chosen_figure")
class ChosenFigure(Entry):
    """A figure of a dashboard that a person wants in the next internal seminar, and why."""

    title = "Vald figur"
    guidance = "Välj figuren på en instrumentpanel och skriv varför ni ska prata om den."

    drawing: Drawing = Field(title="Figur")
    indicators: tuple[str, ...] = Field(default=(), title="Mått", description="Id ur params/indicators")
    subject: str = Field(default="", max_length=12, title="Ämne", description="Ämneskod; tomt: alla")
    method: str = Field(
        default="", max_length=40, title="Sätt att räkna", description="Id; tomt: det vanliga"
    )
    cohort: str = Field(
        default="", pattern=r"^(\d{4})?$", title="Årskull", description="Året då årskullen slutar åk 9"
    )
    report: InReport = Field(title="Rapport")
    comment: Words = Field(title="Kommentar", min_length=3, description="Varför ska vi prata om figuren?")
    address: str = Field(default="", max_length=300, title="Adress", description="Sidan som den valdes på")
