"""What simulated futures do not follow or know: rules, later deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.rules import HOLDING, holding_back
from ektp_sched.rules.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from ektp_sched.office import Office
    from ektp_sched.rules.stock import CardType
    from ektp_sched.scenarios.world.laws import CheckedScenarios

CARRIED: Final = frozenset({"expiry", "set_aside", "ribbons", "quotas"})
"""Those rules of `rules_of` under which a day depends on the cards of days before."""


def left_out(office: Office) -> tuple[Notice, ...]:
    """Return which rules the fast policies leave out, which ``replan`` keeps.

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
    cards = sum(bool(c.set_aside) or _expires(c) for c in office.cards.values())
    printers = sum(p.cards_per_ribbon is not None for p in office.printers)
    if cards or printers:
        figures: dict[str, str | int] = {"cards": cards, "printers": printers}
        notices.append(Notice("consumables-left-out", figures))
    for rule in holding_back(office):
        entries = len(getattr(office, rule.name))
        notices.append(Notice(f"{rule.name}-left-out", {"count": entries}))
    return tuple(notices)


def unknown_deliveries(
    scenarios: CheckedScenarios, start: date, days: int
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


def rules_of(office: Office) -> tuple[str, ...]:
    """Return which rules an office has that the fast policies leave out."""
    cards = office.cards.values()
    there = {
        "expiry": any(map(_expires, cards)),
        "set_aside": any(card.set_aside for card in cards),
        "ribbons": any(p.cards_per_ribbon is not None for p in office.printers),
        **{rule.name: rule.used(office) for rule in HOLDING},
    }
    return tuple(name for name, used in there.items() if used)


def without(office: Office, rules: Collection[str], start: date) -> Office:
    """Return an office without some rules of `rules_of`.

    Whoever needs a blank then takes any that has come, unless the stock had expired
    before the start; ribbons never run out; nobody is held back.
    """
    cards, no_ribbons = dict(office.cards), dict[str, Any]()
    if "expiry" in rules:
        cards = {name: _lasting(card, start) for name, card in cards.items()}
    if "set_aside" in rules:
        cards = {n: c.model_copy(update={"set_aside": {}}) for n, c in cards.items()}
    if "ribbons" in rules:
        no_ribbons = {
            "cards_per_ribbon": None,
            "ribbons": None,
            "ribbon_deliveries": (),
        }
    return office.model_copy(
        update={
            "cards": cards,
            "printers": tuple(p.model_copy(update=no_ribbons) for p in office.printers),
            **{rule.name: () for rule in HOLDING if rule.name in rules},
        }
    )


def as_simulated(office: Office, start: date) -> Office:
    """Return the office as the fast policies see it, without a shift to decide about.

    So an exact plan beside them follows the same rules.
    """
    plain = without(office, rules_of(office), start)
    return plain.model_copy(update={"shifts": (), "budget": None})


def _expires(card: CardType) -> bool:
    return any((card.expires_on, *(one.expires_on for one in card.deliveries)))


def _lasting(card: CardType, start: date) -> CardType:
    expired = card.expires_on is not None and card.expires_on < start
    return card.model_copy(
        update={
            "stock": 0 if expired else card.stock,
            "expires_on": None,
            "deliveries": tuple(
                one.model_copy(update={"expires_on": None}) for one in card.deliveries
            ),
        }
    )
