"""One server against a new one in many futures, and peers on the same days."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.cases import Case, queue_case
from benchmarks.engines.events import run_ciw, run_simpy
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.scenarios import Arrivals, Limits, build_queue, compare, simulate

__all__ = ["futures", "peer_days"]


def futures(kind: str, replications: str) -> dict[str, Any]:
    """Compare one server with a new one.

    Parameters
    ----------
    kind
        ``site`` (pooled capacity) or ``printers`` (restricted to overlapping
        areas, with blanks that may run out).
    replications
        Pairs of futures.

    Returns
    -------
    dict
        seconds and cpu of the whole comparison, and of the simulation alone.
    """
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
    return {
        "seconds": spent.seconds,
        "cpu": spent.cpu,
        "stages": made.seconds,
        "cleared": [
            str(one.quantities["backlog_cleared_on"].p50) for one in made.scenarios
        ],
    }


def peer_days(
    engine: str, waiting: str, days: str, replications: str
) -> dict[str, Any]:
    """Run first in, first out on one pooled capacity, days as drawn.

    Parameters
    ----------
    engine
        ``ours``, ``simpy`` or ``ciw``.
    waiting, days, replications
        Cards before the first day, days, and futures; a peer runs the first
        only.

    Returns
    -------
    dict
        seconds, cards printed in all futures, and cards by day in the first.
    """
    case = _fifo_case(int(waiting), int(days))
    draw = np.random.default_rng(1)
    recorded = draw.poisson(60, (int(replications), int(days))).astype(np.int32)
    capacity = np.full(int(days), 200)
    first = recorded[0].tolist()
    if engine == "ours":
        backlog = from_frame(case.frame, case.office)
        queue = build_queue(backlog, case.office, case.start, case.days)
        limits = _limits(case, capacity)
        arrivals = Arrivals(tuple(case.office.urgency), recorded[None])
        with Timer() as spent:
            outcome = simulate(queue, limits, arrivals, "fifo")
        printed = outcome.printed
        cards, by_day = int(printed.sum()), printed[0].tolist()
    else:
        run = {"simpy": run_simpy, "ciw": run_ciw}[engine]
        with Timer() as spent:
            by_day = run(int(waiting), first, capacity.tolist())
        cards = sum(by_day)
    return {"seconds": spent.seconds, "cards": cards, "by_day": by_day}


def _fifo_case(waiting: int, days: int) -> Case:
    import polars as pl

    from benchmarks.cases import START
    from ektp_sched.office import Office

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
