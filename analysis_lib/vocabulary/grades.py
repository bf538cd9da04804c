"""Names of grades beside test grades: directions, letters and pairs, as the cube's categories (floor 1).

Indicators write them, disclosure control and charts read them, so they stand here once.
"""

from __future__ import annotations

from typing import Final

DIRECTIONS: Final = ("lower", "equal", "higher")
LETTERS: Final = ("A", "B", "C", "D", "E", "F")
_BETWEEN: Final = ">"


def pair_of(test: str, grade: str) -> str:
    """The category of pupils with a test grade and a grade.

    >>> pair_of("F", "E")
    'F>E'
    """
    return f"{test}{_BETWEEN}{grade}"


def is_pair(category: str) -> bool:
    """Whether a category is one cell of a crosstab.

    >>> is_pair("F>E"), is_pair("E")
    (True, False)
    """
    return _BETWEEN in category


def parts_of(category: str) -> tuple[str, str]:
    """The test grade and the grade of a pair.

    >>> parts_of("F>E")
    ('F', 'E')
    """
    test, _, grade = category.partition(_BETWEEN)
    return test, grade
