"""``python -m benchmarks.disclosure``: the full-size problem of disclosure control, released and attacked.

60 units in 5 areas, 30 indicators, 2 sexes, 5 years: time, share hidden, share as signs, and what the
attacker finds, for a careless publication (a small problem: it has so much to tell) and for ours; how little
could be hidden at all when each unit is looked at by itself; and how long a correction of one school takes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis_lib.disclosure.attack_memory import CleanMemory
from analysis_lib.disclosure.audit import AuditReport, audit
from analysis_lib.disclosure.facts import cell_facts, collect
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.release import open_released, release_cube
from analysis_lib.vocabulary.indicators import Indicator
from benchmarks.disclosure_least import least_unshown
from benchmarks.disclosure_problem import problem
from benchmarks.sections import Line, Say, Table

_KINDS = ("exact", "narrow", "group")


@dataclass(frozen=True)
class Measured:
    """One way of publishing: shares in per cent of all statements, seconds, and the attacker's report."""

    name: str
    hidden: float
    signs: float
    seconds: float
    report: AuditReport
    released: pd.DataFrame

    @property
    def cells(self) -> Line:
        kinds = [sum(one.kind == kind for one in self.report.findings) for kind in _KINDS]
        return (
            self.name,
            f"{self.hidden:.1f} %",
            f"{self.signs:.1f} %",
            f"{self.seconds:.1f} s",
            f"{self.report.seconds:.1f} s",
            f"{self.report.cells:,}",
            " / ".join(map(str, kinds)),
        )


def measure(
    name: str,
    cube: pd.DataFrame,
    lattice: Lattice,
    indicators: Mapping[str, Indicator],
    *,
    policy: Policy | None,
    earlier: pd.DataFrame | None = None,
    memory: CleanMemory | None = None,
) -> Measured:
    """Release (carelessly without a policy) and attack; n counts as a statement beside the results."""
    started = time.perf_counter()
    released = (
        release_cube(cube, policy=policy, lattice=lattice, indicators=indicators, earlier=earlier)
        if policy
        else careless(cube)
    )
    seconds = time.perf_counter() - started
    cells = open_released(released, "public").cells()
    facts = [
        fact.as_json("x")
        for fact in collect(fact for cell in cells for fact in cell_facts(cell, indicators[cell.indicator]))
    ]
    states = released["state"].value_counts(normalize=True) * 100
    signs = float(states.get("nearly_all", 0.0) + states.get("nearly_none", 0.0))
    report = audit(facts, lattice.as_json(), memory=memory)
    return Measured(name, float(states.get("suppressed", 0.0)), signs, seconds, report, released)


def careless(cube: pd.DataFrame) -> pd.DataFrame:
    """A release that only hides what is about fewer than ten."""
    small = cube["n"] < 10
    frame = cube.assign(state="shown", reason="", n_state="shown")
    frame.loc[small, ["state", "n_state"]] = "suppressed"
    frame.loc[small, ["value", "low", "high", "numerator", "n"]] = pd.NA
    return frame


def corrected(cube: pd.DataFrame) -> pd.DataFrame:
    """The same cube after a correction in one school: a pupil fewer in one indicator, one sex and year."""
    again = cube.copy()
    hit = (again["indicator"] == "results.passed_00") & (again["school_year"] == again["school_year"].max())
    unit = again.loc[hit & (again["level"] == "unit") & (again["n"] > 40), "code"].iloc[0]
    hit &= again["sex"].isin(["T", "F"]) & (again["code"].eq(unit) | again["level"].eq("authority"))
    again.loc[hit, "numerator"] -= 1
    again.loc[hit, "value"] = 100 * again.loc[hit, "numerator"] / again.loc[hit, "n"]
    return again


def measured() -> tuple[list[Measured], tuple[float, float]]:
    """All ways of publishing, and the least shares that must be hidden, and hidden or signs, in per cent."""
    small, few, known = problem(units=12, indicators=4, years=1)
    lines = [measure("only n < 10 hidden (12 x 4 x 1)", small, few, known, policy=None)]
    cube, lattice, indicators = problem()
    memory = CleanMemory()
    for n_public in (True, False):
        name = f"ours, sizes {'public' if n_public else 'protected'}"
        kept = memory if n_public else None
        lines.append(measure(name, cube, lattice, indicators, policy=Policy(n_public=n_public), memory=kept))
    lines.append(
        measure(
            "ours, one school corrected",
            corrected(cube),
            lattice,
            indicators,
            policy=Policy(),
            earlier=lines[1].released,
            memory=memory,
        )
    )
    own = cube[cube["level"] != "area"]
    return lines, (least_unshown(own, Policy()), least_unshown(own, Policy(), sign=1.0))


def disclosure(say: Say) -> tuple[Table, bool]:
    """The table of the report, and whether ours is without findings."""
    say("disclosure control: 60 units, 30 indicators, 2 sexes, 5 years")
    lines, least = measured()
    header = (
        *("publication", "hidden", "~100 or ~0", "release", "audit", "hidden numbers tried"),
        "worked out: exactly / too closely / whole groups",
    )
    note = (
        "60 units in 5 areas, 30 indicators, 2 sexes, 5 years; shares of all statements, sizes counted in. "
        f"At least {least[0]:.1f} % must be hidden, and {least[1]:.1f} % be hidden or a sign, when each unit "
        "is looked at by itself by the same rules: more than the goals 26 and 21 % taken together. The "
        "careless publication is a small problem of its own, since it tells so much."
    )
    table = Table(
        "Disclosure control of a whole municipality", header, tuple(line.cells for line in lines), note
    )
    return table, not any(line.report.findings for line in lines[1:])


def main() -> None:
    """Prints one line for each way of publishing; exit status 1 when ours has a finding."""
    table, is_clean = disclosure(lambda words: print(words, file=sys.stderr))
    for line in (table.header, *table.lines):
        print("  ".join(line))
    print(table.note)
    sys.exit(not is_clean)


if __name__ == "__main__":
    main()
