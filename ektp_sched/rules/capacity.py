"""No printer and no server does more cards on a day than it can."""

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

__all__ = ["CAPACITY"]


def _limits(world: World) -> Iterator[Limit]:
    everybody, (first, last) = world.weights(), world.each_day()
    capacity = world.capacity
    for number, (name, cards) in enumerate(
        zip(capacity.printers, capacity.printer_cards, strict=True)
    ):
        yield Limit(
            "printer-capacity",
            f"printers.{name}",
            number,
            everybody,
            first,
            last,
            cards,
            printer=number,
        )
    for number, (name, cards) in enumerate(
        zip(capacity.servers, capacity.server_cards, strict=True)
    ):
        yield Limit(
            "server-capacity",
            f"servers.{name}",
            number,
            everybody,
            first,
            last,
            cards,
            server=number,
        )


def _says(world: World, period: Period) -> Said:
    printers, servers = world.capacity.printers, world.capacity.servers
    names = servers if period.limit.printer is None else printers
    return said(
        "{name} does {used} cards on {day}; it can do {cards}.",
        "{name} mengerjakan {used} kartu pada {day}; kemampuannya {cards}.",
        name=names[period.limit.entry],
        used=period.printed,
        day=world.date(period.last),
        cards=period.bound,
    )


CAPACITY = Rule("capacity", ("printer-capacity", "server-capacity"), _limits, _says)
