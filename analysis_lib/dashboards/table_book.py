"""The tables of a page, or one of them, as an Excel workbook: the same sheets as a report's (floor 8).

Only what the page shows, with the first sheet telling whose numbers they are, of when and for whom.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis_lib import text
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.pages import PAGES, Card, State
from analysis_lib.report.document import Document, Section, Shown
from analysis_lib.report.workbook import document_xlsx


def tables_xlsx(cards: Iterable[Card], state: State, edition: Edition, *, place: str) -> bytes:
    """The workbook of the cards that have a table."""
    prepared, page = edition.prepared, PAGES[state.page]
    cutoff = prepared.seminar.cutoff
    masthead = {
        "title": page.title,
        "kicker": place,
        "municipality": edition.catalog.settings.authority_name,
        "lines": [page.question, *([f"Uppgifter till och med {text.date(cutoff)}."] if cutoff else [])],
    }
    made = prepared.imported or cutoff
    seal = {"audience": prepared.audience, "made": made.isoformat() if made else ""}
    shown = [Shown(card.block.kind, card.block.data) for card in cards if has_table(card)]
    return document_xlsx(
        Document(Section(parts=[Shown("masthead", masthead), *shown, Shown("seal", seal)]), ())
    )


def has_table(card: Card) -> bool:
    """Whether there is anything in the card to download."""
    return card.block.kind == "table" or bool(card.block.data.get("table"))
