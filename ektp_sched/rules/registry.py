"""Every rule, once: what limits cards, and what else an office says.

A rule on amounts is rows over counted cards.  Blanks that expire or are set aside are
none: whether there is one for each card is an assignment, which is counted day after
day.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.rules.aims import AIMS
from ektp_sched.rules.areas import AREAS
from ektp_sched.rules.calendar import CALENDAR_PROBLEMS
from ektp_sched.rules.capacity import CAPACITY
from ektp_sched.rules.classes import CLASSES
from ektp_sched.rules.limit import Limits
from ektp_sched.rules.memory import LEDGER
from ektp_sched.rules.names import NAMES
from ektp_sched.rules.parity import PARITY
from ektp_sched.rules.quotas import QUOTAS
from ektp_sched.rules.reading import READING
from ektp_sched.rules.reserve import RESERVE
from ektp_sched.rules.ribbons import RIBBONS
from ektp_sched.rules.rule import Rule
from ektp_sched.rules.shifts import SHIFTS
from ektp_sched.rules.stock import STOCK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ektp_sched.arrays import Ints
    from ektp_sched.rules.problems import Problem
    from ektp_sched.rules.tables import OfficeTables
    from ektp_sched.rules.world import World

RULES: Final[tuple[Rule[OfficeTables], ...]] = (
    CAPACITY,
    NAMES,
    Rule("calendar", problems=CALENDAR_PROBLEMS),
    CLASSES,
    AIMS,
    READING,
    AREAS,
    RESERVE,
    STOCK,
    RIBBONS,
    SHIFTS,
    QUOTAS,
    PARITY,
    LEDGER,
)
"""In the order in which it is told what is wrong."""

HOLDING: Final = tuple(rule for rule in RULES if rule.holds_back)
"""Those that can keep a card waiting for ever: each has words of its own."""


SUPPLIES: Final[tuple[Rule[OfficeTables], ...]] = (STOCK, RIBBONS)
"""Those on what printing uses up."""


def problems_of(office: OfficeTables) -> tuple[Problem, ...]:
    """Return everything that contradicts itself in an office of well-formed values."""
    finders = (find for rule in RULES for find in rule.problems)
    return tuple(problem for find in finders for problem in find(office))


def holding_back(office: OfficeTables) -> tuple[Rule[OfficeTables], ...]:
    """Return the rules of an office that can keep a card waiting for ever."""
    return tuple(rule for rule in HOLDING if rule.used(office))


PRINTER_SUPPLIES: Final[tuple[Rule[OfficeTables], ...]] = (RIBBONS,)
"""Those on what a printer uses up, which no other printer has."""


def printer_supplies(office: OfficeTables, start: date, days: int) -> dict[str, Ints]:
    """Return how many cards what a printer uses up is good for, up to each day.

    By the id of each printer of which anything is counted.
    """
    allowed: dict[str, Ints] = {}
    for rule in PRINTER_SUPPLIES:
        for name, cards in rule.supplies(office, start, days).items():
            allowed[name] = np.minimum(allowed.get(name, cards), cards)
    return allowed


def told_apart(office: OfficeTables) -> frozenset[str]:
    """Return the printers that no other can stand for."""
    return frozenset(printer_supplies(office, date.min, 1))


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
