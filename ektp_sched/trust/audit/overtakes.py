r"""Who was printed while others came first: a plan's overtakes, card by card.

B was printed on day d, before A of the same rank, who comes first and was printed on
day a (later or never).  Exchange their slots.  `overdue` changes by

.. math:: \Delta_o = [d \le due_B < a] - [d \le due_A < a]

and `promise`, with :math:`g_i = \max(0, a - p_i) - \max(0, d - p_i)`, by
:math:`\Delta_p = g_B - g_A`.  `pressure` always falls.  The dates account for
the overtake if the first of the two that changes, in the office's order of
those tiers that stand before `pressure`, rises: if B loses more than A gains.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.cohorts import NONE, group
from ektp_sched.people.keys import combined
from ektp_sched.trust.fairness.cells import read_cells
from ektp_sched.trust.fairness.overtakes import Exchange, compared, dominated

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.trust.audit.queue import Queue
    from ektp_sched.trust.fairness.cells import Cells, Sorts


_LATE: Final = 1 << 40
"""A day of recording after all others."""


@dataclass(frozen=True, slots=True)
class Overtakes:
    """Whom each print passed, one entry an application; 0 for those not printed."""

    passed: Ints  # applications that came first and were left waiting
    free: Ints  # those of them with which the slots could have been exchanged
    unaccounted: Ints  # those of them for which no date of B's accounts
    oldest: Ints  # day of recording of the longest-waiting one passed; else `_LATE`

    def take(self, chosen: Ints) -> Overtakes:
        """Return some of the entries."""
        return Overtakes(*(getattr(self, name)[chosen] for name in self.__slots__))


def date_tiers(queue: Queue) -> list[str]:
    """Return which of `overdue` and `promise` stand before `pressure`, in order."""
    return Exchange(queue, (0, queue.days), False).names


def count_overtakes(queue: Queue) -> Overtakes:
    """Count for each print the applications that it passed."""
    groups = group(queue, queue.blanks)
    printed = np.flatnonzero(queue.machine >= 0)
    everybody = np.ones(len(groups), dtype=bool)
    machines = (printed, queue.machine[printed])
    cells, sorts, cell = read_cells(queue, groups, machines, everybody)
    counts = Overtakes(*np.zeros((4, len(cells.sort)), dtype=np.int64))
    counts.oldest[:] = _LATE
    tried = np.unique(np.stack([queue.tried_by, queue.tried_on]), axis=1)
    for day in np.unique(cells.day[cells.day < queue.days]).tolist():
        left = cell[tried[0, tried[1] == day]]
        waiting = cells.count - np.bincount(left, minlength=len(cells.sort))
        behind = (cells.ready <= day) & (cells.day > day) & (waiting > 0)
        ahead = np.flatnonzero(cells.day == day)
        _Day(queue, sorts, cells.take(ahead), day).count(
            replace(cells, count=waiting).take(behind), ahead, counts
        )
    return counts.take(cell)


class _Day:
    """The prints of one day."""

    def __init__(self, queue: Queue, sorts: Sorts, ahead: Cells, day: int) -> None:
        self.queue, self.sorts, self.ahead, self.day = queue, sorts, ahead, day
        self.blanks = queue.blanks[sorts.kind]
        self.alike = self.blanks[:, None] == self.blanks
        self.empty = queue.left.last_empty() >= day

    def scarce(self, sort: Ints, later: Ints | int) -> Bools:
        """Return of whom no blank was left on some day until their own print.

        They could not have had that of another card type.
        """
        until = np.minimum(later, self.queue.span)
        return np.asarray(self.empty[self.blanks[sort], until])

    def count(self, behind: Cells, ahead: Ints, counts: Overtakes) -> None:
        """Add up whom the cells of the day passed."""
        scarce = self.scarce(behind.sort, behind.day)
        for short in (False, True):
            passed = _merged(behind.take(scarce == short))
            alike = self.alike | (not short)
            able = self.sorts.fits & alike
            for chosen, part, since, by_rank in compared(
                self.sorts, self.ahead, passed, able
            ):
                number, until = ahead[chosen], 2 * self.ahead.since[chosen]
                count, recorded = passed.count[part], passed.since[part]
                total, _ = dominated((since, since, count), until, [])
                first = recorded.min() if by_rank else recorded[since.argmin()]
                oldest = np.where(total > 0, first, _LATE)
                counts.passed[number] += total
                counts.oldest[number] = np.minimum(counts.oldest[number], oldest)
                free = self.sorts.swap[passed.sort[part], self.ahead.sort[chosen[0]]]
                if not free.all():
                    points = since[free], since[free], count[free]
                    total, _ = dominated(points, until, [])
                counts.free[number] += total
        unaccounted = counts.free[ahead]
        counts.unaccounted[ahead] = unaccounted - self.accounted(behind, unaccounted)

    def accounted(self, behind: Cells, free: Ints) -> Ints:
        """Return for each cell of the day the exchanges that its dates forbid."""
        accounted = np.zeros(len(self.ahead.sort), dtype=np.int64)
        dates = (self.ahead.due != NONE) | (self.ahead.promised != NONE)
        dated = np.flatnonzero(dates & (free > 0))
        if not len(dated):
            return accounted
        every = np.arange(len(self.sorts.rank))
        level = self.sorts.swap & (self.sorts.first != 1)
        behind = behind.take(np.argsort(behind.day, kind="stable"))
        days, starts = np.unique(behind.day, return_index=True)
        for later, of_day in zip(
            days.tolist(), np.split(np.arange(len(behind.day)), starts[1:]), strict=True
        ):
            exchange = Exchange(self.queue, (self.day, later), False)
            loss = exchange.losses(self.ahead.take(dated))[-1]
            losers, loss = dated[loss > 0], loss[loss > 0]
            if not len(losers):
                continue
            ahead, passed = self.ahead.take(losers), behind.take(of_day)
            gain = exchange.gain(passed)
            able = level & (self.alike | ~self.scarce(every, later)[:, None])
            for chosen, part, since, _ in compared(self.sorts, ahead, passed, able):
                points = since, gain[part], passed.count[part]
                until = 2 * ahead.since[chosen]
                _, (below,) = dominated(points, until, [loss[chosen]])
                accounted[losers[chosen]] += below
        return accounted


def _merged(cells: Cells) -> Cells:
    """Take together the cells of one sort that were recorded on one day."""
    number, size = combined((cells.sort, cells.since), len(cells.sort))
    example = np.zeros(size, dtype=np.int64)
    example[number] = np.arange(len(number))
    count = np.bincount(number, weights=cells.count, minlength=size)
    return replace(cells.take(example), count=count.astype(np.int64))
