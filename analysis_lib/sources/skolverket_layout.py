"""Where things stand in one of Skolverket's sheets: title, year, header, groups, data, footer (floor 3).

Nothing is found by line number: the header is the row that names the keys, the data are the rows that
carry a code and a type of organiser, and everything below them is the footer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.shapes import Row, Sheet
from analysis_lib.sources.skolverket_tables import Key, Source, by_wording, header_key
from analysis_lib.vocabulary.marks import Mark, read_mark
from analysis_lib.vocabulary.periods import SchoolYear

MIN_FILLED = 5
_SOURCE_LINE = "statistikfrånskolverket"
_CHOSEN = re.compile(r"^\s*Valt?\s+(läsår|år|uttag)(?:\s*:\s*|\s+(?=[0-9]))(.*?)\s*$", re.IGNORECASE)
_TOLD = re.compile(r"^\s*(läsår)\s*:\s*([0-9]{4}.{0,6}?)\s*$", re.IGNORECASE)
_CODE = re.compile(r"[0-9]{3,8}")
_HEADER_SEARCH = 80


@dataclass(frozen=True)
class Column:
    """A published column that is no key: its place, its group and its own header."""

    index: int
    group: str
    header: str

    @property
    def shown(self) -> str:
        """The header as a person would point it out."""
        return f"{self.group}: {self.header}" if self.group else self.header


@dataclass(frozen=True)
class Layout:
    """The parts of a sheet. ``width`` is the number of cells from the first to the last header."""

    title: str
    notices: tuple[str, ...]
    chosen: dict[str, tuple[str, ...]]  # "läsår", "år", "uttag" and what stands after them
    header_row: int
    header: tuple[str, ...]
    keys: dict[Key, int]
    columns: tuple[Column, ...]
    width: int
    closes_rows: bool  # the header line ends with a separator, so every data line should
    data: tuple[Row, ...] = field(repr=False)
    footer: tuple[Row, ...] = field(repr=False)

    @property
    def level(self) -> str:
        """``unit`` or ``municipality``, told by the keys."""
        return "unit" if "unit_code" in self.keys or "unit_name" in self.keys else "municipality"

    @property
    def column_count(self) -> int:
        """The number of published columns."""
        return len(self.keys) + len(self.columns)


class LayoutFinder:
    """Finds layouts and remembers the last one, since every table of the source is asked about a sheet."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._last: tuple[Sheet, Layout | None] | None = None

    def find(self, sheet: Sheet) -> Layout | None:
        """The sheet's parts, or None when no row names the keys of Skolverket's tables."""
        if self._last is None or self._last[0] is not sheet:
            self._last = (sheet, _find_layout(sheet, self._source))
        return self._last[1]


def _find_layout(sheet: Sheet, source: Source) -> Layout | None:
    key_of = by_wording({key: texts for key, texts in source.keys.items()})
    for position, (_, cells) in enumerate(sheet.rows[:_HEADER_SEARCH]):
        if _is_header(cells, key_of):
            return _layout(sheet, position, key_of, source)
    return None


def _is_header(cells: list[str], key_of: dict[str, str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    if len(filled) < MIN_FILLED:
        return False
    known = len({header_key(cell) for cell in filled} & set(key_of))
    return known >= (3 if header_key(filled[0]) in key_of else 4)


def _layout(sheet: Sheet, position: int, key_of: dict[str, str], source: Source) -> Layout:
    header_row, cells = sheet.rows[position]
    header = tuple(" ".join(cell.split()) for cell in cells)
    below = sheet.rows[position + 1 :]
    lower = _lower_header(header, below, key_of)
    if lower:
        names, groups = lower
        header, below = _merged(header, names), below[1:]
    else:
        groups = _groups(sheet.rows[:position], header, key_of)
    width = max(index for index, text in enumerate(header) if text) + 1
    keys: dict[Key, int] = {}
    columns: list[Column] = []
    for index, text in enumerate(header[:width]):
        key = key_of.get(header_key(text))
        if key and key not in keys and not groups[index]:
            keys[key] = index  # type: ignore[index]
        elif text:
            columns.append(Column(index, groups[index], text))
    title, notices, chosen = _heading(sheet.rows[:position])
    organisers = by_wording(source.organisers)
    last = max(
        (place for place, (_, cells) in enumerate(below) if is_data(cells, keys, organisers)), default=-1
    )
    end = last + 1 + damaged_rows(below[last + 1 :], keys)
    return Layout(
        title=title,
        notices=notices,
        chosen=chosen,
        header_row=header_row,
        header=header[:width],
        keys=keys,
        columns=tuple(columns),
        width=width,
        closes_rows=len(cells) > width,
        data=tuple(below[:end]),
        footer=tuple(row for row in below[end:] if any(cell.strip() for cell in row[1])),
    )


def _groups(above: list[Row], header: tuple[str, ...], key_of: dict[str, str]) -> list[str]:
    """The group of each column, from the nearest row above that groups columns; ``''`` when none.

    A merged cell holds its text in its first column only, so a group reaches to the next one.
    """
    first_key = next((i for i, text in enumerate(header) if header_key(text) in key_of), 0)
    after = range(first_key, len(header))
    first_measure = next((i for i in after if header_key(header[i]) not in key_of), len(header))
    for _, cells in reversed(above[-3:]):
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        if not filled:
            continue
        if min(filled) < min(first_measure, 2):
            break
        groups, current = [], ""
        for index, text in enumerate(header):
            cell = " ".join(cells[index].split()) if index < len(cells) else ""
            current = cell or current
            is_measure = index >= first_measure and text and header_key(text) not in key_of
            groups.append(current if is_measure else "")
        return groups
    return [""] * len(header)


def _lower_header(
    header: tuple[str, ...], below: list[Row], key_of: dict[str, str]
) -> tuple[list[str], list[str]] | None:
    """A second header row under the one with the keys, and the group that each column then has.

    So it is when the keys' cells are merged over both rows: the groups stand beside the keys. The row is
    no datum: its key cells are empty and it holds names only.
    """
    cells = below[0][1] if below else []
    texts = [" ".join(cell.split()) for cell in cells]
    keys = [index for index, text in enumerate(header) if header_key(text) in key_of]
    named = [index for index, text in enumerate(texts) if text]
    if len(named) < 2 or set(keys) & set(named) or any(_is_value(texts[index]) for index in named):
        return None
    names, groups, current = list(header), [""] * max(len(header), len(texts)), ""
    names += [""] * (len(groups) - len(names))
    for index in range(len(groups)):
        if index in keys:
            continue
        current = names[index] or current
        if index < len(texts) and texts[index]:
            names[index], groups[index] = texts[index], current
    return names, groups


def _merged(header: tuple[str, ...], names: list[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) >= len(header) else (*names, *header[len(names) :])


def _is_value(text: str) -> bool:
    """Whether a cell holds a number or a mark rather than a name."""
    if read_mark(text) is not Mark.NONE:
        return True
    return bool(re.fullmatch(r"[-~<\u2212]?[0-9][0-9 \u00a0]*([,.][0-9]+)?%?|\*+", text))


def _heading(above: list[Row]) -> tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]]:
    title = ""
    notices: list[str] = []
    chosen: dict[str, list[str]] = {}
    for _, cells in above:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if not filled or (not cells[0].strip() and len(filled) > 1):
            continue
        text = " ".join(" ".join(filled).split())
        choice = _CHOSEN.match(text) or (None if "läsår" in chosen else _TOLD.match(text))
        if choice:
            chosen.setdefault(choice[1].lower(), []).append(choice[2])
        elif header_key(text).startswith(_SOURCE_LINE):
            notices += [title] if title else []
            title = ""
        elif not title and not chosen:
            title = text
        else:
            notices.append(text)
    return title, tuple(notices), {name: tuple(values) for name, values in chosen.items()}


def damaged_rows(after: Sequence[Row], keys: dict[Key, int]) -> int:
    """How many of the rows after the last good one are data that lost their end; the rest is the footer."""
    count = 0
    while count < len(after) and _is_damaged(after, count, keys):
        count += 1
    return count


def is_data(cells: list[str], keys: dict[Key, int], organisers: dict[str, str]) -> bool:
    """Whether a row has a code, or a type of organiser, and enough cells."""
    if sum(bool(cell.strip()) for cell in cells) < MIN_FILLED:
        return False
    has_code = any(
        _CODE.fullmatch(_cell(cells, keys[key])) for key in ("unit_code", "municipality_code") if key in keys
    )
    return has_code or header_key(_cell(cells, keys.get("organiser", -1))) in organisers


def _is_damaged(below: Sequence[Row], position: int, keys: dict[Key, int]) -> bool:
    """Whether a row right under the data is a data row that lost its end, and no footer."""
    cells = below[position][1]
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return False
    code = _cell(cells, keys.get("unit_code", keys.get("municipality_code", 1)))
    if len(filled) >= 2 and code.isascii() and code.isdigit():
        return True
    is_last = not any(any(cell.strip() for cell in later) for _, later in below[position + 1 :])
    prose = filled[0].endswith((".", ":")) or "skolverket" in filled[0].lower() or len(filled[0]) > 60
    return (
        is_last and len(filled) <= 2 and not prose and not filled[0].lower().startswith(("källa", "rapport"))
    )


def _cell(cells: list[str], index: int) -> str:
    return cells[index].strip() if 0 <= index < len(cells) else ""


def school_year(layout: Layout, *, calendar_year_starts: bool) -> str:
    """The school year the file says it is of; raises SkolbankError when it says none, or several.

    A calendar year is taken only for tables whose year starts in it; a file name is never trusted.
    """
    years = {_as_year(text, layout) for text in layout.chosen.get("läsår", ())}
    if not years and calendar_year_starts:
        years = {_as_calendar_year(text, layout) for text in layout.chosen.get("år", ())}
    if len(years) == 1:
        return years.pop()
    if years:
        what = f"Filen säger flera läsår: {' och '.join(sorted(years))}"
    elif "år" in layout.chosen:
        what = "Filen säger ett kalenderår, och det går inte att veta vilket läsår det avser"
    else:
        what = "Filen säger inte vilket läsår den gäller"
    raise SkolbankError(
        "school-year-ambiguous",
        what,
        where=f"ovanför rad {layout.header_row}",
        remedy="Skriv en rad ”Valt läsår: 2024/25” ovanför rubrikerna, eller hämta filen på nytt.",
    )


def _as_year(text: str, layout: Layout) -> str:
    try:
        return str(SchoolYear.parse(text))
    except SkolbankError as error:
        raise SkolbankError(
            error.code, error.what, where=f"ovanför rad {layout.header_row}", remedy=error.remedy
        ) from None


def _as_calendar_year(text: str, layout: Layout) -> str:
    if re.fullmatch(r"(19|20)[0-9]{2}", text):
        return str(SchoolYear(int(text)))
    return _as_year(text, layout)
