"""The example's files have the real formats, to the byte the same for the same seed (formats §1, §7.1)."""

import re
from collections import Counter
from pathlib import Path

import pytest
from example_files import SUBJECTS_6, SUBJECTS_9, hashes, lines, luhn, pupils

from analysis_lib.sources.example import write_example

GRADES = set("ABCDEF")
OPTIONAL_9 = {"M1", "M2", "ML", "Sv", "Sva", "Tn", "Ovr"}
BLOCKED = {"No", "Bi", "Fy", "Ke", "So", "Ge", "Hi", "Re", "Sh"}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("almvik")
    write_example(folder)
    return folder


def test_same_seed_gives_the_same_bytes_and_another_seed_others(example: Path, tmp_path: Path) -> None:
    write_example(tmp_path / "again")
    write_example(tmp_path / "other", seed=7)
    first, other = hashes(example), hashes(tmp_path / "other")
    assert hashes(tmp_path / "again") == first
    pupil_files = [name for name in first if "betyg_ak9" in name]
    assert all(first[name] != other[name] for name in pupil_files if name in other)
    assert {name: first[name] for name in first if name.startswith("params/")} == {
        name: other[name] for name in other if name.startswith("params/")
    }


def test_another_run_in_the_same_folder_replaces_its_files_and_no_others(tmp_path: Path) -> None:
    inbox = tmp_path / "data" / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "egen.csv").write_text("min fil", "utf-8")
    write_example(tmp_path, size="town")
    _nobody_takes_courses_at_two_units(inbox)
    write_example(tmp_path)
    plain = tmp_path / "plain"
    write_example(plain)
    left = {path.name for path in inbox.iterdir()}
    assert left == {path.name for path in (plain / "data" / "inbox").iterdir()} | {"egen.csv"}
    assert (inbox / "egen.csv").read_text("utf-8") == "min fil"


def _nobody_takes_courses_at_two_units(inbox: Path) -> None:
    """A pupil at two units in a läsår is refused at import, and the town has several gymnasieskolor."""
    for path in inbox.glob("Kursresultat *.csv"):
        rows = [line.split(";")[:2] for line in path.read_text("utf-8-sig").splitlines()[1:]]
        pupils = {(number, unit) for number, unit in rows}
        assert len({unit for _, unit in pupils}) > 1
        assert len({number for number, _ in pupils}) == len(pupils)


def test_summary_counts_what_is_in_the_files(example: Path, tmp_path: Path) -> None:
    summary = write_example(tmp_path)
    tests = sum(1 for _ in lines(tmp_path, "np_ak6_*.txt"))
    assert summary.rows == len(pupils(tmp_path, 9)) + len(pupils(tmp_path, 6)) + tests
    assert summary.files == len(list((tmp_path / "data" / "inbox").iterdir()))
    assert summary.units == 14
    assert "14 enheter" in str(summary)


@pytest.mark.parametrize(("pattern", "width"), [("betyg_ak9_*", 33), ("betyg_ak6_*", 35)])
def test_grade_files_have_scbs_columns(example: Path, pattern: str, width: int) -> None:
    assert {len(cells) for cells in lines(example, f"{pattern}.txt")} == {width}


def test_national_tests_come_in_both_column_sets(example: Path) -> None:
    widths = {
        end: {len(cells) for cells in lines(example, f"np_ak6_vt{end}_*.txt")} for end in range(2022, 2027)
    }
    assert widths == {2022: {23}, 2023: {23}, 2024: {29}, 2025: {29}, 2026: {29}}


def test_grades_of_year_9_hold_only_scbs_codes(example: Path) -> None:
    for row in pupils(example, 9):
        for subject in SUBJECTS_9:
            allowed = GRADES | {"9"} | ({"3"} if subject != "Tn" else set())
            assert row[subject] in (allowed | {"2"} if subject in OPTIONAL_9 else allowed), subject
        assert (row["Sv"] == "2") != (row["Sva"] == "2"), "2 in one only when the other is graded"
        for subject in ("M1", "M2", "ML"):
            assert (row[subject] == "2") == (row[f"{subject}s"] == "")
            assert re.fullmatch("([A-Z]{3})?", row[f"{subject}s"])


def test_grades_of_year_6_hold_only_scbs_codes(example: Path) -> None:
    seen = set()
    for row in pupils(example, 6):
        for subject in SUBJECTS_6:
            allowed = GRADES | {"9", "Z"} | ({"3"} if subject not in {"Tn", "ML"} else set())
            optional = subject in OPTIONAL_9 | BLOCKED
            assert row[subject] in (allowed | {"2"} if optional else allowed), subject
            seen.add(row[subject])
        assert (row["No"] == "2") == all(row[each] != "2" for each in ("Bi", "Fy", "Ke"))
        assert (row["So"] == "2") == all(row[each] != "2" for each in ("Ge", "Hi", "Re", "Sh"))
    assert seen == GRADES | {"2", "3", "9", "Z"}


def test_national_tests_hold_only_scbs_codes(example: Path) -> None:
    seen: Counter[str] = Counter()
    for cells in lines(example, "np_ak6_vt202[456]_*.txt"):
        maths, swedish, english = cells[5:12], cells[12:21], cells[21:29]
        assert set(maths[1:6]) <= {"1", "99", "88"}
        assert swedish[1] in {"1", "2", ""}
        for took in (*swedish[2:5], *english[1:4]):
            assert took in {"1", "77", "99", "88"}
        for points, most in ((swedish[5:8], 18), (english[4:7], 6)):
            assert all(p in {"", "99", "88"} or int(p) <= most for p in points)
        for part, took in ((maths, maths[1:6]), (swedish, swedish[2:5]), (english, english[1:4])):
            seen[part[-1]] += 1
            assert part[-1] in GRADES | {"99", "88", ""}
            assert part[-1] != "99" or "99" in took, "99 only when a part is missing"
    assert set(seen) >= GRADES | {"99", ""}


def test_dates_give_the_school_year(example: Path) -> None:
    for path in (example / "data" / "inbox").glob("*_vt*.txt"):
        end = re.search(r"_vt(\d{4})_", path.name)
        days = {line.split(";")[1] for line in path.read_text("utf-8").splitlines()}
        assert end
        assert {day[:7] for day in days} == {f"{end[1]}-06"}


def test_personal_numbers_are_valid_unique_and_nobodys(example: Path) -> None:
    for year_group in (6, 9):
        rows = pupils(example, year_group)
        regular = [row["PersonNr"] for row in rows if "TF" not in row["PersonNr"]]
        assert all(re.fullmatch(r"20\d{10}", number) and luhn(number[2:]) for number in regular)
        assert all(int(number[8:11]) >= 980 for number in regular), "test numbers only"
        assert len(set(regular)) == len(regular)
        born = Counter(int(row["Datum"][:4]) - int(row["PersonNr"][:4]) for row in rows)
        assert set(born) <= {year_group + 7, year_group + 8}
        assert born[year_group + 7] > 20 * born[year_group + 8]


def test_names_fit_scbs_fields(example: Path) -> None:
    for row in (*pupils(example, 6), *pupils(example, 9)):
        assert 0 < len(row["Fornamn"]) <= 20
        assert 0 < len(row["Efternamn"]) <= 20


def test_published_tables_have_skolverkets_anatomy(example: Path) -> None:
    for path in (example / "data" / "inbox").glob("Grundskola - *.csv"):
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbfStatistik fr")
        rows = [line.split(";") for line in raw.decode("utf-8-sig").splitlines()]
        assert re.match(r"Valt läsår: \d{4}/\d\d$", rows[3][0])
        start = next(i for i, row in enumerate(rows) if row[0] in ("Kommun", "Skola"))
        header = [cell for cell in rows[start] if cell]
        data = [row for row in rows[start + 1 :] if len([cell for cell in row if cell]) >= 5]
        assert data
        assert all(len([cell for cell in row if cell]) == len(header) for row in data), path.name
        years = {"Slutbetyg": 1, "Betyg": 1, "Behörighet": 1, "Antal": 0, "Personal": 0}
        kind = next(step for word, step in years.items() if f"- {word}" in path.name)
        chosen = re.search(r"(\d{4})/", rows[3][0])
        named = re.search(r" (\d{4}) \w+\.csv$", path.name)
        assert chosen
        assert named
        assert int(named[1]) == int(chosen[1]) + kind, "the end year names grades, the start year counts"


def test_published_shares_follow_the_rules_for_few_pupils(example: Path) -> None:
    truths = {}
    for line in (example / "truth" / "truth_indicators.csv").read_text("utf-8").splitlines()[1:]:
        indicator, _, code, year, sex, n, reached, *_ = line.split(",")
        if indicator == "results.all_passed_9" and sex == "T":
            truths[code, year] = int(n), int(reached)
    seen = set()
    for end in (2023, 2024, 2025):
        name = f"Grundskola - Slutbetyg årskurs 9, samtliga elever {end} Skolnivå.csv"
        text = (example / "data" / "inbox" / name).read_text("utf-8-sig")
        for row in (line.split(";") for line in text.splitlines()):
            if len(row) < 10 or (row[1], f"{end - 1}/{end % 100}") not in truths:
                continue
            n, reached = truths[row[1], f"{end - 1}/{end % 100}"]
            if n < 10:
                assert row[7:11] == [".."] * 4
                seen.add("..")
            elif 1 <= n - reached <= 4:
                assert row[8] == "~100"
                seen.add("~100")
            else:
                shown = float(row[8].replace(",", "."))
                assert shown == pytest.approx(100 * reached / n, abs=0.0501)
                seen.add("number")
    assert seen == {"..", "~100", "number"}
