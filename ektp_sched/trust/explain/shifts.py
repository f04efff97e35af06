"""Shifts that a card was printed in, and those that could have helped it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity
from ektp_sched.trust.explain.model import IdleShift
from ektp_sched.trust.verify.shifts import ShiftRules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.trust.explain.limits import Room

__all__ = ["idle_shifts"]


def idle_shifts(
    office: Office, room: Room, first: int, end: int
) -> tuple[IdleShift, ...]:
    """Return the shifts that would have made room for a card earlier.

    Parameters
    ----------
    office
        Its shifts and their rules.
    room
        What the plan uses, as the card's printers see it.
    first, end
        Days on which it could have been printed are in ``[first, end)``.

    Returns
    -------
    tuple of IdleShift
        For each shift the last such day on which it could have been worked.
    """
    if not office.shifts or first >= end:
        return ()
    limits = room.limits
    rules = ShiftRules(office, limits.start, limits.days)
    may, worked = rules.may_be_worked(), set(room.worked)
    found = []
    for shift in sorted(shift.id for shift in office.shifts):
        free = [
            (name, day)
            for name, day in may
            if name == shift and first <= day < end and (name, day) not in worked
        ]
        helps = _room(office, room, free)
        days = [day for _, day in free if helps[day]]
        if days:
            day = max(days)
            stops = rules.stopped_by(room.worked, shift, day)
            found.append(IdleShift(shift, limits.start + timedelta(days=day), stops))
    return tuple(found)


def _room(
    office: Office, room: Room, uses: Sequence[tuple[str, int]]
) -> NDArray[np.bool_]:
    """Return on which days uses leave a place for the card, all others staying."""
    before = room.limits
    after = capacity(office, before.start, before.days, [*room.worked, *uses])
    left_printer = room.left_printer + after.printer_cards - before.printer_cards
    left_server = room.left_server + after.server_cards - before.server_cards
    reached = after.reaches.astype(np.int64) @ (left_server > 0)
    takes = (left_printer > 0) & (reached > 0) & room.mine[:, None]
    free = np.asarray(takes.any(axis=0))
    if room.left_total is not None:
        assert before.total is not None
        assert after.total is not None
        free &= room.left_total + after.total - before.total > 0
    return free
