"""Which measure each published column holds, by the meaning of its header and group (floor 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.sources.shapes import Message
from analysis_lib.sources.skolverket_layout import Column, Layout
from analysis_lib.sources.skolverket_tables import Key, Measure, Source, Table, by_wording, header_key

_KEYS_OF_LEVEL: dict[str, tuple[Key, ...]] = {
    "unit": ("unit_name", "unit_code", "municipality_name", "municipality_code", "organiser"),
    "municipality": ("municipality_name", "municipality_code", "organiser"),
}


@dataclass(frozen=True)
class MeasureColumn:
    """A column whose measure and sex (``T``, ``F``, ``P``) are known, and its own year in a wide table."""

    column: Column
    measure: str
    sex: str
    school_year: str = ""


def known_share(layout: Layout, table: Table, source: Source) -> float:
    """The share, 0-1, of a table's needed measures that the sheet has columns for, in any year's words."""
    found = set()
    for column in layout.columns:
        names = (header_key(column.header), header_key(column.group))
        for name, measure in table.measures.items():
            if any(wording.key in names for wording in measure.headers) or any(
                measure.is_like(key, "") for key in names
            ):
                found.add(name)
    needed = [{name} for name in _needed(table)]
    if table.one_of:
        needed.append(set(table.one_of))
    return sum(bool(found & names) for names in needed) / len(needed)


def match_columns(
    layout: Layout, table: Table, source: Source, *, school_year: str, messages: list[Message]
) -> list[MeasureColumn]:
    """The measures of the sheet's columns, in published order.

    A column that is no measure of the table is kept out with a warning; a needed column that is missing,
    or one that stands twice with different content, refuses the sheet.
    """
    _require_keys(layout, table)
    sexes = by_wording(source.sexes)
    others = {header_key(text) for text in source.other_populations}
    whole = {header_key(text) for text in source.whole_population}
    matched: list[MeasureColumn] = []
    unknown: list[Column] = []
    for column in layout.columns:
        group = header_key(column.group)
        if group in others:
            messages.append(_kept_out(column, "avser inte alla elever"))
            continue
        found = _measure(column, "" if group in whole else group, table, sexes, school_year)
        if found is None:
            unknown.append(column)
        else:
            _add_once(MeasureColumn(column, *found), matched, layout, messages)
    known = {(column.measure, column.sex) for column in matched}
    for column in list(unknown):
        group = "" if header_key(column.group) in whole else header_key(column.group)
        found = _measure(column, group, table, sexes, school_year, by_likeness=True)
        if found is not None and found not in known:
            unknown.remove(column)
            _add_once(MeasureColumn(column, *found), matched, layout, messages)
            messages.append(_assumed(column, table.measures[found[0]]))
    _require_measures(matched, unknown, layout, table)
    messages.extend(_kept_out(column, "är okänd för den här tabellen") for column in unknown)
    return matched


def _measure(
    column: Column,
    group: str,
    table: Table,
    sexes: dict[str, str],
    school_year: str,
    *,
    by_likeness: bool = False,
) -> tuple[str, str] | None:
    """The measure and sex that a header and its group name together."""
    header = header_key(column.header)
    for name, measure in table.measures.items():
        has_groups = bool(measure.group or measure.group_like)
        names = measure.is_like if by_likeness else measure.is_named
        if names(header, school_year):
            if measure.has_group(group) if has_groups else not group:
                return name, "T"
            if not has_groups and group in sexes:
                return name, sexes[group]
        if header in sexes and group and names(group, school_year):
            return name, sexes[header]
    return None


def _add_once(
    new: MeasureColumn, matched: list[MeasureColumn], layout: Layout, messages: list[Message]
) -> None:
    """Adds a column unless its measure is there already; two different ones refuse the sheet."""
    twin = next((old for old in matched if (old.measure, old.sex) == (new.measure, new.sex)), None)
    if twin is None:
        matched.append(new)
        return
    same = all(
        cells[twin.column.index : twin.column.index + 1] == cells[new.column.index : new.column.index + 1]
        for _, cells in layout.data
    )
    if not same:
        raise SkolbankError(
            "column-twice",
            f"Kolumnen ”{new.column.shown}” finns två gånger med olika innehåll",
            where=f"rad {layout.header_row}, kolumn {twin.column.index + 1} och {new.column.index + 1}",
            remedy="Hämta filen på nytt så att grupprubrikerna ovanför kolumnerna kommer med, "
            "eller ta bort den kolumn som inte ska läsas.",
        )
    messages.append(
        Message(
            "warning",
            "column-repeated",
            "Kolumnen finns två gånger med samma innehåll och lästes en gång.",
            row=layout.header_row,
            column=new.column.shown,
        )
    )


def _require_keys(layout: Layout, table: Table) -> None:
    place_keys = {"unit_name", "unit_code", "municipality_name", "municipality_code"}
    if layout.level not in table.levels or not place_keys & set(layout.keys):
        known = " och ".join({"unit": "skolenhet", "municipality": "kommun"}[level] for level in table.levels)
        raise SkolbankError(
            "level-unknown",
            f"Tabellen {table.name} läses per {known}, inte på den här nivån",
            where=f"rad {layout.header_row}",
            remedy="Hämta tabellen på en annan nivå.",
        )
    names = {
        "unit_name": "Skola",
        "unit_code": "Skol-enhetskod",
        "municipality_name": "Kommun",
        "municipality_code": "Kommun-kod",
        "organiser": "Typ av huvudman",
        "sex": "Kön",
        "subject": "Ämne",
        "part": "Delprov",
        "programme": "Program",
    }
    needed = (*_KEYS_OF_LEVEL[layout.level], *table.needs_keys)
    missing = [names[key] for key in needed if key not in layout.keys]
    if missing:
        raise _missing(missing, [column.header for column in layout.columns], layout)


def _needed(table: Table) -> list[str]:
    return [name for name in table.measures if name not in table.optional and name not in table.one_of]


def _require_measures(
    matched: list[MeasureColumn], unknown: list[Column], layout: Layout, table: Table
) -> None:
    found = {column.measure for column in matched}
    missing = [_shown(table, name) for name in _needed(table) if name not in found]
    if table.one_of and not found & set(table.one_of):
        missing.append(_shown(table, table.one_of[0]))
    if missing:
        raise _missing(missing, [column.shown for column in unknown], layout)


def _shown(table: Table, measure: str) -> str:
    specification = table.measures[measure]
    group = f"{specification.group[0]}: " if specification.group else ""
    return group + specification.headers[0].text


def _missing(missing: list[str], unknown: Iterable[str], layout: Layout) -> SkolbankError:
    guess = did_you_mean(missing[0], unknown)
    named = ", ".join(f"”{name}”" for name in missing)
    plural = "Kolumnerna" if len(missing) > 1 else "Kolumnen"
    remedy = "Hämta tabellen på nytt med alla kolumner och grupprubriker."
    return SkolbankError(
        "column-missing",
        f"{plural} {named} saknas",
        where=f"rad {layout.header_row}",
        remedy=f"{guess} {remedy}".strip(),
    )


def _assumed(column: Column, measure: Measure) -> Message:
    return Message(
        "warning",
        "header-assumed",
        f"Kolumnen ”{column.shown[:120]}” lästes som ”{measure.headers[0].text}”; kontrollera att det är "
        "samma mått.",
        column=column.shown[:120],
    )


def _kept_out(column: Column, why: str) -> Message:
    return Message(
        "warning",
        "column-unknown",
        f"Kolumnen ”{column.shown[:120]}” {why} och lästes inte.",
        column=column.shown[:120],
    )
