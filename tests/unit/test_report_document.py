"""An executed notebook read as a document, and what a published copy of it may hold."""

from __future__ import annotations

import json
from typing import Any

from analysis_lib.present.blocks import MIME
from analysis_lib.report.document import Shown, Text, read_document, scrubbed
from analysis_lib.report.manifest import collect_facts

FACT = {"pop": "ak9-2025", "cell": {"unit": "12345678"}, "what": "n", "kind": "count", "shown": 48, "doc": ""}


def shown(kind: str, facts: list[dict[str, object]] | None = None, **data: object) -> dict[str, object]:
    bundle = {MIME: {"kind": kind, "data": data, "facts": facts or []}, "text/html": f"<p>{kind}</p>"}
    output = {"output_type": "execute_result", "data": bundle, "metadata": {}, "execution_count": 1}
    return {"cell_type": "code", "metadata": {}, "source": "x", "outputs": [output], "execution_count": 1}


def notebook() -> dict[str, object]:
    words = "## Så gick det\n\nVad ser vi?\n\n### Djupare\n\nMer."
    text = {"cell_type": "markdown", "metadata": {}, "source": words}
    again = {"cell_type": "markdown", "metadata": {}, "source": "## Så gick det"}
    return {
        "metadata": {"papermill": {"input_path": "/tmp/someone/in.ipynb"}, "kernelspec": {"name": "python3"}},
        "cells": [
            shown("masthead", title="Åsskolan", kicker="Skolbild", municipality="Almviks kommun"),
            shown("findings", facts=[FACT, FACT]),
            text,
            shown("figure", facts=[FACT]),
            again,
        ],
    }


def test_headings_split_the_notebook_into_sections_with_unique_slugs() -> None:
    document = read_document(notebook())
    assert [section.slug for section in document.sections] == ["sa-gick-det", "sa-gick-det-2"]
    assert document.title == "Åsskolan – Skolbild – Almviks kommun"
    first, second = document.sections[0].parts
    assert isinstance(first, Text)
    assert first.markdown.startswith("Vad ser vi?")
    assert "### Djupare" in first.markdown
    assert isinstance(second, Shown)


def test_each_fact_is_counted_once_and_names_its_document() -> None:
    assert collect_facts(notebook(), "2026-ht/12345678/skolbild.html") == [
        FACT | {"doc": "2026-ht/12345678/skolbild.html"}
    ]


def test_a_published_notebook_holds_no_paths() -> None:
    made = notebook()
    made["cells"][2]["metadata"] = {"papermill": {"exception": None}, "tags": ["kept"]}  # type: ignore[index]
    copy = scrubbed(made)
    assert "/home" not in json.dumps(copy)
    assert copy["cells"][2]["metadata"] == {"tags": ["kept"]}
    assert "papermill" in made["metadata"]  # type: ignore[operator]


def test_gaps_of_one_cause_under_one_heading_become_one() -> None:
    from analysis_lib.present.charts.figure import gap_block, hidden_gap

    def shown(block: Any) -> dict[str, Any]:
        data = {MIME: block.as_json(), "text/html": "<div></div>"}
        return {"cell_type": "code", "source": "", "metadata": {}, "outputs": [{"data": data}]}

    def words(source: str) -> dict[str, Any]:
        return {"cell_type": "markdown", "source": source, "metadata": {}}

    cells = [
        words("## Så gick det\n\nHur gick det?"),
        shown(hidden_gap("Trenden kan inte visas", "Alskolan", ())),
        words("Lyckas vi lika väl för alla?"),
        shown(hidden_gap("Flickor och pojkar kan inte jämföras", "Alskolan", ())),
        words("## Enkäter"),
        shown(gap_block("Det finns inga enkätsvar ännu.", "")),
    ]
    first, second = read_document({"cells": cells, "metadata": {}}).sections
    (question, gap) = first.parts
    assert question.markdown == "Hur gick det?"
    assert gap.data["what"] == "Resultaten för Alskolan visas inte"
    assert [part.data["what"] for part in second.parts] == ["Det finns inga enkätsvar ännu."]
