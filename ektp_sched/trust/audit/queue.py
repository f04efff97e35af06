"""A print log and its backlog as people: who waited, and which blanks were left."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.office import calendar
from ektp_sched.people.blanks import blanks_of
from ektp_sched.people.keys import counted
from ektp_sched.people.kinds import NOTHING
from ektp_sched.people.people import read_people
from ektp_sched.people.placed import Placed
from ektp_sched.people.standing import ENDLESS

if TYPE_CHECKING:
    import polars as pl

    from ektp_sched.arrays import Ints
    from ektp_sched.office import Capacity, Office


_FAR: Final = 366
"""Days after a log among which the next one that is worked is looked for."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Blanks that are left at the end of each day, by group of cards."""

    own: Ints  # set aside for the group, shape (G, span)
    # those that others of its card type could use too, shape (G, span); below 0 where
    # more are used than there were
    anybody: Ints
    stock: Ints  # index into `Kinds.stocked` by group, `NOTHING` without, (G,)
    short: int  # blanks used beyond those that there were, summed by card type

    def last_empty(self) -> Ints:
        """Return the last day before each day at whose end a group had no blank.

        Shape ``(G, span + 1)``; -1 if there was none.
        """
        groups, span = self.own.shape
        last = np.full((groups, span + 1), -1, dtype=np.int64)
        empty = np.where(self.own + self.anybody <= 0, np.arange(span), -1)
        last[:, 1:] = np.maximum.accumulate(empty, axis=1)
        return last


@dataclass(frozen=True)
class Queue(Placed):
    """Listed applications, and the day and printer of each one's first good print.

    When those not printed within the log will be is not known.  They count as printed
    on the next day that is worked, which is ``days``: a date before it is missed, and
    one from then on could still be kept.
    """

    span: int  # days of the log; those from then on are closed
    machine: Ints  # printer of the first good print; -1 without, (N,)
    made: tuple[Ints, Ints, Ints]  # application, printer and day of every print
    tried_by: Ints  # application and day of every print that failed
    tried_on: Ints

    def prints(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return application, printer and day of each print; no log names servers."""
        application, printer, day = self.made
        return application, printer, np.zeros_like(day), day

    def unknown_from(self, cards: pl.DataFrame, frame: pl.DataFrame) -> Queue:
        """Take cards of which nothing is known from a day on for tried from then on.

        ``cards`` are application_id and printed_at; ``frame`` is the backlog's.
        """
        if cards.is_empty():
            return self
        numbers = frame.select("application_id").with_row_index("number")
        listed = cards.join(numbers, on="application_id")
        first = (listed["printed_at"] - self.limits.start).dt.total_days().to_numpy()
        spans = np.maximum(0, self.span - np.maximum(0, first))
        days = [np.arange(self.span - n, self.span) for n in spans.tolist()]
        return replace(
            self,
            tried_by=np.append(
                self.tried_by, listed["number"].to_numpy().repeat(spans)
            ),
            tried_on=np.concatenate([self.tried_on, *days]),
        )

    @cached_property
    def begin(self) -> Ints:
        """Return the first day on which each card could be printed, shape ``(N,)``."""
        begin = np.clip(np.maximum(self.ready, self.pinned), 0, self.days)
        return begin.astype(np.int64)

    @cached_property
    def blanks(self) -> Ints:
        """Return the group of each kind by the blanks that it can use, ``(K,)``."""
        told = np.stack([self.kinds.stock, self.kinds.taker], axis=1)
        _, group = np.unique(told, axis=0, return_inverse=True)
        return group.reshape(-1).astype(np.int64)

    @cached_property
    def left(self) -> Leftover:
        """Return the blanks that each day leaves, spoilt ones taken for used."""
        kinds, span = self.kinds, self.span
        example = np.unique(self.blanks, return_index=True)[1]
        stock, taker = kinds.stock[example], kinds.taker[example]
        application, _, _, day = self.prints()
        card = kinds.stock[self.kind[application]]
        shape = (len(kinds.stocked), span)
        used = counted((card * span + day)[card != NOTHING], shape)
        dated = blanks_of(self)
        own = np.zeros((len(example), span), dtype=np.int64)
        anybody = np.full_like(own, ENDLESS)
        short = {}
        for group in np.flatnonzero(stock != NOTHING).tolist():
            name = kinds.stocked[stock[group]]
            if taker[group] == NOTHING:
                left = self.limits.supply[name] - np.cumsum(used[stock[group]])
                anybody[group] = left
                short[name] = max(0, -int(left.min()))
                continue
            blanks, kept_for = dated[name], str(kinds.takers[taker[group]][1])
            anybody[group] = blanks.anybody()[:span]
            own[group] = [blanks.kept(on).get(kept_for, 0) for on in range(span)]
            short[name] = int(blanks.short.sum())
        return Leftover(own, anybody, stock, sum(short.values()))


def build_queue(
    frame: pl.DataFrame, prints: pl.DataFrame, office: Office, limits: Capacity
) -> Queue:
    """Join a backlog with the prints of its applications."""
    days = limits.days + _closed_after(office, limits)
    people = read_people(frame, office, limits.start, days)
    first = prints.filter("first")
    application = first["application"].to_numpy()
    printed = np.full(frame.height, days, dtype=np.int64)
    printed[application] = first["day"].to_numpy()
    machine = np.full(frame.height, -1, dtype=np.int64)
    machine[application] = first["printer"].to_numpy()
    made = tuple(
        prints[name].to_numpy().astype(np.int64)
        for name in ("application", "printer", "day")
    )
    bad = ~prints["good"].to_numpy()
    return Queue(
        **{column.name: getattr(people, column.name) for column in fields(people)},
        limits=limits,
        printed=printed,
        span=limits.days,
        machine=machine,
        made=(made[0], made[1], made[2]),
        tried_by=made[0][bad],
        tried_on=made[2][bad],
    )


def _closed_after(office: Office, limits: Capacity) -> int:
    """Return how many closed days follow a log."""
    next_day = limits.start + timedelta(days=limits.days)
    worked = calendar(office, next_day, _FAR).open
    return int(worked.argmax()) if worked.any() else _FAR
