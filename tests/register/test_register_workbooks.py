"""Excel forms out and in: what nobody touched is no change, what can't be used is told by its cell."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from register_kinds import Aim, Step

from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.register import Entry, Record, Register, load_kinds
from analysis_lib.register.emptying import Keeping, empty_lines
from analysis_lib.register.forms import TOO_LONG, columns, name_of, same, show
from analysis_lib.register.kinds.goals import Goal
from analysis_lib.register.kinds.inspection import InspectionCase
from analysis_lib.register.tables import sqlite_engine
from analysis_lib.register.workbook import SCHOOL_YEAR, STRIKE, THING, UNIT, VERSION, write_workbook
from analysis_lib.register.workbook_import import Plan, lines_of, plan_import

WRITER = {"author": "u1", "role": "rektor"}
UNITS = {"99010014": "Almviks skola", "99010019": "Bäckaskolan"}
KINDS = ["test-goal", "test-step"]
LONG = "Lång svensk text om läsning, å ä ö. " * 600
HARD = [
    "Rad ett\nrad två\r\nrad tre",
    "”Word-citat” – med tankstreck… och ’apostrof’",
    "😀👩‍🏫🇸🇪 emoji",
    "=SUM(A1:A9)",
    "=1+1",
    "+46 är ett plus",
    "-1 först",
    "@hemma",
    "'apostrof först",
    "007",
    "1,5",
    "2026-09-14",
    "SANT",
    "  blanksteg först och sist  ",
    "_x0041_ och _x000D_",
    "<b>&amp;</b> \t tab",
    "sextecken\x0b\x1f kvar",
    "#N/A",
    LONG[:20_000],
    LONG + LONG,
]

_SIGNS = st.characters(exclude_categories=["Cs", "Nd"])
Edit = Callable[[Worksheet], None]


@pytest.fixture
def full(sqlite: Register) -> Register:
    """A register with an entry of every sort of field, and texts that are hard to carry."""
    goal = sqlite.save(Aim(name="Läsning [nu]"), **WRITER, unit="99010014", school_year="2026/27")
    whole = Step(
        what="Läs varje dag",
        state="done",
        deadline=datetime.date(2027, 6, 11),
        target=87.5,
        groups=3,
        is_public=True,
        goal=goal.thing,
        sources=("Betyg", "Enkät\nmed två rader", "Samtal"),
        themes=("support", "calm"),
    )
    sqlite.save(whole, **WRITER, unit="99010014", school_year="2026/27")
    for text in HARD:
        sqlite.save(Step(what=text, sources=(text[:9_000], "två")), **WRITER, unit="99010019")
    return sqlite


def _export(register: Register, path: Path, **chosen: object) -> Path:
    write_workbook(register, path, kinds=KINDS, units=UNITS, **chosen)  # type: ignore[arg-type]
    return path


def _edit(path: Path, sheet: str, edit: Edit) -> Path:
    """Changes a sheet with another program than the one that wrote it."""
    book = openpyxl.load_workbook(path)
    edit(book[sheet])
    book.save(path)
    return path


def _place(sheet: Worksheet, title: str, row: int) -> str:
    header = [cell.value for cell in sheet[2]]
    return sheet.cell(row=row, column=header.index(title) + 1).coordinate


def _set(row: int, **cells: object) -> Edit:
    """Writes cells of a row by their column title (underscores for spaces)."""

    def edit(sheet: Worksheet) -> None:
        for title, value in cells.items():
            sheet[_place(sheet, title.replace("_", " "), row)] = value

    return edit


def _plan(register: Register, path: Path) -> Plan:
    return plan_import(register, path, units=UNITS)


def _faults(register: Register, path: Path) -> list[SkolbankError]:
    before = list(register.records())
    with pytest.raises(SeveralErrors) as told:
        _plan(register, path)
    assert list(register.records()) == before
    return told.value.errors


def test_lists_name_a_record_by_its_own_words_or_else_by_what_was_chosen(sqlite: Register) -> None:
    where = {**WRITER, "unit": "99010014", "school_year": "2026/27"}
    goal = sqlite.save(Goal(level="unit", text="Alla läser med flyt"), **where)
    day = datetime.date(2026, 9, 14)
    case = sqlite.save(InspectionCase(form="planned", decided_on=day, decision="none"), **where)
    assert name_of(goal) == f"Alla läser med flyt [{goal.thing}]"
    assert name_of(case) == f"planerad tillsyn, generell, inget ingripande 2026/27 [{case.thing}]"


def test_a_round_trip_without_a_change_makes_no_entries(full: Register, tmp_path: Path) -> None:
    plan = _plan(full, _export(full, tmp_path / "a.xlsx"))
    assert plan.changes == ()
    assert plan.untouched == len(full.current()) == 2 + len(HARD)


def test_a_round_trip_through_another_program_makes_no_entries(full: Register, tmp_path: Path) -> None:
    path = _edit(_export(full, tmp_path / "a.xlsx"), "Teststeg", lambda sheet: None)
    plan = _plan(full, path)
    assert [change.differences for change in plan.changes] == []
    assert plan.untouched == len(full.current())


def test_a_changed_row_becomes_a_new_version_with_only_that_changed(full: Register, tmp_path: Path) -> None:
    path = _export(full, tmp_path / "a.xlsx")
    _edit(path, "Teststeg", _set(4, Målvärde="90,5", Läge="Planerat", Frist=datetime.datetime(2027, 1, 8)))
    plan = _plan(full, path)
    (change,) = plan.changes
    assert [(one.title, one.before, one.after) for one in change.differences] == [
        ("Läge", "genomfört", "Planerat"),
        ("Frist", "2027-06-11", "2027-01-08"),
        ("Målvärde", "87.5", "90,5"),
    ]
    told = list(lines_of(plan))
    assert told[0].startswith("Teststeg, rad 4: Teststeg ändras Läs varje dag")
    assert told[2] == "    Frist: 2027-06-11 → 2027-01-08"
    (saved,) = plan.save(full, author="u2", role="biträdande rektor")
    before, after = full.history(saved.thing)
    assert after.entry == before.entry.model_copy(
        update={"state": "planned", "deadline": datetime.date(2027, 1, 8), "target": 90.5}
    )
    assert (after.role, after.unit, after.school_year) == ("biträdande rektor", "99010014", "2026/27")


def test_new_rows_with_all_sorts_of_fields_become_entries(full: Register, tmp_path: Path) -> None:
    path = _export(full, tmp_path / "a.xlsx", unit=["99010014"])
    new = {
        "Enhet": "bäckaskolan",
        "Läsår": "2026-2027",
        "Vad ska göras": HARD[1] + "\n" + HARD[2],
        "Läge": "genomfört",
        "Frist": "2027-03-01",
        "Målvärde": 12.5,
        "Antal grupper": "4",
        "Får visas": "Ja",
        "Mål": "Läsning (nu)",
        "Underlag": "Betyg\nEnkät",
        "Teman": "Stöd\nstudiero",
    }
    _edit(path, "Teststeg", lambda sheet: _set(9, **new)(sheet))
    (change,) = _plan(full, path).changes
    (saved,) = Plan((change,), 0).save(full, **WRITER)
    assert saved.entry == Step(
        what=new["Vad ska göras"],
        state="done",
        deadline=datetime.date(2027, 3, 1),
        target=12.5,
        groups=4,
        is_public=True,
        goal=full.current(Aim)[0].thing,
        sources=("Betyg", "Enkät"),
        themes=("support", "calm"),
    )
    assert (saved.version, saved.unit, saved.school_year) == (1, "99010019", "2026/27")


def test_a_row_that_is_struck_is_withdrawn(full: Register, tmp_path: Path) -> None:
    path = _edit(_export(full, tmp_path / "a.xlsx"), "Teststeg", _set(4, Stryk="ja"))
    plan = _plan(full, path)
    assert "stryks" in next(lines_of(plan))
    (saved,) = plan.save(full, **WRITER)
    assert saved.withdrawn
    assert saved.thing not in {record.thing for record in full.current(Step)}


def test_a_cleared_cell_goes_back_to_empty_but_never_when_it_must_be_filled(
    full: Register, tmp_path: Path
) -> None:
    path = _edit(_export(full, tmp_path / "a.xlsx"), "Teststeg", _set(4, Frist=None, Teman=None, Mål=None))
    (saved,) = _plan(full, path).save(full, **WRITER)
    assert (saved.entry.deadline, saved.entry.themes, saved.entry.goal) == (None, (), "")
    path = _edit(_export(full, tmp_path / "b.xlsx"), "Teststeg", _set(4, Vad_ska_göras=None))
    (fault,) = _faults(full, path)
    assert (fault.where, fault.what) == ("Teststeg!E4", "Vad ska göras måste fyllas i")


def test_a_stale_copy_is_refused_by_row_and_nothing_is_overwritten(full: Register, tmp_path: Path) -> None:
    path = _edit(_export(full, tmp_path / "a.xlsx"), "Teststeg", _set(4, Målvärde=10))
    _edit(path, "Teststeg", _set(5, Målvärde=20))
    seen = next(record for record in full.current(Step) if record.entry.what == "Läs varje dag")
    full.revise(seen, Step(what="Läs varje kväll"), author="u2", role="utbildningschef")
    (fault,) = _faults(full, path)
    assert fault.code == "register-conflict"
    assert fault.where == "Teststeg, rad 4"
    assert "utbildningschef" in fault.what
    assert "Läs varje kväll" in fault.what


def test_an_untouched_row_may_have_changed_in_the_register(full: Register, tmp_path: Path) -> None:
    path = _edit(_export(full, tmp_path / "a.xlsx"), "Teststeg", _set(5, Målvärde=20))
    seen = next(record for record in full.current(Step) if record.entry.what == "Läs varje dag")
    full.revise(seen, Step(what="Läs varje kväll"), author="u2", role="utbildningschef")
    plan = _plan(full, path)
    assert len(plan.changes) == 1
    plan.save(full, **WRITER)
    assert full.get(seen.thing).entry.what == "Läs varje kväll"


def test_a_conflict_after_the_plan_saves_nothing_of_it(full: Register, tmp_path: Path) -> None:
    path = _edit(_export(full, tmp_path / "a.xlsx"), "Teststeg", _set(4, Målvärde=10))
    _edit(path, "Testmål", _set(7, Mål="Ett nytt mål"))
    plan = _plan(full, path)
    assert len(plan.changes) == 2
    seen = plan.changes[1].seen or plan.changes[0].seen
    assert seen
    full.revise(seen, Step(what="Mellan"), **WRITER)
    before = list(full.records())
    with pytest.raises(SkolbankError, match="register-conflict"):
        plan.save(full, **WRITER)
    assert list(full.records()) == before


def test_every_fault_is_told_at_once_with_its_cell(full: Register, tmp_path: Path) -> None:
    path = _export(full, tmp_path / "a.xlsx")

    def spoil(sheet: Worksheet) -> None:
        _set(4, Frist="i vår", Målvärde="många", Läge="kanske", Teman="lugn")(sheet)
        _set(5, Antal_grupper=0)(sheet)
        _set(6, Enhet="99010099", Läsår="2026/28")(sheet)
        sheet[_place(sheet, THING, 7)] = "test-step-finns-inte"
        sheet[_place(sheet, VERSION, 8)] = "annan"
        sheet[_place(sheet, THING, 9)] = sheet[_place(sheet, THING, 10)].value
        sheet[_place(sheet, VERSION, 9)] = sheet[_place(sheet, VERSION, 10)].value
        _set(40, Antal_grupper=2)(sheet)
        _set(41, Stryk="ja")(sheet)
        _set(11, Stryk="kanske")(sheet)

    faults = _faults(full, _edit(path, "Teststeg", spoil))
    assert {(fault.code, fault.where) for fault in faults} == {
        ("register-cell", "Teststeg!G4"),
        ("register-cell", "Teststeg!H4"),
        ("register-cell", "Teststeg!F4"),
        ("register-cell", "Teststeg!M4"),
        ("register-cell", "Teststeg!I5"),
        ("unit-unknown", "Teststeg!C6"),
        ("school-year-unreadable", "Teststeg!D6"),
        ("register-unknown", "Teststeg!A7"),
        ("register-unknown", "Teststeg!B8"),
        ("register-row-twice", "Teststeg!A10"),
        ("register-cell", "Teststeg!E40"),
        ("register-row", "Teststeg!O41"),
        ("register-cell", "Teststeg!O11"),
    }
    assert next(fault for fault in faults if fault.where == "Teststeg!G4").what.endswith(
        "ska vara ett datum, t.ex. 2026-09-14"
    )


def test_unknown_sheets_and_columns_are_refused(full: Register, tmp_path: Path) -> None:
    path = _export(full, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    book["Testmål"]["E2"] = "Mååål"
    book["Teststeg"]["Q5"] = "en lös anteckning"
    book.create_sheet("Teststegg")["A1"] = "?"
    book.save(path)
    faults = _faults(full, path)
    assert [(fault.code, fault.where) for fault in faults] == [
        ("register-column-unknown", "Testmål!E2"),
        ("register-column-missing", "Testmål"),
        ("register-column-unknown", "Teststeg!Q2"),
        ("register-kind-unknown", "Teststegg"),
    ]
    assert faults[0].remedy == "Menade du Mål?"
    assert faults[3].remedy == "Menade du Teststeg?"


def test_columns_may_be_moved_and_rows_sorted_or_taken_away(full: Register, tmp_path: Path) -> None:
    path = _export(full, tmp_path / "a.xlsx")

    def move(sheet: Worksheet) -> None:
        rows = [[cell.value for cell in row][::-1] for row in sheet.iter_rows(min_row=2)]
        header, guidance, *data = rows
        sheet.delete_rows(2, sheet.max_row)
        for number, row in enumerate([header, guidance, *data[:1:-1]], start=2):
            for place, value in enumerate(row, start=1):
                if value is not None:
                    sheet.cell(number, place).value = value
                    sheet.cell(number, place).data_type = "s" if isinstance(value, str) else "n"

    plan = _plan(full, _edit(path, "Teststeg", move))
    assert plan.changes == ()
    assert plan.untouched == len(full.current()) - 2


def test_a_formula_is_told_and_a_text_that_looks_like_one_survives(full: Register, tmp_path: Path) -> None:
    path = _edit(_export(full, tmp_path / "a.xlsx"), "Teststeg", _set(4, Målvärde="=40+2"))
    (fault,) = _faults(full, path)
    assert (fault.code, fault.where) == ("register-cell-formula", "Teststeg!H4")
    path = _export(full, tmp_path / "b.xlsx")
    with zipfile.ZipFile(path) as archive:
        sheets = b"".join(archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)
    assert b"<f>" not in sheets


def test_a_text_too_long_for_a_cell_is_kept_and_never_cut(full: Register, tmp_path: Path) -> None:
    path = _export(full, tmp_path / "a.xlsx")
    row = 4 + len(HARD)
    sheet = openpyxl.load_workbook(path)["Teststeg"]
    assert sheet[f"E{row}"].value == TOO_LONG
    _edit(path, "Teststeg", _set(row, Målvärde=5))
    (saved,) = _plan(full, path).save(full, **WRITER)
    assert saved.entry == Step(what=LONG + LONG, sources=(LONG[:9_000], "två"), target=5)
    _edit(_export(full, tmp_path / "b.xlsx"), "Teststeg", _set(90, Vad_ska_göras=TOO_LONG))
    assert _faults(full, tmp_path / "b.xlsx")[0].where == "Teststeg!E90"


def test_personal_numbers_in_a_workbook_are_refused_and_not_repeated(full: Register, tmp_path: Path) -> None:
    path = _edit(_export(full, tmp_path / "a.xlsx"), "Teststeg", _set(4, Underlag="Elev 20120229-1238"))
    (fault,) = _faults(full, path)
    assert (fault.code, fault.where) == ("register-free-text", "Teststeg, rad 4: Teststeg, Underlag")
    assert "1238" not in str(fault)


def test_a_choice_of_what_is_not_there_is_told_by_its_cell(full: Register, tmp_path: Path) -> None:
    path = _edit(_export(full, tmp_path / "a.xlsx"), "Teststeg", _set(4, Mål="Läs mer [goal-finns-inte]"))
    (fault,) = _faults(full, path)
    assert (fault.code, fault.where) == ("register-cell", "Teststeg!K4")
    assert "goal-finns-inte" in fault.what


def test_what_is_not_a_workbook_of_the_register_is_refused(sqlite: Register, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 broken")
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"0" * (201 << 20))
    entities = tmp_path / "entities.xlsx"
    with zipfile.ZipFile(_export(sqlite, tmp_path / "a.xlsx")) as old, zipfile.ZipFile(entities, "w") as new:
        for name in old.namelist():
            head = b'<!DOCTYPE x [<!ENTITY a "b">]>' if name == "xl/workbook.xml" else b""
            new.writestr(name, head + old.read(name))
    empty = tmp_path / "empty.xlsx"
    openpyxl.Workbook().save(empty)
    for path, code in (
        (bad, "register-workbook-unreadable"),
        (bomb, "register-workbook-unreadable"),
        (entities, "register-workbook-unreadable"),
        (tmp_path / "missing.xlsx", "file-missing"),
        (empty, "register-kind-unknown"),
    ):
        with pytest.raises(SkolbankError) as told:
            _plan(sqlite, path)
        assert told.value.code == code, path


def test_headers_and_identities_are_locked_and_choices_are_lists(full: Register, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(_export(full, tmp_path / "a.xlsx"))
    sheet = book["Teststeg"]
    assert sheet.protection.sheet
    assert all(cell.protection.locked for row in sheet["A1:O3"] for cell in row)
    assert all(sheet[_place(sheet, title, 4)].protection.locked for title in (THING, VERSION))
    titles = [UNIT, SCHOOL_YEAR, "Vad ska göras", "Läge", "Frist", "Teman", STRIKE]
    assert not any(sheet[_place(sheet, title, 4)].protection.locked for title in titles)
    assert all(sheet.column_dimensions[letter].protection.locked for letter in "AB")
    assert not any(sheet.column_dimensions[letter].protection.locked for letter in "CEGO")
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    lists = book["Listor"]
    assert lists.sheet_state == "hidden"
    state = rules[_place(sheet, "Läge", 4)]
    letter = state.formula1.split("$")[1]
    assert [cell.value for cell in lists[letter] if cell.value] == ["planerat", "genomfört"]
    goals = rules[_place(sheet, "Mål", 4)].formula1.split("$")[1]
    assert lists[f"{goals}1"].value == f"Läsning (nu) [{full.current(Aim)[0].thing}]"
    assert rules[_place(sheet, "Frist", 4)].type == "date"
    assert "Måste fyllas i." in sheet[_place(sheet, "Vad ska göras", 3)].value
    assert sheet.freeze_panes == "F4"


def test_only_the_chosen_entries_are_exported(full: Register, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(
        _export(full, tmp_path / "a.xlsx", unit=["99010014"], school_year="2026/27")
    )
    assert book["Teststeg"]["A4"].value
    assert not book["Teststeg"]["A5"].value


def test_every_kind_has_a_form_with_columns_of_its_own() -> None:
    own = {THING, VERSION, UNIT, SCHOOL_YEAR, STRIKE}
    models = load_kinds().values()
    assert len({model.title for model in models}) == len(models)
    for model in models:
        titles = [column.title for column in columns(model)]
        assert len(set(titles)) == len(titles), model.kind
        assert not own & set(titles), model.kind
        assert 0 < len(model.title) <= 31, model.kind
        assert not set(model.title) & set("[]:*?/\\"), model.kind


@settings(max_examples=30, deadline=None)
@given(
    texts=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Nd"]), min_size=1, max_size=60),
            st.lists(
                st.text(st.characters(exclude_categories=["Cs", "Nd"]), min_size=1, max_size=20), max_size=3
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_text_survives_a_round_trip(
    texts: list[tuple[str, list[str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    register = Register(sqlite_engine(folder / "register.sqlite"))
    made: list[Record[Entry]] = []
    for what, sources in texts:
        made.append(register.save(Step(what=what, sources=tuple(sources)), **WRITER))
    plan = _plan(register, _export(register, folder / "a.xlsx"))
    assert plan.changes == ()
    assert plan.untouched == len(made)
    register.close()


def test_the_same_workbook_twice_gives_no_second_entry(sqlite: Register, tmp_path: Path) -> None:
    path = _export(sqlite, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Testmål"]
    titles = [cell.value for cell in sheet[2]]
    sheet.cell(4, titles.index("Mål") + 1).value = "Alla läser"
    book.save(path)
    assert len(_plan(sqlite, path).save(sqlite, **WRITER)) == 1
    again = _plan(sqlite, path)
    assert (again.changes, again.repeated) == ((), ("Testmål, rad 4",))
    assert "finns redan" in "".join(lines_of(again))
    sqlite.withdraw(sqlite.current(Aim)[0], **WRITER)
    assert len(_plan(sqlite, path).changes) == 1


def test_a_row_whose_version_is_gallrad_is_stale(sqlite: Register, tmp_path: Path) -> None:
    first = sqlite.save(Aim(name="Ett"), **WRITER)
    path = _export(sqlite, tmp_path / "a.xlsx")
    sqlite.revise(first, Aim(name="Två"), **WRITER)
    wanted = Keeping("test-goal", "replaced", datetime.date(2060, 1, 1))
    empty_lines(sqlite, wanted, seen=[first.id], decision="B", rule="r", author="a")
    with pytest.raises(SeveralErrors, match="register-conflict"):
        _plan(sqlite, path)


def test_a_form_can_be_read_on_paper(full: Register, tmp_path: Path) -> None:
    """Over several pages that can be read, the first field on each; long texts in high rows."""
    book = openpyxl.load_workbook(_export(full, tmp_path / "a.xlsx"))
    sheet = book["Teststeg"]
    assert sheet.page_setup.scale == 75
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$2:$2", "$E:$E")
    assert max(sheet.row_dimensions[row].height for row in range(4, sheet.max_row + 1)) > 100
    assert all(sheet.row_dimensions[row].height <= 409 for row in range(4, sheet.max_row + 1))


def test_cells_are_recognised_by_type() -> None:
    by_name = {column.name: column for column in columns(Step)}
    assert show(None, by_name["target"], {}) == ""
    assert same(3.0, show(3, by_name["groups"], {}))
    assert not same("3", show(3, by_name["groups"], {}))
    assert not same(datetime.date(2026, 1, 2), show(datetime.date(2026, 1, 1), by_name["deadline"], {}))
