"""R8: the long table of answers becomes indices and shares, and the two are never mixed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis_lib.errors import SkolbankError
from analysis_lib.indicators.survey_sums import area_values, question_index, question_positive
from analysis_lib.statistics import surveys
from analysis_lib.statistics.surveys import HidingRule, Response

STEPS = [("helt", 10.0, True), ("ganska", 6.67, True), ("daligt", 3.33, False), ("inte", 0.0, False),
         ("vet_ej", None, False), ("inget_svar", None, False)]  # fmt: skip


def _rows(counts: list[int | None], *, shares: bool = False, **keys: Any) -> pd.DataFrame:
    group = {
        "instrument": "skolenkaten-2022", "era": "2022", "level": "unit", "unit_code": "99010001",
        "municipality_code": "9901", "school_year": "2024/25", "term": "VT", "respondent_group": "elever-ak8",
        "sex": "T", "area": "trygghet", "question": "trygg", "mean": None, "mark": "",
    }  # fmt: skip
    answered = sum(count or 0 for count in counts[:5])
    rows = []
    for (step, weight, positive), count in zip(STEPS, counts, strict=False):
        row = {"answer_step": step, "weight": weight, "is_positive": positive, "answers_n": answered}
        amount = {"count": None, "share_pct": count} if shares else {"count": count, "share_pct": None}
        rows.append(group | row | amount | keys)
    return pd.DataFrame(rows).astype({"count": "Int64", "share_pct": "Float64", "weight": "Float64"})


def test_R8_index_leaves_dont_know_out_and_share_counts_it() -> None:
    rows = _rows([35, 46, 13, 6, 25, 4])
    index, positive = question_index(rows).iloc[0], question_positive(rows).iloc[0]
    assert round(index["value"], 1) == 7.0
    assert (index["n"], index["n_valid"]) == (125, 100)
    assert index["total"] / index["n_valid"] == pytest.approx(index["value"])
    assert positive["value"] == pytest.approx(100 * 81 / 125)
    assert (positive["numerator"], positive["n"]) == (81, 125)


def test_R8_shares_give_the_same_index_without_sums() -> None:
    rows = _rows([28, 36.8, 10.4, 4.8, 20], shares=True, answers_n=125)  # type: ignore[list-item]
    found = question_index(rows).iloc[0]
    assert found["value"] == pytest.approx(surveys.index([28, 36.8, 10.4, 4.8], [10, 6.67, 3.33, 0]))
    assert pd.isna(found["total"])
    assert pd.isna(question_positive(rows).iloc[0]["numerator"])
    assert found["n"] == 125


def test_a_published_mean_stands_as_it_is() -> None:
    mean = _rows([None]).assign(answer_step="mean", weight=None, is_positive=False, mean=7.3)
    assert question_index(pd.concat([_rows([35, 46, 13, 6]), mean])).iloc[0]["value"] == 7.3


def test_R8_an_area_is_the_mean_of_its_questions() -> None:
    rows = pd.concat(
        [_rows([10, 0, 0, 0]), _rows([0, 0, 0, 8], question="radd"), _rows([9], area="", question="x")]
    )
    found = area_values(question_index(rows))
    assert found[["area", "value", "n", "questions"]].values.tolist() == [["trygghet", 5.0, 8, 2]]


def test_a_hidden_step_hides_the_question_and_only_it() -> None:
    hidden = _rows([35, None, 13, 6], question="dold")
    hidden.loc[1, "mark"] = "suppressed"
    rows = pd.concat([_rows([35, 46, 13, 6]), hidden])
    assert question_index(rows)["question"].tolist() == ["trygg"]
    assert question_positive(rows)["question"].tolist() == ["trygg"]


def test_nobody_taking_a_stand_gives_no_row_and_no_nan() -> None:
    assert len(question_index(_rows([0, 0, 0, 0, 12]))) == 0
    assert question_positive(_rows([0, 0, 0, 0, 12])).iloc[0]["value"] == 0
    assert len(question_positive(_rows([0, 0, 0, 0, 0]))) == 0
    with pytest.raises(SkolbankError, match="survey-invalid"):
        question_index(pd.DataFrame({"question": ["trygg"]}))


def test_R8_each_survey_has_its_own_hiding_rule() -> None:
    linkoping = HidingRule(10, 50)
    assert HidingRule().hides(Response(40, 5)) == ""
    assert "färre än 5" in HidingRule().hides(Response(40, 4))
    assert "färre än 10" in linkoping.hides(Response(12, 9))
    assert "mindre än 50 procent" in linkoping.hides(Response(40, 19))
    assert linkoping.hides(Response(40, 20)) == ""
    with pytest.raises(SkolbankError, match="minst fem"):
        HidingRule(4)


def test_response_rates_have_words() -> None:
    words = [Response(100, answered).band() for answered in (90, 80, 60, 50, 10)]
    assert len(set(words)) == 4
    assert words[0] == words[1] == "hög svarsfrekvens"
    assert Response(0, 0).band() == ""
