"""The values that a workspace is set up with: the huvudman, its units, groups and seminars (floor 1).

These are the models behind the YAML files in ``params/``; their JSON Schemas lie in
``params/schema/`` so that editors complete and check the files.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.periods import SchoolYear

UnitCode = Annotated[str, StringConstraints(pattern=r"^\d{8}$")]
MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
SchoolYearText = Annotated[str, StringConstraints(pattern=r"^\d{4}/\d{2}$")]
Audience = Literal["internal", "board", "public"]
# Whose reports others see too: a narrower circle reads everything that the wider ones read.
CIRCLES: tuple[Audience, ...] = ("public", "board", "internal")

# The forms that one executed notebook can be given out in; ``report.forms`` knows their files.
OutputForm = Literal["html", "pdf", "docx", "xlsx", "csv", "charts", "presentation-pdf", "presentation-pptx"]
# Official abbreviations of the school forms (Skolverket): förskola, pedagogisk omsorg, fritidshem,
# förskoleklass, grundskola, anpassad grundskola, gymnasieskola, anpassad gymnasieskola, vuxenutbildning.
SchoolForm = Literal["fsk", "pedoms", "fth", "fkl", "gr", "gran", "gy", "gyan", "vux"]
SCHOOL_FORM_NAMES: dict[str, str] = {
    "fsk": "förskola",
    "pedoms": "pedagogisk omsorg",
    "fth": "fritidshem",
    "fkl": "förskoleklass",
    "gr": "grundskola",
    "gran": "anpassad grundskola",
    "gy": "gymnasieskola",
    "gyan": "anpassad gymnasieskola",
    "vux": "vuxenutbildning",
}
# What units of a form are called together; the schools' forms have one name.
UNIT_NAMES: dict[str, str] = {"fsk": "förskolor", "fth": "fritidshem", "gr": "grundskolor"}


class Strict(BaseModel):
    """A model that refuses unknown names and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Settings(Strict):
    """``params/settings.yaml``: who the huvudman is."""

    municipality_code: MunicipalityCode = Field(description="Kommunkod, fyra siffror")
    municipality_name: str = Field(description="Kommunens namn utan ordet kommun, t.ex. Borlänge")
    authority_name: str = Field(description="Huvudmannens namn, t.ex. Borlänge kommun")
    contact: str = Field(default="", description="Roll att fråga om uppgifterna, t.ex. Utbildningsstrateg")
    website: str = Field(default="", description="Verksamhetens namn på sidhuvudet, t.ex. Förskola och skola")
    accent: str = Field(
        default="",
        pattern=r"^(#[0-9A-Fa-f]{6})?$",
        description="Kommunens färg i dokumenten, t.ex. #00516C; tomt: Skolbänkens",
    )
    logo: str = Field(
        default="",
        pattern=r"^([\w-]+\.(svg|png))?$",
        description="Kommunens märke, en fil i templates/brand, SVG eller PNG",
    )
    is_example: bool = Field(default=False, description="Sant för exempelkommunen: sidfoten säger då det")


class Unit(Strict):
    """A skolenhet or förskola, from ``params/units.yaml`` or from an imported register."""

    code: UnitCode
    name: str
    school_forms: tuple[SchoolForm, ...] = ()
    year_groups: str = Field(default="", description="T.ex. F–9 eller 7–9")
    organiser: Literal["municipal", "independent", "state", "region", "international"] = "municipal"
    authority_name: str = ""
    municipality_code: str = ""
    area: str = Field(default="", description="Skolområde")
    opened: SchoolYearText | None = None
    closed: SchoolYearText | None = Field(default=None, description="Sista läsåret enheten fanns")
    successor: UnitCode | None = Field(default=None, description="Enhet som tog över, ny kod")

    @property
    def is_own(self) -> bool:
        """Whether the huvudman itself runs the unit."""
        return self.organiser == "municipal"

    def is_open(self, school_year: str) -> bool:
        """Whether the unit existed in that school year."""
        return (self.opened is None or self.opened <= school_year) and (
            self.closed is None or school_year <= self.closed
        )

    def may_have(self, population: str) -> bool:
        """Whether pupils of a population (``ak9``) may go there; no only where the year groups say so."""
        told, of = _YEAR_GROUPS.fullmatch(self.year_groups), _OF_GROUP.match(population)
        if not told or not of:
            return True
        first = 0 if told[1] in "Ff" else int(told[1])
        return first <= int(of[1]) <= int(told[2])


_YEAR_GROUPS = re.compile(r"\s*([Ff]|\d)\s*[-–]\s*(\d)\s*")
_OF_GROUP = re.compile(r"[a-z]+(\d)")


class Group(Strict):
    """A ledningsgrupp (subgroup) and the school forms it leads."""

    id: str
    name: str
    school_forms: tuple[SchoolForm, ...]


class ReportOrder(Strict):
    """One report of a seminar: which notebook, and for whom it is made."""

    name: str = Field(description="Rapportens namn, som notebooks/reports/NAMN.ipynb")
    scope: Literal["unit", "authority"] = Field(
        default="unit", description="unit: en för varje enhet; authority: en för hela huvudmannen"
    )
    school_forms: tuple[SchoolForm, ...] = Field(default=(), description="Tomt: alla skolformer")
    outputs: tuple[OutputForm, ...] = Field(
        default=(), description="Former att göra; tomt: dem som rapporten själv anger"
    )
    parameters: dict[str, str | int | float | bool] = Field(default_factory=dict)


class Seminar(Strict):
    """``params/seminars/<id>.yaml``: a round that fixes school year, cut-off and question set."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")]
    title: str
    school_year: SchoolYearText | Literal["latest"] = Field(
        description="Läsåret som analyseras; latest: det senaste med resultat i inlästa uppgifter"
    )
    years: int = Field(default=5, ge=1, le=15, description="Antal läsår bakåt i tidsserier")
    audience: Audience = "public"
    cutoff: datetime.date | None = Field(default=None, description="Brytdatum för uppgifterna")
    held: datetime.date | None = Field(default=None, description="När seminariet hålls")
    edition: str = Field(default="1.0", description="Utgåva som står på första sidan")
    handbook: str = Field(default="", description="Handbokens version; tomt: den nyaste")
    groups: tuple[str, ...] = Field(default=(), description="Ledningsgrupper; tomt: hela huvudmannen")
    reports: tuple[ReportOrder, ...] = Field(min_length=1)

    @field_validator("school_year")
    @classmethod
    def _is_a_school_year(cls, text: str) -> str:
        try:
            return text if text == "latest" else str(SchoolYear.parse(text))
        except SkolbankError:
            raise ValueError("not a school year") from None


class Target(Strict):
    """A målvärde: what an indicator should reach, for the huvudman or one unit, and since when."""

    indicator: str
    value: float
    unit: UnitCode | None = Field(default=None, description="Tomt: gäller hela huvudmannen")
    goal: str = Field(description="Målet i ord, t.ex. Niorna blir behöriga till gymnasiet")
    school_year: SchoolYearText = Field(description="Första läsåret målvärdet gäller")
    decided: str = Field(default="", description="Beslut, t.ex. Nämnden 2025-06-12")
