"""Whatever is saved in whatever order: reading as of a moment equals replaying the log up to it."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from register_kinds import Aim, Step

from analysis_lib.register import Draft, Entry, Record, Register, RegisterConflict
from analysis_lib.register.backup import read_backup, restore, write_backup
from analysis_lib.register.tables import sqlite_engine

_UNITS = st.sampled_from(["", "99010014", "99010019"])
_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["new", "revise", "withdraw", "stale"]),
        st.integers(0, 5),
        _UNITS,
        st.text(st.characters(exclude_categories=["Cs", "Nd"]), min_size=1, max_size=20),
        st.integers(-3, 3),
    ),
    max_size=20,
)


def _live(register: Register, acts: list[tuple[str, int, str, str, int]]) -> list[Record[Entry]]:
    """Carries out the acts, with a clock that also goes backwards, and gives what was saved."""
    now = datetime.datetime(2026, 8, 17, 8, tzinfo=datetime.UTC)
    saved: list[Record[Entry]] = []
    newest: dict[str, Record[Entry]] = {}
    for act, number, unit, text, hours in acts:
        now += datetime.timedelta(hours=hours)
        register.clock = lambda now=now: now
        things = sorted(newest)
        if act == "new" or not things:
            entry = Aim(name=text) if number % 2 else Step(what=text)
            made = register.save(entry, author="u", role="rektor", unit=unit)
        else:
            seen = newest[things[number % len(things)]]
            if act == "stale":
                seen = register.history(seen.thing)[0]
                if seen != newest[seen.thing]:
                    _refused(register, seen)
                    continue
            draft = Draft(seen.entry, unit, None, seen.thing, seen.id, act == "withdraw")
            (made,) = register.save_all([draft], author="u", role="rektor")
        newest[made.thing] = made
        saved.append(made)
    return saved


def _refused(register: Register, seen: Record[Entry]) -> None:
    with pytest.raises(RegisterConflict):
        register.revise(seen, seen.entry, author="u", role="rektor")


def _replayed(log: list[Record[Entry]], kind: str | None, unit: str | None) -> list[Record[Entry]]:
    newest = {record.thing: record for record in log}
    return sorted(
        (
            record
            for record in newest.values()
            if not record.withdrawn and kind in (None, record.kind) and unit in (None, record.unit)
        ),
        key=lambda record: record.id,
    )


@settings(max_examples=25, deadline=None)
@given(acts=_ACTS, kind=st.sampled_from([None, "test-goal", "test-step"]), unit=st.none() | _UNITS)
def test_reading_as_of_a_moment_equals_replay_of_the_log(
    acts: list[tuple[str, int, str, str, int]], kind: str | None, unit: str | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        register = Register(sqlite_engine(Path(folder) / "register.sqlite"))
        log = _live(register, acts)
        assert list(register.records()) == log
        for count in range(len(log) + 1):
            moment = log[count - 1].at if count else datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
            then = register.as_of(moment)
            assert then.current(kind, unit=unit) == _replayed(log[:count], kind, unit)
            assert register.current(kind, unit=unit, at=moment) == then.current(kind, unit=unit)
            for record in log:
                assert then.history(record.thing) == [one for one in log[:count] if one.thing == record.thing]
        assert register.verify() == len(log)
        _survives_a_backup(register, Path(folder))
        register.close()


def _survives_a_backup(register: Register, folder: Path) -> None:
    write_backup(register, folder / "whole.skolbank-register")
    other = Register(sqlite_engine(folder / "other.sqlite"))
    restore(other, folder / "whole.skolbank-register", aside=folder)
    assert list(other.records()) == list(register.records())
    write_backup(other, folder / "again.skolbank-register")
    assert read_backup(folder / "again.skolbank-register") == read_backup(folder / "whole.skolbank-register")
    other.close()
