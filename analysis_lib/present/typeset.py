"""How wide a text is in our fonts, so that labels are placed without being drawn first (floor 6).

The widths are read from ``templates/fonts/widths.json``, which is made with the fonts themselves. Kerning is
left out: it moves a label by less than a pixel.
"""

from __future__ import annotations

import json
from functools import lru_cache

from analysis_lib.present.theme import font_folder


@lru_cache(maxsize=1)
def _widths() -> dict[str, dict[str, int]]:
    tables: dict[str, dict[str, int]] = json.loads((font_folder() / "widths.json").read_text("utf-8"))
    return tables


def text_width(words: str, size: float, weight: int = 400) -> float:
    """The width in pixels of one line of Skolbank Sans.

    >>> text_width("", 15)
    0.0
    """
    widths = _widths()["600" if weight >= 600 else "400"]
    return sum(widths.get(char, 560) for char in words) * size / 1000


def wrap(words: str, size: float, limit: float, weight: int = 400) -> list[str]:
    """The text in lines no wider than ``limit`` pixels, broken at spaces; a long word keeps its line."""
    lines: list[str] = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
