"""GLOP (OR-Tools) on the same cohorts, at its best settings.

One variable for each cohort and allowed column or "not printed", one equality for
each cohort, one row for each limit that no other repeats; the arrays are handed
over in one call (ModelBuilder's sparse form: MathOpt's has to be filled term by
term and takes longer than the solve).

Tried on 2000x10x1, 2000x10x3 and 5000x25x3, processor seconds of the last: as it
comes 0.32 to 0.41, dual simplex 9.7 to 11.7, dual problem 17.7, without
preprocessing 0.27 to 0.34, Dantzig's rule 0.29, both 0.25; scaling, cost scaling,
initial basis and refactorisation period within noise of that.  One weighted
objective and tier by tier are both in the table; tier by tier the settings as
they come are best (4.2 against 4.8 without preprocessing and 6.4 with Dantzig).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from ortools.linear_solver.python import model_builder_helper as helper

from benchmarks.engines.answer import Answer, Linear, Solved, by_tier, once
from benchmarks.instance import build

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog

__all__ = ["solve", "solve_tiers"]

_ONCE = "use_preprocessing: false optimization_rule: DANTZIG"
_BY_TIER = "use_preprocessing: true"


def solve(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan by one weighted linear program.

    Parameters
    ----------
    backlog, case
        What to plan.
    limit
        Seconds.
    """
    return once(build(backlog, case), partial(_solve, limit=limit, settings=_ONCE))


def solve_tiers(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan tier by tier, each on the optimal face of those before.

    Parameters
    ----------
    backlog, case, limit
        As for `solve`.
    """
    return by_tier(
        build(backlog, case), partial(_solve, limit=limit, settings=_BY_TIER)
    )


def _solve(problem: Linear, limit: float, settings: str) -> Solved | None:
    """Solve one linear program; ``None`` without an optimal answer."""
    model: Any = helper.ModelBuilderHelper()
    model.fill_model_from_sparse_data(
        np.zeros_like(problem.cost),
        np.full_like(problem.cost, np.inf),
        problem.cost,
        problem.low,
        problem.high,
        problem.matrix,
    )
    solver = helper.ModelSolverHelper("glop")
    solver.set_time_limit_in_seconds(limit)
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
