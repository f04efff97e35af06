"""Policies: in which order those present are served on a day.

The order depends on dates, classes and kinds alone, so that it is the same in
all replications; only how many stand at each place differs.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.arguments import check_one_of
from ektp_sched.people.cohorts import NONE
from ektp_sched.planning.tiers import too_large
from ektp_sched.rules.tiers import accrued

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.scenarios.simulate.queue import Queue

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

POLICIES: Final = ("pressure", "class-order", "fifo")
"""The policies that need no solver."""

DUE_WINDOW: Final = 3
"""Calendar days before a due or promised date in which it comes first in its rank."""

_RANGE = 1 << 62


@dataclass(frozen=True, slots=True)
class Entries:
    """All that can stand in the order of any day, tied ones in their order."""

    stream: Ints  # stream of the entry, shape (E,)
    # since, ready: day of recording; first day on which the entry can be printed
    since: Ints
    ready: Ints
    # due, promised, pinned: NONE without one
    due: Ints
    promised: Ints
    pinned: Ints
    single: Ints  # entry of the queue's singles; -1 for a date of a stream
    # for new applications the next day on which anybody is recorded, the first day
    # after the horizon at the last; else 0
    new: Ints
    # people of the first day in the stream up to and including this date of recording
    # and promise
    upto: Ints


def check_policy(policy: str) -> None:
    """Refuse a policy that is none of `POLICIES`."""
    check_one_of("policy", policy, POLICIES)


def entries_of(queue: Queue, arrival_days: Ints) -> Entries:
    """Return every entry, sorted by what decides among equals.

    Equals are served by day of recording, target, order of the classes, kind
    (fewest printers first); then those with dates of their own, by due date,
    promise, readiness and pin; then by the public tie-break.
    """
    singles, count = queue.singles, len(queue.streams)
    stream = np.repeat(np.arange(count), np.diff(queue.first))
    last = np.ones(len(stream), dtype=bool)
    columns = np.stack([stream, queue.since, queue.promised])
    last[:-1] = (np.diff(columns) != 0).any(axis=0)
    ends = np.flatnonzero(last)
    parts = [
        (
            stream[ends],
            queue.since[ends],
            queue.promised[ends],
            ends + 1 - queue.first[stream[ends]],
            np.zeros_like(ends),
        ),
        (
            np.repeat(np.arange(count), len(arrival_days)),
            np.tile(arrival_days, count),
            np.full(count * len(arrival_days), NONE),
            np.repeat(np.diff(queue.first), len(arrival_days)),
            np.tile(np.append(arrival_days, queue.days)[1:], count),
        ),
    ]
    plain = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    none = np.full(len(plain[0]), NONE)
    entries = Entries(
        stream=np.concatenate([plain[0], singles.stream]),
        since=np.concatenate([plain[1], singles.since]),
        ready=np.concatenate([plain[1], singles.ready]),
        due=np.concatenate([none, singles.due]),
        promised=np.concatenate([plain[2], singles.promised]),
        pinned=np.concatenate([none, singles.pinned]),
        single=np.concatenate([none, np.arange(len(singles))]),
        new=np.concatenate([plain[4], np.zeros(len(singles), dtype=np.int64)]),
        upto=np.concatenate([plain[3], np.zeros(len(singles), dtype=np.int64)]),
    )
    return _taken(entries, _tie_order(entries, queue))


def _tie_order(entries: Entries, queue: Queue) -> Ints:
    streams = queue.streams
    keys = (
        entries.since,
        streams.target[entries.stream],
        streams.urgency[entries.stream],
        entries.stream,
        entries.single == NONE,
        np.where(entries.due == NONE, queue.days, entries.due),
        np.where(entries.promised == NONE, queue.days, entries.promised),
        entries.ready,
        entries.single,
    )
    return np.lexsort(keys[::-1])


def _taken(entries: Entries, chosen: Ints) -> Entries:
    return Entries(*(getattr(entries, f.name)[chosen] for f in fields(Entries)))


def order(
    entries: Entries, present: Ints, queue: Queue, policy: str, day: int, until: int
) -> Ints:
    r"""Return the entries present on a day in the order of service.

    Pinned ones come first, by pinned day.  Then, under ``pressure``, by rank;
    within a rank first the due dates of the next `DUE_WINDOW` days, then those
    promised by then or before (each only as far as the office's tiers place it
    before pressure, and in their order), then the largest pressure accrued
    until the next working day,

    .. math:: \bigl(g a + g (g - 1) / 2\bigr) / \tau

    with a the day of waiting, g the calendar days until then and tau the
    target.  Under ``class-order`` by rank and target, under ``fifo`` by day of
    recording alone.
    """
    stream = entries.stream[present]
    pinned = entries.pinned[present]
    if policy == "pressure":
        group, key = _pressure(entries, present, queue, day, until)
    elif policy == "class-order":
        group, key = queue.streams.rank[stream], queue.streams.target[stream]
    else:
        group, key = np.zeros_like(stream), np.zeros_like(stream)
    group = np.where(pinned == NONE, group, pinned - queue.days)
    if group.any():
        return present[np.lexsort((key, group))]
    return present[np.argsort(key, kind="stable")]


def _pressure(
    entries: Entries, present: Ints, queue: Queue, day: int, until: int
) -> tuple[Ints, Ints]:
    streams, stream = queue.streams, entries.stream[present]
    group = streams.rank[stream].copy()
    for name in queue.dates:
        group *= DUE_WINDOW + 2
        group += _closeness(name, getattr(entries, name)[present], day)
    since = entries.since[present]
    per_day = queue.scale // streams.target[stream]
    return group, -per_day * (accrued(since, until) - accrued(since, day))


def _closeness(name: str, on: Ints, day: int) -> Ints:
    """Return the days left, up to one more than the window.

    A due date that has passed is lost, whenever the card is printed; a promise
    that has passed slips by one more day each day.
    """
    left = on - day
    if name == "promised":
        left = np.maximum(left, 0)
    soon = (on != NONE) & (left >= 0) & (left <= DUE_WINDOW)
    close: Ints = np.where(soon, left, DUE_WINDOW + 1)
    return close


def check_range(queue: Queue, people: int) -> None:
    """Refuse pressures that could leave the range of 64-bit integers.

    The targets then have too large a common multiple for this horizon and so many
    people.
    """
    span = queue.longest + 2
    if queue.scale * span * span * max(1, people) >= _RANGE:
        raise too_large(", ".join(queue.classes), queue.scale, queue.days)
