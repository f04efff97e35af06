"""The library itself, and the bare solver below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from ortools.graph.python import min_cost_flow

from benchmarks.instance import Answer, Instance, build, weighted
from ektp_sched.planning import Plan, plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog

    Ints = NDArray[np.int64]

__all__ = ["bare", "ours"]


def ours(backlog: Backlog, case: Case, limit: float) -> Plan:  # noqa: ARG001
    """Plan with the library: assignments, certificate and prices included."""
    return plan(backlog, case.office, start=case.start, days=case.days)


def bare(backlog: Backlog, case: Case, limit: float) -> Answer:  # noqa: ARG001
    """Solve one weighted minimum-cost flow: no certificate, prices or slots."""
    instance = build(backlog, case)
    cost = weighted(instance)
    tail, head, room, price, supply = _network(instance, cost)
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(tail, head, room, price)
    solver.set_nodes_supplies(np.arange(len(supply)), supply)
    status = solver.solve()
    if status != solver.OPTIMAL:
        return Answer(instance, None, status.name.lower())
    flows = solver.flows(np.arange(len(cost)))
    return Answer(instance, flows, "optimal, not shown")


def _network(instance: Instance, cost: Ints) -> tuple[Ints, ...]:
    """Return tails, heads, capacities, costs and supplies; limits must be nested.

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
