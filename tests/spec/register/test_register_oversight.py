"""Tillsyn, development work, sign-off, documents, handbooks: F12–F18, M1, M2, M7–M10, B12, S9, G12."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from register_world import NEXT, OTHER, PRESCHOOL, SCHOOL, YEAR, World, day

from analysis_lib.errors import SkolbankError
from analysis_lib.register.kinds.development import LeadTeacher, PriorityArea, Project
from analysis_lib.register.kinds.documents import Document, DraftComment, HandbookDecision, SignOff
from analysis_lib.register.kinds.goals import Plan
from analysis_lib.register.kinds.inspection import Deficiency, InspectionCase, Support
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.views import coverage, development, documents, handbooks, inspections, sign_offs
from analysis_lib.register.views.handed_in import handed_in
from analysis_lib.vocabulary.questions import handbook, load_handbooks
from analysis_lib.vocabulary.wheel import load_wheel


def case(**given: Any) -> InspectionCase:
    known: dict[str, Any] = {
        "form": "planned",
        "decided_on": day("2025-09-15"),
        "decision": "order",
        "due": day("2026-01-15"),
        "diary_number": "SI 2025:123",
    }
    return InspectionCase(**{**known, **given})


def deficiency(thing: str, **given: Any) -> Deficiency:
    known: dict[str, Any] = {
        "case": thing,
        "area": "Trygghet och studiero",
        "statute": "skollagen 5 kap. 3 §",
        "deficiency": "Eleverna är inte trygga på rasterna",
        "due": day("2026-01-15"),
    }
    return Deficiency(**{**known, **given})


def test_F14_and_R19_cases_are_open_overdue_or_closed_and_keep_the_names_of_their_time(world: World) -> None:
    with pytest.raises(ValidationError, match="heter planerad tillsyn från 1 juli 2023"):
        case(form="regular", decided_on=day("2023-07-01"))
    with pytest.raises(ValidationError, match="hette regelbunden tillsyn"):
        case(decided_on=day("2023-06-30"))
    old = world.put(case(form="regular", decided_on=day("2019-03-01"), decision="remark", due=None))
    late = world.put(case())
    ahead = world.put(case(due=day("2026-06-01")), unit=OTHER)
    world.put(deficiency(late.thing))
    world.put(deficiency(ahead.thing, due=day("2026-06-01")), unit=OTHER)
    rows = inspections.case_rows(
        world.current(InspectionCase), world.current(Deficiency), today=day("2026-02-01")
    )
    assert [(row.case, row.state) for row in rows] == [(late, "overdue"), (ahead, "open"), (old, "closed")]
    assert (rows[2].form, rows[2].present_form) == ("regelbunden tillsyn", "planerad tillsyn")


def test_F15_individual_cases_are_counted_and_never_told(world: World) -> None:
    secret = world.put(case(form="targeted", scope="individual"))
    world.put(deficiency(secret.thing, deficiency="Stödet till eleven brister", action="Stöd sätts in"))
    world.put(case(form="quality_audit", decision="recommendation", due=None))
    (row,) = inspections.case_rows(
        world.current(InspectionCase), world.current(Deficiency), today=day("2025-12-01")
    )
    assert row.is_individual
    assert (row.deficiencies[0].action, row.deficiencies[0].result) == ("", "")
    with pytest.raises(SkolbankError, match="register-free-text"):
        world.put(deficiency(secret.thing, deficiency="Eleven Wilma får inte stöd"))


def test_F16_units_visited_for_one_theme_are_seen_side_by_side(world: World) -> None:
    with pytest.raises(ValidationError, match="Skriv temat"):
        case(form="flying")
    given: dict[str, Any] = {"form": "flying", "theme": "Nationella prov", "visited_on": day("2025-05-06")}
    second = world.put(case(**given), unit=OTHER)
    first = world.put(case(**given, decision="none"), unit=SCHOOL)
    world.put(case(**{**given, "scope": "individual"}), unit=PRESCHOOL)
    world.put(deficiency(second.thing, area="Bedömning"), unit=OTHER)
    rows = inspections.theme_units(
        world.current(InspectionCase), world.current(Deficiency), theme="nationella prov"
    )
    told = [(row.unit, row.decision, row.areas, row.open_count) for row in rows]
    assert told == [(SCHOOL, "none", (), 0), (OTHER, "order", ("Bedömning",), 1)]
    assert first.entry.visited_on == day("2025-05-06")


def test_F17_a_deficiency_is_not_closed_without_a_result(world: World) -> None:
    saved = world.put(case())
    described = deficiency(saved.thing, action="Fler vuxna ute på rasterna")
    with pytest.raises(ValidationError, match="inte avslutas utan resultat"):
        Deficiency.model_validate({**described.model_dump(), "closed_on": "2026-01-10"})
    open_one = world.put(described)
    rows = inspections.case_rows([saved], [open_one], today=day("2026-01-10"))
    assert rows[0].state == "open"
    closed = world.revise(
        open_one,
        result="Fler elever är trygga på rasterna",
        evidence="Elevenkät i december: 7,9 mot 6,1",
        closed_on=day("2026-01-10"),
    )
    (row,) = inspections.case_rows([saved], [closed], today=day("2026-03-01"))
    assert row.state == "closed"
    assert row.deficiencies[0].has_result


def test_F17_the_measure_in_the_register_is_the_action(world: World) -> None:
    work = world.put(
        Measure(what="Rastvärdar", origin="inspection", responsible="Rektor", deadline=day("2026-01-15"))
    )
    saved = world.put(case())
    world.put(deficiency(saved.thing, measure=work.thing))
    (row,) = inspections.case_rows(
        [saved], world.current(Deficiency), world.current(Measure), today=day("2026-01-01")
    )
    assert row.deficiencies[0].action == "Rastvärdar"


def test_F18_support_is_a_mark_in_the_charts_while_it_lasts(world: World) -> None:
    world.put(Support(provider="Skolverket", what="Samverkan för bästa skola", starts=day("2024-08-15")))
    world.put(Support(provider="SPSM", what="Råd", starts=day("2020-01-01"), ends=day("2021-06-30")))
    marks = inspections.support_marks(world.current(Support), first=day("2022-08-01"), last=day("2026-07-31"))
    assert [(mark.provider, mark.ends) for mark in marks] == [("Skolverket", None)]
    with pytest.raises(ValidationError, match="slutar innan det börjar"):
        Support(provider="Skolverket", what="Stöd", starts=day("2024-08-15"), ends=day("2024-08-14"))


def priority(name: str = "Digitalisering", **given: Any) -> PriorityArea:
    known: dict[str, Any] = {
        "name": name,
        "why": "Kunskapsresultaten ska höjas",
        "owner": "Skolchef",
        "starts": day("2025-08-01"),
        "ends": day("2027-07-31"),
    }
    return PriorityArea(**{**known, **given})


def test_M8_each_priority_area_has_evidence_or_says_that_it_is_missing(world: World) -> None:
    told = world.put(priority(indicators=("staff.certified_pct",), evidence="Fler är behöriga"), unit="")
    world.put(priority("Lärmiljöer"), unit="")
    world.put(priority("Administration", ends=day("2025-12-31")), unit="")
    work = world.put(
        Measure(
            what="Utbildning",
            origin="principal",
            responsible="Rektor",
            deadline=day("2026-05-01"),
            priority_area=told.thing,
        )
    )
    sections = development.area_sections(
        world.current(PriorityArea), world.current(Measure), on=day("2026-02-01")
    )
    first, second = sections
    assert (first.measures, first.evidence, first.gaps) == ((work,), "Fler är behöriga", ())
    assert second.evidence == "underlag saknas"
    assert second.gaps == ("indikator", "åtgärd")


def test_M9_lead_teachers_are_counted_per_area_and_unit_and_never_named(world: World) -> None:
    area = world.put(priority(), unit="")
    given: dict[str, Any] = {
        "area": area.thing,
        "assignment": "Leda ämneslag i matematik",
        "goal": "Fler når målen",
        "starts": day("2025-08-01"),
        "ends": day("2026-07-31"),
    }
    with pytest.raises(ValidationError):
        LeadTeacher(pseudonym="Kalle", **given)
    for number in range(1, 13):
        world.put(LeadTeacher(pseudonym=f"F{number:02d}", **given))
    for number in range(13, 19):
        result = "Ämneslaget planerar ihop" if number == 13 else ""
        world.put(LeadTeacher(pseudonym=f"F{number:02d}", result=result, **given), unit=OTHER)
    records = world.current(LeadTeacher)
    rows = development.lead_teacher_coverage(records, on=day("2026-02-01"))
    assert [(row.unit, row.count, row.with_result) for row in rows] == [(SCHOOL, 12, 0), (OTHER, 6, 1)]
    assert sum(row.count for row in rows) == 18
    assert len(development.without_result(records, on=day("2026-08-01"))) == 17


def test_M10_projects_and_new_units_are_followed(world: World) -> None:
    given: dict[str, Any] = {"goal": "Förändrade lärmiljöer", "starts": day("2023-01-01")}
    running = world.put(Project(name="Samverkan bästa skola", partner="Skolverket", **given), unit="")
    world.put(
        Project(name="Ny skola", new_unit="99010018", replaces=("99010017",), state="planned", **given),
        unit="",
    )
    with pytest.raises(ValidationError, match="vad arbetet ledde till"):
        Project(name="e-Vägledning", state="ended", **given)
    assert development.running_projects(world.current(Project), on=day("2026-01-01")) == [running]
    assert world.units["99010017"].successor == "99010018"


def sign(world: World, step: str, on: str, *, unit: str = SCHOOL, returned: str = "") -> None:
    given: Any = {"step": step, "on": on, "returned": returned}
    world.put(SignOff.model_validate(given), unit=unit)


def test_F12_the_chain_has_dates_and_bottlenecks_are_listed(world: World) -> None:
    for step, on in (("team", "2026-05-20"), ("principal", "2026-06-10"), ("administration", "2026-06-22")):
        sign(world, step, on)
    sign(world, "team", "2026-05-25", unit=OTHER)
    sign(world, "principal", "2026-06-01", unit=OTHER)
    sign(world, "administration", "2026-06-05", unit=OTHER, returned="Orsaker saknas")
    found = sign_offs.chains(world.current(SignOff), world.units, school_year=YEAR)
    by_unit = {chain.unit: chain for chain in found}
    assert by_unit[SCHOOL].waits_for == "board"
    assert list(by_unit[SCHOOL].dates) == ["team", "principal", "administration"]
    assert (by_unit[OTHER].waits_for, by_unit[OTHER].returned) == ("principal", "Orsaker saknas")
    assert by_unit[PRESCHOOL].waits_for == "team"
    rows = sign_offs.bottlenecks(found, today=day("2026-07-01"))
    assert [(row.step, row.longest_days) for row in rows] == [("principal", 26), ("board", 9), ("team", 0)]
    assert PRESCHOOL in rows[-1].units


def document(name: str, **given: Any) -> Document:
    known: dict[str, Any] = {"name": name, "type": "report", "owner": "Utbildningsstrateg"}
    return Document(**{**known, **given})


def test_M7_the_publication_matrix_shows_what_is_missing(world: World) -> None:
    for series in ("VA1", "VA2", "VA3"):
        for form in ("report", "presentation"):
            world.put(document(f"{series} {form}", series=series, type=form), unit="", school_year="2017/18")
            if series != "VA1":
                world.put(
                    document(f"{series} {form}", series=series, type=form), unit="", school_year="2018/19"
                )
    world.put(document("VA1", series="VA1", audience="internal"), unit="", school_year="2018/19")
    world.put(document("VA1", series="VA1", state="planned"), unit="", school_year="2019/20")
    cells = documents.publication_matrix(world.current(Document), ["2017/18", "2018/19", "2019/20"])
    assert len(cells) == 18
    missing = [(cell.school_year, cell.series, cell.form) for cell in cells if cell.state == "missing"]
    assert missing[:2] == [("2018/19", "VA1", "report"), ("2018/19", "VA1", "presentation")]
    assert len(missing) == 2 + 5
    planned = [cell.school_year for cell in cells if cell.state == "planned"]
    assert planned == ["2019/20"]


def test_M6_the_boards_analysis_is_asked_for_until_it_is_in_the_register(world: World) -> None:
    def rows() -> list[tuple[str, int, int]]:
        told = handed_in(
            world.register.current(),
            load_wheel(world.workspace),
            world.units,
            school_year=YEAR,
        )
        return [
            (row.calendar, row.handed.done, row.handed.expected)
            for row in told
            if row.name == "Verksamhetsanalys 1 till nämnden"
        ]

    before = rows()
    assert len(before) == 3
    assert {(done, total) for _, done, total in before} == {(0, 1)}
    for form in ("report", "presentation"):
        world.put(document(f"VA1 {form}", series="VA1", type=form), unit="")
    assert {(done, total) for _, done, total in rows()} == {(1, 1)}
    cells = documents.publication_matrix(world.current(Document), [YEAR])
    missing = {(cell.series, cell.form) for cell in cells if cell.state == "missing"}
    assert not {("VA1", "report"), ("VA1", "presentation")} & missing


def test_B12_the_index_has_statistics_left_and_documents_right(world: World) -> None:
    result = world.put(document("Resultat 2016", type="results", valid_from=day("2016-08-01")), unit="")
    plan = world.put(document("Verksamhetsplan 2017", type="plan", school_form="fsk"), unit="")
    world.put(document("Underlag", audience="internal"), unit="")
    world.put(document("Utkast", state="draft"), unit="")
    index = documents.document_index(world.current(Document), on=day("2017-03-01"))
    assert index.statistics == (result,)
    assert index.documents == (plan,)


def test_S9_a_resident_is_told_where_it_is_and_whether_it_is_valid(world: World) -> None:
    new = world.put(
        document("Nämndens genomförandeplan", type="policy", link="https://exempel.se/plan"), unit=""
    )
    old = world.put(
        document(
            "Barn- och utbildningsplanen",
            type="policy",
            valid_from=day("2011-01-01"),
            valid_to=day("2015-09-13"),
            replaced_by=new.thing,
            repeal="Avskaffad 14 september 2015",
        ),
        unit="",
    )
    by_thing = {record.thing: record for record in world.current(Document)}
    told = documents.answer(old, by_thing, on=day("2026-11-22"))
    assert told.validity == "replaced"
    assert told.replaced_by == new
    assert told.told.replace("\u00a0", " ") == (
        "Barn- och utbildningsplanen gäller inte längre. Sista dagen var 13 september 2015. "
        "Avskaffad 14 september 2015. I stället gäller Nämndens genomförandeplan."
    )
    assert documents.answer(old, by_thing, on=day("2015-09-13")).validity == "valid"
    now = documents.answer(new, by_thing, on=day("2026-11-22"))
    assert now.told.endswith("gäller tills vidare. Det finns här: https://exempel.se/plan.")


def test_S9_documents_are_valid_on_their_days_and_are_deleted_after_theirs(world: World) -> None:
    world.put(document("Nästa plan", valid_from=day("2026-08-01"), delete_after=day("2031-07-31")), unit="")
    (record,) = world.current(Document)
    assert documents.validity(record.entry, on=day("2026-07-31")) == "not_yet"
    assert documents.to_delete([record], on=day("2031-07-31")) == []
    assert documents.to_delete([record], on=day("2031-08-01")) == [record]


def test_M1_the_coverage_matrix_shows_what_is_not_documented(world: World) -> None:
    world.put(Plan(text="Studiero"))
    world.put(Plan(level="authority", text="Likvärdighet"), unit="")
    cells = coverage.coverage(world.register.current(), world.units, school_years=[YEAR])
    keyed = {(cell.level, cell.unit, cell.part): cell for cell in cells}
    assert keyed["unit", SCHOOL, "plan"].is_documented
    assert keyed["authority", "", "plan"].is_documented
    assert not keyed["unit", SCHOOL, "analyse"].is_documented
    assert len(cells) == len(coverage.PARTS) * (1 + 13)  # 14 units, one of them closed
    assert sum(cell.is_documented for cell in cells) == 2
    units = {cell.unit for cell in cells}
    assert "99010017" not in units


def test_M2_every_version_of_a_handbook_is_kept_and_one_is_in_force(world: World) -> None:
    books = load_handbooks(world.workspace)
    for on, version in (("2025-06-01", "2.0"), ("2026-06-01", "2.1")):
        found = handbooks.handbook_in_force(books, "rektorsrapport", on=day(on))
        assert found is not None
        assert found.version == version
    decision = HandbookDecision(
        handbook="rektorsrapport", version="2.1", decided_on=day("2026-08-20"), decided_by="Nämnden"
    )
    decided = [world.put(decision, unit="")]
    in_force = handbooks.handbook_in_force(books, "rektorsrapport", on=day("2026-06-01"), decisions=decided)
    assert in_force == books["rektorsrapport-2.0"]
    last_year = handbook(world.workspace, "rektorsrapport", "1.0")
    assert [section.heading for section in last_year.sections] == ["Förutsättningar", "Resultat", "Åtgärder"]
    assert all(
        book.definitions and book.sections[0].questions for name, book in books.items() if "rektor" in name
    )
    assert handbooks.handbook_in_force(books, "rektorsrapport", on=day("2020-01-01")) is None
    with pytest.raises(SkolbankError, match=r"Menade du rektorsrapport-2\.1"):
        handbook(world.workspace, "rektorsrapport", "2.2")


def test_G12_drafts_have_rounds_of_comments_and_a_change_log(world: World) -> None:
    given: dict[str, Any] = {"handbook": "rektorsrapport", "version": "2.1", "comment": "Lägg till trygghet"}
    with pytest.raises(ValidationError, match="vad som hände med synpunkten"):
        DraftComment(round=1, state="taken", **given)
    world.put(DraftComment(round=1, state="taken", response="Nytt avsnitt", **given), school_year=YEAR)
    world.put(DraftComment(round=2, **given), school_year=YEAR)
    world.put(DraftComment(round=2, section="resultat", **given), school_year=NEXT)
    rounds = handbooks.comment_rounds(world.current(DraftComment), handbook="rektorsrapport")
    assert [(row.round, len(row.comments), row.open_count) for row in rounds] == [(1, 1, 0), (2, 2, 2)]
    log = handbooks.change_log(load_handbooks(world.workspace), "rektorsrapport")
    assert [change.version for change in log] == ["1.0", "2.0", "2.1"]
    assert log[2].added == ("Trygghet och studiero",)
    assert log[1].removed == ("Åtgärder",)
    assert log[2].changes.startswith("Trygghet och studiero är ett eget avsnitt")
