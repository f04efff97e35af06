"""Whole sums of what the rules count, while single days may be in parts.

Slots that stand in the same rules with the same weights are one *atom*: the rules
know its sum alone, such as a district's cards of a week.  Rounding each slot by
itself may leave no whole plan where a share is tight.  So the sums become whole
first, and then the days; a table whose sums are whole can always be rounded to
whole numbers next to its own (Bacharach, 1966).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ektp_sched.arrays import Floats, Ints
    from ektp_sched.planning.mixed.matrix import Matrix
    from ektp_sched.planning.mixed.model import Laid


def with_sums(laid: Laid) -> Matrix | None:
    """Return the program with a whole variable for each atom, slots in parts.

    The atoms are its last variables; ``None`` if there are as many as slots, so that
    nothing would be won.
    """
    matrix, (first, end) = laid.matrix, laid.slots
    atom, count = _atoms(laid)
    known = np.flatnonzero(atom >= 0)
    if not count or count == len(known):
        return None
    whole = matrix.whole.copy()
    whole[first:end] = False
    number = np.arange(count)
    rows = len(matrix.least)
    row = np.concatenate([matrix.row, rows + atom[known], rows + number])
    column = [matrix.column, first + known, len(matrix.cost) + number]
    value = [matrix.value, np.ones(len(known)), -np.ones(count)]
    order = np.lexsort((np.concatenate(column), row))
    zero = np.zeros(count)
    return replace(
        matrix,
        cost=np.append(matrix.cost, zero),
        low=np.append(matrix.low, zero),
        high=np.append(matrix.high, np.full(count, np.inf)),
        whole=np.append(whole, np.ones(count, dtype=bool)),
        row=row[order],
        column=np.concatenate(column)[order],
        value=np.concatenate(value)[order],
        least=np.append(matrix.least, zero),
        most=np.append(matrix.most, zero),
    )


def with_sums_held(laid: Laid, summed: Matrix, values: Floats) -> Matrix:
    """Return the program with the sums of a solution, and each slot next to its own."""
    near = 1e-6
    low, high = summed.low.copy(), summed.high.copy()
    sums = slice(len(laid.matrix.cost), None)
    low[sums] = high[sums] = np.rint(values[sums])
    slots = slice(*laid.slots)
    low[slots] = np.floor(values[slots] + near)
    high[slots] = np.ceil(values[slots] - near)
    whole = summed.whole.copy()
    whole[slots] = laid.matrix.whole[slots]
    return replace(summed, low=low, high=high, whole=whole)


def _atoms(laid: Laid) -> tuple[Ints, int]:
    """Return the atom of each slot, -1 for one that no rule knows; and how many."""
    matrix, (first, end) = laid.matrix, laid.slots
    counted = (matrix.column >= first) & (matrix.column < end)
    # Rows with choices or plain arcs say where cards flow; the others are rules.
    rules = np.zeros(len(matrix.least), dtype=bool)
    rules[matrix.row[counted]] = True
    rules[matrix.row[matrix.column < first]] = False
    counted &= rules[matrix.row]
    draw = np.random.default_rng(0).integers(1, 1 << 62, len(rules))
    sign = np.zeros(end - first, dtype=np.int64)
    part = matrix.value[counted].astype(np.int64) * draw[matrix.row[counted]]
    np.add.at(sign, matrix.column[counted] - first, part)
    known = np.zeros(end - first, dtype=bool)
    known[matrix.column[counted] - first] = True
    distinct, number = np.unique(sign[known], return_inverse=True)
    atom = np.full(end - first, -1, dtype=np.int64)
    atom[known] = number
    return atom, len(distinct)
