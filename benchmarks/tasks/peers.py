"""One engine on one case: time, tier values, proof."""

from __future__ import annotations

from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.cases import Case, peer_case
from benchmarks.instance import check, values
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.planning import Plan
from ektp_sched.trust import verify

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
    """Return what the library says, and where that is wrong."""
    assert plan.certificate is not None
    assert plan.prices is not None
    values = [tier.value for tier in plan.tiers]
    return {
        "names": [tier.name for tier in plan.tiers],
        "tiers": values,
        "answer": values,
        "says": "optimal, certified",
        "faults": list(map(str, verify(plan, backlog, case.office))),
    }
