"""What the register holds about one person, for a registerutdrag (floor 9).

Names and personal numbers are refused when an entry is saved. A person is looked for by the number all the
same, by the designation of a lead teacher (F07), and as the one who saved.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis_lib.register.log import all_lines, is_on_server, open_register, register_file
from analysis_lib.vocabulary.workspace import Workspace

SAID = (
    "Registret vägrar personnummer i alla texter, och namn i intervjuer och anteckningar. Det har ändå "
    "genomsökts efter numret. Texter som beskriver en person utan nummer kan inte hittas så: fråga enheten."
)


@dataclass(frozen=True)
class Wanted:
    """By what a person is looked for: the number, a lead teacher's designation, the name of a user."""

    number: str
    designation: str = ""
    author: str = ""


def entries_about(workspace: Workspace, wanted: Wanted) -> list[dict[str, Any]]:
    """Every version of an entry that names the person or was saved by them, with why it was found."""
    if not is_on_server() and not register_file(workspace).is_file():
        return []
    register = open_register(workspace)
    try:
        with register.engine.connect() as connection:
            lines = all_lines(connection)
    finally:
        register.close()
    found = ((line, _reasons(line, wanted)) for line in lines)
    return [_told(line, reasons) for line, reasons in found if reasons]


def spellings(number: str) -> re.Pattern[str]:
    """The number as people write it: with or without century, dash, plus or space.

    >>> number = spellings("201301022383")
    >>> [bool(number.search(text)) for text in ("130102-2383", "20130102 2383", "1301022384")]
    [True, True, False]
    """
    sign = r"[\s\u00a0+\-\u2010-\u2015\u2212]?"
    return re.compile(
        rf"(?<!\d)(?:{number[:2]}{sign})?{number[2:8]}{sign}{re.escape(number[8:])}(?!\d)", re.I
    )


def _reasons(line: Mapping[str, Any], wanted: Wanted) -> list[str]:
    content, author = str(line["payload"]), str(line["author"])
    asked = {
        "numret": spellings(wanted.number).search(f"{content}\n{author}"),
        "beteckningen": wanted.designation and re.search(rf"\b{re.escape(wanted.designation)}\b", content),
        "sparad av": wanted.author and author.casefold() == wanted.author.casefold(),
    }
    return [reason for reason, is_hit in asked.items() if is_hit]


def _told(line: Mapping[str, Any], reasons: list[str]) -> dict[str, Any]:
    shared = ("thing", "kind", "version", "role", "unit", "school_year", "at")
    content = json.loads(line["payload"]) if line["payload"] else "gallrad"
    return {"hittad": reasons} | {name: line[name] for name in shared} | {"innehåll": content}
