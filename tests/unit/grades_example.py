"""Invented released cells of grades and tests, and the figures drawn from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import present_example as example

from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.agreement import AgreementBar, draw_agreement
from analysis_lib.present.charts.crosstab import draw_crosstab
from analysis_lib.present.charts.flow import draw_cohort_flow
from analysis_lib.present.charts.residuals import Measured, ResidualRow, Usual, draw_residuals
from analysis_lib.present.charts.spread import SpreadYear, draw_spread
from analysis_lib.statistics.equity import deviation_between
from analysis_lib.vocabulary.grades import DIRECTIONS, LETTERS, pair_of
from analysis_lib.vocabulary.indicators import Indicator

YEAR = "2025/26"
_HIDDEN = ("A>C", "A>B", "B>B", "B>C")


def _indicator(id: str, kind: str, **more: Any) -> Indicator:
    texts = {"title": "Betyg jämfört med provbetyg", "short": "Prov mot betyg", "finding": "av eleverna"}
    texts |= {"definition": "Nämnaren är elever med både provbetyg och betyg.", "source": "Skolans betyg"}
    return Indicator(id=id, kind=kind, population="np", **(texts | more))  # type: ignore[arg-type]


AGREEMENT = _indicator("agreement.deviation_9", "distribution", by_subject=True)
CROSSTAB = _indicator("agreement.crosstab_9", "distribution", by_subject=True)
FLOW = _indicator("gymnasium.time_to_diploma", "distribution", short="Vägen till examen")
SALSA = tuple(
    _indicator(f"salsa.merit_{part}", "mean", maximum=340.0, quantum=0.01, decimals=0)
    for part in ("actual", "expected", "residual")
)


def bar(name: str, counts: tuple[int, int, int], *, hidden: bool = False) -> AgreementBar:
    """A subject's bar: how many got a lower, the same and a higher grade."""
    n = sum(counts)
    cells = {
        each: example.cell(state="suppressed", subject=name, category=each)
        if hidden
        else example.cell(k, n, subject=name, category=each)
        for each, k in zip(DIRECTIONS, counts, strict=True)
    }
    return AgreementBar(name, cells)


def agreement_figure() -> Block:
    bars = [
        bar("Svenska", (12, 60, 24)),
        bar("Svenska som andraspråk", (1, 1, 1), hidden=True),
        bar("Engelska", (5, 70, 21)),
        bar("Matematik", (20, 56, 20)),
    ]
    return draw_agreement(bars, setting=example.setting(20), indicator=AGREEMENT, year=YEAR)


def crosstab_cells() -> dict[str, ReleasedCell]:
    counts = (
        np.diag([12, 30, 44, 60, 80, 14]) + np.diag([6, 9, 12, 20, 5], 1) + np.diag([7, 11, 15, 30, 0], -1)
    )
    n = int(counts.sum())
    cells = {}
    for down, test in enumerate(LETTERS):
        for across, grade in enumerate(LETTERS):
            pair = pair_of(test, grade)
            keys: dict[str, Any] = {"subject": "MA", "category": pair, "level": "authority", "code": "9901"}
            is_hidden = pair in _HIDDEN
            cells[pair] = (
                example.cell(state="suppressed", n=n, **keys)
                if is_hidden
                else example.cell(int(counts[down, across]), n, **keys)
            )
    return cells


def crosstab_figure() -> Block:
    return draw_crosstab(
        crosstab_cells(), setting=example.setting(21), indicator=CROSSTAB, subject="Matematik", year=YEAR
    )


def residual_rows(values: tuple[float | None, ...] = (-6, None, 4, 23)) -> list[ResidualRow]:
    years = example.YEARS[-len(values) :]
    rows = []
    for year, value in zip(years, values, strict=True):
        keys: dict[str, Any] = {"school_year": year, "basis": "published", "n": None, "decimals": 0}
        if value is None:
            hidden = example.cell(state="suppressed", **keys)
            rows.append(ResidualRow(year, hidden, hidden, hidden))
            continue
        cells = [example.cell(mean=each, half=0.0, **keys) for each in (221.0 + value, 221.0, value)]
        rows.append(ResidualRow(year, cells[2], cells[0], cells[1]))
    return rows


def residual_figure() -> Block:
    return draw_residuals(
        residual_rows(),
        setting=example.setting(22),
        measured=Measured((SALSA[0], SALSA[1], SALSA[2]), "meritvärdet", "poäng"),
        usual=Usual(17.337, "2015/16"),
        wording="Avvikelsen visar inte hur bra skolan är.",
    )


def spread_year(year: str, counts: tuple[int, ...], n: int = 80) -> SpreadYear:
    units = [example.cell(k, n, school_year=year, code=f"9901{i:04d}") for i, k in enumerate(counts)]
    values = [float(cell.value or 0) for cell in units]
    noise = [value * (100 - value) / n for value in values]
    total = example.cell(
        sum(counts), n * len(counts), school_year=year, level="authority", code="9901", category="sum"
    )
    return SpreadYear(year, units, 1, deviation_between(values, noise), total)


def spread_figure() -> Block:
    years = [spread_year("2024/25", (60, 62, 64, 58, 61)), spread_year(YEAR, (30, 45, 62, 70, 76))]
    return draw_spread(years, setting=example.setting(23), indicator=example.SHARE, silent=["2023/24"])


def flow_cells(counts: tuple[int, ...] = (79, 9, 7, 21)) -> dict[str, ReleasedCell]:
    names = ("diploma_3", "diploma_4", "diploma_5", "none")
    return {name: example.cell(k, sum(counts), category=name) for name, k in zip(names, counts, strict=True)}


def flow_figure() -> Block:
    return draw_cohort_flow(flow_cells(), setting=example.setting(24), indicator=FLOW, began="2021/22")


def figures() -> dict[str, Block]:
    """One figure of each kind of this room."""
    return {
        "agreement": agreement_figure(),
        "crosstab": crosstab_figure(),
        "residuals": residual_figure(),
        "spread": spread_figure(),
        "cohort flow": flow_figure(),
    }
