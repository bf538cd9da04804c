"""What all figures share: their setting, their table, and how the parts become one block (floor 6).

A figure has a finding, a measured title, two drawings, a table with one row per mark, an alt text with the
same numbers, and a foot with n, source and date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present import theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.narrative import Standing, why_hidden, with_unit
from analysis_lib.vocabulary.indicators import Indicator

ALT_LIMIT = 300
HIDDEN_WHY = "Talen visas inte, för att skydda elever i små grupper."
_LOOSE = re.compile(r"(?<=\b[åÅ]k) (?=\d)|(?<=\d) (?=%|procent\b)")


@dataclass(frozen=True)
class PeriodMark:
    """Something from outside that went on during some läsår, as Skolverket's support: context, no cause."""

    words: str
    first: str
    last: str


@dataclass(frozen=True)
class Setting:
    """What a figure must be told besides its cells: its id, whose it is, source and last date of the data."""

    id: str
    subject: str
    source: str
    until: str = ""
    notes: tuple[Mapping[str, str], ...] = ()
    standing: Standing | None = None
    breaks: Mapping[str, str] = field(default_factory=dict)  # first school year of a segment: why it begins
    marks: tuple[PeriodMark, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Grey cells to compare with: ``style`` is ``municipality`` (solid) or ``nation`` (dotted)."""

    name: str
    cells: Sequence[ReleasedCell]
    style: str = "municipality"

    @property
    def colour(self) -> str:
        return theme.MUNICIPALITY if self.style == "municipality" else theme.NATION

    @property
    def dash(self) -> str:
        return "" if self.style == "municipality" else "2 3"


@dataclass
class Parts:
    """The parts of a figure while it is put together."""

    finding: str
    title: str
    alt: str
    foot: str
    columns: list[dict[str, str]]
    rows: list[dict[str, Any]]
    facts: tuple[Fact, ...]
    notes: list[Mapping[str, str]] = field(default_factory=list)
    derived: list[dict[str, Any]] = field(default_factory=list)
    weights: tuple[
        float, ...
    ] = ()  # the widths of the table's columns in print, when the first is not widest


Drawing = Callable[[theme.Width], dict[str, Any]]


def figure_block(setting: Setting, parts: Parts, draw: Drawing) -> Block:
    """The figure as a block, drawn separately for both widths, and for a slide if it is too tall for one."""
    charts = {width: draw(width) for width in theme.PAGE_WIDTHS}
    if _is_tall(charts["wide"]):
        charts["slide"] = draw("slide")
    alt = kept_together(shortened(parts.alt))
    for spec in charts.values():
        spec["description"] = alt
    data = {
        "id": setting.id,
        "finding": kept_together(parts.finding),
        "title": kept_together(parts.title),
        "alt": alt,
        "foot": " ".join(filter(None, (parts.foot, source_line(setting)))),
        "charts": charts,
        "hatches": [theme.HATCH_SUPPRESSED, theme.HATCH_NEGATIVE, theme.HATCH_MOST_NEGATIVE],
        "table": {
            "id": f"{setting.id}-tabell",
            "caption": parts.title,
            "columns": parts.columns,
            "rows": parts.rows,
            "notes": [],
            "foot": "",
            **({"weights": list(parts.weights)} if parts.weights else {}),
        },
        "notes": [dict(note) for note in (*setting.notes, *parts.notes)],
        "derived": parts.derived,
    }
    return Block("figure", data, parts.facts)


def _is_tall(spec: Mapping[str, Any]) -> bool:
    """Whether the drawing would be shrunk on a slide, and its letters with it."""
    height = spec["height"] + spec["padding"]["top"] + spec["padding"]["bottom"]
    return bool(height * theme.WIDTHS["slide"] > theme.SLIDE_HEIGHT * theme.WIDTHS["wide"])


def kept_together(words: str) -> str:
    """The text with no-break spaces where a line must not end: ``åk 9``, ``89,6 procent``.

    >>> kept_together("i åk 9 var det 5 procent")
    'i åk\\xa09 var det 5\\xa0procent'
    """
    return _LOOSE.sub(text.NBSP, words)


def gap_block(
    what: str, why: str, remedy: str = "", facts: tuple[Fact, ...] = (), *, cause: str = ""
) -> Block:
    """An explained empty place, instead of an empty chart.

    Gaps with the same ``cause`` under one heading become one, which says ``together`` if that is given.
    """
    return Block("gap", {"what": what, "why": why, "remedy": remedy, "cause": cause, "together": ""}, facts)


def hidden_gap(what: str, subject: str, facts: tuple[Fact, ...]) -> Block:
    """The gap where every value is hidden: it says why, and where the pupils are part of a whole."""
    block = gap_block(what, HIDDEN_WHY, "Se i stället siffrorna för hela kommunen.", facts, cause="hidden")
    return Block("gap", {**block.data, "together": f"Resultaten för {subject} visas inte"}, facts)


def source_line(setting: Setting) -> str:
    """``Källa: skolornas betyg, till och med 30 juni 2026.``"""
    until = f", till och med {setting.until}" if setting.until else ""
    return f"Källa: {setting.source.rstrip('.')}{until}."


def shortened(alt: str, limit: int = ALT_LIMIT) -> str:
    """The alt text in whole sentences within the limit."""
    while len(alt) > limit and ". " in alt.rstrip("."):
        alt = alt.rstrip(".").rsplit(". ", 1)[0] + "."
    return alt if len(alt) <= limit else alt[: limit - 1].rsplit(" ", 1)[0] + "…"


def brief(definition: str, limit: int = 300) -> str:
    """The first whole sentences of a definition, at least one, for a margin note."""
    sentences = definition.split(". ")
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(kept) + len(sentence) + 2 > limit:
            return f"{kept.rstrip('.')}."
        kept = f"{kept}. {sentence}"
    return kept


def mark_notes(cells: Iterable[ReleasedCell], people: str = "elever") -> list[Mapping[str, str]]:
    """Margin notes for the signs that the cells show; ``people`` are who is counted."""
    one = "enskild elev" if people == "elever" else "enskild"
    there = "svarade" if people == "svarande" else f"{people} nådde"
    place = "positivt" if people == "svarande" else "dit"
    kept = list(cells)
    states = {cell.state for cell in kept}
    notes: list[Mapping[str, str]] = []
    if "nearly_all" in states:
        notes.append(
            {
                "term": "~100 betyder nästan alla",
                "text": f"Högst fyra {there} inte {place}. Exakt tal visas inte, så att ingen {one} "
                "kan pekas ut.",
            }
        )
    if "nearly_none" in states:
        notes.append(
            {
                "term": "~0 betyder nästan inga",
                "text": f"Högst fyra {there} {place}. Exakt tal visas inte.",
            }
        )
    hidden = {cell.basis == "own" for cell in kept if cell.state == "suppressed"}
    if hidden:
        own = "Talet skyddar en liten grupp: den själv, eller en som annars kunde räknas ut."
        published = "Skolverket visar inte tal som bygger på få elever."
        told = " ".join([own] * (True in hidden) + [published] * (False in hidden))
        notes.append({"term": ".. betyder visas inte", "text": told})
    if "missing" in states:
        notes.append({"term": ". betyder att uppgift saknas", "text": "Inget har rapporterats för gruppen."})
    return notes


def table_cell(words: str, *, reason: str = "") -> dict[str, str]:
    """One cell of a table block."""
    return {"text": words, "reason": reason} if reason else {"text": words}


def whole_cell(words: str) -> dict[str, Any]:
    """A cell that is never broken over two lines, such as a date."""
    return {"text": words, "whole": True}


def value_cell(cell: ReleasedCell | None, indicator: Indicator) -> dict[str, str]:
    """The value of a cell for a table, with the reason when it is not shown."""
    if cell is None:
        return table_cell("")
    hidden = cell.state not in ("shown",)
    return table_cell(with_unit(cell, indicator), reason=why_hidden(cell) if hidden else "")


def column(key: str, label: str, align: str = "right") -> dict[str, str]:
    """One column of a table block."""
    return {"key": key, "label": label, "align": align}


def row(cells: Mapping[str, dict[str, str]], style: str = "") -> dict[str, Any]:
    """One row of a table block; ``style`` is empty, ``own``, ``sum`` or ``group``."""
    return {"style": style, "cells": dict(cells)}


def span_of_years(years: Sequence[str]) -> str:
    """``Läsåret 2025/26`` or ``Läsåren 2018/19–2025/26``."""
    if len(years) == 1:
        return f"Läsåret {years[0]}"
    return f"Läsåren {years[0]}{text.EN_DASH}{years[-1]}"


def lozenge(cell: ReleasedCell) -> tuple[float, float] | None:
    """Where a ``~100`` or ``~0`` may lie, per cent: at most four pupils of n from the end.

    Without a known n the group is taken to be ten, the least that an authority publishes.
    """
    if cell.state not in ("nearly_all", "nearly_none"):
        return None
    n = cell.n if cell.n_state == "shown" and cell.n else 10
    far = min(400 / n, 100)
    # Our own signs also cover nobody at all; an authority's signs mean one to four.
    near = 100 / n if cell.basis == "published" else 0.0
    return (100 - far, 100 - near) if cell.state == "nearly_all" else (near, far)
