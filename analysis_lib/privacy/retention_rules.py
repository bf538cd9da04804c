"""How long things are kept and by whose decision: ``params/retention.yaml`` (floor 9)."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.catalog import read_models
from analysis_lib.vocabulary.settings import Strict
from analysis_lib.vocabulary.workspace import Workspace

Kind = Literal[
    "source_files",
    "refused_rows",
    "pupil_rows",
    "replaced_rows",
    "key_versions",
    "work_files",
    "failed_notebooks",
    "access_log",
    "statements",
]
TITLES: dict[str, str] = {
    "source_files": "Inlästa källfiler med elevuppgifter",
    "refused_rows": "Arbetsböcker med nekade rader",
    "pupil_rows": "Elevrader",
    "replaced_rows": "Elevrader som ersatts av en senare inläsning",
    "key_versions": "Ersatta nyckelversioner",
    "work_files": "Arbetsfiler och mellanlager",
    "failed_notebooks": "Misslyckade körningar",
    "access_log": "Åtkomstlogg",
    "statements": "Utgivna uppgifter",
}


class Rule(Strict):
    """One kind of things: how long it is kept, and the decision that lets it be deleted."""

    kind: Kind
    years: int = Field(default=0, ge=0, le=100, description="År som det sparas")
    days: int = Field(default=0, ge=0, le=36500, description="Dagar som det sparas, i stället för år")
    since: str = Field(default="", description="Vad tiden räknas från, i ord")
    decision: str = Field(default="", description="Beslutets diarienummer; tomt: gallras aldrig")
    preserved: str = Field(
        default="", description="Varför det bevaras; då gallras det aldrig, vad som än beslutas"
    )

    @model_validator(mode="after")
    def _preserved_or_decided(self) -> Rule:
        if self.preserved and self.decision:
            raise PydanticCustomError("in_swedish", "det som bevaras kan inte ha ett beslut om gallring")
        if self.kind == "statements" and not self.preserved:
            raise PydanticCustomError(
                "in_swedish",
                "utgivna uppgifter bevaras alltid: skriv varför i preserved i stället för decision",
            )
        return self

    def limit(self, today: datetime.date) -> datetime.date:
        """What is older than this day is due.

        >>> Rule(kind="access_log", years=2).limit(datetime.date(2026, 11, 22))
        datetime.date(2024, 11, 22)
        """
        try:
            earlier = today.replace(year=today.year - self.years)
        except ValueError:  # the 29th of February
            earlier = today.replace(year=today.year - self.years, day=28)
        return earlier - datetime.timedelta(days=self.days)

    @property
    def kept(self) -> str:
        """How long, in words."""
        if self.preserved:
            return "bevaras"
        words = [f"{self.years} år"] if self.years else []
        words += [f"{self.days} dagar"] if self.days else []
        return " och ".join(words) or "ingen tid"


def load_rules(workspace: Workspace) -> list[Rule]:
    """The rules of the workspace, else the built-in ones, each kind once.

    Raises ``SeveralErrors`` with file and line when the file is wrong.
    """
    path = workspace.layered("params", "retention.yaml")[0]
    rules = read_models(path, "rules", Rule, workspace)
    kinds = [rule.kind for rule in rules]
    twice = next((kind for kind in kinds if kinds.count(kind) > 1), "")
    if twice:
        raise SkolbankError(
            "retention-repeated",
            f"Regeln {twice} står två gånger",
            where=workspace.shown(path),
            remedy="Ta bort den ena.",
        )
    return rules
