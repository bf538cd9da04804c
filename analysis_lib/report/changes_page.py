"""What has changed between two seminars as a reader meets it: a page of its own, and a section (floor 7).

Figures stand place by place with what was said, what is said now and why; measures of single units are named
in the internal edition only.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence

from analysis_lib import text
from analysis_lib.disclosure.facts import cell_facts
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, row, table_cell
from analysis_lib.present.evidence import merged
from analysis_lib.report.changes import REASONS, ChangedFigure, Differences
from analysis_lib.report.document import Document, Part, Section, Shown, Text
from analysis_lib.report.figures import SUBJECT_NAMES
from analysis_lib.report.freeze import at_freeze
from analysis_lib.report.tables import table_data
from analysis_lib.report.words.shapes import Cell, words_table
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

_MOST = 60  # rows; the whole list is what ``diff --json`` writes
_SEXES = {"F": "flickor", "P": "pojkar"}
_KINDS: Mapping[str, Cell] = {"new": ("ongoing", "Ny"), "closed": ("reached", "Avslutad")}
_WHY = {
    "term": "Varför",
    "text": "Ny definition: måttet räknas på ett annat sätt. Rättade eller nya uppgifter: en fil har lästs "
    "in på nytt. Ändrat skydd: talet visas eller döljs för att en liten grupp inte ska kunna pekas ut.",
}


def differences_page(workspace: Workspace, found: Differences) -> Document:
    """The page "Vad har ändrats sedan förra seminariet", ready for HTML; carries the facts of its figures."""
    catalog = Catalog(at_freeze(workspace, found.after.seminar.id))
    figures = figures_table(found, found.figures)
    measures = measures_table(found, catalog)
    added = added_table(found, catalog)
    lead = Section(parts=[_masthead(catalog, found), Shown("paragraph", {"text": summary(found)})])
    sections = [
        Section(
            "Ändrade siffror", "andrade-siffror", [_part(figures, "Inget som sades förra gången är ändrat.")]
        ),
        Section("Nya siffror", "nya-siffror", [_part(added, "Inga nya siffror.")]),
        Section("Åtgärder", "atgarder", [_part(measures, _counted_measures(found))]),
    ]
    return Document(lead, tuple(sections))


def summary(found: Differences) -> str:
    """What differs, in two or three sentences."""
    reasons = Counter(each.reason for each in found.figures)
    why = text.listing([f"{_number(count)} på grund av {REASONS[name]}" for name, count in reasons.items()])
    told = f"{text.capitalised(_number(len(found.figures)))} siffror som fanns förra gången är ändrade"
    if len(found.figures) == 1:
        told = "En siffra som fanns förra gången är ändrad"
    figures = f"{told}: {why}." if found.figures else "Ingen siffra som fanns förra gången är ändrad."
    added = sum(found.added.values())
    new = f"Nya siffror: {text.count(added)}." if added else "Inga siffror är nya."
    return f"{figures} {new} {_counted_measures(found)}"


def figures_table(found: Differences, figures: Sequence[ChangedFigure], *, foot: str = "") -> Block | None:
    """The changed figures, place by place; None when there are none."""
    if not figures:
        return None
    told = _told_together(figures)
    shown, left = told[:_MOST], sum(map(len, told[_MOST:]))
    if left:
        foot = f"{foot} {text.count(left)} ändrade siffror till ryms inte på sidan.".strip()
    rows = []
    for place in dict.fromkeys(each[0].place for each in shown):
        rows.append(row({"measure": table_cell(place)}, "group"))
        rows += [_figure_row(each) for each in shown if each[0].place == place]
    columns = [
        column("measure", "Mått", "left"),
        column("year", "Läsår", "left"),
        column("before", "Sades då"),
        column("after", "Sägs nu"),
        column("reason", "Varför", "left"),
    ]
    caption = f"Siffror som har ändrats mellan {found.before.seminar.title} och {found.after.seminar.title}."
    data = table_data("andringar", caption, columns, rows, [_WHY], foot=foot, is_wide=True)
    alone = [each[0] for each in shown if len(each) == 1]
    pairs = [(cell, each.indicator) for each in alone for cell in (each.before, each.after)]
    return Block("table", data, merged(*(cell_facts(cell, indicator) for cell, indicator in pairs)))


def _told_together(figures: Sequence[ChangedFigure]) -> list[list[ChangedFigure]]:
    """The figures in order; the parts of one distribution are told as one."""
    found: dict[tuple[object, ...], list[ChangedFigure]] = {}
    for each in figures:
        cell = each.after
        key = (each.place, cell.code, cell.indicator, cell.subject, cell.sex, cell.school_year, each.reason)
        whole = each.indicator.kind == "distribution"
        found.setdefault(key if whole else (*key, len(found)), []).append(each)
    return list(found.values())


def _figure_row(parts: Sequence[ChangedFigure]) -> dict[str, object]:
    each = parts[0]
    before, after = _words(each.before, each.after), _words(each.after, each.before)
    if len(parts) > 1:
        before, after = text.EN_DASH, f"{text.count_word(len(parts))} delar ändrade"
    subject = SUBJECT_NAMES.get(each.after.subject, each.after.subject)
    group = ", ".join(part for part in (text.uncapitalised(subject), _SEXES.get(each.after.sex, "")) if part)
    cells = {
        "measure": f"{each.indicator.short}{f', {group}' if group else ''}",
        "year": each.after.school_year,
        "before": before,
        "after": after,
        "reason": text.capitalised(REASONS[each.reason]),
    }
    return row({name: table_cell(words) for name, words in cells.items()})


def _words(cell: ReleasedCell, other: ReleasedCell) -> str:
    """The value, and its n where only that differs."""
    return cell.text if cell.text != other.text else f"{cell.text} (av {cell.n_text or 'okänt antal'})"


def added_table(found: Differences, catalog: Catalog) -> Block | None:
    """How many figures of each measure only the later seminar tells."""
    known = [(name, found.added[name]) for name in catalog.indicators if found.added.get(name)]
    lines: list[list[Cell]] = [[catalog.indicators[name].title, text.count(count)] for name, count in known]
    return (
        words_table("nya", "Siffror som inte fanns förra gången.", ["Mått", "Antal"], lines)
        if lines
        else None
    )


def measures_table(found: Differences, catalog: Catalog) -> Block | None:
    """The measures that came and those that ended, for internal readers only."""
    if found.after.audience != "internal" or not found.measures:
        return None
    units = found.after.units
    lines: list[list[Cell]] = [
        [
            units[each.unit].name if each.unit in units else catalog.settings.authority_name,
            each.what,
            _KINDS[each.kind],
            text.capitalised(each.conclusion) if each.conclusion else text.EN_DASH,
        ]
        for each in sorted(found.measures, key=lambda each: (each.unit, each.kind, each.what))
    ]
    heads = ["Enhet", "Åtgärd", "Läge", "Slutsats"]
    return words_table("atgarder-nya", "Åtgärder sedan förra seminariet.", heads, lines)


def _counted_measures(found: Differences) -> str:
    new = sum(each.kind == "new" for each in found.measures)
    closed = len(found.measures) - new
    if not found.measures:
        return "Inga åtgärder har tillkommit eller avslutats."
    return f"Åtgärder: {_number(new)} har tillkommit och {_number(closed)} har avslutats."


def _number(count: int) -> str:
    return "en" if count == 1 else text.count_word(count) if count else "ingen"


def _part(block: Block | None, silent: str) -> Part:
    if block is None:
        return Text(silent)
    return Shown(block.kind, dict(block.data), [fact.as_json("") for fact in block.facts])


def _masthead(catalog: Catalog, found: Differences) -> Shown:
    after = found.after
    settings, seminar = catalog.settings, after.seminar
    data = {
        "municipality": settings.authority_name,
        "website": settings.website,
        "kicker": "Vad har ändrats sedan förra seminariet",
        "title": settings.authority_name,
        "standfirst": f"Jämförelse mellan {found.before.seminar.title} och {seminar.title}.",
        "lines": [f"Gjord {text.date(datetime.date.today())}"],
        "band_seed": settings.municipality_code,
        "audience": after.audience,
        "seminar": seminar.title,
        "edition": seminar.edition,
        "handbook": seminar.handbook,
    }
    return Shown("masthead", data)
