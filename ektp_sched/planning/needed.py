"""In how many days everybody is printed who can be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity, options
from ektp_sched.people.cohorts import NONE, build_cohorts
from ektp_sched.planning.case import lay_case
from ektp_sched.planning.clock import Clock
from ektp_sched.planning.engines import choose, tier_solver
from ektp_sched.planning.network.engine import NetworkEngine
from ektp_sched.planning.network.horizon import LONGEST, days_that_matter

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.planning.outcome import Outcome


def days_needed(
    backlog: Backlog,
    office: Office,
    start: date,
    clock: Clock | None = None,
    workers: int = 1,
) -> int:
    """Return in how many days everybody is printed who can be, 1 to 3,660.

    They are the days of the best plan over the longest horizon, cut after its
    last print.  It works no shift if all who could ever be printed are without;
    else the shifts are chosen too.

    When the clock's time is over they are those of the best plan found so far, or all
    that could matter.
    """
    clock = clock or Clock(None, None)
    limits = capacity(office, start, LONGEST)
    cohorts = build_cohorts(backlog, office, start, LONGEST)
    used = [(option.shift, option.day) for option in options(office, start, LONGEST)]
    every = capacity(office, start, LONGEST, used) if used else limits
    able = np.flatnonzero(
        every.printer_cards.any(axis=0) & every.server_cards.any(axis=0)
    )
    pinned = cohorts.pinned[(cohorts.pinned != NONE) & (cohorts.pinned < LONGEST)]
    # After the last day with any capacity there is nothing to plan, but a pin
    # that cannot be kept.
    last = max(int(able.max(initial=0)), int(pinned.max(initial=0)))
    days = max(1, min(days_that_matter(cohorts, limits), last + 1))
    case = lay_case(backlog, office, start, days, tier_solver("flow"), workers)
    case = replace(case, last_day=days)
    plain = _days_and_left(NetworkEngine().solve(case, clock))
    if used and (plain is None or plain[1]):
        used = [(shift, day) for shift, day in used if day < days]
        most_able = replace(case, limits=capacity(office, start, days, used))
        most = _days_and_left(NetworkEngine().solve(most_able, clock))
        if plain is None or most is None or most[1] < plain[1]:
            with_shifts = _days_and_left(choose(case).solve(case, clock))
            plain = plain if with_shifts is None else with_shifts
    return days if plain is None else plain[0]


def _days_and_left(outcome: Outcome) -> tuple[int, int] | None:
    """Return the days of a plan and how many it leaves unprinted; none without one."""
    if outcome.solution is None:
        return None
    program, flow = outcome.program, outcome.solution.flow
    choice = outcome.solution.problem.choice
    used = choice[flow.cards > 0]
    printed = program.column_day[used[used < program.columns]]
    left = int(flow.cards[choice == program.columns].sum())
    return int(printed.max(initial=0)) + 1, left
