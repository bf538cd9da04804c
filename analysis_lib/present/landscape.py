"""The landscape band above a report: hills, spruces and a schoolhouse, each unit's own (floor 6).

Drawn from the unit code, so the same school meets the same view every year. Decoration only: hidden from
screen readers, and it says nothing about the school.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable

WIDTH, HEIGHT = 1600, 250
SKY = "#E3ECEE"
HILLS = ("#C6D9DF", "#93B8C4", "#40839A", "#00516C")
SUN = "#F4DDA7"
HOUSES = ("#96352B", "#C9A24B", "#8A8F7C", "#B5603A")
ROOF, TRUNK, WINDOW = "#263640", "#F4F1EA", "#F4ECD8"
SPRUCE, LEAF = "#12647F", "#C9A24B"

Profile = Callable[[float], float]


def landscape_svg(seed: str) -> str:
    """A band of 1600 × 250 that a page crops to its own width; the same seed gives the same drawing."""
    chance = random.Random(hashlib.sha256(f"landscape|{seed}".encode()).hexdigest())
    profiles = [_profile(chance, base, swell) for base, swell in ((122, 15), (168, 14), (206, 13), (236, 6))]
    house_x = chance.uniform(880, 1080)
    ground = profiles[2]
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{SKY}"/>']
    sun_x = house_x + chance.choice((-1, 1)) * chance.uniform(150, 230)
    parts.append(f'<circle cx="{sun_x:.0f}" cy="{chance.uniform(56, 84):.0f}" r="32" fill="{SUN}"/>')
    parts += [_hill(profiles[0], HILLS[0]), _hill(profiles[1], HILLS[1]), _hill(ground, HILLS[2])]
    parts += _spruces(chance, ground, house_x)
    parts += _birches(chance, ground, house_x)
    parts.append(_house(chance, house_x, ground(house_x) + 4))
    parts.append(_hill(profiles[3], HILLS[3]))
    return (
        f'<svg class="landscape" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">{"".join(parts)}</svg>'
    )


def _profile(chance: random.Random, base: float, swell: float) -> Profile:
    waves = [(chance.uniform(0.6, 1.0), chance.uniform(380, 720), chance.uniform(0, 7)) for _ in range(3)]

    def height(x: float) -> float:
        total = sum(size * math.sin(x / length * 2 * math.pi + phase) for size, length, phase in waves)
        return base + swell * total / 2

    return height


def _hill(profile: Profile, colour: str) -> str:
    points = " ".join(f"L{x} {profile(x):.0f}" for x in range(0, WIDTH + 1, 40))
    return f'<path d="M0 {HEIGHT}{points}L{WIDTH} {HEIGHT}Z" fill="{colour}"/>'


def _spruces(chance: random.Random, ground: Profile, house_x: float) -> list[str]:
    drawn = []
    for _ in range(chance.randint(9, 13)):
        middle = chance.uniform(30, WIDTH - 30)
        if abs(middle - house_x) < 210:
            continue
        for _ in range(chance.randint(1, 3)):
            x = middle + chance.uniform(-22, 22)
            tall = chance.uniform(26, 48)
            drawn.append(_spruce(x, ground(x) + 6, tall))
    return drawn


def _spruce(x: float, foot: float, tall: float) -> str:
    half = tall * 0.24
    tiers = "".join(
        f"M{x - half * wide:.0f} {foot - tall * low:.0f}L{x:.0f} {foot - tall * high:.0f}"
        f"L{x + half * wide:.0f} {foot - tall * low:.0f}Z"
        for wide, low, high in ((1.0, 0.08, 0.55), (0.78, 0.34, 0.8), (0.52, 0.6, 1.0))
    )
    return f'<path d="{tiers}M{x - 1.5:.0f} {foot:.0f}h3v-{tall * 0.1:.0f}h-3Z" fill="{SPRUCE}"/>'


def _birches(chance: random.Random, ground: Profile, house_x: float) -> list[str]:
    places = [house_x - chance.uniform(118, 140), house_x + chance.uniform(112, 130)]
    if chance.random() < 0.7:
        places.append(places[-1] + chance.uniform(24, 30))
    drawn = []
    for x in places:
        foot = ground(x) + 6
        drawn.append(
            f'<rect x="{x - 2:.0f}" y="{foot - 44:.0f}" width="4" height="44" fill="{TRUNK}"/>'
            f'<path d="M{x - 2:.0f} {foot - 14:.0f}h2M{x:.0f} {foot - 22:.0f}h2" stroke="{ROOF}"/>'
            f'<ellipse cx="{x:.0f}" cy="{foot - 62:.0f}" rx="17" ry="26" fill="{LEAF}"/>'
        )
    return drawn


def _house(chance: random.Random, x: float, foot: float) -> str:
    wall = chance.choice(HOUSES)
    half = chance.choice((76, 84, 92))
    has_tower = chance.random() < 0.75
    top = foot - 54
    windows = "".join(
        f'<rect x="{x + side * (half - 16 - step * 19) - 5:.0f}" y="{foot - 42:.0f}" width="11" height="17" '
        f'fill="{WINDOW}"/>'
        for side in (-1, 1)
        for step in range(3)
    )
    tower = (
        f'<path d="M{x - 7:.0f} {top - 26:.0f}v-20h14v20Z" fill="{TRUNK}"/>'
        f'<path d="M{x - 10:.0f} {top - 46:.0f}l10 -18l10 18Z" fill="{ROOF}"/>'
        if has_tower
        else ""
    )
    return (
        f'<rect x="{x - half:.0f}" y="{top:.0f}" width="{2 * half}" height="54" fill="{wall}"/>'
        f'<path d="M{x - half - 9:.0f} {top:.0f}l18 -28h{2 * half - 18}l18 28Z" fill="{ROOF}"/>'
        f"{tower}"
        f'<path d="M{x - 18:.0f} {foot:.0f}v-70h36v70Z" fill="{wall}"/>'
        f'<path d="M{x - 22:.0f} {top - 15:.0f}l22 -20l22 20Z" fill="{ROOF}"/>'
        f'<rect x="{x - 10:.0f}" y="{foot - 60:.0f}" width="9" height="13" fill="{WINDOW}"/>'
        f'<rect x="{x + 1:.0f}" y="{foot - 60:.0f}" width="9" height="13" fill="{WINDOW}"/>'
        f'<rect x="{x - 7:.0f}" y="{foot - 24:.0f}" width="14" height="24" fill="{TRUNK}"/>{windows}'
    )
