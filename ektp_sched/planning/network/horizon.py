"""From which day on nothing matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.cohorts import NONE
from ektp_sched.people.keys import distinct_rows
from ektp_sched.planning.network.stock import can_run_out
from ektp_sched.rules.calendar import LONGEST_HORIZON

if TYPE_CHECKING:
    from ektp_sched.arrays import Ints
    from ektp_sched.office import Capacity
    from ektp_sched.people.cohorts import Cohorts


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

    A tier that keeps given days may leave an application on its own although an
    earlier day is free.  That day is then its given one; on any other the argument
    holds, as leaving it keeps no fewer.  So the last given day counts too.
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
    kept = max(int(pinned.max(initial=NONE)), int(cohorts.given.max(initial=NONE)))
    return min(days, max(last, kept + 1))


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
