"""How the fields of a kind stand in a form: header, guidance, choices, and cells both ways (register floor).

A value is shown as a cell and a cell is parsed to a value here and nowhere else, so that what comes back
unchanged is recognised as unchanged.
"""

from __future__ import annotations

import datetime
import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from analysis_lib.register.entry import Entry, Labels, Record, Refers
from analysis_lib.register.marks import marker_of
from analysis_lib.text import MINUS

Cell = str | float | datetime.date
Sort = Literal["text", "choice", "date", "whole", "number", "yes", "thing"]

LONGEST = 32_000  # signs; Excel holds 32 767 in a cell
TOO_LONG = "(Texten är för lång för en cell och ändras i formuläret i stället.)"
YES, NO = "ja", "nej"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")  # some programs take these letters for an escaped sign
_IN_BRACKETS = re.compile(r"\[([^\[\]]+)\]\s*$")


@dataclass(frozen=True)
class Column:
    """One field of a kind as a column: ``many`` holds one value per line."""

    name: str
    title: str
    guidance: str
    sort: Sort
    many: bool = False
    required: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


def columns(model: type[Entry]) -> list[Column]:
    """The columns of a kind, in the order of its fields."""
    return [_column(model, name, info) for name, info in model.model_fields.items()]


def _column(model: type[Entry], name: str, info: FieldInfo) -> Column:
    plain, many = _plain(info.annotation)
    labels = marker_of(model, name, Labels)
    refers = marker_of(model, name, Refers)
    choices = [str(value) for value in get_args(plain)] if get_origin(plain) is Literal else []
    return Column(
        name=name,
        title=info.title or name,
        guidance=info.description or "",
        sort="thing" if refers else _sort(plain),
        many=many,
        required=info.is_required(),
        labels={value: labels.words.get(value, value) if labels else value for value in choices},
        kinds=refers.kinds if refers else (),
        least=next((float(str(mark.ge)) for mark in info.metadata if isinstance(mark, Ge)), None),
        most=next((float(str(mark.le)) for mark in info.metadata if isinstance(mark, Le)), None),
    )


def _plain(annotation: Any) -> tuple[Any, bool]:
    """The type inside marks, optionals and tuples, and whether there may be several."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return _plain(next(one for one in get_args(annotation) if one is not type(None)))
    if origin in (tuple, list, frozenset):
        return _plain(get_args(annotation)[0])[0], True
    return annotation, False


def _sort(plain: Any) -> Sort:
    if get_origin(plain) is Literal:
        return "choice"
    sorts: dict[Any, Sort] = {str: "text", bool: "yes", int: "whole", float: "number", datetime.date: "date"}
    if plain not in sorts:
        raise TypeError(
            f"a form has no column for {plain}; use text, numbers, dates, choices or tuples of them"
        )
    return sorts[plain]


def name_of(record: Record[Entry]) -> str:
    """A record as people choose it in a list: its first own words, and its identity in brackets.

    A record without words is named by what was chosen in it and its läsår.
    """
    filled = [(column, getattr(record.entry, column.name)) for column in _named_by(type(record.entry))]
    own = next((value for column, value in filled if column.sort == "text" and value), "")
    chosen = [
        column.labels.get(value, value) for column, value in filled if column.sort == "choice" and value
    ]
    words = own or " ".join([", ".join(chosen), record.school_year])
    short = " ".join(cleaned(words).replace("[", "(").replace("]", ")").split())
    return f"{short if len(short) <= 60 else short[:59] + '…'} [{record.thing}]".strip()


@cache
def _named_by(model: type[Entry]) -> tuple[Column, ...]:
    return tuple(each for each in columns(model) if each.sort in ("text", "choice") and not each.many)


def cleaned(text: str) -> str:
    """A text as a cell can hold it: line breaks of one sort, nothing unprintable."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def show(value: Any, column: Column, names: Mapping[str, str]) -> Cell:
    """A field's value as a cell; ``names`` tells how each thing is shown in lists."""
    if column.many:
        lines = [str(_show_one(one, column, names)).replace("\n", "\n  ") for one in value]
        shown: Cell = "\n".join(lines)
    else:
        shown = _show_one(value, column, names)
    return TOO_LONG if isinstance(shown, str) and len(shown) > LONGEST else shown


def _show_one(value: Any, column: Column, names: Mapping[str, str]) -> Cell:
    if value is None or value == "":
        return ""
    match column.sort:
        case "choice":
            return column.labels.get(str(value), str(value))
        case "yes":
            return YES if value else NO
        case "whole" | "number":
            return float(value)
        case "date":
            day: datetime.date = value
            return day
        case "thing":
            return names.get(value, f"[{value}]")
    return cleaned(str(value))


def same(read: Cell, shown: Cell) -> bool:
    """Whether a cell that was read back is the one that was written."""
    if isinstance(read, str) and isinstance(shown, str):
        return cleaned(read) in (shown, cleaned(_ESCAPE.sub(_unescaped, shown)))
    return type(read) is type(shown) and read == shown


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def parse(cell: Cell, column: Column, names: Mapping[str, str]) -> Any:
    """The value that a filled cell holds; ValueError with a Swedish saying when it can't be one."""
    if not column.many:
        return _parse_one(cell, column, names)
    text = plain_text(cell)
    items = re.split(r"\n(?! {2})", text)
    return tuple(_parse_one(item.replace("\n  ", "\n"), column, names) for item in items if item.strip())


def _parse_one(cell: Cell, column: Column, names: Mapping[str, str]) -> Any:
    match column.sort:
        case "choice":
            return _choice(plain_text(cell), column.labels)
        case "yes":
            return _choice(plain_text(cell), {"1": YES, "": NO}) == "1"
        case "whole" | "number":
            return _number(cell)
        case "date":
            return _date(cell)
        case "thing":
            return _thing(plain_text(cell), names)
    text = plain_text(cell)
    if text == TOO_LONG:
        raise ValueError("kan inte skrivas så; texten som var för lång ändras i formuläret")
    return text


def plain_text(cell: Cell) -> str:
    """A cell as text, whichever type Excel gave it."""
    if isinstance(cell, bool):
        return YES if cell else NO
    if isinstance(cell, float):
        return format(cell, ".15g")
    return cleaned(str(cell))


def _choice(text: str, labels: Mapping[str, str]) -> str:
    wanted = text.strip().casefold()
    for value, label in labels.items():
        if wanted in (label.casefold(), value.casefold()):
            return value
    raise ValueError(f"ska vara ett av: {', '.join(filter(None, labels.values()))}")


def _number(cell: Cell) -> float:
    if isinstance(cell, float) and not isinstance(cell, bool):
        return cell
    text = re.sub(r"\s", "", plain_text(cell)).replace(MINUS, "-").replace(",", ".").removesuffix("%")
    try:
        return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else float("x")
    except ValueError:
        raise ValueError("ska vara ett tal, t.ex. 12,5") from None


def _date(cell: Cell) -> datetime.date:
    if isinstance(cell, datetime.date):
        return cell
    try:
        return datetime.date.fromisoformat(plain_text(cell).strip())
    except ValueError:
        raise ValueError("ska vara ett datum, t.ex. 2026-09-14") from None


def _thing(text: str, names: Mapping[str, str]) -> str:
    match = _IN_BRACKETS.search(text)
    wanted = (match[1] if match else text).strip()
    by_name = [
        thing for thing, name in names.items() if name.rpartition(" [")[0].casefold() == wanted.casefold()
    ]
    if wanted in names or len(by_name) != 1:
        return wanted
    return by_name[0]


def guidance_of(column: Column) -> str:
    """What the form says about a column: its guidance, the kind of value, and if it must be filled in."""
    sayings: Sequence[str] = (
        column.guidance,
        "Välj ur listan." if column.sort in ("choice", "thing") and not column.many else "",
        f"Ett eller flera av: {', '.join(filter(None, column.labels.values()))}."
        if column.many and column.labels
        else "",
        "En per rad i cellen (Alt+Enter ger ny rad)." if column.many else "",
        "Datum: ÅÅÅÅ-MM-DD." if column.sort == "date" else "",
        "Ja eller nej." if column.sort == "yes" else "",
        "Måste fyllas i." if column.required else "",
    )
    return " ".join(
        saying if saying.endswith((".", "?", ")")) else f"{saying}." for saying in sayings if saying
    )
