"""One day's printing in all replications at once.

In the day's order people are accepted one after another, each if all that are
accepted can still be printed: the greedy algorithm on a polymatroid (Edmonds
1970).  As the order is the same in all replications, the place at which some
set of kinds is full is found by bisection; the kinds of full sets are closed,
and the search goes on behind that place with those still open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.scenarios.simulate.queue import Queue

    Counts = NDArray[np.int32]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """The day's order, and how many stand in front of each place.

    A *lane* is a stream, or the singles of one kind; lanes are sorted by kind.
    """

    lane: Ints  # lane of each place, shape (M,)
    # by lane, people in its first entries up to a place that are the same in all
    # replications, shape (L, M + 1)
    fixed: Counts
    # by lane, where the others are counted: a row of counts times R, same shape
    row: Ints
    counts: Counts  # people by row and replication, flat, shape (rows * R,)
    gone: Counts  # people of each lane printed before, shape (L, R)
    kind: Ints  # kind of each lane, ascending, shape (L,)

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.lane)

    def waiting(self, place: Ints, of: Ints, gone: Counts) -> Counts:
        """Return who waits in front of a place, by lane, shape ``(L, ...)``."""
        at = self.row.take(place, axis=1)
        at += of
        people = self.counts.take(at)
        people += self.fixed.take(place, axis=1)
        people -= gone
        return np.maximum(people, 0, out=people)


@dataclass(frozen=True, slots=True)
class Sets:
    """What binds sets of kinds on one day."""

    members: Bools  # which kinds each set holds, shape (J, G)
    bound: Counts  # cards of each set, shape (J, R)


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who is printed."""

    cards: Counts  # cards by lane, shape (L, R)
    row: Ints  # by lane, the row of Line.counts reached in full, shape (L, R)
    # first set that was full while somebody waited; -1 where nobody was left, shape
    # (R,)
    full: Ints


def accept(line: Line, sets: Sets) -> Accepted:
    """Accept people in the order of a line as long as the sets allow."""
    size = line.gone.shape[1]
    day = _Day(line, sets, size)
    active = np.arange(size)
    start = np.zeros(size, dtype=np.int64)
    while len(active):
        active, start = day.stage(active, start)
    return day.result()


class _Day:
    """A day's printing while it is found out."""

    def __init__(self, line: Line, sets: Sets, size: int) -> None:
        self.line, self.sets, self.size = line, sets, size
        kinds = sets.members.shape[1]
        self.closed = np.zeros((kinds, size), dtype=bool)
        self.stop = np.zeros((kinds, size), dtype=np.int64)
        self.taken = np.zeros((kinds, size), dtype=np.int32)
        self.full = np.full(size, -1, dtype=np.int64)
        self.extra: list[tuple[Ints, Ints, Counts]] = []
        self.begin = np.searchsorted(line.kind, np.arange(kinds))
        self.members = sets.members.astype(np.int32)
        self.plain = kinds == 1 and len(sets.members) == 1

    def stage(self, active: Ints, start: Ints) -> tuple[Ints, Ints]:
        """Go on until some set is full; return where more can be accepted."""
        view = _View(self, active)
        place = view.furthest(start)
        kinds = view.cards(place)
        ended = place == len(self.line)
        open_ = ~view.closed
        if len(active) == self.size:
            self.taken, self.stop = kinds, np.where(open_, place, self.stop)
        else:
            self.taken[:, active] = kinds
            self.stop[:, active] = np.where(open_, place, self.stop[:, active])
        going = np.flatnonzero(~ended)
        if not len(going):
            return going, going
        return self._close(active[going], place[going], view, kinds, going)

    def _close(
        self, reps: Ints, place: Ints, view: _View, kinds: Counts, going: Ints
    ) -> tuple[Ints, Ints]:
        """Fill the set that is full next, and close the kinds in full sets."""
        lane = self.line.lane[place]
        kind = self.line.kind[lane]
        members = self.sets.members
        slack = view.bound[:, going] - self.members @ kinds[:, going]
        holding = members[:, kind]
        rest = np.where(holding, slack, np.iinfo(np.int32).max).min(axis=0)
        slack -= np.where(holding, rest, 0)
        tight = slack == 0
        self.extra.append((lane, reps, rest))
        self.taken[kind, reps] += rest
        first = self.full[reps] < 0
        self.full[reps[first]] = (tight & holding)[:, first].argmax(axis=0)
        closed = self.closed[:, reps] | (self.members.T @ tight > 0)
        self.closed[:, reps] = closed
        more = ~closed.all(axis=0)
        return reps[more], place[more]

    def result(self) -> Accepted:
        """Return who is printed, with the last cards of each full set."""
        line = self.line
        lanes, width = line.row.shape
        stop = self.stop[line.kind] + np.arange(lanes)[:, None] * width
        row = line.row.take(stop)
        cards = line.counts.take(row + np.arange(self.size))
        cards += line.fixed.take(stop)
        cards -= line.gone
        np.maximum(cards, 0, out=cards)
        for lane, reps, rest in self.extra:
            cards[lane, reps] += rest
        return Accepted(cards, row, self.full)


class _View:
    """Some replications of a day."""

    def __init__(self, day: _Day, active: Ints) -> None:
        whole = len(active) == day.size
        self.day, self.of = day, active
        self.gone = day.line.gone if whole else day.line.gone[:, active]
        self.bound = day.sets.bound if whole else day.sets.bound[:, active]
        self.closed = day.closed if whole else day.closed[:, active]
        self.taken = day.taken if whole else day.taken[:, active]

    def furthest(self, start: Ints) -> Ints:
        """Return the last place up to which all are accepted, by bisection."""
        end = len(self.day.line)
        place = start
        step = 1 << max(0, end.bit_length() - 1)
        while end and step:
            probe = np.minimum(place + step, end)
            place = np.where(self.fits(probe), probe, place)
            step >>= 1
        return place

    def fits(self, place: Ints) -> Bools:
        """Return whether everybody in front of a place can be printed."""
        cards = self.cards(place)
        if self.day.plain:
            alone: Bools = np.less_equal(cards[0], self.bound[0])
            return alone
        needed = self.day.members @ cards
        together: Bools = np.all(needed <= self.bound, axis=0)
        return together

    def cards(self, place: Ints) -> Counts:
        """Return the cards of each kind up to a place, shape ``(G, ...)``."""
        people = self.day.line.waiting(place, self.of, self.gone)
        if self.day.plain:
            total: Counts = people.sum(axis=0, dtype=np.int32, keepdims=True)
            return total
        kinds: Counts = np.add.reduceat(people, self.day.begin, axis=0)
        return np.where(self.closed, self.taken, kinds)


class SingleBook:
    """How many of each entry of the singles are left, and what became of them."""

    def __init__(self, queue: Queue, size: int, *, dates: bool = False) -> None:
        singles, days = queue.singles, queue.days
        self.singles, self.horizon = singles, days
        # recorded and not printed, shape (U, R)
        self.left = np.zeros((len(singles), size), dtype=np.int32)
        # whether anybody of an entry waits in any replication, shape (U,)
        self.waits = np.zeros(len(singles), dtype=bool)
        # printed on each worked day so far, a list of (R,)
        self.printed: list[Ints] = []
        # whether anybody waits past the target at the end of each day, (H, R)
        self.late = np.zeros((days, size), dtype=bool)
        # who is in the queue that each day leaves, (H, R)
        self.queued = np.zeros((days, size), dtype=np.int32)
        # longest wait so far in days, (R,); -1 for none
        self.longest = np.full(size, -1, dtype=np.int64)
        # prints of each entry on each day, over all replications, (H, U)
        self.by_day = np.zeros((days, len(singles)), dtype=np.int64)
        # days that were not waited after printing, by area, (A, R)
        self.person_days = np.zeros((len(queue.areas), size), dtype=np.int64)
        # scaled pressure that did not accrue after printing, (R,)
        self.pressure = np.zeros(size, dtype=np.int64)
        target = queue.streams.target[singles.stream]
        self._weight = queue.scale // target
        self._late_from = singles.since + target
        # first day whose queue an entry belongs to as long as it is left
        may = np.maximum(singles.ready, singles.pinned)
        self._queued_from = np.maximum(np.maximum(singles.since + 1, may), 0)
        self._in_queue = np.zeros(size, dtype=np.int32)
        self._today: list[tuple[int, Ints, Ints]] = []
        # the replications that are still followed
        self.of: slice | Ints = slice(None)
        # day of each person, in the order of Singles.rows, (N, R); H for never. None
        # unless asked for.
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

        They stand in today's order, on rows of ``counts``, ``(rows, R)``, from
        ``begin`` on; returned is the row of each.
        """
        rows = np.zeros(len(single), dtype=np.int64)
        self._today = []
        for lane_number in np.unique(lane).tolist():
            at = np.flatnonzero(lane == lane_number)
            entries, end = single[at], begin + len(at)
            counts[begin] = 0
            np.cumsum(self.left[entries], axis=0, out=counts[begin + 1 : end + 1])
            rows[at] = np.arange(begin + 1, end + 1)
            self._today.append((lane_number, entries, rows[at]))
            begin = end + 1
        return rows

    def print(self, day: int, cards: Counts, counts: Counts) -> None:
        """Print so many singles of each lane, ``(L, R)``, in today's order."""
        total = np.zeros(cards.shape[1], dtype=np.int64)
        for lane, entries, rows in self._today:
            if not cards[lane].any():
                continue
            done = np.maximum(cards[lane] - counts[rows - 1], 0)
            done = np.minimum(done, self.left[entries])
            printing = done.any(axis=1)
            if printing.any():
                self._note(day, entries[printing], done[printing])
            total += cards[lane]
        self._today = []
        self.printed.append(total)

    def _note(self, day: int, entries: Ints, done: Counts) -> None:
        rest = self.horizon - day
        since = self.singles.since[entries]
        if self.days is not None:
            self._note_days(day, entries, done)
        left = self.left[entries] - done
        self.left[entries], self.waits[entries] = left, left.any(axis=1)
        self.by_day[day, entries] = done.sum(axis=1)
        self._in_queue -= done[self._queued_from[entries] < day].sum(axis=0)
        age = np.where(done > 0, (day - since)[:, None], -1)
        np.maximum(self.longest, age.max(axis=0), out=self.longest)
        saved = rest * (1 - since) + (day + self.horizon - 1) * rest // 2
        self.pressure += (self._weight[entries] * saved) @ done
        self._note_waits(rest, entries, done)

    def _note_waits(self, rest: int, entries: Ints, done: Counts) -> None:
        area = self.singles.area[entries]
        for number in np.unique(area).tolist():
            cards = done[area == number].sum(axis=0, dtype=np.int64)
            self.person_days[number, self.of] += rest * cards

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
        """Look at the end of a day who is still there, and past the target."""
        joining = self._queued_from == day
        if joining.any():
            self._in_queue += self.left[joining].sum(axis=0)
        self.queued[day] = self._in_queue
        over = np.flatnonzero((self._late_from <= day) & self.waits)
        if len(over):
            self.late[day] = self.left[over].any(axis=0)
        if day == self.horizon - 1 and len(self):
            age = np.where(self.left > 0, (day - self.singles.since)[:, None], -1)
            np.maximum(self.longest, age.max(axis=0), out=self.longest)


class FirstSingles(SingleBook):
    """Singles of which no more is wanted than how many days they wait."""

    def keep(self, going: Ints) -> None:
        """Follow these of the replications alone from here on."""
        self.left = self.left.take(going, axis=1)
        self.of = np.arange(self.person_days.shape[1])[self.of][going]

    def _note(self, day: int, entries: Ints, done: Counts) -> None:
        left = self.left[entries] - done
        self.left[entries], self.waits[entries] = left, left.any(axis=1)
        self._note_waits(self.horizon - day, entries, done)
