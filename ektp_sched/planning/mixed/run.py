"""Solve a laid program: fractions first, then whole numbers near them.

The relaxation gives the bound.  Its switches and uses are rounded, it is
solved again, and whole numbers next to the fractions make a first plan; what
is still between the two is searched by branch and bound, so many nodes.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from ortools.math_opt import model_pb2

    from ektp_sched.planning.mixed.model import Laid

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["Outcome", "feasible", "minimise"]

_NODES = 20_000
"""Nodes of the search where no time limit is set: the same answer every time."""

_NEAR = 1e-6

_NONE = (
    mathopt.TerminationReason.INFEASIBLE,
    mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a solve ended.

    Parameters
    ----------
    slots, uses
        Cards of each kind in each column, and uses taken; ``None`` without a
        solution.
    value
        What the solver says of the objective.
    bound
        No solution comes below it, as the solver says, rounded up.
    infeasible
        Whether there is none.
    values
        Every variable; ``None`` without a solution.
    """

    slots: Ints | None
    uses: Ints | None
    value: float
    bound: int
    infeasible: bool
    values: Floats | None = None


def minimise(laid: Laid, seconds: float | None = None) -> Outcome:
    """Return the best solution found, and what no solution comes below.

    Parameters
    ----------
    laid
        The program; its objective is a whole number in every solution.
    seconds
        Time that is left; ``None`` for no limit.
    """
    begun = time.monotonic()
    relaxed = _relax(laid.proto)
    if relaxed is None:
        return Outcome(None, None, 0.0, 0, infeasible=True)
    values, least = relaxed
    bound = math.ceil(least - _NEAR * max(1.0, abs(least) * 1e-3))
    near = _near(laid, values, seconds)
    if near is not None and near.value < bound + 0.5:
        return replace(near, bound=bound)
    left = None if seconds is None else seconds - (time.monotonic() - begun)
    start = None if near is None else near.values
    found = _search(laid, laid.proto, left, start)
    best = min(
        (one for one in (near, found) if one is not None and one.slots is not None),
        key=lambda one: one.value,
        default=found,
    )
    return replace(best, bound=max(bound, found.bound))


def feasible(laid: Laid) -> Outcome:
    """Return any solution, or that there is none; the objective is a relief.

    Parameters
    ----------
    laid
        The program.
    """
    return _search(laid, laid.proto, None, None)


def _relax(proto: model_pb2.ModelProto) -> tuple[Floats, float] | None:
    """Solve with fractions; ``None`` if even these cannot keep the rules."""
    free = type(proto)()
    free.CopyFrom(proto)
    del free.variables.integers[:]
    free.variables.integers.extend([False] * len(free.variables.ids))
    model = mathopt.Model.from_model_proto(free)
    result = mathopt.solve(model, mathopt.SolverType.GLOP)
    if result.termination.reason in _NONE:
        return None
    if not result.has_primal_feasible_solution():
        return np.zeros(len(free.variables.ids)), 0.0
    return _values(model, result), result.objective_value()


def _near(laid: Laid, values: Floats, seconds: float | None) -> Outcome | None:
    """Return a whole solution next to a fractional one, if there is one."""
    yes = slice(laid.uses[0], laid.switches[1])
    for decided in (np.rint(values[yes]), np.ceil(values[yes] - _NEAR)):
        proto = _bounded(laid.proto, yes, decided, decided)
        again = _relax(proto)
        if again is None:
            continue
        slots = slice(*laid.slots)
        low = np.floor(again[0][slots] + _NEAR)
        high = np.ceil(again[0][slots] - _NEAR)
        if (low == high).all():
            return _outcome(laid, again[0], again[1], 0)
        found = _search(laid, _bounded(proto, slots, low, high), seconds, None)
        if found.slots is not None:
            return found
    return None


def _bounded(
    proto: model_pb2.ModelProto, some: slice, low: Floats, high: Floats
) -> model_pb2.ModelProto:
    """Return the program with some variables within narrower bounds."""
    found = type(proto)()
    found.CopyFrom(proto)
    for bounds, narrow in (
        (found.variables.lower_bounds, low),
        (found.variables.upper_bounds, high),
    ):
        every = np.array(bounds)
        every[some] = narrow
        del bounds[:]
        bounds.extend(every.tolist())
    return found


def _search(
    laid: Laid,
    proto: model_pb2.ModelProto,
    seconds: float | None,
    start: Floats | None,
) -> Outcome:
    model = mathopt.Model.from_model_proto(proto)
    # SCIP: the HiGHS of this OR-Tools (9.15) calls some feasible programs of this
    # kind infeasible after its presolve.
    parameters = mathopt.SolveParameters(
        time_limit=None if seconds is None else timedelta(seconds=max(0.05, seconds)),
        node_limit=_NODES if seconds is None else None,
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=0.9,
    )
    hints = []
    if start is not None:
        known = dict(zip(model.variables(), start.tolist(), strict=True))
        hints.append(mathopt.SolutionHint(variable_values=known))
    result = mathopt.solve(
        model,
        mathopt.SolverType.GSCIP,
        params=parameters,
        model_params=mathopt.ModelSolveParameters(solution_hints=hints),
    )
    if result.termination.reason in _NONE:
        return Outcome(None, None, 0.0, 0, infeasible=True)
    lowest = result.best_objective_bound()
    bound = math.ceil(lowest - _NEAR * max(1.0, abs(lowest) * 1e-3))
    if not result.has_primal_feasible_solution():
        return Outcome(None, None, 0.0, bound, infeasible=False)
    return _outcome(laid, _values(model, result), result.objective_value(), bound)


def _outcome(laid: Laid, values: Floats, value: float, bound: int) -> Outcome:
    """Return a solution, its whole numbers rounded."""
    return Outcome(
        np.rint(values[slice(*laid.slots)]).astype(np.int64),
        np.rint(values[slice(*laid.uses)]).astype(np.int64),
        value,
        bound,
        infeasible=False,
        values=values,
    )


def _values(model: mathopt.Model, result: mathopt.SolveResult) -> Floats:
    return np.array(result.variable_values(list(model.variables())))
