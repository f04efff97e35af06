"""What each yes/no rule is worth, on a screen and for programs."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.documents.entries import plain_number
from ektp_sched.output.digest import tier_name
from ektp_sched.output.draw.screen import indented, say_line
from ektp_sched.planning.dropped import MORE_FROZEN, NOT_KEPT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ektp_sched.output.languages import Language
    from ektp_sched.planning import Change, Dropped

_STABILITY: Final = {MORE_FROZEN: "frozen", NOT_KEPT: "not_kept"}


def show_dropped(found: Sequence[Dropped], console: Console, texts: Language) -> None:
    """Show how each tier would change without each yes/no rule."""
    console.print()
    say_line(console, texts.text("dropped.title"), "bold")
    if not found:
        say_line(console, texts.text("dropped.no_rules"))
    for each in found:
        name = each.rule if each.name is None else f"{each.rule} ({each.name})"
        if each.plan.status in ("infeasible", "unknown"):
            key = f"dropped.{each.plan.status}"
            say_line(console, texts.text(key, rule=name))
            continue
        changed = [change for change in each.changes if change.more]
        kind = _STABILITY.get(each.rule, "without")
        key = f"dropped.{kind}" if changed else f"dropped.{kind}_nothing"
        days = each.plan.office.plan.freeze_days
        say_line(console, texts.text(key, rule=name, days=days))
        for change in changed:
            indented(console, _line(change, texts))
    if any(change.more for each in found for change in each.changes):
        say_line(console, texts.text("dropped.order"))


def _line(change: Change, texts: Language) -> str:
    value, without = (
        texts.number(Fraction(each, change.scale), 2)
        for each in (change.value, change.without)
    )
    more = texts.number(change.more, 2)
    return texts.text(
        "dropped.change" if change.proven else "dropped.change_unproven",
        tier=tier_name(change, texts),
        value=value,
        without=without,
        unit=texts.name("unit", change.name),
        more=f"+{more}" if change.more > 0 else more.replace("-", "−"),
    )


def dropped_entries(found: Sequence[Dropped]) -> list[dict[str, Any]]:
    """Return the same as plain values for JSON."""
    return [
        {
            "rule": each.rule,
            "id": each.name,
            "status": str(each.plan.status),
            "tiers": [_entry(change) for change in each.changes],
        }
        for each in found
    ]


def _entry(change: Change) -> dict[str, Any]:
    return {
        "name": change.name,
        "rank": change.rank,
        "value": plain_number(Fraction(change.value, change.scale)),
        "without": plain_number(Fraction(change.without, change.scale)),
        "more": plain_number(change.more),
        "more_exact": str(change.more),
        "proven": change.proven,
    }
