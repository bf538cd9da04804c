"""Surveys through their instruments: shapes, eras, turned questions, a sheet per unit (formats.md 8, R8)."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from pupil_files import make_workspace, write

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.importer import FileReport, import_paths
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.instruments import Instrument
from analysis_lib.vocabulary.periods import Term
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

TABLE = "core_survey__answers_by_unit"
INSTRUMENTS = Catalog(Workspace(builtin_root())).instruments
UNITS = ("99010011", "99010012")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, units=UNITS)


def take(workspace: Workspace, name: str, content: str | bytes) -> FileReport:
    return import_paths([write(workspace, name, content)], workspace=workspace).files[0]


def stored(workspace: Workspace) -> pd.DataFrame:
    return Store(workspace).query(f"SELECT * FROM {TABLE}")


def test_every_shipped_instrument_is_sound() -> None:
    assert set(INSTRUMENTS) == {
        "skolenkaten-2022",
        "skolenkaten-2018",
        "prio",
        "medarbetarenkat",
        "medborgarenkat",
        "vardnadshavare-forskola",
        "fritidshem",
    }
    for instrument in INSTRUMENTS.values():
        for question in instrument.questions:
            assert instrument.question(question.wordings[0]) is question
            for era in instrument.eras:
                steps = instrument.scale_of(question, era).steps
                weights = [step.weight for step in steps if step.weight is not None]
                assert weights == sorted(weights, reverse=True), "the most positive step comes first"


def test_an_instrument_with_an_unknown_scale_is_refused() -> None:
    broken = INSTRUMENTS["prio"].model_dump() | {"eras": [{"id": "1", "first": 2012, "scale": "saknas"}]}
    with pytest.raises(ValueError, match="skalan saknas finns inte"):
        Instrument.model_validate(broken)


@pytest.mark.parametrize(
    ("instrument", "term", "era"),
    [
        ("skolenkaten-2018", "VT18", "2015"),
        ("skolenkaten-2018", "HT18", "2018"),
        ("skolenkaten-2022", "VT22", "2022"),
        ("vardnadshavare-forskola", "HT09", "2007"),
        ("vardnadshavare-forskola", "VT15", "2015"),
    ],
)
def test_R8_the_era_belongs_to_the_term(instrument: str, term: str, era: str) -> None:
    found = INSTRUMENTS[instrument].era(Term.parse(term))
    assert found is not None
    assert found.id == era


def test_R8_a_negative_question_is_turned() -> None:
    instrument = INSTRUMENTS["skolenkaten-2022"]
    question = instrument.question("Känner du dig rädd för andra elever i skolan?")
    assert question is not None
    scale = instrument.scale_of(question, instrument.eras[0])
    assert scale.weight("aldrig", is_reversed=question.reversed) == 10
    assert scale.weight("alltid", is_reversed=question.reversed) == 0
    assert scale.is_positive("sallan", is_reversed=True)
    assert not scale.is_positive("ofta", is_reversed=True)


def goteborg(names: tuple[str, ...]) -> bytes:
    """The shape of 2009: one sheet per preschool, shares low, middle and high, and a mean."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for name in names:
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, "Förskoleenkät 2009, vårdnadshavare")
        header = [
            "Fråga",
            "Lågt (1-4)",
            "Mellan (5-7)",
            "Högt (8-10)",
            "Ingen åsikt",
            "Ej svar",
            "Medel",
            "Lägsta",
        ]
        sheet.write_row(2, 0, header)
        sheet.write_row(3, 0, ["Mitt barn trivs på förskolan", 4, 20, 70, 4, 2, 8.4, 2])
        sheet.write_row(4, 0, ["Mitt barn är tryggt i förskolan", 0, 10, 90, 0, 0, 9.1, 5])
    book.close()
    return stream.getvalue()


def test_F5_one_sheet_per_preschool_is_read_by_the_names_of_the_register(workspace: Workspace) -> None:
    report = take(workspace, "2009.xlsx", goteborg(("Skola 1", "Skola 2")))
    assert (report.format, report.stored) == ("survey.vardnadshavare-forskola", True)
    frame = stored(workspace)
    assert set(frame["unit_code"]) == set(UNITS)
    assert set(frame["era"]) == {"2007"}
    means = frame[frame["answer_step"] == "mean"].set_index(["unit_code", "question"])["mean"]
    assert means["99010011", "trygg"] == 9.1
    assert frame.loc[frame["answer_step"] == "hogt", "weight"].isna().all()


def test_a_sheet_of_an_unknown_preschool_is_refused(workspace: Workspace) -> None:
    report = take(workspace, "2009.xlsx", goteborg(("Förskolan Okänd",)))
    assert report.exit_status == 2
    assert not report.stored


PRIO = "PRIO\nSkolenhetskod;Termin;P1;P2\n99010011;VT25;{0};4\n99010011;VT25;5;4\n99010012;VT25;3;2\n"


def test_B6_an_unknown_code_refuses_its_row_with_the_allowed_answers(workspace: Workspace) -> None:
    report = take(workspace, "prio.csv", PRIO.format("8"))
    assert (report.rows_read, report.rows_accepted, report.rows_rejected) == (3, 2, 1)
    (message,) = [m for m in report.messages if m.code == "answer-unknown"]
    assert "Instämmer helt" in message.message
    assert message.row == 3


def test_a_unit_outside_the_register_is_refused_in_own_answers(workspace: Workspace) -> None:
    report = take(workspace, "prio.csv", PRIO.format("4").replace("99010012", "99999999"))
    assert report.rows_rejected == 1
    assert {m.code for m in report.messages} >= {"unit-unknown"}


def test_a_new_file_of_the_same_term_replaces_the_unit_and_no_other(workspace: Workspace) -> None:
    take(workspace, "prio.csv", PRIO.format("4"))
    take(workspace, "prio2.csv", "PRIO\nSkolenhetskod;Termin;P1\n99010011;VT25;1\n")
    frame = stored(workspace)
    assert frame[frame["unit_code"] == "99010011"]["answer_step"].tolist() == ["1"]
    assert len(frame[frame["unit_code"] == "99010012"]) == 2


def test_a_file_without_a_term_is_refused(workspace: Workspace) -> None:
    report = take(workspace, "prio.csv", "PRIO\nSkolenhetskod;P1;P2\n99010011;4;4\n")
    assert report.exit_status == 2
    assert "term-missing" in report.messages[0].message


def test_one_persons_answers_and_free_text_are_never_stored(workspace: Workspace) -> None:
    text = (
        "PRIO\nSkolenhetskod;Termin;E-post;P1;Vad vill du säga?\n99010011;VT25;a@b.se;4;Min chef heter Kim\n"
    )
    take(workspace, "prio.csv", text)
    everything = stored(workspace).to_csv()
    assert "Kim" not in everything
    assert "a@b.se" not in everything


def test_ambiguous_numbers_are_refused() -> None:
    from skolverket_forms import read_bytes

    rows = "Termin: VT25\nSkolenhetskod;Fråga;Instämmer helt;Instämmer inte alls\n"
    text = (
        rows
        + "99010031;Mitt barn trivs på förskolan;0,7;0,9\n99010032;Mitt barn trivs på förskolan;0,2;1,9\n"
    )
    with pytest.raises(SkolbankError, match="summerar"):
        read_bytes(text.encode())


def test_F6_the_citizens_survey_breaks_in_2021() -> None:
    instrument = INSTRUMENTS["medborgarenkat"]
    before, after = (instrument.era(Term.parse(term)) for term in ("HT20", "HT21"))
    assert before is not None
    assert after is not None
    assert (before.scale, after.scale) == ("tio", "bra")


def test_F7_the_staff_survey_counts_units_and_sexes(workspace: Workspace) -> None:
    rows = "".join(f"99010011;VT25;{sex};HME1;{answer}\n" for sex, answer in (("Kvinna", 5), ("Man", 3)))
    text = f"Medarbetarenkät\nSkolenhetskod;Termin;Kön;Fråga;Svar\n{rows}"
    assert take(workspace, "hme.csv", text).exit_status == 0
    frame = stored(workspace)
    assert frame.groupby("sex")["count"].sum().to_dict() == {"F": 1, "P": 1, "T": 2}


SPECS = Path(__file__).parents[1] / "spec" / "sources"


def test_a_row_that_stands_twice_is_read_once_and_contradictions_are_refused(tmp_path: Path) -> None:
    lines = (SPECS / "survey_guardians_shares" / "input.csv").read_text("utf-8-sig").splitlines()
    first = next(line for line in lines if line.startswith("99010031"))
    other = first.replace("62,2;26,7", "61,2;27,7")
    assert other != first
    for more, code, counts in (
        (first, "row-repeated", (4, 3, 0, 1)),
        (other, "row-contradicted", (4, 2, 2, 0)),
    ):
        workspace = make_workspace(tmp_path / code)
        text = "\n".join([*lines, more]) + "\n"
        (report,) = import_paths([write(workspace, "a.csv", text)], workspace=workspace).files
        assert code in {message.code for message in report.messages}
        assert (report.rows_read, report.rows_accepted, report.rows_rejected, report.rows_ignored) == counts
