"""What the register says in the reports, row by row of the seed texts, and what stays inside."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from register_world import NEXT, OTHER, PRESCHOOL, SCHOOL

from analysis_lib.errors import SkolbankError
from analysis_lib.present.blocks import Block
from analysis_lib.register.kinds.development import LeadTeacher
from analysis_lib.register.kinds.inspection import InspectionCase
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.kinds.visits import BoardQuestion, Visit, VisitNote
from analysis_lib.register.kinds.voices import Interview, ThemeNote
from analysis_lib.report.words.reading import DRAWINGS, drawn

THIRD = "99010013"  # the school whose one measure never got a result


def said(blocks: list[Block]) -> str:
    """Every text of the blocks."""
    return json.dumps([dict(block.data) for block in blocks], ensure_ascii=False)


def lines(block: Block) -> list[list[str]]:
    """The rows of a table as texts."""
    return [[cell["text"] for cell in row["cells"].values()] for row in block.data["rows"]]


@pytest.mark.parametrize("audience", ["internal", "board", "public"])
@pytest.mark.parametrize("unit", [SCHOOL, PRESCHOOL, None])
def test_every_drawing_is_whole_for_every_circle_or_silent(
    tell: Any, audience: str, unit: str | None
) -> None:
    told = tell(unit, audience, question_set="analysseminarium-1")
    for block in [block for name in DRAWINGS for block in drawn(told, name)]:
        assert block.kind in ("table", "answers", "cards", "paragraph", "figure", "questions", "gap")
        if block.kind == "table":
            keys = {column["key"] for column in block.data["columns"]}
            assert block.data["rows"]
            assert all(set(row["cells"]) <= keys for row in block.data["rows"])
            assert block.data["caption"]


def test_an_empty_register_draws_nothing_empty(tell_empty: Any) -> None:
    for unit in (SCHOOL, None):
        told = tell_empty(unit, question_set="analysseminarium-1")
        for block in [block for name in DRAWINGS for block in drawn(told, name)]:
            assert (
                block.data.get("rows")
                or block.data.get("items")
                or block.data.get("text")
                or block.kind
                in (
                    "figure",
                    "gap",
                )
            )


def test_an_unknown_drawing_is_answered_with_the_nearest_name(tell: Any) -> None:
    with pytest.raises(SkolbankError, match="Menade du followed"):
        drawn(tell(), "folowed")


@pytest.mark.parametrize("name", ["proposals", "peer_feedback", "prio_time", "lead_teachers", "voices"])
def test_what_is_said_inside_never_reaches_the_public(tell: Any, name: str) -> None:
    assert drawn(tell(SCHOOL), name) or drawn(tell(None), name)
    assert not drawn(tell(SCHOOL, "public"), name)
    assert not drawn(tell(None, "public"), name)


def test_M9_areas_and_units_stand_in_a_matrix_with_its_empty_places(tell: Any) -> None:
    told = tell(None)
    [table] = drawn(told, "area_coverage")
    heads = [column["label"] for column in table.data["columns"]]
    assert heads[0] == "Enhet"
    assert len(table.data["rows"]) == len(told.own_units)
    running = [
        one
        for one in told.every(LeadTeacher)
        if one.entry.starts <= told.in_year <= one.entry.ends and one.entry.area
    ]
    shown = [cell for line in lines(table) for cell in line[1:]]
    told_of = sum(
        int(cell.split(", ")[-1].split("\N{NO-BREAK SPACE}")[0]) for cell in shown if "uppdrag" in cell
    )
    assert told_of == len(running) > 0
    assert "–" in shown
    assert not any("uppdrag" in said([block]) for block in drawn(tell(None, "public"), "area_coverage"))


def test_G8_every_measure_of_the_year_is_listed_and_a_blank_one_makes_it_incomplete(tell: Any) -> None:
    for unit in (SCHOOL, THIRD):
        told = tell(unit)
        [table] = drawn(told, "followed")
        mine = [m for m in told.every(Measure) if m.unit == unit and m.school_year == told.school_year]
        assert sorted(row[0] for row in lines(table)) == sorted(m.entry.what for m in mine)
        has_blank = any("Underlag saknas" in row or "Saknas" in row for row in lines(table))
        assert has_blank == ("ofullständigt" in table.data["foot"]) == (unit == THIRD)


def test_S1_the_nulagesanalys_has_its_ten_steps_in_order_and_names_the_empty_ones(tell: Any) -> None:
    state, steps = drawn(tell(), "steps")
    assert state.data["text"] == "Sex av tio steg är inte besvarade."
    items = steps.data["items"]
    assert [item["question"].split(":")[0] for item in items] == [
        "Samla ihop",
        "Fokusera",
        "Beskriv avvikelsen",
        "Granska statistiken",
        "Föreslå orsaker",
        "Addera annan information",
        "Sök mönster",
        "Dra slutsatser",
        "Föreslå åtgärder",
        "Dokumentera",
    ]
    assert [item["missing"] for item in items] == [
        False,
        True,
        False,
        True,
        False,
        True,
        True,
        False,
        True,
        True,
    ]


def test_S5_S6_the_skolanalys_answers_every_question_of_its_set_and_names_the_unanswered(tell: Any) -> None:
    whole, answered = drawn(tell(SCHOOL), "school_answers")
    assert "Obesvarat" not in whole.data["text"]
    sections = list(dict.fromkeys(item["note"] for item in answered.data["items"]))
    assert sections == ["Resultat", "Vad beror det på?", "Insatser", "Förväntad effekt"]
    short, answered = drawn(tell(OTHER), "school_answers")
    assert "Finns det en första förklaring som bör ifrågasättas?" in short.data["text"]
    assert sum(item["missing"] for item in answered.data["items"]) == 1


def test_S7_a_talk_two_months_after_the_analysis_and_what_was_promised(tell: Any) -> None:
    [talks] = drawn(tell(), "result_talks")
    assert [row[0] for row in lines(talks)] == ["2025-10-14", "2026-03-10", "2026-10-13"]
    assert lines(talks)[0][1].startswith("2025-12-15")
    [promises] = drawn(tell(), "promises")
    assert {row[3] for row in lines(promises)} == {"Infriat", "Öppet"}


def test_M1_each_part_of_the_quality_work_is_documented_or_said_to_be_missing(tell: Any) -> None:
    [matrix] = drawn(tell(None), "coverage")
    assert [column["label"] for column in matrix.data["columns"]][2:] == [
        "Planera",
        "Följa upp",
        "Analysera orsaker",
        "Utveckla",
        "Dokumentera",
    ]
    rows = {row[0]: row[2:] for row in lines(matrix)}
    assert rows["Strandskolan"] == ["Dokumenterat"] * 5
    assert set(rows) >= {"Almviks kommun", "Bergaskolan", "Förskolan Blåsippan"}
    missing = sum(cell == "Saknas" for row in rows.values() for cell in row)
    assert missing == sum(cell == "Saknas" for row in lines(matrix) for cell in row) > 0
    assert "saknar dokumentation" in matrix.data["foot"]


def test_M7_S9_the_missing_analysis_is_named_and_the_old_plan_is_answered_for(tell: Any) -> None:
    [matrix] = drawn(tell(None, "public"), "publications")
    assert matrix.data["foot"] == "VA1 2024/25 saknas."
    [answer] = drawn(tell(None, "public"), "residents")
    assert answer.data["items"][0]["question"] == "Gäller Barn- och utbildningsplanen?"
    assert "I stället gäller Nämndens genomförandeplan" in answer.data["items"][0]["text"]


def test_G12_the_handbook_log_has_every_version_and_the_rounds_of_comments(tell: Any) -> None:
    versions, rounds = drawn(tell(None), "handbooks")
    assert [row[0] for row in lines(versions)][-3:] == [
        "Rektors resultat- och kvalitetsrapport 1.0",
        "Rektors resultat- och kvalitetsrapport 2.0",
        "Rektors resultat- och kvalitetsrapport 2.1",
    ]
    assert [row[-1] for row in lines(versions)] == ["Gäller", "–", "–", "Gäller"]
    assert [row[2] for row in lines(rounds)] == ["Nytt avsnitt om trygghet och studiero.", "Väntar på svar"]
    assert len(drawn(tell(None, "public"), "handbooks")) == 1


def test_G13_the_staff_page_goes_from_class_to_namnd_and_back(tell: Any) -> None:
    table, words = drawn(tell(), "structure")
    assert [row[0] for row in lines(table)][0::4] == ["Klassen och läraren", "Nämnden"]
    assert "kommer tillbaka samma väg" in words.data["text"]


def test_F12_the_way_of_the_report_has_a_date_for_each_step_and_names_who_waits(tell: Any) -> None:
    [mine] = drawn(tell(SCHOOL), "status_chain")
    assert lines(mine) == [["Strandskolan", "2026-05-27", "2026-06-15", "2026-06-24", "Väntar"]]
    [all_units] = drawn(tell(None), "status_chain")
    assert len(lines(all_units)) > 10
    assert "väntar på att nämnden ska behandla" in all_units.data["foot"]


def test_F17_a_deficiency_without_a_result_is_never_shown_as_closed(tell: Any) -> None:
    [table] = drawn(tell(None), "deficiencies")
    for row in lines(table):
        assert (row[5] == "Avslutad") == (row[4] != "Resultat saknas")
    assert {row[5] for row in lines(table)} == {"Avslutad", "Försenad"}


def test_B11_bruk_compares_a_unit_with_itself_only(tell: Any) -> None:
    [table] = drawn(tell(PRESCHOOL), "rated")
    heads = [column["label"] for column in table.data["columns"]]
    assert heads == ["Del", "Arbetslag", "Hösten 2025", "Våren 2026", "Hösten 2026", "Förändring"]
    assert "Blå" not in said(drawn(tell(PRESCHOOL, "public"), "rated"))
    assert all(unit.name not in said([table]) for unit in tell().units.values())


def test_B4_each_need_names_its_units_and_what_the_plan_leaves_out(tell: Any) -> None:
    figure, table, *_ = drawn(tell(None), "needs")
    assert figure.kind == "figure"
    states = {row[3] for row in lines(table)}
    assert states <= {"Med i planen", "Utanför planen"}
    assert "Med i planen" in states
    assert all(row[1] for row in lines(table))


def test_B5_B8_B9_prio_shows_profile_proposals_and_what_became_of_them(tell: Any) -> None:
    [profile] = drawn(tell(), "prio_profile")
    assert "Ledningen" in [column["label"] for column in profile.data["columns"]]
    [proposals] = drawn(tell(), "proposals")
    votes = [int(row[3]) for row in lines(proposals)]
    assert votes == sorted(votes, reverse=True)
    [chosen] = drawn(tell(), "chosen_areas")
    assert len(lines(chosen)) == 1
    [areas] = drawn(tell(), "areas")
    assert lines(areas)[-1][-1] == "Valt förslag: ansvarig och frist saknas"
    assert lines(areas)[-1][1:3] == lines(chosen)[0][1:3]
    assert "Valt förslag" not in said(drawn(tell(SCHOOL, "board"), "areas"))
    [phases] = drawn(tell(None), "prio_phases")
    assert {row[1] for row in lines(phases)} == {"Klar", "Pågår", "Inte påbörjad"}
    assert not any(row[-1].endswith("försenad") for row in lines(phases))
    [later] = drawn(tell(None, today=datetime.date(2029, 1, 8)), "prio_phases")
    assert sum(row[-1].endswith(", försenad") for row in lines(later)) == 4


def test_B3_an_area_with_work_left_follows_with_into_the_next_years_report(tell: Any) -> None:
    years = [row[0].rpartition("(")[2] for row in lines(drawn(tell(THIRD, school_year=NEXT), "areas")[0])]
    assert years == ["2025/26)", "2026/27)"]
    [huvudman] = drawn(tell(None, school_year=NEXT), "areas")
    assert {row[1].rpartition("(")[2] for row in lines(huvudman)} == {"2026/27)"}


def test_S3_S4_a_question_in_a_note_is_shown_until_it_is_put_to_a_meeting(blank: Any) -> None:
    made, tell = blank
    when = datetime.date(2026, 10, 7)
    visit = made.put(Visit(mandate="2023–2026", planned_on=when, held_on=when), on="2026-10-07")
    note = VisitNote(
        visit=visit.thing,
        dated=when,
        themes=("Studiero",),
        observations="Lugnt på förmiddagen.",
        questions=("Räcker lokalerna?",),
    )
    made.put(note, on="2026-10-08")
    [own] = drawn(tell(), "visit_questions")
    [board] = drawn(tell(None, school_year=NEXT), "board_questions")
    assert [item["question"] for item in own.data["items"]] == ["Räcker lokalerna?"]
    assert board.data["items"][0]["note"] == "Ur minnesanteckningen"
    meeting = datetime.date(2026, 11, 19)
    made.put(BoardQuestion(visit=visit.thing, meeting=meeting, question="Räcker lokalerna?"))
    assert len(drawn(tell(None, school_year=NEXT), "board_questions")[0].data["items"]) == 1
    assert len(drawn(tell(), "visit_questions")[0].data["items"]) == 1


def test_F14_a_form_of_tillsyn_has_its_name_of_then_and_of_today(blank: Any) -> None:
    made, tell = blank
    given: dict[str, Any] = {"decided_on": "2023-03-01", "decision": "order", "diary_number": "SI 2023:1"}
    made.put(InspectionCase.model_validate({**given, "form": "regular", "due": "2023-09-01"}))
    [table] = drawn(tell(), "late_cases")
    assert lines(table)[0][1] == "Regelbunden tillsyn (numera planerad tillsyn)"


def test_F3_a_code_outside_the_book_is_named_where_themes_are_counted(blank: Any) -> None:
    made, tell = blank
    when = datetime.date(2025, 10, 7)
    talk = made.put(Interview(form="interview", role="pupil", held_on=when, codebook="undervisning"))
    for code in ("studiero", "skolmaten"):
        made.put(ThemeNote(interview=talk.thing, code=code, note="Sades"))
    told = "Inte räknade, för koden finns inte i kodboken: skolmaten."
    assert drawn(tell(), "voices")[0].data["foot"] == told
    assert "skolmaten" not in said(drawn(tell(SCHOOL, "board"), "voices"))


def test_quotes_need_consent_and_few_voices_stay_inside(tell: Any) -> None:
    table, cards = drawn(tell(), "voices")
    assert len(lines(table)) > len([row for row in lines(drawn(tell(SCHOOL, "board"), "voices")[0])])
    assert all(row[1] == "Elever" for row in lines(drawn(tell(SCHOOL, "board"), "voices")[0]))
    assert cards.data["items"]


def test_the_status_words_stand_beside_every_colour(tell: Any) -> None:
    for name in DRAWINGS:
        for block in drawn(tell(None, question_set="analysseminarium-1"), name):
            for row in block.data.get("rows", ()):
                assert all(cell["text"] for cell in row["cells"].values())


def test_F2_the_matrix_says_which_sources_disagree(tell: Any) -> None:
    rows = [line for block in drawn(tell(SCHOOL), "triangle") for line in lines(block)]
    assert rows
    apart = [line[-1] for line in rows if line[-1] != "–"]
    assert all(words.startswith("Oeniga") for words in apart)


def test_F18_support_is_a_period_in_the_charts_and_never_a_cause(tell: Any) -> None:
    from analysis_lib.report.words.support import support_periods

    years = ("2021/22", "2022/23", "2023/24", "2024/25", "2025/26")
    found = [mark for code in (SCHOOL, OTHER, "99010011") for mark in support_periods(tell(code), years)]
    assert found
    assert all(mark.words.startswith("Stöd: ") for mark in found)
    assert all(years[0] <= mark.first <= mark.last <= years[-1] for mark in found)
    assert support_periods(tell(PRESCHOOL), ()) == ()
