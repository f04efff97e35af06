"""A proof that anybody can add up: why no other choice of shifts is better.

The search ends when the master finds nothing better; that is the solver's
word.  Here the same end is reached by a plain branch-and-bound whose every
leaf is a sum of whole multiples of cuts and rules that no decision in it can
meet (the lemma of Farkas, 1902).  A linear program only guesses the
multiples; they count only if the sum, in whole numbers, comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt.python import mathopt

from ektp_sched.planning.certificate import Leaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Demand", "leaves"]

_MOST = 4_000
"""Most parts looked at; beyond, the solver's word has to do."""

_FINE = 1 << 40
"""Multiples are fractions of the largest one in so many."""


@dataclass(frozen=True, slots=True)
class Demand:
    """``need - slope · uses`` must be at most 0; a rule has negative slopes.

    Parameters
    ----------
    kind, number
        ``cut`` or ``row``, and its index in the proof.
    need
        What is missing without any use.
    slope
        What each use contributes, shape ``(U,)``.
    """

    kind: str
    number: int
    need: int
    slope: tuple[int, ...]


def leaves(demands: Sequence[Demand], uses: int) -> tuple[Leaf, ...] | None:
    """Return parts of all decisions in each of which the demands contradict.

    Parameters
    ----------
    demands
        What a better decision would have to meet.
    uses
        Number of uses.

    Returns
    -------
    tuple of Leaf or None
        ``None`` if there would be too many parts, or none of them ends.
    """
    tree = _Tree(tuple(demands), uses)
    found: list[Leaf] = []
    open_: list[tuple[tuple[int, bool], ...]] = [()]
    looked = 0
    while open_:
        fixed = open_.pop()
        looked += 1
        if looked > _MOST:
            return None
        leaf, branch = tree.look(fixed)
        if leaf is not None:
            found.append(leaf)
        elif branch is None:
            return None
        else:
            open_ += [(*fixed, (branch, False)), (*fixed, (branch, True))]
    return tuple(found)


@dataclass(slots=True)
class _Tree:
    """The linear program that guesses multiples, with uses fixed in turn."""

    demands: tuple[Demand, ...]
    uses: int
    _variables: list[mathopt.Variable] = field(init=False)
    _rows: list[mathopt.LinearConstraint] = field(init=False)
    _scale: list[float] = field(init=False)
    _solver: mathopt.IncrementalSolver = field(init=False)

    def __post_init__(self) -> None:
        model = mathopt.Model()
        self._variables = [model.add_variable(lb=0, ub=1) for _ in range(self.uses)]
        short = model.add_variable(lb=0)
        self._scale = [
            float(max(1, abs(d.need), *map(abs, d.slope))) for d in self.demands
        ]
        self._rows = []
        for demand, scale in zip(self.demands, self._scale, strict=True):
            met = mathopt.LinearSum(
                a / scale * y
                for y, a in zip(self._variables, demand.slope, strict=True)
                if a
            )
            row = model.add_linear_constraint(met + short >= demand.need / scale)
            self._rows.append(row)
        model.minimize(short)
        self._solver = mathopt.IncrementalSolver(model, mathopt.SolverType.GLOP)

    def look(
        self, fixed: tuple[tuple[int, bool], ...]
    ) -> tuple[Leaf | None, int | None]:
        """Return a leaf, or the use to branch on; neither if nothing helps."""
        settled = dict(fixed)
        for number, variable in enumerate(self._variables):
            taken = settled.get(number)
            variable.lower_bound = 1.0 if taken else 0.0
            variable.upper_bound = 0.0 if taken is False else 1.0
        result = self._solver.solve()
        if not result.has_dual_feasible_solution():
            return None, None
        duals = result.dual_values(self._rows)
        times = self._whole(duals)
        if self._contradict(times, settled):
            return self._leaf(fixed, times), None
        values = np.array(result.variable_values(self._variables))
        free = [n for n in range(self.uses) if n not in settled]
        if not free:
            return self._single(fixed, settled), None
        return None, min(free, key=lambda n: (abs(values[n] - 0.5), n))

    def _whole(self, duals: Sequence[float]) -> list[int]:
        shares = [max(0.0, d) / s for d, s in zip(duals, self._scale, strict=True)]
        largest = max(shares, default=0.0)
        if largest <= 0:
            return [0] * len(shares)
        return [round(share / largest * _FINE) for share in shares]

    def _contradict(self, times: Sequence[int], settled: dict[int, bool]) -> bool:
        """Return whether the sum is positive whatever is still free."""
        used = [(t, d) for t, d in zip(times, self.demands, strict=True) if t]
        total = sum(t * d.need for t, d in used)
        for number in range(self.uses):
            taken = settled.get(number)
            if taken is False:
                continue
            change = -sum(t * d.slope[number] for t, d in used)
            total += change if taken else min(0, change)
        return total > 0

    def _single(
        self, fixed: tuple[tuple[int, bool], ...], settled: dict[int, bool]
    ) -> Leaf | None:
        """Return the one demand that a decision fails to meet, if it does."""
        for number in range(len(self.demands)):
            times = [int(n == number) for n in range(len(self.demands))]
            if self._contradict(times, settled):
                return self._leaf(fixed, times)
        return None

    def _leaf(self, fixed: tuple[tuple[int, bool], ...], times: Sequence[int]) -> Leaf:
        def some(kind: str) -> tuple[tuple[int, int], ...]:
            pairs = zip(times, self.demands, strict=True)
            return tuple((d.number, t) for t, d in pairs if t and d.kind == kind)

        return Leaf(fixed, some("cut"), some("row"))
