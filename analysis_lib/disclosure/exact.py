"""The exact freedom of a hidden number, for those that the closed form finds too tight (floor 5).

``moves`` looks at simple moves only; longer ones, over several units and both sexes, are found here by linear
programming (HiGHS). What can move stays movable while more is hidden, so an answer is kept.
"""

from __future__ import annotations

import highspy
import numpy as np

from analysis_lib.disclosure.moves import FREE, F, Numbers, P, T, Tree

_MANY = 1e4
_SOLVED = highspy.HighsModelStatus.kOptimal


class Freedom:
    """How far cells can rise and fall, given the room of every cell; arrays of (node, sex)."""

    def __init__(self, tree: Tree, room: tuple[Numbers, Numbers]) -> None:
        up, down = (np.minimum(side, FREE) for side in room)
        self.tree = tree
        self.units = len(tree.into)
        self.cost = np.zeros(2 * self.units)
        self.model = highspy.Highs()  # type: ignore[no-untyped-call]
        self.model.setOptionValue("output_flag", False)
        self.model.setOptionValue("threads", 1)
        self.model.setOptionValue("presolve", "off")
        self.model.passModel(self._problem(up, down))

    def rise(self, node: int, sex: int) -> float:
        """The most that a cell can rise."""
        return self._most(node, sex, 1.0)

    def fall(self, node: int, sex: int) -> float:
        """The most that a cell can fall."""
        return self._most(node, sex, -1.0)

    def _most(self, node: int, sex: int, sign: float) -> float:
        cost = self.cost.copy()
        cost[self._columns(node, sex)] = -sign
        self.model.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        self.model.run()
        if self.model.getModelStatus() != _SOLVED:
            return 0.0
        return float(-self.model.getInfo().objective_function_value)

    def _columns(self, node: int, sex: int) -> list[int]:
        """The leaves that a cell is the sum of; girls first, then boys."""
        if node < self.units:
            leaves = [node]
        elif node == len(self.tree) - 1:
            leaves = list(range(self.units))
        else:
            leaves = np.flatnonzero(self.tree.into[:, node - self.units]).tolist()
        girls, boys = leaves, [leaf + self.units for leaf in leaves]
        return girls + boys if sex == T else girls if sex == F else boys

    def _problem(self, up: Numbers, down: Numbers) -> highspy.HighsLp:
        problem = highspy.HighsLp()
        rows = [(node, sex) for node in range(len(self.tree)) for sex in (T, F, P)]
        rows = [at for at in rows if (at[0] >= self.units or at[1] == T) and min(up[at], down[at]) < FREE]
        columns = [self._columns(*at) for at in rows]
        problem.num_col_, problem.num_row_ = 2 * self.units, len(rows)
        problem.col_cost_ = self.cost
        problem.col_lower_ = -np.minimum(
            np.concatenate([down[: self.units, F], down[: self.units, P]]), _MANY
        )
        problem.col_upper_ = np.minimum(np.concatenate([up[: self.units, F], up[: self.units, P]]), _MANY)
        problem.row_lower_ = np.array([-down[at] if down[at] < FREE else -highspy.kHighsInf for at in rows])
        problem.row_upper_ = np.array([up[at] if up[at] < FREE else highspy.kHighsInf for at in rows])
        matrix = problem.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = 2 * self.units, len(rows)
        matrix.start_ = np.concatenate([[0], np.cumsum([len(some) for some in columns])]).astype(np.int32)
        matrix.index_ = np.array([i for some in columns for i in some], dtype=np.int32)
        matrix.value_ = np.ones(len(matrix.index_))
        return problem
