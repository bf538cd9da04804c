"""National tests against grades (rule R5): who got a higher, the same or a lower grade (floor 3).

A deviation alone can not show that grades are too high or too low, so nothing here says so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis_lib import text
from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.intervals import mean_interval, wilson
from analysis_lib.statistics.paired import paired_difference

LETTERS = ("F", "E", "D", "C", "B", "A")
# Grade points by R1; other scales are handed in by the caller.
POINTS = {"F": 0.0, "E": 10.0, "D": 12.5, "C": 15.0, "B": 17.5, "A": 20.0}
WORDING = (
    "Avvikelsen visar hur betygen förhåller sig till provbetygen i samma ämne. Den kan inte ensam visa om "
    "betygen är rätt satta: provet prövar en del av ämnet vid ett tillfälle, och betyget bygger på allt "
    "eleven har visat. Provets resultat ska särskilt beaktas när betyget sätts."
)


def crosstab(test: pd.Series, grade: pd.Series) -> pd.DataFrame:
    """How many pupils had each test grade (rows) and each grade (columns), F to A; only those with both."""
    both = _both(test, grade)
    counts = pd.crosstab(both["test"], both["grade"])
    found: pd.DataFrame = counts.reindex(index=list(LETTERS), columns=list(LETTERS), fill_value=0)
    return found.astype("int64")


def deviation(rows: pd.DataFrame, by: list[str], *, points: dict[str, float] | None = None) -> pd.DataFrame:
    """Per group of ``by``: how grades stand to test grades, in per cent of pupils with both.

    ``rows`` has ``test`` and ``grade`` (A-F; anything else is no grade). Columns: ``n``, ``higher_n``,
    ``equal_n``, ``lower_n`` and their ``_pct`` with Wilson's ``_low`` and ``_high``; ``net`` (higher minus
    lower, percentage points) with its paired ``net_low`` and ``net_high``; ``points`` (mean difference in
    grade points) with ``points_low`` and ``points_high``. Groups where nobody has both are left out.
    """
    both = _both(rows["test"], rows["grade"]).join(rows[by])
    value = points or POINTS
    steps = both["grade"].map(LETTERS.index).astype(int) - both["test"].map(LETTERS.index).astype(int)
    gap = both["grade"].map(value).astype(float) - both["test"].map(value).astype(float)
    counted = both[by].assign(
        n=1,
        higher_n=(steps > 0).astype("int64"),
        equal_n=(steps == 0).astype("int64"),
        lower_n=(steps < 0).astype("int64"),
        gap=gap,
        gap_sq=gap**2,
    )
    sums = ["n", "higher_n", "equal_n", "lower_n", "gap", "gap_sq"]
    found = counted.groupby(by, as_index=False)[sums].sum() if by else counted[sums].sum().to_frame().T
    found = found[found["n"] > 0].astype({name: "int64" for name in sums[:4]})
    for name in ("higher", "equal", "lower"):
        low, high = wilson(found[f"{name}_n"], found["n"])
        found[f"{name}_pct"] = 100 * found[f"{name}_n"] / found["n"]
        found[f"{name}_low"], found[f"{name}_high"] = 100 * low, 100 * high
    net, low, high = paired_difference(found["higher_n"], found["lower_n"], found["n"])
    found["net"], found["net_low"], found["net_high"] = 100 * net, 100 * low, 100 * high
    found["points"] = found["gap"] / found["n"]
    found["points_low"], found["points_high"] = mean_interval(found["gap"], found["gap_sq"], found["n"])
    return found.drop(columns=["gap", "gap_sq"])


def sentence(subject: str, row: pd.Series) -> str:
    """One row of ``deviation`` in words, with its interval and without a verdict on the grading."""
    if row["net_low"] > 0:
        finding = "fler fick högre betyg än provbetyg än tvärtom"
    elif row["net_high"] < 0:
        finding = "fler fick lägre betyg än provbetyg än tvärtom"
    else:
        finding = "ingen säker skillnad mellan andelen med högre och andelen med lägre betyg än provbetyg"
    bounds = text.interval(float(row["net_low"]), float(row["net_high"]))
    shares = [text.percent(float(row[f"{name}_pct"])) for name in ("higher", "equal", "lower")]
    net = text.number(float(row["net"]), signed=True)
    return (
        f"{subject}: {finding}. Högre {shares[0]}, lika {shares[1]}, lägre {shares[2]}; nettoavvikelse "
        f"{net} procentenheter ({bounds}), {text.count(int(row['n']))} elever."
    )


def _both(test: pd.Series, grade: pd.Series) -> pd.DataFrame:
    if len(test) != len(grade):
        raise SkolbankError("columns-unequal", "Prov och betyg har olika många rader", where="prov mot betyg")
    both = pd.DataFrame({"test": test, "grade": grade})
    return both[np.logical_and.reduce([both[name].isin(LETTERS) for name in ("test", "grade")])]
