"""Rules that say which sentence may be triggered by which result: a public list, nothing hidden (floor 1).

``params/sentences.yaml`` holds them. Every sentence is shown with its rule and its threshold, so a reader can
see why it stands there and the huvudman can change it.
"""

from __future__ import annotations

import string
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis_lib.vocabulary.settings import Strict

When = Literal["sure_change", "target", "nation", "authority", "level", "sex_gap", "in_a_row"]
Way = Literal["up", "down"]
# What each condition can tell, by the names a text may use.
FIELDS: dict[str, tuple[str, ...]] = {
    "sure_change": ("short", "value", "year", "difference", "since", "reference"),
    "target": ("short", "value", "year", "difference", "reference"),
    "nation": ("short", "value", "year", "difference", "reference"),
    "authority": ("short", "value", "year", "difference", "reference"),
    "level": ("short", "value", "year", "reference"),
    "sex_gap": ("short", "year", "difference", "girls", "boys"),
    "in_a_row": ("short", "value", "year", "difference", "since", "reference", "years"),
}


class SentenceRule(Strict):
    """One row of ``params/sentences.yaml``: a condition and the Swedish sentence that it triggers."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,39}$")]
    indicators: tuple[str, ...] = Field(min_length=1, description="Indikatorer som regeln prövas på")
    when: When = Field(description="Vad som prövas")
    way: Way = Field(description="up: över, ökar, når; down: under, minskar, når inte")
    threshold: float = Field(default=0.0, ge=0, description="Minsta skillnad, eller nivån för level")
    years: int = Field(default=3, ge=3, le=8, description="Antal läsår i följd för in_a_row")
    smallest: int = Field(default=10, ge=5, description="Regeln tiger om färre elever än så")
    text: str = Field(min_length=10, description="Meningen, med {short}, {value}, {difference} …")
    question: str = Field(default="", description="Fråga att prata om")

    @model_validator(mode="after")
    def _has_known_fields(self) -> SentenceRule:
        named = {name for _, name, _, _ in string.Formatter().parse(self.text) if name is not None}
        if named - set(FIELDS[self.when]):
            raise ValueError("unknown field in text")
        return self
