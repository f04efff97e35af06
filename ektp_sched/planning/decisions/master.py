"""The small program that decides: yes/no choices, their rules, and what cuts say.

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

from ektp_sched.planning.network.cpsat import cp_solver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ektp_sched.arrays import Floats, Ints


_LARGEST = 1 << 60
"""No sum that CP-SAT is given reaches this: it counts in 64 bits."""

_LIMB = 1 << 40
"""Larger numbers are given as digits to this base, with a carry between them."""

_FLOAT = 1e-15
"""Bounds of a search that did not end come as floats, so exact."""


@dataclass(frozen=True, slots=True)
class _Row:
    """``weights`` times the variables is at least ``least``."""

    variables: tuple[int, ...]
    weights: tuple[int, ...]
    least: int
    reach: int  # no part of it is above


@dataclass(slots=True)
class Master:
    """Variables from 0, rows that each ask for at least something, and a goal."""

    choices: int  # the first so many variables are the yes/no choices
    high: list[int] = field(init=False)  # largest value of each variable
    rows: list[_Row] = field(default_factory=list)
    goal: dict[int, int] = field(default_factory=dict)  # weights of what is to be small
    # Where choices are exactly these, variables are at least so much.
    facts: list[tuple[tuple[tuple[int, bool], ...], tuple[tuple[int, int], ...]]] = (
        field(default_factory=list)
    )

    def __post_init__(self) -> None:
        self.high = [1] * self.choices

    def new(self, high: int) -> int:
        """Return a new variable from 0 to its largest value."""
        self.high.append(high)
        return len(self.high) - 1

    def ask(self, terms: Mapping[int, int], least: int) -> None:
        """Ask for at least so much of weighted variables."""
        weighted = {v: w for v, w in terms.items() if w}
        if weighted or least > 0:
            reach = abs(least) + sum(abs(w) * self.high[v] for v, w in weighted.items())
            variables, weights = tuple(weighted), tuple(weighted.values())
            self.rows.append(_Row(variables, weights, least, reach))

    def tell(
        self, chosen: Sequence[tuple[int, bool]], values: Sequence[tuple[int, int]]
    ) -> None:
        """State what variables are at least where the choices are exactly these."""
        self.facts.append((tuple(chosen), tuple(values)))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the exact search came to."""

    parts: Ints | None  # the choices, 0 or 1; `None` if no choices were found
    goal: int  # what they come to at most, as far as the rows know
    bound: int  # no choices are proven to come below it


def solve(
    master: Master,
    most: int,
    *,
    hint: Ints | None = None,
    seconds: float | None = None,
    workers: int = 1,
) -> Answer:
    """Return the choices with the least goal, among those up to ``most``."""
    model = cp_model.CpModel()
    grains = [_grain(high) for high in master.high]
    known = [
        model.new_int_var(0, -(-high // grain), "")
        for high, grain in zip(master.high, grains, strict=True)
    ]
    goal, unit = _goal(model, master, most, known, grains)
    for row in master.rows:
        _require(model, known, row, master.high, grains)
    for chosen, values in master.facts:
        same = model.new_bool_var("")
        differs = [~known[v] if taken else known[v] for v, taken in chosen]
        model.add_bool_or([*differs, same])
        for variable, value in values:
            least = -(-value // grains[variable])
            model.add(known[variable] >= least).only_enforce_if(same)
    model.minimize(goal)
    if hint is not None:
        for variable, value in enumerate(hint.tolist()):
            model.add_hint(known[variable], value)
    solver = cp_solver(seconds, workers)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(None, 0, 0)
    parts = np.array([solver.value(v) for v in known[: master.choices]], dtype=np.int64)
    reached = round(solver.value(goal))
    least = reached
    if status != cp_model.OPTIMAL:
        stated = solver.best_objective_bound
        exact = math.isfinite(stated)
        least = math.ceil(stated - 1e-6 - stated * _FLOAT) if exact else 0
    # A variable in grains may stand for so much less.
    coarse = sum(w * (grains[v] - 1) for v, w in master.goal.items())
    return Answer(parts, reached * unit, max(0, least * unit - coarse))


def _grain(high: int) -> int:
    """Return in what multiples a variable is counted, so that it is in range."""
    grain = 1
    while high // grain >= _LARGEST // 4:
        grain *= _LIMB
    return grain


def _goal(
    model: cp_model.CpModel,
    master: Master,
    most: int,
    known: list[cp_model.IntVar],
    grains: Sequence[int],
) -> tuple[cp_model.IntVar, int]:
    """Return a variable for the goal, and what one of it stands for, rounded down."""
    variable, weight = next(iter(master.goal.items()), (0, 0))
    if len(master.goal) == weight == 1 and variable >= master.choices:
        high, grain = min(master.high[variable], most), grains[variable]
        known[variable] = goal = model.new_int_var(0, -(-high // grain), "")
        return goal, grain
    reach = sum(w * master.high[v] for v, w in master.goal.items())
    unit = -(-reach // _LARGEST) or 1
    goal = model.new_int_var(0, -(-most // unit), "")
    rounded = [w * grains[v] // unit for v, w in master.goal.items()]
    model.add(goal == _weighed([known[v] for v in master.goal], rounded))
    return goal, unit


def _weighed(
    variables: Sequence[cp_model.IntVar], weights: Sequence[int]
) -> cp_model.LinearExpr:
    terms = [(v, w) for v, w in zip(variables, weights, strict=True) if w]
    return cp_model.LinearExpr.weighted_sum(
        [v for v, _ in terms], [w for _, w in terms]
    )


def _require(
    model: cp_model.CpModel,
    known: Sequence[cp_model.IntVar],
    row: _Row,
    high: Sequence[int],
    grains: Sequence[int],
) -> None:
    """Add a row; what 64 bits cannot hold digit by digit, or rounded to ask less."""
    of = [known[v] for v in row.variables]
    if row.reach < _LARGEST // 4:
        # No variable in it is counted in grains.
        model.add(_weighed(of, row.weights) >= row.least)
        return
    pairs = list(zip(row.variables, row.weights, strict=True))
    weights = [w * grains[v] for v, w in pairs]
    if all(w >= 0 for w in weights) and all(w == 1 for v, w in pairs if high[v] > 1):
        grain = max([1, *(grains[v] for v in row.variables)])
        _demand(model, of, weights, row.least, grain)
    else:
        unit = -(-row.reach // _LARGEST)
        rounded = [-(-w // unit) for w in weights]
        model.add(_weighed(of, rounded) >= row.least // unit)


def _demand(
    model: cp_model.CpModel,
    variables: Sequence[cp_model.IntVar],
    weights: Sequence[int],
    need: int,
    grain: int,
) -> None:
    """Require a sum of at least so much, digit by digit.

    With :math:`a = a_1 B + a_0` and :math:`c = c_1 B + c_0`, a sum of a is at
    least c just if for some whole k the sum of :math:`a_0` is at least
    :math:`c_0 + k B` and that of :math:`a_1` at least :math:`c_1 - k`.
    """
    sums = list(variables)
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
    """The same program with fractions allowed, solved again as rows are added."""

    master: Master  # its variables and goal stay as they are
    unit: int  # size of what is no choice, so that the solver sees moderate numbers
    _model: mathopt.Model = field(init=False)
    _known: list[mathopt.Variable] = field(init=False)
    _solver: mathopt.IncrementalSolver = field(init=False)
    _rows: int = 0

    def __post_init__(self) -> None:
        self._model = mathopt.Model()
        # What is to be small needs no bound from above.
        free = {v for v in self.master.goal if v >= self.master.choices}
        self._known = [
            self._model.add_variable(
                lb=0, ub=math.inf if v in free else high / self._size(v)
            )
            for v, high in enumerate(self.master.high)
        ]
        goal = [(v, w * self._size(v)) for v, w in self.master.goal.items()]
        scale = max((w for _, w in goal), default=1)
        self._model.minimize(
            mathopt.LinearSum(w / scale * self._known[v] for v, w in goal)
        )
        self._solver = mathopt.IncrementalSolver(self._model, mathopt.SolverType.GLOP)

    def solve(self) -> tuple[Floats, float] | None:
        """Return fractional choices and the goal; ``None`` if there are none."""
        for row in self.master.rows[self._rows :]:
            self._require(row)
        self._rows = len(self.master.rows)
        result = self._solver.solve()
        if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            return None
        values = result.variable_values(self._known)
        goal = sum(w * self._size(v) * values[v] for v, w in self.master.goal.items())
        return np.clip(values[: self.master.choices], 0.0, 1.0), float(goal)

    def _size(self, variable: int) -> int:
        return 1 if variable < self.master.choices else self.unit

    def _require(self, row: _Row) -> None:
        sized = [
            (v, w * self._size(v))
            for v, w in zip(row.variables, row.weights, strict=True)
        ]
        # Large steps of a tier are told by its size, larger ones by themselves.
        scale = max((abs(w) for v, w in sized if v >= self.master.choices), default=0)
        if not scale or abs(row.least) >= scale * _LIMB:
            scale = max(1, abs(row.least))
        taken = mathopt.LinearSum(w / scale * self._known[v] for v, w in sized)
        self._model.add_linear_constraint(taken >= row.least / scale)
