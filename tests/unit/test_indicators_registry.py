"""Indicator definitions are checked before anything is computed."""

from __future__ import annotations

from typing import Any

import pytest
from indicator_tables import MemoryTables, grade_rows

from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.indicators.formula import TABLES, Formula, parse_formula
from analysis_lib.indicators.registry import check_registry, family_functions
from analysis_lib.indicators.results import sums_sql
from analysis_lib.indicators.rules import GradeRules, load_grade_rules
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

CATALOG = Catalog(Workspace(builtin_root()))


def indicator(**fields: Any) -> Indicator:
    known = {
        "id": "results.trial",
        "title": "Prov",
        "short": "Prov",
        "finding": "av niorna",
        "kind": "share",
        "population": "ak9",
        "year_group": 9,
        "definition": "Prov",
        "source": "Prov",
    }
    return Indicator(**{**known, **fields})


@pytest.mark.parametrize(
    ("fields", "code", "said"),
    [
        ({}, "indicator-empty", "varken formel eller publicerat mått"),
        ({"formula": "pupils.share(all_pased, in_scope)"}, "formula-invalid", "Menade du all_passed?"),
        ({"formula": "pupils.share(all_passed)"}, "formula-invalid", "två uttryck"),
        ({"formula": "pupils.share(all_passed; drop, in_scope)"}, "formula-invalid", "Tecknet ;"),
        ({"formula": "pupils.mean(merit_16, in_scope)"}, "formula-invalid", "kind är share"),
        ({"formula": "pupils.share(all_passed, in_scope)", "year_group": 0}, "formula-invalid", "year_group"),
        ({"formula": "grades.share(is_passed, is_graded)"}, "formula-invalid", "by_subject: false"),
        ({"formula": "teachers.share(a, b)"}, "formula-invalid", "går inte att läsa"),
        ({"formula": "no_such", "id": "staff.trial"}, "formula-missing", "indicators/staff.py"),
        ({"formula": "anything", "id": "nowhere.trial"}, "formula-missing", "Familjen nowhere"),
        (
            {"formula": "pupils.share(all_passed, in_scope)", "implied_by": ("results.x",)},
            "indicator-unknown",
            "implied_by",
        ),
    ],
)
def test_a_faulty_definition_is_told_with_file_and_remedy(
    fields: dict[str, Any], code: str, said: str
) -> None:
    trial = indicator(**fields)
    with pytest.raises(SkolbankError) as caught:
        check_registry({trial.id: trial})
    assert caught.value.code == code
    assert said in str(caught.value)
    assert f"params/indicators/{trial.id}.yaml" in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    faulty = {name: indicator(id=name) for name in ("results.a", "results.b")}
    with pytest.raises(SeveralErrors) as caught:
        check_registry(faulty)
    assert len(caught.value.errors) == 2


def test_built_in_definitions_are_sound_and_say_where_they_come_from() -> None:
    check_registry(CATALOG.indicators)
    named = set(family_functions(CATALOG.indicators))
    assert {"staff.certified_pct", "staff.lead_teacher_pct", "surveys.skolenkaten_index"} <= named
    families = {"agreement", "attendance", "gymnasium", "staff", "surveys", "value_added", "vux"}
    assert {name.split(".")[0] for name in named} == families
    for each in CATALOG.indicators.values():
        assert each.definition.endswith(".")
        assert each.reference
        if each.kind == "mean":
            assert each.maximum is not None
            assert each.quantum is not None


def test_every_column_that_a_formula_may_use_exists_in_its_table() -> None:
    rules = load_grade_rules(CATALOG)
    for table, columns in TABLES.items():
        formulas = {name: Formula(table, "count", "true", f"{name} IS NOT NULL") for name in columns}
        found = MemoryTables().query(sums_sql(table, formulas, rules))
        assert {f"{name}__n" for name in columns} <= set(found.columns)


def test_grade_points_are_whole_or_half() -> None:
    rules = load_grade_rules(CATALOG)
    assert rules.scales[0].half_points == {"A": 40, "B": 35, "C": 30, "D": 25, "E": 20, "F": 0}
    broken = {**CATALOG.rules("grade_scales"), "eligibility": CATALOG.rules("eligibility")["rules"]}
    broken["scales"] = [{**broken["scales"][0], "points": {"A": 19.9}}]
    with pytest.raises(ValueError, match="whole or half"):
        GradeRules.model_validate(broken)


def test_r14_a_later_scale_takes_over_from_its_first_school_year() -> None:
    later = {
        "id": "1-10",
        "from": "2028/29",
        "points": {str(n): 2 * n for n in range(1, 11)},
        "passed": [str(n) for n in range(4, 11)],
    }
    document = CATALOG.rules("grade_scales")
    document["scales"] = [{**document["scales"][0], "to": "2027/28"}, later]
    rules = GradeRules.model_validate({**document, "eligibility": CATALOG.rules("eligibility")["rules"]})
    rows = grade_rows([{"school_year": "2027/28", "grades": "ALL E"}])
    rows += [{**row, "school_year": "2028/29", "grade": "5"} for row in grade_rows([{"grades": "ALL E"}])]
    formulas = {"merit": parse_formula("pupils.mean(merit_16, passed_count > 0)", where="x")}
    sums = MemoryTables(core_scb__pupil_grades=rows).query(sums_sql("pupils", formulas, rules))
    assert list(sums["merit__t"]) == [160, 160]
    with pytest.raises(SkolbankError, match="2010/11"):
        rules.check_years(["2010/11"])
