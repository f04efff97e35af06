"""The sections of a plan in tables and sentences, each said once."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from ektp_sched.output.digest import (
    proof,
    tier_name,
    unprinted_reasons,
)
from ektp_sched.output.figures import clearance, uses
from ektp_sched.output.shifts import (
    ALWAYS,
    no_shift,
    shift_notes,
    shift_sentence,
    shift_total,
    shifts_saved,
    unsaid,
)
from ektp_sched.output.summary import reason_counts
from ektp_sched.output.understood import cell_shown, reconciled, status_counts
from ektp_sched.output.view.parts import (
    Column,
    Items,
    Paragraph,
    Section,
    Table,
    columns,
)

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.output.figures import AnyPlan, Use
    from ektp_sched.output.languages import Language
    from ektp_sched.output.view.parts import Cell, Part

_DAYS: Final = 10
"""Days that a screen shows."""
_SHIFTS: Final = 20
"""Shifts that a screen shows."""
_OLDEST: Final = 12
_REASONS: Final = 30


def days_table(plan: AnyPlan, texts: Language) -> Table:
    """Return how many cards each printer does on each day, and what is left."""
    progress = clearance(plan)
    printers = plan.assignments["printer"].unique().sort().to_list()
    by_printer = {
        (day, printer): cards
        for day, printer, cards in plan.assignments.group_by("day", "printer")
        .len()
        .iter_rows()
    }
    rows = tuple(
        (day, *(by_printer.get((day, name), 0) for name in printers), *totals)
        for day, *totals in progress.by_day.iter_rows()
    )
    rest = ""
    if len(rows) > _DAYS and progress.last_day is not None:
        last = texts.long_date(progress.last_day)
        rest = texts.text("terminal.more_days", count=len(rows) - _DAYS, last=last)
    names = ("total", "left", "past_target")
    return Table(
        texts.text("book.days"),
        (
            Column(texts.text("column.day"), "day"),
            *(Column(name, "number", detail=True) for name in printers),
            *(Column(texts.text(f"column.{name}"), "number") for name in names),
        ),
        rows,
        first=_DAYS,
        rest=rest,
    )


def today_section(plan: AnyPlan, texts: Language) -> Section:
    """Return what is printed on the first day with prints."""
    day = cast("date", plan.assignments["day"].min())
    cards = plan.assignments.filter(pl.col("day") == day)
    classes = [name for name in plan.office.urgency if name in set(cards["urgency"])]
    by_printer = (
        cards.group_by("printer")
        .agg(
            pl.len(),
            pl.col("batch").max(),
            pl.col("wait_days").max(),
            *(
                (pl.col("urgency") == name).sum().alias(f"of {name}")
                for name in classes
            ),
        )
        .sort("printer")
    )
    keys = ("column.printer", "column.total", "report.today.batches")
    headings = (*map(texts.text, (*keys, "report.today.longest")), *classes)
    sentence = texts.text(
        "report.today.text",
        count=cards.height,
        printers=by_printer.height,
        # Text, for a date would be written out.
        folder=f"{day.isoformat()}/",
    )
    caption = texts.text("report.today.caption", day=day)
    table = Table(caption, columns(headings), tuple(by_printer.iter_rows()))
    title = texts.text("report.today.title", day=texts.long_date(day))
    return Section("today", title, (Paragraph(sentence, "lead"), table))


def shift_section(plan: AnyPlan, texts: Language) -> Section:
    """Return which shifts are worked, what each costs and what it saves."""
    return Section("shifts", texts.text("shifts.title"), _shifts(plan, texts))


def _shifts(plan: AnyPlan, texts: Language) -> tuple[Part, ...]:
    if not plan.office.shifts:
        return ()
    if not plan.shifts:
        return (Paragraph(no_shift(plan, texts)),)
    saved = shifts_saved(plan.shifts)
    rows: list[tuple[Cell, ...]] = []
    for use, savings in zip(plan.shifts, saved.rows, strict=True):
        day = f"{texts.weekday(use.day)} {texts.short_date(use.day)}, {use.shift}"
        known = (unsaid(use, texts) if saving is None else saving for saving in savings)
        rows.append((day, use.cost_idr, *known))
    rest = len(rows) - _SHIFTS
    table = Table(
        texts.text("shifts.caption"),
        (
            Column(texts.text("shifts.day_shift")),
            Column(texts.text("shifts.cost"), "number"),
            *(
                Column(texts.text(f"shifts.{name}"), "number", 1, name not in ALWAYS)
                for name in saved.names
            ),
        ),
        tuple(rows),
        note=shift_notes(plan, texts),
        first=_SHIFTS,
        rest=texts.text("shifts.more_shifts", count=rest) if rest > 0 else "",
    )
    sentences = tuple(shift_sentence(use, texts) for use in plan.shifts)
    return Paragraph(f"{shift_total(plan, texts)}.", "lead"), table, Items(sentences)


def oldest_section(plan: AnyPlan, texts: Language) -> Section:
    """Return the cases that wait longest, and when each is printed."""
    order = ["waiting_since", "application_id"]
    oldest = plan.backlog.frame.select(*order, "urgency").bottom_k(_OLDEST, by=order)
    printed = plan.assignments.filter(
        pl.col("application_id").is_in(oldest["application_id"].implode())
    )
    cases = (
        oldest.join(
            printed.select("application_id", "day"), on="application_id", how="left"
        )
        .sort(order)
        .select(
            "application_id",
            "waiting_since",
            "urgency",
            (plan.start - pl.col("waiting_since")).dt.total_days().clip(0),
            "day",
        )
    )
    never = texts.text("digest.not_in_plan")
    names = ("application_id", "waiting_since", "urgency", "wait_days")
    headings = [texts.text(f"column.{name}") for name in names]
    kinds = columns((*headings, texts.text("report.oldest.printed_on")), 3)
    caption = texts.text("report.oldest.caption", day=plan.start)
    rows = tuple((*case, never if day is None else day) for *case, day in cases.rows())
    table = Table(caption, kinds, rows)
    return Section("oldest", texts.text("report.oldest.title"), (table,))


def held_section(plan: AnyPlan, texts: Language) -> Section:
    """Return how many are not printed, held or rejected, and why."""
    parts: list[Part] = [Paragraph(f"{reconciled(plan.backlog, texts)}.")]
    if not plan.unprinted.height and plan.assignments.height:
        parts.append(Paragraph(texts.text("report.held.nothing")))
    rejected = reason_counts(plan.backlog).items()
    tables = (
        _counts("unprinted", "reason", unprinted_reasons(plan, texts), texts),
        status_table(plan, texts),
        _counts(
            "rejected", "reason", [(texts.reason(c), n) for c, n in rejected], texts
        ),
    )
    parts += [
        replace(table, rows=table.rows[:_REASONS]) for table in tables if table.rows
    ]
    return Section("held", texts.text("report.held.title"), tuple(parts))


def status_table(plan: AnyPlan, texts: Language) -> Table:
    """Return how many are held, by status, the most first."""
    counts = status_counts(plan.backlog).items()
    named = [(cell_shown(status, "status", texts), count) for status, count in counts]
    return _counts("held", "status", named, texts)


def _counts(
    name: str, column: str, counts: list[tuple[str, int]], texts: Language
) -> Table:
    headings = texts.text(f"column.{column}"), texts.text("report.held.count")
    caption = texts.text(f"report.held.{name}")
    return Table(caption, columns(headings), tuple(counts))


def proof_section(plan: AnyPlan, texts: Language) -> Section:
    """Return the objectives, how far machines are used, and how to check all that."""
    parts: list[Part] = [Paragraph(proof(plan, texts))]
    if plan.tiers:
        parts.append(_tiers(plan, texts))
    if machines := uses(plan):
        parts.append(_uses(machines, one_more(plan), texts))
    parts.append(Paragraph(texts.text("report.proof.how"), "note"))
    return Section("proof", texts.text("report.proof.title"), tuple(parts))


def _tiers(plan: AnyPlan, texts: Language) -> Table:
    """Return the value of every objective, and whether it is proven the least."""
    names = ("objective", "value", "bound", "proven")
    objective, value, bound, proven = (texts.text(f"report.proof.{n}") for n in names)
    rows = tuple(
        (
            f"{tier_name(tier, texts)} ({texts.name('unit', tier.name)})",
            tier.amount,
            texts.text("digest.none")
            if tier.bound is None
            else Fraction(tier.bound, tier.scale),
            texts.text(f"report.proof.{'yes' if tier.proven else 'no'}"),
        )
        for tier in plan.tiers
    )
    return Table(
        texts.text("report.proof.tiers"),
        (
            Column(objective),
            Column(value, "number", 2),
            Column(bound, "number", 2),
            Column(proven, "number"),
        ),
        rows,
    )


def _uses(machines: tuple[Use, ...], gains: dict[str, float], texts: Language) -> Table:
    """Return how far printers and servers are used: the full ones limit."""
    names = ("resource", "cards_done", "capacity", "full_days", "one_more")
    headings = [texts.text(f"book.{name}") for name in names]
    rows = []
    for use in machines:
        kind = texts.text("column.server" if use.is_server else "column.printer")
        own = use.resource.startswith(kind.lower())
        full = texts.text("book.full_of", full=use.days_full, days=use.days)
        label = use.resource if own else f"{kind} {use.resource}"
        rows.append((label, use.cards, use.limit, full, gains.get(use.resource)))
    last = len(names) if gains else -1
    return Table(
        texts.text("report.proof.limits"),
        (*columns(headings[:-1]), Column(headings[-1], "number", 2))[:last],
        tuple(row[:last] for row in rows),
        note=texts.text("book.one_more_note") if gains else "",
    )


def one_more(plan: AnyPlan) -> dict[str, float]:
    """Return the pressure-days that one card more on the first day would save."""
    if plan.prices is None or not plan.assignments.height:
        return {}
    first = plan.assignments["day"].min()
    saved = (
        plan.prices.filter((pl.col("day") == first) & (pl.col("tier") == "pressure"))
        .group_by("resource")
        .agg(-pl.col("one_more").sum())
    )
    return {name: gain + 0.0 for name, gain in saved.iter_rows() if gain is not None}


def area_section(plan: AnyPlan, texts: Language) -> Section:
    """Return how many are planned and held by area, where there are areas."""
    counts = plan.backlog.counts_by_area()
    title = texts.text("book.areas")
    if counts["area"].null_count() == counts.height:
        return Section("areas", title, ())
    keys = ("column.area", "book.planned", "book.held_short")
    rows = tuple(
        (cell_shown(area, "area", texts), planned, held)
        for area, planned, held in counts.iter_rows()
    )
    table = Table(title, columns(map(texts.text, keys)), rows)
    return Section("areas", title, (table,))


def notice_section(plan: AnyPlan, texts: Language) -> Section:
    """Return what is worth knowing beside the figures."""
    sentences = tuple(texts.notice(notice) for notice in plan.notices)
    title = texts.text("book.warnings")
    return Section("warnings", title, (Items(sentences),) if sentences else ())
