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

_DAYS = 60


def audit(kind: str, count: str) -> dict[str, Any]:
    """Audit a plan's own log, then one in which 2 % exchanged their days.

    Parameters
    ----------
    kind, count
        As for `benchmarks.tasks_scale.scale`.

    Returns
    -------
    dict
        For each log: seconds, cpu, cards, and how many out of turn.
    """
    case = scale_case(kind, int(count), _DAYS)
    backlog = from_frame(case.frame, case.office)
    made = plan(backlog, case.office, start=case.start, days=case.days)
    log = made.assignments.select(
        "application_id", pl.col("day").alias("printed_at"), "printer"
    )
    found = {}
    for name, rows in (("as planned", log), ("2 % exchanged", _exchanged(log))):
        with Timer() as spent:
            seen = audit_log(rows, backlog, case.office)
        found[name] = {
            "seconds": spent.seconds,
            "cpu": spent.cpu,
            "cards": seen.cards,
            "out_of_turn": seen.out_of_turn.height,
        }
    return found


def _exchanged(log: pl.DataFrame) -> pl.DataFrame:
    """Return the log with the ids of 1 % and another 1 % of rows exchanged."""
    draw = np.random.default_rng(2)
    some = max(1, log.height // 100)
    pairs = draw.permutation(log.height)[: 2 * some].reshape(2, some)
    order = np.arange(log.height)
    order[pairs[0]], order[pairs[1]] = pairs[1], pairs[0]
    return log.with_columns(log["application_id"].gather(order))
