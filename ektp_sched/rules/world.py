"""What rules are stated of: an office, its days, and the kinds of application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeAlias

import numpy as np
from typing_extensions import TypeVar

from ektp_sched.rules.calendar import HasCalendar, calendar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from typing import Literal

    from ektp_sched.arrays import Bools, Ints


Kind: TypeAlias = tuple[str | None, str | None, str | None]
"""Urgency class, card type and area; None for none, or where no rule asks for it."""

OfficeT_co = TypeVar("OfficeT_co", bound=HasCalendar, covariant=True, default=Any)


@dataclass(frozen=True, slots=True)
class Capacity:
    """Limits of a horizon, in whole cards.

    Parameters
    ----------
    start
        First day.
    days
        Number of calendar days.
    open
        Whether a day is worked, also if only by a shift, shape (days,), bool.
    printers, servers
        Ids, sorted by code point: the rows of the arrays below.
    printer_cards, server_cards
        Cards per resource and day, shapes (P, days) and (S, days), int64.
    reaches
        Whether printer p can use server s, shape (P, S), bool.
    total
        Cards that may be planned on a day in an office that keeps a reserve,
        shape (days,), int64; None without a reserve.  On a day that only a
        shift opens nothing is kept.
    supply
        For each card type with stock, blanks that have come up to and including
        a day, shape (days,), int64; `ektp_sched.rules.stock.lots` knows which of
        them expire or are set aside.
    """

    start: date
    days: int
    open: Bools
    printers: tuple[str, ...]
    servers: tuple[str, ...]
    printer_cards: Ints
    server_cards: Ints
    reaches: Bools
    total: Ints | None
    supply: dict[str, Ints]


@dataclass(frozen=True, slots=True)
class World(Generic[OfficeT_co]):
    """An office over a horizon, and the kinds of application that wait.

    Parameters
    ----------
    office
        Its rules.
    capacity
        What its machines can do by day, with the shifts that are worked.
    kinds
        By index.
    applications
        How many there are of each kind, shape ``(K,)``.
    """

    office: OfficeT_co
    capacity: Capacity
    kinds: tuple[Kind, ...]
    applications: Ints

    @property
    def days(self) -> int:
        """Return the number of days of the horizon."""
        return self.capacity.days

    def date(self, day: int) -> str:
        """Return the date of a day offset, such as 2017-09-12."""
        return str(self.capacity.start + timedelta(days=day))

    def weights(self, counts: Callable[[Kind], bool] | None = None) -> Ints:
        """Return 1 for each kind that counts, and 0 for the others; None: all count."""
        if counts is None:
            return np.ones(len(self.kinds), dtype=np.int64)
        return np.array([counts(kind) for kind in self.kinds], dtype=np.int64)

    def each_day(self) -> tuple[Ints, Ints]:
        """Return the stretches of one day each."""
        days = np.arange(self.days)
        return days, days

    def printable_days(self) -> Ints:
        """Return the days on which a printer and a server of it have a card to do."""
        capacity = self.capacity
        served = capacity.reaches.astype(np.int64) @ (capacity.server_cards > 0) > 0
        printable = ((capacity.printer_cards > 0) & served).any(axis=0)
        if capacity.total is not None:
            printable &= capacity.total > 0
        return np.flatnonzero(printable)

    def up_to_each_day(self) -> tuple[Ints, Ints]:
        """Return the stretches from the first day to each day."""
        days = np.arange(self.days)
        return 0 * days, days

    def stretches(
        self, per: Literal["day", "week", "plan"], *, whole: bool
    ) -> tuple[Ints, Ints]:
        """Return the stretches of days over each of which a limit holds.

        Parameters
        ----------
        per
            Each day, each week from Monday to Sunday, or all days together.
        whole
            Whether days that the calendar closes, and weeks that the horizon
            cuts, are left out.
        """
        if per == "plan":
            return np.array([0]), np.array([self.days - 1])
        if per == "day":
            days = np.flatnonzero(self._worked()) if whole else np.arange(self.days)
            return days, days
        return weeks(self.capacity.start, self.days, whole=whole)

    def _worked(self) -> Bools:
        """Return the working days of the calendar, without those of shifts."""
        return calendar(self.office, self.capacity.start, self.days).open


def weeks(start: date, days: int, *, whole: bool) -> tuple[Ints, Ints]:
    """Return the weeks, Monday to Sunday, of a horizon: cut at its ends, or whole."""
    mondays = np.arange(-start.weekday(), days, 7)
    if whole:
        mondays = mondays[(mondays >= 0) & (mondays + 6 < days)]
    return np.maximum(mondays, 0), np.minimum(mondays + 6, days - 1)
