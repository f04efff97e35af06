"""A plan laid beside the accepted rows: what every check here starts from.

Nothing is taken from the plan but its rows and shifts.  Days are offsets from
the start; arrays "by application" follow the backlog, "by row" the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import capacity
from ektp_sched.people.cohorts import group
from ektp_sched.people.people import MISSING, People, offsets, read_people
from ektp_sched.rules import RULES, Standing, World, limits_of, tally
from ektp_sched.rules.limit import Cards, Waiting
from ektp_sched.trust.matching import UNKNOWN, match_ids
from ektp_sched.trust.verify.shifts import known_uses, read_shifts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Capacity, Office
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.rules import Rule
    from ektp_sched.trust.planned import PlannedRows
    from ektp_sched.trust.verify.shifts import Worked

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Ints32 = NDArray[np.int32]

__all__ = [
    "MISSING",
    "Facts",
    "Rows",
    "blocks",
    "missing_columns",
    "read_facts",
]

_BLOCK: Final = 1 << 16
"""Rows looked at in one go: what is worked out for them stays in the cache."""

_ROWS: Final = {
    "application_id": pl.String,
    "day": pl.Date,
    "printer": pl.String,
    "server": pl.String,
    "batch": pl.Int64,
    "position": pl.Int64,
    "wait_days": pl.Int64,
    "urgency": pl.String,
    "pressure": pl.Float64,
}
_UNPRINTED: Final = {
    "application_id": pl.String,
    "waiting_since": pl.Date,
    "urgency": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True, slots=True)
class Rows:
    """The plan's rows as arrays, shape ``(R,)`` each.

    Parameters
    ----------
    application
        Row in the backlog; ``UNKNOWN`` for an id that is not there.
    day
        Day offset; ``MISSING`` where there is no date.
    printer, server
        Index into the capacity's ids; ``UNKNOWN`` for others.
    batch, position, wait_days
        As stated; ``MISSING`` where empty.
    urgency
        Index into ``Kinds.classes``; ``UNKNOWN`` for others.
    """

    application: Ints
    day: Ints32
    printer: Ints
    server: Ints
    batch: Ints
    position: Ints
    wait_days: Ints
    urgency: Ints

    def take(self, kept: Bools) -> Rows:
        """Return some of the rows."""
        return Rows(*(getattr(self, name)[kept] for name in self.__slots__))


@dataclass(frozen=True)
class Facts(People):
    """A plan, the accepted applications and the office, lined up."""

    limits: Capacity  # the daily capacity with the shifts worked
    shifts: tuple[Worked, ...]  # as the plan states them
    worked: tuple[tuple[str, int], ...]  # id and day of those that can be, once each
    rows: Rows  # the plan's rows, as arrays
    assignments: pl.DataFrame  # as given
    left: Ints  # row in the backlog of each unprinted row
    unprinted: pl.DataFrame  # those rows as given
    printed: Ints32  # day of each application; `days` where it is not printed

    @cached_property
    def groups(self) -> Cohorts:
        """Return the applications by all that limits, blanks and tiers tell apart."""
        kinds = self.kinds
        sort = limits_of(self.world, RULES).sort
        told = np.stack([sort, kinds.stock, kinds.taker], axis=1)
        _, apart = np.unique(told, axis=0, return_inverse=True)
        return group(self, apart.reshape(-1))

    def valid(self) -> Bools:
        """Return which rows name an application, a day, a printer and a server."""
        rows = self.rows
        inside = (rows.day >= 0) & (rows.day < self.days)
        known = (rows.printer >= 0) & (rows.server >= 0) & (rows.application >= 0)
        known &= inside
        return known

    @cached_property
    def world(self) -> World:
        """Return what the rules are stated of."""
        kinds = self.kinds.names
        applications = np.bincount(self.kind, minlength=len(kinds)).astype(np.int64)
        return World(self.office, self.limits, kinds, applications)

    @cached_property
    def standing(self) -> Standing:
        """Return how the plan stands to all limits of its office."""
        return self.standing_to(RULES)

    def standing_to(
        self, rules: Iterable[Rule], *, who_is_left: bool = False
    ) -> Standing:
        """Count the valid rows for some rules.

        Who is left is counted where a limit asks for it, and where the caller does.
        """
        limits = limits_of(self.world, rules)
        if not limits.limits:
            none = np.zeros(0, dtype=np.int64)
            return Standing(limits, tally(limits, Cards(none, none, none, none)))
        rows, good = self.rows, self.valid()
        if not good.all():
            rows = rows.take(good)
        cards = Cards(
            self.kind[rows.application],
            rows.printer,
            rows.server,
            rows.day.astype(np.int64),
        )
        asked = who_is_left or limits.names_groups
        return Standing(
            limits, tally(limits, cards, self._waiting() if asked else None)
        )

    def _waiting(self) -> Waiting:
        """Return who has a printer, and from which day on could be printed."""
        able = np.asarray(self.kinds.printers.any(axis=1))[self.kind]
        # Who is pinned waits for that day; a pin before the start binds nobody.
        since = np.clip(np.maximum(self.ready, self.pinned), 0, self.days)
        return Waiting(
            self.kind[able],
            since[able].astype(np.int64),
            self.printed[able].astype(np.int64),
        )


def missing_columns(plan: PlannedRows) -> list[str]:
    """Return the columns that a plan's tables should have and have not."""
    pairs = (
        (_ROWS, plan.assignments, "plan"),
        (_UNPRINTED, plan.unprinted, "unprinted"),
    )
    return [
        f"{table}.{name}"
        for wanted, frame, table in pairs
        for name in wanted
        if name not in frame.columns
    ]


def blocks(count: int, step: int | None = None) -> Iterator[slice]:
    """Yield slices that cover so many rows, in order."""
    size = _BLOCK if step is None else step
    return (slice(low, min(count, low + size)) for low in range(0, count, size))


def read_facts(plan: PlannedRows, backlog: Backlog, office: Office) -> Facts:
    """Line up a plan with the accepted applications."""
    frame, start, days = backlog.frame, plan.start, plan.days
    worked = known_uses(shifts := read_shifts(plan.shifts, start), office, days)
    limits = capacity(office, start, days, worked)
    people = read_people(frame, office, start, days)
    table = plan.assignments.select(
        pl.col(name).cast(kind_, strict=False) for name, kind_ in _ROWS.items()
    )
    unprinted = plan.unprinted.select(
        pl.col(name).cast(kind_, strict=False) for name, kind_ in _UNPRINTED.items()
    )
    ids = pl.concat([table["application_id"], unprinted["application_id"]])
    said = getattr(plan, "rows", None)
    hint = None if said is None else np.concatenate(said)
    at = match_ids(ids, frame["application_id"], hint)
    rows = _rows(table, at[: table.height], limits, people.kinds.classes, start)
    printed = np.full(frame.height, days, dtype=np.int32)
    known = (rows.application >= 0) & (rows.day >= 0) & (rows.day < days)
    if known.all():
        printed[rows.application] = rows.day
    else:
        printed[rows.application[known]] = rows.day[known]
    return Facts(
        **{column.name: getattr(people, column.name) for column in fields(people)},
        limits=limits,
        shifts=shifts,
        worked=worked,
        rows=rows,
        assignments=table,
        left=at[table.height :],
        unprinted=unprinted,
        printed=printed,
    )


def _rows(
    table: pl.DataFrame,
    application: Ints,
    limits: Capacity,
    classes: tuple[str, ...],
    start: date,
) -> Rows:
    def number(name: str) -> Ints:
        return table[name].fill_null(MISSING).to_numpy()

    return Rows(
        application=application,
        day=offsets(table["day"], start),
        printer=_index(table["printer"], limits.printers),
        server=_index(table["server"], limits.servers),
        batch=number("batch"),
        position=number("position"),
        wait_days=number("wait_days"),
        urgency=_index(table["urgency"], classes),
    )


def _index(column: pl.Series, names: Sequence[str]) -> Ints:
    """Return the index of each text among names, ``UNKNOWN`` for others."""
    codes = column.cast(pl.Enum(list(names)), strict=False).to_physical()
    return codes.cast(pl.Int64).fill_null(UNKNOWN).to_numpy()
