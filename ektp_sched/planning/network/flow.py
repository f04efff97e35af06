"""The flow solver: one tier as a minimum-cost flow, solved by OR-Tools."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, overload

import numpy as np

from ektp_sched.planning.network.problem import Flow, node_prices

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.planning.network.problem import TierProblem


_DIRECT = 40_000
"""Up to so many choices the problem is solved as it is."""

_FEW = 1_000
"""Up to so many choices a guess of prices saves nothing."""

_COARSE = 2_000
"""Groups of the coarse problem that guesses prices."""

_PACE = 3e-9
"""Seconds of a solver call over the arcs to the power 1.5, at the least."""

_SEEN = 20_000
"""Calls on so many arcs tell the machine's pace; shorter ones are noise."""


class _OutOfTimeError(Exception):
    """A call of the solver would not end before the limit."""


class _NoFlowError(RuntimeError):
    """Nothing keeps all limits."""


@dataclass(slots=True)
class _Watch:
    """Foresees how long a call of the solver takes, which nothing can stop."""

    pace: float = _PACE
    deadline: float | None = None

    def begin(self, arcs: int) -> float:
        """Return the moment, if a call on so many arcs can still end in time."""
        now = time.monotonic()
        if self.deadline is not None and now + self.pace * arcs**1.5 > self.deadline:
            raise _OutOfTimeError
        return now

    def end(self, arcs: int, begun: float) -> None:
        """Learn from what a call took."""
        if arcs >= _SEEN:
            self.pace = max(_PACE, (time.monotonic() - begun) / arcs**1.5)


class FlowSolver:
    """Exact for every tier of a network program.

    Large problems are solved on few choices first: prices guessed from a
    coarse problem tell which choices are near the best; prices of the small
    problem then show whether any choice left out would have been better, and
    it is solved again with those until there is none.
    """

    name = "flow"

    def __init__(self) -> None:
        """Begin without knowing the machine's pace."""
        self._watch = _Watch()

    @overload
    def solve(self, problem: TierProblem, seconds: None = None) -> Flow: ...

    @overload
    def solve(self, problem: TierProblem, seconds: float | None) -> Flow | None: ...

    def solve(self, problem: TierProblem, seconds: float | None = None) -> Flow | None:
        """Return a flow of least cost; see ``TierSolver.solve``.

        A call of the solver cannot be interrupted; one that, by the pace of
        those before, would not end in time is not begun.
        """
        watch = self._watch
        watch.deadline = None if seconds is None else time.monotonic() + seconds
        try:
            return _solved(problem, watch)
        except _OutOfTimeError:
            return None

    def priced(
        self, problem: TierProblem, guess: Ints | None = None
    ) -> tuple[Flow, Ints] | None:
        """Return a flow of least cost and its prices; ``None`` if nothing is possible.

        ``guess`` are prices of the columns by a problem that is much alike.
        """
        self._watch.deadline = None
        try:
            if guess is not None and len(problem.choice) > _FEW:
                return _guided(problem, guess, self._watch)
            flow = _solved(problem, self._watch)
        except _NoFlowError:
            return None
        price = node_prices(problem, flow)
        assert price is not None
        return flow, price


def _solved(problem: TierProblem, watch: _Watch) -> Flow:
    if len(problem.choice) <= _DIRECT:
        return _direct(problem, watch)
    coarse = _coarsen(problem)
    price = node_prices(coarse, _direct(coarse, watch))
    if price is None:
        return _direct(problem, watch)
    return _guided(problem, price, watch)[0]


def _guided(problem: TierProblem, price: Ints, watch: _Watch) -> tuple[Flow, Ints]:
    """Solve on the choices that prices call good, until prices miss none.

    Returned are the flow and its prices.
    """
    gap = _gap(problem, price)
    near = _nearest(problem, gap)
    kept = gap <= near
    while True:
        small = _restrict(problem, kept)
        flow = _on_few(small, price, watch, spill=len(problem.choice) > _DIRECT)
        if flow is None and kept.all():
            flow = _direct(problem, watch)
            every_price = node_prices(problem, flow)
            assert every_price is not None
            return flow, every_price
        if flow is None:
            near *= 4
            kept |= gap <= near
            continue
        small_price = node_prices(small, flow)
        assert small_price is not None
        reduced = problem.cost - small_price[problem.node]
        settled = np.minimum.reduceat(
            np.where(kept, reduced, reduced.max()), problem.start[:-1]
        )
        better = reduced < settled[problem.owner]
        if not better.any():
            cards = np.zeros(len(problem.choice), dtype=np.int64)
            cards[kept] = flow.cards
            return replace(flow, cards=cards), small_price
        price = small_price
        kept |= better | (_gap(problem, price) <= 0)


def _on_few(
    problem: TierProblem, price: Ints, watch: _Watch, *, spill: bool
) -> Flow | None:
    """Return a flow on few choices, ``None`` if there is none.

    Where columns may ``spill``, the solver begins at the prices and sees at once that
    there is none; that pays in large problems only.
    """
    if spill:
        flow, spilt = _network(problem, price, watch)
        return None if spilt else flow
    try:
        return _direct(problem, watch)
    except _NoFlowError:
        return None


def _gap(problem: TierProblem, price: Ints) -> Ints:
    """Return by how much each choice is worse than its group's best."""
    reduced = problem.cost - price[problem.node]
    gap: Ints = (
        reduced - np.minimum.reduceat(reduced, problem.start[:-1])[problem.owner]
    )
    return gap


def _nearest(problem: TierProblem, gap: Ints) -> int:
    """Return the gap below which there are some five choices a group."""
    wanted = min(5 * len(problem.size), len(gap) - 1)
    return max(1, int(np.partition(gap, wanted)[wanted]))


def _restrict(problem: TierProblem, kept: Bools) -> TierProblem:
    """Return the problem with some of its choices only."""
    before = np.append(0, np.cumsum(kept))
    return replace(
        problem,
        start=before[problem.start],
        choice=problem.choice[kept],
        cost=problem.cost[kept],
    )


def _coarsen(problem: TierProblem) -> TierProblem:
    """Merge groups of equal choices and similar costs, for a guess only."""
    count = len(problem.size)
    spread = problem.cost[problem.start[1:] - 1] - problem.cost[problem.start[:-1]]
    mask = np.zeros(count, dtype=np.int64)
    mask[problem.group] = problem.face.mask
    order = np.lexsort((spread, mask))
    new_mask = np.diff(mask[order], prepend=-1) != 0
    place = np.arange(count) - np.maximum.accumulate(
        np.where(new_mask, np.arange(count), 0)
    )
    first = new_mask | (place % -(-count // _COARSE) == 0)
    begin = np.flatnonzero(first)
    size = np.add.reduceat(problem.size[order], begin)
    middle = order[(begin + np.append(begin[1:], count) - 1) // 2]
    width = np.diff(problem.start)[middle]
    start = np.append(0, np.cumsum(width))
    taken = np.arange(start[-1]) + np.repeat(problem.start[middle] - start[:-1], width)
    return replace(
        problem,
        group=np.zeros(0, dtype=np.int64),
        size=size,
        start=start,
        choice=problem.choice[taken],
        cost=problem.cost[taken],
    )


def _direct(problem: TierProblem, watch: _Watch) -> Flow:
    flow, _ = _network(problem, None, watch)
    return flow


def _network(
    problem: TierProblem, price: Ints | None, watch: _Watch
) -> tuple[Flow, bool]:
    """Solve for the groups that have a choice; the others are supply.

    With a guess of prices, costs are replaced by reduced costs, which leaves
    every optimum in place, and columns may overflow or fall short at a high
    price, as some choices are missing; the second value says if any does.
    """
    program, face = problem.program, problem.face
    count = np.diff(problem.start)
    open_ = np.flatnonzero(np.repeat(count > 1, count))
    cards = np.where(np.repeat(count == 1, count), problem.size[problem.owner], 0)
    owner = problem.owner[open_]
    distinct, group = np.unique(owner, return_inverse=True)
    supply = _fixed_supply(problem, cards)
    supply[program.sink] -= problem.size[distinct].sum()
    free = np.flatnonzero(~(face.full | face.empty))
    level = np.zeros(program.nodes, dtype=np.int64) if price is None else price
    cost = problem.cost[open_] - level[problem.node[open_]]
    cost = _above_least(cost, owner)
    slope = level[program.tail[free]] - level[program.head[free]]
    arcs = [
        (group + program.nodes, problem.node[open_], problem.size[owner], cost),
        (program.tail[free], program.head[free], program.limit[free], slope),
    ]
    if price is not None:
        arcs += _elastic(problem, cost, slope)
    flows = _solve(arcs, np.append(supply, problem.size[distinct]), watch)
    cards[open_] = flows[: len(open_)]
    through = np.where(face.full, program.limit, 0)
    through[free] = flows[len(open_) : len(open_) + len(free)]
    spilt = bool(flows[len(open_) + len(free) :].any())
    return Flow(cards, through, proven=True, bound=None), spilt


def _solve(
    arcs: list[tuple[Ints, Ints, Ints, Ints]], supply: Ints, watch: _Watch
) -> Ints:
    from ortools.graph.python import min_cost_flow

    tail, head, limit, cost = (np.concatenate(part) for part in zip(*arcs, strict=True))
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(tail, head, limit, cost)
    solver.set_nodes_supplies(np.arange(len(supply)), supply)
    begun = watch.begin(len(tail))
    status = solver.solve()
    watch.end(len(tail), begun)
    if status == solver.INFEASIBLE:
        raise _NoFlowError
    if status != solver.OPTIMAL:
        msg = f"minimum-cost flow ended with {status.name}"
        raise RuntimeError(msg)
    flows: Ints = solver.flows(np.arange(solver.num_arcs()))
    return flows


def _elastic(
    problem: TierProblem, cost: Ints, slope: Ints
) -> list[tuple[Ints, Ints, Ints, Ints]]:
    """Return arcs, dear ones, by which columns overflow or fall short."""
    program = problem.program
    columns = np.arange(program.columns)
    sink = np.full_like(columns, program.sink)
    ample = np.full_like(columns, int(problem.size.sum()) + int(program.limit.sum()))
    dear = 4 * (int(cost.max(initial=0)) + int(np.abs(slope).max(initial=0)) + 1)
    price = np.full_like(columns, dear)
    return [(columns, sink, ample, price), (sink, columns, ample, price)]


def _above_least(cost: Ints, owner: Ints) -> Ints:
    """Return costs less each group's smallest, which changes no optimum."""
    if not len(cost):
        return cost
    new = np.diff(owner, prepend=-1) != 0
    smallest = np.minimum.reduceat(cost, np.flatnonzero(new))
    above: Ints = cost - smallest[np.cumsum(new) - 1]
    return above


def _fixed_supply(problem: TierProblem, cards: Ints) -> Ints:
    """Return what settled groups and full arcs bring to, and take from, each node."""
    program, full = problem.program, problem.face.full
    supply = np.zeros(program.nodes, dtype=np.int64)
    np.add.at(supply, problem.node, cards)
    np.subtract.at(supply, program.tail[full], program.limit[full])
    np.add.at(supply, program.head[full], program.limit[full])
    supply[program.sink] -= cards.sum()
    return supply
