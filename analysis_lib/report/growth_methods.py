"""The four ways of reckoning förädlingsvärde, as reports speak of them (floor 7; rule R7).

What each says and does not say is written in ``params/rules/value_added.yaml`` and stands beside each figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from analysis_lib.statistics.value_added.rules import METHODS, load_value_added_rules


@dataclass(frozen=True)
class Method:
    """One way of reckoning: what it is called, in which unit, and from which indicators."""

    id: str
    title: str
    unit: str
    axis: str
    decimals: int
    heads: tuple[str, str]
    above: str
    below: str
    reads: tuple[str, ...]
    sentence: str
    level: str = "results.merit_rating_17"

    @property
    def main(self) -> str:
        return self.reads[0]


def method(name: str, subject: str = "") -> Method | None:
    """A way of reckoning by its name in ``params/rules/value_added.yaml``; None where it has no subjects.

    >>> method("progression", "MA") is None
    True
    """
    words = load_value_added_rules().methods[name]
    told = {"id": name, "title": words.title, "sentence": words.sentence}
    if subject:
        return _subject(told) if name == "peer_expected" else None
    return _METHODS[name](told)


def methods() -> tuple[str, ...]:
    return METHODS


def _progression(told: Mapping[str, str]) -> Method:
    return Method(
        **told,
        unit="procentenheter",
        axis="procentenheter",
        decimals=0,
        heads=("färre når kraven", "fler når kraven"),
        above="har en säker ökning",
        below="har en säker minskning",
        reads=("progress.core_passed_9", "progress.core_passed_6"),
        level="progress.core_passed_9",
    )


def _expected(told: Mapping[str, str]) -> Method:
    return _points(told, ("value_added.expected_9", "value_added.expected_spread_9"))


def _model(told: Mapping[str, str]) -> Method:
    names = ("model_9", "model_within_9", "model_between_9", "model_between_high_9")
    return _points(told, tuple(f"value_added.{name}" for name in names))


def _points(told: Mapping[str, str], reads: tuple[str, ...]) -> Method:
    return Method(
        **told,
        unit="meritpoäng",
        axis="meritpoäng mot väntat",
        decimals=1,
        heads=("under väntat", "över väntat"),
        above="ligger säkert över väntat",
        below="ligger säkert under väntat",
        reads=reads,
    )


def _subject(told: Mapping[str, str]) -> Method:
    found = _points(told, ("value_added.expected_subject_9", "value_added.expected_subject_spread_9"))
    return replace(found, unit="betygspoäng", axis="betygspoäng mot väntat", level="results.subject_passed_9")


def _position(told: Mapping[str, str]) -> Method:
    return Method(
        **told,
        unit="steg på skalan 1–99",
        axis="steg på skalan 1–99",
        decimals=1,
        heads=("neråt bland eleverna", "uppåt bland eleverna"),
        above="har säkert flyttat sig uppåt",
        below="har säkert flyttat sig neråt",
        reads=("value_added.position_9", "value_added.position_spread_9"),
    )


_METHODS: dict[str, Callable[[Mapping[str, str]], Method]] = {
    "progression": _progression,
    "peer_expected": _expected,
    "multilevel": _model,
    "relative_position": _position,
}
