"""Forms that write into the register: fields from the entry's own model, faults beside each field (floor 8).

What comes from a browser is text that anybody may have made up: it is checked by the entry's model, and who
may write about which unit is checked again where it is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin

from markupsafe import Markup
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from analysis_lib.dashboards.shell import Drawn, environment
from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.register import Entry, Labels

# Forms whose fields have ids of their own, since another form on the page has the same names.
OWN_IDS = ("lofte", "valj")
Kind = Literal["text", "textarea", "date", "number", "select", "radio"]


@dataclass(frozen=True)
class Field:
    """One question of a form, with what was answered and what is wrong with the answer."""

    name: str
    label: str
    kind: Kind = "text"
    value: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    error: str = ""
    id: str = ""

    @property
    def place(self) -> str:
        """The id of the field on the page: the name, unless another form has the same."""
        return self.id or self.name


@dataclass(frozen=True)
class Form:
    """A whole form; ``draft`` names what the browser keeps until it is sent."""

    action: str
    title: str
    fields: tuple[Field, ...]
    hidden: tuple[tuple[str, str], ...] = ()
    guidance: str = ""
    submit: str = "Spara"
    draft: str = ""
    note: str = "Det du skriver sparas i registret när du trycker på knappen."
    xsrf: str = ""

    def card(self, id: str, *, span: int = 12) -> Drawn:
        """The form as a card of a page."""
        html = environment().get_template("forms.html.j2").render(form=self)
        return Drawn(id, "form", span, Markup(html), self.title)


class Faults(Exception):
    """What is wrong with a form: a message per field, and those about the whole under an empty name."""

    def __init__(self, told: Mapping[str, str], labels: Mapping[str, str] | None = None) -> None:
        super().__init__(", ".join(told))
        self.told = dict(told)
        self.labels = dict(labels or {})

    def listed(self, form: str = "") -> list[dict[str, str]]:
        """The messages for the list at the top, each with the field of that form that it leads to."""
        before = f"{form}-" if form in OWN_IDS else ""
        labels = self.labels
        return [
            {
                "field": f"{before}{name}" if name in labels else "",
                "text": f"{labels[name]}: {words}" if name in labels else words,
            }
            for name, words in self.told.items()
        ]


def fields_of(model: type[Entry], names: Sequence[str], values: Mapping[str, str]) -> tuple[Field, ...]:
    """The chosen fields of an entry's model as questions, filled in with ``values``."""
    return tuple(_field(name, model.model_fields[name], values) for name in names)


def read_entry(model: type[Entry], names: Sequence[str], given: Mapping[str, str], **fixed: Any) -> Entry:
    """The entry that the answers make; raises Faults with a Swedish message per field."""
    answers = {name: given.get(name, "").strip() for name in names}
    kept = {
        name: value for name, value in answers.items() if value or _may_be_empty(model.model_fields[name])
    }
    try:
        return model.model_validate(fixed | kept)
    except ValidationError as fault:
        labels = {name: model.model_fields[name].title or name for name in names}
        raise Faults(_told(fault), labels) from None


def as_answers(entry: Entry) -> dict[str, str]:
    """What an entry says, as a form would have it."""
    dumped = entry.model_dump(mode="json")
    return {name: "" if value is None else str(value) for name, value in dumped.items()}


def as_faults(fault: SkolbankError) -> Faults:
    """The register's own refusal as messages about the whole form."""
    each = fault.errors if isinstance(fault, SeveralErrors) else [fault]
    return Faults({f"#{at}": f"{one.what}. {one.remedy}".strip() for at, one in enumerate(each)})


def with_faults(fields: Sequence[Field], faults: Faults) -> tuple[Field, ...]:
    """The fields with their messages beside them."""
    return tuple(replace(field, error=faults.told.get(field.name, "")) for field in fields)


def _field(name: str, info: FieldInfo, values: Mapping[str, str]) -> Field:
    options = _options(info)
    kind: Kind = "text"
    if options:
        kind = "select"
    elif "date" in str(info.annotation):
        kind = "date"
    elif "float" in str(info.annotation):
        kind = "text"
    elif any(type(each).__name__ == "FreeText" for each in info.metadata):
        kind = "textarea"
    usual = "" if info.is_required() or info.default is None else str(info.default)
    return Field(
        name,
        info.title or name,
        kind,
        values.get(name, usual),
        info.description or "",
        options,
        info.is_required(),
    )


def _options(info: FieldInfo) -> tuple[tuple[str, str], ...]:
    words = next((each.words for each in info.metadata if isinstance(each, Labels)), None)
    if get_origin(info.annotation) is not Literal or words is None:
        return ()
    named = tuple((value, words[value] or "Inte valt") for value in get_args(info.annotation))
    return (("", "Välj"), *named) if info.is_required() else named


def _may_be_empty(info: FieldInfo) -> bool:
    return not info.is_required() and info.default == ""


def _told(fault: ValidationError) -> dict[str, str]:
    told: dict[str, str] = {}
    for error in fault.errors(include_url=False, include_input=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        words = {
            "missing": "fyll i den här uppgiften.",
            "string_too_short": "skriv lite mer.",
            "literal_error": "välj ett av svaren.",
            "date_from_datetime_parsing": "skriv datumet som 2027-03-01.",
            "date_parsing": "skriv datumet som 2027-03-01.",
            "float_parsing": "skriv ett tal, med punkt för decimaler.",
            "int_parsing": "skriv ett heltal.",
            "extra_forbidden": "uppgiften finns inte i formuläret.",
        }.get(error["type"], "")
        raised = (error.get("ctx") or {}).get("error")
        told.setdefault(name or "#", words or (str(raised) if raised else "uppgiften går inte att läsa."))
    return told
