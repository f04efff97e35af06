"""Minima written so that fractions of their switches gain little.

A minimum and its switch are two rows: so many cards, or nobody is left.  With a
large number in each they say what they mean, but half a switch then buys half of
nothing.  Here these numbers are as small as the rows of the same rule allow, and the
switches are told that stay on because somebody is left for sure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.mixed.relax import relax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.planning.mixed.model import Laid
    from ektp_sched.planning.mixed.rows import SideRow

    Bools = NDArray[np.bool_]

__all__ = ["surely_on", "tightened"]

_MOST = 100
"""So many switches are tried at most."""

_OFF = 1e-9


def tightened(rows: Sequence[SideRow]) -> list[SideRow]:
    """Return the same rules with smaller numbers before their switches.

    Valid only where every row of a rule is present and nothing relieves it.

    Whoever is left has seen every minimum of his group so far kept: who is left
    after a period was left after the ones before, or became ready since.  So in
    each of them the minimum was printed, and at most so many are left as if never
    more had been.

    Rows of one rule are in order of their periods.
    """
    tight: list[SideRow] = []
    groups: dict[tuple[str, int | None], _Left] = {}
    for row in rows:
        if row.group is not None:
            group = groups.setdefault((row.rule, row.group), _Left())
            if row.times > 0:
                row = replace(row, times=group.after(row.least))
            else:
                group.printed += row.needs
        tight.append(row)
    return tight


@dataclass(slots=True)
class _Left:
    """How many of a group are left at most, period after period."""

    left: int = 0  # after the last period
    ready: int = 0  # by the end of it
    printed: int = 0  # since then

    def after(self, ready: int) -> int:
        """Return how many are left at most now that so many have been ready."""
        self.left = max(0, self.left + ready - self.ready - self.printed)
        self.ready, self.printed = ready, 0
        return self.left


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
        relaxed = relax(replace(laid, matrix=replace(laid.matrix, high=high)))
        if relaxed is not None:
            off |= relaxed.values[first:end] <= _OFF
            continue
        at: int | None = number
        while at is not None:
            on[at] = True
            at = before.get(at)
    return on
