"""Instruments for self-rating: areas, indicators, criteria and a scale, as files and not as code (floor 1).

BRUK, the levels of PRIO, routines and ladders are all ``params/instruments/*.yaml`` with
``type: self_rating``; how many steps a scale has is said by the file.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from analysis_lib.vocabulary.params_folder import chosen, load_things
from analysis_lib.vocabulary.settings import SchoolForm, Strict
from analysis_lib.vocabulary.workspace import Workspace


class Step(Strict):
    """One step of a scale."""

    value: int = Field(ge=0)
    label: str = Field(description="Vad steget heter, t.ex. Stämmer helt")
    meaning: str = Field(default="", description="Vad som krävs för steget")


class Part(Strict):
    """An indicator (BRUK), a sub-area (PRIO) or a routine: what gets one level."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    name: str
    criteria: tuple[str, ...] = ()


class RatedArea(Strict):
    """A group of parts, in the instrument's own order."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    name: str
    dimension: str = ""
    parts: tuple[Part, ...] = Field(min_length=1)


class SelfRating(Strict):
    """An instrument that arbetslag rate themselves with."""

    type: Literal["self_rating"]
    id: str
    title: str
    version: str = "1"
    source: str = Field(description="Varifrån instrumentet kommer")
    note: str = Field(default="", description="Vad läsaren bör veta, t.ex. att skalan är kommunens egen")
    school_forms: tuple[SchoolForm, ...] = ()
    rated_by: Literal["team", "unit", "leadership"] = "team"
    times_a_year: int = Field(default=2, ge=1, le=12)
    comparable_between_units: Literal[False] = Field(
        default=False, description="Alltid falskt: en självskattning jämförs bara med sig själv"
    )
    scale: tuple[Step, ...] = Field(min_length=2)
    areas: tuple[RatedArea, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_single(self) -> SelfRating:
        names = [part.id for area in self.areas for part in area.parts]
        if len(set(names)) < len(names):
            raise ValueError("a part stands twice")
        values = [step.value for step in self.scale]
        if values != sorted(set(values)):
            raise ValueError("the steps are not in order")
        return self

    @property
    def parts(self) -> dict[str, Part]:
        """All parts by id, in order."""
        return {part.id: part for area in self.areas for part in area.parts}

    def label(self, level: int) -> str:
        """What a level is called; a level outside the scale is a KeyError."""
        return {step.value: step.label for step in self.scale}[level]


def load_self_ratings(workspace: Workspace) -> dict[str, SelfRating]:
    """All instruments for self-rating by id; files of other types in the folder are left to others."""
    return load_things(workspace, "instruments", SelfRating, only_type="self_rating")


def self_rating(workspace: Workspace, name: str) -> SelfRating:
    """One instrument, or an error that suggests the nearest."""
    return chosen(load_self_ratings(workspace), name, what="Instrumentet", folder="instruments")
