"""The attacks of the specification: each finds its prey in a careless release, and nothing in ours."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.disclosure.audit import AuditReport, audit
from analysis_lib.disclosure.facts import cell_facts, collect
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.release import open_released, release_cube
from analysis_lib.vocabulary.indicators import Indicator
from tests.disclosure.municipality import random_cube

LATTICE = {"unit": {"KOMMUN": ["O1", "O2"], "O1": ["1", "2"], "O2": ["3", "4"]}, "sex": {"T": ["F", "P"]}}
NESTED = {"eligible_vocational_9": ["eligible_science_9", "all_passed_9"]}


def said(unit: str, what: str, shown: float | str, sex: str = "T", **more: object) -> dict[str, object]:
    """One statement; a count unless ``kind`` says otherwise."""
    cell = {"unit": unit} | ({"sex": sex} if sex != "T" else {})
    kind = "count" if what == "n" else "share"
    return {"pop": "ak9", "cell": cell, "what": what, "kind": kind, "decimals": 1, "shown": shown} | more


def attacked(
    frame: pd.DataFrame, lattice: Lattice, indicators: Mapping[str, Indicator], threshold: int = 10
) -> AuditReport:
    """The attacker's report over everything in a released frame."""
    cells = open_released(frame, "public").cells()
    facts = collect(fact for cell in cells for fact in cell_facts(cell, indicators[cell.indicator]))
    lines = [fact.as_json("x") for fact in facts]
    within = {"ak9merit": "ak9"}
    return audit(lines, lattice.as_json(), nested=NESTED, within=within, threshold=threshold)


def careless(cube: pd.DataFrame) -> pd.DataFrame:
    """A release that only hides results of fewer than ten."""
    small = cube["n"] < 10
    frame = cube.assign(state="shown", reason="", n_state="shown")
    frame.loc[small, ["state", "n_state"]] = "suppressed"
    frame.loc[small, ["value", "low", "high", "numerator", "n"]] = pd.NA
    return frame


@pytest.mark.parametrize("seed", range(6))
def test_nothing_hidden_can_be_worked_out(seed: int) -> None:
    cube, lattice, indicators = random_cube(seed, units=7, areas=2, sizes=(3, 60))
    naive = attacked(careless(cube), lattice, indicators)
    released = release_cube(cube, policy=Policy(), lattice=lattice, indicators=indicators)
    report = attacked(released, lattice, indicators)
    assert report.cells > 40
    assert [finding.message for finding in report.findings] == []
    assert naive.findings or not (cube["n"] < 10).any()


def test_internal_audience_is_safe_at_its_own_threshold() -> None:
    cube, lattice, indicators = random_cube(3, units=7, areas=2, sizes=(3, 40))
    policy = Policy(audience="internal", threshold=5)
    released = release_cube(cube, policy=policy, lattice=lattice, indicators=indicators)
    assert attacked(released, lattice, indicators, threshold=5).findings == ()


def test_margin_one_hidden_sibling_is_the_total_less_the_others() -> None:
    facts = [said("O1", "n", 40), said("1", "n", 33), said("2", "n", "..")]
    (finding,) = audit(facts, LATTICE).findings
    assert (finding.kind, finding.low, finding.high) == ("exact", 7, 7)
    assert "+ n O1 alla = 40" in finding.message
    assert "− n 1 alla = 33" in finding.message


def test_sex_margin_boys_are_all_less_girls() -> None:
    facts = [said("1", "n", 20), said("1", "n", 12, "F"), said("1", "n", "..", "P")]
    assert [(f.sex, f.low) for f in audit(facts, LATTICE).findings] == [("P", 8)]


def test_hierarchy_a_unit_falls_out_of_area_and_kommun() -> None:
    facts = [said("KOMMUN", "n", 90), said("O2", "n", 50), said("1", "n", 35), said("2", "n", "..")]
    assert [(f.unit, f.low) for f in audit(facts, LATTICE).findings if f.kind == "exact"] == [("2", 5)]


def test_share_with_known_n_gives_a_whole_number() -> None:
    facts = [said("O1", "n", 40), said("1", "n", 31), said("2", "n", "..")]
    facts += [said("O1", "all", 75.0), said("1", "all", 77.4), said("2", "all", "..")]
    found = {f.what: f.low for f in audit(facts, LATTICE).findings}
    assert found == {"n": 9, "all": 6}


def test_high_total_binds_its_parts() -> None:
    facts = [said("O1", "n", 60), said("1", "n", "..", "F"), said("O1", "all", 100.0)]
    facts += [said("1", "all", "..", "F"), said("1", "n", 30), said("2", "n", 30), said("1", "all", 100.0)]
    assert {f.kind for f in audit(facts, LATTICE).findings}


def test_nested_indicators_bind_each_other() -> None:
    sizes = [said("O1", "n", 40), said("1", "n", 20), said("2", "n", 20)]
    facts = [*sizes, said("1", "eligible_vocational_9", "~0"), said("1", "eligible_science_9", "~0")]
    assert audit(facts, LATTICE, nested=NESTED).findings == ()
    facts += [said("O1", "eligible_vocational_9", 47.5), said("2", "eligible_vocational_9", 95.0)]
    found = audit(facts, LATTICE, nested=NESTED).findings
    assert {f.what.strip() for f in found} == {"eligible_vocational_9", "eligible_science_9"}


def test_mean_times_n_gives_back_a_small_school() -> None:
    mean = {"kind": "mean", "max": 340, "quantum": 2.5}
    facts = [said("O1", "n", 40), said("1", "n", 33), said("2", "n", "..")]
    facts += [
        said("O1", "merit", 220.0, **mean),
        said("1", "merit", 221.0, **mean),
        said("2", "merit", "..", **mean),
    ]
    assert "merit" in {f.what for f in audit(facts, LATTICE).findings}


def test_a_size_within_another_tells_how_many_are_outside() -> None:
    mean = {"pop": "ak9merit-2025/merit", "kind": "count"}
    facts = [said(unit, "n", n) | {"pop": "ak9-2025"} for unit, n in (("1", 30), ("2", 20), ("O1", 50))]
    inside = [said("1", "n", 28) | mean, said("2", "n", 14) | mean]
    found = audit(facts + inside, LATTICE, within={"ak9merit": "ak9"}).findings
    assert [(f.kind, f.unit, f.low) for f in found] == [("exact", "1", 2)]
    inside = [said("1", "n", "..") | mean, said("2", "n", 14) | mean, said("O1", "n", 43) | mean]
    found = audit(facts + inside, LATTICE, within={"ak9merit": "ak9"}).findings
    assert [(f.kind, f.unit, f.low) for f in found] == [("exact", "1", 1)]


def test_what_was_shown_once_stays_known() -> None:
    facts = [said("O1", "n", 40), said("1", "n", ".."), said("2", "n", ".."), said("1", "n", 31)]
    assert [(f.unit, f.low) for f in audit(facts, LATTICE).findings] == [("2", 9)]


def test_statements_that_contradict_each_other_are_told() -> None:
    facts = [said("O1", "n", 40), said("1", "n", 33), said("2", "n", 33), said("2", "all", "..")]
    assert {f.kind for f in audit(facts, LATTICE).findings} == {"contradiction"}


def test_a_sign_must_hold_five_possible_numbers() -> None:
    facts = [said("O1", "n", 60), said("1", "n", 30), said("2", "n", 30)]
    facts += [said("1", "all", "~100"), said("2", "all", "~100"), said("O1", "all", 90.0)]
    assert {(f.kind, f.unit, f.low, f.high) for f in audit(facts, LATTICE).findings} == {
        ("narrow", "1", 26, 28),
        ("narrow", "2", 26, 28),
    }


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    units=st.integers(1, 12),
    largest=st.sampled_from([12, 30, 90]),
    threshold=st.sampled_from([5, 10]),
    heads=st.booleans(),
)
def test_random_municipalities_keep_their_secrets(
    seed: int, units: int, largest: int, threshold: int, heads: bool
) -> None:
    cube, lattice, indicators = random_cube(seed, units=units, sizes=(3, largest), heads=heads)
    policy = Policy(threshold=threshold)
    released = release_cube(cube, policy=policy, lattice=lattice, indicators=indicators)
    report = attacked(released, lattice, indicators, threshold=threshold)
    assert [finding.message for finding in report.findings] == []
