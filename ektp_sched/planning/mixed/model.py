"""The mixed-integer program: cards flow, kinds and decisions are whole.

Only the cards of each kind in each column, the uses of shifts and the
switches need be whole numbers; with these settled the rest is a network,
whose optimal flows are whole by themselves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from ektp_sched.planning.program import Arc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.planning.decisions.cuts import Stack
    from ektp_sched.planning.decisions.rules import Row
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.mixed.rows import SideRow
    from ektp_sched.planning.mixed.split import Split

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["Held", "Mip", "Outcome"]


@dataclass(frozen=True, slots=True)
class Held:
    """A tier held at its value: a cost of choices or of uses.

    Parameters
    ----------
    tier
        Index of the tier in the stack; ``None`` for one of the shifts' own.
    weight
        Of each use, for one of the shifts' own.
    most
        The value.
    """

    tier: int | None
    weight: Ints | None
    most: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a solve ended.

    Parameters
    ----------
    slots, uses
        Cards of each kind in each column, and uses taken; ``None`` without a
        solution.
    value
        What the solver says of the objective.
    bound
        No solution comes below it, as the solver says, rounded up.
    infeasible
        Whether there is none.
    """

    slots: Ints | None
    uses: Ints | None
    value: float
    bound: int
    infeasible: bool


@dataclass(slots=True)
class _Table:
    """Rows of a matrix while they are being laid."""

    row: list[Ints]
    column: list[Ints]
    value: list[Floats]
    low: list[float]
    high: list[float]

    def add(self, column: Ints, value: Ints | Floats, low: float, high: float) -> None:
        some = np.flatnonzero(value)
        self.row.append(np.full(len(some), len(self.low), dtype=np.int64))
        self.column.append(column[some])
        self.value.append(np.asarray(value, dtype=np.float64)[some])
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
    """What stays the same from solve to solve.

    Parameters
    ----------
    split
        The network by kind.
    groups
        Groups of cohorts and their choices in the network by kind.
    uses, limiting
        What may be decided and what limits it; ``None`` without shifts.
    limits
        Limit of each plain arc without any shift, shape ``(A,)``.
    side
        Rules on kinds.
    switches
        Number of switches.
    """

    split: Split
    groups: Stack
    uses: Uses | None
    limiting: Sequence[Row]
    limits: Ints
    side: Sequence[SideRow]
    switches: int

    def solve(
        self,
        cost: Ints | None,
        own: Ints | None,
        held: Sequence[Held],
        *,
        relieved: str | None = None,
        seconds: float | None = None,
    ) -> Outcome:
        """Minimise a cost of choices, of uses, or the relief of one rule.

        Parameters
        ----------
        cost
            Of each choice, shape ``(E,)``.
        own
            Of each use, shape ``(U,)``.
        held
            Tiers held at their values.
        relieved
            Place of the rule whose least relief is sought.
        seconds
            Time that is left; ``None`` for no limit.
        """
        sizes = self._sizes()
        begin = np.cumsum([0, *sizes])
        table = _Table([], [], [], [], [])
        self._flows(table, begin)
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
        return self._answer(table, begin, objective, seconds)

    def _sizes(self) -> tuple[int, int, int, int, int]:
        """Return the number of choices, arcs, uses, switches and reliefs."""
        uses = 0 if self.uses is None else len(self.uses)
        arcs = len(self.split.program.tail)
        return len(self.groups.node), arcs, uses, self.switches, 1

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

    def _rules(self, table: _Table, begin: Ints, relieved: str | None) -> None:
        slot = np.arange(self.split.arcs, len(self.split.program.tail)) + begin[1]
        relief = begin[4]
        for row in self.side:
            column, value = [slot], [row.weight]
            if row.switch is not None:
                column.append(np.array([begin[3] + row.switch]))
                value.append(np.array([row.times]))
            if row.rule == relieved and row.slack:
                column.append(np.array([relief]))
                value.append(np.array([row.slack]))
            table.add(
                np.concatenate(column), np.concatenate(value), row.least, math.inf
            )
        for limit in self.limiting:
            column = [np.arange(len(limit.weight)) + begin[2]]
            value = [limit.weight]
            if limit.rule == relieved:
                column.append(np.array([relief]))
                value.append(np.array([-1]))
            table.add(
                np.concatenate(column), np.concatenate(value), -math.inf, limit.most
            )

    def _answer(
        self, table: _Table, begin: Ints, objective: Floats, seconds: float | None
    ) -> Outcome:
        model = mathopt.Model.from_model_proto(self._proto(table, begin, objective))
        limit = None if seconds is None else timedelta(seconds=max(0.05, seconds))
        parameters = mathopt.SolveParameters(
            time_limit=limit, relative_gap_tolerance=0.0, absolute_gap_tolerance=0.9
        )
        # SCIP: the HiGHS of this OR-Tools (9.15) calls some feasible programs of
        # this kind infeasible after its presolve.
        result = mathopt.solve(model, mathopt.SolverType.GSCIP, params=parameters)
        reason = result.termination.reason
        if reason in (
            mathopt.TerminationReason.INFEASIBLE,
            mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED,
        ):
            return Outcome(None, None, 0.0, 0, infeasible=True)
        lowest = result.best_objective_bound()
        bound = math.ceil(lowest - 1e-6 * max(1.0, abs(lowest) * 1e-3))
        if not result.has_primal_feasible_solution():
            return Outcome(None, None, 0.0, bound, infeasible=False)
        values = np.array([result.variable_values(v) for v in model.variables()])
        first = begin[1] + self.split.arcs
        return Outcome(
            np.rint(values[first : begin[2]]).astype(np.int64),
            np.rint(values[begin[2] : begin[3]]).astype(np.int64),
            result.objective_value(),
            bound,
            infeasible=False,
        )

    def _proto(
        self, table: _Table, begin: Ints, objective: Floats
    ) -> model_pb2.ModelProto:
        count = int(begin[-1])
        program = self.split.program
        high = np.full(count, math.inf)
        most = self.limits if self.uses is None else self.uses.most
        high[begin[1] : begin[1] + self.split.arcs] = most
        high[begin[2] : begin[4]] = 1
        whole = np.zeros(count, dtype=bool)
        whole[begin[1] : begin[2]] = program.kind == Arc.KIND
        whole[begin[2] :] = True
        row, column = np.concatenate(table.row), np.concatenate(table.column)
        value = np.concatenate(table.value)
        order = np.lexsort((column, row))
        model = model_pb2.ModelProto()
        model.variables.ids.extend(range(count))
        model.variables.lower_bounds.extend([0.0] * count)
        model.variables.upper_bounds.extend(high.tolist())
        model.variables.integers.extend(whole.tolist())
        some = np.flatnonzero(objective)
        model.objective.linear_coefficients.ids.extend(some.tolist())
        model.objective.linear_coefficients.values.extend(objective[some].tolist())
        model.linear_constraints.ids.extend(range(len(table.low)))
        model.linear_constraints.lower_bounds.extend(table.low)
        model.linear_constraints.upper_bounds.extend(table.high)
        matrix = model.linear_constraint_matrix
        matrix.row_ids.extend(row[order].tolist())
        matrix.column_ids.extend(column[order].tolist())
        matrix.coefficients.extend(value[order].tolist())
        return model
