"""What may be shown to whom: the thresholds of ``params/disclosure.yaml`` (floor 5).

One policy per audience. Nothing here knows how a number is hidden, only when.
"""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from analysis_lib.vocabulary.params_reading import read_model
from analysis_lib.vocabulary.settings import Audience, Strict
from analysis_lib.vocabulary.workspace import Workspace


class Policy(Strict):
    """The rules for one audience."""

    audience: Audience = "public"
    threshold: int = Field(
        default=10, ge=5, description="Minsta antal elever för att visa resultat och antal"
    )
    survey_threshold: int = Field(
        default=10, ge=5, le=10, description="Minsta antal svarande i enkäter, 5–10"
    )
    survey_response_rate: float = Field(
        default=0.5, ge=0, le=1, description="Minsta andel som ska ha svarat för att en enkät visas (0–1)"
    )
    tail: int = Field(default=5, ge=2, description="Färre än så på ena sidan visas som ~100 eller ~0")
    exact_extreme: int = Field(default=50, ge=10, description="Minsta grupp där exakt 0 och 100 % visas")
    dominance: float = Field(default=0.5, gt=0, le=1, description="Största andel av summan från en elev")
    interval_width: int = Field(default=4, ge=1, description="Minsta spann för ett dolt antal")
    n_public: bool = Field(
        default=True, description="Sant: antal elever i en årskurs (med ett eget antalsmått) är allmänt känt"
    )
    follows_published: bool = Field(default=True, description="Sant: det myndigheten dolt döljs också här")
    repeat_difference: int = Field(default=5, ge=1, description="Mindre rättelser än så visas inte")
    whole_percent: bool = Field(default=False, description="Sant: andelar visas i hela procent")
    round_counts: Literal[1, 5, 10] = Field(
        default=1, description="Antal avrundas till närmaste 5 eller 10; 1: inte alls"
    )
    mean_interval_step: float = Field(
        default=1.0, ge=0.1, description="Medelvärdens intervall vidgas utåt till hela sådana steg"
    )

    @model_validator(mode="after")
    def _hang_together(self) -> Policy:
        if self.tail > self.threshold:
            raise PydanticCustomError("in_swedish", "tail får inte vara större än threshold")
        return self

    def for_surveys(self) -> Policy:
        """The same rules where the pupils are respondents: the survey's own threshold."""
        return self.model_copy(update={"threshold": self.survey_threshold, "n_public": False})

    def width(self, n: int) -> int:
        """How wide the interval of a hidden count among ``n`` pupils must stay (safety rule 5).

        >>> [Policy().width(n) for n in (1, 2, 3, 5, 7, 9)]
        [1, 2, 2, 3, 4, 4]
        """
        return min(n, max(2, min(self.interval_width, math.ceil(n / 2))))


class Policies(Strict):
    """``params/disclosure.yaml``: one policy for each audience."""

    public: Policy = Policy()
    board: Policy = Policy(audience="board")
    internal: Policy = Policy(audience="internal", threshold=5, survey_threshold=5, follows_published=False)


def load_policy(workspace: Workspace, audience: Audience) -> Policy:
    """The policy of an audience, the workspace's own file before the built-in one.

    Raises ``SeveralErrors`` with file and line when the file is wrong.
    """
    path = workspace.layered("params", "disclosure.yaml")[0]
    policies = read_model(path, Policies, workspace)
    policy: Policy = getattr(policies, audience)
    return policy.model_copy(update={"audience": audience})
