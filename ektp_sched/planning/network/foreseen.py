"""Tiers that come to the least that each could by itself, settled together.

Prices of 0 prove such a tier: nobody has a choice that costs less.  So it leaves free
what costs each the least, and takes no flow; that all of it is possible together is
shown by the flow of the first tier after them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.network.flow import FlowSolver
from ektp_sched.planning.network.lexicographic import Solution, Solved
from ektp_sched.planning.network.problem import (
    Face,
    Flow,
    exact_total,
    next_face,
    tier_problem,
)

if TYPE_CHECKING:
    from ektp_sched.arrays import Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.planning.network.problem import TierProblem
    from ektp_sched.planning.network.program import Program

    _Name = tuple[str, int | str | None]


@dataclass(slots=True)
class Foresight:
    """Solves the tiers of one day after another, each foreseen from the day before.

    A tier that came to its least is taken to do so again; where it then does not, the
    tiers are solved one by one.  Whatever was foreseen, the optimum is the same.
    """

    least: set[_Name] = field(default_factory=set)
    prices: dict[_Name, tuple[Program, Ints]] = field(default_factory=dict)

    def solve_tiers(
        self, program: Program, cohorts: Cohorts, tiers: tuple[Objective, ...]
    ) -> Solution:
        """Minimise the tiers in strict order, as `solve_tiers` does without a limit."""
        solver, face, done = FlowSolver(), Face.whole(program), list[Solved]()
        last: tuple[TierProblem, Flow] | None = None
        while len(done) < len(tiers):
            left = tiers[len(done) :]
            ahead = self._foreseen(left[:-1])
            narrow, at_least = face, list[Solved]()
            for tier in left[:ahead]:
                problem = tier_problem(program, cohorts, narrow, tier)
                prices = np.zeros(program.nodes, dtype=np.int64)
                value = _least(problem) + tier.constant(cohorts)
                at_least.append(Solved(tier, value, value, prices))
                narrow = next_face(problem, prices)
            tier = left[ahead]
            problem = tier_problem(program, cohorts, narrow, tier)
            priced = solver.priced(problem, self._guess(program, tier))
            if priced is None:
                assert ahead, "without what was foreseen the tiers before are kept"
                self.least -= {_name(each) for each in left[:ahead]}
                continue
            flow, prices = priced
            last = problem, flow
            total = exact_total(problem, flow)
            value = total + tier.constant(cohorts)
            done += [*at_least, Solved(tier, value, value, prices)]
            face = next_face(problem, prices)
            self.prices[_name(tier)] = program, prices
            if total == _least(problem):
                self.least.add(_name(tier))
        assert last is not None
        return Solution(tuple(done), face, *last)

    def _guess(self, program: Program, tier: Objective) -> Ints | None:
        """Return the day before's prices of the same tier at the same columns."""
        if _name(tier) not in self.prices:
            return None
        before, prices = self.prices[_name(tier)]
        if before.pools != program.pools or not before.columns:
            return None
        later = (program.capacity.start - before.capacity.start).days
        pools = len(program.pools)
        known = (before.column_day - later) * pools + before.column_pool
        column = program.column_day * pools + program.column_pool
        at = np.minimum(np.searchsorted(known, column), len(known) - 1)
        guess = np.zeros(program.nodes, dtype=np.int64)
        guess[: len(column)] = np.where(known[at] == column, prices[at], 0)
        return guess

    def _foreseen(self, tiers: tuple[Objective, ...]) -> int:
        """Return how many of the next tiers will come to their least."""
        for number, tier in enumerate(tiers):
            if _name(tier) not in self.least:
                return number
        return len(tiers)


def _name(tier: Objective) -> _Name:
    return tier.name, tier.label


def _least(problem: TierProblem) -> int:
    """Return what a tier comes to if nobody had to share a day."""
    least = np.minimum.reduceat(problem.cost, problem.start[:-1])
    costs = zip(least.tolist(), problem.size.tolist(), strict=True)
    return sum(cost * size for cost, size in costs)
