"""One large case in memory: from frame to verified plan."""

from __future__ import annotations

from typing import Any

from benchmarks.cases import scale_case
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.planning import plan
from ektp_sched.trust import verify

__all__ = ["scale"]

_SMALL = 10_000


def scale(kind: str, *counts: str) -> dict[str, Any]:
    """Plan and verify cases of one kind, after a warm-up on a small one.

    Parameters
    ----------
    kind
        As in `benchmarks.cases.scale_case`.
    counts
        Numbers of applications; peak memory is that of the largest.

    Returns
    -------
    dict
        By count: seconds and cpu by stage (accept: frame to backlog; plan:
        with certificate and prices; verify: with the certificate), the
        stages inside plan, cohorts, tier values, status, and the number of
        violations.
    """
    if int(counts[0]) > _SMALL:
        _one(kind, 1_000)
    return {count: _one(kind, int(count)) for count in counts}


def _one(kind: str, count: int) -> dict[str, Any]:
    case = scale_case(kind, count)
    with Timer() as accept:
        backlog = from_frame(case.frame, case.office)
    with Timer() as planning:
        made = plan(backlog, case.office, start=case.start, days=case.days)
    with Timer() as checking:
        violations = verify(made, backlog, case.office)
    stages = {"accept": accept, "plan": planning, "verify": checking}
    complete = made.certificate is not None and made.prices is not None
    return {
        "seconds": {name: one.seconds for name, one in stages.items()},
        "cpu": {name: one.cpu for name, one in stages.items()},
        "stages": made.seconds,
        "tiers": [tier.value for tier in made.tiers],
        "status": str(made.status) if complete else "without certificate or prices",
        "violations": len(violations),
    }
