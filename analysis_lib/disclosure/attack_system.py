"""One linear system of the attacker: unknown numbers, what is known of their sums, and bounds (floor 5).

Solved with HiGHS by warm starts. Every solution found is a witness that proves other cells wide, so most need
no solve of their own. Shares no code with the suppressor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import highspy
import numpy as np
import numpy.typing as npt

_EDGE = 1e-6


@dataclass(frozen=True)
class Row:
    """``low <= sum of coefficient x variable <= high``, and the statement that says so."""

    terms: Mapping[int, float]
    low: float
    high: float
    says: str = ""


@dataclass
class System:
    """Variables with bounds and rows; ``bounds`` gives what an attacker knows of any sum of variables."""

    upper: list[float] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    solves: int = 0
    _model: highspy.Highs | None = None
    _witnesses: list[npt.NDArray[np.float64]] = field(default_factory=list)

    def variable(self, upper: float = highspy.kHighsInf) -> int:
        """A new unknown from 0 to ``upper``."""
        self.upper.append(upper)
        return len(self.upper) - 1

    def know(self, terms: Mapping[int, float], low: float, high: float, says: str = "") -> None:
        """Add what is known of a sum."""
        self.rows.append(Row({i: value for i, value in terms.items() if value}, low, high, says))

    def is_possible(self) -> bool:
        """Whether any numbers fit everything that is known (a few solutions are kept as witnesses)."""
        random = np.random.default_rng(7)
        costs = (random.random(len(self.upper)) for _ in range(4))
        return all(self._solve(cost, highspy.ObjSense.kMinimize) for cost in costs)

    def seen(self, terms: Mapping[int, float]) -> tuple[float, float]:
        """The widest values of a sum among the witnesses so far: surely possible."""
        at = np.fromiter(terms, int, len(terms))
        weights = np.fromiter(terms.values(), float, len(terms))
        values = [float(witness[at] @ weights) for witness in self._witnesses]
        return (min(values), max(values)) if values else (0.0, 0.0)

    def bounds(self, terms: Mapping[int, float]) -> tuple[float, float]:
        """The least and greatest value that a sum can have."""
        cost = np.zeros(len(self.upper))
        for i, value in terms.items():
            cost[i] += value
        ends: list[float] = []
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            found = self._solve(cost, sense)
            ends.append(self._objective() if found else float("-inf" if not ends else "inf"))
        return ends[0], ends[1]

    def reasons(self, terms: Mapping[int, float]) -> list[tuple[int, str]]:
        """The statements that bind a sum from above, each with its sign in the subtraction."""
        cost = np.zeros(len(self.upper))
        for i, value in terms.items():
            cost[i] += value
        if not self._solve(cost, highspy.ObjSense.kMaximize):
            return []
        duals = np.asarray(self._highs().getSolution().row_dual)
        used = [
            (row, dual) for row, dual in zip(self.rows, duals, strict=True) if abs(dual) > _EDGE and row.says
        ]
        return [(1 if dual > 0 else -1, row.says) for row, dual in used]

    def _objective(self) -> float:
        return float(self._highs().getInfo().objective_function_value)

    def _solve(self, cost: npt.NDArray[np.float64], sense: highspy.ObjSense) -> bool:
        model = self._highs()
        size = len(self.upper)
        model.changeColsCost(size, np.arange(size, dtype=np.int32), cost)
        model.changeObjectiveSense(sense)
        model.run()
        self.solves += 1
        status = model.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            return False
        self._witnesses.append(np.asarray(model.getSolution().col_value))
        return True

    def _highs(self) -> highspy.Highs:
        if self._model is None:
            self._model = _built(self.upper, self.rows)
        return self._model


def plus(first: Mapping[int, float], second: Mapping[int, float], factor: float) -> dict[int, float]:
    """One sum and another, times ``factor``, as one."""
    total = dict(first)
    for i, value in second.items():
        total[i] = total.get(i, 0.0) + factor * value
    return total


def _built(upper: Iterable[float], rows: list[Row]) -> highspy.Highs:
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("presolve", "off")
    columns = list(upper)
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = len(columns), len(rows)
    problem.col_cost_ = np.zeros(len(columns))
    problem.col_lower_ = np.zeros(len(columns))
    problem.col_upper_ = np.array(columns, dtype=float)
    problem.row_lower_ = np.array([row.low for row in rows], dtype=float)
    problem.row_upper_ = np.array([row.high for row in rows], dtype=float)
    matrix = problem.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.num_col_, matrix.num_row_ = len(columns), len(rows)
    sizes = [len(row.terms) for row in rows]
    matrix.start_ = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    matrix.index_ = np.array([i for row in rows for i in row.terms], dtype=np.int32)
    matrix.value_ = np.array([value for row in rows for value in row.terms.values()], dtype=float)
    model.passModel(problem)
    return model
