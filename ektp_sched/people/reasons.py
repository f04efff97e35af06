"""Why an application is not printed, read off where a plan prints the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.blanks import blanks_of
from ektp_sched.people.standing import machine_room, room_by_kind
from ektp_sched.rules import CAPACITY, PRINTER_SUPPLIES, RESERVE, STOCK, holding_back

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.people.placed import Placed


def true_reasons(placed: Placed, index: Ints) -> dict[str, Bools]:
    """Return where each reason holds, for applications that are not printed.

    ``no-printer``, ``pinned-later`` and ``not-ready`` as they say; else ``capacity``
    where no eligible printer had room on a day on which the application was ready;
    else ``no-ribbon`` where each that had room had no ribbon left; else ``no-blanks``
    where on each day with both there was no blank for it; else that of the first rule
    that holds cards back, such as ``quota``, which one card more would break on each
    day with all three that the rules before it allow.
    """
    kinds, days = placed.kinds, placed.days
    kind = placed.kind[index]
    true = {
        "no-printer": ~np.asarray(kinds.printers.any(axis=1))[kind],
        "pinned-later": placed.pinned[index] >= days,
        "not-ready": placed.ready[index] >= days,
    }
    plain = ~(true["no-printer"] | true["pinned-later"] | true["not-ready"])
    printers = kinds.printers.astype(np.int64)
    free = machine_room(placed, CAPACITY, RESERVE)
    supplied = free & machine_room(placed, *PRINTER_SUPPLIES)
    room = printers @ supplied.astype(np.int64) > 0
    stages = [
        ("capacity", printers @ free.astype(np.int64) > 0),
        ("no-ribbon", room),
        ("no-blanks", room := room & _blanks(placed, np.unique(kind))),
    ]
    for rule in holding_back(placed.office):
        room = room & room_by_kind(placed, rule)
        stages.append((rule.reason, room))
    ready = np.maximum(placed.ready[index], 0)
    before = np.zeros(len(index), dtype=bool)
    for reason, days_with_room in stages:
        none_left = _last(days_with_room)[kind] < ready
        true[reason] = plain & ~before & none_left
        before = none_left
    return true


def _last(days: Bools) -> Ints:
    """Return the last day of each row that is true, -1 for none."""
    numbers = np.arange(days.shape[1])
    return np.asarray(np.where(days, numbers, -1).max(axis=1, initial=-1))


def _blanks(placed: Placed, kinds: Ints) -> Bools:
    """Return on which days there is a blank for a card more of some kinds.

    Shape ``(K, days)``; rows of other kinds mean nothing.
    """
    of, free = placed.kinds, room_by_kind(placed, STOCK)
    by_type = blanks_of(placed)
    for taker in np.unique(of.taker[kinds]).tolist():
        if taker >= 0:
            card, name = of.takers[taker]
            free[of.taker == taker] = by_type[card].spare(name)
    return free
