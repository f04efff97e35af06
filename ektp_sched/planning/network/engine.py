"""The engine of rules that are a network: every tier is one, and exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ektp_sched.documents import Status
from ektp_sched.planning.network.conflicts import keeps_pins, pin_conflicts
from ektp_sched.planning.network.index import by_index
from ektp_sched.planning.network.lexicographic import solve_tiers
from ektp_sched.planning.network.program import build_program
from ektp_sched.planning.outcome import Outcome, Settled
from ektp_sched.planning.tiers import check_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.documents import Conflict
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.clock import Clock
    from ektp_sched.planning.network.foreseen import Foresight
    from ektp_sched.planning.network.lexicographic import Solution


@dataclass(frozen=True, slots=True)
class NetworkEngine:
    """Plans where the rules are a network, with the capacity of the case."""

    # What yesterday's plan tells of today's, where one day is planned after another;
    # time is then without a limit.
    foresight: Foresight | None = None

    def solve(self, case: Case, clock: Clock) -> Outcome:
        """Return the best plan found in time."""
        name, cohorts = case.solver.name, case.cohorts
        solution: Solution | None
        with clock.stage("program"):
            program = build_program(cohorts, case.limits, case.last_day)
            check_range(case.office, cohorts, case.tiers, program.nodes)
            possible = keeps_pins(program, cohorts)
        if not possible:
            return Outcome(name, Status.INFEASIBLE, cohorts, program, program)
        with clock.stage("solve"):
            if self.foresight is not None:
                solution = self.foresight.solve_tiers(program, cohorts, case.tiers)
            else:
                guess = (
                    by_index(program, cohorts, case.tiers) if name == "flow" else None
                )
                solution = solve_tiers(
                    program,
                    cohorts,
                    case.tiers,
                    case.solver,
                    clock.deadline,
                    guess=guess,
                )
        if solution is None:
            return Outcome(name, Status.UNKNOWN, cohorts, program, program)
        settled = tuple(_settled(case, solution))
        return Outcome(
            name, Status.FEASIBLE, cohorts, program, program, solution, settled
        )

    def contradiction(
        self,
        case: Case,
        outcome: Outcome,
        clock: Clock,  # noqa: ARG002 (it is never long)
    ) -> tuple[Conflict, ...]:
        """Return which pins cannot be kept together."""
        if outcome.status is not Status.INFEASIBLE:
            return ()
        return pin_conflicts(outcome.program, case.cohorts, case.backlog.frame)


def _settled(case: Case, solution: Solution) -> Iterator[Settled]:
    for solved in solution.tiers:
        if solved.bound is not None:
            lost = solved.objective.constant(case.cohorts)
            yield Settled(solved.objective, solved.value - lost, solved.bound - lost)
