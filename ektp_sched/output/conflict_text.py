"""Rules that cannot hold together, in the planner's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.office import capacity, lots, ribbon_cards
from ektp_sched.output.view.parts import Items, Paragraph, Section
from ektp_sched.rules import holding_back
from ektp_sched.words import in_language, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.documents import Conflict, RuleOfConflict
    from ektp_sched.office import Lot
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.rules import Rule
    from ektp_sched.rules.ribbons import Printer

_NUMBERED: Final = re.compile(r"(\w+)\[(\d+)\](?:\.(\w+))?")
_NAMED: Final = 10


def conflict_lines(conflict: Conflict, plan: AnyPlan, texts: Language) -> list[str]:
    """Return why the rules contradict each other, one sentence or two a rule."""
    said = [texts.conflict(conflict)]
    return said + [_rule(rule, conflict, plan, texts) for rule in conflict.rules]


def conflict_section(plan: AnyPlan, texts: Language) -> Section:
    """Return why there is no plan: rules that contradict each other, or no time."""
    if plan.status == "unknown":
        unknown = Paragraph(texts.text("terminal.unknown"), "warning")
        return Section("conflict", "", (unknown,))
    lines = [
        line
        for conflict in plan.conflict
        for line in conflict_lines(conflict, plan, texts)
    ]
    return Section("conflict", texts.text("terminal.infeasible"), (Items((*lines,)),))


def conflict_entry(
    conflict: Conflict, plan: AnyPlan, texts: Language
) -> dict[str, Any]:
    """Return the same as plain values for JSON."""
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
    rules = {other.name: other for other in holding_back(plan.office)}
    if numbered and numbered[1] in rules:
        entry = int(numbered[2]) - 1
        parts = _held(rules[numbered[1]], entry, rule, plan, texts)
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


def _held(
    rule: Rule, entry: int, broken: RuleOfConflict, plan: AnyPlan, texts: Language
) -> list[str]:
    """Return what an entry wants, when it fails, what is out then, and its room."""
    told, office = rule.words, plan.office
    keys = told.keys(office, entry)
    wants = joined(", ", [told.wants(office, entry, key) for key in keys])
    figures = {"whom": in_language(told.whom(office, entry), texts.code)}
    figures["wants"] = in_language(wants, texts.code)
    place = told.place(office, entry)
    parts = [texts.text("conflict_rule.wants", place=place, **figures)]
    if broken.day is not None:
        span = broken.last is not None and broken.last != broken.day
        key = "conflict_rule.between" if span else "conflict_rule.when"
        parts.append(texts.text(key, day=broken.day, last=broken.last or broken.day))
    if broken.down:
        every = {p.id for p in office.printers if told.concerns(office, entry, p)}
        name = "down_all" if set(broken.down) >= every else "down_some"
        names = ", ".join(broken.down)
        count = len(broken.down)
        parts.append(texts.text(f"conflict_rule.{name}", printers=names, count=count))
    if broken.room is None:
        return [*parts, texts.text("conflict_rule.room_none")]
    change = told.change(office, entry, broken.room)
    return [*parts, in_language(change, texts.code)]


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
