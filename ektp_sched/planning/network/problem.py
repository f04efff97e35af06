"""One tier's problem on what earlier tiers left free, and its prices.

Earlier tiers are held at their value without any constraint on it: with
optimal node prices, choices of positive reduced cost stay empty and limits
with a positive price stay full in every optimum, so what remains free is a
network again (Ahuja, Magnanti and Orlin, *Network Flows*, 1993, ch. 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ektp_sched.people.keys import distinct_rows
from ektp_sched.people.objectives import told_apart
from ektp_sched.planning.network.program import Arc, Program
from ektp_sched.planning.network.residual import SlotGraph, least_moves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective


_CHUNK = 2_000_000
"""Moves looked at in one go, to bound memory."""


@dataclass(frozen=True, slots=True)
class Face:
    """What the tiers settled so far leave free."""

    masks: Bools  # distinct sets of choices, (M, S + 1)
    mask: Ints  # the set of each cohort, (C,)
    full: Bools  # network arcs that must stay full, (A,)
    empty: Bools  # network arcs that must stay empty, (A,)

    @classmethod
    def whole(cls, program: Program) -> Face:
        """Return the face before any tier: everything that the rules allow."""
        none = np.zeros(len(program.tail), dtype=bool)
        return cls(program.masks, program.mask, none, none)


@dataclass(frozen=True, slots=True)
class TierProblem:
    """Groups of cohorts, their allowed choices, and the network behind."""

    program: Program
    face: Face  # what is free in it
    group: Ints  # group of each cohort, (C,)
    size: Ints  # applications in each group, (G,)
    start: Ints  # where each group's choices begin, (G + 1,)
    choice: Ints  # column of each choice, `S` for "not printed", (E,)
    cost: Ints  # scaled cost of each choice, (E,)

    @property
    def owner(self) -> Ints:
        """Return the group of each choice, shape ``(E,)``."""
        return np.repeat(np.arange(len(self.size)), np.diff(self.start))

    @property
    def node(self) -> Ints:
        """Return the network node to which each choice leads, shape ``(E,)``."""
        unprinted = self.choice == self.program.columns
        return np.where(unprinted, self.program.sink, self.choice)


@dataclass(frozen=True, slots=True)
class Flow:
    """Cards on each choice and on each network arc."""

    cards: Ints  # on each choice, (E,)
    through: Ints  # on each network arc, (A,)
    proven: bool  # whether the engine proved that no flow costs less
    # A lower bound on the cost, where there is one and it is not proven that the flow
    # attains it.
    bound: int | None


class TierSolver(Protocol):
    """Something that solves one tier."""

    name: str

    def solve(self, problem: TierProblem, seconds: float | None) -> Flow | None:
        """Return a flow of least cost; ``None`` when none was found in time."""


def tier_problem(
    program: Program, cohorts: Cohorts, face: Face, objective: Objective
) -> TierProblem:
    """Merge cohorts that this tier cannot tell apart, and price their choices."""
    alike = told_apart(cohorts, [objective], face.mask, len(face.masks))
    group, member, size = alike
    owner, choice = np.nonzero(face.masks[face.mask[member]])
    start = np.searchsorted(owner, np.arange(len(member) + 1))
    day = np.append(program.column_day, objective.days)[choice]
    cost = objective.cost(cohorts, member[owner], day)
    return TierProblem(program, face, group, size, start, choice, cost)


def node_prices(problem: TierProblem, flow: Flow) -> Ints | None:
    """Return optimal node prices of a flow: shortest distances from the sink.

    ``None`` if the flow is not optimal (a cycle of negative cost is left).
    """
    program = problem.program
    graph = _slot_graph(problem, flow)
    largest = int(np.abs(problem.cost).max(initial=0)) + 1
    price = np.full(program.nodes, 2 * program.nodes * largest, dtype=np.int64)
    price[program.sink] = 0
    if not graph.settle([price], np.ones(program.nodes, dtype=bool)):
        return None
    return _lower_unused(problem, flow, price)


def _slot_graph(problem: TierProblem, flow: Flow) -> SlotGraph:
    program, face = problem.program, problem.face
    free = ~(face.full | face.empty)
    room = free & (flow.through < program.limit)
    used = free & (flow.through > 0)
    return SlotGraph(
        moves=least_moves(program.columns + 1, 1, _moves(problem, flow)),
        at=np.append(np.arange(program.columns), program.sink),
        tails=np.append(program.tail[room], program.head[used]),
        heads=np.append(program.head[room], program.tail[used]),
        nodes=program.nodes,
    )


def _moves(problem: TierProblem, flow: Flow) -> Iterator[tuple[Ints, list[Ints]]]:
    """Yield every move that a card in the flow could make, in chunks."""
    width = problem.program.columns + 1
    every = np.flatnonzero(flow.cards)
    counts = np.diff(problem.start)[problem.owner[every]]
    parts = int(counts.sum()) // _CHUNK + 1
    for used in np.array_split(every, parts):
        owner = problem.owner[used]
        first, count = problem.start[owner], np.diff(problem.start)[owner]
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        target = np.repeat(first, count) + step
        source = np.repeat(used, count)
        key = problem.choice[source] * width + problem.choice[target]
        yield key, [problem.cost[target] - problem.cost[source]]


def _lower_unused(problem: TierProblem, flow: Flow, price: Ints) -> Ints:
    """Lower the price of nodes that nothing reaches, so that their limits are free.

    Every arc leads to a higher node, so one pass from the sink back is enough.
    """
    program, face = problem.program, problem.face
    inflow = np.zeros(program.nodes, dtype=np.int64)
    np.add.at(inflow, program.tail, flow.through)
    idle = ~(face.full | face.empty) & (inflow[program.tail] == 0)
    heads: dict[int, list[int]] = {}
    for arc in np.flatnonzero(idle).tolist():
        heads.setdefault(int(program.tail[arc]), []).append(int(program.head[arc]))
    for tail in sorted(heads, reverse=True):
        price[tail] = min(price[tail], price[heads[tail]].max())
    return price


def next_face(problem: TierProblem, price: Ints) -> Face:
    """Return what a tier leaves free to the next ones, by its optimal node prices."""
    program, face = problem.program, problem.face
    reduced = problem.cost - price[problem.node]
    least = np.minimum.reduceat(reduced, problem.start[:-1])
    keep = reduced == np.repeat(least, np.diff(problem.start))
    masks = np.zeros((len(problem.size), program.columns + 1), dtype=bool)
    masks[problem.owner[keep], problem.choice[keep]] = True
    first, of_group = distinct_rows(masks)
    slope = price[program.tail] - price[program.head]
    limits = program.kind != Arc.LINK
    return Face(
        masks=masks[first],
        mask=of_group[problem.group],
        full=face.full | (limits & ~face.empty & (slope < 0)),
        empty=face.empty | (~limits & (slope > 0)),
    )


def exact_total(problem: TierProblem, flow: Flow) -> int:
    """Return the cost of a flow, in Python integers where it might not fit."""
    largest = int(problem.cost.max(initial=0))
    if int(flow.cards.sum()) * largest < 1 << 62:
        return int(flow.cards @ problem.cost)
    used = np.flatnonzero(flow.cards)
    pairs = zip(flow.cards[used].tolist(), problem.cost[used].tolist(), strict=True)
    return sum(cards * cost for cards, cost in pairs)


def least_value(program: Program, cohorts: Cohorts, objective: Objective) -> int:
    """Return what a tier comes to if nobody had to share a day: a lower bound."""
    problem = tier_problem(program, cohorts, Face.whole(program), objective)
    least = np.minimum.reduceat(problem.cost, problem.start[:-1])
    cards = zip(least.tolist(), problem.size.tolist(), strict=True)
    total: int = sum(cost * size for cost, size in cards)
    return total + objective.constant(cohorts)
