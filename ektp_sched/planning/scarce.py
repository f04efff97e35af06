"""What can run out in a way that no network can say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.office import capacity, lots, options
from ektp_sched.planning.network.program import printer_pools
from ektp_sched.planning.network.stock import can_run_out, crossing_cards
from ektp_sched.rules import PRINTER_SUPPLIES, STOCK, World, told_apart

if TYPE_CHECKING:
    from ektp_sched.arrays import Ints
    from ektp_sched.office import Capacity, Lot, Office
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.rules import Limit


@dataclass(frozen=True, slots=True)
class Scarce:
    """Supplies that a mixed-integer program must count."""

    # Card types whose blanks can run out beside others' cards.
    cards: tuple[str, ...] = ()
    # Card types of which blanks expire or are set aside, and can run out.
    lots: dict[str, tuple[Lot, ...]] = field(default_factory=dict)
    # Printers whose ribbons can run out.
    ribbons: tuple[str, ...] = ()
    # Places in office.toml of the limits of those cards and printers.
    places: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Return whether there is anything to count."""
        return bool(self.cards or self.lots or self.ribbons)

    @property
    def counted(self) -> frozenset[str]:
        """Return the card types whose blanks are not a network's."""
        return frozenset(self.cards) | frozenset(self.lots)

    @property
    def alone(self) -> frozenset[str]:
        """Return the printers that no other can stand for."""
        return frozenset(self.ribbons)


def scarce(office: Office, cohorts: Cohorts, limits: Capacity) -> Scarce:
    """Find what can run out in a way that no network can say.

    ``limits`` are those without a shift.
    """
    if not limits.supply and not told_apart(office):
        return Scarce()
    start, days = limits.start, limits.days
    used = [(option.shift, option.day) for option in options(office, start, days)]
    every = capacity(office, start, days, used) if used else limits
    counted = {
        card: card_lots
        for card, card_lots in lots(office, start, days).items()
        if can_run_out(card, cohorts, every, _sure(card_lots, days))
    }
    world = World(office, every, (), np.zeros(0, dtype=np.int64))
    printers = {
        every.printers[limit.entry]: limit.place
        for rule in PRINTER_SUPPLIES
        for limit in rule.limits(world)
        if _runs_out(limit, cohorts, every)
    }
    pools = printer_pools(every, cohorts, frozenset(printers))
    crossing = crossing_cards(cohorts, every, pools)
    types = sorted(every.supply)
    plain = {
        types[limit.entry]: limit.place
        for limit in STOCK.limits(world)
        if types[limit.entry] in crossing
    }
    places = frozenset((*plain.values(), *printers.values()))
    return Scarce(tuple(plain), counted, tuple(printers), places)


def _sure(card_lots: tuple[Lot, ...], days: int) -> Ints:
    """Return the blanks up to each day that anybody can use to the end."""
    cards = np.zeros(days, dtype=np.int64)
    for lot in card_lots:
        if lot.kept_for is None and lot.last == days - 1:
            cards[lot.first :] += lot.cards
    return cards


def _runs_out(limit: Limit, cohorts: Cohorts, every: Capacity) -> bool:
    """Return whether what a printer uses up could ever be what limits it."""
    could = np.cumsum(every.printer_cards[limit.entry])
    return bool((limit.amount < np.minimum(could, cohorts.size.sum())).any())
