"""What last läsår's measures led to: the register's measures against released results (floor 7; seed G8).

Only numbers that the reader may see are used, a unit's own answer stands in the internal edition only, and
the words are always the same four. What can't be judged says why.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.indicators.peers import similar_codes
from analysis_lib.register import Record
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.views.measures import Followed, followed
from analysis_lib.report.figures import SUBJECT_NAMES
from analysis_lib.report.scope import BASES, Scope
from analysis_lib.statistics.effect import Answer, Effect, effect_of
from analysis_lib.statistics.effect import Measure as Tried
from analysis_lib.statistics.intervals import sums_of_interval
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.peers import Peers
from analysis_lib.vocabulary.periods import SchoolYear

LAST_MONTH_TO_COUNT = 1  # begun by the end of January: the same läsår's results can have been touched
_NO_MEASURE = "Åtgärden har ingen indikator."
_OWN_MEASURE = "Måttet följs av enheten själv och finns inte i statistiken."
_HIDDEN = "Enhetens resultat visas inte ett av läsåren, för att skydda en liten grupp."
_NO_RESULTS = "Enheten har inga resultat i det måttet."
_NO_SPREAD = "Skolverket visar inte hur elevernas poäng skiljer sig, så slumpen går inte att räkna på."


@dataclass(frozen=True)
class MeasureEffect:
    """One measure of last läsår: what it led to, or why that can't be said.

    ``cells`` are the unit's own released cells that the answer rests on.
    """

    followed: Followed
    indicator: Indicator | None
    effect: Effect
    subject: str = ""
    cells: tuple[ReleasedCell, ...] = ()

    @property
    def measure(self) -> Record[Measure]:
        return self.followed.measure

    @property
    def what_is_measured(self) -> str:
        """The measure's name with its subject; what people wrote when it is their own."""
        if self.indicator is None:
            return self.measure.entry.indicator or "saknas"
        subject = SUBJECT_NAMES.get(self.subject, self.subject)
        return f"{self.indicator.short}, {subject.lower()}" if subject else self.indicator.short


def first_year(start: datetime.date) -> str:
    """The first läsår whose results a measure that began then can have touched.

    >>> first_year(datetime.date(2024, 9, 1)), first_year(datetime.date(2025, 3, 1))
    ('2024/25', '2025/26')
    """
    year = SchoolYear(start.year if start.month >= 7 else start.year - 1)
    is_late = LAST_MONTH_TO_COUNT < start.month < 7
    return str(year.plus(1) if is_late else year)


def found_indicator(words: str, known: Mapping[str, Indicator]) -> tuple[Indicator | None, str]:
    """The indicator that people meant and its subject: by id or by its short name.

    ``results.subject_passed_6/MA`` and ``Godkänt i ämnet, åk 6, matematik`` are the same.
    """
    asked = words.strip()
    name, _, code = asked.partition("/")
    if name in known:
        return known[name], code.strip().upper()
    by_name = {each.short.casefold(): each for each in known.values()}
    if asked.casefold() in by_name:
        return by_name[asked.casefold()], ""
    first, _, last = asked.casefold().rpartition(", ")
    subjects = {subject.casefold(): code for code, subject in SUBJECT_NAMES.items()}
    if first in by_name and last in subjects:
        return by_name[first], subjects[last]
    return None, ""


def measure_effects(
    scope: Scope,
    measures: Iterable[Record[Measure]],
    indicators: Mapping[str, Indicator],
    *,
    peers: Peers | None = None,
) -> list[MeasureEffect]:
    """What each measure of last läsår led to, in the order of units and measures.

    Outside the internal edition there is none: a unit's effect is for those who work with it. ``peers`` has
    the weights that choose similar units; where they can't be used, all other units are compared with.
    """
    if scope.table.audience != "internal":
        return []
    mine = [each for each in measures if scope.unit is None or each.unit == scope.unit.code]
    # The seminar is held the läsår after the one it is about, and looks back on that one.
    held = str(SchoolYear.parse(scope.school_year).plus(1))

    def is_counted(words: str) -> bool:
        return found_indicator(words, indicators)[0] is not None

    rows = followed(mine, school_year=held, is_counted=is_counted)
    due = sorted(rows, key=lambda each: (each.measure.unit, each.measure.id))
    return [_of_measure(scope, each, indicators, peers) for each in due]


def _of_measure(
    scope: Scope, each: Followed, indicators: Mapping[str, Indicator], peers: Peers | None
) -> MeasureEffect:
    measure, unit = each.measure.entry, each.measure.unit
    indicator, subject = found_indicator(measure.indicator, indicators)
    reason = _why_not(scope, each.measure, indicator, subject)
    if reason or indicator is None or measure.start is None:
        return MeasureEffect(each, indicator, Effect(Answer.UNKNOWN, reason), subject)
    cells = _unit_cells(scope, indicator, subject)
    is_share = indicator.kind == "share"
    tried = Tried(
        units=(unit,),
        start=first_year(measure.start),
        kind="share" if is_share else "mean",
        direction=indicator.direction,
        peers=_similar(scope, unit, peers),
        breaks=_breaks(scope, indicator, unit, subject),
    )
    found = effect_of(_shares(cells) if is_share else _means(cells), tried)
    own = [cell for cell in cells if cell.code == unit]
    if found.answer is Answer.UNKNOWN and found.levels is None:
        found = Effect(Answer.UNKNOWN, _why_unknown(own, found.reason, is_share=is_share))
    used = tuple(cell for cell in own if cell.school_year in (*found.before, *found.after))
    return MeasureEffect(each, indicator, found, subject, used)


def _why_unknown(own: Sequence[ReleasedCell], reason: str, *, is_share: bool) -> str:
    if not any(cell.state != "missing" for cell in own):
        return _NO_RESULTS
    if any(cell.state == "suppressed" for cell in own):
        return _HIDDEN
    shown = [cell for cell in own if cell.is_shown]
    if not is_share and shown and not any(cell.low is not None for cell in shown):
        return _NO_SPREAD
    return reason


def _why_not(scope: Scope, record: Record[Measure], indicator: Indicator | None, subject: str) -> str:
    measure = record.entry
    if indicator is None:
        return _NO_MEASURE if not measure.indicator else _OWN_MEASURE
    if measure.start is None:
        return "Åtgärden har inget startdatum."
    if record.unit not in scope.units:
        return "Åtgärden gäller inte en enhet."
    if measure.implemented == "no":
        return "Åtgärden genomfördes inte."
    if indicator.kind not in ("share", "mean"):
        return "Måttet är ett antal eller en fördelning, och säger inget om effekt."
    if indicator.by_subject and not subject:
        return "Måttet gäller ett ämne: skriv vilket efter indikatorn."
    return ""


def _unit_cells(scope: Scope, indicator: Indicator, subject: str = "") -> list[ReleasedCell]:
    """All units' cells of the indicator, one per läsår, our own figures before published ones."""
    found: dict[tuple[str, str], ReleasedCell] = {}
    rows = scope.of(indicator.id).select(level="unit", sex="T", subject=subject, category="")
    for basis in BASES:
        for cell in rows.select(basis=basis).cells():
            found.setdefault((cell.code, cell.school_year), cell)
    return list(found.values())


def _shares(cells: Sequence[ReleasedCell]) -> pd.DataFrame:
    """Shown numbers only: what is hidden, or has no n beside it, is no result."""
    open_ = [
        cell for cell in cells if cell.is_shown and cell.n_state == "shown" and cell.numerator is not None
    ]
    return _frame(open_, numerator=[cell.numerator for cell in open_])


def _means(cells: Sequence[ReleasedCell]) -> pd.DataFrame:
    """Means with the spread that their released interval tells, so that no sum of squares is needed.

    The interval was widened before release, and n may be that of the whole year group: both make the answer
    more careful and never less.
    """
    open_ = [cell for cell in cells if cell.is_shown and cell.has_n and cell.low is not None]
    known = [[float(getattr(cell, name)) for cell in open_] for name in ("value", "low", "high", "n")]
    total, squares = sums_of_interval(*known)
    return _frame(open_, total=list(total), total_sq=list(squares))


def _frame(cells: Sequence[ReleasedCell], **columns: Sequence[object]) -> pd.DataFrame:
    keys = {
        "unit_code": [cell.code for cell in cells],
        "school_year": [cell.school_year for cell in cells],
        "n": [cell.n for cell in cells],
    }
    return pd.DataFrame({**keys, **columns})


def _similar(scope: Scope, unit: str, peers: Peers | None) -> tuple[str, ...]:
    if peers is None:
        return ()
    return similar_codes(scope.table.frame, unit, peers, level="unit", school_year=scope.school_year)


def _breaks(scope: Scope, indicator: Indicator, unit: str, subject: str) -> tuple[str, ...]:
    about = scope.about(unit)
    cell = about.newest(about.own(indicator.id, years=None, subject=subject))
    return tuple(each.school_year for each in about.segments(cell).breaks) if cell else ()
