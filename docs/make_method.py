"""Writes the table of indicators in METHOD.md from their definitions, so that the two cannot part.

Run ``python docs/make_method.py``; a test holds the committed text to it.
"""

from pathlib import Path

from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

METHOD = Path(__file__).with_name("METHOD.md")
START, END = "<!-- indicators:start -->", "<!-- indicators:end -->"


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


if __name__ == "__main__":
    METHOD.write_text(with_indicators(METHOD.read_text("utf-8")), "utf-8")
