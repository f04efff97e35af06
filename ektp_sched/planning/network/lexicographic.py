"""Solve the tiers one after another, each on the optimal face of those before."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ektp_sched.people.objectives import EARLINESS, Objective
from ektp_sched.planning.network.problem import (
    Face,
    Flow,
    TierProblem,
    exact_total,
    next_face,
    node_prices,
    tier_problem,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ektp_sched.arrays import Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning.network.index import Guess
    from ektp_sched.planning.network.problem import TierSolver
    from ektp_sched.planning.network.program import Program


@dataclass(frozen=True, slots=True)
class Solved:
    """What one tier came to."""

    objective: Objective
    value: int  # scaled value of the final plan, losses before the start included
    bound: int | None  # proven lower bound on it, if there is one
    prices: Ints | None  # optimal node prices, (nodes,); `None` if not proven


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan at the level of groups."""

    tiers: tuple[Solved, ...]  # every one, in order
    face: Face  # what all settled tiers left free
    problem: TierProblem  # the last one solved
    flow: Flow  # its flow


def solve_tiers(
    program: Program,
    cohorts: Cohorts,
    tiers: tuple[Objective, ...],
    solver: TierSolver,
    deadline: float | None = None,
    progress: Callable[[str, float], None] | None = None,
    face: Face | None = None,
    guess: Guess | None = None,
) -> Solution | None:
    """Minimise the tiers in strict order.

    After the deadline no tier is begun: what is then still open is printed as early as
    possible, and ``None`` is returned if there was no plan yet.  ``face`` is what is
    free before the first tier, everything if left out.  As long as prices prove a
    ``guess`` the solver is not asked.
    """
    face = Face.whole(program) if face is None else face
    solved: list[Solved] = []
    last: tuple[TierProblem, Flow] | None = None
    flow: Flow | None
    for number, objective in enumerate(tiers):
        if progress is not None:
            progress(objective.name, number / len(tiers))
        problem = tier_problem(program, cohorts, face, objective)
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            break
        guessed = None if guess is None else _proven(problem, guess, objective, cohorts)
        if guessed is not None:
            flow, tier = guessed
        else:
            guess = None
            flow = solver.solve(problem, left)
            if flow is None:
                break
            tier = _solved(problem, flow, objective, cohorts)
        last = problem, flow
        solved.append(tier)
        price = solved[-1].prices
        if price is None:
            break
        face = next_face(problem, price)
    if last is None:
        return None
    if len(solved) < len(tiers) or solved[-1].prices is None:
        face, last = _completed(program, cohorts, face, tiers[0].days)
    return Solution(tuple(solved), face, *last)


def _proven(
    problem: TierProblem, guess: Guess, objective: Objective, cohorts: Cohorts
) -> tuple[Flow, Solved] | None:
    """Return a guess as the flow of a tier if prices prove it, None if not."""
    flow = guess.flow(problem)
    if flow is None:
        return None
    tier = _solved(problem, flow, objective, cohorts)
    return None if tier.prices is None else (flow, tier)


def _solved(
    problem: TierProblem, flow: Flow, objective: Objective, cohorts: Cohorts
) -> Solved:
    lost = objective.constant(cohorts)
    value = exact_total(problem, flow) + lost
    if flow.proven:
        return Solved(objective, value, value, node_prices(problem, flow))
    bound = None if flow.bound is None else flow.bound + lost
    return Solved(objective, value, bound, None)


def _completed(
    program: Program, cohorts: Cohorts, face: Face, days: int
) -> tuple[Face, tuple[TierProblem, Flow]]:
    """Print as early as what was settled in time allows.

    A plan cut short must not leave printers idle while people wait.
    """
    from ektp_sched.planning.network.flow import FlowSolver

    problem = tier_problem(program, cohorts, face, Objective(EARLINESS, None, 1, days))
    flow = FlowSolver().solve(problem)
    price = node_prices(problem, flow)
    assert price is not None
    return next_face(problem, price), (problem, flow)
