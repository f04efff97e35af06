"""A tree that proves the value of a tier, or a better plan.

Each part of it is closed by prices, or cut in two by how many cards of something the
plans in it print.  Where nothing is left to cut, the part shows a better plan.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.planning.trees.fractions import Fractions
from ektp_sched.planning.trees.program import Count, Part, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ektp_sched.arrays import Bools, Floats, Ints
    from ektp_sched.planning.trees.fractions import Path, Point
    from ektp_sched.planning.trees.program import Program

    Offer = Callable[[Ints, Ints], int]
    _Excess = Callable[[Part, dict[int, bool]], int]

_NEAR: Final = 1e-6
_TRIED: Final = 8
"""So many cuts of a part are tried before one is chosen."""
_MANY: Final = 20_000
"""Choices from which on the first cut is as good as any."""
_SLIGHT: Final = 1e-3
_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a proof is looked for."""

    parts: int = 400
    work: int = 4_000_000  # numbers in all programs solved, but for the first few
    few: int = 12  # so many programs are solved in any case, however large
    end: float | None = None  # when time is over

    @property
    def late(self) -> bool:
        """Return whether time is over."""
        return self.end is not None and time.monotonic() >= self.end


@dataclass(slots=True)
class Proven:
    """What came of a search."""

    parts: list[Part] = field(default_factory=list)  # from left to right
    closed: bool = False  # whether the parts are all
    kept: Bools | None = None  # variables that mattered


def prove(
    program: Program,
    value: int,
    effort: Effort,
    facts: dict[int, Part],
    likely: set[int],
    offer: Offer,
    kept: Bools | None = None,
) -> Proven:
    """Prove that no plan that is as good before comes below a value in a tier.

    ``facts`` are switches that are proven to be on, ``likely`` those that may be; both
    are brought up to date.  What seems a better plan is given to ``offer``, as cards in
    each slot and uses taken; it says what the best plan comes to then, and that is
    proven.  ``kept`` are variables that mattered in a tier before, shape ``(N,)``.
    """
    tree = _Tree(program, value, effort, facts, likely, offer)
    if kept is not None and len(kept) == len(tree.lp.laid.matrix.cost):
        tree.lp.kept = kept
    return replace(tree.grown(), kept=tree.lp.kept)


@dataclass(slots=True)
class _Tree:
    program: Program
    value: int
    effort: Effort
    facts: dict[int, Part]
    likely: set[int]
    offer: Offer
    lp: Fractions = field(init=False)
    levels: list[list[Count]] = field(init=False)
    before: list[int] = field(init=False)
    known: dict[Path, Point] = field(default_factory=dict)  # fractions of some parts
    broken: dict[Path, Part] = field(default_factory=dict)  # parts that break a rule
    hoped: bool = False  # whether prices were given up with a hope

    def __post_init__(self) -> None:
        self.lp = Fractions(self.program)
        self.levels = list(_levels(self.program))
        self.before = [held.most for held in self.program.held]

    def grown(self) -> Proven:
        """Return the tree, or how far it came."""
        proven = Proven()
        # Where nobody stands in another's way no prices are needed.
        bare = Part((), (), (*(0 for _ in self.program.held), 1), {}, {}, {}, {})
        open_: list[Path] = [()]
        most = max(self.effort.few, self.effort.work // len(self.lp.laid.matrix.value))
        if self._excess(bare, {}) > 0:
            proven.parts.append(bare)
            open_.clear()
        while open_:
            path = open_.pop()
            if path in self.broken:
                proven.parts.append(self.broken.pop(path))
                continue
            if (
                len(proven.parts) + len(open_) >= self.effort.parts
                or self.lp.solved >= most
                or self.effort.late
            ):
                return proven
            point, part = self._closed(path)
            if part is not None:
                proven.parts.append(part)
                continue
            step = None
            if point.values is not None:
                step = self._step(point, path) or self._cover(point, path)
            if step is None:
                if not self._bettered(point):
                    return proven
                # What is closed for a value is closed for a better one too.
                open_.append(path)
                continue
            count, number = step
            open_.append((*path, Step(count, number, above=True)))
            open_.append((*path, Step(count, number, above=False)))
        # Whatever went wrong on the way, what is stated holds.
        facts = dict.fromkeys(self.facts, True)
        proven.closed = leave_nothing_out([part.path for part in proven.parts]) and all(
            self._excess(part, facts) > 0 for part in proven.parts
        )
        return proven

    def _cover(self, point: Point, path: Path) -> tuple[Count, int] | None:
        """Return uses of which not all can be taken, though a solver takes them.

        Its tolerance is a part of a limit: of a budget in rupiah, many.
        """
        assert point.values is not None
        taken = np.rint(point.values[slice(*self.lp.laid.uses)]).astype(np.int64)
        for number, (weight, most) in enumerate(self.program.rules):
            if int(weight @ taken) <= most:
                continue
            uses = np.flatnonzero(weight * taken)
            count, fewer = Count(uses=tuple(uses.tolist())), len(uses) - 1
            # At this price of the step, each of them adds nothing; all are too many.
            times = (*(0 for _ in path), int(weight[uses].max()))
            above = (*path, Step(count, fewer, above=True))
            none = (0,) * len(self.program.costs)
            self.broken[above] = Part(above, times, none, {}, {}, {}, {number: 1})
            return count, fewer
        return None

    def _bettered(self, point: Point) -> bool:
        """Return whether a part shows a better plan, which is then the one to prove."""
        if point.values is None:
            return False
        slots, uses = (
            np.rint(point.values[slice(*ends)]).astype(np.int64)
            for ends in (self.lp.laid.slots, self.lp.laid.uses)
        )
        value = self.offer(slots, uses)
        better, self.value = value < self.value, min(value, self.value)
        self.known.clear()
        return better

    def _closed(self, path: Path) -> tuple[Point, Part | None]:
        """Return the fractions of a part, and prices that close it, if any do."""
        while True:
            point = self.known.pop(path, None) or self.lp.best(path, self._on())
            if point.value < self.value - self.program.step + _NEAR:
                return point, None
            part = self._believed(self.lp.parts(point, path), self._excess)
            if part is not None or not self.hoped:
                return point, part

    def _on(self) -> dict[int, bool]:
        return dict.fromkeys((*self.facts, *self.likely), True)

    def _believed(self, parts: Iterator[Part], excess: _Excess) -> Part | None:
        """Return the first of some prices that prove what they are to, if any do.

        Where they would if likely switches were on, these are proven first.
        """
        self.hoped = False
        on, likely = self._on(), None
        for part in parts:
            if excess(part, dict.fromkeys(self.facts, True)) > 0:
                return part
            if likely is None and self.likely and excess(part, on) > 0:
                likely = part
        if likely is None:
            return None
        self._establish(likely, excess)
        if excess(likely, dict.fromkeys(self.facts, True)) > 0:
            return likely
        self.hoped = True  # with fewer hopes there may be other prices
        return None

    def _establish(self, part: Part, excess: _Excess) -> None:
        """Prove that the switches that prices need are on, or hope for it no more."""
        needed = set(self.likely)
        for switch in sorted(self.likely):
            fewer = dict.fromkeys((*self.facts, *needed - {switch}), True)
            if excess(part, fewer) > 0:
                needed.discard(switch)
        for switch in sorted(needed):
            if switch in self.likely:
                self.likely.discard(switch)
                fact = self._fact(switch)
                if fact is not None:
                    self.facts[switch] = fact

    def _excess(self, part: Part, on: dict[int, bool]) -> int:
        """Return by how much a part is above what a better plan may come to."""
        values = [*self.before, self.value - self.program.step]
        may = sum(t * v for t, v in zip(part.tiers, values, strict=True))
        return self.program.least(part, on) - may

    def _fact(self, switch: int) -> Part | None:
        """Return why a switch is on in every plan."""
        path = (Step(Count(switch=switch), 0, above=False),)
        free = Fractions(self.program, bare=True)
        none = (0,) * len(self.program.costs)
        while True:
            point = free.best(path, self._on())
            self.lp.solved += 2
            if math.isfinite(point.value):
                return None
            parts = (replace(part, tiers=none) for part in free.parts(point, path))
            part = self._believed(parts, self.program.least)
            if part is not None or not self.hoped:
                return part

    def _step(self, point: Point, path: Path) -> tuple[Count, int] | None:
        """Return what to cut a part by: what raises both sides most, of a few."""
        tried = self._candidates(point)
        if len(tried) < _TWO or len(self.program.slot) > _MANY:
            return tried[0] if tried else None
        goal = self.value - self.program.step
        room = max(goal - point.value, 1.0)
        best, chosen = -1.0, tried[0]
        for count, number in tried:
            gains = []
            for above in (False, True):
                way = (*path, Step(count, number, above))
                self.known[way] = self.lp.best(way, self._on())
                rise = self.known[way].value - point.value
                gains.append(min(max(rise, 0.0), room) / room)
            score = (gains[0] + _SLIGHT) * (gains[1] + _SLIGHT)
            if score > best:
                best, chosen = score, (count, number)
            if min(gains) >= 1:
                break
        return chosen

    def _candidates(self, point: Point) -> list[tuple[Count, int]]:
        """Return counts that are in parts: switches, and coarse sums before fine."""
        assert point.values is not None
        first, end = self.lp.laid.switches
        on = point.values[first:end]
        part = np.abs(on - np.rint(on))
        open_ = np.argsort(-part, kind="stable")[:_TRIED]
        tried = [(Count(switch=s), 0) for s in open_.tolist() if part[s] > _NEAR]
        taken = point.values[slice(*self.lp.laid.uses)]
        tried += _uses(self.program, taken)[: max(0, _TRIED - len(tried))]
        slots = point.values[slice(*self.lp.laid.slots)]
        for level in self.levels:
            if len(tried) >= _TRIED:
                break
            sums = [self.program.cards(slots, count) for count in level]
            off = [abs(each - round(each)) for each in sums]
            order = sorted(range(len(level)), key=lambda at: -off[at])
            tried += [
                (level[at], math.floor(sums[at]))
                for at in order[: _TRIED - len(tried)]
                if off[at] > _NEAR
            ]
        return tried


def leave_nothing_out(paths: Sequence[Path]) -> bool:
    """Return whether paths, from left to right, are those of a whole binary tree."""
    open_: list[Path] = [()]
    for path in paths:
        if not open_ or path[: len(open_[-1])] != open_[-1]:
            return False
        # On the way to the next leaf each step leaves the other way for later.
        for depth in range(len(open_.pop()), len(path)):
            step = path[depth]
            if step.above:
                return False
            open_.append((*path[:depth], replace(step, above=True)))
    return not open_


def _uses(program: Program, taken: Floats) -> list[tuple[Count, int]]:
    """Return sums of uses that are in parts, those that rules name first."""
    sums = [np.flatnonzero(weight) for weight, _ in program.rules]
    sums = [*sums, *np.arange(len(taken))[:, None]]
    parts = []
    for uses in sums:
        each = float(taken[uses].sum())
        if abs(each - round(each)) > _NEAR:
            count = Count(uses=tuple(uses.tolist()))
            parts.append((abs(each - round(each)), count, math.floor(each)))
    parts.sort(key=lambda part: (-len(part[1].uses), -part[0]))
    return [(count, number) for _, count, number in dict.fromkeys(parts)]


def _levels(program: Program) -> Iterator[list[Count]]:
    """Yield what may be counted, coarse counts first."""
    split = program.mip.split
    network, kinds = split.program, range(split.kinds)
    every = tuple(kinds)
    days = network.capacity.days
    columns = network.column_day[:: split.kinds]
    yield list(dict.fromkeys(_counted_by_rows(program)))
    yield [Count(every, 0, days - 1)]
    yield [Count((kind,), 0, days - 1) for kind in kinds]
    monday = -network.capacity.start.weekday()
    weeks = [
        (max(0, begin), min(days, begin + 7) - 1) for begin in range(monday, days, 7)
    ]
    yield [Count(every, *week) for week in weeks]
    yield [Count((kind,), *week) for week in weeks for kind in kinds]
    on = np.unique(columns).tolist()
    yield [Count(every, day, day) for day in on]
    yield [Count((kind,), day, day) for day in on for kind in kinds]
    cells = list(
        zip(columns.tolist(), network.column_pool[:: split.kinds].tolist(), strict=True)
    )
    yield [Count(every, day, day, pool) for day, pool in cells]
    yield [Count((kind,), day, day, pool) for day, pool in cells for kind in kinds]


def _counted_by_rows(program: Program) -> Iterator[Count]:
    """Yield the cards that rules count, those that they ask for first."""
    split = program.mip.split
    kinds, pools = split.kinds, split.program.column_pool
    for row in program.named():
        side = program.rows[row]
        counted = side.weight.reshape(-1, kinds)
        at = np.flatnonzero(counted.any(axis=1))
        if not len(at):
            continue
        weight = counted[at[0]]
        inside = (split.program.column_day[::kinds] >= side.period.first) & (
            split.program.column_day[::kinds] <= side.period.last
        )
        alone = len(at) < int(inside.sum())
        pool = int(pools[::kinds][at[0]]) if alone else None
        for chosen in (weight > 0, weight < 0, weight != 0):
            some = tuple(np.flatnonzero(chosen).tolist())
            if some:
                yield Count(some, side.period.first, side.period.last, pool)
