"""No more cards of a type are printed up to a day than blanks have come by then.

Card types of which blanks expire or are set aside are none of this rule's: of
those a number up to a day does not say who can be printed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ektp_sched.rules.limit import Limit
from ektp_sched.rules.lots import lots
from ektp_sched.rules.rule import Rule
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.world import Kind, World
    from ektp_sched.words import Said

__all__ = ["STOCK"]


def _of_type(card: str, kind: Kind) -> bool:
    return kind[1] == card


def _limits(world: World) -> Iterator[Limit]:
    supply, start = world.capacity.supply, world.capacity.start
    apart = lots(world.office, start, world.days) if supply else {}
    for number, (name, cards) in enumerate(sorted(supply.items())):
        if name not in apart:
            weights = world.weights(partial(_of_type, name))
            days = world.up_to_each_day()
            yield Limit("blanks", f"cards.{name}.stock", number, weights, *days, cards)


def _says(world: World, period: Period) -> Said:
    return said(
        "{used} cards of type {card} are printed up to {day}; there are "
        "{supply} blanks.",
        "{used} kartu jenis {card} dicetak sampai {day}; blangkonya hanya {supply}.",
        used=period.printed,
        card=sorted(world.capacity.supply)[period.limit.entry],
        day=world.date(period.last),
        supply=period.bound,
    )


STOCK = Rule("stock", ("blanks",), _limits, _says, runs_out=True)
