"""A tier of large numbers, proven or improved in whole numbers.

A solver of floats knows a number to a part of it, so a sum of 10¹² has no units.
Whole prices of the rows write the tier anew, and say exactly the same: everybody
pays the least under them, what is open is paid as far as it goes, and that is one
number that every plan pays.  What is left is never negative: how far a choice is
from the least, how much is left of a limit that has a price.  Any prices do; good
ones leave so little that nothing but the best is possible, or that few choices are
searched, by CP-SAT, whose numbers are whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

from ektp_sched.planning.network.cpsat import cp_solver, interruptible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Bools, Floats, Ints
    from ektp_sched.planning.mixed.model import Laid


_LARGE = 1 << 40
"""A sum from which on floats may lose its units."""

_FINE = 1 << 50
"""Costs and prices are multiplied until the dearest is about so large."""

_MOST = 1 << 16
"""By so much they are multiplied at most: parts of a price are lost in rounding."""

_RANGE = 1 << 61
"""No sum that is counted may reach it."""

_EFFORT = 60.0
"""Work of a search without a time limit, in CP-SAT's own measure: about seconds."""


def is_large(laid: Laid) -> bool:
    """Return whether floats could lose the units of a program's objective."""
    if laid.stuck:
        return False
    cost = laid.matrix.cost
    dearest = np.maximum.reduceat(cost[: laid.choices], laid.start)
    own = cost[laid.uses[0] : laid.uses[1]].sum()
    return float(laid.size @ dearest) + float(own) >= _LARGE


@dataclass(frozen=True, slots=True)
class Told:
    """A program whose objective is ``constant`` and what is left, over ``scale``."""

    laid: Laid
    least: list[int | None]  # bounds of each row, None for none, (R,)
    most: list[int | None]
    high: Ints  # the most that each variable can be, (N,)
    price: Ints  # of each row, (R,)
    reduced: Ints  # what each variable costs beyond what its rows pay, (N,)
    constant: int  # what every plan pays
    scale: int  # how many times the objective's unit all are

    @property
    def bound(self) -> int:
        """Return the whole number that no plan comes below."""
        return -(-self.constant // self.scale)

    def below(self, value: int) -> Bools:
        """Return which choices a plan of a value can take, shape ``(E,)``."""
        able: Bools = self.reduced[: self.laid.choices] <= self._left(value)
        return able

    def search(self, value: int, seconds: float | None) -> tuple[Ints | None, int]:
        """Return the best plan below a value, if there is one, and a bound.

        The plan is every variable, shape ``(N,)``; no plan comes below the bound, which
        is the value where none does.  Up to the value nothing better may be known.
        """
        left = self._left(value - 1)
        if left < 0:
            return None, value
        if not self._countable(left):
            return None, min(self.bound, value)
        terms = _Terms(self, left)
        terms.model.minimize(
            cp_model.LinearExpr.weighted_sum(terms.variable, terms.weight)
        )
        solver = cp_solver(seconds, 1)
        if seconds is None:
            solver.parameters.max_deterministic_time = _EFFORT
        status = interruptible(solver, terms.model)
        if status == cp_model.INFEASIBLE:
            return None, value
        ended = solver.best_objective_bound if status != cp_model.MODEL_INVALID else 0
        # What is left is a float here; only an answer that is the best is exact.
        least = math.floor(ended * (1 - 1e-9)) - 1 if math.isfinite(ended) else 0
        bound = max(self.bound, -(-(self.constant + least) // self.scale))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, min(bound, value)
        values = terms.values(solver)
        if status == cp_model.OPTIMAL:
            cost = self.laid.matrix.cost
            dear = np.flatnonzero(cost)
            bound = _dot(cost[dear].astype(np.int64), values[dear])
        return values, min(bound, value)

    def _countable(self, left: int) -> bool:
        """Return whether no sum of the search can leave the range of CP-SAT."""
        matrix = self.laid.matrix
        reach = np.abs(matrix.value) * self.high[matrix.column]
        most = float(np.bincount(matrix.row, reach).max(initial=0))
        terms = int((self.reduced != 0).sum()) + int((self.price != 0).sum())
        return bool(most < _RANGE and left * (terms + 1) < _RANGE)

    def _left(self, value: int) -> int:
        return value * self.scale - self.constant


def told(laid: Laid, held: Sequence[int], price: Floats | None) -> Told:
    """Return a program written anew under prices.

    ``held`` are the limits of its last rows, the tiers held before; ``price`` is that
    of each row, as a solver with fractions says.
    """
    matrix, groups = laid.matrix, len(laid.size)
    least = [None if math.isinf(side) else int(side) for side in matrix.least]
    most = [None if math.isinf(side) else int(side) for side in matrix.most]
    most[len(most) - len(held) :] = held
    cards = int(laid.size.sum())
    # What has no bound of its own is a number of cards.
    high = np.minimum(matrix.high, cards).astype(np.int64)
    high[: laid.choices] = laid.size[laid.owner]
    dearest = max(1, int(np.abs(matrix.cost).max()))
    scale = max(1, min(_MOST, _FINE // dearest))
    cost = matrix.cost.astype(np.int64) * scale
    price = np.zeros(len(least)) if price is None else price * scale
    size = np.bincount(matrix.column, np.abs(matrix.value * price[matrix.row]))
    if size.max(initial=0) >= _RANGE:
        price = np.zeros(len(least))
    whole = np.rint(price).astype(np.int64)
    side = np.where(whole > 0, matrix.least, matrix.most)
    whole[~np.isfinite(side)] = 0
    whole[:groups] = 0
    # A sum of cards is what its row says, whose price can pay for it exactly.
    _pay_sums(laid, cost, whole)
    # A slot is bounded by its node alone, whose price can pay for it exactly.
    slots = slice(*laid.slots)
    nodes = slice(groups, groups + slots.stop - slots.start)
    whole[nodes] += _reduced(laid, cost, whole)[slots]
    reduced = _reduced(laid, cost, whole)
    whole[:groups] = np.minimum.reduceat(reduced[: laid.choices], laid.start)
    reduced[: laid.choices] -= whole[laid.owner]
    full = np.flatnonzero(reduced < 0)
    constant = _dot(reduced[full], high[full])
    for row in np.flatnonzero(whole).tolist():
        pays = int(whole[row])
        limit = least[row] if pays > 0 else most[row]
        assert limit is not None
        constant += pays * limit
    return Told(laid, least, most, high, whole, reduced, constant, scale)


def _pay_sums(laid: Laid, cost: Ints, price: Ints) -> None:
    """Set what the row of each sum pays so that the sum costs nothing beyond it."""
    matrix, sums = laid.matrix, np.arange(*laid.sums)
    entries = np.flatnonzero(
        (matrix.column >= laid.sums[0]) & (matrix.column < laid.sums[1])
    )
    order = entries[np.argsort(matrix.column[entries], kind="stable")]
    begin = np.searchsorted(matrix.column[order], np.append(sums, laid.sums[1]))
    # The last first: a sum is part of the next one.
    for number in range(len(sums) - 1, -1, -1):
        own, *others = order[begin[number] : begin[number + 1]].tolist()
        paid = sum(int(matrix.value[at]) * int(price[matrix.row[at]]) for at in others)
        price[matrix.row[own]] = paid - int(cost[sums[number]])


def _reduced(laid: Laid, cost: Ints, price: Ints) -> Ints:
    """Return costs less what rows pay, in whole numbers."""
    matrix, reduced = laid.matrix, cost.copy()
    paid = matrix.value.astype(np.int64) * price[matrix.row]
    np.subtract.at(reduced, matrix.column, paid)
    return reduced


def _dot(first: Ints, second: Ints) -> int:
    """Return a sum of products that may leave the range of 64 bits."""
    return sum(a * b for a, b in zip(first.tolist(), second.tolist(), strict=True))


class _Terms:
    """The program for CP-SAT: what is left is a sum of weighted variables."""

    def __init__(self, told: Told, left: int) -> None:
        self.model = cp_model.CpModel()
        self.variable: list[cp_model.IntVar] = []
        self.weight: list[int] = []
        matrix, reduced = told.laid.matrix, told.reduced
        steps = left // np.maximum(1, np.abs(reduced))
        high, self._low = told.high.copy(), matrix.low.astype(np.int64)
        dear, cheap = reduced > 0, reduced < 0
        high[dear] = np.minimum(high, steps)[dear]
        self._low[cheap] = np.maximum(self._low, high - steps)[cheap]
        self._impossible = bool((self._low > high).any())
        self._open = np.flatnonzero(self._low < high)
        self._of = [
            self.model.new_int_var(a, b, "")
            for a, b in zip(
                self._low[self._open].tolist(), high[self._open].tolist(), strict=True
            )
        ]
        self._count(told)
        self._rows(told, left)
        if self._impossible:
            self.model.add_bool_or([])

    def values(self, solver: cp_model.CpSolver) -> Ints:
        """Return every variable of the program."""
        values = self._low.copy()
        values[self._open] = [solver.value(variable) for variable in self._of]
        return values

    def _count(self, told: Told) -> None:
        """Count what choices cost beyond the least, and what is not taken."""
        reduced, high = told.reduced[self._open], told.high[self._open]
        for variable, cost, top in zip(
            self._of, reduced.tolist(), high.tolist(), strict=True
        ):
            if cost > 0:
                self.variable.append(variable)
                self.weight.append(cost)
            elif cost < 0:
                rest = self.model.new_int_var(0, top, "")
                self.model.add(rest == top - variable)
                self.variable.append(rest)
                self.weight.append(-cost)

    def _rows(self, told: Told, left: int) -> None:
        """Lay the rows; what is left of a limit that has a price is counted."""
        matrix, price = told.laid.matrix, told.price.tolist()
        value = matrix.value.astype(np.int64)
        place = np.full(len(matrix.cost), -1, dtype=np.int64)
        place[self._open] = np.arange(len(self._open))
        kept = place[matrix.column] >= 0
        fixed = np.zeros(len(price), dtype=np.int64)
        paid = value[~kept] * self._low[matrix.column[~kept]]
        np.add.at(fixed, matrix.row[~kept], paid)
        row, at, weight = matrix.row[kept], place[matrix.column[kept]], value[kept]
        begin = np.searchsorted(row, np.arange(len(price) + 1)).tolist()
        sides = zip(told.least, told.most, fixed.tolist(), price, strict=True)
        for number, (least, most, taken, pays) in enumerate(sides):
            here = slice(begin[number], begin[number + 1])
            low = -_RANGE if least is None else least - taken
            high = _RANGE if most is None else most - taken
            variables = [self._of[column] for column in at[here].tolist()]
            if not variables and not low <= 0 <= high:
                self._impossible = True
            total = cp_model.LinearExpr.weighted_sum(variables, weight[here].tolist())
            if pays and low != high:
                rest = self.model.new_int_var(0, left // abs(pays), "")
                self.variable.append(rest)
                self.weight.append(abs(pays))
                self.model.add(total == (low + rest if pays > 0 else high - rest))
            elif variables:
                self.model.add_linear_constraint(total, low, high)
