"""Invented årskullar and the figures drawn from them, shared by the tests of the present room."""

from __future__ import annotations

from present_example import SHARE, cell, setting

from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.caterpillar import Estimate, Wording, caterpillar
from analysis_lib.present.charts.outlook import Outlook, outlook
from analysis_lib.present.charts.quadrant import QuadrantPoint, quadrant
from analysis_lib.present.charts.slopes import Step, slopes
from analysis_lib.present.charts.slopes_drawing import Slope, Stop
from analysis_lib.present.evidence import facts_of
from analysis_lib.present.heat import HeatCell, HeatRow, heat_table, year_of

WORDING = Wording(
    "Meritvärde i åk 9 mot väntat, meritpoäng. Ordnat efter område och namn.",
    "meritpoäng",
    ("under väntat", "över väntat"),
    "ligger säkert över väntat",
    "ligger säkert under väntat",
)
PLACES = (
    ("Väst", "Åsskolan", 14.6, 6.0, True, False),
    ("Centrum", "Strandskolan", 2.8, 6.0, False, False),
    ("Norr", "Tallåsens skola", -12.3, 8.0, True, False),
    ("Centrum", "Kvarnskolan Friskola i Almvik", 7.9, 13.0, False, True),
    ("Norr", "Lillåns skola", None, 0.0, False, False),
)


def estimate(
    name: str,
    value: float | None,
    half: float,
    *,
    area: str = "",
    is_sure: bool = False,
    is_uncertain: bool = False,
) -> Estimate:
    """One unit's estimate, or a hidden one."""
    shown = cell(40, 50) if value is not None else cell(state="suppressed")
    return Estimate(
        name,
        (shown,),
        facts_of([shown], SHARE),
        1,
        area,
        value,
        None if value is None else value - half,
        None if value is None else value + half,
        is_own=name == "Åsskolan",
        is_sure=is_sure,
        is_uncertain=is_uncertain,
        followed="80,0\u00a0%" if value is not None else "..",
    )


def estimates() -> list[Estimate]:
    return [
        estimate(name, value, half, area=area, is_sure=sure, is_uncertain=uncertain)
        for area, name, value, half, sure, uncertain in PLACES
    ]


def whole() -> Estimate:
    shown = cell(352, 420, level="authority", code="9901")
    return Estimate("Kommunen", (shown,), facts_of([shown], SHARE), 1, value=0.1)


def _levels() -> list[ReleasedCell]:
    return [cell(k, 60, code=f"9901{i:04d}") for i, k in enumerate((52, 41, 36, 50, 44))]


def slope_lines(*, is_hidden: bool = False) -> list[Slope]:
    first = cell(state="nearly_all", n=41) if is_hidden else cell(28, 41)
    own = Slope("Slutar 2029", "own", [(first, SHARE), (cell(34, 41), SHARE)])
    other = Slope("Kommunen", "municipality", [(cell(284, 400), SHARE), (cell(312, 400), SHARE)])
    return [own, other]


def heat() -> Block:
    """Two årskullar: shown, hidden, nearly all, not measured, cancelled and not there yet."""
    shown = HeatCell(cell(31, 48), SHARE, is_now=True)
    rows = [
        HeatRow(
            2026,
            "nu\u00a0åk\u00a09",
            {
                1: HeatCell(sign="·", why="mäts inte"),
                3: HeatCell(sign=".", why="nationella prov ställdes in"),
                6: HeatCell(cell(state="suppressed"), SHARE),
                9: shown,
            },
            is_chosen=True,
        ),
        HeatRow(2029, "nu\u00a0åk\u00a06", {6: HeatCell(cell(state="nearly_all", n=40), SHARE)}),
    ]
    kinds = {1: "bedömning", 3: "prov", 6: "betyg", 9: "betyg"}
    return heat_table(rows, kinds, id="arskullar", caption="Andel elever som når kraven, procent.")


def figures() -> dict[str, Block]:
    """The figures of årskullar."""
    points = [QuadrantPoint(level, each) for level, each in zip(_levels(), estimates(), strict=True)]
    stops = [Stop(3, "prov", joins_next=False), Stop(6, "betyg")]
    step = Step(14.6, 1.9, 27.4, True, (cell(34, 41), cell(28, 41)))
    of = (cell(40, 50),)
    coming = [
        Outlook(2027, "åk\u00a08", 84.6, 71.2, 93.4, of),
        Outlook(2028, "åk\u00a07", 79.0, 60.1, 90.3, of, is_chosen=True),
    ]
    drawn = quadrant(
        points,
        setting=setting(42),
        indicator=SHARE,
        wording=WORDING,
        whole=QuadrantPoint(cell(352, 420, level="authority", code="9901"), whole()),
    )
    assert drawn is not None
    years = [year_of(2029, cell(34, 41))]
    return {
        "caterpillar": caterpillar(estimates(), setting=setting(41), wording=WORDING, whole=whole()),
        "quadrant": drawn,
        "slopes": slopes(
            slope_lines(),
            [Stop(6, "betyg"), Stop(9, "betyg")],
            setting=setting(43),
            title="Andel som når kraven, procent. Åsskolan, samma elever.",
            step=step,
            decimals=1,
            derived=years,
        ),
        "broken slopes": slopes(
            slope_lines(is_hidden=True),
            stops,
            setting=setting(44),
            title="Andel, procent.",
            decimals=1,
            derived=years,
        ),
        "outlook": outlook(
            coming,
            setting=setting(45),
            title="Prognos: andel behöriga, procent. Åsskolan.",
            what="behöriga till gymnasiet",
            accuracy="Av sju tidigare prognoser hamnade sju inom sitt band.",
            indicators=[SHARE],
        ),
    }
