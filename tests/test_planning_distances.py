"""Shortest paths by sweeps, against all pairs by Floyd and Warshall."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.planning.network import distances as module
from ektp_sched.planning.network import residual
from ektp_sched.planning.network.distances import distances
from ektp_sched.planning.network.residual import FAR, LARGEST, ROOT, SlotGraph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def slot_graph(seed: int, days: int, pools: int, digits: int) -> SlotGraph:
    """Return a graph without negative cycles: costs are above differences of heights.

    Each day has its columns, a node behind them, and there is one node behind
    all days; free arcs lead from high to low, as they cost nothing.
    """
    draw = np.random.default_rng(seed)
    columns = days * pools
    nodes = columns + days + 2
    height = draw.integers(-4, 5, (digits, nodes))
    at = np.append(np.arange(columns), nodes - 1)
    shape = digits, len(at), len(at)
    cost = draw.integers(0, draw.integers(1, 12), shape)
    none = draw.random(shape[1:]) < draw.choice([0.0, 0.3, 0.9])
    cost += height[:, None, at] - height[:, at, None]
    cost[:, none] = FAR
    behind = columns + np.repeat(np.arange(days), pools)
    tail = np.concatenate([np.arange(columns), np.arange(columns, columns + days)])
    head = np.concatenate([behind, np.full(days, nodes - 2)])
    tail, head = np.append(tail, nodes - 2), np.append(head, nodes - 1)
    tail, head = np.append(tail, head), np.append(head, tail)
    ends = zip(tail.tolist(), head.tolist(), strict=True)
    falls = np.array([height[:, t].tolist() >= height[:, h].tolist() for t, h in ends])
    kept = falls & (draw.random(len(tail)) < 0.8)
    return SlotGraph(tuple(cost), at, tail[kept], head[kept], nodes)


graphs = st.builds(
    lambda seed, days, pools, digits: (slot_graph(seed, days, pools, digits), pools),
    st.integers(0, 2**32),
    st.integers(1, 9),
    st.integers(1, 3),
    st.integers(1, 3),
)


def equal(found: list[Ints], right: list[Ints]) -> bool:
    none = right[0] >= LARGEST
    ours = found[0] >= ROOT // 2
    pairs = zip(found, right, strict=True)
    return bool((none == ours).all()) and all(
        (a[~none] == b[~none]).all() for a, b in pairs
    )


@given(graphs, st.sampled_from([0, 2, 1000]), st.sampled_from([0, 1000]))
def test_distances_are_those_between_all_pairs(
    case: tuple[SlotGraph, int], shared: int, small: int
) -> None:
    graph, pools = case
    source, target = (part.ravel() for part in np.indices((graph.nodes, graph.nodes)))
    right = [part[source, target] for part in graph.all_pairs()]
    with (
        patch.object(module, "_SHARED", shared),
        patch.object(module, "_SMALL", small),
        patch.object(module, "_SOURCES", 7),
        patch.object(residual, "_HUB", 2),
    ):
        found = distances(graph, pools, source, target)
    assert equal(list(found), right)


@given(graphs, st.sampled_from([0, 1, 100]))
def test_looking_at_columns_in_order_finds_the_same(
    case: tuple[SlotGraph, int], rounds: int
) -> None:
    graph, _ = case
    right = graph.all_pairs()
    with patch.object(residual, "_ROUNDS", rounds):
        for node in range(graph.nodes):
            found = graph.from_node(node)
            assert equal(found, [part[node] for part in right])


@pytest.mark.parametrize("rounds", [0, 12])
def test_a_cycle_of_negative_cost_is_seen(rounds: int) -> None:
    moves = np.array([[0, 2, FAR], [-3, 0, FAR], [FAR, FAR, 0]])
    none = np.zeros(0, dtype=np.int64)
    graph = SlotGraph((moves,), np.arange(3), none, none, 3)
    with patch.object(residual, "_ROUNDS", rounds):
        assert not graph.settle([np.zeros(3, dtype=np.int64)], np.ones(3, dtype=bool))


def test_no_pairs_have_no_distances() -> None:
    graph = slot_graph(1, 3, 2, 2)
    none = np.zeros(0, dtype=np.int64)
    assert [part.tolist() for part in distances(graph, 2, none, none)] == [[], []]


def test_few_moves_are_kept_where_waiting_grows_with_time() -> None:
    # On one printer, day by day, a move costs the square of its days: each
    # long move is replaced by short ones, and two for each day are left.
    days = np.arange(40)
    ahead = days[None, :] - days[:, None]
    moves = np.full((41, 41), FAR)
    moves[:40, :40] = ahead * ahead
    none = np.zeros(0, dtype=np.int64)
    graph = SlotGraph((moves,), np.arange(41), none, none, 41)
    assert module._kept(graph, (40, 1)).sum() == 2 * 39
