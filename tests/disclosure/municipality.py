"""Small random municipalities as cube frames, made pupil by pupil so that every sum is true."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.vocabulary.indicators import Indicator

GRADES = ("A", "B", "C", "D", "E", "F", "-")
POINTS = {"A": 20.0, "B": 17.5, "C": 15.0, "D": 12.5, "E": 10.0, "F": 0.0, "-": 0.0}
KEYS = ["indicator", "school_year", "level", "code", "population", "sex", "subject", "category"]


def indicator(name: str, kind: str = "share", **more: object) -> Indicator:
    """An indicator with texts that no test looks at."""
    texts = dict.fromkeys(("title", "short", "finding", "definition", "source"), "x")
    return Indicator(id=f"results.{name}", kind=kind, population="ak9", **texts, **more)


INDICATORS = {
    item.id: item
    for item in (
        indicator("all_passed_9"),
        indicator("eligible_vocational_9", implied_by=("results.eligible_science_9", "results.all_passed_9")),
        indicator("eligible_science_9"),
        indicator("merit_rating_17", kind="mean", maximum=340.0, quantum=2.5, within="ak9"),
        indicator("pupil_count_9", kind="count", formula="pupils.count(in_scope)"),
        indicator("grades_9", kind="distribution", by_subject=True),
        indicator("passed_subject_9", by_subject=True),
    )
}


def random_pupils(
    random: np.random.Generator, *, units: int, years: int, subjects: int, sizes: tuple[int, int] = (3, 95)
) -> pd.DataFrame:
    """One row per pupil: unit, year, sex, merit rating, passes, and a grade in every subject."""
    rows = []
    quality = random.normal(0.0, 1.0, units)
    usual = random.integers(*sizes, units, endpoint=True)
    for year in range(years):
        for unit in range(units):
            size = max(1, int(usual[unit] + random.integers(-2, 3)))
            ability = random.normal(quality[unit] * 0.5 + 1.0, 1.0, size)
            merit = np.clip(np.round((220 + 45 * (ability - 1)) / 2.5) * 2.5, 0, 340)
            frame = {
                "code": f"{10000000 + unit}",
                "school_year": f"{2020 + year}/{21 + year}",
                "population": f"ak9-{2021 + year}",
                "sex": random.choice(["F", "P"], size),
                "merit": merit,
                "vocational": ability > -0.3,
                "science": ability > -0.1,
                "all": ability > 0.2,
            }
            for subject in range(subjects):
                level = ability + random.normal(0, 0.7, size)
                frame[f"s{subject}"] = pd.cut(
                    level, [-99, -2.5, -0.8, 0.3, 1.0, 1.6, 2.4, 99], labels=list(reversed(GRADES))
                ).astype(str)
            rows.append(pd.DataFrame(frame))
    return pd.concat(rows, ignore_index=True)


def cube_of(pupils: pd.DataFrame, area_of: dict[str, str], *, heads: bool = False) -> pd.DataFrame:
    """The cube frame of the pupils: units, areas and the huvudman, whole and by sex.

    ``heads``: with head counts, which are public; the merit rating then leaves out pupils without any pass.
    """
    levels = [
        pupils.assign(level="unit"),
        pupils.assign(level="area", code=pupils["code"].map(area_of)),
        pupils.assign(level="authority", code="9901"),
    ]
    stacked = pd.concat([part[part["code"] != ""] for part in levels])
    stacked = pd.concat([stacked, stacked.assign(sex="T")])
    by = ["school_year", "population", "level", "code", "sex"]
    parts = []
    for name, column in (
        ("all_passed_9", "all"),
        ("eligible_vocational_9", "vocational"),
        ("eligible_science_9", "science"),
    ):
        counted = stacked.groupby(by)[column].agg(["size", "sum"]).reset_index()
        parts.append(counted.assign(indicator=f"results.{name}", n=counted["size"], numerator=counted["sum"]))
    if heads:
        counted = stacked.groupby(by).size().rename("n").reset_index()
        parts.append(counted.assign(indicator="results.pupil_count_9", numerator=counted["n"]))
    stacked_merit = stacked[stacked["merit"] > 150] if heads else stacked
    merit = (
        stacked_merit.assign(square=stacked_merit["merit"] ** 2)
        .groupby(by)[["merit", "square"]]
        .agg(["size", "sum"])
    )
    merit.columns = ["n", "total", "_", "total_sq"]
    rows = merit.reset_index().assign(indicator="results.merit_rating_17")
    if heads:
        rows["population"] = rows["population"].str.replace("ak9-", "ak9merit-")
    parts.append(rows)
    for subject in [name for name in pupils if name[0] == "s" and name[1:].isdigit()]:
        counts = pd.crosstab([stacked[name] for name in by], stacked[subject])
        counts = counts.reindex(columns=list(GRADES), fill_value=0)
        n = counts.sum(axis=1)
        long = counts.stack().rename("numerator").reset_index().rename(columns={subject: "category"})
        long["n"] = long.set_index(by).index.map(n)
        parts.append(long.assign(indicator="results.grades_9", subject=subject.upper()))
        passed = (n - counts["F"] - counts["-"]).rename("numerator").reset_index()
        parts.append(
            passed.assign(indicator="results.passed_subject_9", subject=subject.upper(), n=n.to_numpy())
        )
    return finished(pd.concat(parts, ignore_index=True))


def finished(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of counts with all columns of the cube."""
    frame = frame.copy()
    for name in ("subject", "category", "organiser", "mark"):
        frame[name] = frame.get(name, pd.Series("", index=frame.index)).fillna("").astype(str)
    for name in ("n", "numerator"):
        frame[name] = frame.get(name, pd.Series(pd.NA, index=frame.index)).astype("Int64")
    for name in ("total", "total_sq"):
        frame[name] = frame.get(name, pd.Series(pd.NA, index=frame.index)).astype("Float64")
    share = 100 * frame["numerator"].astype("Float64") / frame["n"].astype("Float64")
    counts = frame["indicator"].eq("results.pupil_count_9")
    frame["value"] = share.mask(counts, frame["n"]).fillna(frame["total"] / frame["n"].astype("Float64"))
    frame["low"], frame["high"] = frame["value"] - 1, frame["value"] + 1
    defaults = {"decimals": 1, "basis": "own", "has_protected": False, "sources": "abc"}
    for name, value in defaults.items():
        if name not in frame:
            frame[name] = value
    wanted = [*KEYS, "organiser", "n", "numerator", "total", "total_sq", "value", "low", "high"]
    return frame[[*wanted, "decimals", "mark", "basis", "has_protected", "sources"]].reset_index(drop=True)


def random_cube(
    seed: int,
    *,
    units: int = 6,
    areas: int = 2,
    years: int = 1,
    subjects: int = 1,
    sizes: tuple[int, int] = (3, 95),
    heads: bool = False,
) -> tuple[pd.DataFrame, Lattice, dict[str, Indicator]]:
    """A random municipality: its cube, lattice and indicators."""
    random = np.random.default_rng(seed)
    pupils = random_pupils(random, units=units, years=years, subjects=subjects, sizes=sizes)
    codes = sorted(pupils["code"].unique())
    area_of = {code: f"OMR{i % areas + 1}" if areas else "" for i, code in enumerate(codes)}
    return cube_of(pupils, area_of, heads=heads), Lattice.of_units(area_of), INDICATORS
