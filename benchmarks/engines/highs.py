"""HiGHS on the same cohorts, and person by person, at its best settings.

The model is that of `benchmarks.engines.glop`, handed over as arrays.

Tried on 5000x25x3 (``python -m benchmarks.tune highs``): dual simplex, interior
point with crossover, presolve on and off, one and two threads; one weighted
objective and tier by tier (keeping the basis).  The fastest whose tier values are
exact is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np

from benchmarks.engines.answer import Answer, Linear, Solved, linear, rounded
from benchmarks.instance import Instance, build, by_person, weighted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog

__all__ = ["load", "run", "solve", "solve_people", "solve_tiers"]

_TOLERANCE = 1e-6
SETTINGS: Mapping[str, str | int | float] = {"solver": "simplex"}
SETTINGS_PEOPLE: Mapping[str, str | int | float] = {"solver": "simplex"}


def solve(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan by one weighted linear program over cohorts.

    Parameters
    ----------
    backlog, case
        What to plan.
    limit
        Seconds.
    """
    return _weighted(build(backlog, case), limit, SETTINGS)


def solve_people(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan by one weighted linear program over people.

    Parameters
    ----------
    backlog, case, limit
        As for `solve`.
    """
    return _weighted(by_person(build(backlog, case)), limit, SETTINGS_PEOPLE)


def solve_tiers(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan tier by tier: what a tier closes stays closed, the basis is kept.

    Parameters
    ----------
    backlog, case, limit
        As for `solve`.
    """
    instance = build(backlog, case)
    parts = [linear(instance, cost) for cost in instance.costs]
    solver = load(parts[0], SETTINGS)
    upper, low, high = parts[0].upper.copy(), parts[0].low.copy(), parts[0].high
    entries = np.arange(len(upper), dtype=np.int32)
    rows = np.arange(len(low), dtype=np.int32)
    found: Solved | None = None
    for number, part in enumerate(parts):
        if number:
            assert found is not None
            upper[found.reduced > _TOLERANCE] = 0
            tight = np.abs(found.price) > _TOLERANCE
            low[tight] = high[tight]
            solver.changeColsCost(len(entries), entries, part.cost)
            solver.changeColsBounds(len(entries), entries, np.zeros_like(upper), upper)
            solver.changeRowsBounds(len(rows), rows, low, high)
        found = run(solver, limit)
        if found is None:
            return Answer(instance, None, "no answer")
    assert found is not None
    return Answer(instance, rounded(found.value), found.proof)


def _weighted(
    instance: Instance, limit: float, settings: Mapping[str, str | int | float]
) -> Answer:
    problem = linear(instance, weighted(instance))
    found = run(load(problem, settings), limit)
    if found is None:
        return Answer(instance, None, f"nothing in {limit:.0f} s")
    return Answer(instance, rounded(found.value), found.proof)


def load(problem: Linear, settings: Mapping[str, str | int | float]) -> highspy.Highs:
    """Return a solver that holds a program.

    Parameters
    ----------
    problem
        The program.
    settings
        HiGHS options by name.
    """
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(problem.cost), len(problem.low)
    model.col_cost_ = problem.cost
    model.col_lower_ = np.zeros_like(problem.upper)
    model.col_upper_ = problem.upper
    model.row_lower_, model.row_upper_ = problem.low, problem.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = problem.matrix.indptr
    model.a_matrix_.index_ = problem.matrix.indices
    model.a_matrix_.value_ = problem.matrix.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    for name, value in settings.items():
        solver.setOptionValue(name, value)
    solver.passModel(model)
    return solver


def run(solver: highspy.Highs, limit: float) -> Solved | None:
    """Solve; ``None`` without an optimal answer.

    Parameters
    ----------
    solver
        Holds the program.
    limit
        Seconds.
    """
    solver.setOptionValue("time_limit", float(limit))
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
