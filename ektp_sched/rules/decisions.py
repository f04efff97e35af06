"""The tables of office.toml with what a plan may buy and what it must keep to.

Attribute names are the keys of the file, as in `ektp_sched.rules.reading`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator, field_validator
from pydantic_core import PydanticCustomError

from ektp_sched.rules.fields import (
    DAYS,
    Count,
    DayName,
    Flag,
    Rupiah,
    Share,
    ShiftShare,
    Table,
    Text,
    Whole,
    a_day,
)
from ektp_sched.rules.nearest import unknown

__all__ = ["Budget", "Quota", "Shift", "uses_in_a_week"]


def _weekday_or_date(value: object) -> object:
    if not isinstance(value, str):
        return a_day(value)
    if value not in DAYS:
        sentence = unknown("day", value, DAYS)
        raise PydanticCustomError("sentence", "{text}", {"text": sentence})
    return value


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


ShiftDay = Annotated[DayName | date, PlainValidator(_weekday_or_date)]
Uses = Annotated[Whole, Field(ge=1, le=3660)]
Names = Annotated[tuple[Text, ...], BeforeValidator(_one_or_more), Field(min_length=1)]


class Shift(Table):
    """Entry of ``[[shifts]]``: more capacity on a day, if the plan decides so.

    Attributes
    ----------
    id
        Letters, digits, ``.``, ``_``, ``-``; up to 40, no leading dot.
    days
        Names of days of the week and dates on which it may be used.
    share
        Part of a full day's cards that each of its resources then does more,
        above 0 and up to 4.
    cost_idr
        Rupiah for each day on which it is used.
    max_uses
        Most days of a plan on which it is used, 1 to 3,660; None: no limit.
    max_per_week
        The same from Monday to Sunday, 1 to 7; None: no limit.
    rest_days
        Least whole days between two uses, 0 to 3,660.
    resources
        Ids of the printers and servers that it opens; None: all.
    on_holidays
        Whether it may be used on holidays and on closed dates.
    """

    id: Text
    days: tuple[ShiftDay, ...] = Field(min_length=1)
    share: ShiftShare = Decimal(1)
    cost_idr: Rupiah = 0
    max_uses: Uses | None = None
    max_per_week: Annotated[Whole, Field(ge=1, le=7)] | None = None
    rest_days: Annotated[Whole, Field(ge=0, le=3660)] = 0
    resources: tuple[Text, ...] | None = Field(default=None, min_length=1)
    on_holidays: Flag = False

    @field_validator("days")
    @classmethod
    def _weekdays_then_dates(cls, value: tuple[ShiftDay, ...]) -> tuple[ShiftDay, ...]:
        names = {day for day in value if isinstance(day, str)}
        dates = {day for day in value if isinstance(day, date)}
        return (*sorted(names, key=DAYS.index), *sorted(dates))

    def opens(self, resource: str) -> bool:
        """Return whether it adds cards to a printer or server."""
        return self.resources is None or resource in self.resources


class Budget(Table):
    """Table ``[budget]``: rupiah that all shifts of a plan may cost together."""

    idr: Rupiah


class Quota(Table):
    """Entry of ``[[quotas]]``: how many cards of a kind a plan must keep to.

    A card is of the kind if it meets every selection given.

    Attributes
    ----------
    id
        As of a shift; None: it is named by its place in the file.
    urgency, card, area
        Names of classes, card types and areas, at least one selection; None:
        whatever it is.  The file may hold a name instead of a list.
    per
        Over what the limits hold: each working ``day``, each ``week`` from
        Monday to Sunday, or the whole ``plan``.
    at_most, at_least
        Cards of the kind printed in that time, 0 to 1,000,000,000.
    at_most_share, at_least_share
        The same as a part of all cards printed in that time, 0 to 1.
    """

    id: Text | None = None
    urgency: Names | None = None
    card: Names | None = None
    area: Names | None = None
    per: Literal["day", "week", "plan"]
    at_most: Count | None = None
    at_least: Count | None = None
    at_most_share: Share | None = None
    at_least_share: Share | None = None


def uses_in_a_week(rest_days: int) -> int:
    """Return on how many days from Monday to Sunday there can be a use."""
    return 6 // (rest_days + 1) + 1
