"""Measures, improvement areas and promises: what was done, what it led to, what comes next (floor 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.register import Record
from analysis_lib.register.kinds.goals import Plan, TeachingPlan
from analysis_lib.register.kinds.measures import ImprovementArea, Measure
from analysis_lib.register.kinds.prio import Proposal
from analysis_lib.register.views.measures import (
    Followed,
    carried,
    carried_areas,
    followed,
    is_incomplete,
    origin_shares,
    research_warnings,
)
from analysis_lib.register.views.needs import need_table, plan_needs
from analysis_lib.register.views.prio import without_area
from analysis_lib.report.words.labels import label
from analysis_lib.report.words.shapes import Cell, cards_block, day, from_to, paragraph, words_table
from analysis_lib.report.words.told import Told

DONE: dict[str, Cell] = {
    "yes": ("reached", "Ja"),
    "partly": ("ongoing", "Delvis"),
    "no": ("not_reached", "Nej"),
    "": ("no_data", "Saknas"),
}
_NOBODY_YET: Cell = ("no_data", "Valt förslag: ansvarig och frist saknas")
_MOST_CARDS = 3


def followed_measures(told: Told) -> list[Block]:
    """Every measure of the läsår with what it led to (G8); for the huvudman how many, unit by unit."""
    rows = [
        row
        for row in followed(told.every(Measure), school_year=told.next_year, is_counted=_is_counted(told))
        if told.unit is None or row.measure.unit == told.code
    ]
    if not rows:
        return []
    return [_followed_table(rows)] if told.unit else [_followed_by_unit(rows, told)]


def _is_counted(told: Told) -> Callable[[str], bool]:
    """Whether an indicator is one of the statistics, so that its values are not for people to write."""
    from analysis_lib.report.effects import found_indicator

    return lambda words: found_indicator(words, told.catalog.indicators)[0] is not None


def _followed_table(rows: Sequence[Followed]) -> Block:
    lines: list[list[Cell]] = []
    for row in rows:
        entry = row.measure.entry
        after = from_to(entry.value_before, entry.value_after)
        lines.append(
            [
                entry.what,
                DONE[entry.implemented],
                f"{entry.indicator}: {after}" if entry.value_after is not None else entry.indicator,
                entry.comparison,
                entry.result or ("no_data", "Underlag saknas"),
                label(entry, "conclusion") or ("no_data", "Saknas"),
            ]
        )
    foot = "Avsnittet är ofullständigt: allt är inte ifyllt." if is_incomplete(rows) else ""
    heads = ["Åtgärd", "Genomförd?", "Mätvärde före → efter", "Jämförelse", "Vad det ledde till", "Slutsats"]
    caption = "Läsårets åtgärder och vad de lett till."
    note = {"term": "Kan bero på annat", "text": "Ett ändrat mätvärde kan bero på annat än åtgärden."}
    return words_table("atgarder-foljda", caption, heads, lines, notes=[note], foot=foot)


def _followed_by_unit(rows: Sequence[Followed], told: Told) -> Block:
    lines: list[list[Cell]] = []
    for code in [code for code in told.names if any(row.measure.unit == code for row in rows)]:
        mine = [row for row in rows if row.measure.unit == code]
        ended = [row.measure.entry for row in mine if row.is_complete]
        kept = Counter(label(entry, "conclusion") for entry in ended)
        state: Cell = ("reached", "Klart") if len(ended) == len(mine) else ("no_data", "Ofullständigt")
        lines.append(
            [
                told.names[code],
                str(len(mine)),
                str(sum(entry.implemented == "yes" for entry in ended)),
                ", ".join(f"{word} {count}" for word, count in sorted(kept.items()) if word),
                state,
            ]
        )
    heads = ["Enhet", "Åtgärder", "Genomförda helt", "Slutsatser", "Uppföljningen"]
    return words_table("atgarder-enheter", "Läsårets åtgärder vid enheterna.", heads, lines)


def improvement_areas(told: Told) -> list[Block]:
    """Improvement areas from this läsår on, with goal, value and deadline (B3).

    In a unit's own report those of earlier läsår stand first, as long as there is work left, and last the
    chosen proposals that no area has been written from yet (B9).
    """
    known = told.mine(ImprovementArea, school_year=None)
    found = [area for area in known if area.school_year >= told.school_year]
    if told.unit:
        work = told.mine(Measure, school_year=None)
        found = [*carried_areas(known, work, school_year=told.school_year), *found]
    lines: list[list[Cell]] = []
    for area in found:
        entry = area.entry
        measured = f"{entry.indicator}: {from_to(entry.baseline, entry.target)}"
        lines.append(
            [
                *([] if told.unit else [told.names.get(area.unit, area.unit)]),
                f"{entry.area} ({area.school_year})",
                entry.problem,
                entry.goal,
                measured if entry.target is not None else entry.indicator,
                f"{entry.responsible}, {day(entry.deadline)}",
            ]
        )
    lines += [
        [f"{p.entry.area} ({p.school_year})", p.entry.problem, p.entry.text, "", _NOBODY_YET]
        for p in without_area(told.mine(Proposal, school_year=None) if told.unit else [], known)
    ]
    heads = ["Område", "Problem", "Mål", "Indikator: i dag → mål", "Ansvarig, frist"]
    heads = heads if told.unit else ["Enhet", *heads]
    return [words_table("forbattringsomraden", "Förbättringsområden.", heads, lines)] if lines else []


def measures_now(told: Told) -> list[Block]:
    """At most three decided measures as cards: what, why, who, when we know more."""
    years = (told.next_year, told.school_year)
    found = [m for m in told.mine(Measure, school_year=None) if m.school_year in years and _goes_on(m.entry)]
    found.sort(key=lambda m: (years.index(m.school_year), m.id))
    areas = {area.thing: area.entry for area in told.every(ImprovementArea)}
    cards = []
    for measure in found[:_MOST_CARDS]:
        entry = measure.entry
        why = areas[entry.area].problem if entry.area in areas else entry.expected_effect
        cards.append(
            {
                "chip": "ongoing",
                "chip_text": text.capitalised(label(entry, "state")),
                "heading": entry.what,
                "text": "",
                "lines": [
                    {"term": "Varför", "text": why},
                    {"term": "Ansvarig", "text": entry.responsible},
                    {"term": "När vi vet mer", "text": text.date(entry.deadline)},
                ],
            }
        )
    return [cards_block(cards)] if cards else []


def _goes_on(entry: Measure) -> bool:
    return entry.state in ("decided", "ongoing")


def planned_measures(told: Told) -> list[Block]:
    """The open measures of the plan: new ones and those that follow with from earlier läsår (M4)."""
    measures = [m for m in told.mine(Measure, school_year=None) if m.entry.state != "ended"]
    old = {m.thing for m in carried(measures, school_year=told.next_year)}
    lines: list[list[Cell]] = [
        [
            *([] if told.unit else [told.names.get(m.unit, m.unit)]),
            m.entry.what,
            m.entry.expected_effect,
            f"{m.entry.responsible}, {day(m.entry.deadline)}",
            ("ongoing", "Följer med") if m.thing in old else ("ongoing", "Ny"),
            label(m.entry, "origin"),
        ]
        for m in measures
    ]
    if not lines:
        return []
    heads = ["Åtgärd", "Väntad effekt", "Ansvarig, frist", "Läge", "Ursprung"]
    heads = heads if told.unit else ["Enhet", *heads]
    return [words_table("planerade", f"Åtgärder inför läsåret {told.next_year}.", heads, lines)]


def plan_text(told: Told) -> list[Block]:
    """What the coming läsår is about, in the plan's own words, and who decided it when."""
    level = "unit" if told.unit else "authority"
    plans = [
        plan
        for plan in told.every(Plan)
        if plan.entry.level == level and plan.unit == told.code and plan.school_year >= told.school_year
    ]
    if not plans:
        return []
    entry, year = plans[-1].entry, plans[-1].school_year
    decided = f" Planen fastställdes {text.date(entry.decided_on)}" if entry.decided_on else ""
    if decided and entry.decided_by:
        decided += f" av {text.uncapitalised(entry.decided_by)}"
    decided += "." if decided else ""
    order = text.listing([text.uncapitalised(each) for each in entry.priorities])
    first = f" Prioriterade behov: {order}." if order else ""
    return [paragraph(f"Läsåret {year}. {text.capitalised(entry.text).rstrip('.')}.{first}{decided}")]


def needs(told: Told) -> list[Block]:
    """The units' needs as a heat table, and in words which the plan answers and which it leaves out (B4)."""
    from analysis_lib.present.charts.needs import draw_needs

    year = told.next_year
    areas = told.every(ImprovementArea)
    if not any(area.school_year == year for area in areas):
        year = told.school_year
    units = {code: unit for code, unit in told.own_units.items() if unit.is_open(year)}
    if not any(area.school_year == year for area in areas):
        return []
    cells = need_table(areas, units, school_year=year)
    priorities = [
        p for plan in told.every(Plan) if plan.entry.level == "authority" for p in plan.entry.priorities
    ]
    found = plan_needs(areas, units, priorities, school_year=year)
    lines: list[list[Cell]] = [
        [need.area, text.listing(list(need.units)), str(need.pupils), answered]
        for kind, answered in (
            (found.chosen, ("reached", "Med i planen")),
            (found.left_out, ("no_data", "Utanför planen")),
        )
        for need in kind
    ]
    blocks = [
        draw_needs(cells, {code: unit.name for code, unit in units.items()}, told.setting, period=year),
        words_table("behov", "Behoven och planen.", ["Behov", "Enheter", "Elever", "Planen"], lines),
    ]
    if found.silent_units:
        names = text.listing(list(found.silent_units))
        blocks.append(paragraph(f"Enheter som inte har lämnat något förbättringsområde: {names}."))
    return blocks


def origins(told: Told) -> list[Block]:
    """Where the measures come from, per unit: staff, leaders, nämnd, tillsyn, surveys (B10)."""
    shares = origin_shares(told.every(Measure), school_year=told.school_year)
    if not shares:
        return []
    used = [origin for origin in _ORIGINS if any(share.origin == origin for share in shares)]
    lines: list[list[Cell]] = []
    for unit in dict.fromkeys(share.unit for share in shares):
        mine = {share.origin: share for share in shares if share.unit == unit}
        counts: list[Cell] = [str(mine[o].count) if o in mine else text.EN_DASH for o in used]
        of = next(iter(mine.values())).of
        decided = sum(share.decided for share in mine.values())
        lines.append([told.names.get(unit, unit), *counts, str(of), f"{decided} av {of}"])
    heads = ["Enhet", *(_ORIGINS[origin] for origin in used), "Åtgärder", "Med chefsbeslut"]
    return [words_table("ursprung", f"Varifrån åtgärderna kommer, läsåret {told.school_year}.", heads, lines)]


_ORIGINS = {
    "staff": "Medarbetare",
    "principal": "Chef",
    "board": "Nämnd",
    "inspection": "Tillsyn",
    "survey": "Enkät",
}


def research(told: Told) -> list[Block]:
    """On what the measures rest: research, proven experience, local adaptation; what lacks is named (M11)."""
    found = told.mine(Measure, school_year=None)
    found = [m for m in found if m.school_year >= told.school_year]
    missing = {w.measure.thing: w.missing for w in research_warnings(found)}
    lines: list[list[Cell]] = [
        [
            m.entry.what,
            m.entry.research or ("no_data", "Saknas"),
            m.entry.proven_experience or ("no_data", "Saknas"),
            m.entry.local_adaptation or ("no_data", "Saknas"),
        ]
        for m in {m.entry.what: m for m in found}.values()
    ]
    if not lines:
        return []
    lacking = text.count_word(len(missing))
    of = text.count_word(len(found))
    part = f"alla {lacking}" if len(missing) == len(found) > 1 else f"{lacking} av {of}"
    foot = f"Underlag saknas för {part} åtgärder." if missing else ""
    heads = ["Åtgärd", "Forskningsgrund", "Beprövad erfarenhet", "Lokal anpassning"]
    return [words_table("grund", "Vad åtgärderna bygger på.", heads, lines, foot=foot)]


def teaching(told: Told) -> list[Block]:
    """The concrete plan for better teaching: what was seen, what is done, how it shows (G6, G10)."""
    found: list[Record[TeachingPlan]] = told.mine(TeachingPlan)
    if not found:
        return []
    lines: list[list[Cell]] = [
        [
            *([] if told.unit else [told.names.get(step.unit, step.unit)]),
            step.entry.focus,
            step.entry.observed,
            step.entry.activity,
            day(step.entry.on),
            step.entry.evidence or ("no_data", "Underlag saknas"),
        ]
        for step in found
    ]
    heads = ["Fokus", "Vad vi har sett", "Aktivitet", "När", "Belägg"]
    heads = heads if told.unit else ["Enhet", *heads]
    return [words_table("undervisning", "Plan för bättre undervisning.", heads, lines)]
