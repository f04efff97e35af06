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
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Distance = tuple[int, ...]

__all__ = ["FAR", "LARGEST", "ROOT", "SlotGraph", "least_moves"]

FAR = 1 << 61
"""Stands for "no path"."""

LARGEST = 1 << 60
"""No sum of real distances reaches this; every sum with ``FAR`` does."""

ROOT = 1 << 58
"""Distance from an imagined root to every node; no real one reaches it."""


def least_moves(
    width: int, digits: int, moves: Iterable[tuple[Ints, list[Ints]]]
) -> tuple[Ints, ...]:
    """Return the least cost of a move between every two columns.

    Parameters
    ----------
    width
        Number of columns, "not printed" included.
    digits
        Number of integers in each cost.
    moves
        Chunks of (source times width plus target) and of the costs.

    Returns
    -------
    tuple of ndarray
        One matrix for each integer, shape ``(width, width)``.
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
    """Moves between columns, and the free arcs of the network behind.

    Parameters
    ----------
    moves
        As ``least_moves`` returns them.
    at
        Network node of each column, shape ``(width,)``.
    tails, heads
        Free network arcs of cost 0.
    nodes
        Number of network nodes.
    """

    moves: tuple[Ints, ...]
    at: Ints
    tails: Ints
    heads: Ints
    nodes: int

    def reversed(self) -> SlotGraph:
        """Return the same graph with every arc turned round."""
        turned = tuple(np.ascontiguousarray(move.T) for move in self.moves)
        return SlotGraph(turned, self.at, self.heads, self.tails, self.nodes)

    def from_node(self, source: int) -> list[Ints]:
        """Return the distance from a node to every node.

        Where there is no path it is about ``ROOT``: the distance from an
        imagined root.  So no arc has a negative reduced cost anywhere.

        Parameters
        ----------
        source
            A network node.
        """
        found = [np.zeros(self.nodes, dtype=np.int64) for _ in self.moves]
        found[0][:] = ROOT
        found[0][source] = 0
        self.settle(found, np.ones(self.nodes, dtype=bool))
        return found

    def settle(self, found: list[Ints], active: Bools) -> bool:
        """Lower distances in place until no arc lowers any.

        Parameters
        ----------
        found
            Distances so far, shape ``(nodes,)`` each.
        active
            Nodes whose arcs are still to be looked at.

        Returns
        -------
        bool
            Whether it ended; if not, there is a cycle of negative cost.
        """
        for _ in range(self.nodes + 1):
            if not active.any():
                return True
            before = active
            active = np.zeros(self.nodes, dtype=bool)
            self._move(found, before, active)
            ready = (before | active)[self.tails]
            if ready.any():
                offers = [part[self.tails[ready]] for part in found]
                _improve_each(found, self.heads[ready], offers, active)
        return False

    def _move(self, found: list[Ints], before: Bools, active: Bools) -> None:
        rows = np.flatnonzero(before[self.at])
        if not len(rows):
            return
        best: list[Ints] = []
        open_: Bools | None = None
        for part, move in zip(found, self.moves, strict=True):
            via = part[self.at[rows]][:, None] + move[rows]
            via[via >= LARGEST] = FAR
            if open_ is not None:
                via[~open_] = FAR
            least = via.min(axis=0)
            best.append(least)
            open_ = via == least if open_ is None else open_ & (via == least)
        _improve(found, self.at, best, active)

    def search(
        self, source: int, targets: Iterable[int], level: list[Ints]
    ) -> dict[int, Distance]:
        """Return distances to a few nodes, looking no further than they are.

        Parameters
        ----------
        source, targets
            Network nodes.
        level
            As ``from_node`` returns them: with them no arc has a negative
            reduced cost, so the nearest nodes are final (Dijkstra).
        """
        wanted = set(targets)
        found: dict[int, Distance] = {}
        for node, reduced in self._nearest_first(source, level):
            if node in wanted:
                found[node] = tuple(
                    far + int(part[node] - part[source])
                    for far, part in zip(reduced, level, strict=True)
                )
                wanted.discard(node)
            if not wanted:
                break
        return found

    def _nearest_first(
        self, source: int, level: list[Ints]
    ) -> Iterator[tuple[int, Distance]]:
        column = np.full(self.nodes, -1, dtype=np.int64)
        column[self.at] = np.arange(len(self.at))
        left = [np.full(self.nodes, FAR, dtype=np.int64) for _ in self.moves]
        for part in left:
            part[source] = 0
        done = np.zeros(self.nodes, dtype=bool)
        idle = np.zeros(self.nodes, dtype=bool)
        while True:
            node = _first(left, done)
            if left[0][node] >= LARGEST or done[node]:
                return
            done[node] = True
            here = tuple(int(part[node]) for part in left)
            yield node, here
            if column[node] >= 0:
                offers = self._reduced(node, int(column[node]), here, level)
                _improve(left, self.at, offers, idle)
            onward = self.heads[self.tails == node]
            if len(onward):
                steps = zip(here, level, strict=True)
                ahead = [far + part[node] - part[onward] for far, part in steps]
                _improve_each(left, onward, ahead, idle)

    def _reduced(
        self, node: int, column: int, here: Distance, level: list[Ints]
    ) -> list[Ints]:
        offers: list[Ints] = []
        for far, move, part in zip(here, self.moves, level, strict=True):
            step = move[column]
            offer = far + step + part[node] - part[self.at]
            offer[step >= LARGEST] = FAR
            offers.append(offer)
        return offers


def _first(left: list[Ints], done: Bools) -> int:
    """Return the nearest node that is not done."""
    open_ = ~done
    for part in left:
        if not open_.any():
            return 0
        open_ &= part == part[open_].min()
    return int(np.argmax(open_))


def _improve(found: list[Ints], at: Ints, offered: list[Ints], active: Bools) -> None:
    """Take offers that are less, integer by integer, and mark those nodes."""
    less = np.zeros(len(at), dtype=bool)
    same = np.ones(len(at), dtype=bool)
    for part, offer in zip(found, offered, strict=True):
        less |= same & (offer < part[at])
        same &= offer == part[at]
    for part, offer in zip(found, offered, strict=True):
        part[at[less]] = offer[less]
    active[at[less]] = True


def _improve_each(
    found: list[Ints], heads: Ints, offered: list[Ints], active: Bools
) -> None:
    """Do the same for offers of which several may lead to one node."""
    order = np.lexsort((*reversed(offered), heads))
    first = order[np.diff(heads[order], prepend=-1) != 0]
    _improve(found, heads[first], [offer[first] for offer in offered], active)
