"""Writes the public list of rule-triggered sentences from ``params/sentences.yaml``.

Run ``python docs/make_sentences.py``; a test holds the committed text to it.
"""

from pathlib import Path

from analysis_lib.present.triggered import rules_document
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

LIST = Path(__file__).with_name("MENINGAR.md")


def written() -> str:
    """The list as it should be committed."""
    catalog = Catalog(Workspace(LIST.parents[1]))
    shorts = {name: f"{each.short} ({name})" for name, each in catalog.indicators.items()}
    return rules_document(catalog.sentences, shorts)


if __name__ == "__main__":
    LIST.write_text(written(), "utf-8")
