"""With whom places are compared: open weights and named groups of municipalities (floor 1).

The values of ``params/peers.yaml``; the strategist changes them, and every comparison prints them.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from analysis_lib.vocabulary.settings import MunicipalityCode, Strict

Weights = Mapping[str, float]


class Peers(Strict):
    """Weights per indicator for units and municipalities, how many to compare with, and named groups."""

    units: Weights = Field(min_length=1, description="Vikt för varje mått när enheter jämförs")
    municipalities: Weights = Field(min_length=1, description="Vikt för varje mått när kommuner jämförs")
    count: int = Field(default=7, ge=3, le=30, description="Antal liknande att jämföra med")
    groups: Mapping[str, tuple[MunicipalityCode, ...]] = Field(
        default_factory=dict, description="Kommungrupper: namn och kommunkoder"
    )

    def group_of(self, municipality: str) -> tuple[str, tuple[str, ...]] | None:
        """The name and members of the group that a municipality belongs to, if any."""
        return next(((name, codes) for name, codes in self.groups.items() if municipality in codes), None)
