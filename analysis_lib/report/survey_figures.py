"""Which released cells each figure of a survey is drawn from (floor 7).

A survey is a family of indicators (``surveys.<family>_index``, ``_positive``, ``_answers``, ``_response``)
over questionnaires. Two groups of respondents are never put together; one that replaced another
(``succeeds``) carries its line on after a break.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell, ReleasedTable
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.answered import Answered, ResponseRow, draw_responses
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.likert import draw_likert
from analysis_lib.present.charts.likert_rows import LikertRow, Part
from analysis_lib.report.figures import dated, sourced
from analysis_lib.report.scope import SAID, Place, Scope
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.instruments import Instrument, Question

LEAST_UNITS = 2
_UNKNOWN = "vet_ej"


@dataclass(frozen=True)
class Survey:
    """One survey as the report's place has it: its indicators and its questionnaires, oldest first."""

    family: str
    scope: Scope
    indicators: Mapping[str, Indicator]
    instruments: tuple[Instrument, ...]

    @property
    def newest(self) -> Instrument:
        return self.instruments[-1]

    @property
    def name(self) -> str:
        return self.newest.name.split(" till och med")[0]

    def indicator(self, kind: str) -> Indicator | None:
        return self.indicators.get(f"surveys.{self.family}_{kind}")

    def said(self, kind: str, place: Place) -> ReleasedTable:
        """The rows of a kind about a place that say something, up to the report's läsår."""
        known = self.indicator(kind)
        rows = self.scope.of(known.id if known else "-").select(level=place.level, code=place.code, sex="T")
        if place.organisers:
            rows = rows.select(organiser=list(place.organisers))
        years = sorted({year for (year,) in rows.distinct("school_year") if year <= self.scope.school_year})
        return rows.select(state=SAID, school_year=years)

    def place(self, kind: str) -> Place | None:
        """Where the report's own figures of a kind stand, None when nothing is said of any place."""
        return next((place for place in self.scope.own_places if len(self.said(kind, place))), None)

    def groups(self) -> list[str]:
        """The groups that have answered in the newest läsår of each, in the questionnaire's order."""
        asked = [key for each in reversed(self.instruments) for key in each.respondent_groups]
        place = self.place("index") or self.place("positive")
        kind = "index" if self.place("index") else "positive"
        found = {cat for (cat,) in self.said(kind, place).distinct("category")} if place else set()
        replaced = {old for each in self.instruments for old in each.succeeds.values()}
        newer = {new for each in self.instruments for new in each.succeeds if new in found}
        gone = replaced if newer else set()
        return [group for group in [*dict.fromkeys(asked), "alla"] if group in found and group not in gone]

    def group_words(self, group: str) -> str:
        """What those who answered are called, in running text: ``elever åk 8``."""
        names = next((i.respondent_groups[group] for i in reversed(self.instruments)
                      if group in i.respondent_groups), ("alla svarande",))  # fmt: skip
        return text.uncapitalised(names[0]).replace(" åk ", " i åk ")

    def areas(self) -> dict[str, str]:
        """The names of the areas, the newest questionnaire's first."""
        return {key: names[0] for each in self.instruments for key, names in each.areas.items()}

    def question(self, id: str) -> tuple[Instrument, Question] | None:
        for instrument in reversed(self.instruments):
            for question in instrument.questions:
                if question.id == id:
                    return instrument, question
        return None


def survey(scope: Scope, family: str, indicators: Mapping[str, Indicator],
           instruments: Mapping[str, Instrument]) -> Survey | None:  # fmt: skip
    """The survey of a family; None when no indicator or questionnaire has its name."""
    known = {name: each for name, each in indicators.items() if name.startswith(f"surveys.{family}_")}
    names = list(dict.fromkeys(name for each in known.values() for name in each.instruments))
    chosen = tuple(instruments[name] for name in names if name in instruments)
    return Survey(family, scope, known, chosen) if known and chosen else None


def answered(asked: Survey, group: str, year: str) -> Answered | None:
    """How many of a group answered in a läsår, when the files tell it."""
    known, place = asked.indicator("response"), asked.place("response")
    if known is None or place is None:
        return None
    cell = next(asked.said("response", place).select(category=group, school_year=year).cells(), None)
    is_estimate = group.startswith("vardnadshavare")
    return Answered(cell, known, asked.group_words(group), is_estimate) if cell else None


def response_rows(asked: Survey) -> Iterator[ResponseRow]:
    """The response of each group in its newest läsår."""
    place = asked.place("response")
    if place is None:
        return
    rows = asked.said("response", place)
    for group in asked.groups():
        cells = sorted(rows.select(category=group).cells(), key=lambda cell: cell.school_year)
        if cells and (found := answered(asked, group, cells[-1].school_year)):
            yield ResponseRow(asked.name, asked.group_words(group), cells[-1].school_year, found)


def responses(surveys: Sequence[Survey], setting: Setting) -> Block | None:
    """How many answered in each survey and group; None when no file tells it."""
    rows = [row for each in surveys for row in response_rows(each)]
    if not rows:
        return None
    sources = list(dict.fromkeys(row.answered.indicator.source for row in rows))
    return draw_responses(rows, setting=replace(setting, source="; ".join(sources)))


def bars(asked: Survey, group: str, areas: Sequence[str], setting: Setting) -> Block | None:
    """The answers to the questions of some areas (none named: all) as diverging bars."""
    answers, positive, place = asked.indicator("answers"), asked.indicator("positive"), asked.place("answers")
    if answers is None or positive is None or place is None:
        return None
    said = asked.said("answers", place)
    mine = [cell for cell in said.cells() if cell.category.split(":")[0] == group]
    year = max((cell.school_year for cell in mine), default="")
    mine = [cell for cell in mine if cell.school_year == year]
    rows = list(_likert_rows(asked, (group, year), mine, (place, areas)))
    if not rows:
        return None
    subject = asked.scope.name if place.level in ("unit", "authority") else place.name
    known = replace(dated(sourced(setting, mine, answers), year, asked.scope), subject=subject)
    if known.source == "Skolverkets statistik":
        known = replace(known, source=answers.source)
    return draw_likert(
        rows,
        setting=known,
        indicators=(answers, positive),
        people=asked.group_words(group),
        when=year,
        answered=answered(asked, group, year) if place.level != "municipality" else None,
    )


def _likert_rows(
    asked: Survey, of: tuple[str, str], cells: Sequence[ReleasedCell], where: tuple[Place, Sequence[str]]
) -> Iterator[LikertRow]:
    """The questions in the questionnaire's order, area by area."""
    group, year = of
    place, wanted = where
    by_question: dict[str, list[ReleasedCell]] = {}
    for cell in cells:
        by_question.setdefault(cell.subject, []).append(cell)
    names = asked.areas()
    order = [key for each in reversed(asked.instruments) for key in each.areas]
    found = [(key, pair) for key in by_question if (pair := asked.question(key))]
    found.sort(key=lambda each: order.index(each[1][1].area) if each[1][1].area in order else len(order))
    for key, (instrument, question) in found:
        if wanted and question.area not in wanted:
            continue
        parts = _parts(instrument, question, by_question[key])
        keys = {"subject": key, "category": group, "school_year": year}
        yield LikertRow(
            question.wordings[0],
            names.get(question.area, ""),
            parts,
            positive=next(asked.said("positive", place).select(**keys).cells(), None),
            others=tuple(_others(asked, keys, place)),
        )


def _others(asked: Survey, keys: Mapping[str, str], place: Place) -> Iterator[tuple[str, ReleasedCell]]:
    known = asked.indicator("positive")
    if known is None:
        return
    scope = asked.scope
    told = [(scope.like_units, scope.authority)] if scope.unit else []
    for name, series in (*told, ("Riket", scope.nation)):
        cell = next(iter(series(known.id, years=None, **keys).cells()), None)
        if cell is not None and cell.level != place.level:
            yield name, cell


def _parts(instrument: Instrument, question: Question, cells: Sequence[ReleasedCell]) -> list[Part]:
    """The pieces of a question, from the most positive to the most negative, "vet ej" last."""
    era = cells[0].population.removeprefix(f"{instrument.id}-").split("-")[0]
    name = question.scale or next((each.scale for each in instrument.eras if each.id == era), "")
    scale = instrument.scales.get(name) or next(iter(instrument.scales.values()))
    codes = [step.code for step in scale.steps]
    codes = codes[::-1] if question.reversed else codes
    labels = {step.code: step.labels[0] for step in scale.steps}
    middle = codes[len(codes) // 2] if len(codes) % 2 else ""

    def place(cell: ReleasedCell) -> int:
        first = _codes(cell)[0]
        return codes.index(first) if first in codes else len(codes)

    parts = []
    for cell in sorted(cells, key=place):
        told = _codes(cell)
        steps = [code for code in told if code != _UNKNOWN]
        words = _either([labels.get(code, code) for code in steps], is_unsure=_UNKNOWN in told)
        if not steps:
            parts.append(Part(words, cell, 0))
            continue
        is_positive = scale.is_positive(steps[0], is_reversed=question.reversed)
        is_end = len(steps) == 1 and steps[0] == (codes[0] if is_positive else codes[-1])
        is_middle = steps == [middle] and not is_positive and len(told) == 1
        side = 1 if is_positive else -1
        parts.append(Part(words, cell, side, is_end, is_middle, is_merged=len(told) > 1))
    return parts


def _either(labels: Sequence[str], *, is_unsure: bool) -> str:
    """Answers that are told together: ``Instämmer delvis, i liten grad, inte alls eller vet inte``."""
    first = {label.split(" ", 1)[0] for label in labels}
    is_alike = len(labels) > 1 and len(first) == 1 and all(" " in label for label in labels)
    rest = [label.split(" ", 1)[1] if is_alike else text.uncapitalised(label) for label in labels[1:]]
    told = [*labels[:1], *rest, *(["vet inte"] if is_unsure else [])]
    if len(told) < 2:
        return text.capitalised("".join(told))
    return f"{', '.join(told[:-1])} eller {told[-1]}"


def _codes(cell: ReleasedCell) -> list[str]:
    return cell.category.split(":", 1)[-1].split("+")


def telling_questions(asked: Survey, group: str) -> list[tuple[Question, ReleasedCell]]:
    """The questions with the most and the fewest positive answers in the group's newest läsår."""
    place = asked.place("positive")
    said = asked.said("positive", place).select(category=group) if place else None
    cells = [cell for cell in said.cells() if cell.is_shown and cell.value is not None] if said else []
    year = max((cell.school_year for cell in cells), default="")
    known = [
        (pair[1], cell)
        for cell in cells
        if cell.school_year == year and (pair := asked.question(cell.subject)) is not None
    ]
    known.sort(key=lambda each: (-(each[1].value or 0), each[0].id))
    return [known[0], known[-1]] if len(known) > 1 else known
