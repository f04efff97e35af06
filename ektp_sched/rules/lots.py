"""Blanks that not everybody can use on every day, and what ribbons allow."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.rules.consumables import CardType
    from ektp_sched.rules.tables import OfficeTables

__all__ = ["Lot", "lots", "ribbon_cards"]


@dataclass(frozen=True, slots=True)
class Lot:
    """Blanks of one card type that come, and expire, together.

    Parameters
    ----------
    first, last
        Days on which they can be used, offsets in the horizon, inclusive.
    cards
        How many, from 0.
    kept_for
        The class that they are set aside for; ``None``: anybody.
    """

    first: int
    last: int
    cards: int
    kept_for: str | None = None


def lots(office: OfficeTables, start: date, days: int) -> dict[str, tuple[Lot, ...]]:
    """Return the blanks of each card type that are more than a number a day.

    These are the types of which blanks are set aside, or expire before the
    last day of the horizon.  What is set aside comes out of the stock.

    Parameters
    ----------
    office
        Its ``[cards]`` decide.
    start
        First day.
    days
        Number of calendar days.

    Returns
    -------
    dict
        Card type, sorted → its lots that can be used in the horizon: those
        set aside, by class, then the stock, then the deliveries by date.
    """
    by_card = {}
    for name, card in sorted(office.cards.items()):
        card_lots = _lots(card, start, days)
        if card.set_aside or any(lot.last < days - 1 for lot in card_lots):
            by_card[name] = tuple(s for s in card_lots if s.last >= s.first and s.cards)
    return by_card


def _lots(card: CardType, start: date, days: int) -> list[Lot]:
    if card.stock is None:
        return []

    def until(day: date | None) -> int:
        return days - 1 if day is None else min(days - 1, (day - start).days)

    last = until(card.expires_on)
    kept = sorted(card.set_aside.items())
    card_lots = [Lot(0, last, cards, name) for name, cards in kept]
    card_lots.append(Lot(0, last, card.stock - sum(card.set_aside.values())))
    for delivery in card.deliveries:
        first = (delivery.on - start).days
        if 0 <= first < days:
            card_lots.append(Lot(first, until(delivery.expires_on), delivery.cards))
    return card_lots


def ribbon_cards(
    office: OfficeTables, start: date, days: int
) -> dict[str, NDArray[np.int64]]:
    """Return how many cards the ribbons of each printer allow up to a day.

    Parameters
    ----------
    office
        Its ``[[printers]]`` decide.
    start
        First day.
    days
        Number of calendar days.

    Returns
    -------
    dict
        Id of each printer with ``cards_per_ribbon``, sorted → cards up to and
        including a day, shape (days,), int64: what all its ribbons so far are
        good for, rounded down once.
    """
    by_printer = {}
    for printer in sorted(office.printers, key=lambda one: one.id):
        if printer.cards_per_ribbon is None:
            continue
        so_far = [Fraction(0)] * days
        so_far[0] = Fraction(printer.ribbons or 0)
        for delivery in printer.ribbon_deliveries:
            first = (delivery.on - start).days
            if 0 <= first < days:
                so_far[first] += Fraction(delivery.ribbons)
        cards = np.zeros(days, dtype=np.int64)
        total = Fraction(0)
        for day, more in enumerate(so_far):
            total += more * printer.cards_per_ribbon
            cards[day] = int(total)
        by_printer[printer.id] = cards
    return by_printer
