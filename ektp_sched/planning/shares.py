"""Cards of a day, divided evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ektp_sched.arrays import Ints


def even_shares(limits: Ints, total: Ints, least: Ints | int = 0) -> Ints:
    """Divide each day's cards as evenly as limits and whole cards allow.

    Limits and shares have shape ``(members, days)``, and ``total`` is at most the sum
    of a day's limits; odd cards go to earlier members.  Nobody gets fewer than
    ``least``, which limits and total allow.
    """
    low = np.zeros_like(total)
    high = limits.max(axis=0, initial=0)
    while (low < high).any():
        middle = (low + high + 1) // 2
        level = np.maximum(least, np.minimum(limits, middle))
        fits = level.sum(axis=0) <= total
        low = np.where(fits, middle, low)
        high = np.where(fits, high, middle - 1)
    shares: Ints = np.maximum(least, np.minimum(limits, low))
    room = (limits > low) & (shares <= low)
    odd = total - shares.sum(axis=0)
    shares += room & (np.cumsum(room, axis=0) <= odd)
    return shares
