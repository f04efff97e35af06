"""From a finished search to a proof that anybody can add up.

The search ends when the master finds nothing better; that is the solver's
word.  Here the same end is reached by a plain branch-and-bound whose every
leaf is a sum of whole multiples of cuts and rules that no decision in it can
meet (the lemma of Farkas, 1902).  A linear program only guesses the
multiples; they count only if the sum, in whole numbers, comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt.python import mathopt

from ektp_sched.documents import DecisionCut, DecisionProof, Leaf
from ektp_sched.people.objectives import PINS, Objective
from ektp_sched.planning.decisions.rules import worked
from ektp_sched.planning.network.pricing import by_limit
from ektp_sched.planning.network.program import Arc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ektp_sched.planning.decisions.cuts import Cut
    from ektp_sched.planning.decisions.rules import Row
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.network.program import Program
    from ektp_sched.planning.outcome import Settled

    Label = tuple[str, int | str | None]
    Lines = dict[str, tuple[int, ...]]

    from ektp_sched.arrays import Floats

    Step = tuple[tuple[int, ...], int, bool]


_MOST = 4_000
"""Most parts looked at; beyond, the solver's word has to do."""

_NEAR = 1e-6
"""So near to a whole number a sum counts as one."""

_FINE = 1 << 40
"""Multiples are fractions of the largest one in so many."""


@dataclass(frozen=True, slots=True)
class Demand:
    """``need - slope · uses`` must be at most 0; a rule has negative slopes."""

    kind: str  # `cut` or `row`
    number: int  # its index in the proof
    need: int  # what is missing without any use
    slope: tuple[int, ...]  # what each use contributes, (U,)


def leaves(
    demands: Sequence[Demand], uses: int, groups: Sequence[tuple[int, ...]]
) -> tuple[Leaf, ...] | None:
    """Return parts of all decisions in each of which the demands contradict.

    Equal days make equal decisions, of which a search over single uses would
    meet every one; so it branches on how many of a group are taken first.

    ``groups`` are uses whose number is settled before they are, the widest first.
    ``None`` if there would be too many parts, or one of them never ends.
    """
    every = (*groups, *((number,) for number in range(uses)))
    tree = _Tree(tuple(demands), uses, every)
    closed: list[Leaf] = []
    open_: list[tuple[Step, ...]] = [()]
    for _ in range(_MOST):
        if not open_:
            return tuple(closed)
        path = open_.pop()
        leaf, branch = tree.look(path)
        if leaf is not None:
            closed.append(leaf)
        elif branch is None:
            return None
        else:
            open_ += [(*path, (*branch, True)), (*path, (*branch, False))]
    return None


@dataclass(slots=True)
class _Tree:
    """The linear program that guesses multiples, with steps added in turn."""

    demands: tuple[Demand, ...]
    uses: int
    groups: tuple[tuple[int, ...], ...]
    _variables: list[mathopt.Variable] = field(init=False)
    _rows: list[mathopt.LinearConstraint] = field(init=False)
    _sums: list[tuple[mathopt.LinearConstraint, mathopt.LinearConstraint]] = field(
        init=False
    )
    _scale: list[int] = field(init=False)
    _solver: mathopt.IncrementalSolver = field(init=False)

    def __post_init__(self) -> None:
        model = mathopt.Model()
        self._variables = [model.add_variable(lb=0, ub=1) for _ in range(self.uses)]
        short = model.add_variable(lb=0)
        self._scale = [max(1, abs(d.need), *map(abs, d.slope)) for d in self.demands]
        self._rows = []
        for demand, scale in zip(self.demands, self._scale, strict=True):
            met = mathopt.LinearSum(
                a / scale * y
                for y, a in zip(self._variables, demand.slope, strict=True)
                if a
            )
            row = model.add_linear_constraint(met + short >= demand.need / scale)
            self._rows.append(row)
        self._sums = []
        for group in self.groups:
            total = mathopt.LinearSum(self._variables[n] for n in group)
            most = model.add_linear_constraint(total - short <= len(group))
            least = model.add_linear_constraint(total + short >= 0)
            self._sums.append((most, least))
        model.minimize(short)
        self._solver = mathopt.IncrementalSolver(model, mathopt.SolverType.GLOP)

    def look(
        self, path: tuple[Step, ...]
    ) -> tuple[Leaf | None, tuple[tuple[int, ...], int] | None]:
        """Return a leaf, or how to branch; neither if nothing helps."""
        spans = []
        for group, (most, least) in zip(self.groups, self._sums, strict=True):
            steps = [(k, above) for uses, k, above in path if uses == group]
            high = min([len(group), *(k for k, up in steps if not up)])
            low = max([0, *(k + 1 for k, up in steps if up)])
            most.upper_bound, least.lower_bound = high, low
            spans.append((low, high))
        result = self._solver.solve()
        if not result.has_dual_feasible_solution():
            return None, None
        for leaf in self._guesses(path, result):
            if self._contradict(leaf):
                return leaf, None
        values = np.array(result.variable_values(self._variables))
        for group, (low, high) in zip(self.groups, spans, strict=True):
            total = float(values[list(group)].sum())
            # What is missing may bend a sum beyond its span: no step back there.
            if abs(total - round(total)) > _NEAR and low <= int(total) < high:
                return None, (group, int(total))
        return self._last(path, np.rint(values))

    def _guesses(
        self, path: tuple[Step, ...], result: mathopt.SolveResult
    ) -> Iterator[Leaf]:
        """Yield the multiples that the program's prices come to, then finer ones."""
        prices = [abs(p) for p in result.dual_values(self._rows)]
        steps = [self._price_of(step, path, result) for step in path]
        unit = max([*prices, *steps], default=0.0) or 1.0
        asked = [round(p / unit * _FINE) for p in (*steps, *prices)]
        scales = [*[1] * len(steps), *self._scale]
        top = max((s for s, p in zip(scales, asked, strict=True) if p), default=1)
        times = [p * top // s for s, p in zip(scales, asked, strict=True)]
        most = max([1, *times])
        coarse = [(t * _FINE + most // 2) // most for t in times]
        for multiples in (coarse, times):
            yield self._leaf(path, multiples[: len(path)], multiples[len(path) :])

    def _price_of(
        self, step: Step, path: tuple[Step, ...], result: mathopt.SolveResult
    ) -> float:
        """Return the price of a step; of several on one sum the last counts."""
        uses, _, above = step
        later = [s for s in path if s[0] == uses and s[2] == above]
        if later[-1] != step:
            return 0.0
        row = self._sums[self.groups.index(uses)][int(above)]
        return abs(float(result.dual_values(row)))

    def _contradict(self, leaf: Leaf) -> bool:
        """Return whether the sum is positive for every decision in the box."""
        total = 0
        change = [0] * self.uses
        of = {(d.kind, d.number): d for d in self.demands}
        for kind, multiples in (("cut", leaf.cuts), ("row", leaf.rows)):
            for number, times in multiples:
                demand = of[kind, number]
                total += times * demand.need
                for use, slope in enumerate(demand.slope):
                    change[use] -= times * slope
        for (uses, most, above), times in zip(leaf.path, leaf.times, strict=True):
            total += times * (most + 1 if above else -most)
            for use in uses:
                change[use] += -times if above else times
        return total + sum(min(0, c) for c in change) > 0

    def _last(
        self, path: tuple[Step, ...], values: Floats
    ) -> tuple[Leaf | None, tuple[tuple[int, ...], int] | None]:
        """Settle one use after another where the program is near a decision."""
        settled = {uses for uses, _, _ in path if len(uses) == 1}
        for group in self.groups:
            if len(group) == 1 and group not in settled:
                return None, (group, 0)
        for number, demand in enumerate(self.demands):
            if demand.need > sum(
                a for a, y in zip(demand.slope, values.tolist(), strict=True) if y
            ):
                times = [int(n == number) for n in range(len(self.demands))]
                rest = sum(map(abs, demand.slope)) + 1
                leaf = self._leaf(
                    path, [rest if len(u) == 1 else 0 for u, _, _ in path], times
                )
                return (leaf, None) if self._contradict(leaf) else (None, None)
        return None, None

    def _leaf(
        self, path: tuple[Step, ...], steps: Sequence[int], times: Sequence[int]
    ) -> Leaf:
        def some(kind: str) -> tuple[tuple[int, int], ...]:
            pairs = zip(times, self.demands, strict=True)
            return tuple((d.number, t) for t, d in pairs if t and d.kind == kind)

        return Leaf(path, tuple(steps), some("cut"), some("row"))


def prove(
    program: Program,
    uses: Uses,
    rows: Sequence[Row],
    settled: Sequence[Settled],
    cuts: Sequence[Sequence[Cut]],
    label: Callable[[Objective], Label],
) -> DecisionProof | None:
    """Return why no other decision is better; ``None`` if it would be too long.

    ``rows`` are rules on the uses, and after them the shifts' own tiers; ``cuts``, for
    each tier that the network values, what was learnt.  ``label`` gives a tier's name
    and rank as in ``summary.json``.
    """
    learnt = [cut for some in cuts for cut in some if _said_by_limits(program, cut)]
    groups = _alike(uses)
    by_tier: list[tuple[Leaf, ...]] = []
    for number, tier in enumerate(settled):
        demands = list(_demands(settled[: number + 1], rows, learnt))
        parts = leaves(demands, len(uses), groups) if tier.value else ()
        if parts is None:
            return None
        by_tier.append(parts)
    used = sorted({n for parts in by_tier for leaf in parts for n, _ in leaf.cuts})
    place = {n: i for i, n in enumerate(used)}
    flows = [s.tier for s in settled if isinstance(s.tier, Objective)]
    return DecisionProof(
        uses=tuple(
            (int(day), tuple(uses.options[i].shift for i in members))
            for day, members in zip(uses.day, uses.members, strict=True)
        ),
        rows=tuple((row.rule, tuple(row.weight.tolist()), row.most) for row in rows),
        cuts=tuple(_cut(program, learnt[n], flows, label) for n in used),
        leaves=tuple(
            tuple(
                replace(leaf, cuts=tuple((place[n], t) for n, t in leaf.cuts))
                for leaf in parts
            )
            for parts in by_tier
        ),
    )


def _alike(uses: Uses) -> tuple[tuple[int, ...], ...]:
    """Return for each shift its uses, where there are several."""
    shifts = sorted({option.shift for option in uses.options})
    groups = [tuple(np.flatnonzero(worked(uses, s)).tolist()) for s in shifts]
    return tuple(dict.fromkeys(group for group in groups if len(group) > 1))


def _said_by_limits(program: Program, cut: Cut) -> bool:
    """Return whether only limits ask a price, not links between them."""
    links = np.flatnonzero(program.kind == Arc.LINK)
    heads, tails = program.head[links].tolist(), program.tail[links].tolist()
    pairs = zip(heads, tails, strict=True)
    return all(cut.price[head] <= cut.price[tail] for head, tail in pairs)


def _cut(
    program: Program,
    cut: Cut,
    flows: Sequence[Objective],
    label: Callable[[Objective], Label],
) -> DecisionCut:
    tier = flows[cut.tier]
    name, rank = (PINS, None) if tier.name == PINS else label(tier)
    prices = by_limit(program, cut.price)
    return DecisionCut(
        tier=cut.tier,
        name=name,
        rank=rank,
        scale=tier.scale,
        weights=cut.weights,
        constant=cut.constant,
        slope=cut.slope,
        printers=_asked(prices.printers),
        servers=_asked(prices.servers),
        reserve=None if prices.reserve is None else _at_least_0(prices.reserve),
        stock=_asked(prices.stock),
    )


def _asked(lines: Lines) -> Lines:
    """Leave out what is below 0: a limit that pays would only weaken the bound."""
    return {name: _at_least_0(line) for name, line in lines.items()}


def _at_least_0(line: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(max(0, price) for price in line)


def _demands(
    settled: Sequence[Settled], rows: Sequence[Row], cuts: Sequence[Cut]
) -> Iterator[Demand]:
    """Yield what a decision better in the last of some tiers would have to meet."""
    last = settled[-1]
    values = [s.value for s in settled if isinstance(s.tier, Objective)]
    own = {s.tier.name for s in settled if not isinstance(s.tier, Objective)}
    for number, row in enumerate(rows):
        if row.is_tier and row.rule not in own:
            continue
        better = row.is_tier and row.rule == last.tier.name
        slope = tuple(-w for w in row.weight.tolist())
        yield Demand("row", number, int(better) - row.most, slope)
    for number, cut in enumerate(cuts):
        if cut.tier >= len(values):
            continue
        better = isinstance(last.tier, Objective) and cut.tier == len(values) - 1
        need = cut.above(values) - values[cut.tier] + int(better)
        if need > 0:
            slope = tuple(min(a, need) for a in cut.slope)
            yield Demand("cut", number, need, slope)
