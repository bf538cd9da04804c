"""D4 Röster: what surveys, interviews and the other sources say, for the viewer's own units (floor 8).

The figures are the reports' own. Themes and quotes come from the register: quotes only with consent, searched
for names once more before they are shown, and for a nämnd only where enough people have spoken.
"""

from __future__ import annotations

from analysis_lib import text
from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.own_entries import seen
from analysis_lib.dashboards.pages import Card, State
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import gap_block
from analysis_lib.register import Reading
from analysis_lib.register.free_text import WorkspaceScanner
from analysis_lib.register.kinds.voices import Interview, Judgement, ThemeNote
from analysis_lib.register.views.voices import ThemeCount, theme_counts
from analysis_lib.report.context import Report
from analysis_lib.report.words.analysis import triangle_table
from analysis_lib.report.words.shapes import words_table
from analysis_lib.report.words.told import LEAST_PEOPLE
from analysis_lib.vocabulary.questions import load_codebooks

ROLES = {
    "pupil": "Elever",
    "child": "Barn",
    "guardian": "Vårdnadshavare",
    "staff": "Personal",
    "leadership": "Skolledning",
}
_MOST_QUOTES = 6


def survey_cards(report: Report, state: State) -> list[Card]:
    """The chosen survey: who answered, answers, index and its line; the first with answers when none is."""
    family = state.survey or next(iter(report.answered_surveys()), "")
    if not family or family not in report.answered_surveys():
        what = f"Enkäten har inga svar att visa för {report.scope.name}"
        names = text.listing(list(report.answered_surveys().values()))
        remedy = f"Välj en annan enkät: {names}." if names else ""
        return [Card("svar", gap_block(what, "Den är inte gjord här, eller så har för få svarat.", remedy))]
    cards = [
        Card("svarsfrekvens", report.survey_response(), 5),
        Card("index", report.survey_index(family), 7),
    ]
    for at, block in enumerate(report.kept_bars(family), start=1):
        cards.append(Card(f"fordelning-{at}", block, 12))
    for at, block in enumerate(report.kept_trends(family), start=1):
        cards.append(Card(f"utveckling-{at}", block, 12))
    return cards


def voice_cards(state: State, rights: Rights, edition: Edition, register: Reading) -> list[Card]:
    """The matrix of sources, the themes of interviews and focus groups, and quotes."""
    judged = seen(register, Judgement, state, rights, edition)
    judged = [one for one in judged if one.school_year == state.school_year]
    units = {code: unit.name for code, unit in edition.prepared.units.items() if rights.may_see(code)}
    chosen = {state.unit: units[state.unit]} if state.unit else units
    matrix = triangle_table(judged, chosen, is_one=bool(state.unit))
    why = "En bedömning per område och källa skrivs in i registret av dem som arbetar med underlaget."
    nothing = f"Inga bedömningar är skrivna för läsåret {state.school_year}"
    return [
        Card("kallor", matrix or gap_block(nothing, why, "")),
        *_themes(state, rights, edition, register),
    ]


def _themes(state: State, rights: Rights, edition: Edition, register: Reading) -> list[Card]:
    interviews = [
        one
        for one in seen(register, Interview, state, rights, edition)
        if one.school_year == state.school_year
    ]
    notes = seen(register, ThemeNote, state, rights, edition)
    least = 0 if rights.audience == "internal" else LEAST_PEOPLE
    counts = [
        count
        for book in load_codebooks(edition.workspace).values()
        for count in theme_counts(book, interviews, notes)
        if count.people >= least
    ]
    if not counts:
        what = f"Inga intervjuer eller fokusgrupper är skrivna för läsåret {state.school_year}"
        return [Card("teman", gap_block(what, "Anteckningarna skrivs i registret, utan namn.", ""))]
    lines = [[one.name, ROLES.get(one.role, one.role), f"{one.interviews} av {one.of}"] for one in counts]
    heads = ["Tema", "Vem", "Samtal där det togs upp"]
    table = words_table("teman", "Teman i intervjuer och fokusgrupper.", heads, lines)
    quotes = _quotes(counts, WorkspaceScanner(edition.workspace))
    return [Card("teman", table, 6), *([Card("citat", quotes, 6)] if quotes else [])]


def _quotes(counts: list[ThemeCount], scan: WorkspaceScanner) -> Block | None:
    """Quotes with consent that point out nobody."""
    said = {quote: one for one in counts for quote in one.quotes if not scan(quote, people=True)}
    told = [
        {
            "heading": f"”{quote}”",
            "text": "",
            "lines": [
                {"term": "Röst", "text": ROLES.get(one.role, one.role)},
                {"term": "Tema", "text": one.name},
            ],
        }
        for quote, one in said.items()
    ]
    if not told:
        return None
    return Block("cards", {"heading": "Citat ur samtalen", "items": told[:_MOST_QUOTES]})
