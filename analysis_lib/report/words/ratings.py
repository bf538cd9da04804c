"""BRUK, PRIO and routines: a unit against its own past, never against another unit (floor 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.register.kinds.measures import ImprovementArea
from analysis_lib.register.kinds.prio import (
    DIMENSION_WORDS,
    PHASE_WORDS,
    Observation,
    PrioPhase,
    Proposal,
    TimeLog,
)
from analysis_lib.register.kinds.ratings import Rating, RatingChoice, Routine
from analysis_lib.register.kinds.voices import ThemeNote
from analysis_lib.register.views.prio import (
    PrioCoverage,
    part_evidence,
    prio_coverage,
    ranked_proposals,
    time_changes,
)
from analysis_lib.register.views.ratings import missing_rounds, rated_parts, routine_use
from analysis_lib.report.words.shapes import Cell, day, paragraph, value, words_table
from analysis_lib.report.words.told import Told
from analysis_lib.vocabulary.self_rating import SelfRating, load_self_ratings

_TERMS = {"ht": "hösten", "vt": "våren"}
_PROGRESS: Mapping[str, Cell] = {
    "done": ("reached", "Klar"),
    "under_way": ("ongoing", "Pågår"),
    "not_started": ("no_data", "Inte påbörjad"),
}
_OWN_PAST = {
    "term": "Bara mot sig själv",
    "text": "Skattningen jämförs med enhetens egna tidigare skattningar. Den säger inget om andra enheter.",
}
_STATES = {
    "open": ("ongoing", "Väntar"),
    "chosen": ("reached", "Valt"),
    "not_chosen": ("not_reached", "Inte valt"),
}


def _bruk(told: Told) -> list[SelfRating]:
    return [one for name, one in load_self_ratings(told.workspace).items() if name.startswith("bruk")]


def rated(told: Told) -> list[Block]:
    """The chosen parts of BRUK in each round, with the change between the last two (B11)."""
    ratings, choices = told.every(Rating), told.every(RatingChoice)
    blocks = []
    for instrument in _bruk(told):
        rows = rated_parts(instrument, ratings, choices, unit=told.code)
        rounds = list(dict.fromkeys((y, t) for row in rows for y, t, _ in row.levels))
        if not rows:
            continue
        rounds.sort(key=lambda one: (one[0], list(_TERMS).index(one[1])))
        lines: list[list[Cell]] = [
            [
                row.name,
                *([] if told.audience == "public" else [row.team or "Hela enheten"]),
                *(_level(row.levels, one) for one in rounds),
                _change(row.change),
            ]
            for row in rows
        ]
        heads = ["Del", *([] if told.audience == "public" else ["Arbetslag"])]
        heads += [f"{_TERMS[term].capitalize()} {_calendar_year(year, term)}" for year, term in rounds]
        caption = f"{instrument.title}: valda delar och skattad nivå."
        notes = [_OWN_PAST, *_scale(instrument)]
        blocks.append(words_table("bruk", caption, [*heads, "Förändring"], lines, notes=notes))
    return blocks


def _calendar_year(year: str, term: str) -> str:
    start = int(year[:4])
    return str(start if term == "ht" else start + 1)


def _level(levels: Sequence[tuple[str, str, int]], one: tuple[str, str]) -> Cell:
    found = next((level for year, term, level in levels if (year, term) == one), None)
    return ("no_data", "Inte skattad") if found is None else str(found)


def _change(steps: int | None) -> str:
    if steps is None:
        return ""
    if steps == 0:
        return "○ oförändrat"
    sign = "▲" if steps > 0 else "▼"
    return f"{sign} {text.number(steps, 0, signed=True)} steg"


def _scale(instrument: SelfRating) -> list[dict[str, str]]:
    """What the levels mean, where they have words of their own."""
    if all(step.label.lower() == f"nivå {step.value}" for step in instrument.scale):
        return []
    steps = "; ".join(f"{step.value} {step.label.lower()}" for step in instrument.scale)
    return [{"term": "Skalan", "text": f"{steps}."}]


def missing_ratings(told: Told) -> list[Block]:
    """Who has rated too few times this läsår; the units' levels are never put side by side (B11, R9)."""
    lines: list[list[Cell]] = []
    for instrument in _bruk(told):
        for one in missing_rounds(
            instrument,
            told.every(Rating),
            told.every(RatingChoice),
            told.own_units,
            school_year=told.school_year,
        ):
            if told.unit is None or one.unit == told.code:
                done = text.listing([_TERMS[term] for term in one.rounds]) if one.rounds else "Ingen gång"
                lines.append(
                    [told.names[one.unit], one.team or "Hela enheten", text.capitalised(done), str(one.asked)]
                )
    if not lines:
        return [paragraph("Alla har skattat så ofta som instrumentet ber om.")]
    heads = ["Enhet", "Arbetslag", "Har skattat", "Gånger per läsår"]
    return [words_table("saknade-skattningar", "Skattningar som saknas.", heads, lines)]


def routines(told: Told) -> list[Block]:
    """How the routines of school and teachers are used, over time (G4, G5)."""
    units = [told.code] if told.unit else list(told.own_units)
    lines: list[list[Cell]] = []
    for code in units:
        for use in routine_use(told.every(Routine), told.every(Rating), unit=code):
            entry = use.routine.entry
            levels = " → ".join(str(level) for _, _, level in use.levels)
            lines.append(
                [
                    *([] if told.unit else [told.names[code]]),
                    entry.name,
                    "Skolan" if entry.level == "school" else "Lärarna",
                    entry.when,
                    levels or ("no_data", "Inte skattad"),
                    entry.evidence or ("no_data", "Underlag saknas"),
                ]
            )
    heads = ["Rutin", "Vems", "När", "Skattad användning", "Belägg"]
    heads = heads if told.unit else ["Enhet", *heads]
    note = {
        "term": "Skattad användning",
        "text": "Nivåerna i tidsordning. Jämför bara enheten med sig själv.",
    }
    return (
        [words_table("rutiner", "Rutiner och hur de används.", heads, lines, notes=[note])] if lines else []
    )


def prio_profile(told: Told) -> list[Block]:
    """Each sub-area with what survey, observation, staff and leaders say; never weighed together (B8)."""
    instrument = load_self_ratings(told.workspace).get("prio-nivaer")
    if instrument is None:
        return []
    rows = part_evidence(
        instrument,
        ratings=[r for r in told.mine(Rating) if r.entry.instrument == instrument.id],
        observations=[o for o in told.mine(Observation) if o.entry.instrument == instrument.id],
        notes=told.mine(ThemeNote),
    )
    if not any(row.leadership is not None or row.observed or row.team or row.said for row in rows):
        return []
    lines: list[list[Cell]] = [
        [
            row.name,
            DIMENSION_WORDS.get(row.dimension, row.dimension).capitalize(),
            value(row.leadership),
            ", ".join(map(str, row.team)),
            ", ".join(map(str, row.observed)),
            str(row.said or ""),
            ("uncertain", "Oeniga") if row.disagrees else "",
        ]
        for row in rows
    ]
    heads = ["Delområde", "Dimension", "Ledningen", "Arbetslag", "Observerat", "Intervjuer", "Källorna"]
    return [
        words_table(
            "prio-profil",
            "PRIO-profil: nivå per delområde och källa.",
            heads,
            lines,
            notes=_scale(instrument),
        )
    ]


def prio_time(told: Told) -> list[Block]:
    """Hours a week before and after, for groups of five or more (B8, R10)."""
    lines: list[list[Cell]] = [
        [
            one.activity,
            value(one.start),
            value(one.follow_up) if one.follow_up is not None else ("no_data", "Inte mätt än"),
        ]
        for one in time_changes(told.mine(TimeLog, school_year=None))
    ]
    heads = ["Aktivitet", "Vid start", "Vid uppföljning"]
    return [words_table("tidslogg", "Timmar per person och vecka.", heads, lines)] if lines else []


def proposals(told: Told) -> list[Block]:
    """The groups' proposals by votes (B9)."""
    lines: list[list[Cell]] = [
        [
            p.entry.text,
            p.entry.area,
            p.entry.group,
            str(p.entry.votes),
            _STATES[p.entry.state],
            p.entry.decision,
        ]
        for p in ranked_proposals(told.every(Proposal), unit=told.code)
    ]
    heads = ["Förslag", "Område", "Grupp", "Röster", "Läge", "Chefsbeslut"]
    return [words_table("forslag", "Pedagoggruppernas förslag.", heads, lines)] if lines else []


def chosen_areas(told: Told) -> list[Block]:
    """The improvement areas that chosen proposals became (B9)."""
    chosen = [p for p in told.every(Proposal) if p.unit == told.code and p.entry.state == "chosen"]
    areas = {a.entry.proposal: a.entry for a in told.every(ImprovementArea) if a.entry.proposal}
    lines: list[list[Cell]] = [
        [
            p.entry.area,
            p.entry.problem,
            p.entry.text,
            f"{areas[p.thing].responsible}, {day(areas[p.thing].deadline)}"
            if p.thing in areas
            else ("no_data", "Ansvarig och frist saknas"),
        ]
        for p in chosen
    ]
    heads = ["Område", "Problem", "Förbättring", "Ansvarig, frist"]
    return [words_table("valda", "Valda förbättringar.", heads, lines)] if lines else []


def prio_phases(told: Told) -> list[Block]:
    """How far the school has come in its PRIO period; for the huvudman every school (B5)."""
    found = prio_coverage(told.every(PrioPhase), told.own_units, today=told.today)
    lines: list[list[Cell]] = [
        [
            told.names[one.unit],
            _PROGRESS[one.progress],
            text.capitalised(PHASE_WORDS.get(one.phase, "")) if one.phase else "",
            ("overdue", text.capitalised(text.listing([PHASE_WORDS[p] for p in one.overdue])))
            if one.overdue
            else "",
            _follow_up(one),
        ]
        for one in found
        if told.unit is None or one.unit == told.code
    ]
    heads = ["Skola", "Period", "Fas", "Försenat", "Ny enkät och tidslogg senast"]
    return [words_table("prio-faser", "PRIO-perioder.", heads, lines)] if lines else []


def _follow_up(one: PrioCoverage) -> Cell:
    """When survey and time log are to be repeated (rule R10)."""
    due = day(one.follow_up_due) if one.follow_up_due else ""
    return ("overdue", f"{due}, försenad") if one.follow_up_overdue else due
