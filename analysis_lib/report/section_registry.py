"""The one registry of sections behind the rektor's report, the plans and the huvudman's plan (floor 7).

A handbook (``params/handbook``) says which sections a version has, with headings, guiding questions and
sub-headings; this registry says what stands in each. All these reports are built from it, so their structure
cannot differ, and an old report is read in its own version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.register.kinds.goals import AnalysisStep
from analysis_lib.register.kinds.measures import ImprovementArea, Measure
from analysis_lib.register.kinds.seminars import Answer
from analysis_lib.report.words.shapes import answers_block, paragraph, words_table
from analysis_lib.report.words.told import Told
from analysis_lib.vocabulary.questions import Handbook, HandbookSection, Prompt, prompts


class Chapters(Protocol):
    """What a report must be able to draw for its chapters."""

    @property
    def told(self) -> Told: ...

    def drawn_about(self) -> Block: ...
    def drawn_results(self) -> list[Block]: ...
    def drawn_teaching(self) -> list[Block]: ...
    def drawn_cohorts(self) -> list[Block]: ...
    def drawn_safety(self) -> list[Block]: ...
    def drawn_followed(self) -> list[Block]: ...
    def told_words(self, *names: str, gap: str = "") -> list[Block]: ...


Content = Callable[[Chapters], list[Block]]
# Where a heading's answer is taken from when nobody has answered it in the report itself: the läsår's
# skolanalys or nulägesanalys, by the first word of the heading.
_FROM_ANALYSIS: Mapping[str, tuple[str, str]] = {
    "vad-ser-vi": ("resultat", "deviation"),
    "tillfalligt-eller-trend": ("trend", "statistics"),
    "orsaker": ("orsaker", "causes"),
    "vad-beror-det-pa": ("orsaker", "causes"),
    "vad-sager-andra-kallor": ("", "other_sources"),
    "slutsats": ("forvantad", "conclusion"),
    "atgard": ("insatser", "measures"),
    "vad-gor-vi-nu": ("insatser", "measures"),
}


def structure(book: Handbook) -> list[tuple[str, str, tuple[str, ...]]]:
    """A handbook's sections as id, heading and the headings to answer under, in order."""
    return [(one.id, one.heading, tuple(p.words for p in prompts(one))) for one in book.sections]


def structural_difference(one: Handbook, other: Handbook) -> list[str]:
    """Sections of ``one`` that ``other`` lacks or asks otherwise: none when the two agree (G11)."""
    theirs = {section: (heading, asked) for section, heading, asked in structure(other)}
    return [
        section
        for section, heading, asked in structure(one)
        if theirs.get(section, ("", ()))[1] != asked or theirs[section][0] != heading
    ]


def own_text(told: Told, prompt: Prompt) -> tuple[str, str]:
    """What the rektor wrote under a heading and where: in the report, the skolanalys or the nulägesanalys."""
    name = prompt.id.split(".", 1)[1]
    book = f"{told.handbook}-{told.handbook_version}"
    answers = [a for a in told.mine(Answer) if a.unit == told.code and a.entry.text.strip()]
    for answer in reversed(answers):
        if (answer.entry.question_set, answer.entry.question) == (book, prompt.id):
            return answer.entry.text, ""
    if prompt.section != "resultat" or told.unit is None:
        return "", ""
    question, step = _FROM_ANALYSIS.get(name, ("", ""))
    for answer in reversed(answers):
        if question and answer.entry.question == question:
            return answer.entry.text, "Ur läsårets skolanalys"
    for found in told.mine(AnalysisStep):
        if step and found.entry.step == step and found.entry.text.strip():
            return found.entry.text, "Ur nulägesanalysen"
    return "", ""


def answers(told: Told, section: HandbookSection) -> list[Block]:
    """The section's headings with the rektor's own words."""
    found = [(p.words, *own_text(told, p)) for p in prompts(section)]
    return [answers_block(found)] if found else []


@dataclass(frozen=True)
class Missing:
    """Something the report still lacks, for the rektor: which section and what to do."""

    section: str
    what: str


def missing_parts(told: Told, book: Handbook) -> list[Missing]:
    """What a thin analysis lacks (G9): texts, a cause, a measure, evidence. Empty when the report is done."""
    found: list[Missing] = []
    for section in book.sections:
        empty = [p.words for p in prompts(section) if not own_text(told, p)[0].strip()]
        found += [Missing(section.heading, f"Skriv något under ”{words}”") for words in empty]
    measures = [m.entry for m in told.mine(Measure) if m.unit == told.code]
    found += [
        Missing("Förra årets åtgärder", f"Skriv vad åtgärden ”{m.what}” ledde till")
        for m in measures
        if m.state != "ended"
    ]
    areas = [a for a in told.mine(ImprovementArea, school_year=None) if a.school_year >= told.school_year]
    linked = {m.entry.area for m in told.every(Measure)}
    found += [
        Missing("Förbättringsområden", f"{a.entry.area} har ingen åtgärd än")
        for a in areas
        if a.thing not in linked
    ]
    found += [
        Missing("Förbättringsområden", f"Skriv hur ni ser att ”{m.what}” gör skillnad: en indikator")
        for m in measures
        if not m.indicator.strip()
    ]
    return found


def missing_block(told: Told, book: Handbook) -> list[Block]:
    """The kind list of what is left to do, or that the report is whole, as a section of its own."""
    found = missing_parts(told, book)
    head = Block("section", {"heading": "Kvar att göra", "text": ""})
    if not found:
        return [head, paragraph("Rapporten är fullständig: text, orsak, åtgärd och underlag finns överallt.")]
    lines = [[one.section, one.what] for one in found]
    return [
        head,
        words_table("kvar", "Det här fattas innan rapporten är fullständig.", ["Avsnitt", "Att göra"], lines),
    ]


def state_block(told: Told, book: Handbook) -> Block:
    """Whether the report is whole, in one sentence for the first page."""
    left = len(missing_parts(told, book))
    if not left:
        return paragraph("Rapporten är fullständig.")
    things, they = ("sak", "Den") if left == 1 else ("saker", "De")
    return paragraph(
        f"Rapporten är ofullständig: {text.count_word(left)} {things} är kvar att göra. {they} står sist."
    )


CONTENT: Mapping[str, Content] = {
    "forutsattningar": lambda report: [report.drawn_about()],
    "resultat": lambda report: report.drawn_results(),
    "undervisning": lambda report: [
        *report.drawn_teaching(),
        *report.told_words("teaching", "routines", gap="teaching"),
    ],
    "arskullar": lambda report: report.drawn_cohorts(),
    "trygghet": lambda report: [*report.drawn_safety(), *report.told_words("triangle")],
    "forra-aret": lambda report: report.drawn_followed(),
    "forbattring": lambda report: report.told_words("areas", "planned", gap="areas"),
    "atgarder": lambda report: [*report.drawn_followed(), *report.told_words("areas")],
    "behov": lambda report: report.told_words("needs", gap="needs"),
    "prioriterade": lambda report: report.told_words("priority_areas", gap="priority_areas"),
    "mal": lambda report: report.told_words("goal_tree", "national_goals", gap="goal_tree"),
}


def chapter(report: Chapters, section: HandbookSection) -> list[Block]:
    """Heading, guiding questions, what the registry puts there, and the rektor's words."""
    asked = " ".join(section.questions) if section.sub_headings else ""
    head = Block("section", {"heading": section.heading, "text": asked})
    content = CONTENT.get(section.id)
    return [head, *(content(report) if content else []), *answers(report.told, section)]


def chapters_of(book: Handbook, wanted: Sequence[str]) -> list[HandbookSection]:
    """The sections of a version among those asked for, in the handbook's own order; none asked: all."""
    return [section for section in book.sections if not wanted or section.id in wanted]
