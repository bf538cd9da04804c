"""National tests of year 6: test grades near the term grades, absences, losses, digital tests (floor 3).

Codes as SCB describes them: 99 did not take part, 88 lost, 77 substitute on paper, blank where the whole
test was digital and is reported elsewhere. There are none before 2021/22 in the example, as in life.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis_lib.sources.example.grading import LETTERS, Floats, Grades
from analysis_lib.sources.example.identity import Booleans, Integers, Strings
from analysis_lib.sources.example.plan import SCHOOL_YEARS
from analysis_lib.sources.example.pupils import Pupils

SUBJECTS = ("MA", "SV", "EN")
_PARTS = {"MA": "ABCDE", "SV": "ABC", "EN": "ABC"}
_SCORES = {"SV": 18, "EN": 6}
_CUTS = np.array([-1.6, -0.42, 0.25, 0.98, 1.6])
_SHIFT = {"MA": -0.2, "SV": 0.05, "EN": 0.42}
_DIGITAL_YEAR = len(SCHOOL_YEARS) - 2  # 2024/25: some schools tried the digital tests


@dataclass(frozen=True)
class NationalTests:
    """One row per pupil in year 6: all file columns after the unit code, in the order of the file."""

    pupil: Integers
    unit: Integers
    year: Integers
    named: dict[str, Strings]

    def columns(self, *, with_scores: bool) -> list[Strings]:
        """The columns in file order, without the six part scores in the earlier variant."""
        return [text for name, text in self.named.items() if with_scores or not name.endswith("_PRP")]


def draw_tests(
    pupils: Pupils, grades: Grades, level: Floats, groups: Strings, rng: np.random.Generator
) -> NationalTests:
    """Tests for everyone with grades in year 6; ``groups`` are teaching groups, here the classes."""
    who = grades.pupil
    second = pupils.second_language[who]
    digital = (grades.year == _DIGITAL_YEAR) & (grades.unit % 9 == 5)
    named: dict[str, Strings] = {}
    for subject in SUBJECTS:
        hidden = digital & (subject != "MA")
        latent = level + _SHIFT[subject] + 0.5 * rng.standard_normal(who.size)
        named[f"{subject}_GRUPP"] = np.where(hidden, "", groups)
        if subject == "SV":
            named["SV_KURSPLAN"] = np.where(hidden, "", np.where(second, "2", "1"))
        _subject(named, subject, latent, hidden, rng)
    return NationalTests(who, grades.unit, grades.year, named)


def _subject(
    named: dict[str, Strings], subject: str, latent: Floats, hidden: Booleans, rng: np.random.Generator
) -> None:
    """Adds participation, part scores and test grade of one subject to ``named``."""
    absent_all = (rng.random(latent.size) < 0.03) & ~hidden
    lost = (rng.random(latent.size) < 0.0015) & ~hidden & ~absent_all
    missed = absent_all.copy()
    parts: dict[str, Strings] = {}
    for part in _PARTS[subject]:
        absent = absent_all | ((rng.random(latent.size) < 0.008) & ~hidden & ~lost)
        missed |= absent
        text = np.where(absent, "99", "1")
        if subject != "MA" and part != "A":
            substitute = (rng.random(latent.size) < 0.02) & ~absent & ~hidden
            text = np.where(substitute, "77", text)
        parts[part] = np.where(lost, "88", text)
        named[f"{subject}_{part}_DELT"] = parts[part]
    if subject in _SCORES:
        for part, taken in parts.items():
            named[f"{subject}_{part}_PRP"] = _scores(latent, taken, hidden, _SCORES[subject], rng)
    letter = LETTERS[np.searchsorted(_CUTS, latent)]
    letter = np.where(lost, "88", np.where(missed, "99", letter))
    named[f"{subject}_PROVB"] = np.where(hidden, "", letter)


def _scores(latent: Floats, taken: Strings, hidden: Booleans, most: int, rng: np.random.Generator) -> Strings:
    least = 0 if most > 6 else 1
    centre = most * (0.58 + 0.17 * latent) + most * 0.08 * rng.standard_normal(latent.size)
    points = np.clip(np.rint(centre), least, most).astype(np.int64).astype("U2")
    points = np.where((taken == "99") | (taken == "88"), taken, points)
    return np.where(hidden, "", points)
