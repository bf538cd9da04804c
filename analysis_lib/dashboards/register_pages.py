"""The pages about what people have written: D4 voices, D5 measures, D7 the årshjul, D8 ratings (floor 8).

Only entries about the viewer's own units are ever read into a page; the huvudman's own entries are for those
who may see the whole.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping

from analysis_lib import text
from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.effect_cards import effect_cards
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.own_entries import school_year_now, seen
from analysis_lib.dashboards.pages import Card, State, today
from analysis_lib.dashboards.voices import voice_cards
from analysis_lib.dashboards.year_more import more_year_cards
from analysis_lib.dashboards.year_page import year_cards
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, gap_block, row, table_cell, whole_cell
from analysis_lib.register import Reading, Record, load_kinds
from analysis_lib.register.kinds.measures import ImprovementArea, Measure, Promise
from analysis_lib.register.kinds.ratings import Rating, RatingChoice
from analysis_lib.register.views.measures import expected_before, open_measures, overdue
from analysis_lib.register.views.ratings import rated_parts
from analysis_lib.report.tables import table_data
from analysis_lib.vocabulary.self_rating import SelfRating

STATES = {"proposed": "Föreslagen", "decided": "Beslutad", "ongoing": "Pågår", "ended": "Avslutad"}
ROUNDS = {"ht": "ht", "vt": "vt"}
_MEASURES = (
    "Ingen öppen åtgärd är försenad",
    "En av {} öppna åtgärder är försenad",
    "{} av {} öppna åtgärder är försenade",
)
_PROMISES = ("Inget löfte är försenat", "Ett av {} löften är försenat", "{} av {} löften är försenade")


def register_cards(
    state: State,
    rights: Rights,
    edition: Edition,
    register: Reading,
    instruments: Mapping[str, SelfRating],
) -> list[Card]:
    """The cards of a page about what has been written, for the viewer's units only."""
    load_kinds()
    if state.page == "sjalvskattning":
        return rating_cards(state, register, instruments)
    makers: dict[str, Callable[[State, Rights, Edition, Reading], list[Card]]] = {
        "roster": voice_cards,
        "atgarder": _measures,
        "arshjul": _year,
    }
    return makers[state.page](state, rights, edition, register) if state.page in makers else []


def _year(state: State, rights: Rights, edition: Edition, register: Reading) -> list[Card]:
    own = (state, rights, edition, register)
    return [*year_cards(*own), *more_year_cards(*own)]


def rating_cards(state: State, register: Reading, instruments: Mapping[str, SelfRating]) -> list[Card]:
    """One's own levels over time: never beside another unit's (rule R9)."""
    if state.instrument not in instruments:
        return [
            Card(
                "saknas",
                gap_block(
                    "Inget instrument passar enhetens skolform",
                    "Den som ansvarar för Skolbänken lägger in instrument.",
                    "",
                ),
            )
        ]
    instrument = instruments[state.instrument]
    ratings = register.current(Rating, unit=state.unit)
    parts = rated_parts(instrument, ratings, register.current(RatingChoice, unit=state.unit), unit=state.unit)
    parts = [part for part in parts if part.team == state.team] if state.team else parts
    if not parts:
        what = "Ni har inte skattat er med det här instrumentet ännu"
        return [
            Card("trend", gap_block(what, "Er egen utveckling visas här när ni har sparat en omgång.", ""))
        ]
    rounds = sorted({(year, name) for part in parts for year, name, _ in part.levels})
    columns = [column("part", "Del", "left"), column("team", "Arbetslag", "left")]
    columns += [column(f"r{at}", f"{year} {ROUNDS[name]}", "left") for at, (year, name) in enumerate(rounds)]
    rows = []
    for part in parts:
        levels = {(year, name): instrument.label(level) for year, name, level in part.levels}
        cells = {f"r{at}": table_cell(levels.get(each, "")) for at, each in enumerate(rounds)}
        rows.append(row({"part": table_cell(part.name), "team": table_cell(part.team or "Enheten"), **cells}))
    caption = f"{instrument.title}: er egen skattning, omgång för omgång. Jämförs bara med er själva."
    return [Card("trend", Block("table", table_data("skattning", caption, columns, rows, [])))]


def _measures(state: State, rights: Rights, edition: Edition, register: Reading) -> list[Card]:
    measures = seen(register, Measure, state, rights, edition)
    now = today()
    late = {m.thing for m in overdue(measures, today=now)}
    versions = register.histories(Measure)
    told_late = {m.thing for m in measures if not expected_before(versions[m.thing])}
    running = open_measures(measures, school_year=school_year_now())
    ended = [m for m in measures if m.entry.state == "ended"]
    promises = seen(register, Promise, state, rights, edition)
    areas = {a.thing: a.entry.area for a in seen(register, ImprovementArea, state, rights, edition)}
    names = _names(edition)
    return [
        Card("oppna", _measure_table("Öppna åtgärder", running, late, names, areas, told_late=told_late)),
        *effect_cards(state, rights, edition, register),
        Card("avslutade", _ended_table(ended, names)),
        Card("loften", _promise_table(promises, names, now)),
    ]


def _measure_table(
    title: str,
    measures: Iterable[Record[Measure]],
    late: set[str],
    names: Mapping[str, str],
    areas: Mapping[str, str],
    *,
    told_late: set[str],
) -> Block:
    rows = [
        row(
            {
                "what": table_cell(m.entry.what),
                "unit": table_cell(names.get(m.unit, "")),
                "area": table_cell(areas.get(m.entry.area, "")),
                "who": table_cell(m.entry.responsible),
                "expected": table_cell(_expected(m, m.thing in told_late)),
                "deadline": whole_cell(m.entry.deadline.isoformat()),
                "state": {"text": "Försenad", "chip": "overdue"}
                if m.thing in late
                else {"text": STATES[m.entry.state], "chip": "ongoing"},
            }
        )
        for m in measures
    ]
    if not rows:
        return gap_block("Inga åtgärder är öppna", "Den första skrivs in längst ner på enhetens sida.", "")
    columns = [
        column("what", "Åtgärd", "left"),
        column("unit", "Enhet", "left"),
        column("area", "Område", "left"),
        column("who", "Ansvarig", "left"),
        column("expected", "Väntad effekt", "left"),
        column("deadline", "Frist", "left"),
        column("state", "Läge", "left"),
    ]
    data = table_data("oppna", f"{title}, äldst först.", columns, rows, [])
    overdue_now = sum(cells["cells"]["state"]["text"] == "Försenad" for cells in rows)
    return Block("table", data | {"finding": _late(overdue_now, len(rows), _MEASURES)})


def _expected(measure: Record[Measure], is_told_late: bool) -> str:
    """The expected effect, and whether it was told only when the work had begun: then it foretold nothing."""
    if not measure.entry.expected_effect:
        return "Inte skriven"
    late = " (skriven eller ändrad efter att arbetet började)" if is_told_late else ""
    return f"{measure.entry.expected_effect}{late}"


def _ended_table(measures: list[Record[Measure]], names: Mapping[str, str]) -> Block:
    if not measures:
        return gap_block("Ingen åtgärd är avslutad ännu", "En åtgärd avslutas alltid med ett resultat.", "")
    rows = [
        row(
            {
                "what": table_cell(m.entry.what),
                "unit": table_cell(names.get(m.unit, "")),
                "before": table_cell(_number(m.entry.value_before)),
                "after": table_cell(_number(m.entry.value_after)),
                "like": table_cell(m.entry.comparison or "Inte skriven"),
                "result": table_cell(m.entry.result),
            }
        )
        for m in measures
    ]
    columns = [
        column("what", "Åtgärd", "left"),
        column("unit", "Enhet", "left"),
        column("before", "Före"),
        column("after", "Efter"),
        column("like", "Liknande enheter", "left"),
        column("result", "Resultat", "left"),
    ]
    return Block(
        "table", table_data("avslutade", "Avslutade åtgärder och vad de ledde till.", columns, rows, [])
    )


def _promise_table(promises: list[Record[Promise]], names: Mapping[str, str], now: datetime.date) -> Block:
    if not promises:
        return gap_block(
            "Inga löften är skrivna", "Löften skrivs i skolanalysen och följs i resultatsamtalet.", ""
        )
    words = {"open": "Öppet", "kept": "Infriat", "partly": "Delvis infriat", "not_kept": "Inte infriat"}
    rows = []
    for one in promises:
        is_late = one.entry.state == "open" and one.entry.due < now
        told = {"text": "Försenat", "chip": "overdue"} if is_late else table_cell(words[one.entry.state])
        rows.append(
            row(
                {
                    "text": table_cell(one.entry.text),
                    "unit": table_cell(names.get(one.unit, "")),
                    "due": whole_cell(one.entry.due.isoformat()),
                    "state": told,
                }
            )
        )
    columns = [
        column("text", "Löfte", "left"),
        column("unit", "Enhet", "left"),
        column("due", "Senast", "left"),
        column("state", "Läge", "left"),
    ]
    data = table_data("loften", "Löften från skolanalyserna.", columns, rows, [])
    late = sum(cells["cells"]["state"]["text"] == "Försenat" for cells in rows)
    return Block("table", data | {"finding": _late(late, len(rows), _PROMISES)})


def _late(late: int, whole: int, words: tuple[str, str, str]) -> str:
    """How many are past their day, as the sentence above the table."""
    nobody, one, many = words
    if late < 2:
        return nobody if late == 0 else one.format(text.count_word(whole))
    return many.format(text.capitalised(text.count_word(late)), text.count_word(whole))


def _names(edition: Edition) -> dict[str, str]:
    huvudman = {"": edition.catalog.settings.authority_name}
    return huvudman | {code: unit.name for code, unit in edition.prepared.units.items()}


def _number(value: float | None) -> str:
    return text.EN_DASH if value is None else text.number(value, 1)
