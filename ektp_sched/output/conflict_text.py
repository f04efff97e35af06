"""Rules that cannot hold together, in the planner's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.office import capacity, lots, ribbon_cards
from ektp_sched.output.quotas import kind_of, limit_text
from ektp_sched.rules.quotas import KEYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.office import Lot
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.planning import Conflict, RuleOfConflict
    from ektp_sched.rules.decisions import Quota
    from ektp_sched.rules.reading import Printer

__all__ = ["conflict_entry", "conflict_lines"]

_NUMBERED: Final = re.compile(r"(quotas|shifts|printers)\[(\d+)\](?:\.(\w+))?")
_NAMED: Final = 10


def conflict_lines(conflict: Conflict, plan: AnyPlan, texts: Language) -> list[str]:
    """Return why the rules contradict each other, one sentence or two a rule.

    Parameters
    ----------
    conflict
        Of the plan.
    plan
        Whose office holds the rules.
    texts
        Language.
    """
    said = [texts.conflict(conflict)]
    return said + [_rule(rule, conflict, plan, texts) for rule in conflict.rules]


def conflict_entry(
    conflict: Conflict, plan: AnyPlan, texts: Language
) -> dict[str, Any]:
    """Return the same as plain values for JSON.

    Parameters
    ----------
    conflict, plan, texts
        As for `conflict_lines`.
    """
    return {
        "code": conflict.code,
        "day": None if conflict.rules else conflict.day.isoformat(),
        "figures": conflict.figures,
        "application_ids": list(conflict.application_ids),
        "text": texts.conflict(conflict),
        "rules": [
            {
                "place": rule.place,
                "day": None if rule.day is None else rule.day.isoformat(),
                "last": None if rule.last is None else rule.last.isoformat(),
                "room": rule.room,
                "down": list(rule.down),
                "text": _rule(rule, conflict, plan, texts),
            }
            for rule in conflict.rules
        ],
    }


def _rule(
    rule: RuleOfConflict, conflict: Conflict, plan: AnyPlan, texts: Language
) -> str:
    numbered = _NUMBERED.fullmatch(rule.place)
    if numbered and numbered[1] == "quotas":
        parts = _quota(rule, plan.office.quotas[int(numbered[2]) - 1], plan, texts)
    elif numbered and numbered[1] == "printers":
        parts = _ribbons(rule, plan.office.printers[int(numbered[2]) - 1], plan, texts)
    elif numbered and numbered[3]:
        shift = plan.office.shifts[int(numbered[2]) - 1]
        figures = {"shift": shift.id, "value": getattr(shift, numbered[3]) or 0}
        parts = _said(rule, numbered[3], figures, texts)
    elif rule.place == "budget.idr" and plan.office.budget is not None:
        parts = _said(rule, "budget", {"value": plan.office.budget.idr}, texts)
    elif rule.place.endswith(".set_aside"):
        parts = _set_aside(rule, plan, texts)
    elif rule.place.startswith("cards."):
        parts = _stock(rule, plan, texts)
    elif rule.place == "pins":
        parts = _said(rule, "pins", _pins(conflict), texts)
    else:
        parts = [texts.text("conflict_rule.other", place=rule.place)]
    return " ".join(parts)


def _said(
    rule: RuleOfConflict, name: str, figures: dict[str, Any], texts: Language
) -> list[str]:
    """Return what a rule says, and the least change of it that makes room."""
    said = texts.text(f"conflict_rule.{name}", place=rule.place, **figures)
    return [said, _room(rule, name, texts)]


def _room(rule: RuleOfConflict, name: str, texts: Language) -> str:
    if rule.room is None:
        return texts.text("conflict_rule.room_none")
    figures = {"room": rule.room, "count": rule.room}
    return texts.text(f"conflict_rule.room_{name}", **figures)


def _quota(
    rule: RuleOfConflict, quota: Quota, plan: AnyPlan, texts: Language
) -> list[str]:
    """Return what a quota wants, when it fails, what is out then, and its room."""
    limits = [key for key in KEYS if getattr(quota, key) is not None]
    said = ", ".join(limit_text(quota, key, texts) for key in limits)
    place = rule.place if quota.id is None else f"{rule.place} ({quota.id})"
    kind = kind_of(quota, texts)
    parts = [texts.text("conflict_rule.quota", place=place, kind=kind, limits=said)]
    if rule.day is not None:
        span = rule.last is not None and rule.last != rule.day
        key = "conflict_rule.between" if span else "conflict_rule.when"
        parts.append(texts.text(key, day=rule.day, last=rule.last or rule.day))
    if rule.down:
        every = _printers(quota, plan)
        name = "down_all" if set(rule.down) >= every else "down_some"
        figures: dict[str, Any] = {
            "printers": ", ".join(rule.down),
            "count": len(rule.down),
        }
        parts.append(texts.text(f"conflict_rule.{name}", **figures))
    return [*parts, *_possible(rule, quota, limits, texts)]


def _possible(
    rule: RuleOfConflict, quota: Quota, limits: list[Any], texts: Language
) -> list[str]:
    """Return how many cards can be, where a quota has one limit in cards."""
    if rule.room is None:
        return [_room(rule, "quota", texts)]
    if any(key.endswith("share") for key in limits):
        return [_room(rule, "share", texts)]
    if limits == ["at_least"] and quota.at_least is not None:
        possible = max(0, quota.at_least - rule.room)
        return [texts.text("conflict_rule.possible_least", possible=possible)]
    if limits == ["at_most"] and quota.at_most is not None:
        possible = quota.at_most + rule.room
        return [texts.text("conflict_rule.possible_most", possible=possible)]
    return [_room(rule, "quota", texts)]


def _printers(quota: Quota, plan: AnyPlan) -> set[str]:
    """Return the printers that print any card of a quota's kind."""
    return {
        printer.id
        for printer in plan.office.printers
        if _meet(printer.cards, quota.card) and _meet(printer.areas, quota.area)
    }


def _meet(some: tuple[str, ...] | None, others: tuple[str, ...] | None) -> bool:
    return some is None or others is None or bool({*some} & {*others})


def _card(rule: RuleOfConflict, key: str) -> str:
    return rule.place.removeprefix("cards.").removesuffix(key).strip('"')


def _set_aside(rule: RuleOfConflict, plan: AnyPlan, texts: Language) -> list[str]:
    card = _card(rule, ".set_aside")
    kept = plan.office.cards[card].set_aside
    figures = {"card": card, "value": sum(kept.values()), "names": ", ".join(kept)}
    return _said(rule, "set_aside", figures, texts)


def _ribbons(
    rule: RuleOfConflict, printer: Printer, plan: AnyPlan, texts: Language
) -> list[str]:
    cards = ribbon_cards(plan.office, plan.start, plan.days)[printer.id]
    last = rule.last or plan.start
    figures: dict[str, Any] = {"printer": printer.id, "day": last}
    figures["value"] = int(cards[(last - plan.start).days])
    return _said(rule, "ribbons", figures, texts)


def _lots(
    rule: RuleOfConflict, card: str, some: Sequence[Lot], plan: AnyPlan, texts: Language
) -> list[str]:
    gone = sum(lot.cards for lot in some if lot.last < plan.days - 1)
    value = sum(lot.cards for lot in some)
    figures: dict[str, Any] = {"card": card, "value": value, "gone": gone}
    return _said(rule, "stock_lots", figures, texts)


def _stock(rule: RuleOfConflict, plan: AnyPlan, texts: Language) -> list[str]:
    card = _card(rule, ".stock")
    some = lots(plan.office, plan.start, plan.days).get(card)
    if some is not None:
        return _lots(rule, card, some, plan, texts)
    supply = capacity(plan.office, plan.start, plan.days).supply[card]
    last = rule.last or rule.day
    if last is None:
        figures: dict[str, Any] = {"card": card, "value": int(supply[0])}
        return _said(rule, "stock", figures, texts)
    figures = {"card": card, "value": int(supply[(last - plan.start).days])}
    said = texts.text("conflict_rule.stock_on", place=rule.place, day=last, **figures)
    return [said, _room(rule, "stock", texts)]


def _pins(conflict: Conflict) -> dict[str, Any]:
    ids = ", ".join(conflict.application_ids[:_NAMED])
    more = ", …" if len(conflict.application_ids) > _NAMED else ""
    return {"count": len(conflict.application_ids), "ids": f"{ids}{more}"}
