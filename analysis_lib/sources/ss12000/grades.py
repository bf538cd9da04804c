"""Grades of an SS 12000 system as rows of the simple table of grades, which then judges them (floor 3).

A correction replaces what it corrects, a test (prövning) and a course of another school form are left out
with a word, and everything else meets the same rules as a file: identity, unit, subject, grade, doubles.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from analysis_lib.sources.shapes import Message, ReadContext, Sheet, TableResult
from analysis_lib.sources.simple_grades import SimpleGrades
from analysis_lib.sources.ss12000.client import Item, Ss12000, reference
from analysis_lib.sources.ss12000.people import Register

_HEADER = ["Personnummer", "Namn", "Skolenhetskod", "Klass", "Kön", "Ämne", "Betyg", "Termin"]
_LANGUAGE = re.compile(r"(M1|M2|ML)[A-ZÅÄÖ]{0,3}")
_LEFT_OUT = {
    "other-form": "{n} betyg i skolformer som inte läses här räknas inte.",
    "trial": "{n} betyg efter prövning räknas inte: betygen mäts före prövning.",
    "corrected": "{n} betyg är ersatta av en senare ändring eller rättelse.",
}
ADAPTED = "3"  # SCB's code: anpassad studiegång


def grades_result(
    grades: list[Item], syllabuses: list[Item], register: Register, *, source: Ss12000, context: ReadContext
) -> TableResult:
    """The grades as rows of ``core_scb__pupil_grades``; read = accepted + rejected + ignored."""
    subjects = {str(each.get("id")): each for each in syllabuses}
    chosen, left_out = _choose(grades, subjects, source)
    rows = [(1, _HEADER)]
    for position, grade in enumerate(chosen):
        cells = _cells(grade, subjects, register, position)
        rows.append((position + 2, cells))
    result = SimpleGrades().read(Sheet("grades", rows), context)
    result.format = "ss12000.grades"
    result.rows_read += left_out.total()
    result.rows_ignored += left_out.total()
    result.refused = []  # holds what the correction workbook would show; corrections belong in the system
    result.messages = [_placed(message, chosen) for message in result.messages]
    result.messages += [
        Message("info", f"grades-{why}", _LEFT_OUT[why].format(n=count)) for why, count in left_out.items()
    ]
    return result


def _choose(
    grades: list[Item], subjects: dict[str, Item], source: Ss12000
) -> tuple[list[Item], Counter[str]]:
    """The grades that count, oldest first, and how many were left out and why."""
    left_out: Counter[str] = Counter()
    newest: dict[tuple[str, ...], Item] = {}
    for grade in sorted(grades, key=_moment):
        syllabus = subjects.get(reference(grade, "syllabus"), {})
        if str(syllabus.get("schoolType") or source.school_types[0]) not in source.school_types:
            left_out["other-form"] += 1
        elif grade.get("trial"):
            left_out["trial"] += 1
        else:
            key = (
                reference(grade, "student"), _subject(syllabus), _term(grade),
                reference(grade, "organisation", "schoolUnit"),
            )  # fmt: skip
            if key in newest and (grade.get("correctionType") or newest[key].get("correctionType")):
                left_out["corrected"] += 1
                newest[key] = grade
            elif key in newest:
                newest[(*key, str(grade.get("id")))] = grade
            else:
                newest[key] = grade
    return list(newest.values()), left_out


def _moment(grade: Item) -> tuple[str, str]:
    return str(grade.get("registeredDate") or ""), str((grade.get("meta") or {}).get("modified") or "")


def _cells(grade: Item, subjects: dict[str, Item], register: Register, position: int) -> list[str]:
    pupil_id = reference(grade, "student")
    person = register.people.get(pupil_id)
    day = str(grade.get("registeredDate") or "")[:10]
    unit = register.unit_code(reference(grade, "organisation", "schoolUnit"))
    if not unit and person and (enrolment := person.enrolled(day)):
        unit = enrolment.unit_code
    value = str(grade.get("gradeValue") or "").strip()
    if not value and grade.get("adaptedStudyPlan"):
        value = ADAPTED
    about = ["", "", ""]
    if person:
        number = person.number_for_totals(position) if person.is_protected else person.number
        about = [number, "Skyddad" if person.is_protected else "", "" if person.is_protected else person.sex]
    subject = _subject(subjects.get(reference(grade, "syllabus"), {}))
    return [
        about[0],
        about[1],
        unit,
        register.class_name(pupil_id, day),
        about[2],
        subject,
        value,
        _term(grade),
    ]


def _term(grade: Item) -> str:
    """The term that the grade belongs to; without one, the day on which it was registered."""
    if grade.get("semester") and grade.get("year"):
        return f"{grade['semester']} {grade['year']}"
    return str(grade.get("registeredDate") or "")[:10]


def _subject(syllabus: Item) -> str:
    """The subject as the simple table names it: its designation, with the language of a modern language.

    >>> _subject({"subjectDesignation": "M2SPA", "languageCode": "spa"}), _subject({"subjectName": "Kemi"})
    ('M2 (spa)', 'Kemi')
    """
    designation = str(syllabus.get("subjectDesignation") or "").strip().upper()
    modern = _LANGUAGE.fullmatch(designation)
    language = str(syllabus.get("languageCode") or "")
    if modern:
        return f"{modern[1]} ({language})" if language else modern[1]
    return designation or str(syllabus.get("subjectName") or "")


def _placed(message: Message, grades: list[Item]) -> Message:
    """A message about a row, told by the grade's id in the system instead of by a row that nobody sees."""
    if message.row is None or not 0 <= message.row - 2 < len(grades):
        return message
    grade = str(grades[message.row - 2].get("id") or "")[:36]
    text = re.sub(rf"(?i)\brad {message.row}\b", f"Betyg {grade}", message.message)
    return replace(message, message=text, row=None)
