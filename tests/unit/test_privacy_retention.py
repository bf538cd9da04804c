"""Gallring: only what a decision covers, wholly gone from every byte of the data root, with a record."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import sqlite3
from pathlib import Path

import pytest
import yaml
from pupil_files import FIRST_NAMES, LAST_NAME, Pupil, lines, make_workspace, simple_rows, write

from analysis_lib.disclosure import archive
from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.privacy.retention import apply_retention, due, retention_text
from analysis_lib.privacy.retention_rules import TITLES, load_rules, title_of
from analysis_lib.register import open_register
from analysis_lib.register.backup import write_backup
from analysis_lib.register.kinds.documents import DraftComment
from analysis_lib.register.rescue import restore_whole
from analysis_lib.snapshots import rotation
from analysis_lib.snapshots.access_log import AccessLog
from analysis_lib.snapshots.keys import KeyStore
from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

GRADES = "core_scb__pupil_grades"
LATER = datetime.date(2060, 1, 1)
PUPILS = [Pupil(index) for index in range(4)]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with pupil rows, replaced rows, refused rows, a failed notebook, caches and a database."""
    made = make_workspace(tmp_path)
    rules = yaml.safe_load((builtin_root() / "params" / "retention.yaml").read_text("utf-8"))
    for rule in rules["rules"]:
        rule |= {} if rule.get("preserved") else {"decision": "UN 2026/77"}
    (made.params / "retention.yaml").write_text(yaml.safe_dump(rules, allow_unicode=True), "utf-8")
    first = write(made, "betyg.txt", lines([pupil.grades_row() for pupil in PUPILS]))
    import_paths([first], workspace=made)
    rows = [pupil.grades_row() for pupil in PUPILS[:3]]
    write(made, "rattad.txt", lines([*rows, [*rows[0][:3], "fel", *rows[0][4:]]]))
    import_paths([made.inbox / "rattad.txt"], workspace=made)
    failed = made.output / "2026-ht" / "failed" / "10000001-skolbild.ipynb"
    failed.parent.mkdir(parents=True)
    failed.write_text(json.dumps({"cells": [canaries(made)[0]]}), "utf-8")
    cache = made.work / "cube" / "abc.parquet"
    cache.parent.mkdir(parents=True)
    cache.write_text(canaries(made)[-1], "utf-8")
    AccessLog(made).record("a", "run", "2026-ht")
    return made


def canaries(workspace: Workspace) -> list[str]:
    """Everything that must be gone: numbers, names and pseudonyms."""
    numbers = [pupil.number for pupil in PUPILS]
    maker = Pseudonyms.open(workspace)
    short = [f"{number[2:8]}-{number[8:]}" for number in numbers]
    return [*numbers, *short, *FIRST_NAMES, LAST_NAME, *(maker.pseudonym(number) for number in numbers)]


def found_in(folder: Path, wanted: list[str]) -> list[tuple[str, str]]:
    """Which of the words are in which file, in the bytes as they lie and in unpacked Parquet."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".parquet" and content[:4] == b"PAR1":
                import pandas as pd

                content += pd.read_parquet(path).to_csv().encode()
            found += [(path.name, word) for word in wanted if word.encode() in content or word in path.name]
    return found


def with_deleted_rows(path: Path, words: list[str]) -> None:
    """A database from which rows were deleted in the ordinary way: they are still in its free pages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA secure_delete=OFF")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE entries (words TEXT)")
        database.executemany("INSERT INTO entries VALUES (?)", [(word * 50,) for word in words])
        database.commit()
        database.execute("DELETE FROM entries")
        database.commit()


def test_after_gallring_no_canary_is_in_any_byte_of_the_data_root(workspace: Workspace) -> None:
    wanted = canaries(workspace)
    with_deleted_rows(workspace.data / "register.sqlite", wanted)
    assert {word for _, word in found_in(workspace.data, wanted)} == set(wanted)
    protocol = apply_retention(workspace, due(workspace, today=LATER), actor="arkivarien")
    assert found_in(workspace.data, wanted) == []
    assert found_in(workspace.output, wanted) == []
    text = protocol.read_text("utf-8")
    assert "UN 2026/77" in text
    assert "arkivarien" in text
    assert TITLES["pupil_rows"] in text
    told = json.loads(protocol.with_suffix(".json").read_text("utf-8"))
    kinds = {each["kind"]: each for each in told["deleted"]}
    assert kinds["pupil_rows"]["rows"] > 0
    assert {"source_files", "refused_rows", "failed_notebooks", "access_log"} <= set(kinds)
    assert AccessLog(workspace).verify() == []


def test_what_people_wrote_is_gone_from_every_byte_and_the_log_tells_it(workspace: Workspace) -> None:
    """Replaced versions, the log beside the database, free pages and copies set aside too."""
    words = ["Kanariegult ordval", "Kanariegul rättelse"]
    register = open_register(workspace)
    writer = {"author": "u1", "role": "rektor"}
    comment = DraftComment(handbook="skolbild", version="1.0", round=1, comment=f"{words[0]} " * 900)
    first = register.save(comment, **writer, unit="10000001", school_year="2024/25")
    register.revise(first, comment.model_copy(update={"comment": words[1]}), **writer)
    write_backup(register, workspace.root / "kopia.skolbank-register")
    register.close()
    restore_whole(workspace, workspace.root / "kopia.skolbank-register", replace=True)
    (workspace.root / "kopia.skolbank-register").unlink()
    assert {word for _, word in found_in(workspace.data, words)} == set(words)
    found = due(workspace, today=LATER)
    assert "Registret, synpunkt: 1 st, 2 rader äldre än" in retention_text(found)
    protocol = apply_retention(workspace, found, actor="arkivarien")
    assert found_in(workspace.data, words) == []
    assert [path.name for path in (workspace.data / "register").glob("ersatt-*")] == []
    told = json.loads(protocol.with_suffix(".json").read_text("utf-8"))
    (entry,) = [each for each in told["deleted"] if each["kind"] == "register_entries"]
    assert (entry["entries"], entry["rows"], entry["decision"]) == ("draft_comment", 2, "UN 2026/77")
    assert "| Registret, synpunkt |" in protocol.read_text("utf-8")
    register = open_register(workspace)
    assert register.verify() == 3
    with pytest.raises(SkolbankError, match=r"gallrad .*UN 2026/77"):
        register.get(first.thing)
    register.close()


def test_a_workspace_without_a_register_gets_none_by_gallring(workspace: Workspace) -> None:
    apply_retention(workspace, due(workspace, today=LATER), actor="a")
    assert not (workspace.data / "register").exists()


def test_every_rule_of_the_register_names_a_kind_and_has_words(workspace: Workspace) -> None:
    """And what must be kept for good has no rule."""
    rules = [rule for rule in load_rules(workspace) if rule.kind == "register_entries"]
    assert len(rules) > 10
    assert all(title_of(rule) and rule.since and rule.years for rule in rules)
    assert not {"goal", "plan", "measure", "decision", "document"} & {rule.entries for rule in rules}


def test_a_reader_of_the_database_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads holds on to the log beside the database, where the deleted rows still stand."""
    monkeypatch.setattr("analysis_lib.privacy.deletion._WAIT", 0.05)
    path = workspace.data / "register.sqlite"
    with_deleted_rows(path, ["x"])
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN")
        database.execute("SELECT count(*) FROM entries").fetchall()
        with pytest.raises(SkolbankError, match="database-busy"):
            apply_retention(workspace, due(workspace, today=LATER), actor="a")


def test_the_store_works_on_after_gallring(workspace: Workspace) -> None:
    apply_retention(workspace, due(workspace, today=LATER), actor="a")
    store = Store(workspace)
    assert store.query(f"SELECT * FROM {GRADES}").empty
    assert store.missing_rows() == []
    import_paths([write(workspace, "ny.txt", lines([PUPILS[0].grades_row()]))], workspace=workspace)
    assert store.query(f"SELECT DISTINCT pupil FROM {GRADES}").shape == (1, 1)


def test_without_a_decision_everything_is_listed_and_nothing_deleted(workspace: Workspace) -> None:
    (workspace.params / "retention.yaml").unlink()
    before = {path: path.read_bytes() for path in workspace.data.rglob("*") if path.is_file()}
    found = due(workspace, today=LATER)
    assert {each.rule.kind for each in found if each.things} >= {"source_files", "pupil_rows", "access_log"}
    assert "beslut saknas" in retention_text(found)
    protocol = apply_retention(workspace, found, actor="a")
    assert all(path.read_bytes() == content for path, content in before.items())
    assert json.loads(protocol.with_suffix(".json").read_text("utf-8"))["deleted"] == []


def test_what_was_released_is_kept_whatever_is_decided(workspace: Workspace) -> None:
    """Without it the next release could tell what was hidden before."""
    fact = {"pop": "ak9-2026", "cell": {"unit": "1"}, "what": "n", "kind": "count", "shown": 24, "doc": "x"}
    archive.add_statements(workspace, "public", [fact])
    found = due(workspace, today=LATER)
    assert "Utgivna uppgifter: 1 st; bevaras: utan dem" in retention_text(found)
    protocol = apply_retention(workspace, found, actor="arkivarien")
    assert [each["shown"] for each in archive.statements(workspace, "public")] == [24]
    assert "| Utgivna uppgifter | 1 |" in protocol.read_text("utf-8")
    assert "| bevaras | utan dem" in protocol.read_text("utf-8")
    rules = workspace.params / "retention.yaml"
    rules.write_text("rules:\n  - {kind: statements, years: 1, decision: UN 2026/77}\n", "utf-8")
    with pytest.raises(SeveralErrors, match="bevaras alltid"):
        due(workspace)


def test_nothing_young_is_due(workspace: Workspace) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    assert [each.rule.kind for each in due(workspace, today=today) if each.things] == []
    assert retention_text(due(workspace, today=today)) == "Inget är för gammalt."


def test_rows_go_by_the_end_of_their_school_year(workspace: Workspace) -> None:
    """Pupils of 2024/25 are kept ten years from June 2025."""
    for day, is_due in ((datetime.date(2035, 6, 30), False), (datetime.date(2035, 7, 1), True)):
        found = next(each for each in due(workspace, today=day) if each.rule.kind == "pupil_rows")
        assert bool(found.things) == is_due


def test_old_keys_are_destroyed_when_decided(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "AGES", (16, 16))
    monkeypatch.setattr(rotation, "ADULTS", (16, 16))
    rotation.rotate(workspace)
    secret = KeyStore(workspace).key(1).hex().encode()
    apply_retention(workspace, due(workspace, today=LATER), actor="a")
    assert KeyStore(workspace).versions() == [2]
    assert not [p for p in workspace.root.rglob("*") if p.is_file() and secret in p.read_bytes()]


def test_the_newest_release_and_the_facts_are_kept(workspace: Workspace) -> None:
    """Later releases depend on what readers have seen already."""
    circle = workspace.work / "release" / "2026-ht" / "public"
    for age, name in ((2, "gammal"), (1, "ny")):
        (circle / name).mkdir(parents=True)
        (circle / name / "released.parquet").write_bytes(b"x")
        os.utime(circle / name, (1_500_000_000 - age, 1_500_000_000 - age))
        os.utime(circle / name / "released.parquet", (1_500_000_000, 1_500_000_000))
    facts = workspace.work / "facts" / "2026-ht" / "1" / "a.facts.jsonl"
    facts.parent.mkdir(parents=True)
    facts.write_text("{}\n", "utf-8")
    os.utime(facts, (1_500_000_000, 1_500_000_000))
    apply_retention(workspace, due(workspace, today=LATER), actor="a")
    assert sorted(path.name for path in circle.iterdir()) == ["ny"]
    assert facts.is_file()


def test_public_statistics_in_the_inbox_stay(workspace: Workspace) -> None:
    file = builtin_root() / "tests" / "data" / "skolverket" / "final_grades_9_unit_2024-25.csv"
    kept = write(workspace, "statistik.csv", file.read_bytes())
    import_paths([kept], workspace=workspace)
    apply_retention(workspace, due(workspace, today=LATER), actor="a")
    assert kept.is_file()


def test_a_database_in_use_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis_lib.privacy.deletion._WAIT", 0.05)
    path = workspace.data / "register.sqlite"
    with_deleted_rows(path, ["x"])
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        with pytest.raises(SkolbankError, match="database-busy"):
            apply_retention(workspace, due(workspace, today=LATER), actor="a")
    (protocol,) = (workspace.data / "protocols").glob("*.md")
    assert "fria sidor skrevs INTE över" in protocol.read_text("utf-8")


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([{"kind": "allt", "years": 1}], "params-invalid"),
        ([{"kind": "access_log", "years": -1}], "params-invalid"),
        ([{"kind": "access_log", "beslut": "x"}], "params-unknown-name"),
        ([{"kind": "access_log"}, {"kind": "access_log"}], "retention-repeated"),
        ([{"kind": "register_entries"}], "retention-entries"),
        ([{"kind": "register_entries", "entries": "intervju"}], "retention-entries"),
        ([{"kind": "register_entries", "entries": "disposal"}], "retention-entries"),
        ([{"kind": "access_log", "entries": "interview"}], "retention-entries"),
        ([{"kind": "register_entries", "entries": "interview"}] * 2, "retention-repeated"),
    ],
)
def test_wrong_rules_are_told_with_the_file(workspace: Workspace, rules: list[dict], code: str) -> None:
    (workspace.params / "retention.yaml").write_text(yaml.safe_dump({"rules": rules}), "utf-8")
    with pytest.raises((SkolbankError, SeveralErrors), match=r"params/retention\.yaml") as told:
        due(workspace)
    assert code in str(told.value)


def test_a_simple_table_is_gallrad_too(tmp_path: Path) -> None:
    """The rule is about what a table holds, whatever file it came from."""
    made = make_workspace(tmp_path)
    text = "\n".join(";".join(row) for row in simple_rows())
    import_paths([write(made, "betyg.csv", text)], workspace=made)
    found = {each.rule.kind: each for each in due(made, today=LATER)}
    assert found["pupil_rows"].rows == 9
    assert len(found["source_files"].things) == 1
