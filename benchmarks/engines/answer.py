"""What an engine returns, and the linear program that several of them solve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.instance import Instance

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

__all__ = ["Answer", "Linear", "Solved", "linear", "on_optimal_face", "rounded"]

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
    """A linear program over choices: rows for units, then for limits.

    Parameters
    ----------
    cost
        Objective, shape ``(E,)``.
    upper
        Upper bound of each choice, shape ``(E,)``: none, as a unit's row
        bounds it anyway; 0 where a tier closed it.
    low, high
        Bounds of each row, shape ``(U + A,)``.
    matrix
        Shape ``(U + A, E)``.
    """

    cost: Floats
    upper: Floats
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
        upper=np.full(len(owner), np.inf),
        low=np.concatenate([size, np.full(limits, -np.inf)]),
        high=np.concatenate([size, instance.limit.astype(float)]),
        matrix=matrix,
    )


def on_optimal_face(problem: Linear, found: Solved, cost: Floats) -> Linear:
    """Return the next tier's program on what this one leaves free.

    Parameters
    ----------
    problem, found
        A tier and its answer.
    cost
        The next tier's objective.
    """
    closed = found.reduced > _TOLERANCE
    tight = np.abs(found.price) > _TOLERANCE
    return replace(
        problem,
        cost=cost,
        upper=np.where(closed, 0.0, problem.upper),
        low=np.where(tight, problem.high, problem.low),
    )


def rounded(value: Floats) -> Ints:
    """Return values of a vertex as whole numbers."""
    return np.rint(value).astype(np.int64)
