"""The commands as people run them: export, import, back-up, restore, verify."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import openpyxl
import pytest
from command import ROOT, skolbank

from analysis_lib.cli import main
from analysis_lib.register import open_register
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.vocabulary.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A new workspace of a real municipality with two units."""
    folder = tmp_path / "borlange"
    assert main(["init", str(folder), "--municipality", "2081"]) == 0
    units = "units:\n  - {code: '99010014', name: Almviks skola, school_forms: [gr]}\n"
    units += "  - {code: '99010019', name: Bäckaskolan, school_forms: [gr]}\n"
    (folder / "params" / "units.yaml").write_text(units, "utf-8")
    return folder


def test_forms_go_out_and_come_back(place: Path) -> None:
    told = skolbank("register", "export", "a.xlsx", "--kind", "förbättringsområde", workspace=place)
    assert (told.status, told.out) == (0, "a.xlsx: antal blad 1, ifyllda rader 0.\n"), told.err
    book = openpyxl.load_workbook(place / "a.xlsx")
    sheet = book["Förbättringsområde"]
    header = [cell.value for cell in sheet[2]]
    filled = {
        "Enhet": "99010014 Almviks skola",
        "Läsår": "2026/27",
        "Område": "Läsning",
        "Problem": "Var fjärde elev i åk 3 läser inte med flyt.",
        "Underlag": "Nationella prov åk 3",
        "Mål": "Alla läser med flyt.",
        "Frist": "2027-06-11",
        "Ansvarig": "Rektor",
    }
    for title, value in filled.items():
        sheet.cell(4, header.index(title) + 1).value = value
    book.save(place / "a.xlsx")

    asked = skolbank("register", "import", "a.xlsx", workspace=place)
    assert asked.status == 1
    assert "Förbättringsområde, rad 4: Förbättringsområde ny" in asked.out
    assert "    Problem: Var fjärde elev i åk 3 läser inte med flyt." in asked.out
    assert "Inget har sparats" in asked.err
    assert skolbank("register", "verify", workspace=place).out == "Registret är helt: 0 rader.\n"

    saved = skolbank("register", "import", "a.xlsx", "--yes", "--role", "rektor", workspace=place)
    assert (saved.status, saved.out.splitlines()[-1]) == (0, "1 post sparad."), saved.err
    told = skolbank("register", "export", "b.xlsx", "--unit", "99010014", workspace=place)
    assert told.out.endswith("ifyllda rader 1.\n")
    again = skolbank("register", "import", "b.xlsx", "--yes", workspace=place)
    assert (again.status, again.out) == (
        0,
        "Rader som ändrar registret: 0. Rader som är som de var: 1.\n",
    )


def test_backup_restore_and_damage(place: Path, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.skolbank-register")
    told = skolbank("register", "backup", copy, workspace=place)
    assert (told.status, told.out) == (0, "copy.skolbank-register: 0 rader, kontrollerade.\n")
    assert skolbank("register", "restore", copy, workspace=place).status == 0
    (place / "data" / "register" / "register.sqlite").write_bytes(b"damaged" * 999)
    told = skolbank("register", "verify", workspace=place)
    assert told.status == 2
    assert told.err.startswith("Registret är skadat (databasfilen). Läs tillbaka den senaste säkerhetskopian")
    told = skolbank("register", "restore", copy, "--replace", workspace=place)
    assert told.status == 0
    assert "Det gamla registret ligger i data/register/skadat-" in told.out


def test_wrong_use_is_told_with_the_nearest_name(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    for words, remedy in (
        (["register", "exprt", "a.xlsx"], "Menade du export?"),
        (["register", "export", "a.xlsx", "--kind", "Åtgrd"], "Menade du Åtgärd?"),
        (["register", "export", "a.xlsx", "--unit", "99010015"], "Menade du 9901001"),
        (["register", "import", "saknas.xlsx"], "Filen finns inte"),
    ):
        assert main(words) == 2
        assert remedy in capsys.readouterr().err
    assert main(["register", "backup", "--help"]) == 0
    last = capsys.readouterr().out.rstrip()
    assert last.endswith("Example: skolbank register backup 2026-11-22.skolbank-register")


def test_an_address_that_is_no_database_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SKOLBANK_REGISTER_URL", "mysql://u:hemligt@server/x")
    assert main(["register", "verify", "--workspace", str(place)]) == 2
    told = capsys.readouterr().err
    assert "[register-url]" in told
    assert "hemligt" not in told


def test_the_guide_says_what_is_true(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command of docs/REGISTER.md has its words, and its Python runs as it stands."""
    guide = (ROOT / "docs" / "REGISTER.md").read_text("utf-8")
    commands = set(re.findall(r"skolbank register (\w+)", guide))
    assert commands == {"export", "import", "backup", "restore", "verify"}
    for command in commands:
        assert main(["register", command, "--help"]) == 0
        helped = capsys.readouterr().out
        for option in re.findall(rf"skolbank register {command} .*?(--[a-z]+)", guide):
            assert option in helped
    monkeypatch.setenv("SKOLBANK_WORKSPACE", str(place))
    register = open_register(Workspace.find())
    entry = Measure(what="Läsa mer", origin="staff", responsible="Rektor", deadline=datetime.date(2027, 5, 1))
    made = register.save(entry, author="u", role="rektor", unit="99010019", school_year="2026/27")
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.S)
    exec(compile(code, "REGISTER.md", "exec"), {})
    assert [record.role for record in register.history(made.thing)] == ["rektor", "rektor"]
    register.close()
