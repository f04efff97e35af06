"""What came of a block of replications, in exact whole numbers.

It is told from how far each stream got on each day.  Nothing here looks at a person:
what had happened up to a day is a table over the stream, looked up at the number
printed.  Sums over days until a card is printed are sums over the days on which more
of them are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.rules.tiers import accrued

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.scenarios.simulate.accept import SingleBook
    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.world.draws import Limits

    Ints = NDArray[np.int64]
    Counts = NDArray[np.int32]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Waits:
    """People by days of wait, added up over all replications.

    Parameters
    ----------
    initial, new
        By stream, of the first day and recorded later, shape ``(K, W)``.
    area
        Those of the first day by area, shape ``(A, W)``.
    """

    initial: Ints
    new: Ints
    area: Ints


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario in one block of R replications.

    All days are offsets from the start, H standing for never.

    Parameters
    ----------
    start, days
        First day and number of calendar days, H.
    classes, areas
        Names; an area of None is no area.
    urgency, cell
        Class and cell of each stream, shape ``(K,)``.
    scale
        Pressure is this many times pressure-days.
    left_out
        Applications that can be printed in no case, by reason; they are in
        none of the figures.
    waiting
        Recorded and not printed at the end of each day, shape ``(R, H)``.
    queued
        Of these, those who were recorded on an earlier day, are ready and not
        pinned to a later day: the queue that the day leaves, ``(R, H)``.
    printed
        Cards printed on each day, ``(R, H)``.
    capacity
        Cards that could have been printed with ample people and blanks,
        ``(R, H)``.
    cleared_day
        Day on which the last application of the first morning is printed,
        ``(R,)``.
    on_target_day
        First day at whose end nobody's day of waiting exceeds the target of
        the class, ``(R,)``.
    nobody_waits_day
        First day at whose end nobody waits who may be printed (recorded, ready,
        not pinned to a later day), ``(R,)``; H for none.
    longest_wait
        Largest number of days from recording to print, or to the last day for
        those still waiting, ``(R,)``; -1 for nobody.
    person_days
        Days at whose end somebody of the first morning waited, summed over
        people, by area, ``(A, R)``.
    person_days_new
        The same of new applications, by cell, ``(cells, R)``; where a new
        applicant lives is drawn only as far as it limits printing.
    cell_share
        Applications of the backlog by cell and area, ``(cells, A)``, by which
        these days can be shared out.
    pressure
        Scaled accrued pressure of everybody, ``(R,)``.
    binding
        Replications in which each of `CAUSES` ended the printing of a worked
        day, ``(H, 5)``.
    waits, waiting_at_end
        Waits of those printed, and up to the last day of those who were not.
    front
        People printed up to the end of each day, by stream, those of the first
        morning before all others, ``(K, R, H)``; None unless asked for.
    single_days
        Day on which each person of the singles is printed, ``(N, R)``; None
        unless asked for.
    person_dates
        Under policy ``replan``, instead of these two: day on which each
        application of the first morning is printed, in the order of the
        backlog, those left out not counted; ``(N, R)``.
    replacement_idr
        Rupiah for what replaces that which failed for good, ``(R,)``; None: not
        counted.
    """

    start: date
    days: int
    classes: tuple[str, ...]
    areas: tuple[str | None, ...]
    urgency: Ints
    cell: Ints
    scale: int
    left_out: dict[str, int]
    waiting: Counts
    queued: Counts
    printed: Counts
    capacity: Counts
    cleared_day: Ints
    on_target_day: Ints
    nobody_waits_day: Ints
    longest_wait: Ints
    person_days: Ints
    person_days_new: Ints
    cell_share: Ints
    pressure: Ints
    binding: Ints
    waits: Waits
    waiting_at_end: Waits
    front: Counts | None = None
    single_days: NDArray[np.int16] | None = None
    person_dates: NDArray[np.int16] | None = None
    replacement_idr: Ints | None = None

    @property
    def replications(self) -> int:
        """Number of replications, R."""
        return len(self.pressure)

    @property
    def worked(self) -> Bools:
        """Whether each day is worked, ``(H,)``."""
        worked: Bools = self.binding.sum(axis=1) > 0
        return worked

    @property
    def free_day(self) -> Ints:
        """First day that leaves no queue, ``(R,)``; H for none."""
        return first_day(self.queued.T == 0)

    def person_days_by_area(self) -> NDArray[np.float64]:
        """Return everybody's days of waiting by area, ``(A, R)``.

        New applications count by the backlog's shares of their cell.
        """
        return shared_out(self.person_days, self.person_days_new, self.cell_share)


def shared_out(old: Ints, new: Ints, cell_share: Ints) -> NDArray[np.float64]:
    """Return days of waiting by area, those of new applications shared out.

    The first morning's are by area, ``(A, R)``, the new ones by cell, ``(cells, R)``;
    they go by the backlog's applications by cell and area, ``(cells, A)``.
    """
    shares = cell_share / np.maximum(cell_share.sum(axis=1, keepdims=True), 1)
    days: NDArray[np.float64] = old + shares.T @ new
    return days


_ROWS = (
    "waiting",
    "queued",
    "printed",
    "capacity",
    "cleared_day",
    "on_target_day",
    "nobody_waits_day",
    "longest_wait",
    "pressure",
    "replacement_idr",
)
_COLUMNS = (
    "person_days",
    "person_days_new",
    "front",
    "single_days",
    "person_dates",
)
_SUMS = ("binding", "waits", "waiting_at_end")


def joined(parts: Sequence[Outcome]) -> Outcome:
    """Return several blocks of the same scenario as one.

    Parameters
    ----------
    parts
        At least one; their replications follow each other.
    """
    if len(parts) == 1:
        return parts[0]
    together = {f.name: getattr(parts[0], f.name) for f in fields(Outcome)}
    for axis, names in ((0, _ROWS), (1, _COLUMNS)):
        for name in names:
            arrays = [getattr(part, name) for part in parts]
            if arrays[0] is not None:
                together[name] = np.concatenate(arrays, axis=axis)
    together["binding"] = sum(part.binding for part in parts)
    for name in _SUMS[1:]:
        tables = [getattr(part, name) for part in parts]
        together[name] = Waits(
            initial=sum(t.initial for t in tables),
            new=sum(t.new for t in tables),
            area=sum(t.area for t in tables),
        )
    return Outcome(**together)


@dataclass(slots=True)
class History:
    """How far each stream got by the end of each worked day."""

    # queue, limits: what was simulated
    queue: Queue
    limits: Limits
    before: Counts  # new applications recorded before each day, (K, H + 1, R)
    most: Counts  # cards possible on each day, (H, R) or (H, 1)
    # the days so far; the lists below have an entry for each
    worked: list[int] = field(default_factory=list)
    # people printed by stream, (K, R)
    printed: list[Counts] = field(default_factory=list)
    # days of recording whose new applications are all printed, (K, R)
    reached: list[NDArray[np.int16]] = field(default_factory=list)
    # total, causes: cards of the day, (R,); replications by cause
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
    """One stream's way through the worked days, ``(W,)``."""

    def __init__(self, history: History, number: int, worked: Ints) -> None:
        queue = history.queue
        here = slice(queue.first[number], queue.first[number + 1])
        self.worked, self.days = worked, queue.days
        self.target = int(queue.streams.target[number])
        self.weight = queue.scale // self.target
        self.since, self.area = queue.since[here], queue.area[here]
        self.before = history.before[number]
        size = self.before.shape[1]
        # people printed by the end of each worked day, a row of none before them, (W +
        # 1, R)
        self.done = np.zeros((len(worked) + 1, size), dtype=np.int32)
        # days of recording printed in full by then, same shape
        self.reached = np.zeros((len(worked) + 1, size), dtype=np.int16)
        for row, at in enumerate(history.printed):
            self.done[row + 1] = at[number]
        for row, date in enumerate(history.reached):
            self.reached[row + 1] = date[number]
        # old, new: the same of the first morning's people, and of those recorded later
        self.old = np.minimum(self.done, len(self.since))
        self.new = self.done - self.old
        self.gap = -np.diff(self.days - np.append(worked, self.days))
        self.recorded = np.diff(self.before, axis=0)

    def aged(self, days: int) -> Counts:
        """Return how many wait at each day's end since so many days or more, (H, R)."""
        last = np.arange(self.days) - days
        old = np.searchsorted(self.since, last, side="right").astype(np.int32)
        recorded = self.before[np.clip(last + 1, 0, self.days)] + old[:, None]
        waiting: Counts = np.maximum(recorded - self.at_end_of(self.done), 0)
        return waiting

    def at_end_of(self, done: Counts) -> Counts:
        """Return what was done by the end of each calendar day, ``(H, R)``."""
        return done[np.searchsorted(self.worked, np.arange(self.days), side="right")]

    def longest(self) -> Ints:
        """Return the longest wait.

        It is the largest age of the oldest who waits on a day, as those not
        printed that day grow older still.
        """
        day = np.append(self.worked, self.days - 1)
        longest = np.full(self.done.shape[1], -1, dtype=np.int64)
        if len(self.since):
            waits = self.old < len(self.since)
            oldest = self.since[np.minimum(self.old, len(self.since) - 1)]
            age = np.where(waits, day[:, None] - oldest, -1)
            longest = age.max(axis=0)
        if self.recorded.any():
            age = day[self.finished()] - np.arange(self.days)[:, None]
            age = np.where(self.recorded > 0, age, -1)
            longest = np.maximum(longest, age.max(axis=0))
        return longest

    def finished(self) -> Ints:
        """Return on which worked day each day's new people are all printed, ``(H, R)``.

        It is a place in the worked days, W for none.
        """
        size = self.done.shape[1]
        key = self.reached[1:].astype(np.int64) * size + np.arange(size)
        count = np.bincount(key.ravel(), minlength=(self.days + 1) * size)
        passed: Ints = np.cumsum(count.reshape(self.days + 1, size), axis=0)[:-1]
        return passed

    def person_days(self, areas: int) -> Ints:
        """Return the days waited by the first morning's people, by area."""
        return _waited(self.old[1:], self.gap, self.area, areas, self.days)

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
        for state in range(2):
            yield old[state], new[state], area[state].reshape(areas, width)

    def _waits_new(self, width: int) -> Ints:
        """Return new people by wait, printed and not, ``(2, W)``.

        Printed by day d of those recorded up to day e are the lesser of all
        printed by d and all recorded up to e; which of the two it is changes
        once in a row and once in a column, so two weighted counts tell.
        """
        waits = np.zeros((2, width), dtype=np.int64)
        count = len(self.worked)
        if not self.recorded.any():
            return waits
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
        waits[0] = _weighted(wait[sold], cards[sold], width)
        rest = self.recorded.sum(axis=1, dtype=np.int64) - cards.sum(axis=1)
        waits[1] = _weighted(self.days - 1 - np.arange(self.days), rest, width)
        return waits


def _weighted(key: Ints, weight: Ints | Counts, size: int) -> Ints:
    """Return whole-number sums by key; exact below 2 ** 53."""
    sums = np.bincount(key.ravel(), weights=weight.ravel(), minlength=size)
    return np.rint(sums).astype(np.int64)


def _prefix(values: Ints) -> Ints:
    """Return the sums of the first 0, 1, ... rows."""
    sums = np.zeros((len(values) + 1, *values.shape[1:]), dtype=np.int64)
    np.cumsum(values, axis=0, out=sums[1:])
    return sums


def outcome_of(history: History, singles: SingleBook) -> Outcome:
    """Return the figures of a simulated block."""
    queue, days = history.queue, history.queue.days
    size = history.before.shape[2]
    worked = np.array(history.worked, dtype=np.int64)
    printed = np.zeros((days, size), dtype=np.int32)
    binding = np.zeros((days, 5), dtype=np.int64)
    for day, total, causes in zip(worked, history.total, history.causes, strict=True):
        printed[day], binding[day] = total, causes
    streams = _streams(history)
    recorded = _recorded(history)
    late = singles.late.copy()
    queued = singles.queued.copy()
    longest = singles.longest.copy()
    for stream in streams:
        late |= stream.aged(stream.target) > 0
        queued += stream.aged(1)
        np.maximum(longest, stream.longest(), out=longest)
    on_target = first_day(~late)
    waiting = recorded - np.cumsum(printed, axis=0, dtype=np.int64)
    old = np.zeros((len(worked), size), dtype=np.int64)
    for stream in streams:
        old += stream.old[1:]
    person_days, person_days_new = _person_days(history, singles, streams)
    waits, at_end = _waits(queue, singles, streams)
    return Outcome(
        start=queue.start,
        days=days,
        classes=queue.classes,
        areas=queue.areas,
        urgency=queue.streams.urgency,
        cell=queue.streams.cell,
        scale=queue.scale,
        left_out=queue.left_out,
        waiting=waiting.astype(np.int32).T,
        queued=queued.T,
        printed=printed.T,
        capacity=np.broadcast_to(history.most, (days, size)).T,
        cleared_day=_cleared(queue, singles, old, worked),
        on_target_day=on_target,
        nobody_waits_day=first_day(waiting - not_yet(queue)[:, None] == 0),
        longest_wait=longest,
        person_days=person_days,
        person_days_new=person_days_new,
        cell_share=queue.cell_share,
        pressure=_pressure(queue, singles, streams),
        binding=binding,
        waits=waits,
        waiting_at_end=at_end,
        front=None if singles.days is None else _front(streams, size),
        single_days=singles.days,
    )


def person_days_of(history: History, singles: SingleBook) -> tuple[Ints, Ints]:
    """Return days of waiting by area, ``(A, R)``, those of new people by cell."""
    return _person_days(history, singles, _streams(history))


def first_days_waited(
    queue: Queue, singles: SingleBook, worked: Sequence[int], printed: Sequence[Counts]
) -> Ints:
    """Return the days that the first morning's people wait by area, ``(A, R)``.

    ``printed`` are those of them that are printed by stream, ``(K, R)``, at the end of
    each worked day; both may end with the day on which the last of them is.
    """
    shape = len(worked), len(queue.streams), singles.person_days.shape[1]
    old = np.array(printed, dtype=np.int32).reshape(shape)
    gap = -np.diff(queue.days - np.append(worked, queue.days).astype(np.int64))
    waited = _singles_waited(queue, singles)
    for number in range(len(queue.streams)):
        area = queue.area[queue.first[number] : queue.first[number + 1]]
        waited += _waited(old[:, number], gap, area, len(queue.areas), queue.days)
    return waited


def _waited(old: Counts, gap: Ints, area: Ints, areas: int, days: int) -> Ints:
    """Return the days that people of one stream wait, by area, ``(A, R)``.

    ``old`` are those printed by each worked day, ``(W, R)``, and ``gap`` the days
    until the next.
    """
    total = np.bincount(area, minlength=areas) * days
    saved = np.zeros((areas, old.shape[1]), dtype=np.int64)
    for number in np.flatnonzero(total).tolist():
        upto = _prefix((area == number).astype(np.int64))
        saved[number] = gap @ upto[old]
    waited: Ints = total[:, None] - saved
    return waited


def _streams(history: History) -> list[StreamHistory]:
    worked = np.array(history.worked, dtype=np.int64)
    count = len(history.queue.streams)
    return [StreamHistory(history, k, worked) for k in range(count)]


def first_day(holds: Bools) -> Ints:
    """Return the first day that holds, H for none, of ``(H, ...)``."""
    day: Ints = np.where(holds.any(axis=0), holds.argmax(axis=0), len(holds))
    return day


def not_yet(queue: Queue) -> Ints:
    """Return how many are recorded by each day's end and may not be printed yet.

    They are not ready, or pinned to a later day; so nobody who could be served
    waits where no more than these do.
    """
    singles, days = queue.singles, queue.days
    first = np.maximum(singles.since, 0)
    may = np.maximum(np.maximum(singles.ready, singles.pinned), first)
    change = np.zeros(days + 1, dtype=np.int64)
    np.add.at(change, first, singles.size)
    np.subtract.at(change, may, singles.size)
    return np.cumsum(change)[:days]


def _recorded(history: History) -> Ints:
    """Return everybody recorded up to the end of each day, ``(H, R)``."""
    queue = history.queue
    new = history.before[:, 1:].sum(axis=0, dtype=np.int64)
    day = np.maximum(queue.singles.since, 0)
    dated = np.bincount(day, weights=queue.singles.size, minlength=queue.days)
    old = len(queue.rows) + np.cumsum(dated).astype(np.int64)
    recorded: Ints = new + old[:, None]
    return recorded


def _cleared(queue: Queue, singles: SingleBook, done: Ints, worked: Ints) -> Ints:
    """Return the day on which the last of the first morning is printed.

    ``done`` are those of the streams by the end of each worked day, ``(W, R)``.
    """
    size = singles.left.shape[1]
    if not queue.initial:
        return np.full(size, queue.days if queue.left_out else 0)
    for row, more in zip(done, np.cumsum(singles.printed, axis=0), strict=True):
        row += more
    before = (done < queue.initial).sum(axis=0)
    day: Ints = np.append(worked, queue.days)[before]
    return day


def _person_days(
    history: History, singles: SingleBook, streams: list[StreamHistory]
) -> tuple[Ints, Ints]:
    """Return days of waiting by area, and those of new people by cell."""
    queue = history.queue
    first = _singles_waited(queue, singles)
    for stream in streams:
        first += stream.person_days(len(queue.areas))
    new = np.zeros((len(queue.cell_share), first.shape[1]), dtype=np.int64)
    for stream, cell in zip(streams, queue.streams.cell, strict=True):
        new[cell] += stream.person_days_new()
    return first, new


def _singles_waited(queue: Queue, singles: SingleBook) -> Ints:
    """Return the days that those with dates of their own wait, by area, ``(A, R)``."""
    entries, areas = queue.singles, len(queue.areas)
    waited = entries.size * (queue.days - np.maximum(entries.since, 0))
    total = np.bincount(entries.area, weights=waited, minlength=areas).astype(np.int64)
    first: Ints = total[:, None] - singles.person_days
    return first


def _pressure(queue: Queue, singles: SingleBook, streams: list[StreamHistory]) -> Ints:
    entries = queue.singles
    whole = accrued(entries.since, queue.days)
    weight = queue.scale // queue.streams.target[entries.stream]
    pressure: Ints = int((entries.size * weight * whole).sum()) - singles.pressure
    for stream in streams:
        pressure += stream.pressure()
    return pressure


def _waits(
    queue: Queue, singles: SingleBook, streams: list[StreamHistory]
) -> tuple[Waits, Waits]:
    """Return waits of those printed, and of those who were not."""
    count, areas, width = len(streams), len(queue.areas), queue.longest + 1
    old = np.zeros((2, count, width), dtype=np.int64)
    new = np.zeros((2, count, width), dtype=np.int64)
    area = np.zeros((2, areas, width), dtype=np.int64)
    for number, stream in enumerate(streams):
        for state, table in enumerate(stream.waits(areas, width)):
            old[state, number], new[state, number] = table[0], table[1]
            area[state] += table[2]
    entries = queue.singles
    prints = np.argwhere(singles.by_day)
    day, entry = prints[:, 0], prints[:, 1]
    events = [(entry, day - entries.since[entry], singles.by_day[day, entry])]
    rest = singles.left.sum(axis=1, dtype=np.int64)
    every = np.arange(len(entries))
    events.append((every, queue.days - 1 - entries.since, rest))
    for state, (who, wait, people) in enumerate(events):
        np.add.at(old[state], (entries.stream[who], wait), people)
        np.add.at(area[state], (entries.area[who], wait), people)
    return Waits(old[0], new[0], area[0]), Waits(old[1], new[1], area[1])


def _front(streams: list[StreamHistory], size: int) -> Counts:
    """Return the people of each stream printed by each day's end."""
    days = streams[0].days
    front = np.empty((len(streams), size, days), dtype=np.int32)
    for number, stream in enumerate(streams):
        front[number] = stream.at_end_of(stream.done).T
    return front
