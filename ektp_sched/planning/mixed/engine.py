"""The engine of rules that break the network."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.documents import Status
from ektp_sched.people.objectives import Objective
from ektp_sched.planning.keeping import given_columns
from ektp_sched.planning.mixed.conflict import (
    PINS_RULE,
    contradiction,
    pins_of,
    possible,
    too_many_pins,
)
from ektp_sched.planning.mixed.exchanges import settle_exchanges
from ektp_sched.planning.mixed.pose import pose
from ektp_sched.planning.mixed.solve import ENGINE, solve
from ektp_sched.planning.network.conflicts import pin_conflicts
from ektp_sched.planning.network.problem import least_value
from ektp_sched.planning.outcome import Outcome, Unmade
from ektp_sched.planning.worth import capacity_without

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Ints
    from ektp_sched.documents import Conflict
    from ektp_sched.office import Option
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.clock import Clock
    from ektp_sched.planning.mixed.pose import Problem
    from ektp_sched.planning.network.program import Program
    from ektp_sched.planning.outcome import Settled
    from ektp_sched.yesterday.places import GivenPlaces


_TOGETHER = ("pin-capacity", "pin-no-blanks")
"""Codes of pins that are possible one by one."""


class MixedEngine:
    """Plans under quotas, and blanks and ribbons that no network can count."""

    def solve(self, case: Case, clock: Clock) -> Outcome:
        """Return the best plan found in time."""
        with clock.stage("program"):
            problem = _posed(case)
        with clock.stage("solve"):
            outcome = solve(problem, clock.half, _given_slots(problem, case.given))
        if outcome is None:
            program = problem.program
            return Outcome(
                ENGINE, Status.UNKNOWN, problem.cohorts, program, able=program
            )
        return replace(
            outcome,
            settled=tuple(_raised(settled, outcome) for settled in outcome.settled),
            exchange=partial(settle_exchanges, problem, case.tiers),
            without=partial(_without, problem, outcome, clock.deadline)
            if outcome.used
            else None,
        )

    def contradiction(
        self,
        case: Case,
        outcome: Outcome,
        clock: Clock,
    ) -> tuple[Conflict, ...]:
        """Return rules that contradict; of pins alone what stands against each."""
        with clock.stage("conflict"):
            return contradicting_rules(
                case, ((outcome.program, outcome.cohorts),), clock
            )


def contradicting_rules(
    case: Case, networks: Sequence[tuple[Program, Cohorts]], clock: Clock
) -> tuple[Conflict, ...]:
    """Return rules that contradict; of pins alone what stands against each.

    The networks know of fewer rules than there are.  The first of them that does not
    hold the pins says which are too many together; where giving up one of those makes
    no room by all the rules, even fewer contradict something.
    """
    problem, deadline = _posed(case), clock.deadline
    conflicts = contradiction(problem, deadline)
    if conflicts and not _of_pins_alone(conflicts):
        return conflicts
    by_network = (pin_conflicts(*each, case.backlog.frame) for each in networks)
    of_pins = next(filter(None, by_network), ())
    if not conflicts or any(c.code not in _TOGETHER for c in of_pins):
        return of_pins
    ids = of_pins[0].application_ids if of_pins else conflicts[0].application_ids
    narrow = too_many_pins(problem, ids, deadline)
    if of_pins and pins_of(narrow) == ids:
        return of_pins
    return contradiction(narrow, deadline) or conflicts


def _of_pins_alone(conflicts: tuple[Conflict, ...]) -> bool:
    return {rule.place for each in conflicts for rule in each.rules} == {PINS_RULE}


def _posed(case: Case) -> Problem:
    return pose(case.people, case.limits, case.scarce)


def _given_slots(problem: Problem, given: GivenPlaces | None) -> Ints | None:
    """Return the cards of each kind in each column of the previous plan."""
    if given is None:
        return None
    program, cohorts = problem.program, problem.cohorts
    cell = given_columns(program, given) * cohorts.kinds + cohorts.kind[cohorts.member]
    count = program.columns * cohorts.kinds
    return np.bincount(cell, minlength=count)[:count].astype(np.int64)


def _raised(settled: Settled, outcome: Outcome) -> Settled:
    """Return what is known of a tier, with a bound that needs no solver."""
    tier, cohorts = settled.tier, outcome.cohorts
    if not isinstance(tier, Objective):
        return settled
    least = least_value(outcome.able, cohorts, tier) - tier.constant(cohorts)
    return replace(settled, bound=max(least, settled.bound))


def _without(
    problem: Problem, outcome: Outcome, deadline: float | None, option: Option
) -> Outcome | Unmade:
    """Plan again without one shift, the others being worked, by all the rules."""
    limits = capacity_without(problem.office, problem.limits, outcome.used, option)
    fixed = replace(problem, limits=limits, uses=None, limiting=())
    # The difference of two plans of which one could be better says nothing.
    other = solve(fixed, deadline, proven=False) if _is_best(outcome) else None
    if other is None or not _is_best(other):
        return Unmade.UNKNOWN if other or possible(fixed) else Unmade.RULES
    return other


def _is_best(outcome: Outcome) -> bool:
    """Return whether with its shifts no plan is better."""
    days = (s for s in outcome.settled if isinstance(s.tier, Objective))
    return all(settled.proven for settled in days)
