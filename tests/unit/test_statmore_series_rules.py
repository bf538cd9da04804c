"""R8 and R14: dated breaks stop a report's lines and its words about change."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import present_example as example
import pytest
import yaml
from test_statmore_sentences import ID, YEARS, _scope, _series

from analysis_lib.errors import SkolbankError
from analysis_lib.indicators.renamed import successions
from analysis_lib.indicators.series_rules import SeriesRules, load_series_rules
from analysis_lib.present.charts.trend import draw_trend
from analysis_lib.report import figures
from analysis_lib.statistics.change import Verdict
from analysis_lib.statistics.series import BreakKind, Point, cut
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace

ROOT = Path(__file__).parents[2]
BROKEN = SeriesRules.model_validate(
    {"breaks": [{"from": YEARS[-1], "kind": "question_set", "for": ["results."]}]}
)


def test_R14_gy25_breaks_the_series_of_gymnasium_and_no_other() -> None:
    rules = load_series_rules(Catalog(Workspace(ROOT)))
    assert rules.changed("gymnasium.mean_points") == {"2025/26": BreakKind.GRADE_SYSTEM}
    # Those who began with subject grades in 2025 have gone three läsår in 2028, and five in 2030.
    assert rules.changed("gymnasium.diploma_in_3_pct") == {"2027/28": BreakKind.GRADE_SYSTEM}
    assert rules.changed("gymnasium.time_to_diploma") == {"2029/30": BreakKind.GRADE_SYSTEM}
    assert rules.changed("results.all_passed_9") == {}


def test_R14_a_new_grade_scale_breaks_results_by_itself(tmp_path: Path) -> None:
    scales = yaml.safe_load((ROOT / "params/rules/grade_scales.yaml").read_text("utf-8"))
    new = {"id": "ett-tio", "from": "2028/29", "to": None, "points": {"10": 20}, "passed": ["10"]}
    scales["scales"] = [scales["scales"][0] | {"to": "2027/28"}, new]
    (tmp_path / "params" / "rules").mkdir(parents=True)
    (tmp_path / "params" / "rules" / "grade_scales.yaml").write_text(yaml.safe_dump(scales), "utf-8")
    rules = load_series_rules(Catalog(Workspace(tmp_path)))
    assert rules.changed("results.all_passed_9") == {"2028/29": BreakKind.GRADE_SYSTEM}
    (tmp_path / "params" / "rules" / "breaks.yaml").write_text("breaks: [{from: '2028'}]", "utf-8")
    with pytest.raises(SkolbankError, match="rule-invalid"):
        load_series_rules(Catalog(Workspace(tmp_path)))


def test_R8_no_change_is_said_across_a_break() -> None:
    scope = _scope(*_series(110, 80))
    earlier, later = sorted(scope.own(ID).cells(), key=lambda cell: cell.school_year)
    assert scope.change(earlier, later, example.SHARE).verdict is Verdict.SURE_DECREASE
    broken = replace(scope, rules=BROKEN, _judged={})
    assert broken.change(earlier, later, example.SHARE).verdict is Verdict.UNKNOWN
    assert set(broken.standing.values()) == {broken.change(earlier, later, example.SHARE)}


def test_R8_a_trend_is_cut_at_a_break_and_says_why() -> None:
    scope = replace(_scope(*_series(110, 108, 107, 80)), rules=BROKEN, _judged={})
    setting = replace(example.setting(1), standing=scope.standing)
    block = figures.trend(scope, example.SHARE, setting, None)
    assert block is not None
    assert "säker" not in block.data["finding"]
    assert "nya frågor" in json.dumps(block.data["charts"]["wide"], ensure_ascii=False)
    assert any(note["term"] == f"Brott {YEARS[-1]}" for note in block.data["notes"])
    whole = draw_trend(_series(110, 108, 107, 80), setting=example.setting(2), indicator=example.SHARE,
                       years=YEARS)  # fmt: skip
    assert "säker minskning" in whole.data["finding"]


def test_M10_taking_in_and_giving_away_are_breaks_of_the_code() -> None:
    def unit(code: str, **more: str) -> Unit:
        return Unit.model_validate({"code": code, "name": code} | more)

    gone = [unit(code, closed="2023/24", successor="00000009") for code in ("00000001", "00000002")]
    renamed = unit("00000003", closed="2023/24", successor="00000004")
    units = {each.code: each for each in (*gone, renamed, unit("00000009"), unit("00000004"))}
    assert len(successions(units.values())) == 3
    rules = SeriesRules()
    assert rules.unit_breaks("00000009", units) == {"2024/25": BreakKind.MERGED}
    assert rules.unit_breaks("00000001", units) == {"2024/25": BreakKind.SPLIT}
    assert rules.unit_breaks("00000007", units) == {}
    years = [Point("2024/25"), Point("2025/26")]
    assert cut(years, changed=rules.unit_breaks("00000004", units)).breaks == ()  # renamed: nothing before
    earlier = [Point("2023/24"), *years]
    assert cut(earlier, changed=rules.unit_breaks("00000009", units)).breaks[0].words == "sammanslagen enhet"


def test_M10_the_table_by_hand_counts_too(tmp_path: Path) -> None:
    (tmp_path / "params").mkdir()
    rows = [{"old": old, "new": "00000009", "since": "2024/25"} for old in ("00000001", "00000002")]
    (tmp_path / "params" / "successors.yaml").write_text(yaml.safe_dump({"successors": rows}), "utf-8")
    rules = load_series_rules(Catalog(Workspace(tmp_path)))
    assert rules.unit_breaks("00000009", {}) == {"2024/25": BreakKind.MERGED}
    both = Unit.model_validate(
        {"code": "00000001", "name": "A", "closed": "2023/24", "successor": "00000009"}
    )
    assert rules.unit_breaks("00000009", {"00000001": both}) == {"2024/25": BreakKind.MERGED}
