"""One engine on one case: time, tier values, proof."""

from __future__ import annotations

from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Any

import polars as pl

from benchmarks.cases import Case, peer_case
from benchmarks.instance import check, values
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.planning import Plan

if TYPE_CHECKING:
    from benchmarks.instance import Answer
    from ektp_sched.backlog import Backlog

__all__ = ["peer"]

_ENOUGH, _MOST = 1.0, 7


def peer(engine: str, limit: str, name: str) -> dict[str, Any]:
    """Run an engine, warm, until it has run a second or seven times."""
    module, function = engine.split(".")
    solve = getattr(import_module(f"benchmarks.engines.{module}"), function)
    _run(solve, peer_case("30x5x1"), 10.0)
    case = peer_case(name)
    spent: list[Timer] = []
    while len(spent) < _MOST and sum(each.seconds for each in spent) < _ENOUGH:
        timer, judged = _run(solve, case, float(limit))
        spent.append(timer)
    return {
        "seconds": median(each.seconds for each in spent),
        "cpu": median(each.cpu for each in spent),
        **judged,
    }


def _run(solve: Any, case: Case, limit: float) -> tuple[Timer, dict[str, Any]]:
    backlog = from_frame(case.frame, case.office)
    with Timer() as spent:
        answer = solve(backlog, case, limit)
    if isinstance(answer, Plan):
        return spent, _judge_plan(answer, case, backlog)
    return spent, _judge_answer(answer)


def _judge_answer(answer: Answer) -> dict[str, Any]:
    judged = {"says": answer.proof, "exact": answer.exact}
    if answer.cards is None:
        return judged
    if not check(answer.instance, answer.cards):
        return {**judged, "faults": ["breaks a limit"]}
    found = values(answer.instance, answer.cards)
    return {**judged, "names": list(answer.instance.names), "tiers": found}


def _judge_plan(plan: Plan, case: Case, backlog: Backlog) -> dict[str, Any]:
    """Value a plan by its rows alone, as a peer's answer is valued."""
    assert plan.certificate is not None
    assert plan.prices is not None
    stated = [tier.value for tier in plan.tiers]
    right = _values_of_rows(plan, backlog, case) == stated
    return {
        "names": [tier.name for tier in plan.tiers],
        "tiers": stated,
        "answer": stated,
        "says": "optimal, certified",
        "faults": [] if right else ["values are wrong"],
    }


def _values_of_rows(plan: Plan, backlog: Backlog, case: Case) -> list[int]:
    """Return the scaled tier values by the formulas, application by application."""
    end = case.days
    offset = (pl.col("day") - case.start).dt.total_days()
    targets = {name: c.target_days for name, c in case.office.urgency.items()}
    rows = backlog.frame.join(
        plan.assignments.select("application_id", day=offset),
        on="application_id",
        how="left",
    ).select(
        pl.col("day").is_null().alias("left"),
        pl.col("day").fill_null(end),
        *(
            (pl.col(column) - case.start).dt.total_days().alias(name)
            for name, column in (
                ("since", "waiting_since"),
                ("due", "due_on"),
                ("promised", "promised_on"),
            )
        ),
        per_day=case.office.lcm_targets
        // pl.col("urgency").replace_strict(targets, return_dtype=pl.Int64),
    )
    first = pl.max_horizontal("since", 0)
    waited = pl.max_horizontal(pl.col("day") - first, 0)
    formulas = {
        "unprinted": pl.col("left").sum(),
        "overdue": ((pl.col("due") < end) & (pl.col("day") > pl.col("due"))).sum(),
        "promise": pl.max_horizontal(0, pl.col("day") - pl.col("promised"))
        .filter(pl.col("promised").is_not_null())
        .sum(),
        "pressure": (
            pl.col("per_day")
            * (waited * (first - pl.col("since") + 1) + waited * (waited - 1) // 2)
        ).sum(),
    }
    names = case.office.plan.tiers
    row = rows.select(**{name: formulas[name] for name in names}).row(0)
    return [int(value) for value in row]
