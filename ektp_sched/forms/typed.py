"""Dates as a person writes them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from babel.dates import get_month_names

from ektp_sched.errors import UsageError
from ektp_sched.rules.fields import LARGEST_COUNT
from ektp_sched.words import said

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


def percent_of(text: str) -> Decimal | None:
    """Return the number before a percent sign, or without one; None if it is none."""
    try:
        percent = Decimal(text.strip().removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        return None
    return percent if percent.is_finite() else None


def share_of(text: str) -> Decimal:
    """Return the share that somebody wrote as a percentage: 50, 50% or 12,5.

    Raises
    ------
    ektp_sched.errors.UsageError
        It is no percentage from 0 to 100.
    """
    percent = percent_of(text)
    if percent is None or not 0 <= percent <= 100:
        message = said(
            '"{text}" is no percentage; write a number from 0 to 100',
            '"{text}" bukan persen; tulislah angka dari 0 sampai 100',
            text=text.strip(),
        )
        raise UsageError(message)
    return percent / 100


def whole_of(text: str, least: int = 0, most: int = LARGEST_COUNT) -> int:
    """Return the whole number that somebody wrote, its digits grouped or not.

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
