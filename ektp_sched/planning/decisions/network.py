"""One network under every decision: its value, and what that teaches."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.decisions.cuts import Cut, Stack, bounded, learn, stack
from ektp_sched.planning.network.flow import FlowSolver
from ektp_sched.planning.network.lexicographic import solve_tiers
from ektp_sched.planning.network.problem import least_value

if TYPE_CHECKING:
    from ektp_sched.arrays import Floats, Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.network.program import Program


WHOLE = 240
"""Fractions of a use are multiples of one in so many."""


@dataclass(frozen=True, slots=True)
class Point:
    """A decision and what the network makes of it."""

    parts: Ints  # how much of each use is taken, (U,)
    limits: Ints  # limit of each network arc, (A,)
    # Value of each tier, without what was lost before the start.
    values: tuple[int, ...]
    prices: tuple[Ints, ...]  # optimal node prices of each tier


@dataclass(slots=True)
class Network:
    """A network whose limits are still to be decided."""

    program: Program  # the network for all that could be open
    cohorts: Cohorts  # what flows through it
    uses: Uses  # what may be decided
    tiers: tuple[Objective, ...]  # the tiers that the network values, in order
    _seen: dict[bytes, Point] = field(default_factory=dict)
    _stacks: dict[int, Stack] = field(default_factory=dict)

    def none(self) -> Point:
        """Return what comes of no shift at all."""
        return self.value(np.zeros(len(self.uses), dtype=np.int64))

    def most(self) -> Point:
        """Return what comes of every shift on every day, rules or not."""
        every = np.zeros(len(self.uses), dtype=np.int64)
        every[np.flatnonzero(np.diff(self.uses.day, append=-1))] = 1
        return self.value(every)

    def value(self, parts: Ints) -> Point:
        """Return what the network makes of a decision."""
        key = parts.tobytes()
        if key not in self._seen:
            self._seen[key] = self._solve(parts, 1, len(self.tiers))
        return self._seen[key]

    def fraction(self, parts: Floats, tiers: int) -> Point:
        """Return what the first tiers come to at a fractional decision, times WHOLE.

        ``parts``, shape ``(U,)``, say how much of each use is taken, 0 to 1.
        """
        rounded = np.maximum(1, np.floor(parts * WHOLE + 0.5)).astype(np.int64)
        return self._solve(rounded, WHOLE, tiers)

    def least(self, number: int) -> int:
        """Return what a tier comes to if nobody had to share a day."""
        tier = self.tiers[number]
        lost = tier.constant(self.cohorts)
        return least_value(self.program, self.cohorts, tier) - lost

    def dearest(self, number: int) -> int:
        """Return what a tier comes to if nobody is printed: never more."""
        tier, cohorts = self.tiers[number], self.cohorts
        everyone = np.arange(len(cohorts))
        cost = tier.cost(cohorts, everyone, np.full_like(everyone, tier.days))
        pairs = zip(cost.tolist(), cohorts.size.tolist(), strict=True)
        return sum(each * size for each, size in pairs)

    def learn(self, point: Point, number: int) -> Cut:
        """Return the cut of a tier at a decision."""
        prices = point.prices[: number + 1]
        groups = self._stack(number)
        return learn(self.program, self.uses, groups, point.limits, prices)

    def learn_least(self, number: int) -> Cut:
        """Return the cut that says why a tier comes to its least."""
        free = np.zeros(self.program.nodes, dtype=np.int64)
        weights = (*([0] * number), 1)
        return bounded(self.program, self.uses, self._stack(number), weights, free)

    def _solve(self, parts: Ints, whole: int, tiers: int) -> Point:
        limits = self.uses.limits(parts, whole)
        program = replace(self.program, limit=limits)
        cohorts = replace(self.cohorts, size=self.cohorts.size * whole)
        solution = solve_tiers(program, cohorts, self.tiers[:tiers], FlowSolver())
        assert solution is not None
        values, prices = [], []
        for solved in solution.tiers:
            assert solved.prices is not None
            values.append(solved.value - solved.objective.constant(cohorts))
            prices.append(solved.prices)
        return Point(parts, limits, tuple(values), tuple(prices))

    def _stack(self, number: int) -> Stack:
        if number not in self._stacks:
            tiers = self.tiers[: number + 1]
            self._stacks[number] = stack(self.program, self.cohorts, tiers)
        return self._stacks[number]
