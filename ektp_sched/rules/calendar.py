"""Which days are worked: the week, holidays, and dates closed or open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal, Protocol

import numpy as np
from pydantic import field_validator

from ektp_sched.errors import UsageError
from ektp_sched.rules.countries import (
    CATEGORIES,
    country_problem,
    is_estimated,
    keeper,
    years_with,
)
from ektp_sched.rules.fields import DAYS, Day, DayName, Share, Table, Text, noted
from ektp_sched.rules.forms import Form, Kind, inline, listed, quoted
from ektp_sched.rules.notices import Notice
from ektp_sched.rules.problems import Problem
from ektp_sched.words import by_form, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from ektp_sched.arrays import Bools, Ints

LONGEST_HORIZON = 3_660
"""Most days that a calendar, and so a plan, may cover."""

_MOST_OF_FIVE = 3


_WORKDAYS: Final[tuple[DayName, ...]] = ("mon", "tue", "wed", "thu", "fri")
_DATES: Final = Form(
    by_form(
        said(
            "dates in brackets, such as [2017-12-27]",
            "tanggal dalam kurung siku, misalnya [2017-12-27]",
        ),
        said("a date in each cell", "satu tanggal dalam setiap sel"),
    ),
    kind=Kind.DATE,
)


class CalendarRules(Table):
    """Table ``[calendar]``: on which days the office works."""

    country: Annotated[
        Text | None, Form(quoted("the code of a country", "kode negara", "ID"))
    ] = noted(
        "Country code for public holidays and collective leave, such as ID. "
        "Empty: no holidays.",
        "Kode negara untuk hari libur nasional dan cuti bersama, misalnya ID. "
        "Kosong: tanpa hari libur.",
        default=None,
    )
    workdays: Annotated[
        tuple[DayName, ...],
        Form(listed("names of days", "nama hari", "mon", "tue"), kind=Kind.FLAG),
    ] = noted(
        "Whether the office prints on this day.",
        "Apakah kantor mencetak pada hari ini.",
        text=("Days on which the office prints.", "Hari kantor mencetak."),
        default=_WORKDAYS,
        min_length=1,
    )
    closed: Annotated[tuple[Day, ...], _DATES] = noted(
        "Further closed dates, one a row.",
        "Tanggal tutup tambahan, satu per baris.",
        default=(),
    )
    open: Annotated[tuple[Day, ...], _DATES] = noted(
        "Dates worked although closed, one a row.",
        "Tanggal yang tetap bekerja walau libur, satu per baris.",
        default=(),
    )
    share: Annotated[
        dict[DayName, Share],
        Form(
            inline(
                "a share by name of a day",
                "bagian menurut nama hari",
                "{ fri = 0.8 }",
                "week",
            ),
            kind=Kind.SHARE,
        ),
    ] = noted(
        "Part of a full day's capacity, 0 to 1. Empty: 1.",
        "Bagian kapasitas sehari penuh, 0 sampai 1. Kosong: 1.",
        text=(
            "Part of a full day's capacity on a day of the week, 0 to 1. Empty: 1.",
            "Bagian kapasitas sehari penuh menurut hari, 0 sampai 1. Kosong: 1.",
        ),
        default_factory=dict,
    )

    @field_validator("workdays")
    @classmethod
    def _in_the_order_of_the_week(
        cls, value: tuple[DayName, ...]
    ) -> tuple[DayName, ...]:
        return tuple(sorted(set(value), key=DAYS.index))

    @field_validator("share")
    @classmethod
    def _shares_in_that_order(
        cls, value: dict[DayName, Decimal]
    ) -> dict[DayName, Decimal]:
        return {day: value[day] for day in sorted(value, key=DAYS.index)}

    @field_validator("closed", "open")
    @classmethod
    def _by_date(cls, value: tuple[Day, ...]) -> tuple[Day, ...]:
        return tuple(sorted(set(value)))


class HasCalendar(Protocol):
    """What says on which days an office works."""

    language: Literal["id", "en"]
    calendar: CalendarRules


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
    open: Bools
    holidays: dict[date, str]
    notices: tuple[Notice, ...]


def calendar(office: HasCalendar, start: date, days: int) -> Calendar:
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


def _offsets(dates: Iterable[date], start: date, days: int) -> Ints:
    offsets = np.array([(day - start).days for day in dates], dtype=np.int64)
    return offsets[(offsets >= 0) & (offsets < days)]


def _holidays(
    office: HasCalendar, start: date, last: date
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


def _country_is_known(office: HasCalendar) -> Iterator[Problem]:
    country = office.calendar.country
    sentence = None if country is None else country_problem(country)
    if sentence is not None:
        yield Problem(("calendar", "country"), sentence)


CALENDAR_PROBLEMS: Final = (_country_is_known,)
