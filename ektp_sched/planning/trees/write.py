"""From trees to a document that names everything as office.toml and the rows do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.documents.trees import (
    Cards,
    Fact,
    LeftRow,
    LimitRow,
    OrderRow,
    Part,
    PrintedRow,
    Printing,
    SomebodyLeft,
    TierTree,
    TreeProof,
    Used,
    UseRow,
)
from ektp_sched.people.objectives import Objective
from ektp_sched.planning.network.program import Arc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ektp_sched.documents.trees import Counted, Step, TreeRow
    from ektp_sched.planning.mixed.pose import Problem
    from ektp_sched.planning.outcome import Linear
    from ektp_sched.planning.trees import program as own

    Label = tuple[str, int | str | None]


@dataclass(frozen=True, slots=True)
class Grown:
    """A tier, its value and the parts of its tree."""

    tier: Objective | Linear
    value: int  # without losses before the start
    step: int
    parts: Sequence[own.Part]


def written(
    problem: Problem,
    facts: Mapping[int, own.Part],
    trees: Sequence[Grown],
    label: Callable[[Objective], Label],
) -> TreeProof:
    """Return trees as a document; ``label`` gives a tier's name and rank."""
    names = _Names(problem)
    because = tuple(
        Fact(names.switch(switch), replace(names.part(part), tiers=()))
        for switch, part in facts.items()
    )
    tiers = []
    for tree in trees:
        named: Label = (tree.tier.name, None)
        scale, lost = 1, 0
        if isinstance(tree.tier, Objective):
            named, scale = label(tree.tier), tree.tier.scale
            lost = tree.tier.constant(problem.cohorts)
        parts = tuple(map(names.part, tree.parts))
        tiers.append(TierTree(*named, scale, tree.value + lost, tree.step, parts))
    return TreeProof(
        kinds=tuple(problem.people.kinds.names[kind] for kind in names.kinds),
        uses=() if problem.uses is None else problem.uses.named,
        counted=tuple(names.counted),
        rows=tuple(names.rows),
        facts=because,
        tiers=tuple(tiers),
    )


@dataclass(slots=True)
class _Names:
    """Numbers of kinds, counts and rows, given as they are met."""

    problem: Problem
    kinds: dict[int, int] = field(default_factory=dict)
    counted: dict[Counted, int] = field(default_factory=dict)
    rows: dict[TreeRow, int] = field(default_factory=dict)

    def part(self, part: own.Part) -> Part:
        """Return a part whose steps and rows have their numbers."""
        prices: dict[int, int] = {}
        for row, price in self._priced(part):
            number = self.rows.setdefault(row, len(self.rows))
            prices[number] = prices.get(number, 0) + price
        path = tuple(
            self._step(step.count, step.number, step.above) for step in part.path
        )
        return Part(path, part.times, part.tiers, tuple(sorted(prices.items())))

    def switch(self, switch: int) -> int:
        """Return the number of what a switch says."""
        rows = self.problem.rows
        for day, printing in rows.printing.items():
            if printing == switch:
                return self._count(Printing("printing", day))
        group, last = rows.left[switch]
        of_group = self._kinds(np.flatnonzero(group).tolist())
        return self._count(SomebodyLeft("left", of_group, last))

    def _count(self, counted: Counted) -> int:
        return self.counted.setdefault(counted, len(self.counted))

    def _step(self, count: own.Count, number: int, above: bool) -> Step:
        if count.switch is not None:
            return self.switch(count.switch), number, above
        if count.uses:
            return self._count(Used("used", count.uses)), number, above
        printers = None
        if count.pool is not None:
            program = self.problem.program
            names, pool = program.capacity.printers, program.pools[count.pool]
            printers = tuple(sorted(names[printer] for printer in pool))
        of_count = self._kinds(count.kinds)
        cards = Cards("cards", of_count, count.first, count.last, printers)
        return self._count(cards), number, above

    def _kinds(self, sorts: Sequence[int]) -> tuple[int, ...]:
        """Return the numbers of all kinds of people that some sorts stand for."""
        kinds = np.flatnonzero(np.isin(self.problem.sort, sorts)).tolist()
        numbers = (self.kinds.setdefault(kind, len(self.kinds)) for kind in kinds)
        return tuple(sorted(numbers))

    def _priced(self, part: own.Part) -> Iterator[tuple[TreeRow, int]]:
        for arc, price in part.arcs.items():
            for row in self._limits(arc):
                yield row, price
        for number, price in part.rows.items():
            named = self.problem.rows.rows[number].named
            assert named is not None
            if isinstance(named, LeftRow):
                named = LeftRow("left", self.switch(named.left))
            elif isinstance(named, PrintedRow):
                named = PrintedRow("printed", self.switch(named.printing))
            yield named, price
        for number, price in part.limiting.items():
            weight, most = self.problem.limiting[number].divided
            yield UseRow("use", tuple(weight.tolist()), most), price
        for pair, price in part.ordered.items():
            before, after = self.problem.rows.ordered[pair]
            yield OrderRow("order", self.switch(before), self.switch(after)), price

    def _limits(self, arc: int) -> Iterator[LimitRow]:
        """Yield the limits of the office that an arc of the network stands for."""
        program = self.problem.program
        capacity, owner = program.capacity, int(program.owner[arc])
        day, kind = int(program.day[arc]), int(program.kind[arc])
        first, places = day, ["reserve"]
        if kind == Arc.PRINTER:
            places = [f"printers.{capacity.printers[n]}" for n in program.pools[owner]]
        elif kind == Arc.SERVER:
            pool = program.server_pools[owner]
            places = [f"servers.{capacity.servers[n]}" for n in pool]
        elif kind == Arc.STOCK:
            first, places = 0, [f"cards.{program.stocked[owner]}.stock"]
        for place in places:
            yield LimitRow("limit", place, "", "", first, day, None)
