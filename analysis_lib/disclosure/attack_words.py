"""What the attacker says of what it has found: the number, the place and the subtraction (floor 5).

Shares no code with the suppressor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis_lib.disclosure.attack_cells import Known, Place
from analysis_lib.disclosure.attack_editions import Difference

SEX_NAMES = {"T": "alla", "F": "flickor", "P": "pojkar"}


@dataclass(frozen=True)
class Finding:
    """A hidden number that can be worked out, exactly or too closely."""

    kind: Literal["exact", "narrow", "group", "contradiction"]
    pop: str
    what: str
    unit: str
    sex: str
    low: float
    high: float
    message: str


def between(found: Difference) -> Finding:
    unit, sex = found.place
    how = f"med {abs(found.change):g} elever" if found.is_exact else "så att få elever kan ha ändrats"
    message = (
        f"{found.pop}: {found.what} för {unit}, {SEX_NAMES.get(sex, sex)}, skiljer {how} "
        "mellan två utgåvor. Det följer av: den nya utgåvans tal − den tidigare utgåvans tal"
    )
    kind: Literal["exact", "narrow"] = "exact" if found.is_exact else "narrow"
    return Finding(kind, found.pop, found.what, unit, sex, found.change, found.change, message)


def outside(
    inner: Known,
    outer: Known,
    place: Place,
    low: float,
    high: float,
    *,
    how: str = "antalen i de två populationerna",
) -> Finding:
    many = f"{low:g}" if low == high else f"{low:g}–{high:g}"
    message = (
        f"{inner.pop}: {many} elever i {outer.pop} för {place[0]}, {SEX_NAMES.get(place[1], place[1])}, "
        f"räknas inte där. Det följer av: {how}"
    )
    return Finding("exact" if low == high else "narrow", inner.pop, "n", *place, low, high, message)


def left_out(
    inner: Known, what: tuple[str, str], place: Place, size: float, low: float, high: float
) -> Finding:
    many = f"{low:g}" if low == high else f"{low:g}–{high:g}"
    message = (
        f"{inner.pop}: av de {size:g} elever för {place[0]}, {SEX_NAMES.get(place[1], place[1])}, som inte "
        f"räknas där har {many} nått målet. "
        f"Det följer av: + {what[1]} för alla; − {what[0]} för dem som räknas"
    )
    return Finding("exact" if low == high else "narrow", inner.pop, what[0], *place, low, high, message)
