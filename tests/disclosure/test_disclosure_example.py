"""The example municipality, everything that is released of it at once: nothing hidden can be worked out."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pandas as pd
import pytest
from command import imported

from analysis_lib.disclosure.audit import audit
from analysis_lib.disclosure.facts import cell_facts, collect
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import load_policy
from analysis_lib.disclosure.release import open_released, release_cube
from analysis_lib.indicators.cube import compute_cube
from analysis_lib.snapshots.store import Store
from analysis_lib.snapshots.units import load_units
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Audience
from analysis_lib.vocabulary.workspace import Workspace

Example = tuple[Workspace, Catalog, pd.DataFrame, Lattice]
Release = Callable[[Audience], pd.DataFrame]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    workspace = Workspace(imported(tmp_path_factory.getbasetemp()))
    catalog, store = Catalog(workspace), Store(workspace)
    units = load_units(workspace, catalog, store)
    lattice = Lattice.of_units({code: unit.area for code, unit in units.items()})
    with store.reading() as tables:
        return workspace, catalog, compute_cube(tables, catalog, units), lattice


@pytest.fixture(scope="module")
def release(example: Example) -> Release:
    """The release of the example to a circle, made once for all tests."""
    workspace, catalog, cube, lattice = example

    @functools.cache
    def give(audience: Audience) -> pd.DataFrame:
        policy = load_policy(workspace, audience)
        return release_cube(cube, policy=policy, lattice=lattice, indicators=catalog.indicators)

    return give


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_nothing_of_the_whole_release_can_be_worked_out(
    example: Example, release: Release, audience: Audience
) -> None:
    workspace, catalog, _, lattice = example
    indicators, policy, released = catalog.indicators, load_policy(workspace, audience), release(audience)
    cells = open_released(released, audience).cells()
    facts = collect(fact for cell in cells for fact in cell_facts(cell, indicators[cell.indicator]))
    report = audit(
        [fact.as_json("x") for fact in facts],
        lattice.as_json(),
        nested={_short(i.id): [_short(name) for name in i.implied_by] for i in indicators.values()},
        within={i.population: i.within for i in indicators.values() if i.within},
        threshold=policy.threshold,
    )
    assert report.cells > 3000
    assert [finding.message for finding in report.findings] == []


def test_the_release_is_worth_reading(release: Release) -> None:
    """Protection that hides everything is no protection: the figures here may only become better."""
    released = release("public")
    own = released[released["basis"] == "own"]
    # The grades of a small unit, and pairs of two grades, are hidden whole or nearly so: judged below.
    is_single = own["category"] == ""
    of_all = (own["level"] == "authority") & own["indicator"].str.startswith("results.")
    states = own.loc[is_single | of_all, "state"].value_counts(normalize=True)
    assert states["shown"] > 0.44
    assert states["suppressed"] < 0.41
    whole = own[(own["level"] == "authority") & (own["sex"] == "T") & (own["subject"] == "")]
    assert (whole["state"] == "shown").mean() > 0.9
    assert set(own["level"]) == {"unit", "authority"}
    shown = (own["state"] == "shown").groupby([own["indicator"], own["level"]]).mean()
    assert shown["agreement.deviation_6", "authority"] == 1
    assert shown["agreement.deviation_6", "unit"] > 0.3
    assert shown["agreement.deviation_9", "authority"] > 0.6
    assert shown["agreement.crosstab_6", "authority"] > 0.3
    assert shown["results.grade_distribution_9", "unit"] > 0.08


def test_public_head_counts_are_shown_and_sizes_within_them_are_guarded(
    example: Example, release: Release
) -> None:
    policy, released = load_policy(example[0], "public"), release("public")
    own = released[released["basis"] == "own"]
    heads = own[own["indicator"] == "results.pupil_count_9"]
    assert set(heads["state"]) == set(heads["n_state"]) == {"shown"}
    keys = ["school_year", "level", "code", "sex"]
    merit = own[own["indicator"] == "results.merit_rating_17"].merge(heads, on=keys, suffixes=("", "_heads"))
    told = merit["n_state"] == "shown"
    assert set(merit.loc[~told, "n_state"]) <= {"suppressed", "whole"}
    whole = merit[merit["n_state"] == "whole"]
    assert len(whole)
    assert (whole["n"] == whole["n_heads"]).all()
    assert (merit.loc[told, "n_heads"] - merit.loc[told, "n"] >= policy.tail).all()
    assert (merit.loc[~told, "state"] == "shown").any()


def _short(indicator: str) -> str:
    return indicator.split(".", 1)[1]


def test_every_figure_of_the_cube_rests_on_stored_files(example: Example) -> None:
    cube = example[2]
    without = cube[cube["sources"].fillna("") == ""]
    assert without.groupby(["indicator", "basis", "level"]).size().to_dict() == {}
