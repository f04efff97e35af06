"""The quotas of a plan, on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ektp_sched.output.quotas import COLUMNS, quota_cells, quota_lines, quota_notes
from ektp_sched.output.screen import plain_table, say_line

if TYPE_CHECKING:
    from rich.console import Console

    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language

__all__ = ["show_quotas"]


def show_quotas(plan: AnyPlan, console: Console, texts: Language) -> None:
    """Show what each quota wants and what is printed.

    Parameters
    ----------
    plan
        Nothing is shown where its office has no quotas.
    console
        Where to.
    texts
        Language.
    """
    lines = quota_lines(plan)
    if not lines:
        return
    console.print()
    table = plain_table(console)
    for name in COLUMNS:
        right = name in ("printed", "wanted")
        heading = texts.text("quotas.title" if name == "rule" else f"quotas.{name}")
        side: Literal["left", "right"] = "right" if right else "left"
        table.add_column(heading, justify=side, overflow="fold")
    for line in lines:
        table.add_row(*quota_cells(line, texts))
    console.print(table)
    say_line(console, quota_notes(lines, texts))
