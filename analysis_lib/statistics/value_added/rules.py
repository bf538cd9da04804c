"""The adjustable numbers of value added, and the words that stand beside each way of reckoning (floor 3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.rules import rules_of
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
    return rules_of(ValueAddedRules, document, where="params/rules/value_added.yaml")


@lru_cache(maxsize=1)
def load_value_added_rules() -> ValueAddedRules:
    """The built-in rules."""
    return read_value_added_rules(Catalog(Workspace(builtin_root())).rules("value_added"))
