"""Minutes and shares of an attendance report, decided column by column with evidence (floor 3)."""

from __future__ import annotations

from collections.abc import Sequence

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


def measured(lines: Sequence[Line], rows: Rows) -> pd.DataFrame:
    """The measured columns of all lines; rows with an unreadable or impossible cell are refused."""
    values = {target: _column(lines, name, rows) for name, target in _FROM.items()}
    frame = pd.DataFrame(values)
    hours = _column(lines, "offered_hours", rows)
    frame["offered_minutes"] = frame["offered_minutes"].fillna(hours * 60)
    for name in ("lessons", "pupils"):
        frame["pupils_n" if name == "pupils" else name] = _column(lines, name, rows).round()
    for name in SHARES:
        frame[name] = _as_per_cent(frame[name], lines, name, rows)
        impossible = (frame[name] > 100.05).to_numpy(dtype=bool)
        rows.refuse(impossible, "share-impossible", column=name, reason="andelen är större än 100 procent.")
    _minutes_of_hours(frame, rows)
    _add_what_follows(frame, rows)
    return frame.astype({"lessons": "Int64", "pupils_n": "Int64"})


def _column(lines: Sequence[Line], name: str, rows: Rows) -> pd.Series:
    found, wrong = [], np.zeros(len(lines), dtype=bool)
    for place, line in enumerate(lines):
        text = line.cells.get(name, "").removesuffix("%").strip()
        if not text or read_mark(text) is not Mark.NONE:
            found.append(np.nan)
            continue
        is_number = name in line.is_number
        if is_number and "." in text:
            text = f"{float(text):.6f}".rstrip("0").rstrip(".")
        try:
            value = read_cell(text, "number", is_number_cell=is_number, minimum=0, decimals=6).number
            found.append(np.nan if value is None else float(value))
        except CellFault:
            wrong[place] = True
            found.append(np.nan)
    rows.refuse(wrong, "number-unreadable", column=name, reason="cellen går inte att läsa som ett tal.")
    return pd.Series(found, dtype="float64")


def _as_per_cent(values: pd.Series, lines: Sequence[Line], name: str, rows: Rows) -> pd.Series:
    """Parts of one become per cent when every number of the attendance column is at most 1 and none is
    written with a per cent sign: nobody's attendance is below one per cent in a whole report."""
    field = next(source for source, target in _FROM.items() if target == name)
    signed = any("%" in line.cells.get(field, "") for line in lines)
    attended = [
        float(text.replace(",", "."))
        for line in lines
        if (text := line.cells.get("n_pct", "").strip()) and text.replace(",", "").replace(".", "").isdigit()
    ]
    if signed or not attended or max(attended) > 1:
        return values
    if name == SHARES[0]:
        text = "Närvaron är skriven som delar av 1 och räknades om till procent."
        rows.tell("warning", "share-parts", text)
    return values * 100


def _minutes_of_hours(frame: pd.DataFrame, rows: Rows) -> None:
    told = frame[["attended_minutes", "valid_absence_minutes", "invalid_absence_minutes"]].sum(axis=1)
    ratio = (told / frame["offered_minutes"]).replace([np.inf], np.nan).dropna()
    if len(ratio) and ratio.median() > _HOURS:
        frame["offered_minutes"] *= 60
        rows.tell(
            "warning", "hours-assumed", "Undervisningstiden är skriven i timmar och räknades om till minuter."
        )


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
