"""Finds what may point out a person in what people wrote: names, addresses, numbers (register floor; F3).

A scan of words can't be sure. It asks too often rather than too seldom in texts that hold what somebody said,
and is left to the writer to answer: the text is refused, never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis_lib.register.free_text import Finding, scan_numbers


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Common given names in Sweden (SCB, names of the population), without those that are everyday words.
_GIVEN = _words(
    """
    adam agnes ahmed alexander alexandra ali alice alma alva amanda amina amir anders andreas anette
    anita anja ann anna anne anneli annika anton arvid astrid axel barbro beatrice bengt benjamin berit
    bertil birgitta björn bo britt camilla carina carl carolina caroline cecilia charlotte christer
    christian christina christoffer dan daniel david ebba edvin elias elin elisabeth ella ellen elsa
    emelie emil emilia emma erik eva fatima felicia filip frank fredrik frida gabriel gunilla gunnar
    göran gösta hampus hanna hannes hans hassan helen helena henrik hugo håkan ida inger ingrid isabella
    isak jakob jan jenny jens jesper jessica joakim joel johan johanna johannes john jonas jonathan
    josefin josefine julia julius kalle karin karl katarina kenneth kent kerstin kevin kickie klara
    kristina kristoffer lars leif lena lennart leo leon leyla liam lina linda linnea linus lisa lovisa
    lucas ludvig lukas magnus maja malin margareta maria marie marcus markus martin mats matilda mattias
    melker melvin mia michael mikael moa mohamed mohammed molly monica nathalie niklas nils noah nora
    olivia ola olle oliver olof omar oscar oskar otto patrik per peter petra pia pontus rasmus rebecca
    robert robin roger roland rolf rut sandra sara sebastian signe simon siv sofia sofie stefan sten
    stig stina susanne sven therese thomas tilde tilda tobias tomas tommy torbjörn tove tuva ulf ulla
    ulrika urban vera victor victoria viktor viktoria vincent wilhelm william wilma yasmin yusuf zahra
    åke åsa örjan
    """
)
_SURNAME = (
    r"[A-ZÅÄÖ][a-zåäöé]+"
    r"(?:sson|ström|berg|gren|lund|kvist|qvist|dahl|dal|holm|mark|man|stedt|lind|ing|éus|ic)"
)
_WORD = r"[A-ZÅÄÖ][a-zåäöéü]+"
_PLAIN = re.compile(rf"(?<!\w)({_WORD})(?!\w)")
_PAIR = re.compile(rf"(?<!\w){_WORD}[ \u00a0](?:[A-ZÅÄÖ]\. ?)?{_SURNAME}s?(?!\w)")
_TITLED = re.compile(
    r"(?i:\b(?:eleven|barnet|pojken|flickan|läraren|fröken|magistern|mamma|pappa|mentorn|kuratorn|pedagogen))"
    rf"[ \u00a0]({_WORD})(?!\w)"
)
_STREET = re.compile(
    r"(?<!\w)[A-ZÅÄÖ][a-zåäöé]*(?: [a-zåäöé]*)?(?:gatan|vägen|stigen|gränden?|torget|backen|allén|gata|väg)"
    r"[ \u00a0]\d{1,4} ?[A-Fa-f]?(?!\w)"
)
_PHONE = re.compile(r"(?<!\d)(?:\+46 ?|0)7\d[- ]?\d{3}[ ]?\d{2}[ ]?\d{2}(?!\d)")
_EMAIL = re.compile(r"(?<!\S)[\w.+-]+@[\w-]+\.[\w.]+", re.UNICODE)


def scan_people(text: str, *, people: bool) -> list[Finding]:
    """What may point out a person: personal numbers always; with ``people`` names, addresses, contacts.

    >>> [found.what for found in scan_people("Läraren Kim sa att Maja på Storgatan 5 är nöjd", people=True)]
    ['name', 'name', 'address']
    """
    found = list(scan_numbers(text, people=people))
    if people:
        for what, pattern in (("address", _STREET), ("phone", _PHONE), ("email", _EMAIL)):
            found += [Finding(what, *match.span()) for match in pattern.finditer(text)]  # type: ignore[arg-type]
        taken = [(one.start, one.end) for one in found]
        for start, end in _names(text):
            if not any(low < end and start < high for low, high in taken):
                found.append(Finding("name", start, end))
                taken.append((start, end))
    return sorted(found, key=lambda one: one.start)


def _names(text: str) -> Iterator[tuple[int, int]]:
    for match in _PAIR.finditer(text):
        yield match.span()
    for match in _TITLED.finditer(text):
        yield match.span(1)
    for match in _PLAIN.finditer(text):
        word = match[1].casefold()
        if word in _GIVEN or (word.endswith("s") and word[:-1] in _GIVEN):
            yield match.span(1)
