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

from ektp_sched.backlog.matching import UNKNOWN, match_ids
from ektp_sched.documents.plan import PLAN, UNPRINTED
from ektp_sched.office import capacity
from ektp_sched.people.cohorts import group
from ektp_sched.people.people import MISSING, offsets, read_people
from ektp_sched.people.placed import Placed
from ektp_sched.trust.verify.shifts import known_uses, read_shifts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.backlog import Backlog
    from ektp_sched.documents import Plan
    from ektp_sched.office import Capacity, Office
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.trust.verify.shifts import Worked

    Ints32 = NDArray[np.int32]

_BLOCK: Final = 1 << 16
"""Rows looked at in one go: what is worked out for them stays in the cache."""


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
class Facts(Placed):
    """A plan, the accepted applications and the office, lined up."""

    shifts: tuple[Worked, ...]  # as the plan states them
    worked: tuple[tuple[str, int], ...]  # id and day of those that can be, once each
    rows: Rows  # the plan's rows, as arrays
    assignments: pl.DataFrame  # as given
    left: Ints  # row in the backlog of each unprinted row
    unprinted: pl.DataFrame  # those rows as given

    @cached_property
    def groups(self) -> Cohorts:
        """Return the applications by all that limits, blanks and tiers tell apart."""
        kinds = self.kinds
        sort = self.standing.limits.sort
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

    def prints(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return application, printer, server and day of each valid row."""
        rows, good = self.rows, self.valid()
        if not good.all():
            rows = rows.take(good)
        day = rows.day.astype(np.int64)
        return rows.application, rows.printer, rows.server, day


def missing_columns(plan: Plan) -> list[str]:
    """Return the columns that a plan's tables should have and have not."""
    pairs = (
        (PLAN, plan.assignments, "plan"),
        (UNPRINTED, plan.unprinted, "unprinted"),
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


def read_facts(plan: Plan, backlog: Backlog, office: Office) -> Facts:
    """Line up a plan with the accepted applications."""
    frame, start, days = backlog.frame, plan.start, plan.days
    worked = known_uses(shifts := read_shifts(plan.shifts, start), office, days)
    limits = capacity(office, start, days, worked)
    people = read_people(frame, office, start, days, backlog.known)
    table = plan.assignments.select(
        pl.col(name).cast(kind_, strict=False) for name, kind_ in PLAN.items()
    )
    unprinted = plan.unprinted.select(
        pl.col(name).cast(kind_, strict=False) for name, kind_ in UNPRINTED.items()
    )
    ids = pl.concat([table["application_id"], unprinted["application_id"]])
    hint = None if plan.rows is None else np.concatenate(plan.rows)
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
