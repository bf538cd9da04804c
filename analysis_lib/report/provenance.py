"""The mark of every figure and what it rests on, noted while a report is made (floor 7).

A mark such as ``SB-26-7K3Q-X9TD`` comes from what the figure says, so it stays when nothing has changed and
is another as soon as anything has. What it rests on is appended to ``data/provenance/`` when the document
gets its final name; earlier editions stay there. Only released values are noted. Source: docs/PRIVACY.md.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.workspace import Workspace

MARKED = ("figure", "table", "facts", "findings", "cards")
COLUMNS = (
    *("indicator", "school_year", "level", "code", "organiser", "population", "sex", "subject", "category"),
    *("value", "n", "numerator", "state", "rule", "basis", "sources"),
)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that is misread on paper
PAGES_FOLDER, CURRENT_PAGES = "paneler", "gallande.txt"  # the pages of the dashboards, beside the reports
_UNMARKED = ("charts", "hatches", "id", "table")
_LOOSE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


class Marks:
    """Gives the blocks of one report their marks and remembers which cells each shows."""

    def __init__(self, prefix: str, document: Mapping[str, str]) -> None:
        self._prefix = prefix
        self._document = dict(document)
        self._seen: Counter[str] = Counter()
        self._figures: dict[str, dict[str, Any]] = {}
        self._cells: dict[str, list[Any]] = {}
        self._sources: dict[str, int] = {}
        self._indicators: set[str] = set()

    def marked(self, block: Block) -> Block:
        """The block with its mark, when it is of a kind that shows numbers, or a figure of any kind."""
        shows = block.kind in MARKED and (block.facts or block.kind == "figure")
        if not shows or block.data.get("figure"):
            return block
        content = self._content(block)
        self._seen[content] += 1
        mark = mark_of(self._prefix, f"{content}\n{self._seen[content]}")
        origins = {_key(fact.origin): fact.origin for fact in block.facts if fact.origin is not None}
        for key, cell in origins.items():
            if key not in self._cells:
                self._cells[key] = self._row(cell)
        places = {key: place for place, key in enumerate(self._cells)}
        told = {"kind": block.kind, "title": block.summary, "cells": [places[key] for key in origins]}
        self._figures[mark] = told
        return replace(block, data={**block.data, "figure": mark})

    def as_json(self, indicators: Mapping[str, Indicator]) -> dict[str, Any]:
        """What all marked blocks rest on: cells once each, their sources, and the definitions behind them."""
        return {
            "columns": list(COLUMNS),
            "cells": list(self._cells.values()),
            "sources": [source.split(";") if source else [] for source in self._sources],
            "definitions": {name: definition(indicators[name]) for name in sorted(self._indicators)},
            "figures": self._figures,
        }

    def _content(self, block: Block) -> str:
        said = {name: value for name, value in block.data.items() if name not in _UNMARKED}
        facts = [fact.as_json("") for fact in block.facts]
        return json.dumps([self._document, block.kind, said, facts], ensure_ascii=False, sort_keys=True)

    def _row(self, cell: ReleasedCell) -> list[Any]:
        self._indicators.add(cell.indicator)
        sources = self._sources.setdefault(";".join(cell.sources), len(self._sources))
        place = [getattr(cell, name) for name in COLUMNS[:9]]
        numerator = implied_numerator(cell)
        return [*place, cell.text, cell.n_text, numerator, cell.state, cell.reason, cell.basis, sources]


def mark_of(prefix: str, content: str) -> str:
    """The mark of a content: prefix and eight signs (40 bits).

    >>> mark_of("SB-26", "Åtta av tio")
    'SB-26-TPYD-6GBP'
    """
    number = int.from_bytes(hashlib.sha256(content.encode()).digest()[:5], "big")
    signs = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{prefix}-{signs[:4]}-{signs[4:]}"


def read_mark(words: str) -> str:
    """A mark as a person may have typed it, in the form in which it is printed; the last eight signs decide.

    >>> read_mark(" sb-26 tpyd 6gbp")
    'SB-26-TPYD-6GBP'
    >>> read_mark("TPYD6GBP")
    'TPYD-6GBP'
    """
    signs = "".join(sign for sign in words.upper() if sign.isalnum())
    head, tail = signs[:-8], signs[-8:].translate(_LOOSE)
    year = f"{head[:-2]}-{head[-2:]}-" if len(head) > 2 else ""
    return f"{year}{tail[:4]}-{tail[4:]}"


def implied_numerator(cell: ReleasedCell) -> int | None:
    """The numerator where the shown value and n already say it; else None: it was not released."""
    if not cell.is_shown or not cell.has_n or not cell.n or cell.numerator is None or cell.value is None:
        return None
    shown = text.round_half_up(cell.value, cell.decimals)
    fitting = [
        k
        for k in range(max(0, cell.numerator - 1), min(cell.n, cell.numerator + 1) + 1)
        if text.round_half_up(100 * k / cell.n, cell.decimals) == shown
    ]
    return cell.numerator if fitting == [cell.numerator] else None


def definition(indicator: Indicator) -> dict[str, str]:
    """The definition as it was used: version, a hash of all of it, name and words."""
    whole = indicator.model_dump_json()
    return {
        "version": indicator.version,
        "hash": hashlib.sha256(whole.encode()).hexdigest()[:12],
        "title": indicator.title,
        "definition": indicator.definition,
        "source": indicator.source,
    }


def provenance_folder(workspace: Workspace) -> Path:
    """Where the editions of all documents are noted, ``<seminar>/<code>/<report>.jsonl``."""
    return workspace.data / "provenance"


def append_edition(path: Path, edition: Mapping[str, Any], *, published: str) -> bool:
    """Notes an edition unless the last one noted is the same; whether a line was added.

    ``published`` is the moment at which the files got their names.
    """
    same = {name: value for name, value in edition.items() if name != "published"}
    lines = read_editions(path)
    if lines and {name: value for name, value in lines[-1].items() if name != "published"} == same:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({**same, "published": published}, ensure_ascii=False)
    start = "" if not path.is_file() or path.read_bytes()[-1:] in (b"", b"\n") else "\n"
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"{start}{line}\n")
    return True


def read_editions(path: Path) -> list[dict[str, Any]]:
    """The noted editions of one document, oldest first; a line cut by a crash is left out."""
    found = []
    for line in path.read_text("utf-8").splitlines() if path.is_file() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def all_editions(folder: Path, needle: str = "") -> Iterable[tuple[Path, dict[str, Any]]]:
    """Every noted edition in a folder whose line holds the needle, in order of file and time."""
    for path in sorted(folder.rglob("*.jsonl")):
        content = path.read_text("utf-8")
        if needle in content:
            for edition in read_editions(path):
                yield path, edition


def _key(cell: ReleasedCell | None) -> str:
    if cell is None:
        return ""
    values: Sequence[object] = [getattr(cell, name) for name in COLUMNS[:9]]
    return "|".join(map(str, values))
