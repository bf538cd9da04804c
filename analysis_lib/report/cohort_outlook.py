"""The forecast of behörighet for the årskullar still in school (floor 7).

The share that passed all subjects in year 6 plus what earlier årskullar gained from there, each with
its number of pupils. Hidden results are not used, so a forecast is no new statement about anyone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.errors import SkolbankError
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.outlook import Outlook, outlook
from analysis_lib.report.cohort_figures import SOURCE, leaving
from analysis_lib.report.cohort_table import LAST
from analysis_lib.report.scope import Scope
from analysis_lib.statistics.forecast import CohortShare, Forecast, forecast
from analysis_lib.vocabulary.indicators import Indicator

NOW, FINAL, HORIZON = "results.all_passed_6", "results.eligible_vocational", 3
Known = Mapping[str, Indicator]


def cohort_outlook(scope: Scope, known: Known, setting: Setting, *, chosen: int = 0) -> Block | None:
    """What share of the coming årskullar will be eligible; None where none can be told.

    Reckoned from released results with their numbers and from nothing else, so it tells nothing new.
    """
    history = [share for code in [*scope.units, ""] for share in _shares(scope.about(code or None), code)]
    mine = [share for share in _shares(scope, scope.unit.code if scope.unit else "") if not share[0].is_done]
    others = [share for share, _ in history if share.is_done]
    shown: list[Outlook] = []
    told: list[Forecast] = []
    for share, cell in mine:
        found = _forecast(share, others, horizon=share.leaves - leaving(scope.school_year))
        if found is None or found.value is None or found.low is None or found.high is None:
            continue
        told.append(found)
        now = LAST - (share.leaves - leaving(scope.school_year))
        words = f"åk{text.NBSP}{now}"
        shown.append(
            Outlook(share.leaves, words, found.value, found.low, found.high, (cell,), share.leaves == chosen)
        )
    if not shown:
        return None
    return outlook(
        shown,
        setting=replace(setting, source=SOURCE),
        title=f"Prognos: andel behöriga till yrkesprogram när årskullen slutar, procent. {scope.name}.",
        what="behöriga till gymnasiet",
        accuracy=_accuracy(told),
        indicators=[known[name] for name in (NOW, FINAL)],
    )


def _forecast(share: CohortShare, others: list[CohortShare], *, horizon: int) -> Forecast | None:
    try:
        return forecast(share, others, horizon=horizon)
    except SkolbankError:
        return None


def _shares(scope: Scope, code: str) -> list[tuple[CohortShare, ReleasedCell]]:
    """The årskullar of one place whose results of year 6 are released with their numbers."""
    final = {
        leaving(cell.school_year): cell for cell in scope.own(FINAL, years=None).cells() if _is_whole(cell)
    }
    found = []
    for cell in scope.own(NOW, years=None).cells():
        if not _is_whole(cell) or cell.n is None:
            continue
        leaves = leaving(cell.school_year) + HORIZON
        after = final.get(leaves)
        found.append(
            (
                CohortShare(
                    code or "kommun",
                    leaves,
                    cell.numerator or 0,
                    cell.n,
                    after.numerator if after else None,
                    after.n if after else None,
                ),
                cell,
            )
        )
    return found


def _is_whole(cell: ReleasedCell) -> bool:
    return cell.is_shown and cell.basis == "own" and cell.numerator is not None and bool(cell.n)


def _accuracy(told: list[Forecast]) -> str:
    known = [each.accuracy for each in told if each.accuracy is not None]
    if not known:
        return "Det finns för få tidigare årskullar för att pröva prognosen på."
    best = max(known, key=lambda each: each.tried)
    tried, inside = text.count_word(best.tried), text.count_word(best.inside)
    return f"Av {tried} tidigare prognoser hamnade {inside} inom sitt band."
