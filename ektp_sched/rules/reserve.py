"""On each day, a part of what the office can print is kept free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.rules.limit import Limit
from ektp_sched.rules.rule import Rule
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.world import World
    from ektp_sched.words import Said

__all__ = ["RESERVE"]


def _limits(world: World) -> Iterator[Limit]:
    total = world.capacity.total
    if total is not None:
        days = world.each_day()
        yield Limit("reserve", "reserve", 0, world.weights(), *days, total)


def _says(world: World, period: Period) -> Said:
    return said(
        "{used} cards are planned on {day}; the reserve leaves {total}.",
        "{used} kartu direncanakan pada {day}; cadangan menyisakan {total}.",
        used=period.printed,
        day=world.date(period.last),
        total=period.bound,
    )


RESERVE = Rule("reserve", ("reserve",), _limits, _says)
