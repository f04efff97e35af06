"""What an engine returns, and the linear program that several of them solve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from benchmarks.instance import weighted

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from benchmarks.instance import Instance

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Solve = Callable[["Linear"], "Solved | None"]

__all__ = ["Answer", "Linear", "Solve", "Solved", "by_tier", "linear", "once"]

_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine came to.

    Parameters
    ----------
    instance, cards
        The problem it solved, and its cards on each choice; ``None`` where it
        found nothing.
    proof
        What it says of its answer.
    """

    instance: Instance
    cards: Ints | None
    proof: str


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear program over choices, none negative: rows for units, then limits.

    Parameters
    ----------
    cost
        Objective, shape ``(E,)``.
    low, high
        Bounds of each row, shape ``(U + A,)``.
    matrix
        Shape ``(U + A, E)``.
    """

    cost: Floats
    low: Floats
    high: Floats
    matrix: csr_array


@dataclass(frozen=True, slots=True)
class Solved:
    """A linear program's answer: values, reduced costs, prices of rows."""

    value: Floats
    reduced: Floats
    price: Floats
    proof: str


def linear(instance: Instance, cost: Ints) -> Linear:
    """Return the problem as a linear program, built without a loop.

    Parameters
    ----------
    instance
        The problem.
    cost
        Cost of each choice; it is scaled to at most about 1e6.
    """
    units, limits = len(instance.size), len(instance.limit)
    owner = instance.owner
    uses = np.concatenate([instance.uses.T, np.zeros((1, limits), dtype=bool)])
    entry, row = np.nonzero(uses[instance.choice])
    rows = np.concatenate([owner, row + units])
    columns = np.concatenate([np.arange(len(owner)), entry])
    matrix = csr_array(
        (np.ones(len(rows)), (rows, columns)), shape=(units + limits, len(owner))
    )
    # Costs less each unit's least change no optimum and keep figures small.
    least = np.minimum.reduceat(cost, instance.start[:-1])
    above = (cost - least[owner]).astype(float)
    size = instance.size.astype(float)
    return Linear(
        cost=above / max(1.0, above.max(initial=0) / 1e6),
        low=np.concatenate([size, np.full(limits, -np.inf)]),
        high=np.concatenate([size, instance.limit.astype(float)]),
        matrix=matrix,
    )


def once(instance: Instance, solve: Solve) -> Answer:
    """Solve one program in which the tiers are weighted.

    Parameters
    ----------
    instance
        The problem.
    solve
        A solver of linear programs.
    """
    found = solve(linear(instance, weighted(instance)))
    if found is None:
        return Answer(instance, None, "no answer")
    return Answer(instance, np.rint(found.value).astype(np.int64), found.proof)


def by_tier(instance: Instance, solve: Solve) -> Answer:
    """Solve tier after tier, each on what those before leave free.

    With optimal prices, choices of positive reduced cost are left out of the
    next program, and rows with a price become equalities.  Tiers in which every
    choice costs the same are skipped.

    Parameters
    ----------
    instance, solve
        As for `once`.
    """
    kept = np.arange(len(instance.choice))
    tight = np.zeros(len(instance.size) + len(instance.limit), dtype=bool)
    found: Solved | None = None
    for cost in instance.costs:
        whole = linear(instance, cost)
        if not whole.cost.any():
            continue
        found = solve(
            Linear(
                whole.cost[kept],
                np.where(tight, whole.high, whole.low),
                whole.high,
                whole.matrix[:, kept],
            )
        )
        if found is None:
            return Answer(instance, None, "no answer")
        tight |= np.abs(found.price) > _TOLERANCE
        value = found.value
        best = found.reduced <= _TOLERANCE
        assert not value[~best].round().any()
        kept, value = kept[best], value[best]
    assert found is not None
    cards = np.zeros(len(instance.choice), dtype=np.int64)
    cards[kept] = np.rint(value).astype(np.int64)
    return Answer(instance, cards, found.proof)
