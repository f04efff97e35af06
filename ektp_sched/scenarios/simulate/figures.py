"""From how far each stream got on each day to all that is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.scenarios.simulate.outcome import Outcome, Waits
from ektp_sched.scenarios.simulate.stream_history import StreamHistory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.simulate.single import SingleBook
    from ektp_sched.scenarios.simulate.stream_history import History

    Counts = NDArray[np.int32]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["first_day", "not_yet", "outcome_of", "person_days_of"]


def outcome_of(history: History, singles: SingleBook) -> Outcome:
    """Return the figures of a simulated block.

    Parameters
    ----------
    history
        How far each stream got.
    singles
        What became of the others.
    """
    queue, days = history.queue, history.queue.days
    size = history.before.shape[2]
    worked = np.array(history.worked, dtype=np.int64)
    printed = np.zeros((days, size), dtype=np.int32)
    binding = np.zeros((days, 5), dtype=np.int64)
    for day, total, causes in zip(worked, history.total, history.causes, strict=True):
        printed[day], binding[day] = total, causes
    streams = [StreamHistory(history, k, worked) for k in range(len(queue.streams))]
    recorded = _recorded(history)
    late = singles.late.copy()
    longest = singles.longest.copy()
    for stream in streams:
        late |= stream.late()
        np.maximum(longest, stream.longest(), out=longest)
    on_target = first_day(~late)
    waiting = recorded - np.cumsum(printed, axis=0, dtype=np.int64)
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
        printed=printed.T,
        capacity=np.broadcast_to(history.most, (days, size)).T,
        cleared_day=_cleared(queue, singles, streams, worked),
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
    """Return days of waiting by area, ``(A, R)``, those of new people by cell.

    Parameters
    ----------
    history, singles
        As for `outcome_of`.
    """
    worked = np.array(history.worked, dtype=np.int64)
    count = len(history.queue.streams)
    streams = [StreamHistory(history, k, worked) for k in range(count)]
    return _person_days(history, singles, streams)


def first_day(holds: Bools) -> Ints:
    """Return the first day that holds, H for none.

    Parameters
    ----------
    holds
        By day, shape ``(H, ...)``.
    """
    day: Ints = np.where(holds.any(axis=0), holds.argmax(axis=0), len(holds))
    return day


def not_yet(queue: Queue) -> Ints:
    """Return how many are recorded by each day's end and may not be printed yet.

    They are not ready, or pinned to a later day; so nobody who could be served
    waits where no more than these do.

    Parameters
    ----------
    queue
        The first morning.
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


def _cleared(
    queue: Queue, singles: SingleBook, streams: list[StreamHistory], worked: Ints
) -> Ints:
    """Return the day on which the last of the first morning is printed."""
    size = singles.left.shape[1]
    if not queue.initial:
        return np.full(size, queue.days if queue.left_out else 0)
    done = np.zeros((len(worked), size), dtype=np.int64)
    for stream in streams:
        done += stream.old[1:]
    for row, more in zip(done, singles.printed, strict=True):
        row += more
    before = (done < queue.initial).sum(axis=0)
    day: Ints = np.append(worked, queue.days)[before]
    return day


def _person_days(
    history: History, singles: SingleBook, streams: list[StreamHistory]
) -> tuple[Ints, Ints]:
    """Return days of waiting by area, and those of new people by cell."""
    queue = history.queue
    mine = queue.singles
    waited = mine.size * (queue.days - np.maximum(mine.since, 0))
    areas = len(queue.areas)
    total = np.bincount(mine.area, weights=waited, minlength=areas).astype(np.int64)
    old = total[:, None] - singles.person_days
    new = np.zeros((len(queue.cell_share), old.shape[1]), dtype=np.int64)
    for stream, cell in zip(streams, queue.streams.cell, strict=True):
        old += stream.person_days(areas)
        new[cell] += stream.person_days_new()
    return old, new


def _pressure(queue: Queue, singles: SingleBook, streams: list[StreamHistory]) -> Ints:
    mine = queue.singles
    first = np.maximum(mine.since, 0)
    rest = queue.days - first
    whole = rest * (first - mine.since + 1) + rest * (rest - 1) // 2
    weight = queue.scale // queue.streams.target[mine.stream]
    accrued: Ints = int((mine.size * weight * whole).sum()) - singles.pressure
    for stream in streams:
        accrued += stream.pressure()
    return accrued


def _waits(
    queue: Queue, singles: SingleBook, streams: list[StreamHistory]
) -> tuple[Waits, Waits]:
    """Return waits of those printed, and of those who were not."""
    count, areas, width = len(streams), len(queue.areas), queue.longest + 1
    old = np.zeros((2, count, width), dtype=np.int64)
    new = np.zeros((2, count, width), dtype=np.int64)
    area = np.zeros((2, areas, width), dtype=np.int64)
    for number, stream in enumerate(streams):
        for which, table in enumerate(stream.waits(areas, width)):
            old[which, number], new[which, number] = table[0], table[1]
            area[which] += table[2]
    mine = queue.singles
    prints = np.argwhere(singles.by_day)
    day, entry = prints[:, 0], prints[:, 1]
    events = [(entry, day - mine.since[entry], singles.by_day[day, entry])]
    rest = singles.left.sum(axis=1, dtype=np.int64)
    every = np.arange(len(mine))
    events.append((every, queue.days - 1 - mine.since, rest))
    for which, (who, wait, people) in enumerate(events):
        np.add.at(old[which], (mine.stream[who], wait), people)
        np.add.at(area[which], (mine.area[who], wait), people)
    return Waits(old[0], new[0], area[0]), Waits(old[1], new[1], area[1])


def _front(streams: list[StreamHistory], size: int) -> Counts:
    """Return the people of each stream printed by each day's end."""
    days = streams[0].days
    front = np.empty((len(streams), size, days), dtype=np.int32)
    for number, stream in enumerate(streams):
        front[number] = stream.at_end_of(stream.done).T
    return front
