"""Every drawing of the register by name, for notebooks: ``report.words("followed")`` (floor 7).

A name without anything to tell becomes the explained gap of ``params/gaps.yaml``; several blocks become one
output that the document takes apart again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.present.blocks import Block
from analysis_lib.present.evidence import merged
from analysis_lib.report.words import analysis, coverage, goals, measures, oversight, ratings, yearly
from analysis_lib.report.words.told import Told

Drawing = Callable[[Told], list[Block]]

DRAWINGS: Mapping[str, Drawing] = {
    "followed": measures.followed_measures,
    "areas": measures.improvement_areas,
    "measures_now": measures.measures_now,
    "planned": measures.planned_measures,
    "plan": measures.plan_text,
    "needs": measures.needs,
    "origins": measures.origins,
    "research": measures.research,
    "teaching": measures.teaching,
    "steps": analysis.steps,
    "school_answers": analysis.school_answers,
    "peer_feedback": analysis.peer_feedback,
    "promises": analysis.promises,
    "carried_on": analysis.carried_on,
    "result_talks": analysis.result_talks,
    "talk_status": analysis.talk_status,
    "talk_news": analysis.talk_news,
    "next_steps": analysis.next_steps,
    "seminars": analysis.seminars,
    "seminar_questions": analysis.seminar_questions,
    "triangle": analysis.triangle,
    "voices": analysis.voices,
    "goal_tree": goals.tree,
    "national_goals": goals.national,
    "priority_areas": goals.priority_areas,
    "projects": goals.projects,
    "lead_teachers": goals.lead_teachers,
    "area_coverage": coverage.area_coverage,
    "timeline": oversight.timeline,
    "open_cases": oversight.open_cases,
    "late_cases": oversight.late_cases,
    "deficiencies": oversight.deficiencies,
    "themes": oversight.themes,
    "visit": oversight.visit,
    "visit_notes": oversight.visit_notes,
    "visit_questions": oversight.visit_questions,
    "visits": oversight.visits,
    "since_last": oversight.since_last,
    "board_questions": oversight.board_questions,
    "board_follow_up": oversight.board_follow_up,
    "rated": ratings.rated,
    "missing_ratings": ratings.missing_ratings,
    "routines": ratings.routines,
    "prio_profile": ratings.prio_profile,
    "prio_time": ratings.prio_time,
    "proposals": ratings.proposals,
    "chosen_areas": ratings.chosen_areas,
    "prio_phases": ratings.prio_phases,
    "wheel": yearly.wheel,
    "publications": yearly.publications,
    "documents": yearly.documents,
    "residents": yearly.questions_of_residents,
    "coverage": yearly.coverage_matrix,
    "status_chain": yearly.status_chain,
    "handbooks": yearly.handbook_log,
    "definitions": yearly.definitions,
    "structure": yearly.structure,
}


def drawn(told: Told, name: str) -> list[Block]:
    """What the register has to say under a name; empty when nobody has written anything."""
    if name not in DRAWINGS:
        raise SkolbankError(
            "words-unknown",
            f"Registret har ingen bild som heter {name[:40]}",
            remedy=did_you_mean(name, DRAWINGS) or f"Det finns: {', '.join(DRAWINGS)}.",
        )
    if told.reading is None and name not in _WITHOUT_REGISTER:
        return []
    return DRAWINGS[name](told)


_WITHOUT_REGISTER = ("wheel", "handbooks", "definitions", "structure", "national_goals", "seminar_questions")


def together(blocks: Sequence[Block]) -> Block:
    """One output for several blocks; the document shows each by itself."""
    if len(blocks) == 1:
        return blocks[0]
    parts = [
        {"kind": block.kind, "data": dict(block.data), "facts": [f.as_json("") for f in block.facts]}
        for block in blocks
    ]
    return Block("several", {"parts": parts}, merged(*(block.facts for block in blocks)))
