"""Applications that no rule and no tier tells apart, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.keys import compact, distinct_rows, table_size
from ektp_sched.trust.facts import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Ints32 = NDArray[np.int32]

__all__ = ["Groups", "group_applications"]


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of interchangeable applications, shape ``(C,)`` each.

    Dates that cannot matter any more are taken out: a due date or promise
    before the start costs the same whatever is done, one beyond the horizon
    costs nothing.

    Parameters
    ----------
    since, ready
        Day offsets; ``ready`` in ``[0, days]``.
    due, promised, pinned
        Day offsets in ``[0, days)``, ``pinned`` in ``[0, days]``; ``MISSING``
        for none.
    rank, target
        Index of the rank; ``target_days``.
    access
        Index into ``printers`` and ``stock``.
    sign
        As in ``Kinds.sign``: how rules that hold cards back see them.
    taker
        Index into ``Kinds.takers``: whose blanks they take; or -1.
    printers, stock
        By access: eligible printers, shape ``(E, P)``, and the index of the
        card type whose blanks are counted, or -1.
    size
        Number of applications.
    member
        Group of each application, shape ``(N,)``.
    """

    since: Ints
    ready: Ints
    due: Ints
    promised: Ints
    pinned: Ints
    rank: Ints
    target: Ints
    access: Ints
    sign: Ints
    taker: Ints
    printers: Bools
    stock: Ints
    size: Ints
    member: Ints

    def __len__(self) -> int:
        """Return the number of groups."""
        return len(self.size)


def _combined(columns: Iterable[Ints | Ints32], height: int) -> tuple[Ints, int]:
    """Give each combination of several integer columns a number."""
    code, count = np.zeros(height, dtype=np.int64), min(1, height)
    most = table_size(height)
    for column in columns if height else ():
        low, high = int(column.min()), int(column.max())
        if low == high:
            continue
        if high - low >= most:
            column, values = compact(column.astype(np.int64) - low, high - low + 1)
            low, width = 0, len(values)
        else:
            width = high - low + 1
        if count * width > most:
            code, values = compact(code, count)
            count = len(values)
        code, count = code * width + (column - low), count * width
        if count > most:
            code, values = compact(code, count)
            count = len(values)
    code, values = compact(code, count)
    return code, len(values)


def group_applications(facts: Facts) -> Groups:
    """Group the accepted applications.

    Parameters
    ----------
    facts
        Applications and rules.
    """
    days, kinds = facts.days, facts.kinds
    flags = np.concatenate(
        [kinds.printers, kinds.stock[:, None] == np.arange(len(kinds.stocked))], axis=1
    )
    first, access = distinct_rows(flags)
    told = (kinds.rank, kinds.target, access, kinds.sign, kinds.taker)
    plain = np.stack(told, axis=1)
    kind, _ = _combined(plain.T, len(plain))
    due, promised, pinned = facts.due, facts.promised, facts.pinned
    columns = (
        kind[facts.kind],
        facts.since,
        np.clip(facts.ready, 0, days),
        np.where((due < 0) | (due >= days), -1, due),
        np.where(
            (promised == MISSING) | (promised >= days), -1, np.maximum(promised, 0)
        ),
        np.where(pinned < 0, -1, np.minimum(pinned, days)),
    )
    member, count = _combined(columns, facts.frame.height)
    one = np.zeros(count, dtype=np.int64)
    one[member] = np.arange(len(member))
    some = facts.kind[one]

    def date(column: Ints) -> Ints:
        found = column[one].astype(np.int64)
        return np.where(found < 0, MISSING, found)

    return Groups(
        since=facts.since[one].astype(np.int64),
        ready=columns[2][one].astype(np.int64),
        due=date(columns[3]),
        promised=date(columns[4]),
        pinned=date(columns[5]),
        rank=kinds.rank[some],
        target=kinds.target[some],
        access=access[some],
        sign=kinds.sign[some],
        taker=kinds.taker[some],
        printers=kinds.printers[first],
        stock=kinds.stock[first],
        size=np.bincount(member, minlength=count).astype(np.int64),
        member=member,
    )
