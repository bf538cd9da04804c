"""G8: what measures led to, from released results only, in the internal edition only."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pandas as pd
import pytest

from analysis_lib.disclosure.release import RELEASED_COLUMNS, open_released
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.html import block_html
from analysis_lib.register import Record
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.report.effects import first_year, found_indicator, measure_effects
from analysis_lib.report.effects_shown import effect_figures, effects_table, unit_table
from analysis_lib.report.scope import Scope
from analysis_lib.statistics.effect import Answer
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Audience, Unit
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

CATALOG = Catalog(Workspace(builtin_root()))
YEARS = ("2020/21", "2021/22", "2022/23", "2023/24", "2024/25", "2025/26")
BETTER, SAME, WORSE, HIDDEN = "99010001", "99010002", "99010003", "99010004"
CODES = [f"9901{number:04d}" for number in range(1, 13)]
PASSED = "results.all_passed_9"


def _cell(code: str, year: str, share: float, n: int, *, is_hidden: bool = False) -> dict[str, Any]:
    keys = {"indicator": PASSED, "school_year": year, "level": "unit", "code": code, "sex": "T"}
    row: dict[str, Any] = dict.fromkeys(RELEASED_COLUMNS, "") | keys | {"population": f"ak9-20{year[-2:]}"}
    row |= {"decimals": 1, "rounding": 1, "basis": "own", "low": None, "high": None}
    if is_hidden:
        empty = dict.fromkeys(("value", "numerator", "n"))
        return row | {"state": "suppressed", "reason": "primary", "n_state": "suppressed"} | empty
    k = round(share * n / 100)
    numbers = {"value": 100 * k / n, "numerator": k, "n": n}
    return row | {"state": "shown", "n_state": "shown"} | numbers


MERIT = "results.merit_rating_17"


def _mean_cell(code: str, year: str, value: float, n: int, *, has_interval: bool = True) -> dict[str, Any]:
    """A merit rating whose interval is widened outwards to whole points, as release does it."""
    half = 2.0 * 55 / n**0.5
    interval = {"low": math.floor(value - half), "high": math.ceil(value + half)} if has_interval else {}
    return _cell(code, year, 50, n) | {"indicator": MERIT, "value": value, "numerator": None} | interval


def _merit_scope(*, has_interval: bool = True) -> Scope:
    effects = {BETTER: 30.0, WORSE: -30.0}
    rows = [
        _mean_cell(
            code,
            year,
            220 + ((place + 3 * at) % 5 - 2) + effects.get(code, 0) * (year >= "2024/25"),
            200,
            has_interval=has_interval,
        )
        for place, code in enumerate(CODES)
        for at, year in enumerate(YEARS)
    ]
    return _opened(rows)


def _scope(audience: Audience = "internal", *, wobble: float = 1.0) -> Scope:
    """Twelve units at 70 per cent; from 2024/25 one is 15 points better and one 15 points worse."""
    effects = {BETTER: 15.0, WORSE: -15.0}
    rows = []
    for place, code in enumerate(CODES):
        for at, year in enumerate(YEARS):
            share = 70 + wobble * ((place + 3 * at) % 5 - 2) + effects.get(code, 0) * (year >= "2024/25")
            is_hidden = code == HIDDEN and year == "2024/25"
            rows.append(_cell(code, year, share, 400, is_hidden=is_hidden))
    return _opened(rows, audience)


def _opened(rows: list[dict[str, Any]], audience: Audience = "internal") -> Scope:
    frame = pd.DataFrame(rows)
    for name in ("value", "low", "high"):
        frame[name] = frame[name].astype("Float64")
    for name in ("n", "numerator"):
        frame[name] = frame[name].astype("Int64")
    units = {code: Unit(code=code, name=f"Skola {code}", municipality_code="9901") for code in CODES}
    return Scope(open_released(frame, audience), CATALOG.settings, units, None, YEARS[-1], YEARS)


def _record(unit: str, **more: Any) -> Record[Measure]:
    given = {"what": "Läxhjälp varje dag", "origin": "staff", "responsible": "Rektor", "indicator": PASSED}
    given |= {"start": datetime.date(2024, 9, 1), "deadline": datetime.date(2025, 6, 1)}
    entry = Measure(**{**given, **more})
    at = datetime.datetime(2025, 9, 1, tzinfo=datetime.UTC)
    known = {
        "kind": "measure",
        "version": 1,
        "author": "test",
        "role": "Rektor",
        "at": at,
        "withdrawn": False,
    }
    place = {"unit": unit, "school_year": "2024/25", "supersedes": None}
    return Record(id=f"m{unit}", thing=f"m{unit}", **known, **place, entry=entry)


@pytest.mark.parametrize(
    ("unit", "answer"),
    [(BETTER, Answer.IMPROVED), (SAME, Answer.UNCHANGED), (WORSE, Answer.WORSENED)],
)
def test_G8_a_planted_effect_gets_its_answer(unit: str, answer: Answer) -> None:
    found = measure_effects(_scope(), [_record(unit)], CATALOG.indicators)
    assert [each.effect.answer for each in found] == [answer]


def test_G8_a_hidden_result_is_never_used() -> None:
    scope = _scope()
    only_hidden = [_record(HIDDEN, start=datetime.date(2024, 9, 1))]
    late = [year for year in YEARS if year >= "2024/25"]
    cells = [cell for cell in scope.of(PASSED).select(code=HIDDEN).cells() if cell.school_year in late]
    assert [cell.state for cell in cells] == ["suppressed", "shown"]
    (found,) = measure_effects(scope, only_hidden, CATALOG.indicators)
    assert "2024/25" not in found.effect.before + found.effect.after


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"indicator": ""}, "ingen indikator"),
        ({"start": None}, "inget startdatum"),
        ({"indicator": "results.pupil_count_9"}, "antal eller en fördelning"),
        ({"indicator": "results.subject_passed_9"}, "skriv vilket"),
        ({"start": datetime.date(2026, 3, 1), "deadline": datetime.date(2026, 6, 1)}, "efter åtgärden"),
    ],
)
def test_G8_what_cannot_be_judged_says_why(more: dict[str, Any], said: str) -> None:
    (found,) = measure_effects(_scope(), [_record(BETTER, **more)], CATALOG.indicators)
    assert found.effect.answer is Answer.UNKNOWN
    assert said in found.effect.reason


def test_G8_no_unit_effects_outside_the_internal_edition() -> None:
    assert measure_effects(_scope("public"), [_record(BETTER)], CATALOG.indicators) == []


def test_G8_the_table_has_a_row_for_every_measure_and_no_blank() -> None:
    scope = _scope()
    records = [_record(BETTER), _record(SAME, indicator="")]
    block = effects_table(scope, measure_effects(scope, records, CATALOG.indicators))
    page = block_html(block.kind, block.data)
    for words in ("Tydlig förbättring", "Går inte att bedöma", "Läxhjälp"):
        assert words in page
    assert all(cell["text"] for row in block.data["rows"] for cell in row["cells"].values())


def test_a_measure_late_in_spring_counts_from_the_next_year() -> None:
    assert first_year(datetime.date(2025, 1, 31)) == "2024/25"
    assert first_year(datetime.date(2025, 2, 1)) == "2025/26"
    assert first_year(datetime.date(2025, 8, 15)) == "2025/26"


@pytest.mark.parametrize(
    ("unit", "answer"),
    [(BETTER, Answer.IMPROVED), (SAME, Answer.UNCHANGED), (WORSE, Answer.WORSENED)],
)
def test_G8_a_mean_is_judged_from_its_released_interval(unit: str, answer: Answer) -> None:
    (found,) = measure_effects(_merit_scope(), [_record(unit, indicator=MERIT)], CATALOG.indicators)
    assert found.effect.answer is answer
    assert found.effect.levels is not None


def test_G8_a_mean_without_an_interval_says_why() -> None:
    records = [_record(BETTER, indicator=MERIT)]
    (found,) = measure_effects(_merit_scope(has_interval=False), records, CATALOG.indicators)
    assert found.effect.answer is Answer.UNKNOWN
    assert "hur elevernas poäng skiljer sig" in found.effect.reason


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (PASSED, (PASSED, "")),
        ("results.subject_passed_9/ma", ("results.subject_passed_9", "MA")),
        ("Godkänt i alla ämnen", (PASSED, "")),
        ("Elevenkät: studiero (index)", ("", "")),
    ],
)
def test_G8_the_indicator_is_found_by_id_or_name(words: str, found: tuple[str, str]) -> None:
    indicator, subject = found_indicator(words, CATALOG.indicators)
    assert (indicator.id if indicator else "", subject) == found


def test_G8_before_and_after_are_drawn_beside_similar_units_with_the_words_of_caution() -> None:
    scope = _scope()
    records = [_record(BETTER), _record(SAME)]
    effects = measure_effects(scope, records, CATALOG.indicators)
    settings = iter([Setting("VR-26-01", "Almviks kommun", "betygen")])
    (figure,) = effect_figures(scope, effects, settings)
    assert figure.data["finding"] == "En av två åtgärder följdes av en säker skillnad"
    first, second = figure.data["table"]["rows"]
    assert first["cells"]["answer"]["text"] == "Tydlig förbättring"
    assert second["cells"]["answer"]["text"] == "Ingen säker förändring"
    assert "kan bero på annat än åtgärden" in figure.data["foot"]
    numbers = {part["text"] for part in figure.data["derived"]}
    for cells in (first["cells"], second["cells"]):
        shown = {cells[name]["text"] for name in ("before", "after", "others_before", "difference")}
        assert shown <= numbers
    facts = {fact.cell["unit"] for fact in figure.facts}
    assert facts == {BETTER, SAME}  # the neighbours' own numbers are not told


def test_G8_the_units_table_has_no_blank_cell() -> None:
    effects = measure_effects(_scope(), [_record(BETTER), _record(SAME, indicator="")], CATALOG.indicators)
    for line in unit_table(effects).data["rows"]:
        assert all(cell["text"].strip() for cell in line["cells"].values())
