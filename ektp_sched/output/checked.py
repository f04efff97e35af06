"""What is wrong with office and backlog, and how they were understood, on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.output.draw.screen import indented, say_line, say_pairs
from ektp_sched.output.understood import (
    held_lines,
    read_as,
    reconciled,
    reject_lines,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Notice, Office
    from ektp_sched.output.languages import Language

_ROWS: Final = 5
_KINDS: Final = 12


def show_check(
    office: Office,
    backlog: Backlog | None,
    notices: Sequence[Notice],
    console: Console,
    texts: Language,
    *,
    usable: bool = True,
) -> None:
    """Show how office and backlog were understood, and what to look at."""
    say_line(console, texts.text("terminal.checked", office=office.name), "bold")
    if backlog is not None:
        counted = reconciled(backlog, texts)
        lines = [(texts.text("digest.reconciled_label"), counted)]
        if backlog.read_as:
            lines.append((texts.text("terminal.read_as"), read_as(backlog, texts)))
        say_pairs(console, [*lines, *held_lines(backlog, office, texts)])
        show_rejects(backlog, console, texts, written=False)
    show_notices(notices, console, texts)
    if usable:
        say_line(console, texts.text("terminal.usable"), "green")


def show_rejects(
    backlog: Backlog, console: Console, texts: Language, *, written: bool = True
) -> None:
    """Show the first rejected rows: where, and what would be right."""
    if not backlog.rejected:
        return
    console.print()
    count = texts.number(backlog.rejected)
    say_line(console, f"{texts.text('terminal.rejects')}: {count}", "bold yellow")
    rejects = backlog.rejects.sort("row", maintain_order=True)
    if not written and rejects.height > _ROWS:
        _show_kinds(rejects, console, texts)
        return
    for line in reject_lines(rejects.head(_ROWS), texts):
        indented(console, line)
    if rejects.height > _ROWS:
        more = texts.text("terminal.more_rejects", count=rejects.height - _ROWS)
        indented(console, more)


def _show_kinds(rejects: pl.DataFrame, console: Console, texts: Language) -> None:
    """Show how many rows have each fault, the most frequent first, and one of each."""
    sheet = pl.col("column").str.extract("^(.*!)").fill_null("")
    at = pl.col("column").str.split("; ").list.get(pl.col("at"), null_on_oob=True)
    named = at.str.contains("!", literal=True) | (sheet == "")
    at = pl.when(named).then(at).otherwise(sheet + at)
    kinds = (
        rejects.with_columns(pl.col("reason").str.split("; "))
        .with_columns(at=pl.int_ranges(pl.col("reason").list.len()))
        .explode("reason", "at")
        .with_columns(column=at.fill_null(pl.col("column")))
        .with_columns(code=pl.col("reason").str.split(": ").list.first())
        .group_by("code", maintain_order=True)
        .agg(
            pl.len(),
            pl.col("row", "column", "reason").first(),
            alike=pl.col("reason").n_unique() == 1,
        )
        .sort("len", descending=True, maintain_order=True)
    )
    for code, count, row, column, reason, alike in kinds.head(_KINDS).iter_rows():
        said = texts.reason(reason if alike else code)
        key = "rejected_kind" if column else "rejected_kind_whole"
        figures: dict[str, Any] = {"row": row, "column": column, "reason": said}
        indented(console, texts.text(f"terminal.{key}", count=count, **figures))
    if kinds.height > _KINDS:
        more = texts.text("terminal.more_kinds", count=kinds.height - _KINDS)
        indented(console, more)


def show_notices(notices: Sequence[Notice], console: Console, texts: Language) -> None:
    """Show what is worth knowing."""
    for notice in notices:
        line = f"{texts.text('terminal.warning')}: {texts.notice(notice)}"
        say_line(console, line, "yellow")
