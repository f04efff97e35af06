"""Shortest paths between many pairs of nodes, without all other pairs.

Most pairs share a source or a target, such as the sink: one search serves
them all.  For the others, days have an order, and a way over many days is
seldom shorter than by the days between: a move over two days or more that
costs no less than two moves by a neighbouring day is left out, and a few
moves of each column are left.  They are then followed forwards in time and
backwards, for many sources at once, until nothing changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.network.residual import LARGEST, ROOT, less

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.planning.network.residual import SlotGraph


_SMALL = 300
"""Up to so many columns all pairs are found at once."""

_SHARED = 8
"""So many pairs of one source or target are worth a search of their own."""

_SOURCES = 256
"""Sources followed in one go, to bound memory."""


def distances(
    graph: SlotGraph, pools: int, sources: Ints, targets: Ints
) -> tuple[Ints, ...]:
    """Return the distance of each pair of nodes.

    The graph has no cycles of negative cost.  Its columns, ``pools`` of each day, stand
    in the order of days, "not printed" last.  There is one array of shape ``(P,)`` for
    each integer of a cost; a first integer of half of ``ROOT`` or more means that there
    is no path.
    """
    small, anchors, free = graph.contracted()
    pair, a, b = _joined(graph.nodes, anchors, free, sources, targets)
    key, number = np.unique(a * len(anchors) + b, return_inverse=True)
    shape = len(graph.at) - 1, pools
    far = _between(small, shape, *np.divmod(key, len(anchors)))
    best = [np.full(len(sources), ROOT, dtype=np.int64) for _ in graph.moves]
    at_once = np.isin(sources * graph.nodes + targets, free[0] * graph.nodes + free[1])
    for part in best:
        part[at_once] = 0
    offers = [part[number] for part in far]
    order = np.lexsort((*reversed(offers), pair))
    first = order[np.diff(pair[order], prepend=-1) != 0]
    here = [part[pair[first]] for part in best]
    offers = [part[first] for part in offers]
    lower = less(offers, here)
    for part, offer in zip(best, offers, strict=True):
        part[pair[first[lower]]] = offer[lower]
    return tuple(best)


def _joined(
    nodes: int, anchors: Ints, free: tuple[Ints, Ints], sources: Ints, targets: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return, for each pair, the columns by which its paths begin and end."""
    place = np.full(nodes, -1, dtype=np.int64)
    place[anchors] = np.arange(len(anchors))
    source, target = free
    # A node that is a column begins and ends its own paths.
    itself = source == target
    begins = (place[target] >= 0) & ((place[source] < 0) | itself)
    ends = (place[source] >= 0) & ((place[target] < 0) | itself)
    pair, a = _matches(source[begins], place[target[begins]], sources)
    again, b = _matches(target[ends], place[source[ends]], targets[pair])
    return pair[again], a[again], b


def _matches(key: Ints, value: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Return the values of each wanted key, and for which one each is."""
    order = np.argsort(key, kind="stable")
    begin = np.searchsorted(key[order], wanted, side="left")
    count = np.searchsorted(key[order], wanted, side="right") - begin
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    number = np.repeat(np.arange(len(wanted)), count)
    return number, value[order[np.repeat(begin, count) + step]]


def _between(graph: SlotGraph, shape: tuple[int, int], a: Ints, b: Ints) -> list[Ints]:
    """Return the distances from columns ``a`` to columns ``b``."""
    if len(graph.at) <= _SMALL:
        return [part[a, b] for part in graph.all_pairs()]
    best = [np.full(len(a), ROOT, dtype=np.int64) for _ in graph.moves]
    rest = a != b
    for part in best:
        part[~rest] = 0
    for side, other, way in ((a, b, graph), (b, a, graph.reversed())):
        for node in np.flatnonzero(np.bincount(side[rest]) > _SHARED).tolist():
            at_node = rest & (side == node)
            for part, offer in zip(best, way.from_node(node), strict=True):
                part[at_node] = offer[other[at_node]]
            rest &= ~at_node
    if rest.any():
        far = _from_each(graph, shape, a[rest], b[rest])
        for part, offer in zip(best, far, strict=True):
            part[rest] = offer
    return best


def _from_each(
    graph: SlotGraph, shape: tuple[int, int], a: Ints, b: Ints
) -> list[Ints]:
    """Return distances of pairs with many sources and many targets."""
    kept = _kept(graph, shape)
    targets = [np.flatnonzero(row) for row in kept]
    costs = [[m[n, t][:, None] for m in graph.moves] for n, t in enumerate(targets)]
    sources, number = np.unique(a, return_inverse=True)
    best = [np.empty(len(a), dtype=np.int64) for _ in graph.moves]
    for begin in range(0, len(sources), _SOURCES):
        chosen = sources[begin : begin + _SOURCES]
        far = _swept(len(graph.at), chosen, targets, costs)
        swept = (number >= begin) & (number < begin + len(chosen))
        for part, offer in zip(best, far, strict=True):
            part[swept] = offer[b[swept], number[swept] - begin]
    return best


def _swept(
    width: int, sources: Ints, targets: list[Ints], costs: list[list[Ints]]
) -> list[Ints]:
    """Return the distance to each column from each source, both by sweeps."""
    shape = width, len(sources)
    far = [np.zeros(shape, dtype=np.int64) for _ in costs[0]]
    far[0][:] = ROOT
    far[0][sources, np.arange(len(sources))] = 0
    changed, forwards = True, True
    while changed:
        before = [part.copy() for part in far]
        for slot in range(width) if forwards else range(width - 1, -1, -1):
            onward = targets[slot]
            offers = [p[slot] + c for p, c in zip(far, costs[slot], strict=True)]
            here = [part[onward] for part in far]
            lower = less(offers, here)
            for part, old, offer in zip(far, here, offers, strict=True):
                part[onward] = np.where(lower, offer, old)
        forwards = not forwards
        pairs = zip(before, far, strict=True)
        changed = not all((old == new).all() for old, new in pairs)
    return far


def _kept(graph: SlotGraph, shape: tuple[int, int]) -> Bools:
    """Return which moves no two moves by a neighbouring day replace.

    Both of the two span fewer days than the move that they replace, so what
    is left out is replaced in the end by moves that are kept.
    """
    columns, pools = shape
    number = np.arange(columns) // pools
    ahead = number[None, :] - number[:, None]
    kept: Bools = graph.moves[0] < LARGEST
    np.fill_diagonal(kept, val=False)
    among = kept[:columns, :columns]
    moves = [part[:columns, :columns] for part in graph.moves]
    every = np.arange(columns)
    for pool in range(pools):
        for step in (-1, 1):
            long = ahead * step >= 2
            middle = np.clip((number + step) * pools + pool, 0, columns - 1)
            begun = [m[every, middle][:, None] + m[middle] for m in moves]
            among &= ~long | less(moves, begun)
            middle = np.clip((number - step) * pools + pool, 0, columns - 1)
            ended = [m[:, middle] + m[middle, every][None, :] for m in moves]
            among &= ~long | less(moves, ended)
    return kept
