"""One server against a new one in many futures, and peers on the same days.

The peers run the office's own day, first in, first out on one pooled capacity, with
the arrivals of our first future; what they print each day must equal ours.  Ours runs
many futures at once, which is what it is made for; a peer has no such way, so its one
run is its best.  Ciw's time grows steeply with the queue, so it runs a short one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from benchmarks.cases import START, Case, queue_case
from benchmarks.engines.events import ciw_days, simpy_days
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.office import Office
from ektp_sched.scenarios import Arrivals, Limits, build_queue, compare, simulate

__all__ = ["days", "futures"]


def futures(kind: str, replications: str) -> dict[str, Any]:
    """Compare one server with a new one; `benchmarks.cases.queue_case`."""
    case, scenarios = queue_case(kind)
    backlog = from_frame(case.frame, case.office)
    with Timer() as spent:
        made = compare(
            backlog,
            case.office,
            scenarios,
            start=case.start,
            days=case.days,
            replications=int(replications),
        )
    stages = ", ".join(f"{name} {took:.2g}" for name, took in made.seconds.items())
    cleared = [str(s.quantities["backlog_cleared_on"].p50) for s in made.scenarios]
    return {**spent.spent(), "says": stages, "answer": cleared}


def days(engine: str, waiting: str, length: str, replications: str) -> dict[str, Any]:
    """Run first in, first out on one pooled capacity, days as drawn.

    Returns
    -------
    dict
        Seconds and cpu for a million cards; a peer runs the first future only.
    """
    case = _fifo_case(int(waiting), int(length))
    draw = np.random.default_rng(1)
    recorded = draw.poisson(60, (int(replications), case.days)).astype(np.int32)
    capacity = np.full(case.days, 200)
    if engine == "ours":
        backlog = from_frame(case.frame, case.office)
        queue = build_queue(backlog, case.office, case.start, case.days)
        limits = _limits(case, capacity)
        arrivals = Arrivals(tuple(case.office.urgency), recorded[None])
        with Timer() as spent:
            outcome = simulate(queue, limits, arrivals, "fifo")
        cards, by_day = int(outcome.printed.sum()), outcome.printed[0].tolist()
    else:
        run = {"simpy": simpy_days, "ciw": ciw_days}[engine]
        with Timer() as spent:
            by_day = run(int(waiting), recorded[0].tolist(), capacity.tolist())
        cards = sum(by_day)
    share = cards / 1e6
    took = {name: value / share for name, value in spent.spent().items()}
    return {**took, "same": by_day}


def _fifo_case(waiting: int, days: int) -> Case:
    office = Office.model_validate(
        {
            "name": "Synthetic office",
            "language": "en",
            "calendar": {"workdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
            "servers": [{"id": "server-1", "cards_per_day": 200}],
            "printers": [{"id": "printer-1", "cards_per_day": 200}],
        }
    )
    since = np.datetime64(START) - np.arange(waiting) % 400 - 1
    frame = pl.DataFrame(
        {
            "application_id": [f"A{n:08d}" for n in range(waiting)],
            "waiting_since": pl.Series(since).cast(pl.Date),
        }
    )
    return Case(office, frame, days)


def _limits(case: Case, capacity: np.ndarray[Any, np.dtype[np.int64]]) -> Limits:
    cards = capacity.reshape(1, 1, -1)
    return Limits(
        start=case.start,
        days=case.days,
        open=np.ones(case.days, dtype=np.bool_),
        printers=("printer-1",),
        servers=("server-1",),
        printer_cards=cards,
        server_cards=cards,
        reaches=np.ones((1, 1), dtype=np.bool_),
        reserve=0,
        supply={},
    )
