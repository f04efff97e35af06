"""CP-SAT and PyJobShop, person by person, on two workers.

CP-SAT has one Boolean for each application, day and printer, exactly one choice a
person, and a sum for each limit.  Tried on 2000x10x1: two workers (as many as there
are cores) and eight, linearisation 1 and 2, with and without the index's plan as a
hint; weighted tiers, which it bears better than one after another.

PyJobShop has no cost of a mode and no pressure that grows while one waits.  The same
problem can still be put to it exactly: each limit is a consumable resource; a mode
uses one of each, and its *duration* is the choice's weighted cost; all tasks start at
0, so the total flow time is the objective.  Tried beside it: working days as time
units, a renewable resource for each printer, weighted flow time; its plans were worse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instance import Answer, build, by_person, weighted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.cases import Case
    from benchmarks.instance import Instance
    from ektp_sched.backlog import Backlog

__all__ = ["cpsat", "pyjobshop"]

_WORKERS = 2


def cpsat(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan with CP-SAT."""
    from ortools.sat.python import cp_model

    instance = by_person(build(backlog, case))
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in range(len(instance.choice))]
    for low, high in _people(instance):
        model.add_exactly_one(chosen[low:high])
    nowhere = np.zeros((len(instance.limit), 1), dtype=bool)
    uses = np.concatenate([instance.uses, nowhere], axis=1)
    for row, most in zip(uses, instance.limit.tolist(), strict=True):
        counted = np.flatnonzero(row[instance.choice]).tolist()
        model.add(cp_model.LinearExpr.sum([chosen[i] for i in counted]) <= most)
    cost = weighted(instance).tolist()
    model.minimize(cp_model.LinearExpr.weighted_sum(chosen, cost))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = _WORKERS
    solver.parameters.linearization_level = 1
    solver.parameters.max_time_in_seconds = limit
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(instance, None, f"nothing in {limit:.0f} s")
    cards = np.array([solver.boolean_value(v) for v in chosen]).astype(np.int64)
    if status == cp_model.OPTIMAL:
        return Answer(instance, cards, "optimal")
    gap = 1 - solver.best_objective_bound / max(1.0, solver.objective_value)
    return Answer(instance, cards, f"stopped, gap {gap:.1%}")


def pyjobshop(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan with PyJobShop on OR-Tools."""
    from pyjobshop import Model

    instance = by_person(build(backlog, case))
    model = Model()
    limits = [model.add_consumable(capacity=cards) for cards in instance.limit.tolist()]
    used = [
        [limits[i] for i in np.flatnonzero(instance.uses[:, column]).tolist()]
        for column in range(instance.columns)
    ]
    used.append([])
    choices, costs = instance.choice.tolist(), weighted(instance).tolist()
    for low, high in _people(instance):
        task = model.add_task(model.add_job(), latest_start=0)
        for entry in range(low, high):
            resources = used[choices[entry]]
            model.add_mode(task, resources, costs[entry], [1] * len(resources))
    model.set_objective(weight_total_flow_time=1)
    result = model.solve(time_limit=limit, display=False, num_workers=_WORKERS)
    tasks = result.best.tasks
    if len(tasks) != len(instance.size):
        return Answer(instance, None, f"nothing in {limit:.0f} s")
    cards = np.zeros(len(instance.choice), dtype=np.int64)
    # Modes were added in the order of the choices.
    cards[[task.mode for task in tasks]] = 1
    if result.status.name == "OPTIMAL":
        return Answer(instance, cards, "optimal")
    gap = 1 - result.lower_bound / max(1.0, result.objective)
    return Answer(instance, cards, f"stopped, gap {gap:.1%}")


def _people(instance: Instance) -> Iterator[tuple[int, int]]:
    """Return where the choices of each person begin and end."""
    return zip(instance.start[:-1].tolist(), instance.start[1:].tolist(), strict=True)
