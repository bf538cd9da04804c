"""Betyg och prov, kommunbild, kompetenscenter and D3 on the example municipality: every section filled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command import SEMINAR

from analysis_lib.dashboards.access import Person
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.pages import PAGES, choices
from analysis_lib.dashboards.table_file import table_csv
from analysis_lib.errors import SkolbankError
from analysis_lib.present.blocks import Block
from analysis_lib.report.context import Report, open_report
from analysis_lib.vocabulary.workspace import Workspace

LARGE, CENTRE = "99010011", "99010061"
MAIN = (
    "results.all_passed_9",
    "results.eligible_vocational",
    "results.merit_rating_17",
    "results.all_passed_6",
)


@pytest.fixture(scope="module")
def report(example_round: Path) -> Report:
    return opened(example_round, "betyg-och-prov")


def opened(workspace: Path, name: str, unit: str = "") -> Report:
    where = {"seminar": SEMINAR, "audience": "internal", "workspace": str(workspace)}
    return open_report(report=name, unit=unit, **where)


def texts(block: Block, key: str) -> list[str]:
    table = block.data if block.kind == "table" else block.data["table"]
    return [row["cells"][key]["text"] for row in table["rows"]]


def test_R5_the_bars_are_those_of_the_pupils_own_files(report: Report, example_round: Path) -> None:
    """The huvudman's shares in mathematics, counted again from the pupils with both."""
    from analysis_lib.snapshots.store import Store
    from analysis_lib.statistics.tests_and_grades import deviation

    store = Store(Workspace(example_round))
    rows = store.query(
        """SELECT t.grade AS test, g.grade AS grade, t.subject FROM core_scb__national_tests t
        JOIN core_scb__pupil_grades g USING (pupil, unit_code, school_year, year_group, subject)
        WHERE t.school_year = '2025/26' AND t.year_group = 9 AND t.subject = 'MA' AND t.status = 'graded'"""
    )
    known = deviation(rows, ["subject"]).iloc[0]
    block = report.agreement("agreement.deviation_9", subject="MA")
    shown = {key: texts(block, key)[0] for key in ("lower", "equal", "higher", "net", "n")}
    wanted = {
        name: f"{known[f'{name}_pct']:.1f}".replace(".", ",") + "\u00a0%"
        for name in ("lower", "equal", "higher")
    }
    assert {name: shown[name] for name in wanted} == wanted
    assert shown["n"] == str(known["n"])
    assert abs(float(shown["net"].replace(",", ".").replace("−", "-")) - known["net"]) < 0.15


def test_R5_the_crosstab_holds_the_directions_together(report: Report) -> None:
    block = report.crosstab("agreement.crosstab_9", subject="MA")
    assert block.kind == "figure"
    cells = [cell for row in block.data["table"]["rows"] for cell in row["cells"].values()]
    hidden = [cell for cell in cells if cell["text"] == ".."]
    assert len(hidden) != 1
    assert not {cell["text"] for cell in cells} & {"1", "2", "3", "4"}


def test_R6_salsa_stands_per_school_by_area_and_name_with_its_words(report: Report) -> None:
    block = report.salsa()
    names = texts(block, "group")
    assert names[:2] == ["Bergaskolan", "Strandskolan"]
    assert "Lillsjö skola" not in names
    assert block.data["foot"].endswith("Källa: Skolverket SALSA.")
    assert "inte hur bra" in str(block.data["notes"])


def test_R6_a_share_of_salsa_does_not_tell_what_is_hidden_for_the_school(report: Report) -> None:
    """Kvarnskolan's own share is ``~100``: the whole per cent of SALSA would tell how many missed it."""
    names = texts(report.salsa("all_passed", year="2024/25"), "group")
    hidden = report.scope.unit_cells("results.all_passed_9", school_year="2024/25")
    silent = {report.scope.units[cell.code].name for cell in hidden if not cell.is_shown}
    assert names
    assert not set(names) & silent


def test_R6_a_unit_sees_its_own_residuals_over_the_school_years(example_round: Path) -> None:
    block = opened(example_round, "skolanalys", LARGE).salsa()
    assert texts(block, "group") == ["2022/23", "2023/24", "2024/25"]


def test_M12_the_spread_rests_on_five_shown_units_and_on_released_values(report: Report) -> None:
    block = report.spread(*MAIN)
    assert all(int(count) >= 5 for count in texts(block, "units"))
    assert "slumpen brukar ge" in block.data["finding"]
    said = {fact.shown for fact in block.facts}
    low = [float(value.replace(",", ".")) for value in texts(block, "low")]
    assert set(low) <= said
    table = report.equity(*MAIN)
    assert "Bedömning" in [column["label"] for column in table.data["columns"]]
    assert any("skillnad" in words for words in texts(table, "sexes"))


def test_M12_few_units_are_an_explained_gap(report: Report) -> None:
    block = report.spread("results.eligible_science")
    assert block.kind == "gap"
    assert "minst fem skolor" in block.data["what"]


def test_F13_published_figures_stand_beside_each_other_with_their_signs(
    report: Report, example_round: Path
) -> None:
    block = report.compared(*MAIN)
    assert block.kind == "table"
    assert texts(block, "year")[0] == "2024/25"
    own = opened(example_round, "skolbild", LARGE).compared("results.all_passed_9")
    assert texts(own, "own")
    published = pd.read_parquet(report.prepared.released_path)
    rows = published[
        (published["indicator"] == "results.all_passed_9")
        & (published["level"] == "municipality")
        & (published["organiser"] == "municipal")
        & (published["code"] == "9901")
        & (published["school_year"] == "2024/25")
    ]
    assert texts(block, "own")[0].startswith(f"{rows['value'].iloc[0]:.1f}".replace(".", ","))


def test_R15_kompetenscenter_shows_points_diplomas_throughput_and_courses(example_round: Path) -> None:
    report = opened(example_round, "kompetenscenter", CENTRE)
    flow = report.cohort_flow("gymnasium.time_to_diploma")
    assert flow.kind == "figure"
    truth = pd.read_csv(example_round / "truth/truth_sources.csv", dtype={"unit_code": str})
    planted = truth[(truth["what"] == "programme_cohorts") & (truth["school_year"] == "2021/22")].iloc[0]
    share = 100 * planted["numerator"] / planted["n"]
    assert texts(flow, "diploma_3")[0] == f"{share:.1f}".replace(".", ",") + "\u00a0%"
    for name in ("gymnasium.diploma_points", "gymnasium.diploma_pct", "gymnasium.diploma_in_3_pct"):
        assert report.trend(name).kind == "figure", name
    courses = report.indicators(
        "gymnasium.courses_passed_pct", "vux.courses_passed_pct", "vux.interrupted_pct"
    )
    assert len(courses.data["rows"]) == 3
    assert not report._gaps


def test_R15_without_files_every_section_explains_itself(example_round: Path) -> None:
    report = opened(example_round, "kompetenscenter", LARGE)
    assert report.cohort_flow("gymnasium.time_to_diploma").kind == "gap"
    assert report.trend("gymnasium.diploma_pct").kind == "gap"


def test_F10_the_sum_row_of_kommunbild_equals_its_units(report: Report) -> None:
    block = report.rollup("results.pupil_count_9")
    key = next(column["key"] for column in block.data["columns"] if "årskurs" in column["label"])
    rows = block.data["rows"]
    whole = [int(row["cells"][key]["text"]) for row in rows if row["style"] == "sum"]
    parts = [
        int(row["cells"][key]["text"])
        for row in rows
        if row["style"] not in ("sum", "group") and row["cells"].get(key, {}).get("text", "").isdigit()
    ]
    assert whole == [sum(parts)]


@pytest.fixture(scope="module")
def desk(example_round: Path) -> Desk:
    return Desk(Workspace(example_round), seminar=SEMINAR)


def cards_of(desk: Desk, role: str = "strateg", **given: str) -> dict[str, Block]:
    rights = desk.rights(Person(name="provaren", role=role))  # type: ignore[arg-type]
    edition = desk.edition(rights.audience)
    state = read_state(PAGES["betyg"], {name: [value] for name, value in given.items()}, rights, edition)
    return {card.id: card.block for card in desk.show(state, rights).cards}


def test_D3_shows_the_reports_own_figures(desk: Desk, report: Report) -> None:
    cards = cards_of(desk)
    wanted = {"fordelning", "provbetyg-9", "provbetyg-6", "par", "kon", "salsa", "spridning", "likvardighet"}
    assert wanted <= set(cards)
    mine = report.agreement("agreement.deviation_9")
    assert cards["provbetyg-9"].data["table"]["rows"] == mine.data["table"]["rows"]
    assert cards["likvardighet"].data["rows"] == report.equity(*MAIN).data["rows"]


def test_D3_a_subject_in_the_address_narrows_the_page(desk: Desk) -> None:
    cards = cards_of(desk, subject="MA")
    assert texts(cards["provbetyg-9"], "group") == ["Matematik"]
    assert texts(cards["fordelning"], "group")[0] == "2025/26"
    assert "matematik" in cards["par"].data["finding"]
    with pytest.raises(SkolbankError, match="Ämne i adressen"):
        cards_of(desk, subject="XX")


def test_D3_names_source_date_and_n_and_every_table_can_be_fetched(desk: Desk) -> None:
    for name, block in cards_of(desk).items():
        if block.kind == "figure":
            assert "Källa: " in block.data["foot"], name
        if block.kind in ("figure", "table"):
            assert len(table_csv(block).splitlines()) > 2, name
    rights = desk.rights(Person(name="provaren", role="strateg"))
    edition = desk.edition(rights.audience)
    state = read_state(PAGES["betyg"], {}, rights, edition)
    assert {choice.name for choice in choices(state, rights, edition)} >= {"unit", "school_year", "subject"}


def test_D3_of_a_unit_without_year_six_has_one_card_of_pairs(desk: Desk) -> None:
    cards = cards_of(desk, unit=LARGE)
    assert "provbetyg-9" in cards
    assert "provbetyg-6" not in cards
    assert cards["fordelning"].kind == "figure"


def test_every_new_figure_states_facts_that_the_release_holds(report: Report) -> None:
    blocks = [report.agreement("agreement.deviation_9"), report.crosstab("agreement.crosstab_9")]
    blocks += [report.salsa(), report.spread(*MAIN), report.equity(*MAIN), report.compared(*MAIN)]
    for block in blocks:
        assert block.facts
        json.dumps([fact.as_json("") for fact in block.facts])
        assert all(fact.origin is None or fact.origin.state != "missing" for fact in block.facts)


def word_count(block: Any) -> int:
    return len(str(block.data["finding"]).split())


def test_findings_are_one_sentence_of_a_readable_length(report: Report) -> None:
    for block in (report.agreement("agreement.deviation_9"), report.salsa(), report.spread(*MAIN)):
        assert word_count(block) <= 22
