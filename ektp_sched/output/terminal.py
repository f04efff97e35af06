"""What commands show at their end: short, and plain where nobody looks."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from rich.text import Text

from ektp_sched.backlog.statuses import already_printed
from ektp_sched.errors import place
from ektp_sched.output.conflict_text import conflict_section
from ektp_sched.output.digest import cell_shown, key_figures, proof, reconciled
from ektp_sched.output.draw.screen import (
    indented,
    say_line,
    say_pairs,
    say_section,
    say_sections,
    say_table,
)
from ektp_sched.output.limits import limit_sections
from ektp_sched.output.summary import status_counts
from ektp_sched.output.view.plan import days_table, shift_section
from ektp_sched.output.view.records import records_section
from ektp_sched.output.view.yesterday import yesterday_section
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rich.console import Console

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Notice, Office
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.trust import Violation

__all__ = [
    "held_lines",
    "read_as",
    "reject_lines",
    "show_check",
    "show_conflict",
    "show_notices",
    "show_plan",
    "show_rejects",
    "show_verification",
]

_ROWS: Final = 5
_STATUSES: Final = 12
_KINDS: Final = 12
_VIOLATIONS: Final = 20
_NAMED: Final = 3
_SIGNS: Final[dict[str | int, str]] = {"\t": "TAB"}


def show_plan(
    plan: AnyPlan, console: Console, texts: Language, path: Path | None = None
) -> None:
    """Show what a planner wants to read when a plan is done."""
    title = texts.text("terminal.planned", office=plan.office.name, start=plan.start)
    say_line(console, title, "bold")
    if plan.backlog.provisional:
        say_line(console, texts.text("sheet.provisional"), "bold yellow")
    say_section(console, yesterday_section(plan, texts), texts)
    if plan.backlog.known is not None:
        _show_done_rejects(plan.backlog.known.rejects, console, texts)
    say_section(console, records_section(plan, texts), texts)
    if plan.assignments.height:
        console.print()
        say_table(console, days_table(plan, texts), texts)
    console.print()
    pairs = [
        (texts.text("digest.reconciled_label"), reconciled(plan.backlog, texts)),
        *(key_figures(plan, texts) if plan.backlog.planned else ()),
        *held_lines(plan.backlog, plan.office, texts),
    ]
    say_pairs(console, pairs)
    show_rejects(plan.backlog, console, texts)
    for section in (shift_section(plan, texts), *limit_sections(plan, texts)):
        say_section(console, section, texts)
    console.print()
    say_line(console, proof(plan, texts), _colour(plan))
    show_notices(plan.notices, console, texts)
    if plan.office.plan.tie_break == "lottery" and plan.office.plan.seed is not None:
        say_line(console, texts.text("terminal.lottery", seed=plan.office.plan.seed))
    if path is not None:
        _show_files(path, console, texts)


def _colour(plan: AnyPlan) -> str:
    return "green" if plan.status == "optimal" else "yellow"


def _concerned(alike: Sequence[Violation]) -> str:
    """Return the first applications of equal violations, and how many more."""
    names = [v.application_id for v in alike if v.application_id is not None]
    if not names:
        return "" if len(alike) == 1 else f" (× {len(alike)})"
    shown = ", ".join(names[:_NAMED])
    rest = len(alike) - len(names[:_NAMED])
    return f" {shown}, … (+{rest})" if rest else f" {shown}"


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


def reject_lines(rejects: pl.DataFrame, texts: Language) -> Iterator[str]:
    """Yield of each rejected row where it is and what would be right."""
    for row, column, reason in rejects.select("row", "column", "reason").iter_rows():
        key = "rejected_row" if column else "rejected_whole"
        said = texts.reason(reason)
        yield texts.text(f"terminal.{key}", row=row, column=column or "", reason=said)


def _show_done_rejects(
    rejects: pl.DataFrame, console: Console, texts: Language
) -> None:
    """Show the first rows of sheets and logs that say nothing that can be used."""
    if rejects.is_empty():
        return
    console.print()
    count = texts.number(rejects.height)
    say_line(console, f"{texts.text('yesterday.rejects')}: {count}", "bold yellow")
    for source, sheet, row, column, reason in rejects.head(_ROWS).iter_rows():
        where = in_language(place(sheet, row, column), texts.code)
        said = texts.reason(reason)
        line = texts.text("yesterday.reject", source=source, place=where, reason=said)
        indented(console, line)
    if (more := rejects.height - _ROWS) > 0:
        indented(console, texts.text("yesterday.more_rejects", count=more))


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


def _show_files(path: Path, console: Console, texts: Language) -> None:
    console.print()
    written = Text(texts.text("terminal.written", path=str(path)))
    console.print(written, soft_wrap=True)
    report = path / "report.html"
    if report.exists():
        line = Text(texts.text("terminal.report", path=str(report)))
        console.print(line, soft_wrap=True)
    book, batches = path / "plan.xlsx", path / "batches"
    if not batches.exists():
        return
    key = "terminal.start_with" if book.exists() else "terminal.start_with_csv"
    figures: dict[str, Any] = {"batches": str(batches)}
    if book.exists():
        figures["path"] = str(book)
    # A path that is wrapped cannot be copied.
    console.print(Text(texts.text(key, **figures)), soft_wrap=True)


def show_conflict(plan: Any, console: Console, texts: Language) -> None:
    """Show why there is no plan: rules that contradict each other, or no time."""
    say_sections(console, [conflict_section(plan, texts)], texts, style="bold red")


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


def read_as(backlog: Backlog, texts: Language) -> str:
    """Return what the file of a backlog was taken for, such as its encoding."""
    return ", ".join(
        texts.text(f"read_as.{key}", value=_SIGNS.get(value, value))
        if f"read_as.{key}" in texts.texts
        else f"{key} {value}"
        for key, value in backlog.read_as.items()
    )


def show_verification(
    violations: Sequence[Violation],
    console: Console,
    texts: Language,
    *,
    certified: bool,
    proven: str = "",
    solved: bool = False,
    chosen: bool = True,
) -> None:
    """Show whether a plan passed, and the first violations if not."""
    if not violations:
        say_line(console, texts.text("terminal.verified"), "bold green")
        some = certified and proven
        name = "certified_some" if some else "certified" if certified else "uncertified"
        name = "certified_shifts" if name == "certified" and not chosen else name
        name = "solved" if solved else name
        say_line(console, " ".join([texts.text(f"terminal.{name}"), proven]).strip())
        if certified:
            say_line(console, texts.text("digest.meaning"))
        return
    count = len(violations)
    say_line(console, texts.text("terminal.violated", count=count), "bold red")
    alike: dict[str, list[Violation]] = {}
    for violation in violations:
        message = in_language(violation.message, texts.code)
        line = f"{violation.code}: {message}"
        alike.setdefault(line, []).append(violation)
    for line, found in list(alike.items())[:_VIOLATIONS]:
        indented(console, f"{line}{_concerned(found)}")
    hidden = count - sum(map(len, list(alike.values())[:_VIOLATIONS]))
    if hidden:
        more = texts.text("terminal.more_violations", count=hidden)
        indented(console, more)
