"""CP-SAT with one Boolean for each application, day and printer.

Exactly one choice a person ("not printed" among them), a sum for each limit, the
tiers weighted into one objective (which CP-SAT bears better than tiers one after
another).  Tried on 2000x10x1: two workers (as many as there are cores) and
eight, linearisation 1 and 2, with and without the pressure index's plan as a
hint; see `SETTINGS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.engines.answer import Answer
from benchmarks.instance import build, by_person, weighted

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from benchmarks.instance import Instance
    from ektp_sched.backlog import Backlog

__all__ = ["solve"]

WORKERS = 2
LINEARISATION = 1


def solve(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan with one Boolean for each application, day and printer.

    Parameters
    ----------
    backlog, case
        What to plan.
    limit
        Seconds for the solver.
    """
    instance = by_person(build(backlog, case))
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in range(len(instance.choice))]
    _choose_once(model, instance, chosen)
    _keep_limits(model, instance, chosen)
    cost = weighted(instance)
    cost -= np.minimum.reduceat(cost, instance.start[:-1])[instance.owner]
    model.minimize(cp_model.LinearExpr.weighted_sum(chosen, cost.tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.linearization_level = LINEARISATION
    solver.parameters.max_time_in_seconds = limit
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(instance, None, f"nothing in {limit:.0f} s")
    cards = np.array([solver.boolean_value(v) for v in chosen]).astype(np.int64)
    if status == cp_model.OPTIMAL:
        return Answer(instance, cards, "optimal")
    gap = 1 - solver.best_objective_bound / max(1.0, solver.objective_value)
    return Answer(instance, cards, f"stopped, gap {gap:.1%}")


def _choose_once(
    model: cp_model.CpModel, instance: Instance, chosen: list[cp_model.IntVar]
) -> None:
    begin, end = instance.start[:-1].tolist(), instance.start[1:].tolist()
    for low, high in zip(begin, end, strict=True):
        model.add_exactly_one(chosen[low:high])


def _keep_limits(
    model: cp_model.CpModel, instance: Instance, chosen: list[cp_model.IntVar]
) -> None:
    nowhere = np.zeros((len(instance.limit), 1), dtype=bool)
    uses = np.concatenate([instance.uses, nowhere], axis=1)
    for row, limit in zip(uses, instance.limit.tolist(), strict=True):
        mine = np.flatnonzero(row[instance.choice]).tolist()
        model.add(cp_model.LinearExpr.sum([chosen[i] for i in mine]) <= limit)
