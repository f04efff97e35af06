"""A plan laid beside the accepted rows: what every check here starts from.

Nothing is taken from the plan but its rows and shifts.  Days are offsets from
the start; arrays "by application" follow the backlog, "by row" the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import capacity
from ektp_sched.people.kinds import read_kinds
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
    from ektp_sched.people.kinds import Kinds
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

MISSING: Final = -(1 << 30)
"""Stands for "no such date"."""

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
class Facts:
    """A plan, the accepted applications and the office, lined up.

    Parameters
    ----------
    office, limits, start, days
        The rules, the daily capacity with the shifts worked, and the horizon.
    shifts, worked
        As the plan states them; and id and day of those that can be, once each.
    frame
        The accepted applications.
    since, ready, due, promised, pinned
        Their dates by application, shape ``(N,)``; ``MISSING`` for none.
    kind, kinds
        Index of each application's combination of class, card and area.
    rows, assignments
        The plan's rows, as arrays and as given.
    left, unprinted
        Row in the backlog of each unprinted row, and those rows as given.
    printed
        Day on which each application is printed; ``days`` where it is not.
    """

    office: Office
    limits: Capacity
    start: date
    days: int
    shifts: tuple[Worked, ...]
    worked: tuple[tuple[str, int], ...]
    frame: pl.DataFrame
    since: Ints32
    ready: Ints32
    due: Ints32
    promised: Ints32
    pinned: Ints32
    kind: Ints
    kinds: Kinds
    rows: Rows
    assignments: pl.DataFrame
    left: Ints
    unprinted: pl.DataFrame
    printed: Ints32

    @property
    def target(self) -> Ints:
        """Return ``target_days`` by application."""
        return self.kinds.target[self.kind]

    @property
    def rank(self) -> Ints:
        """Return the index of the rank by application."""
        return self.kinds.rank[self.kind]

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
        return World(self.office, self.limits, self.kinds.names)

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
    kind, kinds = read_kinds(frame, office, start, days)
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
    rows = _rows(table, at[: table.height], limits, kinds.classes, start)
    printed = np.full(frame.height, days, dtype=np.int32)
    known = (rows.application >= 0) & (rows.day >= 0) & (rows.day < days)
    if known.all():
        printed[rows.application] = rows.day
    else:
        printed[rows.application[known]] = rows.day[known]
    return Facts(
        office=office,
        limits=limits,
        start=start,
        days=days,
        shifts=shifts,
        worked=worked,
        frame=frame,
        since=_offset(frame["waiting_since"], start),
        ready=_offset(frame["ready_on"], start),
        due=_offset(frame["due_on"], start),
        promised=_offset(frame["promised_on"], start),
        pinned=_offset(frame["pinned_on"], start),
        kind=kind,
        kinds=kinds,
        rows=rows,
        assignments=table,
        left=at[table.height :],
        unprinted=unprinted,
        printed=printed,
    )


def _offset(column: pl.Series, start: date) -> Ints32:
    if column.null_count() == len(column):
        return np.full(len(column), MISSING, dtype=np.int32)
    first = int(pl.Series([start]).to_physical()[0])
    days = column.cast(pl.Date).to_physical().to_numpy()
    if column.null_count() == 0:
        return np.asarray(days - np.int32(first), dtype=np.int32)
    filled = column.to_physical().fill_null(MISSING + first).to_numpy()
    return np.asarray(filled - np.int32(first), dtype=np.int32)


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
        day=_offset(table["day"], start),
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
