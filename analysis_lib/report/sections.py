"""The fixed parts of a report: masthead, facts, tables, explained gaps, foot (floor 7).

Each function takes the report's scope and released cells and gives a block; what a reader sees is Swedish.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.present.narrative import why_hidden, with_unit
from analysis_lib.report.figures import ORGANISERS
from analysis_lib.report.parameters import Sidecar
from analysis_lib.report.scope import Scope
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import SCHOOL_FORM_NAMES, Seminar, Unit

EDITIONS = {"public": "Publik utgåva", "board": "Nämndens utgåva", "internal": "Intern utgåva"}
SOURCES = {"own": "skolornas egna uppgifter", "published": "Skolverkets statistik"}
_SUMMED = "sammanräknade ur skolornas egna uppgifter"
_PUBLISHED = "enligt Skolverkets publicerade statistik"
_COMPUTED = "Där Skolverket bara anger skolornas värden är kommunens värde beräknat ur dem."


def describe_unit(unit: Unit, municipality: str) -> str:
    """What a unit is, in words: ``En fristående grundskola, F–9, i Borlänge``."""
    form = next(
        (SCHOOL_FORM_NAMES[form] for form in ("gr", *unit.school_forms) if form in unit.school_forms), ""
    )
    organiser = ORGANISERS.get(unit.organiser, "")
    kind = " ".join(word for word in (organiser, form or "skola") if word)
    years = f", åk{text.NBSP}{unit.year_groups}," if unit.year_groups else ""
    article = "Ett" if kind.endswith(("fritidshem",)) else "En"
    return f"{article} {kind}{years} i {municipality}"


def whose_numbers(bases: Collection[str], units: str = "skolor") -> str:
    """Which units a huvudman's numbers are about, and where they come from."""
    origins = []
    if "own" in bases:
        origins.append(_SUMMED if units == "skolor" else _SUMMED.replace("skolornas", "enheternas"))
    if "published" in bases or "computed" in bases:
        origins.append(_PUBLISHED)
    told = (
        f"Siffrorna gäller kommunens egna {units}, {' och i några mått '.join(origins)}." if origins else ""
    )
    return f"{told} {_COMPUTED}" if "computed" in bases else told


def _stands_for(basis: str, bases: Collection[str]) -> bool:
    return basis == "published" and "computed" in bases


def masthead(
    scope: Scope,
    sidecar: Sidecar,
    seminar: Seminar,
    *,
    audience: str,
    made: datetime.date,
    pupils: tuple[Indicator, ReleasedCell] | None,
    bases: Collection[str],
    waiting: str = "",
    partial: Sequence[str] = (),
) -> Block:
    """Who, what, when, which edition and from where; carries the facts of its own numbers."""
    settings = scope.settings
    sources = [words for basis, words in SOURCES.items() if basis in bases or _stands_for(basis, bases)]
    standfirst: list[str] = []
    facts: tuple[Fact, ...] = ()
    if scope.unit:
        sentence = describe_unit(scope.unit, settings.municipality_name)
        if pupils and pupils[1].is_shown:
            sentence += f" med {pupils[1].text} elever"
            facts = facts_of([pupils[1]], pupils[0])
        standfirst.append(f"{sentence}.")
    if sidecar.standfirst:
        standfirst.append(sidecar.standfirst)
    if scope.unit is None:
        standfirst += [whose_numbers(bases, scope.kind_of_units), *partial]
    held = text.date(seminar.held) if seminar.held else ""
    lines = [f"Seminarium {held}: {seminar.title}" if held else f"Seminarium: {seminar.title}"]
    lines.append(
        f"Uppgifter till och med {text.date(seminar.cutoff)}"
        if seminar.cutoff
        else f"Gjord {text.date(made)}"
    )
    lines.append(f"{EDITIONS[audience]} {seminar.edition}")
    if scope.unit and not scope.unit.is_own and scope.unit.authority_name:
        lines.append(f"Huvudman: {scope.unit.authority_name}")
    if sources:
        lines.append(f"Källa: {text.listing(list(sources))}")
    if waiting:
        lines.append(waiting)
    data = {
        "municipality": settings.authority_name,
        "website": settings.website,
        "kicker": f"{sidecar.title} för läsåret {scope.school_year}",
        "title": scope.name,
        "standfirst": " ".join(standfirst),
        "lines": lines,
        "band_seed": scope.unit.code if scope.unit else settings.municipality_code,
        "audience": audience,
        "seminar": seminar.title,
        "edition": f"{EDITIONS[audience]} {seminar.edition}",
        "handbook": seminar.handbook,
        "source": text.capitalised(text.listing(list(sources))),
        "is_example": settings.is_example,
    }
    return Block("masthead", data, tuple(facts))


def about(
    cells: Sequence[tuple[Indicator, ReleasedCell, ReleasedCell | None]], comparison_name: str
) -> Block:
    """At most four facts, each with its school year and the comparison beside it."""
    items = []
    facts: list[tuple[Fact, ...]] = []
    for indicator, cell, other in cells[:4]:
        compared = ""
        if other is not None and other.state != "missing" and indicator.kind != "count":
            compared = f"{comparison_name} {with_unit(other, indicator)}"
            facts.append(facts_of([other], indicator))
        items.append(
            {
                "value": with_unit(cell, indicator),
                "label": indicator.short,
                "note": _fact_note(cell),
                "comparison": compared,
            }
        )
        facts.append(facts_of([cell], indicator))
    return Block("facts", {"items": items}, merged(*facts))


def _fact_note(cell: ReleasedCell) -> str:
    year = f"läsåret {cell.school_year}{', beräknat' if cell.basis == 'computed' else ''}"
    return year if cell.is_shown else f"{year}, {why_hidden(cell)}"


def questions(sidecar: Sidecar) -> Block:
    """What the readers are asked to talk about or decide."""
    if sidecar.questions is None:
        return Block("questions", {"heading": "Att prata om", "items": []})
    return Block("questions", {"heading": sidecar.questions.heading, "items": list(sidecar.questions.items)})


def decisions(sidecar: Sidecar) -> Block:
    """What the readers are asked to decide, in short; the reasons stand in the sections below."""
    asked = sidecar.decisions
    if asked is None:
        return Block("questions", {"heading": "Till beslut", "items": []})
    return Block("questions", {"heading": asked.heading, "items": list(asked.items)})


def foot(
    scope: Scope,
    seminar: Seminar,
    *,
    audience: str,
    bases: Collection[str],
    release: str,
    waiting: Sequence[str] = (),
) -> Block:
    """How numbers are made and what they lack, whom to ask, and which edition this is."""
    settings = scope.settings
    numbers = [
        *waiting,
        "Tal som bygger på få elever visas inte. Decimaltal är avrundade, "
        "så summor kan skilja på sista siffran.",
        "Osäkerhet: 95 procents intervall (Wilson för andelar). "
        "Förändring sägs vara säker bara när intervallet för skillnaden inte rymmer noll.",
    ]
    if "published" in bases or "computed" in bases:
        numbers.append("Publicerad statistik återges som den står hos Skolverket, med samma tecken.")
    ask = [
        f"{settings.contact or 'Huvudmannens förvaltning'} svarar på frågor om uppgifterna.",
        "Tillgänglighet: saknar du något eller kan inte läsa något, säg till så hjälper vi dig.",
    ]
    edition = [
        f"{EDITIONS[audience]} {seminar.edition} · Handbok {seminar.handbook}",
        f"Seminarium: {seminar.title} ({seminar.id})",
        f"Körning {release[:8]}",
    ]
    closing = "Gjord med Skolbänken."
    if settings.is_example:
        closing = "Exempelbild. Kommun, skolor och alla siffror är påhittade. " + closing
    columns = [
        {"heading": "Om siffrorna", "lines": numbers},
        {"heading": "Frågor och synpunkter", "lines": ask},
        {"heading": "Utgåva", "lines": edition},
    ]
    return Block("foot", {"columns": columns, "closing": closing})
