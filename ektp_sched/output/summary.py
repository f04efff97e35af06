"""summary.json: what a plan says of itself, and certificate.json."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.output.figures import figures
from ektp_sched.output.seal import PROGRAM

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Notice
    from ektp_sched.output.figures import AnyPlan, Clearance, Use, Waits
    from ektp_sched.output.languages import Language
    from ektp_sched.planning import Certificate, Tier

__all__ = [
    "SCHEMA_VERSION",
    "certificate_text",
    "json_text",
    "reason_counts",
    "status_counts",
    "summarise",
    "tier_entry",
]

SCHEMA_VERSION: Final = 1
"""Of summary.json and certificate.json; it rises when a key changes meaning."""

_ROW: Final = re.compile(r"\[\s+((?:-?\d+,\s+)*-?\d+)\s+\]")


def summarise(plan: AnyPlan, texts: Language) -> dict[str, Any]:
    """Return all of summary.json but ``seconds`` and ``files``.

    Parameters
    ----------
    plan
        A verified plan.
    texts
        Language of the sentences in ``warnings``.

    Returns
    -------
    dict
        Plain values only.  The same plan gives the same dictionary.
    """
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
        "rejected": backlog.rejected,
        "printed": plan.assignments.height,
        "unprinted": plan.unprinted.height,
        "status": str(plan.status),
        "engine": plan.engine,
        "provisional": backlog.provisional,
        "tie_break": rules.tie_break,
        "seed": rules.seed if rules.tie_break == "lottery" else None,
        "holidays": {d.isoformat(): plan.holidays[d] for d in sorted(plan.holidays)},
        "warnings": [_warning(notice, texts) for notice in plan.notices],
        "tiers": [tier_entry(tier) for tier in plan.tiers],
        "waits": _waits(found.waits),
        "clearance": _clearance(found.clearance),
        "uses": _uses(found.uses),
        **_by_kind(plan),
        "source": backlog.source,
        "digests": {"backlog": backlog.digest, "office": office.source_digest},
    }


def _warning(notice: Notice, texts: Language) -> dict[str, Any]:
    figures = dict(notice.figures)
    return {"code": notice.code, "figures": figures, "text": texts.notice(notice)}


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
        "value": _plain(tier.amount),
        "exact": tier.exact,
        "bound": None if bound is None else _plain(bound),
        "proven": tier.proven,
    }


def _plain(number: Fraction) -> int | float:
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


def certificate_text(certificate: Certificate) -> str:
    """Return certificate.json: whole-number prices by tier, one row a resource."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "start": certificate.start.isoformat(),
        "days": certificate.days,
        "tiers": [
            {
                "name": tier.name,
                "rank": tier.rank,
                "scale": tier.scale,
                "value": tier.value,
                "prices": {
                    "printers": _rows(tier.printers),
                    "servers": _rows(tier.servers),
                    "reserve": None if tier.reserve is None else list(tier.reserve),
                    "stock": _rows(tier.stock),
                },
            }
            for tier in certificate.tiers
        ],
    }
    return _ROW.sub(_on_one_line, json_text(content))


def _rows(prices: dict[str, tuple[int, ...]]) -> dict[str, list[int]]:
    return {name: list(prices[name]) for name in sorted(prices)}


def _on_one_line(match: re.Match[str]) -> str:
    return f"[{', '.join(match[1].replace(',', ' ').split())}]"
