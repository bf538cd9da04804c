"""NP–betyg, SALSA, likvärdighet and cohorts: what each figure may and may not say (R5, R6, R15, M12)."""

from __future__ import annotations

import grades_example as grades
import numpy as np
import pandas as pd
import present_example as example
import pytest

from analysis_lib.present import narrative
from analysis_lib.present.charts.agreement import draw_agreement
from analysis_lib.present.charts.crosstab import draw_crosstab
from analysis_lib.present.charts.flow import draw_cohort_flow
from analysis_lib.present.charts.residuals import Measured, ResidualRow, draw_residuals
from analysis_lib.present.charts.spread import draw_spread
from analysis_lib.statistics.equity import deviation_between
from analysis_lib.statistics.tests_and_grades import deviation
from analysis_lib.statistics.upper_secondary import throughput


def words_of(block: object) -> str:
    return str(block.data).lower()  # type: ignore[attr-defined]


def column_of(block: object, key: str) -> list[str]:
    return [row["cells"][key]["text"] for row in block.data["table"]["rows"]]  # type: ignore[attr-defined]


def test_R5_the_net_is_higher_minus_lower_and_sure_only_when_its_interval_leaves_out_zero() -> None:
    block = grades.agreement_figure()
    assert column_of(block, "net") == ["+12,5", "..", "+16,7", "0,0"]
    assert column_of(block, "verdict") == ["säker skillnad", "", "säker skillnad", "ingen säker skillnad"]
    assert block.data["finding"] == (
        "I engelska fick 21,9\u00a0procent ett högre betyg än provbetyg och 5,2\u00a0procent ett lägre"
    )


def test_R5_the_interval_is_that_of_the_statistics() -> None:
    pairs = [("C", "D")] * 12 + [("C", "C")] * 60 + [("C", "B")] * 24
    rows = pd.DataFrame(pairs, columns=["test", "grade"]).assign(subject="SV")
    known = deviation(rows, ["subject"]).iloc[0]
    bounds = grades.bar("Svenska", (12, 60, 24)).bounds
    assert bounds is not None
    assert bounds == pytest.approx((known["net_low"], known["net_high"]), abs=1e-6)


def test_R5_nothing_says_that_grades_are_too_high() -> None:
    for block in (grades.agreement_figure(), grades.crosstab_figure()):
        assert not [word for word in narrative.FORBIDDEN if word in words_of(block) and word != "!"]
        assert "kan inte ensam visa om betygen är rätt satta" in words_of(block)


def test_R5_a_hidden_subject_keeps_its_place_and_all_hidden_are_a_gap() -> None:
    bars = [grades.bar("Svenska", (1, 1, 1), hidden=True)]
    gap = draw_agreement(bars, setting=example.setting(1), indicator=grades.AGREEMENT, year="2025/26")
    assert gap.kind == "gap"
    assert column_of(grades.agreement_figure(), "lower")[1] == ".."


def test_R5_the_crosstab_shows_counts_and_hides_small_pairs_with_a_reason() -> None:
    block = grades.crosstab_figure()
    rows = {row["cells"]["test"]["text"]: row["cells"] for row in block.data["table"]["rows"]}
    assert rows["E"]["D"]["text"] == "30"
    assert rows["F"]["A"]["text"] == "0"
    assert rows["B"]["B"] == {"text": "..", "reason": "skyddar en liten grupp"}
    assert "provbetyget E och betyget D: 30 elever" in block.data["finding"]
    hidden = {pair: example.cell(state="suppressed", category=pair) for pair in grades.crosstab_cells()}
    gap = draw_crosstab(
        hidden, setting=example.setting(1), indicator=grades.CROSSTAB, subject="Matematik", year="2025/26"
    )
    assert gap.kind == "gap"


def test_R6_the_words_tell_what_is_usual_and_that_schools_are_not_ranked() -> None:
    block = grades.residual_figure()
    assert block.data["finding"] == (
        "Meritvärdet ligger 23\u00a0poäng över det modellberäknade läsåret 2025/26\u00a0– mer än vad som är "
        "vanligt för en skola"
    )
    assert column_of(block, "residual") == ["−6", "..", "+4", "+23"]
    assert "den visar inte hur bra" in words_of(block) or "visar inte hur bra" in words_of(block)
    assert "två av tre skolor" in block.data["foot"]


def test_R6_units_stand_as_they_are_given_and_never_by_value() -> None:
    known = grades.residual_rows((5, -20, 11))
    rows = [
        ResidualRow(name, row.residual, row.actual, row.expected, group=area)
        for (area, name), row in zip(
            (("Centrum", "Alskolan"), ("Centrum", "Berga"), ("Norr", "Ekskolan")), known, strict=True
        )
    ]
    measured = Measured((grades.SALSA[0], grades.SALSA[1], grades.SALSA[2]), "meritvärdet", "poäng")
    block = draw_residuals(rows, setting=example.setting(1), measured=measured, over_years=False)
    assert column_of(block, "group") == ["Alskolan", "Berga", "Ekskolan"]
    assert block.data["finding"] == "Två av tre skolor ligger över det modellberäknade, en under eller på det"


def test_R6_no_published_value_is_an_explained_gap() -> None:
    measured = Measured((grades.SALSA[0], grades.SALSA[1], grades.SALSA[2]), "meritvärdet", "poäng")
    gap = draw_residuals(grades.residual_rows((None,)), setting=example.setting(1), measured=measured)
    assert gap.kind == "gap"


def test_M12_the_spread_says_in_words_whether_it_is_more_than_chance() -> None:
    block = grades.spread_figure()
    assert block.data["finding"] == (
        "Mellan skolorna skiljer 57,5\u00a0procentenheter läsåret 2025/26\u00a0– mer än slumpen brukar ge"
    )
    assert column_of(block, "verdict") == ["inte mer än slumpen", "mer än slumpen"]
    assert "läsåret 2023/24" in str(block.data["notes"])


def test_M12_the_spread_needs_five_shown_units() -> None:
    few = grades.spread_year("2025/26", (60, 62, 64, 58))
    with pytest.raises(ValueError, match="five"):
        draw_spread([few], setting=example.setting(1), indicator=example.SHARE)


def test_M12_the_deviation_beyond_chance_is_zero_for_chance_and_near_what_was_planted() -> None:
    rng = np.random.default_rng(3)
    noise = np.full(40, 9.0)
    alike = deviation_between(70 + 3 * rng.standard_normal(40), noise)
    apart = deviation_between(70 + 8 * rng.standard_normal(40) + 3 * rng.standard_normal(40), noise)
    assert alike.low == 0.0
    assert apart.low < 8 < apart.high
    assert apart.low > 4


def test_R15_the_flow_is_the_throughput_of_all_who_began() -> None:
    counts = (79, 9, 7, 21)
    began = [3] * 79 + [4] * 9 + [5] * 7 + [None] * 21
    block = grades.flow_figure()
    cells = grades.flow_cells(counts)
    for years, names in ((3, ["diploma_3"]), (5, ["diploma_3", "diploma_4", "diploma_5"])):
        reached, n = throughput(began, within=years)
        assert sum(cells[name].numerator or 0 for name in names) == reached
        assert n == sum(counts)
    assert block.data["finding"] == (
        "Av dem som började läsåret 2021/22 hade 68,1\u00a0procent examen inom tre år och 81,9\u00a0procent "
        "inom fem"
    )


def test_R15_a_hidden_cohort_is_a_gap_and_earlier_ones_stand_in_the_table() -> None:
    hidden = {name: example.cell(state="suppressed", category=name) for name in grades.flow_cells()}
    gap = draw_cohort_flow(hidden, setting=example.setting(1), indicator=grades.FLOW, began="2021/22")
    assert gap.kind == "gap"
    both = draw_cohort_flow(
        grades.flow_cells(),
        setting=example.setting(1),
        indicator=grades.FLOW,
        began="2021/22",
        earlier={"2020/21": hidden},
    )
    assert column_of(both, "group") == ["2021/22", "2020/21"]
    assert column_of(both, "none")[1] == ".."
