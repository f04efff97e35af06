"""Every rule on amounts that is a row over counted cards, once.

Blanks that expire or are set aside are not: whether there is one for each card
is an assignment, which is counted day after day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.rules.capacity import CAPACITY
from ektp_sched.rules.limit import Limits
from ektp_sched.rules.quotas import QUOTAS
from ektp_sched.rules.reserve import RESERVE
from ektp_sched.rules.ribbons import RIBBONS
from ektp_sched.rules.stock import STOCK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ektp_sched.rules.rule import Rule
    from ektp_sched.rules.tables import OfficeTables
    from ektp_sched.rules.world import World

__all__ = ["RULES", "holding_back", "limits_of"]

RULES: Final[tuple[Rule, ...]] = (CAPACITY, RESERVE, STOCK, RIBBONS, QUOTAS)


def holding_back(office: OfficeTables) -> tuple[Rule, ...]:
    """Return the rules of an office that can keep a card waiting for ever."""
    return tuple(rule for rule in RULES if rule.holds_back and rule.used(office))


def limits_of(world: World, rules: Iterable[Rule] = RULES) -> Limits:
    """Return the limits that rules lay on the plans of a world, in their order."""
    capacity = world.capacity
    return Limits(
        (limit for rule in rules for limit in rule.limits(world)),
        kinds=len(world.kinds),
        printers=len(capacity.printers),
        servers=len(capacity.servers),
        days=world.days,
    )
