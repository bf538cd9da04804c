"""What an indicator is: a definition with a source, never a line of code in a report (floor 1)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from analysis_lib.vocabulary.settings import Strict


class PublishedMeasure(Strict):
    """Where the same indicator stands in an authority's published statistics."""

    table: str = Field(description="Tabell, t.ex. final_grades_9")
    measure: str = Field(description="Mått i tabellen, t.ex. all_passed_pct")
    count_measure: str = Field(default="pupil_count", description="Mått som är nämnaren n, tomt: inget")


class Indicator(Strict):
    """``params/indicators/<id>.yaml``: one indicator, defined once for every report and dashboard."""

    id: str = Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$")
    version: str = Field(default="1", description="Definitionens version")
    title: str = Field(description="Det mätta, t.ex. Andel elever med godkänt i alla ämnen")
    short: str = Field(description="Kort namn, t.ex. Godkänt i alla ämnen")
    finding: str = Field(
        description="Ord för fyndmeningar efter värdet, t.ex. av niorna fick godkänt i alla ämnen"
    )
    kind: Literal["share", "mean", "count", "distribution"]
    population: str = Field(description="Population, t.ex. ak9: elever i årskurs 9")
    year_group: int = Field(default=0, description="Årskurs; 0 när det inte gäller en årskurs")
    formula: str = Field(default="", description="Funktion i indicators/<familj>.py; tomt: bara publicerad")
    decimals: int = 1
    maximum: float | None = Field(default=None, description="Högsta möjliga värde, för medelvärden")
    quantum: float | None = Field(default=None, description="Minsta steg för en elev, för medelvärden")
    by_subject: bool = False
    direction: Literal["higher", "lower", "neutral"] = "higher"
    is_harmless: bool = Field(
        default=False, description="Sant: rör inte enskilda (t.ex. antal lärare), får visas exakt"
    )
    definition: str = Field(description="Exakt definition på svenska, med nämnare")
    source: str = Field(description="Källa för uppgifterna, t.ex. Skolornas betyg")
    reference: tuple[str, ...] = Field(default=(), description="Var definitionen står")
    published: tuple[PublishedMeasure, ...] = ()
    implied_by: tuple[str, ...] = Field(
        default=(), description="Indikatorer vars elever alltid också räknas här (röjandekontroll)"
    )

    @property
    def family(self) -> str:
        return self.id.split(".")[0]
