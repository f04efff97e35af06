"""Settle the tiers one after another over all decisions.

For each tier CP-SAT proposes the decision that is best as far as the cuts
know, the network values it exactly and answers with a cut, until no decision
can be better than the best one seen.  Better tiers are held at their values
by their own cuts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.decisions.master import Bound, Relaxation, choose
from ektp_sched.planning.decisions.network import WHOLE, Network, Point
from ektp_sched.planning.decisions.rules import Row
from ektp_sched.planning.outcome import Settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ektp_sched.planning.decisions.cuts import Cut
    from ektp_sched.planning.outcome import Linear

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Progress = Callable[[str, float], None]

__all__ = ["Search"]

_FEW = 2
"""Decisions tried in a tier before cuts are learnt from fractions."""

_ROUNDS = 60
"""Most cuts learnt from fractions, tier by tier."""

_CLOSE = 1e-4
"""The relaxation is left when it is so near to its value, relatively."""


@dataclass(slots=True)
class Search:
    """One search for the best decision."""

    network: Network  # the network, laid for all that could be open
    rows: list[Row]  # what limits the uses
    deadline: float | None = None  # after it the best so far is taken
    workers: int = 1  # of the master
    best: Point = field(init=False)
    most: Point = field(init=False)
    cuts: list[list[Cut]] = field(init=False)
    settled: list[int] = field(default_factory=list)
    rounds: int = 0

    def __post_init__(self) -> None:
        self.cuts = [[] for _ in self.network.tiers]
        self.best = self.network.none()
        self.most = self.network.most()

    def settle(self, number: int) -> Settled:
        """Find the best decision in a network tier; all before it are settled."""
        assert len(self.settled) == number
        low = self._least(number)
        bound = low
        if self.best.values[number] > low and not self._late():
            self._learn(self.best, number)
            bound = self._decide(number, low, _FEW)
            if bound < self.best.values[number]:
                self._relax(number, low)
                bound = max(bound, self._decide(number, low))
        value = self.best.values[number]
        if 0 < value == low:
            self._learn_least(number)
        self.settled.append(value)
        return Settled(self.network.tiers[number], value, min(bound, value))

    def settle_linear(self, tier: Linear) -> Settled:
        """Find the best decision in a tier that only the uses decide."""
        none: list[Bound] = []
        bound = 0
        value = int(tier.weight @ self.best.parts)
        while value > bound and not self._late():
            answer = choose(
                self.rows,
                self._held(),
                none,
                tier.weight,
                (0, value),
                seconds=self._left(),
                workers=self.workers,
            )
            bound = max(bound, answer.bound)
            if answer.parts is None or bound >= value:
                break
            point = self.network.value(answer.parts)
            if self._attains(point):
                self.best, value = point, int(tier.weight @ answer.parts)
            elif not self._exclude(point):
                break
        self.rows.append(Row(tier.name, tier.weight, value))
        return Settled(tier, value, min(bound, value))

    def _least(self, number: int) -> int:
        """Return a value below which a tier cannot come under any decision."""
        if self.most.values[:number] == tuple(self.settled):
            return self.most.values[number]
        return self.network.least(number)

    def _learn_least(self, number: int) -> None:
        """Learn why no decision comes below the least value."""
        if self.most.values[:number] == tuple(self.settled):
            self._learn_at(self.most, number)
            return
        self.cuts[number].append(self.network.learn_least(number))

    def _decide(self, number: int, low: int, most: int | None = None) -> int:
        """Let the master propose until nothing better is possible."""
        bound = low
        for _ in count() if most is None else range(most):
            if self._late():
                break
            value = self.best.values[number]
            answer = choose(
                self.rows,
                self._held(),
                self._bounds(number),
                self.network.uses.day,
                (low, value),
                seconds=self._left(),
                workers=self.workers,
            )
            bound = max(bound, answer.bound)
            if answer.parts is None or bound >= value:
                break
            self.rounds += 1
            point = self.network.value(answer.parts)
            if self._attains(point):
                fresh = self._learn(point, number)
                if point.values[number] < value:
                    self.best = point
                elif not fresh:
                    break
            elif not self._exclude(point):
                break
        return bound

    def _relax(self, number: int, low: int) -> None:
        """Learn cuts at fractional decisions, between a good one and the master's."""
        unit = max(1, self.best.values[number] - low)
        master = Relaxation(self.rows, self._held(), unit, len(self.network.uses))
        for bound in self._bounds(number):
            self._offer(master, bound, low)
        core, value = self._core(), np.inf
        for _ in range(_ROUNDS):
            answer = master.solve()
            if answer is None or self._late():
                return
            proposal, least = answer
            if value - least <= _CLOSE * unit:
                return
            middle = (core + proposal) / 2
            point = self.network.fraction(middle, number + 1)
            cut = self._learn_at(point, number)
            bound = self._bound(cut)
            self._offer(master, bound, low)
            self._hold(master, point, number)
            here = bound.constant - float(np.array(bound.slope, dtype=float) @ middle)
            if here - low < value:
                core, value = middle, here - low

    def _hold(self, master: Relaxation, point: Point, number: int) -> None:
        """Tell the relaxation where a better tier would be lost."""
        for tier, value in enumerate(self.settled[:number]):
            if point.values[tier] > WHOLE * value:
                self._learn_at(point, tier)
                master.hold(self._held_by(self.cuts[tier][-1]))
                return

    def _offer(self, master: Relaxation, bound: Bound, low: int) -> None:
        clipped = bound.clipped(low)
        if clipped is not None:
            master.add(clipped)

    def _core(self) -> Floats:
        """Return a fractional decision well inside the rules."""
        even = np.ones(len(self.network.uses))
        tight = [row.most / row.weight.sum() for row in self.rows if row.weight.any()]
        share = min(tight, default=1.0)
        return even * min(1.0, share)

    def _learn_at(self, point: Point, number: int) -> Cut:
        cut = self.network.learn(point, number)
        self.cuts[number].append(cut)
        return cut

    def _learn(self, point: Point, number: int) -> bool:
        """Learn a tier's cut at a decision; return whether it was new."""
        before = len(self.cuts[number])
        cut = self._learn_at(point, number)
        return cut not in self.cuts[number][:before]

    def _exclude(self, point: Point) -> bool:
        """Learn why a decision loses a better tier; return whether it was new."""
        for tier, value in enumerate(self.settled):
            if point.values[tier] > value:
                return self._learn(point, tier)
        return False

    def _attains(self, point: Point) -> bool:
        return list(point.values[: len(self.settled)]) == self.settled

    def _bound(self, cut: Cut) -> Bound:
        return Bound(cut.above(self.settled[: cut.tier]), cut.slope)

    def _bounds(self, number: int) -> list[Bound]:
        return [self._bound(cut) for cut in self.cuts[number]]

    def _held_by(self, cut: Cut) -> Bound:
        bound = self._bound(cut)
        return replace(bound, constant=bound.constant - self.settled[cut.tier])

    def _held(self) -> list[Bound]:
        settled = self.cuts[: len(self.settled)]
        return [self._held_by(cut) for cuts in settled for cut in cuts]

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _left(self) -> float | None:
        return None if self.deadline is None else self.deadline - time.monotonic()
