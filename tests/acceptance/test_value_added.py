"""Förädlingsvärde in the example municipality: the planted truth, the roll-up, and one figure everywhere."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from command import copied
from shown_numbers import accounted, numbers_of, page_texts, ticks_of

from analysis_lib.dashboards.access import Person, Rights, rights_of
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.extract import statements
from analysis_lib.dashboards.pages import PAGES, choices
from analysis_lib.dashboards.shell import steps_down
from analysis_lib.errors import SkolbankError
from analysis_lib.present.blocks import Block
from analysis_lib.present.html import block_html
from analysis_lib.report.context import Report, open_report, open_scope
from analysis_lib.report.growth import Growths, growths
from analysis_lib.report.growth_methods import method, methods
from analysis_lib.report.scope import Scope
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

INTERNAL, PUBLIC = "2026-ht-intern", "2026-ht-resultat"
BERGA, HEDA, LILLSJO = "99010012", "99010015", "99010013"
YEARS = ("2024/25", "2025/26")
POINTS = 60.0  # merit points of one step on the scale of the planted effects (truth/README.md)
DRIFT = 2 * 0.06 * POINTS  # each school's own drift between years is planted too, and told nowhere
SLOPE = 0.8  # how much of an effect in year 6 that the start has taken up
MEASURE = {"2024/25": 0.4, "2025/26": 0.4}  # at Strandskolan from 2024/25, in year 9
FEEDERS = {"99010011": ("99010016", 0.1), "99010018": ("99010017", -0.15)}


@pytest.fixture(scope="module")
def workspace(example_imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(copied(example_imported, tmp_path_factory.mktemp("growth") / "almvik"))


@pytest.fixture(scope="module")
def scope(workspace: Workspace) -> Scope:
    return open_scope(workspace, Catalog(workspace), INTERNAL)


@pytest.fixture(scope="module")
def cube(workspace: Workspace, scope: Scope) -> pd.DataFrame:
    (path,) = (workspace.work / "cube").glob("*.parquet")
    return pd.read_parquet(path)


@pytest.fixture(scope="module")
def desk(workspace: Workspace) -> Desk:
    return Desk(workspace, seminar=INTERNAL)


def estimates(scope: Scope, name: str, year: str, subject: str = "") -> Growths:
    how = method(name, subject)
    assert how is not None
    known = Catalog(Workspace.find(None)).indicators
    found = growths(scope, how, known, school_year=year, subject=subject)
    assert found is not None
    return found


def planted(workspace: Workspace, year: str, sizes: dict[str, int]) -> dict[str, float]:
    """Each school's planted förädlingsvärde in merit points, against the huvudman's mean."""
    with (workspace.root / "truth" / "truth_unit_effects.csv").open(encoding="utf-8") as lines:
        rows = {row["unit_code"]: row for row in csv.DictReader(lines)}
    effect = {}
    for code in sizes:
        before = FEEDERS.get(code, (code, float(rows[code]["effect_6"])))[1]
        measure = MEASURE[year] if code == "99010011" else 0.0
        effect[code] = float(rows[code]["effect_9"]) + measure - SLOPE * before
    mean = sum(n * effect[code] for code, n in sizes.items()) / sum(sizes.values())
    return {code: POINTS * (value - mean) for code, value in effect.items()}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("name", ["peer_expected", "multilevel"])
def test_G2_the_planted_value_added_lies_within_the_released_intervals(
    workspace: Workspace, scope: Scope, cube: pd.DataFrame, year: str, name: str
) -> None:
    own = cube[(cube["indicator"] == "value_added.expected_9") & (cube["school_year"] == year)]
    sizes = {str(row.code): int(row.n) for row in own[own["level"] == "unit"].itertuples()}
    truth = planted(workspace, year, sizes)
    found = estimates(scope, name, year)
    assert len(found.shown) >= 4
    for each in found.shown:
        assert each.low is not None
        assert each.high is not None
        assert each.low - DRIFT <= truth[each.code] <= each.high + DRIFT, (each.code, truth[each.code])


def test_G2_what_is_called_sure_was_planted_so(
    workspace: Workspace, scope: Scope, cube: pd.DataFrame
) -> None:
    own = cube[cube["indicator"] == "value_added.expected_9"]
    sure = []
    for year in YEARS:
        rows = own[(own["level"] == "unit") & (own["school_year"] == year)].set_index("code")
        truth = planted(workspace, year, {str(code): int(n) for code, n in rows["n"].items()})
        large = rows[rows["n"] >= 10]["value"]
        assert large.idxmin() == min(large.index, key=lambda code: truth[str(code)]) == HEDA
        for name in ("peer_expected", "multilevel", "relative_position"):
            sure += [
                (each.value, truth[each.code]) for each in estimates(scope, name, year).units if each.is_sure
            ]
    # One in twenty may be chance, and drift is in no interval: here one school in one year, by two ways.
    agreeing = [value is not None and value * told > 0 for value, told in sure]
    assert len(sure) >= 3
    assert sum(agreeing) >= len(sure) - 2, sure


def test_G1_the_huvudman_is_the_weighted_sum_of_its_schools(cube: pd.DataFrame) -> None:
    """One figure from the school to the board: totals and numbers of pupils add up exactly."""
    own = cube[cube["indicator"].str.startswith(("value_added.", "progress.")) & (cube["basis"] == "own")]
    keys = ["indicator", "school_year", "sex", "subject"]
    for column in ("n", "total", "numerator"):
        units = own[own["level"] == "unit"].groupby(keys)[column].sum(min_count=1)
        whole = own[own["level"] == "authority"].set_index(keys)[column].reindex(units.index)
        assert len(units) > 20
        pd.testing.assert_series_equal(units.astype(float), whole.astype(float), check_names=False)
    expected = own[(own["indicator"] == "value_added.position_9") & (own["level"] == "authority")]
    assert expected["value"].astype(float).tolist() == pytest.approx([100, 100], abs=0.1)


def test_R7_an_interval_rests_on_the_least_number_that_a_reader_knows(scope: Scope) -> None:
    """Where the number of followed pupils is hidden, four fewer than all are reckoned with."""
    found = estimates(scope, "peer_expected", "2025/26")
    berga = found.of(BERGA)
    assert berga is not None
    cell = berga.cells[0]
    assert (cell.n_state, cell.n) == ("whole", 50)
    spread = next(each for each in berga.figures if each.indicator.endswith("spread_9"))
    assert (berga.value or 0) - (berga.low or 0) == pytest.approx(
        1.96 * ((spread.value or 0) / 46) ** 0.5, rel=1e-3
    )


@pytest.mark.parametrize("name", methods())
def test_R7_only_an_interval_without_zero_is_called_sure(scope: Scope, name: str) -> None:
    for year in YEARS:
        found = estimates(scope, name, year)
        areas = [(scope.units[each.code].area, scope.units[each.code].name) for each in found.units]
        assert [area for area, _ in areas] == sorted(area for area, _ in areas)
        for each in found.units:
            if each.is_sure:
                assert each.low is not None
                assert each.high is not None
                assert each.low > 0 or each.high < 0
        assert not found.of(LILLSJO).is_shown  # type: ignore[union-attr]


def test_G2_a_subject_is_reckoned_by_one_way_only(scope: Scope) -> None:
    assert len(estimates(scope, "peer_expected", "2025/26", "MA").shown) >= 4
    assert [method(name, "MA") for name in methods()].count(None) == 3


def report_on(workspace: Workspace, name: str, unit: str = BERGA) -> Report:
    place = str(workspace.root)
    return open_report(report=name, unit=unit, seminar=INTERNAL, audience="internal", workspace=place)


def leader(desk: Desk) -> Rights:
    edition = desk.edition("internal")
    return rights_of(Person(name="stina", role="strateg"), edition.prepared.units, edition.catalog.groups)


def cards(desk: Desk, **given: str) -> dict[str, Block]:
    rights, edition = leader(desk), desk.edition("internal")
    state = read_state(PAGES["arskullar"], {k: [v] for k, v in given.items()}, rights, edition)
    return {card.id: card.block for card in desk.show(state, rights).cards}


def test_G3_G13_reports_the_page_for_all_staff_and_the_dashboard_show_the_same(
    workspace: Workspace, desk: Desk
) -> None:
    page = cards(desk, unit=BERGA)
    told = page["foradling"].data["table"]["rows"]
    assert any(row["cells"]["value"]["text"] == "+14,2" for row in told)
    for name in ("arskullsanalys", "verksamhetsrapport", "personalsida"):
        report = report_on(workspace, name)
        assert report.growth().data["table"]["rows"] == told
        assert report.cohorts(chosen=2026).data["rows"] == page["arskullar"].data["rows"]


def test_D2_has_every_card_and_each_statement_was_certified(desk: Desk) -> None:
    rights, edition = leader(desk), desk.edition("internal")
    said = statements(edition.frame, "internal", edition.catalog.indicators)
    certified = {(str(f["pop"]), str(f["cell"]), str(f["what"]), str(f["shown"])) for f in said}
    page = cards(desk)
    assert list(page) == ["arskullar", "kurva", "foradling", "niva", "tackning", "prognos", "klass"]
    assert [page[name].kind for name in ("arskullar", "kurva", "foradling", "niva")] == ["table"] + [
        "figure"
    ] * 3
    assert page["klass"].kind == "gap"
    for given in ({}, {"unit": BERGA}, {"method": "progression"}, {"subject": "MA"}, {"cohort": "2025"}):
        facts = [fact.as_json("") for block in cards(desk, **given).values() for fact in block.facts]
        shown = {(str(f["pop"]), str(f["cell"]), str(f["what"]), str(f["shown"])) for f in facts}
        assert shown
        assert shown <= certified
    state = read_state(PAGES["arskullar"], {"unit": [BERGA]}, rights, edition)
    labels = {choice.name: choice.label for choice in choices(state, rights, edition)}
    assert list(labels) == ["unit", "group", "cohort", "klass", "subject", "method"]
    steps = steps_down(state, rights, edition)
    assert "cohort=2029" in steps[-1]["href"]
    assert f"unit={BERGA}" in steps[-1]["href"]


def test_D2_an_arskull_in_school_says_when_it_can_be_reckoned(desk: Desk) -> None:
    page = cards(desk, cohort="2028")
    assert page["kurva"].kind == "gap"
    assert "2028" in page["kurva"].data["what"]
    assert page["prognos"].kind == "figure"


@pytest.mark.parametrize(
    "given",
    [{"cohort": "1999"}, {"method": "rangordning"}, {"subject": "ID"}, {"indicator": "results.all_passed_9"}],
)
def test_D2_what_an_address_cannot_ask_for(desk: Desk, given: dict[str, str]) -> None:
    with pytest.raises(SkolbankError) as caught:
        cards(desk, **given)
    assert caught.value.code == "address-invalid"


def test_a_rektor_sees_the_own_school_and_the_kommun_only(desk: Desk) -> None:
    edition = desk.edition("internal")
    person = Person(name="rektor.berga", role="rektor", units=(BERGA,))
    rights = rights_of(person, edition.prepared.units, edition.catalog.groups)
    state = read_state(PAGES["arskullar"], {}, rights, edition)
    block = next(card.block for card in desk.show(state, rights).cards if card.id == "foradling")
    names = [row["cells"]["group"]["text"] for row in block.data["table"]["rows"]]
    assert names == ["Bergaskolan", "Kommunen"]


@pytest.mark.parametrize("unit", [BERGA, "99010011", LILLSJO])
def test_no_number_without_a_fact_in_the_arskullsanalys(workspace: Workspace, unit: str) -> None:
    report = report_on(workspace, "arskullsanalys", unit)
    blocks = [
        report.cohorts(),
        report.cohorts("MA", is_brief=True),
        report.slopes(),
        report.outlook(),
        *(report.growth(name) for name in methods()),
        *(report.growth_quadrant(name) for name in methods()),
        report.growth("peer_expected", "MA"),
        report.followed(),
    ]
    seen = 0
    for block in blocks:
        html = block_html(block.kind, block.data)
        known = accounted([fact.as_json("") for fact in block.facts], [block.data]) | ticks_of(html)
        texts = list(page_texts(html))
        seen += sum(1 for words in texts for _ in numbers_of(words))
        assert {number for words in texts for number in numbers_of(words)} - known == set(), block.summary
    assert seen > 50


def test_a_public_report_has_the_same_figures_with_more_hidden(workspace: Workspace) -> None:
    scope = open_scope(workspace, Catalog(workspace), PUBLIC)
    public = estimates(scope, "peer_expected", "2025/26")
    assert {each.code for each in public.shown} >= {BERGA, "99010011"}
    assert not public.of(HEDA).is_shown  # type: ignore[union-attr]
    assert Path(workspace.root).is_dir()
