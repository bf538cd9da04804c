"""What the example's huvudman, nämnd and inspectors do in the same läsår (floor 3)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from analysis_lib.register.kinds.development import LeadTeacher, PriorityArea, Project
from analysis_lib.register.kinds.documents import Document, DraftComment, HandbookDecision
from analysis_lib.register.kinds.goals import Goal, Plan
from analysis_lib.register.kinds.inspection import Deficiency, InspectionCase, Support
from analysis_lib.register.kinds.prio import Observation, PrioPhase, Proposal, TimeLog
from analysis_lib.register.kinds.ratings import Rating
from analysis_lib.register.kinds.seminars import AnalysisSeminar, Decision
from analysis_lib.register.kinds.visits import BoardQuestion, Visit, VisitNote
from analysis_lib.register.views.visits import schedule
from analysis_lib.sources.example.diary import Diary
from analysis_lib.sources.example.lived_words import PRIORITY_AREAS, PROPOSALS
from analysis_lib.vocabulary.settings import Unit

MANDATE = "2023–2026"
_HEAD, _STRATEGIST, _BOARD = "Skolchef", "Utbildningsstrateg", "Nämndsekreterare"
_PHASES = ("mapping", "analysis", "group_work", "proposals", "decision", "introduced")
_SEMINARS = (
    ("forskola", ("2025-11-11", "2026-02-10", "2026-05-12", "2026-11-10")),
    ("grundskola", ("2025-11-06", "2026-02-05", "2026-05-07", "2026-11-05")),
    ("kompetenscenter", ("2025-11-20", "2026-02-19", "2026-05-21")),
)


def live_goals(diary: Diary) -> str:
    """The goals of fullmäktige and nämnd; gives the nämnd's goal that the schools work for."""
    council: Any = {"level": "council", "text": "Alla barn och elever lyckas", "mandate": MANDATE}
    top = diary.note("2023-06-19", "goal-council", Goal.model_validate(council), role="Fullmäktige")
    board: Any = {
        "level": "board",
        "text": "Fler elever når kriterierna i alla ämnen",
        "parent": top,
        "national_goal": "kunskaper",
        "indicators": ["results.all_passed_9", "results.eligible_vocational"],
        "mandate": MANDATE,
    }
    goal = diary.note("2024-06-13", "goal-board-1", Goal.model_validate(board), role=_BOARD)
    calm: Any = {
        **board,
        "text": "Alla är trygga och har studiero",
        "national_goal": "trygghet",
        "indicators": [],
    }
    diary.note("2024-06-13", "goal-board-2", Goal.model_validate(calm), role=_BOARD)
    return goal


def live_authority(diary: Diary, units: Mapping[str, Unit], schools: Sequence[Unit]) -> None:
    """Everything on the huvudman's level, and what visits single units."""
    _areas_and_projects(diary, schools)
    _seminars(diary, schools)
    _visits(diary, units)
    _inspections(diary, schools)
    _documents(diary)
    for place, unit in enumerate(schools[:4]):
        _prio(diary, unit, place)
    plan = Plan(
        level="authority",
        text="Vi börjar med studiero och läsning, för de behoven delas av flest enheter.",
        priorities=("Studiero", "Läsning", "Språk"),
        goals=("goal-board-1", "goal-board-2"),
        decided_on=datetime.date(2025, 10, 23),
        decided_by="Nämnden",
    )
    diary.note("2025-10-23", "plan-authority-2025", plan, role=_HEAD)


def _areas_and_projects(diary: Diary, schools: Sequence[Unit]) -> None:
    for name, called, why, indicators, evidence in PRIORITY_AREAS:
        area: Any = {
            "name": called,
            "why": why,
            "owner": "Skolchef",
            "indicators": indicators,
            "starts": "2025-08-01",
            "ends": "2027-07-31",
            "evidence": evidence,
        }
        diary.note("2025-08-19", f"priority-{name}", PriorityArea.model_validate(area), role=_HEAD)
    for number in range(18):
        unit = schools[number % len(schools)]
        given: Any = {
            "pseudonym": f"F{number + 1:02d}",
            "area": f"priority-{PRIORITY_AREAS[number % 3][0]}",
            "assignment": ("Leda ämneslag i matematik", "Leda läsgrupper", "Leda kollegiala besök")[
                number % 3
            ],
            "goal": "Fler elever når kriterierna",
            "starts": "2025-08-18",
            "ends": "2026-06-17",
            "result": "Ämneslaget planerar tillsammans varannan vecka." if number % 4 else "",
        }
        thing = f"lead-teacher-{number + 1:02d}"
        diary.note("2025-08-25", thing, LeadTeacher.model_validate(given), unit=unit.code, role=_HEAD)
    for name, partner, goal, area in (
        ("Leda digitalisering", "", "Chefer leder i en digitaliserad skola", "digitalisering"),
        ("Samverkan för bästa skola", "Skolverket", "Fler elever når kriterierna", "ska"),
        ("e-Vägledning", "", "Vägledning med digitalt stöd", "digitalisering"),
        ("Almskolan, ny grundskola", "", "Förändrade lärmiljöer", "larmiljoer"),
    ):
        is_new = name.startswith("Almskolan")
        project: Any = {
            "name": name,
            "partner": partner,
            "goal": goal,
            "area": f"priority-{area}",
            "starts": "2023-08-01" if is_new else "2024-08-15",
            "new_unit": "99010018" if is_new else "",
            "replaces": ["99010017"] if is_new else [],
        }
        diary.note("2025-08-19", f"project-{goal[:12]}-{area}", Project.model_validate(project), role=_HEAD)
    support: Any = {
        "provider": "Skolverket",
        "what": "Samverkan för bästa skola",
        "starts": "2024-08-15",
        "goal": "Fler elever når kriterierna i matematik",
    }
    diary.note(
        "2024-08-20", "support-1", Support.model_validate(support), unit=schools[0].code, role=_STRATEGIST
    )


def _seminars(diary: Diary, schools: Sequence[Unit]) -> None:
    for group, days in _SEMINARS:
        for turn, on in enumerate(days):
            number = turn % 3 + 1
            held: Any = {
                "group": group,
                "round": str(number),
                "held_on": on,
                "participants": ["Skolchef", "Utbildningsstrateg", "Rektorer"],
                "question_set": f"analysseminarium-{number}",
                "notes": "Skillnaden mellan enheterna är störst i matematik.",
            }
            thing = f"seminar-{group}-{on[:4]}-{number}"
            diary.note(on, thing, AnalysisSeminar.model_validate(held), role=_HEAD)
            led_to = [f"measure-{schools[0].code}-0"] if (group, turn) == ("grundskola", 0) else []
            decision: Any = {
                "seminar": thing,
                "text": "Läsgrupper prövas på fler skolor."
                if led_to
                else "Frågan tas upp igen nästa seminarium.",
                "decided_on": on,
                "decided_by": "Skolchef",
                "measures": led_to,
            }
            diary.note(
                on, f"decision-{group}-{on[:4]}-{number}", Decision.model_validate(decision), role=_HEAD
            )


def _visits(diary: Diary, units: Mapping[str, Unit]) -> None:
    for draft in schedule(units, [], mandate=MANDATE):
        visit, unit = draft.entry, draft.unit or ""
        if not isinstance(visit, Visit):
            continue
        thing = f"visit-{unit}"
        diary.note("2023-02-01", thing, visit, unit=unit, role=_BOARD, year=draft.school_year or "")
        on = visit.planned_on.isoformat()
        heard = ("leadership", "staff", "children", "guardians")
        is_short = unit.endswith("3")  # one group could not come
        diary.revise(
            on,
            thing,
            role=_BOARD,
            held_on=on,
            heard=heard[:3] if is_short else heard,
            fact_pack="Enhetens fakta",
        )
        note: Any = {
            "visit": thing,
            "dated": on,
            "themes": ["Studiero", "Lokaler"],
            "observations": "Eleverna beskriver lugna förmiddagar. Personalen vill ha mer tid för planering.",
            "questions": ["Hur ser nämnden på lokalerna?"] if is_short else [],
            "secrecy_checked": True,
            "diary_number": f"BUN {visit.planned_on.year}/{100 + int(unit[-2:])}",
            "state": "established",
        }
        diary.note(on, f"visit-note-{unit}", VisitNote.model_validate(note), unit=unit, role=_BOARD)
        if is_short:
            question: Any = {"visit": thing, "meeting": on, "question": "Hur ser nämnden på lokalerna?"}
            diary.note(on, f"question-{unit}", BoardQuestion.model_validate(question), unit=unit, role=_BOARD)


def _inspections(diary: Diary, schools: Sequence[Unit]) -> None:
    first, second, third = schools[0].code, schools[1].code, schools[2].code
    planned: Any = {"form": "planned", "decided_on": "2025-03-12", "decision": "order", "due": "2025-09-15"}
    case = InspectionCase.model_validate({**planned, "diary_number": "SI 2025:101"})
    diary.note("2025-03-14", "case-1", case, unit=first, role=_STRATEGIST)
    broken: Any = {
        "case": "case-1",
        "area": "Trygghet och studiero",
        "statute": "skollagen 5 kap. 3 §",
        "deficiency": "Alla elever har inte studiero på lektionerna.",
        "due": "2025-09-15",
        "action": "Gemensamma lektionsstarter",
    }
    diary.note("2025-03-14", "deficiency-1", Deficiency.model_validate(broken), unit=first, role=_STRATEGIST)
    diary.revise(
        "2025-09-10",
        "deficiency-1",
        role=_STRATEGIST,
        result="Fler elever har arbetsro.",
        evidence="Lektionsbesök i september: nio av tio lektioner börjar lugnt.",
        closed_on=datetime.date(2025, 9, 10),
    )
    for number, unit in enumerate((second, third), start=2):
        flying: Any = {
            "form": "thematic",
            "theme": "Nationella prov",
            "visited_on": "2026-05-05",
            "decided_on": "2026-06-10",
            "decision": "remark" if number == 2 else "none",
            "due": "2026-10-30",
        }
        diary.note(
            "2026-06-11", f"case-{number}", InspectionCase.model_validate(flying), unit=unit, role=_STRATEGIST
        )
    lost: Any = {
        "case": "case-2",
        "area": "Bedömning",
        "statute": "skollagen 4 kap. 7 §",
        "deficiency": "Proven förvarades inte inlåsta.",
        "due": "2026-10-30",
        "action": "Nytt skåp och en rutin",
    }
    diary.note("2026-06-11", "deficiency-2", Deficiency.model_validate(lost), unit=second, role=_STRATEGIST)


def _documents(diary: Diary) -> None:
    for year, start in (("2023/24", 2023), ("2024/25", 2024), ("2025/26", 2025)):
        for number, (series, month) in enumerate((("VA1", "12"), ("VA2", "03"), ("VA3", "06"))):
            on = f"{start if number == 0 else start + 1}-{month}-18"
            for form in ("report", "presentation"):
                if (year, series) == ("2024/25", "VA1"):
                    continue  # never published: the matrix says so
                given: Any = {
                    "name": f"Verksamhetsanalys {number + 1} {year}",
                    "type": form,
                    "series": series,
                    "owner": "Utbildningsstrateg",
                    "published_on": on,
                    "valid_from": on,
                }
                thing = f"document-{series}-{start}-{form}"
                diary.note(on, thing, Document.model_validate(given), role=_STRATEGIST, year=year)
    new: Any = {
        "name": "Nämndens genomförandeplan",
        "type": "policy",
        "owner": "Skolchef",
        "valid_from": "2024-06-13",
        "diary_number": "BUN 2024/55",
    }
    diary.note("2024-06-13", "document-implementation", Document.model_validate(new), role=_BOARD)
    old: Any = {
        "name": "Barn- och utbildningsplanen",
        "type": "policy",
        "owner": "Skolchef",
        "valid_from": "2019-01-01",
        "valid_to": "2024-06-12",
        "replaced_by": "document-implementation",
        "repeal": "Avskaffad av nämnden 13 juni 2024",
    }
    diary.note("2024-06-14", "document-old-plan", Document.model_validate(old), role=_BOARD)
    handbook: Any = {"handbook": "rektorsrapport", "version": "2.1"}
    decided: Any = {**handbook, "decided_on": "2026-05-21", "decided_by": "Nämnden"}
    diary.note("2026-05-21", "handbook-2.1", HandbookDecision.model_validate(decided), role=_BOARD)
    for number, state, response in ((1, "taken", "Nytt avsnitt om trygghet och studiero."), (2, "open", "")):
        comment: Any = {
            **handbook,
            "round": number,
            "section": "trygghet",
            "comment": "Trygghet behöver ett eget avsnitt." if number == 1 else "Frågan kan bli kortare.",
            "state": state,
            "response": response,
        }
        diary.note(f"2026-0{number + 2}-12", f"comment-{number}", DraftComment.model_validate(comment))


def _prio(diary: Diary, unit: Unit, place: int) -> None:
    """The first schools' PRIO: one is done, two are under way, one is overdue in its analysis."""
    days = ("2025-10-31", "2025-12-19", "2026-02-27", "2026-03-31", "2026-04-30", "2026-09-30")
    done = (6, 5, 2, 1)[place]
    for number, (phase, due) in enumerate(zip(_PHASES, days, strict=True)):
        given: Any = {
            "phase": phase,
            "due": due,
            "started": days[number - 1] if number else "2025-09-01",
            "done": due if number < done else None,
        }
        if number <= done:
            thing = f"prio-{unit.code}-{phase}"
            diary.note(
                "2025-09-01" if number == 0 else due, thing, PrioPhase.model_validate(given), unit=unit.code
            )
    for activity, hours in (("Undervisning", 17.5), ("Planering", 8.0), ("Möten", 6.5)):
        log: Any = {"occasion": "start", "activity": activity, "people": 24, "hours": hours + place / 2}
        diary.note("2025-10-10", f"time-{unit.code}-{activity}", TimeLog.model_validate(log), unit=unit.code)
    part: Any = {"instrument": "prio-nivaer", "part": "organisation.moten"}
    seen: Any = {**part, "observed_on": "2025-10-16", "level": 2, "seen": "Mötena saknar dagordning."}
    diary.note("2025-10-16", f"observed-{unit.code}", Observation.model_validate(seen), unit=unit.code)
    rated: Any = {
        **part,
        "round": "ht",
        "rater": "leadership",
        "level": 2 + place % 3,
        "rated_on": "2025-10-20",
    }
    diary.note("2025-10-20", f"rating-{unit.code}-prio", Rating.model_validate(rated), unit=unit.code)
    for number, (group, dimension, area, problem, evidence, text, votes) in enumerate(PROPOSALS):
        is_chosen = number == 0 and place == 0
        proposal: Any = {
            "group": group,
            "dimension": dimension,
            "area": area,
            "problem": problem,
            "evidence": evidence,
            "text": text,
            "votes": votes,
            "state": "chosen" if is_chosen else "open",
            "decision": "Rektor 2026-04-28: ger mest tid tillbaka" if is_chosen else "",
        }
        diary.note(
            "2026-03-25", f"proposal-{unit.code}-{number}", Proposal.model_validate(proposal), unit=unit.code
        )
