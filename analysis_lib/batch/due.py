"""Whether a scheduled run has anything to do: the rule behind ``skolbank run SEMINAR --if-due`` (floor 8)."""

from __future__ import annotations

import datetime

from analysis_lib import text
from analysis_lib.vocabulary.settings import Seminar


def why_not_due(seminar: Seminar, today: datetime.date) -> str:
    r"""Why the seminar is not to be run on this day, in Swedish; empty when it is due.

    A seminar is due from its cut-off date until it is held, both days included; without dates, always.
    What has not changed since it was made is left alone by the run itself.

    >>> from analysis_lib.vocabulary.settings import Seminar
    >>> seminar = Seminar(id="ht", title="Hösten", school_year="2025/26", reports=[{"name": "skolbild"}],
    ...                   cutoff="2026-06-30", held="2026-09-24")
    >>> why_not_due(seminar, datetime.date(2026, 6, 29))
    'Brytdatum är 30\xa0juni\xa02026.'
    >>> why_not_due(seminar, datetime.date(2026, 9, 24))
    ''
    >>> why_not_due(seminar, datetime.date(2026, 9, 25))
    'Seminariet hölls 24\xa0september\xa02026.'
    """
    if seminar.cutoff and today < seminar.cutoff:
        return f"Brytdatum är {text.date(seminar.cutoff)}."
    if seminar.held and today > seminar.held:
        return f"Seminariet hölls {text.date(seminar.held)}."
    return ""
