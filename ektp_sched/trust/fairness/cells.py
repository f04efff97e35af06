"""Applications of a plan that neither rules nor tiers tell apart, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.keys import compact, distinct_rows
from ektp_sched.trust.facts import MISSING
from ektp_sched.trust.groups import Groups, group_applications
from ektp_sched.trust.verify.tiers import cost, priced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["Cells", "Sorts", "cells_of", "costs_on"]


@dataclass(frozen=True, slots=True)
class Cells:
    """Applications of one group printed on one day by printers alike.

    Shape ``(K,)`` each; ``sort`` indexes the rows of ``Sorts``.
    """

    sort: Ints
    since: Ints
    ready: Ints
    due: Ints
    promised: Ints
    day: Ints
    count: Ints
    one: Ints

    def take(self, chosen: Bools | Ints) -> Cells:
        """Return some of the cells."""
        return Cells(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Sorts:
    """Kinds of cell: rank, target, eligibility, and printers used.

    ``first[a, b]`` says how a comes before b: 0 never, 1 by rank, 2 with a
    shorter target, 3 with the same.  ``swap[a, b]`` says whether a's printer
    takes b and b's takes a; ``kind`` is one that no rule tells from a, ``taker``
    says whose blanks it takes, ``takes`` which printers may print it, shape
    ``(S, P)``.
    """

    rank: Ints
    target: Ints
    first: Ints
    swap: Bools
    kind: Ints
    taker: Ints
    takes: Bools


def cells_of(facts: Facts) -> tuple[Cells, Sorts, Ints]:
    """Return the cells of everybody who is not pinned and has a printer.

    With them come their sorts, and the cell of each application, -1 for the others.
    """
    groups = group_applications(facts)
    first, alike = distinct_rows(groups.printers.T)
    eligible = groups.printers[:, first]
    none = len(first)
    using = np.full(facts.frame.height, none, dtype=np.int64)
    good = facts.valid()
    rows = facts.rows
    using[rows.application[good]] = alike[rows.printer[good]]
    width = facts.days + 1
    key = (groups.member * width + facts.printed) * (none + 1) + using
    cell, held = compact(key, max(1, len(groups)) * width * (none + 1))
    group, day = held // ((none + 1) * width), held // (none + 1) % width
    example = np.zeros(len(held), dtype=np.int64)
    example[cell] = np.arange(len(cell))
    sort, sorts = _sorts(
        groups, group, held % (none + 1), eligible, facts.kind[example]
    )
    cells = Cells(
        sort=sort,
        since=groups.since[group],
        ready=groups.ready[group],
        due=groups.due[group],
        promised=groups.promised[group],
        day=day,
        count=np.bincount(cell, minlength=len(held)).astype(np.int64),
        one=example,
    )
    able = np.asarray(groups.printers.any(axis=1))
    free = (groups.pinned == MISSING)[group] & able[groups.access[group]]
    place = np.where(free, np.cumsum(free) - 1, -1)
    return cells.take(free), sorts, place[cell]


def _sorts(
    groups: Groups, group: Ints, using: Ints, eligible: Bools, kind: Ints
) -> tuple[Ints, Sorts]:
    names = (groups.rank, groups.target, groups.access, groups.sign, groups.taker)
    fields = np.stack([*(name[group] for name in names), using])
    columns, example, sort = np.unique(
        fields, axis=1, return_index=True, return_inverse=True
    )
    rank, target, access, _, taker, used = columns
    takes = np.concatenate([eligible, np.ones((len(eligible), 1), dtype=bool)], axis=1)
    able = takes[access][:, used]
    by_rank = rank[:, None] < rank
    level = rank[:, None] == rank
    first = np.where(
        by_rank,
        1,
        np.where(
            level & (target[:, None] < target),
            2,
            np.where(level & (target[:, None] == target), 3, 0),
        ),
    )
    return sort.reshape(-1), Sorts(
        rank,
        target,
        first,
        able & able.T,
        kind[example],
        taker,
        groups.printers[access],
    )


def costs_on(facts: Facts, cells: Cells, sorts: Sorts, day: int) -> Ints:
    """Return what each cell's cards would cost on a day, shape (tiers, cells)."""
    costs = []
    dates = {"overdue": cells.due, "promise": cells.promised}
    target = sorts.target[cells.sort]
    for tier in priced(facts):
        amount = cost(
            tier.name,
            np.array([day], dtype=np.int64),
            facts.days,
            dates.get(tier.name, cells.since),
            tier.scale // target if tier.name == "pressure" else 1,
        )
        ranked = tier.rank is None or sorts.rank[cells.sort] == tier.rank
        costs.append(np.where(ranked, amount, 0))
    return np.array(costs, dtype=np.int64).reshape(len(costs), len(cells.day))
