"""Every attack of the safety specification that facts can hold: it finds its prey in a careless publication,

told as the subtraction that reveals it, and finds nothing when our release has gone over the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis_lib.disclosure import suppress as suppressor
from analysis_lib.disclosure.attack_intervals import movers_that_fit, sizes_that_fit
from analysis_lib.disclosure.attack_words import Finding
from analysis_lib.disclosure.audit import AuditReport, audit
from analysis_lib.disclosure.facts import cell_facts, collect
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.release import open_released, release_cube
from analysis_lib.vocabulary.indicators import Indicator
from tests.disclosure.municipality import INDICATORS, finished, indicator

TREE = {
    "unit": {"KOMMUN": ["O1", "O2"], "O1": ["1", "2"], "O2": ["3", "4"], "F-9": ["2", "3"]},
    "sex": {"T": ["F", "P"]},
}
MEAN = {"kind": "mean", "max": 340.0, "quantum": 2.5}
COUNT = {"kind": "count"}
Facts = list[dict[str, Any]]


def said(unit: str, what: str, shown: float | str, sex: str = "T", **more: object) -> dict[str, Any]:
    """One statement about pupils in year 9; a count when it is about n."""
    cell = {"unit": unit} | ({"sex": sex} if sex != "T" else {})
    kind = "count" if what == "n" else "share"
    return {"pop": "ak9-2025", "cell": cell, "what": what, "kind": kind, "decimals": 1, "shown": shown} | more


def sizes(**by_unit: float | str) -> Facts:
    return [said(unit.strip("u"), "n", n) for unit, n in by_unit.items()]


def found(facts: Facts, **more: Any) -> dict[tuple[str, str, str], Finding]:
    """What the attacker says, by what, unit and sex."""
    return {(one.what, one.unit, one.sex): one for one in audit(facts, TREE, **more).findings}


def cube(
    groups: Mapping[str, Mapping[str, tuple[int, int]]],
    *,
    name: str = "all_passed_9",
    population: str = "ak9-2025",
    heads: bool = True,
) -> pd.DataFrame:
    """A cube of units with girls and boys as (n, k): the rows of units, the huvudman, whole and by sex."""
    rows: list[dict[str, Any]] = []
    for code, sexes in [*groups.items(), ("9901", _summed(groups.values()))]:
        level = "authority" if code == "9901" else "unit"
        whole = tuple(np.sum(list(sexes.values()), axis=0).tolist())
        for sex, (n, k) in {"T": whole, **sexes}.items():
            if not n:
                continue
            key = {
                "level": level,
                "code": code,
                "sex": sex,
                "school_year": "2024/25",
                "population": population,
            }
            rows.append(key | {"indicator": f"results.{name}", "n": n, "numerator": k})
            if heads:
                rows.append(key | {"indicator": "results.pupil_count_9", "n": n, "numerator": n})
    frame = finished(pd.DataFrame(rows))
    counts = frame["indicator"] == "results.pupil_count_9"
    frame["value"] = frame["value"].mask(counts, frame["n"].astype("Float64"))
    return frame


def _summed(groups: Any) -> dict[str, tuple[int, int]]:
    pairs = {sex: [each[sex] for each in groups] for sex in ("F", "P")}
    return {sex: (sum(n for n, _ in of), sum(k for _, k in of)) for sex, of in pairs.items()}


def ours(
    frame: pd.DataFrame,
    *,
    policy: Policy | None = None,
    indicators: Mapping[str, Indicator] = INDICATORS,
    editions: Sequence[pd.DataFrame] = (),
) -> AuditReport:
    """The attacker's report over our release of the frame, after ``editions`` released before it."""
    rules = policy or Policy()
    codes = frame.loc[frame["level"] == "unit", "code"]
    lattice = Lattice.of_units(dict.fromkeys(codes, ""))
    facts: Facts = []
    before: list[pd.DataFrame] = []
    for number, each in enumerate([*editions, frame], start=1):
        earlier = pd.concat(before) if before else None
        released = release_cube(each, policy=rules, lattice=lattice, indicators=indicators, earlier=earlier)
        before.append(released)
        cells = open_released(released, "public").cells()
        told = collect(fact for cell in cells for fact in cell_facts(cell, indicators[cell.indicator]))
        facts += [fact.as_json("x") | {"edition": number} for fact in told]
    nested = {"eligible_vocational_9": ["eligible_science_9", "all_passed_9"]}
    same = {_short(i.id): _short(i.counts_as) for i in indicators.values() if i.counts_as}
    within = {i.population: i.within for i in indicators.values() if i.within}
    assert facts
    return audit(facts, lattice.as_json(), nested=nested, within=within, same=same, threshold=rules.threshold)


def _short(name: str) -> str:
    return name.split(".", 1)[1]


SMALL_SCHOOL = {
    "1": {"F": (22, 18), "P": (24, 15)},
    "2": {"F": (4, 2), "P": (5, 5)},
    "3": {"F": (30, 27), "P": (28, 20)},
    "4": {"F": (41, 30), "P": (38, 31)},
}
ONE_SMALL_SEX = {
    "1": {"F": (17, 11), "P": (6, 4)},
    "2": {"F": (30, 20), "P": (28, 20)},
    "3": {"F": (30, 24), "P": (28, 15)},
}


# -- sums ----------------------------------------------------------------------------------------------------


def test_attack_margin_the_only_hidden_school_is_the_total_less_the_others() -> None:
    facts = [*sizes(uKOMMUN=100, u1=45, u2="..", u3=46), said("KOMMUN", "all", 80.0)]
    facts += [said("1", "all", 80.0), said("2", "all", ".."), said("3", "all", 87.0)]
    tree = {"unit": {"KOMMUN": ["1", "2", "3"]}, "sex": {"T": ["F", "P"]}}
    told = {one.what: one for one in audit(facts, tree).findings}
    assert (told["n"].low, told["all"].low, told["all"].kind) == (9, 4, "exact")
    assert "+ all KOMMUN alla = 80.0" in told["all"].message
    assert "− all 1 alla = 80.0" in told["all"].message
    assert ours(cube(SMALL_SCHOOL)).findings == ()


def test_attack_sex_margin_boys_are_all_less_girls() -> None:
    facts = [said("1", "n", 23), said("1", "n", 17, "F"), said("1", "n", 6, "P")]
    facts += [said("1", "all", 65.2), said("1", "all", 64.7, "F"), said("1", "all", "..", "P")]
    assert (finding := found(facts)["all", "1", "P"]).low == finding.high == 4
    assert "− all 1 flickor = 64.7" in finding.message
    assert ours(cube(ONE_SMALL_SEX)).findings == ()


def test_attack_hierarchy_school_from_area_and_kommun() -> None:
    facts = [*sizes(uKOMMUN=90, uO2=50, u1=35, u2=".."), said("2", "all", "..")]
    facts += [said("KOMMUN", "all", 70.0), said("O2", "all", 80.0), said("1", "all", 57.1)]
    assert {(what, one.low) for (what, unit, _), one in found(facts).items() if unit == "2"} == {
        ("n", 5),
        ("all", 3),
    }


def test_attack_overlapping_groups_the_common_school_is_the_difference() -> None:
    facts = [*sizes(uO1=40, u1=31), said("O1", "all", 75.0), said("1", "all", 77.4)]
    facts += [said("F-9", "n", 52), said("F-9", "all", "..")]
    assert not found(facts)
    facts += [said("3", "n", 43), said("3", "all", 81.4), said("2", "n", "..", "T"), said("2", "all", "..")]
    told = found(facts)
    assert (told["n", "2", "T"].low, told["all", "2", "T"].low) == (9, 6)


def test_attack_class_within_year_group() -> None:
    tree = {"unit": {"1": ["1/9A", "1/9B"]}, "sex": {"T": ["F", "P"]}}
    facts = [said("1", "n", 33), said("1", "all", 72.7), said("1/9A", "n", 26), said("1/9A", "all", 76.9)]
    facts += [said("1/9B", "n", 7), said("1/9B", "all", "..")]
    (finding,) = audit(facts, tree).findings
    assert (finding.unit, finding.kind, finding.low) == ("1/9B", "exact", 4)


# -- groups within groups ------------------------------------------------------------------------------------

WITHOUT = indicator("all_passed_9_settled", within="ak9", counts_as="results.all_passed_9").model_copy(
    update={"population": "ak9utan"}
)
NEWCOMERS = INDICATORS | {WITHOUT.id: WITHOUT}


def test_attack_newcomers_are_all_less_those_without_them() -> None:
    inner = {"pop": "ak9utan-2025"}
    facts = [said("1", "n", 30), said("1", "all", 70.0)]
    facts += [said("1", "n", 24) | inner, said("1", "settled", 79.2) | inner]
    told = found(facts, within={"ak9utan": "ak9"}, same={"settled": "all"})
    assert (told["settled", "1", "T"].low, told["settled", "1", "T"].high) == (2, 2)
    assert "av de 6 elever" in told["settled", "1", "T"].message
    few = [said("1", "n", 30), said("1", "n", 28) | inner]
    assert found(few, within={"ak9utan": "ak9"})["n", "1", "T"].low == 2


def test_our_release_hides_the_part_that_leaves_a_small_group_out() -> None:
    everyone = cube({"1": {"F": (20, 14), "P": (22, 15)}, "2": {"F": (40, 30), "P": (41, 28)}})
    settled = cube(
        {"1": {"F": (17, 13), "P": (19, 14)}, "2": {"F": (29, 24), "P": (29, 22)}},
        name="all_passed_9_settled",
        population="ak9utan-2025",
        heads=False,
    )
    frame = pd.concat([everyone, settled], ignore_index=True)
    report = ours(frame, indicators=NEWCOMERS)
    assert [one.message for one in report.findings] == []
    assert report.cells


def test_attack_all_less_followed_pupils_are_the_movers() -> None:
    """The same as newcomers: those who were followed are a part of all, and the rest is a small group."""
    inner = {"pop": "foljda-2025"}
    facts = [said("1", "n", 41), said("1", "all", 73.2), said("1", "n", 36) | inner]
    facts += [said("1", "followed", 75.0) | inner]
    told = found(facts, within={"foljda": "ak9"}, same={"followed": "all"})
    assert told["followed", "1", "T"].low == 3


FOLLOWED = indicator("core_passed_9", within="ak9").model_copy(update={"population": "ak9steg"})


def test_attack_a_value_tells_the_hidden_n_beside_it() -> None:
    """The n is hidden since fewer than five are outside; of 18 to 22 pupils only 19 of 22 fit."""
    inner = {"pop": "ak9steg-2025"}
    facts = [said("1", "n", 22), said("1", "n", "..") | inner, said("1", "core", 86.4) | inner]
    told = found(facts, within={"ak9steg": "ak9"})["n", "1", "T"]
    assert (told.kind, told.low, told.high) == ("exact", 0, 0)
    assert "Det följer av: värdet" in told.message
    wide = [said("1", "n", 2200), said("1", "n", "..") | inner, said("1", "core", 86.4) | inner]
    assert not found(wide, within={"ak9steg": "ak9"})


def test_attack_a_mean_tells_the_hidden_n_beside_it() -> None:
    """Sums of merit ratings come in steps of 2,5: of 13 to 9 pupils 200,4 fits 13 and 12 alone."""
    shown = {"pop": "ak9merit-2025/merit_17"} | MEAN
    facts = [said("1", "n", 13), said("1", "merit_17", 200.4, **shown)]
    told = found(facts, within={"ak9merit": "ak9"})["n", "1", "T"]
    assert (told.kind, told.low, told.high) == ("narrow", 0, 1)
    assert not found([facts[0], said("1", "merit_17", 200.0, **shown)], within={"ak9merit": "ak9"})


def test_our_release_hides_a_value_that_tells_its_hidden_n(monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = cube({"1": {"F": (11, 9), "P": (11, 10)}, "2": {"F": (400, 300), "P": (410, 280)}})
    followed = cube(
        {"1": {"F": (10, 7), "P": (10, 6)}, "2": {"F": (380, 300), "P": (390, 270)}},
        name="core_passed_9",
        population="ak9steg-2025",
        heads=False,
    )
    frame = pd.concat([everyone, followed], ignore_index=True)
    known = INDICATORS | {FOLLOWED.id: FOLLOWED}
    assert [one.message for one in ours(frame, indicators=known).findings] == []
    monkeypatch.setattr(suppressor, "hide_telling_values", lambda cells, policy: None)
    assert ("n", "1", "T") in {
        (one.what, one.unit, one.sex) for one in ours(frame, indicators=known).findings
    }


def test_attack_pupils_in_a_subject_less_all_pupils() -> None:
    inner = {"pop": "np6-2025"}
    outer = {"pop": "np6alla-2025"}
    facts = [said("1", "n", 34) | outer, said("1", "n", 31) | inner]
    assert found(facts, within={"np6": "np6alla"})["n", "1", "T"].low == 3


# -- time and documents --------------------------------------------------------------------------------------


def test_attack_two_editions_one_pupil_moved() -> None:
    first = [*sizes(u1=21), said("1", "all", 85.7)]
    second = [*sizes(u1=20), said("1", "all", 85.0)]
    facts = [fact | {"edition": 1} for fact in first] + [fact | {"edition": 2} for fact in second]
    told = found(facts)
    assert told["all", "1", "T"].low == -1
    assert "den nya utgåvans tal − den tidigare utgåvans tal" in told["all", "1", "T"].message


def test_attack_two_editions_the_changed_school_is_the_changed_total() -> None:
    """The school is hidden in the new edition, but the kommun and the other schools are not."""
    first = [
        *sizes(u1=21, u2=30, uO1=51),
        said("1", "all", 85.7),
        said("2", "all", 80.0),
        said("O1", "all", 82.4),
    ]
    second = [*sizes(u1=21, u2=40, uO1=61), said("1", "all", ".."), said("2", "all", 80.0)]
    second += [said("O1", "all", 80.3)]
    facts = [fact | {"edition": 1} for fact in first] + [fact | {"edition": 2} for fact in second]
    told = [one for one in audit(facts, TREE).findings if one.unit == "1" and "utgåvor" in one.message]
    assert [(one.low, one.kind) for one in told] == [(-1, "exact")]


def test_two_editions_what_was_said_of_a_changed_school_before_is_of_the_past() -> None:
    """The new edition says nothing of girls and boys: the old numbers of them are not the new ones."""
    girls_and_boys = [said("1", "n", 10, "F"), said("1", "n", 11, "P")]
    first = [*sizes(u1=21, u2=30, uO1=51), *girls_and_boys]
    second = sizes(u1=20, u2=30, uO1=50)
    facts = [fact | {"edition": 1} for fact in first] + [fact | {"edition": 2} for fact in second]
    assert [one.message for one in audit(facts, TREE).findings] == []


def test_two_editions_what_was_said_of_another_school_before_still_holds() -> None:
    first = [*sizes(u1=21, u2=30, uO1=51), said("2", "all", 80.0)]
    second = [*sizes(u1=4, uO1=34), said("1", "all", ".."), said("O1", "all", 79.4)]
    facts = [fact | {"edition": 1} for fact in first] + [fact | {"edition": 2} for fact in second]
    told = found(facts)["all", "1", "T"]
    assert (told.kind, told.low) == ("exact", 3)


def _in_editions(*editions: Facts) -> Facts:
    return [fact | {"edition": number} for number, each in enumerate(editions, start=1) for fact in each]


def test_two_editions_a_corrected_whole_makes_what_lies_within_it_a_thing_of_the_past() -> None:
    """26 less 21 were five outside; of the corrected 24 nobody knows how many are inside."""
    inner = {"pop": "ak9steg-2025"}
    first = [said("1", "n", 26), said("1", "n", 21) | inner]
    second = [said("1", "n", 24), said("1", "n", "..") | inner]
    assert not found(_in_editions(first, second), within={"ak9steg": "ak9"})


def test_attack_an_older_edition_by_itself_though_the_whole_is_corrected_since() -> None:
    inner = {"pop": "ak9steg-2025"}
    first = [said("1", "n", 24), said("1", "n", 21) | inner]
    second = [said("1", "n", 36), said("1", "n", "..") | inner]
    told = found(_in_editions(first, second), within={"ak9steg": "ak9"})["n", "1", "T"]
    assert (told.kind, told.low) == ("exact", 3)


def test_attack_a_part_said_later_beside_a_whole_that_still_holds() -> None:
    inner = {"pop": "ak9steg-2025"}
    first = [said("1", "n", 24), said("1", "n", 19) | inner]
    second = [said("1", "n", 21) | inner]
    assert found(_in_editions(first, second), within={"ak9steg": "ak9"})["n", "1", "T"].low == 3


def test_attack_two_editions_of_a_mean() -> None:
    facts = [
        *sizes(u1=21),
        said("1", "merit", 221.4, edition=1, **MEAN),
        said("1", "merit", 220.9, edition=2, **MEAN),
    ]
    assert "mellan två utgåvor" in found(facts)["merit", "1", "T"].message


def _corrected(groups: Mapping[str, Mapping[str, tuple[int, int]]], code: str, n: int, k: int) -> Any:
    girls = groups[code]["F"]
    return {**groups, code: {**groups[code], "F": (girls[0] + n, girls[1] + k)}}


@pytest.mark.parametrize(("n", "k"), [(-1, -1), (-1, 0), (0, 1), (2, 0), (7, 6)])
def test_our_corrected_edition_does_not_tell_of_the_corrected_pupils(n: int, k: int) -> None:
    large = {name: SMALL_SCHOOL[name] for name in ("1", "3", "4")}
    corrected = cube(_corrected(large, "1", n, k))
    report = ours(corrected, editions=[cube(large)])
    assert [one.message for one in report.findings] == []


def test_our_corrections_of_two_schools_hide_neither_in_the_total() -> None:
    large = {name: SMALL_SCHOOL[name] for name in ("1", "3", "4")}
    both = _corrected(_corrected(large, "1", 0, -1), "3", 9, 7)
    report = ours(cube(both), editions=[cube(large)])
    assert [one.message for one in report.findings] == []


def test_attack_another_document_shows_what_the_first_one_hid() -> None:
    facts = [*sizes(uO1=40, u1="..", u2=".."), said("1", "n", 31, doc="dashboard")]
    assert found(facts)["n", "2", "T"].low == 9


# -- whole numbers -------------------------------------------------------------------------------------------


def test_attack_share_with_known_n_is_a_whole_number() -> None:
    facts = [
        *sizes(uO1=40, u1=31, u2=9),
        said("O1", "all", 75.0),
        said("1", "all", 77.4),
        said("2", "all", ".."),
    ]
    assert found(facts)["all", "2", "T"].low == 6


def test_attack_share_with_hidden_n_has_few_possible_n() -> None:
    assert sizes_that_fit(42.9, 1, high=20) == [(7, 3), (14, 6)]
    facts = [*sizes(uO1=40, u1=31, u2=".."), said("2", "all", 42.9)]
    facts += [said("1", "n", 31)]
    assert "n" in {what for what, *_ in found(facts)}
    tight = [*sizes(uO1=40, u1=".."), said("1", "n", 33), said("2", "n", ".."), said("2", "all", 42.9)]
    told = found(tight)
    assert (told["n", "2", "T"].low, told["n", "2", "T"].high) == (7, 7)


def test_attack_interval_beside_a_share_gives_back_n() -> None:
    facts = [said("1", "n", ".."), said("1", "all", 78.0, interval=[63.3, 88.0])]
    assert (finding := found(facts)["n", "1", "T"]).low == finding.high == 41


def test_attack_interval_of_a_paired_difference_gives_back_who_rose_and_fell() -> None:
    assert movers_that_fit(41, 14.6, (1.9, 27.4)) == [(7, 1)]


def test_our_intervals_stand_only_beside_a_shown_n_and_those_of_means_are_widened() -> None:
    frame = cube(SMALL_SCHOOL)
    merit = frame[frame["indicator"] == "results.all_passed_9"].assign(
        indicator="results.merit_rating_17", numerator=pd.NA, population="ak9merit-2025"
    )
    merit = merit.assign(value=221.37, low=214.42, high=228.33, total=merit["n"].astype(float) * 221.37)
    both = pd.concat([frame, merit.assign(total_sq=merit["total"] ** 2 / merit["n"].astype(float))])
    lattice = Lattice.of_units(dict.fromkeys(SMALL_SCHOOL, ""))
    released = release_cube(both, policy=Policy(), lattice=lattice, indicators=INDICATORS)
    shares = released[released["indicator"] == "results.all_passed_9"]
    assert shares.loc[shares["n_state"] != "shown", "low"].isna().all()
    means = released[(released["indicator"] == "results.merit_rating_17") & (released["state"] == "shown")]
    assert set(means["low"]) == {214.0}
    assert set(means["high"]) == {229.0}


def test_attack_mean_times_n() -> None:
    facts = [*sizes(uO1=40, u1=33, u2=".."), said("O1", "merit", 220.0, **MEAN)]
    facts += [said("1", "merit", 221.0, **MEAN), said("2", "merit", "..", **MEAN)]
    finding = found(facts)["merit", "2", "T"]
    assert finding.high - finding.low < 5 * 340
    assert "− merit 1 alla = 221.0" in finding.message


# -- everybody and nobody ------------------------------------------------------------------------------------


def test_attack_exact_hundred_tells_of_every_pupil() -> None:
    facts = [
        *sizes(uO1=27, u1=18, u2=9),
        said("O1", "all", 100.0),
        said("1", "all", 100.0),
        said("2", "all", ".."),
    ]
    assert found(facts)["all", "2", "T"].low == 9


def test_attack_derived_group_all_of_a_hidden_group_passed() -> None:
    """Nobody says 100, but those who missed are all found elsewhere."""
    facts = [
        *sizes(uO1=34, u1=25, u2=9),
        said("O1", "all", 85.3),
        said("1", "all", 80.0),
        said("2", "all", ".."),
    ]
    assert found(facts)["all", "2", "T"].low == 9
    group = [*sizes(uO1=40, u1=31, u2="..", uO2=30), said("2", "all", ".."), said("O1", "all", "~0")]
    group += [said("1", "all", 12.9)]
    assert found(group)["all", "2", "T"].high == 0


def test_attack_a_high_total_binds_its_parts() -> None:
    facts = [said("1", "n", 60), said("1", "n", 52, "F"), said("1", "n", 8, "P"), said("1", "all", 98.3)]
    facts += [said("1", "all", "..", sex) for sex in ("F", "P")]
    assert found(facts)["all", "1", "P"].kind == "narrow"
    report = ours(cube({"1": {"F": (52, 51), "P": (8, 8)}, "2": {"F": (52, 40), "P": (28, 20)}}))
    assert [one.message for one in report.findings] == []


def test_attack_eligible_binds_the_subjects() -> None:
    """Who is eligible has passed Swedish, English and mathematics: few can have missed any of them."""
    facts = [
        *sizes(uO1=48, u1=39, u2=9),
        said("O1", "eligible", 95.8),
        said("1", "eligible", ".."),
        said("2", "eligible", ".."),
    ]
    facts += [said("O1", "maths", ".."), said("1", "maths", ".."), said("2", "maths", "..")]
    told = found(facts, nested={"maths": ["eligible"]})
    assert told["maths", "2", "T"].kind == "narrow"
    assert ("maths", "2", "T") not in found(facts)


def test_attack_who_knows_the_threshold_knows_that_hidden_is_below_ten() -> None:
    facts = sizes(uO1=50, u1="..", u2="..", uKOMMUN=58, u3="..", u4="..")
    facts += [said("1", "n", 46)]
    assert found(facts)["n", "2", "T"].low == 4
    narrow = sizes(uO1=16, u1="..", u2=9, u3="..", u4="..", uO2=8)
    assert found(narrow)["n", "1", "T"].high == 7


def test_primary_and_secondary_look_the_same() -> None:
    lattice = Lattice.of_units(dict.fromkeys(ONE_SMALL_SEX, ""))
    released = release_cube(cube(ONE_SMALL_SEX), policy=Policy(), lattice=lattice, indicators=INDICATORS)
    hidden = released[(released["state"] == "suppressed") & (released["indicator"] == "results.all_passed_9")]
    assert {"primary", "sexes"} <= set(hidden["reason"])
    texts = {cell.text for cell in open_released(released, "public").select(state="suppressed").cells()}
    assert texts == {".."}


def test_attack_dominance_one_pupil_is_most_of_a_mean() -> None:
    rows = [
        ("unit", "1", 12, 300.0, 250.0**2),
        ("unit", "2", 40, 8000.0, 1.7e6),
        ("authority", "9901", 52, 8300.0, 1.76e6),
    ]
    frame = finished(
        pd.DataFrame(
            [
                {
                    "indicator": "results.merit_rating_17",
                    "school_year": "2024/25",
                    "population": "ak9merit-2025",
                    "level": level,
                    "code": code,
                    "sex": "T",
                    "n": n,
                    "total": total,
                    "total_sq": squares,
                }
                for level, code, n, total, squares in rows
            ]
        )
    )
    lattice = Lattice.of_units({"1": "", "2": ""})
    released = release_cube(frame, policy=Policy(), lattice=lattice, indicators=INDICATORS)
    assert released.set_index("code")["reason"]["1"] == "dominance"


def test_only_shares_means_counts_and_whole_distributions_can_be_said() -> None:
    """Medians, minima, maxima and quartiles of pupils cannot be an indicator at all."""
    for kind in ("median", "min", "max", "quartile"):
        with pytest.raises(ValueError, match="kind"):
            indicator("x", kind)


# -- surveys and rounding ------------------------------------------------------------------------------------


def test_surveys_have_a_threshold_and_a_response_rate_of_their_own() -> None:
    frame = cube({"1": {"F": (4, 2), "P": (4, 3)}, "2": {"F": (30, 21), "P": (31, 19)}}, heads=False)
    survey = indicator("x").model_copy(update={"id": "surveys.safe_9"})
    frame = frame.assign(indicator="surveys.safe_9")
    lattice = Lattice.of_units({"1": "", "2": ""})
    shown = {}
    for threshold in (5, 10):
        policy = Policy(survey_threshold=threshold)
        released = release_cube(frame, policy=policy, lattice=lattice, indicators={survey.id: survey})
        whole = released[(released["code"] == "1") & (released["sex"] == "T")]
        shown[threshold] = whole["n_state"].item()
    assert shown == {5: "shown", 10: "suppressed"}
    with pytest.raises(ValueError, match="greater than or equal to 5"):
        Policy(survey_threshold=4)


@pytest.mark.parametrize("step", [5, 10])
def test_rounded_counts_are_said_as_rounded_and_stay_safe(step: int) -> None:
    policy = Policy(round_counts=step, n_public=False)
    lattice = Lattice.of_units(dict.fromkeys(SMALL_SCHOOL, ""))
    released = release_cube(cube(SMALL_SCHOOL), policy=policy, lattice=lattice, indicators=INDICATORS)
    told = released["n"].dropna().astype(int)
    assert len(told)
    assert (told % step == 0).all()
    assert [one.message for one in ours(cube(SMALL_SCHOOL), policy=policy).findings] == []


def test_whole_per_cents_are_said_without_decimals() -> None:
    lattice = Lattice.of_units(dict.fromkeys(SMALL_SCHOOL, ""))
    policy = Policy(whole_percent=True)
    released = release_cube(cube(SMALL_SCHOOL), policy=policy, lattice=lattice, indicators=INDICATORS)
    shares = released[(released["indicator"] == "results.all_passed_9") & (released["state"] == "shown")]
    assert (shares["value"] % 1 == 0).all()
    assert ours(cube(SMALL_SCHOOL), policy=policy).findings == ()
