"""The refused rows that a report's numbers lack, told in plain words (floor 7).

Only rows of the schools' own files that would have been in the report: its years and the year groups of its
indicators. They are plain counts of rows and say nothing about a result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from analysis_lib import text
from analysis_lib.report.scope import Scope
from analysis_lib.snapshots.missing import TESTS, MissingRows
from analysis_lib.vocabulary.indicators import Indicator

_NOT_COUNTED = "väntar på rättelse och ingår inte i siffrorna"


def concerning(
    missing: Iterable[MissingRows], scope: Scope, indicators: Iterable[Indicator]
) -> list[MissingRows]:
    """The rows that the report's own numbers lack; a unit's report is about rows of that unit only."""
    shown = {(each.population.startswith("np"), each.year_group) for each in indicators if each.year_group}
    return [
        rows
        for rows in missing
        if rows.is_own
        and (not rows.school_year or rows.school_year in scope.years)
        and (not rows.year_group or (rows.table == TESTS, rows.year_group) in shown)
        and _is_about(rows.unit_code, scope)
    ]


def _is_about(code: str, scope: Scope) -> bool:
    if scope.unit:
        return code == scope.unit.code
    return code not in scope.units or scope.units[code].is_own


def sentences(missing: Iterable[MissingRows], scope: Scope) -> list[str]:
    """A sentence per kind of file, year group and school year, the newest year first."""
    kinds: dict[tuple[str, int, str], list[MissingRows]] = {}
    for rows in missing:
        kinds.setdefault((rows.school_year, rows.year_group, rows.name), []).append(rows)
    return [_sentence(kinds[kind], scope) for kind in sorted(kinds, reverse=True)]


def note(missing: Iterable[MissingRows]) -> str:
    """The line beside the name of a unit; empty when nothing is waited for."""
    total = sum(rows.count for rows in missing)
    if not total:
        return ""
    return f"{_rows(total)} med uppgifter väntar på rättelse, se Om siffrorna"


def _sentence(rows: list[MissingRows], scope: Scope) -> str:
    first = rows[0]
    units = _by_unit(rows, scope)
    owner = "skolans" if scope.unit else "skolornas"
    if not scope.unit and len(units) == 1 and first.unit_code:
        owner = text.genitive(units[0][0])
    group = f" i årskurs{text.NBSP}{first.year_group}" if first.year_group else ""
    year = f" för läsåret {first.school_year}" if first.school_year else ""
    told = f"{_rows(sum(each.count for each in rows))} i {owner} {first.name}{group}{year} {_NOT_COUNTED}"
    shares = [f"{text.count_word(n)} {f'för {name}' if name else 'utan känd skola'}" for name, n in units]
    return f"{told}: {text.listing(shares)}." if len(units) > 1 else f"{told}."


def _by_unit(rows: list[MissingRows], scope: Scope) -> list[tuple[str, int]]:
    """The name of each unit and its rows, in order of name; those without a known unit last, as ``""``."""
    counts: Counter[str] = Counter()
    for each in rows:
        code = each.unit_code
        counts[scope.units[code].name if code in scope.units else f"skolenhet {code}" if code else ""] += (
            each.count
        )
    return sorted(counts.items(), key=lambda pair: (not pair[0], text.sort_key(pair[0])))


def _rows(count: int) -> str:
    return text.capitalised(f"{text.count_word(count)} {'rad' if count == 1 else 'rader'}")
