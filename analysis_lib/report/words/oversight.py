"""Tillsyn, djupdykningar and the kvalitetsnämnd, shown by brist and unit, never by person (floor 7)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.register.kinds.inspection import DECISION_WORDS, Deficiency, InspectionCase
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.kinds.visits import GROUP_WORDS, BoardQuestion, Visit, VisitNote
from analysis_lib.register.views.inspections import CaseRow, case_rows, theme_units
from analysis_lib.register.views.visits import (
    AgendaPack,
    VisitStatus,
    agenda_pack,
    mandate_of,
    visit_coverage,
    waiting_questions,
)
from analysis_lib.report.words.shapes import Cell, answers_block, day, paragraph, words_table
from analysis_lib.report.words.told import Told
from analysis_lib.vocabulary.periods import SchoolYear

_UNANSWERED = "– Inget svar än"
_NOT_PUT = "Ur minnesanteckningen"
_STATES: Mapping[str, Cell] = {
    "overdue": ("overdue", "Försenad"),
    "open": ("ongoing", "Öppen"),
    "closed": ("reached", "Avslutad"),
}


def _cases(told: Told) -> list[CaseRow]:
    found = case_rows(
        told.every(InspectionCase), told.every(Deficiency), told.every(Measure), today=told.today
    )
    return [case for case in found if told.unit is None or case.case.unit == told.code]


def _form(case: CaseRow) -> str:
    """What the form was called then, and today when that is something else (rule R19)."""
    now = f" (numera {case.present_form})" if case.present_form != case.form else ""
    return f"{text.capitalised(case.form)}{now}"


def _listed(words: Sequence[str]) -> str:
    """``Studiero och lokaler``: a capital first only."""
    return text.capitalised(text.listing([text.uncapitalised(each) for each in words]))


def timeline(told: Told) -> list[Block]:
    """Open, overdue and closed cases on a line of time (F14–F17)."""
    from analysis_lib.present.charts.timeline import draw_timeline

    cases = _cases(told)
    return [draw_timeline(cases, told.names, told.setting, today=told.today)] if cases else []


def cases_by_state(told: Told, *states: str) -> list[Block]:
    """The general cases in these states: form, decision, deadline; individual ones are only counted."""
    cases = [case for case in _cases(told) if case.state in states]
    if not cases:
        return [paragraph("Inga ärenden här.")]
    lines: list[list[Cell]] = [
        [
            told.names.get(case.case.unit, case.case.unit),
            _form(case),
            text.capitalised(DECISION_WORDS[case.case.entry.decision]),
            day(case.case.entry.decided_on),
            day(case.due),
            _STATES[case.state],
        ]
        for case in cases
        if not case.is_individual
    ]
    hidden = sum(case.is_individual for case in cases)
    foot = f"{text.capitalised(text.count_word(hidden))} ärenden om enskilda visas inte." if hidden else ""
    heads = ["Enhet", "Form", "Beslut", "Beslutsdag", "Frist", "Läge"]
    caption = "Försenade ärenden." if states == ("overdue",) else "Öppna ärenden."
    return (
        [words_table(f"arenden-{states[0]}", caption, heads, lines, foot=foot)]
        if lines
        else [paragraph(foot)]
    )


def open_cases(told: Told) -> list[Block]:
    """Cases that wait for a result."""
    return cases_by_state(told, "open")


def late_cases(told: Told) -> list[Block]:
    """Cases past their deadline."""
    return cases_by_state(told, "overdue")


def deficiencies(told: Told) -> list[Block]:
    """Brist – åtgärd – resultat; nothing is closed without a result (F17)."""
    lines: list[list[Cell]] = [
        [
            row.area,
            told.names.get(case.case.unit, case.case.unit),
            row.deficiency.entry.deficiency,
            row.action or ("no_data", "Saknas"),
            row.result or ("no_data", "Resultat saknas"),
            _STATES[row.state],
        ]
        for case in _cases(told)
        if not case.is_individual
        for row in case.deficiencies
    ]
    heads = ["Bristområde", "Enhet", "Brist", "Åtgärd", "Resultat", "Läge"]
    return [words_table("brister", "Från brist till resultat.", heads, lines)] if lines else []


def themes(told: Told) -> list[Block]:
    """Units visited for the same theme, side by side by name and never by outcome (F16)."""
    cases = told.every(InspectionCase)
    found = dict.fromkeys(case.entry.theme.strip() for case in cases if case.entry.theme.strip())
    blocks: list[Block] = []
    for theme in found:
        lines: list[list[Cell]] = [
            [
                told.names.get(one.unit, one.unit),
                day(one.visited_on),
                text.capitalised(DECISION_WORDS[one.decision]),
                text.listing(list(one.areas)) if one.areas else "Inga brister",
                str(one.open_count),
            ]
            for one in theme_units(cases, told.every(Deficiency), theme=theme)
        ]
        if lines:
            heads = ["Enhet", "Besök", "Beslut", "Bristområden", "Öppna brister"]
            blocks.append(words_table(f"tema-{len(blocks) + 1}", f"Tema: {theme}.", heads, lines))
    return blocks


def visit(told: Told) -> list[Block]:
    """The unit's djupdykning in this mandatperiod: when, who took part, who was heard (S2)."""
    found = next((one for one in _visits(told) if one.unit == told.code), None)
    if found is None or found.visit is None:
        return []
    lines = _visit_lines(found, found.visit.entry)
    return [
        words_table("besok", f"Djupdykningen, mandatperioden {_mandate(told)}.", ["Fråga", "Svar"], lines)
    ]


def _mandate(told: Told) -> str:
    return mandate_of(told.today)


def _visits(told: Told) -> list[VisitStatus]:
    return visit_coverage(
        told.own_units, told.every(Visit), told.every(VisitNote), mandate=_mandate(told), today=told.today
    )


def _visit_lines(status: VisitStatus, entry: Visit) -> list[list[Cell]]:
    heard = text.listing([GROUP_WORDS[group] for group in entry.heard]) if entry.heard else ""
    missing = text.listing([GROUP_WORDS[group] for group in status.missing_groups])
    return [
        ["Planerad", day(entry.planned_on)],
        ["Genomförd", day(entry.held_on) if entry.held_on else ("ongoing", "Inte än")],
        ["Deltagare", text.listing(list(entry.participants)) if entry.participants else ""],
        ["Hörda grupper", text.capitalised(heard) if heard else ""],
        ["Inte hörda", ("no_data", text.capitalised(missing)) if missing else "Ingen"],
        ["Att rätta till", text.capitalised(text.listing(list(status.faults))) if status.faults else "Inget"],
    ]


def visit_notes(told: Told) -> list[Block]:
    """What was seen at the visit, with themes and decisions (S3)."""
    known = {v.thing for v in told.every(Visit) if v.unit == told.code and v.entry.mandate == _mandate(told)}
    notes = [n.entry for n in told.every(VisitNote) if n.entry.visit in known]
    return [
        answers_block(
            [
                ("Teman", _listed(note.themes), ""),
                ("Iakttagelser", note.observations, ""),
                ("Beslut", note.decisions or "Inga beslut.", ""),
                ("Diarienummer", note.diary_number, text.date(note.dated)),
            ]
        )
        for note in notes
    ]


def visit_questions(told: Told) -> list[Block]:
    """The visit's questions to the kvalitetsnämnd with their answers."""
    known = {v.thing for v in told.every(Visit) if v.unit == told.code}
    put = [q for q in told.every(BoardQuestion) if q.entry.visit in known]
    noted = [note for note in told.every(VisitNote) if note.entry.visit in known]
    found = [(q.entry.question, q.entry.answer, text.date(q.entry.meeting)) for q in put]
    found += [(question, "", _NOT_PUT) for _, question in waiting_questions(noted, put)]
    if not found:
        return [paragraph("Besöket ledde inte till någon fråga till kvalitetsnämnden.")]
    return [answers_block(found, missing=_UNANSWERED)]


def visits(told: Told) -> list[Block]:
    """Every unit's djupdykning in the mandatperiod, and what is missing (S2)."""
    lines: list[list[Cell]] = []
    for one in _visits(told):
        held = one.visit.entry.held_on if one.visit else None
        state: Cell = ("reached", "Genomförd") if one.is_done else ("ongoing", "Planerad")
        lines.append(
            [
                told.names[one.unit],
                day(held or (one.visit.entry.planned_on if one.visit else None)),
                state if one.visit else ("no_data", "Inget besök"),
                text.capitalised(text.listing([GROUP_WORDS[g] for g in one.missing_groups]))
                if one.missing_groups
                else "",
                text.capitalised(text.listing(list(one.faults))) if one.faults else "",
            ]
        )
    heads = ["Enhet", "Datum", "Läge", "Inte hörda", "Att rätta till"]
    has_any = any(one.visit for one in _visits(told))
    caption = f"Djupdykningar, mandatperioden {_mandate(told)}."
    return [words_table("djupdykningar", caption, heads, lines)] if has_any else []


def _agenda(told: Told) -> AgendaPack:
    first = datetime.date(SchoolYear.parse(told.school_year).start, 8, 1)
    return agenda_pack(
        told.every(Visit), told.every(VisitNote), told.every(BoardQuestion), since=first, meeting=told.today
    )


def since_last(told: Told) -> list[Block]:
    """Visits since the läsår began, with their themes (S4)."""
    pack = _agenda(told)
    notes = {note.entry.visit: note.entry for note in pack.notes}
    lines: list[list[Cell]] = [
        [
            told.names.get(one.unit, one.unit),
            day(one.entry.held_on),
            _listed(notes[one.thing].themes) if one.thing in notes else ("no_data", "Anteckning saknas"),
            notes[one.thing].observations if one.thing in notes else "",
        ]
        for one in pack.visits
    ]
    heads = ["Enhet", "Besök", "Teman", "Iakttagelser"]
    return [words_table("sedan-sist", "Djupdykningar sedan läsårets början.", heads, lines)] if lines else []


def board_questions(told: Told) -> list[Block]:
    """Open questions, then answered ones (S4)."""
    pack = _agenda(told)
    asked = [(told.names.get(q.unit, ""), q.entry) for q in (*pack.open_questions, *pack.answered)]
    found = [(f"{e.question} ({name})", e.answer, text.date(e.meeting)) for name, e in asked]
    found += [
        (f"{question} ({told.names.get(note.unit, '')})", "", _NOT_PUT) for note, question in pack.from_notes
    ]
    return [answers_block(found, missing=_UNANSWERED)] if found else []


def board_follow_up(told: Told) -> list[Block]:
    """What the kvalitetsnämnd follows up."""
    found = [q.entry for q in _agenda(told).follow_up]
    lines: list[list[Cell]] = [
        [
            q.follow_up,
            day(q.follow_up_due),
            ("overdue", "Försenad")
            if q.follow_up_due and q.follow_up_due < told.today
            else ("ongoing", "Pågår"),
        ]
        for q in found
    ]
    heads = ["Följs upp", "Senast", "Läge"]
    return (
        [words_table("foljs-upp", "Att följa upp.", heads, lines)]
        if lines
        else [paragraph("Inget väntar på uppföljning.")]
    )
