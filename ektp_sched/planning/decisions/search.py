r"""Settle the tiers one after another, over all choices and all that may come.

For each tier CP-SAT proposes the choice that is best as far as the cuts know,
the network of every future values it exactly and answers with a cut, until no
choice can be better than the best one seen: Benders decomposition (1962) with
exact integer cuts.  A plan has one future; several are what may come, and a
tier is the sum of its largest m values over them: of all of them for the mean,
of the worst tenth otherwise.

The cut of tier k in future s, with the weights that
:mod:`~ektp_sched.planning.decisions.cuts` gives it, holds between the values of
that one future:

.. math:: \sum_{j \le k} w_j v_{s,j} \ge C - a \cdot y_s

With one future, and wherever every future is at its least, the better tiers
are known numbers.  Then the cut bounds the tier alone, and better tiers need a
new cut only where a choice would lose them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ektp_sched.people.objectives import PINS, Objective
from ektp_sched.planning.decisions.master import Master, Relaxation, solve
from ektp_sched.planning.decisions.network import WHOLE
from ektp_sched.planning.outcome import Linear, Settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Floats, Ints
    from ektp_sched.planning.decisions.cuts import Cut
    from ektp_sched.planning.decisions.futures import Future, Tree

    Span = tuple[int, int]

_Number = TypeVar("_Number", int, float)

_FEW = 2
"""Choices tried in a tier before cuts are learnt from fractions."""

_ROUNDS = 60
"""Most rounds of cuts learnt from fractions, tier by tier."""

_CLOSE = 1e-4
"""The relaxation is left when it is so near to its value, relatively."""

_IDLE = 5
"""With several futures also when so many rounds have not told it anything."""


def largest(values: Sequence[_Number], times: Sequence[int], number: int) -> _Number:
    """Return the sum of so many largest values, each as often as it occurs."""
    total = values[0] * 0
    for value, often in sorted(zip(values, times, strict=True), reverse=True):
        total += value * min(often, number)
        number -= min(often, number)
    return total


@dataclass(slots=True)
class Search:
    """One search for the best choice."""

    futures: Sequence[Future]  # what may come
    tree: Tree  # what may be decided
    # All tiers; a linear one weighs the tree's columns.
    order: Sequence[Objective | Linear]
    count: int = 1  # how many of the largest values a tier adds up
    deadline: float | None = None  # after it the best so far is taken
    workers: int = 1  # of the master
    best: Ints = field(init=False)
    settled: list[Settled] = field(default_factory=list)
    rounds: int = 0
    # For each settled tier, and the one at hand: by future the least and largest value.
    _spans: list[list[Span]] = field(default_factory=list)
    # The same: whether it is at its least everywhere, and where choices matter at all.
    _at_least: list[bool] = field(default_factory=list)
    _matters: list[list[bool]] = field(default_factory=list)
    _stated: list[Ints] = field(default_factory=list)
    _master: Master = field(init=False)
    _base: int = 0  # what the goal of the master is counted from
    _seen: dict[bytes, list[tuple[int, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.best = np.zeros(len(self.tree.columns), dtype=np.int64)

    def settle(self) -> tuple[Settled, ...]:
        """Settle every tier; stop where no later one can be."""
        for place, tier in enumerate(self.order):
            settled = self._settle(place)
            self.settled.append(settled)
            lost = tier.name == PINS and settled.value
            if isinstance(tier, Objective) and (lost or not settled.proven):
                break
        return tuple(self.settled)

    def values(self, parts: Ints) -> list[tuple[int, ...]]:
        """Return the value of every tier in each future."""
        key = parts.tobytes()
        if key not in self._seen:
            futures = range(len(self.futures))
            self._seen[key] = [self._values(index, parts) for index in futures]
        return self._seen[key]

    def measure(self, parts: Ints, place: int) -> int:
        """Return what a tier comes to over all futures."""
        return self._sum([values[place] for values in self.values(parts)])

    def _values(self, index: int, parts: Ints) -> tuple[int, ...]:
        network = self.futures[index].network
        flows = iter(network.value(self._uses(index, parts)).values)
        path = list(self.tree.path[index])
        return tuple(
            int(tier.weight[path] @ parts[path])
            if isinstance(tier, Linear)
            else next(flows)
            for tier in self.order
        )

    def _uses(self, index: int, parts: Ints) -> Ints:
        return self.tree.uses(index, parts, len(self.futures[index].network.uses))

    def _sum(self, values: Sequence[_Number]) -> _Number:
        return largest(values, [future.times for future in self.futures], self.count)

    @property
    def _is_plan(self) -> bool:
        """Return whether there is one future: its settled tiers are known numbers."""
        return len(self.futures) == 1

    @property
    def _adds_all(self) -> bool:
        """Return whether a tier is the sum over all futures."""
        return self.count >= sum(future.times for future in self.futures)

    def _flows(self, end: int) -> list[int]:
        """Return the places before one at which the networks' tiers stand."""
        return [p for p in range(end) if isinstance(self.order[p], Objective)]

    def _span(self, place: int) -> list[Span]:
        """Return for each future the least and largest value of a tier."""
        tier = self.order[place]
        if isinstance(tier, Linear):
            return [(0, int(tier.weight[list(path)].sum())) for path in self.tree.path]
        better = self._flows(place)
        number = len(better)
        spans = []
        for index, future in enumerate(self.futures):
            network = future.network
            alone = not any(self._matters[p][index] for p in better)
            if alone or all(self._at_least[p] for p in better):
                low = network.most().values[number]
            else:
                low = network.least(number)
            if alone:
                high = network.none().values[number]
            elif self._is_plan:
                # Nothing above the best so far is looked for.
                high = self.measure(self.best, place)
            else:
                high = network.dearest(number)
            spans.append((low, high))
        return spans

    def _settle(self, place: int) -> Settled:
        """Find the best choice in a tier; all before it are settled."""
        tier = self.order[place]
        spans = self._span(place)
        low = bound = self._sum([low for low, _ in spans])
        self._matters.append([low < high for low, high in spans])
        self._spans.append(spans)
        if self.measure(self.best, place) > low and not self._late():
            self._lay(place)
            if isinstance(tier, Objective):
                self._learn(self.best, place)
                bound = self._decide(place, low, _FEW)
                if bound < self.measure(self.best, place):
                    self._relax(place, low)
            bound = max(bound, self._decide(place, bound))
        value = self.measure(self.best, place)
        self._at_least.append(self._adds_all and value == low)
        if isinstance(tier, Objective):
            if self._is_plan:
                self._spans[-1] = [(value, value)]
                if 0 < value == low:
                    self._learn_least(place)
            elif self._at_least[-1]:
                self._spans[-1] = [(low, low) for low, _ in spans]
        return Settled(tier, value, min(bound, value))

    def _learn_least(self, place: int) -> None:
        """Learn why no choice comes below the least value: a proof will ask."""
        number = len(self._flows(place))
        network = self.futures[0].network
        if all(self._at_least[p] for p in self._flows(place)):
            cut = network.learn(network.most(), number)
        else:
            cut = network.learn_least(number)
        self.futures[0].cuts[number].append(cut)

    def _decide(self, place: int, bound: int, most: int | None = None) -> int:
        """Let the master propose until nothing better is possible."""
        for _ in count() if most is None else range(most):
            value = self.measure(self.best, place)
            if bound >= value or self._late():
                break
            answer = solve(
                self._master,
                value - self._base,
                hint=None if self._is_plan else self.best,
                seconds=self._left(),
                workers=self.workers,
            )
            bound = max(bound, self._base + answer.bound)
            if answer.parts is None or bound >= value:
                break
            self.rounds += 1
            better = self._attains(answer.parts) and (
                self.measure(answer.parts, place) < value
            )
            if better:
                self.best = answer.parts
            elif self._base + answer.goal >= value:
                break
            if not (self._learn(answer.parts, place) or better):
                # No cut says what this choice comes to: then state it.
                if any((answer.parts == parts).all() for parts in self._stated):
                    break
                self._stated.append(answer.parts)
                self._state(answer.parts, place)
        return bound

    def _attains(self, parts: Ints) -> bool:
        return all(
            self.measure(parts, place) == settled.value
            for place, settled in enumerate(self.settled)
        )

    def _learn(self, parts: Ints, place: int) -> bool:
        """Learn what each future says at a choice; return whether any was new."""
        fresh = False
        for index, future in enumerate(self.futures):
            point = future.network.value(self._uses(index, parts))
            for number, p in enumerate(self._flows(place + 1)):
                low, high = self._spans[p][index]
                lost = point.values[number] > high
                if low < high or lost:
                    cut = future.network.learn(point, number)
                    fresh |= self._keep(index, cut)
                if lost:
                    break
        return fresh

    def _keep(self, index: int, cut: Cut) -> bool:
        """Keep a cut, unless it is known."""
        cuts = self.futures[index].cuts[cut.tier]
        if cut in cuts:
            return False
        cuts.append(cut)
        self._demand(index, cut)
        return True

    def _relax(self, place: int, low: int) -> None:
        """Learn cuts at fractional choices, between a good one and the master's."""
        scale = max(1, self.measure(self.best, place) - low)
        relaxation = Relaxation(self._master, scale)
        core, value, known, idle = self._core(place), np.inf, -np.inf, 0
        for _ in range(_ROUNDS):
            answer = relaxation.solve()
            if answer is None or self._late():
                return
            proposal, least = answer
            least -= low - self._base
            idle = 0 if least > known + _CLOSE * scale else idle + 1
            tired = idle > _IDLE and not self._is_plan
            if value - least <= _CLOSE * scale or tired:
                return
            known = max(known, least)
            middle = (core + proposal) / 2
            here = self._learn_between(middle, place) - low
            if here < value:
                core, value = middle, here

    def _learn_between(self, middle: Floats, place: int) -> float:
        """Learn every future's cut at a fractional choice; return the bound."""
        better = self._flows(place)
        bounds = []
        for index, future in enumerate(self.futures):
            low, high = self._spans[place][index]
            if low == high:
                bounds.append(float(low))
                continue
            network = future.network
            uses = self.tree.uses(index, middle, len(network.uses))
            point = network.fraction(uses, len(better) + 1)
            own = network.learn(point, len(better))
            self._keep(index, own)
            lows = [self._spans[p][index][0] for p in better]
            slope = np.array(own.slope, dtype=float)
            bounds.append(max(low, own.above(lows) - float(slope @ uses)))
            for number, p in enumerate(better):
                low, high = self._spans[p][index]
                lost = point.values[number] > WHOLE * high
                if low < high or lost:
                    self._keep(index, network.learn(point, number))
                if lost:
                    break
        return self._sum(bounds)

    def _core(self, place: int) -> Floats:
        """Return a fractional choice well inside the rules."""
        shares = [row.most / int(row.weight.sum()) for row in self.tree.limits]
        for p, settled in enumerate(self.settled[:place]):
            weights, _ = self._weights(p)
            if isinstance(settled.tier, Linear) and weights:
                shares.append(settled.value / sum(weights.values()))
        return np.full(len(self.tree.columns), min([1.0, *shares]))

    def _lay(self, place: int) -> None:
        """Lay the master of a tier, with all that is known."""
        self._master = Master(len(self.tree.columns))
        for row in self.tree.limits:
            at = np.flatnonzero(row.weight)
            terms = zip(at.tolist(), row.weight[at].tolist(), strict=True)
            self._master.ask({column: -w for column, w in terms}, -row.most)
        for p in range(place + 1):
            for low, high in self._spans[p]:
                self._master.new(high - low)
        for p, settled in enumerate(self.settled):
            goal, base = self._goal(p)
            self._master.ask({v: -w for v, w in goal.items()}, base - settled.value)
        for index, future in enumerate(self.futures):
            for cuts in future.cuts[: len(self._flows(place + 1))]:
                for cut in cuts:
                    self._demand(index, cut)
        for parts in self._stated:
            self._state(parts, place)
        self._master.goal, self._base = self._goal(place)

    def _variable(self, place: int, index: int) -> int:
        return len(self.tree.columns) + place * len(self.futures) + index

    def _is_open(self, place: int, index: int) -> bool:
        low, high = self._spans[place][index]
        return low < high

    def _demand(self, index: int, cut: Cut) -> None:
        """Ask for what a cut says of one future, clipped to what it is about."""
        places = self._flows(len(self._spans))[: cut.tier + 1]
        lows = [self._spans[p][index][0] for p in places]
        need = cut.above(lows) - lows[-1]
        if need <= 0:
            return
        used, of = self.tree.used[index], self.tree.of[index]
        slopes = zip(of.tolist(), used.tolist(), strict=True)
        terms = {column: min(cut.slope[use], need) for column, use in slopes}
        for p, w in zip(places, cut.weights, strict=True):
            if self._is_open(p, index):
                terms[self._variable(p, index)] = min(w, need)
        self._master.ask(terms, need)

    def _weights(self, place: int) -> tuple[dict[int, int], int]:
        """Return a tier, added up over all futures: weighted variables, a constant."""
        tier = self.order[place]
        total: dict[int, int] = {}
        for index, future in enumerate(self.futures):
            for variable, weight in self._of(tier, place, index).items():
                total[variable] = total.get(variable, 0) + weight * future.times
        return total, self._sum([low for low, _ in self._spans[place]])

    def _of(self, tier: Objective | Linear, place: int, index: int) -> dict[int, int]:
        """Return a tier of one future above its least value."""
        if isinstance(tier, Linear):
            path = self.tree.path[index]
            return {c: int(tier.weight[c]) for c in path if tier.weight[c]}
        open_ = self._is_open(place, index)
        return {self._variable(place, index): 1} if open_ else {}

    def _goal(self, place: int) -> tuple[dict[int, int], int]:
        """Return a tier over all futures: weighted variables, and a constant."""
        if self._adds_all:
            return self._weights(place)
        # Rockafellar and Uryasev (2000): the largest m values come to the
        # least, over t, of m t and all that lies above t.
        spans, tier = self._spans[place], self.order[place]
        base = min(low for low, _ in spans)
        level = self._master.new(max(high for _, high in spans) - base)
        goal = {level: self.count}
        for index, (low, high) in enumerate(spans):
            above = self._master.new(high - base)
            of = {v: -w for v, w in self._of(tier, place, index).items()}
            self._master.ask({above: 1, level: 1, **of}, low - base)
            goal[above] = self.futures[index].times
        return goal, self.count * base

    def _state(self, parts: Ints, place: int) -> None:
        """State the values of a choice, for every future by itself."""
        for index, values in enumerate(self.values(parts)):
            path = [(c, bool(parts[c])) for c in self.tree.path[index]]
            told = [
                (self._variable(p, index), values[p] - self._spans[p][index][0])
                for p in self._flows(place + 1)
                if self._is_open(p, index)
            ]
            self._master.tell(path, told)

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _left(self) -> float | None:
        return None if self.deadline is None else self.deadline - time.monotonic()
