"""A few cards that move one after the other, seen without a solver.

The first takes a slot that is free, the next the slot that the first leaves, and so
on.  Slots are day, printer and server; of cards that neither rules nor tiers tell
apart in one slot, one is looked at.  Which chains come to less is searched by sums
of costs alone.  Whether one keeps every rule is then counted as for any plan, with
its cards moved: so whoever is accused could have done better, rule by rule.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import capacity
from ektp_sched.people.standing import left_of
from ektp_sched.rules.tiers import DECISION_TIERS
from ektp_sched.trust.facts import Rows
from ektp_sched.trust.fairness.cells import cells_of, costs_on
from ektp_sched.trust.findings import Findings
from ektp_sched.trust.verify.rules import check_rules
from ektp_sched.trust.verify.shifts import ShiftRules, Worked
from ektp_sched.trust.verify.tiers import demanded, priced, value_of, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.trust.facts import Facts

    Ints32 = NDArray[np.int32]

_MOVES: Final = 4
"""Cards that a chain may move."""
_SLOTS: Final = 600
"""Slots left by chains of one length that are looked at, the cheapest first."""
_TABLE: Final = 200_000
"""Slots of an office beyond which no chain is looked for."""
_COUNTED: Final = 400_000
"""Applications counted again for all chains together, and at least four chains."""
_USES: Final = 60
"""Further uses of shifts that are looked at, the earliest first."""
_NEVER: Final = 1 << 62

Chain = tuple[tuple[int, int], ...]
"""Application and the slot that it takes, the last to move first."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A slot that a chain leaves open, and how it came to that."""

    value: int
    slot: int
    before: _Node | None = None
    group: int = -1
    taken: int = -1

    def moves(self) -> list[tuple[int, int]]:
        """Return groups and the slots that they take, the last move first."""
        moved, node = [], self
        while node.before is not None:
            moved.append((node.group, node.taken))
            node = node.before
        return moved


class _Search:
    """The cards of a plan by slot, and what each would cost on another day."""

    def __init__(self, facts: Facts, names: frozenset[str]) -> None:
        self.facts = facts
        limits, days = facts.limits, facts.days
        self.shape = days, len(limits.printers), len(limits.servers)
        self.slots = int(np.prod(self.shape))
        self.cells, self.sorts, cell = cells_of(facts)
        rows = facts.rows
        at = np.full(facts.frame.height, self.slots, dtype=np.int64)
        at[rows.application] = self._slot(rows.day, rows.printer, rows.server)
        self.of = at
        placed = np.flatnonzero(cell >= 0)
        key = (at[placed] * len(self.sorts.rank) + self.cells.sort[cell[placed]]) * max(
            1, len(self.cells.day)
        ) + cell[placed]
        _, first = np.unique(key, return_index=True)
        self.movers = placed[first]
        self.cell = cell[self.movers]
        self.at = at[self.movers]
        self.sort = self.cells.sort[self.cell]
        classes = self.at * len(self.sorts.rank) + self.sort
        self.begins = np.flatnonzero(np.diff(classes, prepend=-1))
        self.member = np.cumsum(np.diff(classes, prepend=-1) > 0) - 1
        self.class_at = self.at[self.begins]
        self.class_sort = self.sort[self.begins]
        self.spots = np.flatnonzero(np.diff(self.class_at, prepend=-1))
        self.spot_of = np.cumsum(np.diff(self.class_at, prepend=-1) > 0) - 1
        self.weights = self._weights(names)
        self.now = np.zeros(len(self.cells.day), dtype=np.int64)
        for day in np.unique(self.cells.day).tolist():
            there = self.cells.day == day
            self.now[there] = self._scalar(day)[there]
        self.known: dict[int, tuple[Ints, Ints]] = {}
        left = left_of(facts)
        self.blanks, self.supplies = left.blanks, left.supplies
        self.look_for_room()

    def under(self, facts: Facts) -> _Search:
        """Return the search for the same cards under other limits a day."""
        search = copy(self)
        search.facts = facts
        search.look_for_room()
        return search

    def look_for_room(self) -> None:
        """Count what printers, servers and reserve leave of each day."""
        left = left_of(self.facts)
        self.printers, self.servers, self.total = (
            left.printers,
            left.servers,
            left.total,
        )

    def _slot(self, day: Ints32, printer: Ints, server: Ints) -> Ints:
        _, printers, servers = self.shape
        return (day.astype(np.int64) * printers + printer) * servers + server

    def _weights(self, names: frozenset[str]) -> Ints:
        """Return weights that order sums of a few costs as the tiers do.

        The last tiers weigh nothing where the sums would not fit 64 bits.
        """
        tiers = [tier.name in names for tier in priced(self.facts)]
        most = costs_on(self.facts, self.cells, self.sorts, self.facts.days)
        most = most.max(axis=1, initial=0)
        for count in range(len(tiers), 0, -1):
            weights, below = [0] * len(tiers), 0
            for tier in reversed(range(count)):
                if tiers[tier]:
                    weights[tier] = below + 1
                    below += weights[tier] * 2 * (_MOVES + 1) * int(most[tier])
            if below < _NEVER // 4:
                return np.array(weights, dtype=np.int64)
        return np.zeros(len(tiers), dtype=np.int64)

    def _scalar(self, day: int) -> Ints:
        return self.weights @ costs_on(self.facts, self.cells, self.sorts, day)

    def _best(self, day: int) -> tuple[Ints, Ints]:
        """Return of each class who costs least more on a day, and what."""
        if day not in self.known:
            more = self._scalar(day) - self.now
            more = np.where(self.cells.ready <= day, more, _NEVER)[self.cell]
            least = np.minimum.reduceat(more, self.begins)
            who = np.flatnonzero(more == least[self.member])[::-1]
            group = np.zeros(len(least), dtype=np.int64)
            group[self.member[who]] = who
            self.known[day] = least, group
        return self.known[day]

    def free(self, days: Bools) -> list[_Node]:
        """Return the slots of some days that nobody takes."""
        open_ = (self.printers.T > 0)[:, :, None] & (self.servers.T > 0)[:, None, :]
        open_ &= self.facts.limits.reaches[None] & (self.total > 0)[:, None, None]
        open_ &= days[:, None, None]
        return [_Node(0, slot) for slot in np.flatnonzero(open_).tolist()]

    def chains(self, starts: list[_Node]) -> Iterator[tuple[int, Chain]]:
        """Yield chains that come to less, and by how much, shortest first."""
        if not len(self.movers) or not self.weights.any():
            return
        best = np.full(self.slots + 1, _NEVER, dtype=np.int64)
        frontier = starts[:_SLOTS]
        for node in frontier:
            best[node.slot] = node.value
        spots = self.class_at[self.spots]
        for _ in range(_MOVES):
            ends: list[tuple[int, _Node]] = []
            value = np.full(len(spots), _NEVER, dtype=np.int64)
            group = np.zeros(len(spots), dtype=np.int64)
            before = np.zeros(len(spots), dtype=np.int64)
            for number, node in enumerate(frontier):
                day, printer, _ = self._parts(node.slot)
                least, who = self._best(day)
                able = self.sorts.takes[self.class_sort, printer] & (least < _NEVER)
                able &= self.class_at != node.slot
                sums = np.where(able, least + node.value, _NEVER)
                ends += self._ends(sums, who, node)
                smallest = np.minimum.reduceat(sums, self.spots)
                first = np.flatnonzero(sums == smallest[self.spot_of])[::-1]
                arg = np.zeros(len(spots), dtype=np.int64)
                arg[self.spot_of[first]] = first
                less = smallest < np.minimum(value, best[spots])
                value[less], group[less] = smallest[less], who[arg[less]]
                before[less] = number
            ends.sort(key=lambda end: end[0])
            for sum_, node in ends:
                moves = node.moves()
                yield sum_, tuple((int(self.movers[g]), slot) for g, slot in moves)
            going = np.flatnonzero((value < _NEVER) & (spots < self.slots))
            going = going[np.argsort(value[going], kind="stable")][:_SLOTS]
            following = []
            for spot in going.tolist():
                parent = frontier[before[spot]]
                for slot in self._opened(int(spots[spot])):
                    if value[spot] < best[slot]:
                        best[slot] = value[spot]
                        following.append(
                            _Node(
                                int(value[spot]),
                                slot,
                                parent,
                                int(group[spot]),
                                parent.slot,
                            )
                        )
            frontier = following[:_SLOTS]

    def _ends(self, sums: Ints, who: Ints, node: _Node) -> list[tuple[int, _Node]]:
        """Return the cheapest move into a slot of each sort, where it betters."""
        less = np.flatnonzero(sums < 0)
        less = less[np.argsort(sums[less], kind="stable")]
        _, first = np.unique(self.class_sort[less], return_index=True)
        return [
            (
                int(sums[group]),
                _Node(int(sums[group]), -1, node, int(who[group]), node.slot),
            )
            for group in less[np.sort(first)[:8]].tolist()
        ]

    def _parts(self, slot: int) -> tuple[int, int, int]:
        _, printers, servers = self.shape
        rest, server = divmod(slot, servers)
        day, printer = divmod(rest, printers)
        return day, printer, server

    def _opened(self, slot: int) -> list[int]:
        """Return the slots that can be taken where a card leaves one."""
        day, printer, server = self._parts(slot)
        printers = self.printers[:, day] > 0
        servers = self.servers[:, day] > 0
        printers[printer] = servers[server] = True
        open_ = printers[:, None] & servers[None] & self.facts.limits.reaches
        base = day * self.shape[1] * self.shape[2]
        return [slot, *(base + np.flatnonzero(open_)).tolist()]

    def kind_of(self, chain: Chain) -> tuple[tuple[int, ...], ...]:
        """Return what chains have in common that rules cannot tell apart."""
        groups, printed = self.facts.groups, self.facts.printed
        return tuple(
            (
                int(groups.kind[groups.member[application]]),
                int(printed[application]),
                slot // self.shape[2],
            )
            for application, slot in chain
        )

    def lacks(self, chain: Chain) -> bool:
        """Return whether a chain plainly lacks blanks or what a printer uses up."""
        facts, days = self.facts, self.facts.days
        blanks, supplies = np.zeros_like(self.blanks), np.zeros_like(self.supplies)
        for application, slot in chain:
            day, printer, _ = self._parts(slot)
            card = int(facts.kinds.stock[facts.kind[application]])
            was = int(facts.printed[application])
            supplies[printer, day:] += 1
            if was < days:
                supplies[self._parts(int(self.of[application]))[1], was:] -= 1
            if card >= 0:
                blanks[card, day:] += 1
                blanks[card, was:] -= 1
        return bool((blanks > self.blanks).any() or (supplies > self.supplies).any())

    def moved(self, chain: Chain) -> Facts:
        """Return the plan with the cards of a chain moved."""
        facts, rows = self.facts, self.facts.rows
        places = {application: self._parts(slot) for application, slot in chain}
        whose = np.array(list(places), dtype=np.int64)
        coming = whose[facts.printed[whose] == facts.days]
        columns = {name: getattr(rows, name) for name in Rows.__slots__}
        new = {
            name: np.zeros(len(coming), column.dtype)
            for name, column in columns.items()
        }
        new["application"] = coming
        joined = {n: np.concatenate([columns[n], new[n]]) for n in columns}
        printed = facts.printed.copy()
        for application, (day, printer, server) in places.items():
            row = np.flatnonzero(joined["application"] == application)[0]
            joined["day"][row] = printed[application] = day
            joined["printer"][row], joined["server"][row] = printer, server
        stays = ~np.isin(facts.left, coming)
        added = facts.assignments.clear(len(coming))
        return replace(
            facts,
            rows=Rows(**joined),
            printed=printed,
            left=facts.left[stays],
            unprinted=facts.unprinted.filter(pl.Series(stays)),
            assignments=pl.concat([facts.assignments, added]),
        )


def better_chain(facts: Facts) -> tuple[int, int] | None:
    """Return an application and its new day that begins a chain to a better plan."""
    if _too_large(facts):
        return None
    search = _Search(facts, frozenset(tier.name for tier in priced(facts)))
    starts = search.free(np.ones(facts.days, dtype=bool))
    chain = _kept(search, starts, _vector(facts), _tries(facts))
    return None if chain is None else _begun(search, chain)


def useful_shift(facts: Facts) -> tuple[str, int, int] | None:
    """Return a shift, a day and whom it serves where one use more betters a plan."""
    tiers = [tier.name for tier in demanded(facts)]
    own = [number for number, name in enumerate(tiers) if name in DECISION_TIERS]
    names = frozenset(tiers[: own[0]] if own else ())
    if not names or _too_large(facts):
        return None
    rules = ShiftRules(facts.office, facts.start, facts.days)
    costs = {shift.id: shift.cost_idr for shift in facts.office.shifts}
    uses = [
        use
        for use in rules.may_be_worked()
        if use not in facts.worked and not rules.stopped_by(facts.worked, *use)
    ][:_USES]
    if not uses:
        return None
    before, base = _vector(facts), _Search(facts, names)
    tries = max(1, _tries(facts) // len(uses))
    for name, day in uses:
        stated = (*facts.shifts, Worked(name, day, costs[name]))
        worked = [*facts.worked, (name, day)]
        more = replace(
            facts,
            limits=capacity(facts.office, facts.start, facts.days, worked),
            shifts=tuple(sorted(stated, key=lambda use: (use.day, use.shift))),
            worked=tuple(sorted(worked, key=lambda use: (use[1], use[0]))),
        )
        search = base.under(more)
        starts = search.free(np.arange(facts.days) == day)
        chain = _kept(search, starts, before, tries)
        if chain is not None:
            return name, day, _begun(search, chain)[0]
    return None


def _too_large(facts: Facts) -> bool:
    limits = facts.limits
    return facts.days * len(limits.printers) * len(limits.servers) > _TABLE


def _tries(facts: Facts) -> int:
    return max(4, min(100, _COUNTED // max(1, facts.frame.height)))


def _vector(facts: Facts) -> list[int]:
    sums = values(facts)
    return [value_of(tier, sums) for tier in demanded(facts)]


def _begun(search: _Search, chain: Chain) -> tuple[int, int]:
    """Return who gains most of a chain, being the last to move, and its new day."""
    application, slot = chain[0]
    return application, slot // (search.shape[1] * search.shape[2])


def _kept(
    search: _Search, starts: list[_Node], before: list[int], tries: int
) -> Chain | None:
    """Return the first chain that keeps every rule and betters the tiers."""
    seen = set()
    for _, chain in search.chains(starts):
        if len({application for application, _ in chain}) < len(chain):
            continue
        kind = search.kind_of(chain)
        if kind in seen or search.lacks(chain):
            continue
        seen.add(kind)
        if len(seen) > tries:
            return None
        moved = search.moved(chain)
        findings = Findings(moved.start)
        check_rules(moved, findings)
        if not findings.violations and _vector(moved) < before:
            return chain
    return None
