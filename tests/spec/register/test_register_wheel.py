"""M3: the årshjul of three calendars, its dates, its faults, its drawing and its calendar file."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from analysis_lib.cli import main
from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.present.calendar_file import calendar_file
from analysis_lib.register.rhythm import told, wheel_year
from analysis_lib.report.wheel_page import wheel_block
from analysis_lib.vocabulary.agenda import Handed, agenda
from analysis_lib.vocabulary.moment_words import read_when
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.wheel import Occasion, compute_occasions, load_wheel
from analysis_lib.vocabulary.working_days import add_months, day_off, next_working_day
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

BUILTIN = Workspace(builtin_root())
SETTINGS = 'municipality_code: "2081"\nmunicipality_name: Borlänge\nauthority_name: Borlänge kommun\n'


def occasions(year: int = 2026) -> list[Occasion]:
    return [one for calendar in load_wheel(BUILTIN) for one in compute_occasions(calendar, SchoolYear(year))]


def own_wheel(folder: Path, moments: str) -> Workspace:
    params = folder / "params"
    params.mkdir(parents=True)
    (params / "settings.yaml").write_text(SETTINGS, "utf-8")
    head = "calendars:\n  - id: skola\n    name: Skola\n    school_forms: [gr]\n    moments:\n"
    (params / "arshjul.yaml").write_text(head + moments, "utf-8")
    return Workspace.find(folder)


def test_M3_there_are_three_calendars_with_responsible_inputs_and_deciding_body() -> None:
    calendars = load_wheel(BUILTIN)
    assert [calendar.id for calendar in calendars] == ["forskola", "grundskola", "kompetenscenter"]
    moments = [moment for calendar in calendars for moment in calendar.moments]
    assert all(moment.responsible for moment in moments)
    assert sum(bool(moment.inputs) for moment in moments) == len(moments)
    assert {"Nämnden", "Rektor", "Arbetsutskottet"} <= {moment.decided_by for moment in moments}


@settings(deadline=None, max_examples=40)
@given(st.integers(2015, 2060))
def test_M3_no_moment_falls_on_a_day_off_in_any_year(year: int) -> None:
    for one in occasions(year):
        assert not day_off(one.due)
        assert not day_off(one.latest)
        assert one.start <= one.due <= one.latest
        assert (one.moved_from is None) == (one.moved == "")


def test_M3_relative_dates_follow_the_moment_they_name() -> None:
    found = {(one.calendar, one.moment.id): one for one in occasions()}
    analysis, talk = found["grundskola", "skolanalys-ht"], found["grundskola", "resultatsamtal-ht"]
    assert analysis.due == datetime.date(2026, 10, 13)  # the second Tuesday of October
    assert talk.moved_from == datetime.date(2026, 12, 13)  # two calendar months later: a Sunday
    assert talk.due == datetime.date(2026, 12, 14)
    assert "söndag" in talk.moved
    assert talk.latest == datetime.date(2026, 12, 28)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-12-31", 2, "2027-02-28"), ("2027-12-31", 2, "2028-02-29"), ("2026-03-09", 2, "2026-05-09")],
)
def test_M3_months_are_calendar_months(day: str, months: int, expected: str) -> None:
    parse = datetime.date.fromisoformat
    assert add_months(parse(day), months) == parse(expected)


def test_M3_the_day_after_a_long_holiday_is_found() -> None:
    assert next_working_day(datetime.date(2026, 12, 24)) == datetime.date(2026, 12, 28)
    assert day_off(datetime.date(2027, 5, 6)) == "Kristi himmelsfärdsdag"


@pytest.mark.parametrize(
    "words", ["31 april", "femte måndagen i maj", "i höst", "noll dagar efter x1", "20 maj–3 april", ""]
)
def test_M3_words_that_say_no_day_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_when(words)


def test_M3_unknown_moments_and_cycles_are_told_with_their_line(tmp_path: Path) -> None:
    moments = (
        "      - {id: plan, name: Plan, when: två veckor efter pan, responsible: Rektor}\n"
        "      - {id: aa, name: A, when: en månad efter bb, responsible: Rektor}\n"
        "      - {id: bb, name: B, when: en månad efter aa, responsible: Rektor}\n"
    )
    with pytest.raises(SeveralErrors) as caught:
        load_wheel(own_wheel(tmp_path, moments))
    words = str(caught.value)
    assert "params/arshjul.yaml, rad 6" in words
    assert "Menade du plan?" in words
    assert "aa → bb → aa" in words
    assert [error.code for error in caught.value.errors] == ["moment-unknown", "moment-cycle", "moment-cycle"]


def test_M3_words_that_are_not_understood_are_told_with_their_line(tmp_path: Path) -> None:
    place = own_wheel(tmp_path, "      - {id: plan, name: Plan, when: i höst, responsible: Rektor}\n")
    with pytest.raises(SeveralErrors, match=r"arshjul\.yaml, rad 6"):
        load_wheel(place)


def test_M3_what_is_late_due_and_next() -> None:
    handed = {
        ("grundskola", "verksamhetsplan"): Handed(7, 9, ("Heda skola", "Almskolan")),
        ("grundskola", "skolanalys-ht"): Handed(9, 9),
        ("grundskola", "resultatsamtal-ht"): Handed(2, 9),
    }
    listed = agenda(occasions(), datetime.date(2026, 12, 3), handed=handed)
    state = {(one.occasion.calendar, one.occasion.moment.id): one.state for one in listed}
    assert state["grundskola", "verksamhetsplan"] == "late"
    assert state["grundskola", "skolanalys-ht"] == "done"
    assert state["grundskola", "resultatsamtal-ht"] == "due"
    assert state["grundskola", "nulagesanalys"] == "passed"
    assert state["grundskola", "seminarium-2"] == "next"
    late = next(one for one in listed if one.state == "late")
    assert "7 av 9 inlämnade" in late.told


def test_M3_within_the_tolerance_nothing_is_late() -> None:
    handed = {("grundskola", "resultatsamtal-ht"): Handed(2, 9)}
    for day, expected in ((28, "due"), (29, "late")):
        listed = agenda(occasions(), datetime.date(2026, 12, day), handed=handed)
        (talk,) = [one for one in listed if one.occasion.moment.id == "resultatsamtal-ht"]
        assert talk.state == expected


def test_M3_outlook_reads_the_calendar_file_back() -> None:
    stamped = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
    listed = agenda(occasions(), datetime.date(2026, 11, 22))
    content = calendar_file(listed, name="Årshjul", domain="9901.skolbank", stamped=stamped)
    assert content.replace(b"\r\n", b"").count(b"\n") == 0
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    events = Calendar.from_ical(content).walk("VEVENT")
    assert len(events) == len(listed)
    assert len({str(event["UID"]) for event in events}) == len(listed)
    by_uid = {str(event["UID"]): event for event in events}
    period = by_uid["forskola.bruk-ht.2026@9901.skolbank"]
    assert period["DTSTART"].dt == datetime.date(2026, 10, 1)
    assert period["DTEND"].dt == datetime.date(2026, 10, 31)  # the day after the last
    assert "BRUK, höstens skattning" in period["SUMMARY"]
    again = calendar_file(listed, name="Årshjul", domain="9901.skolbank", stamped=stamped)
    assert again == content


def test_M3_the_drawing_has_alt_text_and_the_whole_list_beside_it() -> None:
    year = wheel_year(BUILTIN, today="2026-11-22")
    block = wheel_block(year)
    assert len(block.data["alt"]) <= 300
    assert "14\u00a0december\u00a02026 Resultatsamtal" in block.data["alt"]
    assert len(block.data["table"]["rows"]) == len(year.agenda)
    sizes = [
        layer["mark"]["fontSize"]
        for chart in block.data["charts"].values()
        for layer in chart["layer"]
        if layer["mark"]["type"] == "text"
    ]
    assert min(sizes) >= 12.5


def test_M3_the_command_tells_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = own_wheel(
        tmp_path / "w",
        "      - {id: plan, name: Plan, when: 15 september, responsible: Rektor}\n"
        "      - {id: samtal, name: Samtal, when: två månader efter plan, responsible: Skolchef}\n",
    )
    files = [tmp_path / name for name in ("w.svg", "w.html", "w.ics")]
    options = [part for path in files for part in (f"--{path.suffix[1:]}", str(path))]
    status = main(["wheel", "--workspace", str(place.root), "--today", "2026-09-10", *options])
    out = capsys.readouterr().out
    assert status == 0
    assert re.search(r"Nu:\n  Skola\. 15\s+september 2026: Plan", out.replace("\u00a0", " "))
    assert "flyttad från 15" in out  # 15 November 2026 is a Sunday
    assert 'aria-label="Årshjul med tolv månader' in files[0].read_text("utf-8")
    assert "Hela läsåret" in files[1].read_text("utf-8")
    assert len(Calendar.from_ical(files[2].read_bytes()).walk("VEVENT")) == 2
    assert not (place.data / "register").exists()


def test_M3_an_unknown_school_form_is_told() -> None:
    with pytest.raises(SkolbankError, match=r"gr \(grundskola\)"):
        wheel_year(BUILTIN, school_form="hög")
    assert told(wheel_year(BUILTIN, school_form="vux", today="2027-07-20")).endswith("är över.")
