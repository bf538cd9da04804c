"""The planted cases are in the files, and the written truth is what the files say by R2-R4, by plain code."""

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from example_files import SUBJECTS_9, pupils

from analysis_lib.sources.example import write_example

STRAND, BERGA, LILLSJO, KVARN, HEDA = (f"990100{number}" for number in (11, 12, 13, 14, 15))
ANG, TALLBACKEN, ALM = "99010016", "99010017", "99010018"
HALF_POINTS = {"A": 40, "B": 35, "C": 30, "D": 25, "E": 20}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("almvik")
    write_example(folder)
    return folder


def is_girl(row: dict[str, str]) -> bool:
    return int(row["PersonNr"][10]) % 2 == 0


def all_passed(row: dict[str, str]) -> bool:
    taken = [row[subject] for subject in SUBJECTS_9 if row[subject] != "2"]
    return all(grade in HALF_POINTS for grade in taken)


def vocational(row: dict[str, str]) -> bool:
    passed = {subject for subject in SUBJECTS_9 if row[subject] in HALF_POINTS}
    core = {"En", "Ma"} <= passed and bool(passed & {"Sv", "Sva"})
    return core and len(passed - {"En", "Ma", "Sv", "Sva"}) >= 5


def merit_17(row: dict[str, str]) -> int:
    others = [HALF_POINTS.get(row[subject], 0) for subject in SUBJECTS_9 if subject != "M2"]
    return sum(sorted(others)[-16:]) + HALF_POINTS.get(row["M2"], 0)


def truths(folder: Path, indicator: str) -> dict[tuple[str, str, str], dict[str, str]]:
    with (folder / "truth" / "truth_indicators.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["indicator"] == indicator]
    return {(row["code"], row["school_year"], row["sex"]): row for row in rows}


def test_written_truth_is_what_the_files_say(example: Path) -> None:
    cells: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in pupils(example, 9):
        end = int(row["Datum"][:4])
        for code in (row["Skolenhetskod"], "9901"):
            for sex in ("T", "F" if is_girl(row) else "P"):
                cells[code, f"{end - 1}/{end % 100}", sex].append(row)
    assert cells.keys() == truths(example, "results.all_passed_9").keys()
    for indicator, reached in (
        ("results.all_passed_9", all_passed),
        ("results.eligible_vocational", vocational),
    ):
        for key, row in truths(example, indicator).items():
            assert int(row["n"]) == len(cells[key])
            assert int(row["numerator"]) == sum(map(reached, cells[key])), (indicator, key)
    for key, row in truths(example, "results.merit_rating_17").items():
        merits = [merit_17(pupil) for pupil in cells[key] if merit_17(pupil) > 0]
        assert int(row["n"]) == len(merits)
        assert int(row["half_points"]) == sum(merits)


def test_units_of_very_different_sizes(example: Path) -> None:
    sizes = Counter((row["Skolenhetskod"], row["Datum"][:4]) for row in pupils(example, 9))
    assert {sizes[LILLSJO, str(end)] for end in range(2022, 2027)} == {4}
    assert min(sizes[STRAND, str(end)] for end in range(2022, 2027)) >= 80


def test_a_school_closed_and_one_opened(example: Path) -> None:
    years = defaultdict(set)
    for row in pupils(example, 6):
        years[row["Skolenhetskod"]].add(int(row["Datum"][:4]))
    assert years[TALLBACKEN] == {2022, 2023}
    assert years[ALM] == {2024, 2025, 2026}


def test_pupils_are_followed_from_year_6_to_year_9(example: Path) -> None:
    later = {row["PersonNr"]: row for row in pupils(example, 9) if "TF" not in row["PersonNr"]}
    both = [(row, later[row["PersonNr"]]) for row in pupils(example, 6) if row["PersonNr"] in later]
    sixes = [row for row in pupils(example, 6) if row["Datum"] < "2024"]
    assert len(both) > 0.85 * len(sixes)
    assert {int(nine["Datum"][:4]) - int(six["Datum"][:4]) for six, nine in both} == {3}
    stay = {BERGA, LILLSJO, KVARN, HEDA}
    changed = [six["Skolenhetskod"] != nine["Skolenhetskod"] for six, nine in both]
    moved = [six for (six, _), is_new in zip(both, changed, strict=True) if is_new]
    assert stay & {six["Skolenhetskod"] for six in moved}, "some change school though they need not"
    assert len(later) - len(both) > 30, "some pupils come later"
    prior = {g: [merit_17(nine) for six, nine in both if six["Ma"] == g] for g in ("A", "E")}
    means = {grade: sum(merits) / len(merits) for grade, merits in prior.items()}
    assert means["A"] > means["E"] + 80, "earlier results carry weight"


def test_protected_and_temporary_identities(example: Path) -> None:
    rows = [*pupils(example, 6), *pupils(example, 9)]
    hidden = [row for row in rows if (row["Fornamn"], row["Efternamn"]) == ("Skyddade", "personuppgifter")]
    assert {row["Skolenhetskod"] for row in hidden if row["Datum"] > "2026"} == {ALM}
    temporary = Counter(row["PersonNr"] for row in rows if "TF" in row["PersonNr"])
    assert max(temporary.values()) >= 2, "temporary numbers are shared"
    assert all(number[8:] in {"TF10", "TF20"} for number in temporary)
    assert not [row for row in (*hidden,) if row["Skolenhetskod"] == BERGA]
    counts = json.loads((example / "truth" / "truth_cases.json").read_text("utf-8"))["cases"]
    assert sum(row["protected"] for row in counts) == len(hidden)
    assert sum(row["temporary_number"] for row in counts) == sum(temporary.values())


def test_all_passed_nearly_all_and_few_girls(example: Path) -> None:
    at = [row for row in pupils(example, 9) if row["Skolenhetskod"] in (KVARN, HEDA, ALM)]
    cells: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in at:
        cells[row["Skolenhetskod"], row["Datum"][:4]].append(row)
    assert all(map(all_passed, cells[KVARN, "2026"]))
    assert sum(not all_passed(row) for row in cells[KVARN, "2025"]) == 2
    assert sum(not all_passed(row) for row in cells[ALM, "2026"]) == 3
    girls = [sum(map(is_girl, cells[HEDA, str(end)])) for end in range(2022, 2027)]
    assert max(girls) < 10
    assert min(len(cells[HEDA, str(end)]) for end in range(2022, 2027)) >= 10


def test_a_gap_between_girls_and_boys_at_one_school(example: Path) -> None:
    gaps = {}
    for code in (BERGA, STRAND):
        means = {}
        for girl in (True, False):
            rows = [row for row in pupils(example, 9) if row["Skolenhetskod"] == code]
            merits = [merit_17(row) / 2 for row in rows if is_girl(row) == girl and merit_17(row)]
            means[girl] = sum(merits) / len(merits)
        gaps[code] = means[True] - means[False]
    assert gaps[BERGA] > 45
    assert gaps[BERGA] > gaps[STRAND] + 15


def test_streck_adapted_study_and_pupils_without_any_grade(example: Path) -> None:
    rows = pupils(example, 9)
    codes = Counter(row[subject] for row in rows for subject in SUBJECTS_9)
    assert codes["9"] > 20
    assert codes["3"] > 5
    assert any(all(row[subject] in "29" for subject in SUBJECTS_9) for row in rows)
    assert any(row["Sva"] != "2" for row in rows)
    assert any(row["M1"] != "2" and row["M2"] != "2" for row in rows)
    assert any(row["ML"] in HALF_POINTS for row in rows)


def test_hidden_cells_are_those_of_the_primary_rules(example: Path) -> None:
    with (example / "truth" / "truth_hidden_cells.csv").open(encoding="utf-8", newline="") as lines:
        hidden = {
            (row["indicator"], row["code"], row["school_year"], row["sex"]): row["state"]
            for row in csv.DictReader(lines)
        }
    assert set(hidden.values()) - {"nearly_none"} == {"suppressed", "nearly_all", "protected"}
    assert hidden["results.all_passed_9", LILLSJO, "2025/26", "T"] == "suppressed"
    assert hidden["results.all_passed_9", KVARN, "2024/25", "T"] == "nearly_all"
    assert ("results.all_passed_9", KVARN, "2025/26", "T") not in hidden
    assert hidden["results.all_passed_9", ALM, "2025/26", "F"] == "protected"
    assert hidden["results.eligible_vocational", HEDA, "2025/26", "F"] == "suppressed"


def test_the_measure_moves_the_results_of_its_unit(example: Path) -> None:
    with (example / "truth" / "truth_measure_effects.csv").open(encoding="utf-8", newline="") as lines:
        measures = {row["unit_code"]: row for row in csv.DictReader(lines)}
    assert measures[STRAND]["school_year"] == "2024/25"
    assert float(measures[STRAND]["effect"]) > 0
    assert set(measures) == {STRAND, ANG}
    merit = {
        year: float(truths(example, "results.merit_rating_17")[STRAND, year, "T"]["value"])
        for year in ("2021/22", "2022/23", "2024/25", "2025/26")
    }
    assert merit["2024/25"] + merit["2025/26"] > merit["2021/22"] + merit["2022/23"] + 10
