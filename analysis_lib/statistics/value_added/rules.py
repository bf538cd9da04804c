"""The adjustable numbers of value added, and the words that stand beside each way of reckoning (floor 3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Strict
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

METHODS = ("progression", "peer_expected", "multilevel", "relative_position")


class MethodWords(Strict):
    """A way of reckoning in words: what it says and what it does not say."""

    title: str
    says: str
    does_not_say: str

    @property
    def sentence(self) -> str:
        return f"{self.says.strip()} {self.does_not_say.strip()}"


class ValueAddedRules(Strict):
    """``params/rules/value_added.yaml``."""

    least_coverage: float
    least_band: int
    floor_deviations: float
    year_weights: tuple[float, ...]
    methods: dict[str, MethodWords]


def read_value_added_rules(document: Mapping[str, Any]) -> ValueAddedRules:
    """Rules from a document; a fault has the code ``rule-invalid``."""
    try:
        return ValueAddedRules.model_validate(document)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise SkolbankError(
            "rule-invalid",
            f"Regeln går inte att läsa: {'.'.join(str(part) for part in fault['loc'])}",
            where="params/rules/value_added.yaml",
            remedy="Jämför med den inbyggda filen.",
        ) from None


@lru_cache(maxsize=1)
def load_value_added_rules() -> ValueAddedRules:
    """The built-in rules."""
    return read_value_added_rules(Catalog(Workspace(builtin_root())).rules("value_added"))
