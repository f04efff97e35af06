"""Exchanges between overlapping sets, against looking at every pair each time."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.planning.assign import settle_ties

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def drawn(seed: int, days: int, pools: int, sets: int) -> tuple[Any, Bools, Ints, Ints]:
    """Return a program's columns, sets, and people who stand in their sets' order."""
    draw = np.random.default_rng(seed)
    columns = days * pools
    program = SimpleNamespace(
        columns=columns,
        column_day=np.repeat(np.arange(days), pools),
        capacity=SimpleNamespace(days=days),
    )
    masks = draw.random((sets, columns + 1)) < draw.choice([0.2, 0.5, 0.9])
    masks[np.arange(sets), draw.integers(0, columns + 1, sets)] = True
    mask = draw.integers(0, sets, draw.integers(0, 60))
    column = np.array([draw.choice(np.flatnonzero(masks[m])) for m in mask], dtype=int)
    for one in range(sets):
        column[mask == one] = np.sort(column[mask == one])
    return program, masks, mask, column


def every_pair_each_time(program: Any, masks: Bools, mask: Ints, column: Ints) -> None:
    day = np.append(program.column_day, program.capacity.days)
    wide = np.flatnonzero(masks.sum(axis=1) > 1).tolist()
    pairs = [
        (a, b)
        for a, b in combinations(wide, 2)
        if len(set(day[masks[a] & masks[b]].tolist())) > 1
    ]
    pairs += [(a, a) for a in sorted({a for pair in pairs for a in pair})]
    changed = True
    while changed:
        changed = False
        for a, b in pairs:
            common = masks[a] & masks[b]
            mine = np.flatnonzero(((mask == a) | (mask == b)) & common[column])
            if (np.diff(day[column[mine]]) < 0).any():
                column[mine] = np.sort(column[mine])
                changed = True


@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 3), st.integers(1, 9))
def test_looking_only_at_pairs_that_changed_ends_at_the_same_slots(
    seed: int, days: int, pools: int, sets: int
) -> None:
    program, masks, mask, column = drawn(seed, days, pools, sets)
    right = column.copy()
    every_pair_each_time(program, masks, mask, right)
    settle_ties(program, masks, mask, column)
    assert column.tolist() == right.tolist()
    assert all(masks[m, c] for m, c in zip(mask, column, strict=True))
