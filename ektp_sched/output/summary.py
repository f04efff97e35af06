"""summary.json: what a plan says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.documents.summary import (
    PROGRAM,
    SCHEMA_VERSION,
    Summary,
    Warned,
)
from ektp_sched.output.figures import figures
from ektp_sched.output.limits import limit_entries
from ektp_sched.output.understood import counted, status_counts
from ektp_sched.rules import HOLDING, SUPPLIES, holding_back

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.documents import Plan
    from ektp_sched.output.languages import Language

MIXED: Final = "milp"
"""Name of the engine whose plans carry no certificate."""


def summarise(plan: Plan, texts: Language) -> dict[str, Any]:
    """Return all of summary.json but ``seconds`` and ``files``."""
    backlog, office, of_plan = plan.backlog, plan.office, figures(plan)
    rules, waits, clearance = office.plan, of_plan.waits, of_plan.clearance
    summary = Summary(
        schema_version=SCHEMA_VERSION,
        program=PROGRAM,
        office=office.name,
        language=texts.code,
        start=plan.start,
        days=plan.days,
        read=backlog.read,
        planned=backlog.planned,
        held=backlog.held_count,
        done=backlog.done,
        rejected=backlog.rejected,
        printed=plan.assignments.height,
        unprinted=plan.unprinted.height,
        previous=None if backlog.known is None else backlog.known.counts,
        ledger=plan.mark,
        status=plan.status,
        engine=plan.engine,
        engine_reason=_engine_reason(plan, texts),
        provisional=backlog.provisional,
        tie_break=rules.tie_break,
        seed=rules.seed if rules.tie_break == "lottery" else None,
        holidays={day: plan.holidays[day] for day in sorted(plan.holidays)},
        warnings=tuple(
            Warned(code=notice.code, figures=notice.figures, text=texts.notice(notice))
            for notice in plan.notices
        ),
        tiers=plan.tiers,
        shifts=plan.shifts,
        limits={rule.name: limit_entries(plan, rule) for rule in HOLDING},
        waits={
            "before": {
                "longest_days": waits.longest_before,
                "past_target": waits.past_target_before,
            },
            "printed": {
                "longest_days": waits.longest_printed,
                "mean_days": waits.mean_printed and round(waits.mean_printed, 2),
                "median_days": waits.median_printed,
            },
            "after": {
                "longest_days": waits.longest_after,
                "past_target": waits.past_target_after,
            },
            "by_class": waits.by_class,
        },
        clearance={
            "last_day": clearance.last_day,
            "cleared_on": clearance.cleared_on,
            "past_target_gone_on": clearance.past_target_gone_on,
            "by_day": clearance.by_day.to_dicts(),
        },
        uses=[
            {
                "resource": use.resource,
                "kind": "server" if use.is_server else "printer",
                "cards": use.cards,
                "capacity": use.limit,
                "days_full": use.days_full,
                "days": use.days,
            }
            for use in of_plan.uses
        ],
        unprinted_by_reason=counted(plan.unprinted, "reason"),
        held_by_status=status_counts(backlog),
        rejected_by_reason=reason_counts(backlog),
        by_area=backlog.counts_by_area().to_dicts(),
        classified=dict(sorted(backlog.classified.items())),
        prioritised=backlog.prioritised,
        priority_unmatched=backlog.priority_unmatched,
        source=backlog.source,
        read_as=dict(backlog.read_as),
        digests={"backlog": backlog.digest, "office": office.source_digest},
        seconds={},
        files={},
    )
    return summary.model_dump(mode="json", exclude={"seconds", "files"})


def _engine_reason(plan: Plan, texts: Language) -> dict[str, Any] | None:
    """Return why the flow engine alone could not decide; None where it could."""
    office = plan.office
    rules = [name for name in ("shifts", "budget") if getattr(office, name)]
    code = "yes-no" if office.shifts else None
    if plan.engine == MIXED:
        rules += [rule.name for rule in holding_back(office)]
        rules += _supplies(plan)
        code = "mixed"
    if code is None:
        return None
    text = texts.text(f"engine.{code}", rules=", ".join(rules))
    return {"code": code, "rules": rules, "text": text}


def _supplies(plan: Plan) -> list[str]:
    """Return the places of rules on what printing uses up, the odd ones first."""
    office, stocks = plan.office, list[str]()
    if not office.quotas:
        cards = office.cards.items()
        stocks = [f"cards.{n}.stock" for n, card in cards if card.stock is not None]
    parts = (rule.uncounted(office, plan.start, plan.days) for rule in SUPPLIES)
    return [place for places in parts for place in places] or stocks


def reason_counts(backlog: Backlog) -> dict[str, int]:
    """Return how often each reject reason occurs; a row may have several."""
    codes = backlog.rejects.select(
        reason=pl.col("reason")
        .str.split("; ")
        .list.eval(pl.element().str.split(": ").list.first())
    ).explode("reason")
    return counted(codes, "reason")
