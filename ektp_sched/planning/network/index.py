"""A plan by index, without a solver: on each day first whom waiting costs most.

The index of a card on a day is what it costs in each tier, in their order, to wait for
the next open day: under pressure alone the generalised c-mu rule (van Mieghem 1995).
It is a guess, and counts for a tier only where prices prove it optimal there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.objectives import EARLINESS
from ektp_sched.planning.network.problem import Flow
from ektp_sched.rules.tiers import FROZEN, MOVED

if TYPE_CHECKING:
    from ektp_sched.arrays import Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.planning.network.problem import TierProblem
    from ektp_sched.planning.network.program import Program


_SOONEST: Final = ("pressure", EARLINESS)
"""Tiers under which a card is never better printed later."""

_MOST: Final = 4_000_000
"""Cohorts times days times tiers up to which a guess is small beside a plan."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Cards of cohorts in columns, "not printed" among them; each pair once."""

    cohort: Ints
    column: Ints
    cards: Ints
    through: Ints  # cards on each network arc, (A,)

    def flow(self, problem: TierProblem) -> Flow | None:
        """Return the guess as a flow of a tier; None where earlier tiers forbid it."""
        face, width = problem.face, problem.program.columns + 1
        choices = problem.owner * width + problem.choice
        key = problem.group[self.cohort] * width + self.column
        at = np.minimum(np.searchsorted(choices, key), len(choices) - 1)
        is_full = self.through == problem.program.limit
        if (choices[at] != key).any() or (face.full & ~is_full).any():
            return None
        if (face.empty & (self.through > 0)).any():
            return None
        cards = np.zeros(len(choices), dtype=np.int64)
        np.add.at(cards, at, self.cards)
        return Flow(cards, self.through, proven=True, bound=None)


def by_index(
    program: Program, cohorts: Cohorts, tiers: tuple[Objective, ...]
) -> Guess | None:
    """Return a guess; None where several plans may be as good, or it takes too long.

    With one pool, and no day to be kept before pressure, every optimum prints whenever
    it can, so that all print as many cards on each day; the tie-break settles whose.
    """
    ways = np.bincount(program.tail, minlength=program.nodes).max(initial=0)
    names = [tier.name for tier in tiers]
    soonest = max(n for n, name in enumerate(names) if name in _SOONEST)
    keeps = not {MOVED, FROZEN}.isdisjoint(names[:soonest])
    size = len(cohorts) * program.columns * len(tiers)
    if len(program.pools) != 1 or ways > 1 or keeps or size > _MOST:
        return None
    onward = np.full(program.nodes, -1)  # the arc out of each node
    onward[program.tail] = np.arange(len(program.tail))
    days = np.append(program.column_day, tiers[0].days)
    waiting = _cost_of_waiting(cohorts, tiers, days)
    masks, room = program.masks, program.limit.copy()
    left = cohorts.size.copy()
    through = np.zeros_like(room)
    given: list[tuple[Ints, int, Ints]] = []
    for column in range(program.columns):
        path = _path(program, onward, column)
        cards = int(room[path].min())
        first = np.flatnonzero(masks[program.mask, column] & (left > 0))
        if not cards or not len(first):
            continue
        keys = [tier[column][first] for tier in waiting]
        must = masks[program.mask[first], column + 1 :].any(axis=1)
        order = np.lexsort([-key for key in reversed(keys) if key.any()] + [must])
        queue = first[order]
        before = np.cumsum(left[queue]) - left[queue]
        taken = np.clip(cards - before, 0, left[queue])
        got = taken > 0
        given.append((queue[got], column, taken[got]))
        left[queue] -= taken
        room[path] -= taken.sum()
        through[path] += taken.sum()
    rest = np.flatnonzero(left)
    given.append((rest, program.columns, left[rest]))
    return Guess(
        cohort=np.concatenate([cohort for cohort, _, _ in given]),
        column=np.repeat([c for _, c, _ in given], [len(q) for q, _, _ in given]),
        cards=np.concatenate([cards for _, _, cards in given]),
        through=through,
    )


def _path(program: Program, onward: Ints, node: int) -> list[int]:
    """Return the arcs from a node to the sink."""
    arcs = []
    while onward[node] >= 0:
        arcs.append(int(onward[node]))
        node = int(program.head[arcs[-1]])
    return arcs


def _cost_of_waiting(
    cohorts: Cohorts, tiers: tuple[Objective, ...], days: Ints
) -> list[Ints]:
    """Return for each tier what it costs a cohort to wait, by column, (S, C)."""
    every = np.tile(np.arange(len(cohorts)), len(days))
    when = np.repeat(days, len(cohorts))
    shape = len(days), len(cohorts)
    costs = (tier.cost(cohorts, every, when).reshape(shape) for tier in tiers)
    return [np.diff(cost, axis=0) for cost in costs]
