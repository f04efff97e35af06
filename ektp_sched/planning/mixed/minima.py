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
    from collections.abc import Iterable, Mapping, Sequence

    from ektp_sched.arrays import Bools
    from ektp_sched.planning.mixed.model import Laid
    from ektp_sched.planning.mixed.rows import SideRow, Sum


_MOST = 100
"""So many switches are tried at most."""

_OFF = 1e-9

_PAIR = 2
"""Sums that a row compares."""


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
            if row.times and row.times[0] > 0:
                row = replace(row, times=(group.after(row.least),))
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


def compared(
    rows: Sequence[SideRow], sums: Sequence[Sum], switches: int
) -> tuple[list[SideRow], Bools]:
    """Return the same rules, smaller numbers where groups are compared; what is on.

    Valid only where every row of a rule is present and nothing relieves it.

    A group of which nobody is left from a day on was not yet empty the day before: so
    many of it were printed by then as a day's cards leave, and so many of each other
    group as the rows of that day ask for, or all that were ready.  Where these are more
    than could be printed, the group is not empty from that day on; where they always
    are, its switch is on.
    """
    asked = {}  # row of each sum and the one that it is compared with
    switch_of: dict[int, int] = {}
    for row in rows:
        if len(row.sums) == _PAIR:
            (more, _), (less, _) = row.sums
            if row.certain:
                asked[more, less] = row
        elif row.sums:
            switch_of[row.sums[0][0]] = row.switches[0]
    others: dict[int, dict[int, None]] = {}
    for more, less in asked:
        others.setdefault(more, {})[less] = None
    # For each sum, what the others come to at least if the group is empty: one for each
    # day from which on it could be.
    empty: dict[int, list[dict[int, int]]] = {}
    of_group: dict[int, int] = {}  # first sum of the group of each sum
    for number, each in enumerate(sums):
        before = each.before
        of_group[number] = number if before is None else of_group[before]
        ways = [] if before is None else list(empty[before])
        ways.append(_asked_before(each, sums, asked, others, of_group))
        empty[number] = [
            way for way in ways if each.ready + sum(way.values()) <= each.possible
        ]
    on = np.zeros(switches, dtype=bool)
    for number, switch in switch_of.items():
        on[switch] = not empty[number]
    tight = []
    for row in rows:
        if len(row.sums) == _PAIR and row.switches:
            row = _lowered(row, sums, switch_of, empty, of_group)
        tight.append(row)
    return tight, on


def _asked_before(
    each: Sum,
    sums: Sequence[Sum],
    asked: Mapping[tuple[int, int], SideRow],
    others: Mapping[int, Iterable[int]],
    of_group: Mapping[int, int],
) -> dict[int, int]:
    """Return what other groups have at least if one is empty from a sum's day on."""
    least: dict[int, int] = {}
    if each.before is None:
        return least
    today = each.possible - sums[each.before].possible
    printed = each.ready - today
    for other in others.get(each.before, ()):
        row = asked[each.before, other]
        (_, paid), (_, gain) = row.sums
        # ``gain * other >= what the row comes to with both switches on``.
        bound = row.least - sum(row.times) - paid * printed
        needed = min(sums[other].ready, -(-bound // gain))
        if needed > 0:
            least[of_group[other]] = needed
    return least


def _lowered(
    row: SideRow,
    sums: Sequence[Sum],
    switch_of: Mapping[int, int],
    empty: Mapping[int, Sequence[Mapping[int, int]]],
    of_group: Mapping[int, int],
) -> SideRow:
    """Return the row of a pair with what each switch lifts as small as may be."""
    (more, paid), (less, gain) = row.sums
    held = row.least - sum(row.times)
    times: dict[int, int] = {}
    for switch, lift in zip(row.switches, row.times, strict=True):
        if switch == switch_of.get(more):
            ways = [way.get(of_group[less], 0) for way in empty[more]]
            broken = held - paid * sums[more].ready - gain * min(ways, default=0)
            lift = -min(-lift, broken) if ways else 0
        if lift < 0:
            times[switch] = lift
    return replace(
        row,
        switches=tuple(times),
        times=tuple(times.values()),
        least=held + sum(times.values()),
    )


def surely_on(laid: Laid, ordered: Sequence[tuple[int, int]]) -> Bools:
    """Return which switches no plan turns off, shape ``(switches,)``.

    A switch that even fractions cannot turn off is on.  The last of a chain are
    tried first: where nobody can be left out later, nobody can before.

    Of each pair of ``ordered`` switches the second is on only if the first is; the
    fewer choices the program has, the better.
    """
    first, end = laid.switches
    on = laid.matrix.low[first:end] > 0
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
