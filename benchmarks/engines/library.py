"""The library itself, and the bare solver below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from ortools.graph.python import min_cost_flow

from benchmarks.engines.answer import Answer
from benchmarks.instance import Instance, build, weighted
from ektp_sched.planning import Plan, plan

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog

__all__ = ["solve", "solve_bare"]


def solve(backlog: Backlog, case: Case, limit: float) -> Plan:  # noqa: ARG001
    """Plan with the library: assignments, certificate and prices included.

    Parameters
    ----------
    backlog, case
        What to plan.
    limit
        Not used.
    """
    return plan(backlog, case.office, start=case.start, days=case.days)


def solve_bare(backlog: Backlog, case: Case, limit: float) -> Answer:  # noqa: ARG001
    """Solve one weighted minimum-cost flow: no certificate, prices or slots.

    Parameters
    ----------
    backlog, case
        What to plan; each column must lead through nested limits.
    limit
        Not used.
    """
    instance = build(backlog, case)
    cost = weighted(instance)
    cost -= np.minimum.reduceat(cost, instance.start[:-1])[instance.owner]
    tail, head, room, price, supply = _network(instance, cost)
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(tail, head, room, price)
    solver.set_nodes_supplies(np.arange(len(supply)), supply)
    status = solver.solve()
    if status != solver.OPTIMAL:
        return Answer(instance, None, status.name.lower())
    flows = solver.flows(np.arange(len(cost)))
    return Answer(instance, flows, "optimal, not shown")


def _network(
    instance: Instance, cost: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    """Return tails, heads, capacities, costs and supplies.

    Nodes: limits from small sets to large ones, columns, the sink, units.
    """
    limits, columns = instance.uses.shape
    order = np.argsort(instance.uses.sum(axis=1), kind="stable")
    uses = instance.uses[order]
    sink = limits + columns
    after = np.full(limits + columns, sink)
    for low in range(limits):
        holds = np.flatnonzero(uses[low + 1 :, uses[low].argmax()])
        after[low] = low + 1 + holds[0] if len(holds) else sink
    first = uses.argmax(axis=0)
    after[limits:] = np.where(uses.any(axis=0), first, sink)
    ample = np.full(columns, int(instance.size.sum()))
    node = np.append(limits + np.arange(columns), sink)[instance.choice]
    supply = np.concatenate([np.zeros(sink + 1, dtype=np.int64), instance.size])
    supply[sink] = -instance.size.sum()
    return (
        np.concatenate([instance.owner + sink + 1, np.arange(sink)]),
        np.concatenate([node, after]),
        np.concatenate([instance.size[instance.owner], instance.limit[order], ample]),
        np.concatenate([cost, np.zeros(sink, dtype=np.int64)]),
        supply,
    )
