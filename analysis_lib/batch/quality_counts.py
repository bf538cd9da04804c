"""What else a rektor checks before the run: national tests, attendance and surveys, counted (floor 8).

Each table stands by itself, of the newest school year that the unit has; small counts are shown as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis_lib import text
from analysis_lib.snapshots.store import Store
from analysis_lib.vocabulary.catalog import Catalog

NO_CLASS = "Utan klass"
_TESTS = """
WITH tests AS (
    SELECT unit_code, year_group, school_year, class_name, pupil, subject,
        status IN ('graded', 'digital') AS has
    FROM core_scb__national_tests
    UNION ALL
    SELECT unit_code, year_group, school_year, class_name, pupil, subject, parts_taken > 0
    FROM core_scb__national_tests_3),
newest AS (SELECT unit_code, year_group, max(school_year) AS school_year FROM tests GROUP BY ALL)
SELECT unit_code, year_group, school_year, class_name, count(DISTINCT pupil) AS n,
    count(DISTINCT pupil) FILTER (subject = 'MA' AND has) AS ma,
    count(DISTINCT pupil) FILTER (subject = 'SV' AND has) AS sv,
    count(DISTINCT pupil) FILTER (subject = 'EN' AND has) AS en
FROM tests JOIN newest USING (unit_code, year_group, school_year) GROUP BY ALL ORDER BY ALL
"""
_ATTENDANCE = """
WITH told AS (
    SELECT unit_code, school_year, class_name, nullif(pupil, '') AS pupil, pupils_n, period_start AS day,
        attended_minutes AS attended, valid_absence_minutes + invalid_absence_minutes AS away,
        unregistered_minutes AS unregistered, offered_minutes AS offered, attendance_pct, unregistered_pct
    FROM core_attendance__periods
    UNION ALL
    SELECT unit_code, school_year, class_name, pupil, 1, month, attended_minutes,
        valid_absence_minutes + invalid_absence_minutes,
        greatest(offered_minutes - coalesce(reported_minutes, attended_minutes), 0), offered_minutes,
        NULL, NULL
    FROM core_ss12000__attendance),
newest AS (SELECT unit_code, max(school_year) AS school_year FROM told GROUP BY ALL)
SELECT unit_code, school_year, class_name, coalesce(nullif(count(DISTINCT pupil), 0), max(pupils_n)) AS n,
    count(DISTINCT day) AS periods,
    coalesce(100 * sum(attended) / nullif(sum(attended + away), 0), avg(attendance_pct)) AS attended_pct,
    coalesce(100 * sum(unregistered) / nullif(sum(offered), 0), avg(unregistered_pct)) AS unregistered_pct
FROM told JOIN newest USING (unit_code, school_year) GROUP BY ALL ORDER BY ALL
"""
_SURVEYS = """
WITH newest AS (SELECT unit_code, instrument, max(school_year) AS school_year
    FROM core_survey__answers_by_unit WHERE level = 'unit' GROUP BY ALL)
SELECT unit_code, instrument, school_year, term, respondent_group, max(answers_n) AS answers,
    max(invited_n) AS invited, max(response_rate_pct) AS rate,
    count(DISTINCT question) FILTER (question <> '') AS questions
FROM core_survey__answers_by_unit JOIN newest USING (unit_code, instrument, school_year)
WHERE sex = 'T' GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True)
class Counted:
    """One table of the page: its heading and caption, its columns, and rows of a name and cells."""

    heading: str
    caption: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    note: str


class Counts:
    """What the store holds of all units, asked for once."""

    def __init__(self, store: Store) -> None:
        self._tests = store.query(_TESTS)
        self._attendance = store.query(_ATTENDANCE)
        self._surveys = store.query(_SURVEYS)

    @property
    def units(self) -> set[str]:
        """The units that any table holds."""
        frames = (self._tests, self._attendance, self._surveys)
        return {str(code) for frame in frames for code in frame["unit_code"].unique()}

    def of(self, unit: str, catalog: Catalog) -> list[Counted]:
        """The tables of one unit."""
        tests, attended, asked = (
            frame[frame["unit_code"] == unit] for frame in (self._tests, self._attendance, self._surveys)
        )
        return [*_tests(tests), *_attendance(attended), *_surveys(asked, catalog)]


def _tests(frame: pd.DataFrame) -> Iterator[Counted]:
    for group, some in frame.groupby("year_group", sort=True):
        subjects = ("ma", "sv") if group == 3 else ("ma", "sv", "en")
        names = {"ma": "Matematik", "sv": "Svenska eller SvA", "en": "Engelska"}
        yield Counted(
            f"Nationella prov, årskurs {group}",
            f"Antal elever med resultat per klass och ämne, läsåret {some['school_year'].iat[0]}",
            "Klass",
            ("Elever", *(names[each] for each in subjects)),
            _rows(some, ("n", *subjects)),
            "Räknat är elever med provbetyg, eller i årskurs 3 med minst ett delprov. Resultat som har "
            "rapporterats digitalt räknas som inlämnade.",
        )


def _attendance(frame: pd.DataFrame) -> Iterator[Counted]:
    if len(frame):
        yield Counted(
            "Närvaro",
            f"Elever och registrerad tid per klass, läsåret {frame['school_year'].iat[0]}",
            "Klass",
            ("Elever", "Perioder", "Närvaro %", "Oregistrerad tid %"),
            _rows(frame, ("n", "periods", "attended_pct", "unregistered_pct")),
            "Närvaron är del av registrerad tid. Är mycket tid oregistrerad säger den mindre: se till att "
            "lektionerna rapporteras.",
        )


def _surveys(frame: pd.DataFrame, catalog: Catalog) -> Iterator[Counted]:
    if not len(frame):
        return
    rows = []
    for each in frame.to_dict("records"):
        known = catalog.instruments.get(str(each["instrument"]))
        group = str(each["respondent_group"])
        name = f"{known.name if known else each['instrument']}, {group}, {each['term']} {each['school_year']}"
        cells = (each["invited"], each["answers"], each["rate"], each["questions"])
        rows.append((name, tuple(_shown(cell) for cell in cells)))
    yield Counted(
        "Enkäter",
        "Svar per enkät och grupp, det senaste läsåret",
        "Enkät",
        ("Tillfrågade", "Svar", "Svarsfrekvens %", "Frågor"),
        tuple(rows),
        "Ett streck betyder att filen inte säger det.",
    )


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    ordered = sorted(
        frame.to_dict("records"), key=lambda row: (row["class_name"] == "", text.sort_key(row["class_name"]))
    )
    return tuple(
        (str(row["class_name"]) or NO_CLASS, tuple(_shown(row[name]) for name in columns)) for row in ordered
    )


def _shown(value: float | int | None) -> str:
    """A whole number as it is, another with one decimal, nothing as a dash."""
    if value is None or pd.isna(value):
        return "–"
    return text.number(value, decimals=0 if float(value).is_integer() else 1)
