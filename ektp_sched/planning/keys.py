"""Keys renumbered, so that tables by key stay small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = ["compact"]

_SMALL_TABLE = 1 << 20


def compact(key: Ints, size: int) -> tuple[Ints, Ints]:
    """Renumber keys in ``[0, size)`` by their sorted distinct values; return both."""
    if size > max(_SMALL_TABLE, 8 * len(key)):
        distinct, number = np.unique(key, return_inverse=True)
        return number.reshape(key.shape), distinct
    seen = np.zeros(size, dtype=bool)
    seen[key] = True
    number = np.cumsum(seen, dtype=np.int64) - 1
    return number[key], np.flatnonzero(seen)
