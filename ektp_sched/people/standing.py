"""What a plan leaves of the limits of its office, and whom it leaves unprinted, why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.blanks import blanks_of
from ektp_sched.rules import CAPACITY, PRINTER_SUPPLIES, RESERVE, STOCK, holding_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.people.placed import Placed
    from ektp_sched.rules import Rule


ENDLESS: Final = 1 << 40
"""Cards that are left where no limit counts them."""


@dataclass(frozen=True, slots=True)
class Left:
    """Cards that a plan leaves of each limit, by day."""

    printers: Ints  # that day, (P, days)
    servers: Ints  # that day, (S, days)
    total: Ints  # what the reserve still allows, (days,)
    # Blanks by card type that no card up to the day takes, (types, days); `ENDLESS` for
    # types whose blanks come in lots.
    blanks: Ints
    # Cards that what each printer uses up is good for after all up to the day,
    # (P, days).
    supplies: Ints


def left_of(placed: Placed) -> Left:
    """Return what a plan's valid rows leave of what its office can do and has."""
    capacity, days = placed.limits, placed.days
    printers = len(capacity.printers)
    return Left(
        _left(placed, CAPACITY.codes[:1], printers),
        _left(placed, CAPACITY.codes[1:], len(capacity.servers)),
        _left(placed, RESERVE.codes, 1).reshape(days),
        _left(placed, STOCK.codes, len(placed.kinds.stocked)),
        _left(placed, [c for rule in PRINTER_SUPPLIES for c in rule.codes], printers),
    )


def _left(placed: Placed, codes: Sequence[str], entries: int) -> Ints:
    """Return what limits that count on each day leave, by entry and day."""
    standing = placed.standing
    left = np.full((entries, placed.days), ENDLESS, dtype=np.int64)
    for number, limit in enumerate(standing.limits.limits):
        if limit.code in codes:
            of_limit = standing.left[standing.limits.rows(number)]
            left[limit.entry] = np.minimum(left[limit.entry], of_limit)
    return left


def machine_room(placed: Placed, *rules: Rule) -> Bools:
    """Return on which printers and days rules that ask for no kind leave room."""
    if not placed.kinds.names:
        return np.zeros(placed.limits.printer_cards.shape, dtype=bool)
    room = placed.standing.room(0, _rows(placed, *rules))
    return room.places(placed.limits.reaches)


def room_by_kind(placed: Placed, *rules: Rule) -> Bools:
    """Return on which days rules on all machines leave room, shape ``(K, days)``."""
    standing, rows = placed.standing, _rows(placed, *rules)
    limits = standing.limits
    by_sort = [standing.room(kind, rows).days for kind in limits.kind.tolist()]
    return np.array(by_sort, dtype=bool).reshape(-1, placed.days)[limits.sort]


def _rows(placed: Placed, *rules: Rule) -> Ints:
    """Return the stretches of days of the limits of some rules."""
    limits = placed.standing.limits
    codes = {code for rule in rules for code in rule.codes}
    asked = np.array([limit.code in codes for limit in limits.limits], dtype=bool)
    return np.flatnonzero(asked[limits.limit])


def true_reasons(placed: Placed, index: Ints) -> dict[str, Bools]:
    """Return where each reason holds, for applications that are not printed.

    ``no-printer``, ``pinned-later`` and ``not-ready`` as they say; else ``capacity``
    where no eligible printer had room on a day on which the application was ready;
    else what each that had room lacked of what a printer uses up; else ``no-blanks``
    where on each day with both there was no blank for it; else that of the first rule
    that holds cards back, which one card more would break on each day with all three
    that the rules before it allow.
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
    room = printers @ free.astype(np.int64) > 0
    stages = [("capacity", room)]
    for rule in PRINTER_SUPPLIES:
        free = free & machine_room(placed, rule)
        room = printers @ free.astype(np.int64) > 0
        stages.append((rule.lack, room))
    stages.append((STOCK.lack, room := room & _blanks(placed, np.unique(kind))))
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
