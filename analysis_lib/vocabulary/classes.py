"""Classes as places below a unit: what their codes look like, and which names may be one (floor 1).

A class name is typed by hand at a school, so only what looks like one becomes a place of its own: a personal
number, a person's name or a sentence in the wrong column must never be drawn. All others count together.
"""

from __future__ import annotations

import re

from analysis_lib import text

NO_CLASS = "-"  # pupils whose class is not told: protected identities, and names that are none
NO_CLASS_NAME = "Utan klass"
_NAME = re.compile(r"(?=[^0-9]*[0-9])(?!(?:[^0-9]*[0-9]){5})[0-9A-ZÅÄÖÉÜ][0-9A-ZÅÄÖÉÜ.:_+-]{0,11}")


def class_name(given: str) -> str:
    """The name as a class is known by, or ``NO_CLASS`` where it is not the name of a class.

    A name is short, in capitals without spaces as the importer stores it, and has one to four figures.

    >>> [class_name(each) for each in ("9A", "NA22B", "", "ANNA", "20090315-1234", "9A,9B")]
    ['9A', 'NA22B', '-', '-', '-', '-']
    """
    return given if _NAME.fullmatch(given) else NO_CLASS


def class_code(unit: str, name: str) -> str:
    """The code of a class: its unit's, and its own name.

    >>> class_code("99010014", "9A")
    '99010014/9A'
    """
    return f"{unit}/{name}"


def unit_of(code: str) -> str:
    """The unit of a class's code.

    >>> unit_of("99010014/9A")
    '99010014'
    """
    return code.partition("/")[0]


def is_class(code: str) -> bool:
    """Whether a code is that of a class."""
    return "/" in code


def name_of(code: str) -> str:
    """The class of a code as it stands in an address, ``NO_CLASS`` for those without one."""
    return code.partition("/")[2]


def shown_name(code: str) -> str:
    """The class as a reader sees it.

    >>> [shown_name(each) for each in ("99010014/9A", "99010014/-")]
    ['9A', 'Utan klass']
    """
    name = name_of(code)
    return NO_CLASS_NAME if name == NO_CLASS else name


def class_order(code: str) -> tuple[bool, object]:
    """Classes by name, those without one last."""
    return name_of(code) == NO_CLASS, text.sort_key(name_of(code))
