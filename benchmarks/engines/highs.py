"""HiGHS on the same cohorts, and person by person, at its best settings.

The model is that of `benchmarks.engines.glop`, handed over as arrays.

Tried on 2000x10x3 and 5000x25x3, processor seconds of the last: dual simplex 6 to
13 with or without presolve, primal simplex and other edge weights 4 and more,
interior point with crossover 1.5, without presolve 1.3, HiPO 4.9 and more.  Tried
also: one weighted objective and tier by tier; both are in the table.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from benchmarks.engines.answer import Answer, Linear, Solved, by_tier, once
from benchmarks.instance import build, by_person

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog

__all__ = ["solve", "solve_people", "solve_tiers"]

_SETTINGS = {"output_flag": False, "solver": "ipx", "presolve": "off"}


def solve(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan by one weighted linear program over cohorts.

    Parameters
    ----------
    backlog, case
        What to plan.
    limit
        Seconds.
    """
    return once(build(backlog, case), partial(_solve, limit=limit))


def solve_people(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan by one weighted linear program over people.

    Parameters
    ----------
    backlog, case, limit
        As for `solve`.
    """
    return once(by_person(build(backlog, case)), partial(_solve, limit=limit))


def solve_tiers(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan tier by tier, each on the optimal face of those before.

    Parameters
    ----------
    backlog, case, limit
        As for `solve`.
    """
    return by_tier(build(backlog, case), partial(_solve, limit=limit))


def _solve(problem: Linear, limit: float) -> Solved | None:
    """Solve one linear program; ``None`` without an optimal answer."""
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in _SETTINGS.items():
        solver.setOptionValue(name, value)
    solver.setOptionValue("time_limit", float(limit))
    solver.passModel(_model(problem))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    found = solver.getSolution()
    return Solved(
        np.array(found.col_value),
        np.array(found.col_dual),
        np.array(found.row_dual),
        "optimal, in floats",
    )


def _model(problem: Linear) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(problem.cost), len(problem.low)
    model.col_cost_ = problem.cost
    model.col_lower_ = np.zeros_like(problem.cost)
    model.col_upper_ = np.full_like(problem.cost, highspy.kHighsInf)
    model.row_lower_, model.row_upper_ = problem.low, problem.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = problem.matrix.indptr
    model.a_matrix_.index_ = problem.matrix.indices
    model.a_matrix_.value_ = problem.matrix.data
    return model
