r"""Overtakes that a due date or a promise accounts for.

B was printed on day d, before A of the same rank, who comes first and was
printed on day a (later or never).  Exchange their slots.  `overdue` changes by

.. math:: \Delta_o = [d \le due_B < a] - [d \le due_A < a]

and `promise`, with :math:`g_i = \max(0, a - p_i) - \max(0, d - p_i)`, by
:math:`\Delta_p = g_B - g_A`.  `pressure` always falls.  The dates account for
the overtake if the first of the two that changes, in the office's order of
those tiers that stand before `pressure`, rises.  As :math:`\Delta_p \le 0`
exactly if :math:`a \le p_B` or :math:`p_A \le \max(d, p_B)`, the overtakes
left over can be counted by bounds on a, on A's promise and on the days alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.trust.audit.dominance import dominated
from ektp_sched.trust.audit.queue import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.trust.audit.overtakes import Kinds, Overtakes
    from ektp_sched.trust.audit.queue import Queue, Stretches

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["count_unaccounted", "date_tiers"]


def date_tiers(office: Office) -> tuple[str, ...]:
    """Return which of `overdue` and `promise` stand before `pressure`, in order."""
    names = office.plan.tiers
    if "pressure" in names:
        names = names[: names.index("pressure")]
    return tuple(name for name in names if name in ("overdue", "promise"))


def count_unaccounted(
    queue: Queue, waits: Stretches, kinds: Kinds, found: Overtakes, office: Office
) -> Ints:
    """Count the exchanges that neither a due date nor a promise forbids.

    Parameters
    ----------
    queue, waits, kinds, found
        Who waited, and who passed whom.
    office
        Tells the order of the tiers.

    Returns
    -------
    ndarray
        Shape ``(N,)``; at most ``found.stricter + found.equal``.
    """
    tiers = date_tiers(office)
    dates = _Dates.of(queue, tiers)
    left = found.stricter + found.equal
    cards = np.flatnonzero((found.equal > 0) & dates.claims)
    if not len(cards):
        return left
    spells = _spells(waits, dates)
    of_spell = kinds.number[spells.owner]
    order = np.argsort(kinds.number[cards], kind="stable")
    numbers, starts = np.unique(kinds.number[cards[order]], return_index=True)
    for kind, mine in zip(
        numbers.tolist(), np.split(cards[order], starts[1:]), strict=True
    ):
        _, *equal = kinds.ahead(queue, kind)
        shorter, alike = (kinds.exchangeable(queue, kind, part) for part in equal)
        chosen = np.flatnonzero(np.isin(of_spell, np.append(shorter, alike)))
        points = _points(queue, kinds, dates, spells.take(chosen), kind)
        question = _Question(queue, kinds, dates, points, mine)
        left[mine] = found.stricter[mine] + question.left(tiers)
    return left


@dataclass(frozen=True, slots=True)
class _Dates:
    """Dates as they count for accounting.

    ``due`` and ``promise`` hold the last day of an exchange that still keeps
    the date; the day "never" where the date forbids none.

    When those not printed within the log will be is not known.  They count as
    printed on the next day that is worked: an exchange with them would miss
    B's dates before it.  A date from that day on excuses nobody, as it could
    still have been kept, and counts as kept for those who waited.
    """

    due: Ints
    promise: Ints
    claims: Bools
    missed: Ints
    order: Ints
    values: Ints

    @classmethod
    def of(cls, queue: Queue, tiers: tuple[str, ...]) -> _Dates:
        never = queue.days
        in_time = (queue.due >= queue.printed) & (queue.due <= queue.last)
        in_time &= "overdue" in tiers
        due = np.where(in_time, np.minimum(queue.due, never - 1), never)
        told = (queue.promised != MISSING) & (queue.promised <= queue.last)
        told &= "promise" in tiers
        promise = np.where(told, np.clip(queue.promised, 0, never - 1), never)
        printed = queue.printed < never
        was_missed = (queue.due != MISSING) & (queue.due < queue.printed)
        was_missed &= (queue.due <= queue.last) & ("overdue" in tiers)
        values = np.unique(queue.promised[told])
        order = np.searchsorted(values, queue.promised)
        order = np.where(told, order, len(values))
        return cls(
            due=due,
            promise=promise,
            claims=printed & ((due < never) | (promise < never)),
            missed=np.where(was_missed, queue.due, MISSING),
            order=order,
            values=values,
        )


@dataclass(frozen=True, slots=True)
class _Spells:
    """Stretches, cut at due dates that were missed.

    On a day of a ``late`` spell an exchange would still save A's due date.
    """

    owner: Ints
    begin: Ints
    begin_other: Ints
    end: Ints
    late: Bools

    def take(self, chosen: Ints) -> _Spells:
        return _Spells(
            self.owner[chosen],
            self.begin[chosen],
            self.begin_other[chosen],
            self.end[chosen],
            self.late[chosen],
        )


def _spells(waits: Stretches, dates: _Dates) -> _Spells:
    after = dates.missed[waits.owner] + 1
    cut = np.flatnonzero(after > waits.begin)
    rest = np.maximum(waits.begin, after)
    return _Spells(
        owner=np.append(waits.owner, waits.owner[cut]),
        begin=np.append(rest, waits.begin[cut]),
        begin_other=np.append(
            np.maximum(waits.begin_other, rest), waits.begin_other[cut]
        ),
        end=np.append(waits.end, np.minimum(waits.end, after)[cut]),
        late=np.append(np.zeros(len(rest), dtype=bool), np.ones(len(cut), dtype=bool)),
    )


@dataclass(frozen=True, slots=True)
class _Points:
    """Ends of spells as points: recorded, day, printed, promise; and a weight."""

    place: tuple[Ints, Ints, Ints, Ints]
    weight: Ints
    late: Bools
    kept: Bools


def _points(
    queue: Queue, kinds: Kinds, dates: _Dates, spells: _Spells, kind: int
) -> _Points:
    """Return +1 where a spell begins and -1 where it ends.

    "Recorded" is doubled and odd for cards of the same target, which come
    first only if they were recorded strictly earlier.
    """
    same_card = kinds.card[kinds.number[spells.owner]] == kinds.card[kind]
    begin = np.where(same_card, spells.begin, spells.begin_other)
    real = np.flatnonzero(begin < spells.end)
    owner = np.tile(spells.owner[real], 2)
    alike = queue.target[owner] == kinds.target[kind]
    printed = queue.printed[owner]
    promised = queue.promised[owner]
    return _Points(
        place=(
            2 * kinds.when[owner] + alike,
            np.append(begin[real], spells.end[real]),
            printed,
            dates.order[owner],
        ),
        weight=np.repeat(np.array([1, -1]), len(real)),
        late=np.tile(spells.late[real], 2),
        kept=(promised == MISSING)
        | (np.where(printed < queue.days, printed, queue.last + 1) <= promised),
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """Prints of one kind, and all that could be exchanged with them."""

    queue: Queue
    kinds: Kinds
    dates: _Dates
    points: _Points
    cards: Ints

    def left(self, tiers: tuple[str, ...]) -> Ints:
        """Return for each print the exchanges that no date forbids."""
        due, promise = self.dates.due[self.cards], self.dates.promise[self.cards]
        least, most = np.minimum(due, promise), np.maximum(due, promise)
        late, never = self.points.late, np.full_like(due, self.queue.days)
        if tiers != ("promise", "overdue"):
            return (
                self.count(~late, least)
                + self.count(~late, due, earlier=True)
                - self.count(~late, least, earlier=True)
                + self.count(late, most)
                + self.count(late, never, earlier=True)
                - self.count(late, most, earlier=True)
            )
        every = np.ones_like(late)
        return (
            self.count(every, promise)
            + self.count(every, never, earlier=True)
            - self.count(every, promise, earlier=True)
            - self._same_promise_but_due(least, most)
        )

    def _same_promise_but_due(self, least: Ints, most: Ints) -> Ints:
        """Count exchanges that leave promises as they are and miss B's due date."""
        due, promise = self.dates.due[self.cards], self.dates.promise[self.cards]
        late, never = self.points.late, np.full_like(due, self.queue.days)
        kept = ~late & self.points.kept
        both = self.count(kept, promise) - self.count(kept, least)
        slips = self.count(~late, never, earlier=True)
        slips -= self.count(~late, most, earlier=True)
        before = self.count(~late, never, earlier=True, strictly=True)
        before -= self.count(~late, most, earlier=True, strictly=True)
        ahead = self.queue.promised[self.cards] > self.queue.printed[self.cards]
        found = both + slips - np.where(ahead, before, 0)
        return np.where(due < self.queue.days, found, 0)

    def count(
        self,
        chosen: Bools,
        printed: Ints,
        *,
        earlier: bool = False,
        strictly: bool = False,
    ) -> Ints:
        """Count A's waiting on B's day, by the last day on which A was printed.

        With ``earlier`` only those whose promise is no later than B's promise
        or day, whichever is later; and only for B with a promise.
        """
        told = self.dates.promise[self.cards] < self.queue.days
        asked = np.flatnonzero(told) if earlier else np.arange(len(self.cards))
        mine = self.cards[asked]
        day = self.queue.printed[mine]
        queries = [2 * self.kinds.when[mine], day, printed[asked]]
        sizes = [2 * len(self.kinds.recorded) + 1, *(2 * [self.queue.days + 1])]
        if earlier:
            latest = np.maximum(day, self.queue.promised[mine]) - strictly
            queries.append(np.searchsorted(self.dates.values, latest, "right") - 1)
            sizes.append(len(self.dates.values) + 1)
        points = [line[chosen] for line in self.points.place[: len(sizes)]]
        found = np.zeros(len(self.cards), dtype=np.int64)
        found[asked] = dominated(points, self.points.weight[chosen], queries, sizes)
        return found
