"""A plan, or the contradiction, under rules that break the network."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ektp_sched.office import Notice
from ektp_sched.planning.assign import assign
from ektp_sched.planning.case import Case
from ektp_sched.planning.conflicts import pin_conflicts
from ektp_sched.planning.decisions import Made, shift_uses
from ektp_sched.planning.decisions.worth import Unmade, capacity_without
from ektp_sched.planning.mixed.conflict import PINS_RULE, contradiction, possible
from ektp_sched.planning.mixed.exchanges import settle_exchanges
from ektp_sched.planning.mixed.pose import pose
from ektp_sched.planning.mixed.solve import solve
from ektp_sched.planning.report import no_plan, solved_plan
from ektp_sched.planning.result import Status
from ektp_sched.planning.tiers import objectives

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office, Option
    from ektp_sched.planning.clock import Clock
    from ektp_sched.planning.mixed.pose import Problem
    from ektp_sched.planning.mixed.solve import Mixed
    from ektp_sched.planning.result import Conflict, Plan, ShiftUse
    from ektp_sched.planning.scarce import Scarce

__all__ = ["ENGINE", "mixed_plan"]

ENGINE = "milp"
"""Name of the engine as in ``summary.json``."""

_TOGETHER = ("pin-capacity", "pin-no-blanks")
"""Codes of pins that are possible one by one."""


def mixed_plan(
    backlog: Backlog,
    office: Office,
    start: date,
    days: int,
    scarce: Scarce,
    clock: Clock,
) -> Plan:
    """Plan under quotas, and blanks and ribbons that no network can count."""
    with clock.stage("program"):
        problem = pose(backlog, office, start, days, scarce)
        tiers = objectives(office, problem.cohorts, days)
    case = Case(backlog, office, problem.program, problem.cohorts, tiers, ENGINE)
    with clock.stage("solve"):
        mixed = solve(problem, clock.half)
    if mixed is None:
        with clock.stage("conflict"):
            conflicts = _conflict(problem, backlog, clock.deadline)
        status = Status.INFEASIBLE if conflicts else Status.UNKNOWN
        return no_plan(case, status, clock.seconds, conflicts)
    case = replace(case, program=mixed.program, mixed=mixed)
    with clock.stage("assign"):
        prints = assign(
            backlog.frame,
            office,
            mixed.program,
            problem.cohorts,
            mixed.solution,
            mixed.split,
            partial(settle_exchanges, problem, tiers),
        )
    uses: tuple[ShiftUse, ...] = ()
    if mixed.used:
        with clock.stage("savings"):
            uses = _uses(case, problem, mixed, clock)
    made = solved_plan(case, mixed.solution, prints, clock.seconds)
    why = [Notice("search-numbers")] if mixed.unsearched else []
    return replace(made, shifts=uses, notices=(*made.notices, *why))


def _conflict(
    problem: Problem, backlog: Backlog, deadline: float | None
) -> tuple[Conflict, ...]:
    """Return the contradiction; of pins alone what stands against each of them."""
    conflicts = contradiction(problem, backlog, deadline)
    if {rule.place for one in conflicts for rule in one.rules} != {PINS_RULE}:
        return conflicts
    alone = pin_conflicts(problem.program, problem.cohorts, backlog.frame)
    # Pins that are too many together may be so for blanks that are counted apart.
    apart = tuple(one for one in alone if one.code not in _TOGETHER)
    return apart or conflicts


def _uses(
    case: Case, problem: Problem, mixed: Mixed, clock: Clock
) -> tuple[ShiftUse, ...]:
    """Say what each shift saves, if there is time to plan again without it."""
    made = Made(
        case.backlog,
        case.office,
        case.cohorts,
        case.tiers,
        mixed.program,
        mixed.solution,
        mixed.split,
    )
    return shift_uses(
        made,
        mixed.used,
        partial(_without, made, problem, mixed, clock.deadline),
        [case.label(tier) for tier in case.named],
        clock.deadline,
    )


def _without(
    made: Made, problem: Problem, mixed: Mixed, deadline: float | None, option: Option
) -> Made | Unmade:
    """Plan again without one shift, the others being worked, by all the rules."""
    limits = capacity_without(made.office, problem.limits, mixed.used, option)
    fixed = replace(problem, limits=limits, uses=None)
    # The difference of two plans of which one could be better says nothing.
    other = solve(fixed, deadline) if mixed.values_proven else None
    if other is None or not other.values_proven:
        return Unmade.UNKNOWN if other or possible(fixed) else Unmade.RULES
    return replace(
        made, program=other.program, solution=other.solution, split=other.split
    )
