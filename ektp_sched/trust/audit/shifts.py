"""Shifts that a print log shows to have been worked.

No log says that a shift was worked; cards that were printed on a day that the
calendar keeps closed do.  On such a day the fewest shifts that allow the
day's prints are taken for worked (of equally few those of fewest cards, then
the first by name); if all together do not allow them, all are.  On ordinary
working days none is: that more was printed than the calendar allows does not
say for how long anybody stayed.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity, options
from ektp_sched.office.capacity import shift_cards
from ektp_sched.trust.audit.idle import fits

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from ektp_sched.office import Capacity, Office

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["with_shifts"]

_TOGETHER = 6
"""Most shifts of a day whose sets are tried; of more, all are taken."""


def with_shifts(
    office: Office, limits: Capacity, prints: pl.DataFrame
) -> tuple[Capacity, int]:
    """Return capacity with the shifts that were worked, and on how many days.

    Parameters
    ----------
    office
        Its shifts.
    limits
        Capacity on the log's days without any.
    prints
        printed_at and printer of every print, good or not.
    """
    usable: dict[int, list[str]] = {}
    for option in options(office, limits.start, limits.days):
        if not limits.open[option.day]:
            usable.setdefault(option.day, []).append(option.shift)
    done = _by_printer(prints, limits)
    more = {
        shift.id: shift_cards(office, shift, limits.start, limits.days)
        for shift in office.shifts
    }
    worked = []
    for day, names in usable.items():
        if done[:, day].any():
            added = {n: (more[n][0][:, day], more[n][1][:, day]) for n in names}
            some = _least(names, limits.reaches, added, done[:, day])
            worked += [(name, day) for name in some]
    if not worked:
        return limits, 0
    found = capacity(office, limits.start, limits.days, worked)
    return found, len({day for _, day in worked})


def _by_printer(prints: pl.DataFrame, limits: Capacity) -> Ints:
    """Return prints by printer and day, shape ``(P, days)``."""
    found = np.zeros((len(limits.printers), limits.days), dtype=np.int64)
    number = {name: n for n, name in enumerate(limits.printers)}
    counts = prints.group_by("printer", "printed_at").len()
    for printer, on, count in counts.iter_rows():
        found[number[printer], (on - limits.start).days] = count
    return found


def _least(
    names: list[str], reaches: Bools, added: dict[str, tuple[Ints, Ints]], done: Ints
) -> tuple[str, ...]:
    """Return the fewest shifts that allow a day's prints, or else all."""
    for size in range(1, len(names) if len(names) <= _TOGETHER else 0):
        found = []
        for some in combinations(names, size):
            printers = np.sum([added[name][0] for name in some], axis=0)
            servers = np.sum([added[name][1] for name in some], axis=0)
            if fits(reaches, printers, servers, done):
                found.append((int(np.minimum(printers.sum(), servers.sum())), some))
        if found:
            return min(found)[1]
    return tuple(names)
