"""Encodings (safety.md, bad input): right letters and what was assumed, or a refusal; never U+FFFD."""

from __future__ import annotations

import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.decoding import decode

TEXT = "Skola;Ort\nÖstra Åsskolan;Älvängen\nBjörkskolan;Gävle\nCafé Société;Malmö – öster\n"


def codes(data: bytes) -> list[str]:
    return [message.code for message in decode(data).messages]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_and_utf8_text_is_read_without_a_word(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)).text == TEXT
    assert codes(TEXT.encode(encoding)) == []


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "utf-16-le", "utf-16-be"])
def test_an_assumed_encoding_gives_right_letters_and_a_warning(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)).text == TEXT
    assert codes(TEXT.encode(encoding)) == ["encoding-assumed"]


def test_dos_letters_are_known() -> None:
    text = TEXT.replace("–", "-")
    assert decode(text.encode("cp850")).text == text


def test_latin1_is_read_as_the_letters_it_holds() -> None:
    text = TEXT.replace("–", "-")
    assert decode(text.encode("latin-1")).text == text


@pytest.mark.parametrize("middle", ["cp1252", "latin-1"])
def test_doubly_encoded_text_is_repaired_and_told(middle: str) -> None:
    text = TEXT.replace("Å", "å") if middle == "cp1252" else TEXT
    doubled = text.encode("utf-8").decode(middle).encode("utf-8")
    assert decode(doubled).text == text
    assert codes(doubled) == ["encoding-repaired"]


def test_text_that_only_looks_doubled_is_left_alone() -> None:
    assert decode("São Tomé; Ãbo".encode()).text == "São Tomé; Ãbo"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("Östra Åsskolan\n".encode() + "Älvängen\n".encode("cp1252"), "encoding-mixed"),
        ("Östra Åsen\n".encode("cp1252") + "Älvängen på ön\n".encode("mac_roman"), "encoding-mixed"),
        ("Östra\n".encode().decode("cp1252").encode() + "Älvängen å".encode(), "encoding-mixed"),
        (b"\xef\xbb\xbf" + "Östra\n".encode("cp1252"), "encoding-mixed"),
        ("Östra Ås".encode() + "å".encode()[:1], "file-cut"),
        ("rad 1\nÅs\ufffdkolan\n".encode(), "letters-lost"),
        (b"Skola;Ort\nAnn\x00askolan;Lund\n", "control-characters"),
        (b"Skola;Ort\n\x1aAskolan;Lund\n", "control-characters"),
        (bytes(range(128, 256)) * 4, "encoding-"),
    ],
)
def test_what_cannot_be_known_is_refused_with_its_line(data: bytes, code: str) -> None:
    with pytest.raises(SkolbankError) as refusal:
        decode(data)
    assert refusal.value.code.startswith(code)
    assert "rad" in refusal.value.where
    assert refusal.value.remedy


def test_end_marks_of_old_systems_are_removed_and_told() -> None:
    assert decode(TEXT.encode() + b"\x1a\x00\x00").text == TEXT
    assert codes(TEXT.encode() + b"\x1a") == ["end-mark-removed"]


def test_letters_in_two_parts_are_composed() -> None:
    parts = unicodedata.normalize("NFD", TEXT)
    assert decode(parts.encode()).text == TEXT
    assert codes(parts.encode()) == ["letters-composed"]


def test_invisible_and_direction_signs_are_removed() -> None:
    assert decode("Ås\u200bskolan\u202e;\u2066x\u2069".encode()).text == "Åsskolan;x"


@given(st.binary(max_size=200))
def test_any_bytes_give_text_without_lost_letters_or_a_refusal(data: bytes) -> None:
    with contextlib.suppress(SkolbankError):
        assert "\ufffd" not in decode(data).text


@given(st.text(alphabet="abcåäöÅÄÖé ;\n", max_size=60))
def test_swedish_text_survives_windows_encoding(text: str) -> None:
    assert decode(text.encode("cp1252")).text == text
