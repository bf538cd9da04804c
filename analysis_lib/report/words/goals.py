"""Goals from fullmäktige to unit, priority areas, projects and assignments (floor 7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.tree import TreeNode, draw_tree
from analysis_lib.register.kinds.development import LeadTeacher, PriorityArea, Project
from analysis_lib.register.kinds.goals import Goal
from analysis_lib.register.kinds.inspection import Support
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.views.development import (
    NO_EVIDENCE,
    area_sections,
    lead_teacher_coverage,
    running_projects,
    without_result,
)
from analysis_lib.register.views.goals import GoalNode, goal_tree, goals_without_measures, national_coverage
from analysis_lib.report.words.shapes import Cell, day, paragraph, words_table
from analysis_lib.report.words.told import Told
from analysis_lib.vocabulary.questions import load_national_goals

_LEVELS = {"council": "Fullmäktige", "board": "Nämnden", "unit": "Enheten"}
_HEADS = ("Fullmäktige", "Nämnden", "Enheterna")


def tree(told: Told) -> list[Block]:
    """The goal tree KF → nämnd → enhet with its measures; goals without any are named (S8, G11)."""
    goals = [
        g for g in told.every(Goal) if told.unit is None or g.entry.level != "unit" or g.unit == told.code
    ]
    roots = goal_tree(goals, told.every(Measure))
    if not roots:
        return []
    bare = {goal.thing for goal in goals_without_measures(roots)}
    drawn = [_tree_node(root, bare, told) for root in roots]
    title = "Målen, från fullmäktige till enheterna, med åtgärderna under dem."
    return [draw_tree(drawn, replace(told.setting, id=f"{told.setting.id}M"), title=title, heads=_HEADS)]


def _measures(count: int) -> str:
    return "En åtgärd" if count == 1 else text.capitalised(f"{text.count_word(count)} åtgärder")


def _tree_node(node: GoalNode, bare: Collection[str], told: Told) -> TreeNode:
    entry, count = node.goal.entry, len(node.all_measures)
    owner = told.names.get(node.goal.unit, "") if entry.level == "unit" else ""
    is_bare = node.goal.thing in bare
    return TreeNode(
        owner=f"{_LEVELS[entry.level]}{f', {owner}' if owner else ''}",
        words=entry.text,
        note="Inga åtgärder" if is_bare else _measures(count),
        is_bare=is_bare,
        children=tuple(_tree_node(child, bare, told) for child in node.children),
    )


def national(told: Told) -> list[Block]:
    """National goals with the indicators that show them; those without are named (M14)."""
    covered = national_coverage(load_national_goals(told.workspace), told.every(Goal))
    lines: list[list[Cell]] = [
        [
            one.goal.name,
            one.goal.source,
            "; ".join(told.indicator_names.get(i, i) for i in one.indicators)
            if one.indicators
            else ("no_data", "Mäts inte"),
            str(len(one.goals)),
        ]
        for one in covered
    ]
    heads = ["Nationellt mål", "Källa", "Indikatorer", "Egna mål"]
    return [words_table("nationella", "Nationella mål och vad som visar dem.", heads, lines)] if lines else []


def priority_areas(told: Told) -> list[Block]:
    """Each priority area with owner, evidence, measures and what it lacks (M8)."""
    found = area_sections(
        told.every(PriorityArea),
        told.every(Measure),
        told.every(LeadTeacher),
        told.every(Project),
        on=told.today,
    )
    lines: list[list[Cell]] = [
        [
            one.area.entry.name,
            one.area.entry.why,
            one.area.entry.owner,
            text.count_word(len(one.measures)) if one.measures else "inga",
            ("no_data", "Underlag saknas") if one.evidence == NO_EVIDENCE else one.evidence,
            text.capitalised(text.listing(list(one.gaps))) if one.gaps else "",
        ]
        for one in found
    ]
    heads = ["Område", "Varför", "Ägare", "Åtgärder", "Belägg", "Saknas"]
    return [words_table("prioriterade", "Prioriterade områden.", heads, lines)] if lines else []


def projects(told: Told) -> list[Block]:
    """Development projects under way and the support that is given (M10, F18)."""
    lines: list[list[Cell]] = [
        [
            one.entry.name,
            one.entry.partner,
            one.entry.goal,
            f"{day(one.entry.starts)} – {day(one.entry.ends) if one.entry.ends else 'tills vidare'}",
            one.entry.result or ("no_data", "Underlag saknas"),
        ]
        for one in running_projects(told.every(Project), on=told.in_year)
    ]
    heads = ["Arbete", "Tillsammans med", "Mål", "Tid", "Resultat hittills"]
    blocks = [words_table("arbeten", "Utvecklingsarbeten som pågår.", heads, lines)] if lines else []
    support: list[list[Cell]] = [
        [
            s.entry.what,
            s.entry.provider,
            told.names.get(s.unit, ""),
            f"{day(s.entry.starts)} – {day(s.entry.ends) if s.entry.ends else 'tills vidare'}",
        ]
        for s in told.every(Support)
    ]
    if support:
        blocks.append(words_table("stod", "Stöd från andra.", ["Insats", "Av vem", "Enhet", "Tid"], support))
    return blocks


def _counted(unit: str, count: int) -> str:
    return f"{unit} ({count})" if count > 1 else unit


def lead_teachers(told: Told) -> list[Block]:
    """How many förstelärare work in each area and unit, never who (M9)."""
    known = told.every(LeadTeacher)
    areas = {area.thing: area.entry.name for area in told.every(PriorityArea)}
    counts = lead_teacher_coverage(known, on=told.in_year)
    lines: list[list[Cell]] = []
    for area in dict.fromkeys(one.area for one in counts):
        mine = [one for one in counts if one.area == area]
        count, told_of = sum(one.count for one in mine), sum(one.with_result for one in mine)
        without = [told.names.get(one.unit, one.unit) for one in mine if one.with_result < one.count]
        lines.append(
            [
                areas.get(area, "Utan område"),
                text.listing([_counted(told.names.get(one.unit, one.unit), one.count) for one in mine]),
                str(count),
                f"{told_of} av {count}",
                text.listing(without) if without else text.EN_DASH,
            ]
        )
    if not lines:
        return []
    left = without_result(known, on=told.today)
    heads = ["Område", "Enheter", "Uppdrag", "Med resultat", "Resultat saknas"]
    blocks = [words_table("forstelarare", "Förstelärares uppdrag.", heads, lines)]
    if left:
        blocks.append(
            paragraph(f"{text.capitalised(text.count_word(len(left)))} avslutade uppdrag saknar resultat.")
        )
    return blocks
