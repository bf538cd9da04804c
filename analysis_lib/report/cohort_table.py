"""Årskull × årskurs: how far each årskull has come, in the measure that its årskurs has (floor 7; rule R14).

Rows are named by the year in which the årskull is expected to leave, never by årskurs, so that they survive
a reform that renumbers the årskurser.
"""

from __future__ import annotations

from collections.abc import Mapping

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import hidden_gap
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.present.heat import CANCELLED, NOT_MEASURED, HeatCell, HeatRow, heat_table
from analysis_lib.report.scope import Scope
from analysis_lib.statistics.cohorts import CohortRules, load_cohort_rules
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.periods import SchoolYear

FIRST, FIRST_GRADES, LAST = 1, 6, 9
# What measures each årskurs, for all subjects together and for one of them.
WHOLE: Mapping[int, str] = {6: "results.all_passed_6", 9: "results.all_passed_9"}
IN_SUBJECT: Mapping[int, str] = {
    3: "results.national_test_passed_3",
    6: "results.subject_passed_6",
    9: "results.subject_passed_9",
}
SUBJECTS: Mapping[str, str] = {"SV": "svenska", "EN": "engelska", "MA": "matematik"}
_WITHOUT_TESTS = ("2019/20", "2020/21")  # rule R5: no national tests
_SHORT = {
    "assessment_support": "bedömning",
    "national_test": "prov",
    "written_judgement": "omdöme",
    "grade": "betyg",
}


def measured_in(subject: str) -> Mapping[int, str]:
    """The indicator of each årskurs that has one."""
    return IN_SUBJECT if subject else WHOLE


def cohort_cells(
    scope: Scope, known: Mapping[str, Indicator], *, subject: str = "", rules: CohortRules | None = None
) -> dict[tuple[int, int], ReleasedCell]:
    """The released cells of the report's own place by leaving year and årskurs; missing ones are left out."""
    dated = rules or load_cohort_rules()
    found: dict[tuple[int, int], ReleasedCell] = {}
    for group, name in measured_in(subject).items():
        if name not in known:
            continue
        for cell in scope.own(name, subject=subject, years=None).cells():
            if cell.state != "missing" and cell.school_year <= scope.school_year:
                found[dated.leaving_year(cell.school_year, group), group] = cell
    return found


def cohort_table(
    scope: Scope,
    known: Mapping[str, Indicator],
    *,
    subject: str = "",
    chosen: int = 0,
    is_brief: bool = False,
) -> Block | None:
    """The share of each årskull that reached the requirements; None without anything measured.

    ``chosen`` is the leaving year of the årskull that the reader looks at; ``is_brief`` leaves out how to
    read it, where another such table stands above.
    """
    rules = load_cohort_rules()
    cells = cohort_cells(scope, known, subject=subject, rules=rules)
    if not cells:
        return None
    if not any(cell.is_shown or cell.state in ("nearly_all", "nearly_none") for cell in cells.values()):
        facts = merged(*(facts_of([cell], known[cell.indicator]) for cell in cells.values()))
        return hidden_gap(f"Årskullarna kan inte visas för {scope.name}", scope.name, facts)
    kinds = {
        group: _SHORT.get(rules.measure(scope.school_year, group), "") for group in range(FIRST, LAST + 1)
    }
    rows = [
        _row(scope, known, rules, leaves, cells, subject, leaves == chosen)
        for leaves in sorted({leaves for leaves, _ in cells})
    ]
    return heat_table(
        rows,
        kinds,
        id=f"arskullar-{subject.lower()}" if subject else "arskullar",
        finding=_finding(cells, chosen or SchoolYear.parse(scope.school_year).end, scope),
        caption=f"{_caption(subject)} {scope.name}, alla elever i årskullen. Varje rad är en årskull.",
        foot=_foot(scope),
        notes=() if is_brief else _notes(subject),
    )


def _finding(cells: Mapping[tuple[int, int], ReleasedCell], leaves: int, scope: Scope) -> str:
    """Where an årskull stood each time it was measured, told with that the measure changes."""
    shown = [
        (group, cell)
        for (year, group), cell in sorted(cells.items())
        if year == leaves and cell.is_shown and cell.value is not None
    ]
    if not shown:
        return ""
    verb = "Slutade" if leaves <= SchoolYear.parse(scope.school_year).end else "Slutar"
    told = [f"{cell.text} i åk {group}" for group, cell in shown]
    told[0] = told[0].replace(" i åk", " procent nådde kraven i åk", 1)
    changes = (
        ", men måttet byts på vägen" if shown[0][0] < FIRST_GRADES else ", först terminsbetyg, sist slutbetyg"
    )
    but = changes if len(told) > 1 else ""
    return f"{verb} {leaves}: {text.listing(told)}{but}"


def _caption(subject: str) -> str:
    if subject:
        return f"Andel elever som når kraven i {SUBJECTS[subject]}, procent."
    return "Andel elever som når kraven i alla ämnen, procent."


def _foot(scope: Scope) -> str:
    return f"Ruta med ram: läsåret {scope.school_year}. Källa: nationella prov och skolornas betyg."


def _notes(subject: str) -> list[Mapping[str, str]]:
    third = "prov i åk 3, " if subject else ""
    told = "Följ en rad: samma årskull, år för år. "
    told += f"Måttet byts på vägen ({third}terminsbetyg i åk 6, slutbetyg i åk 9)"
    told += ", så bara samma kolumn kan jämföras rakt ned. Några elever flyttar ut och andra in."
    notes: list[Mapping[str, str]] = [{"term": "Så läser du", "text": told.replace("åk ", f"åk{text.NBSP}")}]
    notes.append(
        {
            "term": f"{NOT_MEASURED} betyder mäts inte",
            "text": "Årskursen saknar gemensamt mått, eller finns inte på skolan. Tom ruta: dit har "
            "årskullen inte kommit än.",
        }
    )
    return notes


def _row(
    scope: Scope,
    known: Mapping[str, Indicator],
    rules: CohortRules,
    leaves: int,
    cells: Mapping[tuple[int, int], ReleasedCell],
    subject: str,
    is_chosen: bool,
) -> HeatRow:
    now = LAST - (leaves - SchoolYear.parse(scope.school_year).end)
    measured = {group for _, group in cells}
    told = {
        group: _cell(
            scope, known, rules, leaves, group, cells.get((leaves, group)), subject, has_any=group in measured
        )
        for group in range(FIRST, LAST + 1)
        if group <= now
    }
    return HeatRow(
        leaves, f"nu{text.NBSP}åk{text.NBSP}{now}" if FIRST <= now <= LAST else "", told, is_chosen
    )


def _cell(
    scope: Scope,
    known: Mapping[str, Indicator],
    rules: CohortRules,
    leaves: int,
    group: int,
    cell: ReleasedCell | None,
    subject: str,
    *,
    has_any: bool,
) -> HeatCell:
    name = measured_in(subject).get(group, "")
    if cell is not None:
        return HeatCell(cell, known[name], is_now=cell.school_year == scope.school_year)
    if not has_any:
        return HeatCell(sign=NOT_MEASURED, why="mäts inte")
    year = f"{leaves - LAST + group - 1}/{(leaves - LAST + group) % 100:02d}"
    if year in _WITHOUT_TESTS and rules.measure(year, group) == "national_test":
        return HeatCell(sign=CANCELLED, why="nationella prov ställdes in")
    return HeatCell(sign=CANCELLED, why="uppgift saknas")
