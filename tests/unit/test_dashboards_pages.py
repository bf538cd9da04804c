"""The pages show the reports' numbers and no others; an extract holds its own scope's rows only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from dashboard_world import CANARY, MINE, PASSWORD, THEIRS, make_world

from analysis_lib.dashboards.access import AccessList, Rights
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.choosable import choosable
from analysis_lib.dashboards.desk import RESULT_PAGES, Desk
from analysis_lib.dashboards.extract import statements
from analysis_lib.dashboards.forms import Faults, read_entry
from analysis_lib.dashboards.pages import PAGES, NotAllowed
from analysis_lib.dashboards.results import results_cards
from analysis_lib.dashboards.shell import steps_down
from analysis_lib.dashboards.static_copy import write_copy
from analysis_lib.dashboards.table_file import table_csv
from analysis_lib.errors import SkolbankError
from analysis_lib.register.kinds.documents import Document
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.report.context import open_report


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(make_world(tmp_path_factory.mktemp("pages")))


def rights_for(desk: Desk, name: str) -> Rights:
    return desk.rights(AccessList(desk.workspace).people()[name])


def test_a_scopes_extract_holds_its_own_units_only(desk: Desk) -> None:
    rights = rights_for(desk, "rektor.min")
    prepared = desk.edition("internal").extract(rights)
    frame = pd.read_parquet(prepared.released_path)
    assert set(frame.loc[frame["level"] == "unit", "code"]) == {MINE}
    assert set(prepared.units) == {MINE}
    assert prepared.released_path.stat().st_mode & 0o077 == 0


def test_every_statement_of_every_page_was_certified(desk: Desk) -> None:
    for name in ("strategen", "rektor.min", "namnden"):
        rights = rights_for(desk, name)
        edition = desk.edition(rights.audience)
        known = edition.catalog.indicators
        said = statements(edition.frame, rights.audience, known)
        certified = {(str(f["pop"]), str(f["cell"]), str(f["what"]), str(f["shown"])) for f in said}
        for page in [page for page in RESULT_PAGES if rights.may_open(page)]:
            state = read_state(PAGES[page], {}, rights, edition)
            facts = [fact.as_json("") for card in desk.show(state, rights).cards for fact in card.block.facts]
            shown = {(str(f["pop"]), str(f["cell"]), str(f["what"]), str(f["shown"])) for f in facts}
            assert shown
            assert shown <= certified


def test_the_figures_are_those_of_the_report(desk: Desk) -> None:
    rights = rights_for(desk, "strategen")
    edition = desk.edition("internal")
    state = read_state(PAGES["lage"], {"unit": [MINE]}, rights, edition)
    cards = {card.id: card.block for card in desk.show(state, rights).cards}
    report = open_report(
        report="skolbild",
        unit=MINE,
        seminar=desk.seminar,
        audience="internal",
        workspace=str(desk.workspace.root),
    )
    rows = {str(row["cells"]): row for row in report.indicators().data["rows"]}
    mine = {str(row["cells"]) for row in cards["matt"].data["rows"]}
    assert len(mine & set(rows)) >= 5
    assert cards["utveckling"].data["table"]["rows"] == report.trend(state.indicator).data["table"]["rows"]


@pytest.mark.parametrize(
    "given",
    [
        {"school_year": ["1999/00"]},
        {"indicator": ["results.finns_inte"]},
        {"group": ["okand"]},
        {"okand": ["1"]},
        {"unit": [MINE, MINE]},
    ],
)
def test_an_address_that_cannot_be_read_is_told_in_swedish(desk: Desk, given: dict[str, list[str]]) -> None:
    with pytest.raises(SkolbankError) as told:
        read_state(PAGES["lage"], given, rights_for(desk, "strategen"), desk.edition("internal"))
    assert told.value.code == "address-invalid"


def test_a_rektor_starts_at_the_own_unit_and_gets_no_other(desk: Desk) -> None:
    rights, edition = rights_for(desk, "rektor.min"), desk.edition("internal")
    assert read_state(PAGES["lage"], {}, rights, edition).unit == MINE
    for page, unit in (("lage", THEIRS), ("lage", "99999999"), ("jamfor", MINE), ("korningar", "")):
        with pytest.raises(NotAllowed):
            read_state(PAGES[page], {"unit": [unit]}, rights, edition)


def test_a_state_survives_its_address(desk: Desk) -> None:
    from urllib.parse import parse_qs

    rights, edition = rights_for(desk, "strategen"), desk.edition("internal")
    for page in RESULT_PAGES:
        more = {"cohort": ["2024"]} if page == "arskullar" else {"school_year": ["2023/24"]}
        first = read_state(PAGES[page], {"unit": [MINE], **more}, rights, edition)
        assert read_state(PAGES[page], parse_qs(first.query()), rights, edition) == first


def test_a_pages_table_is_the_file_that_is_downloaded(desk: Desk) -> None:
    rights, edition = rights_for(desk, "strategen"), desk.edition("internal")
    cards = desk.show(read_state(PAGES["lage"], {}, rights, edition), rights).cards
    block = next(card.block for card in cards if card.id == "matt")
    lines = table_csv(block).decode("utf-8-sig").splitlines()
    assert len(lines) == len(block.data["rows"]) + 3
    assert lines[0].split(";")[0] == block.data["columns"][0]["label"]


def test_the_static_copy_has_the_boards_figures_and_no_forms(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "kopia"
    count = write_copy(desk.workspace, folder)
    pages = list(folder.glob("*.html"))
    assert len(pages) == count >= 12
    for path in pages:
        text = path.read_text("utf-8")
        assert "<form" not in text
        assert "<script" not in text
        assert CANARY not in text
        assert PASSWORD not in text
        assert 'lang="sv"' in text
    taken = tmp_path / "annat"
    taken.mkdir()
    (taken / "viktigt.txt").write_text("x", "utf-8")
    with pytest.raises(SkolbankError):
        write_copy(desk.workspace, taken)


def test_the_usual_pages_are_drawn_ahead_and_then_come_from_memory(desk: Desk) -> None:
    assert desk.warm() == 4 + 3 + 3 + 3
    rights, edition = rights_for(desk, "rektor.min"), desk.edition("internal")
    state = read_state(PAGES["betyg"], {}, rights, edition)
    assert desk.show(state, rights) is desk.show(state, rights)


def test_a_form_says_what_is_wrong_beside_each_field() -> None:
    with pytest.raises(Faults) as told:
        read_entry(
            Measure, ("what", "origin", "deadline", "responsible"), {"what": "Läsning", "deadline": "snart"}
        )
    assert told.value.told["deadline"] == "skriv datumet som 2027-03-01."
    assert told.value.told["origin"] == "fyll i den här uppgiften."
    assert {"field": "responsible", "text": "Ansvarig: fyll i den här uppgiften."} in told.value.listed()


def shown_rows(desk: Desk, page: str, card: str) -> list[dict[str, str]]:
    """The rows of a card's table, as the strateg sees them."""
    rights = rights_for(desk, "strategen")
    state = read_state(PAGES[page], {}, rights, desk.edition("internal"))
    (found,) = [each.block for each in desk.show(state, rights).cards if each.id == card]
    return [{name: cell["text"] for name, cell in row["cells"].items()} for row in found.data["rows"]]


def test_G8_an_expected_effect_that_was_written_afterwards_is_told_so(desk: Desk) -> None:
    writer = {"author": "rektor.min", "role": "Rektor"}
    given = {"origin": "staff", "responsible": "Rektor", "deadline": "2027-03-01", "expected_effect": "Fler"}
    for what in ("Läsgrupper", "Rastvärdar"):
        measure = Measure.model_validate({**given, "what": what, "state": "decided", "decision": "Rektor"})
        saved = desk.register.save(measure, unit=MINE, school_year="2026/27", **writer)
        begun = desk.register.revise(saved, measure.model_copy(update={"state": "ongoing"}), **writer)
    later = begun.entry.model_copy(update={"expected_effect": "Ungefär det som blev"})
    desk.register.revise(begun, later, **writer)
    told = {row["what"]: row["expected"] for row in shown_rows(desk, "atgarder", "oppna")}
    assert told["Läsgrupper"] == "Fler"
    assert told["Rastvärdar"] == "Ungefär det som blev (skriven eller ändrad efter att arbetet började)"


def test_S9_a_document_past_its_day_of_gallring_is_told_so(desk: Desk) -> None:
    for name, day in (("Gammal plan", "2020-01-01"), ("Ny plan", "2090-01-01")):
        given = {"name": name, "type": "plan", "owner": "Rektor", "delete_after": day, "state": "established"}
        desk.register.save(Document.model_validate(given), author="strategen", role="Strateg", unit="")
    told = {row["name"]: row["state"] for row in shown_rows(desk, "arshjul", "dokument")}
    assert (told["Gammal plan"], told["Ny plan"]) == ("Ska gallras", "Gäller")


def test_a_unit_without_results_is_one_kind_sentence_on_every_page_about_results(desk: Desk) -> None:
    rights = rights_for(desk, "strategen")
    edition = desk.edition("internal")
    unit = edition.prepared.units[MINE]
    frame = edition.frame[~edition.frame["code"].eq(MINE)]
    for forms, words in (
        (["fsk"], "inga resultat av det här slaget"),
        (["gr"], f"inga resultat för {unit.name} än"),
    ):
        bare = replace(
            edition,
            prepared=replace(
                edition.prepared,
                units={
                    **edition.prepared.units,
                    MINE: unit.model_copy(update={"school_forms": forms}),
                },
            ),
        )
        bare.__dict__["frame"] = frame
        for page in RESULT_PAGES:
            state = read_state(PAGES[page], {"unit": [MINE]}, rights, bare)
            (card,) = results_cards(state, rights, bare)
            assert card.block.kind == "gap"
            assert words in card.block.data["what"]
            assert "Röster" in card.block.data["remedy"]
            assert not card.block.facts
            assert choosable(state, bare) == {}
            assert steps_down(state, rights, bare) == []
