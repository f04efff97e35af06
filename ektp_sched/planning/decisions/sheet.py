"""A small program in whole numbers, solved exactly or with fractions allowed.

Every variable is from 0 to its highest value, every row asks for at least
something.  CP-SAT is exact in whole numbers; the linear relaxation only tells
where to learn the next cut, so nothing rests on its rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from ektp_sched.planning.decisions.master import cp_solver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["Answer", "Relaxed", "Sheet", "solve"]

_LARGEST = 1 << 52
"""Largest sum that a row may reach: far from overflow."""


@dataclass(frozen=True, slots=True)
class _Row:
    """``weights`` times the variables is at least ``least``."""

    variables: tuple[int, ...]
    weights: tuple[int, ...]
    least: int


@dataclass(slots=True)
class Sheet:
    """Variables from 0, rows, and what is to be small."""

    choices: int  # the first so many variables are the yes/no questions
    high: list[int] = field(init=False)
    rows: list[_Row] = field(default_factory=list)
    goal: dict[int, int] = field(default_factory=dict)
    facts: list[tuple[tuple[tuple[int, bool], ...], tuple[tuple[int, int], ...]]] = (
        field(default_factory=list)
    )

    def __post_init__(self) -> None:
        self.high = [1] * self.choices

    def new(self, high: int) -> int:
        """Return a new variable from 0 to its highest value."""
        self.high.append(high)
        return len(self.high) - 1

    def ask(self, terms: Mapping[int, int], least: int) -> None:
        """Ask for at least so much of weighted variables."""
        weighted = [(v, w) for v, w in terms.items() if w]
        if weighted or least > 0:
            variables, weights = zip(*weighted, strict=True) if weighted else ((), ())
            self.rows.append(_Row(tuple(variables), tuple(weights), least))

    def tell(
        self, chosen: Sequence[tuple[int, bool]], values: Sequence[tuple[int, int]]
    ) -> None:
        """State what variables are where the choices are exactly these."""
        self.facts.append((tuple(chosen), tuple(values)))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the exact search came to."""

    parts: Ints | None  # the choices, 0 or 1; `None` if none was found
    goal: int  # what they come to, as far as the rows know
    bound: int | None  # no choices come below it; `None` if nothing is known


def solve(
    sheet: Sheet, hint: Ints, *, seconds: float | None = None, workers: int = 1
) -> Answer:
    """Return the choices with the least goal."""
    model = cp_model.CpModel()
    known = [model.new_int_var(0, high, "") for high in sheet.high]
    for row in sheet.rows:
        _require(model, known, row, sheet.high)
    for chosen, values in sheet.facts:
        same = model.new_bool_var("")
        differs = [~known[v] if taken else known[v] for v, taken in chosen]
        model.add_bool_or([*differs, same])
        for variable, value in values:
            model.add(known[variable] == value).only_enforce_if(same)
    goal = _weighed(known, tuple(sheet.goal), tuple(sheet.goal.values()))
    model.minimize(goal)
    for variable, value in enumerate(hint.tolist()):
        model.add_hint(known[variable], value)
    solver = cp_solver(seconds, workers)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(None, 0, None)
    parts = np.array([solver.value(v) for v in known[: sheet.choices]], dtype=np.int64)
    value = round(solver.objective_value)
    return Answer(parts, value, math.ceil(solver.best_objective_bound - 1e-6))


def _weighed(
    known: Sequence[cp_model.IntVar], variables: tuple[int, ...], weights: Sequence[int]
) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum([known[v] for v in variables], weights)


def _require(
    model: cp_model.CpModel,
    known: Sequence[cp_model.IntVar],
    row: _Row,
    high: Sequence[int],
) -> None:
    """Add a row; very large numbers are rounded so that it asks for no more."""
    pairs = zip(row.variables, row.weights, strict=True)
    reach = abs(row.least) + sum(abs(w) * high[v] for v, w in pairs)
    unit = -(-reach // _LARGEST) or 1
    weights = [-(-w // unit) for w in row.weights]
    model.add(_weighed(known, row.variables, weights) >= row.least // unit)


@dataclass(slots=True)
class Relaxed:
    """The same program with fractions allowed, solved again as rows are added."""

    sheet: Sheet  # the program; its variables and goal stay as they are
    # Size of the variables that are no choice, so that the solver sees moderate
    # numbers.
    unit: float
    _model: mathopt.Model = field(init=False)
    _known: list[mathopt.Variable] = field(init=False)
    _solver: mathopt.IncrementalSolver = field(init=False)
    _rows: int = 0

    def __post_init__(self) -> None:
        self._model = mathopt.Model()
        self._known = [
            self._model.add_variable(lb=0, ub=high / self._size(variable))
            for variable, high in enumerate(self.sheet.high)
        ]
        goal = self.sheet.goal.items()
        scale = max((w * self._size(v) for v, w in goal), default=1.0)
        self._model.minimize(
            mathopt.LinearSum(
                w * self._size(v) / scale * self._known[v] for v, w in goal
            )
        )
        self._solver = mathopt.IncrementalSolver(self._model, mathopt.SolverType.GLOP)

    def solve(self) -> tuple[Floats, float] | None:
        """Return fractional choices and the goal; ``None`` if there are none."""
        for row in self.sheet.rows[self._rows :]:
            self._require(row)
        self._rows = len(self.sheet.rows)
        result = self._solver.solve()
        if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            return None
        values = result.variable_values(self._known)
        goal = sum(w * self._size(v) * values[v] for v, w in self.sheet.goal.items())
        return np.clip(values[: self.sheet.choices], 0.0, 1.0), float(goal)

    def _size(self, variable: int) -> float:
        return 1.0 if variable < self.sheet.choices else self.unit

    def _require(self, row: _Row) -> None:
        sized = [
            (v, w * self._size(v))
            for v, w in zip(row.variables, row.weights, strict=True)
        ]
        scale = max((abs(w) for _, w in sized), default=1.0)
        taken = mathopt.LinearSum(w / scale * self._known[v] for v, w in sized)
        self._model.add_linear_constraint(taken >= row.least / scale)
