"""No printer prints more cards up to a day than its ribbons are good for by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.rules.limit import Limit
from ektp_sched.rules.lots import ribbon_cards
from ektp_sched.rules.rule import Rule
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.tables import OfficeTables
    from ektp_sched.rules.world import World
    from ektp_sched.words import Said

__all__ = ["RIBBONS", "place"]


def place(office: OfficeTables, printer: str) -> str:
    """Return where in office.toml the ribbons of a printer stand."""
    number = [each.id for each in office.printers].index(printer)
    return f"printers[{number + 1}].ribbons"


def _limits(world: World) -> Iterator[Limit]:
    capacity, everybody = world.capacity, world.weights()
    allowed = ribbon_cards(world.office, capacity.start, world.days)
    for name, cards in allowed.items():
        number = capacity.printers.index(name)
        yield Limit(
            "ribbons",
            place(world.office, name),
            number,
            everybody,
            *world.up_to_each_day(),
            cards,
            printer=number,
        )


def _says(world: World, period: Period) -> Said:
    return said(
        "Up to {day}, {name} prints {cards} cards more than its ribbons are good for.",
        "Sampai {day}, {name} mencetak {cards} kartu lebih banyak daripada yang cukup "
        "untuk pitanya.",
        day=world.date(period.last),
        name=world.capacity.printers[period.limit.entry],
        cards=period.printed - period.bound,
    )


RIBBONS = Rule("ribbons", ("ribbons",), _limits, _says, runs_out=True)
