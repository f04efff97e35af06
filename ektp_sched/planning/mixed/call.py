"""One call of a solver, arrays in and arrays out.

What MathOpt's Python layer makes of an answer, a dictionary from objects to
floats, takes longer than many a solve; so its messages are read directly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt import callback_pb2, model_parameters_pb2, parameters_pb2
from ortools.math_opt import result_pb2 as ends
from ortools.math_opt import solution_pb2 as states
from ortools.math_opt.core.python import solver

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Floats
    from ektp_sched.planning.mixed.matrix import Matrix


_INFINITE = 1e20
"""From here on SCIP means that there is no bound."""

_DEAR = 1 << 32
"""Costs from here on are more than GLOP makes anything of."""

_SCALED = 1 << 26
"""What the dearest of such costs becomes at most."""

_NONE = (
    ends.TERMINATION_REASON_INFEASIBLE,
    ends.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call ended."""

    infeasible: bool  # whether the solver says that there is no solution
    values: Floats | None  # every variable, (N,); `None` without a solution
    value: float  # what the solver says of the objective
    # No solution comes below it, as the solver says; `None` if it says nothing, as
    # where the time was over before it knew any.
    bound: float | None
    price: Floats  # of each row, (R,); 0 where none is known


def relaxation(matrix: Matrix, kept: Bools) -> Answer:
    """Solve with fractions, by GLOP; costs beyond its range in larger units.

    Variables that are not ``kept`` are 0.
    """
    parameters = parameters_pb2.SolveParametersProto()
    dearest = float(np.abs(matrix.cost[kept]).max(initial=0))
    # A power of two takes no digit from a float.
    unit = 1.0
    if dearest >= _DEAR:
        unit = 2.0 ** math.ceil(math.log2(dearest / _SCALED))
        matrix = replace(matrix, cost=matrix.cost / unit)
    engine = parameters_pb2.SOLVER_TYPE_GLOP
    answer = _call(matrix, kept, engine, parameters, None, whole=False)
    bound = None if answer.bound is None else answer.bound * unit
    value, price = answer.value * unit, answer.price * unit
    return replace(answer, value=value, bound=bound, price=price)


def branch(
    matrix: Matrix,
    kept: Bools,
    *,
    seconds: float | None = None,
    nodes: int | None = None,
    near: float = 0.0,
    start: Floats | None = None,
) -> Answer:
    """Solve with whole numbers, by SCIP.

    The HiGHS of this OR-Tools (9.15) calls some feasible programs of this kind
    infeasible after its presolve.

    A solution may stay ``near`` above the bound; ``start`` is a solution that is known.
    """
    parameters = parameters_pb2.SolveParametersProto(
        relative_gap_tolerance=0.0, absolute_gap_tolerance=near
    )
    if seconds is not None:
        parameters.time_limit.FromMilliseconds(round(1000 * max(0.05, seconds)))
    if nodes is not None:
        parameters.node_limit = nodes
    engine = parameters_pb2.SOLVER_TYPE_GSCIP
    return _call(matrix, kept, engine, parameters, start, whole=True)


def _call(
    matrix: Matrix,
    kept: Bools,
    engine: int,
    parameters: parameters_pb2.SolveParametersProto,
    start: Floats | None,
    *,
    whole: bool,
) -> Answer:
    hints = model_parameters_pb2.ModelSolveParametersProto()
    if start is not None:
        hint = hints.solution_hints.add().variable_values
        hint.ids.extend(np.flatnonzero(kept).tolist())
        hint.values.extend(start[kept].tolist())
    result = solver.solve(
        matrix.proto(kept, whole=whole),
        engine,
        parameters_pb2.SolverInitializerProto(),
        parameters,
        hints,
        None,
        callback_pb2.CallbackRegistrationProto(),
        None,
        None,
    )
    price = np.zeros(len(matrix.least))
    ended = result.termination
    said = ended.objective_bounds.dual_bound
    bound = said if abs(said) < _INFINITE else None
    if ended.reason in _NONE or not result.solutions:
        return Answer(ended.reason in _NONE, None, 0.0, bound, price)
    solution = result.solutions[0]
    primal, dual = solution.primal_solution, solution.dual_solution
    if dual.feasibility_status == states.SOLUTION_STATUS_FEASIBLE:
        price[np.array(dual.dual_values.ids)] = dual.dual_values.values
    if primal.feasibility_status != states.SOLUTION_STATUS_FEASIBLE:
        return Answer(False, None, 0.0, bound, price)
    values = np.zeros(len(matrix.cost))
    values[np.array(primal.variable_values.ids)] = primal.variable_values.values
    return Answer(False, values, primal.objective_value, bound, price)
