"""The pieces a document is made of: a kind, JSON-safe data and the facts it shows (floor 6).

A block displays itself in any notebook front end and carries its data along, so that HTML, PDF and later
formats are made from the same thing.

Kinds and their data (all texts ready to read, in Swedish):

=========== =========================================================================================
masthead    municipality, website, kicker, title, standfirst, lines (list), band_seed, audience, seminar,
            edition, handbook, source, is_example
findings    items: [{headline, text}]                                        at most three
facts       items: [{value, label, note, comparison}]                        at most four
table       id, caption, columns: [{key, label, align}], rows: [{style, cells: {key: {text, chip, reason}}}],
            notes: [{term, text}], foot         chip: reached|ongoing|not_reached|overdue|no_data|uncertain
figure      id, finding, title, alt, foot, charts: {wide, narrow, slide if wide is too tall for one:
            Vega-Lite specification}, hatches,
            table (as the data of a table block), notes: [{term, text}],
            derived: [{what, value, text, of}]      numbers reckoned from released values
cards       items: [{chip, chip_text, heading, text, lines: [{term, text}]}]
paragraph   text
gap         what, why, remedy, cause, together        an explained empty place; one of each cause in a section
questions   heading, items                                                    what the seminar discusses
links       items: [{text, target}]                                           section links
answers     items: [{question, text, note, missing}]          own words under each question
subheading  text                                                              a heading inside a section
section     heading, text                         opens a section: its guiding questions
several     parts: [{kind, data, facts}]                  one output that is several blocks
foot        columns: [{heading, lines}], closing
seal        report, parameters, facts: [...], versions                        shows nothing
=========== =========================================================================================
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis_lib.disclosure.released import Fact

MIME = "application/vnd.skolbank.block+json"


@dataclass(frozen=True)
class Block:
    """One piece of a document."""

    kind: str
    data: Mapping[str, Any]
    facts: tuple[Fact, ...] = ()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from analysis_lib.present.html import block_html

        bundle: dict[str, Any] = {"text/plain": self.summary, MIME: self.as_json()}
        drawn = block_html(self.kind, self.data, is_page=True)
        if drawn:
            bundle["text/html"] = drawn
        return bundle

    @property
    def summary(self) -> str:
        """One line of plain text, for front ends that draw nothing."""
        for name in ("finding", "title", "text", "what", "caption", "heading"):
            if self.data.get(name):
                return str(self.data[name])
        return self.kind

    def as_json(self) -> dict[str, Any]:
        """Kind, data and facts, safe for JSON."""
        facts = [fact.as_json("") for fact in self.facts]
        document = {"kind": self.kind, "data": dict(self.data), "facts": facts}
        json.dumps(document, allow_nan=False)
        return document
