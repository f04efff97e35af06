"""One engine on some cases: time, tier values, proof."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import polars as pl

from benchmarks.cases import Case, peer_case
from benchmarks.instance import build, check, values
from benchmarks.measure import Timer, median
from ektp_sched.backlog import from_frame
from ektp_sched.planning import Plan

if TYPE_CHECKING:
    from benchmarks.engines.answer import Answer
    from ektp_sched.backlog import Backlog

__all__ = ["peer"]

_WARM_UP = "30x5x1"
_ENOUGH = 1.0
_MOST = 7


def peer(engine: str, limit: str, *names: str) -> dict[str, Any]:
    """Run an engine, warm, until it has run a second or seven times.

    Parameters
    ----------
    engine
        Module and function below ``benchmarks.engines``.
    limit
        Seconds that the engine may take.
    names
        Cases.

    Returns
    -------
    dict
        By case: seconds and cpu (medians, from backlog to answer), runs,
        tiers (scaled values, ``None`` without an answer), scales, proof.
    """
    module, function = engine.split(".")
    solve = getattr(import_module(f"benchmarks.engines.{module}"), function)
    _run(solve, peer_case(_WARM_UP), 10.0)
    return {name: _repeat(solve, peer_case(name), float(limit)) for name in names}


def _repeat(solve: Any, case: Case, limit: float) -> dict[str, Any]:
    spent: list[Timer] = []
    found: dict[str, Any] = {}
    while len(spent) < _MOST and sum(one.seconds for one in spent) < _ENOUGH:
        one, found = _run(solve, case, limit)
        spent.append(one)
    return {
        "seconds": median([one.seconds for one in spent]),
        "cpu": median([one.cpu for one in spent]),
        "runs": len(spent),
        **found,
    }


def _run(solve: Any, case: Case, limit: float) -> tuple[Timer, dict[str, Any]]:
    backlog = from_frame(case.frame, case.office)
    with Timer() as spent:
        answer = solve(backlog, case, limit)
    judged = _judge_plan if isinstance(answer, Plan) else _judge_answer
    return spent, judged(answer, case, backlog)


def _judge_answer(answer: Answer, case: Case, *_: object) -> dict[str, Any]:
    if answer.cards is None:
        return {"tiers": None, "proof": answer.proof}
    if not check(answer.instance, answer.cards):
        return {"tiers": None, "proof": "breaks a limit"}
    return {
        "tiers": values(answer.instance, answer.cards),
        "names": list(answer.instance.names),
        "scales": _scales(case, answer.instance.names),
        "proof": answer.proof,
    }


def _scales(case: Case, names: tuple[str, ...]) -> list[int]:
    return [case.office.lcm_targets if name == "pressure" else 1 for name in names]


def _judge_plan(plan: Plan, case: Case, backlog: Backlog) -> dict[str, Any]:
    """Value a plan by its rows alone, as a peer's answer is valued."""
    assert plan.certificate is not None
    assert plan.prices is not None
    instance = build(backlog, case)
    found = _values_of_rows(plan, backlog, case)
    stated = [tier.value for tier in plan.tiers]
    return {
        "tiers": stated,
        "names": list(instance.names),
        "scales": _scales(case, instance.names),
        "proof": "optimal, certified" if found == stated else "values are wrong",
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
