"""Minutes and shares of an attendance report, decided column by column with evidence (floor 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis_lib.sources.attendance_layout import Line
from analysis_lib.sources.numbers import CellFault, read_cell
from analysis_lib.sources.pupil_rows import Rows
from analysis_lib.vocabulary.marks import Mark, read_mark

_FROM = {
    "offered": "offered_minutes",
    "n_min": "attended_minutes",
    "gf_min": "valid_absence_minutes",
    "f_min": "invalid_absence_minutes",
    "other_min": "other_minutes",
    "unregistered_min": "unregistered_minutes",
    "n_pct": "attendance_pct",
    "gf_pct": "valid_absence_pct",
    "f_pct": "invalid_absence_pct",
    "unregistered_pct": "unregistered_pct",
}
MINUTES = tuple(name for name in _FROM.values() if name.endswith("_minutes"))
SHARES = tuple(name for name in _FROM.values() if name.endswith("_pct"))
_HOURS = 20  # minutes told per unit of teaching time, from which that time must be in hours


@dataclass
class Scale:
    """How a whole report writes its numbers: per cents or parts of one, minutes or hours."""

    signed: set[str] = field(default_factory=set)  # columns with a per cent sign in any cell
    largest: float | None = None  # of the attendance column
    told: int = 0
    in_hours: int = 0  # lines whose minutes are far more than the teaching time

    def see(self, lines: Sequence[Line]) -> None:
        """Takes lines into account."""
        for line in lines:
            self.signed.update(name for name, text in line.cells.items() if "%" in text)
            attended = line.cells.get("n_pct", "").strip()
            if attended.replace(",", "").replace(".", "").isdigit():
                number = float(attended.replace(",", "."))
                self.largest = number if self.largest is None else max(self.largest, number)
            offered = _number(line, "offered") or 60 * (_number(line, "offered_hours") or 0)
            if offered:
                minutes = sum(_number(line, name) or 0 for name in ("n_min", "gf_min", "f_min"))
                self.told += 1
                self.in_hours += minutes / offered > _HOURS

    def has_parts(self, name: str) -> bool:
        """Whether a column is written as parts of one: every number of the attendance column is at most 1
        and none of the column has a per cent sign; nobody's attendance is below one per cent throughout."""
        return name not in self.signed and self.largest is not None and self.largest <= 1

    @property
    def has_hours(self) -> bool:
        """Whether the teaching time is told in hours."""
        return self.in_hours * 2 > self.told


def measured(lines: Sequence[Line], rows: Rows, scale: Scale) -> pd.DataFrame:
    """The measured columns of lines of a report that writes its numbers as ``scale`` says.

    Rows with an unreadable or impossible cell are refused.
    """
    values = {target: _column(lines, name, rows) for name, target in _FROM.items()}
    frame = pd.DataFrame(values)
    hours = _column(lines, "offered_hours", rows)
    frame["offered_minutes"] = frame["offered_minutes"].fillna(hours * 60)
    for name in ("lessons", "pupils"):
        frame["pupils_n" if name == "pupils" else name] = _column(lines, name, rows).round()
    for name in SHARES:
        frame[name] = _as_per_cent(frame[name], name, scale, rows)
        impossible = (frame[name] > 100.05).to_numpy(dtype=bool)
        rows.refuse(impossible, "share-impossible", column=name, reason="andelen är större än 100 procent.")
    if scale.has_hours:
        frame["offered_minutes"] *= 60
        rows.tell(
            "warning", "hours-assumed", "Undervisningstiden är skriven i timmar och räknades om till minuter."
        )
    _add_what_follows(frame, rows)
    return frame.astype({"lessons": "Int64", "pupils_n": "Int64"})


def _column(lines: Sequence[Line], name: str, rows: Rows) -> pd.Series:
    found, wrong = [], np.zeros(len(lines), dtype=bool)
    for place, line in enumerate(lines):
        try:
            number = _read(line, name)
        except CellFault:
            wrong[place] = True
            number = None
        found.append(np.nan if number is None else number)
    rows.refuse(wrong, "number-unreadable", column=name, reason="cellen går inte att läsa som ett tal.")
    return pd.Series(found, dtype="float64")


def _read(line: Line, name: str) -> float | None:
    """The number of a cell, None for a mark or nothing; raises CellFault when it is neither."""
    text = line.cells.get(name, "").removesuffix("%").strip()
    if not text or read_mark(text) is not Mark.NONE:
        return None
    is_number = name in line.is_number
    if is_number and "." in text:
        text = f"{float(text):.6f}".rstrip("0").rstrip(".")
    value = read_cell(text, "number", is_number_cell=is_number, minimum=0, decimals=6).number
    return None if value is None else float(value)


def _number(line: Line, name: str) -> float | None:
    try:
        return _read(line, name)
    except CellFault:
        return None


def _as_per_cent(values: pd.Series, name: str, scale: Scale, rows: Rows) -> pd.Series:
    if not scale.has_parts(next(source for source, target in _FROM.items() if target == name)):
        return values
    if name == SHARES[0]:
        text = "Närvaron är skriven som delar av 1 och räknades om till procent."
        rows.tell("warning", "share-parts", text)
    return values * 100


def _add_what_follows(frame: pd.DataFrame, rows: Rows) -> None:
    """Unregistered time is what was offered and not told; a missing share is taken from the minutes."""
    parts = ["attended_minutes", "valid_absence_minutes", "invalid_absence_minutes"]
    told = frame[parts].sum(axis=1, min_count=3) + frame["other_minutes"].fillna(0)
    left = (frame["offered_minutes"] - told).clip(lower=0)
    frame["unregistered_minutes"] = frame["unregistered_minutes"].fillna(left)
    too_much = (told > frame["offered_minutes"] * 1.005 + 1).to_numpy(dtype=bool)
    rows.tell_rows(
        too_much,
        "minutes-exceed",
        column="Undv. tid",
        text="Närvaro och frånvaro är mer än undervisningstiden; kontrollera rapporten",
    )
    shares = dict(zip(SHARES, [*parts, "unregistered_minutes"], strict=True))
    for share, minutes in shares.items():
        whole = frame["offered_minutes"] if share == "unregistered_pct" else told
        frame[share] = frame[share].fillna((100 * frame[minutes] / whole.where(whole > 0)).round(4))
