"""On which days a plan may use a shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.rules.calendar import calendar
from ektp_sched.rules.fields import DAYS
from ektp_sched.rules.machines import shift_cards

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.rules.calendar import Calendar
    from ektp_sched.rules.decisions import Shift
    from ektp_sched.rules.tables import OfficeTables

__all__ = ["Option", "options"]


@dataclass(frozen=True, slots=True)
class Option:
    """A shift that may be used on a day.

    Parameters
    ----------
    shift
        Its id.
    day
        Offset from the first day of the horizon, from 0.
    cost_idr
        What using it on that day costs, in rupiah.
    """

    shift: str
    day: int
    cost_idr: int


def options(office: OfficeTables, start: date, days: int) -> tuple[Option, ...]:
    """Return every use of a shift that a plan may decide about.

    A shift may be used on a day that it names, by weekday or date, whether
    worked or closed by the week; on a holiday or a ``closed`` date only with
    ``on_holidays``, unless ``open`` makes it a working day.  A use that adds
    no card to any printer or server is left out.

    Parameters
    ----------
    office
        Its `[[shifts]]` and `[calendar]` decide.
    start
        First day.
    days
        Number of calendar days, 1 to 3,660.

    Returns
    -------
    tuple of Option
        By day, then by the shift's id.

    Raises
    ------
    ektp_sched.errors.UsageError
        If `days` is out of its range.
    """
    if not office.shifts:
        return ()
    known = calendar(office, start, days)
    kept_free = _kept_free(office, known)
    uses = []
    for shift in office.shifts:
        printers, servers = shift_cards(office, shift, start, days)
        usable = _named(shift, start, days)
        usable &= printers.any(axis=0) | servers.any(axis=0)
        if not shift.on_holidays:
            usable &= ~kept_free
        uses += [
            Option(shift.id, day, shift.cost_idr)
            for day in np.flatnonzero(usable).tolist()
        ]
    return tuple(sorted(uses, key=lambda option: (option.day, option.shift)))


def _kept_free(office: OfficeTables, known: Calendar) -> NDArray[np.bool_]:
    """Return the days that are closed by more than the week, shape (days,)."""
    free = np.zeros(known.days, dtype=np.bool_)
    for day in (*known.holidays, *office.calendar.closed):
        offset = (day - known.start).days
        if 0 <= offset < known.days:
            free[offset] = True
    return free & ~known.open


def _named(shift: Shift, start: date, days: int) -> NDArray[np.bool_]:
    """Return the days that a shift names, shape (days,)."""
    weekday = (start.weekday() + np.arange(days)) % 7
    named: NDArray[np.bool_] = np.isin(
        weekday, [DAYS.index(day) for day in shift.days if isinstance(day, str)]
    )
    for day in shift.days:
        if isinstance(day, date) and 0 <= (day - start).days < days:
            named[(day - start).days] = True
    return named
