"""One engine on one case with shifts, quotas or stocks: time, tiers, proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.cases import rule_case
from benchmarks.engines import mixed
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.planning import plan

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from benchmarks.engines.mixed import Solve
    from ektp_sched.backlog import Backlog

__all__ = ["cpsat", "highs", "ours"]


def ours(name: str) -> dict[str, Any]:
    """Plan with the library, after a warm-up on a small case."""
    return _run(name, None, 0.0)


def highs(name: str, limit: str) -> dict[str, Any]:
    """Plan with HiGHS in so many seconds for all tiers."""
    return _run(name, mixed.highs, float(limit))


def cpsat(name: str, limit: str) -> dict[str, Any]:
    """Plan with CP-SAT in so many seconds for all tiers."""
    return _run(name, mixed.cpsat, float(limit))


def _run(name: str, solve: Solve | None, limit: float) -> dict[str, Any]:
    for each in (f"{name.split('-')[0]}-60x14", name):
        case = rule_case(each)
        backlog = from_frame(case.frame, case.office)
        with Timer() as spent:
            if solve is None:
                judged = _ours(backlog, case)
            else:
                judged = mixed.by_tier(backlog, case, limit, solve)
    return {**spent.spent(), **judged}


def _ours(backlog: Backlog, case: Case) -> dict[str, Any]:
    """Plan: people, prices, what each shift saves, and the proof included."""
    made = plan(backlog, case.office, start=case.start, days=case.days)
    proofs = [
        "optimal"
        if tier.proven
        else f"gap {1 - (tier.bound or 0) / max(1, tier.value):.1g}"
        for tier in made.tiers
    ]
    solved = made.seconds.get("solve", 0.0)
    proof = proofs[0] if len(set(proofs)) == 1 else ", ".join(proofs)
    shifts = f"; {len(made.shifts)} shifts" if made.shifts else ""
    values = [tier.value for tier in made.tiers]
    return {
        "names": [tier.name for tier in made.tiers],
        "tiers": values,
        "answer": values,
        "says": f"{proof}{shifts}; {solved:.2g} s of it solving",
    }
