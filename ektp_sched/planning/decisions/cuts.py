r"""What the network says about every decision, learnt at one of them.

Solving the tiers at one decision leaves node prices for each.  Weighed
together, tier k's own prices once and those of each better tier so often
that no reduced cost loses its sign, they are one set of prices :math:`\pi`
for the cost :math:`c = \sum_j w_j c_j`, and by weak duality every plan under
every decision y obeys

.. math::

    \sum_j w_j v_j \ge \sum_g n_g \min_e (c_e - \pi_{h(e)})
        - \sum_a u_a(y) \max(0, \pi_{head(a)} - \pi_{tail(a)})

whatever the prices are.  So with better tiers held at their values it is a
lower bound on tier k, linear in y, and exact at the decision where it was
learnt if that one attains those values.

On a day that only a shift would open, nothing flows, so any high price is optimal there
and a solver's is often far too high.  The least that still tells everybody to stay away
promises the least gain from opening the day: the strongest cut.  It is asked where the
day would be narrowest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ektp_sched.people.objectives import told_apart
from ektp_sched.planning.network.program import Arc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.network.program import Program

    Wide = NDArray[Any]
    from numpy.typing import NDArray


_UPWARD = (Arc.PRINTER, Arc.LINK, Arc.SERVER, Arc.RESERVE)


_WIDE = 1 << 61
"""From here on whole numbers are Python's, which never overflow."""


def live_nodes(program: Program, limits: Ints) -> Bools:
    """Return from which nodes a card could still reach the sink."""
    shut = limits == 0
    live = np.ones(program.nodes, dtype=bool)
    for kind in reversed(_UPWARD):
        arcs = np.flatnonzero(program.kind == kind)
        passes = ~shut[arcs] & live[program.head[arcs]]
        live[program.tail[arcs]] = False
        live[program.tail[arcs[passes]]] = True
    return live


def price_dead(
    program: Program, uses: Uses, limits: Ints, live: Bools, price: Wide
) -> Wide:
    """Return prices in which dead nodes ask as little as they can.

    ``price`` has for dead columns the highest that mislead nobody.
    """
    shut = limits == 0
    hard, soft = _wanted(program, live, shut, price)
    carries = _carriers(program, uses)
    lowered = price.copy()
    for kind in reversed(_UPWARD):
        arcs = np.flatnonzero((program.kind == kind) & ~live[program.tail])
        tail, head = program.tail[arcs], program.head[arcs]
        if kind == Arc.LINK:
            low = lowered.min(initial=0)
            lowered[tail] = low
            np.maximum.at(lowered, tail, lowered[head])
            continue
        asked = np.where(shut[arcs] & carries[arcs], soft[tail], hard[tail])
        lowered[tail] = np.minimum(lowered[head], np.minimum(asked, hard[tail]))
    return lowered


def _wanted(
    program: Program, live: Bools, shut: Bools, price: Wide
) -> tuple[Wide, Wide]:
    """Return the highest price of each node that its open, or all, tails allow."""
    high = price.max(initial=0) + 1
    hard, soft = np.full_like(price, high), np.full_like(price, price.min() - 1)
    columns = np.arange(program.columns)
    hard[columns] = price[columns]
    soft[columns] = price[columns]
    for kind in _UPWARD:
        arcs = np.flatnonzero((program.kind == kind) & ~live[program.head])
        tail, head = program.tail[arcs], program.head[arcs]
        ask = np.where(live[tail], price[tail], np.minimum(hard[tail], soft[tail]))
        open_ = ~shut[arcs]
        np.minimum.at(hard, head[open_], ask[open_])
        np.maximum.at(soft, head, ask)
    return hard, soft


def _carriers(program: Program, uses: Uses) -> Bools:
    """Return at which arcs a day is at most as wide as what leads there."""
    most = uses.most
    fed = np.zeros(program.nodes, dtype=np.int64)
    np.add.at(fed, program.head, most)
    carries: Bools = (most <= fed[program.tail]) | (program.kind == Arc.PRINTER)
    return carries


@dataclass(frozen=True, slots=True)
class Cut:
    """A lower bound on one tier under every decision."""

    tier: int  # its number
    weights: tuple[int, ...]  # how often each tier up to this one counts; the last is 1
    price: tuple[int, ...]  # price of each network node, (nodes,)
    constant: int  # the bound on the weighed tiers without any shift
    slope: tuple[int, ...]  # what each use lowers it by, not negative, (U,)

    def above(self, values: Sequence[int]) -> int:
        """Return this tier's bound, the better ones held at values, without a shift."""
        better = zip(self.weights[:-1], values, strict=False)
        return self.constant - sum(w * v for w, v in better)


@dataclass(frozen=True, slots=True)
class Stack:
    """Groups of cohorts that some tiers together cannot tell apart."""

    size: Ints  # applications in each group, (G,)
    start: Ints  # where each group's choices begin, (G,)
    owner: Ints  # group of each choice, (E,)
    node: Ints  # network node of each choice, (E,)
    costs: tuple[Ints, ...]  # cost of each choice in each tier, (E,) each
    of: Ints  # group of each cohort, (C,)


def stack(program: Program, cohorts: Cohorts, tiers: Sequence[Objective]) -> Stack:
    """Return the groups of some tiers and what their choices cost."""
    alike = told_apart(cohorts, tiers, program.mask, len(program.masks))
    group, member, size = alike
    owner, choice = np.nonzero(program.masks[program.mask[member]])
    start = np.searchsorted(owner, np.arange(len(member)))
    days = np.append(program.column_day, tiers[0].days)[choice]
    costs = tuple(tier.cost(cohorts, member[owner], days) for tier in tiers)
    node = np.where(choice == program.columns, program.sink, choice)
    return Stack(size, start, owner, node, costs, group)


def learn(
    program: Program,
    uses: Uses,
    groups: Stack,
    limits: Ints,
    prices: Sequence[Ints],
) -> Cut:
    """Return the cut of the last of some tiers.

    ``limits`` are those of the arcs at the decision, shape ``(A,)``, or any multiple,
    and ``prices`` optimal node prices of each tier there.
    """
    live = live_nodes(program, limits)
    weights, price = _weigh(program, groups, prices, live)
    if not live.all():
        cost = _sum(weights, groups.costs)
        price = _fit(program, groups, live, cost, price)
        price = price_dead(program, uses, limits, live, price)
    return bounded(program, uses, groups, weights, price)


def bounded(
    program: Program, uses: Uses, groups: Stack, weights: tuple[int, ...], price: Wide
) -> Cut:
    """Return what any prices say: valid whatever they are."""
    cost = _sum(weights, groups.costs)
    least = np.minimum.reduceat(cost - price[groups.node], groups.start)
    paid = np.maximum(price[program.head] - price[program.tail], 0)
    charged = np.flatnonzero((paid > 0) & (uses.base > 0))
    constant = _dot(groups.size, least) - _dot(uses.base[charged], paid[charged])
    slope = [0] * len(uses)
    dear = np.flatnonzero(paid[uses.arc] > 0)
    for use, added, each in zip(
        uses.use[dear].tolist(),
        uses.added[dear].tolist(),
        paid[uses.arc[dear]].tolist(),
        strict=True,
    ):
        slope[use] += added * each
    price_of = tuple(int(p) for p in price.tolist())
    return Cut(len(weights) - 1, weights, price_of, constant, tuple(slope))


def _fit(program: Program, groups: Stack, live: Bools, cost: Wide, price: Wide) -> Wide:
    """Give columns that nothing can pass the highest price that misleads nobody."""
    alive = live[groups.node]
    least = _least(cost - price[groups.node], alive, groups)
    dead = np.flatnonzero(~alive)
    offered = cost[dead] - least[groups.owner[dead]]
    fitted = price.copy()
    fitted[np.flatnonzero(~live[: program.columns])] = offered.max(initial=0)
    np.minimum.at(fitted, groups.node[dead], offered)
    return fitted


def _weigh(
    program: Program, groups: Stack, prices: Sequence[Ints], live: Bools
) -> tuple[tuple[int, ...], Wide]:
    """Return the weights of the tiers and their prices together."""
    arcs = live[program.tail]
    alive = live[groups.node]
    weights = [1]
    price: Wide = prices[0]
    total: Wide = groups.costs[0] - price[groups.node]
    for own_price, own_cost in zip(prices[1:], groups.costs[1:], strict=True):
        own = own_cost - own_price[groups.node]
        gap = total - _least(total, alive, groups)[groups.owner]
        base = _least(own, alive & (gap == 0), groups)
        short = _needed(gap, own - base[groups.owner], alive & (gap > 0))
        slope, own_slope = (
            (p[program.tail] - p[program.head])[arcs] for p in (price, own_price)
        )
        sign = np.where(slope > 0, 1, -1)
        bent = _needed(slope * sign, own_slope * sign, slope != 0)
        times = max(0, short, bent)
        price = _plus(times, price, own_price)
        total = _plus(times, total, own)
        weights = [times * w for w in weights] + [1]
    return tuple(weights), price


def _needed(gap: Wide, own: Wide, where: Bools) -> int:
    """Return the least multiple of gaps that keeps every sum at least 1."""
    where = where & (own < 1)
    if not where.any():
        return 0
    return int((-((own[where] - 1) // gap[where])).max())


def _least(total: Wide, allowed: Bools, groups: Stack) -> Wide:
    """Return each group's least over the choices that count."""
    far = total.max(initial=0) + 1
    least: Wide = np.minimum.reduceat(np.where(allowed, total, far), groups.start)
    return least


def _plus(times: int, better: Wide, own: Wide) -> Wide:
    largest = times * _largest(better) + _largest(own)
    if largest < _WIDE:
        narrow: Wide = times * better + own
        return narrow
    wide: Wide = times * better.astype(object) + own.astype(object)
    return wide


def _sum(weights: tuple[int, ...], costs: tuple[Ints, ...]) -> Wide:
    total: Wide = costs[0] * 0
    for weight, cost in zip(weights, costs, strict=True):
        total = _plus(1, total, _plus(weight, cost, cost * 0))
    return total


def _largest(array: Wide) -> int:
    return max(abs(int(array.max(initial=0))), abs(int(array.min(initial=0))))


def _dot(count: Wide, each: Wide) -> int:
    if int(count.sum()) * (_largest(each) + 1) < _WIDE:
        return int((count * each).sum())
    return sum(a * b for a, b in zip(count.tolist(), each.tolist(), strict=True))
