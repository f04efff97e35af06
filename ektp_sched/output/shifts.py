"""What the shifts of a plan cost and save, in figures and in words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ektp_sched.trust import proves_choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.planning import ShiftUse

ALWAYS: Final = ("pressure", "person_days", "trips")
"""What is said of every shift; the rest only where any shift saves some."""

_NAMES: Final = ("unprinted", "overdue", "promise", *ALWAYS)


@dataclass(frozen=True, slots=True)
class Savings:
    """What the shifts save, side by side.

    Parameters
    ----------
    names
        ``unprinted``, ``overdue`` and ``promise`` where any shift changes them,
        then those of `ALWAYS`.
    rows
        For each shift in the order of the plan one value a name; None where it
        is not known.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[Fraction | None, ...], ...]


def total_savings(use: ShiftUse) -> dict[str, Fraction]:
    """Return what a shift saves in each objective, all ranks together."""
    saved: dict[str, Fraction] = {}
    for saving in use.saves:
        saved[saving.name] = saved.get(saving.name, Fraction(0)) + saving.amount
    return saved


def shifts_saved(uses: Sequence[ShiftUse]) -> Savings:
    """Return what each shift saves, in the columns that say anything."""
    savings = [_all_savings(use) for use in uses]
    names = tuple(
        name for name in _NAMES if name in ALWAYS or any(f.get(name) for f in savings)
    )
    rows = tuple(tuple(each.get(name) for name in names) for each in savings)
    return Savings(names, rows)


def _all_savings(use: ShiftUse) -> dict[str, Fraction]:
    """Return what a shift saves by name; empty where it is not known."""
    if not use.saves:
        return {}
    days = {"person_days": Fraction(use.person_days), "trips": use.wasted_trips}
    return total_savings(use) | days


def unsaid(use: ShiftUse, texts: Language) -> str:
    """Return what stands in a table where no figure is: needed, or not known."""
    return texts.text("shifts.needed" if use.needed_for_rules else "digest.none")


def shift_total(plan: AnyPlan, texts: Language) -> str:
    """Return how many shifts are worked, for how much of the budget."""
    count, budget = len(plan.shifts), plan.office.budget
    cost = sum(use.cost_idr for use in plan.shifts)
    if budget is None:
        return texts.text("shifts.total", count=count, idr=cost)
    return texts.text("shifts.total_of", count=count, idr=cost, budget=budget.idr)


def no_shift(plan: AnyPlan, texts: Language) -> str:
    """Return the sentence of a plan that works none of the office's shifts."""
    sure = plan.status == "optimal" and proves_choice(plan.certificate)
    key = "none_better" if sure else "none"
    return texts.text(f"shifts.{key}")


def shift_sentence(use: ShiftUse, texts: Language) -> str:
    """Return when a shift is worked, what it costs, and what it saves."""
    day = texts.long_date(use.day)
    figures = {"day": day, "shift": use.shift, "idr": texts.number(use.cost_idr)}
    if use.needed_for_rules:
        return texts.text("shifts.sentence_needed", **figures)
    if not use.saves:
        return texts.text("shifts.sentence_unknown", **figures)
    savings = _all_savings(use)
    savings["trips"] = Fraction(round(savings["trips"]))
    saved = [
        texts.text(f"shifts.more_{name}", count=round(value, 1))
        for name, value in savings.items()
        if value > 0
    ]
    if not saved:
        return texts.text("shifts.sentence_nothing", **figures)
    return texts.text("shifts.sentence", more=", ".join(saved), **figures)


def shift_notes(plan: AnyPlan, texts: Language) -> str:
    """Return how the figures of the shifts are to be read."""
    notes = [texts.text("shifts.note")]
    needed = [use.needed_for_rules for use in plan.shifts]
    if any(needed):
        notes.append(texts.text("shifts.note_needed"))
    if not all(n or use.saves for n, use in zip(needed, plan.shifts, strict=True)):
        notes.append(texts.text("shifts.note_unknown"))
    return " ".join(notes)
