"""What an indicator is: a definition with a source, never a line of code in a report (floor 1)."""

from __future__ import annotations

from collections.abc import Mapping
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
    centre: float = Field(
        default=0,
        description="För medelvärden som också kan vara negativa: talet lagras så mycket högre och läses som "
        "skillnaden mot det",
    )
    by_subject: bool = False
    direction: Literal["higher", "lower", "neutral"] = "higher"
    is_harmless: bool = Field(
        default=False, description="Sant: rör inte enskilda (t.ex. antal lärare), får visas exakt"
    )
    definition: str = Field(description="Exakt definition på svenska, med nämnare")
    source: str = Field(description="Källa för uppgifterna, t.ex. Skolornas betyg")
    reference: tuple[str, ...] = Field(default=(), description="Var definitionen står")
    published: tuple[PublishedMeasure, ...] = ()
    instruments: tuple[str, ...] = Field(
        default=(), description="Enkäter i params/instruments som måttet räknas ur, den äldsta först"
    )
    implied_by: tuple[str, ...] = Field(
        default=(), description="Indikatorer vars elever alltid också räknas här (röjandekontroll)"
    )

    released: Mapping[Literal["class", "unit", "authority"], str] | None = Field(
        default=None,
        description="Vilka uppdelningar som alls visas, t.ex. {unit: T, authority: TFP}; tomt: efter slag. "
        "Klasser (class: T) visas bara i den interna utgåvan",
    )
    within: str = Field(
        default="", description="Population som alla elever här också hör till, t.ex. ak9 (röjandekontroll)"
    )

    counts_as: str = Field(
        default="",
        description="Indikator som räknar samma sak för populationen runt denna, t.ex. alla elever när denna "
        "är utan nyanlända (röjandekontroll: skillnaden mellan dem är också en grupp)",
    )

    @property
    def breakdowns(self) -> Mapping[str, str]:
        """The sexes (``T`` all, ``F``, ``P``) that are released for a class, a unit and for the huvudman.

        Only what is meant to be read: a result by subject is too small a group to be split in a unit.
        """
        if self.released is not None:
            return {str(level): sexes for level, sexes in self.released.items()}
        if self.kind == "distribution":
            return {"authority": "T"}
        return {"unit": "T" if self.by_subject else "TFP", "authority": "TFP"}

    @property
    def family(self) -> str:
        return self.id.split(".")[0]

    @property
    def is_response(self) -> bool:
        """Whether it says how many of those asked have answered a survey: the counted are the answers."""
        return self.formula == "response_pct"

    @property
    def is_head_count(self) -> bool:
        """Whether it counts all pupils of its own population: that number is the population's n."""
        return self.kind == "count" and bool(self.formula)
