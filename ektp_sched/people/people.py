"""The people who wait, as the rules and the tiers see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import calendar
from ektp_sched.people.keys import compact
from ektp_sched.people.kinds import kinds_of, read_kinds

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.arrays import Ints
    from ektp_sched.backlog.known import Known
    from ektp_sched.office import Office
    from ektp_sched.people.kinds import Kinds

    Ints32 = NDArray[np.int32]

MISSING: Final = -(1 << 30)
"""Stands for "no such date"."""


@dataclass(frozen=True)
class People:
    """Accepted applications in the order of the backlog; days count from the start."""

    office: Office
    start: date
    days: int  # length of the horizon
    frame: pl.DataFrame
    # Dates by application, (N,); `MISSING` for none.
    since: Ints32
    ready: Ints32
    due: Ints32
    promised: Ints32
    pinned: Ints32
    kind: Ints  # index into `kinds`, (N,)
    kinds: Kinds
    # Day that the previous plan gives, within the horizon and not before it is ready;
    # `MISSING` for none; None without a previous plan.
    given: Ints32 | None
    thaws: int  # day from which on given days are not frozen

    @property
    def is_known(self) -> bool:
        """Return whether there is a previous plan."""
        return self.given is not None

    @property
    def frozen(self) -> Ints32 | None:
        """Return given days that are frozen, ``MISSING`` for none."""
        if self.given is None:
            return None
        return np.where(self.given < self.thaws, self.given, np.int32(MISSING))

    @property
    def target(self) -> Ints:
        """Return ``target_days`` by application."""
        return self.kinds.target[self.kind]

    @property
    def rank(self) -> Ints:
        """Return the index of the rank by application."""
        return self.kinds.rank[self.kind]

    @cached_property
    def applications(self) -> Ints:
        """Return how many there are of each kind, shape ``(K,)``."""
        count = np.bincount(self.kind, minlength=len(self.kinds.names))
        return count.astype(np.int64)

    @cached_property
    def wanted(self) -> Ints:
        """Return how many of each kind are ready within the horizon, shape ``(K,)``."""
        ready = self.kind[self.ready < self.days]
        return np.bincount(ready, minlength=len(self.kinds.names)).astype(np.int64)

    @cached_property
    def late_due(self) -> Ints:
        """Return whose due date lies before the start, by rank."""
        late = np.flatnonzero((self.due != MISSING) & (self.due < 0))
        return self._by_rank(late, np.ones(len(late), dtype=np.int64))

    @cached_property
    def late_promise(self) -> Ints:
        """Return by how many days promises had slipped before the start, by rank."""
        late = np.flatnonzero((self.promised != MISSING) & (self.promised < 0))
        return self._by_rank(late, -self.promised[late].astype(np.int64))

    def _by_rank(self, who: Ints, amount: Ints) -> Ints:
        sums = np.zeros(len(self.kinds.ranks), dtype=np.int64)
        np.add.at(sums, self.kinds.rank[self.kind[who]], amount)
        return sums


def some_people(
    people: People, rows: Ints, frame: pl.DataFrame, office: Office, later: int
) -> People:
    """Return some of them so many days later, as `read_people` has them of a frame.

    The office is the same but for what is left of its blanks and limits; there is no
    previous plan.
    """
    start, days = people.start + timedelta(days=later), people.days - later
    kind, used = compact(people.kind[rows], len(people.kinds.names))
    names = [people.kinds.names[number] for number in used.tolist()]

    def moved(dates: Ints32) -> Ints32:
        here = dates[rows]
        return np.where(here == MISSING, here, here - np.int32(later))

    return People(
        office=office,
        start=start,
        days=days,
        frame=frame,
        since=moved(people.since),
        ready=moved(people.ready),
        due=moved(people.due),
        promised=moved(people.promised),
        pinned=moved(people.pinned),
        kind=kind,
        kinds=kinds_of(names, office, start, days),
        given=None,
        thaws=0,
    )


def read_people(
    frame: pl.DataFrame,
    office: Office,
    start: date,
    days: int,
    known: Known | None = None,
) -> People:
    """Read a backlog's applications as an office's rules see them."""
    kind, kinds = read_kinds(frame, office, start, days)
    ready = offsets(frame["ready_on"], start)
    given, thaws = None, 0
    if known is not None:
        given = offsets(known.given["given_on"], start)
        counts = (given >= np.maximum(ready, 0)) & (given < days)
        given = np.where(counts, given, np.int32(MISSING))
        thaws = first_thawed(office, start, days)
    return People(
        office=office,
        start=start,
        days=days,
        frame=frame,
        since=offsets(frame["waiting_since"], start),
        ready=ready,
        due=offsets(frame["due_on"], start),
        promised=offsets(frame["promised_on"], start),
        pinned=offsets(frame["pinned_on"], start),
        kind=kind,
        kinds=kinds,
        given=given,
        thaws=thaws,
    )


def first_thawed(office: Office, start: date, days: int) -> int:
    """Return the first day after so many working days as are frozen."""
    frozen = office.plan.freeze_days
    if not frozen:
        return 0
    open_days = np.flatnonzero(calendar(office, start, days).open)
    return int(open_days[frozen - 1]) + 1 if len(open_days) >= frozen else days


def offsets(column: pl.Series, start: date) -> Ints32:
    """Return dates as days after the start; ``MISSING`` for none."""
    if column.null_count() == len(column):
        return np.full(len(column), MISSING, dtype=np.int32)
    first = int(pl.Series([start]).to_physical()[0])
    days = column.cast(pl.Date).to_physical()
    if column.null_count():
        days = days.fill_null(MISSING + first)
    return np.asarray(days.to_numpy() - np.int32(first), dtype=np.int32)
