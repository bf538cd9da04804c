"""An honest user prints some documents only: what is true and told in part must never be refused.

A unit or class that no document tells of may have pupils all the same, whatever the attacker would like.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis_lib.disclosure import archive
from analysis_lib.disclosure.audit import AuditReport, audit
from analysis_lib.disclosure.lattice import Lattice, with_classes
from analysis_lib.disclosure.policy import Policies
from analysis_lib.vocabulary.classes import unit_of
from analysis_lib.vocabulary.workspace import Workspace
from tests.disclosure.class_example import (
    KNOWN,
    NESTED,
    cube_with_classes,
    facts_of,
    pupils_in_classes,
    released_to,
)

Facts = list[dict[str, Any]]
POLICIES = Policies()
TREE = {"unit": {"KOMMUN": ["1", "2", "3"]}}


def said(unit: str, what: str, shown: float | str, edition: int = 1, **more: Any) -> dict[str, Any]:
    fact = {"pop": "ak9-2025", "cell": {"unit": unit}, "what": what, "kind": "count", "decimals": 1}
    return fact | {"shown": shown, "edition": edition} | more


def attacked(facts: Facts, units: list[str], threshold: int) -> AuditReport:
    """The attacker with all units of the huvudman in its lattice, as the gate has it."""
    tree = Lattice.of_units(dict.fromkeys(units, "")).as_json()
    places = [str(fact["cell"]["unit"]) for fact in facts]
    within = {each.population: each.within for each in KNOWN.values() if each.within}
    return audit(facts, with_classes(tree, places), nested=NESTED, within=within, threshold=threshold)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), audience=st.sampled_from(["public", "internal"]))
def test_documents_of_some_units_or_indicators_are_never_refused(seed: int, audience: str) -> None:
    random = np.random.default_rng(seed)
    policy = getattr(POLICIES, audience).model_copy(update={"audience": audience})
    pupils = pupils_in_classes(random, units=4, classes=(1, 4), sizes=(4, 60))
    units = sorted(pupils["code"].unique())
    facts = facts_of(released_to(cube_with_classes(pupils), policy), policy)
    whats = sorted({str(fact["what"]) for fact in facts} - {"n"})
    for _ in range(4):
        who = {*random.choice(units, int(random.integers(0, 4)), replace=False), "KOMMUN"}
        told = {*random.choice(whats, int(random.integers(1, len(whats) + 1)), replace=False), "n"}
        part = [fact for fact in facts if unit_of(str(fact["cell"]["unit"])) in who and fact["what"] in told]
        assert [one.message for one in attacked(part, units, policy.threshold).findings] == []


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), audience=st.sampled_from(["public", "internal"]))
@example(seed=90042667, audience="internal")  # four outside one school that must be able to be none
def test_many_without_a_merit_rating_in_small_units_are_hidden_well(seed: int, audience: str) -> None:
    random = np.random.default_rng(seed)
    policy = getattr(POLICIES, audience).model_copy(update={"audience": audience})
    number = int(random.integers(2, 12))
    pupils = pupils_in_classes(random, units=number, classes=(1, 3), sizes=(3, 30))
    pupils.loc[random.random(len(pupils)) < 0.6 * random.random(), "merit"] = 100.0
    facts = facts_of(released_to(cube_with_classes(pupils), policy), policy)
    found = attacked(facts, sorted(pupils["code"].unique()), policy.threshold).findings
    assert [one.message for one in found] == []


def test_few_with_a_result_in_a_large_enough_group_cannot_be_had_by_subtraction() -> None:
    """Nine pupils of whom four have a merit rating: five are outside, but the four are a small group."""
    pupils = pupils_in_classes(np.random.default_rng(1), units=3, classes=(1, 1), sizes=(40, 40), loose=0)
    pupils = pupils[(pupils["code"] != "10000002") | (pupils.groupby("code").cumcount() < 9)]
    number = pupils.groupby("code").cumcount()
    pupils = pupils.assign(merit=np.where((pupils["code"] == "10000002") & (number >= 4), 100.0, 220.0))
    pupils.loc[(pupils["code"] != "10000002") & (number < 8), "merit"] = 100.0
    released = released_to(cube_with_classes(pupils.reset_index(drop=True)))
    sizes = released[(released["indicator"] == "results.merit_rating_17") & (released["sex"] == "T")]
    shown = sizes[sizes["level"] != "class"].set_index("code")["n_state"] == "shown"
    assert not shown["10000002"]
    assert shown.sum() < 3


def test_a_unit_that_nobody_tells_of_is_not_empty_where_the_pupils_around_say_so() -> None:
    inner = {"pop": "ak9merit-2025/merit", "kind": "mean", "max": 340.0, "quantum": 2.5}
    facts = [said("1", "n", 40), said("KOMMUN", "n", 100)]
    facts += [said("1", "n", "..", pop=inner["pop"]), said("KOMMUN", "n", "..", pop=inner["pop"])]
    facts += [said("1", "merit", 229.0, **inner), said("KOMMUN", "merit", 232.8, **inner)]
    facts.append(said("1", "merit", "..", **inner) | {"cell": {"unit": "1", "sex": "F"}})
    assert audit(facts, TREE, within={"ak9merit": "ak9"}).findings == ()


def test_a_class_that_nobody_tells_of_is_not_empty_where_the_unit_is_larger() -> None:
    facts = [said("1", "n", 60), said("1/9A", "n", 20), said("1/9B", "n", 20)]
    facts += [said("1", "all", 40), said("1/9A", "all", 9), said("1/9B", "all", "..")]
    assert audit(facts, with_classes(TREE, ["1/9A", "1/9B"])).findings == ()


def test_a_whole_told_again_without_the_unit_that_changed_makes_its_parts_uncertain() -> None:
    """Nobody told which unit lost two pupils: old numbers beside the new whole are no subtraction."""
    before = [said("KOMMUN", "n", 100), said("1", "n", 50), said("2", "n", 45), said("3", "n", "..")]
    after = [said("KOMMUN", "n", 98, 2), said("1", "n", 50, 2), said("3", "n", "..", 2)]
    told = [one for one in audit([*before, *after], TREE).findings if one.low == one.high == 3]
    assert told == []


@pytest.mark.parametrize("again", [(), ("2",)])
def test_what_is_told_again_beside_a_changed_whole_is_known_anew(
    tmp_path: Path, again: tuple[str, ...]
) -> None:
    """A unit that did not change is told in a later run than the one with the new whole."""
    workspace = Workspace(tmp_path)
    first = [said("KOMMUN", "n", 100), said("1", "n", 50), said("2", "n", 45)]
    archive.add_statements(workspace, "public", first)
    archive.add_statements(workspace, "public", [said("KOMMUN", "n", 98)])
    archive.add_statements(workspace, "public", [fact for fact in first if fact["cell"]["unit"] in again])
    kept = [(fact["edition"], fact["cell"]["unit"]) for fact in archive.statements(workspace, "public")]
    assert kept == [(1, "KOMMUN"), (1, "1"), (1, "2"), (2, "KOMMUN"), *((3, unit) for unit in again)]


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
@example(seed=2012)  # a boy left, and the same mean beside one pupil fewer told how many had no merit rating
def test_corrected_editions_told_in_part_are_never_refused(seed: int) -> None:
    """Pupils move, leave or are graded between three editions; each is printed whole or in part."""
    random = np.random.default_rng(seed)
    pupils = pupils_in_classes(random, units=3, classes=(1, 4), sizes=(10, 70))
    units = sorted(pupils["code"].unique())
    policy = POLICIES.internal
    frames: list[pd.DataFrame] = []
    known: Facts = []
    for edition in (1, 2, 3):
        random.permutation(["internal"])
        frames.append(released_to(cube_with_classes(pupils), policy, earlier=frames))
        known += _in_part(random, facts_of(frames[-1], policy, edition=edition), units)
        assert [one.message for one in attacked(known, units, policy.threshold).findings] == []
        pupils = _corrected(random, pupils)


def _in_part(random: np.random.Generator, facts: Facts, units: list[str]) -> Facts:
    """All of the facts, or those of some units and perhaps of some indicators."""
    if random.random() >= 0.7:
        return facts
    who = set(random.choice([*units, "KOMMUN"], int(random.integers(1, len(units) + 1)), replace=False))
    part = [fact for fact in facts if unit_of(str(fact["cell"]["unit"])) in who]
    if random.random() >= 0.5:
        return part
    whats = sorted({str(fact["what"]) for fact in part})
    told = {"n", *random.choice(whats, int(random.integers(1, len(whats) + 1)), replace=False)}
    return [fact for fact in part if fact["what"] in told]


def _corrected(random: np.random.Generator, pupils: pd.DataFrame) -> pd.DataFrame:
    """One to eight pupils changed: another class or unit, a pass, a merit rating, or gone."""
    changed = pupils.copy()
    for row in random.choice(len(changed), int(random.integers(1, 9)), replace=False).tolist():
        what = random.integers(0, 5)
        if what == 0:
            changed.loc[row, "class_name"] = random.choice(["9A", "9B", "9F", "-"])
        elif what == 1:
            changed.loc[row, ["all", "vocational"]] = True
        elif what == 2:
            changed.loc[row, "merit"] = 200.0
        elif what == 3:
            changed.loc[row, "code"] = random.choice(sorted(changed["code"].unique()))
        else:
            changed = changed.drop(index=row)
    return changed.reset_index(drop=True)
