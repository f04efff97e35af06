"""The shifts of a plan in its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.output.report.page import Items, Paragraph, Table
from ektp_sched.output.shifts import (
    no_shift,
    shift_notes,
    shift_sentence,
    shift_total,
    shifts_saved,
    unsaid,
)

if TYPE_CHECKING:
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.page import Part

__all__ = ["shift_parts"]


def shift_parts(plan: AnyPlan, texts: Language) -> list[Part]:
    """Return which shifts are worked: a table, and a sentence each."""
    if not plan.shifts:
        return [Paragraph(no_shift(plan, texts))]
    saved = shifts_saved(plan.shifts)
    names = ("day", "shift", "cost", *saved.names)
    rows = [
        (
            f"{texts.weekday(use.day)} {texts.short_date(use.day)}",
            use.shift,
            texts.number(use.cost_idr),
            *(unsaid(use, texts) if v is None else texts.number(v, 1) for v in values),
        )
        for use, values in zip(plan.shifts, saved.rows, strict=True)
    ]
    headings = tuple(texts.text(f"shifts.{name}") for name in names)
    return [
        Paragraph(f"{shift_total(plan, texts)}.", "lead"),
        Table(texts.text("shifts.caption"), headings, tuple(rows), texts=2),
        Items(tuple(shift_sentence(use, texts) for use in plan.shifts)),
        Paragraph(shift_notes(plan, texts), "note"),
    ]
