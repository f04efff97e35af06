"""Dates as a person writes them."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from babel.dates import get_month_names

from ektp_sched.errors import UsageError
from ektp_sched.words import said

__all__ = ["day_of", "whole_of", "written_day"]

_PARTS: Final = re.compile(
    r"(\d{1,2})\s*[-/. ]\s*(\d{1,2}|[^\W\d]+)\s*[-/. ]\s*(\d{4})"
)
_GROUPED: Final = re.compile(r"\d{1,3}(?:[., ]\d{3})+|\d{1,15}", re.ASCII)
_MONTHS: Final = {
    name.casefold().rstrip("."): number
    for code in ("en", "id")
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, locale=code).items()
}


def written_day(day: date | None) -> str:
    """Return a date as a field shows it: 12-09-2017; nothing for None."""
    return "" if day is None else f"{day:%d-%m-%Y}"


def day_of(text: str) -> date:
    """Return the date that somebody wrote.

    The day stands before the month, as in 12-09-2017, 12/9/2017 or 12 September 2017;
    2017-09-12 is read too.

    Raises
    ------
    ektp_sched.errors.UsageError
        It is no date.
    """
    try:
        if (parts := _PARTS.fullmatch(text.strip())) is not None:
            day, month, year = parts.groups()
            number = int(month) if month.isdecimal() else _MONTHS[month.casefold()]
            return date(int(year), number, int(day))
        return date.fromisoformat(text.strip())
    except (KeyError, ValueError):
        message = said(
            '"{text}" is no date; write day, month and year, such as 12-09-2017',
            '"{text}" bukan tanggal; tulislah hari, bulan, tahun, misalnya 12-09-2017',
            text=text.strip(),
        )
        raise UsageError(message) from None


def whole_of(text: str, least: int, most: int) -> int:
    """Return the whole number that somebody wrote, such as 2000 or 2.000.

    Raises
    ------
    ektp_sched.errors.UsageError
        It is none, or out of its range.
    """
    written = text.strip()
    number = -1
    if _GROUPED.fullmatch(written):
        number = int(re.sub("[., ]", "", written))
    if not least <= number <= most:
        message = said(
            '"{text}" is no whole number from {least} to {most}',
            '"{text}" bukan bilangan bulat dari {least} sampai {most}',
            text=written,
            least=least,
            most=most,
        )
        raise UsageError(message)
    return number
