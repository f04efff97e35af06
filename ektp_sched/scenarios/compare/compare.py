"""Scenarios side by side, on the same people, arrivals and breakdowns."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ektp_sched.backlog.inputs import as_backlog, as_day, as_office
from ektp_sched.planning.arguments import check_one_of, check_whole
from ektp_sched.scenarios.arguments import LONGEST_DAYS, MOST_REPLICATIONS
from ektp_sched.scenarios.compare.break_even import break_even
from ektp_sched.scenarios.compare.certain import certain_plan, limiting, policy_gap
from ektp_sched.scenarios.compare.comparison import Comparison, ScenarioFigures
from ektp_sched.scenarios.compare.measures import (
    against_told,
    daily,
    difference,
    quantities,
    samples,
    trip_cost,
    waits,
)
from ektp_sched.scenarios.compare.told import told_trips
from ektp_sched.scenarios.simulate.order import POLICIES as FAST_POLICIES
from ektp_sched.scenarios.simulate.runs import Run, run_scenarios
from ektp_sched.scenarios.world.laws import DATES_ONLY
from ektp_sched.scenarios.world.left_out import left_out
from ektp_sched.scenarios.world.loading import as_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from ektp_sched.backlog.inputs import BacklogLike, DayLike, OfficeLike
    from ektp_sched.planning import Plan
    from ektp_sched.scenarios.compare.comparison import Difference
    from ektp_sched.scenarios.compare.measures import Samples
    from ektp_sched.scenarios.simulate.outcome import Outcome
    from ektp_sched.scenarios.world.laws import Scenario, Scenarios
    from ektp_sched.scenarios.world.loading import ScenariosLike

    Progress = Callable[[str, float], None]

__all__ = ["POLICIES", "compare"]

POLICIES: Final = (*FAST_POLICIES, "replan")

_SHARE: Final = {"simulate": 0.0, "figures": 0.7, "limits": 0.75, "break-even": 0.8}
"""Rough share of the work that is done when a stage begins."""

_MOST_REPLAN: Final = 100


def compare(
    backlog: BacklogLike,
    office: OfficeLike,
    scenarios: ScenariosLike,
    *,
    start: DayLike,
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
        Who waits, and the office as it is, in any form that ``plan`` takes.
    scenarios
        What might become of it, the path of ``scenarios.toml``, or its tables.
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
    office, start = as_office(office), as_day(start)
    backlog = as_backlog(backlog, office)
    clock = _Clock(progress)
    scenarios = as_scenarios(scenarios, office, start)
    run = Run(backlog, scenarios, start, days, replications, seed, policy)
    every = tuple(run.scenarios.scenarios.values())
    with clock.stage("simulate"):
        outcomes, told = run_scenarios(
            run,
            every,
            look=(scenarios.baseline, told_trips),
            executor=executor,
            progress=progress,
        )
    with clock.stage("figures"):
        found = {one.name: samples(outcomes[one.name], one.office) for one in every}
        found[DATES_ONLY] = _with_dates(run, found, outcomes, told)
    with clock.stage("limits"):
        plans = {one.name: certain_plan(run, one) for one in every}
        figures = tuple(
            _figures(run, one, outcomes[one.name], found[one.name], plans[one.name])
            for one in every
        )
    with clock.stage("break-even"):
        pays = break_even(run, _trip_costs(run, found))
    return Comparison(
        office=run.baseline.office,
        start=start,
        days=days,
        replications=replications,
        seed=seed,
        policy=policy,
        baseline=scenarios.baseline,
        scenarios=figures,
        dates_only=_dates_only(run, figures, found[DATES_ONLY]),
        differences=_differences(run, found),
        break_even=pays,
        gap=policy_gap(run, plans[scenarios.baseline]),
        assumptions=_assumptions(scenarios),
        people=_people(run),
        notices=left_out(office),
        seconds=clock.seconds,
    )


def _assumptions(scenarios: Scenarios) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"key": a.key, "value": a.value, "kind": a.kind, "note": a.note}
        for a in scenarios.assumptions
    )


def _people(run: Run) -> dict[str, int]:
    queue = run.queue(run.baseline)
    never = queue.left_out.get("no-printer", 0)
    return {
        "initial": queue.initial,
        "unprintable": never,
        "later": sum(queue.left_out.values()) - never,
        "held": run.backlog.held_count - run.backlog.done,
    }


def _trip_costs(run: Run, found: dict[str, Samples]) -> dict[str, NDArray[np.float64]]:
    """Return what trips in vain cost in both baselines: dates told, and not."""
    return {
        "not-told": found[run.scenarios.baseline]["wasted_trip_cost_idr"],
        "told": found[DATES_ONLY]["wasted_trip_cost_idr"],
    }


def _figures(
    run: Run, scenario: Scenario, outcome: Outcome, found: Samples, made: Plan
) -> ScenarioFigures:
    return ScenarioFigures(
        name=scenario.name,
        label=scenario.label,
        cost_idr=scenario.cost_idr,
        limits=limiting(run, scenario, outcome, made),
        quantities=quantities(found, run.days, run.start),
        waits=waits(outcome, scenario.office),
        daily=daily(outcome, scenario.name, run.start),
    )


def _with_dates(
    run: Run,
    found: dict[str, Samples],
    outcomes: dict[str, Outcome],
    told: NDArray[np.generic] | None,
) -> Samples:
    """Return the baseline's samples with the trips that are left if dates are told."""
    base = run.baseline
    assert told is not None
    trips = told.astype(np.float64)
    areas = outcomes[base.name].areas
    return found[base.name] | {
        "wasted_trips": trips.sum(axis=0),
        "wasted_trip_cost_idr": trip_cost(trips, areas, base.office),
    }


def _dates_only(
    run: Run, figures: tuple[ScenarioFigures, ...], found: Samples
) -> ScenarioFigures:
    """Return the baseline's figures, its trips being those left with dates told."""
    base = next(one for one in figures if one.name == run.scenarios.baseline)
    return replace(
        base,
        name=DATES_ONLY,
        label="",
        cost_idr=0,
        quantities=quantities(found, run.days, run.start),
    )


def _differences(run: Run, found: dict[str, Samples]) -> tuple[Difference, ...]:
    """Return every scenario but the baseline against it, the free remedy last."""
    base = run.scenarios.baseline
    costs = {one.name: one.cost_idr for one in run.scenarios.scenarios.values()}
    pairs = (
        difference(name, base, ours, found[base], run.days, costs.get(name, 0))
        for name, ours in found.items()
        if name != base
    )
    told = found[DATES_ONLY]
    return tuple(
        one if one.name == DATES_ONLY else against_told(one, found[one.name], told)
        for one in pairs
    )


def _check(days: int, replications: int, seed: int, policy: str) -> None:
    """Refuse arguments out of their range."""
    check_one_of("policy", policy, POLICIES)
    most = _MOST_REPLAN if policy == "replan" else MOST_REPLICATIONS
    check_whole(
        ("days", days, 1, LONGEST_DAYS),
        ("replications", replications, 1, most),
        ("seed", seed, 0, 2**63 - 1),
    )


@dataclass(slots=True)
class _Clock:
    """Times the stages, and tells of each as it begins."""

    progress: Progress | None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        if self.progress is not None:
            self.progress(name, _SHARE[name])
        begun = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - begun, 6)
