"""The public tie-break between sets of applications that overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.planning.network.program import Program


def settle_ties(program: Program, masks: Bools, mask: Ints, column: Ints) -> None:
    """Exchange slots, in place, until no free exchange favours the tie-break.

    Two applications can exchange slots at no cost exactly if each is free to
    take the other's.  Sets of equal masks are in order already; what is left
    are sets that overlap.  Each exchange moves an earlier application to an
    earlier day, so the rounds end.

    ``masks`` are the distinct sets of free columns, shape ``(M, S + 1)``, ``mask`` the
    set of each application in the order of the tie-break, shape ``(N,)``, and
    ``column`` the column of each, changed in place.
    """
    day = np.append(program.column_day, program.capacity.days)
    pairs = _overlapping(masks, day)
    if not pairs:
        return
    rows = {
        lower: np.flatnonzero(mask == lower)
        for lower, higher in pairs
        if lower == higher
    }
    exchanges = 0
    changed = dict.fromkeys(rows, 0)
    looked = dict.fromkeys(pairs, -1)
    while exchanges > min(looked.values()):
        for lower, higher in pairs:
            before, looked[lower, higher] = looked[lower, higher], exchanges
            # A pair in order stays so until one of its sets changes.
            if max(changed[lower], changed[higher]) <= before:
                continue
            common = masks[lower] & masks[higher]
            both = (rows[lower],) if lower == higher else (rows[lower], rows[higher])
            members = np.concatenate([part[common[column[part]]] for part in both])
            members.sort()
            if (np.diff(day[column[members]]) < 0).any():
                column[members] = np.sort(column[members])
                exchanges += 1
                changed[lower] = changed[higher] = looked[lower, higher] = exchanges


def _overlapping(masks: Bools, day: Ints) -> list[tuple[int, int]]:
    """Return pairs of sets that share columns of two different days."""
    wide = np.flatnonzero(masks.sum(axis=1) > 1)
    column, member = np.nonzero(masks[wide].T)
    begin = np.searchsorted(column, np.arange(len(day) + 1))
    pairs: list[tuple[int, int]] = []
    for position, lower in enumerate(wide.tolist()):
        columns = np.flatnonzero(masks[lower])
        spans = [(begin[c], begin[c + 1]) for c in columns.tolist()]
        other = np.concatenate([member[a:b] for a, b in spans])
        when = np.repeat(day[columns], begin[columns + 1] - begin[columns])
        later = other > position
        first = np.full(len(wide), day.max() + 1)
        last = np.full(len(wide), -1)
        np.minimum.at(first, other[later], when[later])
        np.maximum.at(last, other[later], when[later])
        pairs += [(lower, int(higher)) for higher in wide[first < last]]
    alone = sorted({lower for pair in pairs for lower in pair})
    return pairs + [(lower, lower) for lower in alone]
