"""What a planner wants to read first, in words, for workbook and terminal."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from ektp_sched.output.figures import figures
from ektp_sched.output.shifts import shift_total
from ektp_sched.rules.registry import RULES
from ektp_sched.rules.told import Printed
from ektp_sched.trust import proves_choice
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from ektp_sched.output.figures import AnyPlan, Clearance, Waits
    from ektp_sched.output.languages import Language
    from ektp_sched.planning import Change, Tier


def proof(plan: AnyPlan, texts: Language) -> str:
    """Return whether the plan is proven optimal, and what that means."""
    if not plan.backlog.planned:
        return texts.text("digest.nothing")
    if plan.status == "optimal":
        key = "optimal" if certified(plan) else "optimal_shifts"
        key = "solved" if plan.certificate is None else key
        return f"{texts.text(f'digest.{key}')} {texts.text('digest.meaning')}"
    gaps = "; ".join(_gap(tier, texts) for tier in plan.tiers if not tier.proven)
    parts = [texts.text("digest.feasible"), proven_tiers(plan, texts)]
    parts.append(texts.text("digest.open", gaps=gaps))
    return " ".join(part for part in parts if part)


def certified(plan: AnyPlan) -> bool:
    """Return whether a certificate says of all that was decided that it is best.

    Beside shifts it must prove their choice too; else that is the solver's word.
    """
    if plan.certificate is None:
        return False
    return not plan.office.shifts or proves_choice(plan.certificate)


def proven_tiers(plan: AnyPlan, texts: Language) -> str:
    """Return which objectives of a plan cut short are proven; empty if none is."""
    named = [
        f"{tier_name(tier, texts)}: {amount(tier.amount, texts)}"
        for tier in plan.tiers
        if tier.proven
    ]
    key = "proven" if certified(plan) else "solved_some"
    return texts.text(f"digest.{key}", tiers="; ".join(named)) if named else ""


def _gap(tier: Tier, texts: Language) -> str:
    name, value = tier_name(tier, texts), amount(tier.amount, texts)
    if tier.bound is None:
        return texts.text("digest.no_bound", tier=name, value=value)
    if tier.bound == tier.value:
        return texts.text("digest.no_gap", tier=name, value=value)
    bound = amount(Fraction(tier.bound, tier.scale), texts)
    return texts.text("digest.gap", tier=name, value=value, bound=bound)


def tier_name(tier: Tier | Change, texts: Language) -> str:
    """Return a tier's name with its rank, where it has one."""
    name = texts.name("tier", tier.name)
    if tier.rank is None:
        return name
    return texts.text("digest.tier_rank", tier=name, rank=str(tier.rank))


def amount(value: Fraction, texts: Language) -> str:
    """Return a tier's value with at most two decimals."""
    return texts.number(value, 2)


def unprinted_reasons(plan: AnyPlan, texts: Language) -> list[tuple[str, int]]:
    """Return how many stay unprinted for each reason, the most first."""
    counts = (
        plan.unprinted.group_by("reason")
        .len()
        .sort("len", "reason", descending=[True, False])
    )
    return [(texts.name("unprinted", code), count) for code, count in counts.rows()]


def key_figures(plan: AnyPlan, texts: Language) -> list[tuple[str, str]]:
    """Return labels and values of what matters most, in order."""
    of_plan = figures(plan)
    return [
        _printed(plan, texts),
        *_unprinted(plan, texts),
        *_dates(of_plan.clearance, texts),
        *_waits(of_plan.waits, texts),
        *_missed(plan, texts),
        *_shifts(plan, texts),
        *_left(plan, texts),
    ]


def _printed(plan: AnyPlan, texts: Language) -> tuple[str, str]:
    value = texts.text(
        "digest.printed_of",
        printed=plan.assignments.height,
        planned=plan.backlog.planned,
        count=plan.backlog.planned,
    )
    return texts.text("digest.printed"), value


def _unprinted(plan: AnyPlan, texts: Language) -> list[tuple[str, str]]:
    reasons = unprinted_reasons(plan, texts)
    if not reasons:
        return []
    if len(reasons) == 1:
        parts = reasons[0][0]
    else:
        parts = ", ".join(f"{why}: {texts.number(count)}" for why, count in reasons)
    value = f"{texts.number(plan.unprinted.height)} ({parts})"
    return [(texts.text("digest.unprinted"), value)]


def _dates(clearance: Clearance, texts: Language) -> list[tuple[str, str]]:
    dash = texts.text("digest.none")
    last = dash if clearance.last_day is None else texts.long_date(clearance.last_day)
    gone = clearance.past_target_gone_on
    never = texts.text("digest.not_in_plan")
    return [
        (texts.text("digest.last_day"), last),
        (
            texts.text("digest.past_target_gone"),
            never if gone is None else texts.long_date(gone),
        ),
    ]


def _waits(waits: Waits, texts: Language) -> list[tuple[str, str]]:
    def days(count: int | None) -> str:
        return (
            texts.text("digest.nobody")
            if count is None
            else texts.text("digest.days", count=count)
        )

    longest = texts.text(
        "digest.before_after",
        before=days(waits.longest_before),
        after=days(waits.longest_after),
    )
    past = texts.text(
        "digest.before_after",
        before=texts.number(waits.past_target_before),
        after=texts.number(waits.past_target_after),
    )
    lines = [
        (texts.text("digest.longest_wait"), longest),
        (texts.text("digest.past_target"), past),
    ]
    if waits.longest_printed is not None:
        printed = texts.text(
            "digest.longest_mean",
            longest=waits.longest_printed,
            mean=texts.number(round(waits.mean_printed or 0, 1), 1),
        )
        lines.append((texts.text("digest.wait_printed"), printed))
    return lines


def _missed(plan: AnyPlan, texts: Language) -> list[tuple[str, str]]:
    """Return missed due dates and slipped promises, where there are any dates."""
    lines = []
    for name, column in (("overdue", "due_on"), ("promise", "promised_on")):
        tiers = [tier for tier in plan.tiers if tier.name == name]
        dates = plan.backlog.frame.select(pl.col(column).count()).item()
        if tiers and dates:
            total = sum((tier.amount for tier in tiers), Fraction(0))
            shown = {"value": total, "count": total, "dates": dates}
            value = texts.text(f"digest.{name}_of", **shown)
            lines.append((texts.text(f"digest.{name}"), value))
    return lines


def _shifts(plan: AnyPlan, texts: Language) -> list[tuple[str, str]]:
    """Return what is spent on shifts, where the office has any."""
    if not plan.office.shifts:
        return []
    return [(texts.text("shifts.title"), shift_total(plan, texts))]


def _left(plan: AnyPlan, texts: Language) -> list[tuple[str, str]]:
    """Return what the plan leaves of whatever can run out."""

    @cache
    def printed() -> list[Printed]:
        alike = "day", "urgency", "card", "printer"
        counts = (
            plan.assignments.select("application_id", "day", "printer")
            .join(
                plan.backlog.frame.select("application_id", "card", "urgency"),
                on="application_id",
            )
            .with_columns((pl.col("day") - plan.start).dt.total_days())
            .group_by(alike)
            .len("cards")
            .sort(alike)
        )
        return [Printed(*row) for row in counts.select(*alike, "cards").iter_rows()]

    return [
        (in_language(label, texts.code), in_language(value, texts.code))
        for rule in RULES
        for label, value in rule.left(plan.office, plan.start, plan.days, printed)
    ]
