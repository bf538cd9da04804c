"""Bytes into right letters, saying what was assumed and refusing what would be a guess (floor 3).

Files from school systems come in a handful of encodings. A wrong choice turns å ä ö into other
signs without any error, so every assumption is told and a mixture is refused.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass, field

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.shapes import Message
from analysis_lib.text import INVISIBLE

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_SINGLE_BYTE = {"cp1252": "cp1252 (Windows)", "mac_roman": "MacRoman", "cp850": "cp850 (DOS)"}
_SWEDISH = re.compile("[åäö]|(?<![a-zåäö])[ÅÄÖ]")  # a capital inside a word is another encoding's é
_PLAUSIBLE = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿŠšŽžŒœŸ\u00a0§°²³·´½–—‘’“”…•«»€"
)
_DOUBLED = re.compile("[ÃÂ][\u0080-\u00bf\u2010-\u203a\u0152-\u017e\u0192\u02c6\u02dc\u20ac\u2122]")
_CTRL_Z = "\x1a"


@dataclass(frozen=True)
class Decoded:
    """Text in NFC without invisible signs, the encoding it was read with, and what was assumed."""

    text: str
    encoding: str
    messages: tuple[Message, ...] = field(default=())


def decode(data: bytes) -> Decoded:
    """The text that ``data`` holds; raises SkolbankError when the letters cannot be known.

    >>> decode("Grundskola på Öland".encode("cp1252")).encoding
    'cp1252'
    """
    messages: list[Message] = []
    text, encoding = _letters(data, messages)
    if "\ufffd" in text:
        raise _refused(
            "letters-lost",
            "Filen har bokstäver som redan har gått förlorade (tecknet \ufffd)",
            row=text.count("\n", 0, text.index("\ufffd")) + 1,
            remedy="Hämta filen på nytt från systemet den kommer ifrån.",
        )
    text = _repair_doubled(text, messages)
    text = _without_end_marks(text, messages)
    return Decoded(clean_text(text, messages), encoding, tuple(messages))


def decode_piece(data: bytes, encoding: str, messages: list[Message], *, first_row: int) -> str:
    """A piece of a long file whose encoding is known, cleaned as ``decode`` does; ``first_row`` is its line.

    Raises SkolbankError when the piece has other letters than the encoding says.
    """
    try:
        if encoding in _SINGLE_BYTE and _UTF8_SEQUENCE.search(data):
            raise UnicodeDecodeError(encoding, data, 0, 1, "mixed")
        text = data.decode(encoding, errors="replace" if encoding in _SINGLE_BYTE else "strict")
    except UnicodeDecodeError as fault:
        raise _refused(
            "encoding-mixed",
            "Filen blandar flera teckenkodningar, eller är avklippt, så å, ä och ö kan inte läsas säkert",
            row=first_row + data.count(b"\n", 0, fault.start),
            remedy="Spara om filen som CSV UTF-8 från systemet den kommer ifrån.",
        ) from None
    return clean_text(_without_end_marks(_repair_doubled(text, messages), messages), messages)


def clean_text(text: str, messages: list[Message]) -> str:
    """``text`` composed (NFC) and without invisible signs; what was changed is added to ``messages``."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        messages.append(
            Message(
                "warning",
                "letters-composed",
                "Bokstäver som var skrivna i två delar (a + prickar) har satts ihop till å, ä och ö.",
            )
        )
    visible, removed = INVISIBLE.subn("", composed)
    if removed:
        messages.append(
            Message("warning", "invisible-removed", f"{removed} osynliga tecken har tagits bort ur texten.")
        )
    return visible


def _letters(data: bytes, messages: list[Message]) -> tuple[str, str]:
    for bom, name in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(name), name.removesuffix("-sig")
            except UnicodeDecodeError as fault:
                raise _mixed(data, fault.start) from None
    wide = _wide_without_bom(data)
    if wide:
        messages.append(_assumed("UTF-16"))
        return data.decode(wide), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as fault:
        if _UTF8_SEQUENCE.search(data):
            raise _mixed(data, fault.start) from None
    return _single_byte(data, messages)


def _wide_without_bom(data: bytes) -> str:
    """The UTF-16 variant that bytes without a byte order mark look like, or an empty text."""
    sample = data[:4096]
    if len(sample) < 4 or len(data) % 2:
        return ""
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if zeros.count(0) > len(zeros) * 0.7:
            try:
                data.decode(name)
            except UnicodeDecodeError:
                continue
            return name
    return ""


def _single_byte(data: bytes, messages: list[Message]) -> tuple[str, str]:
    """The one of the old 8-bit encodings in which the high bytes are Swedish letters."""
    high = bytes(byte for byte in data if byte >= 0x80)
    scores: dict[str, int] = {}
    for name in _SINGLE_BYTE:
        scores[name] = len(_SWEDISH.findall(data.decode(name, errors="replace")))
    ranked = sorted(scores, key=lambda name: -scores[name])
    best, second = ranked[0], ranked[1]
    if scores[best] == 0:
        best = "cp1252"
    elif scores[second] >= max(2, 0.1 * scores[best]):
        raise _mixed(data, data.index(high[:1]))
    letters = high.decode(best, errors="replace")
    strange = sum(letter not in _PLAUSIBLE for letter in letters)
    if strange > 0.1 * len(high):
        raise _refused(
            "encoding-unknown",
            "Teckenkodningen går inte att känna igen, så å, ä och ö kan bli fel",
            row=data.count(b"\n", 0, data.index(high[:1])) + 1,
            remedy="Spara filen som CSV UTF-8 och läs in den igen.",
        )
    messages.append(_assumed(_SINGLE_BYTE[best]))
    return data.decode(best, errors="replace"), best


def _assumed(name: str) -> Message:
    return Message(
        "warning",
        "encoding-assumed",
        f"Filen säger inte vilken teckenkodning den har. Den lästes som {name}; kontrollera att å, ä "
        "och ö ser rätt ut.",
    )


def _repair_doubled(text: str, messages: list[Message]) -> str:
    """Undoes UTF-8 that was once read as cp1252 and written as UTF-8 again (``Ã¥`` for ``å``)."""
    found = _DOUBLED.search(text)
    if not found or not any(twice in text for letter in "åäöÅÄÖé" for twice in _as_doubled(letter)):
        return text
    row = text.count("\n", 0, found.start()) + 1
    try:
        repaired = b"".join(_cp1252_byte(letter) for letter in text).decode("utf-8")
    except UnicodeError:
        raise _refused(
            "encoding-mixed",
            "Filen blandar rätt skrivna bokstäver med dubbelkodade (Ã¥ för å)",
            row=row,
            remedy="Hämta filen på nytt, eller spara om den som CSV UTF-8.",
        ) from None
    messages.append(
        Message(
            "warning",
            "encoding-repaired",
            "Texten var dubbelkodad (Ã¥ för å) och har rättats; kontrollera att å, ä och ö ser rätt ut.",
            row=row,
        )
    )
    return repaired


def _as_doubled(letter: str) -> tuple[str, str]:
    """What a letter becomes when its UTF-8 is read as cp1252, and as latin-1."""
    data = letter.encode("utf-8")
    return "".join(map(_from_cp1252, data)), data.decode("latin-1")


def _from_cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _cp1252_byte(letter: str) -> bytes:
    if ord(letter) < 0xA0:
        return letter.encode("latin-1")
    return letter.encode("cp1252")


def _without_end_marks(text: str, messages: list[Message]) -> str:
    """Takes away NUL and Ctrl-Z at the end; anywhere else they mean that something is lost."""
    body = text.rstrip("\x00" + _CTRL_Z)
    if body != text:
        messages.append(
            Message(
                "warning", "end-mark-removed", "Slutmarkeringar (NUL eller Ctrl-Z) sist i filen togs bort."
            )
        )
    for sign, name in (("\x00", "NUL"), (_CTRL_Z, "Ctrl-Z")):
        if sign in body:
            raise _refused(
                "control-characters",
                f"Filen har styrtecknet {name} mitt i texten och är troligen skadad",
                row=body.count("\n", 0, body.index(sign)) + 1,
                remedy="Hämta filen på nytt från systemet den kommer ifrån.",
            )
    return body


def _mixed(data: bytes, position: int) -> SkolbankError:
    at_end = position >= len(data) - 3
    if at_end and data[position : position + 1] >= b"\xc2":
        return _refused(
            "file-cut",
            "Filen slutar mitt i en bokstav och är avklippt",
            row=data.count(b"\n") + 1,
            remedy="Hämta filen på nytt.",
        )
    return _refused(
        "encoding-mixed",
        "Filen blandar flera teckenkodningar, så å, ä och ö kan inte läsas säkert",
        row=data.count(b"\n", 0, position) + 1,
        remedy="Spara om filen som CSV UTF-8 från systemet den kommer ifrån.",
    )


def _refused(code: str, what: str, *, row: int, remedy: str) -> SkolbankError:
    return SkolbankError(code, what, where=f"rad {row}", remedy=remedy)
