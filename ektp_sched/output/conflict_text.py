"""Rules that cannot hold together, in the planner's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ektp_sched.output.view.parts import Items, Paragraph, Section
from ektp_sched.rules import RULES, holding_back
from ektp_sched.words import in_language, joined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.documents import Conflict, RuleOfConflict
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.rules import Rule

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
    office, start = plan.office, plan.start
    for known in holding_back(office):
        table, _, entry = rule.place.rstrip("]").partition("[")
        if table == known.name:
            return " ".join(_held(known, int(entry) - 1, rule, plan, texts))
    if rule.place == "pins":
        return _said(rule, "pins", _pins(conflict), texts)
    last = rule.last or rule.day
    for other in RULES:
        stated = other.states(office, rule.place, start, plan.days, last)
        if stated is not None:
            return _said(rule, stated.key, stated.figures, texts)
    return texts.text("conflict_rule.other", place=rule.place)


def _said(
    rule: RuleOfConflict, key: str, figures: Mapping[str, Any], texts: Language
) -> str:
    """Return what a rule says, and the least change of it that makes room."""
    said = texts.text(f"conflict_rule.{key}", place=rule.place, **figures)
    room = texts.text("conflict_rule.room_none")
    if rule.room is not None:
        changed = {"room": rule.room, "count": rule.room}
        room = texts.text(f"conflict_rule.room_{key}", **changed)
    return f"{said} {room}"


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


def _pins(conflict: Conflict) -> dict[str, Any]:
    ids = ", ".join(conflict.application_ids[:_NAMED])
    more = ", …" if len(conflict.application_ids) > _NAMED else ""
    return {"count": len(conflict.application_ids), "ids": f"{ids}{more}"}
