"""The daily process of an office, in many replications at once.

Every morning those present are put in the policy's order and accepted one
after another, each if all that are accepted can still be printed that day.
People recorded on a day may be printed on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from ektp_sched.errors import UsageError
from ektp_sched.people.cohorts import NONE
from ektp_sched.scenarios.simulate.accept import (
    Accepted,
    FirstSingles,
    Line,
    Sets,
    SingleBook,
    accept,
)
from ektp_sched.scenarios.simulate.order import (
    check_policy,
    check_range,
    entries_of,
    order,
)
from ektp_sched.scenarios.simulate.outcome import (
    History,
    Outcome,
    first_days_waited,
    joined,
    outcome_of,
    person_days_of,
    shared_out,
)
from ektp_sched.scenarios.simulate.polymatroid import (
    CAUSES,
    DailySets,
    daily_sets,
    side_by_side,
)
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ektp_sched.scenarios.simulate.queue import Queue
    from ektp_sched.scenarios.world.draws import Arrivals, Limits

    Counts = NDArray[np.int32]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

CHUNK = 1_000
"""Replications that go through the days together; changes no result."""

_BLANKS = CAUSES.index("blanks")
_CROWD = 6
"""One in so many replications may be through before those are left behind."""


def simulate(
    queue: Queue,
    limits: Limits,
    arrivals: Arrivals,
    policy: str = "pressure",
    *,
    record: str = "summary",
    chunk: int = CHUNK,
) -> Outcome:
    """Let a block of replications go through the horizon.

    Parameters
    ----------
    queue
        The backlog on the first morning.
    limits, arrivals
        The block's capacity and new applications.
    policy
        ``pressure``, ``class-order`` or ``fifo``.
    record
        ``dates`` also keeps how many of each stream are printed by each day,
        and when each single is.
    chunk
        Replications taken at a time; changes no result.

    Raises
    ------
    ektp_sched.errors.UsageError
        An argument is out of its range, or the three do not belong together.
    ektp_sched.errors.UnsupportedRuleError
        More kinds share printers than can be followed, or targets have too
        large a common multiple.
    """
    if record not in ("summary", "dates") or chunk < 1:
        raise UsageError(
            said(
                "record is {record}, chunk {chunk}; they must be summary or dates, "
                "and 1 or more",
                "record {record}, chunk {chunk}; seharusnya summary atau dates, dan "
                "paling sedikit 1",
                record=repr(record),
                chunk=str(chunk),
            )
        )
    blocks = _blocks(queue, limits, arrivals, (policy, record), chunk)
    return joined([outcome_of(*block.run()) for block in blocks])


def person_days_by_area(
    queue: Queue,
    courses: Sequence[tuple[Limits, DailySets, Arrivals]],
    policy: str = "pressure",
) -> list[NDArray[np.float64]]:
    """Return everybody's days of waiting by area, ``(A, R)`` each, and nothing else.

    All courses are gone through in one pass, their replications side by side: they are
    worked on the same days, and their sets fit.
    """
    old, new = person_days_of(*_Block(*_abreast(queue, courses, policy)).run())
    ends = np.cumsum([came.cards.shape[1] for _, _, came in courses])[:-1]
    parts = zip(np.split(old, ends, axis=1), np.split(new, ends, axis=1), strict=True)
    return [shared_out(*part, queue.cell_share) for part in parts]


def first_person_days(
    queue: Queue,
    courses: Sequence[tuple[Limits, DailySets, Arrivals]],
    policy: str = "pressure",
) -> tuple[Ints, Ints]:
    """Return the days that the first morning's people wait by area, ``(A, R)``.

    And the day on which the last of them is printed, ``(R,)``, H for none; no day is
    gone through after it.  The courses are those of `person_days_by_area`.
    """
    return _FirstMorning(*_abreast(queue, courses, policy)).waited()


def _abreast(
    queue: Queue,
    courses: Sequence[tuple[Limits, DailySets, Arrivals]],
    policy: str,
) -> tuple[Queue, DailySets, Limits, Counts, tuple[str, str]]:
    """Return what a block of all courses begins with."""
    check_policy(policy)
    parts = [arrivals_by_stream(queue, limits, came) for limits, _, came in courses]
    new = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
    _check_people(queue, new)
    sets = [(s, part.shape[1]) for (_, s, _), part in zip(courses, parts, strict=True)]
    return queue, side_by_side(sets), courses[0][0], new, (policy, "summary")


def _blocks(
    queue: Queue,
    limits: Limits,
    arrivals: Arrivals,
    options: tuple[str, str],
    chunk: int,
) -> Iterator[_Block]:
    """Yield the replications in chunks, before their first day."""
    check_policy(options[0])
    new = arrivals_by_stream(queue, limits, arrivals)
    _check_people(queue, new)
    sets, size = daily_sets(queue.kinds, limits), new.shape[1]
    for begin in range(0, size, chunk):
        here = slice(begin, min(begin + chunk, size))
        yield _Block(queue, sets.part(here), limits, new[:, here], options)


def _check_people(queue: Queue, new: Counts) -> None:
    people = queue.initial + int(new.sum(axis=(0, 2), dtype=np.int64).max(initial=0))
    check_range(queue, people)


def arrivals_by_stream(queue: Queue, limits: Limits, arrivals: Arrivals) -> Counts:
    """Return new applications by stream, replication and day.

    Where cards or areas limit printing, each new applicant's are drawn like
    those of the backlog, from a stream of random numbers of its own.
    """
    if arrivals.classes != queue.classes or limits.days != queue.days:
        raise UsageError(
            said(
                "queue, limits and arrivals must have the same classes and days",
                "queue, limits dan arrivals harus mempunyai kelas dan hari yang sama",
            )
        )
    _, size, days = arrivals.cards.shape
    streams = queue.streams
    new = np.zeros((len(streams), size, days), dtype=np.int32)
    share = queue.cell_share.sum(axis=1)
    for number, name in enumerate(queue.classes):
        of_class = np.flatnonzero(streams.urgency == number)
        cards = arrivals.cards[number]
        if len(of_class) == 1 or not cards.any():
            new[of_class[0]] = cards
            continue
        key = (crc32(b"cells"), crc32(name.encode()))
        seed = np.random.SeedSequence(arrivals.entropy or 0, spawn_key=key)
        drawn = np.random.default_rng(seed).multinomial(cards, share / share.sum())
        new[of_class] = np.moveaxis(drawn, -1, 0)[streams.cell[of_class]]
    return new


class _Block:
    """Some replications on their way through the days.

    The table ``counts`` holds, for each stream, new applications recorded
    before each day, and behind them today's singles by lane.
    """

    singles_of = SingleBook

    def __init__(
        self,
        queue: Queue,
        sets: DailySets,
        limits: Limits,
        new: Counts,
        options: tuple[str, str],
    ) -> None:
        self.queue, self.sets, self.limits = queue, sets, limits
        self.policy, record = options
        count, self.size, days = new.shape
        self.steady = np.arange(count) * (days + 1)
        busy = np.flatnonzero(new.any(axis=(0, 1)))
        self.first_new = int(busy.min(initial=days))
        self.entries = entries_of(queue, busy)
        self.singles = self.singles_of(queue, self.size, dates=record == "dates")
        self._lay_lanes()
        rows = count * (days + 1) + len(self.singles) + len(queue.kinds)
        self.counts = np.zeros((rows, self.size), dtype=np.int32)
        before = self.counts[: count * (days + 1)].reshape(count, days + 1, self.size)
        np.cumsum(new.transpose(0, 2, 1), axis=1, out=before[:, 1:])
        self.printed = np.zeros((len(self.kind), self.size), dtype=np.int32)
        self.reached = np.zeros((count, self.size), dtype=np.int16)
        self.used = [np.zeros(self.size, dtype=np.int64) for _ in sets.stock]
        self.history = History(queue, limits, before, sets.most)

    def _lay_lanes(self) -> None:
        """Give streams and the singles of each kind their lanes, kind by kind."""
        kinds = self.queue.streams.kind
        dated = np.unique(kinds[self.queue.singles.stream])
        both = np.concatenate([kinds, dated])
        order = np.argsort(both, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        self.kind = both[order]
        self.lane, self.single_lanes = place[: len(kinds)], place[len(kinds) :]
        self.single_lane = np.full(len(self.queue.kinds), NONE)
        self.single_lane[dated] = self.single_lanes

    def run(self) -> tuple[History, SingleBook]:
        """Go through all days."""
        for day, until in self.days():
            self.singles.record(day)
            if until is not None:
                bound, blank = self._bounds(day)
                accepted = self._work(day, until, bound)
                self.history.add(
                    day,
                    self.printed[self.lane],
                    self.reached.copy(),
                    accepted.cards.sum(axis=0, dtype=np.int32),
                    self._causes(day, accepted.full, blank),
                )
            self.singles.close(day)
        return self.history, self.singles

    def days(self) -> Iterator[tuple[int, int | None]]:
        """Yield each day, and where it is worked the next one that is."""
        worked = np.flatnonzero(self.limits.open).tolist()
        until = dict(zip(worked, [*worked[1:], self.limits.days], strict=False))
        for day in range(self.limits.days):
            yield day, until.get(day)

    def _work(self, day: int, until: int, bound: Counts) -> Accepted:
        """Print one day's cards."""
        accepted = accept(self._line(day, until), Sets(self.sets.members, bound))
        cards = accepted.cards
        self.singles.print(day, cards, self.counts)
        for (place, _), used in zip(self.sets.stock, self.used, strict=True):
            used += cards[self.sets.members[place][self.kind]].sum(axis=0)
        self.printed += cards
        self.printed[self.single_lanes] = 0
        new = accepted.row[self.lane] // self.size - self.steady[:, None]
        np.maximum(self.reached, new, out=self.reached, casting="same_kind")
        return accepted

    def _bounds(self, day: int) -> tuple[Counts, list[Bools]]:
        """Return the sets' bounds, and where blanks are what binds."""
        bound = np.empty((len(self.sets.bound), self.size), dtype=np.int32)
        for row, cards in zip(bound, self.sets.bound, strict=True):
            row[:] = cards[day if len(cards) > 1 else 0]
        blank = []
        for (place, supply), used in zip(self.sets.stock, self.used, strict=True):
            left = supply[day] - used
            blank.append(left < bound[place])
            bound[place] = np.minimum(bound[place], left)
        return bound, blank

    def _causes(self, day: int, full: Ints, blank: list[Bools]) -> Ints:
        """Return how many replications each cause stopped."""
        cause = np.zeros(self.size, dtype=np.int64)
        for place, why in enumerate(self.sets.cause):
            today = np.broadcast_to(why[day if len(why) > 1 else 0], self.size)
            cause = np.where(full == place, today, cause)
        for (place, _), binds in zip(self.sets.stock, blank, strict=True):
            cause[(full == place) & binds] = _BLANKS
        return np.bincount(cause, minlength=len(CAUSES))

    def _line(self, day: int, until: int) -> Line:
        """Return today's order and how many stand where."""
        entries, days = self.entries, self.limits.days
        present = np.flatnonzero(self._present(day))
        present = order(entries, present, self.queue, self.policy, day, until)
        stream, single = entries.stream[present], entries.single[present]
        row = self.steady[stream] + entries.new[present]
        lane = self.lane[stream]
        dated = np.flatnonzero(single != NONE)
        if len(dated):
            lane[dated] = self.single_lane[self.queue.streams.kind[stream[dated]]]
            begin = len(self.steady) * (days + 1)
            row[dated] = self.singles.lay(
                single[dated], lane[dated], self.counts, begin
            )
        return self._table(lane, row, entries.upto[present])

    def _table(self, lane: Ints, row: Ints, upto: Ints) -> Line:
        """Return a line: by lane, what is in front of each place."""
        width = len(lane) + 1
        at = lane * width + np.arange(1, width)
        fixed = np.zeros((len(self.kind), width), dtype=np.int32)
        rows = np.zeros((len(self.kind), width), dtype=np.int64)
        rows[self.lane, 0] = self.steady + self.first_new
        fixed.reshape(-1)[at] = upto
        rows.reshape(-1)[at] = row
        np.maximum.accumulate(fixed, axis=1, out=fixed)
        np.maximum.accumulate(rows, axis=1, out=rows)
        rows *= self.size
        counts = self.counts.reshape(-1)
        return Line(lane, fixed, rows, counts, self.printed, self.kind)

    def _present(self, day: int) -> Bools:
        """Return who is ready, not pinned later and not printed in all futures."""
        entries = self.entries
        here = (entries.ready <= day) & (entries.pinned <= day)
        printed = self.printed[self.lane].min(axis=1)[entries.stream]
        reached = self.reached.min(axis=1)[entries.stream]
        gone = np.where(
            entries.new > 0, entries.new <= reached, entries.upto <= printed
        )
        if len(self.singles):
            gone = np.where(
                entries.single == NONE, gone, ~self.singles.waits[entries.single]
            )
        present: Bools = here & ~gone
        return present


class _FirstMorning(_Block):
    """Replications followed until the first morning's people are printed."""

    singles: FirstSingles
    singles_of = FirstSingles

    def waited(self) -> tuple[Ints, Ints]:
        """Return days of waiting by area, ``(A, R)``, and when the last is printed."""
        queue, followed = self.queue, np.arange(self.size)
        people = np.diff(queue.first)[:, None].astype(np.int32)
        cleared = np.full(self.size, queue.days)
        last_recorded = int(queue.singles.since.max(initial=0))
        worked, printed = [], []
        for day, until in self.days():
            self.singles.record(day)
            if until is None:
                continue
            self._work(day, until, self._bounds(day)[0])
            worked.append(day)
            old = np.tile(people, len(cleared))
            old[:, followed] = np.minimum(self.printed[self.lane], people)
            printed.append(old)
            if day < last_recorded:
                continue
            waits = (old[:, followed] < people).any(axis=0)
            waits |= self.singles.left[self.singles.waits].any(axis=0)
            gone = followed[~waits]
            cleared[gone] = np.minimum(cleared[gone], day)
            if not waits.any():
                break
            if len(gone) * _CROWD > self.size:
                self._keep(np.flatnonzero(waits))
                followed = followed[waits]
        if not queue.initial:
            cleared[:] = queue.days if queue.left_out else 0
        return first_days_waited(queue, self.singles, worked, printed), cleared

    def _keep(self, going: Ints) -> None:
        """Follow these replications alone from here on."""
        self.size, self.sets = len(going), self.sets.part(going)
        self.counts = self.counts.take(going, axis=1)
        self.printed = self.printed.take(going, axis=1)
        self.reached = self.reached.take(going, axis=1)
        self.used = [used[going] for used in self.used]
        self.singles.keep(going)
