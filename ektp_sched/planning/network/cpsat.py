"""The second opinion: one tier as an integer program, solved by CP-SAT.

It reads the same tier problem as the flow solver and shares nothing else
with it.  One worker and a fixed seed make its answer repeatable.
"""

from __future__ import annotations

import math
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

from ektp_sched.planning.network.problem import Flow

if TYPE_CHECKING:
    from ektp_sched.planning.network.problem import TierProblem


_HEARING = 0.2
"""Seconds between two looks for an interruption."""


class CpSatSolver:
    """Solves a tier with CP-SAT; gives a bound where time does not suffice."""

    name = "cpsat"

    def solve(self, problem: TierProblem, seconds: float | None = None) -> Flow | None:
        """Return a flow of least cost; see ``TierSolver.solve``."""
        model = cp_model.CpModel()
        cards = _choices(model, problem)
        through = _arcs(model, problem)
        _print_or_not(model, problem, cards)
        _conserve(model, problem, cards, through)
        model.minimize(cp_model.LinearExpr.weighted_sum(cards, problem.cost.tolist()))
        solver = cp_solver(seconds, 1)
        status = interruptible(solver, model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        bound = solver.best_objective_bound
        return Flow(
            np.array([solver.value(x) for x in cards], dtype=np.int64),
            np.array([solver.value(y) for y in through], dtype=np.int64),
            proven=status == cp_model.OPTIMAL,
            bound=math.ceil(bound - 1e-6) if math.isfinite(bound) else None,
        )


def cp_solver(seconds: float | None, workers: int) -> cp_model.CpSolver:
    """Return a solver with a fixed seed: with one worker its answer is repeatable."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    # It would leave a signal that ends the program at once, whatever it writes.
    solver.parameters.catch_sigint_signal = False
    if seconds is not None:
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
    return solver


def interruptible(solver: cp_model.CpSolver, model: cp_model.CpModel) -> object:
    """Solve in a thread, as a signal is not heard while the solver runs."""
    answer: Future[object] = Future()

    def work() -> None:
        try:
            answer.set_result(solver.solve(model))
        except BaseException as error:
            answer.set_exception(error)

    # A pool would wait for its thread wherever an interruption falls.
    thread = threading.Thread(target=work, daemon=True)
    try:
        thread.start()
        while thread.is_alive():
            thread.join(_HEARING)
    except KeyboardInterrupt:
        while thread.is_alive():
            solver.stop_search()
            thread.join(_HEARING)
        raise
    return answer.result()


def _choices(model: cp_model.CpModel, problem: TierProblem) -> list[cp_model.IntVar]:
    """Make one variable for the cards on each choice."""
    sizes = problem.size[problem.owner].tolist()
    return [model.new_int_var(0, size, "") for size in sizes]


def _arcs(model: cp_model.CpModel, problem: TierProblem) -> list[cp_model.IntVar]:
    """Make one variable for each network arc, within its limit."""
    face, limit = problem.face, problem.program.limit
    low = np.where(face.full, limit, 0).tolist()
    high = np.where(face.empty, 0, limit).tolist()
    return [model.new_int_var(a, b, "") for a, b in zip(low, high, strict=True)]


def _print_or_not(
    model: cp_model.CpModel, problem: TierProblem, cards: list[cp_model.IntVar]
) -> None:
    """Require that each application takes exactly one choice."""
    bounds = zip(problem.start[:-1].tolist(), problem.start[1:].tolist(), strict=True)
    for size, (begin, end) in zip(problem.size.tolist(), bounds, strict=True):
        model.add(cp_model.LinearExpr.sum(cards[begin:end]) == size)


def _conserve(
    model: cp_model.CpModel,
    problem: TierProblem,
    cards: list[cp_model.IntVar],
    through: list[cp_model.IntVar],
) -> None:
    """Require that what enters a node leaves it; the sink keeps all."""
    program = problem.program
    terms: list[list[tuple[cp_model.IntVar, int]]] = [[] for _ in range(program.nodes)]
    for variable, node in zip(cards, problem.node.tolist(), strict=True):
        terms[node].append((variable, 1))
    ends = zip(through, program.tail.tolist(), program.head.tolist(), strict=True)
    for variable, tail, head in ends:
        terms[tail].append((variable, -1))
        terms[head].append((variable, 1))
    for node in terms[: program.sink]:
        if node:
            variables, signs = zip(*node, strict=True)
            model.add(cp_model.LinearExpr.weighted_sum(variables, signs) == 0)
