"""Rules of ``params/rules``: read into their model, or told by name what is wrong (floor 1)."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.settings import SchoolYearText, Strict

Rules = TypeVar("Rules", bound=BaseModel)


class Dated(Strict):
    """A rule that holds from one school year up to and including another (None: still)."""

    id: str
    since: SchoolYearText = Field(alias="from")
    until: SchoolYearText | None = Field(default=None, alias="to")
    reference: tuple[str, ...] = ()

    def holds(self, school_year: str) -> bool:
        """Whether the rule holds in that school year."""
        return self.since <= school_year and (self.until is None or school_year <= self.until)


def rules_of(model: type[Rules], document: Any, *, where: str) -> Rules:
    """The document as rules of the model; a fault has the code ``rule-invalid`` and names ``where``."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise SkolbankError(
            "rule-invalid",
            f"Regeln går inte att läsa: {'.'.join(str(part) for part in fault['loc'])}",
            where=where,
            remedy="Jämför med den inbyggda filen.",
        ) from None
