"""A print log of a plan that was carried out, audited."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from benchmarks.cases import scale_case
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.planning import plan
from ektp_sched.trust.audit.audit import audit as audit_log

__all__ = ["audit"]


def audit(kind: str, count: str, exchanged: str) -> dict[str, Any]:
    """Audit a plan's own log, or one in which 2 % exchanged their days."""
    case = scale_case(kind, int(count), 60)
    backlog = from_frame(case.frame, case.office)
    made = plan(backlog, case.office, start=case.start, days=case.days)
    log = made.assignments.select(
        "application_id", pl.col("day").alias("printed_at"), "printer"
    )
    if int(exchanged):
        number = max(1, log.height // 100)
        draw = np.random.default_rng(2).permutation(log.height)
        pairs = draw[: 2 * number].reshape(2, number)
        order = np.arange(log.height)
        order[pairs[0]], order[pairs[1]] = pairs[1], pairs[0]
        ids = log["application_id"].gather(order)
        log = log.with_columns(ids)
    with Timer() as spent:
        seen = audit_log(log, backlog, case.office)
    turned = seen.out_of_turn.height
    wrong = bool(turned) != bool(int(exchanged))
    faults = [f"{turned} out of turn"] if wrong else []
    return {**spent.spent(), "says": f"{turned:,} of {seen.cards:,}", "faults": faults}
