"""Self-ratings over time: change ht–vt, chosen parts, missing rounds, use of routines (register; B11, G4–G6).

Everything is one unit against itself. No function here compares or orders units by level (rule R9).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.ratings import Rating, RatingChoice, Routine
from analysis_lib.vocabulary.self_rating import SelfRating
from analysis_lib.vocabulary.settings import Unit

_ROUNDS = ("ht", "vt")


@dataclass(frozen=True)
class RatedPart:
    """An arbetslag's level on one part, in each round in which it was rated: ``2025/26 ht`` → 3."""

    unit: str
    team: str
    part: str
    name: str
    priority: str
    levels: tuple[tuple[str, str, int], ...]

    @property
    def change(self) -> int | None:
        """Steps between the last two rounds; None when there is one round only."""
        return self.levels[-1][2] - self.levels[-2][2] if len(self.levels) > 1 else None


@dataclass(frozen=True)
class MissingRounds:
    """A unit or arbetslag that has rated fewer times in the läsår than the instrument asks."""

    unit: str
    team: str
    rounds: tuple[str, ...]
    asked: int
    unrated: tuple[str, ...]


@dataclass(frozen=True)
class RoutineUse:
    """How a routine is used at a unit over time, and what is said to show it."""

    routine: Record[Routine]
    levels: tuple[tuple[str, str, int], ...]


def rated_parts(
    instrument: SelfRating,
    ratings: Iterable[Record[Rating]],
    choices: Iterable[Record[RatingChoice]] = (),
    *,
    unit: str,
) -> list[RatedPart]:
    """A unit's parts in the instrument's own order, each arbetslag by name, with levels in order of time."""
    mine = [r for r in ratings if r.unit == unit and r.entry.instrument == instrument.id]
    chosen = [c for c in choices if c.unit == unit and c.entry.instrument == instrument.id]
    rows = []
    for team in sorted({r.entry.team for r in mine}):
        for part in instrument.parts.values():
            levels = _levels(r for r in mine if r.entry.team == team and r.entry.part == part.id)
            if levels:
                priority = _priority(chosen, team, part.id)
                rows.append(RatedPart(unit, team, part.id, part.name, priority, levels))
    return rows


def missing_rounds(
    instrument: SelfRating,
    ratings: Sequence[Record[Rating]],
    choices: Sequence[Record[RatingChoice]],
    units: Mapping[str, Unit],
    *,
    school_year: str,
) -> list[MissingRounds]:
    """Units of the instrument's school forms (or their arbetslag) that have rated too few times in a läsår.

    A unit that has chosen parts for several arbetslag is asked for each of them; ``unrated`` names chosen
    parts that have no level at all. The order is the register's, never that of the levels.
    """
    flagged = []
    for code, unit in units.items():
        if not set(unit.school_forms) & set(instrument.school_forms) or not unit.is_open(school_year):
            continue
        mine = [c.entry for c in choices if c.unit == code and c.entry.instrument == instrument.id]
        for team in sorted({choice.team for choice in mine}) or [""]:
            done = _of_team(ratings, instrument.id, code, school_year, team, is_only=not mine)
            rounds = tuple(name for name in _ROUNDS if any(r.round == name for r in done))
            parts = dict.fromkeys(part for choice in mine if choice.team == team for part in choice.parts)
            unrated = tuple(part for part in parts if part not in {r.part for r in done})
            if len(rounds) < min(instrument.times_a_year, len(_ROUNDS)) or unrated:
                flagged.append(MissingRounds(code, team, rounds, instrument.times_a_year, unrated))
    return flagged


def routine_use(
    routines: Iterable[Record[Routine]], ratings: Sequence[Record[Rating]], *, unit: str
) -> list[RoutineUse]:
    """A unit's routines with how they were rated, in order of time (seeds G4, G5)."""
    return [
        RoutineUse(
            routine,
            _levels(
                r
                for r in ratings
                if r.unit == unit
                and (r.entry.instrument, r.entry.part) == (routine.entry.instrument, routine.entry.part)
            ),
        )
        for routine in routines
        if routine.unit == unit
    ]


def _levels(ratings: Iterable[Record[Rating]]) -> tuple[tuple[str, str, int], ...]:
    newest = {(r.school_year, r.entry.round): r.entry.level for r in sorted(ratings, key=lambda r: r.id)}
    ordered = sorted(newest, key=lambda key: (key[0], _ROUNDS.index(key[1])))
    return tuple((year, name, newest[year, name]) for year, name in ordered)


def _priority(choices: Iterable[Record[RatingChoice]], team: str, part: str) -> str:
    fitting = [c.entry for c in choices if c.entry.team in ("", team) and part in c.entry.parts]
    return fitting[-1].priority if fitting else ""


def _of_team(
    ratings: Iterable[Record[Rating]],
    instrument: str,
    unit: str,
    school_year: str,
    team: str,
    *,
    is_only: bool,
) -> list[Rating]:
    return [
        r.entry
        for r in ratings
        if (r.unit, r.school_year, r.entry.instrument) == (unit, school_year, instrument)
        and (is_only or r.entry.team == team)
    ]
