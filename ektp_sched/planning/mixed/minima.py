"""Minima written so that fractions of their switches gain little.

A minimum and its switch are two rows: so many cards, or nobody is left.  With a
large number in each they say what they mean, but half a switch then buys half of
nothing.  Here these numbers are as small as the rows of the same rule allow, and the
switches are told that stay on because somebody is left for sure.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.mixed.relax import relax

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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

    Rows of one rule stand together, in order of their periods.
    """
    tight: list[SideRow] = []
    for _, of_rule in groupby(rows, key=lambda row: row.rule):
        tight += _tightened(of_rule)
    return tight


def _tightened(rows: Iterable[SideRow]) -> list[SideRow]:
    """Tighten one rule: whoever is left has seen every minimum so far kept.

    Who is left after a period was left after the ones before, or became ready
    since.  So in each of them the minimum was printed, and at most so many are
    left as if never more had been.
    """
    tight: list[SideRow] = []
    left = ready = least = 0
    for row in rows:
        if row.switch is None:
            least += max(0, row.least)
            tight.append(row)
        elif row.slack == 0:
            left = max(0, left + row.least - ready - least)
            ready, least = row.least, 0
            tight.append(replace(row, times=left))
        else:
            # A share's row is below 0 where nobody is left; a number's never is.
            least -= row.times if row.least == 0 else 0
            tight.append(row)
    return tight


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
