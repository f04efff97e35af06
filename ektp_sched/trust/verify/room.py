"""Where a plan leaves room for one card more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.trust.facts import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["lasts", "room"]


def lasts(left: Ints) -> Bools:
    """Return on which days one more can be used: each day from then on needs it."""
    return np.asarray(np.minimum.accumulate(left[:, ::-1], axis=1)[:, ::-1] > 0)


def room(facts: Facts) -> Bools:
    """Return on which days each printer could have printed one card more."""
    rows, limits, days = facts.rows, facts.limits, facts.days
    good = facts.valid()
    day = rows.day[good]
    printers = counted(rows.printer[good] * days + day, limits.printer_cards.shape)
    servers = counted(rows.server[good] * days + day, limits.server_cards.shape)
    free = (servers < limits.server_cards).astype(np.int64)
    found = (printers < limits.printer_cards) & (
        limits.reaches.astype(np.int64) @ free > 0
    )
    if limits.total is not None:
        found &= counted(day.astype(np.int64), (days,)) < limits.total
    return np.asarray(found)
