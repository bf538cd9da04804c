"""The goal tree from fullmäktige to the unit's measures, and the holes in it (register; S8, M14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.goals import Goal
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.vocabulary.questions import NationalGoal

_LEVELS = ("council", "board", "unit")


@dataclass(frozen=True)
class GoalNode:
    """A goal with the goals below it and the measures that serve it, directly or below."""

    goal: Record[Goal]
    children: tuple[GoalNode, ...]
    measures: tuple[Record[Measure], ...]

    @property
    def all_measures(self) -> tuple[Record[Measure], ...]:
        """The measures of the goal and of every goal below it."""
        below = [measure for child in self.children for measure in child.all_measures]
        return (*self.measures, *below)


@dataclass(frozen=True)
class NationalCoverage:
    """A national goal with the indicators and the municipality's own goals that show it."""

    goal: NationalGoal
    indicators: tuple[str, ...]
    goals: tuple[Record[Goal], ...]


def goal_tree(goals: Sequence[Record[Goal]], measures: Iterable[Record[Measure]]) -> list[GoalNode]:
    """The goals as trees, the highest level first; a goal whose parent is unknown stands as a root."""
    by_goal: dict[str, list[Record[Measure]]] = {}
    for measure in measures:
        by_goal.setdefault(measure.entry.goal, []).append(measure)
    known = {goal.thing for goal in goals}
    roots = [goal for goal in goals if goal.entry.parent not in known]
    return [_node(goal, goals, by_goal, ()) for goal in sorted(roots, key=_order)]


def goals_without_measures(tree: Iterable[GoalNode]) -> list[Record[Goal]]:
    """Goals of every level that no unit's measure serves, also through the goals below."""
    return [node.goal for node in walk(tree) if not node.all_measures]


def national_coverage(
    national: Mapping[str, NationalGoal], goals: Sequence[Record[Goal]]
) -> list[NationalCoverage]:
    """Each national goal with its indicators and own goals; the holes are those without indicators."""
    return [
        NationalCoverage(goal, goal.indicators, tuple(g for g in goals if g.entry.national_goal == name))
        for name, goal in national.items()
    ]


def walk(tree: Iterable[GoalNode]) -> Iterable[GoalNode]:
    """Every node, parents before children."""
    for node in tree:
        yield node
        yield from walk(node.children)


def _node(
    goal: Record[Goal],
    goals: Sequence[Record[Goal]],
    measures: Mapping[str, list[Record[Measure]]],
    above: tuple[str, ...],
) -> GoalNode:
    trail = (*above, goal.thing)
    below = [child for child in goals if child.entry.parent == goal.thing and child.thing not in trail]
    children = tuple(_node(child, goals, measures, trail) for child in sorted(below, key=_order))
    return GoalNode(goal, children, tuple(measures.get(goal.thing, ())))


def _order(goal: Record[Goal]) -> tuple[int, str, str]:
    return _LEVELS.index(goal.entry.level), goal.unit, goal.id
