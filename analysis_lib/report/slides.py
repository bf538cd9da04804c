"""The same run as a presentation: one finding a slide, from the blocks that the report shows (floor 7).

A slide says nothing that the report does not: every headline, number and figure mark is taken from a block,
and the facts of the slides are facts of the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from analysis_lib import text
from analysis_lib.report.document import Document, Section, Shown, Text
from analysis_lib.report.prose import paragraphs, plain
from analysis_lib.report.slide_tables import for_slide, is_little, share_a_slide
from analysis_lib.report.table_sheets import read_value

MOST_SLIDES, MOST_POINTS = 14, 3
_CARDS, _BOX_SIGNS = 4, 300
MISSING = "Det här kan vi inte visa ännu"
_QUESTION = "Fråga"
_CERTAIN = re.compile(
    r"(?P<label>[^:]+): (?P<number>[+−]?[\d\u00a0]+(?:,\d+)?)(?P<unit>[^(]*)(?:\((?P<note>.+)\))?"
)
_SENTENCE_END = re.compile(r"(?<=[.?!]) (?=[A-ZÅÄÖ0-9])")


@dataclass(frozen=True)
class Point:
    """A number with its words, or words alone."""

    number: str = ""
    label: str = ""
    note: str = ""


@dataclass(frozen=True)
class Slide:
    """One slide: a headline, then a chart, one or two tables or a list, few points and one question.

    ``numbers`` stand large beside each other under a list; ``second`` is a table below the first.
    """

    kind: Literal["title", "figure", "table", "list"]
    headline: str
    kicker: str = ""
    measured: str = ""
    chart: Mapping[str, Any] | None = None
    alt: str = ""
    table: Mapping[str, Any] | None = None
    second: Mapping[str, Any] | None = None
    points: tuple[Point, ...] = ()
    numbers: tuple[Point, ...] = ()
    question_heading: str = ""
    question: tuple[str, ...] = ()
    source: str = ""
    mark: str = ""
    notes: tuple[str, ...] = ()
    facts: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


def slides_of(document: Document) -> list[Slide]:
    """The slides, at most fourteen: what matters most, the findings, what is missing, method, decisions."""
    first = [*_opening(document), *_summary(document)]
    last = [*_method(document), *_decisions(document)]
    middle = [slide for section in document.sections for slide in _joined(list(_results(section)))]
    room = MOST_SLIDES - len(first) - len(last)
    if len(middle) > room:  # the charts before the tables, both in reading order
        ranked = sorted(range(len(middle)), key=lambda n: (middle[n].kind != "figure", n))[:room]
        middle = [middle[n] for n in sorted(ranked)]
    return [*first, *middle, *last]


def _opening(document: Document) -> Iterator[Slide]:
    block = document.first("masthead")
    if block:
        data = block.data
        lines = tuple(Point(label=str(line)) for line in data.get("lines", ()))
        yield Slide(
            "title",
            str(data["title"]),
            kicker=str(data.get("kicker") or ""),
            measured=str(data.get("standfirst") or ""),
            points=lines,
            notes=(str(data.get("standfirst") or ""),),
            facts=tuple(block.facts),
        )


def _summary(document: Document) -> Iterator[Slide]:
    """The findings, and under them how many they are about; one slide for both."""
    findings, facts = document.first("findings"), document.first("facts")
    told = findings.data["items"] if findings else []
    counted = facts.data["items"] if facts else []
    if not told and not counted:
        return
    yield Slide(
        "list",
        "Det viktigaste" if told else "Vilka siffrorna gäller",
        kicker="Sammanfattning",
        points=tuple(Point(label=str(i["headline"]), note=str(i.get("text") or "")) for i in told),
        numbers=tuple(_fact(item) for item in counted[:_CARDS]),
        mark=str(facts.data.get("figure") or "") if facts and counted else "",
        notes=(*(f"{i['headline']}. {i.get('text') or ''}" for i in told), *_coverage(document)),
        facts=(*(findings.facts if findings else ()), *(facts.facts if facts and counted else ())),
    )


def _fact(item: Mapping[str, Any]) -> Point:
    note = ". ".join(filter(None, (item.get("note"), item.get("comparison"))))
    return Point(str(item["value"]), str(item["label"]), note)


def _coverage(document: Document) -> Iterator[str]:
    return (str(block.data["text"]) for block in document.blocks() if block.kind == "paragraph")


def _results(section: Section) -> Iterator[Slide]:
    """The figures, small tables and measures of a section, each with the question that stands before it."""
    asked = ""
    for part in section.parts:
        if isinstance(part, Text):
            asked = _asked(part) or asked
            continue
        slide = _slide(part)
        if slide:
            yield replace(
                slide,
                headline=slide.headline or section.heading,
                kicker=section.heading,
                facts=tuple(part.facts),
                question_heading=_QUESTION if asked and slide.kind == "figure" else "",
                question=(asked,) if asked and slide.kind == "figure" else (),
            )


def _joined(slides: list[Slide]) -> Iterator[Slide]:
    """Small tables of a section two on a slide; one so small that it would stand alone is left out."""
    waiting: Slide | None = None
    for slide in slides:
        if waiting and slide.table and waiting.table and share_a_slide(waiting.table, slide.table):
            yield _both(waiting, slide)
            waiting = None
            continue
        yield from _alone(waiting)
        waiting = slide
    yield from _alone(waiting)


def _alone(slide: Slide | None) -> Iterator[Slide]:
    if slide and not (slide.table and is_little(slide.table)):
        yield slide


def _both(one: Slide, other: Slide) -> Slide:
    return replace(
        one,
        headline=one.kicker,
        kicker="",
        second=other.table,
        mark=", ".join(filter(None, (one.mark, other.mark))),
        source=" ".join(dict.fromkeys(filter(None, (one.source, other.source)))),
        notes=(*one.notes, *other.notes),
        facts=(*one.facts, *other.facts),
    )


def _asked(part: Text) -> str:
    told = [plain(block["runs"]) for block in paragraphs(part.markdown) if block["kind"] == "prose"]
    return next((words for words in reversed(told) if words.endswith("?")), "")


def _slide(block: Shown) -> Slide | None:
    data = block.data
    if block.kind == "figure":
        return _figure(data)
    table = for_slide(data) if block.kind == "table" else None
    if table:
        notes = tuple(f"{note['term']}: {note['text']}" for note in data.get("notes", ()))
        mark = str(data.get("figure") or "")
        headline = str(data.get("finding") or data["caption"]).rstrip(".")
        return Slide(
            "table", headline, table=table, mark=mark, source=str(data.get("foot") or ""), notes=notes
        )
    if block.kind == "cards":
        shown = data["items"][:_CARDS]
        points = (Point(label=str(item["heading"]), note=_card_note(item)) for item in shown)
        notes = tuple(f"{item['heading']}. {item.get('text') or ''}" for item in data["items"])
        kinds = {
            str(item.get("chip_text") or "") for item in data["items"] if item.get("chip") == "uncertain"
        }
        return Slide("list", kinds.pop() if len(kinds) == 1 else "", points=tuple(points), notes=notes)
    return None


def _card_note(item: Mapping[str, Any]) -> str:
    """What stands under a card's heading: its text, else its named lines."""
    lines = (f"{line['term']}: {line['text']}".rstrip(".") for line in item.get("lines", ()))
    return str(item.get("text") or ". ".join(lines))


def _figure(data: Mapping[str, Any]) -> Slide:
    foot = str(data.get("foot") or "")
    told, _, source = foot.partition("Källa: ")
    notes = (str(data["alt"]), foot, *(f"{n['term']}: {n['text']}" for n in data.get("notes", ())))
    return Slide(
        "figure",
        str(data["finding"]),
        measured=str(data["title"]),
        chart=data["charts"].get("slide", data["charts"]["wide"]),
        alt=str(data["alt"]),
        points=tuple(_points(data, told.strip()))[:MOST_POINTS],
        source=f"Källa: {source}" if source else "",
        mark=str(data.get("figure") or data["id"]),
        notes=notes,
    )


def _points(data: Mapping[str, Any], told: str) -> Iterator[Point]:
    """The newest value or the whole's, what it is compared with, the change; then what the foot says."""
    yield from _own_values(data["table"])
    differences = [str(each["text"]) for each in data.get("derived", ()) if each["what"] == "difference"]
    for sentence in filter(None, _SENTENCE_END.split(told)):
        match = _CERTAIN.fullmatch(sentence.rstrip("."))
        if match and match["number"] in differences:
            label = f"{match['unit'].strip()}. {match['label']}" if match["unit"].strip() else match["label"]
            yield Point(match["number"], label, match["note"] or "")
        else:
            yield Point(label=sentence)


def _own_values(table: Mapping[str, Any]) -> Iterator[Point]:
    columns, rows = table["columns"], table["rows"]
    is_trend = bool(columns) and columns[0]["key"] == "period"
    chosen = [row for row in rows if row.get("style") in ("own", "sum")] or (rows[-1:] if is_trend else [])
    if not chosen:
        return
    cells = chosen[-1]["cells"]
    texts = {column["key"]: str(cells.get(column["key"], {}).get("text") or "") for column in columns}
    period, interval, n = (texts.get(key, "") for key in ("period", "interval", "n"))
    for column in columns[1:]:
        key, words = column["key"], texts[column["key"]]
        if key in ("interval", "n", "period", "area") or read_value(words).number is None:
            continue
        name = str(column["label"]) if is_trend or key != "value" else texts[columns[0]["key"]]
        note = f"95\u00a0% intervall {interval}. {n} elever." if key == "value" and interval and n else ""
        yield Point(words, f"{name} {period}".strip(), note)
        if key != "value":
            return


def _gaps(document: Document) -> list[tuple[str, Mapping[str, Any]]]:
    """What cannot be shown yet, with the heading it stands under."""
    return [
        (section.heading, part.data)
        for section in document.sections
        for part in section.parts
        if isinstance(part, Shown) and part.kind == "gap"
    ]


def _method(document: Document) -> Iterator[Slide]:
    """How the numbers are made, and beside it what is missing; on a slide of its own when that is much."""
    found = _gaps(document)
    told = tuple(
        " ".join(filter(None, (f"{heading}:", data["what"], data.get("why"), data.get("remedy"))))
        for heading, data in found
    )
    box = tuple(f"{heading}: {text.uncapitalised(str(data['what']))}" for heading, data in found)
    has_room = len(box) <= _CARDS and sum(map(len, box)) <= _BOX_SIGNS
    if found and not has_room:
        points = tuple(Point(label=heading, note=str(data["what"])) for heading, data in found[:_CARDS])
        yield Slide("list", MISSING, points=points, notes=told)
    foot = document.first("foot")
    columns = foot.data["columns"] if foot else ()
    lines = tuple(str(line) for line in columns[0]["lines"]) if columns else ()
    edition = tuple(str(line) for column in columns[1:] for line in column["lines"])
    asked: Mapping[str, Any] = next(iter(columns[1:]), {"heading": "", "lines": ()})
    is_told = bool(found) and has_room
    closing = str(foot.data.get("closing") or "") if foot else ""
    yield Slide(
        "list",
        "Så är siffrorna gjorda",
        kicker="Metod",
        points=tuple(Point(label=line) for line in lines[:_CARDS]),
        question_heading=MISSING if is_told else str(asked["heading"]),
        question=box if is_told else tuple(map(str, asked["lines"])),
        source=closing,
        notes=(*lines, *edition, closing, *(told if is_told else ())),
    )


def _decisions(document: Document) -> Iterator[Slide]:
    asked = [block.data for block in document.blocks() if block.kind == "questions" and block.data["items"]]
    if asked:
        first, rest = asked[0], asked[1:]
        yield Slide(
            "list",
            str(first["heading"]),
            kicker="Beslut" if rest else "",
            points=tuple(Point(label=str(item)) for item in first["items"]),
            question_heading=str(rest[0]["heading"]) if rest else "",
            question=tuple(map(str, rest[0]["items"])) if rest else (),
            notes=tuple(str(item) for each in asked for item in each["items"]),
        )
