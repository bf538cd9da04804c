"""Municipalities with planted value added, drawn as arrays, to see what each way of reckoning makes of them.

A unit's true effect is drawn, its intake too, and independently; some units with a strong intake have a weak
effect and the other way round (Simpson's trap), some pupils change unit and some lack an earlier result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from analysis_lib.statistics.progression import class_counts, roll_up, shares
from analysis_lib.statistics.value_added.estimates import matched
from analysis_lib.statistics.value_added.expected import multilevel, peer_expected
from analysis_lib.statistics.value_added.position import NCE_SCALE, relative_position
from benchmarks.sections import Table

Floats = npt.NDArray[np.float64]
SLOPE, NOISE, SPREAD, PASS_THEN, PASS_NOW = 0.75, 0.62, 0.2, -0.9, -0.75
TITLES = {
    "progression": "progression (percentage points)",
    "peer_expected": "like starts (points)",
    "multilevel": "multilevel (points)",
    "relative_position": "relative position (NCE)",
}


@dataclass(frozen=True)
class Municipality:
    """Pupils (``unit``, ``unit_then``, ``prior``, ``outcome``) and the truth about each unit."""

    pupils: pd.DataFrame
    effect: Floats
    intake: Floats

    @property
    def stayers(self) -> pd.DataFrame:
        """The pupils that the units' estimates rest on: at the same unit all the time."""
        return self.pupils[self.pupils["unit"] == self.pupils["unit_then"]]


def draw_municipality(seed: int) -> Municipality:
    """One municipality of 10-30 units with 8-130 pupils each in the cohort."""
    rng = np.random.default_rng(seed)
    units = int(rng.integers(10, 31))
    sizes = np.clip(np.exp(rng.normal(3.5, 0.6, units)), 8, 130).astype(np.int64)
    effect, intake = rng.normal(0, SPREAD, units), rng.normal(0, 0.35, units)
    unit = np.repeat(np.arange(units), sizes)
    prior = intake[unit] + rng.normal(size=unit.size)
    moved = rng.random(unit.size) < 0.06
    then = np.where(moved, rng.integers(0, units, unit.size), unit)
    given = np.where(moved, (effect[unit] + effect[then]) / 2, effect[unit])
    outcome = SLOPE * prior + given + NOISE * rng.normal(size=unit.size)
    known = rng.random(unit.size) >= 0.05
    pupils = pd.DataFrame(
        {"unit": unit, "unit_then": then, "prior": np.where(known, prior, np.nan), "outcome": outcome}
    )
    return Municipality(pupils, effect, intake)


def errors(place: Municipality) -> pd.DataFrame:
    """For every unit and way of reckoning: estimate minus truth, whether the bounds hold it, and n."""
    stayers = place.stayers
    named = {"outcome": "outcome", "prior": "prior", "unit": "unit"}
    both, _ = matched(stayers, **named)
    weights = both.groupby("unit").size()
    mean = float(np.average(place.effect[weights.index], weights=weights))
    found = {
        "peer_expected": (peer_expected(stayers, **named), place.effect - mean),
        "multilevel": (multilevel(stayers, **named), place.effect),
        "relative_position": (relative_position(stayers, **named), _true_gain(place, both)),
        "progression": (_progression(place), _true_progress(place)),
    }
    frames = []
    for method, (estimate, truth) in found.items():
        true = truth[estimate.index.to_numpy(dtype=np.int64)]
        frames.append(
            pd.DataFrame(
                {
                    "method": method,
                    "error": estimate["estimate"].to_numpy(dtype=float) - true,
                    "is_covered": (estimate["low"] <= true).to_numpy()
                    & (true <= estimate["high"].to_numpy()),
                    "n": estimate["n"].to_numpy(),
                    "planted": place.effect[estimate.index.to_numpy(dtype=np.int64)],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Per way: bias, bias where the planted effect is strong, typical error, coverage in per cent."""
    strong = found["planted"].abs() > 1.28 * SPREAD
    leaning = found["error"] * np.sign(found["planted"])
    by, small = found["method"], found["n"] < 20
    return pd.DataFrame(
        {
            "units": found.groupby(by).size(),
            "bias": found["error"].groupby(by).mean(),
            "bias_strong": leaning[strong].groupby(by[strong]).mean(),
            "typical_error": np.square(found["error"]).groupby(by).mean() ** 0.5,
            "coverage": 100 * found["is_covered"].groupby(by).mean(),
            "coverage_small": 100 * found["is_covered"][small].groupby(by[small]).mean(),
        }
    ).loc[list(TITLES)]


def planted_table(seeds: Iterable[int]) -> Table:
    """The table of METHOD.md: what each way of reckoning makes of the planted effects."""
    places = list(seeds)
    found = summary(pd.concat([errors(draw_municipality(seed)) for seed in places], ignore_index=True))
    lines = tuple(
        (
            TITLES[str(method)],
            f"{int(row['units'])}",
            f"{row['bias']:+.3f}",
            f"{row['bias_strong']:+.3f}",
            f"{row['typical_error']:.3f}",
            f"{row['coverage']:.1f} %",
            f"{row['coverage_small']:.1f} %",
        )
        for method, row in found.iterrows()
    )
    header = (
        *("way", "unit effects", "bias", "bias of strong effects", "typical error"),
        *("bounds hold the truth", "with fewer than 20 pupils"),
    )
    note = (
        f"{len(places)} drawn municipalities of 10-30 units with 8-130 pupils; six per cent of the pupils "
        "change unit and five per cent lack an earlier result. Each way is held to its own truth. Bias of "
        "strong effects: mean error away from zero where the planted effect is among the strongest fifth; "
        "the multilevel model draws such units towards the mean, on purpose."
    )
    return Table("Planted value added", header, lines, note)


def _true_gain(place: Municipality, both: pd.DataFrame) -> Floats:
    now, then = (both[name] for name in ("outcome", "prior"))
    later = (SLOPE * place.intake + place.effect - now.mean()) / now.std(ddof=0)
    earlier = (place.intake - then.mean()) / then.std(ddof=0)
    return NCE_SCALE * np.asarray(later - earlier)


def _progression(place: Municipality) -> pd.DataFrame:
    """Two measurements of each pupil as results that were reached or not, and the unit's change."""
    pupils = place.pupils.assign(pupil=place.pupils.index.astype(str), class_name="", subject="MA")
    now = pupils.assign(unit_code=pupils["unit"], school_year="2025/26", year_group=9)
    now["is_reached"] = now["outcome"] > PASS_NOW
    then = pupils.assign(unit_code=pupils["unit_then"], school_year="2022/23", year_group=6)
    then["is_reached"] = then["prior"] > PASS_THEN
    rows = pd.concat([now, then[then["prior"].notna()]], ignore_index=True)
    found = shares(roll_up(class_counts(rows), ["unit_code"])).set_index("unit_code")
    found = found[found["stayer_n"] > 0]
    return found.rename(
        columns={"change": "estimate", "change_low": "low", "change_high": "high", "stayer_n": "n"}
    )


def _true_progress(place: Municipality) -> Floats:
    spread = float(np.hypot(SLOPE, NOISE))
    later = ndtr((SLOPE * place.intake + place.effect - PASS_NOW) / spread)
    return 100 * np.asarray(later - ndtr(place.intake - PASS_THEN))
