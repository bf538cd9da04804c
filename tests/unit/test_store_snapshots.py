"""The store: whole or not at all, nothing twice, replacement by unit, and any earlier moment."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import pandas as pd
import pytest
from pupil_files import make_workspace

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.schemas import PUPIL_GRADES, TABLES
from analysis_lib.snapshots.store import SourceInfo, Store, Transaction

TABLE = PUPIL_GRADES.name
SOURCE = SourceInfo("scb.grades_9", "betyg.txt", "0" * 64, legal_basis="skollagen")


def grades(*pupils: tuple[str, str, str], school_year: str = "2024/25") -> pd.DataFrame:
    """Rows of (pupil, unit, grade) in one subject."""
    return pd.DataFrame(
        [
            {
                "pupil": pupil * 32,
                "unit_code": unit * 8,
                "school_year": school_year,
                "year_group": 9,
                "class_name": "9A",
                "sex": "F",
                "subject": "MA",
                "language": "",
                "grade": grade,
                "reason": "",
                "is_protected": False,
            }
            for pupil, unit, grade in pupils
        ]
    )


def put(store: Store, frame: pd.DataFrame) -> Transaction:
    with store.transaction(SOURCE) as work:
        work.add(TABLE, frame)
    return work


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(make_workspace(tmp_path))


def kept(store: Store, **how: datetime.datetime) -> set[tuple[str, str, str]]:
    rows = store.query(f"SELECT pupil, unit_code, grade FROM {TABLE}", **how)
    return {(r.pupil[0], r.unit_code[0], r.grade) for r in rows.itertuples()}


def test_tables_without_snapshots_are_empty_with_the_right_columns(store: Store) -> None:
    for name, schema in TABLES.items():
        frame = store.query(f"SELECT * FROM {name}")
        assert frame.empty
        assert list(frame.columns) == schema.names


def test_what_is_stored_is_read_back_with_its_types(store: Store) -> None:
    put(store, grades(("a", "1", "C")))
    row = store.query(f"SELECT * FROM {TABLE}").iloc[0]
    assert row["pupil"] == "a" * 32
    assert row["year_group"] == 9
    assert not row["is_protected"]
    assert store.arrow(f"SELECT grade FROM {TABLE}").to_pylist() == [{"grade": "C"}]


def test_same_content_is_stored_once_whatever_its_order(store: Store) -> None:
    put(store, grades(("a", "1", "C"), ("b", "1", "D")))
    before = store.log_path.read_bytes()
    again = put(store, grades(("b", "1", "D"), ("a", "1", "C")))
    assert again.is_unchanged
    assert store.log_path.read_bytes() == before
    assert len(list(store.folder.rglob("*.parquet"))) == 1


def test_a_new_file_replaces_exactly_its_units(store: Store) -> None:
    put(store, grades(("a", "1", "C"), ("b", "2", "D"), ("c", "3", "E")))
    work = put(store, grades(("b", "2", "A"), ("d", "2", "B")))
    assert kept(store) == {("a", "1", "C"), ("b", "2", "A"), ("d", "2", "B"), ("c", "3", "E")}
    ((_, change),) = work.changes
    assert (change.added, change.removed, change.changed, change.before) == (1, 0, 1, 1)


def test_other_school_years_are_other_slots(store: Store) -> None:
    put(store, grades(("a", "1", "C")))
    put(store, grades(("a", "1", "B"), school_year="2023/24"))
    assert {snapshot.slot for snapshot in store.current()} == {"9/2024-25/11111111", "9/2023-24/11111111"}


def test_a_file_that_was_replaced_can_come_back(store: Store) -> None:
    put(store, grades(("a", "1", "C")))
    put(store, grades(("a", "1", "B")))
    put(store, grades(("a", "1", "C")))
    assert kept(store) == {("a", "1", "C")}
    assert len(store.current()) == 1


def test_an_earlier_moment_can_be_read(store: Store) -> None:
    put(store, grades(("a", "1", "C")))
    between = datetime.datetime.now(datetime.UTC)
    put(store, grades(("a", "1", "B")))
    assert kept(store, as_of=between) == {("a", "1", "C")}
    assert kept(store, as_of=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)) == set()


def test_the_fingerprint_follows_the_current_rows(store: Store) -> None:
    seen = [store.fingerprint()]
    put(store, grades(("a", "1", "C")))
    seen.append(store.fingerprint())
    put(store, grades(("a", "1", "C")))
    assert store.fingerprint() == seen[-1]
    put(store, grades(("a", "1", "B")))
    seen.append(store.fingerprint())
    assert len(set(seen)) == 3
    assert store.fingerprint(["core_skolverket__statistics"]) == seen[0]


def test_an_error_before_commit_stores_nothing(store: Store) -> None:
    put(store, grades(("a", "1", "C")))
    work = store.begin(SOURCE)
    work.add(TABLE, grades(("a", "1", "B")))
    bad = grades(("b", "1", "B")).assign(sex="?")
    with pytest.raises(SkolbankError), store.transaction(SOURCE) as other:
        other.add(TABLE, bad)
    assert kept(store) == {("a", "1", "C")}


@pytest.mark.parametrize("dies_at", range(1, 7))
def test_interrupted_anywhere_the_old_data_stay(
    store: Store, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    put(store, grades(("a", "1", "C")))
    calls = 0
    real = os.fsync

    def dying(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == dies_at:
            raise KeyboardInterrupt
        real(descriptor)

    monkeypatch.setattr(os, "fsync", dying)
    two = pd.concat([grades(("a", "1", "B")), grades(("b", "2", "A"), school_year="2023/24")])
    with pytest.raises(KeyboardInterrupt):
        put(store, two)
    monkeypatch.undo()
    assert kept(Store(store.workspace)) == {("a", "1", "C")}
    assert not list(store.folder.rglob("*.part"))
    put(store, two)
    assert kept(store) == {("a", "1", "B"), ("b", "2", "A")}


def test_a_line_cut_by_a_crash_does_not_count(store: Store) -> None:
    put(store, grades(("a", "1", "C")))
    whole = store.log_path.read_bytes()
    put(store, grades(("a", "1", "B")))
    store.log_path.write_bytes(store.log_path.read_bytes()[: len(whole) + 30])
    fresh = Store(store.workspace)
    assert kept(fresh) == {("a", "1", "C")}
    put(fresh, grades(("a", "1", "A")))
    assert kept(fresh) == {("a", "1", "A")}
    assert kept(Store(store.workspace)) == {("a", "1", "A")}


def test_what_a_killed_import_left_is_swept(store: Store) -> None:
    put(store, grades(("a", "1", "C")))
    left = next(store.folder.rglob("*.parquet")).with_name(".x.parquet.99.part")
    left.write_bytes(b"half")
    put(store, grades(("a", "1", "B")))
    assert not left.exists()


def test_two_stores_see_each_others_commits(store: Store) -> None:
    other = Store(store.workspace)
    assert kept(other) == set()
    put(store, grades(("a", "1", "C")))
    assert kept(other) == {("a", "1", "C")}


def test_the_twin_tells_where_the_data_come_from(store: Store) -> None:
    put(store, grades(("a", "1", "C")))
    (snapshot,) = store.current()
    twin = store.metadata(snapshot)
    assert twin["rows"] == 1
    assert twin["keys"] == ["11111111"]
    assert twin["source"]["format"] == "scb.grades_9"
    assert twin["source"]["legal_basis"] == "skollagen"
    assert json.loads(store.log_path.read_text("utf-8"))["at"] == twin["imported_at"]


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_data_are_for_their_owner_only(store: Store) -> None:
    put(store, grades(("a", "1", "C")))
    for place in store.folder.rglob("*"):
        assert place.stat().st_mode & 0o077 == 0 or place.name == ".lock", place
    assert not store.readable_by_others()
    store.folder.chmod(0o755)
    assert store.readable_by_others()


@pytest.mark.parametrize(
    ("column", "value"),
    [("unit_code", "123"), ("sex", "K"), ("subject", "Ma"), ("grade", "G"), ("school_year", "2024-25")],
)
def test_a_value_outside_the_schema_is_refused(store: Store, column: str, value: str) -> None:
    frame = grades(("a", "1", "C"))
    frame[column] = value
    with pytest.raises(SkolbankError, match="schema-broken"):
        put(store, frame)
    assert kept(store) == set()


def test_a_reading_is_of_one_moment_whatever_is_stored_meanwhile(store: Store) -> None:
    put(store, grades(("a", "1", "C")))
    count = f"SELECT count(*) AS n FROM {TABLE}"
    with store.reading() as tables:
        before = tables.current(TABLE)
        put(store, grades(("b", "2", "D")))
        assert (tables.query(count)["n"].item(), tables.current(TABLE)) == (1, before)
    assert store.query(count)["n"].item() == 2
