"""Personal numbers: read in every spelling or refused, and never stored but as keyed pseudonyms."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pupil_files import check_digit, make_workspace, personal_number

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.identities import FAULTS, read_identities, read_identity
from analysis_lib.snapshots.pseudonyms import KEY_FILE, Pseudonyms

NUMBER = personal_number(131)  # born in May 2009
END = 2025


def coordination(number: str) -> str:
    body = number[2:6] + str(int(number[6:8]) + 60) + number[8:11]
    return number[:2] + body + check_digit(body)


def born(year: int) -> str:
    return personal_number(131, birth_year=year)


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f"{NUMBER[:8]}-{NUMBER[8:]}",
        f"{NUMBER[2:8]}-{NUMBER[8:]}",
        f"{NUMBER[2:]}",
        f"{NUMBER[:8]}\u2013{NUMBER[8:]}",
        f"{NUMBER[:8]} {NUMBER[8:]}",
        f"\u00a0{NUMBER} ",
        f"{NUMBER}.0",
    ],
)
def test_every_spelling_gives_the_same_twelve_digits(text: str) -> None:
    found = read_identity(text, END)
    assert (found.number, found.fault) == (NUMBER, "")
    assert found.repaired == (text != NUMBER)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "identity-missing"),
        ("2,01E+11", "identity-truncated"),
        ("2.00905E+11", "identity-truncated"),
        (NUMBER[1:], "identity-length"),
        (NUMBER[3:], "identity-length"),
        (NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10), "identity-check-digit"),
        ("200913" + NUMBER[6:], "identity-date"),
        ("20090230" + NUMBER[8:], "identity-date"),
        (f"{NUMBER[2:8]}+{NUMBER[8:]}", "identity-age"),
        (born(1970), "identity-age"),
        (born(2030), "identity-age"),
        (born(1970)[2:], "identity-century"),
        ("20090512T123", "identity-unreadable"),
        ("Anna Andersson", "identity-unreadable"),
        ("20091301TF10", "identity-date"),
        ("19700101TF10", "identity-age"),
        ("\u0662" * 12, "identity-unreadable"),
    ],
)
def test_what_cannot_be_a_pupil_is_refused_with_its_reason(text: str, fault: str) -> None:
    found = read_identities(pd.Series([text]), END).iloc[0]
    assert found["fault"] == fault
    assert found["number"] == ""
    assert fault in FAULTS


def test_coordination_numbers_are_numbers() -> None:
    found = read_identity(coordination(NUMBER), END)
    assert found.fault == ""
    assert found.number == coordination(NUMBER)


def test_sex_comes_from_the_digit_and_from_tf_numbers() -> None:
    texts = pd.Series(
        [personal_number(1, girl=True), personal_number(1, girl=False), "20090512TF10", "20090512tf20"]
    )
    found = read_identities(texts, END)
    assert found["sex"].tolist() == ["F", "P", "P", "F"]
    assert found["kind"].tolist() == ["number", "number", "temporary", "temporary"]
    assert found["birth_year"].tolist() == [2009] * 4


days = st.dates(datetime.date(2005, 1, 1), datetime.date(2018, 12, 31))


@settings(deadline=None)
@given(day=days, serial=st.integers(0, 999))
def test_a_correct_number_is_read_and_any_other_check_digit_refused(day: datetime.date, serial: int) -> None:
    body = f"{day:%y%m%d}{serial:03d}"
    right = check_digit(body)
    texts = pd.Series([f"20{body}{digit}" for digit in range(10)])
    found = read_identities(texts, END)
    assert found.index[found["fault"] == ""].tolist() == [int(right)]
    assert read_identity(f"{body[:6]}-{body[6:]}{right}", END).number == f"20{body}{right}"


@given(st.lists(st.text(max_size=14), min_size=1, max_size=8))
def test_any_text_gives_a_number_or_a_fault(texts: list[str]) -> None:
    found = read_identities(pd.Series(texts, dtype="object"), END)
    assert ((found["number"] != "") ^ (found["fault"] != "")).all()


def test_a_pseudonym_is_a_keyed_hash_for_one_purpose(tmp_path: Path) -> None:
    maker = Pseudonyms.open(make_workspace(tmp_path))
    expected = hmac.new(maker.key, f"v1|grades|{NUMBER}".encode(), hashlib.sha256).hexdigest()[:32]
    assert maker.pseudonym(NUMBER) == expected
    assert maker.pseudonyms(pd.Series([NUMBER, NUMBER])).tolist() == [expected] * 2
    assert Pseudonyms(maker.key, "absence").pseudonym(NUMBER) != expected
    assert NUMBER not in repr(maker)
    assert maker.key.hex() not in repr(maker)


def test_the_key_is_made_once_for_its_owner_outside_data(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    first = Pseudonyms.open(workspace)
    assert Pseudonyms.open(workspace).key == first.key
    place = workspace.keys / KEY_FILE
    assert not place.is_relative_to(workspace.data)
    if os.name == "posix":
        assert place.stat().st_mode & 0o777 == 0o600
        assert place.parent.stat().st_mode & 0o777 == 0o700
    assert Pseudonyms.open(make_workspace(tmp_path / "other")).key != first.key


def test_the_key_can_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKOLBANK_KEYS", str(tmp_path / "safe"))
    Pseudonyms.open(make_workspace(tmp_path / "place"))
    assert (tmp_path / "safe" / KEY_FILE).is_file()
    assert not (tmp_path / "place" / ".keys").exists()


def test_a_dry_run_makes_no_key(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    Pseudonyms.open(workspace, create=False)
    assert not workspace.keys.exists()


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
@pytest.mark.parametrize("rights", [0o640, 0o604, 0o666])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, rights: int) -> None:
    workspace = make_workspace(tmp_path)
    Pseudonyms.open(workspace)
    (workspace.keys / KEY_FILE).chmod(rights)
    with pytest.raises(SkolbankError, match="key-readable-by-others"):
        Pseudonyms.open(workspace)


def test_a_damaged_key_is_never_replaced(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    Pseudonyms.open(workspace)
    place = workspace.keys / KEY_FILE
    place.write_text("abc", "ascii")
    with pytest.raises(SkolbankError, match="key-damaged"):
        Pseudonyms.open(workspace)
    assert place.read_text("ascii") == "abc"
