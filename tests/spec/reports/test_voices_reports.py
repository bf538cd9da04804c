"""What those who are here think, in reports and on dashboards: the example's surveys all the way (F2, F5)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest

from analysis_lib.dashboards.access import Person, Rights, rights_of
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.pages import PAGES
from analysis_lib.disclosure.audit import audit
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.present.blocks import Block
from analysis_lib.report.context import Report, open_report
from analysis_lib.report.peer_places import group_table
from analysis_lib.sources.example.lived import fill_register
from analysis_lib.sources.example.write import write_example
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

SEMINAR = "2026-ht-analys"
SCHOOL, PRESCHOOL, LEISURE = "99010012", "99010031", "99010041"
FILES = ("*nkät*", "*undersökning*", "Personal*", "Barn*")
Open = Callable[..., Report]


@pytest.fixture(scope="module", name="place")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example with its surveys and staff tables read in, and one seminar."""
    root = tmp_path_factory.mktemp("voices") / "almvik"
    write_example(root)
    seminars = root / "params" / "seminars"
    shutil.copy(builtin_root() / "params" / "seminars" / f"{SEMINAR}.yaml", seminars / f"{SEMINAR}.yaml")
    place = Workspace.find(root)
    found = sorted({path for pattern in FILES for path in place.inbox.glob(pattern)})
    report = import_paths(found, workspace=place)
    assert all(file.stored for file in report.files)
    fill_register(place)
    return place


@pytest.fixture(scope="module", name="opened")
def _opened(place: Workspace) -> Open:
    def opened(report: str, unit: str = "") -> Report:
        return open_report(report=report, unit=unit, seminar=SEMINAR, workspace=str(place.root))

    return opened


def parts(block: Block) -> list[str]:
    """The kinds of what a verb gave, several blocks taken apart."""
    if block.kind == "several":
        return [part["kind"] for part in block.data["parts"]]
    return [block.kind]


def findings(block: Block) -> list[str]:
    data = [part["data"] for part in block.data["parts"]] if block.kind == "several" else [block.data]
    return [str(each.get("finding", "")) for each in data]


def test_F5_the_enkatrapport_of_a_school_is_full(opened: Open) -> None:
    report = opened("enkatrapport", SCHOOL)
    for verb in (report.survey_response, report.survey_index, report.survey_trend, report.survey_compare):
        kinds = parts(verb())
        assert kinds
        assert set(kinds) == {"figure"}
    assert parts(report.survey_bars()).count("figure") >= 3
    trend = report.survey_trend("skolenkaten")
    notes = str(trend.data)
    assert "Nya frågor från och med läsåret 2021/22" in notes


def test_F5_nothing_in_it_can_be_worked_out(opened: Open) -> None:
    report = opened("enkatrapport", SCHOOL)
    blocks = [report.survey_response(), report.survey_index(), report.survey_bars(), report.survey_compare()]
    facts = [fact.as_json("x") for block in blocks for fact in block.facts]
    assert len(facts) > 50
    found = audit(facts, Lattice.of_units(dict.fromkeys(report.prepared.units, "")).as_json())
    assert found.is_clean


def test_B6_the_prio_survey_is_a_profile_with_its_response(opened: Open) -> None:
    report = opened("prio", SCHOOL)
    assert parts(report.survey_response("prio")) == ["figure"]
    assert parts(report.survey_index("prio")) == ["figure"]
    assert parts(report.survey_bars("prio")) == ["figure"]


def test_F6_F7_the_huvudman_sees_citizens_and_staff(opened: Open) -> None:
    report = opened("enkatrapport-huvudman")
    for family in ("citizens", "staff"):
        assert parts(report.survey_bars(family)) == ["figure"]
        assert parts(report.survey_index(family)) == ["figure"]
    facts = report.survey_bars("staff").facts
    assert {fact.cell["unit"] for fact in facts} == {"KOMMUN"}  # a unit's staff is never told step by step


@pytest.mark.parametrize(("name", "unit"), [("forskolebild", PRESCHOOL), ("fritidshemsbild", LEISURE)])
def test_F8_a_picture_tells_of_the_place_and_never_of_a_childs_results(
    opened: Open, name: str, unit: str
) -> None:
    report = opened(name, unit)
    blocks = [report.survey_findings(), report.about(), report.survey_bars(most=2), report.survey_trend()]
    assert len(blocks[1].data["items"]) == 4
    assert [parts(block)[0] for block in blocks] == ["findings", "facts", "figure", "figure"]
    told = {fact.pop.split("-")[0].split("/")[0] for block in blocks for fact in block.facts}
    assert not any(pop.startswith("ak") for pop in told)
    assert "kommunens f" in str(blocks[1].data).lower()


def test_F8_a_unit_without_any_survey_gets_an_explained_gap(opened: Open) -> None:
    report = opened("enkatrapport", "99010061")
    for verb in (report.survey_bars, report.survey_trend, report.survey_compare):
        assert verb("guardians").kind == "gap"
    assert report.survey_response("guardians").kind == "gap"


def test_G10_teaching_quality_stands_beside_results(opened: Open) -> None:
    report = opened("verksamhetsrapport", SCHOOL)
    drawn = report.drawn_teaching()
    bars = [block for block in drawn if "Så svarade" in str(block.data.get("title", ""))]
    assert bars
    areas = str([block.data["finding"] for block in bars]).lower()
    assert "stöd" in areas or "stimulans" in areas or "samverkan" in areas


def test_F13_alike_places_are_shown_or_it_is_told_why_not(opened: Open) -> None:
    report = opened("enkatrapport-huvudman")
    gap = report.municipality_group("results.eligible_vocational")
    assert gap.kind == "gap"
    assert "Kommungruppen visas när" in gap.data["what"]
    assert opened("enkatrapport", PRESCHOOL).similar_units("results.eligible_vocational").kind == "gap"


def test_F13_a_group_stands_by_name_with_the_kommun_among_them(opened: Open) -> None:
    from dataclasses import replace

    from analysis_lib.disclosure.released import ReleasedTable, seal

    report = opened("enkatrapport-huvudman")
    indicator = report.catalog.indicators["surveys.citizens_index"]
    rows = report.scope.of(indicator.id).select(level="municipality").frame
    own = rows[rows["category"] == "alla"].tail(1).assign(subject="", category="")
    others = [own.assign(code=code, value=60.0 + at) for at, code in enumerate(("0114", "0115", "0117"))]
    import pandas as pd

    table: ReleasedTable = seal(pd.concat([own, *others], ignore_index=True), "internal")
    names = {"0114": "Upplands Väsby", "0115": "Vallentuna", "0117": "Österåker"}
    scope = replace(report.scope, _kept={})
    block = group_table(scope, table, indicator, {"Pendlingskommuner": tuple(names)}, names)
    assert block is not None
    told = [row["cells"]["place"]["text"] for row in block.data["rows"]]
    assert told[:4] == ["Almvik", "Upplands Väsby", "Vallentuna", "Österåker"]


@pytest.fixture(scope="module", name="desk")
def _desk(place: Workspace) -> Iterator[Desk]:
    desk = Desk(place, seminar=SEMINAR)
    yield desk
    desk.close()


def viewer(desk: Desk, role: str, *units: str) -> Rights:
    edition = desk.edition("board" if role == "nämnd" else "internal")
    person = Person.model_validate({"name": "prov", "role": role, "units": units})
    return rights_of(person, edition.prepared.units, edition.catalog.groups)


def test_F2_roster_shows_six_kinds_of_evidence_with_what_disagrees(desk: Desk) -> None:
    rights = viewer(desk, "strateg")
    edition = desk.edition("internal")
    state = read_state(PAGES["roster"], {"unit": [SCHOOL]}, rights, edition)
    cards = {card.id: card.block for card in desk.show(state, rights).cards}
    heads = [column["label"] for column in cards["kallor"].data["columns"]]
    assert heads == ["Område", "Betyg och prov", "Enkät", "Intervju", "Fokusgrupp", "Självskattning",
                     "Tillsyn", "Källorna"]  # fmt: skip
    assert {"svarsfrekvens", "index", "fordelning-1", "utveckling-1", "teman"} <= set(cards)


def test_F2_a_rektor_reads_the_voices_of_the_own_unit_only(desk: Desk) -> None:
    rights = viewer(desk, "rektor", SCHOOL)
    edition = desk.edition("internal")
    state = read_state(PAGES["roster"], {}, rights, edition)
    assert state.unit == SCHOOL
    words = str([card.block.data for card in desk.show(state, rights).cards])
    others = [unit.name for code, unit in edition.prepared.units.items() if code != SCHOOL]
    assert not [name for name in others if name in words]


def test_F5_the_survey_is_chosen_in_the_address(desk: Desk) -> None:
    rights = viewer(desk, "strateg")
    edition = desk.edition("internal")
    state = read_state(PAGES["roster"], {"survey": ["staff"]}, rights, edition)
    assert "survey=staff" in state.query()
    titles = [str(card.block.data.get("title", "")) for card in desk.show(state, rights).cards]
    assert any("medarbetare" in title for title in titles)
    nothing = read_state(PAGES["roster"], {"survey": ["guardians"], "unit": [SCHOOL]}, rights, edition)
    gap = desk.show(nothing, rights).cards[0].block
    assert gap.kind == "gap"
    assert "Välj en annan enkät" in gap.data["remedy"]
