"""Scenarios side by side, on the same people, arrivals and breakdowns."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ektp_sched.errors import UsageError
from ektp_sched.scenarios.assumptions import assumptions
from ektp_sched.scenarios.break_even import break_even
from ektp_sched.scenarios.comparison import Comparison, ScenarioFigures
from ektp_sched.scenarios.figures import (
    daily,
    difference,
    quantities,
    samples,
    trip_cost,
    waits,
)
from ektp_sched.scenarios.gap import policy_gap
from ektp_sched.scenarios.limiting import limiting
from ektp_sched.scenarios.loading import load_scenarios
from ektp_sched.scenarios.runs import Run, run_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.scenarios.loading import Scenario, Scenarios
    from ektp_sched.scenarios.outcome import Outcome

    Progress = Callable[[str, float], None]
    Samples = dict[str, NDArray[np.int64] | NDArray[np.float64]]

__all__ = ["DATES_ONLY", "POLICIES", "compare"]

DATES_ONLY: Final = "dates_only"
"""Name of the remedy that costs nothing: the baseline, with dates told."""

POLICIES: Final = ("pressure", "class-order", "fifo", "replan")

_MOST: Final = 1_000_000
_MOST_REPLAN: Final = 100


def compare(
    backlog: Backlog,
    office: Office,
    scenarios: Scenarios | str | Path,
    *,
    start: date,
    days: int = 365,
    replications: int = 2000,
    seed: int = 1,
    policy: str = "pressure",
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Simulate every scenario on the same futures, and compare them in pairs.

    Parameters
    ----------
    backlog, office
        Who waits, and the office as it is.
    scenarios
        What might become of it, or the path of ``scenarios.toml``.
    start, days
        First day, and number of calendar days, 1 to 3,660.
    replications
        Futures drawn, 1 to 1,000,000; with ``replan`` at most 100.
    seed
        Any whole number from 0; equal seeds give equal results, whatever
        the executor.
    policy
        ``pressure``, ``class-order``, ``fifo`` or ``replan``.
    executor
        Where blocks of replications run; None: here, one after another.
    progress
        Called with a stage's name and the share of the work done.

    Raises
    ------
    UsageError
        An argument is out of its range.
    ScenarioError
        The scenarios are not what they should be.
    """
    _check(days, replications, seed, policy)
    clock = _Clock(progress)
    if not hasattr(scenarios, "baseline"):
        scenarios = load_scenarios(scenarios, office, start=start)
    run = Run(backlog, scenarios, start, days, replications, seed, policy)
    clock("simulate", 0.0)
    outcomes, told = run_scenarios(run, executor, progress=progress)
    clock("figures", 0.7)
    found = {
        name: samples(outcome, scenarios.scenarios[name].office)
        for name, outcome in outcomes.items()
    }
    base = scenarios.baseline
    found[DATES_ONLY] = _with_dates(found[base], told, outcomes[base], office)
    clock("limits", 0.75)
    figures = {
        name: _figures(run, scenario, outcomes[name], found[name])
        for name, scenario in scenarios.scenarios.items()
    }
    dates_only = _dates_only(figures[base], found[DATES_ONLY], run)
    clock("break-even", 0.85)
    pays = break_even(run, found, executor)
    clock("gap", 0.95)
    return Comparison(
        office=office,
        start=start,
        days=days,
        replications=replications,
        seed=seed,
        policy=policy,
        baseline=base,
        scenarios=tuple(figures.values()),
        dates_only=dates_only,
        differences=tuple(_differences(run, found)),
        break_even=pays,
        gap=policy_gap(run),
        assumptions=assumptions(scenarios, office),
        people={
            "initial": run.queue(base).initial,
            "unprintable": sum(run.queue(base).left_out.values()),
            "held": backlog.held_count,
        },
        notices=scenarios.notices,
        seconds=clock.seconds,
    )
