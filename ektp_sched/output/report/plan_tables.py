"""The tables of a plan's report."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from ektp_sched.output.digest import (
    amount,
    cell_shown,
    reconciled,
    tier_name,
    unprinted_reasons,
)
from ektp_sched.output.figures import uses
from ektp_sched.output.overview import one_more
from ektp_sched.output.report.page import Paragraph, Table
from ektp_sched.output.report.plan_data import oldest
from ektp_sched.output.summary import reason_counts, status_counts

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.page import Part

__all__ = ["held_parts", "oldest_parts", "proof_parts", "today_parts"]

_OLDEST: Final = 12
_REASONS: Final = 30


def today_parts(plan: AnyPlan, texts: Language) -> list[Part]:
    """Return what is printed on the first day with prints."""
    day = cast("date", plan.assignments["day"].min())
    cards = plan.assignments.filter(pl.col("day") == day)
    by_printer = (
        cards.group_by("printer")
        .agg(
            pl.len().alias("cards"),
            pl.col("batch").max(),
            pl.col("wait_days").max(),
            *((pl.col("urgency") == n).sum().alias(f"n:{n}") for n in _classes(cards)),
        )
        .sort("printer")
    )
    headings = [
        texts.text("column.printer"),
        texts.text("column.total"),
        texts.text("report.today.batches"),
        texts.text("report.today.longest"),
        *_classes(cards),
    ]
    rows = [
        (str(name), *(texts.number(count) for count in counts))
        for name, *counts in by_printer.iter_rows()
    ]
    text = texts.text(
        "report.today.text",
        count=cards.height,
        printers=by_printer.height,
        # Text, for a date would be written out.
        folder=f"{day.isoformat()}/",
    )
    caption = texts.text("report.today.caption", day=day)
    return [Paragraph(text, "lead"), Table(caption, tuple(headings), tuple(rows))]


def _classes(cards: pl.DataFrame) -> list[str]:
    return [str(name) for name in cards["urgency"].unique().sort()]


def oldest_parts(plan: AnyPlan, texts: Language) -> list[Part]:
    """Return those who wait longest, by id, and when they are printed."""
    names = ("application_id", "waiting_since", "urgency")
    headings = [texts.text(f"column.{name}") for name in names]
    headings += [texts.text("column.wait_days")]
    headings += [texts.text("report.oldest.printed_on")]
    never = texts.text("digest.not_in_plan")
    rows = []
    for case in oldest(plan, _OLDEST):
        waited = max(0, (plan.start - case["waiting_since"]).days)
        day = case["day"]
        rows.append(
            (
                case["application_id"],
                texts.short_date(case["waiting_since"]),
                case["urgency"],
                texts.number(waited),
                never if day is None else texts.short_date(day),
            )
        )
    caption = texts.text("report.oldest.caption", day=plan.start)
    return [Table(caption, tuple(headings), tuple(rows), texts=3)]


def held_parts(plan: AnyPlan, texts: Language) -> list[Part]:
    """Return how many are not printed, held or rejected, and why."""
    parts: list[Part] = [Paragraph(f"{reconciled(plan.backlog, texts)}.")]
    held = [
        (cell_shown(status, "status", texts), count)
        for status, count in status_counts(plan.backlog).items()
    ]
    rejected = [
        (texts.reason(code), count)
        for code, count in reason_counts(plan.backlog).items()
    ]
    lists = {
        "unprinted": ("column.reason", unprinted_reasons(plan, texts)),
        "held": ("column.status", held),
        "rejected": ("column.reason", rejected),
    }
    if not plan.unprinted.height and plan.assignments.height:
        parts.append(Paragraph(texts.text("report.held.nothing")))
    for name, (heading, counts) in lists.items():
        if counts:
            shown = [(str(why), texts.number(n)) for why, n in counts[:_REASONS]]
            headings = (texts.text(heading), texts.text("report.held.count"))
            caption = texts.text(f"report.held.{name}")
            parts.append(Table(caption, headings, tuple(shown)))
    return parts


def proof_parts(plan: AnyPlan, texts: Language) -> list[Part]:
    """Return the objectives, the limits, and how to check them."""
    parts: list[Part] = []
    if plan.tiers:
        names = ("objective", "value", "bound", "proven")
        headings = tuple(texts.text(f"report.proof.{name}") for name in names)
        dash = texts.text("digest.none")
        rows = []
        for tier in plan.tiers:
            bound = None if tier.bound is None else Fraction(tier.bound, tier.scale)
            unit = texts.name("unit", tier.name)
            rows.append(
                (
                    f"{tier_name(tier, texts)} ({unit})",
                    amount(tier.amount, texts),
                    dash if bound is None else amount(bound, texts),
                    texts.text(f"report.proof.{'yes' if tier.proven else 'no'}"),
                )
            )
        caption = texts.text("report.proof.tiers")
        parts.append(Table(caption, headings, tuple(rows)))
    parts += _limits(plan, texts)
    parts.append(Paragraph(texts.text("report.proof.how"), "note"))
    return parts


def _limits(plan: AnyPlan, texts: Language) -> list[Part]:
    found = uses(plan)
    if not found:
        return []
    gains = one_more(plan)
    names = ["resource", "cards_done", "capacity", "full_days"]
    names += ["one_more"] if gains else []
    headings = tuple(texts.text(f"book.{name}").rstrip("*") for name in names)
    rows = []
    for use in found:
        full = texts.text("book.full_of", full=use.days_full, days=use.days)
        row = [use.resource, texts.number(use.cards), texts.number(use.limit), full]
        if gains:
            row.append(texts.number(gains.get(use.resource, 0), 2))
        rows.append(tuple(row))
    return [Table(texts.text("report.proof.limits"), headings, tuple(rows))]
