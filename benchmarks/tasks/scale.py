"""One large case in memory: from frame to verified plan."""

from __future__ import annotations

from typing import Any

from benchmarks.cases import scale_case
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.planning import plan
from ektp_sched.trust import verify

__all__ = ["scale"]


def scale(kind: str, count: str) -> dict[str, Any]:
    """Plan, with prices and certificate, and verify, after a warm-up on a thousand."""
    _planned(kind, 1_000)
    return _planned(kind, int(count))


def _planned(kind: str, count: int) -> dict[str, Any]:
    case = scale_case(kind, count)
    with Timer() as accept:
        backlog = from_frame(case.frame, case.office)
    with Timer() as planning:
        made = plan(backlog, case.office, start=case.start, days=case.days)
    with Timer() as checking:
        faults = list(map(str, verify(made, backlog, case.office)))
    if made.status != "optimal" or made.certificate is None or made.prices is None:
        faults.append(f"{made.status}, or no certificate or prices")
    parts = {"accept": accept, "plan": planning, "verify": checking}
    return {
        "seconds": planning.seconds + checking.seconds,
        "cpu": planning.cpu + checking.cpu,
        "says": ", ".join(f"{name} {part.cpu:.3g}" for name, part in parts.items()),
        "answer": [tier.value for tier in made.tiers],
        "faults": faults,
    }
