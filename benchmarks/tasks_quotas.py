"""One engine on one case with quotas or stocks: time, tiers, proof."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.cases_quotas import quota_case
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.planning import plan

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from ektp_sched.backlog import Backlog

__all__ = ["quotas"]


def quotas(engine: str, limit: str, name: str) -> dict[str, Any]:
    """Plan a case, after a warm-up on a small one.

    Parameters
    ----------
    engine
        ``ours``, or a function of `benchmarks.engines.direct`.
    limit
        Seconds that a peer may take for all tiers together.
    name
        As in `benchmarks.cases_quotas.quota_case`.

    Returns
    -------
    dict
        seconds and cpu from backlog to answer; names, values and proofs of
        the tiers that it came to.
    """
    sort = name.split("-")[0]
    _run(engine, 10.0, f"{sort}-60x14")
    return _run(engine, float(limit), name)


def _run(engine: str, limit: float, name: str) -> dict[str, Any]:
    case = quota_case(name)
    backlog = from_frame(case.frame, case.office)
    with Timer() as spent:
        if engine == "ours":
            found = _ours(backlog, case)
        else:
            solve = getattr(import_module("benchmarks.engines.direct"), engine)
            found = solve(backlog, case, limit)
    return {"seconds": spent.seconds, "cpu": spent.cpu, **found}


def _ours(backlog: Backlog, case: Case) -> dict[str, Any]:
    made = plan(backlog, case.office, start=case.start, days=case.days)
    return {
        "names": [tier.name for tier in made.tiers],
        "values": [tier.value for tier in made.tiers],
        "proofs": [
            "optimal"
            if tier.proven
            else f"gap {1 - (tier.bound or 0) / max(1, tier.value):.1g}"
            for tier in made.tiers
        ],
        "stages": made.seconds,
    }
