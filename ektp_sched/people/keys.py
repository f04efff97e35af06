"""Keys renumbered, so that tables by key stay small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints


_SMALL_TABLE = 1 << 20
_FEW_WORDS = 4


def _table_size(count: int) -> int:
    """Return the largest table that pays for so many keys, where sorting would do."""
    return max(_SMALL_TABLE, 8 * count)


def compact(key: Ints, size: int) -> tuple[Ints, Ints]:
    """Renumber keys in ``[0, size)`` by their sorted distinct values; return both."""
    if size > _table_size(len(key)):
        values, number = np.unique(key, return_inverse=True)
        return number.reshape(key.shape), values
    seen = np.zeros(size, dtype=bool)
    seen[key] = True
    number = np.cumsum(seen, dtype=np.int64) - 1
    return number[key], np.flatnonzero(seen)


def distinct(key: Ints, size: int) -> Ints:
    """Return the distinct keys in ``[0, size)``, ascending."""
    if size > _table_size(len(key)):
        return np.unique(key)
    seen = np.zeros(size, dtype=bool)
    seen[key] = True
    return np.flatnonzero(seen)


def combined(columns: Iterable[NDArray[np.integer]], height: int) -> tuple[Ints, int]:
    """Return numbers of the combinations of several integer columns in their order."""
    code, count = np.zeros(height, dtype=np.int64), min(1, height)
    most = _table_size(height)
    for column in columns if height else ():
        low, high = int(column.min()), int(column.max())
        if low == high:
            continue
        if high - low >= most:
            column, values = compact(column.astype(np.int64) - low, high - low + 1)
            low, width = 0, len(values)
        else:
            width = high - low + 1
        if count * width > most:
            code, values = compact(code, count)
            count = len(values)
        code, count = code * width + (column - low), count * width
        if count > most:
            code, values = compact(code, count)
            count = len(values)
    code, values = compact(code, count)
    return code, len(values)


def counted(key: Ints, shape: tuple[int, ...]) -> Ints:
    """Count flat indices into an array of a shape."""
    size = int(np.prod(shape))
    return np.bincount(key, minlength=size).astype(np.int64, copy=False).reshape(shape)


def distinct_rows(flags: Bools) -> tuple[Ints, Ints]:
    """Return the first row of each distinct row, in a fixed order; each row's number.

    Shapes ``(D,)`` and ``(R,)`` for flags of shape ``(R, K)``.
    """
    packed = np.packbits(flags, axis=1)
    height, width = packed.shape
    words = -(-width // 8)
    if words > _FEW_WORDS:  # compared byte by byte
        whole = np.ascontiguousarray(packed).view(np.dtype((np.void, width))).ravel()
        _, first, number = np.unique(whole, return_index=True, return_inverse=True)
        return first, number.reshape(-1).astype(np.int64)
    padded = np.zeros((height, 8 * words), dtype=np.uint8)
    padded[:, :width] = packed
    number = np.zeros(height, dtype=np.int64)
    for word in padded.view(">u8").astype(np.uint64).T:
        values, inner = np.unique(word, return_inverse=True)
        if len(values) > 1:
            key = number * len(values) + inner.reshape(-1)
            number = np.unique(key, return_inverse=True)[1].reshape(-1)
    first = np.zeros(int(number.max(initial=-1)) + 1, dtype=np.int64)
    first[number[::-1]] = np.arange(height)[::-1]
    return first, number
