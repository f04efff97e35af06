"""Which days are worked: the week, holidays, and dates closed or open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.errors import UsageError
from ektp_sched.rules.countries import CATEGORIES, is_estimated, keeper, years_with
from ektp_sched.rules.fields import DAYS
from ektp_sched.rules.notices import Notice
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ektp_sched.rules.tables import OfficeTables

__all__ = ["LONGEST_HORIZON", "Calendar", "calendar"]

LONGEST_HORIZON = 3_660
"""Most days that a calendar, and so a plan, may cover."""

_MOST_OF_FIVE = 3


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a horizon.

    Parameters
    ----------
    start
        First day.
    days
        Number of calendar days, 1 to 3,660.
    open
        Whether a day is worked, shape (days,), bool.
    holidays
        Public and government holidays in the horizon by date, named in the
        office's language; also those that fall on days off, and those on
        which `[calendar] open` lets people work.
    notices
        ``leave-not-announced`` (``country``, ``year``),
        ``holidays-not-covered`` (``country``, ``year``),
        ``holidays-estimated`` (``country``, ``year``, ``count``).
    """

    start: date
    days: int
    open: NDArray[np.bool_]
    holidays: dict[date, str]
    notices: tuple[Notice, ...]


def calendar(office: OfficeTables, start: date, days: int) -> Calendar:
    """Return which days of a horizon the office works.

    A day is worked if it is a workday of the week, no holiday and not in
    ``closed``; or if it is in ``open``, whatever else it is.

    Parameters
    ----------
    office
        Its `[calendar]` decides.
    start
        First day.
    days
        Number of calendar days, 1 to 3,660.

    Raises
    ------
    ektp_sched.errors.UsageError
        If `days` is out of its range, or the horizon leaves the calendar.
    """
    last = _last_day(start, days)
    rules = office.calendar
    holidays, notices = _holidays(office, start, last)
    weekday = (start.weekday() + np.arange(days)) % 7
    worked = np.isin(weekday, [DAYS.index(name) for name in rules.workdays])
    worked[_offsets(holidays, start, days)] = False
    worked[_offsets(rules.closed, start, days)] = False
    worked[_offsets(rules.open, start, days)] = True
    worked.flags.writeable = False
    return Calendar(start, days, worked, holidays, notices)


def _last_day(start: date, days: int) -> date:
    if not 1 <= days <= LONGEST_HORIZON:
        message = said(
            "days is {days}; it must be a whole number from 1 to {most}",
            "days berisi {days}; seharusnya bilangan bulat dari 1 sampai {most}",
            days=days,
            most=LONGEST_HORIZON,
        )
        raise UsageError(message)
    try:
        return start + timedelta(days=days - 1)
    except OverflowError:
        message = said(
            "start {start} with {days} days ends after {last}; begin earlier",
            "start {start} dengan {days} hari berakhir sesudah {last}; mulailah lebih "
            "awal",
            start=str(start),
            days=days,
            last=str(date.max),
        )
        raise UsageError(message) from None


def _offsets(dates: Iterable[date], start: date, days: int) -> NDArray[np.int64]:
    offsets = np.array([(day - start).days for day in dates], dtype=np.int64)
    return offsets[(offsets >= 0) & (offsets < days)]


def _holidays(
    office: OfficeTables, start: date, last: date
) -> tuple[dict[date, str], tuple[Notice, ...]]:
    country = office.calendar.country
    if country is None:
        return {}, ()
    years = range(start.year, last.year + 1)
    kept = keeper(country, years, CATEGORIES, office.language)
    holidays = {day: kept[day] for day in sorted(kept) if start <= day <= last}
    notices = []
    for year in years:
        if not kept.start_year <= year <= kept.end_year:
            figures: dict[str, str | int] = {"country": country, "year": year}
            notices.append(Notice("holidays-not-covered", figures))
        notices += _leave(country, year)
        estimates = sum(
            is_estimated(kept, name)
            for day, name in holidays.items()
            if day.year == year
        )
        if estimates:
            figures = {"country": country, "year": year, "count": estimates}
            notices.append(Notice("holidays-estimated", figures))
    return holidays, tuple(notices)


def _leave(country: str, year: int) -> list[Notice]:
    """Return a notice if this year's collective leave is not yet known.

    Government holidays that are decreed year by year show as years with
    entries up to some last year and none after it.  A country counts as one
    of those if most of the five years up to that last one have entries;
    elsewhere an empty year means nothing.
    """
    decreed = years_with(country, "government")
    newest = max(decreed, default=year)
    recent = decreed.intersection(range(newest - 4, newest + 1))
    if year <= newest or len(recent) < _MOST_OF_FIVE:
        return []
    return [Notice("leave-not-announced", {"country": country, "year": year})]
