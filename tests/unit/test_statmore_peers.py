"""R18: comparison with similar places and with groups, from the cube's rows and open weights."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis_lib.errors import SkolbankError
from analysis_lib.indicators.peers import group_value, similar_places
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.peers import Peers
from analysis_lib.vocabulary.workspace import Workspace

ROOT = Path(__file__).parents[2]
EDUCATION, TOTAL = "pupils.parents_higher_education_pct", "pupils.total"


def _cube() -> pd.DataFrame:
    rows = []
    for code, education, total, year in [
        ("2081", 48, 5000, "2024/25"), ("2080", 50, 5900, "2024/25"), ("2085", 44, 2600, "2023/24"),
        ("0180", 70, 90000, "2024/25"), ("2039", None, 700, "2024/25"),
    ]:  # fmt: skip
        for indicator, value in ((EDUCATION, education), (TOTAL, total)):
            rows.append(
                (indicator, year, "municipality", code, "all", "T", "", "", value, total, "published")
            )
    rows.append((EDUCATION, "2025/26", "municipality", "2080", "all", "T", "", "", 99, 5900, "published"))
    rows.append((EDUCATION, "2024/25", "municipality", "2080", "all", "F", "", "", 1, 2900, "published"))
    names = "indicator school_year level code organiser sex subject category value n basis"
    columns = names.split()
    return pd.DataFrame(rows, columns=columns).astype({"value": "Float64", "n": "Int64"})


def test_R18_similar_municipalities_from_each_ones_newest_result() -> None:
    weights = {EDUCATION: 3.0, TOTAL: 1.0}
    found = similar_places(_cube(), "2081", level="municipality", school_year="2024/25", weights=weights)
    assert found.codes == ("2080", "2085", "0180")
    assert found.left_out == ("2039",)
    assert found.weights == {EDUCATION: 0.75, TOTAL: 0.25}
    with pytest.raises(SkolbankError, match="peers-invalid"):
        similar_places(_cube(), "2081", level="unit", school_year="2024/25", weights=weights)


def test_R18_a_group_is_weighted_by_pupils_and_a_hidden_part_hides_it() -> None:
    ask = {"level": "municipality", "school_year": "2024/25"}
    value, n = group_value(_cube(), EDUCATION, ["2081", "2080"], **ask) or (0, 0)  # type: ignore[arg-type]
    assert value == pytest.approx((48 * 5000 + 50 * 5900) / 10900)
    assert n == 10900
    assert group_value(_cube(), EDUCATION, ["2081", "2039"], **ask) is None  # type: ignore[arg-type]
    assert group_value(_cube(), EDUCATION, ["2081", "2085"], **ask) is None  # type: ignore[arg-type]
    assert group_value(_cube(), EDUCATION, [], **ask) is None  # type: ignore[arg-type]


def test_the_built_in_weights_name_known_indicators(tmp_path: Path) -> None:
    assert Catalog(Workspace(ROOT)).peers.count == 7
    (tmp_path / "params").mkdir()
    own = {"units": {"pupils.totl": 1}, "municipalities": {TOTAL: 1}}
    (tmp_path / "params" / "peers.yaml").write_text(yaml.safe_dump(own), "utf-8")
    with pytest.raises(SkolbankError, match=r"Menade du pupils\.total"):
        _ = Catalog(Workspace(tmp_path)).peers


def test_a_municipality_knows_its_group() -> None:
    peers = Peers.model_validate(
        {"units": {TOTAL: 1}, "municipalities": {TOTAL: 1}, "groups": {"Större stad": ["2080", "2081"]}}
    )
    assert peers.group_of("2081") == ("Större stad", ("2080", "2081"))
    assert peers.group_of("0180") is None
