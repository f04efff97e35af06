"""Applications of a plan that neither rules nor tiers tell apart, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.cohorts import NONE
from ektp_sched.people.keys import compact, distinct_rows
from ektp_sched.people.order import precedence
from ektp_sched.rules.tiers import DATES, cost
from ektp_sched.trust.verify.tiers import priced

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.placed import Placed
    from ektp_sched.trust.facts import Facts


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
    given: Ints
    frozen: Ints
    day: Ints
    count: Ints
    example: Ints

    def take(self, chosen: Bools | Ints) -> Cells:
        """Return some of the cells."""
        return Cells(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Sorts:
    """Kinds of cell: rank, target, eligibility, and printers used.

    ``first[a, b]`` says how a comes before b: 0 never, 1 by rank, 2 with a
    shorter target, 3 with the same.  ``fits[a, b]`` says whether a may be printed
    where b is, ``swap[a, b]`` whether both may be where the other is; ``kind`` is one
    that no rule tells from a, ``taker`` says whose blanks it takes, ``takes`` which
    printers may print it, shape ``(S, P)``.
    """

    rank: Ints
    target: Ints
    first: Ints
    fits: Bools
    swap: Bools
    kind: Ints
    taker: Ints
    takes: Bools


def cells_of(facts: Facts) -> tuple[Cells, Sorts, Ints]:
    """Return the cells of everybody who is not pinned and has a printer.

    With them come their sorts, and the cell of each application, -1 for the others.
    """
    rows, good = facts.rows, facts.valid()
    able = np.asarray(facts.kinds.printers.any(axis=1))[facts.groups.example]
    free = (facts.groups.pinned == NONE) & able
    printed = rows.application[good], rows.printer[good]
    return read_cells(facts, facts.groups, printed, free)


def read_cells(
    placed: Placed, groups: Cohorts, printed: tuple[Ints, Ints], chosen: Bools
) -> tuple[Cells, Sorts, Ints]:
    """Return the cells of some groups, their sorts, and each application's cell.

    ``printed`` are applications and their printers; ``chosen`` is by group.
    """
    first, alike = distinct_rows(placed.kinds.printers.T)
    none = len(first)
    using = np.full(placed.frame.height, none, dtype=np.int64)
    using[printed[0]] = alike[printed[1]]
    width = placed.days + 1
    key = (groups.member.astype(np.int64) * width + placed.printed) * (none + 1) + using
    cell, held = compact(key, max(1, len(groups)) * width * (none + 1))
    group, day = held // ((none + 1) * width), held // (none + 1) % width
    example = np.zeros(len(held), dtype=np.int64)
    example[cell] = np.arange(len(cell))
    eligible = np.insert(placed.kinds.printers[:, first], none, values=True, axis=1)
    sort, sorts = _sorts(placed, groups, group, held % (none + 1), eligible)
    cells = Cells(
        sort=sort,
        since=groups.since[group],
        ready=np.maximum(groups.ready, groups.pinned)[group],
        due=groups.due[group],
        promised=groups.promised[group],
        given=groups.given[group],
        frozen=groups.frozen[group],
        day=day,
        count=np.bincount(cell, minlength=len(held)).astype(np.int64),
        example=example,
    )
    free = chosen[group]
    place = np.where(free, np.cumsum(free) - 1, -1)
    return cells.take(free), sorts, place[cell]


def _sorts(
    placed: Placed, groups: Cohorts, group: Ints, using: Ints, eligible: Bools
) -> tuple[Ints, Sorts]:
    """Return the sort of each cell, and the sorts; ``eligible`` has shape (K, used)."""
    kinds = placed.kinds
    names = (groups.rank, groups.target, groups.eligibility, groups.kind)
    fields = np.stack([*(name[group] for name in names), using])
    columns, example, sort = np.unique(
        fields, axis=1, return_index=True, return_inverse=True
    )
    kind, used = groups.example[group[example]], columns[-1]
    rank, target = kinds.rank[kind], kinds.target[kind]
    able = eligible[kind][:, used]
    first = precedence(rank[:, None], target[:, None], rank, target)
    return sort.reshape(-1), Sorts(
        rank,
        target,
        first,
        able,
        able & able.T,
        kind,
        kinds.taker[kind],
        kinds.printers[kind],
    )


def costs_on(facts: Facts, cells: Cells, sorts: Sorts, day: int) -> Ints:
    """Return what each cell's cards would cost on a day, shape (tiers, cells)."""
    costs = []
    target = sorts.target[cells.sort]
    for tier in priced(facts):
        amount = cost(
            tier.name,
            np.array([day], dtype=np.int64),
            facts.days,
            getattr(cells, DATES.get(tier.name, "since")),
            tier.scale // target if tier.name == "pressure" else 1,
        )
        ranked = tier.rank is None or sorts.rank[cells.sort] == tier.rank
        costs.append(np.where(ranked, amount, 0))
    return np.array(costs, dtype=np.int64).reshape(len(costs), len(cells.day))
