"""How many days matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity, options
from ektp_sched.people.keys import distinct_rows
from ektp_sched.planning.cohorts import NONE, build_cohorts
from ektp_sched.planning.conflicts import pin_conflicts
from ektp_sched.planning.flow import FlowEngine
from ektp_sched.planning.lexicographic import solve_tiers
from ektp_sched.planning.program import build_program
from ektp_sched.planning.stock import can_run_out
from ektp_sched.planning.tiers import check_range, objectives
from ektp_sched.rules.calendar import LONGEST_HORIZON

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
    what its printers could do alone in some way, and all that is printed is the
    backlog.  So d comes before the day on which those least amounts, added
    up from its first day, exceed the backlog.  Blanks still to be delivered
    can also stop a day, so where they can run out counting starts after the
    last delivery.
    """
    days = capacity.days
    if not len(cohorts):
        return 0
    first = _last_delivery(cohorts, capacity)
    total = int(cohorts.size.sum()) + _SPARE
    last = 0
    number = {name: row for row, name in enumerate(capacity.printers)}
    for index, chosen in enumerate(cohorts.printer_sets):
        alike = (cohorts.eligibility == index) & (cohorts.ready < days)
        rows = [number[name] for name in chosen]
        if not rows or not alike.any():
            continue
        begin = max(first, int(cohorts.ready[alike].max()))
        filled = np.cumsum(_alone(capacity, rows)[begin:])
        last = max(last, begin + int(np.searchsorted(filled, total)) + 1)
    pinned = cohorts.pinned[(cohorts.pinned != NONE) & (cohorts.pinned < days)]
    return min(days, max(last, int(pinned.max(initial=-1)) + 1))


def _alone(capacity: Capacity, printers: list[int]) -> Ints:
    """Return what some printers could print on each day if they were alone.

    It is what one way of dealing out the servers comes to, not always the most.
    """
    first, group = distinct_rows(capacity.reaches[printers])
    left = capacity.server_cards.copy()
    alone = np.zeros(capacity.days, dtype=np.int64)
    for number, servers in enumerate(capacity.reaches[printers][first]):
        members = np.array(printers)[group == number]
        cards = capacity.printer_cards[members].sum(axis=0)
        for server in np.flatnonzero(servers).tolist():
            served = np.minimum(cards, left[server])
            left[server] -= served
            cards -= served
            alone += served
    return alone if capacity.total is None else np.minimum(alone, capacity.total)


def _last_delivery(cohorts: Cohorts, capacity: Capacity) -> int:
    steps = [
        int(np.flatnonzero(np.diff(supply, prepend=supply[0])).max(initial=0))
        for card, supply in capacity.supply.items()
        if can_run_out(card, cohorts, capacity)
    ]
    return max(steps, default=0)


def days_needed(
    backlog: Backlog,
    office: Office,
    start: date,
    deadline: float | None = None,
    workers: int = 1,
) -> int:
    """Return in how many days everybody is printed who can be.

    They are the days of the best plan over the longest horizon, cut after its
    last print.  It works no shift if all who could ever be printed are without;
    else the shifts are chosen too.

    They are 1 to 3,660.  After the deadline they are those of the best plan found in
    time, or all that could matter.
    """
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
    limits = capacity(office, start, days)
    cohorts = build_cohorts(backlog, office, start, days)
    plain = _days_and_left(backlog, office, cohorts, limits, deadline)
    if used and (plain is None or plain[1]):
        used = [(shift, day) for shift, day in used if day < days]
        every = capacity(office, start, days, used)
        most = _days_and_left(backlog, office, cohorts, every, deadline)
        if plain is None or most is None or most[1] < plain[1]:
            from ektp_sched.planning.decisions import decide

            decided = decide(
                office, cohorts, limits, days, deadline=deadline, workers=workers
            )
            worked = decided.limits
            with_shifts = _days_and_left(backlog, office, cohorts, worked, deadline)
            plain = plain if with_shifts is None else with_shifts
    return days if plain is None else plain[0]


def _days_and_left(
    backlog: Backlog,
    office: Office,
    cohorts: Cohorts,
    limits: Capacity,
    deadline: float | None,
) -> tuple[int, int] | None:
    """Return the days of the best plan, and how many it leaves unprinted.

    ``None`` where pins contradict each other, or the time is over.
    """
    program = build_program(cohorts, limits, limits.days)
    tiers = objectives(office, cohorts, limits.days)
    check_range(office, cohorts, tiers, program.nodes)
    if pin_conflicts(program, cohorts, backlog.frame):
        return None
    solution = solve_tiers(program, cohorts, tiers, FlowEngine(), deadline)
    if solution is None:
        return None
    cards, choice = solution.flow.cards, solution.problem.choice
    used = choice[cards > 0]
    printed = program.column_day[used[used < program.columns]]
    left = int(cards[choice == program.columns].sum())
    return int(printed.max(initial=0)) + 1, left
