"""How far each stream got on each day, and what that says.

Nothing here looks at a person: what had happened up to a day is a table over
the stream, looked up at the number printed.  Sums over days until a card is
printed are sums over the days on which more of them are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.world.types import Limits

    Counts = NDArray[np.int32]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["History", "StreamHistory"]


@dataclass(slots=True)
class History:
    """How far each stream got by the end of each worked day.

    Parameters
    ----------
    queue, limits
        What was simulated.
    before
        New applications recorded before each day, ``(K, H + 1, R)``.
    most
        Cards possible on each day, ``(H, R)`` or ``(H, 1)``.
    worked
        The days so far; the lists below have an entry for each.
    printed
        People printed by stream, ``(K, R)``.
    reached
        Days of recording whose new applications are all printed, ``(K, R)``.
    total, causes
        Cards of the day, ``(R,)``; replications by cause.
    """

    queue: Queue
    limits: Limits
    before: Counts
    most: Counts
    worked: list[int] = field(default_factory=list)
    printed: list[Counts] = field(default_factory=list)
    reached: list[NDArray[np.int16]] = field(default_factory=list)
    total: list[Counts] = field(default_factory=list)
    causes: list[Ints] = field(default_factory=list)

    def add(
        self,
        day: int,
        printed: Counts,
        reached: NDArray[np.int16],
        total: Counts,
        causes: Ints,
    ) -> None:
        """Keep the end of a worked day."""
        self.worked.append(day)
        self.printed.append(printed)
        self.reached.append(reached)
        self.total.append(total)
        self.causes.append(causes)


class StreamHistory:
    """One stream's way through the days.

    Parameters
    ----------
    history
        All streams.
    number
        Which of them.
    worked
        The worked days, shape ``(W,)``.

    Attributes
    ----------
    done
        People printed by the end of each worked day, a row of none before
        them, ``(W + 1, R)``.
    old, new
        The same of the first morning's people, and of those recorded later.
    reached
        Days of recording printed in full by then, same shape.
    """

    def __init__(self, history: History, number: int, worked: Ints) -> None:
        queue = history.queue
        here = slice(queue.first[number], queue.first[number + 1])
        self.worked, self.days = worked, queue.days
        self.target = int(queue.streams.target[number])
        self.weight = queue.scale // self.target
        self.since, self.area = queue.since[here], queue.area[here]
        self.before = history.before[number]
        size = self.before.shape[1]
        self.done = np.zeros((len(worked) + 1, size), dtype=np.int32)
        self.reached = np.zeros((len(worked) + 1, size), dtype=np.int16)
        for row, at in enumerate(history.printed):
            self.done[row + 1] = at[number]
        for row, date in enumerate(history.reached):
            self.reached[row + 1] = date[number]
        self.old = np.minimum(self.done, len(self.since))
        self.new = self.done - self.old
        self.gap = -np.diff(self.days - np.append(worked, self.days))
        self.recorded = np.diff(self.before, axis=0)

    def late(self) -> Bools:
        """Return whether anybody waits past the target at each day's end."""
        day = np.arange(self.days)
        last = day - self.target
        old = np.searchsorted(self.since, last, side="right").astype(np.int32)
        by = self.before[np.clip(last + 1, 0, self.days)] + old[:, None]
        late: Bools = by > self.at_end_of(self.done)
        return late

    def at_end_of(self, done: Counts) -> Counts:
        """Return what was done by the end of each calendar day, ``(H, R)``."""
        return done[np.searchsorted(self.worked, np.arange(self.days), side="right")]

    def longest(self) -> Ints:
        """Return the longest wait.

        It is the largest age of the oldest who waits on a day, as those not
        printed that day grow older still.
        """
        day = np.append(self.worked, self.days - 1)
        found = np.full(self.done.shape[1], -1, dtype=np.int64)
        if len(self.since):
            waits = self.old < len(self.since)
            oldest = self.since[np.minimum(self.old, len(self.since) - 1)]
            age = np.where(waits, day[:, None] - oldest, -1)
            found = age.max(axis=0)
        if self.recorded.any():
            age = day[self.finished()] - np.arange(self.days)[:, None]
            age = np.where(self.recorded > 0, age, -1)
            found = np.maximum(found, age.max(axis=0))
        return found

    def finished(self) -> Ints:
        """Return on which worked day each day's new people are all printed.

        Returns
        -------
        ndarray
            Place in the worked days, W for none, shape ``(H, R)``.
        """
        size = self.done.shape[1]
        key = self.reached[1:].astype(np.int64) * size + np.arange(size)
        count = np.bincount(key.ravel(), minlength=(self.days + 1) * size)
        passed: Ints = np.cumsum(count.reshape(self.days + 1, size), axis=0)[:-1]
        return passed

    def person_days(self, areas: int) -> Ints:
        """Return the days waited by the first morning's people, by area."""
        total = np.bincount(self.area, minlength=areas) * self.days
        saved = np.zeros((areas, self.done.shape[1]), dtype=np.int64)
        for area in np.flatnonzero(total).tolist():
            upto = _prefix((self.area == area).astype(np.int64))
            saved[area] = self.gap @ upto[self.old[1:]]
        return total[:, None] - saved

    def person_days_new(self) -> Ints:
        """Return the days waited by new people, ``(R,)``."""
        rest = self.days - np.arange(self.days)
        days: Ints = rest @ self.recorded - self.gap @ self.new[1:].astype(np.int64)
        return days

    def pressure(self) -> Ints:
        """Return the scaled pressure that accrued, ``(R,)``."""
        days, rest = self.days, self.days - np.arange(self.days)
        whole = int((days * (1 - self.since) + days * (days - 1) // 2).sum())
        accrued = whole + (rest * (rest + 1) // 2) @ self.recorded
        left = days - self.worked
        at_print = left * (days + self.worked + 1) // 2
        accrued -= -np.diff(np.append(at_print, 0)) @ self.done[1:].astype(np.int64)
        accrued += self.gap @ self._dates()[1:]
        result: Ints = accrued * self.weight
        return result

    def _dates(self) -> Ints:
        """Return the sum of the days of recording of all who are printed."""
        dates: Ints = _prefix(self.since)[self.old]
        if not self.recorded.any():
            return dates
        day = np.arange(self.days)[:, None]
        upto = _prefix(day * self.recorded.astype(np.int64))
        reps = np.arange(self.done.shape[1])
        partly = self.new - self.before[self.reached, reps]
        dates += upto[self.reached, reps] + partly * self.reached.astype(np.int64)
        return dates

    def waits(self, areas: int, width: int) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Yield by wait: old ones, new ones, old ones by area; printed, then not."""
        old = np.zeros((2, width), dtype=np.int64)
        area = np.zeros((2, areas * width), dtype=np.int64)
        day = np.append(self.worked, self.days - 1)
        done = np.zeros(len(self.since), dtype=np.int64)
        size = self.done.shape[1]
        for number, today in enumerate(day.tolist()):
            last = number == len(self.worked)
            low, high = 0, len(self.since)
            if not last:
                low, high = int(self.old[number].min()), int(self.old[number + 1].max())
                upto = np.bincount(self.old[number + 1] - low, minlength=high - low + 1)
                now = np.cumsum(upto[::-1])[::-1][1 : high - low + 1]
            else:
                now = np.full(high, size, dtype=np.int64)
            if low == high:
                continue
            people = now - done[low:high]
            done[low:high] = now
            wait = today - self.since[low:high]
            old[int(last)] += _weighted(wait, people, width)
            at = self.area[low:high] * width + wait
            area[int(last)] += _weighted(at, people, areas * width)
        new = self._waits_new(width)
        for which in range(2):
            yield old[which], new[which], area[which].reshape(areas, width)

    def _waits_new(self, width: int) -> Ints:
        """Return new people by wait, printed and not, ``(2, W)``.

        Printed by day d of those recorded up to day e are the lesser of all
        printed by d and all recorded up to e; which of the two it is changes
        once in a row and once in a column, so two weighted counts tell.
        """
        found = np.zeros((2, width), dtype=np.int64)
        count = len(self.worked)
        if not self.recorded.any():
            return found
        finished = self.finished()
        shape = self.days, count + 1
        key = np.arange(self.days)[:, None] * shape[1] + finished
        all_of = _weighted(key, self.before[1:], shape[0] * shape[1]).reshape(shape)
        by_date = np.cumsum(all_of, axis=1)[:, :count]
        key = self.reached[1:] + (self.days + 1) * np.arange(count)[:, None]
        part = _weighted(key, self.new[1:], (self.days + 1) * count)
        part = np.cumsum(part.reshape(count, self.days + 1), axis=1)[:, : self.days].T
        upto = by_date + part
        cards = np.diff(np.diff(upto, axis=0, prepend=0), axis=1, prepend=0)
        wait = self.worked - np.arange(self.days)[:, None]
        sold = wait >= 0
        found[0] = _weighted(wait[sold], cards[sold], width)
        rest = self.recorded.sum(axis=1, dtype=np.int64) - cards.sum(axis=1)
        found[1] = _weighted(self.days - 1 - np.arange(self.days), rest, width)
        return found


def _weighted(key: Ints, weight: Ints | Counts, size: int) -> Ints:
    """Return whole-number sums by key; exact below 2 ** 53."""
    sums = np.bincount(key.ravel(), weights=weight.ravel(), minlength=size)
    return np.rint(sums).astype(np.int64)


def _prefix(values: Ints) -> Ints:
    """Return the sums of the first 0, 1, ... rows."""
    sums = np.zeros((len(values) + 1, *values.shape[1:]), dtype=np.int64)
    np.cumsum(values, axis=0, out=sums[1:])
    return sums
