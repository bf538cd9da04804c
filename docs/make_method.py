"""Writes the definitions and the table of planted value added in METHOD.md: text and code cannot part.

Run ``python docs/make_method.py``; tests hold the committed text to it. ``--planted`` makes the table of
planted value added anew as well, from 200 drawn municipalities (half a minute).
"""

import sys
from pathlib import Path

from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

METHOD = Path(__file__).with_name("METHOD.md")
START, END = "<!-- indicators:start -->", "<!-- indicators:end -->"
PLANTED_START, PLANTED_END = "<!-- planted:start -->", "<!-- planted:end -->"
MUNICIPALITIES = 200


def with_indicators(document: str) -> str:
    """The document with the definitions of all built-in indicators between its two marks."""
    head, rest = document.split(START)
    _, tail = rest.split(END)
    entries = [
        f"**{indicator.title}** (`{indicator.id}`, version {indicator.version}). "
        f"{indicator.definition.strip()} Källa: {indicator.source}."
        for indicator in Catalog(Workspace(METHOD.parents[1])).indicators.values()
    ]
    return f"{head}{START}\n" + "\n\n".join(entries) + f"\n{END}{tail}"


def with_planted(document: str, count: int = MUNICIPALITIES) -> str:
    """The document with the table of what each way of reckoning makes of planted value added."""
    from benchmarks.planted import planted_table
    from benchmarks.report import lines_of

    head, rest = document.split(PLANTED_START)
    _, tail = rest.split(PLANTED_END)
    table = planted_table(range(count))
    return f"{head}{PLANTED_START}\n{lines_of(table)}\n{table.note}\n{PLANTED_END}{tail}"


if __name__ == "__main__":
    made = with_indicators(METHOD.read_text("utf-8"))
    if "--planted" in sys.argv:
        sys.path.insert(0, str(METHOD.parents[1]))
        made = with_planted(made)
    METHOD.write_text(made, "utf-8")
