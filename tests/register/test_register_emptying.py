"""Gallring in the register: only what is named goes, the chain holds, and the log tells it for ever."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from register_kinds import Aim, Step

from analysis_lib.errors import SkolbankError
from analysis_lib.register import Record, Register, open_register
from analysis_lib.register.backup import read_backup, write_backup
from analysis_lib.register.disposals import Disposal, Emptied
from analysis_lib.register.emptying import Keeping, copies_of, due_lines, empty_lines, overwrite_free_pages
from analysis_lib.register.entry import Entry
from analysis_lib.register.rescue import restore_whole
from analysis_lib.vocabulary.retention import After
from analysis_lib.vocabulary.workspace import Workspace

WRITER = {"author": "u1", "role": "rektor"}
LATER = datetime.date(2060, 1, 1)
CANARY = "Kanariegult hemlighetstal"


def keeping(kind: str = "test-goal", after: After = "last_change", limit: datetime.date = LATER) -> Keeping:
    return Keeping(kind, after, limit)


def empty(register: Register, wanted: Keeping) -> dict[str, tuple[str, ...]]:
    seen = {one for lines in due_lines(register, wanted).values() for one in lines}
    return empty_lines(register, wanted, seen=seen, decision="UN 2026/77", rule="mål: 2 år", author="arkiv")


def fill(register: Register) -> tuple[Record[Entry], Record[Entry]]:
    """A goal in two versions with a step that points at it."""
    first = register.save(Aim(name=f"{CANARY} ett"), **WRITER, unit="99010014", school_year="2024/25")
    newest = register.revise(first, Aim(name=f"{CANARY} två"), **WRITER)
    register.save(Step(what="Gör", goal=first.thing), **WRITER)
    return first, newest


def test_emptied_lines_are_gone_and_told_and_the_chain_holds(register: Register) -> None:
    first, newest = fill(register)
    gone = empty(register, keeping())
    assert gone == {first.thing: (first.id, newest.id)}
    assert register.verify() == 4
    assert register.current(Aim) == []
    for reading in (register, register.as_of(newest.at), register.as_of(first.at)):
        (told,) = reading.disposed()
        assert isinstance(told.entry, Emptied)
        assert (told.thing, told.unit, told.kind) == (first.thing, "99010014", "test-goal")
        assert told.entry.decision == "UN 2026/77"
        with pytest.raises(SkolbankError, match=r"gallrad .* enligt UN 2026/77"):
            reading.get(first.thing)
        assert reading.current(Aim) == []
    assert [type(one.entry) for one in register.history(first.thing)] == [Emptied, Emptied]
    (disposal,) = register.current(Disposal)
    assert (disposal.author, disposal.entry.decision) == ("arkiv", "UN 2026/77")
    with register.engine.connect() as connection:
        held = connection.execute(sa.text("SELECT payload FROM register_entries")).scalars().all()
    assert not [payload for payload in held if CANARY in payload]
    assert empty(register, keeping()) == {}
    with pytest.raises(SkolbankError, match="register-disposed"):
        register.revise(newest, Aim(name="Igen"), **WRITER)
    assert register.save(Aim(name="Nytt"), **WRITER).version == 1
    assert register.verify() == 5


def test_only_replaced_versions_go_when_the_rule_says_so(register: Register) -> None:
    first, newest = fill(register)
    assert empty(register, keeping(after="replaced")) == {first.thing: (first.id,)}
    assert register.current(Aim) == [newest]
    assert register.as_of(first.at).current(Aim) == []
    assert len(register.as_of(first.at).disposed("test-goal")) == 1
    assert register.disposed() == []
    assert register.revise(newest, Aim(name="Vidare"), **WRITER).version == 3
    register.verify()


@pytest.mark.parametrize(
    ("after", "limit", "is_due"),
    [
        ("school_year", datetime.date(2025, 6, 30), False),
        ("school_year", datetime.date(2025, 7, 1), True),
        ("last_change", datetime.date(2025, 7, 1), False),
        ("last_change", LATER, True),
    ],
)
def test_time_is_counted_from_what_the_rule_says(
    sqlite: Register, after: After, limit: datetime.date, is_due: bool
) -> None:
    fill(sqlite)
    assert bool(due_lines(sqlite, keeping(after=after, limit=limit))) == is_due


def test_what_was_changed_in_between_is_left(sqlite: Register) -> None:
    first, newest = fill(sqlite)
    soon = newest.at.date() + datetime.timedelta(days=1)
    listed = due_lines(sqlite, keeping(limit=soon))
    assert set(listed) == {first.thing}
    sqlite.clock = lambda: datetime.datetime(2059, 1, 1, tzinfo=datetime.UTC)
    sqlite.revise(newest, Aim(name="Nyss"), **WRITER)
    seen = {one for lines in listed.values() for one in lines}
    gone = empty_lines(sqlite, keeping(limit=soon), seen=seen, decision="B", rule="r", author="a")
    assert gone == {}
    assert sqlite.current(Aim)[0].entry.name == "Nyss"


CHANGES = [
    "UPDATE register_entries SET payload = '' WHERE position = 1",
    "UPDATE register_entries SET payload = 'x' WHERE position = 1",
    "UPDATE register_entries SET author = 'x' WHERE position = 4",
    "UPDATE register_entries SET payload = '', author = 'x' WHERE position = 4",
    "UPDATE register_entries SET payload = '' WHERE kind = 'disposal'",
    "UPDATE register_entries SET payload = 'tillbaka' WHERE position = 2",
    "DELETE FROM register_entries WHERE position = 2",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_lets_nothing_else_be_changed(register: Register, change: str) -> None:
    register.save(Step(what="Stå kvar"), **WRITER)
    fill(register)
    empty(register, keeping())
    with pytest.raises(SkolbankError, match="append-only"), register.engine.begin() as connection:
        connection.execute(sa.text(change))
    assert register.verify() == 5


def _unguarded(register: Register, change: str) -> None:
    with register.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER register_no_update"))
        connection.execute(sa.text(change))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE register_entries SET payload = '' WHERE position = 3",
        "UPDATE register_entries SET author = 'annan' WHERE position = 1",
    ],
)
def test_emptying_past_the_guards_is_damage(sqlite: Register, change: str) -> None:
    """No decision names the line, or what is left of it is no longer what was left."""
    fill(sqlite)
    empty(sqlite, keeping())
    _unguarded(sqlite, change)
    with pytest.raises(SkolbankError, match="register-damaged"):
        sqlite.verify()
    with pytest.raises(SkolbankError, match="register-damaged"):
        list(sqlite.records())


def test_nobody_writes_a_gallring_by_hand(register: Register) -> None:
    entry = Disposal(decision="B", rule="r", lines=("x y",))
    with pytest.raises(SkolbankError, match="skrivs bara av Skolbänken"):
        register.save(entry, **WRITER)
    fill(register)
    empty(register, keeping())
    with pytest.raises(SkolbankError, match="skrivs bara av Skolbänken"):
        register.withdraw(register.current(Disposal)[0], **WRITER)


def test_a_register_of_an_older_version_gets_the_new_guards(sqlite: Register) -> None:
    first, _ = fill(sqlite)
    with sqlite.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER register_no_update"))
        connection.execute(
            sa.text(
                "CREATE TRIGGER register_no_update BEFORE UPDATE ON register_entries "
                "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
            )
        )
    assert set(empty(sqlite, keeping())) == {first.thing}
    assert sqlite.verify() == 4


def test_backup_and_restore_keep_what_is_gallrat(
    register: Register, workspace: Workspace, tmp_path: Path, new_schema: Callable[[], str]
) -> None:
    first, _ = fill(register)
    write_backup(register, tmp_path / "fore.skolbank-register")
    empty(register, keeping())
    overwrite_free_pages(register)
    assert write_backup(register, tmp_path / "efter.skolbank-register") == 4
    assert not [one for one in read_backup(tmp_path / "efter.skolbank-register") if CANARY in one["payload"]]
    done = restore_whole(workspace, tmp_path / "efter.skolbank-register", replace=True)
    assert done.lines == 4
    assert register.disposed()[0].thing == first.thing
    assert register.verify() == 4
    restore_whole(workspace, tmp_path / "fore.skolbank-register", replace=True)
    assert len(register.current(Aim)) == 1  # an older copy brings it back, and the rules find it again
    assert set(empty(register, keeping())) == {first.thing}


def test_copies_set_aside_that_hold_it_are_found(sqlite: Register, workspace: Workspace) -> None:
    first, newest = fill(sqlite)
    folder = workspace.data / "register"
    write_backup(sqlite, folder / "kopia.skolbank-register")
    (kept,) = restore_whole(workspace, folder / "kopia.skolbank-register", replace=True).kept
    (folder / "ersatt-trasig.skolbank-register").write_bytes(b"x")
    (folder / "skadat-1-register.sqlite").write_bytes(b"x")
    found = {path.name for path in copies_of(folder, {first.id, newest.id})}
    assert found == {Path(kept).name, "ersatt-trasig.skolbank-register", "skadat-1-register.sqlite"}


def test_many_lines_go_in_several_steps(workspace: Workspace, sqlite: Register) -> None:
    from analysis_lib.register import Draft

    sqlite.save_all([Draft(Aim(name=f"Mål {number}")) for number in range(1200)], **WRITER)
    assert len(empty(sqlite, keeping())) == 1200
    again = open_register(workspace)
    assert again.verify() == 1203
    assert len(again.disposed()) == 1200
    again.close()
