"""Counting pairs without looking at pairs.

How many weighted points lie at or below a query in every coordinate: the
prefix of one coordinate is a union of at most one dyadic block a bit, and in
each block the question has one coordinate less (Bentley, Multidimensional
divide-and-conquer, CACM 23, 1980, doi:10.1145/358841.358850).  All of it is
on whole arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = ["dominated"]


def dominated(
    points: Sequence[Ints], weight: Ints, queries: Sequence[Ints], sizes: Sequence[int]
) -> Ints:
    """Return for each query the weight of the points at or below it.

    Parameters
    ----------
    points
        One array a coordinate, values in ``[0, size)``, shape ``(N,)``.
    weight
        Whole numbers, shape ``(N,)``.
    queries
        One array a coordinate, values in ``[-1, size)``, shape ``(Q,)``.
    sizes
        One more than the largest value of each coordinate.  The first one
        costs a sort, each further one a factor of its logarithm.

    Returns
    -------
    ndarray
        Shape ``(Q,)``.
    """
    inside = np.ones(len(queries[0]), dtype=bool)
    for coordinate in queries:
        inside &= coordinate >= 0
    found = np.zeros(len(inside), dtype=np.int64)
    if inside.any() and len(weight):
        of_point = np.zeros(len(weight), dtype=np.int64)
        of_query = np.zeros(int(inside.sum()), dtype=np.int64)
        kept = [coordinate[inside] for coordinate in queries]
        found[inside] = _count(
            (of_point, list(points)), weight, (of_query, kept), list(sizes)
        )
    return found


def _count(
    points: tuple[Ints, list[Ints]],
    weight: Ints,
    queries: tuple[Ints, list[Ints]],
    sizes: list[int],
) -> Ints:
    """Count block by block: a point counts for the queries of its own block."""
    block, coordinates = points
    asked, wanted = queries
    if len(sizes) == 1:
        return _by_prefix(
            block * sizes[0] + coordinates[0], weight, asked, wanted[0], sizes[0]
        )
    found = np.zeros(len(asked), dtype=np.int64)
    below = wanted[-1] + 1
    for bit in range(sizes[-1].bit_length()):
        here = np.flatnonzero((below >> bit) & 1)
        parts = (sizes[-1] >> bit) + 1
        target = asked[here] * parts + (below[here] >> bit) - 1
        of_query, kept, of_point = _blocks(
            target, block * parts + (coordinates[-1] >> bit)
        )
        if len(kept):
            found[here] += _count(
                (of_point, [line[kept] for line in coordinates[:-1]]),
                weight[kept],
                (of_query, [line[here] for line in wanted[:-1]]),
                sizes[:-1],
            )
    return found


def _blocks(asked: Ints, points: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the blocks that queries ask for by number, without other points.

    Returns
    -------
    tuple
        Block of each query; which points are kept; their blocks.
    """
    size = int(max(asked.max(initial=-1), points.max(initial=-1))) + 1
    if size <= 4 * (len(asked) + len(points)):
        wanted = np.zeros(size, dtype=bool)
        wanted[asked] = True
        number = np.cumsum(wanted) - 1
        kept = np.flatnonzero(wanted[points])
        return number[asked], kept, number[points[kept]]
    distinct, of_query = np.unique(asked, return_inverse=True)
    at = np.searchsorted(distinct, points)
    kept = np.flatnonzero(np.append(distinct, -1)[at] == points)
    return of_query.reshape(-1), kept, at[kept]


def _by_prefix(key: Ints, weight: Ints, block: Ints, wanted: Ints, size: int) -> Ints:
    """Return the weight of the keys of a block up to and including one."""
    first, last = block * size, block * size + wanted
    top = int(max(key.max(initial=0), last.max(initial=0))) + 1
    if top <= 4 * (len(key) + len(last)):
        table = np.zeros(top + 1, dtype=np.int64)
        np.add.at(table, key + 1, weight)
        total = np.cumsum(table)
        found: Ints = total[last + 1] - total[first]
        return found
    order = np.argsort(key, kind="stable")
    running = np.append(0, np.cumsum(weight[order]))
    ordered = key[order]
    high = np.searchsorted(ordered, last, side="right")
    low = np.searchsorted(ordered, first, side="left")
    by_search: Ints = running[high] - running[low]
    return by_search
