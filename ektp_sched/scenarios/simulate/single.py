"""Applications with dates of their own, while a block is simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.scenarios.simulate.queue import Queue

    Counts = NDArray[np.int32]
    Ints = NDArray[np.int64]

__all__ = ["SingleBook"]


class SingleBook:
    """How many of each entry of the singles are left, and what became of them.

    Parameters
    ----------
    queue
        The singles.
    size
        Number of replications, R.
    dates
        Whether to keep the day of each single person.

    Attributes
    ----------
    left
        Recorded and not printed, shape ``(U, R)``.
    waits
        Whether anybody of an entry waits in any replication, shape ``(U,)``.
    printed
        Printed up to the end of each worked day so far, a list of ``(R,)``.
    late
        Whether anybody waits past the target at the end of each day, ``(H, R)``.
    longest
        Longest wait so far in days, ``(R,)``; -1 for none.
    by_day
        Prints of each entry on each day, over all replications, ``(H, U)``.
    person_days
        Days that were not waited after printing, by area, ``(A, R)``.
    pressure
        Scaled pressure that did not accrue after printing, ``(R,)``.
    days
        Day of each person, in the order of ``Singles.rows``, ``(N, R)``; H for
        never.  None unless asked for.
    """

    def __init__(self, queue: Queue, size: int, *, dates: bool = False) -> None:
        singles, days = queue.singles, queue.days
        self.singles, self.horizon = singles, days
        self.left = np.zeros((len(singles), size), dtype=np.int32)
        self.waits = np.zeros(len(singles), dtype=bool)
        self.printed: list[Ints] = []
        self.late = np.zeros((days, size), dtype=bool)
        self.longest = np.full(size, -1, dtype=np.int64)
        self.by_day = np.zeros((days, len(singles)), dtype=np.int64)
        self.person_days = np.zeros((len(queue.areas), size), dtype=np.int64)
        self.pressure = np.zeros(size, dtype=np.int64)
        target = queue.streams.target[singles.stream]
        self._weight = queue.scale // target
        self._late_from = singles.since + target
        self._today: list[tuple[int, Ints, Ints]] = []
        self.days: NDArray[np.int16] | None = None
        if dates:
            people = len(singles.rows)
            self.days = np.full((people, size), days, dtype=np.int16)
            self._entry = np.repeat(np.arange(len(singles)), singles.size)
            first = np.cumsum(singles.size) - singles.size
            self._number = np.arange(people) - first[self._entry]

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.singles)

    def record(self, day: int) -> None:
        """Let those come in who are recorded on a day, or were before the first."""
        now = np.maximum(self.singles.since, 0) == day
        self.left[now] = self.singles.size[now, None]
        self.waits |= now

    def lay(self, single: Ints, lane: Ints, counts: Counts, begin: int) -> Ints:
        """Write how many stand at and before each single's place, by lane.

        Parameters
        ----------
        single, lane
            Today's singles in today's order, and the lane of each.
        counts
            Rows to write on, shape ``(rows, R)``.
        begin
            First row that may be used.

        Returns
        -------
        ndarray
            Row of each of today's singles.
        """
        rows = np.zeros(len(single), dtype=np.int64)
        self._today = []
        for mine in np.unique(lane).tolist():
            at = np.flatnonzero(lane == mine)
            entries, end = single[at], begin + len(at)
            counts[begin] = 0
            np.cumsum(self.left[entries], axis=0, out=counts[begin + 1 : end + 1])
            rows[at] = np.arange(begin + 1, end + 1)
            self._today.append((mine, entries, rows[at]))
            begin = end + 1
        return rows

    def print(self, day: int, cards: Counts, counts: Counts) -> None:
        """Print so many singles of each lane, in today's order.

        Parameters
        ----------
        day
            Today.
        cards
            Cards by lane, shape ``(L, R)``.
        counts
            As written by `lay`.
        """
        total = np.zeros_like(self.longest)
        for lane, entries, rows in self._today:
            done = np.maximum(cards[lane] - counts[rows - 1], 0)
            done = np.minimum(done, self.left[entries])
            some = done.any(axis=1)
            if some.any():
                self._note(day, entries[some], done[some])
            total += cards[lane]
        self._today = []
        self.printed.append(total + self.printed[-1] if self.printed else total)

    def _note(self, day: int, entries: Ints, done: Counts) -> None:
        rest = self.horizon - day
        since = self.singles.since[entries]
        if self.days is not None:
            self._note_days(day, entries, done)
        left = self.left[entries] - done
        self.left[entries], self.waits[entries] = left, left.any(axis=1)
        self.by_day[day, entries] = done.sum(axis=1)
        age = np.where(done > 0, (day - since)[:, None], -1)
        np.maximum(self.longest, age.max(axis=0), out=self.longest)
        saved = rest * (1 - since) + (day + self.horizon - 1) * rest // 2
        self.pressure += (self._weight[entries] * saved) @ done
        area = self.singles.area[entries]
        for number in np.unique(area).tolist():
            cards = done[area == number].sum(axis=0, dtype=np.int64)
            self.person_days[number] += rest * cards

    def _note_days(self, day: int, entries: Ints, done: Counts) -> None:
        assert self.days is not None
        amount = np.zeros_like(self.left)
        amount[entries] = done
        people = np.flatnonzero(np.isin(self._entry, entries))
        entry, number = self._entry[people], self._number[people, None]
        before = self.singles.size[entry, None] - self.left[entry]
        now = (number >= before) & (number < before + amount[entry])
        self.days[people] = np.where(now, day, self.days[people])

    def close(self, day: int) -> None:
        """Look at the end of a day whether anybody waits past the target."""
        over = np.flatnonzero((self._late_from <= day) & self.waits)
        if len(over):
            self.late[day] = self.left[over].any(axis=0)
        if day == self.horizon - 1 and len(self):
            age = np.where(self.left > 0, (day - self.singles.since)[:, None], -1)
            np.maximum(self.longest, age.max(axis=0), out=self.longest)
