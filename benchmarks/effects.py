"""How often the intervals of measure effects hold the planted truth, over many municipalities."""

from __future__ import annotations

import time
from collections import Counter, defaultdict

import numpy as np

from analysis_lib.statistics.effect import Answer, effect_of
from benchmarks.planted_measures import planted_measures
from benchmarks.sections import Table


def effects(municipalities: int = 200, *, seed: int = 1) -> Table:
    """Coverage, bias and answers by why the measure was started; ten measures in each municipality."""
    began = time.perf_counter()
    hits: dict[str, list[bool]] = defaultdict(list)
    errors: dict[str, list[float]] = defaultdict(list)
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    for planted in planted_measures(municipalities, seed=seed):
        effect = effect_of(planted.results, planted.measure)
        sign = "no effect" if planted.truth == 0 else "effect"
        for key in (planted.reason, planted.measure.kind, sign, "all"):
            answers[key][effect.answer] += 1
            if effect.found is not None:
                hits[key].append(effect.found.low <= planted.truth <= effect.found.high)
                errors[key].append(effect.found.difference - planted.truth)
    lines = tuple(_line(key, hits[key], errors[key], answers[key]) for key in hits)
    note = (
        f"{municipalities} generated municipalities (seed {seed}), ten measures each, "
        f"{time.perf_counter() - began:.0f} s. "
        "Started by chance, where the level is low, or after an unusually bad year (the trap of regression "
        "to the mean). Bias in percentage points or merit points; the target for coverage is 93–97 %."
    )
    header = ("measures", "number", "interval holds the truth", "bias", "said to have changed", "not judged")
    return Table("Effects of measures on planted truth", header, lines, note)


def _line(key: str, hits: list[bool], errors: list[float], answers: Counter[str]) -> tuple[str, ...]:
    told = sum(answers.values())
    said = answers[Answer.IMPROVED] + answers[Answer.WORSENED]
    return (
        key,
        f"{told}",
        f"{100 * np.mean(hits):.1f} %",
        f"{np.mean(errors):+.2f}",
        f"{100 * said / told:.1f} %",
        f"{100 * answers[Answer.UNKNOWN] / told:.1f} %",
    )
