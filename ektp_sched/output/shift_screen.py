"""The shifts of a plan, on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.output.screen import plain_table, say_line
from ektp_sched.output.shifts import no_shift, shift_notes, shifts_saved, unsaid

if TYPE_CHECKING:
    from rich.console import Console

    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language

__all__ = ["show_shifts"]

_SHIFTS: Final = 20


def show_shifts(plan: AnyPlan, console: Console, texts: Language) -> None:
    """Show which shifts are worked, what each costs and what it saves."""
    if not plan.office.shifts:
        return
    console.print()
    if not plan.shifts:
        say_line(console, no_shift(plan, texts))
        return
    saved = shifts_saved(plan.shifts)
    table = plain_table(console)
    table.add_column(texts.text("shifts.title"), no_wrap=True)
    table.add_column(texts.text("shifts.shift"))
    for name in ("cost", *saved.names):
        heading = texts.text(f"shifts.{name}")
        # A word a line: all columns fit 80 characters, and no figure is cut.
        table.add_column("\n".join(heading.split()), justify="right", no_wrap=True)
    for use, values in zip(plan.shifts[:_SHIFTS], saved.rows, strict=False):
        day = f"{texts.weekday(use.day)} {texts.short_date(use.day)}"
        cells = [
            unsaid(use, texts) if v is None else texts.number(v, 1) for v in values
        ]
        table.add_row(day, use.shift, texts.number(use.cost_idr), *cells)
    console.print(table)
    rest = len(plan.shifts) - _SHIFTS
    if rest > 0:
        say_line(console, texts.text("shifts.more_shifts", count=rest))
    say_line(console, shift_notes(plan, texts))
