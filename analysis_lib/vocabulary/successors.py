"""Units that took over from others under a new code: a table kept by hand (floor 1).

No register says which unit succeeded which, so a person who knows writes it down in
``params/successors.yaml``; a chain of changes is followed to its end.
"""

from __future__ import annotations

from pydantic import Field

from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.vocabulary.model_faults import lines_of
from analysis_lib.vocabulary.params_reading import read_models
from analysis_lib.vocabulary.settings import SchoolYearText, Strict, UnitCode
from analysis_lib.vocabulary.workspace import Workspace

_FILE = "successors.yaml"


class Succession(Strict):
    """One change of code: from the school year on, ``new`` stands for what was ``old``."""

    old: UnitCode = Field(description="Koden som upphörde")
    new: UnitCode = Field(description="Koden som tog över")
    since: SchoolYearText = Field(description="Första läsåret med den nya koden, t.ex. 2024/25")
    note: str = Field(default="", description="Vad som hände, t.ex. två skolor slogs ihop")


def load_successions(workspace: Workspace) -> list[Succession]:
    """The changes of code, oldest first; no file means none.

    Raises ``SeveralErrors`` with every fault at once: a code that follows itself, two successors of one
    code, a circle.
    """
    path = workspace.params / _FILE
    if not path.is_file():
        return []
    rows = read_models(path, "successors", Succession, workspace)
    lines = lines_of(path)
    faults, seen = [], set()
    for position, row in enumerate(rows):
        where = f"{workspace.shown(path)}, rad {lines.get(('successors', position), 1)}"
        if row.old in seen:
            text, remedy = f"Enhet {row.old} har två efterföljare", "Behåll den rad som är rätt."
            faults.append(SkolbankError("successor-repeated", text, where=where, remedy=remedy))
        elif _comes_back(row.old, rows):
            text, remedy = f"Enhet {row.old} blir till slut sig själv", "Ta bort den rad som är fel."
            faults.append(SkolbankError("successor-circular", text, where=where, remedy=remedy))
        seen.add(row.old)
    if faults:
        raise SeveralErrors(faults)
    return sorted(rows, key=lambda row: (row.since, row.old))


def _comes_back(code: str, rows: list[Succession]) -> bool:
    after = {row.old: row.new for row in rows}
    at, steps = after.get(code, ""), 0
    while at and at != code and steps < len(rows):
        at, steps = after.get(at, ""), steps + 1
    return at == code
