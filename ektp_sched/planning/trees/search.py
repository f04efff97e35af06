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
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ektp_sched.planning.mixed.model import Held
    from ektp_sched.planning.trees.fractions import Path, Point
    from ektp_sched.planning.trees.program import Program

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["Effort", "Proven", "prove"]

_NEAR: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a proof is looked for."""

    parts: int = 400
    programs: int = 2_000
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
    better: Ints | None = None  # cards in each slot of a better plan


def prove(
    program: Program,
    held: Sequence[Held],
    value: int,
    effort: Effort,
    facts: dict[int, Part],
    likely: set[int],
) -> Proven:
    """Prove that no plan that is as good before comes below a value in a tier.

    ``facts`` are switches that are proven to be on, ``likely`` those that may be; both
    are brought up to date.
    """
    return _Tree(program, held, value, effort, facts, likely).grown()


@dataclass(slots=True)
class _Tree:
    program: Program
    held: Sequence[Held]
    value: int
    effort: Effort
    facts: dict[int, Part]
    likely: set[int]
    lp: Fractions = field(init=False)
    levels: list[list[Count]] = field(init=False)
    before: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.lp = Fractions(self.program, self.held)
        self.levels = list(_levels(self.program))
        self.before = [held.most for held in self.held]

    def grown(self) -> Proven:
        """Return the tree, or how far it came."""
        proven = Proven()
        # Where nobody stands in another's way no prices are needed.
        bare = Part((), (), (*(0 for _ in self.held), 1), {}, {}, {})
        open_: list[Path] = [()]
        if self._excess(bare, {}) > 0:
            proven.parts.append(bare)
            open_.clear()
        while open_:
            path = open_.pop()
            if (
                len(proven.parts) + len(open_) >= self.effort.parts
                or self.lp.solved >= self.effort.programs
                or self.effort.late
            ):
                return proven
            point, part = self._closed(path)
            if part is not None:
                proven.parts.append(part)
                continue
            step = None if point.values is None else self._step(point)
            if step is None:
                if point.values is not None:
                    slots = point.values[slice(*self.lp.laid.slots)]
                    proven.better = np.rint(slots).astype(np.int64)
                return proven
            count, number = step
            open_.append((*path, Step(count, number, above=True)))
            open_.append((*path, Step(count, number, above=False)))
        proven.closed = True
        return proven

    def _closed(self, path: Path) -> tuple[Point, Part | None]:
        """Return the fractions of a part, and prices that close it, if any do."""
        while True:
            on = dict.fromkeys((*self.facts, *self.likely), True)
            point = self.lp.best(path, on)
            if point.value < self.value - self.program.step + _NEAR:
                return point, None
            sure = dict.fromkeys(self.facts, True)
            likely = None
            for part in self.lp.parts(point, path):
                if self._excess(part, sure) > 0:
                    return point, part
                if likely is None and self._excess(part, on) > 0:
                    likely = part
            if likely is None or not self.likely:
                return point, None
            self._establish(likely)

    def _excess(self, part: Part, on: dict[int, bool]) -> int:
        """Return by how much a part is above what a better plan may come to."""
        values = [*self.before, self.value - self.program.step]
        may = sum(t * v for t, v in zip(part.tiers, values, strict=True))
        return self.program.least(part, on) - may

    def _establish(self, part: Part) -> None:
        """Prove that the switches that a part needs are on, or hope for it no more."""
        needed = set(self.likely)
        for switch in sorted(self.likely):
            fewer = dict.fromkeys((*self.facts, *needed - {switch}), True)
            if self._excess(part, fewer) > 0:
                needed.discard(switch)
        for switch in sorted(needed):
            self.likely.discard(switch)
            fact = self._fact(switch)
            if fact is not None:
                self.facts[switch] = fact

    def _fact(self, switch: int) -> Part | None:
        """Return why a switch is on in every plan."""
        path = (Step(Count(switch=switch), 0, above=False),)
        free = Fractions(self.program, ())
        sure = dict.fromkeys(self.facts, True)
        point = free.best(path, sure)
        self.lp.solved += free.solved
        if math.isfinite(point.value):
            return None
        none = (0,) * len(self.program.costs)
        for part in free.parts(point, path):
            fact = replace(part, tiers=none)
            if self.program.least(fact, sure) > 0:
                return fact
        return None

    def _step(self, point: Point) -> tuple[Count, int] | None:
        """Return what to cut a part by: the first sort of counts that is in parts."""
        assert point.values is not None
        first, end = self.lp.laid.switches
        switches = point.values[first:end]
        part = np.abs(switches - np.rint(switches))
        if len(part) and part.max() > _NEAR:
            return Count(switch=int(part.argmax())), 0
        slots = point.values[slice(*self.lp.laid.slots)]
        for level in self.levels:
            sums = [self.program.cards(slots, count) for count in level]
            parts = [abs(each - round(each)) for each in sums]
            at = int(np.argmax(parts)) if parts else 0
            if parts and parts[at] > _NEAR:
                return level[at], math.floor(sums[at])
        return None


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
