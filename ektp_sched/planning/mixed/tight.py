"""Minima written so that fractions of their switches gain little.

A minimum and its switch are two rows: so many cards, or nobody is left.  With a
large number in each they say what they mean, but half a switch then buys half of
nothing.  Here these numbers are as small as the rows of the same rule allow.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ektp_sched.planning.mixed.rows import SideRow

__all__ = ["tightened"]


def tightened(rows: Sequence[SideRow]) -> list[SideRow]:
    """Return the same rules with smaller numbers before their switches.

    Valid only where every row of a rule is present and nothing relieves it.

    Rows of one rule stand together, in order of their periods.
    """
    found: list[SideRow] = []
    for _, mine in groupby(rows, key=lambda row: row.rule):
        found += _tightened(mine)
    return found


def _tightened(rows: Iterable[SideRow]) -> list[SideRow]:
    """Tighten one rule: whoever is left has seen every minimum so far kept.

    Who is left after a period was left after the ones before, or became ready
    since.  So in each of them the minimum was printed, and at most so many are
    left as if never more had been.
    """
    found: list[SideRow] = []
    left = ready = least = 0
    for row in rows:
        if row.switch is None:
            least += max(0, row.least)
            found.append(row)
        elif row.slack == 0:
            left = max(0, left + row.least - ready - least)
            ready, least = row.least, 0
            found.append(replace(row, times=left))
        else:
            # A share's row is below 0 where nobody is left; a number's never is.
            least -= row.times if row.least == 0 else 0
            found.append(row)
    return found
