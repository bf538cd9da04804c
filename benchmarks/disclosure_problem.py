"""The full-size problem of disclosure control: 60 units in 5 areas, 30 indicators, 2 sexes, 5 years.

Pupils are drawn one by one, so that every sum is true; sizes and levels are such that hiding only groups
under ten takes about a fifth of all statements, and signs for nearly all and nearly none another quarter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.vocabulary.indicators import Indicator

UNITS, AREAS, INDICATORS, YEARS = 60, 5, 30, 5
_BY = ["school_year", "population", "level", "code", "sex"]


def problem(
    *, seed: int = 1, units: int = UNITS, indicators: int = INDICATORS, years: int = YEARS
) -> tuple[pd.DataFrame, Lattice, dict[str, Indicator]]:
    """A cube frame with its lattice and indicators; the same seed gives the same municipality."""
    random = np.random.default_rng(seed)
    names = [f"passed_{number:02d}" for number in range(indicators)]
    pupils = _pupils(random, units, years, names)
    codes = sorted(pupils["code"].unique())
    area_of = {code: f"Område {number % AREAS + 1}" for number, code in enumerate(codes)}
    return _cube(pupils, area_of, names), Lattice.of_units(area_of), _indicators(names)


def _pupils(random: np.random.Generator, units: int, years: int, names: list[str]) -> pd.DataFrame:
    """One row per pupil: unit, school year, sex and whether each indicator was reached."""
    usual = np.clip(np.rint(random.lognormal(3.6, 1.0, units)), 3, 200)
    quality = random.normal(0.0, 0.5, units)
    level = random.uniform(-0.6, 2.6, len(names))
    parts = []
    for year in range(years):
        for unit in range(units):
            size = max(2, int(random.poisson(usual[unit])))
            ability = random.normal(quality[unit], 0.6, size)
            reached = ability[:, None] + level[None, :] + random.logistic(0, 1, (size, len(names))) > 0
            frame = pd.DataFrame(reached, columns=names)
            frame["code"] = f"{10000000 + unit}"
            frame["school_year"] = f"{2020 + year}/{21 + year}"
            frame["population"] = f"ak9-{2021 + year}"
            frame["sex"] = np.where(random.random(size) < 0.5, "F", "P")
            parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def _cube(pupils: pd.DataFrame, area_of: dict[str, str], names: list[str]) -> pd.DataFrame:
    levels = [
        pupils.assign(level="unit"),
        pupils.assign(level="area", code=pupils["code"].map(area_of)),
        pupils.assign(level="authority", code="9901"),
    ]
    stacked = pd.concat(levels)
    stacked = pd.concat([stacked, stacked.assign(sex="T")])
    grouped = stacked.groupby(_BY)
    sizes = grouped.size().rename("n").reset_index()
    sums = grouped[names].sum().reset_index()
    parts = [sizes.assign(indicator="results.pupil_count", numerator=sizes["n"])]
    parts += [sizes.assign(indicator=f"results.{name}", numerator=sums[name].to_numpy()) for name in names]
    cube = pd.concat(parts, ignore_index=True)
    is_count = cube["indicator"] == "results.pupil_count"
    cube["value"] = (100 * cube["numerator"] / cube["n"]).mask(is_count, cube["n"])
    cube["low"], cube["high"] = cube["value"] - 1, cube["value"] + 1
    plain = {
        "subject": "",
        "category": "",
        "organiser": "",
        "mark": "",
        "basis": "own",
        "sources": "",
        "decimals": 1,
    }
    cube = cube.assign(**plain, has_protected=False, total=pd.NA, total_sq=pd.NA)
    types = {"n": "Int64", "numerator": "Int64", "total": "Float64", "total_sq": "Float64"}
    return cube.astype(types)


def _indicators(names: list[str]) -> dict[str, Indicator]:
    texts = dict.fromkeys(("title", "short", "finding", "definition", "source"), "x")
    found = {
        f"results.{name}": Indicator(id=f"results.{name}", kind="share", population="ak9", **texts)
        for name in names
    }
    count = Indicator(
        id="results.pupil_count", kind="count", population="ak9", formula="pupils.count(in_scope)", **texts
    )
    return found | {count.id: count}
