"""The small problem that decides: uses, their rules, and what cuts say.

CP-SAT is exact in whole numbers; the linear relaxation only tells where to
learn the next cut, so nothing rests on its rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.planning.decisions.rules import Row

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["Answer", "Bound", "Relaxation", "choose", "cp_solver"]

_LARGEST = 1 << 60
"""No sum that CP-SAT is given reaches this: it counts in 64 bits."""

_LIMB = 1 << 40
"""Larger numbers are given as digits to this base, with a carry between them."""

_FLOAT = 1e-15
"""Bounds of a search that did not end come as floats, so exact."""


@dataclass(frozen=True, slots=True)
class Bound:
    """``constant - slope · uses`` is a lower bound on a tier."""

    constant: int  # the bound without any use
    slope: tuple[int, ...]  # what each use lowers it by, not negative, (U,)

    def at(self, parts: Sequence[int]) -> int:
        """Return the bound at a decision."""
        taken = zip(self.slope, parts, strict=True)
        return self.constant - sum(a * y for a, y in taken if y)

    def clipped(self, floor: int) -> Bound | None:
        """Return a bound as good wherever it says more than ``floor``.

        No use need lower it by more than lies between; ``None`` if it never
        says more.
        """
        above = self.constant - floor
        if above <= 0:
            return None
        return Bound(above, tuple(min(a, above) for a in self.slope))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the master came to."""

    parts: Ints | None  # the decision, (U,), 0 or 1; `None` if no decision obeys
    bound: int  # no decision is proven to come below it
    proven: bool  # whether the search ended


def choose(
    rows: Sequence[Row],
    held: Sequence[Bound],
    bounds: Sequence[Bound],
    linear: Ints,
    span: tuple[int, int],
    *,
    seconds: float | None = None,
    workers: int = 1,
) -> Answer:
    """Return the best decision as far as the cuts know.

    ``held`` are bounds on settled tiers, less their values: they must be at most 0.
    The tier to be minimised is the largest of ``bounds`` or, where none are given, what
    each use costs by itself, ``linear`` of shape ``(U,)``; only its values in ``span``,
    the least and the largest, matter.  Time is left for some seconds, ``None`` for no
    limit.
    """
    low, high = span
    grain = 1
    while (high - low) // grain >= _LARGEST // 4:
        grain *= _LIMB
    model = cp_model.CpModel()
    uses = [model.new_bool_var("") for _ in linear]
    for row in rows:
        model.add(_weighed(uses, row.weight.tolist()) <= row.most)
    value = model.new_int_var(0, -(-(high - low) // grain), "")
    for bound in held:
        _demand(model, uses, bound.clipped(0), ())
    for bound in bounds:
        _demand(model, [*uses, value], bound.clipped(low), (grain,))
    if not bounds:
        model.add(value + low == _weighed(uses, linear.tolist()))
    model.minimize(value)
    parts, least, proven = _solved(model, uses, value, seconds, workers)
    return Answer(parts, low + grain * max(0, least - 1) + min(1, least), proven)


def cp_solver(seconds: float | None, workers: int) -> cp_model.CpSolver:
    """Return a solver with a fixed seed: with one worker its answer is repeatable."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    # It would leave a signal that ends the program at once, whatever it writes.
    solver.parameters.catch_sigint_signal = False
    if seconds is not None:
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
    return solver


def _solved(
    model: cp_model.CpModel,
    uses: list[cp_model.IntVar],
    value: cp_model.IntVar,
    seconds: float | None,
    workers: int,
) -> tuple[Ints | None, int, bool]:
    """Return a decision, a bound on the objective, and whether the search ended."""
    solver = cp_solver(seconds, workers)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, 0, status == cp_model.INFEASIBLE
    parts = np.array([solver.value(y) for y in uses], dtype=np.int64)
    if status == cp_model.OPTIMAL:
        return parts, round(solver.value(value)), True
    bound = solver.best_objective_bound
    if not math.isfinite(bound):
        return parts, 0, False
    return parts, max(0, math.ceil(bound - 1e-6 - bound * _FLOAT)), False


def _weighed(
    uses: Sequence[cp_model.IntVar], weights: Sequence[int]
) -> cp_model.LinearExpr:
    terms = [(y, w) for y, w in zip(uses, weights, strict=True) if w]
    return cp_model.LinearExpr.weighted_sum(
        [y for y, _ in terms], [w for _, w in terms]
    )


def _demand(
    model: cp_model.CpModel,
    variables: Sequence[cp_model.IntVar],
    bound: Bound | None,
    more: tuple[int, ...],
) -> None:
    """Require what a clipped bound says, digit by digit where it is very large.

    With :math:`a = a_1 B + a_0` and :math:`c = c_1 B + c_0`, a sum of a is at
    least c just if for some whole k the sum of :math:`a_0` is at least
    :math:`c_0 + k B` and that of :math:`a_1` at least :math:`c_1 - k`.
    """
    if bound is None:
        return
    need, sums = bound.constant, list(variables)
    weights = [*bound.slope, *more]
    grain = max(more, default=1)
    while need * (len(sums) + 1) >= _LARGEST or grain > 1:
        need, digit = divmod(need, _LIMB)
        rests = [w % _LIMB for w in weights]
        carry = model.new_int_var(-1, _LARGEST // _LIMB, "")
        model.add(_weighed(sums, rests) - _LIMB * carry >= digit)
        sums.append(carry)
        weights = [*(w // _LIMB for w in weights), 1]
        grain //= _LIMB
    model.add(_weighed(sums, weights) >= need)


@dataclass(slots=True)
class Relaxation:
    """The master with fractions allowed, solved again with every new cut."""

    rows: Sequence[Row]  # rows and held as for `choose`
    held: Sequence[Bound]
    unit: int  # size of the tier's values, so that the solver sees moderate numbers
    count: int  # number of uses
    _model: mathopt.Model = field(init=False)
    _uses: list[mathopt.Variable] = field(init=False)
    _value: mathopt.Variable = field(init=False)
    _solver: mathopt.IncrementalSolver = field(init=False)

    def __post_init__(self) -> None:
        self._model = mathopt.Model()
        self._uses = [self._model.add_variable(lb=0, ub=1) for _ in range(self.count)]
        self._value = self._model.add_variable(lb=0)
        for row in self.rows:
            expression = self._weighed(row.weight.tolist(), max(1, row.most))
            self._model.add_linear_constraint(expression <= row.most / max(1, row.most))
        for bound in self.held:
            self.hold(bound)
        self._model.minimize(self._value)
        self._solver = mathopt.IncrementalSolver(self._model, mathopt.SolverType.GLOP)

    def add(self, bound: Bound) -> None:
        """Add a cut on the tier, less what it is at least."""
        self._require(bound, self._value)

    def hold(self, bound: Bound) -> None:
        """Add a cut on a settled tier, less its value."""
        self._require(bound.clipped(0), None)

    def solve(self) -> tuple[Floats, float] | None:
        """Return a fractional decision and its value; ``None`` if there is none."""
        result = self._solver.solve()
        if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            return None
        values = result.variable_values(self._uses)
        return np.array(values), result.objective_value() * self.unit

    def _require(self, bound: Bound | None, value: mathopt.Variable | None) -> None:
        if bound is None:
            return
        unit = bound.constant
        if value is not None and unit < self.unit * _LIMB:
            unit = self.unit
        taken = self._weighed(bound.slope, unit)
        if value is not None:
            taken = taken + self.unit / unit * value
        self._model.add_linear_constraint(taken >= bound.constant / unit)

    def _weighed(self, weights: Sequence[int], unit: int) -> mathopt.LinearExpression:
        return mathopt.LinearSum(
            w / unit * y for y, w in zip(self._uses, weights, strict=True) if w
        )
