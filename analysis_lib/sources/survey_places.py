"""Whom a survey row is about: unit or kommun, term, respondents and sex, checked (floor 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.sources.numbers import CellFault
from analysis_lib.sources.survey_layout import SurveyLayout, read_term
from analysis_lib.vocabulary.instruments import Era, Instrument, wording_key
from analysis_lib.vocabulary.periods import Term

EVERYONE = "alla"
_NATION = {"riket", "helariket", "samtligaskolor", "nationellt"}
_TOTALS = {"totalt", "samtliga", "alla", "total", "kommunen"}
_SEXES = {"flicka": "F", "flickor": "F", "kvinna": "F", "kvinnor": "F", "f": "F", "k": "F", "tjej": "F"} | {
    "pojke": "P", "pojkar": "P", "man": "P", "män": "P", "p": "P", "m": "P", "kille": "P"
}  # fmt: skip
_NO_SEX = {"", "totalt", "samtliga", "alla", "annat", "villejsvara", "viejsvara", "annatvillejsvara", "t"}


@dataclass(frozen=True)
class Respondents:
    """The keys of a survey row, as they stand in ``core_survey__answers_by_unit``."""

    level: str
    unit_code: str
    unit_name: str
    municipality_code: str
    term: Term
    era: str
    respondent_group: str
    sex: str


class PlaceReader:
    """Reads the keys of the rows of one sheet."""

    def __init__(
        self,
        layout: SurveyLayout,
        instrument: Instrument,
        *,
        municipalities: Mapping[str, str],
        units: Mapping[str, str] | None,
        own_municipality: str,
    ) -> None:
        """``units`` is the register of code to name; ``own_municipality`` is used where no place is told."""
        self.layout = layout
        self.instrument = instrument
        self.units = units or {}
        self.own = own_municipality
        self._municipalities = {wording_key(name): code for code, name in municipalities.items()}
        self._codes = set(municipalities) | {own_municipality}
        self._by_name = {wording_key(name): code for code, name in self.units.items()}
        self._told = read_term(list(layout.above))
        self._group = next((g for text in layout.above if (g := instrument.group(text))), "")
        self.is_assumed_spring = False

    @property
    def is_own_data(self) -> bool:
        """Whether the file holds single answers, so that every unit must be one of ours."""
        return self.layout.shape in {"respondents", "answers"} and "count" not in self.layout.roles

    def read(self, cells: list[str]) -> Respondents:
        """The keys of one row; raises CellFault with the reason when one is wrong or missing."""
        level, code, name, municipality = self._place(cells)
        term = self._term(cells)
        era = self.era(term)
        group = self.instrument.group(self._text(cells, "respondent_group")) or self._group or EVERYONE
        return Respondents(level, code, name, municipality, term, era.id, group, self._sex(cells))

    def era(self, term: Term) -> Era:
        """The instrument's era of a term; a year outside all of them is refused."""
        era = self.instrument.era(term)
        if era is None:
            raise CellFault("era-unknown", f"Enkäten {self.instrument.name} är inte beskriven för {term}")
        return era

    def _text(self, cells: list[str], role: str) -> str:
        index = self.layout.roles.get(role, -1)
        return " ".join(cells[index].split()) if 0 <= index < len(cells) else ""

    def _place(self, cells: list[str]) -> tuple[str, str, str, str]:
        code, name = self._text(cells, "unit_code"), self._text(cells, "unit_name")
        municipality = self._municipality(cells)
        if code:
            if not re.fullmatch(r"\d{8}", code):
                raise CellFault("unit-unreadable", "Skolenhetskoden ska vara åtta siffror")
            if self.is_own_data and self.units and code not in self.units:
                raise CellFault("unit-unknown", f"Enhet {code} finns inte i params/units.yaml")
            return "unit", code, name or self.units.get(code, ""), municipality or self._own_of(code)
        key = wording_key(name)
        if key in _NATION or wording_key(self._text(cells, "municipality_name")) in _NATION:
            return "national", "", "Riket", ""
        if name and key not in _TOTALS and self.instrument.level == "unit":
            return self._named(name, municipality)
        if not name and "unit_name" not in self.layout.roles and self.instrument.level == "unit":
            found = self._from_title()
            if found:
                return found
        if not municipality and ("municipality_code" in self.layout.roles or self.instrument.level == "unit"):
            raise CellFault("unit-missing", "Raden säger varken skolenhet eller kommun")
        return "municipality", "", "", municipality or self.own

    def _own_of(self, code: str) -> str:
        return self.own if code in self.units else ""

    def _named(self, name: str, municipality: str) -> tuple[str, str, str, str]:
        code = self._by_name.get(wording_key(name))
        if code is None:
            raise CellFault(
                "unit-unknown", f"Enheten är okänd. {did_you_mean(name, self.units.values())}".strip()
            )
        return "unit", code, self.units[code], municipality or self.own

    def _from_title(self) -> tuple[str, str, str, str] | None:
        """One sheet per unit: its name stands above the table, or is the sheet's name."""
        for text in reversed(self.layout.above):
            code = self._by_name.get(wording_key(text)) or next(iter(re.findall(r"\b\d{8}\b", text)), "")
            if code and (code in self.units or not self.units):
                return "unit", code, self.units.get(code, ""), self.own
        return None

    def _municipality(self, cells: list[str]) -> str:
        code, name = self._text(cells, "municipality_code"), self._text(cells, "municipality_name")
        if code:
            code = code.zfill(4)
            if code not in self._codes:
                raise CellFault("municipality-unknown", "Kommunkoden finns inte")
            return code
        key = wording_key(name).removesuffix("kommun").removesuffix("stad")
        for form in (wording_key(name), key, key.removesuffix("s")):
            if form in self._municipalities:
                return self._municipalities[form]
        return ""

    def _term(self, cells: list[str]) -> Term:
        text = self._text(cells, "term")
        try:
            found = read_term([text]) if text else self._told
        except SkolbankError as error:
            raise CellFault("term-unreadable", error.what) from None
        found = found or self._told
        if found is None:
            raise CellFault("term-missing", "Det går inte att se vilken termin svaren gäller")
        self.is_assumed_spring |= found[1]
        return found[0]

    def _sex(self, cells: list[str]) -> str:
        key = wording_key(self._text(cells, "sex"))
        if key in _NO_SEX or "villej" in key:
            return "T"
        if key not in _SEXES:
            raise CellFault("sex-unreadable", "Kön ska vara flicka, pojke, kvinna, man eller annat")
        return _SEXES[key]
