"""The mixed-integer program: cards flow, kinds and decisions are whole.

Only the cards of each kind in each column, the uses of shifts and the
switches need be whole numbers; with these settled the rest is a network,
whose optimal flows are whole by themselves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.mixed.matrix import Matrix
from ektp_sched.planning.network.program import Arc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.arrays import Floats, Ints
    from ektp_sched.planning.decisions.cuts import Stack
    from ektp_sched.planning.decisions.rules import Row
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.mixed.rows import SideRow, Sum
    from ektp_sched.planning.mixed.split import Split


@dataclass(frozen=True, slots=True)
class Held:
    """A tier held at its value: a cost of choices or of uses."""

    # Index of the tier in the stack; `None` for one of the shifts' own.
    tier: int | None
    weight: Ints | None  # of each use, for one of the shifts' own
    most: int  # its value


@dataclass(frozen=True, slots=True)
class Laid:
    """A program ready to be solved, and where its variables are."""

    # The program; choices are its first variables, and that every group takes its
    # choices its first rows.
    matrix: Matrix
    size: Ints  # size, start and owner as in the stack of groups
    start: Ints
    owner: Ints
    slots: tuple[int, int]  # first and end of the variables of each sort
    uses: tuple[int, int]
    switches: tuple[int, int]
    sums: tuple[int, int]

    @property
    def choices(self) -> int:
        """Return the number of choices."""
        return len(self.owner)

    @property
    def stuck(self) -> bool:
        """Return whether a group has no choice at all."""
        return len(np.unique(self.owner)) < len(self.size)

    @property
    def own_rows(self) -> NDArray[np.bool_]:
        """Return which rows are about uses and switches alone, shape ``(R,)``."""
        column = self.matrix.column
        other = (column < self.uses[0]) | (column >= self.switches[1])
        own = np.ones(len(self.matrix.least), dtype=bool)
        own[self.matrix.row[other]] = False
        return own

    def turned_on(self, switches: NDArray[np.bool_]) -> Laid:
        """Return the program with some switches on for good."""
        low = self.matrix.low.copy()
        low[self.switches[0] : self.switches[1]] = switches
        return replace(self, matrix=replace(self.matrix, low=low))


@dataclass(slots=True)
class _Table:
    """Rows of a matrix while they are being laid."""

    row: list[Ints]
    column: list[Ints]
    value: list[Floats]
    low: list[float]
    high: list[float]

    def add(self, column: Ints, value: Ints | Floats, low: float, high: float) -> None:
        entries = np.flatnonzero(value)
        self.row.append(np.full(len(entries), len(self.low), dtype=np.int64))
        self.column.append(column[entries])
        self.value.append(np.asarray(value, dtype=np.float64)[entries])
        self.low.append(low)
        self.high.append(high)

    def add_block(
        self, row: Ints, column: Ints, value: Floats, low: Floats, high: Floats
    ) -> None:
        self.row.append(row + len(self.low))
        self.column.append(column)
        self.value.append(value)
        self.low += low.tolist()
        self.high += high.tolist()


@dataclass(frozen=True, slots=True)
class Mip:
    """What stays the same from solve to solve."""

    split: Split  # the network by kind
    groups: Stack  # groups of cohorts and their choices in the network by kind
    uses: Uses | None  # what may be decided; None without shifts
    limiting: Sequence[Row]  # what limits it
    limits: Ints  # limit of each plain arc without any shift, (A,)
    side: Sequence[SideRow]  # rules on kinds
    switches: int  # their number
    # Pairs of switches of which the second is on only if the first is.
    ordered: Sequence[tuple[int, int]]
    draws: int = 0  # their number
    sums: Sequence[Sum] = ()  # of cards, that the rules know

    def lay(
        self,
        cost: Ints | None,
        own: Ints | None,
        held: Sequence[Held],
        relieved: str | None = None,
    ) -> Laid:
        """Return the program that minimises a cost, or the relief of one rule.

        ``cost`` is that of each choice, shape ``(E,)``, and ``own`` that of each use,
        shape ``(U,)``; ``relieved`` is the place of the rule whose least relief is
        sought.
        """
        sizes = self._sizes()
        begin = np.cumsum([0, *sizes])
        table = _Table([], [], [], [], [])
        self._flows(table, begin)
        self._sums(table, begin)
        self._rules(table, begin, relieved)
        for tier in held:
            part, at = self._weights(tier)
            table.add(begin[at] + np.arange(len(part)), part, -math.inf, tier.most)
        objective = np.zeros(begin[-1])
        if cost is not None:
            objective[begin[0] : begin[1]] = cost
        if own is not None:
            objective[begin[2] : begin[3]] = own
        if relieved is not None:
            objective[-1] = 1
        return Laid(
            matrix=self._matrix(table, begin, objective),
            size=self.groups.size,
            start=self.groups.start,
            owner=self.groups.owner,
            slots=(int(begin[1]) + self.split.arcs, int(begin[2])),
            uses=(int(begin[2]), int(begin[3])),
            switches=(int(begin[3]), int(begin[4])),
            sums=(int(begin[5]), int(begin[6])),
        )

    def _sizes(self) -> tuple[int, int, int, int, int, int, int]:
        """Return how many there are of each sort of variables, in their order."""
        uses = 0 if self.uses is None else len(self.uses)
        choices, arcs = len(self.groups.node), len(self.split.program.tail)
        return choices, arcs, uses, self.switches, self.draws, len(self.sums), 1

    def _weights(self, tier: Held) -> tuple[Ints, int]:
        if tier.tier is None:
            assert tier.weight is not None
            return tier.weight, 2
        return self.groups.costs[tier.tier], 0

    def _flows(self, table: _Table, begin: Ints) -> None:
        """Everybody takes a choice; what enters a node leaves it; limits hold."""
        groups, program = self.groups, self.split.program
        size = groups.size.astype(np.float64)
        ones = np.ones(len(groups.node))
        each = np.arange(len(groups.node))
        table.add_block(groups.owner, each, ones, size, size)
        inner = program.nodes - 1
        at = groups.node < inner
        arc = np.arange(len(program.tail)) + begin[1]
        ends = program.head < inner
        zero = np.zeros(inner)
        table.add_block(
            np.concatenate([groups.node[at], program.tail, program.head[ends]]),
            np.concatenate([each[at], arc, arc[ends]]),
            np.concatenate([ones[at], -np.ones(len(arc)), np.ones(int(ends.sum()))]),
            zero,
            zero,
        )
        if self.uses is None:
            return
        moved, number = np.unique(self.uses.arc, return_inverse=True)
        table.add_block(
            np.concatenate([np.arange(len(moved)), number]),
            np.concatenate([arc[moved], self.uses.use + begin[2]]),
            np.concatenate([np.ones(len(moved)), -self.uses.added.astype(float)]),
            np.full(len(moved), -math.inf),
            self.limits[moved].astype(np.float64),
        )

    def _sums(self, table: _Table, begin: Ints) -> None:
        """Say that each sum is the one before and what is new."""
        slot = np.arange(self.split.arcs, len(self.split.program.tail)) + begin[1]
        for number, each in enumerate(self.sums):
            column, value = [slot, begin[5:6] + number], [each.new, np.array([-1])]
            if each.before is not None:
                column.append(begin[5:6] + each.before)
                value.append(np.array([1]))
            table.add(np.concatenate(column), np.concatenate(value), 0, 0)

    def _rules(self, table: _Table, begin: Ints, relieved: str | None) -> None:
        slot = np.arange(self.split.arcs, len(self.split.program.tail)) + begin[1]
        relief = begin[6]
        for row in self.side:
            column, value = [slot], [row.weight]
            if row.sums:
                sums = np.array(row.sums)
                column, value = [begin[5] + sums[:, 0]], [sums[:, 1]]
            if row.draws:
                column.append(begin[4] + np.array(row.draws))
                value.append(np.full(len(row.draws), row.each))
            if row.switches:
                column.append(begin[3] + np.array(row.switches))
                value.append(np.array(row.times))
            least: float = row.least
            if row.rule == relieved and row.slack:
                column.append(np.array([relief]))
                value.append(np.array([float(row.slack)]))
                least -= float(row.rest)
            table.add(np.concatenate(column), np.concatenate(value), least, math.inf)
        for before, after in self.ordered:
            pair = begin[3] + np.array([before, after])
            table.add(pair, np.array([1, -1]), 0, math.inf)
        for limit in self.limiting:
            use = np.arange(len(limit.weight)) + begin[2]
            if limit.rule == relieved:
                column = [use, np.array([relief])]
                value = [limit.weight, np.array([-1])]
                table.add(
                    np.concatenate(column), np.concatenate(value), -math.inf, limit.most
                )
                continue
            # A solver's tolerance is a part of the limit: small numbers are safer.
            weight, most = limit.divided
            table.add(use, weight, -math.inf, most)

    def _matrix(self, table: _Table, begin: Ints, objective: Floats) -> Matrix:
        count = int(begin[-1])
        program = self.split.program
        high = np.full(count, math.inf)
        most = self.limits if self.uses is None else self.uses.most
        high[begin[1] : begin[1] + self.split.arcs] = most
        high[begin[2] : begin[4]] = 1
        whole = np.zeros(count, dtype=bool)
        whole[begin[1] : begin[2]] = program.kind == Arc.KIND
        whole[begin[2] : begin[4]] = True
        # Sums are whole by themselves, but SCIP calls some feasible programs
        # infeasible where that is not said.
        whole[begin[5] :] = True
        row, column = np.concatenate(table.row), np.concatenate(table.column)
        order = np.lexsort((column, row))
        return Matrix(
            cost=objective,
            low=np.zeros(count),
            high=high,
            whole=whole,
            row=row[order],
            column=column[order],
            value=np.concatenate(table.value)[order],
            least=np.array(table.low),
            most=np.array(table.high),
        )
