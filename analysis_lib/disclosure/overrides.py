"""Decided exceptions from disclosure control: who, why, until when, and for which number (floor 5).

``params/overrides.yaml`` of the workspace; nothing is built in. An exception never hides that the number can
be worked out: it is written in the log and in every report.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from analysis_lib.vocabulary.params_reading import read_model
from analysis_lib.vocabulary.settings import CIRCLES, Audience, Strict
from analysis_lib.vocabulary.workspace import Workspace

if TYPE_CHECKING:
    from analysis_lib.disclosure.attack_words import Finding

LONGEST = datetime.timedelta(days=366)


class OverriddenCell(Strict):
    """The number that an exception is about, as the finding names it."""

    population: str = Field(min_length=2, description="Population, t.ex. ak9-2025")
    what: str = Field(min_length=1, description="Det som sägs, t.ex. all_passed_9 eller n")
    unit: str = Field(min_length=1, description="Skolenhetskod, eller KOMMUN för huvudmannen")
    sex: str = Field(default="T", pattern=r"^[TFP]$", description="T alla, F flickor, P pojkar")


class Override(Strict):
    """One exception, decided by a named person, for one number, for a limited time."""

    cell: OverriddenCell = Field(description="Talet som undantaget gäller")
    person: str = Field(min_length=5, description="Den som har beslutat: namn")
    role: str = Field(min_length=3, description="Beslutsfattarens roll, t.ex. Skolchef")
    reason: str = Field(min_length=15, description="Varför uppgiften får visas ändå")
    decided: datetime.date = Field(description="Beslutsdag")
    until: datetime.date = Field(description="Sista dag som undantaget gäller, högst ett år efter beslutet")
    audience: Audience = Field(default="internal", description="Den vidaste krets som undantaget gäller för")

    @model_validator(mode="after")
    def _is_limited(self) -> Override:
        if self.until < self.decided:
            raise PydanticCustomError("in_swedish", "tar slut före beslutsdagen")
        if self.until - self.decided > LONGEST:
            raise PydanticCustomError("in_swedish", "gäller längre än ett år efter beslutet")
        return self

    def covers(self, finding: Finding) -> bool:
        """Whether this is the number that the finding is about."""
        mine = self.cell
        asked = (finding.pop, finding.what, finding.unit, finding.sex)
        return asked == (mine.population, mine.what, mine.unit, mine.sex)

    def is_in_force(self, day: datetime.date) -> bool:
        """Whether the exception applies on a day."""
        return self.decided <= day <= self.until


class Overrides(Strict):
    """``params/overrides.yaml``: all exceptions of the workspace."""

    overrides: tuple[Override, ...] = ()


def load_overrides(workspace: Workspace) -> tuple[Override, ...]:
    """The workspace's exceptions, none when the file is missing.

    Raises ``SeveralErrors`` with file and line when the file is wrong.
    """
    path = workspace.params / "overrides.yaml"
    return read_model(path, Overrides, workspace).overrides if path.is_file() else ()


def in_force(
    overrides: Sequence[Override], audience: Audience, *, day: datetime.date | None = None
) -> tuple[Override, ...]:
    """The exceptions that apply today to what an audience is shown."""
    now = day or datetime.date.today()
    return tuple(
        each
        for each in overrides
        if each.is_in_force(now) and CIRCLES.index(each.audience) <= CIRCLES.index(audience)
    )
