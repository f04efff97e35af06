r"""What trips in vain cost residents, without simulating what cannot matter.

Where one bound holds for everybody, the order of printing does not change how many
cards come out: all cards up to day :math:`t` are

.. math:: P_t = C_t + \min\bigl(0, \min_{s \le t} (B_s - C_s)\bigr)

with :math:`C` the capacity and :math:`B` the lesser of the people who could be
printed and the blanks, each up to that day: the reflection of a queue at its
boundary (Lindley 1952; Harrison, *Brownian Motion and Stochastic Flow
Systems*, 1985).  Where a day of waiting costs more in one area than in another, the
order counts for those whose area is known, the people of the first morning: they are
followed until the last of them is printed, and no longer, and not again in a future
that is the same until then.  Where several bounds hold, the days are gone through one
by one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.cohorts import NONE
from ektp_sched.scenarios.compare.measures import trip_cost, trips
from ektp_sched.scenarios.simulate.outcome import shared_out
from ektp_sched.scenarios.simulate.polymatroid import daily_sets
from ektp_sched.scenarios.simulate.simulate import (
    first_person_days,
    person_days_by_area,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.world.draws import Arrivals, Limits

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Followed", "pooled_person_days", "waiting_costs"]


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of the first morning's people, and of what it is the consequence."""

    queue: Queue
    open: NDArray[np.bool_]
    cards: Ints  # capacity of each day, the blanks left out, (H, R)
    # blanks up to each day, no more than all cards that can be printed by then: those
    # beyond change nothing, (H, R)
    blanks: Ints
    waited: Ints  # days of waiting by area, (A, R)
    cleared: Ints  # day on which the last of them is printed, H for none, (R,)

    def agrees(self, other: Followed) -> NDArray[np.bool_]:
        """Return the futures that are the same until all are printed, ``(R,)``."""
        if not (
            np.array_equal(self.open, other.open) and _alike(self.queue, other.queue)
        ):
            return np.zeros(len(self.cleared), dtype=np.bool_)
        differs = (self.cards != other.cards) | (self.blanks != other.blanks)
        until = np.where(differs.any(axis=0), differs.argmax(axis=0), len(differs))
        same: NDArray[np.bool_] = (self.cleared < until) | (until == len(differs))
        return same


def waiting_costs(
    queue: Queue,
    limits: Limits,
    arrivals: Arrivals,
    policy: str,
    office: Office,
    known: list[Followed] | None = None,
) -> tuple[Floats, Floats]:
    """Return what trips in vain cost, rupiah, and all days of waiting, ``(R,)``.

    What is ``known`` of the same arrivals under the same policy is used, and added to.
    """
    pool, rate = _pool(queue, limits), _one_rate(queue, office)
    if pool is not None and rate is not None:
        waited: Floats = _person_days(queue, pool, arrivals).astype(np.float64)
        return waited * float(rate), waited
    if pool is not None and len(queue.cell_share) == 1:
        known = [] if known is None else known
        first = _first_days(queue, limits, pool, arrivals, policy, known)
        total = _person_days(queue, pool, arrivals)
        new = (total - first.sum(axis=0))[None]
        by_area = shared_out(first, new, queue.cell_share)
    else:
        by_area = person_days_by_area(queue, limits, arrivals, policy)
    made = trips(by_area, queue.areas, office)
    return trip_cost(made, queue.areas, office), by_area.sum(axis=0)


@dataclass(frozen=True, slots=True)
class _Pool:
    """The one bound that holds for everybody."""

    cards: Ints  # of each day, (H, R) or (H, 1)
    supplies: tuple[Ints, ...]  # blanks up to each day, (H,) each

    @property
    def capacity(self) -> Ints:
        """Cards up to each day, as `cards`."""
        return np.cumsum(self.cards, axis=0, dtype=np.int64)


def _pool(queue: Queue, limits: Limits) -> _Pool | None:
    """Return the one bound; None where more than one holds, so that order counts."""
    sets = daily_sets(queue.kinds, limits)
    if sets.members.shape != (1, 1):
        return None
    cards = np.where(limits.open[:, None], sets.bound[0], 0)
    return _Pool(cards, tuple(supply for _, supply in sets.stock))


def _first_days(
    queue: Queue,
    limits: Limits,
    pool: _Pool,
    arrivals: Arrivals,
    policy: str,
    known: list[Followed],
) -> Ints:
    """Return the days that the first morning's people wait by area, ``(A, R)``."""
    size, blanks = arrivals.cards.shape[1], pool.capacity
    for supply in pool.supplies:
        blanks = np.minimum(blanks, supply[:, None])
    asked = Followed(
        queue,
        limits.open,
        np.broadcast_to(pool.cards, (limits.days, size)),
        np.broadcast_to(blanks, (limits.days, size)),
        np.zeros((len(queue.areas), size), dtype=np.int64),
        np.zeros(size, dtype=np.int64),
    )
    new = np.ones(size, dtype=np.bool_)
    for before in known:
        same = new & before.agrees(asked)
        asked.waited[:, same] = before.waited[:, same]
        asked.cleared[same] = before.cleared[same]
        new &= ~same
    if new.any():
        here = replace(
            limits,
            printer_cards=_futures(limits.printer_cards, new),
            server_cards=_futures(limits.server_cards, new),
        )
        came = replace(arrivals, cards=arrivals.cards[:, new])
        waited, cleared = first_person_days(queue, here, came, policy)
        asked.waited[:, new], asked.cleared[new] = waited, cleared
        known.append(asked)
    return asked.waited


def _futures(cards: Ints, chosen: NDArray[np.bool_]) -> Ints:
    return cards if cards.shape[1] == 1 else cards[:, chosen]


def _alike(one: object, other: object) -> bool:
    """Return whether two queues, or parts of them, hold the same."""
    if one is other:
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    if is_dataclass(one) and type(one) is type(other):
        return all(
            _alike(getattr(one, part.name), getattr(other, part.name))
            for part in fields(one)
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _alike(part, other[name]) for name, part in one.items()
        )
    return one == other


def _one_rate(queue: Queue, office: Office) -> Fraction | None:
    """Return what a day of waiting costs; None if it differs among areas."""
    lived = np.flatnonzero(queue.cell_share.sum(axis=0)).tolist()
    visits = [office.visits.of(queue.areas[area]) for area in lived]
    rates = {Fraction(one.trip_cost_idr, one.every_days) for one in visits}
    return rates.pop() if len(rates) == 1 else None


def pooled_person_days(queue: Queue, limits: Limits, arrivals: Arrivals) -> Ints | None:
    """Return everybody's days of waiting, ``(R,)``.

    None where more than one bound holds, so that the order counts.
    """
    pool = _pool(queue, limits)
    return None if pool is None else _person_days(queue, pool, arrivals)


def _person_days(queue: Queue, pool: _Pool, arrivals: Arrivals) -> Ints:
    new = arrivals.cards.sum(axis=0, dtype=np.int64)
    joined = np.cumsum(new.T, axis=0) + len(queue.rows)
    singles = queue.singles
    free = np.where(
        singles.pinned == NONE, singles.ready, np.maximum(singles.ready, singles.pinned)
    )
    able = joined + _by_day(free, singles.size, queue.days)
    recorded = joined + _by_day(singles.since, singles.size, queue.days)
    for supply in pool.supplies:
        able = np.minimum(able, supply[:, None])
    capacity = pool.capacity
    lost = np.minimum.accumulate(able - capacity, axis=0)
    printed = capacity + np.minimum(lost, 0)
    waited: Ints = (recorded - printed).sum(axis=0)
    return waited


def _by_day(day: Ints, size: Ints, days: int) -> Ints:
    """Return how many have reached their day by each day, shape ``(H, 1)``."""
    count = np.bincount(np.maximum(day, 0), weights=size, minlength=days)
    return np.cumsum(count[:days]).astype(np.int64)[:, None]
