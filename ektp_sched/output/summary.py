"""summary.json: what a plan says of itself."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.office import lots
from ektp_sched.output.figures import figures
from ektp_sched.output.limits import limit_entries
from ektp_sched.output.seal import PROGRAM
from ektp_sched.rules import HOLDING, holding_back
from ektp_sched.rules.ribbons import place as ribbons_place

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Notice
    from ektp_sched.output.figures import AnyPlan, Clearance, Use, Waits
    from ektp_sched.output.languages import Language
    from ektp_sched.planning import ShiftUse, Tier

__all__ = [
    "KEYS",
    "MIXED",
    "SCHEMA_VERSION",
    "json_text",
    "plain_number",
    "reason_counts",
    "shift_entry",
    "status_counts",
    "summarise",
    "tier_entry",
]

SCHEMA_VERSION: Final = 1
"""Of summary.json and certificate.json; it rises when a key changes meaning."""

KEYS: Final = (
    *("schema_version", "program", "office", "language", "start", "days"),
    *("read", "planned", "held", "done", "rejected", "printed", "unprinted"),
    *("status", "engine", "engine_reason", "provisional", "tie_break", "seed"),
    *("holidays", "warnings", "tiers", "shifts"),
    *(rule.name for rule in HOLDING),
    *("waits", "clearance", "uses", "unprinted_by_reason", "held_by_status"),
    *("rejected_by_reason", "by_area", "classified", "prioritised"),
    *("priority_unmatched", "source", "read_as", "digests", "seconds", "files"),
)
"""All keys of summary.json."""

MIXED: Final = "milp"
"""Name of the engine whose plans carry no certificate."""


def summarise(plan: AnyPlan, texts: Language) -> dict[str, Any]:
    """Return all of summary.json but ``seconds`` and ``files``."""
    backlog, office = plan.backlog, plan.office
    rules, found = office.plan, figures(plan)
    return {
        "schema_version": SCHEMA_VERSION,
        "program": PROGRAM,
        "office": office.name,
        "language": texts.code,
        "start": plan.start.isoformat(),
        "days": plan.days,
        "read": backlog.read,
        "planned": backlog.planned,
        "held": backlog.held_count,
        "done": backlog.done,
        "rejected": backlog.rejected,
        "printed": plan.assignments.height,
        "unprinted": plan.unprinted.height,
        "status": str(plan.status),
        "engine": plan.engine,
        "engine_reason": _engine_reason(plan, texts),
        "provisional": backlog.provisional,
        "tie_break": rules.tie_break,
        "seed": rules.seed if rules.tie_break == "lottery" else None,
        "holidays": {d.isoformat(): plan.holidays[d] for d in sorted(plan.holidays)},
        "warnings": [_warning(notice, texts) for notice in plan.notices],
        "tiers": [tier_entry(tier) for tier in plan.tiers],
        "shifts": [shift_entry(use) for use in plan.shifts],
        **{rule.name: limit_entries(plan, rule) for rule in HOLDING},
        "waits": _waits(found.waits),
        "clearance": _clearance(found.clearance),
        "uses": _uses(found.uses),
        **_by_kind(plan),
        "source": backlog.source,
        "read_as": dict(backlog.read_as),
        "digests": {"backlog": backlog.digest, "office": office.source_digest},
    }


def _warning(notice: Notice, texts: Language) -> dict[str, Any]:
    figures = dict(notice.figures)
    return {"code": notice.code, "figures": figures, "text": texts.notice(notice)}


def _engine_reason(plan: AnyPlan, texts: Language) -> dict[str, Any] | None:
    """Return why the flow engine alone could not decide; None where it could."""
    office = plan.office
    rules = [name for name in ("shifts", "budget") if getattr(office, name)]
    code = "yes-no" if office.shifts else None
    if plan.engine == MIXED:
        rules += [rule.name for rule in holding_back(office)]
        rules += _consumables(plan)
        code = "mixed"
    if code is None:
        return None
    text = texts.text(f"engine.{code}", rules=", ".join(rules))
    return {"code": code, "rules": rules, "text": text}


def _consumables(plan: AnyPlan) -> list[str]:
    """Return the places of rules on blanks and ribbons, the odd ones first."""
    office = plan.office
    special = lots(office, plan.start, plan.days)
    found = []
    for name in special:
        card = office.cards[name]
        found += [f"cards.{name}.set_aside"] if card.set_aside else []
        ends = [card.expires_on, *(entry.expires_on for entry in card.deliveries)]
        found += [f"cards.{name}.expires_on"] if any(ends) else []
    for printer in office.printers:
        if printer.cards_per_ribbon is not None:
            found.append(ribbons_place(office, printer.id))
    stocks = [
        f"cards.{n}.stock" for n, c in office.cards.items() if c.stock is not None
    ]
    return found or ([] if office.quotas else stocks)


def _by_kind(plan: AnyPlan) -> dict[str, Any]:
    """Return the counts that reconcile what was read."""
    backlog = plan.backlog
    return {
        "unprinted_by_reason": _counts(plan.unprinted, "reason"),
        "held_by_status": status_counts(backlog),
        "rejected_by_reason": reason_counts(backlog),
        "by_area": backlog.counts_by_area().to_dicts(),
        "classified": dict(sorted(backlog.classified.items())),
        "prioritised": backlog.prioritised,
        "priority_unmatched": backlog.priority_unmatched,
    }


def tier_entry(tier: Tier) -> dict[str, Any]:
    """Return one entry of ``tiers``; ``exact`` is a fraction where not whole."""
    bound = None if tier.bound is None else Fraction(tier.bound, tier.scale)
    return {
        "name": tier.name,
        "rank": tier.rank,
        "value": plain_number(tier.amount),
        "exact": tier.exact,
        "bound": None if bound is None else plain_number(bound),
        "proven": tier.proven,
    }


def shift_entry(use: ShiftUse) -> dict[str, Any]:
    """Return one entry of ``shifts``; ``saves`` is empty where it is not known."""
    saves = [
        {
            "tier": saving.name,
            "rank": saving.rank,
            "value": plain_number(saving.amount),
            "exact": str(saving.amount),
        }
        for saving in use.saves
    ]
    return {
        "id": use.shift,
        "day": use.day.isoformat(),
        "cost_idr": use.cost_idr,
        "saves": saves,
        "person_days": use.person_days,
        "wasted_trips": float(round(use.wasted_trips, 2)),
        "wasted_trips_exact": str(use.wasted_trips),
        "needed_for_rules": use.needed_for_rules,
    }


def plain_number(number: Fraction) -> int | float:
    """Return a whole number as such, any other as the nearest float."""
    return int(number) if number.denominator == 1 else float(number)


def _waits(found: Waits) -> dict[str, Any]:
    return {
        "before": {
            "longest_days": found.longest_before,
            "past_target": found.past_target_before,
        },
        "printed": {
            "longest_days": found.longest_printed,
            "mean_days": _rounded(found.mean_printed),
            "median_days": found.median_printed,
        },
        "after": {
            "longest_days": found.longest_after,
            "past_target": found.past_target_after,
        },
        "by_class": found.by_class,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)


def _clearance(found: Clearance) -> dict[str, Any]:
    return {
        "last_day": _day(found.last_day),
        "cleared_on": _day(found.cleared_on),
        "past_target_gone_on": _day(found.past_target_gone_on),
        "by_day": [
            {**row, "day": row["day"].isoformat()}
            for row in found.by_day.iter_rows(named=True)
        ],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _uses(found: tuple[Use, ...]) -> list[dict[str, Any]]:
    return [
        {
            "resource": use.resource,
            "kind": "server" if use.is_server else "printer",
            "cards": use.cards,
            "capacity": use.limit,
            "days_full": use.days_full,
            "days": use.days,
        }
        for use in found
    ]


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    """Return how often each text occurs, the most frequent first."""
    counts = (
        frame.group_by(pl.col(column).fill_null(""))
        .len()
        .sort("len", column, descending=[True, False])
    )
    return dict(counts.iter_rows())


def status_counts(backlog: Backlog) -> dict[str, int]:
    """Return how many are held by status, the most frequent first."""
    return _counts(backlog.held, "status")


def reason_counts(backlog: Backlog) -> dict[str, int]:
    """Return how often each reject reason occurs; a row may have several."""
    codes = backlog.rejects.select(
        reason=pl.col("reason")
        .str.split("; ")
        .list.eval(pl.element().str.split(": ").list.first())
    ).explode("reason")
    return _counts(codes, "reason")


def json_text(content: dict[str, Any]) -> str:
    """Return JSON as the folder's files hold it: UTF-8, two spaces, LF."""
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
