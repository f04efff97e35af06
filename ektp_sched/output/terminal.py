"""What commands show at their end: short, and plain where nobody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl
from rich.table import Table
from rich.text import Text

from ektp_sched.backlog.statuses import already_printed
from ektp_sched.output.conflict_text import conflict_lines
from ektp_sched.output.digest import cell_shown, key_figures, proof, reconciled
from ektp_sched.output.figures import clearance
from ektp_sched.output.limits import (
    limit_cells,
    limit_headings,
    limit_lines,
    limit_notes,
)
from ektp_sched.output.screen import indented, plain_table, say_line
from ektp_sched.output.shift_screen import show_shifts
from ektp_sched.rules import holding_back
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from rich.console import Console

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Notice, Office
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.trust import Violation

__all__ = [
    "show_check",
    "show_conflict",
    "show_plan",
    "show_problems",
    "show_rejects",
    "show_verification",
]

_DAYS: Final = 10
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
    if plan.assignments.height:
        console.print()
        _show_days(plan, console, texts)
    console.print()
    lines = [
        (texts.text("digest.reconciled_label"), reconciled(plan.backlog, texts)),
        *(key_figures(plan, texts) if plan.backlog.planned else ()),
        *_held(plan.backlog, plan.office, texts),
    ]
    _show_lines(console, lines)
    show_rejects(plan.backlog, console, texts)
    show_shifts(plan, console, texts)
    _show_limits(plan, console, texts)
    console.print()
    say_line(console, proof(plan, texts), _colour(plan))
    _show_notices(plan.notices, console, texts)
    if plan.office.plan.tie_break == "lottery" and plan.office.plan.seed is not None:
        say_line(console, texts.text("terminal.lottery", seed=plan.office.plan.seed))
    if path is not None:
        _show_files(path, console, texts)


def _show_limits(plan: AnyPlan, console: Console, texts: Language) -> None:
    """Show what each rule that holds cards back wants and what is printed."""
    for rule in holding_back(plan.office):
        console.print()
        table = plain_table(console)
        lines, headings = limit_lines(plan, rule), limit_headings(rule, texts)
        headings = (in_language(rule.words.title, texts.code), *headings[1:])
        for number, heading in enumerate(headings):
            side: Literal["left", "right"] = "right" if number in (2, 3) else "left"
            table.add_column(heading, justify=side, overflow="fold")
        for line in lines:
            table.add_row(*limit_cells(line, rule, plan.office, texts))
        console.print(table)
        say_line(console, limit_notes(lines, rule, texts))


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


def _show_days(plan: AnyPlan, console: Console, texts: Language) -> None:
    """Show cards by day and printer for the first days."""
    found = clearance(plan)
    head = found.by_day.head(_DAYS)
    printers = plan.assignments["printer"].unique().sort().to_list()
    room = console.width - 58
    shown = printers if sum(len(name) + 3 for name in printers) <= room else []
    counts = {
        (day, printer): count
        for day, printer, count in plan.assignments.filter(
            pl.col("day").is_in(head["day"].implode())
        )
        .group_by("day", "printer")
        .len()
        .iter_rows()
    }
    table = plain_table(console)
    table.add_column(texts.text("column.day"), no_wrap=True)
    for name in (*shown, *(texts.text(f"column.{n}") for n in _TOTALS)):
        table.add_column(name, justify="right")
    for day, printed, left, past in head.iter_rows():
        each = [texts.number(counts.get((day, name), 0)) for name in shown]
        totals = [texts.number(count) for count in (printed, left, past)]
        table.add_row(_short(day, texts), *each, *totals)
    console.print(table)
    rest = found.by_day.height - head.height
    if rest and found.last_day is not None:
        last = texts.long_date(found.last_day)
        say_line(console, texts.text("terminal.more_days", count=rest, last=last))


_TOTALS: Final = ("total", "left", "past_target")


def _short(day: date, texts: Language) -> str:
    return f"{texts.weekday(day)} {texts.short_date(day)}"


def _show_lines(console: Console, lines: Iterable[tuple[str, str]]) -> None:
    """Show labels and values; a value wraps below its own beginning."""
    table = Table.grid(padding=(0, 2))
    table.add_column(max_width=max(20, console.width * 2 // 5))
    table.add_column()
    for label, value in lines:
        style = "bold" if console.is_terminal else ""
        table.add_row(Text(label), Text(value, style=style))
    console.print(table)


def _held(backlog: Backlog, office: Office, texts: Language) -> list[tuple[str, str]]:
    """Return statuses that cannot be printed yet, and those printed already."""
    counts = (
        backlog.held.group_by("status")
        .len()
        .sort("len", "status", descending=[True, False])
    )
    done = already_printed(counts["status"], office)
    lines = []
    for key, part in (("held", ~done), ("printed_already", done)):
        chosen = counts.filter(part)
        parts = [
            f"{cell_shown(status, 'status', texts)} {texts.number(count)}"
            for status, count in chosen.head(_STATUSES).iter_rows()
        ]
        if chosen.height > _STATUSES:
            parts.append(f"… (+{texts.number(chosen.height - _STATUSES)})")
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
    for row, column, reason in rejects.head(_ROWS).iter_rows():
        key = "rejected_row" if column else "rejected_whole"
        said = texts.reason(reason)
        line = texts.text(f"terminal.{key}", row=row, column=column or "", reason=said)
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


def _show_notices(notices: Sequence[Notice], console: Console, texts: Language) -> None:
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
    style = "bold red"
    if plan.status == "unknown":
        say_line(console, texts.text("terminal.unknown"), style)
        return
    say_line(console, texts.text("terminal.infeasible"), style)
    for conflict in plan.conflict:
        for line in conflict_lines(conflict, plan, texts):
            indented(console, line)


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
            lines.append((texts.text("terminal.read_as"), _read_as(backlog, texts)))
        _show_lines(console, [*lines, *_held(backlog, office, texts)])
        show_rejects(backlog, console, texts, written=False)
    _show_notices(notices, console, texts)
    if usable:
        say_line(console, texts.text("terminal.usable"), "green")


def _read_as(backlog: Backlog, texts: Language) -> str:
    """Return what the file of a backlog was taken for, such as its encoding."""
    return ", ".join(
        texts.text(f"read_as.{key}", value=_SIGNS.get(value, value))
        if f"read_as.{key}" in texts.texts
        else f"{key} {value}"
        for key, value in backlog.read_as.items()
    )


def show_problems(problems: Sequence[str], console: Console, texts: Language) -> None:
    """Show all that is wrong with office and backlog at once."""
    title = texts.text("terminal.problems", count=len(problems))
    say_line(console, f"{title}:", "bold red")
    for problem in problems:
        indented(console, f"• {problem}")


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
