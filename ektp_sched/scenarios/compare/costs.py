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

from dataclasses import dataclass, field, fields, is_dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.cohorts import NONE
from ektp_sched.scenarios.compare.measures import trip_cost, trips
from ektp_sched.scenarios.simulate.outcome import shared_out
from ektp_sched.scenarios.simulate.polymatroid import daily_sets
from ektp_sched.scenarios.simulate.simulate import (
    CHUNK,
    first_person_days,
    person_days_by_area,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.scenarios.simulate.polymatroid import DailySets
    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.world.draws import Arrivals, Limits

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

_ABREAST: Final = 3_000
"""Futures of which the first morning is followed together; changes no result."""


@dataclass(slots=True)
class Followed:
    """What became of the first morning's people, and of what it is the consequence."""

    queue: Queue
    open: Bools
    cards: NDArray[np.int32]  # of each day, the blanks left out, (H, R)
    supplies: tuple[Ints, ...]  # blanks up to each day, (H,) each
    # fingerprint of both up to each day, (H, R); None once it is no longer asked
    prints: NDArray[np.uint64] | None
    waited: Ints  # days of waiting by area, (A, R)
    # day on which the last of them is printed, H for none; NONE: is not known, (R,)
    cleared: Ints

    @classmethod
    def to_be(cls, course: Course, pool: _Pool) -> Followed:
        """Return it before anything is known."""
        size, days = course.arrivals.cards.shape[1], course.limits.days
        cards = np.broadcast_to(pool.cards, (days, size))
        one = cls(
            course.queue,
            course.limits.open,
            cards,
            pool.supplies,
            None,
            np.zeros((len(course.queue.areas), size), dtype=np.int64),
            np.full(size, NONE),
        )
        draw = np.random.default_rng(0)
        odd = draw.integers(1 << 63, size=(2, days, 1), dtype=np.uint64) * 2 + 1
        mixed = cards.astype(np.uint64) * odd[0]
        mixed += one.blanks(slice(None)).astype(np.uint64) * odd[1]
        one.prints = np.cumsum(mixed, axis=0)
        return one

    def blanks(self, futures: Ints | slice) -> Ints:
        """Return the blanks up to each day, ``(H, R)``.

        They are no more than all cards that can be printed by then: those beyond change
        nothing.
        """
        blanks = np.cumsum(self.cards[:, futures], axis=0, dtype=np.int64)
        for supply in self.supplies:
            blanks = np.minimum(blanks, supply[:, None])
        return blanks

    @property
    def unknown(self) -> Ints:
        """Return the futures of which nothing is known yet."""
        return np.flatnonzero(self.cleared == NONE)

    @property
    def last(self) -> Ints:
        """Return the last day that matters, ``(R,)``."""
        return np.minimum(self.cleared, len(self.cards) - 1)

    def belongs(self, other: Followed) -> bool:
        """Return whether two are of the same people on the same days."""
        same = self.queue is other.queue
        return same and np.array_equal(self.open, other.open)

    def take(self, other: Followed, futures: Ints) -> None:
        """Take over what became of futures that are the same until all are printed.

        Equal fingerprints could be chance: they only say where to look.
        """
        differs = self.cards[:, futures] != other.cards[:, futures]
        differs |= self.blanks(futures) != other.blanks(futures)
        after = np.arange(len(self.cards))[:, None] > other.last[futures]
        same = futures[(~differs | after).all(axis=0)]
        self.waited[:, same] = other.waited[:, same]
        self.cleared[same] = other.cleared[same]


class Known:
    """What became of futures that were followed."""

    def __init__(self) -> None:
        self.followed: list[Followed] = []
        self._last: list[Ints] = []
        self._prints: list[NDArray[np.uint64]] = []

    def add(self, new: Followed) -> None:
        """Remember what became of a course's futures."""
        assert new.prints is not None
        last = new.last
        self.followed.append(new)
        self._last.append(last)
        self._prints.append(new.prints[last, np.arange(len(last))])

    def look_up(self, asked: Followed) -> None:
        """Take over what is known of futures that are the same."""
        futures = asked.unknown
        if not (self.followed and len(futures)):
            return
        assert asked.prints is not None
        last = np.stack(self._last)[:, futures]
        alike = np.stack(self._prints)[:, futures] == asked.prints[last, futures]
        alike[[not before.belongs(asked) for before in self.followed]] = False
        donor = np.where(alike.any(axis=0), alike.argmax(axis=0), NONE)
        for number in np.unique(donor[donor != NONE]).tolist():
            asked.take(self.followed[number], futures[donor == number])


@dataclass(frozen=True, slots=True)
class Course:
    """What some futures go through."""

    queue: Queue
    limits: Limits
    arrivals: Arrivals
    office: Office
    # what is known of the same arrivals under the same policy; it is added to
    known: Known = field(default_factory=Known)


def waiting_costs(
    courses: Sequence[Course], policy: str
) -> list[tuple[Floats, Floats]]:
    """Return what trips in vain cost, rupiah, and all days of waiting, ``(R,)`` each.

    The courses are gone through together.
    """
    pools = [_pool(course.queue, course.limits) for course in courses]
    rates = [_one_rate(course.queue, course.office) for course in courses]
    # Whether the first morning's people must be followed, or everybody.
    first, whole = list[int](), list[int]()
    for number, (course, pool, rate) in enumerate(
        zip(courses, pools, rates, strict=True)
    ):
        if pool.alone and rate is None and len(course.queue.cell_share) == 1:
            first.append(number)
        elif not pool.alone or rate is None:
            whole.append(number)
    of_all = _all_days([(courses[n], pools[n]) for n in whole], policy)
    by_area = dict(zip(whole, of_all, strict=True))
    of_first = _first_days([(courses[n], pools[n]) for n in first], policy)
    for number, old in zip(first, of_first, strict=True):
        queue = courses[number].queue
        total = _person_days(queue, pools[number], courses[number].arrivals)
        new = (total - old.sum(axis=0))[None]
        by_area[number] = shared_out(old, new, queue.cell_share)
    return [
        _cost(course, pools[number], rates[number], by_area.get(number))
        for number, course in enumerate(courses)
    ]


def _cost(
    course: Course, pool: _Pool, rate: Fraction | None, by_area: Floats | None
) -> tuple[Floats, Floats]:
    if by_area is None:
        assert rate is not None
        waited = _person_days(course.queue, pool, course.arrivals).astype(np.float64)
        return waited * float(rate), waited
    areas = course.queue.areas
    vain = trips(by_area, areas, course.office)
    return trip_cost(vain, areas, course.office), by_area.sum(axis=0)


@dataclass(frozen=True, slots=True)
class _Pool:
    """What bounds a day's cards; figures are of the one bound, where it is alone."""

    sets: DailySets
    open: Bools

    @property
    def alone(self) -> bool:
        """Whether one bound holds for everybody; else order counts."""
        return self.sets.members.shape == (1, 1)

    @property
    def cards(self) -> NDArray[np.int32]:
        """Cards of each day, ``(H, R)`` or ``(H, 1)``."""
        return self.sets.bound[0] * self.open[:, None]

    @property
    def supplies(self) -> tuple[Ints, ...]:
        """Blanks up to each day, ``(H,)`` each."""
        return tuple(supply for _, supply in self.sets.stock)

    @property
    def capacity(self) -> Ints:
        """Cards up to each day, as `cards`."""
        return np.cumsum(self.cards, axis=0, dtype=np.int64)


def _pool(queue: Queue, limits: Limits) -> _Pool:
    return _Pool(daily_sets(queue.kinds, limits), limits.open)


def _all_days(courses: Sequence[tuple[Course, _Pool]], policy: str) -> list[Floats]:
    """Return everybody's days of waiting by area, ``(A, R)`` each."""
    made: dict[int, Floats] = {}
    left = list(range(len(courses)))
    while left:
        (course, pool), size, group = courses[left[0]], 0, list[int]()
        for number in left:
            other, its = courses[number]
            more = size + other.arrivals.cards.shape[1]
            same = other.queue is course.queue and np.array_equal(its.open, pool.open)
            if not group or (more <= CHUNK and same and its.sets.fits(pool.sets)):
                group.append(number)
                size = more
        left = [number for number in left if number not in group]
        passed = [
            (c.limits, p.sets, c.arrivals) for c, p in (courses[n] for n in group)
        ]
        days = person_days_by_area(course.queue, passed, policy)
        made |= dict(zip(group, days, strict=True))
    return [made[number] for number in range(len(courses))]


def _first_days(courses: Sequence[tuple[Course, _Pool]], policy: str) -> list[Ints]:
    """Return the days that the first morning's people wait by area, ``(A, R)`` each."""
    asked = [Followed.to_be(*each) for each in courses]
    known = [course.known for course, _ in courses]
    for one, its in zip(asked, known, strict=True):
        its.look_up(one)
    _follow(courses, asked, policy)
    for one, its in zip(asked, known, strict=True):
        its.add(one)
        one.prints = None
    return [one.waited for one in asked]


def _follow(
    courses: Sequence[tuple[Course, _Pool]], asked: Sequence[Followed], policy: str
) -> None:
    """Go through the futures of which nothing is known, many in one pass."""
    left = [
        (number, futures)
        for number, one in enumerate(asked)
        if len(futures := one.unknown)
    ]
    while left:
        (first, _), size = left[0], 0
        group: list[tuple[int, Ints]] = []
        for number, futures in left:
            if (
                (not group or size + len(futures) <= _ABREAST)
                and asked[number].belongs(asked[first])
                and courses[number][1].sets.fits(courses[first][1].sets)
            ):
                group.append((number, futures))
                size += len(futures)
        chosen = [number for number, _ in group]
        left = [each for each in left if each[0] not in chosen]
        passed = []
        for number, futures in group:
            (each, pool), came = courses[number], courses[number][0].arrivals
            came = replace(came, cards=came.cards[:, futures])
            passed.append((each.limits, pool.sets.part(futures), came))
        waited, cleared = first_person_days(asked[first].queue, passed, policy)
        ends = np.cumsum([len(futures) for _, futures in group])[:-1]
        for (number, futures), days, day in zip(
            group, np.split(waited, ends, axis=1), np.split(cleared, ends), strict=True
        ):
            asked[number].waited[:, futures] = days
            asked[number].cleared[futures] = day


def alike(one: object, other: object) -> bool:
    """Return whether two queues, or parts of them, hold the same."""
    if one is other:
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    if is_dataclass(one) and type(one) is type(other):
        return all(
            alike(getattr(one, part.name), getattr(other, part.name))
            for part in fields(one)
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            alike(part, other[name]) for name, part in one.items()
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
    return _person_days(queue, pool, arrivals) if pool.alone else None


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
