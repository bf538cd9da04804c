"""The dated rules of the gymnasieexamen, read from ``params/rules/gymnasium.yaml`` (floor 4).

Which rule holds follows from the school year in which the studies began; a year without a rule is refused.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.upper_secondary import DiplomaRule, Strand
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.rules import Dated, rules_of

Form = Literal["gymnasium", "komvux"]
_FILE = "params/rules/gymnasium.yaml"


class DatedDiploma(Dated):
    """One rule of the file: form, strand, the years in which studies began, and what it asks for."""

    form: Form
    strand: Strand
    total_points: int = Field(ge=1)
    approved_points: int = Field(ge=1)
    common_points: int = Field(default=0, ge=0)
    required: tuple[tuple[str, ...], ...] = Field(min_length=1)

    @property
    def rule(self) -> DiplomaRule:
        """The rule as the statistics take it."""
        return DiplomaRule(
            self.id, self.total_points, self.approved_points, self.required, self.common_points
        )


def load_diploma_rules(catalog: Catalog) -> tuple[DatedDiploma, ...]:
    """All dated rules; a fault in the file is told with its code ``rule-invalid``."""
    rows = catalog.rules("gymnasium").get("rules") or []
    return tuple(rules_of(DatedDiploma, row, where=_FILE) for row in rows)


def diploma_rule(
    rules: tuple[DatedDiploma, ...], began: str, *, form: Form = "gymnasium", strand: Strand
) -> DiplomaRule:
    """The rule for studies that began in a school year (code ``rule-missing`` when none holds)."""
    found = [each for each in rules if each.form == form and each.strand == strand and each.holds(began)]
    if len(found) != 1:
        raise SkolbankError(
            "rule-missing",
            f"Det finns {len(found)} examensregler för studier påbörjade {began}",
            where=_FILE,
            remedy="Det ska finnas precis en för varje läsår, form och inriktning.",
        )
    return found[0].rule
