"""From class to board in the example municipality: the roll-up, the section, the page, and who sees them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from shown_numbers import accounted, numbers_of, page_texts, ticks_of

from analysis_lib.dashboards.access import Person, Rights, rights_of
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.pages import PAGES, Card, NotAllowed, choices
from analysis_lib.dashboards.results import results_cards
from analysis_lib.dashboards.scope_folder import open_scope, write_scope
from analysis_lib.dashboards.shell import steps_down
from analysis_lib.disclosure.facts import cell_facts
from analysis_lib.disclosure.gate import attack
from analysis_lib.disclosure.release import open_released
from analysis_lib.present.blocks import Block
from analysis_lib.present.html import block_html
from analysis_lib.report.context import Report, open_report
from analysis_lib.sources.example import write_example
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.classes import unit_of
from analysis_lib.vocabulary.workspace import Workspace

INTERNAL, PUBLIC = "2026-ht-intern", "2026-ht-resultat"
STRAND, BERGA, ALM, LILLSJO = "99010011", "99010012", "99010018", "99010013"
YEAR = "2025/26"
SUMS = ["n", "numerator", "total", "total_sq"]
CHAIN = ["indicator", "school_year", "population", "subject"]
MAIN = {
    "results.all_passed_9",
    "results.all_passed_6",
    "results.eligible_vocational",
    "results.merit_rating_17",
    "value_added.expected_9",
    "progress.followed_9",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = Workspace(tmp_path_factory.mktemp("almvik"))
    write_example(found.root)
    import_paths([found.inbox], workspace=found)
    return found


@pytest.fixture(scope="module")
def desk(workspace: Workspace) -> Desk:
    return Desk(workspace, seminar=INTERNAL)


@pytest.fixture(scope="module")
def cube(workspace: Workspace, desk: Desk) -> pd.DataFrame:
    assert desk.edition("internal").certificate
    (path,) = (workspace.work / "cube").glob("*.parquet")
    return pd.read_parquet(path)


def rights_as(desk: Desk, role: str, *units: str) -> Rights:
    edition = desk.edition("board" if role == "nämnd" else "internal")
    person = Person(name="prov", role=role, units=units)
    return rights_of(person, edition.prepared.units, edition.catalog.groups)


def shown(desk: Desk, rights: Rights, **given: str) -> dict[str, Card]:
    edition = desk.edition(rights.audience)
    state = read_state(PAGES["arskullar"], {name: [each] for name, each in given.items()}, rights, edition)
    return {card.id: card for card in desk.show(state, rights).cards}


def names_in(block: Block) -> list[str]:
    return [row["cells"]["class"]["text"] for row in block.data["rows"]]


def report_on(workspace: Workspace, unit: str, audience: str = "") -> Report:
    return open_report(
        report="arskullsanalys", unit=unit, seminar=INTERNAL, audience=audience, workspace=str(workspace.root)
    )


def test_G1_G3_classes_sum_to_their_unit_and_units_to_the_huvudman_exactly(cube: pd.DataFrame) -> None:
    own = cube[(cube["basis"] == "own") & (cube["sex"] == "T") & cube["indicator"].isin(MAIN)]
    classes = own[own["level"] == "class"]
    assert set(classes["indicator"]) == MAIN
    parts = classes.assign(unit=classes["code"].map(unit_of)).groupby([*CHAIN, "unit"])[SUMS].sum()
    units = own[own["level"] == "unit"].rename(columns={"code": "unit"}).set_index([*CHAIN, "unit"])[SUMS]
    assert len(parts) > 100
    whole = units.loc[parts.index].fillna(0)
    pd.testing.assert_frame_equal(parts, whole, check_exact=False, rtol=1e-12)
    above = own[own["level"] == "authority"].set_index(CHAIN)[SUMS].sort_index().fillna(0)
    rolled = units.groupby(CHAIN)[SUMS].sum().loc[above.index]
    pd.testing.assert_frame_equal(rolled, above, check_exact=False, rtol=1e-12)


def test_G2_the_weighted_mean_of_the_classes_is_the_units_forädlingsvärde(cube: pd.DataFrame) -> None:
    own = cube[(cube["indicator"] == "value_added.expected_9") & (cube["school_year"] == YEAR)]
    unit = own[(own["level"] == "unit") & (own["code"] == STRAND)].iloc[0]
    classes = own[(own["level"] == "class") & (own["code"].map(unit_of) == STRAND)]
    weighed = (classes["value"] * classes["n"]).sum() / classes["n"].sum()
    assert len(classes) == 7
    assert weighed == pytest.approx(unit["value"], abs=1e-9)


def test_M13_one_measure_on_class_unit_and_huvudman_and_in_whole_points_for_a_class(desk: Desk) -> None:
    frame = desk.edition("internal").frame
    own = frame[(frame["basis"] == "own") & (frame["school_year"] == YEAR) & (frame["sex"] == "T")]
    merit = own[(own["indicator"] == "results.merit_rating_17") & (own["state"] == "shown")]
    assert set(merit["level"]) == {"class", "unit", "authority"}
    classes = merit.loc[merit["level"] == "class", "value"]
    assert (classes == classes.round(0)).all()


def test_R6_everything_that_is_told_of_classes_withstands_the_attacker(
    workspace: Workspace, desk: Desk
) -> None:
    edition = desk.edition("internal")
    known = edition.catalog.indicators
    frame = edition.frame[edition.frame["indicator"].isin(MAIN) & edition.frame["basis"].eq("own")]
    cells = open_released(frame, "internal").cells()
    facts = [fact.as_json("x") for cell in cells for fact in cell_facts(cell, known[cell.indicator])]
    assert any("/" in fact["cell"]["unit"] for fact in facts)
    assert attack(workspace, facts, "internal").findings == ()


def test_G2_the_section_names_every_class_beside_the_school_and_never_ranks(workspace: Workspace) -> None:
    block = report_on(workspace, STRAND).classes(heading="Klass", question="Hur gick det?")
    kinds = [part["kind"] for part in block.data["parts"]]
    assert kinds == ["section", "paragraph", "table", "figure"]
    head, told, table, figure = (part["data"] for part in block.data["parts"])
    assert head["heading"] == "Klass"
    assert "skolan" in told["text"]
    names = [row["cells"]["class"]["text"] for row in table["rows"]]
    assert names == [*(f"9{letter}" for letter in "ABCDEFG"), "Utan klass", "Strandskolan"]
    assert "samma tal från klassrum till nämnd" in table["foot"]
    groups = [row["cells"]["group"]["text"] for row in figure["table"]["rows"]]
    assert groups == [*(f"9{letter}" for letter in "ABCDEFG"), "Strandskolan"]
    hidden = [row for row in table["rows"] if row["cells"]["class"]["text"] == "Utan klass"]
    assert all(hidden[0]["cells"][name]["text"] == ".." for name in ("n", "results.merit_rating_17"))


@pytest.mark.parametrize("audience", ["public", "board"])
def test_M13_other_editions_have_no_section_about_classes(workspace: Workspace, audience: str) -> None:
    block = report_on(workspace, STRAND, audience).classes(heading="Klass", question="Hur gick det?")
    assert block.data == {"parts": []}
    assert block.facts == ()


def test_M13_where_no_class_can_be_told_of_the_section_says_why(workspace: Workspace) -> None:
    for unit in (ALM, LILLSJO):
        parts = report_on(workspace, unit).classes(heading="Klass").data["parts"]
        assert [part["kind"] for part in parts] == ["section", "gap"]
        assert "kolumnen Klass" in str(parts[1]["data"])


@pytest.mark.parametrize("unit", [STRAND, BERGA])
def test_no_number_about_a_class_without_a_fact(workspace: Workspace, unit: str) -> None:
    blocks = report_on(workspace, unit).classes_of(school_year=YEAR, group=9)
    seen = 0
    for block in blocks:
        html = block_html(block.kind, block.data)
        known = accounted([fact.as_json("") for fact in block.facts], [block.data]) | ticks_of(html)
        for words in page_texts(html):
            for number in numbers_of(words):
                assert number in known, (number, words)
                seen += 1
    assert seen > 10


def test_D2_steps_down_to_a_class_and_the_address_says_which(desk: Desk) -> None:
    rights, edition = rights_as(desk, "rektor", BERGA), desk.edition("internal")
    everyone = shown(desk, rights, unit=BERGA)
    assert names_in(everyone["klass"].block) == ["9A", "9B", "Bergaskolan"]
    state = read_state(PAGES["arskullar"], {"klass": [f"{BERGA}/9A"]}, rights, edition)
    assert "klass=99010012%2F9A" in state.query()
    picked = {choice.name: choice for choice in choices(state, rights, edition)}["klass"]
    assert [label for _, label in picked.options] == ["Alla klasser", "9A", "9B"]
    one = shown(desk, rights, klass=f"{BERGA}/9A")
    assert names_in(one["klass"].block) == ["9A", "Bergaskolan"]
    rows = one["klass-foradling"].block.data["table"]["rows"]
    assert [row["cells"]["group"]["text"] for row in rows] == ["9A", "Bergaskolan"]
    links = [step["href"] for step in steps_down(state, rights, edition)]
    assert any("klass=99010012%2F9B" in link for link in links)
    assert not any("klass=99010012%2F9A" in link and "cohort=2026" in link for link in links)


def test_D2_a_live_page_has_the_same_class_from_its_own_folder(desk: Desk, tmp_path: Path) -> None:
    rights, edition = rights_as(desk, "rektor", BERGA), desk.edition("internal")
    scope = open_scope(write_scope(tmp_path, "arskullar", rights, edition))
    state = read_state(PAGES["arskullar"], {"klass": [f"{BERGA}/9A"]}, scope.rights, scope.edition)
    live = {card.id: card.block for card in results_cards(state, scope.rights, scope.edition)}
    served = shown(desk, rights, klass=f"{BERGA}/9A")
    for name in ("klass", "klass-foradling"):
        assert live[name].data == served[name].block.data | {"id": live[name].data["id"]}
    with pytest.raises(NotAllowed):
        read_state(PAGES["arskullar"], {"klass": [f"{STRAND}/9A"]}, scope.rights, scope.edition)


def test_D2_an_arskull_with_grades_of_year_6_shows_those_classes(desk: Desk) -> None:
    page = shown(desk, rights_as(desk, "strateg"), unit=BERGA, cohort="2029")
    assert names_in(page["klass"].block) == ["6A", "6B", "Bergaskolan"]
    assert "klass-foradling" not in page


def test_D2_a_class_of_another_choice_of_ones_own_gives_all_classes(desk: Desk) -> None:
    rights, edition = rights_as(desk, "strateg"), desk.edition("internal")
    asked = {"unit": [STRAND], "klass": [f"{BERGA}/9A"]}
    assert read_state(PAGES["arskullar"], asked, rights, edition).klass == ""
    assert shown(desk, rights)["klass"].block.kind == "gap"


@pytest.mark.parametrize(
    ("role", "unit", "klass"),
    [
        ("rektor", BERGA, f"{STRAND}/9A"),  # another's
        ("rektor", BERGA, f"{BERGA}/9X"),  # is not there
        ("rektor", BERGA, f"{BERGA}/-"),
        ("rektor", BERGA, "9A"),
        ("strateg", BERGA, "../9A"),
        ("nämnd", BERGA, f"{BERGA}/9A"),
    ],
)
def test_D2_a_class_that_is_not_ones_own_and_one_that_is_none_get_the_same_answer(
    desk: Desk, role: str, unit: str, klass: str
) -> None:
    rights = rights_as(desk, role, unit)
    with pytest.raises(NotAllowed):
        shown(desk, rights, klass=klass)


def test_D2_the_board_has_neither_card_nor_choice_of_classes(desk: Desk) -> None:
    rights, edition = rights_as(desk, "nämnd"), desk.edition("board")
    assert "class" not in set(edition.frame["level"])
    page = shown(desk, rights, unit=BERGA)
    assert not [name for name in page if name.startswith("klass")]
    state = read_state(PAGES["arskullar"], {"unit": [BERGA]}, rights, edition)
    assert "klass" not in {choice.name for choice in choices(state, rights, edition)}
    assert not any("klass" in step["href"] for step in steps_down(state, rights, edition))


def test_S1_a_viewers_extract_holds_the_classes_of_the_own_units_only(desk: Desk) -> None:
    rights = rights_as(desk, "rektor", BERGA)
    frame = pd.read_parquet(desk.edition("internal").extract(rights).released_path)
    classes = frame.loc[frame["level"] == "class", "code"]
    assert len(classes)
    assert set(classes.map(unit_of)) == {BERGA}


def test_no_personal_number_in_the_class_column_reaches_the_cube(tmp_path: Path) -> None:
    """The importer refuses the row; what else is no class is counted among those without one."""
    from analysis_lib.indicators.classes import class_codes

    typed = [
        "9A",
        "",
        "20100315-1239",
        "Anna Andersson",
        "201003151239",
        "9A=CMD",
        "KLASSEN MED LÅNGT NAMN 9",
    ]
    codes = class_codes(pd.Series([BERGA] * len(typed)), pd.Series(typed))
    assert codes.tolist() == [f"{BERGA}/9A", *[f"{BERGA}/-"] * 6]
