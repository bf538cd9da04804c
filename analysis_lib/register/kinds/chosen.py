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
    report: InReport = Field(title="Rapport")
    comment: Words = Field(title="Kommentar", min_length=3, description="Varför ska vi prata om figuren?")
    address: str = Field(default="", max_length=300, title="Adress", description="Sidan som den valdes på")
