"""What no simulated future follows or knows: rules of an office, later deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ektp_sched.rules import HOLDING, holding_back
from ektp_sched.rules.notices import Notice

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.office import Office
    from ektp_sched.rules.stock import CardType
    from ektp_sched.scenarios.world.laws import Scenarios

__all__ = ["as_simulated", "left_out", "unknown_deliveries"]


def left_out(office: Office) -> tuple[Notice, ...]:
    """Return which rules of an office the what-if commands leave out.

    ``consumables-left-out``
        Blanks expire or are set aside (``cards``, the number of card types),
        or ribbons run out (``printers``).
    ``quotas-left-out``
        The office has quotas (``count``); and so for each rule that holds cards back.

    Parameters
    ----------
    office
        As it was read.
    """
    notices = []
    cards = sum(map(_is_more_than_a_number, office.cards.values()))
    printers = sum(p.cards_per_ribbon is not None for p in office.printers)
    if cards or printers:
        figures: dict[str, str | int] = {"cards": cards, "printers": printers}
        notices.append(Notice("consumables-left-out", figures))
    for rule in holding_back(office):
        entries = len(getattr(office, rule.name))
        notices.append(Notice(f"{rule.name}-left-out", {"count": entries}))
    return tuple(notices)


def unknown_deliveries(
    scenarios: Scenarios, start: date, days: int
) -> tuple[Notice, ...]:
    """Return ``deliveries-unknown-after`` where blanks are counted and days lie beyond.

    Its figures are ``date``, the last day up to which deliveries are known, and
    ``days``, how many calendar days of the horizon come later.

    Parameters
    ----------
    scenarios
        They say up to when deliveries are known.
    start, days
        The horizon.
    """
    known, end = scenarios.deliveries_known_until, start + timedelta(days=days - 1)
    offices = (scenario.office for scenario in scenarios.scenarios.values())
    counted = any(
        card.stock is not None for office in offices for card in office.cards.values()
    )
    if known is None or known >= end or not counted:
        return ()
    beyond = min(days, (end - known).days)
    figures: dict[str, str | int] = {"date": known.isoformat(), "days": beyond}
    return (Notice("deliveries-unknown-after", figures),)


def _is_more_than_a_number(card: CardType) -> bool:
    ends = [card.expires_on, *(one.expires_on for one in card.deliveries)]
    return bool(card.set_aside) or any(ends)


def as_simulated(office: Office, start: date) -> Office:
    """Return the office as the futures see it.

    No shift is left to decide about and quotas hold nobody back; whoever needs a
    blank takes any that has come, unless the stock had expired before the start;
    ribbons never run out. So an exact plan beside them follows the same rules.
    """
    no_ribbons = {"cards_per_ribbon": None, "ribbons": None, "ribbon_deliveries": ()}
    return office.model_copy(
        update={
            "shifts": (),
            "budget": None,
            **{rule.name: () for rule in HOLDING},
            "cards": {name: _plain(card, start) for name, card in office.cards.items()},
            "printers": tuple(p.model_copy(update=no_ribbons) for p in office.printers),
        }
    )


def _plain(card: CardType, start: date) -> CardType:
    expired = card.expires_on is not None and card.expires_on < start
    return card.model_copy(
        update={
            "stock": 0 if expired else card.stock,
            "expires_on": None,
            "set_aside": {},
            "deliveries": tuple(
                one.model_copy(update={"expires_on": None}) for one in card.deliveries
            ),
        }
    )
