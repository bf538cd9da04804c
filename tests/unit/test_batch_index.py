"""The index page: Swedish order, words for every state, links only to what is there, nothing from outside."""

from __future__ import annotations

import re
from pathlib import Path

from analysis_lib.batch.index import STATE_WORDS, Row, draw_index
from analysis_lib.batch.ledger import Entry
from analysis_lib.vocabulary.settings import ReportOrder, Seminar, Settings

SETTINGS = Settings(municipality_code="9999", municipality_name="Provby", authority_name="Provby <kommun>")
WEEK = Seminar(id="ht", title="Resultat", school_year="2024/25", reports=(ReportOrder(name="liten"),))


def row(name: str, state: str = "done", *, area: str = "Norr", scope: str = "unit", error: str = "") -> Row:
    entry = Entry("s", name, "liten", state, "f", error_id=error, message="hemlig orsak")  # type: ignore[arg-type]
    return Row(name, "liten", "Liten", name, area, scope, entry)


def test_areas_and_units_stand_in_swedish_order(tmp_path: Path) -> None:
    rows = [row("Öster"), row("Zeta"), row("Ålund"), row("A", area="Ådalen"), row("K", scope="authority")]
    page = draw_index(tmp_path, SETTINGS, WEEK, rows, "done")
    headings = re.findall(r"<h2[^>]*>([^<]+)", page)
    assert headings == ["Hela huvudmannen", "Norr", "Ådalen"]
    assert re.findall(r'row-name">([^<]+)', page) == ["K", "Zeta", "Ålund", "Öster", "A"]


def test_every_state_has_a_word_and_a_failed_document_an_error_id(tmp_path: Path) -> None:
    rows = [
        row(f"skola {state}", state, error="F-0A1B2C" if state == "failed" else "") for state in STATE_WORDS
    ]
    page = draw_index(tmp_path, SETTINGS, WEEK, rows, "failed")
    assert all(word in page for word in STATE_WORDS.values())
    assert "Fel-id F-0A1B2C" in page
    assert "hemlig orsak" not in page


def test_links_lead_only_to_files_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "A").mkdir()
    (tmp_path / "A" / "liten.html").write_text("x", "utf-8")
    page = draw_index(tmp_path, SETTINGS, WEEK, [row("A"), row("B"), row("C", "failed")], "failed")
    assert re.findall(r'<a href="([^#"]+)"', page) == ["A/liten.html"]


def test_the_page_stands_alone_and_escapes_names(tmp_path: Path) -> None:
    page = draw_index(tmp_path, SETTINGS, WEEK, [row("<b>Å</b>")], "done")
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//|@import|url\((?!data:)""", page)
    assert "<b>Å</b>" not in page
    assert "Provby &lt;kommun&gt;" in page
    assert page.count("<h1") == 1
    assert '<html lang="sv">' in page
    assert "Dokumentet är klart." in page
