"""Dates told to everybody, and the trips that are still made in vain.

A person who was told a date comes on it.  If the card is there, no trip was
wasted; if not, that one was, and so is another one every so many days until it
is printed.  A person for whom no date can be told comes as people do today,
and makes on average one trip every so many days of waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.scenarios.dates.ready_by import (
    as_confidence,
    first_days,
    next_open,
    printed_in,
)
from ektp_sched.scenarios.simulate.simulate import arrivals_by_stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.scenarios.dates.ready_by import Counts, Ints
    from ektp_sched.scenarios.simulate.outcome import Outcome
    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.world.draws import Arrivals, Limits

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stream:
    """People of one class whom only their place in the queue tells apart."""

    # cards printed by each day's end, those of new people included, shape (R, H)
    printed: Counts
    # people recorded by each day's end, the initial ones included from day 0 on, shape
    # (R, H); None where nobody can join
    recorded: Counts | None
    areas: Ints  # area of each initial person by place, shape (N,), from 0
    shares: Floats  # share of each area among new people, shape (A,), its sum 1

    @property
    def initial(self) -> int:
        """Number of people in the stream before the start."""
        return len(self.areas)


def told_trips(
    outcome: Outcome,
    queue: Queue,
    limits: Limits,
    arrivals: Arrivals,
    office: Office,
    confidence: float = 0.9,
) -> Floats:
    """Return the trips made in vain if all are told a ready-by date, ``(A, R)``.

    The block is one simulated with ``record="dates"``; people come on the days that
    ``limits`` calls open.
    """
    exact = as_confidence(confidence)
    every = [office.visits.of(area).every_days for area in queue.areas]
    days = np.array(every, dtype=np.int64)
    trips = _single_trips(outcome, queue, exact, limits.open, days)
    for stream in streams_of(outcome, queue, limits, arrivals):
        trips += wasted_trips_with_dates(stream, exact, limits.open, days)
    return trips


def streams_of(
    outcome: Outcome, queue: Queue, limits: Limits, arrivals: Arrivals
) -> Iterator[Stream]:
    """Yield the streams of a block that was simulated with ``record="dates"``."""
    assert outcome.front is not None
    new = arrivals_by_stream(queue, limits, arrivals)
    share = queue.cell_share / np.maximum(queue.cell_share.sum(axis=1), 1)[:, None]
    for number, printed in enumerate(outcome.front):
        first, end = queue.first[number : number + 2].tolist()
        recorded: Counts | None = None
        if new[number].any():
            recorded = np.cumsum(new[number], axis=1, dtype=np.int64) + (end - first)
        elif first == end:
            continue
        area = queue.area[first:end]
        yield Stream(printed, recorded, area, share[queue.streams.cell[number]])


def _single_trips(
    outcome: Outcome,
    queue: Queue,
    confidence: Fraction,
    worked: NDArray[np.bool_],
    every_days: Ints,
) -> Floats:
    """Return the trips of those with dates of their own, each for itself."""
    assert outcome.single_days is not None
    printed, horizon = outcome.single_days.astype(np.int64), len(worked)
    trips = np.zeros((len(every_days), outcome.replications))
    if not len(printed):
        return trips
    singles = queue.singles
    area = np.repeat(singles.area, singles.size)
    since = np.repeat(np.maximum(singles.since, 0), singles.size)[:, None]
    every = every_days[area][:, None]
    opens = next_open(worked)
    for setting, judging in halves(outcome.replications):
        rank = _rank(confidence, printed[:, setting].shape[1])
        told = opens[np.partition(printed[:, setting], rank - 1, axis=1)[:, rank - 1]]
        day = printed[:, judging]
        late = -(-np.maximum(day - told[:, None], 0) // every)
        usual = np.maximum(day - since, 0) / every
        made = np.where(told[:, None] < horizon, late, usual)
        for number in np.unique(area).tolist():
            trips[number, judging] = made[area == number].sum(axis=0)
    return trips


def _rank(confidence: Fraction, replications: int) -> int:
    """Return how many replications must have printed a card by its date."""
    return min(ceil(confidence * (replications + 1)), replications)


def told_dates(
    stream: Stream, rank: int, worked: NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """Return the dates that all of a stream are told, H for none.

    The initial people by place, ``(N,)``, and those recorded on each day, ``(H,)``: the
    day by whose end the last of them is printed in at least ``rank`` replications, 1 to
    R, rounded up to an open day.
    """
    opens = next_open(worked)
    upto = printed_in(stream.printed, rank)
    old = opens[first_days(upto, np.arange(stream.initial))]
    horizon = stream.printed.shape[1]
    if stream.recorded is None:
        return old, np.full(horizon, horizon, dtype=np.int64)
    last = _last_printed(stream.printed, stream.recorded)
    new = np.partition(last, rank - 1, axis=0)[rank - 1]
    return old, opens[np.maximum(new, np.arange(horizon))]


def _last_printed(printed: Counts, recorded: Counts) -> Ints:
    """Return the day on which all recorded by each day are printed, (R, H)."""
    count, horizon = printed.shape
    # One search over all replications: shifted apart, their counts are one
    # rising sequence.
    apart = int(recorded.max(initial=0)) + 1
    shift = np.arange(count, dtype=np.int64)[:, None] * apart
    upto = (printed + shift).ravel()
    wanted = (recorded + shift).ravel()
    place = np.searchsorted(upto, wanted, side="left").reshape(count, horizon)
    last: Ints = np.minimum(place - np.arange(count)[:, None] * horizon, horizon)
    return last


def halves(count: int) -> Iterator[tuple[slice, slice]]:
    """Yield the replications that set dates, and those that judge them.

    Each half is judged by the other; a single replication by itself.
    """
    middle = count // 2
    if not middle:
        yield slice(0, 1), slice(0, 1)
        return
    yield slice(middle, count), slice(0, middle)
    yield slice(0, middle), slice(middle, count)


def wasted_trips_with_dates(
    stream: Stream,
    confidence: Fraction,
    worked: NDArray[np.bool_],
    every_days: Ints,
) -> Floats:
    """Return the trips made in vain if everybody is told a date, ``(A, R)``.

    Dates set on one half of the replications are judged on the other, up to the end of
    the horizon; where half of them cannot carry the confidence, the latest day of that
    half is told.  People come every so many days, at least 1, by area, ``(A,)``.
    """
    count, horizon = stream.printed.shape
    trips = np.zeros((len(every_days), count))
    for setting, judging in halves(count):
        half = _part(stream, setting)
        rank = _rank(confidence, len(half.printed))
        old, new = told_dates(half, rank, worked)
        judged = _part(stream, judging)
        for every in np.unique(every_days).tolist():
            alike = np.flatnonzero(every_days == every)
            made = _initial_trips(judged, alike, old, every, horizon)
            if judged.recorded is not None:
                late = _new_trips(judged, judged.recorded, new, every)
                made += stream.shares[alike, None] * late
            trips[alike, judging] += made
    return trips


def _part(stream: Stream, rows: slice) -> Stream:
    recorded = None if stream.recorded is None else stream.recorded[rows]
    return Stream(stream.printed[rows], recorded, stream.areas, stream.shares)


def _initial_trips(
    stream: Stream, areas: Ints, told: Ints, every: int, horizon: int
) -> Floats:
    """Return wasted trips of the initial people of some areas, ``(areas, R)``."""
    trips = np.zeros((len(areas), len(stream.printed)))
    if not stream.initial:
        return trips
    before = np.zeros((len(areas), stream.initial + 1), dtype=np.int64)
    np.cumsum(stream.areas == areas[:, None], axis=1, out=before[:, 1:])
    edges = np.flatnonzero(np.diff(told, prepend=-1))
    ends = np.append(edges[1:], stream.initial)
    day = told[edges]
    with_date = day < horizon
    begin, end, day = edges[with_date], ends[with_date], day[with_date]
    while day.size:
        served = np.clip(stream.printed[:, day], begin, end)
        for made, upto in zip(trips, before, strict=True):
            made += (upto[end] - upto[served]).sum(axis=1)
        stay = day + every < horizon
        begin, end, day = begin[stay], end[stay], day[stay] + every
    first = int(edges[~with_date][0]) if not with_date.all() else stream.initial
    if first < stream.initial:
        served = np.clip(stream.printed, first, stream.initial)
        for made, upto in zip(trips, before, strict=True):
            made += (upto[-1] - upto[served]).sum(axis=1) / every
    return trips


def _new_trips(stream: Stream, recorded: Counts, told: Ints, every: int) -> Floats:
    """Return wasted trips of the people recorded from day 0 on, shape (R,)."""
    printed: Ints = stream.printed.astype(np.int64)
    recorded = recorded.astype(np.int64)
    horizon = printed.shape[1]
    before = np.empty(recorded.shape, dtype=np.int64)
    before[:, 0] = stream.initial
    before[:, 1:] = recorded[:, :-1]
    dateless = int(np.searchsorted(told, horizon))
    group = np.arange(dateless)
    day = told[:dateless]
    trips = np.zeros(len(printed))
    while day.size:
        served: Ints = np.clip(printed[:, day], before[:, group], recorded[:, group])
        trips += (recorded[:, group] - served).sum(axis=1)
        stay = day + every < horizon
        group, day = group[stay], day[stay] + every
    if dateless < horizon:
        first = before[:, dateless : dateless + 1]
        served = np.maximum(printed[:, dateless:], first)
        trips += (recorded[:, dateless:] - served).sum(axis=1) / every
    return trips
