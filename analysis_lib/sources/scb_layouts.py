"""The column sets of SCB's collection files, by its file descriptions of 2026 and earlier (floor 3).

The files have no header, so a column set is told by its width and by what the columns hold. Source:
SCB, "Kravspecifikation för datafil", betyg årskurs 6 and 9 and ämnesprov årskurs 3, 6 and 9, vt 2026.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PERSON = ("System", "Datum", "Version", "PersonNr", "Skolenhetskod")
_PUPIL = (*PERSON, "Klass", "Fornamn", "Efternamn")
_LANGUAGES = ("M1 språk", "M1", "M2 språk", "M2")
_COMMON_END = ("Sl", "Sv", "Sva", "Tn", "Tk", "Ovr")

GRADES_9 = (
    *_PUPIL,
    *("Bl", "En", "Hkk", "Idh", "Ma"),
    *_LANGUAGES,
    *("ML språk", "ML", "Mu", "Bi", "Fy", "Ke", "Ge", "Hi", "Re", "Sh"),
    *_COMMON_END,
)
GRADES_6 = (
    *_PUPIL,
    *("Bl", "En", "Hkk", "Idh", "Ma"),
    *_LANGUAGES,
    *("ML språk", "ML", "Mu", "No", "Bi", "Fy", "Ke", "So", "Ge", "Hi", "Re", "Sh"),
    *_COMMON_END,
)
NATIONAL_TESTS_6 = (
    *PERSON,
    *("MA_GRUPP", "MA_A_DELT", "MA_B_DELT", "MA_C_DELT", "MA_D_DELT", "MA_E_DELT", "MA_PROVB"),
    *("SV_GRUPP", "SV_KURSPLAN", "SV_A_DELT", "SV_B_DELT", "SV_C_DELT"),
    *("SV_A_PRP", "SV_B_PRP", "SV_C_PRP", "SV_PROVB"),
    *("EN_GRUPP", "EN_A_DELT", "EN_B_DELT", "EN_C_DELT"),
    *("EN_A_PRP", "EN_B_PRP", "EN_C_PRP", "EN_PROVB"),
)
NATIONAL_TESTS_9 = (
    *PERSON,
    *("MA_GRUPP", "MA_A_DELT", "MA_B_DELT", "MA_C_DELT", "MA_D_DELT", "MA_PROVB"),
    *("SV_GRUPP", "SV_KURSPLAN", "SV_A_PRP", "SV_B_PRP", "SV_C_PRP", "SV_PROVB"),
    *("EN_GRUPP", "EN_A_PRP", "EN_B_PRP", "EN_C_PRP", "EN_PROVB"),
    *("NO_PROV", "NO_A_DELT", "NO_B_DELT", "NO_GRUPP", "NO_PROVB"),
    *("SO_PROV", "SO_A_DELT", "SO_B_DELT", "SO_GRUPP", "SO_PROVB"),
)
NATIONAL_TESTS_3 = (
    *PERSON,
    "MA_GRUPP",
    *(f"MA_{part}_PR" for part in ("A", "B", "C", "D", "E", "F", "G", "G1", "G2")),
    *(f"MA_{part}_POANG" for part in ("B", "C", "D", "E", "F", "G", "G1", "G2")),
    *("SV_GRUPP", "SV_KURSPLAN"),
    *(f"SV_{part}_PR" for part in "ABCDEFGH"),
    *("SV_B_POANG", "SV_C_POANG"),
)

NOT_GRADES = {*_PUPIL, "M1 språk", "M2 språk", "ML språk"}
# Not in every pupil's timetable, so SCB's code 2 may stand there and the cell may be empty.
OPTIONAL_9 = frozenset({"M1", "M2", "ML", "Sv", "Sva", "Tn", "Ovr"})
OPTIONAL_6 = OPTIONAL_9 | {"No", "Bi", "Fy", "Ke", "So", "Ge", "Hi", "Re", "Sh"}


@dataclass(frozen=True)
class Layout:
    """One column set: its fields in order, and the name of its variant."""

    fields: tuple[str, ...]
    variant: str
    optional: frozenset[str] = frozenset()
    age: int = 0  # of most pupils at the end of the school year

    @property
    def width(self) -> int:
        return len(self.fields)


def _without(fields: tuple[str, ...], *gone: str) -> tuple[str, ...]:
    return tuple(field for field in fields if field not in gone)


def _without_start(fields: tuple[str, ...], *starts: str) -> tuple[str, ...]:
    return tuple(field for field in fields if not field.startswith(starts))


LAYOUTS_9 = (
    Layout(GRADES_9, "33", OPTIONAL_9, 16),
    Layout(_without(GRADES_9, "Ovr"), "32 utan Ovr", OPTIONAL_9, 16),
)
LAYOUTS_6 = (
    Layout(GRADES_6, "35", OPTIONAL_6, 13),
    Layout(_without(GRADES_6, "Ovr"), "34 utan Ovr", OPTIONAL_6, 13),
    Layout(_without(GRADES_6, "ML språk"), "34 utan Modm_anm", OPTIONAL_6, 13),
    Layout(_without(GRADES_6, "ML språk", "ML"), "33 utan modersmål", OPTIONAL_6, 13),
)
LAYOUTS_NP6 = (
    Layout(NATIONAL_TESTS_6, "29", age=13),
    Layout(tuple(f for f in NATIONAL_TESTS_6 if not f.endswith("_PRP")), "23 utan delprovspoäng", age=13),
    Layout(
        tuple(f for f in NATIONAL_TESTS_6 if f[:2] == "MA" or not f.endswith("_DELT")),
        "23 utan deltagande i svenska och engelska",
        age=13,
    ),
)
LAYOUTS_NP9 = (
    Layout(NATIONAL_TESTS_9, "32", age=16),
    Layout(_without_start(NATIONAL_TESTS_9, "NO_", "SO_"), "22 utan NO och SO", age=16),
    Layout(_without_start(NATIONAL_TESTS_9, "SO_"), "27 utan SO", age=16),
)
LAYOUTS_NP3 = (
    Layout(NATIONAL_TESTS_3, "35", age=10),
    Layout(_without_start(NATIONAL_TESTS_3, "MA_G1_", "MA_G2_"), "31 utan G1 och G2", age=10),
    Layout(_without_start(NATIONAL_TESTS_3, "MA_G_"), "33 utan G", age=10),
    Layout(tuple(f for f in NATIONAL_TESTS_3 if not f.endswith("_POANG")), "25 utan poäng", age=10),
)

_HEADER_NAMES = {
    "m1 (språk)": "M1 språk", "m1 (betyg)": "M1", "m1 betyg": "M1",
    "m2 (språk)": "M2 språk", "m2 (betyg)": "M2", "m2 betyg": "M2",
    "ml (språk)": "ML språk", "ml (betyg)": "ML", "ml betyg": "ML",
    "modm_anm": "ML språk", "modmalbe": "ML",
    "personnummer": "PersonNr", "förnamn": "Fornamn", "efternamn": "Efternamn", "övr": "Ovr",
}  # fmt: skip
_KNOWN = {
    name.casefold(): name
    for name in (*GRADES_9, *GRADES_6, *NATIONAL_TESTS_3, *NATIONAL_TESTS_6, *NATIONAL_TESTS_9)
} | _HEADER_NAMES
# Parts change from year to year: any column that is named like one is one.
_PART = re.compile(r"(?i)(ma|sv|en|no|so)_[a-h][0-9]?_(delt|prp|pr|poang)")
_UNIT_CODE = "skolenhetskod"


def read_header(cells: list[str]) -> dict[int, str]:
    """The fields that a header line names, by column; empty when the line is no header."""
    if _UNIT_CODE not in "\t".join(cells).casefold():  # most lines are pupils, and there are many of them
        return {}
    found: dict[int, str] = {}
    for index, cell in enumerate(cells):
        text = " ".join(cell.replace("\u00a0", " ").split())
        name = _KNOWN.get(text.casefold()) or (text.upper() if _PART.fullmatch(text) else None)
        if name:
            found[index] = name
    is_header = {"PersonNr", "Skolenhetskod"} <= set(found.values())
    return found if is_header else {}
