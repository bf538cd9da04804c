"""Answers step by step: what is merged, what a response rate tells, and that nothing is lost (F5–F7, B6)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_tables import MemoryTables, answer_rows, make_units

from analysis_lib.disclosure.audit import audit
from analysis_lib.disclosure.facts import cell_facts
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.release import open_released, release_cube
from analysis_lib.indicators.cube import compute_cube
from analysis_lib.indicators.survey_answers import FEWEST, Step, merged_steps
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

CATALOG = Catalog(Workspace(builtin_root()))
FAMILY = ("index", "positive", "answers", "response")
SIDES = (True, True, False, False, False)
COUNTS = st.lists(st.integers(0, 30), min_size=5, max_size=5)


def steps(counts: list[int]) -> list[Step]:
    return [
        Step((f"s{at}",), side, count) for at, (side, count) in enumerate(zip(SIDES, counts, strict=True))
    ]


@settings(deadline=None)
@given(COUNTS, st.integers(0, 12), st.booleans())
def test_F5_merging_keeps_every_answer_its_side_and_its_order(
    counts: list[int], dont_know: int, is_coarse: bool
) -> None:
    found = merged_steps(steps(counts), dont_know, is_coarse=is_coarse)
    assert sum(step.count for step in found) == sum(counts) + dont_know
    codes = [code for step in found for code in step.codes]
    assert codes == [f"s{at}" for at in range(5)] + ["vet_ej"]
    for step in found:
        sides = {SIDES[int(code[1:])] for code in step.codes if code != "vet_ej"}
        assert len(sides) <= 1
    for side in (True, False):
        mine = [step for step in found if step.is_positive is side and step.codes != ("vet_ej",)]
        assert len(mine) == 1 or min(step.count for step in mine) >= FEWEST
        assert not is_coarse or len(mine) == 1


def test_F5_few_who_do_not_know_stand_with_the_last_step_and_many_by_themselves() -> None:
    assert merged_steps(steps([20, 20, 20, 20, 20]), 4)[-1].name == "s4+vet_ej"
    assert merged_steps(steps([20, 20, 20, 20, 20]), 5)[-1].name == "vet_ej"


def released(answers: list[dict[str, Any]], policy: Policy, *, family: str = "skolenkaten") -> pd.DataFrame:
    catalog = Catalog(CATALOG.workspace)
    names = [f"surveys.{family}_{each}" for each in FAMILY]
    catalog.indicators = {name: CATALOG.indicators[name] for name in names}
    units = make_units(sorted({str(each["unit_code"]) for each in answers}))
    cube = compute_cube(MemoryTables(core_survey__answers_by_unit=answer_rows(answers)), catalog, units)
    lattice = Lattice.of_units(dict.fromkeys(units, ""))
    return release_cube(cube, policy=policy, lattice=lattice, indicators=catalog.indicators)


def asked(code: int, counts: tuple[int, ...], *, question: str = "trygg", invited: int = 0) -> dict[str, Any]:
    told = ", ".join(
        f"{step} {count}"
        for step, count in zip(("helt", "stor_del", "viss_del", "inte_alls", "vet_ej"), counts, strict=True)
    )
    n = sum(counts)
    return {
        "unit_code": f"{code:08d}", "question": question, "area": "trygghet", "steps": told,
        "answers_n": n, "invited_n": invited or n + 10, "response_rate_pct": 80.0,
    }  # fmt: skip


def pair(code: int, counts: tuple[int, ...]) -> list[dict[str, Any]]:
    """The question and another one of the same area, so that its index is not the question's own."""
    return [asked(code, counts), asked(code, (*counts[::-1][1:], 0), question="bryr_sig")]


def states(frame: pd.DataFrame, kind: str, code: int) -> set[str]:
    mine = frame[frame["indicator"].str.endswith(kind) & (frame["code"] == f"{code:08d}")]
    return set(mine.loc[mine["subject"].isin(["trygg", ""]), "state"])


def test_F5_answers_are_shown_for_units_and_never_for_their_sum() -> None:
    frame = released(pair(1, (30, 20, 12, 8, 6)) + pair(2, (25, 25, 10, 8, 2)), Policy())
    answers = frame[frame["indicator"].str.endswith("_answers")]
    assert set(answers["level"]) == {"unit"}
    assert states(frame, "_answers", 1) == {"shown"}
    shown = answers[(answers["code"] == "00000001") & (answers["subject"] == "trygg")]
    assert shown["numerator"].sum() == shown["n"].iloc[0] == 76
    assert shown["numerator"].min() >= FEWEST


def test_F5_answers_go_when_the_share_positive_is_nearly_all() -> None:
    frame = released(pair(1, (40, 30, 2, 1, 0)) + pair(3, (30, 20, 12, 8, 6)) + pair(4, (20,) * 5), Policy())
    assert states(frame, "_positive", 1) == {"nearly_all"}
    assert states(frame, "_answers", 1) == {"suppressed"}
    for code in (3, 4):
        if states(frame, "_positive", code) != {"shown"}:
            assert states(frame, "_answers", code) == {"suppressed"}


def test_F5_answers_go_when_too_few_answered() -> None:
    frame = released(pair(2, (4, 2, 1, 1, 0)) + pair(3, (30, 20, 12, 8, 6)) + pair(4, (20,) * 5), Policy())
    assert states(frame, "_answers", 2) == {"suppressed"}
    assert "shown" in states(frame, "_answers", 4)


def test_B6_a_response_rate_goes_where_the_number_of_answers_goes() -> None:
    few = pair(1, (4, 2, 1, 1, 0)) + pair(2, (30, 20, 12, 8, 6)) + pair(3, (20,) * 5)
    frame = released(few, Policy())
    response = frame[frame["indicator"].str.endswith("_response")].set_index("code")
    assert response.loc["00000001", "state"] == "suppressed"
    assert response.loc["00000002", "state"] == "shown"
    assert response.loc["9901", "state"] == "suppressed"  # the whole less the others would tell the hidden
    assert (
        released(few, Policy(audience="internal", threshold=5, survey_threshold=5))["state"].eq("shown").any()
    )


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 25)] * 5), min_size=3, max_size=6))
def test_F5_the_attacker_finds_nothing_in_what_is_said_of_a_survey(units: list[tuple[int, ...]]) -> None:
    answers = [row for at, counts in enumerate(units, 1) if sum(counts[:4]) for row in pair(at, counts)]
    if not answers:
        return
    frame = released(answers, Policy())
    known = CATALOG.indicators
    facts = [
        fact.as_json("x")
        for cell in open_released(frame, "public").cells()
        for fact in cell_facts(cell, known[cell.indicator])
    ]
    lattice = Lattice.of_units({f"{at:08d}": "" for at in range(1, len(units) + 1)}).as_json()
    report = audit(facts, lattice)
    assert [found.message for found in report.findings] == []


@pytest.mark.parametrize("family", ["skolenkaten", "guardians", "leisure", "prio", "staff"])
def test_F7_every_survey_has_index_answers_and_response_with_their_source(family: str) -> None:
    for kind in FAMILY:
        indicator = CATALOG.indicators[f"surveys.{family}_{kind}"]
        assert set(indicator.instruments) <= set(CATALOG.instruments)
        assert indicator.definition.endswith(".")
    answers = CATALOG.indicators[f"surveys.{family}_answers"].breakdowns
    assert bool(answers.get("unit")) != bool(answers.get("authority"))


def test_F6_the_citizens_survey_is_the_kommuns_and_breaks_where_its_scale_changed() -> None:
    instrument = CATALOG.instruments["medborgarenkat"]
    assert instrument.level == "municipality"
    assert {era.scale for era in instrument.eras} == {"tio", "bra"}
    rows = answer_rows(
        [
            {"instrument": "medborgarenkat", "era": "2021", "level": "municipality", "unit_code": "",
             "municipality_code": "9901", "respondent_group": "alla", "question": "forskola",
             "area": "utbildning", "shares": "helt 40, stor_del 30, viss_del 15, inte_alls 5, vet_ej 10",
             "answers_n": 400}
        ]
    )  # fmt: skip
    catalog = Catalog(CATALOG.workspace)
    catalog.indicators = {n: each for n, each in CATALOG.indicators.items() if "citizens" in n}
    cube = compute_cube(MemoryTables(core_survey__answers_by_unit=rows), catalog, {})
    assert set(cube["level"]) == {"municipality"}
    assert set(cube["basis"]) == {"published"}
    steps = cube[cube["indicator"] == "surveys.citizens_answers"]
    assert steps["value"].sum() == pytest.approx(100)
