"""Two viewers, canaries and hand-made requests: nobody sees or writes what is not theirs."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from dashboard_world import CANARY, MINE, PASSWORD, PEOPLE, THEIRS, World, make_world, served, xsrf

from analysis_lib.dashboards.access import AccessList
from analysis_lib.snapshots.access_log import AccessLog

PAGES = [
    "lage",
    "arskullar",
    "betyg",
    "roster",
    "atgarder",
    "jamfor",
    "arshjul",
    "sjalvskattning",
    "korningar",
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(make_world(tmp_path_factory.mktemp("attacks"))) as running:
        yield running


@pytest.fixture
def rektor(world: World) -> Iterator[httpx.Client]:
    with world.log_in("rektor.min") as client:
        yield client


def logged(world: World) -> list[tuple[str, str]]:
    return [(line["actor"], line["action"]) for line in AccessLog(world.workspace).lines()]


def refused(world: World, page: str) -> list[str]:
    """What of a page the log says that the rektor was refused.

    Only of this page: what an earlier test gave up waiting for may still be answered, and logged, meanwhile.
    """
    lines = AccessLog(world.workspace).lines()
    mine = (line for line in lines if line["actor"] == "rektor.min" and line["action"] == "dashboard-refused")
    return [line["scope"] for line in mine if line["scope"].split()[0] == page]


@pytest.mark.parametrize(
    "path", ["/", *(f"/{page}" for page in PAGES), "/finns-inte", "/fast/skolbank-0.css"]
)
def test_nothing_is_shown_without_logging_in(world: World, path: str) -> None:
    with world.visitor() as client:
        answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/logga-in?next=")
    assert answer.text == ""


def test_the_bundle_needs_a_log_in(world: World, rektor: httpx.Client) -> None:
    from analysis_lib.dashboards.shell import bundle

    for address, content, _ in bundle().values():
        assert rektor.get(address).content == content
        with world.visitor() as client:
            assert client.get(address).status_code == 303


@pytest.mark.parametrize("page", PAGES)
def test_another_units_page_and_table_are_refused_and_logged(
    world: World, rektor: httpx.Client, page: str
) -> None:
    before = len(refused(world, page))
    for path in (
        f"/{page}?unit={THEIRS}",
        f"/{page}/tabell/matt.csv?unit={THEIRS}",
        f"/{page}?unit=99999999",
    ):
        answer = rektor.get(path)
        assert answer.status_code == 403
        assert "Björkskolan" not in answer.text
    assert refused(world, page)[before:] in ([f"{page} annan enhet"] * 3, [page] * 3)


def test_no_own_page_or_table_holds_the_neighbours_figures_or_words(rektor: httpx.Client) -> None:
    seen = 0
    for page in PAGES[:-1]:
        answer = rektor.get(f"/{page}")
        if answer.status_code == 200:
            seen += 1
            assert CANARY not in answer.text
            assert "Björkskolan" not in answer.text
            assert THEIRS not in answer.text
    assert seen == 7
    assert "Björkskolan" not in rektor.get("/lage/tabell/matt.csv").text


@pytest.mark.parametrize("path", ["/", "/lage", "/lage/tabell/matt.csv"])
def test_no_page_or_table_is_kept_by_a_browser(rektor: httpx.Client, path: str) -> None:
    assert rektor.get(path, follow_redirects=True).headers["Cache-Control"] == "no-store"


def test_views_and_exports_are_logged(world: World, rektor: httpx.Client) -> None:
    rektor.get("/lage")
    assert rektor.get("/lage/tabell/matt.csv").status_code == 200
    assert ("rektor.min", "dashboard-view") in logged(world)
    assert ("rektor.min", "dashboard-export") in logged(world)
    assert AccessLog(world.workspace).verify() == []


@pytest.mark.parametrize("name", ["rektor.min", "laget", "namnden"])
def test_only_the_strateg_starts_a_round(world: World, name: str) -> None:
    with world.log_in(name) as client:
        word = xsrf(client.get("/arshjul").text)
        assert client.get("/korningar").status_code == 403
        assert client.post("/korningar", data={"_xsrf": word, "seminar": "2026-prov"}).status_code == 403


def test_a_changed_or_made_up_cookie_is_worth_nothing(world: World, rektor: httpx.Client) -> None:
    real = rektor.cookies["skolbank_session"]
    for false in (real[:-2] + "00", real.replace("|", "", 1), "strategen", "2|1:0|10:1|1:a|4:eA==|0", ""):
        with world.visitor() as client:
            assert client.get("/lage", headers={"Cookie": f"skolbank_session={false}"}).status_code == 303


def test_a_session_from_before_the_log_in_is_not_gone_on_with(world: World) -> None:
    with world.log_in("rektor.min") as client:
        before = client.cookies["skolbank_session"]
        word = xsrf(client.get("/lage").text)
        given = {"_xsrf": word, "name": "rektor.min", "password": PASSWORD}
        assert client.post("/logga-in", data=given).status_code == 303
        assert client.cookies["skolbank_session"] != before
    with world.visitor() as client:
        assert client.get("/lage", headers={"Cookie": f"skolbank_session={before}"}).status_code == 303


def test_the_cookie_is_kept_from_scripts_and_other_sites(world: World) -> None:
    with world.visitor() as client:
        given = {"_xsrf": xsrf(client.get("/logga-in").text), "name": "laget", "password": PASSWORD}
        set_cookie = client.post("/logga-in", data=given).headers["set-cookie"]
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie


def test_log_out_ends_the_session_on_the_server(world: World) -> None:
    with world.log_in("rektor.min") as client:
        kept = client.cookies["skolbank_session"]
        word = xsrf(client.get("/lage").text)
        assert client.post("/logga-ut", data={"_xsrf": word}).status_code == 303
    with world.visitor() as client:
        assert client.get("/lage", headers={"Cookie": f"skolbank_session={kept}"}).status_code == 303


def test_one_taken_off_the_list_is_out_at_the_next_click(world: World) -> None:
    people = AccessList(world.workspace)
    person = people.people()["laget"]
    with world.log_in("laget") as client:
        assert client.get("/arshjul").status_code == 200
        people.remove("laget")
        assert client.get("/arshjul").status_code == 303
    people.add(person, PASSWORD)


@pytest.mark.parametrize("target", ["//annan.se/", "https://annan.se/", "/\\annan.se", "%2F%2Fannan.se"])
def test_log_in_sends_nobody_to_another_site(world: World, target: str) -> None:
    with world.visitor() as client:
        page = client.get("/logga-in", params={"next": target}).text
        given = {"_xsrf": xsrf(page), "name": "namnden", "password": PASSWORD, "next": target}
        assert client.post("/logga-in", data=given).headers["location"] == "/"


def test_another_host_name_is_refused(world: World) -> None:
    for host in ("annan.se", "127.0.0.1", "127.0.0.1:1", ""):
        with world.visitor() as client:
            assert client.get("/logga-in", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("header", ["X-Scope", "X-User", "Remote-User", "X-Forwarded-User"])
def test_a_header_that_anybody_can_send_means_nothing(
    world: World, rektor: httpx.Client, header: str
) -> None:
    with world.visitor() as client:
        assert client.get("/lage", headers={header: "strategen"}).status_code == 303
    assert rektor.get(f"/lage?unit={THEIRS}", headers={header: THEIRS}).status_code == 403


def test_two_hundred_wrong_passwords_lock_one_name_and_nobody_else(world: World) -> None:
    with world.visitor() as client:
        word = xsrf(client.get("/logga-in").text)
        began = time.monotonic()
        said = [
            client.post("/logga-in", data={"_xsrf": word, "name": "rektor.grannen", "password": f"fel {at}"})
            for at in range(200)
        ]
        right = client.post("/logga-in", data={"_xsrf": word, "name": "rektor.grannen", "password": PASSWORD})
    codes = [answer.status_code for answer in said]
    assert time.monotonic() - began < 50
    assert codes[:5] == [403] * 5
    assert set(codes[5:]) == {429}
    assert right.status_code == 429
    with world.log_in("rektor.min") as other:
        assert other.get("/lage").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/fast/../../params/access/users.yaml",
        "/fast/..%2f..%2fparams%2faccess%2fusers.yaml",
        "/fast/%2e%2e/%2e%2e/etc/passwd",
        "/lage/tabell/..%2f..%2fetc%2fpasswd.csv",
        "/lage%00",
        "/params/access/users.yaml",
        "/voila/files/x.png",
        "/api/kernels",
        "/api/contents",
    ],
)
def test_no_path_leads_to_a_file(world: World, rektor: httpx.Client, path: str) -> None:
    split = urlsplit(world.address)
    connection = http.client.HTTPConnection(split.hostname or "", split.port, timeout=10)
    cookies = "; ".join(f"{name}={value}" for name, value in rektor.cookies.items())
    connection.request("GET", path, headers={"Cookie": cookies})
    answer = connection.getresponse()
    body = answer.read().decode("utf-8", "replace")
    assert answer.status in (400, 404)
    assert "scrypt" not in body
    assert "root:" not in body


@pytest.mark.parametrize("name", ["unit", "school_year", "indicator", "group", "okand", "told", "thing"])
def test_what_stands_in_the_address_never_becomes_script(rektor: httpx.Client, name: str) -> None:
    hostile = "\"><script>alert(1)</script>'{{7*7}}"
    for page in ("lage", "atgarder"):
        answer = rektor.get(f"/{page}", params={name: hostile})
        assert "<script>alert" not in answer.text
        assert "49" not in answer.text.partition("<main")[2][:400]
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_what_is_written_never_becomes_script(rektor: httpx.Client) -> None:
    given = {
        "_xsrf": xsrf(rektor.get("/atgarder").text),
        "unit": MINE,
        "what": "<script>alert(1)</script><img src=x onerror=alert(2)>",
        "origin": "staff",
        "responsible": "Rektor",
        "deadline": "2027-03-01",
    }
    assert rektor.post("/atgarder", data=given).status_code == 303
    page = rektor.get("/atgarder").text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "path", ["/logga-in", "/logga-ut", "/atgarder", "/atgarder/angra", "/sjalvskattning"]
)
def test_a_form_without_its_word_is_refused(rektor: httpx.Client, path: str) -> None:
    assert rektor.post(path, data={"unit": MINE, "what": "Utan ord"}).status_code == 403
    assert rektor.post(path, data={"unit": MINE, "_xsrf": "påhittat"}).status_code == 403


def test_the_neighbours_entries_can_be_neither_changed_nor_undone(world: World, rektor: httpx.Client) -> None:
    with world.log_in("strategen") as strateg:
        page = strateg.get("/atgarder", params={"unit": THEIRS}).text
    assert CANARY in page
    thing = page.partition('name="thing" value="')[2].partition('"')[0]
    seen = page.partition('name="expected" value="')[2].partition('"')[0]
    word = xsrf(rektor.get("/atgarder").text)
    for unit in (MINE, THEIRS):
        given = {"_xsrf": word, "unit": unit, "thing": thing, "expected": seen, "what": "Kapad"}
        assert rektor.post("/atgarder", data=given).status_code == 403
        assert rektor.post("/atgarder/angra", data=given).status_code == 403
    assert rektor.get("/atgarder", params={"thing": thing}).status_code == 403
    given = {"_xsrf": word, "unit": THEIRS, "instrument": "skolans-rutiner", "level.trygghet.raster": "3"}
    assert rektor.post("/sjalvskattning", data=given).status_code == 403
    given = {"_xsrf": word, "unit": MINE, "step": "board", "on": "2026-11-20"}
    assert rektor.post("/arshjul", data=given).status_code == 403


def test_the_board_writes_nothing(world: World) -> None:
    with world.log_in("namnden") as client:
        page = client.get("/atgarder", params={"unit": MINE}).text
        assert 'action="/atgarder"' not in page.partition("<main")[2].replace(
            'method="get" action="/atgarder"', ""
        )
        given = {"_xsrf": xsrf(page), "unit": MINE, "what": "Nämndens egen"}
        assert client.post("/atgarder", data=given).status_code == 403


def test_too_much_at_once_is_refused_and_the_server_lives_on(world: World, rektor: httpx.Client) -> None:
    word = xsrf(rektor.get("/atgarder").text)
    try:
        answer = rektor.post("/atgarder", data={"_xsrf": word, "what": "x" * 2_000_000})
        assert answer.status_code in (400, 413)
    except httpx.TransportError:
        pass  # the server hung up, which is an answer too
    split = urlsplit(world.address)
    slow = [socket.create_connection((split.hostname, split.port)) for _ in range(50)]
    for each in slow:
        each.sendall(b"GET /logga-in HTTP/1.1\r\nHost: ")
    with world.log_in("rektor.min") as other:
        assert other.get("/lage").status_code == 200
    for each in slow:
        each.close()


def test_errors_tell_nothing_of_the_inside(rektor: httpx.Client) -> None:
    for path in ("/finns-inte", "/lage?school_year=2020/21", f"/lage?unit={THEIRS}", "/lage?unit=a&unit=b"):
        text = rektor.get(path).text
        assert '<html lang="sv">' in text
        for word in ("Traceback", "tornado", "/site-packages", CANARY):
            assert word not in text


def test_the_proxys_header_is_believed_on_its_socket_only(world: World, tmp_path: Path) -> None:
    place = tmp_path / "s"
    words = ("--socket", str(place), "--trust-header", "X-Inloggad", "--name", "skola.example.se")
    with served(world.workspace, *words) as behind:
        transport = httpx.HTTPTransport(uds=str(place))
        with httpx.Client(transport=transport, base_url="http://skola.example.se") as client:
            assert client.get("/lage").status_code == 403
            mine = {"X-Inloggad": "rektor.min"}
            assert client.get("/lage", headers=mine).status_code == 200
            assert client.get(f"/lage?unit={THEIRS}", headers=mine).status_code == 403
            twice = [("X-Inloggad", "rektor.min"), ("X-Inloggad", "strategen")]
            assert client.get("/lage", headers=twice).status_code == 403
            assert client.get("/lage", headers={"X-Inloggad": "okänd".encode()}).status_code == 403
        assert behind.address.startswith("unix:")


def test_no_password_or_secret_is_in_the_log(world: World) -> None:
    text = json.dumps(list(AccessLog(world.workspace).lines()), ensure_ascii=False)
    assert PASSWORD not in text
    assert CANARY not in text
    assert set(PEOPLE) & {actor for actor, _ in logged(world)}
