"""The door's speed beside plain pandas reading of the same file, and a gigabyte in 500 MB of memory.

Plain pandas only parses: it checks, pseudonymises and stores nothing, so it is the floor and not a rival.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import GIB, Measured, run, skolbank, step
from benchmarks.sections import Table

SUBJECTS = ("Ma", "Sv", "En", "Bl", "Hkk", "Idh", "Mu", "Bi", "Fy", "Ke", "Ge", "Hi", "Re", "Sh", "Sl", "Tk")
HEADER = ("Personnummer", "Namn", "Skolenhetskod", "Klass", "Kön", "Ämne", "Betyg", "Termin")
LIMIT = 500 * 1024**2
UNITS = 60
STATISTICS = 30  # MB; the longest real table of Skolverket's has some 20


def people(birth_year: int) -> Iterator[str]:
    """Invented personal numbers with correct check digits, a whole year's days in turn."""
    first = datetime.date(birth_year, 1, 1)
    for serial in range(1000):
        for day in range(365):
            nine = f"{first + datetime.timedelta(day):%y%m%d}{serial:03d}"
            doubled = (int(sign) * (2 - place % 2) for place, sign in enumerate(nine))
            yield f"{birth_year}{nine[2:]}{-sum(each // 10 + each % 10 for each in doubled) % 10}"


def cohorts() -> Iterator[tuple[str, str]]:
    """The pupils of ten years, each with the term in which they leave årskurs 9."""
    for birth_year in range(2009, 1999, -1):
        for person in people(birth_year):
            yield person, f"VT{(birth_year + 16) % 100:02d}"


def write_grades(place: Path, size: int) -> int:
    """A simple table of grades of at least ``size`` bytes, a row per pupil and subject; gives its rows."""
    rows = 0
    with place.open("w", encoding="utf-8") as stream:
        stream.write(";".join(HEADER) + "\n")
        for number, (person, term) in enumerate(cohorts()):
            unit = 10_000_001 + number % UNITS
            grades = ("ABCDEF"[(number + order) % 6] for order in range(len(SUBJECTS)))
            stream.write(
                "".join(
                    f"{person};Åsa Provsson;{unit};9{'ABC'[number % 3]};;{subject};{grade};{term}\n"
                    for subject, grade in zip(SUBJECTS, grades, strict=True)
                )
            )
            rows += len(SUBJECTS)
            if stream.tell() >= size:
                return rows
    raise ValueError("ten years' personal numbers are not enough for so large a file")


def write_statistics(place: Path, size: int) -> int:
    """A table of final grades per unit in Skolverket's form, far longer than any real one; gives its rows."""
    heading = (
        "Statistik från Skolverket, https://www.skolverket.se\n\n"
        "Grundskola - Slutbetyg årskurs 9, samtliga elever\nValt läsår: 2024/25\n\n"
        "Skola;Skol-enhetskod;Skolkommun;Kommun-kod;Typ av huvudman;Huvudman;Huvudman orgnr;Antal elever;"
        "Andel (%) elever som uppfyllt betygskriterierna i alla ämnen;"
        "Andel (%) elever behöriga till yrkesprog.;Genomsnittligt meritvärde (17 ämnen);\n"
    )
    rows = 0
    with place.open("w", encoding="utf-8-sig") as stream:
        stream.write(heading)
        while stream.tell() < size:
            unit = 10_000_001 + rows
            shares = f"{rows % 1000 / 10:.1f};{rows % 997 / 10:.1f};{150 + rows % 1700 / 10:.1f}".replace(
                ".", ","
            )
            hidden = "..;~100;.." if rows % 11 == 0 else shares
            stream.write(
                f"Skola {rows};{unit};Ale;1440;Kommunal;Ale kommun;2120001439;{rows % 200};{hidden};\n"
            )
            rows += 1
    return rows


def make_workspace(folder: Path) -> Path:
    """A workspace with the units of the files and nothing else."""
    (folder / "params").mkdir(parents=True)
    settings = 'municipality_code: "9901"\nmunicipality_name: Almvik\nauthority_name: Almviks kommun\n'
    (folder / "params" / "settings.yaml").write_text(settings, "utf-8")
    units = "".join(f'  - {{code: "{10_000_001 + i}", name: Skola {i}}}\n' for i in range(UNITS))
    (folder / "params" / "units.yaml").write_text(f"units:\n{units}", "utf-8")
    return folder


def import_speed(
    folder: Path, say: Callable[[str], None], *, megabytes: tuple[int, ...] = (5, 100), whole: bool = False
) -> Table:
    """The table of the report; ``whole`` adds the file of 1 GB, some twenty minutes more."""
    lines = speed(folder, say, megabytes=megabytes)
    place = make_workspace(folder / "import-statistics")
    rows = write_statistics(place / "slutbetyg.csv", STATISTICS * 1024**2)
    say(f"import of {STATISTICS} MB statistics")
    done = run(skolbank("import", place / "slutbetyg.csv", "--workspace", place))
    lines.append(_line(f"{STATISTICS} MB of statistics, CSV", "`skolbank import`", rows, done))
    if whole:
        done, rows = gigabyte(folder, say)
        lines.append(_line("1 GB CSV", "`skolbank import`", rows, done))
    header = ("file", "way", "rows", "time", "rows a second", "peak memory")
    note = (
        "Pandas only parses the cells. The import also checks each row, reads the identities, pseudonymises, "
        "compares with what is stored and stores. Text above 12 MB is read in portions."
    )
    return Table("Import beside plain pandas", header, tuple(lines), note)


def speed(
    folder: Path, say: Callable[[str], None], *, megabytes: tuple[int, ...] = (5, 100)
) -> list[tuple[str, ...]]:
    """A line per file and way: rows, time, rows a second and peak memory."""
    lines: list[tuple[str, ...]] = []
    for size in megabytes:
        place = make_workspace(folder / f"import-{size}")
        text = place / "betyg.csv"
        rows = write_grades(text, size * 1024**2)
        say(f"import of {size} MB text")
        lines += _ways(f"{size} MB CSV", text, rows, place)
        if size == min(megabytes):
            book = place / "betyg.xlsx"
            run(step("workbook", place, str(text), str(book)))
            again = make_workspace(folder / f"import-{size}-xlsx")
            lines += _ways("the same as XLSX", book, rows, again)
    return lines


def gigabyte(folder: Path, say: Callable[[str], None]) -> tuple[Measured, int]:
    """The import of a text file of 1 GB and its rows; raises ``AssertionError`` above 500 MB of memory."""
    place = make_workspace(folder / "import-gigabyte")
    rows = write_grades(place / "betyg.csv", GIB)
    say("import of 1 GB text")
    told = place / "import.json"
    done = run(skolbank("import", place / "betyg.csv", "--workspace", place, "--json", told))
    (report,) = json.loads(told.read_text("utf-8"))
    assert report["rows_accepted"] == rows, "rows were lost"
    assert done.peak < LIMIT, f"{done.peak / 2**20:.0f} MB of memory"
    return done, rows


def _ways(name: str, file: Path, rows: int, workspace: Path) -> list[tuple[str, ...]]:
    plain = run(step("pandas", workspace, str(file)))
    ours = run(skolbank("import", file, "--workspace", workspace))
    reader = "`pandas.read_excel`" if file.suffix == ".xlsx" else "`pandas.read_csv`"
    return [_line(name, way, rows, each) for way, each in ((reader, plain), ("`skolbank import`", ours))]


def _line(name: str, way: str, rows: int, measured: Measured) -> tuple[str, ...]:
    a_second = f"{rows / measured.seconds:,.0f}"
    return (name, way, f"{rows:,}", f"{measured.seconds:.1f} s", a_second, f"{measured.peak / 2**20:.0f} MB")
