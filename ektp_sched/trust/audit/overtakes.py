"""Who was printed while others came first: counted without looking at pairs.

The days of the log are swept once.  On each day a table holds how many wait,
by kind of application and day of recording; its running sums answer all
prints of that day at once.  The table's size depends on dates and kinds, not
on people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.trust.audit.queue import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ektp_sched.trust.audit.queue import Queue, Stretches

    Ints = NDArray[np.int64]

__all__ = ["Kinds", "Overtakes", "count_overtakes", "kinds_of"]


@dataclass(frozen=True, slots=True)
class Kinds:
    """Applications that an overtake cannot tell apart but by their dates.

    Parameters
    ----------
    number
        Kind of each application, shape ``(N,)``.
    signature, printer, rank, target, card
        What a kind has in common, shape ``(G,)``.
    recorded
        Distinct days of recording, ascending, shape ``(W,)``.
    when
        Index into ``recorded`` of each application, shape ``(N,)``.
    """

    number: Ints
    signature: Ints
    printer: Ints
    rank: Ints
    target: Ints
    card: Ints
    recorded: Ints
    when: Ints

    def ahead(self, queue: Queue, kind: int) -> tuple[Ints, Ints, Ints]:
        """Return which kinds can come before cards of one kind.

        Returns
        -------
        tuple
            Kinds of a stricter rank, of equal rank with a shorter target,
            and of equal rank and target, all eligible on the printer.
        """
        can = queue.eligible[self.signature, self.printer[kind]]
        equal = can & (self.rank == self.rank[kind])
        return (
            np.flatnonzero(can & (self.rank < self.rank[kind])),
            np.flatnonzero(equal & (self.target < self.target[kind])),
            np.flatnonzero(equal & (self.target == self.target[kind])),
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
    """What the sweep found, one entry an application; 0 for those not printed.

    Parameters
    ----------
    passed
        Applications that came first and were left waiting.
    stricter, equal
        Those of them with which the slots could have been exchanged, of a
        stricter rank and of the same.
    oldest
        Day of recording of the longest-waiting one passed.
    """

    passed: Ints
    stricter: Ints
    equal: Ints
    oldest: Ints


def kinds_of(queue: Queue) -> Kinds:
    """Group applications by what an overtake depends on besides dates.

    Parameters
    ----------
    queue
        Who waited.
    """
    fields = (queue.signature, queue.printer - NEVER, queue.rank, queue.target)
    number = np.zeros(len(queue.since), dtype=np.int64)
    for values in (*fields, queue.card):
        key = number * (int(values.max(initial=0)) + 1) + values
        number = np.unique(key, return_inverse=True)[1].reshape(-1)
    member = np.zeros(int(number.max(initial=-1)) + 1, dtype=np.int64)
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
    """Count for each print the applications that it passed.

    Parameters
    ----------
    queue, waits, kinds
        Who waited, on which days, and how they group.
    """
    found = Overtakes(*(np.zeros(len(queue.since), dtype=np.int64) for _ in range(4)))
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
        found.passed[cards] = strict + equal
        found.oldest[cards] = kinds.recorded[np.minimum(oldest, len(table[0]) - 1)]
        if exchange is not first:
            strict, equal, _ = exchange.count(table, when)
        found.stricter[cards], found.equal[cards] = strict, equal
    return found


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
