"""A network in which each kind of card has slots of its own.

How many cards of a kind a column takes is the flow on one arc, so rules on
kinds are rows over these arcs; and once these numbers are settled, whole, the
rest is a network as ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.keys import compact, distinct_rows
from ektp_sched.planning.network.problem import Face
from ektp_sched.planning.network.program import Arc

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning.decisions.cuts import Stack
    from ektp_sched.planning.network.program import Program


@dataclass(frozen=True, slots=True)
class Split:
    """The network by kind."""

    program: Program  # its columns are those of the plain network, once for each kind
    column: Ints  # column of the plain network of each column, (S * K,)
    kinds: int  # their number
    arcs: int  # number of the plain network's arcs, which come first

    def plain(self, column: Ints) -> Ints:
        """Return the plain network's column of each; the last is "not printed"."""
        end = len(self.column)
        unprinted = end // self.kinds
        columns: Ints = np.append(self.column, unprinted)[column]
        return columns

    def settled(self, cards: Ints, limits: Ints) -> tuple[Program, Face]:
        """Return the network with so many cards of each kind in each column.

        ``cards`` flow on each kind's arcs, shape ``(S * K,)``; ``limits`` are those of
        the plain arcs, shape ``(A,)``.
        """
        program = replace(self.program, limit=np.append(limits, cards))
        face = Face.whole(program)
        return program, replace(face, full=self.program.kind == Arc.KIND)

    def narrowed(self, groups: Stack, able: Bools) -> Split:
        """Return the network without some choices."""
        program = self.program
        masks = np.zeros((len(groups.size), program.columns + 1), dtype=bool)
        choice = np.where(groups.node == program.sink, program.columns, groups.node)
        masks[groups.owner[able], choice[able]] = True
        first, number = distinct_rows(masks)
        return replace(
            self, program=replace(program, masks=masks[first], mask=number[groups.of])
        )


def split(program: Program, cohorts: Cohorts) -> Split:
    """Give each kind of card slots of its own."""
    kinds = cohorts.kinds
    count = program.columns * kinds
    column = np.repeat(np.arange(program.columns, dtype=np.int64), kinds)
    kind = np.tile(np.arange(kinds, dtype=np.int64), program.columns)
    key = program.mask * kinds + cohorts.kind
    number, distinct = compact(key, max(1, len(program.masks) * kinds))
    masks = np.zeros((len(distinct), count + 1), dtype=bool)
    own = kind[None, :] == (distinct % kinds)[:, None]
    masks[:, :-1] = program.masks[distinct // kinds][:, column] & own
    masks[:, -1] = program.masks[distinct // kinds, -1]
    first, of_distinct = distinct_rows(masks)
    ample = int(cohorts.size.sum()) + 1
    fresh = np.arange(count, dtype=np.int64)
    wide = replace(
        program,
        column_pool=program.column_pool[column],
        column_day=program.column_day[column],
        tail=np.append(program.tail + count, fresh),
        head=np.append(program.head + count, column + count),
        limit=np.append(program.limit, np.full(count, ample, dtype=np.int64)),
        kind=np.append(program.kind, np.full(count, int(Arc.KIND), dtype=np.int64)),
        owner=np.append(program.owner, kind),
        day=np.append(program.day, program.column_day[column]),
        nodes=program.nodes + count,
        masks=masks[first],
        mask=of_distinct[number],
    )
    return Split(wide, column, kinds, len(program.tail))
