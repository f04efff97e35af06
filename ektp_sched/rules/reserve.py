"""On each day, a part of what the office can print is kept free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol

import numpy as np
from pydantic import Field

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.rules.fields import LARGEST_DAILY, Table, Whole, noted
from ektp_sched.rules.forms import Form
from ektp_sched.rules.limit import Limit
from ektp_sched.rules.rule import Rule
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.world import World
    from ektp_sched.words import Said


class Reserve(Table):
    """Table ``[reserve]``: cards a day kept for walk-in emergencies."""

    cards_per_day: Annotated[
        Whole, Field(ge=0, le=LARGEST_DAILY), Form(unit=said(" of cards", " kartu"))
    ] = noted(
        "Cards kept each working day for emergencies at the counter.",
        "Kartu per hari kerja yang disisihkan untuk kasus darurat di loket.",
        default=0,
    )


class HasReserve(HasCalendar, Protocol):
    """What says what is kept free."""

    reserve: Reserve


def total(
    office: HasReserve,
    worked: Bools,
    printers: Ints,
    servers: Ints,
) -> Ints | None:
    """Return the cards that may be planned on each day; None without a reserve."""
    reserve = office.reserve.cards_per_day
    if not reserve:
        return None
    least: Ints = np.minimum(printers.sum(axis=0), servers.sum(axis=0))
    left: Ints = np.maximum(least - reserve * worked, 0)
    return left


def _limits(world: World[HasReserve]) -> Iterator[Limit]:
    total = world.capacity.total
    if total is not None:
        days = world.each_day()
        yield Limit("reserve", "reserve", 0, world.weights(), *days, total)


def _says(world: World[HasReserve], period: Period) -> Said:
    return said(
        "{used} cards are planned on {day}; the reserve leaves {total}.",
        "{used} kartu direncanakan pada {day}; cadangan menyisakan {total}.",
        used=period.printed,
        day=world.date(period.last),
        total=period.bound,
    )


RESERVE = Rule("reserve", ("reserve",), _limits, _says)
