"""The remedy that costs nothing: a scenario with dates told to everybody."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.scenarios.ready_by import next_open
from ektp_sched.scenarios.simulate import arrivals_by_stream
from ektp_sched.scenarios.told import Stream, halves, wasted_trips_with_dates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.scenarios.outcome import Outcome
    from ektp_sched.scenarios.queue import Queue
    from ektp_sched.scenarios.types import Arrivals, Limits

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["CONFIDENCE", "told_trips"]

CONFIDENCE: Final = Fraction(9, 10)
"""Share of the futures in which a date that is told must hold."""


def told_trips(
    outcome: Outcome,
    queue: Queue,
    limits: Limits,
    arrivals: Arrivals,
    office: Office,
) -> Floats:
    """Return the trips made in vain all the same, though everybody has a date.

    Parameters
    ----------
    outcome
        A block simulated with ``record="dates"``.
    queue, limits, arrivals
        What it was simulated from.
    office
        Its visits, and the days on which it is open.

    Returns
    -------
    ndarray
        Trips by area and replication, shape ``(A, R)``.
    """
    every = np.array([office.visits.of(area)[0] for area in queue.areas])
    trips = np.zeros((len(queue.areas), outcome.replications))
    for stream in _streams(outcome, queue, limits, arrivals):
        trips += wasted_trips_with_dates(stream, CONFIDENCE, limits.open, every)
    return trips + _single_trips(outcome, queue, limits.open, every)


def _streams(
    outcome: Outcome, queue: Queue, limits: Limits, arrivals: Arrivals
) -> Iterator[Stream]:
    """Yield each stream's people with all who join them."""
    assert outcome.front is not None
    new = arrivals_by_stream(queue, limits, arrivals)
    share = queue.cell_share / np.maximum(queue.cell_share.sum(1, keepdims=True), 1)
    for number, front in enumerate(outcome.front):
        here = slice(queue.first[number], queue.first[number + 1])
        joined = np.cumsum(new[number], axis=1)
        initial = int(queue.first[number + 1] - queue.first[number])
        yield Stream(
            printed=front,
            recorded=joined + initial if joined.any() else None,
            areas=queue.area[here],
            shares=share[queue.streams.cell[number]],
        )


def _single_trips(
    outcome: Outcome, queue: Queue, worked: NDArray[np.bool_], every: Ints
) -> Floats:
    """Return the same for people with dates of their own, each by itself."""
    trips = np.zeros((len(every), outcome.replications))
    if outcome.single_days is None or not len(outcome.single_days):
        return trips
    printed = outcome.single_days.astype(np.int64)
    area = np.repeat(queue.singles.area, queue.singles.size)
    since = np.maximum(np.repeat(queue.singles.since, queue.singles.size), 0)
    interval = every[area][:, None]
    opens = next_open(worked)
    for setting, judging in halves(outcome.replications):
        half = printed[:, setting]
        rank = min(ceil(CONFIDENCE * (half.shape[1] + 1)), half.shape[1])
        told = opens[np.partition(half, rank - 1, axis=1)[:, rank - 1]][:, None]
        day = printed[:, judging]
        late = np.maximum(0, -(-(day - told) // interval)).astype(np.float64)
        undated = (day - since[:, None]) / interval
        made = np.where(told < len(worked), late, undated)
        for number in range(len(every)):
            trips[number, judging] += made[area == number].sum(axis=0)
    return trips
