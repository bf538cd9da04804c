"""Random plans for the larger sizes: the same kinds of unit and planted case, in real proportions (floor 3).

Shares of school forms follow the country roughly: six units of ten are förskolor, three are grundskolor.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis_lib.sources.example.names import AREAS, PLACES
from analysis_lib.sources.example.plan import ALMVIK, MeasureEffect, Plan, School
from analysis_lib.vocabulary.settings import Settings, Unit

NATION = Settings(
    municipality_code="9900",
    municipality_name="Riksalm",
    authority_name="Riksalms skolhuvudman",
    website="Förskola och skola",
    contact="Utbildningsstrateg",
    is_example=True,
)

_BASIC = ("fkl", "gr", "fth")
_SHARE_GR, _SHARE_9, _SHARE_FSK, _SHARE_FTH, _SHARE_PEDOMS = 0.313, 0.11, 0.56, 0.05, 0.04


def draw_plan(rng: np.random.Generator, count: int, *, first: int = 0, is_nation: bool = False) -> Plan:
    """``count`` units of one municipality (or one part of the nation), numbered from ``first``."""
    return _Builder(rng, count, first, NATION if is_nation else ALMVIK).build()


class _Builder:
    """Draws the units of one plan in a fixed order, so that the same generator gives the same plan."""

    def __init__(self, rng: np.random.Generator, count: int, first: int, settings: Settings) -> None:
        self.rng, self.count, self.settings = rng, count, settings
        self.base = (99100000 if settings is NATION else 99010100) + first
        self.first = first
        self.units: list[Unit] = []

    def build(self) -> Plan:
        schools = self._schools()
        self._other_units()
        big, feeder = schools[0], next(school for school in schools if school.receiver)
        measures = (
            MeasureEffect(big.unit.code, "2024/25", 9, 0.4, "Två lärare i matematik"),
            MeasureEffect(feeder.unit.code, "2023/24", 6, 0.3, "Språkutvecklande arbetssätt"),
        )
        return Plan(self.settings, tuple(self.units), tuple(schools), measures)

    def _unit(
        self,
        kind: str,
        forms: tuple[str, ...],
        *,
        year_groups: str = "",
        life: dict[str, str | None] | None = None,
    ) -> Unit:
        number = len(self.units)
        place = PLACES[(self.first + number) % len(PLACES)]
        turn = (self.first + number) // len(PLACES)
        unit = Unit.model_validate(
            {
                "code": f"{self.base + number}",
                "name": kind.format(place=place) + (f" {turn + 1}" if turn else ""),
                "school_forms": forms,
                "authority_name": self.settings.authority_name,
                "municipality_code": self.settings.municipality_code,
                "area": AREAS[number % len(AREAS)],
                "year_groups": year_groups,
                **(life or {}),
            }
        )
        self.units.append(unit)
        return unit

    def _sizes_9(self, count: int) -> list[int]:
        drawn = np.clip(np.exp(self.rng.normal(4.1, 0.55, count)), 8, 200).astype(int)
        planted = [180, 4, 24, 22]
        return [*planted[:count], *(int(size) for size in drawn[len(planted) :])]

    def _with_effects(self, school: School) -> School:
        effect_9, effect_6, intake = self.rng.normal(0, (0.18, 0.12, 0.25)).round(3).tolist()
        second_language = round(float(self.rng.beta(1.5, 10)), 3)
        return replace(
            school, effect_9=effect_9, effect_6=effect_6, intake=intake, second_language=second_language
        )

    def _schools(self) -> list[School]:
        basic = max(8, round(self.count * _SHARE_GR))
        upper = max(5, round(self.count * _SHARE_9))
        schools: list[School] = []
        receivers: list[tuple[str, int]] = []
        for index, size in enumerate(self._sizes_9(upper)):
            is_upper_only = index == 0 or (index >= 4 and index % 2 == 0)
            schools.append(self._school_9(index, size, is_upper_only))
            if is_upper_only:
                receivers.append((schools[-1].unit.code, size))
        return schools + self._feeders(basic - upper, receivers)

    def _school_9(self, index: int, size: int, is_upper_only: bool) -> School:
        unit = self._unit(
            "{place}skolan",
            ("gr",) if is_upper_only else _BASIC,
            year_groups="7–9" if is_upper_only else "F–9",
        )
        plain = School(unit, 0 if is_upper_only else size, size, has_blocks=index % 3 == 1)
        return _planted(self._with_effects(plain), index)

    def _feeders(self, count: int, receivers: list[tuple[str, int]]) -> list[School]:
        per_receiver = -(-count // len(receivers))
        feeders: list[School] = []
        for index in range(count):
            code, size = receivers[index % len(receivers)]
            closed = opened = successor = None
            if index == 0:  # closes; the next unit to be made takes over
                closed, successor = "2022/23", f"{self.base + len(self.units) + 1}"
            elif index == 1:
                code, size, opened = feeders[0].receiver, receivers[0][1], "2023/24"
            life = {"closed": closed, "successor": successor, "opened": opened}
            unit = self._unit("{place} skola", _BASIC, year_groups="F–6", life=life)
            share = max(3, round(size / per_receiver * float(self.rng.uniform(0.8, 1.15))))
            school = School(unit, size_6=share, receiver=code, has_blocks=index % 4 == 0)
            feeders.append(self._with_effects(school))
        return feeders

    def _other_units(self) -> None:
        fsk, fth = round(self.count * _SHARE_FSK), max(1, round(self.count * _SHARE_FTH))
        pedoms = max(1, round(self.count * _SHARE_PEDOMS))
        for index in range(max(3, self.count - len(self.units))):
            if index == 0 or index > fsk + fth + pedoms:
                self._unit("{place} kompetenscenter", ("gy", "vux"))
            elif index <= fth:
                self._unit("Fritidshemmet {place}", ("fth",))
            elif index <= fth + pedoms:
                self._unit("Pedagogisk omsorg {place}", ("pedoms",))
            else:
                self._unit("Förskolan {place}", ("fsk",))


def _planted(school: School, index: int) -> School:
    """The traps that every large plan holds, at its first schools with year 9."""
    if index in (0, 1):  # exactly 180 and 4 pupils
        return replace(school, is_fixed=True)
    if index == 2:
        return replace(school, exact_failing={"2024/25": 2, "2025/26": 0})
    if index == 3:
        return replace(school, girl_share=0.2)
    return replace(school, girls_gap=0.85) if index == 4 else school
