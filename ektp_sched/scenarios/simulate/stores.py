"""What a replication carries from day to day: blanks, ribbons, quotas used up.

A class uses its own blanks first; of the others those that expire first are used
first, so that no other way leaves less to expire.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from ektp_sched.rules.quotas import Quota, counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.office import CardType, Delivery, Office, Printer
    from ektp_sched.rules import Kind


@dataclass(slots=True)
class _Lot:
    """Blanks that come, and expire, together."""

    left: int
    expires_on: date | None
    delivery: Delivery | None = None  # None: there on the first morning
    kept_for: str | None = None

    def usable(self, day: date, urgency: str | None) -> bool:
        """Return whether a class may use one on a day."""
        came = self.delivery is None or self.delivery.on <= day
        lasts = self.expires_on is None or self.expires_on >= day
        return came and lasts and self.kept_for in (None, urgency)


def _lots(card: CardType, start: date) -> Iterator[_Lot]:
    for name, cards in card.set_aside.items():
        yield _Lot(cards, card.expires_on, kept_for=name)
    yield _Lot((card.stock or 0) - sum(card.set_aside.values()), card.expires_on)
    for one in card.deliveries:
        if one.on >= start:
            yield _Lot(one.cards, one.expires_on, one)


class Stores:
    """What an office has left of its blanks, ribbons and quotas."""

    def __init__(self, office: Office, start: date) -> None:
        self.office, self.start = office, start
        self.lots = {
            name: list(_lots(card, start))
            for name, card in office.cards.items()
            if card.stock is not None
        }
        self.printed: Counter[str] = Counter()
        # Cards that count for each quota of a week or of the whole plan.
        self.counted = [0] * len(office.quotas)
        self.monday = date.min

    def use(self, day: date, kind: Kind, cards: int) -> None:
        """Take the blanks of a kind's cards that are printed on a day."""
        for number, quota in enumerate(self.office.quotas):
            self.counted[number] += cards * counts(quota, kind)
        urgency, card, _ = kind
        lots = [
            lot for lot in self.lots.get(card or "", ()) if lot.usable(day, urgency)
        ]
        lots.sort(key=lambda lot: (lot.kept_for is None, lot.expires_on or date.max))
        for lot in lots:
            taken = min(cards, lot.left)
            lot.left -= taken
            cards -= taken

    def office_on(self, day: date) -> Office:
        """Return the office as it stands on a morning; mornings go on in time."""
        monday = day - timedelta(days=day.weekday())
        quotas = self.office.quotas
        if monday > self.monday:
            self.monday = monday
            self.counted = [
                0 if quota.per == "week" else count
                for quota, count in zip(quotas, self.counted, strict=True)
            ]
        left = tuple(map(Quota.after, quotas, self.counted))
        cards = {name: self._card(name, day) for name in self.office.cards}
        printers = tuple(self._printer(each, day) for each in self.office.printers)
        return self.office.model_copy(
            update={"cards": cards, "printers": printers, "quotas": left}
        )

    def _card(self, name: str, day: date) -> CardType:
        card = self.office.cards[name]
        if name not in self.lots:
            return card
        stock = [lot for lot in self.lots[name] if lot.delivery is None]
        coming = tuple(
            lot.delivery.model_copy(
                update={"on": max(lot.delivery.on, day), "cards": lot.left}
            )
            for lot in self.lots[name]
            if lot.delivery is not None
            and lot.left
            and (lot.expires_on is None or lot.expires_on >= day)
        )
        kept = {lot.kept_for: lot.left for lot in stock if lot.kept_for and lot.left}
        left = sum(lot.left for lot in stock)
        return card.model_copy(
            update={"stock": left, "set_aside": kept, "deliveries": coming}
        )

    def _printer(self, printer: Printer, day: date) -> Printer:
        if printer.cards_per_ribbon is None:
            return printer
        came = [one for one in printer.ribbon_deliveries if self.start <= one.on <= day]
        left = Fraction(printer.ribbons or 0) + sum(Fraction(o.ribbons) for o in came)
        left -= Fraction(self.printed[printer.id], printer.cards_per_ribbon)
        later = tuple(one for one in printer.ribbon_deliveries if one.on > day)
        return printer.model_copy(update={"ribbons": left, "ribbon_deliveries": later})
