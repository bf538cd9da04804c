"""Skolverket's files as others hand them over: another year, moved notices, other code columns and signs.

Each gives the original's figures, or is refused and said why.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from skolverket_forms import EXTRACTS, header_place, joined, lines_of, read_one

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.skolverket import TABLE

UNITS = (EXTRACTS / "final_grades_9_unit_2024-25.csv").read_text("utf-8-sig")
TESTS = (EXTRACTS / "national_tests_9_kommun_2018-19.csv").read_text("utf-8-sig")
PUPILS = next(EXTRACTS.glob("pupils_kommun*.csv")).read_text("utf-8-sig")
KEPT = [
    "unit_code",
    "municipality_code",
    "organiser",
    "authority_number",
    "subject",
    "measure",
    "value",
    "mark",
]


def figures(text: str, without: tuple[str, ...] = ()) -> list[str]:
    frame = read_one(text.encode()).frames[TABLE]
    return sorted(frame[[name for name in KEPT if name not in without]].to_csv(index=False).splitlines())


def with_column(text: str, at: int, name: str, value: str) -> str:
    lines = lines_of(text.encode())
    start = header_place(lines)
    for number, cells in enumerate(lines):
        if number >= start - 1 and len(cells) > 5:
            cells.insert(at, {start - 1: "", start: name}.get(number, value))
    return joined(lines)


def with_lines(text: str, *more: str) -> str:
    lines = text.split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("Skola;"))
    return "\n".join([*lines[:start], *more, *lines[start:]])


WAYS: dict[str, Callable[[str], str]] = {
    "next-year": lambda t: t.replace("Valt läsår: 2024/25", "Valt läsår: 2025/26"),
    "year-written-out": lambda t: t.replace("Valt läsår: 2024/25", "Valt läsår: 2025-2026"),
    "year-not-chosen": lambda t: t.replace("Valt läsår: 2024/25", "Läsår: 2025/26"),
    "notices-moved": lambda t: with_lines(t, *["Obs! Uppgifter saknas; för några skolor", ""] * 6),
    "notice-first": lambda t: "Observera att sekretess tillämpas;;\n\n" + t,
    "group-row-empty": lambda t: with_lines(t, ";" * 11),
    "code-column-1": lambda t: t.replace("Skol-enhetskod", "Enhetskod", 1),
    "code-column-2": lambda t: t.replace("Kommun-kod", "Kommunens kod", 1),
    "code-column-3": lambda t: t.replace("Huvudman orgnr", "Organisationsnummer", 1),
    "first-column": lambda t: t.replace("\nSkola;", "\nSkolans namn;", 1),
    "own-column-first": lambda t: with_column(t, 0, "Uttagsdatum", "2025-10-01"),
    "own-column-between": lambda t: with_column(t, 3, "Län", "Stockholms län"),
    "own-column-last": lambda t: with_column(t, 9, "Andel (%) elever behöriga till teknik", "77,7"),
    "new-words": lambda t: t.replace("uppfyllt", "uppfyller").replace("i alla ämnen", "i samtliga ämnen"),
    "suppressed-spelled": lambda t: t.replace(";..;", ";. .;"),
    "nearly-all-spelled": lambda t: t.replace(";~100;", ";~ 100;"),
    "decimal-point": lambda t: re.sub(r"(?<=;)(\d+),(\d)(?=;)", r"\1.\2", t),
    "per-cent-sign": lambda t: re.sub(r"(?<=;)(\d\d),(\d)(?=;)", r"\1,\2 %", t),
}  # fmt: skip


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_file_with_other_habits_gives_the_same_figures(way: str) -> None:
    changed = WAYS[way](UNITS)
    assert changed != UNITS
    assert figures(changed) == figures(UNITS)


def test_groups_over_an_own_first_column_still_name_their_measures() -> None:
    assert figures(with_column(TESTS, 0, "Nr", "1")) == figures(TESTS)


def test_points_between_thousands_are_told_by_the_whole_column() -> None:
    pointed = re.sub(r"(?<=;)(\d{1,3}) (\d{3})(?=;)", r"\1.\2", PUPILS)
    assert pointed != PUPILS
    assert figures(pointed) == figures(PUPILS)
    told = read_one(pointed.encode())
    assert "thousands-point" in {message.code for message in told.messages}
    mixed = re.sub(r"(?<=;)(\d{1,3}) (\d{3})(?=;)", r"\1.\2", PUPILS, count=3)
    refused = read_one(mixed.encode())
    assert refused.rows_rejected
    assert {message.code for message in refused.messages} == {"number-ambiguous"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param(UNITS.replace("Valt läsår: 2024/25", "Hösten"), "school-year-ambiguous", id="no-year"),
        pytest.param(
            UNITS.replace("Valt läsår: 2024/25", "Valt läsår: 2024/25\nValt läsår: 2023/24"),
            "school-year-ambiguous",
            id="two-years",
        ),
        pytest.param(
            UNITS.replace("Slutbetyg årskurs 9", "Betyg årskurs 6", 1), "format-unknown", id="other-title"
        ),
        pytest.param(re.sub(r"\n;;;;;[^\n]*\n", "\n", TESTS, count=1), "column-missing", id="groups-lost"),
    ],
)
def test_what_cannot_be_known_is_refused(changed: str, code: str) -> None:
    assert changed not in (UNITS, TESTS)
    with pytest.raises(SkolbankError) as refused:
        read_one(changed.encode())
    assert refused.value.code == code
