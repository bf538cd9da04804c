"""What readers know already: published figures and earlier releases; and protected identities (R21)."""

from __future__ import annotations

import json

import pandas as pd
from pandas.testing import assert_frame_equal

from analysis_lib.disclosure.facts import cell_facts, read_facts
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.release import open_released, release_cube
from tests.disclosure.municipality import INDICATORS, finished, indicator, random_cube
from tests.disclosure.test_disclosure_attacks import attacked, careless

KEYS = ["indicator", "school_year", "level", "code", "population", "sex", "subject", "category"]
ALL = "results.all_passed_9"


def released(cube: pd.DataFrame, lattice: Lattice, earlier: pd.DataFrame | None = None) -> pd.DataFrame:
    return release_cube(cube, policy=Policy(), lattice=lattice, indicators=INDICATORS, earlier=earlier)


def published(cube: pd.DataFrame, mark: str = "") -> pd.DataFrame:
    """The units' own wholes as an authority would have published them."""
    rows = cube[(cube["indicator"] == ALL) & (cube["level"] == "unit") & (cube["sex"] == "T")].copy()
    rows["basis"], rows["mark"], rows["organiser"] = "published", mark, "municipal"
    if mark:
        rows["value"], rows["numerator"] = pd.NA, pd.NA
    return rows


def test_published_rows_stand_as_they_are() -> None:
    cube, lattice, _ = random_cube(2, units=5)
    rows = pd.concat([published(cube), published(cube, "suppressed"), published(cube, "nearly_all")])
    rows.loc[rows["mark"] == "nearly_all", "code"] += "9"
    rows.loc[rows["mark"] == "suppressed", "code"] += "8"
    out = released(rows.reset_index(drop=True), lattice)
    assert out["value"].dropna().tolist() == rows["value"].dropna().tolist()
    assert out["value"].isna().tolist() == rows["value"].isna().tolist()
    assert out["n"].tolist() == rows["n"].tolist()
    assert out["state"].value_counts().to_dict() == {"shown": 5, "suppressed": 5, "nearly_all": 5}


def test_what_the_authority_has_hidden_is_hidden_here_too() -> None:
    cube, lattice, _ = random_cube(4, units=6, sizes=(40, 60))
    both = pd.concat([cube, published(cube, "suppressed").head(1)], ignore_index=True)
    unit = both["code"].iloc[-1]
    out = released(both, lattice)
    mine = out[(out["indicator"] == ALL) & (out["code"] == unit) & (out["basis"] == "own")]
    assert set(mine["state"]) == {"suppressed"}
    siblings = out[(out["indicator"] == ALL) & (out["level"] == "unit") & (out["sex"] == "T")]
    assert (siblings["state"] == "suppressed").sum() >= 2


def test_what_is_published_counts_as_known() -> None:
    cube, lattice, _ = random_cube(6, units=6, areas=0, sizes=(12, 40))
    both = pd.concat([cube, published(cube)], ignore_index=True)
    out = released(both, lattice)
    mine = out[
        (out["indicator"] == ALL) & (out["level"] == "unit") & (out["sex"] == "T") & (out["basis"] == "own")
    ]
    counts = both.loc[mine.index]
    ordinary = (counts["numerator"] >= 5) & (counts["n"] - counts["numerator"] >= 5)
    assert ordinary.any()
    assert set(mine.loc[ordinary, "state"]) == {"shown"}
    assert set(mine.loc[~ordinary, "state"]) <= {"nearly_all", "nearly_none", "suppressed"}


def test_what_was_hidden_stays_hidden_and_nothing_is_revealed_by_the_difference() -> None:
    cube, lattice, indicators = random_cube(7, units=6, sizes=(4, 40))
    first = released(cube, lattice)
    assert_frame_equal(released(cube, lattice, first), first)
    fewer = cube[cube["indicator"] != "results.eligible_science_9"].reset_index(drop=True)
    second = released(fewer, lattice, first)
    joined = first.merge(second, on=KEYS, suffixes=("_first", "_second"))
    was_hidden = joined["state_first"] == "suppressed"
    assert set(joined.loc[was_hidden, "state_second"]) == {"suppressed"}
    assert attacked(pd.concat([first, second]), lattice, indicators).findings == ()


def test_one_moved_pupil_is_not_told_by_two_versions() -> None:
    cube, lattice, _ = random_cube(8, units=6, sizes=(40, 60))
    first = released(cube, lattice)
    moved = cube.copy()
    place = (moved["indicator"] == ALL) & (moved["code"] == "10000000") & (moved["sex"] == "T")
    assert set(first.loc[place, "state"]) == {"shown"}
    moved.loc[place, "numerator"] -= 1
    moved.loc[place, "value"] = 100 * moved.loc[place, "numerator"] / moved.loc[place, "n"]
    second = released(moved, lattice, first)
    assert set(second.loc[place, "state"]) == {"suppressed"}


def test_r21_a_unit_with_a_protected_pupil_shows_its_whole_only() -> None:
    cube, lattice, indicators = random_cube(9, units=6, areas=2, sizes=(40, 70))
    cube["has_protected"] = cube["code"].isin(["10000002", "OMR1", "9901"])
    out = released(cube, lattice)
    parts = out[(out["code"] == "10000002") & (out["sex"] != "T")]
    assert set(parts["state"]) == {"suppressed"}
    assert set(parts["n_state"]) == {"suppressed"}
    whole = out[(out["code"] == "10000002") & (out["sex"] == "T") & (out["indicator"] == ALL)]
    assert set(whole["n_state"]) == {"shown"}
    girls = out[(out["level"] == "unit") & (out["sex"] == "F") & (out["indicator"] == ALL)]
    assert (girls["n_state"] == "suppressed").sum() >= 2
    assert attacked(out, lattice, indicators).findings == ()


def test_dominance_hides_a_mean_that_one_pupil_may_carry() -> None:
    rows = pd.DataFrame({"level": ["unit", "authority"], "code": ["1", "9901"], "n": [12, 12]})
    rows = rows.assign(total=100.0, total_sq=[90.0**2, 90.0**2], indicator="results.merit_rating_17", sex="T")
    cube = finished(rows.assign(school_year="2024/25", population="ak9-2025"))
    out = released(cube, Lattice.of_units({"1": ""}))
    assert set(out["state"]) == {"suppressed"}
    assert set(out["reason"]) == {"dominance"}


def test_harmless_counts_are_shown_exactly() -> None:
    rows = pd.DataFrame({"level": ["unit"], "code": ["1"], "n": [3], "numerator": [3], "value": [3.0]})
    cube = finished(
        rows.assign(indicator="staff.lead", sex="T", school_year="2024/25", population="staff-2025")
    )
    cube["value"] = 3.0
    known = {
        "staff.lead": indicator("lead", kind="count", is_harmless=True).model_copy(
            update={"id": "staff.lead"}
        )
    }
    out = release_cube(cube, policy=Policy(), lattice=Lattice.of_units({"1": ""}), indicators=known)
    assert out["state"].tolist() == ["shown"]


def test_facts_say_what_a_reader_sees(tmp_path: object) -> None:
    cube, lattice, indicators = random_cube(1, units=5)
    table = open_released(released(cube, lattice), "public")
    cell = table.one(indicator=ALL, level="authority", sex="T")
    assert cell is not None
    n, share = (fact.as_json("d") for fact in cell_facts(cell, indicators[ALL]))
    assert n == {
        "pop": "ak9-2021",
        "cell": {"unit": "KOMMUN"},
        "what": "n",
        "kind": "count",
        "shown": cell.n,
        "doc": "d",
    }
    assert (share["what"], share["kind"], share["decimals"]) == ("all_passed_9", "share", 1)
    assert f"{share['shown']:.1f}".replace(".", ",") == cell.text
    path = tmp_path / "facts.jsonl"  # type: ignore[operator]
    path.write_text(f"{json.dumps(n)}\n{json.dumps(share)}\n", "utf-8")
    assert read_facts(path) == [n, share]


def test_the_attacker_finds_what_a_careless_release_tells() -> None:
    cube, lattice, indicators = random_cube(3, units=8, areas=2, sizes=(5, 30))
    report = attacked(careless(cube), lattice, indicators)
    kinds = {finding.kind for finding in report.findings}
    assert {"exact", "narrow"} <= kinds
    assert all("Det följer av" in finding.message for finding in report.findings)
