"""A plan, or the contradiction, under rules that break the network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from ektp_sched.planning.assign import assign
from ektp_sched.planning.mixed.conflict import contradiction
from ektp_sched.planning.mixed.solve import pose, solve
from ektp_sched.planning.report import Case, no_plan, solved_plan
from ektp_sched.planning.result import ShiftUse, Status
from ektp_sched.planning.tiers import objectives

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.planning.clock import Clock
    from ektp_sched.planning.mixed.solve import Mixed
    from ektp_sched.planning.result import Plan
    from ektp_sched.planning.scarce import Scarce

__all__ = ["ENGINE", "mixed_plan"]

ENGINE = "milp"
"""Name of the engine as in ``summary.json``."""


def mixed_plan(
    backlog: Backlog,
    office: Office,
    start: date,
    days: int,
    scarce: Scarce,
    clock: Clock,
) -> Plan:
    """Plan under quotas, and blanks and ribbons that no network can count.

    Parameters
    ----------
    backlog, office, start, days
        As for ``plan``.
    scarce
        Blanks and ribbons that no network can count.
    clock
        Times the stages.
    """
    with clock.stage("program"):
        problem = pose(backlog, office, start, days, scarce)
        tiers = objectives(office, problem.cohorts, days)
    case = Case(backlog, office, problem.program, problem.cohorts, tiers, ENGINE)
    with clock.stage("solve"):
        mixed = solve(problem, clock.half)
    if mixed is None:
        with clock.stage("conflict"):
            found = contradiction(problem, backlog.frame, clock.deadline)
        status = Status.INFEASIBLE if found else Status.UNKNOWN
        return no_plan(case, status, clock.seconds, found)
    case = replace(case, program=mixed.program, mixed=mixed)
    with clock.stage("assign"):
        prints = assign(
            backlog.frame,
            office,
            mixed.program,
            problem.cohorts,
            mixed.solution,
            mixed.split,
        )
    made = solved_plan(case, mixed.solution, prints, clock.seconds)
    return replace(made, shifts=_shifts(mixed))


def _shifts(mixed: Mixed) -> tuple[ShiftUse, ...]:
    start = mixed.limits.start
    return tuple(
        ShiftUse(
            option.shift,
            start + timedelta(days=option.day),
            option.cost_idr,
            (),
            0,
            Fraction(0),
        )
        for option in mixed.used
    )
