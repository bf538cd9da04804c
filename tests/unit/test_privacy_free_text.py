"""Free texts: personal numbers, addresses and names are found in every spelling and never repeated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pupil_files import personal_number

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.free_text import FreeTextScan, Names, free_text_scan
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

ROOT = builtin_root()
SCAN = free_text_scan(Workspace(ROOT), known=["Astrid Lindgrens skola", "Almvik"])
FORMS = (
    "{y}{m}{d}{t}",
    "{y}{m}{d}-{t}",
    "{s}{m}{d}-{t}",
    "{s}{m}{d}{t}",
    "{s}{m}{d} {t}",
    "{s}{m}{d}+{t}",
    "{y} {m} {d} {t}",
    "{y}-{m}-{d}-{t}",
    "{y}.{m}.{d}-{t}",
    "{y}{m}{d}\u2013{t}",
    "{s}{m}{d} - {t}",
    "{y}{m}{d}\u2011{t}",
    "{s}\u200b{m}{d}-{t}",
)


def parts(number: str) -> dict[str, str]:
    return {"y": number[:4], "s": number[2:4], "m": number[4:6], "d": number[6:8], "t": number[8:]}


@given(
    st.integers(0, 2000),
    st.sampled_from(FORMS),
    st.sampled_from(["", "Eleven ", "se (", "pnr:"]),
    st.sampled_from(["", ".", ") har", " i åk 9"]),
)
def test_a_personal_number_is_found_in_every_form(index: int, form: str, before: str, after: str) -> None:
    written = form.format(**parts(personal_number(index)))
    (found,) = SCAN.find(before + written + after)
    assert found.kind == "personal_number"
    assert (before + written + after)[found.start : found.end] == written


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("20090573-1234 har flyttat", "coordination_number"),
        ("090573-1234", "coordination_number"),
        ("20090512TF10", "temporary_number"),
        ("20090512-TF12", "temporary_number"),
        ("090512-T123", "temporary_number"),
        ("２００９０５１２１２３４", "personal_number"),
        ("\u0662\u0660\u0660\u0669\u0660\u0665\u0661\u0662\u0661\u0662\u0663\u0664", "personal_number"),
        ("ring 070-123 45 67", "phone"),
        ("ring 0731234567", "phone"),
        ("tel. 08-123 456 78", "phone"),
        ("tel. +46 70 123 45 67", "phone"),
        ("+46701234567", "phone"),
        ("0243-123 45", "phone"),
        ("skriv till mor.far@exempel.se", "email"),
        ("bor på Storgatan 12 B", "address"),
        ("bor på Norra Vägen 3", "address"),
        ("hämtas på Björkvägen 4", "address"),
        ("784 55 Borlänge", "address"),
        ("Anna Svensson har extra stöd", "name"),
        ("samtal med Anna S. i maj", "name"),
        ("samtal med Anna S om läsning", "name"),
        ("Elsa behöver mer tid", "name"),
        ("Annas mamma ringde", "name"),
        ("Fatima Qwertzuiop har flyttat", "name"),
        ("Anna-Lena vill byta grupp", "name"),
        ("familjen Andersson", "name"),
        ("ANNA SVENSSON", "name"),
        ("Björn Berg i 9A", "name"),
        ("Mohammed slutade i mars", "name"),
    ],
)
def test_personal_data_is_found(text: str, kind: str) -> None:
    assert kind in [found.kind for found in SCAN.find(text)], SCAN.find(text)


@pytest.mark.parametrize(
    "text",
    [
        "Åtta av tio elever blev behöriga läsåret 2024/25, mot 78,2 procent året före.",
        "Enhet 99010014 har 96 elever i årskurs 9.",
        "Astrid Lindgrens skola och Almvik arbetar med läsning.",
        "Olof Palmes skola har fått en ny matsal.",
        "Hans lärare säger att Mina elever läser mer. Per elev blev det 3 timmar.",
        "Saga och sång är ett tema. Klara mål ger tydlighet. Max 20 elever i gruppen.",
        "Beslut UN 2026/123 den 2026-11-22, 1 kap. 4 § skollagen (2010:800).",
        "Organisationsnummer 212000-1234 är kommunens.",
        "Matematik, Engelska och Svenska som andraspråk följs upp i Kommunens kvalitetsplan.",
        "Från 2023-08-15 till 2024-06-12 deltog 1 234 elever, 12 345 timmar.",
        "I årskurs 6 fick 84 av 96 elever betyg; 0,5 procentenheter fler.",
        "",
    ],
)
def test_ordinary_words_of_quality_work_pass(text: str) -> None:
    assert SCAN.find(text) == []


@given(st.text(max_size=200))
def test_any_text_is_gone_through_and_spans_lie_inside(text: str) -> None:
    for found in SCAN.find(text):
        assert 0 <= found.start < found.end <= len(text)


def test_the_refusal_tells_kind_and_place_and_nothing_else() -> None:
    text = f"Samtal med Anna Svensson, {personal_number(5)}, tel. 070-123 45 67"
    with pytest.raises(SkolbankError) as told:
        SCAN.refuse(text, where="åtgärd, rad 3")
    words = str(told.value)
    assert "ett namn (tecken 12–24)" in words
    assert "ett personnummer" in words
    assert "ett telefonnummer" in words
    assert "åtgärd, rad 3" in words
    assert not [part for part in ("Anna", "Svensson", personal_number(5)[2:8], "123 45") if part in words]


def test_only_the_kinds_that_are_asked_for_are_looked_for() -> None:
    assert SCAN.find("Anna Svensson 070-123 45 67", kinds=("personal_number",)) == []


def test_a_workspace_may_have_names_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "free_text.yaml").write_text(
        "first_names: Xerxina\nlast_names: Provman\nallowed: Selma\n", "utf-8"
    )
    scan = free_text_scan(Workspace(tmp_path))
    assert [found.kind for found in scan.find("Xerxina bor här, Selma inte")] == ["name"]
    assert FreeTextScan(Names(first_names="Anna", last_names="")).find("Anna")


def test_our_own_words_for_readers_hold_no_personal_data() -> None:
    """Sidecars, gaps and the reports' running text pass the scan that everyone else's text must pass."""
    texts = [(ROOT / "params" / "gaps.yaml").read_text("utf-8")]
    for path in sorted((ROOT / "notebooks" / "reports").iterdir()):
        if path.suffix == ".yaml":
            texts.append(path.read_text("utf-8"))
        elif path.suffix == ".ipynb":
            cells = json.loads(path.read_text("utf-8"))["cells"]
            texts += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    for text in texts:
        assert [text[found.start : found.end] for found in SCAN.find(text)] == []
