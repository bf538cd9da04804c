"""What is wrong with an entry, said in Swedish field by field, for workbooks and forms (register floor)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from analysis_lib.register.entry import Entry

_SAYINGS = {
    "missing": "måste fyllas i",
    "string_too_short": "måste fyllas i med minst {min_length} tecken",
    "string_too_long": "får ha högst {max_length} tecken",
    "too_short": "behöver minst {min_length} rad",
    "greater_than_equal": "ska vara minst {ge}",
    "greater_than": "ska vara större än {gt}",
    "less_than_equal": "får vara högst {le}",
    "less_than": "ska vara mindre än {lt}",
    "int_from_float": "ska vara ett heltal",
    "int_type": "ska vara ett heltal",
    "int_parsing": "ska vara ett heltal",
    "float_type": "ska vara ett tal",
    "float_parsing": "ska vara ett tal",
    "date_type": "ska vara ett datum, t.ex. 2026-09-14",
    "date_from_datetime_parsing": "ska vara ett datum, t.ex. 2026-09-14",
    "literal_error": "ska väljas ur listan",
    "extra_forbidden": "finns inte för den här sortens post",
}


def make_entry(model: type[Entry], values: Mapping[str, Any]) -> Entry | list[tuple[str, str]]:
    """The entry with these values, or each fault as the field's name (empty: several) and what is wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as faults:
        return list(_told(faults))


def _told(faults: ValidationError) -> Iterator[tuple[str, str]]:
    for fault in faults.errors():
        yield (str(fault["loc"][0]) if fault["loc"] else ""), _saying(fault)


def _saying(fault: ErrorDetails) -> str:
    if fault["type"] == "value_error":
        return str(fault.get("ctx", {}).get("error", "")).rstrip(". ")
    return _SAYINGS.get(fault["type"], "kan inte användas").format(**fault.get("ctx", {}))
