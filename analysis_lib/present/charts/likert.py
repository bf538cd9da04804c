"""The answers to questions as diverging bars, with those who did not answer in a bar above (grammar 9).

Positive answers stand to the right of zero and all others to the left, the strongest outermost. "Vet ej"
stands beside the bars, never in them, and steps that few have chosen were put together before release.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.answered import Answered, answered_words
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.likert_drawing import draw
from analysis_lib.present.charts.likert_rows import LikertRow, is_tail
from analysis_lib.present.charts.likert_table import likert_table
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.vocabulary.indicators import Indicator


def draw_likert(
    rows: Sequence[LikertRow],
    *,
    setting: Setting,
    indicators: tuple[Indicator, Indicator],
    people: str,
    when: str,
    answered: Answered | None = None,
) -> Block:
    """Diverging bars of the questions in the order given, or a gap block when none may be shown.

    ``indicators``: of the answers and of the share positive; ``people`` who answered, ``when`` the läsår.
    """
    answers, positive = indicators
    facts = merged(
        facts_of([part.cell for row in rows for part in row.parts], answers),
        facts_of([row.positive for row in rows], positive),
        facts_of([cell for row in rows for _, cell in row.others], positive),
        answered.facts if answered else (),
    )
    if not any(row.is_shown or is_tail(row) for row in rows):
        what = f"Svaren från {people} visas inte för {setting.subject}"
        told = answered_words(answered) if answered else ""
        why = f"{told} En liten grupp svarande skyddas.".strip()
        return figure.gap_block(what, why, "", facts)
    columns, table = likert_table(rows, positive)
    parts = Parts(
        finding=_finding(rows),
        title=f"Så svarade {people}, procent av alla svar. {setting.subject}, läsåret {when}.",
        alt=_alt(rows, setting, people),
        foot="Talen i staplarna är avrundade till hela procent.",
        columns=columns,
        rows=table,
        facts=facts,
        notes=_notes(rows, answered),
        derived=answered.derived if answered else [],
        weights=(2.4, 3.4, *[0.8] * (len(columns) - 2)),
    )
    return figure.figure_block(setting, parts, lambda width: draw(rows, setting, width, answered))


def _known(rows: Sequence[LikertRow]) -> list[tuple[float, LikertRow]]:
    """The questions with a share positive that is told, the lowest first."""
    found = [(row.positive.value, row) for row in rows if row.positive is not None and row.positive.is_shown]
    return sorted(((float(v), row) for v, row in found if v is not None), key=lambda each: each[0])


def _finding(rows: Sequence[LikertRow]) -> str:
    known = _known(rows)
    nearly = [row for row in rows if row.positive is not None and row.positive.state == "nearly_all"]
    if not known:
        return "Nästan alla svarade positivt" if nearly else "Så fördelar sig svaren"
    (low, lowest), (high, highest) = known[0], known[-1]
    # What is hidden may be more, or fewer, than what is shown.
    is_part = any(row.positive is None or row.positive.state == "suppressed" for row in rows)
    if nearly:
        one = f"en fråga om {_area(nearly[0])}"
        many = one if len(nearly) == 1 else f"{text.count_word(len(nearly))} frågor"
        of = "av de andra som visas " if is_part else "positiva svar "
        fewest = f"färst {of}får en fråga om {_area(lowest)}, {_percent(low)}"
        return f"Nästan alla svarade positivt på {many}; {fewest}"
    if lowest is highest:
        return f"{_percent(high)} svarade positivt på frågan om {_area(highest)}"
    if lowest.area == highest.area:
        asked = f"de frågor om {_area(highest)} som visas" if is_part else f"frågorna om {_area(highest)}"
        return f"Från {_percent(low)} till {_percent(high)} svarade positivt på {asked}"
    if is_part:
        return (
            f"Av frågorna som visas får en om {_area(highest)} flest positiva svar, {_percent(high)}, "
            f"och en om {_area(lowest)} färst, {_percent(low)}"
        )
    return (
        f"Flest positiva svar får en fråga om {_area(highest)}, {_percent(high)}, "
        f"färst en om {_area(lowest)}, {_percent(low)}"
    )


def _percent(share: float) -> str:
    return f"{text.number(share, 0)}{text.NBSP}procent"


def _area(row: LikertRow) -> str:
    return text.uncapitalised(row.area or "verksamheten")


def _alt(rows: Sequence[LikertRow], setting: Setting, people: str) -> str:
    told = [f"Stapeldiagram kring noll. Så svarade {people}, {setting.subject}", _finding(rows)]
    hidden = sum(not row.is_shown for row in rows)
    if hidden:
        told.append(f"{text.capitalised(text.count_word(hidden))} av {text.count_word(len(rows))} frågor "
                    "visas inte svar för svar")  # fmt: skip
    return ". ".join(told) + "."


def _notes(rows: Sequence[LikertRow], answered: Answered | None) -> list[Any]:
    notes: list[Any] = []
    if answered is not None and answered.is_known:
        words = "De som inte svarade kan tycka något annat, därför visar vi hur många de är."
        if answered.is_estimate:
            words += " Svarsfrekvensen är en uppskattning: enkäten går till barnets hem."
        notes.append({"term": "Vilka svarade?", "text": words})
    notes.append({"term": "Positiva", "text": "är alla svar till höger om strecket, av alla som svarade."})
    merged_steps = any(part.is_merged for row in rows for part in row.parts if row.is_shown)
    if merged_steps or any(row.unknown == "få" for row in rows):
        words = "Svar som färre än fem har valt är ihopslagna med svaret bredvid, få vet ej med det sista."
        notes.append({"term": "Få svar", "text": words})
    hidden = [row.positive for row in rows if row.positive is not None and not row.is_shown]
    return notes + list(figure.mark_notes((cell for cell in hidden if not cell.is_shown), "svarande"))
