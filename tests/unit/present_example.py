"""Invented released cells and the figures drawn from them, shared by the tests of the present room."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.distribution import GRADES, GradeBar, draw_grade_distribution
from analysis_lib.present.charts.figure import Comparison, Setting
from analysis_lib.present.charts.funnel import draw_funnel
from analysis_lib.present.charts.ranges import RangeRow, draw_ranges
from analysis_lib.present.charts.sexgap import GapRow, draw_sex_gap
from analysis_lib.present.charts.trend import draw_trend
from analysis_lib.present.charts.units import UnitRow, draw_units
from analysis_lib.statistics.intervals import wilson
from analysis_lib.vocabulary.indicators import Indicator

TOTAL = "Kommunens egna skolor"
YEARS = tuple(f"{year}/{(year + 1) % 100:02d}" for year in range(2018, 2026))
SHARE = Indicator(
    id="results.eligible",
    title="Andel elever i åk\u00a09 som är behöriga till gymnasiets yrkesprogram",
    short="Behöriga till gymnasiet",
    finding="av niorna blev behöriga till gymnasiet",
    kind="share",
    population="ak9",
    definition="Godkänt i svenska, engelska, matematik och minst fem ämnen till.",
    source="Skolans betyg",
)
MEAN = Indicator(
    id="results.merit_rating",
    title="Genomsnittligt meritvärde",
    short="Meritvärde",
    finding="poäng i genomsnittligt meritvärde",
    kind="mean",
    population="ak9",
    maximum=340,
    quantum=2.5,
    definition="Summan av betygen i genomsnitt.",
    source="Skolans betyg",
)
GRADE_SHARE = Indicator(
    id="results.grade_distribution",
    title="Betygsfördelning i ämnet",
    short="Betygsfördelning",
    finding="av niorna fick betyget",
    kind="distribution",
    population="ak9",
    by_subject=True,
    definition="Andel elever med vart och ett av betygen.",
    source="Skolans betyg",
)


def cell(numerator: int | None = None, n: int | None = 48, **keys: Any) -> ReleasedCell:
    """A share of ``n``, or a cell in the given ``state``; ``mean`` gives a mean with its half width."""
    state = keys.pop("state", "shown")
    mean, half = keys.pop("mean", None), keys.pop("half", 10.0)
    value = low = high = None
    if state == "shown" and mean is not None:
        value, low, high = mean, mean - half, mean + half
    elif state == "shown":
        assert numerator is not None
        assert n is not None
        bounds = wilson(numerator, n)
        value, low, high = 100 * numerator / n, 100 * float(bounds[0]), 100 * float(bounds[1])
    hidden = state == "suppressed"
    fields: dict[str, Any] = {
        "indicator": "results.eligible", "school_year": "2025/26", "level": "unit", "code": "99010001",
        "organiser": "", "population": "ak9-2026", "sex": "T", "subject": "", "category": "", "reason": "",
        "decimals": 1, "basis": "own",
    }  # fmt: skip
    return ReleasedCell(
        **(fields | keys),
        state=state,
        value=value,
        low=low,
        high=high,
        n=None if hidden else n,
        n_state="suppressed" if hidden else "shown",
        numerator=numerator if state == "shown" else None,
    )


def setting(number: int, subject: str = "Åsskolan") -> Setting:
    return Setting(f"SB-26-{number:02d}", subject, "skolans betyg", "30\u00a0juni 2026")


def own_trend() -> list[ReleasedCell]:
    counts = [(40, 49), (39, 47), (40, 50), (39, 48), (39, 47), (41, 48), (43, 50), (43, 48)]
    return [cell(k, n, school_year=year) for (k, n), year in zip(counts, YEARS, strict=True)]


def broken_trend() -> list[ReleasedCell]:
    """Two hidden years, one missing, and ``~100`` at the end."""
    cells = own_trend()
    cells[2] = cell(state="suppressed", school_year=YEARS[2])
    cells[3] = cell(state="suppressed", school_year=YEARS[3])
    cells[7] = cell(state="nearly_all", n=25, school_year=YEARS[7])
    del cells[5]
    return cells


def comparisons() -> list[Comparison]:
    municipal = [
        cell(664 + i * 2, 800, school_year=y, level="authority", code="9901") for i, y in enumerate(YEARS)
    ]
    national = [
        cell(84300 + i * 90, 100000, school_year=y, level="national", code="RIKET")
        for i, y in enumerate(YEARS)
    ]
    return [Comparison("Kommunen", municipal), Comparison("Riket", national, "nation")]


def unit_rows(*, areas: bool = True) -> list[UnitRow]:
    rows = [
        ("Väst", "Åsskolan", 40, 48), ("Centrum", "Strandskolan", 34, 40), ("Norr", "Lillåns skola", 0, 0),
        ("Centrum", "Björkskolan", 42, 60), ("Norr", "Ekbackens skola", 36, 50),
        ("Väst", "Ärlingheden", 33, 42), ("Centrum", "Kvarnskolan Friskola i Almvik", 167, 180),
    ]  # fmt: skip
    return [
        UnitRow(
            name,
            cell(k, n, code=f"9901000{i}") if n else cell(state="suppressed", code=f"9901000{i}"),
            area if areas else "",
            is_own=name == "Åsskolan" and not areas,
        )
        for i, (area, name, k, n) in enumerate(rows)
    ]


def range_rows() -> list[RangeRow]:
    units = [cell(k, 60, code=f"9901001{i}") for i, k in enumerate((38, 42, 44, 48, 53))]
    nation = cell(76000, 100000, level="national", code="RIKET")
    return [
        RangeRow("Svenska", cell(34, 45, subject="SV"), SHARE, "Åk\u00a03", units, nation),
        RangeRow("Matematik", cell(30, 45, subject="MA"), SHARE, "Åk\u00a03", units[:4], nation),
        RangeRow(
            "Engelska",
            cell(state="nearly_all", n=53, subject="EN", basis="published"),
            SHARE,
            "Åk\u00a06",
            units,
        ),
        RangeRow("Modersmål", cell(state="suppressed", subject="ML"), SHARE, "Åk\u00a06"),
        RangeRow("Teknik", cell(state="missing", subject="TK"), SHARE, "Åk\u00a06"),
    ]


def grade_bars() -> list[GradeBar]:
    def bar(name: str, counts: tuple[int, ...], hidden: str = "") -> GradeBar:
        pairs = zip(GRADES, counts, strict=True)
        return GradeBar(
            name,
            [
                cell(state="suppressed", subject=name, category=grade)
                if grade in hidden
                else cell(k, 96, subject=name, category=grade)
                for grade, k in pairs
            ],
        )

    return [
        bar("Svenska", (12, 20, 28, 18, 12, 6, 0)),
        bar("Engelska", (20, 24, 24, 14, 10, 4, 0), hidden="F-"),
        bar("Svenska som andraspråk", (0,) * 7, hidden="ABCDEF-"),
        bar("Kemi", (6, 14, 22, 20, 20, 10, 4)),
    ]


def gap_rows() -> list[GapRow]:
    return [
        GapRow("Godkänt i alla ämnen", cell(84, 100, sex="F"), cell(75, 110, sex="P"), SHARE),
        GapRow("Behöriga till yrkesprogram", cell(88, 100, sex="F"), cell(95, 110, sex="P"), SHARE),
        GapRow(
            "Behöriga till estetiska programmet",
            cell(80, 100, sex="F"),
            cell(state="suppressed", sex="P"),
            SHARE,
        ),
        GapRow(
            "Behöriga till NA och TE", cell(state="nearly_all", n=60, sex="F"), cell(48, 60, sex="P"), SHARE
        ),
    ]


@lru_cache(maxsize=1)
def funnel_figure(total: ReleasedCell) -> Block:
    """Eleven units around 84 per cent, one far below and one far above; one hidden."""
    counts = [(20, 24), (26, 31), (33, 38), (38, 47), (41, 52), (60, 71), (30, 58), (79, 80), (14, 18)]
    names = ["Björkskolan", "Gläntans skola", "Åsskolan", "Hagaskolan", "Ängsskolan", "Torpskolan"]
    names += ["Kungsängens fristående grundskola", "Västra Almskolan", "Ö skola"]
    rows = [
        UnitRow(name, cell(k, n, code=f"9901{i:04d}"))
        for i, (name, (k, n)) in enumerate(zip(names, counts, strict=True))
    ]
    hidden = UnitRow("Lillsjö skola", cell(state="suppressed", code="99010099"))
    block = draw_funnel(
        [*rows, hidden], setting=setting(9), indicator=SHARE, year="2025/26", total=total, total_name=TOTAL
    )
    assert block is not None
    return block


def figures() -> dict[str, Block]:
    """One figure of each kind, some with hidden, missing and ``~100`` values."""
    import cohorts_example  # these draw on this module
    import grades_example
    import voices_example

    total = cell(352, 420, level="authority", code="9901")
    long_name = "Kungsängens fristående grundskola"
    merit = [
        cell(n=48, mean=221.3 + i, school_year=y, indicator="results.merit_rating")
        for i, y in enumerate(YEARS)
    ]
    return (
        grades_example.figures()
        | voices_example.figures()
        | cohorts_example.figures()
        | {
            "trend": draw_trend(
                own_trend(),
                setting=setting(1),
                indicator=SHARE,
                years=YEARS,
                comparisons=comparisons(),
                target=92,
            ),
            "broken trend": draw_trend(
                broken_trend(),
                setting=setting(2, long_name),
                indicator=SHARE,
                years=YEARS,
                comparisons=comparisons(),
            ),
            "mean trend": draw_trend(merit, setting=setting(3), indicator=MEAN, years=YEARS, target=230),
            "ranges": draw_ranges(
                range_rows(), setting=setting(4), title="Andel elever som når kraven, procent", year="2025/26"
            ),
            "units": draw_units(
                unit_rows(), setting=setting(5), indicator=SHARE, year="2025/26", total=total
            ),
            "own unit": draw_units(
                unit_rows(areas=False), setting=setting(6), indicator=SHARE, year="2025/26", total=total
            ),
            "funnel": funnel_figure(total),
            "grades": draw_grade_distribution(
                grade_bars(), setting=setting(7), indicator=GRADE_SHARE, year="2025/26"
            ),
            "sex gap": draw_sex_gap(
                gap_rows(), setting=setting(8), title="Andel elever i åk\u00a09, procent", year="2025/26"
            ),
        }
    )
