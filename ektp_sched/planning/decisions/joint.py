r"""Settle the tiers over several futures at once, one after another.

The same search as over one network: the master proposes, every network
values the proposal exactly and answers with a cut.  The cut of tier k in
future s, with the weights that :mod:`~ektp_sched.planning.decisions.cuts`
gives it, holds between the values of that one future:

.. math:: \sum_{j \le k} w_j v_{s,j} \ge C - a \cdot y_s

and a tier is the sum of its largest m values over the futures: of all of
them for the mean, of the worst tenth otherwise.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.decisions.sheet import Relaxed, Sheet, solve
from ektp_sched.planning.outcome import Linear, Settled
from ektp_sched.planning.tiers import PINS, Objective

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.planning.decisions.cuts import Cut
    from ektp_sched.planning.decisions.futures import Future, Tree

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Span = tuple[int, int]

__all__ = ["Joint", "largest"]

_ROUNDS = 60
"""Most rounds of cuts learnt from fractions, tier by tier."""

_CLOSE = 1e-4
"""The relaxation is left when it is so near to its value, relatively."""

_IDLE = 5
"""Or when so many rounds have not told it anything."""


def largest(values: Sequence[int], times: Sequence[int], count: int) -> int:
    """Return the sum of the ``count`` largest values, each as often as it occurs."""
    total = 0
    for value, often in sorted(zip(values, times, strict=True), reverse=True):
        total += value * min(often, count)
        count -= min(often, count)
    return total


@dataclass(slots=True)
class Joint:
    """One search for the best choice over several futures."""

    futures: Sequence[Future]  # what may come
    tree: Tree  # what may be decided
    # All tiers; a linear one weighs the tree's columns.
    order: Sequence[Objective | Linear]
    count: int  # how many of the largest values a tier adds up
    deadline: float | None = None  # after it the best so far is taken
    workers: int = 1  # of the master
    best: Ints = field(init=False)
    settled: list[int] = field(default_factory=list)
    rounds: int = 0
    _spans: list[list[Span]] = field(default_factory=list)
    _known: list[Ints] = field(default_factory=list)
    _seen: dict[bytes, list[tuple[int, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.best = np.zeros(len(self.tree.columns), dtype=np.int64)

    def settle(self) -> tuple[Settled, ...]:
        """Settle every tier; stop at one that is not proven."""
        all_settled = []
        for place, tier in enumerate(self.order):
            self._spans.append(self._span(place))
            settled = self._settle(place)
            self.settled.append(settled.value)
            all_settled.append(settled)
            if not settled.proven or (tier.name == PINS and settled.value):
                break
        return tuple(all_settled)

    def values(self, parts: Ints) -> list[tuple[int, ...]]:
        """Return the value of every tier in each future."""
        key = parts.tobytes()
        if key not in self._seen:
            self._seen[key] = [
                self._values(index, parts) for index in range(len(self.futures))
            ]
        return self._seen[key]

    def measure(self, parts: Ints, place: int) -> int:
        """Return what a tier comes to over all futures."""
        return self._sum([one[place] for one in self.values(parts)])

    def _values(self, index: int, parts: Ints) -> tuple[int, ...]:
        network = self.futures[index].network
        uses = self.tree.uses(index, parts, len(network.uses))
        flows = iter(network.value(uses).values)
        path = list(self.tree.path[index])
        return tuple(
            int(tier.weight[path] @ parts[path])
            if isinstance(tier, Linear)
            else next(flows)
            for tier in self.order
        )

    def _sum(self, values: Sequence[int]) -> int:
        return largest(values, [f.times for f in self.futures], self.count)

    def _span(self, place: int) -> list[Span]:
        """Return for each future the least and largest value of a tier."""
        tier = self.order[place]
        if isinstance(tier, Linear):
            return [(0, int(tier.weight[list(path)].sum())) for path in self.tree.path]
        better = self._flows(place)
        number = len(better)
        least = all(self._is_least(p) for p in better)
        spans = []
        for index, future in enumerate(self.futures):
            network = future.network
            low, high = network.least(number), network.dearest(number)
            fixed = all(not self._is_open(p, index) for p in better)
            if least or fixed:
                low = network.most().values[number]
            if fixed:
                high = network.none().values[number]
            spans.append((low, high))
        return spans

    def _flows(self, end: int) -> list[int]:
        """Return the places before one at which the networks' tiers stand."""
        return [p for p in range(end) if isinstance(self.order[p], Objective)]

    def _is_least(self, place: int) -> bool:
        """Return whether a settled tier leaves every future at its least."""
        every = sum(future.times for future in self.futures)
        lows = [low for low, _ in self._spans[place]]
        return self.count >= every and self.settled[place] == self._sum(lows)

    def _is_open(self, place: int, index: int) -> bool:
        """Return whether a tier of a future depends on the choice at all."""
        low, high = self._spans[place][index]
        return low < high

    def _settle(self, place: int) -> Settled:
        tier = self.order[place]
        low = self._sum([span[0] for span in self._spans[place]])
        bound = low
        if self.measure(self.best, place) > low and not self._late():
            if isinstance(tier, Objective):
                self._learn(self.best, place)
                self._relax(place)
            bound = self._decide(place, low)
        value = self.measure(self.best, place)
        return Settled(tier, value, min(bound, value))

    def _decide(self, place: int, low: int) -> int:
        """Let the master propose until nothing better is possible."""
        bound = low
        while not self._late():
            value = self.measure(self.best, place)
            sheet, base = self._sheet(place)
            sheet.ask({v: -w for v, w in sheet.goal.items()}, base - value)
            answer = solve(sheet, self.best, seconds=self._left(), workers=self.workers)
            if answer.bound is not None:
                bound = max(bound, base + answer.bound)
            if answer.parts is None or bound >= value:
                break
            self.rounds += 1
            attains = self._attains(answer.parts, place)
            if attains and self.measure(answer.parts, place) < value:
                self.best = answer.parts
            elif base + answer.goal >= value:
                break
            if not self._learn(answer.parts, place):
                # No cut says what this choice comes to: then state it.
                if any((answer.parts == parts).all() for parts in self._known):
                    break
                self._known.append(answer.parts)
        return bound

    def _relax(self, place: int) -> None:
        """Learn cuts at fractional choices, between a good one and the master's."""
        sheet, _ = self._sheet(place)
        spans = self._spans[place]
        unit = float(max(1, *(high - low for low, high in spans)))
        master = Relaxed(sheet, unit)
        core, value, known, idle = self._core(), np.inf, -1.0, 0
        low = self._sum([span[0] for span in spans])
        scale = max(1, self.measure(self.best, place) - low)
        for _ in range(_ROUNDS):
            answer = master.solve()
            if answer is None or self._late():
                return
            proposal, least = answer
            idle = 0 if least > known + _CLOSE * scale else idle + 1
            if value - least <= _CLOSE * scale or idle > _IDLE:
                return
            known = max(known, least)
            middle = (core + proposal) / 2
            here = self._learn_between(sheet, middle, place) - low
            if here < value:
                core, value = middle, here

    def _learn_between(self, sheet: Sheet, middle: Floats, place: int) -> float:
        """Learn every future's cut at a fractional choice; return the bound."""
        flows = self._flows(place + 1)
        least = []
        for index, future in enumerate(self.futures):
            low, high = self._spans[place][index]
            network = future.network
            uses = self.tree.uses(index, middle, len(network.uses))
            said = low
            if low < high:
                point = network.fraction(uses, len(flows))
                for number, p in enumerate(flows):
                    if self._is_open(p, index):
                        cut = network.learn(point, number)
                        future.cuts[number].append(cut)
                        self._demand(sheet, index, cut)
                lows = [self._spans[p][index][0] for p in flows[:-1]]
                slope = np.array(cut.slope, dtype=float)
                said = round(cut.above(lows) - float(slope @ uses))
            least.append(min(high, max(low, said)))
        return float(self._sum(least))

    def _core(self) -> Floats:
        """Return a fractional choice well inside the rules."""
        tight = [limit.most / sum(limit.weights) for limit in self.tree.limits]
        share = min([1.0, *tight])
        return np.full(len(self.tree.columns), share)

    def _learn(self, parts: Ints, place: int) -> bool:
        """Learn what each future says at a choice; return whether any was new."""
        flows = self._flows(place + 1)
        fresh = False
        for index, future in enumerate(self.futures):
            network = future.network
            point = network.value(self.tree.uses(index, parts, len(network.uses)))
            for number, p in enumerate(flows):
                if self._is_open(p, index):
                    cut = network.learn(point, number)
                    if cut not in future.cuts[number]:
                        future.cuts[number].append(cut)
                        fresh = True
        return fresh

    def _attains(self, parts: Ints, place: int) -> bool:
        return all(
            self.measure(parts, p) == value
            for p, value in enumerate(self.settled[:place])
        )

    def _sheet(self, place: int) -> tuple[Sheet, int]:
        """Return the master of a tier, and what its goal is counted from."""
        sheet = Sheet(len(self.tree.columns))
        for limit in self.tree.limits:
            weights = [-w for w in limit.weights]
            sheet.ask(dict(zip(limit.columns, weights, strict=True)), -limit.most)
        self._fill(sheet, place)
        for p in range(place):
            goal, base = self._goal(sheet, p)
            sheet.ask({v: -w for v, w in goal.items()}, base - self.settled[p])
        for parts in self._known:
            self._tell(sheet, parts, place)
        sheet.goal, base = self._goal(sheet, place)
        return sheet, base

    def _fill(self, sheet: Sheet, place: int) -> None:
        """Write down what is known of the value of each tier in each future."""
        for spans in self._spans[: place + 1]:
            for low, high in spans:
                sheet.new(high - low)
        for p in range(place + 1):
            if isinstance(self.order[p], Linear):
                self._tie(sheet, p)
        count = len(self._flows(place + 1))
        for index, future in enumerate(self.futures):
            for cut in (cut for cuts in future.cuts[:count] for cut in cuts):
                self._demand(sheet, index, cut)

    def _variable(self, place: int, index: int) -> int:
        return len(self.tree.columns) + place * len(self.futures) + index

    def _tie(self, sheet: Sheet, place: int) -> None:
        """Let a linear tier be what the choices cost."""
        tier = self.order[place]
        assert isinstance(tier, Linear)
        for index, path in enumerate(self.tree.path):
            terms = {c: int(tier.weight[c]) for c in path}
            terms[self._variable(place, index)] = -1
            sheet.ask(terms, 0)
            sheet.ask({v: -w for v, w in terms.items()}, 0)

    def _demand(self, sheet: Sheet, index: int, cut: Cut) -> None:
        """Ask for what a cut says of one future, clipped to what it is about."""
        places = self._flows(len(self.order))[: cut.tier + 1]
        lows = [self._spans[p][index][0] for p in places]
        need = cut.above(lows) - lows[-1]
        if need <= 0:
            return
        terms = {
            self._variable(p, index): min(w, need)
            for p, w in zip(places, cut.weights, strict=True)
            if self._is_open(p, index)
        }
        used, of = self.tree.used[index], self.tree.of[index]
        for use, column in zip(used.tolist(), of.tolist(), strict=True):
            terms[column] = min(cut.slope[use], need)
        sheet.ask(terms, need)

    def _goal(self, sheet: Sheet, place: int) -> tuple[dict[int, int], int]:
        """Return a tier over all futures: weighted variables, and a constant."""
        spans = self._spans[place]
        times = [future.times for future in self.futures]
        own = [self._variable(place, i) for i in range(len(self.futures))]
        if self.count >= sum(times):
            goal = dict(zip(own, times, strict=True))
            return goal, self._sum([low for low, _ in spans])
        # Rockafellar and Uryasev (2000): the largest m values come to the
        # least, over t, of m t and all that lies above t.
        base = min(low for low, _ in spans)
        top = max(high for _, high in spans)
        level = sheet.new(top - base)
        goal = {level: self.count}
        for (low, high), variable, often in zip(spans, own, times, strict=True):
            above = sheet.new(high - base)
            sheet.ask({above: 1, level: 1, variable: -1}, low - base)
            goal[above] = often
        return goal, self.count * base

    def _tell(self, sheet: Sheet, parts: Ints, place: int) -> None:
        """State the values of a choice, for every future by itself."""
        for index, values in enumerate(self.values(parts)):
            path = [(c, bool(parts[c])) for c in self.tree.path[index]]
            told = [
                (self._variable(p, index), values[p] - self._spans[p][index][0])
                for p in range(place + 1)
                if isinstance(self.order[p], Objective)
            ]
            sheet.tell(path, told)

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _left(self) -> float | None:
        return None if self.deadline is None else self.deadline - time.monotonic()
