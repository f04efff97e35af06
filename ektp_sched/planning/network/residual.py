"""Shortest paths in the residual network, on slots instead of people.

Between two columns counts only the cheapest move of a card that is there,
so groups are eliminated first.  Distances may be several integers compared
in order, as tiers are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ektp_sched.arrays import Bools, Ints

    Where = tuple[Ints | slice, Ints | slice]

FAR = 1 << 61
"""Stands for "no path"."""

LARGEST = 1 << 60
"""No sum of real distances reaches this; every sum with ``FAR`` does."""

ROOT = 1 << 58
"""Distance from an imagined root to every node; no real one reaches it."""

_ROUNDS = 12
"""Rounds over all nodes at once before they are looked at in order."""

_WIDE = 512
"""From so many columns on they are looked at in order at once."""

_HUB = 64
"""A node with more arcs than this is kept where others are left out."""


def least_moves(
    width: int, digits: int, moves: Iterable[tuple[Ints, list[Ints]]]
) -> tuple[Ints, ...]:
    """Return the least cost of a move between every two columns.

    "Not printed" is one of the ``width`` columns.  A move is (source times width plus
    target), and its cost ``digits`` integers; there is one matrix for each of these,
    shape ``(width, width)``.
    """
    best = [np.full(width * width, FAR, dtype=np.int64) for _ in range(digits)]
    for key, costs in moves:
        where, cost = key, costs
        for number, least in enumerate(best):
            before = least[where]
            np.minimum.at(least, where, cost[number])
            lower = where[least[where] < before]
            for later in best[number + 1 :]:
                later[lower] = FAR
            same = cost[number] == least[where]
            where, cost = where[same], [part[same] for part in cost]
    return tuple(part.reshape(width, width) for part in best)


@dataclass(frozen=True, slots=True)
class SlotGraph:
    """Moves between columns, and the free arcs of the network behind."""

    moves: tuple[Ints, ...]  # as `least_moves` returns them
    at: Ints  # network node of each column, (width,)
    tails: Ints  # tails and heads of free network arcs of cost 0
    heads: Ints
    nodes: int  # their number

    def reversed(self) -> SlotGraph:
        """Return the same graph with every arc turned round."""
        turned = tuple(np.ascontiguousarray(move.T) for move in self.moves)
        return SlotGraph(turned, self.at, self.heads, self.tails, self.nodes)

    def from_node(self, source: int) -> list[Ints]:
        """Return the distance from a node to every node.

        Where there is no path it is about ``ROOT``: the distance from an
        imagined root.  So no arc has a negative reduced cost anywhere.
        """
        distance = [np.zeros(self.nodes, dtype=np.int64) for _ in self.moves]
        distance[0][:] = ROOT
        distance[0][source] = 0
        self.settle(distance, np.ones(self.nodes, dtype=bool))
        return distance

    def settle(self, distance: list[Ints], active: Bools) -> bool:
        """Lower distances in place until no arc lowers any.

        ``active`` are nodes whose arcs are still to be looked at.  Returned is whether
        it ended; if not, there is a cycle of negative cost.
        """
        wide = len(self.at) >= _WIDE
        for _ in range(0 if wide else min(_ROUNDS, self.nodes + 1)):
            if not active.any():
                return True
            before = active
            active = np.zeros(self.nodes, dtype=bool)
            self._move(distance, before, active)
            ready = (before | active)[self.tails]
            if ready.any():
                offers = [part[self.tails[ready]] for part in distance]
                _improve_each(distance, self.heads[ready], offers, active)
        return self._sweep(distance)

    def _sweep(self, distance: list[Ints]) -> bool:
        """Settle columns one by one, forwards and backwards in turn.

        Columns stand in the order of days, and long paths run along the days,
        so a few sweeps do what needs as many rounds as there are days.
        """
        small, anchors, _ = self.contracted()
        self._follow(distance)
        here = [part[anchors] for part in distance]
        settled = False
        for turn in range(self.nodes + 1):
            before = [part.copy() for part in here]
            order = range(len(anchors)) if turn % 2 else range(len(anchors) - 1, -1, -1)
            for slot in order:
                _relax(here, small.moves, slot)
            pairs = zip(before, here, strict=True)
            settled = all(bool((old == new).all()) for old, new in pairs)
            if settled:
                break
        for part, new in zip(distance, here, strict=True):
            part[anchors] = new
        self._follow(distance)
        return settled

    def _follow(self, distance: list[Ints]) -> None:
        """Lower distances in place along free arcs alone."""
        active = np.ones(self.nodes, dtype=bool)
        while active.any():
            ready = active[self.tails]
            active = np.zeros(self.nodes, dtype=bool)
            offers = [part[self.tails[ready]] for part in distance]
            _improve_each(distance, self.heads[ready], offers, active)

    def contracted(self) -> tuple[SlotGraph, Ints, tuple[Ints, Ints]]:
        """Return the same distances on columns and nodes of many arcs alone.

        That is a graph without free arcs; the node that each of its columns stands for;
        and which nodes lead to which by free arcs that pass no such node, two arrays.
        """
        degree = np.bincount(self.tails, minlength=self.nodes)
        degree += np.bincount(self.heads, minlength=self.nodes)
        hub = degree > _HUB
        hub[self.at] = False
        anchors = np.append(self.at, np.flatnonzero(hub))
        place = np.full(self.nodes, -1, dtype=np.int64)
        place[anchors] = np.arange(len(anchors))
        source, target = self._reach(place >= 0)
        ours = (place[source] >= 0) & (place[target] >= 0)
        where = place[source[ours]], place[target[ours]]
        shape, width = (len(anchors), len(anchors)), len(self.at)
        moves = [np.full(shape, FAR, dtype=np.int64) for _ in self.moves]
        for part, move in zip(moves, self.moves, strict=True):
            part[:width, :width] = move
        _take_less(moves, [np.zeros_like(where[0])] * len(moves), where)
        none = np.zeros(0, dtype=np.int64)
        every = np.arange(len(anchors))
        small = SlotGraph(tuple(moves), every, none, none, len(anchors))
        return small, anchors, (source, target)

    def _reach(self, stop: Bools) -> tuple[Ints, Ints]:
        """Return pairs of nodes joined by free arcs without passing a stop."""
        order = np.argsort(self.tails, kind="stable")
        heads = self.heads[order]
        begin = np.searchsorted(self.tails[order], np.arange(self.nodes + 1))
        source = target = np.arange(self.nodes)
        known = source * self.nodes + target
        while len(source):
            count = begin[target + 1] - begin[target]
            step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            head = heads[np.repeat(begin[target], count) + step]
            key = np.setdiff1d(np.repeat(source, count) * self.nodes + head, known)
            known = np.append(known, key)
            key = key[~stop[key % self.nodes]]
            source, target = np.divmod(key, self.nodes)
        return known // self.nodes, known % self.nodes

    def _move(self, distance: list[Ints], before: Bools, active: Bools) -> None:
        rows = np.flatnonzero(before[self.at])
        if not len(rows):
            return
        best: list[Ints] = []
        open_: Bools | None = None
        for part, move in zip(distance, self.moves, strict=True):
            via = part[self.at[rows]][:, None] + move[rows]
            via[via >= LARGEST] = FAR
            if open_ is not None:
                via[~open_] = FAR
            least = via.min(axis=0)
            best.append(least)
            open_ = via == least if open_ is None else open_ & (via == least)
        _improve(distance, self.at, best, active)

    def all_pairs(self) -> tuple[Ints, ...]:
        """Return the distances between all nodes, shape ``(nodes, nodes)`` each.

        The algorithm of Floyd (1962) and Warshall (1962), on tuples of
        integers compared in order.  A distance of ``LARGEST`` or more means
        that there is no path.
        """
        shape = self.nodes, self.nodes
        distance = [np.full(shape, FAR, dtype=np.int64) for _ in self.moves]
        for part, move in zip(distance, self.moves, strict=True):
            part[np.ix_(self.at, self.at)] = move
        same = np.arange(self.nodes)
        for tails, heads in ((self.tails, self.heads), (same, same)):
            _take_less(distance, [np.zeros_like(tails)] * len(distance), (tails, heads))
        for node in range(self.nodes):
            via = [part[:, node, None] + part[None, node, :] for part in distance]
            if len(distance) == 1:
                np.minimum(distance[0], via[0], out=distance[0])
            else:
                _take_less(distance, via, (slice(None), slice(None)))
        return tuple(distance)


def less(offers: Sequence[Ints], here: Sequence[Ints]) -> Bools:
    """Return where offers are less, integer by integer."""
    lower: Bools = offers[0] < here[0]
    same = offers[0] == here[0]
    for offer, part in zip(offers[1:], here[1:], strict=True):
        lower |= same & (offer < part)
        same &= offer == part
    return lower


def _take_less(distance: list[Ints], offered: list[Ints], where: Where) -> None:
    """Take, at some places of the matrices, the offers that are less."""
    here = [part[where] for part in distance]
    lower = less(offered, here)
    for part, offer, old in zip(distance, offered, here, strict=True):
        part[where] = np.where(lower, offer, old)


def _relax(here: list[Ints], moves: tuple[Ints, ...], slot: int) -> None:
    """Lower distances in place by the moves out of one column."""
    offers = [part[slot] + move[slot] for part, move in zip(here, moves, strict=True)]
    if len(offers) == 1:
        np.minimum(here[0], offers[0], out=here[0])
        return
    lower = less(offers, here) & (offers[0] < LARGEST)
    for part, offer in zip(here, offers, strict=True):
        part[lower] = offer[lower]


def _improve(
    distance: list[Ints], at: Ints, offered: list[Ints], active: Bools
) -> None:
    """Take offers that are less, integer by integer, and mark those nodes."""
    lower = less(offered, [part[at] for part in distance])
    for part, offer in zip(distance, offered, strict=True):
        part[at[lower]] = offer[lower]
    active[at[lower]] = True


def _improve_each(
    distance: list[Ints], heads: Ints, offered: list[Ints], active: Bools
) -> None:
    """Do the same for offers of which several may lead to one node."""
    order = np.lexsort((*reversed(offered), heads))
    first = order[np.diff(heads[order], prepend=-1) != 0]
    _improve(distance, heads[first], [offer[first] for offer in offered], active)
