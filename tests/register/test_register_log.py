"""The log on both engines: nothing is lost, nothing is changed, every moment can be read again."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import pytest
import sqlalchemy as sa
from register_kinds import Aim, Step

from analysis_lib.errors import SkolbankError
from analysis_lib.register import KINDS, Draft, Register, RegisterConflict, entry_kind
from analysis_lib.register.entry import Entry, Refers, kind_model, load_kinds, read_entry
from analysis_lib.register.free_text import refuse_people, scan_numbers
from analysis_lib.register.log import open_register
from analysis_lib.register.marks import marker_of
from analysis_lib.register.moments import SWEDEN
from analysis_lib.register.schemas import schema_folder, write_schemas
from analysis_lib.vocabulary.workspace import Workspace

WRITER = {"author": "u1", "role": "rektor"}


def test_a_saved_entry_is_read_back_with_who_when_and_what_it_supersedes(register: Register) -> None:
    first = register.save(Step(what="Läsning”\n😀"), **WRITER, unit="99010014", school_year="2026/27")
    second = register.revise(first, Step(what="Läsning varje dag", state="done"), author="u2", role="strateg")
    assert register.history(first.thing) == [first, second]
    assert register.current(Step) == [second]
    assert (second.version, second.supersedes, second.unit) == (2, first.id, "99010014")
    assert (second.author, second.role, second.school_year) == ("u2", "strateg", "2026/27")
    assert first.id < second.id
    assert first.at < second.at
    assert abs(datetime.datetime.now(datetime.UTC) - first.at) < datetime.timedelta(minutes=1)
    assert register.get(first.thing) == second
    assert list(register.records()) == [first, second]


def test_two_who_save_the_same_thing_get_a_conflict_and_nothing_is_overwritten(register: Register) -> None:
    seen = register.save(Step(what="Ett"), **WRITER)
    newest = register.revise(seen, Step(what="Två"), author="u2", role="biträdande rektor")
    with pytest.raises(RegisterConflict) as told:
        register.revise(seen, Step(what="Tre"), **WRITER)
    assert told.value.code == "register-conflict"
    assert told.value.latest == newest
    assert "biträdande rektor" in str(told.value)
    swedish = newest.at.astimezone(SWEDEN)
    assert f"{swedish:%Y-%m-%d} kl. {swedish:%H.%M}" in str(told.value)
    assert "u2" not in str(told.value)
    assert register.history(seen.thing) == [seen, newest]


def test_a_known_thing_is_not_saved_by_one_who_has_not_seen_it(register: Register) -> None:
    first = register.save(Aim(name="Ro"), **WRITER, thing="goal-1")
    with pytest.raises(RegisterConflict):
        register.save(Aim(name="Oro"), **WRITER, thing="goal-1")
    with pytest.raises(SkolbankError) as told:
        register.save(Aim(name="Oro"), **WRITER, thing="goal-2", expected=first.id)
    assert told.value.code == "register-unknown"
    assert register.current() == [first]


def test_several_are_saved_together_or_not_at_all(register: Register) -> None:
    seen = register.save(Aim(name="Ett"), **WRITER)
    register.revise(seen, Aim(name="Två"), **WRITER)
    drafts = [Draft(Aim(name="Nytt")), Draft(Aim(name="Tre"), thing=seen.thing, expected=seen.id)]
    with pytest.raises(RegisterConflict):
        register.save_all(drafts, **WRITER)
    assert [record.entry.name for record in register.current(Aim)] == ["Två"]
    assert register.verify() == 2


def test_what_is_withdrawn_leaves_the_current_but_not_the_history(register: Register) -> None:
    saved = register.save(Aim(name="Ro"), **WRITER)
    gone = register.withdraw(saved, **WRITER)
    assert register.current(Aim) == []
    assert register.current(Aim, withdrawn=True) == [gone]
    assert register.history(saved.thing) == [saved, gone]
    back = register.revise(gone, Aim(name="Ro igen"), **WRITER)
    assert register.current(Aim) == [back]


def test_the_register_is_read_as_of_a_moment_a_day_and_by_unit(
    workspace: Workspace, register: Register
) -> None:
    days = iter([1, 2, 3, 3, 2])
    register.clock = lambda: datetime.datetime(2026, 9, next(days), 23, 30, tzinfo=datetime.UTC)
    first = register.save(Aim(name="Ett"), **WRITER, unit="99010014", school_year="2026/27")
    other = register.save(Aim(name="Annan"), **WRITER, unit="99010019")
    second = register.revise(first, Aim(name="Två"), **WRITER)
    assert register.current(Aim, at=first.at) == [first]
    assert register.as_of(first.at).history(first.thing) == [first]
    assert register.as_of(other.at).current("test-goal") == [first, other]
    assert register.as_of(datetime.date(2026, 9, 1)).current() == []  # 23.30 UTC is the next day in Sweden
    assert register.as_of(datetime.date(2026, 9, 2)).current() == [first]
    assert register.current(Aim, unit="99010014", school_year="2026/27") == [second]
    assert register.current(Aim, unit="99010019", school_year="2026/27") == []
    later = register.save(Aim(name="Klockan"), **WRITER)
    earlier = register.save(Aim(name="Klockan tillbaka"), **WRITER)
    assert second.at < later.at < earlier.at


def test_the_database_itself_refuses_to_change_or_take_away_a_line(register: Register) -> None:
    register.save(Aim(name="Ro"), **WRITER)
    statements = ["UPDATE register_entries SET payload = '{}'", "DELETE FROM register_entries"]
    if register.engine.dialect.name == "postgresql":
        statements.append("TRUNCATE register_entries")
    for statement in statements:
        with pytest.raises(SkolbankError) as told, register.engine.begin() as connection:
            connection.execute(sa.text(statement))
        assert told.value.code == "register-append-only"
    assert register.verify() == 1


def test_a_line_that_was_changed_behind_the_guards_is_told(register: Register) -> None:
    register.save(Aim(name="Ro"), **WRITER)
    register.save(Aim(name="Trygghet"), **WRITER)
    _behind_the_guards(register, "UPDATE register_entries SET unit = '99010014' WHERE position = 1")
    with pytest.raises(SkolbankError, match="register-damaged"):
        register.current(Aim)
    with pytest.raises(SkolbankError, match="rad 1"):
        register.verify()


def test_a_line_that_was_taken_away_is_told(register: Register) -> None:
    for name in ("Ett", "Två", "Tre"):
        register.save(Aim(name=name), **WRITER)
    _behind_the_guards(register, "DELETE FROM register_entries WHERE position = 2")
    with pytest.raises(SkolbankError, match="register-damaged"):
        register.verify()


def _behind_the_guards(register: Register, statement: str) -> None:
    with register.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for guard in ("register_no_update", "register_no_delete"):
                connection.execute(sa.text(f"DROP TRIGGER {guard}"))
        else:
            connection.execute(sa.text("ALTER TABLE register_entries DISABLE TRIGGER USER"))
        connection.execute(sa.text(statement))


def test_a_register_that_is_opened_again_holds_the_same(register: Register, workspace: Workspace) -> None:
    saved = register.save(Step(what="Kvar"), **WRITER)
    again = open_register(workspace)
    assert list(again.records()) == [saved]
    again.close()


def test_a_file_that_is_no_database_is_told_as_damaged(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SKOLBANK_REGISTER_URL", raising=False)
    place = workspace.data / "register" / "register.sqlite"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"not a database at all" * 500)
    with pytest.raises(SkolbankError, match="restore") as told:
        open_register(workspace)
    assert told.value.code == "register-damaged"


def test_a_file_with_a_torn_page_is_told_as_damaged(sqlite: Register, workspace: Workspace) -> None:
    sqlite.save_all([Draft(Step(what=f"Ord {n} " * 60)) for n in range(300)], **WRITER)
    sqlite.close()
    place = workspace.data / "register" / "register.sqlite"
    data = bytearray(place.read_bytes())
    data[8192:20480] = b"\x5a" * 12288
    place.write_bytes(data)
    with pytest.raises(SkolbankError) as told:
        open_register(workspace).verify()
    assert told.value.code == "register-damaged"


def test_a_server_that_does_not_answer_is_told_without_its_password(
    workspace: Workspace, monkeypatch
) -> None:
    monkeypatch.setenv("SKOLBANK_REGISTER_URL", "postgresql://u:hemligt@127.0.0.1:1/x")
    with pytest.raises(SkolbankError) as told:
        open_register(workspace)
    assert told.value.code == "register-unreachable"
    assert "hemligt" not in str(told.value)


def test_personal_numbers_are_refused_in_every_free_text(register: Register) -> None:
    for entry in (
        Step(what="Samtal om 20120229-1238"),
        Step(what="Bra", sources=("ok", "120229 1238 sa")),
        Step(what="Bra", quote="mitt nummer är 201202291238"),
    ):
        with pytest.raises(SkolbankError) as told:
            register.save(entry, **WRITER)
        assert told.value.code == "register-free-text"
        assert "1238" not in str(told.value)
    assert register.current() == []


def test_personal_numbers_are_refused_in_every_text_of_every_kind() -> None:
    """Participants, groups and names of routines are short texts, but people write in them too."""
    tried = 0
    for kind in load_kinds().values():
        for name in kind.model_fields:
            is_text = get_type_hints(kind)[name] in (str, tuple[str, ...])
            if not is_text or marker_of(kind, name, Refers):
                continue
            said = dict.fromkeys(kind.model_fields, None) | {name: "samtal med 120229-1238"}
            with pytest.raises(SkolbankError, match="register-free-text") as told:
                refuse_people(kind.model_construct(**said), scan_numbers)
            assert "1238" not in str(told.value)
            tried += 1
    assert tried > 30


def test_an_entry_can_not_point_at_what_is_not_there(register: Register) -> None:
    goal = register.save(Aim(name="Ro"), **WRITER)
    step = register.save(Step(what="Gör", goal=goal.thing), **WRITER)
    assert register.get(step.thing).entry == step.entry
    for wrong in ("goal-9", step.thing):
        with pytest.raises(SkolbankError, match="register-reference-unknown"):
            register.save(Step(what="Gör", goal=wrong), **WRITER)
    drafts = [Draft(Aim(name="Ny"), thing="goal-n"), Draft(Step(what="Gör", goal="goal-n"))]
    assert len(register.save_all(drafts, **WRITER)) == 2


def test_what_an_older_version_of_a_kind_wrote_is_still_read(register: Register) -> None:
    class OldStep(Entry):
        text: str

    OldStep.kind, OldStep.model = "test-step", 1
    (old,) = register.save_all([Draft(OldStep(text="Från förra året"))], **WRITER)
    assert old.entry == Step(what="Från förra året")
    assert register.current(Step)[0].entry.what == "Från förra året"
    with pytest.raises(SkolbankError, match="register-newer"):
        read_entry("test-step", 3, {"what": "?"})
    with pytest.raises(SkolbankError, match=r"Menade du test-step\?"):
        kind_model("test-stepp")


def test_a_line_that_no_longer_fits_its_kind_is_told_by_place(register: Register) -> None:
    class Strange(Entry):
        colour: str

    Strange.kind, Strange.model = "test-goal", 1
    with pytest.raises(SkolbankError) as told:
        register.save_all([Draft(Strange(colour="röd"))], **WRITER)
    assert told.value.code == "register-unreadable"
    assert "röd" not in str(told.value)
    assert register.current() == []


def test_committed_schemas_are_those_of_the_kinds(tmp_path: Path) -> None:
    written = write_schemas(tmp_path)
    committed = {path.name for path in schema_folder().glob("*.json")}
    assert committed == {path.name for path in written}
    for path in written:
        assert (schema_folder() / path.name).read_text("utf-8") == path.read_text("utf-8")
        assert json.loads(path.read_text("utf-8"))["title"]


def test_a_kind_has_one_owner() -> None:
    with pytest.raises(ValueError, match="taken"):

        @entry_kind("test-goal")
        class Other(Entry):
            pass

    assert KINDS["test-goal"] is Aim


def test_a_role_that_may_only_read_and_add_is_enough(
    workspace: Workspace, new_schema: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_schema()
    monkeypatch.setenv("SKOLBANK_REGISTER_URL", url)
    owner = open_register(workspace)
    with owner.engine.begin() as connection:
        name = connection.execute(sa.text("SELECT current_schema()")).scalar_one()
        connection.execute(sa.text("CREATE ROLE writer LOGIN"))
        connection.execute(sa.text(f"GRANT USAGE ON SCHEMA {name} TO writer"))
        connection.execute(sa.text("GRANT SELECT, INSERT ON register_entries TO writer"))
    monkeypatch.setenv("SKOLBANK_REGISTER_URL", url.replace("skolbank@", "writer@"))
    writer = open_register(workspace)
    saved = writer.save(Aim(name="Ro"), **WRITER)
    assert owner.revise(saved, Aim(name="Arbetsro"), **WRITER).version == 2
    with pytest.raises(SkolbankError) as told, writer.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE register_entries DISABLE TRIGGER USER"))
    assert told.value.code == "register-readonly"
    writer.close()
    owner.close()
