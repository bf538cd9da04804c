"""M13, G1, R6: classes within a unit: what is told of them, to whom, and that nothing hidden can be had."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.disclosure.policy import Policies, Policy
from tests.disclosure.class_example import (
    INTERNAL,
    added,
    attacked,
    cube_with_classes,
    facts_of,
    pupils_in_classes,
    released_to,
    unit_of_classes,
)

POLICIES = Policies()


def classes_of(released: pd.DataFrame, indicator: str = "results.all_passed_9") -> pd.DataFrame:
    mine = released[(released["level"] == "class") & (released["indicator"] == indicator)]
    mine = mine[mine["code"].str.startswith("10000000/")]
    return mine.assign(name=mine["code"].str[9:]).set_index("name")


def said(unit: str, what: str, shown: float | str) -> dict[str, object]:
    kind = "count" if what == "n" else "share"
    cell = {"unit": unit}
    return {"pop": "ak9-2025", "cell": cell, "what": what, "kind": kind, "decimals": 1, "shown": shown}


LONE = [
    said("1", "n", 48),
    said("1", "all_passed_9", 79.2),
    said("1/9A", "n", 24),
    said("1/9A", "all_passed_9", 75.0),
    said("1/9B", "n", 21),
    said("1/9B", "all_passed_9", 85.7),
    said("1/9C", "n", ".."),
    said("1/9C", "all_passed_9", ".."),
]


def test_R6_a_lone_small_class_is_found_by_subtraction() -> None:
    findings = {(one.what, one.unit): one for one in attacked(LONE).findings}  # type: ignore[arg-type]
    assert findings["n", "1/9C"].low == findings["n", "1/9C"].high == 3
    result = findings["all_passed_9", "1/9C"]
    assert result.kind == "exact"
    assert result.low == result.high == 2
    assert "all_passed_9 1/9A alla = 75.0" in result.message


def test_R6_a_lone_small_class_takes_its_smallest_sibling_along() -> None:
    cube = cube_with_classes(unit_of_classes({"9A": (24, 18), "9B": (21, 15), "9C": (3, 2)}))
    released = released_to(cube)
    states = classes_of(released)["state"].to_dict()
    assert states == {"9A": "shown", "9B": "suppressed", "9C": "suppressed"}
    assert classes_of(released)["reason"].to_dict() == {"9A": "", "9B": "complementary", "9C": "primary"}
    assert classes_of(released)["n"].isna().to_dict() == {"9A": False, "9B": True, "9C": True}
    assert attacked(facts_of(released)).findings == ()


def test_R6_pupils_without_a_class_are_never_told_however_many() -> None:
    cube = cube_with_classes(unit_of_classes({"9A": (24, 18), "9B": (21, 13), "-": (12, 6)}))
    states = classes_of(released_to(cube))["state"].to_dict()
    assert states["-"] == "suppressed"


def test_R6_a_unit_that_is_hidden_or_a_sign_hides_its_classes_or_lends_them_the_sign() -> None:
    nearly = released_to(cube_with_classes(unit_of_classes({"9A": (24, 22), "9B": (21, 20), "9C": (4, 4)})))
    assert classes_of(nearly)["state"].to_dict() == {
        "9A": "nearly_all",
        "9B": "suppressed",
        "9C": "suppressed",
    }
    small = released_to(cube_with_classes(unit_of_classes({"9A": (3, 2), "9B": (1, 1)})))
    assert classes_of(small).empty
    for released in (nearly, small):
        assert attacked(facts_of(released)).findings == ()


def test_R6_one_class_alone_says_what_the_unit_says() -> None:
    released = released_to(cube_with_classes(unit_of_classes({"9A": (24, 17)})))
    unit = released[
        (released["level"] == "unit") & (released["code"] == "10000000") & (released["sex"] == "T")
    ]
    for name in ("results.all_passed_9", "results.merit_rating_17"):
        mine, whole = classes_of(released, name).iloc[0], unit[unit["indicator"] == name].iloc[0]
        assert mine["state"] == whole["state"] == "shown"
        assert abs(mine["value"] - whole["value"]) <= 0.5
    assert attacked(facts_of(released)).findings == ()


@pytest.mark.parametrize("audience", ["public", "board"])
def test_M13_the_public_and_the_board_are_told_of_no_class(audience: str) -> None:
    policy: Policy = getattr(POLICIES, audience).model_copy(update={"audience": audience})
    cube = cube_with_classes(unit_of_classes({"9A": (24, 18), "9B": (21, 15), "9C": (20, 12)}))
    released = released_to(cube, policy)
    assert "class" not in set(released["level"])
    assert not any("/" in str(fact["cell"]["unit"]) for fact in facts_of(released, policy))
    without = released_to(cube[cube["level"] != "class"], policy)
    pd.testing.assert_frame_equal(released, without)


def test_M13_units_are_released_as_if_there_were_no_classes() -> None:
    cube = cube_with_classes(unit_of_classes({"9A": (24, 18), "9B": (21, 15), "9C": (3, 2)}))
    released = released_to(cube)
    above = released[released["level"] != "class"].reset_index(drop=True)
    without = released_to(cube[cube["level"] != "class"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(above, without)


def test_R6_a_release_that_is_made_again_says_the_same_of_the_classes() -> None:
    cube = cube_with_classes(unit_of_classes({"9A": (24, 18), "9B": (21, 15), "9C": (23, 14), "-": (2, 1)}))
    first = released_to(cube)
    again = released_to(cube, earlier=[first])
    assert "shown" in set(classes_of(first)["state"])
    pd.testing.assert_frame_equal(again, first)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), largest=st.sampled_from([30, 60, 150]))
def test_R6_nothing_hidden_of_random_classes_can_be_worked_out(seed: int, largest: int) -> None:
    random = np.random.default_rng(seed)
    pupils = pupils_in_classes(random, units=3, classes=(1, 6), sizes=(4, largest))
    released = released_to(cube_with_classes(pupils))
    assert added([released]) == []
    again = released_to(cube_with_classes(pupils))
    pd.testing.assert_frame_equal(released, again)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_R6_corrections_between_editions_tell_of_no_pupil_in_a_class(seed: int) -> None:
    """Pupils change class, get a result, or lose their class between two editions."""
    random = np.random.default_rng(seed)
    pupils = pupils_in_classes(random, units=2, classes=(2, 4), sizes=(30, 90))
    changed = pupils.copy()
    for row in random.choice(len(pupils), int(random.integers(1, 9)), replace=False).tolist():
        what = random.integers(0, 3)
        if what == 0:
            changed.loc[row, "class_name"] = random.choice(["9A", "9B", "9F", "-"])
        elif what == 1:
            changed.loc[row, ["all", "vocational"]] = True
        else:
            changed.loc[row, "merit"] = 200.0
    first = released_to(cube_with_classes(pupils))
    second = released_to(cube_with_classes(changed), earlier=[first])
    assert added([first, second]) == []


MERIT = {"kind": "mean", "max": 340.0, "quantum": 0.01, "pop": "ak9merit-2025/merit_rating_17"}


def merit_of(means: dict[str, float]) -> list[dict[str, object]]:
    """Means of a unit and its classes, whose numbers of pupils with a result are hidden."""
    told = [{**said(unit, "merit_rating_17", value), **MERIT, "decimals": 2} for unit, value in means.items()]
    return told + [{**said(unit, "n", ".."), "pop": MERIT["pop"]} for unit in means]


def test_R6_few_without_a_result_cannot_be_weighed_out_of_the_means() -> None:
    """Two means far apart beside the unit's: the shares of the classes follow from them."""
    facts = [said("1", "n", 48), said("1/9A", "n", 24), said("1/9B", "n", 24)]
    facts += merit_of({"1": 230.91, "1/9A": 270.0, "1/9B": 195.0})
    findings = attacked(facts).findings  # type: ignore[arg-type]
    assert {one.unit for one in findings} >= {"1/9A", "1/9B"}
    assert any("vägs ihop" in one.message for one in findings)
    assert INTERNAL.threshold == 5


def test_R6_means_of_some_classes_only_weigh_nothing() -> None:
    """A document that tells of two classes of three tells no shares: the third may have any mean."""
    facts = [said("1", "n", 72), *(said(f"1/9{name}", "n", 24) for name in "ABC")]
    facts += merit_of({"1": 230.91, "1/9A": 270.0, "1/9B": 195.0})
    assert not [one for one in attacked(facts).findings if "vägs ihop" in one.message]  # type: ignore[arg-type]
