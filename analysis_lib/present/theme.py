"""The one voice in colour and type: palette tokens, type sizes and the chart widths (floor 6).

Every colour was chosen under measured limits of contrast and of distance for four kinds of colour vision;
``tests/unit/test_present_theme.py`` measures them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from analysis_lib.vocabulary.workspace import builtin_root

SANS: Final = "Skolbank Sans"
SERIF: Final = "Skolbank Serif"
DISPLAY: Final = "Skolbank Display"

PAPER: Final = "#FBF9F5"
WHITE: Final = "#FFFFFF"
TONE: Final = "#F2EEE6"
INK: Final = "#14222A"
INK_2: Final = "#44535B"
INK_3: Final = "#616E75"
MUNICIPALITY: Final = "#5C686F"
NATION: Final = "#7A848A"
RULE: Final = "#D8D2C6"
GRID: Final = "#E8E3DA"
FOOT_GROUND: Final = "#E9E4D9"
CHOSEN_ROW: Final = "#F6EBD0"
INTERNAL_GROUND: Final = "#FAE9CF"
INTERNAL_TEXT: Final = "#5E3300"

LAKE: Final = "#00516C"
ROWAN: Final = "#D06817"
ROWAN_TEXT: Final = "#A04A06"
RAPE: Final = "#DAB767"
MOSS: Final = "#596A48"
HEATHER: Final = "#AB92B9"
CURRANT: Final = "#592634"
CATEGORICAL: Final = (LAKE, ROWAN, RAPE, MOSS, HEATHER, CURRANT)
SEQUENTIAL: Final = ("#EDF3F4", "#CFE1E6", "#A6C8D2", "#6FA3B3", "#337B93", "#00516C", "#06374A")
DIVERGING: Final = ("#A9500B", "#EDBE96", "#F1EEE7", "#7FAFBE", "#00516C")
RANGE_BAR: Final = "#DDD6C8"
HATCH_LINE: Final = "#B9B2A4"

# A pattern cannot be named in a Vega specification: marks carry these stand-in colours, and
# ``present.svg`` puts the pattern in their place.
HATCH_SUPPRESSED: Final = "#fe01a1"
HATCH_NEGATIVE: Final = "#fe01a2"
HATCH_MOST_NEGATIVE: Final = "#fe01a3"


@dataclass(frozen=True)
class Status:
    """A status is always a symbol, a word and, last, a colour."""

    symbol: str
    word: str
    text: str
    ground: str
    is_dashed: bool = False


STATUSES: Final[dict[str, Status]] = {
    "reached": Status("✓", "Nått", "#285F38", "#E4EFE3"),
    "ongoing": Status("→", "På väg", "#00516C", "#E1EDF1"),
    "not_reached": Status("✗", "Inte nått", "#8A1F33", "#F7E4E5"),
    "overdue": Status("!", "Försenad", "#824600", "#FAE9CF"),
    "no_data": Status("–", "Underlag saknas", "#505C63", "#EFEBE3", is_dashed=True),
    "uncertain": Status("≈", "Osäkert, få elever", "#5A4373", "#EDE7F3", is_dashed=True),
}

Width = Literal["wide", "narrow", "slide"]
PAGE_WIDTHS: Final[tuple[Width, ...]] = ("wide", "narrow")
WIDTHS: Final[dict[Width, int]] = {"wide": 736, "narrow": 342, "slide": 812}
SLIDE_HEIGHT: Final = 418.0  # what a headline of two lines leaves for the chart of a slide


@dataclass(frozen=True)
class ChartType:
    """Sizes of the text in a chart, in pixels, never under 12.5 on screen and 7.5 points in print.

    The wide drawing is 136 mm wide in print and the narrow one 73 (``templates/typst/report.typ``).
    """

    axis: float
    label: float
    value: float
    note: float


CHART_TYPE: Final[dict[Width, ChartType]] = {
    "wide": ChartType(axis=14.5, label=15, value=15, note=14.5),
    "narrow": ChartType(axis=12.5, label=13.5, value=13.5, note=12.5),
    "slide": ChartType(axis=17, label=18.5, value=18.5, note=17),
}


def font_folder() -> Path:
    """Where the static cuts lie that every output uses."""
    return builtin_root() / "templates" / "fonts"


def ink_on(ground: str) -> str:
    """The text colour that reads best on a fill: ink or white.

    >>> ink_on("#CFE1E6"), ink_on("#06374A")
    ('#14222A', '#FFFFFF')
    """
    return INK if contrast(INK, ground) >= contrast(WHITE, ground) else WHITE


def contrast(one: str, other: str) -> float:
    """The WCAG 2.1 contrast of two colours, 1 to 21.

    >>> round(contrast("#000000", "#FFFFFF"))
    21
    """
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of an sRGB colour, 0 to 1 (WCAG 2.1)."""
    red, green, blue = linear_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear_rgb(colour: str) -> tuple[float, float, float]:
    """A colour as linear sRGB, each part 0 to 1."""
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue
