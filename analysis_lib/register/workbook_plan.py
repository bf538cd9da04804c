"""What a filled-in workbook would do to the register: shown first, then saved whole (register floor)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from xlsxwriter.utility import xl_rowcol_to_cell

from analysis_lib.register.entry import Entry, Record
from analysis_lib.register.forms import Cell, name_of, plain_text
from analysis_lib.register.log import Draft, Register


@dataclass
class Row:
    """One row of a sheet by column title."""

    sheet: str
    number: int
    places: Mapping[str, int]
    cells: list[Cell]

    def __getitem__(self, title: str) -> Cell:
        return self.cells[self.places[title]] if self.places[title] < len(self.cells) else ""

    def text(self, title: str) -> str:
        return plain_text(self[title]).strip()

    def place(self, title: str = "") -> str:
        """Where it stands, as Excel says it: the cell of a column, or the row."""
        if title in self.places:
            return f"{self.sheet}!{xl_rowcol_to_cell(self.number, self.places[title])}"
        return f"{self.sheet}, rad {self.number + 1}"


@dataclass(frozen=True)
class Difference:
    """One field before and after, as both stand in the form."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What one row of the workbook would do."""

    place: str
    title: str
    seen: Record[Entry] | None
    draft: Draft
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Plan:
    """All that a workbook would do, in the order of its rows."""

    changes: tuple[Change, ...]
    untouched: int
    repeated: tuple[str, ...] = ()  # new rows whose words stand in the register already

    def save(self, register: Register, *, author: str, role: str) -> list[Record[Entry]]:
        """Saves the whole plan in one transaction; a conflict leaves everything as it was."""
        return register.save_all((change.draft for change in self.changes), author=author, role=role)


def stands_already(draft: Draft, records: Iterable[Record[Entry]]) -> bool:
    """Whether the same words are in the register: a workbook that has been read before."""
    return any(
        (record.entry, record.unit, record.school_year) == (draft.entry, draft.unit, draft.school_year)
        for record in records
        if record.kind == draft.entry.kind and not record.withdrawn
    )


def said(cell: Cell) -> str:
    """A cell as it is told to a person."""
    return plain_text(cell) if cell != "" else ""


def lines_of(plan: Plan) -> Iterator[str]:
    """The plan as a person reads it before saying yes."""
    for place in plan.repeated:
        yield f"{place}: finns redan i registret och sparas inte en gång till"
    for change in plan.changes:
        what = "ny" if change.seen is None else "stryks" if change.draft.withdrawn else "ändras"
        name = f" {name_of(change.seen)}" if change.seen else ""
        yield f"{change.place}: {change.title} {what}{name}"
        for one in change.differences:
            if change.seen is None:
                yield f"    {one.title}: {_short(one.after)}"
            else:
                yield f"    {one.title}: {_short(one.before) or '(tomt)'} → {_short(one.after) or '(tomt)'}"


def _short(text: str) -> str:
    line = " ⏎ ".join(text.splitlines())
    return line if len(line) <= 120 else f"{line[:119]}…"
