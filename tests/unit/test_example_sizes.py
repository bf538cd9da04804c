"""Larger sizes keep the traps, the levels of riket and unique numbers; a nation is written in parts."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from example_files import hashes, luhn, pupils
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.sources.example import write_example
from analysis_lib.sources.example.identity import check_digits, personal_numbers
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace


def authority(folder: Path, code: str) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    with (folder / "truth" / "truth_indicators.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if (row["level"], row["code"], row["sex"]) == ("authority", code, "T"):
                found.setdefault(row["indicator"], []).append(float(row["value"]))
    return found


def test_part_of_a_nation(tmp_path: Path) -> None:
    summary = write_example(tmp_path, size="nation", units=1000)
    catalog = Catalog(Workspace(tmp_path))
    assert summary.units == len(catalog.units) == 1000
    nines = pupils(tmp_path, 9)
    numbers = [row["PersonNr"] for row in nines if "TF" not in row["PersonNr"]]
    assert len(set(numbers)) == len(numbers), "numbers are unique across the parts"
    assert all(luhn(number[2:]) for number in numbers[::50])
    assert {row["Skolenhetskod"] for row in nines} <= set(catalog.units)
    names = {path.name for path in (tmp_path / "data" / "inbox").glob("betyg_ak9_vt2026_*")}
    assert names == {"betyg_ak9_vt2026_del01.txt", "betyg_ak9_vt2026_del02.txt"}
    sizes = Counter(row["Skolenhetskod"] for row in nines if row["Datum"] > "2026")
    assert {4, 180} <= set(sizes.values())
    level = {indicator: np.mean(values) for indicator, values in authority(tmp_path, "9900").items()}
    # Riket 2024/25 (Skolverket): 228,5 merit rating, 71,9 % all subjects, about 85 % eligible.
    assert level["results.merit_rating_17"] == pytest.approx(228.5, abs=5)
    assert level["results.all_passed_9"] == pytest.approx(71.9, abs=3)
    assert level["results.eligible_vocational"] == pytest.approx(85, abs=3)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "units"), [("town", 60), ("city", 400)])
def test_town_and_city(tmp_path: Path, size: str, units: int) -> None:
    write_example(tmp_path / "a", size=size)
    write_example(tmp_path / "b", size=size)
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    catalog = Catalog(Workspace(tmp_path / "a"))
    assert len(catalog.units) == units
    assert [unit for unit in catalog.units.values() if unit.closed and unit.successor in catalog.units]
    sizes = Counter(row["Skolenhetskod"] for row in pupils(tmp_path / "a", 9, "2026"))
    assert {4, 180} <= set(sizes.values())


@given(st.lists(st.tuples(st.integers(2005, 2014), st.booleans()), min_size=1, max_size=300))
def test_every_number_is_valid_unique_and_tells_sex_and_year(who: list[tuple[int, bool]]) -> None:
    years, girls = np.array([year for year, _ in who]), np.array([girl for _, girl in who])
    numbers = personal_numbers(years, girls, part=1, parts=2).tolist()
    assert len(set(numbers)) == len(numbers)
    for number, (year, girl) in zip(numbers, who, strict=True):
        assert luhn(number[2:])
        assert int(number[:4]) == year
        assert (int(number[10]) % 2 == 0) == girl


def test_too_many_pupils_for_the_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        personal_numbers(np.full(2000, 2010), np.full(2000, True), parts=2)


def test_luhn_of_a_known_test_number() -> None:
    assert check_digits(np.array([640823323])).tolist() == [4]  # 640823-3234, the example of SKV 704
