"""GLOP (OR-Tools) on the same cohorts, at its best settings.

One variable for each cohort and allowed column or "not printed", one equality for
each cohort, one row for each limit; the arrays are handed over in one call.

Tried on 5000x25x3 (``python -m benchmarks.tune glop``): built through
ModelBuilder's sparse call or as a MathOpt proto; primal and dual simplex;
presolve on and off; one weighted objective and tier by tier.  The fastest whose
tier values are exact is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from ortools.linear_solver.python import model_builder_helper as helper

from benchmarks.engines.answer import (
    Answer,
    Linear,
    Solved,
    linear,
    on_optimal_face,
    rounded,
)
from benchmarks.instance import Instance, build, weighted

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog

__all__ = ["solve", "solve_linear", "solve_tiers"]

SETTINGS = ""


def solve(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan by one weighted linear program.

    Parameters
    ----------
    backlog, case
        What to plan.
    limit
        Seconds.
    """
    instance = build(backlog, case)
    found = solve_linear(linear(instance, weighted(instance)), limit)
    return _answer(instance, found)


def solve_tiers(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan tier by tier, each on the optimal face of those before.

    Parameters
    ----------
    backlog, case, limit
        As for `solve`.
    """
    instance = build(backlog, case)
    parts = [linear(instance, cost) for cost in instance.costs]
    problem = parts[0]
    found = solve_linear(problem, limit)
    for part in parts[1:]:
        if found is None:
            break
        problem = on_optimal_face(problem, found, part.cost)
        found = solve_linear(problem, limit)
    return _answer(instance, found)


def _answer(instance: Instance, found: Solved | None) -> Answer:
    if found is None:
        return Answer(instance, None, "no answer")
    return Answer(instance, rounded(found.value), found.proof)


def solve_linear(
    problem: Linear, limit: float, settings: str = SETTINGS
) -> Solved | None:
    """Solve one linear program; ``None`` without an optimal answer.

    Parameters
    ----------
    problem
        The program.
    limit
        Seconds.
    settings
        GlopParameters as text.
    """
    model = helper.ModelBuilderHelper()
    model.fill_model_from_sparse_data(
        np.zeros_like(problem.upper),
        problem.upper,
        problem.cost,
        problem.low,
        problem.high,
        problem.matrix,
    )
    solver = helper.ModelSolverHelper("glop")
    solver.set_time_limit_in_seconds(limit)
    if settings:
        solver.set_solver_specific_parameters(settings)
    solver.solve(model)
    if solver.status() != helper.SolveStatus.OPTIMAL:
        return None
    return Solved(
        np.asarray(solver.variable_values()),
        np.asarray(solver.reduced_costs()),
        np.asarray(solver.dual_values()),
        "optimal, in floats",
    )
