"""Figures of one replication from the day on which each person is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.scenarios.simulate.figures import first_day, not_yet
from ektp_sched.scenarios.simulate.outcome import Outcome, Waits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.scenarios.simulate.queue import Queue

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["People", "outcome_of_people"]


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of one replication, the first morning's people first.

    Parameters
    ----------
    stream
        Stream of their class, kind and rank, shape ``(N,)``.
    since, ready
        Day of recording; first day on which printing is allowed.
    area
        Place in the queue's areas; -1 for newcomers.
    day
        Day printed, H for not yet; it is written while a replication runs.
    """

    stream: Ints
    since: Ints
    ready: Ints
    area: Ints
    day: Ints

    @classmethod
    def of(cls, queue: Queue, kept: Ints, stream: Ints, since: Ints) -> People:
        """Return the queue's people and those who come later.

        Parameters
        ----------
        queue
            The first morning.
        kept
            Rows of the backlog, ascending: all that the queue holds.
        stream, since
            Stream and day of recording of each newcomer.
        """
        singles = queue.singles
        entry = np.repeat(np.arange(len(singles)), singles.size)
        rows = np.concatenate([queue.rows, singles.rows])
        place = np.searchsorted(kept, rows)
        plain = np.repeat(np.arange(len(queue.streams)), np.diff(queue.first))

        def column(streams: Ints, dated: Ints, later: Ints) -> Ints:
            old = np.empty(len(kept), dtype=np.int64)
            old[place] = np.concatenate([streams, dated[entry]])
            return np.concatenate([old, later])

        return cls(
            stream=column(plain, singles.stream, stream),
            since=column(queue.since, singles.since, since),
            ready=column(np.zeros_like(queue.since), singles.ready, since),
            area=column(queue.area, singles.area, np.full_like(since, -1)),
            day=np.full(len(kept) + len(since), queue.days, dtype=np.int64),
        )

    @property
    def old(self) -> Bools:
        """Whether a person belongs to the first morning."""
        old: Bools = self.area >= 0
        return old


def outcome_of_people(
    queue: Queue, people: People, most: Ints, binding: Ints
) -> Outcome:
    """Return the figures of one replication.

    Parameters
    ----------
    queue
        The first morning.
    people
        Who is printed when.
    most
        Cards possible on each day, shape ``(H,)``.
    binding
        What ended each worked day, shape ``(H, causes)``.
    """
    days, old = queue.days, people.old
    first = np.maximum(people.since, 0)
    printed = np.bincount(people.day, minlength=days + 1)[:days]
    recorded = np.cumsum(np.bincount(first, minlength=days))
    waiting = recorded - np.cumsum(printed)
    waited = people.day - first
    target = queue.streams.target[people.stream]
    accrued = waited * (first - people.since + 1) + waited * (waited - 1) // 2
    cell = queue.streams.cell[people.stream]
    done = people.day < days
    last = np.where(done, people.day, days - 1) - people.since
    cleared = int(people.day[old].max(initial=0)) if old.any() else 0
    if not old.any() and queue.left_out:
        cleared = days
    return Outcome(
        start=queue.start,
        days=days,
        classes=queue.classes,
        areas=queue.areas,
        urgency=queue.streams.urgency,
        cell=queue.streams.cell,
        scale=queue.scale,
        left_out=queue.left_out,
        waiting=waiting.astype(np.int32)[None],
        printed=printed.astype(np.int32)[None],
        capacity=most.astype(np.int32)[None],
        cleared_day=np.array([cleared]),
        on_target_day=np.array([_on_target(people, first, target, days)]),
        nobody_waits_day=first_day((waiting - not_yet(queue) == 0)[:, None]),
        longest_wait=np.array([last.max(initial=-1)]),
        person_days=_sums(people.area[old], waited[old], len(queue.areas))[:, None],
        person_days_new=_sums(cell[~old], waited[~old], len(queue.cell_share))[:, None],
        cell_share=queue.cell_share,
        pressure=np.array([(queue.scale // target * accrued).sum()]),
        binding=binding,
        waits=_waits(queue, people, done, last),
        waiting_at_end=_waits(queue, people, ~done, last),
    )


def _sums(key: Ints, weight: Ints, size: int) -> Ints:
    found = np.zeros(size, dtype=np.int64)
    np.add.at(found, key, weight)
    return found


def _on_target(people: People, first: Ints, target: Ints, days: int) -> int:
    """Return the first day at whose end nobody waits past the target."""
    begin = np.maximum(people.since + target, first)
    late = begin < people.day
    change = np.bincount(begin[late], minlength=days + 1)
    change -= np.bincount(people.day[late], minlength=days + 1)
    free = np.cumsum(change[:days]) == 0
    return int(free.argmax()) if free.any() else days


def _waits(queue: Queue, people: People, which: Bools, wait: Ints) -> Waits:
    count, areas = len(queue.streams), len(queue.areas)
    width, old = queue.longest + 1, people.old

    def table(key: Ints, chosen: Bools, rows: int) -> Ints:
        at = key[chosen] * width + wait[chosen]
        return np.bincount(at, minlength=rows * width).reshape(rows, width)

    return Waits(
        initial=table(people.stream, which & old, count),
        new=table(people.stream, which & ~old, count),
        area=table(people.area, which & old, areas),
    )
