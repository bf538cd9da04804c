"""The quality year itself: årshjul, documents, who has documented what, handbooks (floor 7)."""

from __future__ import annotations

from collections.abc import Mapping

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.present.publication import publication_table
from analysis_lib.register.kinds.documents import (
    STEPS,
    Document,
    DraftComment,
    HandbookDecision,
    SignOff,
)
from analysis_lib.register.views.coverage import PARTS, coverage
from analysis_lib.register.views.documents import answer, document_index, publication_matrix, validity
from analysis_lib.register.views.handbooks import change_log, comment_rounds, handbook_in_force
from analysis_lib.register.views.sign_offs import Chain, bottlenecks, chains
from analysis_lib.report.words.shapes import Cell, answers_block, day, paragraph, words_table
from analysis_lib.report.words.told import Told
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.questions import Handbook, load_handbooks

_YEARS = 3
_NOT_DECIDED: Cell = ("no_data", "Inte beslutad")
_WAITS: Mapping[str, str] = {
    "team": "att arbetslaget ska bli klart",
    "principal": "att rektor ska bli klar",
    "administration": "att förvaltningen ska ta emot rapporten",
    "board": "att nämnden ska behandla rapporten",
}
_STEP_NAMES: Mapping[str, str] = {
    "team": "Arbetslaget klart",
    "principal": "Rektor klar",
    "administration": "Förvaltningen har tagit emot",
    "board": "Nämnden har behandlat",
}


def _years(told: Told) -> list[str]:
    last = SchoolYear.parse(told.school_year)
    return [str(last.plus(-back)) for back in reversed(range(_YEARS))]


def wheel(told: Told) -> list[Block]:
    """The årshjul of the läsår that goes on, with what is late and what comes next (M3)."""
    from analysis_lib.register.rhythm import wheel_year
    from analysis_lib.report.wheel_page import wheel_block

    return [wheel_block(wheel_year(told.workspace, today=told.today.isoformat()))]


def publications(told: Told) -> list[Block]:
    """Läsår × verksamhetsanalys 1–3 × rapport and presentation, with the missing ones (M7)."""
    found = told.every(Document)
    if not found:
        return []
    return [
        publication_table(publication_matrix(found, _years(told), has_internal=told.audience == "internal"))
    ]


def documents(told: Told) -> list[Block]:
    """What is valid now: statistics first, then other documents (B12)."""
    index = document_index(told.every(Document), on=told.today)
    lines: list[list[Cell]] = [
        [one.entry.name, kind, one.entry.owner, day(one.entry.valid_from), one.entry.diary_number]
        for kind, found in (("Statistik", index.statistics), ("Dokument", index.documents))
        for one in found
        if not one.entry.series
    ]
    heads = ["Namn", "Slag", "Ansvarig", "Gäller från", "Diarienummer"]
    return [words_table("gallande", "Dokument som gäller nu.", heads, lines)] if lines else []


def questions_of_residents(told: Told) -> list[Block]:
    """Where is the old plan, and is it valid? (S9)"""
    found = told.every(Document)
    by_thing = {one.thing: one for one in found}
    old = [one for one in found if validity(one.entry, on=told.today) in ("replaced", "expired")]
    asked = [(f"Gäller {one.entry.name}?", answer(one, by_thing, on=told.today).told, "") for one in old]
    return [answers_block(asked)] if asked else []


def coverage_matrix(told: Told) -> list[Block]:
    """Level × unit × läsår × part of the quality work: what is documented and what is missing (M1)."""
    years = _years(told)[-2:]
    units = {told.code: told.unit} if told.unit else told.own_units
    records = [] if told.reading is None else told.reading.current()
    cells = coverage(records, units, school_years=years)
    empty = [
        year for year in years if not any(c.is_documented for c in cells if c.school_year == year and c.unit)
    ]
    cells = [cell for cell in cells if cell.school_year not in empty]
    places = dict.fromkeys((c.school_year, c.level, c.unit) for c in cells if told.unit is None or c.unit)
    lines: list[list[Cell]] = []
    missing = 0
    for year, level, unit in places:
        mine = {c.part: c for c in cells if (c.school_year, c.level, c.unit) == (year, level, unit)}
        marks: list[Cell] = [
            ("reached", "Dokumenterat") if mine[part].is_documented else ("no_data", "Saknas")
            for part in PARTS
        ]
        missing += sum(not mine[part].is_documented for part in PARTS)
        lines.append([told.names.get(unit, unit), year, *marks])
    heads = ["Enhet", "Läsår", *(text.capitalised(words) for words in PARTS.values())]
    caption = "Det systematiska kvalitetsarbetet: vad som är dokumenterat."
    foot = f"{text.capitalised(text.count_word(missing))} rutor saknar dokumentation." if missing else ""
    foot += f" Läsåret {text.listing(empty)} har inget skrivits om enheterna." if empty else ""
    return [words_table("tackning", caption, heads, lines, foot=foot.strip())] if lines else []


def status_chain(told: Told) -> list[Block]:
    """AL → RE → FÖ → NÄ for the unit's report; for the huvudman every unit and where it waits (F12)."""
    found = [chain for chain in chains(told.every(SignOff), told.own_units, school_year=told.school_year)]
    found = [chain for chain in found if told.unit is None or chain.unit == told.code]
    if not any(chain.dates for chain in found):
        return []
    lines: list[list[Cell]] = [
        [told.names[chain.unit], *(_step(chain, step) for step in STEPS)] for chain in found
    ]
    heads = ["Enhet", *(_STEP_NAMES[step] for step in STEPS)]
    late = [] if told.unit else bottlenecks(found, today=told.today)
    foot = " ".join(
        f"{text.capitalised(_units(len(one.units)))} väntar på {_WAITS[one.step]}." for one in late
    )
    return [words_table("statuskedja", "Rapportens väg.", heads, lines, foot=foot)]


def _units(count: int) -> str:
    return "en enhet" if count == 1 else f"{text.count_word(count)} enheter"


def _step(chain: Chain, step: str) -> Cell:
    if step in chain.dates:
        return ("reached", day(chain.dates[step]))
    return ("ongoing", "Väntar") if chain.waits_for == step else ("no_data", "Inte än")


def handbook_log(told: Told) -> list[Block]:
    """Every version of the handbooks, what it changed, and the rounds of comments behind it (M2, G12)."""
    books, decisions = load_handbooks(told.workspace), told.every(HandbookDecision)
    names = dict.fromkeys(book.handbook for book in books.values())
    lines: list[list[Cell]] = []
    for name in names:
        title = next(book.title for book in books.values() if book.handbook == name)
        in_force = handbook_in_force(books, name, on=told.today, decisions=decisions)
        for change in change_log(books, name, decisions):
            added = f"Nytt: {text.listing(list(change.added))}." if change.added else ""
            gone = f"Borta: {text.listing(list(change.removed))}." if change.removed else ""
            told_of = " ".join(filter(None, (change.changes, added, gone)))
            is_in_force = in_force is not None and change.version == in_force.version
            state: Cell = ("reached", "Gäller") if is_in_force else "" if change.decided_on else _NOT_DECIDED
            lines.append(
                [f"{title} {change.version}", day(change.decided_on), change.decided_by, told_of, state]
            )
    heads = ["Handbok", "Beslutad", "Av", "Ändrat", "Läge"]
    blocks = [words_table("handbocker", "Handböckernas versioner.", heads, lines)]
    rounds: list[list[Cell]] = [
        [
            f"{name} {r.version}, omgång {r.round}",
            c.entry.comment,
            c.entry.response or ("ongoing", "Väntar på svar"),
        ]
        for name in names
        for r in comment_rounds(told.every(DraftComment), handbook=name)
        for c in r.comments
    ]
    if rounds:
        blocks.append(
            words_table("synpunkter", "Synpunkter på utkasten.", ["Omgång", "Synpunkt", "Svar"], rounds)
        )
    return blocks


def definitions(told: Told) -> list[Block]:
    """The handbook's words and what they mean."""
    book: Handbook | None = load_handbooks(told.workspace).get(f"{told.handbook}-{told.handbook_version}")
    lines: list[list[Cell]] = [[one.term, one.text] for one in book.definitions] if book else []
    return [words_table("ord", "Ord i rapporten.", ["Ord", "Betyder"], lines)] if lines else []


def structure(told: Told) -> list[Block]:
    """One page that tells all staff how the figures and the words go from class to nämnd and back (G13)."""
    steps: list[list[Cell]] = [
        [
            "Klassen och läraren",
            "Omdömen, prov och betyg; vad vi ser i undervisningen",
            "Arbetslagets analys",
        ],
        ["Årskullen och arbetslaget", "Samma mått för alla klasser i årskullen", "Rektors rapport"],
        ["Skolan och rektor", "Samma mått för skolan, med mål och jämförelse", "Ledningsgruppens seminarium"],
        ["Ledningsgruppen", "Samma mått för alla enheter, aldrig rangordnade", "Verksamhetsanalysen"],
        ["Nämnden", "Samma mått för kommunen, och beslut", "Beslut och återkoppling till skolan"],
    ]
    heads = ["Vem", "Vad vi tittar på", "Vart det går"]
    told_in_words = "Siffran räknas ut en gång, på samma sätt på alla nivåer, och kommer tillbaka samma väg."
    return [
        words_table("vagen", "Vägen från klassrum till nämnd och tillbaka.", heads, steps),
        paragraph(told_in_words),
    ]
