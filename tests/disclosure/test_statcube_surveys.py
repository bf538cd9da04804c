"""R8: a survey is shown when enough have answered, by the questionnaire's rule and by the readers' own."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.release import release_cube
from analysis_lib.indicators.columns import Origin, cube_rows
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

CATALOG = Catalog(Workspace(builtin_root()))
POSITIVE = CATALOG.indicators["surveys.skolenkaten_positive"]
INDEX = CATALOG.indicators["surveys.skolenkaten_index"]
POSTS = CATALOG.indicators["staff.certified_own_pct"]
UNITS = {"99010001": 40, "99010002": 60, "99010003": 80, "99010004": 90}


def _released(policy: Policy, **changed: dict[str, Any]) -> dict[tuple[str, str], pd.Series]:
    """The released rows by indicator and code, where ``changed`` unit ``u<code>`` has other fields."""
    rows = []
    for code, n in UNITS.items():
        row = {"code": code, "n": n, "numerator": n // 2, "total": 6.0 * n, "mark": "", "coverage": 0.8}
        rows.append(row | changed.get(f"u{code}", {}) | {"level": "unit"})
    whole = {name: sum(row[name] for row in rows) for name in ("n", "numerator", "total")}
    rows.append({**whole, "code": "9901", "mark": "", "coverage": None, "level": "authority"})
    keys = {"school_year": "2025/26", "sex": "T", "subject": "trygg", "category": "elever-ak8"}
    population = "skolenkaten-2022-2022-elever-ak8-2026"
    frame = pd.DataFrame(rows).assign(**keys, population=population)
    index = frame.assign(value=frame["total"] / frame["n"]).drop(columns="numerator")
    parts = [cube_rows(POSITIVE, frame.drop(columns="total"), Origin("own"))]
    parts.append(cube_rows(INDEX, index, Origin("own")))
    cube = pd.concat(parts, ignore_index=True)
    found = release_cube(
        cube, policy=policy, lattice=Lattice.of_units(dict.fromkeys(UNITS, "")), indicators=CATALOG.indicators
    )
    return {(row["indicator"], row["code"]): row for _, row in found.iterrows()}


def test_R8_enough_answers_are_shown() -> None:
    found = _released(Policy())
    assert {row["state"] for row in found.values()} == {"shown"}
    assert found[INDEX.id, "99010001"]["value"] == 6.0


@pytest.mark.parametrize(
    "few",
    [{"mark": "suppressed"}, {"coverage": 0.4}],
    ids=["the questionnaire's own rule", "less than half of the invited answered"],
)
def test_R8_too_few_answers_hide_the_value_and_leave_the_number(few: dict[str, Any]) -> None:
    found = _released(Policy(), u99010001=few)
    for indicator in (POSITIVE.id, INDEX.id):
        row = found[indicator, "99010001"]
        assert (row["state"], row["reason"]) == ("suppressed", "survey")
        assert row[["value", "low", "high", "numerator"]].isna().all()
        assert row["n"] == 40
        assert found[indicator, "99010004"]["state"] == "shown"


def test_R8_fewer_answers_than_the_readers_threshold_are_hidden_with_a_partner() -> None:
    found = _released(Policy(), u99010001={"n": 7, "numerator": 4, "total": 42.0})
    hidden = {code for (name, code), row in found.items() if name == POSITIVE.id and row["state"] != "shown"}
    assert "99010001" in hidden
    assert len(hidden) >= 2
    internal = Policy(audience="internal", threshold=5, survey_threshold=5)
    assert (
        _released(internal, u99010001={"n": 7, "numerator": 3, "total": 42.0})[INDEX.id, "99010001"]["n"] == 7
    )


def test_a_figure_of_posts_is_shown_without_a_number_of_people() -> None:
    rows = pd.DataFrame({"code": ["99010001", "9901"], "level": ["unit", "authority"], "value": [80.0, 75.0]})
    cube = cube_rows(POSTS, rows.assign(school_year="2025/26", sex="T", n=None), Origin("own"))
    found = release_cube(
        cube, policy=Policy(), lattice=Lattice.of_units({"99010001": ""}), indicators=CATALOG.indicators
    )
    assert found["state"].tolist() == ["shown", "shown"]
    assert found["n"].isna().all()
