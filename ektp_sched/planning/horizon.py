"""How many days matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity
from ektp_sched.office.calendar import LONGEST_HORIZON
from ektp_sched.planning.cohorts import NONE, build_cohorts
from ektp_sched.planning.conflicts import pin_conflicts
from ektp_sched.planning.flow import FlowEngine
from ektp_sched.planning.lexicographic import solve_tiers
from ektp_sched.planning.program import build_program
from ektp_sched.planning.stock import can_run_out
from ektp_sched.planning.tiers import check_range, objectives

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Capacity, Office
    from ektp_sched.planning.cohorts import Cohorts

    Ints = NDArray[np.int64]

__all__ = ["LONGEST", "days_needed", "days_that_matter"]

LONGEST = LONGEST_HORIZON
"""Most calendar days of a horizon."""

_SPARE = 2
"""Cards kept spare, so that the prices of one card more or less stay right."""


def days_that_matter(cohorts: Cohorts, capacity: Capacity) -> int:
    """Return a day from which on no optimal plan prints anything.

    In an optimal plan an application printed on day d cannot be moved to an
    earlier day on which it is ready: on each of those days, what is printed
    fills a cut between its printers and the sink.  The least cut is at least
    what its best single printer can do alone, and all that is printed is the
    backlog.  So d comes before the day on which those least amounts, added
    up from its first day, exceed the backlog.  Blanks still to be delivered
    can also stop a day, so where they can run out counting starts after the
    last delivery.

    Parameters
    ----------
    cohorts, capacity
        Demand, and capacity over the whole horizon.

    Returns
    -------
    int
        Number of days to keep, at most ``capacity.days``.
    """
    days = capacity.days
    if not len(cohorts):
        return 0
    alone = _alone(capacity)
    first = _last_delivery(cohorts, capacity)
    total = int(cohorts.size.sum()) + _SPARE
    last = 0
    for index, chosen in enumerate(cohorts.printer_sets):
        mine = (cohorts.eligibility == index) & (cohorts.ready < days)
        rows = [capacity.printers.index(name) for name in chosen]
        if not rows or not mine.any():
            continue
        begin = max(first, int(cohorts.ready[mine].max()))
        filled = np.cumsum(alone[rows].max(axis=0)[begin:])
        last = max(last, begin + int(np.searchsorted(filled, total)) + 1)
    pinned = cohorts.pinned[(cohorts.pinned != NONE) & (cohorts.pinned < days)]
    return min(days, max(last, int(pinned.max(initial=-1)) + 1))


def _alone(capacity: Capacity) -> Ints:
    """Return what each printer could print on each day by itself."""
    servers = capacity.reaches.astype(np.int64) @ capacity.server_cards
    alone: Ints = np.minimum(capacity.printer_cards, servers)
    if capacity.total is not None:
        alone = np.minimum(alone, capacity.total)
    return alone


def _last_delivery(cohorts: Cohorts, capacity: Capacity) -> int:
    steps = [
        int(np.flatnonzero(np.diff(supply, prepend=supply[0])).max(initial=0))
        for card, supply in capacity.supply.items()
        if can_run_out(card, cohorts, capacity)
    ]
    return max(steps, default=0)


def days_needed(
    backlog: Backlog, office: Office, start: date, deadline: float | None = None
) -> int:
    """Return in how many days everybody is printed who can be.

    They are the days of the best plan over the longest horizon, cut after its
    last print.  The fewest days in which it could be done might be fewer, but
    only by letting some wait longer than they need.

    Parameters
    ----------
    backlog, office, start
        As for ``plan``.
    deadline
        As for ``solve_tiers``; the days are then those of the best plan found
        in time, or all that could matter.

    Returns
    -------
    int
        1 to 3,660 days.
    """
    limits = capacity(office, start, LONGEST)
    cohorts = build_cohorts(backlog, office, start, LONGEST)
    days = max(1, days_that_matter(cohorts, limits))
    limits = capacity(office, start, days)
    cohorts = build_cohorts(backlog, office, start, days)
    program = build_program(cohorts, limits, days)
    tiers = objectives(office, cohorts, days)
    check_range(office, cohorts, tiers, program.nodes)
    if pin_conflicts(program, cohorts, backlog.frame):
        return days
    solution = solve_tiers(program, cohorts, tiers, FlowEngine(), deadline)
    if solution is None:
        return days
    used = solution.problem.choice[solution.flow.cards > 0]
    printed = program.column_day[used[used < program.columns]]
    return int(printed.max(initial=0)) + 1
