"""Random units with classes as cube frames, and what our release of them says to the internal readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis_lib.disclosure.audit import AuditReport, audit
from analysis_lib.disclosure.facts import cell_facts, collect
from analysis_lib.disclosure.lattice import Lattice, with_classes
from analysis_lib.disclosure.policy import Policies, Policy
from analysis_lib.disclosure.release import open_released, release_cube
from analysis_lib.vocabulary.classes import NO_CLASS, class_code
from analysis_lib.vocabulary.indicators import Indicator
from tests.disclosure.municipality import INDICATORS, cube_of, random_pupils

INTERNAL = Policies().internal
SPANS = {"class": "T", "unit": "TFP", "authority": "TFP"}
OF_CLASSES = ("all_passed_9", "eligible_vocational_9", "merit_rating_17")
NESTED = {"eligible_vocational_9": ["eligible_science_9", "all_passed_9"]}
Facts = list[dict[str, Any]]


def _with_level(indicator: Indicator) -> Indicator:
    if indicator.id.split(".")[1] not in OF_CLASSES:
        return indicator
    more = {"population": "ak9merit"} if indicator.kind == "mean" else {}
    return indicator.model_copy(update={"released": SPANS, **more})


KNOWN = {name: _with_level(each) for name, each in INDICATORS.items()}


def pupils_in_classes(
    random: np.random.Generator,
    *,
    units: int,
    classes: tuple[int, int],
    sizes: tuple[int, int],
    loose: int = 2,
) -> pd.DataFrame:
    """Pupils with a class each; up to ``loose`` of a unit have a protected identity and no class."""
    pupils = random_pupils(random, units=units, years=1, subjects=0, sizes=sizes)
    letters: list[str] = []
    for _, part in pupils.groupby("code", sort=True):
        number = int(random.integers(*classes, endpoint=True))
        weights = random.dirichlet(np.full(number, 3.0))
        drawn = random.choice([f"9{chr(65 + at)}" for at in range(number)], len(part), p=weights)
        drawn[: int(random.integers(0, loose, endpoint=True))] = NO_CLASS
        letters += drawn.tolist()
    return pupils.sort_values("code", kind="stable").assign(class_name=letters).reset_index(drop=True)


def cube_with_classes(pupils: pd.DataFrame) -> pd.DataFrame:
    """The cube of the pupils: classes, units and the huvudman."""
    codes = [class_code(unit, name) for unit, name in zip(pupils["code"], pupils["class_name"], strict=True)]
    whole = cube_of(pupils, dict.fromkeys(pupils["code"], ""), heads=True)
    parts = cube_of(pupils.assign(code=codes), dict.fromkeys(codes, ""), heads=True)
    wanted = {f"results.{name}" for name in OF_CLASSES}
    parts = parts[(parts["level"] == "unit") & (parts["sex"] == "T") & parts["indicator"].isin(wanted)]
    is_mean = parts["indicator"] == "results.merit_rating_17"
    parts = parts.assign(
        level="class",
        decimals=np.where(is_mean, 0, 1),
        has_protected=parts["code"].str.endswith(f"/{NO_CLASS}"),
    )
    return pd.concat([whole, parts], ignore_index=True)


def released_to(
    cube: pd.DataFrame, policy: Policy = INTERNAL, *, earlier: Sequence[pd.DataFrame] = ()
) -> pd.DataFrame:
    units = cube.loc[cube["level"] == "unit", "code"].unique()
    return release_cube(
        cube,
        policy=policy,
        lattice=Lattice.of_units(dict.fromkeys(units, "")),
        indicators=KNOWN,
        earlier=pd.concat(earlier) if earlier else None,
    )


def facts_of(released: pd.DataFrame, policy: Policy = INTERNAL, *, edition: int = 1) -> Facts:
    """Every statement that could be drawn of a release."""
    cells = open_released(released, policy.audience).cells()
    told = collect(fact for cell in cells for fact in cell_facts(cell, KNOWN[cell.indicator]))
    return [fact.as_json("x") | {"edition": edition} for fact in told]


def attacked(facts: Facts, *, threshold: int = INTERNAL.threshold) -> AuditReport:
    places = {str(fact["cell"]["unit"]) for fact in facts}
    units = {place for place in places if place != "KOMMUN" and "/" not in place}
    tree = with_classes(Lattice.of_units(dict.fromkeys(sorted(units), "")).as_json(), places)
    within = {each.population: each.within for each in KNOWN.values() if each.within}
    return audit(facts, tree, nested=NESTED, within=within, threshold=threshold)


def added(editions: Sequence[pd.DataFrame]) -> list[str]:
    """What the attacker finds of released editions with classes, and not of the same without them."""
    found = {}
    for name, frames in (
        ("with", editions),
        ("without", [each[each["level"] != "class"] for each in editions]),
    ):
        facts = [fact for at, each in enumerate(frames, start=1) for fact in facts_of(each, edition=at)]
        found[name] = {
            (one.pop, one.what, one.unit, one.sex): one.message for one in attacked(facts).findings
        }
    return [message for at, message in found["with"].items() if at not in found["without"]]


def unit_of_classes(groups: Mapping[str, tuple[int, int]], *, others: int = 3) -> pd.DataFrame:
    """One unit (``10000000``) with classes as (pupils, how many passed), and other units around it."""
    rows = [("10000000", name, at < passed) for name, (size, passed) in groups.items() for at in range(size)]
    rows += [(f"1000000{unit}", "9A", at < 30) for unit in range(1, others + 1) for at in range(40)]
    pupils = pd.DataFrame(rows, columns=["code", "class_name", "all"])
    sexes = np.where(np.arange(len(pupils)) % 2 == 0, "F", "P")
    return pupils.assign(
        school_year="2024/25",
        population="ak9-2025",
        sex=sexes,
        merit=np.where(pupils["all"], 230.0, 170.0),
        vocational=pupils["all"],
        science=pupils["all"],
    )
