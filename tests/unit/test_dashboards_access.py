"""Who may log in and see what: the list, the passwords, the rights, the sessions, the checked addresses."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.dashboards.access import ROLES, AccessList, Person, make_person, rights_of
from analysis_lib.dashboards.handlers import local_path
from analysis_lib.dashboards.pages import PAGES
from analysis_lib.dashboards.server import refuse_unsafe
from analysis_lib.dashboards.sessions import LIFE, TRIES, Sessions, Throttle
from analysis_lib.dashboards.table_file import safe
from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.settings import Group, Unit
from analysis_lib.vocabulary.workspace import Workspace

A, B, C = "99010001", "99010002", "99010031"
UNITS = {
    code: Unit.model_validate({"code": code, "name": code, "school_forms": forms})
    for code, forms in ((A, ["gr"]), (B, ["gr"]), (C, ["fsk"]))
}
GROUPS = {"forskola": Group(id="forskola", name="Förskola", school_forms=("fsk",))}


@pytest.fixture
def people(tmp_path: Path) -> AccessList:
    return AccessList(Workspace(tmp_path))


def test_a_password_is_kept_as_a_hash_in_a_file_for_its_owner_only(people: AccessList) -> None:
    assert people.add(Person(name="strategen", role="strateg"), "tio tecken eller mer")
    assert not people.add(Person(name="strategen", role="strateg"), "ett helt annat ord")
    assert stat.S_IMODE(people.path.stat().st_mode) == 0o600
    assert "annat" not in people.path.read_text("utf-8")
    assert people.check("strategen", "ett helt annat ord")
    for name, password in (("strategen", "tio tecken eller mer"), ("okänd", ""), ("strategen", "")):
        assert people.check(name, password) is None


def test_an_empty_password_lets_nobody_in(people: AccessList) -> None:
    people.add(Person(name="genom.proxy", role="strateg"), "")
    assert people.check("genom.proxy", "") is None


def test_a_list_that_others_can_read_lets_nobody_in(people: AccessList) -> None:
    people.add(Person(name="strategen", role="strateg"), "tio tecken eller mer")
    people.path.chmod(0o644)
    with pytest.raises(SkolbankError) as told:
        AccessList(Workspace(people.path.parents[2])).people()
    assert told.value.code == "access-open"


@pytest.mark.parametrize(
    "body", ["people: 3", "people: [{name: a}]", "x: [", "people: [{name: rek, role: kung}]"]
)
def test_a_broken_list_lets_nobody_in(people: AccessList, body: str) -> None:
    people.path.parent.mkdir(parents=True)
    people.path.write_text(body, "utf-8")
    people.path.chmod(0o600)
    with pytest.raises(SkolbankError) as told:
        people.people()
    assert told.value.code == "access-unreadable"


def test_short_passwords_and_unknown_places_are_refused(people: AccessList) -> None:
    with pytest.raises(SkolbankError) as told:
        people.add(Person(name="strategen", role="strateg"), "kort")
    assert told.value.code == "password-short"
    for role, unit, code in (
        ("rektor", "99999999", "scope-unknown"),
        ("kung", A, "role-unknown"),
        ("rektor", "", "person-invalid"),
    ):
        with pytest.raises(SkolbankError) as told:
            make_person("rek", role, unit=[unit] if unit else [], units=UNITS, groups=GROUPS)
        assert told.value.code == code


def test_a_personal_number_is_no_user_name() -> None:
    with pytest.raises(SkolbankError) as told:
        make_person("19800101-1234", "strateg", units=UNITS, groups=GROUPS)
    assert "1980" not in str(told.value)


@given(st.sampled_from(ROLES), st.sets(st.sampled_from([A, B, C, "99999999"]), min_size=1))
def test_nobody_sees_more_than_the_list_says(role: str, codes: set[str]) -> None:
    person = Person.model_validate({"name": "nn", "role": role, "units": sorted(codes)})
    rights = rights_of(person, UNITS, GROUPS)
    is_whole = role in ("strateg", "skolchef", "nämnd")
    assert rights.units == (set(UNITS) if is_whole else codes & set(UNITS))
    assert rights.may_see("") is is_whole
    for unit in ("99999999", "", A, B, C):
        for what in ("measure", "sign_off", "rating", "run", "payroll"):
            if rights.may_write(what, unit):
                assert rights.may_see(unit)
    assert not rights.may_write("payroll", A)
    assert not rights.may_open("okänd")


def test_a_ledningsgrupp_sees_the_units_of_its_school_forms() -> None:
    person = Person(name="forskola", role="ledningsgrupp", groups=("forskola",))
    rights = rights_of(person, UNITS, GROUPS)
    assert rights.units == {C}
    gone = Person(name="borta", role="ledningsgrupp", groups=("finns-inte",))
    assert not rights_of(gone, UNITS, GROUPS).units
    assert not rights_of(gone, UNITS, GROUPS).whole


def test_every_page_has_a_role_and_only_the_strateg_starts_rounds() -> None:
    all_rights = {
        role: rights_of(Person.model_validate({"name": "nn", "role": role, "units": [A]}), UNITS, GROUPS)
        for role in ROLES
    }
    for page in PAGES:
        assert any(rights.may_open(page) for rights in all_rights.values())
    assert [role for role, rights in all_rights.items() if rights.may_open("korningar")] == ["strateg"]
    assert not any(
        all_rights["nämnd"].may_write(what, A) for what in ("measure", "sign_off", "rating", "run")
    )


def test_a_session_ends_after_eight_hours_and_at_log_out() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    word, other = sessions.begin("rektor"), sessions.begin("rektor")
    assert word != other
    sessions.end(other)
    assert sessions.find(other) is None
    now[0] = LIFE - 1
    assert sessions.find(word)
    now[0] = LIFE
    assert sessions.find(word) is None


def test_five_tries_a_minute_for_each_name() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    assert [throttle.wait("en") for _ in range(TRIES)] == [0] * TRIES
    assert throttle.wait("en") > 0
    assert throttle.wait("annan") == 0
    now[0] = 61
    assert throttle.wait("en") == 0


@given(st.text(max_size=30))
def test_after_logging_in_nobody_is_sent_elsewhere(asked: str) -> None:
    went = local_path(asked)
    assert went.startswith("/")
    assert not went.startswith(("//", "/\\"))
    assert "\n" not in went


@pytest.mark.parametrize(
    "asked",
    [
        "//annan.se",
        "https://annan.se",
        "/\\annan.se",
        "\\\\annan.se",
        "javascript:alert(1)",
        "/a\r\nX: 1",
        "",
    ],
)
def test_other_places_become_the_start_page(asked: str) -> None:
    assert local_path(asked) == "/"


@given(st.text(min_size=1, max_size=12))
def test_a_cell_never_runs_in_a_spreadsheet(words: str) -> None:
    cell = safe(words)
    assert not cell.startswith(("=", "@", "\t", "\r"))
    if cell.startswith(("+", "-")):
        assert cell[1:].replace("\N{NO-BREAK SPACE}", "").replace(",", "").isdecimal()


def test_a_network_address_and_a_header_without_a_socket_are_refused(tmp_path: Path) -> None:
    for host, socket, header, code in (
        ("0.0.0.0", None, "", "host-unsafe"),
        ("127.0.0.1", None, "X-User", "header-unsafe"),
    ):
        with pytest.raises(SkolbankError) as told:
            refuse_unsafe(host, socket, header)
        assert told.value.code == code
    refuse_unsafe("127.0.0.1", tmp_path / "s", "X-User")
