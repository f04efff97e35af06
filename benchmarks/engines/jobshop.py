"""PyJobShop: an application is a job of one task with a mode for each choice.

PyJobShop has no cost of a mode and no pressure that grows while one waits.  The
same problem can still be put to it exactly: each printer-day and server-day is a
consumable resource with its cards as capacity; a mode uses one of each, and its
*duration* is the choice's weighted cost; all tasks start at 0, so the total flow
time is the objective.  Tried beside it: working days as time units, a renewable
resource for each printer, weighted flow time.  That is another objective, its
plans were worse, and it cannot leave a card unprinted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyjobshop import Model

from benchmarks.engines.answer import Answer
from benchmarks.instance import build, by_person, weighted

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from benchmarks.instance import Instance
    from ektp_sched.backlog import Backlog

__all__ = ["solve"]

WORKERS = 2


def solve(backlog: Backlog, case: Case, limit: float) -> Answer:
    """Plan with PyJobShop on OR-Tools.

    Parameters
    ----------
    backlog, case
        What to plan.
    limit
        Seconds for the solver.
    """
    instance = by_person(build(backlog, case))
    model = _model(instance)
    result = model.solve(time_limit=limit, display=False, num_workers=WORKERS)
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


def _model(instance: Instance) -> Model:
    cost = weighted(instance)
    cost -= np.minimum.reduceat(cost, instance.start[:-1])[instance.owner]
    model = Model()
    limits = [model.add_consumable(capacity=cards) for cards in instance.limit.tolist()]
    used = [
        [limits[i] for i in np.flatnonzero(instance.uses[:, column]).tolist()]
        for column in range(instance.columns)
    ]
    used.append([])
    choices, costs = instance.choice.tolist(), cost.tolist()
    begin, end = instance.start[:-1].tolist(), instance.start[1:].tolist()
    for low, high in zip(begin, end, strict=True):
        task = model.add_task(model.add_job(), latest_start=0)
        for entry in range(low, high):
            resources = used[choices[entry]]
            model.add_mode(task, resources, costs[entry], [1] * len(resources))
    model.set_objective(weight_total_flow_time=1)
    return model
