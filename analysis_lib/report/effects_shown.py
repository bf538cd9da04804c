"""Last läsår's measures as a reader meets them: a table without blanks and the figure of before and after.

Rows come from ``effects``; the words are those that people wrote in the register (floor 7, seed G8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from analysis_lib import text
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.dumbbell import BeforeAfter, draw_before_after
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.evidence import cell_name, facts_of, merged
from analysis_lib.register.views.measures import is_incomplete
from analysis_lib.report.effects import MeasureEffect
from analysis_lib.report.scope import Scope
from analysis_lib.report.words.labels import label
from analysis_lib.report.words.measures import DONE
from analysis_lib.report.words.shapes import Cell, from_to, words_table
from analysis_lib.statistics.effect import Answer

_SURE = (Answer.IMPROVED, Answer.WORSENED)
_CHIPS = {Answer.IMPROVED: "reached", Answer.WORSENED: "not_reached", Answer.UNKNOWN: "no_data"}
_NOTE = {
    "term": "Kan bero på annat",
    "text": "Enhetens förändring jämförs med liknande enheters samma läsår. En säker skillnad kan ändå bero "
    "på annat än åtgärden.",
}


def answer_cell(each: MeasureEffect) -> Cell:
    """The answer with its sign; a change that may be chance is no status and has a ring."""
    words = text.capitalised(each.effect.answer.value)
    chip = _CHIPS.get(each.effect.answer)
    return (chip, words) if chip else f"○ {words}"


def unit_table(effects: Sequence[MeasureEffect]) -> Block:
    """One unit's measures of last läsår: done, before and after, effect and why, words, conclusion."""
    heads = [
        "Åtgärd",
        "Genomförd?",
        "Mätvärde före → efter",
        "Mot liknande enheter",
        "Varför",
        "Vad det ledde till",
        "Slutsats",
    ]
    lines: list[list[Cell]] = [
        [
            each.measure.entry.what,
            DONE[each.measure.entry.implemented],
            before_after(each),
            answer_cell(each),
            each.effect.reason,
            each.measure.entry.result or ("no_data", "Underlag saknas"),
            label(each.measure.entry, "conclusion") or ("no_data", "Saknas"),
        ]
        for each in effects
    ]
    is_left = is_incomplete(each.followed for each in effects)
    foot = "Avsnittet är ofullständigt: allt är inte ifyllt." if is_left else ""
    return words_table(
        "atgarder-foljda",
        "Läsårets åtgärder och vad de lett till.",
        heads,
        lines,
        notes=[_NOTE],
        foot=foot,
    )


def effects_table(scope: Scope, effects: Sequence[MeasureEffect]) -> Block:
    """All units' measures of last läsår and what they led to; no row is left out or blank."""
    heads = ["Enhet", "Åtgärd", "Genomförd?", "Mått", "Mot liknande enheter", "Varför", "Slutsats"]
    lines: list[list[Cell]] = [
        [
            _place(scope, each.measure.unit),
            each.measure.entry.what,
            DONE[each.measure.entry.implemented],
            each.what_is_measured,
            answer_cell(each),
            each.effect.reason,
            label(each.measure.entry, "conclusion") or ("no_data", "Saknas"),
        ]
        for each in effects
    ]
    title = "Förra årets åtgärder och vad de lett till."
    foot = summary(effects)
    left = sum(not each.followed.is_complete for each in effects)
    foot += f" {text.capitalised(_number(left))} är inte färdigt uppföljda." if left > 1 else ""
    foot += " En åtgärd är inte färdigt uppföljd." if left == 1 else ""
    return words_table("atgardseffekter", title, heads, lines, notes=[_NOTE], foot=foot)


def summary(effects: Sequence[MeasureEffect]) -> str:
    """How many measures got each answer: ``Av fem åtgärder: en tydlig förbättring, fyra går inte …``."""
    counts = Counter(each.effect.answer for each in effects)
    told = [f"{_number(counts[answer])} {answer.value}" for answer in Answer if counts[answer]]
    noun = "åtgärd" if len(effects) == 1 else "åtgärder"
    return f"Av {_number(len(effects))} {noun}: {', '.join(told)}."


def _number(count: int) -> str:
    return "en" if count == 1 else text.count_word(count)


def before_after(each: MeasureEffect) -> str:
    """The measured levels; where the statistics can't tell, what the unit wrote itself."""
    name = each.what_is_measured
    found, entry = each.effect.levels, each.measure.entry
    if found is not None and each.indicator is not None:
        unit = f"{text.NBSP}%" if each.indicator.kind == "share" else ""
        levels = [text.number(level, each.indicator.decimals) for level in (found.before, found.after)]
        return f"{name}: {levels[0]}{text.NBSP}→{text.NBSP}{levels[1]}{unit}"
    if entry.value_after is not None and each.indicator is None:
        return f"{name}: {from_to(entry.value_before, entry.value_after)}"
    return name


def effect_figures(
    scope: Scope, effects: Sequence[MeasureEffect], settings: Iterator[Setting]
) -> Iterator[Block]:
    """Before and after for each measure that could be reckoned: shares together, each mean by itself."""
    known = [each for each in effects if each.effect.found is not None and each.indicator is not None]
    groups: dict[str, list[MeasureEffect]] = {}
    for each in known:
        assert each.indicator is not None
        is_share = each.indicator.kind == "share"
        groups.setdefault("share" if is_share else each.indicator.id, []).append(each)
    for group in groups.values():
        indicator = group[0].indicator
        assert indicator is not None
        unit = "%" if indicator.kind == "share" else narrative.unit_words(indicator)
        yield draw_before_after(
            [_drawn(scope, each) for each in group],
            next(settings),
            unit=unit,
            decimals=indicator.decimals,
            facts=merged(*(facts_of(each.cells, each.indicator) for each in group if each.indicator)),
        )


def _drawn(scope: Scope, each: MeasureEffect) -> BeforeAfter:
    effect = each.effect
    found, levels = effect.found, effect.levels
    assert found is not None
    assert levels is not None
    assert levels.peers_before is not None
    assert levels.peers_after is not None
    return BeforeAfter(
        label=each.measure.entry.what,
        whose=_place(scope, each.measure.unit),
        measured=each.what_is_measured,
        before=levels.before,
        after=levels.after,
        others_before=levels.peers_before,
        others_after=levels.peers_after,
        difference=(found.difference, found.low, found.high),
        answer=effect.answer.value,
        is_sure=effect.answer in _SURE,
        others=effect.peers,
        years=(_span(effect.before), _span(effect.after)),
        of=tuple(cell_name(cell) for cell in each.cells),
    )


def _span(years: Sequence[str]) -> str:
    return years[0] if len(years) == 1 else f"{years[0]}{text.EN_DASH}{years[-1]}"


def _place(scope: Scope, unit: str) -> str:
    return scope.units[unit].name if unit in scope.units else scope.settings.authority_name
