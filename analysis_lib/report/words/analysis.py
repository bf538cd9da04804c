"""What schools answered, concluded and promised: analyses, resultatsamtal, seminars (floor 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.register import Record
from analysis_lib.register.kinds.goals import AnalysisStep
from analysis_lib.register.kinds.measures import Measure, Promise
from analysis_lib.register.kinds.seminars import (
    AnalysisSeminar,
    Answer,
    Decision,
    PeerFeedback,
    ResultTalk,
    SchoolAnalysis,
)
from analysis_lib.register.kinds.voices import Interview, Judgement, ThemeNote
from analysis_lib.register.views.promises import analysis_status, carried_promises, talk_pack, talks
from analysis_lib.register.views.seminars import seminar_packs
from analysis_lib.register.views.voices import TriangleRow, theme_counts, triangulation, unknown_codes
from analysis_lib.report.words.labels import label
from analysis_lib.report.words.shapes import Cell, answers_block, cards_block, day, paragraph, words_table
from analysis_lib.report.words.told import LEAST_PEOPLE, Told
from analysis_lib.vocabulary.questions import load_codebooks, load_question_sets, question_set

STEP_QUESTIONS: Mapping[str, str] = {
    "collect": "Samla ihop: vilka resultat och underlag har vi?",
    "focus": "Fokusera: vad behöver vi förstå först?",
    "deviation": "Beskriv avvikelsen: vad är annorlunda än vi väntade?",
    "statistics": "Granska statistiken: tillfällig variation eller trend?",
    "causes": "Föreslå orsaker: finns det en första förklaring att ifrågasätta?",
    "other_sources": "Addera annan information: vad säger andra källor?",
    "pattern": "Sök mönster: hänger det ihop med struktur, process eller resultat?",
    "conclusion": "Dra slutsatser: vad händer om inget görs?",
    "measures": "Föreslå åtgärder: vad ledde tidigare åtgärder till?",
    "document": "Dokumentera: var finns det skrivet, och vem vet om det?",
}
_PROMISES: Mapping[str, Cell] = {
    "open": ("ongoing", "Öppet"),
    "kept": ("reached", "Infriat"),
    "partly": ("ongoing", "Delvis infriat"),
    "not_kept": ("not_reached", "Inte infriat"),
}
_TALKS: Mapping[str, Cell] = {
    "held": ("reached", "Hållet"),
    "held_late": ("reached", "Hållet, sent"),
    "waiting": ("ongoing", "Väntar"),
    "overdue": ("overdue", "Försenat"),
}
VERDICTS: Mapping[str, Cell] = {
    "reached": ("reached", "Nått"),
    "ongoing": ("ongoing", "På väg"),
    "not_reached": ("not_reached", "Inte nått"),
    "no_data": ("no_data", "Underlag saknas"),
}
_SOURCES = {
    "results": "Betyg och prov",
    "survey": "Enkät",
    "interview": "Intervju",
    "focus_group": "Fokusgrupp",
    "self_rating": "Självskattning",
    "inspection": "Tillsyn",
}


def steps(told: Told) -> list[Block]:
    """The ten steps of the nulägesanalys with what the school wrote; empty steps say so (S1, R12)."""
    written: dict[str, str] = {step.entry.step: step.entry.text for step in told.mine(AnalysisStep)}
    asked = [(question, written.get(name, ""), "") for name, question in STEP_QUESTIONS.items()]
    missing = sum(not written.get(name, "").strip() for name in STEP_QUESTIONS)
    state = f"{text.capitalised(text.count_word(missing))} av tio steg är inte besvarade." if missing else ""
    return [*([paragraph(state)] if state else []), answers_block(asked)]


def _newest_analysis(told: Told) -> Record[SchoolAnalysis] | None:
    found = sorted(told.mine(SchoolAnalysis), key=lambda one: one.entry.held_on)
    return found[-1] if found else None


def school_answers(told: Told) -> list[Block]:
    """The answers of the läsår's latest skolanalys, question by question in its own set (S5, S6)."""
    analysis = _newest_analysis(told)
    if analysis is None:
        return []
    asked = question_set(told.workspace, analysis.entry.question_set)
    status = analysis_status(analysis, asked, told.mine(Answer), told.mine(PeerFeedback))
    answers = {one.entry.question: one.entry.text for one in status.answers}
    held = f"Skolanalysen redovisades {text.date(analysis.entry.held_on)}"
    before = f" för {text.listing([text.uncapitalised(p) for p in analysis.entry.presented_to])}"
    left = [question.text for question in status.unanswered]
    told_left = f" Obesvarat: {' '.join(left)}" if left else ""
    blocks = [paragraph(f"{held}{before if analysis.entry.presented_to else ''}.{told_left}")]
    blocks.append(answers_block([(q.text, answers.get(q.id, ""), q.section) for q in asked.questions]))
    return blocks


def peer_feedback(told: Told) -> list[Block]:
    """What a colleague said of the skolanalys; inside only (S5)."""
    analysis = _newest_analysis(told)
    found = [f.entry for f in told.mine(PeerFeedback) if analysis and f.entry.analysis == analysis.thing]
    return [
        answers_block(
            [
                ("Det starka", f.strong, ""),
                ("Det jag undrar", f.wonder, ""),
                ("Det jag skulle pröva", f.advice, ""),
            ]
        )
        for f in found
    ]


def promises(told: Told) -> list[Block]:
    """What was promised in the skolanalys and what became of it; late ones are named (S7)."""
    found = told.mine(Promise, school_year=None)
    found = [p for p in found if p.school_year >= told.school_year]
    if not found:
        return []
    lines: list[list[Cell]] = []
    for promise in found:
        entry = promise.entry
        late = entry.state == "open" and entry.due < told.today
        state: Cell = ("overdue", "Försenat") if late else _PROMISES[entry.state]
        lines.append(
            [
                *([] if told.unit else [told.names.get(promise.unit, promise.unit)]),
                entry.text,
                f"{promise.school_year} {label(entry, 'round')}",
                f"{entry.responsible}, {day(entry.due)}",
                state,
                entry.outcome,
            ]
        )
    heads = ["Löfte", "Skolanalys", "Ansvarig, senast", "Läge", "Vad det blev"]
    heads = heads if told.unit else ["Enhet", *heads]
    return [words_table("loften", "Löften i skolanalyserna.", heads, lines)]


def carried_on(told: Told) -> list[Block]:
    """Promises that the next skolanalys must come back to."""
    left = carried_promises(told.mine(Promise, school_year=None), unit=told.code, before=told.today)
    if not left:
        return [paragraph("Alla löften är infriade. Inget följer med till nästa skolanalys.")]
    listed = " ".join(dict.fromkeys(f"{one.entry.text.rstrip('.')}." for one in left))
    return [paragraph(f"Följer med till nästa skolanalys: {listed}")]


def result_talks(told: Told) -> list[Block]:
    """The resultatsamtal: when each should be and whether it was held (S7)."""
    analyses = told.mine(SchoolAnalysis, school_year=None)
    analyses = [a for a in analyses if a.school_year >= told.school_year]
    found = talks(analyses, told.every(ResultTalk), today=told.today)
    if not found:
        return []
    lines: list[list[Cell]] = [
        [
            *([] if told.unit else [told.names.get(t.analysis.unit, t.analysis.unit)]),
            day(t.analysis.entry.held_on),
            f"{day(t.due)}, senast {day(t.latest)}",
            day(t.held.entry.held_on) if t.held else "",
            _TALKS[t.state],
        ]
        for t in found
    ]
    heads = ["Skolanalys", "Samtalet bör hållas", "Hölls", "Läge"]
    heads = heads if told.unit else ["Enhet", *heads]
    return [words_table("samtal", "Resultatsamtal, två månader efter skolanalysen.", heads, lines)]


def talk_status(told: Told) -> list[Block]:
    """How the measures that the promises point to stand."""
    analyses = talks(told.mine(SchoolAnalysis), told.every(ResultTalk), today=told.today)
    by_thing = {m.thing: m for m in told.every(Measure)}
    packs = [talk_pack(t, told.every(Promise), by_thing, today=told.today) for t in analyses]
    found = {m.thing: m.entry for pack in packs for m in pack.measures}
    lines: list[list[Cell]] = [
        [
            entry.what,
            text.capitalised(label(entry, "state")),
            f"{entry.responsible}, {day(entry.deadline)}",
            entry.result or ("no_data", "Inget resultat än"),
        ]
        for entry in found.values()
    ]
    heads = ["Åtgärd", "Läge", "Ansvarig, frist", "Resultat"]
    return [words_table("status", "Åtgärderna bakom löftena.", heads, lines)] if lines else []


def talk_news(told: Told) -> list[Block]:
    """New results told in the latest talk."""
    found = sorted(told.mine(ResultTalk), key=lambda one: one.entry.held_on)
    return [paragraph(found[-1].entry.new_results)] if found and found[-1].entry.new_results else []


def next_steps(told: Told) -> list[Block]:
    """What the latest talk agreed on."""
    found = sorted(told.mine(ResultTalk), key=lambda one: one.entry.held_on)
    if not found:
        return []
    entry = found[-1].entry
    who = text.listing([text.uncapitalised(one) for one in entry.participants])
    return [
        paragraph(f"{entry.next_steps.rstrip('.')}. Samtalet hölls {text.date(entry.held_on)} med {who}.")
    ]


def seminars(told: Told) -> list[Block]:
    """The läsår's seminars per ledningsgrupp: held or not, decisions, measures (M5)."""
    sets = load_question_sets(told.workspace)
    packs = seminar_packs(
        told.catalog.groups,
        told.units,
        sets,
        told.every(AnalysisSeminar),
        told.every(Decision),
        told.every(Measure),
        school_year=told.school_year,
    )
    if not any(pack.is_held for pack in packs):
        return []
    lines: list[list[Cell]] = [
        [
            f"{told.catalog.groups[pack.group].name}, seminarium {pack.round}",
            day(pack.seminar.entry.held_on) if pack.seminar else "",
            ("reached", "Hållet") if pack.is_held else ("no_data", "Inte hållet"),
            " ".join(one.entry.text for one in pack.decisions),
            str(len(pack.decisions_without_measures)) if pack.decisions else "",
        ]
        for pack in packs
    ]
    heads = ["Seminarium", "Datum", "Läge", "Beslut", "Beslut utan åtgärd"]
    return [words_table("seminarier", f"Analysseminarier läsåret {told.school_year}.", heads, lines)]


def seminar_questions(told: Told) -> list[Block]:
    """The questions of the seminar's set, to be answered around the table."""
    asked = question_set(told.workspace, told.question_set)
    return [Block("questions", {"heading": asked.title, "items": [q.text for q in asked.questions]})]


def triangle(told: Told) -> list[Block]:
    """Area × source of evidence with disagreements flagged (F2); for the huvudman unit by unit."""
    codes = [told.code] if told.unit else list(told.own_units)
    found = triangle_table(
        told.mine(Judgement), {code: told.names[code] for code in codes}, is_one=told.unit is not None
    )
    return [found] if found else []


def triangle_table(
    judged: Iterable[Record[Judgement]], units: Mapping[str, str], *, is_one: bool
) -> Block | None:
    """What six kinds of evidence say of each area; ``units`` are names by code, left out when ``is_one``."""
    found = list(judged)
    lines: list[list[Cell]] = []
    for code, name in units.items():
        for line in triangulation(one for one in found if one.unit == code):
            verdicts = [VERDICTS[line.verdicts[source]] for source in _SOURCES]
            apart: Cell = _apart(line) if line.disagrees else ""
            lines.append([*([] if is_one else [name]), line.area, *verdicts, apart])
    if not lines:
        return None
    heads = ["Område", *_SOURCES.values(), "Källorna"]
    heads = heads if is_one else ["Enhet", *heads]
    note = {
        "term": "Oeniga",
        "text": "En källa säger nått och en annan inte nått: sök orsaken innan ni drar en slutsats.",
    }
    return words_table("kallor", "Vad olika källor säger om samma område.", heads, lines, notes=[note])


def _apart(line: TriangleRow) -> Cell:
    """Which sources say the highest and the lowest; none when it is the voices of one source that differ."""
    said = [_SOURCES[source].lower() for source in line.spread]
    return "uncertain", f"Oeniga: {text.listing(said)}" if said else "Oeniga inom källan"


def voices(told: Told) -> list[Block]:
    """Themes of interviews and focus groups per role; quotes only by consent (F3, F4, B7)."""
    interviews, notes = told.mine(Interview), told.mine(ThemeNote)
    lines: list[list[Cell]] = []
    quotes: list[dict[str, object]] = []
    books = load_codebooks(told.workspace)
    for book in books.values():
        for count in theme_counts(book, interviews, notes):
            if told.audience != "internal" and count.people < LEAST_PEOPLE:
                continue
            lines.append([count.name, _role(count.role), f"{count.interviews} av {count.of}"])
            quotes += [
                {"heading": f"”{quote}”", "text": "", "lines": [{"term": "Röst", "text": _role(count.role)}]}
                for quote in count.quotes
            ]
    if not lines:
        return []
    heads = ["Tema", "Vem", "Samtal där det togs upp"]
    loose = unknown_codes(books, interviews, notes) if told.audience == "internal" else []
    foot = f"Inte räknade, för koden finns inte i kodboken: {text.listing(loose)}." if loose else ""
    blocks = [words_table("roster", "Teman i intervjuer och fokusgrupper.", heads, lines, foot=foot)]
    return [*blocks, *([cards_block(quotes[:6])] if quotes else [])]


def _role(role: str) -> str:
    words = {
        "pupil": "Elever",
        "child": "Barn",
        "guardian": "Vårdnadshavare",
        "staff": "Personal",
        "leadership": "Skolledning",
    }
    return words.get(role, role)
