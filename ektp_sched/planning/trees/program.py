r"""What a tree proves a tier of, and what prices say of one of its parts.

Everybody takes the cheapest choice under prices of limits, rows and steps; nothing
comes below that (weak duality, docs/model.md, section 4).  All is added up in whole
numbers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ektp_sched.documents.trees import (
    BlankRow,
    LeftRow,
    LimitRow,
    OwnRow,
    PrintedRow,
)
from ektp_sched.planning.network.program import Arc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Lot
    from ektp_sched.planning.mixed.model import Held, Mip
    from ektp_sched.planning.mixed.rows import SideRow

    Wide = NDArray[Any]

_ROOM = 1 << 61
"""Below this, sums of whole numbers stay exact in 64 bits."""

_CLOSED = -1


@dataclass(frozen=True, slots=True)
class Count:
    """Cards of some kinds on some days and pools, uses taken, or a switch being on."""

    kinds: tuple[int, ...] = ()
    first: int = 0
    last: int = 0
    pool: int | None = None  # None: all of them
    uses: tuple[int, ...] = ()  # of which so many are taken
    switch: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A count is at most a number, or more."""

    count: Count
    number: int
    above: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Prices that close one part of all plans."""

    path: tuple[Step, ...]
    times: tuple[int, ...]  # price of each step
    tiers: tuple[int, ...]  # how often each tier up to this one counts
    arcs: Mapping[int, int]  # price of each arc that has one
    rows: Mapping[int, int]  # of each row on kinds
    ordered: Mapping[int, int]  # of each pair of ordered switches
    limiting: Mapping[int, int]  # of each rule on uses


@dataclass(slots=True)
class Program:
    """Everybody's choices, the rows on them, and the tiers so far."""

    mip: Mip  # with the tiers up to the one that is proven, over all choices
    lots: Mapping[str, tuple[Lot, ...]]  # blanks that come in lots, by card type
    held: Sequence[Held]  # the tiers so far, but for the one that is proven
    own: Ints | None  # what each use costs in that one; None: choices cost
    size: Ints = field(init=False)
    first: Ints = field(init=False)  # where each group's choices begin
    slot: Ints = field(init=False)  # of each choice; the last is "not printed"
    costs: list[Ints | None] = field(init=False)  # of each choice in each tier
    weights: list[Ints | None] = field(init=False)  # of each use in each tier
    rules: list[tuple[Ints, int]] = field(init=False)  # on uses, without divisors
    step: int = field(init=False)  # what the costs of a choice in the last differ by
    stuck: bool = field(init=False)  # whether a group has no choice
    most: list[int] = field(init=False)  # limit of each plain arc with any shifts
    # Of each plain node, from the sink on: its arcs, each with the node it leads to.
    ways: list[tuple[int, list[tuple[int, int]]]] = field(init=False)

    def __post_init__(self) -> None:
        """Leave out choices that no limit lets pass."""
        split, groups = self.mip.split, self.mip.groups
        shift, count = len(split.column), split.arcs
        tail = (split.program.tail[:count] - shift).tolist()
        head = (split.program.head[:count] - shift).tolist()
        arcs: list[list[tuple[int, int]]]
        arcs = [[] for _ in range(split.program.nodes - shift - 1)]
        for arc, (node, to) in enumerate(zip(tail, head, strict=True)):
            arcs[node].append((arc, to))
        self.ways = [*enumerate(arcs)][::-1]
        uses = self.mip.uses
        most = self.mip.limits if uses is None else uses.most
        self.most = most.tolist()
        least = self._way([int(limit > 0) - 1 for limit in self.most])
        closed = np.append(least[split.column] < 0, False)
        slot = np.where(groups.node == split.program.sink, len(closed) - 1, groups.node)
        able = ~closed[slot]
        owner = groups.owner[able]
        self.size, self.slot = groups.size, slot[able]
        self.costs = [
            None if tier.tier is None else groups.costs[tier.tier][able]
            for tier in self.held
        ]
        self.costs.append(groups.costs[-1][able] if self.own is None else None)
        self.weights = [*(tier.weight for tier in self.held), self.own]
        self.rules = [row.divided for row in self.mip.limiting]
        self.first = np.searchsorted(owner, np.arange(len(groups.size)))
        self.stuck = len(np.unique(owner)) < len(groups.size)
        self.step = 1
        last = self.costs[-1]
        if self.own is not None:
            self.step = max(1, int(np.gcd.reduce(self.own)))
        elif last is not None and not self.stuck:
            apart = np.abs(last - last[self.first][owner])
            self.step = max(1, int(np.gcd.reduce(apart))) if len(apart) else 1

    @property
    def rows(self) -> Sequence[SideRow]:
        """Return the rows on kinds."""
        return self.mip.side

    def slots_of(self, count: Count) -> Bools:
        """Return which slots a count of cards is about, shape ``(S * K,)``."""
        program, kinds = self.mip.split.program, self.mip.split.kinds
        day = program.column_day
        inside = (day >= count.first) & (day <= count.last)
        if count.pool is not None:
            inside &= program.column_pool == count.pool
        return inside & np.isin(np.arange(len(day)) % kinds, count.kinds)

    def _way(self, price: Sequence[int]) -> Wide:
        """Return the least price from each plain node to the sink; -1 for no way.

        An arc of a negative price is closed.
        """
        least: list[int] = [_CLOSED] * len(self.ways) + [0]
        for node, arcs in self.ways:
            paid = [
                price[arc] + least[to]
                for arc, to in arcs
                if price[arc] >= 0 and least[to] >= 0
            ]
            least[node] = min(paid, default=_CLOSED)
        large = max(least, default=0) >= _ROOM
        return np.array(least, dtype=object if large else np.int64)

    def least(self, part: Part, on: Mapping[int, bool]) -> int:
        """Return what no plan of a part comes below, all tiers and steps weighed.

        ``on`` says of switches that are settled whether they are on.
        """
        split, limits = self.mip.split, self.mip.limits.tolist()
        price = [0 if limit > 0 else _CLOSED for limit in self.most]
        for arc, each in part.arcs.items():
            if self.most[arc] > 0:
                price[arc] = each
        way = self._way(price)
        wide = self._largest(part, way) * (int(self.size.sum()) + 1) >= _ROOM
        kind: Any = object if wide else np.int64
        slot = np.append(way[split.column].astype(kind), np.zeros(1, dtype=kind))
        total: int = -sum(each * limits[arc] for arc, each in part.arcs.items())
        for number, each in part.rows.items():
            slot[:-1] -= each * self.rows[number].weight.astype(kind)
            total += each * self.rows[number].least
        for step, times in zip(part.path, part.times, strict=True):
            if step.count.switch is None:
                sign = -1 if step.above else 1
                if step.count.uses:
                    total -= sign * times * (step.number + step.above)
                    continue
                slot[:-1][self.slots_of(step.count)] += sign * times
                total -= sign * times * (step.number + step.above)
        total += self._switched(part, on) + self._used(part) - self._drawn(part)
        cost: Wide = slot[self.slot]
        for times, own in zip(part.tiers, self.costs, strict=True):
            if times and own is not None:
                cost = cost + times * own.astype(kind)
        cheapest = np.minimum.reduceat(cost, self.first)
        return total + int((self.size.astype(kind) * cheapest).sum())

    def _largest(self, part: Part, way: Wide) -> int:
        """Return what no choice costs more than, in size, at some prices."""
        largest = int(way.max(initial=0)) + 1 + sum(part.times)
        for number, each in part.rows.items():
            largest += each * int(np.abs(self.rows[number].weight).max(initial=0))
        for times, cost in zip(part.tiers, self.costs, strict=True):
            if cost is not None:
                largest += times * int(cost.max(initial=0))
        return largest

    def _used(self, part: Part) -> int:
        """Return what uses add at least at some prices; of a day's at most one is."""
        uses = self.mip.uses
        if uses is None:
            return 0
        paid: Wide = np.zeros(len(uses), dtype=object)
        price: Wide = np.zeros(len(uses.base), dtype=object)
        for arc, each in part.arcs.items():
            price[arc] = each
        np.subtract.at(paid, uses.use, price[uses.arc] * uses.added)
        total = 0
        for number, each in part.limiting.items():
            weight, most = self.rules[number]
            paid += each * weight.astype(object)
            total -= each * most
        for step, times in zip(part.path, part.times, strict=True):
            sign = -1 if step.above else 1
            for use in step.count.uses:
                paid[use] += sign * times
        for times, own in zip(part.tiers, self.weights, strict=True):
            if times and own is not None:
                paid += times * own.astype(object)
        cheapest: dict[int, int] = {}
        for day, each in zip(uses.day.tolist(), paid.tolist(), strict=True):
            cheapest[day] = min(cheapest.get(day, 0), each)
        return total + sum(cheapest.values())

    def _switched(self, part: Part, on: Mapping[int, bool]) -> int:
        """Return what switches add at least at some prices."""
        paid: dict[int, int] = defaultdict(int)
        for number, each in part.rows.items():
            row = self.rows[number]
            for switch, times in zip(row.switches, row.times, strict=True):
                paid[switch] -= each * times
        for pair, each in part.ordered.items():
            before, after = self.mip.ordered[pair]
            paid[before] -= each
            paid[after] += each
        settled = dict(on)
        for step in part.path:
            if step.count.switch is not None:
                settled[step.count.switch] = step.above
        return sum(
            each * settled[switch] if switch in settled else min(0, each)
            for switch, each in paid.items()
        )

    def _drawn(self, part: Part) -> int:
        """Return what blanks in lots are worth at most at some prices."""
        days = self.mip.split.program.capacity.days
        needs: dict[str, Wide] = defaultdict(lambda: np.zeros(days, dtype=object))
        owns: dict[tuple[str, str], Wide] = defaultdict(
            lambda: np.zeros(days, dtype=object)
        )
        for number, each in part.rows.items():
            named = self.rows[number].named
            if isinstance(named, BlankRow):
                needs[named.card][named.first : named.last + 1] += each
            elif isinstance(named, OwnRow):
                own = owns[named.card, named.urgency]
                own[named.first : named.last + 1] += each
        worth = 0
        for card, paid in needs.items():
            for lot in self.lots[card]:
                net = paid
                if lot.kept_for is not None:
                    net = paid - owns[card, lot.kept_for]
                worth += lot.cards * max(0, *net[lot.first : lot.last + 1].tolist(), 0)
        return worth

    def cards(self, slots: Wide, count: Count) -> float:
        """Return how many cards there are in some slots."""
        return float(slots[self.slots_of(count)].sum())

    def named(self) -> dict[int, LimitRow]:
        """Return the limits that rows on kinds are, by their number."""
        return {
            number: row.named
            for number, row in enumerate(self.rows)
            if isinstance(row.named, LimitRow)
        }

    def provable(self) -> bool:
        """Return whether every row that can count has a name in a proof."""
        known = (BlankRow, LeftRow, LimitRow, OwnRow, PrintedRow)
        return all(isinstance(row.named, known) or row.draws for row in self.rows)

    @property
    def links(self) -> Bools:
        """Return which arcs limit nothing, shape ``(A,)``."""
        of_plain = self.mip.split.program.kind[: self.mip.split.arcs]
        links: Bools = of_plain == Arc.LINK
        return links
