"""What commands show at their end: short, and plain where nobody looks."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from ektp_sched.documents.entries import plain_number
from ektp_sched.errors import place
from ektp_sched.output.conflict_text import conflict_section
from ektp_sched.output.digest import key_figures, proof, tier_name
from ektp_sched.output.draw.screen import (
    indented,
    say_line,
    say_pairs,
    say_section,
    say_sections,
    say_table,
)
from ektp_sched.output.limits import limit_sections
from ektp_sched.output.understood import (
    held_lines,
    reconciled,
    show_notices,
    show_rejects,
)
from ektp_sched.output.view.plan import days_table, shift_section
from ektp_sched.output.view.records import records_section
from ektp_sched.output.view.yesterday import yesterday_section
from ektp_sched.planning.dropped import MORE_FROZEN, NOT_KEPT
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl
    from rich.console import Console

    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.planning import Change, Dropped
    from ektp_sched.trust import Violation


_ROWS: Final = 5
_VIOLATIONS: Final = 20
_NAMED: Final = 3


_STABILITY: Final = {MORE_FROZEN: "frozen", NOT_KEPT: "not_kept"}


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
        in_part = certified and proven
        name = (
            "certified_some" if in_part else "certified" if certified else "uncertified"
        )
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
    for line, alike_ones in list(alike.items())[:_VIOLATIONS]:
        indented(console, f"{line}{_concerned(alike_ones)}")
    hidden = count - sum(map(len, list(alike.values())[:_VIOLATIONS]))
    if hidden:
        more = texts.text("terminal.more_violations", count=hidden)
        indented(console, more)


def show_dropped(drops: Sequence[Dropped], console: Console, texts: Language) -> None:
    """Show how each tier would change without each yes/no rule."""
    console.print()
    say_line(console, texts.text("dropped.title"), "bold")
    if not drops:
        say_line(console, texts.text("dropped.no_rules"))
    for each in drops:
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
    if any(change.more for each in drops for change in each.changes):
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


def dropped_entries(drops: Sequence[Dropped]) -> list[dict[str, Any]]:
    """Return the same as plain values for JSON."""
    return [
        {
            "rule": each.rule,
            "id": each.name,
            "status": str(each.plan.status),
            "tiers": [_entry(change) for change in each.changes],
        }
        for each in drops
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
