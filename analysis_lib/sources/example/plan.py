"""What the example municipality is before any pupil is drawn: its units and planted effects (floor 3).

The small size is written by hand, so that every planted case has a name and the parameter files do not depend
on chance. Larger sizes follow the same pattern from a random plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Settings, Unit

SCHOOL_YEARS = tuple(SchoolYear(start) for start in range(2021, 2026))
COHORTS = len(SCHOOL_YEARS) + 3  # a cohort is known by its year 9; the last ones have only met year 6


@dataclass(frozen=True)
class School:
    """A grundskola with pupils in year 6 or 9; effects are on the scale of a pupil's latent result."""

    unit: Unit
    size_6: int = 0
    size_9: int = 0
    is_fixed: bool = False
    receiver: str = ""
    receiver_before: str = ""
    effect_9: float = 0.0
    effect_6: float = 0.0
    intake: float = 0.0
    girls_gap: float = 0.0
    girl_share: float = 0.49
    second_language: float = 0.12
    has_blocks: bool = False
    exact_failing: dict[str, int] = field(default_factory=dict)  # school year -> pupils without all passes

    @property
    def next_code(self) -> str:
        """The unit where its pupils go on after year 6."""
        return self.receiver or self.unit.code


@dataclass(frozen=True)
class MeasureEffect:
    """A planted effect of a measure: from a school year on, in one year group at one unit."""

    unit_code: str
    school_year: str
    year_group: int
    effect: float
    name: str


@dataclass(frozen=True)
class Plan:
    """Everything about a huvudman that is decided before the pupils are drawn."""

    settings: Settings
    units: tuple[Unit, ...]
    schools: tuple[School, ...]
    measures: tuple[MeasureEffect, ...]


def _unit(number: int, name: str, forms: tuple[str, ...], **more: object) -> Unit:
    return Unit.model_validate(
        {
            "code": f"{99010000 + number}",
            "name": name,
            "school_forms": forms,
            "authority_name": ALMVIK.authority_name,
            "municipality_code": ALMVIK.municipality_code,
            **more,
        }
    )


ALMVIK = Settings(
    municipality_code="9901",
    municipality_name="Almvik",
    authority_name="Almviks kommun",
    website="Förskola och skola",
    contact="Utbildningsstrateg",
    is_example=True,
)

_BASIC = ("fkl", "gr", "fth")


def small_plan() -> Plan:
    """Almvik with fourteen units, each there for a reason."""
    strand = _unit(11, "Strandskolan", ("gr",), year_groups="7–9", area="Centrum")
    berga = _unit(12, "Bergaskolan", _BASIC, year_groups="F–9", area="Centrum")
    lillsjo = _unit(13, "Lillsjö skola", _BASIC, year_groups="F–9", area="Skogsbygden")
    kvarn = _unit(14, "Kvarnskolan", _BASIC, year_groups="F–9", area="Ådalen")
    heda = _unit(15, "Heda skola", _BASIC, year_groups="F–9", area="Skogsbygden")
    ang = _unit(16, "Ängsskolan", _BASIC, year_groups="F–6", area="Centrum")
    tallbacken = _unit(
        17,
        "Tallbackens skola",
        _BASIC,
        year_groups="F–6",
        area="Ådalen",
        closed="2022/23",
        successor="99010018",
    )
    alm = _unit(18, "Almskolan", _BASIC, year_groups="F–9", area="Ådalen", opened="2023/24")
    norrby = _unit(19, "Norrby skola", _BASIC, year_groups="F–9", area="Skogsbygden")
    others = (
        _unit(31, "Förskolan Blåsippan", ("fsk",), area="Centrum"),
        _unit(32, "Förskolan Kotten", ("fsk",), area="Skogsbygden"),
        _unit(41, "Fritidshemmet Ängen", ("fth",), area="Centrum"),
        _unit(51, "Pedagogisk omsorg Ekorren", ("pedoms",), area="Ådalen"),
        _unit(61, "Almviks kompetenscenter", ("gy", "vux"), area="Centrum"),
    )
    schools = (
        School(strand, size_9=180, effect_9=-0.12, intake=-0.05),
        School(berga, size_6=50, size_9=49, effect_9=0.25, girls_gap=0.7, has_blocks=True),
        School(lillsjo, size_6=4, size_9=4, is_fixed=True, effect_9=0.1, has_blocks=True),
        School(
            kvarn,
            26,
            25,
            effect_9=0.2,
            effect_6=0.15,
            intake=0.1,
            exact_failing={"2024/25": 2, "2025/26": 0},
        ),
        School(heda, size_6=17, size_9=16, effect_9=-0.25, effect_6=-0.1, intake=-0.15, girl_share=0.2),
        School(norrby, size_6=8, size_9=7, is_fixed=True, intake=-0.1),
        School(ang, size_6=168, receiver=strand.code, effect_6=0.1, intake=-0.2, second_language=0.2),
        School(
            tallbacken, size_6=25, receiver=alm.code, receiver_before=strand.code, effect_6=-0.15, intake=-0.1
        ),
        School(alm, size_6=27, size_9=23, effect_9=0.15, exact_failing={"2025/26": 3}),
    )
    measures = (
        MeasureEffect(strand.code, "2024/25", 9, 0.4, "Schemalagd läxhjälp och två lärare i matematik"),
        MeasureEffect(ang.code, "2023/24", 6, 0.3, "Gemensamt språkutvecklande arbetssätt"),
    )
    return Plan(ALMVIK, tuple(school.unit for school in schools) + others, schools, measures)
