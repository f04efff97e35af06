r"""Who was printed while others came first: counted without looking at pairs.

The days of the log are swept once.  On each day a table holds how many wait,
by kind of application and day of recording; its running sums answer all
prints of that day at once.  The table's size depends on dates and kinds, not
on people.

**Counting.** How many weighted points lie at or below a query in every coordinate: the
prefix of one coordinate is a union of at most one dyadic block a bit, and in
each block the question has one coordinate less (Bentley, Multidimensional
divide-and-conquer, CACM 23, 1980, doi:10.1145/358841.358850).  All of it is
on whole arrays.

**Dates.** B was printed on day d, before A of the same rank, who comes first and was
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

from ektp_sched.people.keys import combined
from ektp_sched.people.order import precedence
from ektp_sched.people.people import MISSING
from ektp_sched.trust.audit.queue import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.trust.audit.queue import Queue, Stretches

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "Kinds",
    "Overtakes",
    "count_overtakes",
    "count_unaccounted",
    "date_tiers",
    "dominated",
    "kinds_of",
]


def dominated(
    points: Sequence[Ints], weight: Ints, queries: Sequence[Ints], sizes: Sequence[int]
) -> Ints:
    """Return for each query the weight of the points at or below it."""
    inside = np.ones(len(queries[0]), dtype=bool)
    for coordinate in queries:
        inside &= coordinate >= 0
    below = np.zeros(len(inside), dtype=np.int64)
    if inside.any() and len(weight):
        of_point = np.zeros(len(weight), dtype=np.int64)
        of_query = np.zeros(int(inside.sum()), dtype=np.int64)
        kept = [coordinate[inside] for coordinate in queries]
        below[inside] = _count(
            (of_point, list(points)), weight, (of_query, kept), list(sizes)
        )
    return below


def _count(
    points: tuple[Ints, list[Ints]],
    weight: Ints,
    queries: tuple[Ints, list[Ints]],
    sizes: list[int],
) -> Ints:
    """Count block by block: a point counts for the queries of its own block."""
    block, coordinates = points
    asked, wanted = queries
    if len(sizes) == 1:
        return _by_prefix(
            block * sizes[0] + coordinates[0], weight, asked, wanted[0], sizes[0]
        )
    counted = np.zeros(len(asked), dtype=np.int64)
    below = wanted[-1] + 1
    for bit in range(sizes[-1].bit_length()):
        here = np.flatnonzero((below >> bit) & 1)
        parts = (sizes[-1] >> bit) + 1
        target = asked[here] * parts + (below[here] >> bit) - 1
        of_query, kept, of_point = _blocks(
            target, block * parts + (coordinates[-1] >> bit)
        )
        if len(kept):
            counted[here] += _count(
                (of_point, [line[kept] for line in coordinates[:-1]]),
                weight[kept],
                (of_query, [line[here] for line in wanted[:-1]]),
                sizes[:-1],
            )
    return counted


def _blocks(asked: Ints, points: Ints) -> tuple[Ints, Ints, Ints]:
    """Return each query's block, which points are kept, and the blocks of these."""
    size = int(max(asked.max(initial=-1), points.max(initial=-1))) + 1
    if size <= 4 * (len(asked) + len(points)):
        wanted = np.zeros(size, dtype=bool)
        wanted[asked] = True
        number = np.cumsum(wanted) - 1
        kept = np.flatnonzero(wanted[points])
        return number[asked], kept, number[points[kept]]
    distinct, of_query = np.unique(asked, return_inverse=True)
    at = np.searchsorted(distinct, points)
    kept = np.flatnonzero(np.append(distinct, -1)[at] == points)
    return of_query.reshape(-1), kept, at[kept]


def _by_prefix(key: Ints, weight: Ints, block: Ints, wanted: Ints, size: int) -> Ints:
    """Return the weight of the keys of a block up to and including one."""
    first, last = block * size, block * size + wanted
    top = int(max(key.max(initial=0), last.max(initial=0))) + 1
    if top <= 4 * (len(key) + len(last)):
        table = np.zeros(top + 1, dtype=np.int64)
        np.add.at(table, key + 1, weight)
        total = np.cumsum(table)
        weights: Ints = total[last + 1] - total[first]
        return weights
    order = np.argsort(key, kind="stable")
    running = np.append(0, np.cumsum(weight[order]))
    ordered = key[order]
    high = np.searchsorted(ordered, last, side="right")
    low = np.searchsorted(ordered, first, side="left")
    by_search: Ints = running[high] - running[low]
    return by_search


@dataclass(frozen=True, slots=True)
class Kinds:
    """Applications that an overtake cannot tell apart but by their dates."""

    number: Ints  # kind of each application, shape (N,)
    # signature, printer, rank, target, card: what a kind has in common, shape (G,)
    signature: Ints
    printer: Ints
    rank: Ints
    target: Ints
    card: Ints
    recorded: Ints  # distinct days of recording, ascending, shape (W,)
    when: Ints  # index into recorded of each application, shape (N,)

    def ahead(self, queue: Queue, kind: int) -> tuple[Ints, Ints, Ints]:
        """Return which kinds that the printer can print come before one kind.

        Those of a stricter rank, of equal rank with a shorter target, and of equal rank
        and target.
        """
        can = queue.eligible[self.signature, self.printer[kind]]
        rank, target = self.rank, self.target
        how = can * precedence(rank, target, rank[kind], target[kind])
        return (
            np.flatnonzero(how == 1),
            np.flatnonzero(how == 2),
            np.flatnonzero(how == 3),
        )

    def exchangeable(self, queue: Queue, kind: int, others: Ints) -> Ints:
        """Return those kinds on whose printers cards of one kind can be printed."""
        printer = self.printer[others]
        fits = queue.eligible[self.signature[kind], printer] | (printer == NEVER)
        chosen: Ints = others[fits]
        return chosen

    def rows(self, kind: int, others: Ints) -> Ints:
        """Return the table's rows: kinds of another card type come second."""
        second = self.card[others] != self.card[kind]
        rows: Ints = others + len(self.card) * second
        return rows


@dataclass(frozen=True, slots=True)
class Overtakes:
    """What the sweep found, one entry an application; 0 for those not printed."""

    passed: Ints  # applications that came first and were left waiting
    # stricter, equal: those of them with which the slots could have been exchanged, of
    # a stricter rank and of the same
    stricter: Ints
    equal: Ints
    oldest: Ints  # day of recording of the longest-waiting one passed


def kinds_of(queue: Queue) -> Kinds:
    """Group applications by what an overtake depends on besides dates."""
    fields = (queue.signature, queue.printer - NEVER, queue.rank, queue.target)
    number, kinds = combined((*fields, queue.card), len(queue.since))
    member = np.zeros(kinds, dtype=np.int64)
    member[number] = np.arange(len(number))
    recorded, when = np.unique(queue.since, return_inverse=True)
    return Kinds(
        number=number,
        signature=queue.signature[member],
        printer=queue.printer[member],
        rank=queue.rank[member],
        target=queue.target[member],
        card=queue.card[member],
        recorded=recorded,
        when=when.reshape(-1),
    )


def count_overtakes(queue: Queue, waits: Stretches, kinds: Kinds) -> Overtakes:
    """Count for each print the applications that it passed."""
    overtakes = Overtakes(
        *(np.zeros(len(queue.since), dtype=np.int64) for _ in range(4))
    )
    rows = len(kinds.card) * 2
    table = np.zeros((rows, len(kinds.recorded)), dtype=np.int64)
    changes = _Changes.of(waits, kinds)
    tallies: dict[int, tuple[_Tally, _Tally]] = {}
    for day, kind, cards in _groups(queue, kinds):
        changes.apply(table, day)
        if kind not in tallies:
            tallies[kind] = _tallies(queue, kinds, kind)
        first, exchange = tallies[kind]
        when = kinds.when[cards]
        strict, equal, oldest = first.count(table, when)
        overtakes.passed[cards] = strict + equal
        overtakes.oldest[cards] = kinds.recorded[np.minimum(oldest, len(table[0]) - 1)]
        if exchange is not first:
            strict, equal, _ = exchange.count(table, when)
        overtakes.stricter[cards], overtakes.equal[cards] = strict, equal
    return overtakes


def _groups(queue: Queue, kinds: Kinds) -> Iterator[tuple[int, int, Ints]]:
    """Yield the printed applications by day and kind, days ascending."""
    printed = np.flatnonzero(queue.printed < queue.days)
    key = queue.printed[printed] * len(kinds.card) + kinds.number[printed]
    if not len(printed):
        return
    order = np.argsort(key, kind="stable")
    values, starts = np.unique(key[order], return_index=True)
    for value, cards in zip(
        values.tolist(), np.split(printed[order], starts[1:]), strict=True
    ):
        yield *divmod(value, len(kinds.card)), cards


@dataclass(slots=True)
class _Changes:
    """What enters and leaves the table, sorted by day."""

    day: Ints
    cell: Ints
    sign: Ints
    done: int = 0

    @classmethod
    def of(cls, waits: Stretches, kinds: Kinds) -> _Changes:
        width = len(kinds.recorded)
        same = kinds.number[waits.owner] * width + kinds.when[waits.owner]
        other = same + len(kinds.card) * width
        parts = []
        for cell, begin in ((same, waits.begin), (other, waits.begin_other)):
            real = np.flatnonzero(begin < waits.end)
            parts.append((begin[real], cell[real], np.ones_like(real)))
            parts.append((waits.end[real], cell[real], -np.ones_like(real)))
        day, cell, sign = (np.concatenate(part) for part in zip(*parts, strict=True))
        order = np.argsort(day, kind="stable")
        return cls(day[order], cell[order], sign[order])

    def apply(self, table: Ints, day: int) -> None:
        """Bring the table to a day, later than or equal to the last one."""
        until = int(np.searchsorted(self.day, day, side="right"))
        if until > self.done:
            now = slice(self.done, until)
            np.add.at(table.reshape(-1), self.cell[now], self.sign[now])
            self.done = until


@dataclass(frozen=True, slots=True)
class _Tally:
    """Rows of the table that count for prints of one kind."""

    stricter: Ints
    shorter: Ints
    alike: Ints

    def count(self, table: Ints, when: Ints) -> tuple[int, Ints, Ints]:
        """Return how many of a stricter rank wait, of equal rank, and since when."""
        stricter = table[self.stricter].sum(axis=0)
        shorter = table[self.shorter].sum(axis=0)
        alike = table[self.alike].sum(axis=0)
        equal = np.cumsum(shorter + alike)[when] - alike[when]
        far = len(stricter)
        any_time, up_to, before = (_first(line) for line in (stricter, shorter, alike))
        oldest = np.minimum(any_time, np.where(up_to <= when, up_to, far))
        return (
            int(stricter.sum()),
            equal,
            np.minimum(oldest, np.where(before < when, before, far)),
        )


def _first(line: Ints) -> int:
    at = int(np.argmax(line > 0)) if len(line) else 0
    return at if len(line) and line[at] > 0 else len(line)


def _tallies(queue: Queue, kinds: Kinds, kind: int) -> tuple[_Tally, _Tally]:
    """Return the rows of all that come first, and of those to exchange with."""
    ahead = kinds.ahead(queue, kind)
    fitting = [kinds.exchangeable(queue, kind, part) for part in ahead]
    first = _Tally(*(kinds.rows(kind, part) for part in ahead))
    if all(len(a) == len(b) for a, b in zip(ahead, fitting, strict=True)):
        return first, first
    return first, _Tally(*(kinds.rows(kind, part) for part in fitting))


def date_tiers(office: Office) -> tuple[str, ...]:
    """Return which of `overdue` and `promise` stand before `pressure`, in order."""
    names = office.plan.tiers
    if "pressure" in names:
        names = names[: names.index("pressure")]
    return tuple(name for name in names if name in ("overdue", "promise"))


def count_unaccounted(
    queue: Queue, waits: Stretches, kinds: Kinds, overtakes: Overtakes, office: Office
) -> Ints:
    """Count exchanges that no date forbids, ``(N,)``; at most stricter and equal."""
    tiers = date_tiers(office)
    dates = _Dates.of(queue, tiers)
    left = overtakes.stricter + overtakes.equal
    cards = np.flatnonzero((overtakes.equal > 0) & dates.claims)
    if not len(cards):
        return left
    spells = _spells(waits, dates)
    of_spell = kinds.number[spells.owner]
    order = np.argsort(kinds.number[cards], kind="stable")
    numbers, starts = np.unique(kinds.number[cards[order]], return_index=True)
    for kind, cards_of_kind in zip(
        numbers.tolist(), np.split(cards[order], starts[1:]), strict=True
    ):
        _, *equal = kinds.ahead(queue, kind)
        shorter, alike = (kinds.exchangeable(queue, kind, part) for part in equal)
        chosen = np.flatnonzero(np.isin(of_spell, np.append(shorter, alike)))
        points = _points(queue, kinds, dates, spells.take(chosen), kind)
        question = _Question(queue, kinds, dates, points, cards_of_kind)
        left[cards_of_kind] = overtakes.stricter[cards_of_kind] + question.left(tiers)
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
        unaccounted = both + slips - np.where(ahead, before, 0)
        return np.where(due < self.queue.days, unaccounted, 0)

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
        cards = self.cards[asked]
        day = self.queue.printed[cards]
        queries = [2 * self.kinds.when[cards], day, printed[asked]]
        sizes = [2 * len(self.kinds.recorded) + 1, *(2 * [self.queue.days + 1])]
        if earlier:
            latest = np.maximum(day, self.queue.promised[cards]) - strictly
            queries.append(np.searchsorted(self.dates.values, latest, "right") - 1)
            sizes.append(len(self.dates.values) + 1)
        points = [line[chosen] for line in self.points.place[: len(sizes)]]
        counted = np.zeros(len(self.cards), dtype=np.int64)
        counted[asked] = dominated(points, self.points.weight[chosen], queries, sizes)
        return counted
