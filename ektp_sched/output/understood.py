"""How office and backlog were understood, in words: counts, statuses, rejected rows."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl

from ektp_sched.backlog.statuses import already_printed
from ektp_sched.output.draw.screen import indented, say_line, say_pairs
from ektp_sched.public import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Notice, Office
    from ektp_sched.output.languages import Language


_STATUSES: Final = 12
_SIGNS: Final[dict[str | int, str]] = {"\t": "TAB"}


_ROWS: Final = 5
_KINDS: Final = 12


def reconciled(backlog: Backlog, texts: Language) -> str:
    """Return "read = planned + held + rejected" with the numbers.

    Those of earlier sheets who are not planned again are a number of their own.
    """
    counts = texts.text(
        "digest.reconciled_done" if backlog.done else "digest.reconciled",
        read=backlog.read,
        planned=backlog.planned,
        held=backlog.held_count,
        done=backlog.done,
        rejected=backlog.rejected,
    )
    out = 0 if backlog.known is None else backlog.known.counts.taken_out
    taken_out = texts.text("digest.taken_out", taken_out=out)
    return f"{counts} + {taken_out}" if out else counts


def cell_shown(
    cell: str | None, kind: Literal["status", "area"], texts: Language
) -> str:
    """Return a status or an area for people: also where it is none, or hidden."""
    if cell == HIDDEN:
        return texts.text("book.not_shown")
    return cell or texts.text(f"book.no_{kind}")


def counted(frame: pl.DataFrame, column: str) -> dict[str, int]:
    """Return how often each text occurs, the most frequent first."""
    counts = (
        frame.group_by(pl.col(column).fill_null(""))
        .len()
        .sort("len", column, descending=[True, False])
    )
    return dict(counts.iter_rows())


def status_counts(backlog: Backlog) -> dict[str, int]:
    """Return how many are held by status, the most frequent first."""
    return counted(backlog.held, "status")


def held_lines(
    backlog: Backlog, office: Office, texts: Language
) -> list[tuple[str, str]]:
    """Return statuses that cannot be printed yet, and those printed already."""
    counts = status_counts(backlog)
    done = already_printed(pl.Series([*counts], dtype=pl.String), office)
    lines = []
    for key, part in (("held", ~done), ("printed_already", done)):
        statuses = [*compress(counts, part)]
        parts = [
            f"{cell_shown(status, 'status', texts)} {texts.number(counts[status])}"
            for status in statuses[:_STATUSES]
        ]
        if len(statuses) > _STATUSES:
            parts.append(f"… (+{texts.number(len(statuses) - _STATUSES)})")
        if parts:
            lines.append((texts.text(f"terminal.{key}"), ", ".join(parts)))
    return lines


def reject_lines(rejects: pl.DataFrame, texts: Language) -> Iterator[str]:
    """Yield of each rejected row where it is and what would be right."""
    for row, column, reason in rejects.select("row", "column", "reason").iter_rows():
        key = "rejected_row" if column else "rejected_whole"
        said = texts.reason(reason)
        yield texts.text(f"terminal.{key}", row=row, column=column or "", reason=said)


def read_as(backlog: Backlog, texts: Language) -> str:
    """Return what the file of a backlog was taken for, such as its encoding."""
    return ", ".join(
        texts.text(f"read_as.{key}", value=_SIGNS.get(value, value))
        if f"read_as.{key}" in texts.texts
        else f"{key} {value}"
        for key, value in backlog.read_as.items()
    )


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
