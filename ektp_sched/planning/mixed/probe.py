"""Which minima have to be reached, because somebody is left for sure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.mixed.relax import relax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.planning.mixed.model import Laid

    Bools = NDArray[np.bool_]

__all__ = ["surely_on"]

_MOST = 100
"""So many switches are tried at most."""

_OFF = 1e-9


def surely_on(laid: Laid, ordered: Sequence[tuple[int, int]]) -> Bools:
    """Return which switches no plan turns off, shape ``(switches,)``.

    A switch that even fractions cannot turn off is on.  The last of a chain are
    tried first: where nobody can be left out later, nobody can before.

    Of each pair of ``ordered`` switches the second is on only if the first is; the
    fewer choices the program has, the better.
    """
    first, end = laid.switches
    on = np.zeros(end - first, dtype=bool)
    cost = np.zeros(len(laid.matrix.cost))
    cost[first:end] = 1
    laid = replace(laid, matrix=replace(laid.matrix, cost=cost))
    free = relax(laid) if end > first else None
    if free is None:
        return on
    off = free.values[first:end] <= _OFF
    before = {after: one for one, after in ordered}
    for number in np.flatnonzero(~off)[::-1][:_MOST].tolist():
        if on[number] or off[number]:
            continue
        high = laid.matrix.high.copy()
        high[first + number] = 0
        found = relax(replace(laid, matrix=replace(laid.matrix, high=high)))
        if found is not None:
            off |= found.values[first:end] <= _OFF
            continue
        at: int | None = number
        while at is not None:
            on[at] = True
            at = before.get(at)
    return on
