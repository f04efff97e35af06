"""Solve a laid program with fractions, looking at few of its choices.

Nearly all choices of a day are far from any good plan.  A coarse program, in
which groups that differ in their costs alone are one, guesses the prices; the
program is solved with the choices that these call near the best, and with more
of them until its own prices call no other choice better.  What the prices say is
a bound whatever they are: everybody takes the choice that is cheapest under them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.mixed.call import relaxation

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Floats, Ints
    from ektp_sched.planning.mixed.matrix import Matrix
    from ektp_sched.planning.mixed.model import Laid


_FEW = 25_000
"""So many choices are solved at once."""

_COARSE = 500
"""Groups of the coarse program, about."""

_NEAREST = 4
"""Choices of a group to begin with, and at most so many more in each round."""

_ROUNDS = 40

_BETTER = 1e-5

_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Cut:
    """No solution comes below ``constant + slope · yes``."""

    constant: float  # the bound without any use or switch
    slope: Floats  # what each use and switch adds, (U + W,)

    def at(self, yes: Floats) -> float:
        """Return the bound at a decision of uses and switches."""
        return self.constant + float(self.slope @ yes)


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A solution with fractions."""

    values: Floats  # every variable, (N,)
    value: float  # of the objective
    least: float  # no solution comes below it, by the prices
    reduced: Floats  # taking a choice at all costs so much above `least`, (E,)
    kept: Bools  # variables looked at, (N,)
    cut: Cut  # what the prices say of any uses and switches
    price: Floats  # of each row, (R,)

    @property
    def bound(self) -> int:
        """Return below which whole number no solution comes."""
        return whole_bound(max(self.least, min(self.value, self.least + 0.5)))

    def among(self, value: float) -> Bools:
        """Return the variables that ``below`` leaves, shape ``(N,)``."""
        kept = np.ones(len(self.kept), dtype=bool)
        kept[: len(self.reduced)] = self.below(value)
        return kept

    def below(self, value: float) -> Bools:
        """Return which choices a solution of a value can take, shape ``(E,)``."""
        # Half a card's worth for what floats lose in a sum.
        able: Bools = self.reduced <= value - self.least + 0.5
        return able


def relax(laid: Laid, known: Bools | None = None) -> Relaxed | None:
    """Solve with fractions; ``None`` if even these cannot keep the rules.

    ``known`` are variables to begin with, shape ``(N,)``.
    """
    if laid.stuck:
        return None
    kept = np.ones(len(laid.matrix.cost), dtype=bool)
    if known is not None:
        kept = known.copy()
    elif laid.choices > _FEW:
        kept[: laid.choices] = _guess(laid)
    for _ in range(_ROUNDS):
        solution = solve(laid.matrix, kept)
        if solution is not None:
            values, price = solution
            better = _better(laid, price, kept)
            if not better.any():
                return _relaxed(laid, values, price, kept)
            kept[: laid.choices] |= better
        elif kept.all():
            return None
        else:
            kept[:] = True
    kept[:] = True
    solution = solve(laid.matrix, kept)
    return None if solution is None else _relaxed(laid, *solution, kept)


def whole_bound(least: float) -> int:
    """Return the least whole number that a bound in floats allows."""
    return math.ceil(least - min(0.4, _NEAR * max(1.0, abs(least) * 1e-3)))


def solve(matrix: Matrix, kept: Bools) -> tuple[Floats, Floats] | None:
    """Return the best fractions of some variables, and the prices of the rows."""
    answer = relaxation(matrix, kept)
    if answer.infeasible:
        return None
    if answer.values is None:
        return np.zeros(len(matrix.cost)), np.zeros(len(matrix.least))
    return answer.values, answer.price


def _relaxed(laid: Laid, values: Floats, price: Floats, kept: Bools) -> Relaxed:
    matrix = laid.matrix
    bounded = np.isfinite(np.where(price > 0, matrix.least, matrix.most))
    price = np.where(bounded, price, 0.0)
    price[: len(laid.size)] = 0
    reduced = matrix.reduced(price)
    cheapest = np.minimum.reduceat(reduced[: laid.choices], laid.start)
    able = reduced[: laid.choices] - cheapest[laid.owner]
    cards = float(laid.size @ cheapest)
    value = float(matrix.cost @ values)
    least = cards + _paid(laid, price, reduced, slice(laid.choices, None))
    every = price.copy()
    # Rows about uses and switches alone are no part of a cut.
    price[laid.own_rows] = 0
    reduced = matrix.reduced(price)
    yes = slice(laid.uses[0], laid.switches[1])
    before = _paid(laid, price, reduced, slice(laid.choices, yes.start))
    after = _paid(laid, np.zeros_like(price), reduced, slice(yes.stop, None))
    cut = Cut(cards + before + after, reduced[yes])
    return Relaxed(values, value, least, able, kept, cut, every)


def _paid(laid: Laid, price: Floats, reduced: Floats, variables: slice) -> float:
    """Return what rows pay at least, and some variables at their best bounds."""
    matrix, dear = laid.matrix, np.flatnonzero(price)
    side = np.where(price > 0, matrix.least, matrix.most)
    # What has no bound of its own is a number of cards.
    high = np.minimum(matrix.high[variables], laid.size.sum())
    rest = np.minimum(
        reduced[variables] * matrix.low[variables], reduced[variables] * high
    )
    return float(price[dear] @ side[dear]) + float(rest.sum())


def _better(laid: Laid, price: Floats, kept: Bools) -> Bools:
    """Return the best of the choices left out that prices call better."""
    reduced = laid.matrix.reduced(price)[: laid.choices]
    missing = ~kept[: laid.choices] & (reduced < -_BETTER)
    return missing & _nearest(laid, np.where(missing, reduced, math.inf))


def _nearest(laid: Laid, reduced: Floats) -> Bools:
    """Return which choices are among the cheapest of their group."""
    order = np.lexsort((reduced, laid.owner))
    place = np.empty(laid.choices, dtype=np.int64)
    place[order] = np.arange(laid.choices)
    near: Bools = place - laid.start[laid.owner] < _NEAREST
    return near


def _guess(laid: Laid) -> Bools:
    """Return the choices that a coarse program calls near the best."""
    part, of = _parts(laid)
    matrix = laid.matrix
    # A part's choices are those of one of its groups, at the mean of their costs.
    place = np.arange(laid.choices) - laid.start[laid.owner]
    choice = laid.start[of[part]][laid.owner] + place
    size = laid.size.astype(np.float64)
    weight = np.bincount(part, size)
    cost = np.bincount(choice, size[laid.owner] * matrix.cost[: laid.choices])
    taken = np.unique(choice)
    kept = np.ones(len(matrix.cost), dtype=bool)
    kept[: laid.choices] = False
    kept[taken] = True
    costs = matrix.cost.copy()
    costs[taken] = cost[taken] / weight[part[laid.owner[taken]]]
    sizes = np.zeros(len(size))
    sizes[of] = weight
    coarse = replace(
        matrix,
        cost=costs,
        least=np.append(sizes, matrix.least[len(size) :]),
        most=np.append(sizes, matrix.most[len(size) :]),
    )
    solution = solve(coarse, kept)
    if solution is None:
        return np.ones(laid.choices, dtype=bool)
    values, price = solution
    near = _nearest(laid, matrix.reduced(price)[: laid.choices])
    return near | (values[choice] > 0)


def _parts(laid: Laid) -> tuple[Ints, Ints]:
    """Return the part of each group, and one group of each part.

    Groups of a part differ in their costs alone: their choices stand in the same
    rows.
    """
    matrix, groups = laid.matrix, len(laid.size)
    draw = np.random.default_rng(0).integers(1, 1 << 62, len(matrix.least))
    draw[:groups] = 0
    of_choices = matrix.column < laid.choices
    sign = np.zeros(laid.choices, dtype=np.int64)
    at = matrix.column[of_choices]
    np.add.at(
        sign,
        at,
        matrix.value[of_choices].astype(np.int64) * draw[matrix.row[of_choices]],
    )
    place = np.arange(laid.choices) - laid.start[laid.owner]
    total = np.zeros(groups, dtype=np.int64)
    np.add.at(total, laid.owner, sign * (2 * place + 1) + place)
    end = np.append(laid.start[1:], laid.choices) - 1
    rise = matrix.cost[end] - matrix.cost[laid.start]
    order = np.lexsort((rise, total))
    fresh = np.append(True, np.diff(total[order]) != 0)
    begin = np.flatnonzero(fresh)
    inside = np.arange(groups) - begin[np.cumsum(fresh) - 1]
    first = fresh | (inside % max(1, groups // _COARSE) == 0)
    part = np.empty(groups, dtype=np.int64)
    part[order] = np.cumsum(first) - 1
    return part, order[first]
