"""What an address of a page may hold, in words that a reader sees (floor 8).

An address is text that anybody may have made up: what is wrong with it is told without saying it again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis_lib.errors import SkolbankError

LABELS = {
    "unit": "Enhet",
    "group": "Ledningsgrupp",
    "school_year": "Läsår",
    "indicator": "Mått",
    "cohort": "Årskull",
    "klass": "Klass",
    "subject": "Ämne",
    "method": "Sätt att räkna",
    "instrument": "Instrument",
    "team": "Arbetslag",
    "survey": "Enkät",
}
_ORDER = re.compile(r"([a-z0-9-]{1,30}\.\d{1,2}\.\d{1,2}\.(stigande|fallande)(,|$)){0,8}")


def check_order(given: Sequence[str]) -> None:
    """How tables are sorted: the browser's own affair, but an address is never taken as it comes."""
    if len(given) > 1 or not all(_ORDER.fullmatch(each) for each in given):
        raise wrong("Sorteringen i adressen går inte att läsa")


def wrong(what: str) -> SkolbankError:
    """An address that cannot be read; ``what`` never holds anything of it."""
    remedy = "Välj i listorna på sidan, så blir adressen rätt."
    return SkolbankError("address-invalid", what, remedy=remedy)
